"""The settings: read once from the environment and .env, never changed, secrets never printed."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, SecretStr, ValidationError, create_model, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.calendar import Moment
from bot.channels import CHANNELS
from bot.channels.base import Channel, WebAddress
from bot.problems import Invalid, Problem, Rejected
from bot.store.address import database_address

ROOT = Path(__file__).resolve().parent.parent
ENV_FILE = ".env"


class Core(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", frozen=True, extra="ignore", env_ignore_empty=True
    )

    database_url: SecretStr = SecretStr("sqlite:///data/chibo.db")
    files_url: SecretStr = SecretStr("data/files")
    listen: str = "127.0.0.1:8080"
    public_url: WebAddress = ""
    forwarded_allow: str = ""
    timezone: str = "Asia/Ho_Chi_Minh"
    log_level: str = Field(default="INFO", pattern="^(?i:DEBUG|INFO|WARNING|ERROR)$")
    metrics_token: SecretStr = SecretStr("")
    log_format: Literal["text", "json"] = "text"
    ocr: bool = False
    keep_events_days: int = Field(default=90, ge=7)
    keep_talk_days: int = Field(default=400, ge=30)
    keep_notes_days: int = Field(default=0, ge=0)
    keep_audit_days: int = Field(default=1826, ge=0)

    @field_validator("database_url")
    @classmethod
    def known_database(cls, value: SecretStr) -> SecretStr:
        try:
            database_address(value.get_secret_value())
        except Invalid as problem:
            raise ValueError(problem.code) from None
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

    def faults(self) -> dict[str, str]:
        """What is wrong with the channels' settings beside one another: setting -> the code of the sentence."""
        return {
            name: code
            for channel in CHANNELS
            for name, code in channel.faults(self.of(channel), self.public_url).items()
        }

    def warnings(self) -> dict[str, str]:
        """What works but is not meant to last: channel -> the code of the sentence."""
        return {channel.name: code for channel in CHANNELS for code in channel.warnings(self.of(channel))}

    def of(self, channel: type[Channel]) -> BaseModel:
        """The channel's own settings."""
        return channel.Settings.model_construct(
            **{name: getattr(self, name) for name in channel.Settings.model_fields}
        )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def moment(self, at: datetime) -> Moment:
        return Moment(at, self.zone)

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def proxies(self) -> list[str]:
        """Addresses whose word on whom they speak for is taken."""
        return [part.strip() for part in self.forwarded_allow.split(",") if part.strip()]

    @property
    def url(self) -> str:
        """Where people reach the pages; without PUBLIC_URL that is this machine alone."""
        return self.public_url or f"http://{self.listen}"


def with_channels(channels: Iterable[type[Channel]]) -> type[Core]:
    """The installation's settings and those that these channels declare."""
    bases: Any = (Core, *(channel.Settings for channel in channels))
    made: Any = create_model("Settings", __base__=bases)
    return cast(type[Core], made)


if TYPE_CHECKING:
    Settings = Core
else:
    Settings = with_channels(CHANNELS)


def read_settings() -> Settings:
    """The settings of this process. Raises Rejected with one problem for each wrong setting."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise Rejected([_problem(dict(fault)) for fault in error.errors()]) from None
    if faults := settings.faults():
        raise Rejected([Problem(name.upper(), code) for name, code in faults.items()])
    return settings


def _problem(fault: dict[str, object]) -> Problem:
    place = "_".join(str(part) for part in fault["loc"]).upper()  # type: ignore[attr-defined]
    message = str(fault["msg"]).removeprefix("Value error, ")
    known = {
        "bool_parsing": "setting_bool",
        "string_pattern_mismatch": "setting_log_level",
        "literal_error": "setting_log_format",
    }
    code = message if message.startswith("setting_") else known.get(str(fault["type"]), "setting_wrong")
    return Problem(place, code)
