"""Telegram: the Bot API, polled or by webhook."""
