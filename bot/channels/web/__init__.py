"""The web chat as a channel; its pages are in bot.web.app."""
