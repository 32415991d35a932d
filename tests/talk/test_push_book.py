"""What lies in a web chat is said on its devices: once, for as long as it is worth it, not by night, over restarts."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from bot.channels.web.pusher import Pusher
from bot.channels.web.sealing import Vapid, new_vapid_key
from bot.channels.web.services import Handed
from bot.composition import discreet_words
from bot.messages import Choice, Reply
from bot.people.devices import end_devices, keep_device
from bot.people.discreet import set_discreet
from bot.people.places import own_web_chat
from bot.store.db import Database
from bot.tables import (
    Contact,
    Meeting,
    MeetingKind,
    Membership,
    Message,
    Person,
    Push,
    PushSubscription,
    Role,
    Unit,
)
from bot.talk.delivery import claim_messages
from bot.talk.outbox import post_message
from bot.talk.push_book import LEASE, LIFE, MOST_FAILURES, DatabasePushBook, shown_of
from bot.talk.settling import SendOutcome, SendResult, settle_messages
from tests.kit.devices import rings_on_web
from tests.kit.push_service import PushService

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = datetime(2026, 4, 1, 2, tzinfo=UTC)
"""A Wednesday, 9:00."""
VAPID = Vapid(new_vapid_key(), "https://chibo.example")
TEXT = "📅 <b>Chưa đặt lịch họp</b>\nChi bộ 1 &amp; 2\nChuyên đề quý II\n⏰ Hạn Chủ nhật 12/4\n\n👉 Đồng chí đặt lịch."


async def turned(pusher: Pusher) -> int:
    try:
        return await pusher.turn()
    finally:
        pusher.stop()


class Bench:
    """A web chat with devices, a clock that the test moves, and one process after another that pushes."""

    def __init__(self, db: Database) -> None:
        self.db, self.at = db, MORNING
        self.service = PushService(clock=lambda: self.at.timestamp())
        with db.write() as session:
            person = Person(created_at=self.at)
            session.add(person)
            session.flush()
            self.chat = own_web_chat(session, person, self.at).id

    def now(self) -> datetime:
        return self.at

    def device(self) -> str:
        made = self.service.device()
        keys = made.subscription()["keys"]
        with self.db.write() as session:
            keep_device(session, self.chat, made.endpoint, keys["p256dh"], keys["auth"], self.at)
        return made.endpoint

    def tell(self, text: str = TEXT, *, bulk: bool = True, meeting_id: int | None = None) -> int:
        """A message is written, sent and settled, as the sender does it."""
        with self.db.write() as session:
            contact = session.get_one(Contact, self.chat)
            reply = Reply(text, quick=(Choice("Đã nhận", "got:1"),))
            message = post_message(session, contact, reply, self.at, bulk=bulk)
            message.meeting_id = meeting_id
            session.flush()
            number = message.id
        self.send()
        return number

    def send(self) -> None:
        with self.db.write() as session:
            claimed = claim_messages(session, self.at, ["web"], 10)
        with self.db.write() as session:
            settle_messages(session, [SendOutcome(one, SendResult.SENT) for one in claimed], self.at)

    def book(self) -> DatabasePushBook:
        return DatabasePushBook(self.db, self.now, ZONE, "https://chibo.example", discreet_words())

    async def push(self) -> int:
        """A process that has just begun says what is due."""
        return await turned(Pusher(self.book(), VAPID, self.service.hand_over, self.now))

    def left(self) -> int:
        with self.db.read() as session:
            return session.scalar(select(func.count()).select_from(Push)) or 0

    def rings(self) -> bool:
        with self.db.read() as session:
            return rings_on_web(session, {self.chat}) == {self.chat}

    def answers(self, *answers: Handed | ConnectionError) -> None:
        self.service.answers.extend(answers)

    def later(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def bench(db: Database) -> Bench:
    return Bench(db)


async def test_each_device_hears_once_of_what_came_unasked(bench: Bench) -> None:
    devices = {bench.device(), bench.device()}
    number = bench.tell()
    bench.tell("Câu trả lời.", bulk=False)
    assert await bench.push() == 2
    assert {one.device.endpoint for one in bench.service.taken} == devices
    for one in bench.service.taken:
        assert one.word["number"] == number
        assert one.word["path"].startswith("/w/")
        assert one.word["title"] == "📅 Chưa đặt lịch họp"
        assert one.word["body"] == "Chi bộ 1 & 2\n⏰ Hạn Chủ nhật 12/4"
        assert one.word["quick"] == [{"label": "Đã nhận", "payload": "got:1"}]
        assert one.headers["TTL"] == "86400"
        assert one.headers["Urgency"] == "normal"
    assert await bench.push() == 0
    assert bench.left() == 0
    with bench.db.read() as session:
        assert session.scalars(select(PushSubscription.last_sent_at)).all() == [bench.at] * 2


async def test_a_chat_without_a_device_costs_nothing(bench: Bench) -> None:
    bench.tell()
    assert bench.left() == 0
    bench.device()
    assert await bench.push() == 0  # what was told before is not said afterwards


@pytest.mark.parametrize("status", [404, 410])
async def test_a_device_that_is_gone_is_forgotten_alone(bench: Bench, status: int) -> None:
    gone, here = bench.device(), bench.device()
    bench.tell()
    bench.answers(Handed(status))
    await bench.push()
    with bench.db.read() as session:
        left = session.scalars(select(PushSubscription.endpoint)).all()
    assert len(left) == 1
    assert set(left) < {gone, here}
    assert len(bench.service.taken) == 1
    assert bench.left() == 0
    assert bench.rings()


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (Handed(429, "300"), 300),
        (Handed(429), 20),
        (Handed(503), 20),
        (Handed(500, "1"), 20),
        (ConnectionError("TimeoutError"), 20),
    ],
)
async def test_a_service_that_asks_to_wait_is_waited_for(
    bench: Bench, answer: Handed | ConnectionError, wait: int
) -> None:
    bench.device()
    number = bench.tell()
    bench.answers(answer)
    await bench.push()
    assert bench.service.taken == []
    with bench.db.read() as session:
        assert session.get_one(Message, number).seq is not None  # it is in the talk all the while
    bench.later(seconds=wait - 1)
    assert await bench.push() == 0
    bench.later(seconds=2)
    assert await bench.push() == 1
    assert [one.word["number"] for one in bench.service.taken] == [number]


async def test_what_is_refused_again_and_again_gives_the_device_up(bench: Bench) -> None:
    bench.device()
    for time in range(MOST_FAILURES):
        assert bench.rings(), time
        bench.tell(f"lần {time}")
        bench.answers(Handed(403))
        await bench.push()
        assert bench.left() == 0
    assert not bench.rings()


async def test_keys_that_are_none_hold_up_nobody(bench: Bench) -> None:
    bench.device()
    with bench.db.write() as session:
        keep_device(session, bench.chat, "https://push.example/odd", "AAAA", "AAAA", bench.at)
    bench.tell()
    assert await bench.push() == 2
    assert len(bench.service.taken) == 1
    assert bench.left() == 0


async def test_one_that_is_taken_makes_good_the_refusals(bench: Bench) -> None:
    bench.device()
    for time in range(2 * MOST_FAILURES):
        bench.tell(f"lần {time}")
        if time % 2:
            bench.answers(Handed(400))
        await bench.push()
    assert bench.rings()


async def test_a_push_outlives_the_process_that_took_it(bench: Bench) -> None:
    bench.device()
    number = bench.tell()
    book = bench.book()
    assert len(book.claim()) == 1  # and is killed before it has said it
    assert await bench.push() == 0  # another replica leaves it
    bench.later(seconds=LEASE.total_seconds() + 1)
    assert await bench.push() == 1
    assert [one.word["number"] for one in bench.service.taken] == [number]
    bench.later(hours=1)
    assert await bench.push() == 0


async def test_it_is_not_tried_for_longer_than_it_is_worth(bench: Bench) -> None:
    bench.device()
    bench.tell()
    bench.answers(*(Handed(503) for _ in range(200)))
    end = bench.at + LIFE
    while bench.at < end:
        await bench.push()
        bench.later(minutes=31)
    bench.later(days=1)
    bench.service.answers.clear()
    assert await bench.push() == 0
    assert bench.left() == 0
    assert bench.service.taken == []


async def test_the_night_is_quiet(bench: Bench) -> None:
    bench.device()
    bench.at = datetime(2026, 4, 1, 13, 59, tzinfo=UTC)  # 20:59
    bench.tell()
    bench.answers(Handed(503))
    await bench.push()
    for _ in range(20):
        bench.later(minutes=29)  # until half past six
        assert await bench.push() == 0
    bench.at = datetime(2026, 4, 2, 0, 30, tzinfo=UTC)
    assert await bench.push() == 1
    assert int(bench.service.taken[0].headers["TTL"]) < LIFE.total_seconds()


async def test_what_is_meant_for_the_night_is_said_in_it(bench: Bench) -> None:
    bench.device()
    bench.at = datetime(2026, 4, 1, 15, tzinfo=UTC)
    bench.tell()
    assert await bench.push() == 1


async def test_a_newer_one_of_the_same_takes_the_place_of_an_older(bench: Bench, db: Database) -> None:
    meeting = a_meeting(db)
    bench.device()
    bench.tell("Buổi họp dời lại", meeting_id=meeting)
    last = bench.tell("Buổi họp dời lần nữa", meeting_id=meeting)
    other = bench.tell("Việc khác")
    assert await bench.push() == 2
    said = {one.word["number"]: one.headers["Topic"] for one in bench.service.taken}
    assert said == {last: f"g{meeting}", other: f"m{other}"}
    assert all(one.word["topic"] == one.headers["Topic"] for one in bench.service.taken)


def a_meeting(db: Database) -> int:
    with db.write() as session:
        unit = Unit(code="A1", name="Chi bộ", kind="chi_bo", path="/1/")
        session.add(unit)
        session.flush()
        meeting = Meeting(unit_id=unit.id, kind=MeetingKind.REGULAR, created_at=MORNING)
        session.add(meeting)
        session.flush()
        return meeting.id


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Nguyễn Thị Mẫu", "Đồng chí Nguyễn Thị Mẫu: có việc mới, mở trợ lý để xem."),
        ("", "Có việc mới, mở trợ lý để xem."),
    ],
)
async def test_where_an_office_fears_for_secrecy_the_matter_is_in_the_talk_alone(
    bench: Bench, name: str, body: str
) -> None:
    a_meeting(bench.db)
    with bench.db.write() as session:
        person = session.scalars(select(Person)).one()
        unit = session.scalars(select(Unit)).one()
        person.name, unit.path = name, f"/{unit.id}/"
        session.add(Membership(person_id=person.id, unit_id=unit.id, role=Role.SECRETARY, since=bench.at))
        set_discreet(session, unit.id, "web", discreet=True)
    bench.device()
    number = bench.tell()
    await bench.push()
    [taken] = bench.service.taken
    shown = {key: taken.word[key] for key in ("title", "body", "quick", "number")}
    assert shown == {"title": "Trợ lý chi bộ", "body": body, "quick": [], "number": number}
    assert "Chuyên đề" not in str(taken.word)


async def test_a_device_that_ends_while_it_is_spoken_to(bench: Bench) -> None:
    bench.device()
    bench.tell()
    book = bench.book()
    [push] = book.claim()
    with bench.db.write() as session:
        end_devices(session, [bench.chat])
    pusher = Pusher(Once(book, [push]), VAPID, bench.service.hand_over, bench.now)
    assert await turned(pusher) == 1
    assert bench.left() == 0
    assert not bench.rings()


class Once:
    """A book out of which somebody has claimed already."""

    def __init__(self, book: DatabasePushBook, pushes: Iterable[object]) -> None:
        self.settle = book.settle
        self.claim: Callable[[], list] = lambda: list(pushes)  # type: ignore[type-arg]


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("⏰ <b>Hôm nay là hạn cuối</b>\nChuyên đề\n\n👉 Làm.", "⏰ Hôm nay là hạn cuối", "Chuyên đề"),
        ("Một dòng", "Một dòng", ""),
        ("Một dòng\n\n👉 Không phải làm gì.", "Một dòng", ""),
        ("Việc\n⏰ Hạn 12/4\nthêm", "Việc", "⏰ Hạn 12/4"),
        ("x" * 500 + "\n" + "y" * 500, "x" * 119 + "…", "y" * 299 + "…"),
        ("", "", ""),
    ],
)
def test_what_is_shown_of_a_message(text: str, title: str, body: str) -> None:
    shown = shown_of(Reply(text))
    assert (shown["title"], shown["body"], shown["quick"]) == (title, body, [])
