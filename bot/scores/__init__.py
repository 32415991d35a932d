"""How good a meeting was: the sheets, what is known, the score."""
