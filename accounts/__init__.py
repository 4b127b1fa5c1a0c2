"""People: sign-up, sign-in, their account."""
