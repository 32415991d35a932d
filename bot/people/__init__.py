"""Who may do what, and who they are."""
