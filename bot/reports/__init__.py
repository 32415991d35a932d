"""What a unit hands in: submissions and photographed pages."""
