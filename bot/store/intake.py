"""How a file that a person sends gets into the store, within what one person may send a day."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.messages import Address, File, Refusal
from bot.problems import Invalid
from bot.store import files
from bot.store.again import database_gave_way, do_again
from bot.store.aside import Elsewhere
from bot.store.db import Database, take_turns
from bot.store.files import Look, Store
from bot.store.page_reading import PHOTOGRAPHED, SECONDS, look_for_stamp
from bot.tables import (
    Contact,
    Upload,
)

log = logging.getLogger(__name__)

A_DAY = timedelta(days=1)
MOST_FILES = 300
MOST_BYTES = 1000 * 2**20
"""So much may one person send in a day (24 hours back): some ten reports of thirty photographed pages."""


@dataclass(frozen=True)
class Intake:
    """Takes in what people send; safe to call from many threads at once."""

    db: Database
    store: Store
    inspector: Elsewhere
    now: Callable[[], datetime]
    reader: Elsewhere | None = None
    """Where photographed pages are read, if they are."""

    def take(self, name: str, source: Path, sender: Address, *, sounds: bool = False) -> File | Refusal:
        """Checks the file at `source` and stores it, or says why not: files.take_in's reasons, file_quota, file_store_away.
        It is looked into aside, by turns of the senders. That it cannot be stored concerns its sender alone, so it is
        never raised; only a database that fails is."""
        owner = f"{sender.channel}:{sender.place}"
        look = partial(self._look_into, owner)
        try:
            do_again(partial(self._hold_to_quota, name, sender, source.stat().st_size))
            note = partial(self._note_upload, name, sender)
            return files.take_in(self.store, name, source, sounds=sounds, look=look, before=note)
        except Invalid as problem:
            return files.refusal_of(name, problem)
        except OSError as error:
            log.error("file.store failed error=%s", error)
            return files.refusal_of(name, Invalid("file_store_away"))
        except Exception as error:
            if database_gave_way(error):
                raise
            log.error("file.take failed error=%s", type(error).__name__)
            return files.refusal_of(name, Invalid("file_unseen", name=files.clean_name(name)))

    def _look_into(self, owner: str, source: Path, name: str, sounds: bool) -> Look:
        seen = self.inspector.call(files.look_into, source, name, sounds, owner=owner)
        if seen.secret or self.reader is None or seen.media_type not in PHOTOGRAPHED:
            return seen
        try:
            stamped = self.reader.call(look_for_stamp, source, seen.media_type, owner=owner, seconds=SECONDS)
        except Invalid as unread:  # a second net: what it cannot see is taken as before
            log.warning("file.page unread error=%s", unread.code)
            return seen
        return replace(seen, secret=stamped)

    def _hold_to_quota(self, name: str, sender: Address, size: int) -> None:
        """Before the file is looked into, which takes long."""
        with self.db.read() as session:
            self._count_sent(session, name, sender, size)

    def _count_sent(self, session: Session, name: str, sender: Address, size: int) -> None:
        sent = select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(
            Upload.person_id.in_(_person_of(sender)), Upload.at > self.now() - A_DAY
        )
        count, total = session.execute(sent).one()
        if count >= MOST_FILES or total + size > MOST_BYTES:
            facts = {"count": count, "sent_mb": round(total / 2**20), "most_mb": MOST_BYTES // 2**20}
            raise Invalid("file_quota", name=files.clean_name(name), most=MOST_FILES, **facts)

    def _note_upload(self, name: str, sender: Address, digest: str, size: int) -> None:
        """Before the bytes are there, so that none are there of which nobody knows. Those who send at once take turns here: of two
        that the day has room for one, one is told so."""

        def note() -> None:
            with self.db.write() as session:
                take_turns(session, "uploads")
                self._count_sent(session, name, sender, size)
                person_id = session.scalar(_person_of(sender))
                session.add(Upload(digest=digest, person_id=person_id, size=size, at=self.now()))

        do_again(note)


def _person_of(sender: Address):  # type: ignore[no-untyped-def]
    return select(Contact.person_id).where(Contact.channel == sender.channel, Contact.place == sender.place)
