"""A database of release 0.1 migrates, and everybody goes on where they stood: open questions, sent buttons, waiting messages."""

import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.messages import Address, Incoming, Reply
from bot.people.people import CONSENT_VERSION
from bot.store.db import Database, connect_database
from bot.store.links import SignedLinks, own_secret
from bot.tables import Audit, Base, Contact, Dialog, Errand, Invite, Membership, Message, Person, Reminder
from bot.talk.delivery import claim_messages
from bot.talk.errands import READY
from bot.talk.receive import receive
from bot.talk.render import Renderer
from bot.talk.settling import SendOutcome as Outgone
from bot.talk.settling import SendResult, settle_messages
from schedules.materials import send_materials
from schedules.papers import make_papers
from schedules.plans import do_plan_errands
from schedules.reminders import say_reminders
from schedules.reports import join_scans
from schedules.summaries import tell_leaders
from tests.kit.databases import run_on_server, url_of
from tests.kit.files import stored
from tests.kit.places import TEMPLATES, ZONE
from tests.kit.release import Heard, Stand, codes, files, fill, left_by_release, now, sent, stands, web_chat
from tests.kit.schema import schema_differences
from tests.kit.world import World

Copy = Callable[[], AbstractContextManager[Database]]
"""Makes a database of the test's own out of that release's, migrated, in which everybody has agreed to the present notice."""
A_DAY = timedelta(days=1)
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


def fill_and_agree(url: str) -> None:
    db = connect_database(url)
    fill(db)
    with db.write() as session:  # what the changed notice does to an open question is a test of its own
        session.execute(
            update(Person).where(Person.consent_version > 0).values(consent_version=CONSENT_VERSION)
        )
    db.close()


