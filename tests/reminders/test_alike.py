"""What many are told alike is put into words once: each is told what it would be told alone."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.loading import load_plan
from bot.people.people import CONSENT_VERSION
from bot.reminders import alike
from bot.reminders.saying import say_due
from bot.store.db import Database
from bot.tables import (
    Contact,
    Duty,
    DutyKind,
    Meeting,
    MeetingDuty,
    MeetingKind,
    Membership,
    Message,
    Person,
    Reminder,
    Role,
    Unit,
)
from bot.talk.desk import Desk
from tests.kit.desk import make_desk
from tests.kit.places import ZONE
from tests.kit.plans import MONTHLY, shipped
from tests.kit.world import APRIL

Rows = tuple[list[str], ...]


def settle(session: Session, random: Random) -> None:
    """A committee; some cells share a secretary, some have two, of whom one may be away, some have none that can be reached."""
    root = Unit(code="DUK", name="Đảng ủy", kind="dang_uy")
    session.add(root)
    session.flush()
    root.path = f"/{root.id}/"
    people: list[Person] = []
    for number in range(random.randint(4, 10)):
        unit = Unit(
            code=f"CB{number}",
            name=f"Chi bộ {number} <{{}}> & :{number}:",
            kind="chi_bo",
            sector=random.choice(("co_quan", "nong_thon")),
            parent_id=root.id,
            meeting_day=random.choice((None, 5, 20)),
        )
        session.add(unit)
        session.flush()
        unit.path = f"{root.path}{unit.id}/"
        for rank in range(random.choice((0, 1, 1, 1, 2))):
            if not people or random.random() < 0.8:
                people.append(somebody(session, random))
            member = Membership(
                person_id=people[-1].id, unit_id=unit.id, role=Role.SECRETARY, rank=rank, since=APRIL
            )
            session.add(member)
            session.flush()


def somebody(session: Session, random: Random) -> Person:
    person = Person(created_at=APRIL, consent_version=CONSENT_VERSION, consented_at=APRIL)
    person.reminder_hour, person.weekends = random.choice((7, 8, 19)), random.random() < 0.3
    if random.random() < 0.15:
        person.away_until = (APRIL + timedelta(days=20)).date()
    session.add(person)
    session.flush()
    for channel in random.choice((("telegram",), ("zalo_bot",), ("telegram", "mail"))):
        contact = Contact(person_id=person.id, channel=channel, place=f"{person.id}", used_at=APRIL)
        contact.lost_at = APRIL if random.random() < 0.1 else None
        session.add(contact)
    session.flush()
    return person


def live(session: Session, random: Random) -> None:
    """Some duties have a meeting, some documents chosen, some are put off to another moment."""
    for duty in session.scalars(select(Duty).order_by(Duty.id)).all():
        fate = random.random()
        if fate < 0.1 and duty.kind == DutyKind.MEETING:
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
    session.flush()


def said(session: Session, desk: Desk, random: Random) -> Rows:
    """All that is written while a clock goes through some weeks."""
    at = APRIL
    for _ in range(12):
        while say_due(desk, session, at)[0]:
            pass
        at += timedelta(hours=random.choice((1, 12, 24, 60, 120)))
    columns = (
        (Message.person_id, Message.contact_id, Message.body, Message.due_at, Message.kind, Message.key),
        (Reminder.duty_id, Reminder.rung, Reminder.person_id, Reminder.kind, Reminder.rung_at, Reminder.at),
        (Duty.id, Duty.state, Duty.next_reminder_at, Duty.reminded_until),
    )
    return tuple(sorted(map(repr, session.execute(select(*some)))) for some in columns)


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
