"""Who did what to which thing, and when; nobody can change it afterwards."""
