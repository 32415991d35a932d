"""The messenger Zalo by an office's Official Account."""
