"""The outbox: lanes and their order, leases, what becomes of a send, the sender's pace and what it survives."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.messages import (
    Address,
    Carried,
    Choice,
    File,
    FilesLater,
    Knock,
    Reply,
    TextLater,
    TryLater,
    Undeliverable,
    Unsendable,
)
from bot.store.db import Database
from bot.tables import Contact, Dialog, Message, Person, Priority
from bot.talk import carrying, delivery, outbox
from bot.talk import pace as pace_module
from bot.talk.carrying import GIVE_UP, backoff_of
from bot.talk.delivery import Claimed, claim_messages, lanes_due
from bot.talk.pace import Pace
from bot.talk.processes import enter_process, note_alive
from bot.talk.sender import Sender
from bot.talk.settling import SendOutcome, SendResult, settle_messages
from tests.kit.files import stored
from tests.kit.world import APRIL

SECONDS = 120
"""So long is waited for what must happen; no test asserts how long it takes."""

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Office:
    """A database with contacts by their place, and a clock that the test moves."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.at = APRIL
        self.claimed: dict[str, Claimed] = {}

    def now(self) -> datetime:
        return self.at

    def contact(self, place: str, channel: str = "telegram", same_as: str = "") -> int:
        """Its id; with `same_as` it belongs to the person who is at that place already."""
        with self.db.write() as session:
            person = self._at(session, same_as).person if same_as else Person(created_at=APRIL)
            contact = Contact(person=person, channel=channel, place=place, used_at=APRIL)
            session.add(contact)
            session.flush()
            return contact.id

    def _at(self, session: Session, place: str) -> Contact:
        return session.scalars(select(Contact).where(Contact.place == place)).one()

    def posts(
        self,
        place: str,
        *texts: str,
        bulk: bool = False,
        due_at: datetime | None = None,
        files: tuple[File, ...] = (),
    ) -> None:
        with self.db.write() as session:
            contact = self._at(session, place)
            for text in texts:
                outbox.post_message(
                    session, contact, Reply(text, (), files), self.at, bulk=bulk, due_at=due_at
                )
                session.flush()

    def claims(self, *channels: str, bulk: bool = True, limit: int = 100) -> list[str]:
        with self.db.write() as session:
            got = claim_messages(session, self.at, channels or ["telegram"], limit, bulk=bulk)
        self.claimed |= {one.reply.text: one for one in got}
        return [one.reply.text for one in got]

    def settles(
        self,
        *texts: str,
        kind: str = "sent",
        wait: timedelta = timedelta(),
        reason: str = "",
        parts: int = 0,
        pieces: int = 0,
        cost: int = 0,
    ) -> None:
        kept = SendResult(kind), wait, reason, parts, pieces, cost
        with self.db.write() as session:
            settle_messages(
                session,
                [SendOutcome(self.claimed[text], *kept) for text in texts],
                self.at,
            )

    def message(self, text: str) -> Message:
        with self.db.read() as session:
            return next(m for m in session.scalars(select(Message)) if m.body["text"] == text)

    def states(self) -> dict[str, str]:
        with self.db.read() as session:
            return {m.body["text"]: m.state for m in session.scalars(select(Message).order_by(Message.id))}

    def in_dialog(self, place: str, flow: str = "meet") -> None:
        with self.db.write() as session:
            dialog = session.merge(Dialog(person_id=self._at(session, place).person_id))
            dialog.flow, dialog.touched_at = flow, self.at


@pytest.fixture
def office(db: Database) -> Office:
    office = Office(db)
    for place in ("one", "two"):
        office.contact(place)
    return office


