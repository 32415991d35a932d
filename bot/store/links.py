"""The links that people are handed: signed, each of one kind, most of them for a while only."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.messages import File
from bot.tables import Constant

UPLOAD_LIFE = timedelta(hours=24)
EXPORT_LIFE = timedelta(hours=1)
FILE_LIFE = timedelta(days=7)
SAID = 8
"""So many digits of a digest tell the files of one message apart."""
ENTRY_LIFE = timedelta(days=1)


def own_secret(session: Session, name: str = "link_secret") -> str:
    """The key that signs this installation's links, made on first use; two processes at once get the same one."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = insert(Constant).values(name=name, value=secrets.token_urlsafe(32))
    session.execute(made.on_conflict_do_nothing())
    return session.scalars(select(Constant.value).where(Constant.name == name)).one()


class SignedLinks:
    """Makes and reads links. What is forged, too old or of another kind reads as None."""

    def __init__(
        self, secret: str, base_url: str, entrances: Mapping[str, Callable[[str], str]] | None = None
    ) -> None:
        """`entrances`: for each channel by name, where somebody begins who holds a code."""
        self.base_url = base_url.rstrip("/")
        self._secret = secret
        self._entrances = entrances or {}

    def web_chat(self, contact_id: int, key: int = 0) -> str:
        return self._link("w", [contact_id, key] if key else contact_id)

    def read_web_chat(self, token: str) -> tuple[int, int] | None:
        """The contact's id and the number of its key, which the caller compares."""
        return _key(self._read("w", token, None))

    def upload(self, contact_id: int, key: int = 0) -> str:
        return self._link("u", [contact_id, key] if key else contact_id)

    def read_upload(self, token: str) -> tuple[int, int] | None:
        return _key(self._read("u", token, UPLOAD_LIFE))

    def export(self, contact_id: int, key: int = 0) -> str:
        return self._link("x", [contact_id, key])

    def read_export(self, token: str) -> tuple[int, int] | None:
        return _key(self._read("x", token, EXPORT_LIFE))

    def file(self, file: File, contact_id: int, key: int = 0) -> str:
        """Made for whoever speaks from that contact: it opens for as long as they may read the file."""
        return self._link("f", [file.digest, file.name, file.size, file.media_type, contact_id, key])

    def read_file(self, token: str) -> tuple[File, tuple[int, int]] | None:
        """The file and the key of the contact that it was made for."""
        facts = self._read("f", token, FILE_LIFE)
        if not isinstance(facts, list) or len(facts) != 6:
            return None
        return File(*facts[:4]), (facts[4], facts[5])

    def file_of_message(self, number: int, file: File, contact_id: int, key: int = 0) -> str:
        """The same of a file that the message of this number in the outbox brings: short, for it stands in a talk as it is."""
        return self._link("f", [number, file.digest[:SAID], contact_id, key])

    def read_file_of_message(self, token: str) -> tuple[int, str, tuple[int, int]] | None:
        """The message's number, how the file's digest begins, and the key of the contact that it was made for."""
        match self._read("f", token, FILE_LIFE):
            case [int(number), str(begins), int(contact_id), int(key)]:
                return number, begins, (contact_id, key)
        return None

    def calendar(self, person_id: int, key: int) -> str:
        return self._link("c", [person_id, key])

    def read_calendar(self, token: str) -> tuple[int, int] | None:
        """The person's id and the number of the calendar, which the caller compares."""
        return _key(self._read("c", token, None))

    def entry(self, place: str) -> str:
        """A token (no link) that stands in the form by which a new web chat is opened: sent twice, it opens one."""
        return self._signer("entry").dumps(place)

    def read_entry(self, token: str) -> str | None:
        place = self._read("entry", token, ENTRY_LIFE)
        return place if isinstance(place, str) else None

    def invitation(self, code: str) -> list[tuple[str, str]]:
        """The ways in for somebody who holds the code: (channel, link)."""
        links = [(name, entrance(code)) for name, entrance in self._entrances.items()]
        return [(name, link) for name, link in links if link]

    def path(self, link: str) -> str:
        """One of these links without scheme and host, for our own pages: they may be reached under another name."""
        return link.removeprefix(self.base_url)

    def _link(self, kind: str, facts: Any) -> str:
        return f"{self.base_url}/{kind}/{self._signer(kind).dumps(facts)}"

    def _read(self, kind: str, token: str, life: timedelta | None) -> Any:
        signer = self._signer(kind)
        try:
            if isinstance(signer, URLSafeTimedSerializer) and life is not None:
                return signer.loads(token, max_age=int(life.total_seconds()))
            return signer.loads(token)
        except BadSignature:
            return None

    def _signer(self, kind: str) -> URLSafeSerializer | URLSafeTimedSerializer:
        # The kind is part of the key, so that no token passes for one of another kind. A chat's and a calendar's link bear
        # no time: they stay the same, however often they are asked for.
        maker = URLSafeSerializer if kind in ("w", "c") else URLSafeTimedSerializer
        return maker(
            self._secret,
            salt=f"link:{kind}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )


def _key(facts: Any) -> tuple[int, int] | None:
    """A link without a number is of the first key."""
    if isinstance(facts, list) and len(facts) == 2 and all(type(fact) is int for fact in facts):
        return facts[0], facts[1]
    return (facts, 0) if type(facts) is int else None
