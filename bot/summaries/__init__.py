"""What the leader is told."""