def test_one_look_says_where_anything_is_due(office: Office) -> None:
    def due(quiet_from: datetime | None = None) -> dict[str, set[Priority]]:
        with office.db.read() as session:
            return lanes_due(session, office.at, ["telegram", "web"], quiet_from)

    office.contact("three", channel="web")
    assert due() == {"telegram": set(), "web": set()}
    office.posts("one", "later", due_at=office.at + timedelta(seconds=1))
    assert due() == {"telegram": set(), "web": set()}
    office.posts("one", "answer")
    office.posts("three", "bulk", bulk=True)
    assert due() == {"telegram": {Priority.ANSWER}, "web": {Priority.BULK}}
    assert due(office.at + timedelta(seconds=1)) == {"telegram": {Priority.ANSWER}, "web": set()}
    office.claims("telegram", "web")
    assert due() == {"telegram": set(), "web": set()}


def test_a_message_comes_back_from_its_row_as_it_was_posted() -> None:
    reply = Reply("chữ", ((Choice("A", "a"), Choice("B", "b")), (Choice("C", "=3:c"),)), (stored("x.pdf"),))
    assert outbox.from_body(outbox.to_body(reply)) == reply
    assert outbox.from_body(outbox.to_body(Reply("trơn"))) == Reply("trơn")


def test_each_lane_goes_in_order_and_one_at_a_time(office: Office) -> None:
    office.posts("one", "1a", "1b", "1c")
    office.posts("two", "2a", "2b")
    assert office.claims() == ["1a", "2a"]
    assert office.claims() == []
    office.settles("1a")
    assert office.claims() == ["1b"]
    office.settles("1b", "2a")
    assert office.claims() == ["1c", "2b"]
    office.settles("1c", "2b")
    assert set(office.states().values()) == {"sent"}


def test_an_answer_overtakes_bulk(office: Office) -> None:
    office.posts("one", "bulk 1", "bulk 2", bulk=True)
    office.posts("two", "bulk 3", bulk=True)
    office.posts("one", "answer")
    assert office.claims(limit=2) == ["answer", "bulk 3"]
    assert office.claims() == [], "bulk waits for the answer of its lane"
    office.settles("answer")
    assert office.claims() == ["bulk 1"]
    office.posts("one", "answer 2")
    assert office.claims() == ["answer 2"], "an answer does not wait for bulk on its way"


def test_without_bulk_only_answers_are_claimed(office: Office) -> None:
    office.posts("one", "bulk", bulk=True)
    office.posts("two", "answer")
    assert office.claims(bulk=False) == ["answer"]


def test_a_message_set_for_later_does_not_hold_back_the_next(office: Office) -> None:
    office.posts("one", "later", due_at=APRIL + timedelta(hours=1))
    office.posts("one", "now")
    assert office.claims() == ["now"]
    office.settles("now")
    office.at += timedelta(minutes=59)
    assert office.claims() == []
    office.at += MINUTE
    assert office.claims() == ["later"]


def test_a_message_that_is_tried_again_holds_back_its_lane(office: Office) -> None:
    office.posts("one", "first", "second")
    office.posts("two", "other")
    assert office.claims() == ["first", "other"]
    office.settles("first", kind="again", wait=20 * SECOND, reason="NetworkError")
    assert office.message("first").error == "NetworkError"
    office.at += 19 * SECOND
    assert office.claims() == []
    office.at += SECOND
    assert office.claims() == ["first"]
    assert office.claimed["first"].attempts == 2
    office.settles("first")
    assert office.claims() == ["second"]


def test_bulk_waits_while_its_recipient_is_in_a_dialog(office: Office) -> None:
    office.in_dialog("one")
    office.posts("one", "reminder", bulk=True)
    office.posts("two", "free", bulk=True)
    assert office.claims() == ["free"]
    office.posts("one", "answer")
    assert office.claims() == ["answer"]
    office.settles("answer")
    office.in_dialog("one", flow="")
    assert office.claims() == ["reminder"]


def test_a_dialog_that_was_left_standing_holds_nothing(office: Office) -> None:
    office.in_dialog("one")
    office.posts("one", "reminder", bulk=True)
    office.at += delivery.DIALOG_FRESH - SECOND
    assert office.claims() == []
    office.at += SECOND
    assert office.claims() == ["reminder"]


