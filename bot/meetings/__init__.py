"""What happens at a meeting, before it and after it."""
