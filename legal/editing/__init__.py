"""What the editing page works with: its forms, what a draft looks like, and two authors at once."""
