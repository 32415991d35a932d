"""Which tree stands today: the table of units, read, written, closed, moved."""
