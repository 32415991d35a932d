"""The same plan for another year."""
