"""What e-mail is set up by: one address that names the server, who logs in there and who the letters are from."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import AfterValidator, BaseModel, SecretStr

PORTS = {"smtp": 587, "smtps": 465}
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Cover(StrEnum):
    """How the line is kept secret: from its beginning, after STARTTLS, or (in a network of one's own) not at all."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in. Without `user` nobody logs in; `answers_to` is empty where nobody reads answers."""

    host: str
    port: int
    cover: Cover
    user: str
    password: str
    sender: str
    answers_to: str = ""

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


def read_server(url: str) -> MailServer:
    """`smtp://user:password@host:587?from=…`, or smtps:// for a line that is secret from its beginning. `reply=…`: who reads
    answers; `tls=none`: a relay of one's own network, to which nobody logs in. Raises ValueError."""
    parts = urlsplit(url)
    asked = {
        name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()
    }
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    cover = Cover.TLS if parts.scheme == "smtps" else Cover(asked.pop("tls", Cover.STARTTLS))
    sender, answers_to = asked.pop("from", user), asked.pop("reply", "")
    known = parts.scheme in PORTS and parts.hostname and parts.path in ("", "/") and not asked
    open_login = cover == Cover.NONE and (user or password)
    good = _ADDRESS.fullmatch(sender) and (not answers_to or _ADDRESS.fullmatch(answers_to))
    readable = (user + password).isascii() and bool(user) == bool(password)
    if not known or not good or open_login or not readable:
        raise ValueError("smtp")
    port = parts.port or PORTS[parts.scheme]
    return MailServer(parts.hostname or "", port, cover, user, password, sender, answers_to)


def _readable(value: SecretStr) -> SecretStr:
    if value.get_secret_value():
        try:
            read_server(value.get_secret_value())
        except ValueError:
            raise ValueError("setting_smtp") from None
    return value


class Stopped(Exception):
    """The server takes nothing from this installation; `code` names the sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class MailSettings(BaseModel):
    smtp_url: Annotated[SecretStr, AfterValidator(_readable)] = SecretStr("")
