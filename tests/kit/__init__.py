"""A conversation as a script: people who say and tap, and what came back; the database is real, only the wire is not."""