def test_a_lively_dialog_holds_bulk_for_half_an_hour_at_most(office: Office) -> None:
    start = office.at
    office.posts("one", "reminder", bulk=True)
    while office.at < start + timedelta(minutes=30):
        office.in_dialog("one")
        assert office.claims() == []
        office.at += 5 * MINUTE
    office.in_dialog("one")
    assert office.claims() == ["reminder"]


def test_the_half_hour_counts_from_when_the_message_was_due(office: Office) -> None:
    office.posts("one", "tomorrow", bulk=True, due_at=APRIL + timedelta(days=1))
    office.at += timedelta(days=1, minutes=29)
    office.in_dialog("one")
    assert office.claims() == []
    office.at += MINUTE
    assert office.claims() == ["tomorrow"]


def test_a_lease_that_ran_out_lets_the_message_be_claimed_again(office: Office) -> None:
    office.posts("one", "plain", "behind")
    office.posts("two", "with file", files=(stored("x.pdf"),))
    assert office.claims() == ["plain", "with file"]
    office.at += delivery.LEASE - SECOND
    assert office.claims() == []
    office.at += SECOND
    assert office.claims() == ["plain"]
    office.settles("plain")
    office.at = APRIL + delivery.FILE_LEASE
    assert office.claims() == ["behind", "with file"]
    assert office.claimed["with file"].attempts == 2


def test_a_lost_contact_hands_what_waits_to_the_next_one(office: Office) -> None:
    office.contact("page", "web", same_as="one")
    tomorrow = APRIL + timedelta(days=1)
    office.posts("one", "first", "second")
    office.posts("one", "tomorrow", bulk=True, due_at=tomorrow)
    office.claims()
    office.settles("first", kind="lost", reason="blocked")
    with office.db.read() as session:
        lost = session.scalars(select(Contact).where(Contact.place == "one")).one()
        assert (lost.lost_at, lost.lost_reason) == (office.at, "blocked")
    assert office.claims() == []
    assert office.claims("web") == ["first"]
    assert office.claimed["first"].address == Address("web", "page")
    office.settles("first")
    assert office.claims("web") == ["second"]
    office.settles("second")
    assert office.message("tomorrow").due_at == tomorrow, "what is for later stays for later"
    office.at = tomorrow
    assert office.claims("web") == ["tomorrow"]


def test_without_another_contact_what_waits_has_failed_and_is_seen(office: Office) -> None:
    office.posts("one", "first", "second")
    office.posts("two", "other")
    office.claims()
    office.settles("first", kind="lost", reason="deactivated")
    assert office.states() == {"first": "failed", "second": "failed", "other": "waiting"}
    second = office.message("second")
    assert (second.failed_at, second.error) == (office.at, "deactivated")
    office.posts("one", "third")
    assert office.message("third").state == "failed"
    assert office.message("third").error == "deactivated"


def test_messages_of_a_web_chat_are_numbered_in_their_order(office: Office) -> None:
    page, other = office.contact("page", "web"), office.contact("other page", "web")
    office.posts("page", "a", "b", "c")
    office.posts("other page", "x", "y")
    office.posts("one", "on telegram")
    while texts := office.claims("web", "telegram"):
        office.settles(*reversed(texts))
    with office.db.read() as session:
        numbers = {
            contact: list(
                session.scalars(select(Message.seq).where(Message.contact_id == contact).order_by(Message.id))
            )
            for contact in (page, other)
        }
        assert numbers == {page: [1, 2, 3], other: [1, 2]}
        assert session.get_one(Contact, page).seq == 3
    assert office.message("on telegram").seq is None


def test_backing_off_doubles_up_to_ten_minutes() -> None:
    for attempts, seconds in ((1, 2), (2, 4), (5, 32), (9, 512), (10, 600), (500, 600)):
        wait = backoff_of(attempts).total_seconds()
        assert 0.8 * seconds <= wait <= 1.2 * seconds


