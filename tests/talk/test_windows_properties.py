"""Whatever a person with two places whose windows close says and leaves unsaid: nothing is lost, nothing comes twice."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.duties.life import close_duty
from bot.messages import Address, Incoming, Reply
from bot.people.people import CONSENT_VERSION
from bot.store.db import Database
from bot.tables import Contact, Duty, Membership, Message, Person, Reminder, Role, Unit
from bot.talk import outbox
from bot.talk.receive import receive
from schedules import reminders
from tests.kit.committees import monthly_committee
from tests.kit.databases import Ground
from tests.kit.parlours import Parlour, sends_what_is_due
from tests.kit.stage import Stage
from tests.kit.world import World

PLACES = ("telegram", "zalo")
Act = tuple[str, int]
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("speaks"), st.integers(0, 1)),
        st.tuples(st.just("notice"), st.integers(0, 1)),
        st.tuples(st.just("done"), st.integers(0, 3)),
        st.tuples(st.just("later"), st.sampled_from([1, 2, 5, 9])),
        st.tuples(st.just("shuts out"), st.integers(0, 1)),
    ),
    min_size=3,
    max_size=10,
)


class Life:
    """One secretary with two places, and what is told there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.parlours = [Parlour(name, knocks=name == "zalo") for name in PLACES]
        self.notices: list[str] = []
        self.words = 0
        with world.db.write() as session:
            unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
            person = Person(created_at=world.at, name="An", consent_version=CONSENT_VERSION)
            for name in PLACES:
                session.add(Contact(person=person, channel=name, place=name, used_at=world.at))
            session.flush()
            session.add(Membership(person_id=person.id, unit_id=unit.id, role=Role.SECRETARY, since=world.at))
            self.person = person.id

    def does(self, act: str, number: int) -> None:
        if act == "speaks":
            self.speaks(number)
        elif act == "shuts out":
            self.event(number, blocked=True)
            self.event(number, blocked=False)
        elif act == "notice":
            self.notice(number)
        elif act == "done":
            self.done(number)
        else:
            self.later(number)
        sends_what_is_due(self.world, *self.parlours)

    def event(self, number: int, **facts: object) -> None:
        self.words += 1
        address = Address(PLACES[number], PLACES[number])
        receive(self.world.desk, Incoming(f"e{self.words}", address, self.world.at, **facts))  # type: ignore[arg-type]

    def speaks(self, number: int) -> None:
        self.parlours[number].spoken[PLACES[number]] = self.world.at
        self.event(number, text="Chào đồng chí")

    def notice(self, number: int) -> None:
        with self.world.db.write() as session:
            contact = session.scalars(select(Contact).where(Contact.channel == PLACES[number])).one()
            if contact.lost_at is None:
                self.notices.append(f"Thông báo {len(self.notices)}")
                outbox.post_message(session, contact, Reply(self.notices[-1]), self.world.at, bulk=True)

    def done(self, number: int) -> None:
        with self.world.db.write() as session:
            duties = session.scalars(
                select(Duty).where(Duty.state == "open", Duty.unit.has(code="CB01")).order_by(Duty.id)
            ).all()
            close_duty(session, duties[number % len(duties)], self.world.moment.today, self.world.moment)

    def later(self, days: int) -> None:
        for _ in range(days):
            self.world.later(days=1)
            self.world.tick(reminders.say_reminders)
            sends_what_is_due(self.world, *self.parlours)


@contextmanager
def lives(ground: Ground) -> Iterator[Life]:
    folder = Path(tempfile.mkdtemp(prefix="windows-"))
    ground.clear(folder)
    db = Database(ground.engine)
    try:
        stage = Stage(World(db), ground)
        stage.reach(monthly_committee)
        stage.world.go("2022-04-04 09:00")
        yield Life(stage.world)
    finally:
        db.close()
        shutil.rmtree(folder)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_nothing_is_lost_and_nothing_comes_twice(sqlite_ground: Ground, acts: list[Act]) -> None:
    with lives(sqlite_ground) as life:
        for act, number in acts:
            life.does(act, number)
        world = life.world
        world.go(f"{world.moment.today + timedelta(days=1)} 09:00")
        world.tick(reminders.say_reminders)
        for number in (0, 1):
            life.does("speaks", number)
        world.later(hours=1)
        life.does("speaks", 0)
        told = Counter(reply.number for parlour in life.parlours for reply in parlour.replies)
        assert max(told.values()) == 1, "no message goes out twice"
        texts = Counter(text for parlour in life.parlours for _, text in parlour.taken)
        assert {text: texts[text] for text in life.notices} == dict.fromkeys(life.notices, 1)
        with world.db.read() as session:
            left = select(Message.state, Message.kind).where(
                Message.due_at <= world.at, Message.state.in_(("waiting", "failed"))
            )
            assert session.execute(left).all() == []
            heard = set(
                session.scalars(
                    select(Reminder.duty_id)
                    .join(Message, Message.id == Reminder.message_id)
                    .where(Message.state == "sent")
                )
            )
            spoken_of = session.scalars(
                select(Duty.id).where(
                    Duty.state == "open", Duty.unit.has(code="CB01"), Duty.reminded_until.is_not(None)
                )
            )
            assert set(spoken_of) <= heard, "whatever the ladder has spoken of and is not done has been told"