@pytest.fixture(scope="session")
def old_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("release") / "old.db"
    fill_and_agree(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_copy(old_file: Path, tmp_path: Path) -> Copy:
    @contextmanager
    def copy() -> Iterator[Database]:
        target = tmp_path / f"{uuid.uuid4().hex}.db"
        shutil.copy(old_file, target)
        db = connect_database(f"sqlite:///{target}")
        try:
            yield db
        finally:
            db.close()
            target.unlink()

    return copy


@pytest.fixture(scope="session")
def old_postgres(postgres_server: str) -> Iterator[str]:
    """The name of the database that copies are made of."""
    name = f"old_{uuid.uuid4().hex[:12]}"
    run_on_server(postgres_server, f'CREATE DATABASE "{name}"')
    fill_and_agree(url_of(postgres_server, name))
    yield name
    run_on_server(postgres_server, f'DROP DATABASE "{name}"')


@pytest.fixture
def postgres_copy(old_postgres: str, postgres_server: str) -> Copy:
    @contextmanager
    def copy() -> Iterator[Database]:
        name = f"old_{uuid.uuid4().hex[:12]}"
        run_on_server(postgres_server, f'CREATE DATABASE "{name}" TEMPLATE "{old_postgres}"')
        db = connect_database(url_of(postgres_server, name))
        try:
            yield db
        finally:
            db.close()
            run_on_server(postgres_server, f'DROP DATABASE "{name}"')

    return copy


@pytest.fixture(params=["sqlite", "postgresql"])
def copy(request: pytest.FixtureRequest) -> Copy:
    found: Copy = request.getfixturevalue("sqlite_copy" if request.param == "sqlite" else "postgres_copy")
    return found


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
    incoming = Incoming(
        f"after:{uuid.uuid4().hex}", address, at, text=heard.says, payload=heard.taps, files=given
    )
    receive(replace(world.desk, render=ears), incoming)
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
    then, audit, complaints = heard.then, heard.audit, set(heard.complaints)
    action = heard.taps.partition(":")[0]
    if name.startswith("register.consent") and audit[:1] == ("consent",):
        then = "register.name"  # who comes is asked for a name
    elif then == "counts.total" and action in ("meet.count", "result.count"):
        then = "recount.what"  # counts that are there are corrected one by one
    elif action in ("result", "office.plan"):
        then = ""  # leaving a dialog closes it
    elif then == "vote.voters" and heard.taps:
        then = "vote.agree"  # where all are official it is sure how many of them are there
    elif action == "sum.nudge":
        audit = ()  # who was nudged yesterday is asked about first
    elif name == "invite.role" and heard.says == "bí thư":
        then, audit, complaints = "", ("invited",), set()  # the beginning of a label is enough
    flow, _, step = then.partition(".")
    then = SINCE.get(then, f"{SINCE.get(flow, flow)}.{step}" if flow else "")
    return Outcome(then, tuple(SINCE.get(one, one) for one in audit), complaints, set())


@pytest.mark.parametrize(
    "name",
    ["schedule.day", "counts.absent_excused", "note.note", "report.files", "papers.card", "month.confirm"],
)
def test_the_changed_notice_comes_first_and_loses_nothing(sqlite_copy: Copy, name: str) -> None:
    (stand,) = [one for one in stands() if one.name == name]
    for heard in stand.hears:
        with sqlite_copy() as db:
            with db.write() as session:
                session.execute(update(Person).where(Person.consent_version > 0).values(consent_version=1))
            assert hear(db, stand.address, stand.at, heard).then == "register.consent"
            assert hear(db, stand.address, stand.at, Heard(says="đồng ý")).then == "register.name"
            named = hear(db, stand.address, stand.at, Heard(says="Nguyễn Thị Mẫu"))
            assert named == expected(stand.name, heard), heard


@pytest.mark.parametrize("stand", stands(), ids=lambda stand: stand.name)
def test_everybody_goes_on_where_they_stood(sqlite_copy: Copy, stand: Stand) -> None:
    for heard in stand.hears:
        with sqlite_copy() as db:
            assert hear(db, stand.address, stand.at, heard) == expected(stand.name, heard), heard


def test_one_of_each_kind_goes_on_on_postgresql(postgres_copy: Copy) -> None:
    for stand in {one.question.partition(".")[0]: one for one in stands() if one.hears}.values():
        with postgres_copy() as db:
            heard = stand.hears[0]
            assert hear(db, stand.address, stand.at, heard) == expected(stand.name, heard), heard


def test_the_buttons_of_older_messages_work(sqlite_copy: Copy) -> None:
    for address, heard in sent():
        with sqlite_copy() as db:
            assert hear(db, address, now(), heard) == expected("", heard), heard


def test_nothing_of_the_rows_is_lost(copy: Copy) -> None:
    """Every table has as many rows as that release left; what has no table any more has another name."""
    renamed = {"topic_files": "materials", "topic_receipts": "material_receipts"}
    with copy() as db, db.read() as session:
        assert schema_differences(db) == []
        for name, count in left_by_release().items():
            table = Base.metadata.tables[renamed.get(name, name)]
            assert session.scalar(select(func.count()).select_from(table)) == count, name


def test_waiting_messages_go_out_once_and_in_order(copy: Copy) -> None:
    with copy() as db:
        with db.read() as session:
            waiting = session.scalars(
                select(Message).where(Message.state == "waiting", Message.due_at < now() + A_DAY)
            ).all()
            wanted = {(m.id, m.contact_id): m.body["text"] for m in waiting}
            due = {one.id: one.due_at for one in session.execute(select(Message.id, Message.due_at))}
        went: dict[tuple[int, int], str] = {}
        for at in [now() + timedelta(minutes=20 * n) for n in range(60)]:
            with db.write() as session:
                claimed = claim_messages(session, at, ["telegram", "web"], 1000)
                for one in claimed:
                    assert (one.id, one.contact_id) not in went
                    went[one.id, one.contact_id] = one.reply.text
                settle_messages(session, [Outgone(one, SendResult.SENT) for one in claimed], at)
        assert went == wanted
        assert len(wanted) > 20
        for contact in {contact for _, contact in went}:
            order = [message for message, whose in went if whose == contact]
            assert order == sorted(order, key=lambda message: (due[message], message))


def test_what_was_asked_for_is_done(copy: Copy) -> None:
    with copy() as db:
        world = World(db, now())
        world.shelf.files.update(files())
        world.desk = replace(world.desk, render=listening().forget())
        with db.read() as session:
            asked = session.scalars(select(Errand).where(Errand.state.in_(READY))).all()
        assert {(one.kind) for one in asked} == {
            *("export", "unit_template", "template", "clone", "look", "units", "paper", "scan")
        }
        for tick in (do_plan_errands, make_papers, join_scans):
            world.tick(tick)
        with db.read() as session:
            after = {one.id: one.state for one in session.scalars(select(Errand))}
        assert {after[one.id] for one in asked if one.kind not in ("units", "scan")} == {"done"}
        assert {after[one.id] for one in asked if one.kind in ("units", "scan")} == {"shown"}
        assert not [name for name in listening().said if name in ("failed", "faults")]


def test_reminders_go_on_and_nothing_is_said_twice(copy: Copy) -> None:
    with copy() as db:
        world = World(db, now())
        with db.read() as session:
            told = {(one.duty_id, one.rung, one.person_id) for one in session.scalars(select(Reminder))}
        assert told
        for day in range(13, 20):
            world.go(f"2022-04-{day} 08:00")
            world.tick(say_reminders)
            world.tick(tell_leaders)
            world.tick(send_materials)
        with db.read() as session:
            every = [(one.duty_id, one.rung, one.person_id) for one in session.scalars(select(Reminder))]
        assert told < set(every)


def test_codes_that_nobody_has_used_let_people_in(copy: Copy) -> None:
    with copy() as db:
        world = World(db, now())
        for whose, code in codes().items():
            if whose == "channel":  # it is good for a quarter of an hour
                with db.read() as session:
                    world.at = session.scalars(
                        select(func.max(Invite.created_at)).where(Invite.person_id.is_not(None))
                    ).one()
            guest = world.person("900" + code, channel="web" if whose == "channel" else "telegram")
            guest.says(code)
            if whose == "channel":
                assert "Đã nối" in guest.last.text
                continue
            guest.taps("Đồng ý")
            assert "tên gì" in guest.last.text
            with db.read() as session:
                unit, _, role = whose.partition(" ")
                held = session.scalars(
                    select(Membership)
                    .join(Contact, Contact.person_id == Membership.person_id)
                    .where(Contact.place == guest.address.place)
                ).one()
                assert (held.unit.code, held.role) == (unit, role)


def test_the_link_of_a_web_chat_opens_it_still(copy: Copy) -> None:
    contact, link = web_chat()
    with copy() as db, db.write() as session:
        links = SignedLinks(own_secret(session), "https://chibo.example")
        assert links.read_web_chat(link.removeprefix("/w/")) == (contact, 0)
        row = session.get_one(Contact, contact)
        assert (row.channel, row.key) == ("web", 0)
        assert row.opened_at is not None, "its link lives on from the day of the change"