def test_a_pace_lets_out_its_rate_and_fills_up_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(at=100.0)
    monkeypatch.setattr(pace_module, "time", SimpleNamespace(monotonic=lambda: clock.at))
    pace, slow, free = Pace(10.0), Pace(0.5), Pace(None)
    assert (pace.ready(4), pace.ready(50), free.ready(50)) == (4, 10, 50)
    pace.spend(10)
    assert pace.ready(50) == 0
    clock.at += 0.35
    assert pace.ready(50) == 3
    clock.at += 60
    assert pace.ready(50) == 10, "what was not used in an idle minute is not made up for"
    slow.spend(slow.ready(5))
    assert slow.ready(5) == 0
    clock.at += 2.01
    assert slow.ready(5) == 1, "one message in two seconds"
    pace.close(5)
    pace.close(1)
    clock.at += 4.9
    assert pace.ready(50) == 0
    clock.at += 0.2
    assert pace.ready(50) == 10
    pace.keep_to(30.0)
    clock.at += 1
    assert pace.ready(50) == 30, "the channel has learnt that it may more"


class Wire:
    """A channel that notes what it is sent; for a text it may have faults to raise first, or a gate to wait at."""

    knocks = False

    def __init__(self, name: str = "telegram", rate: float | None = None) -> None:
        self.name = name
        self.rate = rate
        self.sent: list[tuple[str, str]] = []
        self.begun: list[str] = []
        self.files: list[int] = []
        self.gone: list[int] = []
        self.price = 0
        self.faults: dict[str, list[Exception]] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.on_send: Callable[[], None] = lambda: None

    async def send(self, place: str, reply: Reply) -> Carried | None:
        self.begun.append(reply.text)
        self.gone.append(reply.pieces_gone)
        self.files.append(len(reply.files))
        if gate := self.gates.get(reply.text):
            await gate.wait()
        if faults := self.faults.get(reply.text):
            raise faults.pop(0)
        self.sent.append((place, reply.text))
        self.on_send()
        return Carried(self.price)

    async def knock(self, place: str, knock: Knock) -> None:
        raise Unsendable("no_knock")

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.sent]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not true():  # noqa: ASYNC110 - it looks at what has no event: the database and the wire
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(sender: Sender) -> AsyncIterator[None]:
    task = asyncio.create_task(sender.run())
    try:
        yield
    finally:
        sender.stop()
        await task


def sender_of(office: Office, *wires: Wire, concurrency: int = 32) -> Sender:
    return Sender(office.db, wires, office.now, concurrency=concurrency, idle=0.01)


async def test_what_is_sent_is_marked_and_announced(office: Office) -> None:
    wire, heard = Wire(), set[Address]()

    def hear(addresses: Collection[Address]) -> None:
        heard.update(addresses)

    office.posts("one", "a", "b")
    async with running(Sender(office.db, [wire], office.now, delivered=hear, idle=0.01)):
        await until(lambda: len(wire.sent) == 2)
        await until(lambda: set(office.states().values()) == {"sent"})
    assert wire.sent == [("one", "a"), ("one", "b")]
    assert heard == {Address("telegram", "one")}
    assert office.message("a").sent_at == office.at


async def test_a_chat_that_is_asked_to_wait_waits_alone(office: Office) -> None:
    wire = Wire()
    wire.faults["1a"] = [TryLater(40)]
    office.posts("one", "1a", "1b")
    office.posts("two", "2a", "2b")
    async with running(sender_of(office, wire)):
        await until(lambda: wire.texts == ["2a", "2b"] and office.message("1a").error != "")
        office.at += 39 * SECOND
        await asyncio.sleep(0.05)
        assert wire.texts == ["2a", "2b"]
        office.at += SECOND
        await until(lambda: wire.texts == ["2a", "2b", "1a", "1b"])


