"""Dates in French as one says them: Django leaves out the word before the hour."""

DATETIME_FORMAT = r"j F Y à H:i"
