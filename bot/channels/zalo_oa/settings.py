"""What an Official Account of Zalo is set up by."""

from pydantic import BaseModel, SecretStr

from bot.channels.base import WebAddress


class ZaloOASettings(BaseModel):
    """The account is in use once the application's number and secret are there; the refresh token is only the first of many."""

    zalo_oa_app_id: str = ""
    zalo_oa_app_secret: SecretStr = SecretStr("")
    zalo_oa_secret: SecretStr = SecretStr("")
    """Signs the events that Zalo brings."""
    zalo_oa_refresh_token: SecretStr = SecretStr("")
    zalo_oa_template: str = ""
    """Number of the approved ZBS template that says a name and a day, and that something lies ready."""
    zalo_oa_api_url: WebAddress = "https://openapi.zalo.me"
    zalo_oauth_url: WebAddress = "https://oauth.zaloapp.com"
    zalo_oa_template_url: WebAddress = "https://business.openapi.zalo.me"

    @property
    def is_configured(self) -> bool:
        return bool(self.zalo_oa_app_id and self.zalo_oa_app_secret.get_secret_value())


def lacks_a_secret(settings: ZaloOASettings) -> bool:
    """Whether an account is wanted and one of its two secrets is missing."""
    secrets = settings.zalo_oa_app_secret.get_secret_value(), settings.zalo_oa_secret.get_secret_value()
    return bool(settings.zalo_oa_app_id) and not all(secrets)