async def test_when_everyone_is_asked_to_wait_nothing_goes_out(office: Office) -> None:
    wire, other = Wire(), Wire("web")
    wire.faults["1a"] = [TryLater(0.4, everyone=True)]
    office.contact("page", "web")
    office.posts("one", "1a")
    began = time.monotonic()
    async with running(sender_of(office, wire, other)):
        await until(lambda: office.message("1a").error != "")
        office.posts("two", "2a")
        office.posts("page", "on the web")
        await until(lambda: other.texts == ["on the web"])
        await until(lambda: wire.texts == ["2a"])
        assert time.monotonic() - began >= 0.4
        office.at += SECOND
        await until(lambda: wire.texts == ["2a", "1a"])


async def test_an_undeliverable_message_goes_to_the_persons_next_contact(office: Office) -> None:
    wire, page = Wire(), Wire("web")
    wire.faults["hello"] = [Undeliverable("blocked")]
    wire.faults["alone"] = [Undeliverable()]
    office.contact("page", "web", same_as="one")
    office.posts("one", "hello", "again")
    office.posts("two", "alone")
    async with running(sender_of(office, wire, page)):
        await until(lambda: page.sent == [("page", "hello"), ("page", "again")])
        await until(lambda: office.message("alone").state == "failed")
    assert office.message("alone").error == "undeliverable"
    assert wire.sent == []


@pytest.mark.logs_errors
async def test_an_unsendable_message_fails_alone(office: Office) -> None:
    wire = Wire()
    wire.faults["bad"] = [Unsendable("too long " * 50)]
    office.posts("one", "bad", "good")
    async with running(sender_of(office, wire)):
        await until(lambda: wire.texts == ["good"])
    bad = office.message("bad")
    assert (bad.state, bad.failed_at) == ("failed", office.at)
    assert bad.error.startswith("too long")
    with office.db.read() as session:
        assert session.scalars(select(Contact.lost_at).where(Contact.place == "one")).one() is None


async def test_a_passing_fault_backs_off_and_comes_again(office: Office) -> None:
    wire = Wire()
    wire.faults["a"] = [ConnectionError("reset"), ConnectionError("reset")]
    office.posts("one", "a", "b")

    def backs_off(text: str, attempts: int) -> bool:
        message = office.message(text)
        wait = message.due_at - office.at
        return message.attempts == attempts and SECOND < wait < 6 * SECOND

    async with running(sender_of(office, wire)):
        for attempts, wait in ((1, 3), (2, 5)):
            await until(lambda n=attempts: backs_off("a", n))  # type: ignore[misc]
            assert office.message("a").error == "ConnectionError"
            await asyncio.sleep(0.03)
            assert wire.begun == ["a"] * attempts
            office.at += wait * SECOND
        await until(lambda: wire.texts == ["a", "b"])
    assert wire.begun == ["a", "a", "a", "b"]
    await until(lambda: office.message("a").error == "")


async def test_files_that_cannot_be_read_follow_and_hold_back_nothing(office: Office) -> None:
    """The store is away: who asked for the minutes reads the answer, and goes on talking; the file comes when it can."""
    files = (File("a" * 64, "bien-ban.docx", 5, "x"), File("b" * 64, "nghi-quyet.docx", 5, "x"))
    wire = Wire()
    wire.faults["Biên bản đây"] = [FilesLater(0, "OSError")]
    wire.faults[""] = [FilesLater(1, "OSError"), FilesLater(0, "RetryAfter", TryLater(40))]
    office.posts("one", "Biên bản đây", files=files)
    office.posts("one", "Câu hỏi tiếp theo")
    async with running(sender_of(office, wire)):
        await until(lambda: wire.texts == ["Câu hỏi tiếp theo"])
        assert office.message("Biên bản đây").state == "waiting"
        office.at += 6 * SECOND
        await until(lambda: office.message("Biên bản đây").parts_sent == 2)
        office.at += 6 * SECOND
        await until(lambda: office.message("Biên bản đây").error == "asked to wait")
        office.at += 39 * SECOND
        await asyncio.sleep(0.05)
        assert wire.files[-1] == 1, "the wait that the channel asked for is kept"
        office.at += 2 * SECOND
        await until(lambda: office.message("Biên bản đây").state == "sent")
    assert wire.files == [2, 0, 2, 1, 1], (
        "the text with two files; the next text; two files; the one that is left, twice"
    )
    assert wire.begun.count("Biên bản đây") == 1, "the text is not said again"


