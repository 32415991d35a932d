"""What Telegram is set up by, and what it says when that is wrong."""

from pydantic import BaseModel, SecretStr

from bot.channels.base import (
    ChannelRefused,
    WebAddress,
)


class BadToken(ChannelRefused):
    """The Bot API refuses the token (or is none: TELEGRAM_API_URL is wrong)."""

    def __init__(self) -> None:
        super().__init__("TELEGRAM_TOKEN", "telegram_token_refused")


class TelegramSettings(BaseModel):
    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: WebAddress = "https://api.telegram.org"
    telegram_webhook: bool = False
    telegram_secret: SecretStr = SecretStr("")
