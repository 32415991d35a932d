"""E-mail: for whom nothing else reaches, and for leaders."""