async def test_what_has_been_read_of_a_long_text_is_not_said_again(office: Office) -> None:
    wire = Wire()
    wire.price = 55
    wait = TryLater(40)
    wire.faults["Dài"] = [TextLater(1, "ZaloAway", cost=55), TextLater(2, "TryLater", wait, cost=110)]
    office.posts("one", "Dài", "Câu hỏi tiếp theo")
    async with running(sender_of(office, wire)):
        await until(lambda: office.message("Dài").pieces_sent == 1)
        assert office.message("Dài").cost == 55
        office.at += 6 * SECOND
        await until(lambda: office.message("Dài").pieces_sent == 3)
        assert wire.begun == ["Dài"] * 2, "what follows waits for the rest"
        office.at += 41 * SECOND
        await until(lambda: wire.texts == ["Dài", "Câu hỏi tiếp theo"])
        await until(lambda: office.message("Dài").state == "sent")
    assert wire.gone == [0, 1, 3, 0]
    assert office.message("Dài").cost == 55 + 110 + 55, "every piece is counted, once"


def test_what_went_out_in_pieces_is_written_down_once(office: Office) -> None:
    office.posts("one", "Dài")
    office.claims()
    for _ in range(2):  # the answer to the first commit was lost
        office.settles("Dài", kind="again", pieces=2, cost=110)
    assert (office.message("Dài").pieces_sent, office.message("Dài").cost) == (2, 110)


def test_a_text_begun_on_one_channel_is_said_whole_on_another(office: Office) -> None:
    office.contact("page", "web", same_as="one")
    office.posts("one", "Dài")
    office.claims()
    office.settles("Dài", kind="again", pieces=1)
    office.claims()
    assert office.claimed["Dài"].reply.pieces_gone == 1
    office.settles("Dài", kind="lost", reason="blocked")
    office.claims("web")
    assert office.claimed["Dài"].reply.pieces_gone == 0


async def test_what_moves_to_another_channel_is_said_there_whole(office: Office) -> None:
    office.contact("page", "web", same_as="one")
    office.posts("one", "Biên bản đây", files=(File("a" * 64, "x.docx", 5, "x"),))
    office.claims()
    office.settles("Biên bản đây", kind="again", parts=1)
    assert office.claims() == [""]
    office.settles("", kind="lost", reason="blocked")
    assert office.claims("web") == ["Biên bản đây"]


@pytest.mark.logs_errors
async def test_a_fault_that_does_not_pass_for_days_is_given_up(office: Office) -> None:
    wire = Wire()
    wire.faults = {"old": [OSError()], "patient": [TryLater(1)], "planned": [OSError()]}
    office.contact("three")
    office.posts("one", "old", "behind")
    office.posts("two", "patient")
    later = office.at + GIVE_UP + SECOND
    office.posts("three", "planned", bulk=True, due_at=later)
    office.at = later
    async with running(sender_of(office, wire)):
        await until(lambda: office.message("behind").state == "sent")
        await until(lambda: bool(office.message("patient").error and office.message("planned").error))
        waiting = {"patient": "waiting", "planned": "waiting"}
        assert office.states() == {"old": "failed", "behind": "sent", **waiting}
    assert office.message("old").error == "OSError"


