"""What many are told alike is decided, worded and written together: each is told what it would be told alone."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.life import close_duty
from bot.duties.loading import load_plan
from bot.materials.materials import tie_materials
from bot.messages import File
from bot.people.people import CONSENT_VERSION
from bot.reminders import alike, own, saying
from bot.reminders.own import note_rungs_told
from bot.reminders.receipts import note_receipt
from bot.reminders.saying import say_due
from bot.store.db import Database
from bot.tables import (
    Contact,
    DiscreetChannel,
    Duty,
    DutyKind,
    DutyState,
    Meeting,
    MeetingDuty,
    MeetingKind,
    MeetingState,
    Membership,
    Message,
    MessageState,
    Person,
    PushSubscription,
    Reminder,
    Role,
    Topic,
    Unit,
)
from bot.talk import outbox
from bot.talk.desk import Desk
from bot.talk.outbox import lose_contact, post_copies
from schedules import reminders
from tests.kit.desk import make_desk
from tests.kit.places import ZONE
from tests.kit.plans import MONTHLY, shipped
from tests.kit.ticking import tick_through
from tests.kit.world import APRIL, World

Rows = tuple[list[str], ...]


def settle(session: Session, random: Random) -> None:
    """A committee; some cells share a secretary, some have two, of whom one may be away, some have none that can be reached."""
    root = Unit(code="DUK", name="Đảng ủy", kind="dang_uy")
    session.add(root)
    session.flush()
    root.path = f"/{root.id}/"
    people: list[Person] = []
    for number in range(random.randint(4, 14)):
        unit = Unit(
            code=f"CB{number}",
            name=f"Chi bộ {number} <{{}}> & :{number}:",
            kind="chi_bo",
            sector=random.choice(("co_quan", "nong_thon")),
            parent_id=root.id,
            meeting_day=random.choice((None, 5, 5, 5, 20)),
            closed_on=APRIL.date() if random.random() < 0.1 else None,
        )
        session.add(unit)
        session.flush()
        unit.path = f"{root.path}{unit.id}/"
        for rank in range(random.choice((0, 1, 1, 1, 2))):
            if not people or random.random() < 0.8:
                people.append(somebody(session, random))
            since = APRIL - timedelta(days=random.choice((1, 90)))
            member = Membership(
                person_id=people[-1].id, unit_id=unit.id, role=Role.SECRETARY, rank=rank, since=since
            )
            member.catch_up_at = (
                APRIL + timedelta(days=random.randint(0, 9)) if random.random() < 0.15 else None
            )
            session.add(member)
            session.flush()
    for person in people:
        if random.random() < 0.2:
            person.delegate_id = random.choice(people).id
    session.add(Membership(person_id=people[0].id, unit_id=root.id, role=Role.LEADER, since=APRIL))
    session.flush()


def somebody(session: Session, random: Random) -> Person:
    person = Person(created_at=APRIL, consent_version=CONSENT_VERSION, consented_at=APRIL)
    person.reminder_hour, person.weekends = random.choice((7, 8, 19)), random.random() < 0.3
    if random.random() < 0.15:
        person.away_until = (APRIL + timedelta(days=20)).date()
    session.add(person)
    session.flush()
    for channel in random.choice(
        (("telegram",), ("zalo_bot",), ("web", "zalo_oa"), ("telegram", "web", "mail"))
    ):
        contact = Contact(person_id=person.id, channel=channel, place=f"{person.id}", used_at=APRIL)
        contact.used_at -= timedelta(days=random.randint(0, 9))
        for column, often in (("lost_at", 0.1), ("closed_at", 0.15), ("chosen_at", 0.15)):
            setattr(contact, column, APRIL if random.random() < often else None)
        session.add(contact)
        session.flush()
        if channel == "web" and random.random() < 0.5:
            keys = {"endpoint": f"https://push.example/{contact.id}", "p256dh": "", "auth": ""}
            session.add(PushSubscription(contact_id=contact.id, created_at=APRIL, **keys))
    session.flush()
    return person


def live(session: Session, random: Random) -> None:
    """Some units have met before, some duties have a meeting, some documents chosen, some are done or put off to another moment; a
    file may go along with a topic, a channel be discreet."""
    for unit in session.scalars(select(Unit).where(Unit.kind == "chi_bo").order_by(Unit.id)).all():
        for back in range(random.choice((0, 0, 1, 3))):
            met = APRIL - timedelta(days=30 * back + 26, hours=random.choice((0, 0, 5)))
            past = Meeting(unit_id=unit.id, kind=MeetingKind.REGULAR, planned_at=met, created_at=met)
            past.state, past.place = MeetingState.HELD, random.choice(("", 'Nhà văn hóa <A & "B">'))
            session.add(past)
    few = random.random() < 0.5
    for duty in session.scalars(select(Duty).order_by(Duty.id)).all():
        fate = random.random()
        if few and not duty.key.endswith("2022-04"):
            duty.state, duty.next_reminder_at = DutyState.WITHDRAWN, None
        elif fate < 0.1 and duty.kind == DutyKind.MEETING:
            held_at = APRIL + timedelta(days=random.randint(5, 30), hours=random.randint(0, 12))
            kind = MeetingKind.REGULAR
            meeting = Meeting(unit_id=duty.unit_id, kind=kind, planned_at=held_at, created_at=APRIL)
            session.add(meeting)
            session.flush()
            session.add(MeetingDuty(meeting_id=meeting.id, duty_id=duty.id))
        elif fate < 0.15 and duty.kind == DutyKind.MEETING:
            duty.picks = [0]
        elif fate < 0.2 and duty.next_reminder_at:
            duty.next_reminder_at += timedelta(days=random.randint(1, 9))
        elif fate < 0.25:
            close_duty(session, duty, APRIL.date(), Moment(APRIL, ZONE))
    if random.random() < 0.2:
        topic = session.scalars(select(Topic).order_by(Topic.id)).first()
        root = session.scalars(select(Unit).where(Unit.kind == "dang_uy")).one()
        person = session.scalars(select(Person).order_by(Person.id)).first()
        assert topic is not None
        assert person is not None
        file = File("a" * 64, "a.pdf", 5, "application/pdf")
        tie_materials(session, topic, "", [root.path], [file], person.id, APRIL)
        session.add(DiscreetChannel(unit_id=root.id, channel="telegram"))
    session.flush()


def hear(session: Session, random: Random, at: datetime) -> None:
    """What is on its way comes, is tried in vain or fails for good; people say that it has come, put it off, do what is asked."""
    waiting = session.scalars(select(Message).where(Message.state == MessageState.WAITING)).all()
    for message in sorted(waiting, key=lambda one: repr((one.person_id, one.due_at, one.kind, one.body))):
        fate = random.random()
        if fate < 0.6:
            message.state, message.sent_at = MessageState.SENT, at
        elif fate < 0.8:
            message.attempts = 1
        elif fate < 0.85:
            contact = session.get_one(Contact, message.contact_id)
            lose_contact(session, contact, "blocked", at)
    session.flush()
    told = (
        select(Reminder.duty_id, Reminder.person_id).distinct().order_by(Reminder.duty_id, Reminder.person_id)
    )
    for duty_id, person_id in session.execute(told).all():
        duty, fate = session.get_one(Duty, duty_id), random.random()
        if fate < 0.2:
            note_receipt(session, session.get_one(Person, person_id), duty, at)
        elif fate < 0.25 and duty.state == DutyState.OPEN:
            close_duty(session, duty, at.date(), Moment(at, ZONE))
        elif fate < 0.3 and duty.state == DutyState.OPEN:
            duty.reminded_until, duty.next_reminder_at = at - timedelta(days=90), at
    session.flush()


def said(session: Session, desk: Desk, random: Random) -> Rows:
    """All that is written while a clock goes through some weeks."""
    at = APRIL
    for _ in range(12):
        while say_due(desk, session, at)[0]:
            pass
        hear(session, random, at)
        at += timedelta(hours=random.choice((1, 12, 24, 60, 120, 300)))
    messages = [column for column in Message.__table__.c if column.name != "id"]
    reminders = [column for column in Reminder.__table__.c if column.name != "message_id"]
    told = select(*reminders, Message.body, Message.due_at).join(Message, Message.id == Reminder.message_id)
    queries = select(*messages), told, select(*Duty.__table__.c)
    return tuple(sorted(map(repr, session.execute(query))) for query in queries)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_together_as_one_by_one(db: Database, seed: int) -> None:
    random, desk = Random(seed), make_desk(db)
    with db.trial() as session:
        settle(session, random)
        owner = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        load_plan(session, shipped(MONTHLY), owner, Moment(APRIL, ZONE))
        live(session, random)
        found = []
        for alone in (False, True):
            with pytest.MonkeyPatch.context() as patch:
                if alone:
                    patch.setattr(alike, "_find_alike", lambda *_: [])
                attempt = session.begin_nested()
                found.append(said(session, desk, Random(seed)))
                attempt.rollback()
                session.expire_all()
        together, each = found
        assert together == each
        assert len(together[0]) == len(set(together[0]))


def six_cells(world: World) -> None:
    """Six cells that are asked the same, each with a secretary; those of the first two want to be reminded on weekends."""
    world.units(("TOP", "Đảng ủy", "dang_uy", "", None))
    world.units(*((f"A{n}", f"Chi bộ {n}", "chi_bo", "co_quan", "TOP") for n in range(6)))
    with world.db.write() as session:
        for number in range(6):
            unit = session.scalars(select(Unit).where(Unit.code == f"A{number}")).one()
            person = Person(created_at=APRIL, consent_version=CONSENT_VERSION, weekends=number < 2)
            session.add(person)
            session.flush()
            contact = Contact(person_id=person.id, channel="telegram", place=f"{number}", used_at=APRIL)
            role = Membership(person_id=person.id, unit_id=unit.id, role=Role.SECRETARY, since=APRIL)
            session.add_all([contact, role])
        session.execute(update(Duty).values(next_reminder_at=None))
    world.load(shipped(MONTHLY), owner="TOP")


def due_again(world: World, codes: Sequence[str]) -> None:
    """The first duty of these cells is looked at now, as if nothing had been said for a long time."""
    with world.db.write() as session:
        its = (
            select(func.min(Duty.id))
            .join(Unit, Unit.id == Duty.unit_id)
            .where(Unit.code.in_(codes))
            .group_by(Unit.id)
        )
        again = update(Duty).where(Duty.id.in_(its))
        session.execute(again.values(next_reminder_at=world.at, reminded_until=world.at - timedelta(days=90)))


def told_to(world: World) -> list[int]:
    with world.db.read() as session:
        return list(session.scalars(select(Message.person_id).order_by(Message.person_id)))


def test_those_who_hear_the_same_are_written_to_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    six_cells(world)
    posts: list[int] = []

    def post(session: Session, copies: Sequence[outbox.Copy], at: datetime) -> dict[int, int]:
        posts.append(len(copies))
        return post_copies(session, copies, at)

    monkeypatch.setattr(outbox, "post_copies", post)
    world.go("2022-04-04 08:00")
    assert world.tick(reminders.say_reminders) == 6
    assert posts == [6]
    assert len(set(told_to(world))) == 6
    with world.db.read() as session:
        for said, body in session.execute(select(Reminder, Message.body).join(Message)):
            payloads = [payload for row in body["choices"] for _, payload in row]
            assert {payload.split(":")[1] for payload in payloads} == {str(said.duty_id)}


def test_what_a_unit_has_been_told_is_not_said_to_it_again_among_many(world: World) -> None:
    six_cells(world)
    world.go("2022-04-04 08:00")
    due_again(world, [f"A{n}" for n in range(6)])
    assert world.tick(reminders.say_reminders) == 6
    with world.db.write() as session:
        session.execute(update(Message).values(state=MessageState.SENT, sent_at=world.at))
        heard = session.scalars(select(Person.id).order_by(Person.id).limit(3)).all()
        session.execute(delete(Reminder).where(Reminder.person_id.in_(heard)))
    due_again(world, [f"A{n}" for n in range(6)])
    assert world.tick(reminders.say_reminders) == 3
    with world.db.read() as session:
        waiting = session.scalars(select(Message.person_id).where(Message.state == MessageState.WAITING))
        assert set(waiting) == set(heard)
        left = session.scalars(select(Duty.next_reminder_at).where(Duty.next_reminder_at <= world.at))
        assert left.all() == []


def test_on_a_saturday_those_hear_who_want_to_the_others_on_the_next_working_day(world: World) -> None:
    six_cells(world)
    world.go("2022-04-04 08:00")
    world.tick(reminders.say_reminders)
    with world.db.write() as session:
        session.execute(delete(Reminder))
        session.execute(delete(Message))
    world.go("2022-04-09 08:00")
    due_again(world, [f"A{n}" for n in range(6)])
    assert world.tick(reminders.say_reminders) == 2
    tick_through(world, "2022-04-12 08:30")
    assert len(told_to(world)) == len(set(told_to(world))) == 6


def test_a_tick_that_is_cut_off_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    six_cells(world)
    world.go("2022-04-04 08:00")

    def cut_off(session: Session, told: Iterable[Any], at: datetime) -> None:
        if (some := list(told)) and told_to(world):
            raise RuntimeError("the plug is pulled")
        note_rungs_told(session, some, at)

    with monkeypatch.context() as patch:
        patch.setattr(saying, "BATCH", 3)
        for way in (alike, own):
            patch.setattr(way, "note_rungs_told", cut_off)
        with pytest.raises(RuntimeError, match="plug"):
            world.tick(reminders.say_reminders)
    assert 0 < len(told_to(world)) < 6
    world.tick(reminders.say_reminders)
    assert len(told_to(world)) == len(set(told_to(world))) == 6
