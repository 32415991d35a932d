"""The rules in force by date, and what has been replaced."""