async def test_a_send_that_hangs_is_given_up_before_its_lease_ends(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "LEASE", 0.15 * SECOND)
    monkeypatch.setattr(carrying, "MARGIN", 0.05 * SECOND)
    wire = Wire()
    wire.gates["hangs"] = asyncio.Event()
    office.posts("one", "hangs")
    async with running(sender_of(office, wire)):
        await until(lambda: office.message("hangs").error == "TimeoutError")
    assert office.message("hangs").state == "waiting"
    assert wire.sent == []


async def test_the_pace_is_kept_and_answers_go_first(office: Office) -> None:
    wire = Wire(rate=20.0)
    for n in range(26):
        office.contact(f"p{n}")
        office.posts(f"p{n}", f"bulk {n}", bulk=True)
    for place in ("one", "two"):
        office.posts(place, f"answer {place}")
    began = time.monotonic()
    async with running(sender_of(office, wire)):
        await until(lambda: len(wire.sent) >= 20)
        assert set(wire.texts[:2]) == {"answer one", "answer two"}
        await until(lambda: len(wire.sent) == 28)
    assert time.monotonic() - began >= 8 / 20


async def test_answers_keep_their_places_while_bulk_is_slow(office: Office) -> None:
    wire, gate = Wire(), asyncio.Event()
    for n in range(20):
        office.contact(f"p{n}")
        office.posts(f"p{n}", f"bulk {n}", bulk=True)
        wire.gates[f"bulk {n}"] = gate
    async with running(sender_of(office, wire, concurrency=16)):
        await until(lambda: len(wire.begun) == 12)
        await asyncio.sleep(0.05)
        assert len(wire.begun) == 12, "a quarter of the places is for answers"
        for place in ("one", "two"):
            office.posts(place, f"answer {place}")
        await until(lambda: set(wire.texts) == {"answer one", "answer two"})
        assert len(wire.begun) == 14
        gate.set()
        await until(lambda: len(wire.sent) == 22)


async def test_a_channel_that_hangs_does_not_hold_up_another(office: Office) -> None:
    wire, page, gate = Wire(), Wire("web"), asyncio.Event()
    wire.gates = {"1": gate, "2": gate}
    office.contact("page", "web")
    office.posts("one", "1")
    office.posts("two", "2")
    async with running(sender_of(office, wire, page, concurrency=2)):
        await until(lambda: len(wire.begun) == 2)
        office.posts("page", "3")
        await until(lambda: page.texts == ["3"])
        gate.set()


class Shaky(Database):
    """A database whose next transactions fail, at their start or at their commit."""

    def __init__(self, db: Database, at_commit: bool) -> None:
        self.__dict__.update(db.__dict__)
        self.at_commit = at_commit
        self.failures = 0
        self.failed = 0

    def fault(self) -> None:
        if self.failures:
            self.failures -= 1
            self.failed += 1
            raise OperationalError("COMMIT", None, OSError("connection lost"))

    @contextmanager
    def write(self, *, answers: bool = True) -> Iterator[Session]:
        if not self.at_commit:
            self.fault()
        with super().write() as session:
            yield session
            if self.at_commit:
                self.fault()


@pytest.mark.parametrize("at_commit", [False, True])
@pytest.mark.logs_errors
async def test_what_was_sent_while_the_database_fails_is_not_sent_again(
    office: Office, at_commit: bool, caplog: pytest.LogCaptureFixture
) -> None:
    shaky, wire = Shaky(office.db, at_commit), Wire()
    wire.faults["bad"] = [Unsendable("no")]
    wire.on_send = lambda: setattr(shaky, "failures", 3 if len(wire.sent) == 1 else 0)
    office.posts("one", "a", "b")
    office.posts("two", "bad")
    async with running(Sender(shaky, [wire], office.now, idle=0.01)):
        await until(lambda: office.states() == {"a": "sent", "b": "sent", "bad": "failed"})
    assert wire.texts == ["a", "b"]
    assert shaky.failed == 3
    assert "outbox turn failed" in caplog.text


