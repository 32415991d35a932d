"""Zalo Bot: a bot account of the Zalo Bot Platform, by webhook, or polled for trying out."""
