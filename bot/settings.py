"""The settings: read once from the environment and .env, never changed, secrets never printed."""

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.domain.problems import Problem, Rejected

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", frozen=True, extra="ignore", env_ignore_empty=True
    )

    database_url: SecretStr = SecretStr("sqlite:///data/chibo.db")
    files_url: SecretStr = SecretStr("data/files")
    listen: str = "127.0.0.1:8080"
    public_url: str = ""
    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook: bool = False
    telegram_secret: SecretStr = SecretStr("")
    timezone: str = "Asia/Ho_Chi_Minh"
    log_level: str = Field(default="INFO", pattern="^(?i:DEBUG|INFO|WARNING|ERROR)$")

    @field_validator("database_url")
    @classmethod
    def known_database(cls, value: SecretStr) -> SecretStr:
        try:
            backend = make_url(value.get_secret_value()).get_backend_name()
        except ArgumentError as error:
            raise ValueError("setting_database") from error
        if backend not in {"sqlite", "postgresql"}:
            raise ValueError("setting_database")
        return value

    @field_validator("listen")
    @classmethod
    def host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or not 0 <= int(port) < 65536:
            raise ValueError("setting_listen")
        return value

    @field_validator("timezone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("setting_timezone") from error
        return value

    @field_validator("public_url", "telegram_api_url")
    @classmethod
    def web_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("setting_url")
        return value.rstrip("/")

    @model_validator(mode="after")
    def webhook_has_all(self) -> "Settings":
        if self.telegram_webhook and not (
            self.telegram_token.get_secret_value()
            and self.telegram_secret.get_secret_value()
            and self.public_url.startswith("https://")
        ):
            raise ValueError("setting_webhook")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def url(self) -> str:
        """Where people reach the pages; without PUBLIC_URL that is this machine alone."""
        return self.public_url or f"http://{self.listen}"


def read_settings() -> Settings:
    """The settings of this process. Raises Rejected with one problem for each wrong setting."""
    try:
        return Settings()
    except ValidationError as error:
        raise Rejected([_problem(dict(fault)) for fault in error.errors()]) from None


def _problem(fault: dict[str, object]) -> Problem:
    place = "_".join(str(part) for part in fault["loc"]).upper() or "TELEGRAM_WEBHOOK"  # type: ignore[attr-defined]
    message = str(fault["msg"]).removeprefix("Value error, ")
    known = {"bool_parsing": "setting_bool", "string_pattern_mismatch": "setting_log_level"}
    code = message if message.startswith("setting_") else known.get(str(fault["type"]), "setting_wrong")
    return Problem(place, code)
