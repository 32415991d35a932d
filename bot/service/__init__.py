"""Everything in one process, and the demo."""