async def test_what_was_claimed_by_a_commit_whose_answer_was_lost_goes_out_at_once(office: Office) -> None:
    """Nobody else may take it while this process lives, and its lease would hold it for a minute."""
    wire, lost = Wire(), list[int]()

    def lose(_session: Session) -> None:
        if not lost and office.message("a").held_by is not None:
            lost.append(office.message("a").attempts)
            raise OperationalError("COMMIT", None, OSError("connection lost"))

    office.posts("one", "a", "b")
    office.posts("two", "c")
    event.listen(Session, "after_commit", lose)
    try:
        async with running(Sender(office.db, [wire], office.now, idle=0.01, name="here")):
            await until(lambda: set(office.states().values()) == {"sent"})
    finally:
        event.remove(Session, "after_commit", lose)
    assert lost == [1]
    assert sorted(wire.texts) == ["a", "b", "c"]


def test_after_the_database_was_away_nobody_is_taken_for_dead_because_of_that(office: Office) -> None:
    """Nobody could say that it lived; who has really died counts as dead when its silence has gone on."""
    with office.db.write() as session:
        here, there = (enter_process(session, name, office.at) for name in ("here", "there"))
    office.posts("one", "a")
    with office.db.write() as session:
        claim_messages(session, office.at, ["telegram"], 1, holder=there)

    def beats() -> int | None:
        office.at += 5 * SECOND
        with office.db.write() as session:
            note_alive(session, here, "here", office.at)
        return office.message("a").held_by

    office.at += MINUTE
    assert [beats() for _ in range(5)] == [there] * 5
    assert beats() is None


async def test_each_knows_whether_it_is_alone(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.talk.processes.BEAT_SECONDS", 0.05)
    here, there = (
        Sender(office.db, [Wire()], office.now, idle=0.01, name=name) for name in ("here", "there")
    )
    async with running(here):
        assert here.alone
        async with running(there):
            await until(lambda: not here.alone and not there.alone)
        await until(lambda: here.alone)


@pytest.mark.parametrize("failures", [0, 2])
async def test_stopping_waits_for_what_is_on_its_way_and_marks_it(office: Office, failures: int) -> None:
    shaky, wire, gate = Shaky(office.db, at_commit=False), Wire(), asyncio.Event()
    wire.gates["a"] = gate
    wire.on_send = lambda: setattr(shaky, "failures", failures)
    office.posts("one", "a", "b")
    sender = Sender(shaky, [wire], office.now, idle=0.01)
    task = asyncio.create_task(sender.run())
    await until(lambda: wire.begun == ["a"])
    sender.stop()
    await asyncio.sleep(0.05)
    assert not task.done()
    gate.set()
    await task
    assert office.states() == {"a": "sent", "b": "waiting"}
    assert shaky.failed == failures


async def test_stopping_before_the_start_sends_nothing(office: Office) -> None:
    wire = Wire()
    office.posts("one", "a")
    sender = sender_of(office, wire)
    sender.wake()
    sender.stop()
    await sender.run()
    assert wire.begun == []


async def test_waking_from_another_thread_sends_at_once(office: Office) -> None:
    wire = Wire()
    sender = Sender(office.db, [wire], office.now, idle=10 * SECONDS)
    async with running(sender):
        await asyncio.sleep(0.1)
        office.posts("one", "a")
        thread = threading.Thread(target=sender.wake)
        thread.start()
        await until(lambda: wire.texts == ["a"])
        thread.join()


async def test_places_that_come_free_together_are_filled_at_once(office: Office) -> None:
    """A sender that found all places taken while their outcomes were on the way would sleep its whole idle time."""
    wire, places = Wire(), [f"crowd-{n}" for n in range(40)]
    for place in places:
        office.contact(place)
        office.posts(place, place)
    async with running(Sender(office.db, [wire], office.now, concurrency=4, idle=60)):
        await until(lambda: len(wire.sent) == 40)
    assert sorted(wire.texts) == sorted(places)
