"""What Zalo Bot is set up by."""

from pydantic import BaseModel, SecretStr

from bot.channels.base import WebAddress

LEAST_SECRET, MOST_SECRET = 8, 256
"""Characters of ZALO_SECRET (bot.zaloplatforms.com/docs, setWebhook)."""


class ZaloSettings(BaseModel):
    zalo_token: SecretStr = SecretStr("")
    zalo_api_url: WebAddress = "https://bot-api.zaloplatforms.com"
    zalo_webhook: bool = False
    zalo_secret: SecretStr = SecretStr("")


def webhook_fault(settings: ZaloSettings, public_url: str) -> bool:
    """Whether the webhook is wanted and lacks what it needs."""
    secret = settings.zalo_secret.get_secret_value()
    has_all = (
        settings.zalo_token.get_secret_value()
        and LEAST_SECRET <= len(secret) <= MOST_SECRET
        and public_url.startswith("https://")
    )
    return settings.zalo_webhook and not has_all
