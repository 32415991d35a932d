"""What the paper says: the format of a plan, read, written, checked; it knows no session."""
