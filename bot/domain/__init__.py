"""The rules: plans, duties, deadlines, counts."""
