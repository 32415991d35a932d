"""A database of release 0.1 migrates, and everybody goes on where they stood: open questions, sent buttons, waiting messages."""

import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.messages import Address, Incoming, Reply
from bot.people.people import CONSENT_VERSION
from bot.store.db import Database, connect_database
from bot.tables import Audit, Contact, Dialog, Person
from bot.talk.receive import receive
from bot.talk.render import Renderer
from tests.kit import ZONE, World, stored
from tests.kit.places import TEMPLATES
from tests.kit.release import Heard, Stand, files, fill, now, sent, stands

LOST = {"unknown", "apology", "not_yours"}
"""The templates that say: this was not understood."""
NOTICES = {"rehearsal", "counts_taken", "recounted", "vote_on_resolution"}
"""Sentences that find no fault."""


class Listening(Renderer):
    """Remembers what it was asked to say."""

    said: list[str]
    complaints: list[str]

    def forget(self) -> "Listening":
        self.said, self.complaints = [], []
        return self

    def reply(self, name: str, context: Mapping[str, Any], question: int | None = None) -> Reply:
        self.said.append(name.rpartition("/")[2])
        return Renderer.reply(self, name, context, question)

    def sentence(self, code: str, facts: Mapping[str, Any]) -> str:
        self.complaints.append(code)
        return super().sentence(code, facts)


@cache
def listening() -> Listening:
    return Listening(TEMPLATES, ZONE)


@pytest.fixture(scope="session")
def old_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("release") / "old.db"
    db = connect_database(f"sqlite:///{path}")
    fill(db)
    with db.write() as session:  # what the changed notice does to an open question is a test of its own
        session.execute(
            update(Person).where(Person.consent_version > 0).values(consent_version=CONSENT_VERSION)
        )
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    db.close()
    return path


@contextmanager
def copy_of(old: Path, folder: Path) -> Iterator[Database]:
    target = folder / f"{uuid.uuid4().hex}.db"
    shutil.copy(old, target)
    db = connect_database(f"sqlite:///{target}")
    yield db
    db.close()
    target.unlink()


@dataclass(frozen=True)
class Outcome:
    then: str
    audit: tuple[str, ...]
    complaints: set[str]
    lost: set[str]


def hear(db: Database, address: Address, at: datetime, heard: Heard) -> Outcome:
    """What becomes of it now."""
    world = World(db, at)
    world.shelf.files.update(files())
    ears = listening().forget()
    with db.read() as session:
        last = session.scalar(select(func.max(Audit.id)))
    given = (stored(heard.hands, heard.hands.encode()),) if heard.hands else ()
    event = Incoming(
        f"after:{uuid.uuid4().hex}", address, at, text=heard.says, payload=heard.taps, files=given
    )
    receive(replace(world.desk, render=ears), event)
    with db.read() as session:
        dialog = session.scalars(
            select(Dialog)
            .join(Contact, Contact.person_id == Dialog.person_id)
            .where(Contact.channel == address.channel, Contact.place == address.place)
        ).one()
        audit = session.scalars(select(Audit.action).where(Audit.id > last)).all()
        then = f"{dialog.flow}.{dialog.step}" if dialog.flow else ""
    complaints = {code for code in ears.complaints if code not in NOTICES and not code.startswith("score_")}
    return Outcome(then, tuple(sorted(audit)), complaints, LOST & set(ears.said))


SINCE = {
    "papers": "materials",
    "choice.papers": "choice.documents",
    "papers tied": "materials tied",
    "papers received": "materials received",
}
"""Words of that release that have another name now."""


def expected(name: str, heard: Heard) -> Outcome:
    """What that release did, in today's names and with what is asked otherwise by now."""
    then, audit = heard.then, heard.audit
    action = heard.taps.partition(":")[0]
    if name.startswith("register.consent") and audit[:1] == ("consent",):
        then = "register.name"  # who comes is asked for a name
    elif then == "counts.total" and action in ("meet.count", "result.count"):
        then = "recount.what"  # counts that are there are corrected one by one
    elif action in ("result", "office.plan"):
        then = ""  # leaving a dialog closes it
    elif action == "sum.nudge":
        audit = ()  # who was nudged yesterday is asked about first
    flow, _, step = then.partition(".")
    then = SINCE.get(then, f"{SINCE.get(flow, flow)}.{step}" if flow else "")
    return Outcome(then, tuple(SINCE.get(one, one) for one in audit), set(heard.complaints), set())


@pytest.mark.parametrize("stand", stands(), ids=lambda stand: stand.name)
def test_everybody_goes_on_where_they_stood(old_file: Path, tmp_path: Path, stand: Stand) -> None:
    for heard in stand.hears:
        with copy_of(old_file, tmp_path) as db:
            assert hear(db, stand.address, stand.at, heard) == expected(stand.name, heard), heard


def test_the_buttons_of_older_messages_work(old_file: Path, tmp_path: Path) -> None:
    for address, heard in sent():
        with copy_of(old_file, tmp_path) as db:
            assert hear(db, address, now(), heard) == expected("", heard), heard
