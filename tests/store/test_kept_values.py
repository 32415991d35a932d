"""Values that stand in columns of JSON, as rows give them back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from bot.store.db import Database
from bot.tables import Meeting, MeetingKind, Unit
from bot.tables.walked import MeetingMarks, MeetingStep, StepMark

NOON = datetime(2026, 3, 5, 5, 0, tzinfo=UTC)
STEPS = (MeetingStep(key="open", title="Khai mạc"), MeetingStep(key="vote", asks="vote", least_minutes=5))


def meeting(number: int, **facts: object) -> Meeting:
    return Meeting(id=number, unit_id=1, kind=MeetingKind.REGULAR, created_at=NOON, **facts)


def read(session: Session, number: int) -> Meeting:
    return session.scalars(select(Meeting).where(Meeting.id == number)).one()


def add_unit(session: Session) -> None:
    session.add(Unit(id=1, code="cb", name="Chi bộ", path="/1/", kind="chi_bo"))
    session.flush()


def test_a_value_comes_back_as_it_was_written(db: Database) -> None:
    marks = MeetingMarks(steps={0: StepMark.DONE}, homework=("Gửi biên bản",), closed_at=NOON)
    with db.write() as session:
        add_unit(session)
        session.add(meeting(1, steps=STEPS, marks=marks))
    with db.read() as session:
        found = read(session, 1)
        assert (found.steps, found.marks) == (STEPS, marks)


def test_what_cannot_be_changed_is_one_for_all_rows_that_say_the_same(db: Database) -> None:
    """All meetings of a plan's topic have the same steps; what became of them is each meeting's own."""
    with db.write() as session:
        add_unit(session)
        session.add_all([meeting(number, steps=STEPS) for number in (1, 2)])
    with db.read() as session:
        one, other = read(session, 1), read(session, 2)
        assert one.steps is other.steps
        assert one.marks.steps is not other.marks.steps


def test_another_text_is_another_value(db: Database) -> None:
    with db.write() as session:
        add_unit(session)
        session.add(meeting(1, steps=STEPS))
    with db.read() as session:
        assert read(session, 1).steps == STEPS
    with db.write() as session:
        session.execute(update(Meeting).values(steps=STEPS[:1]))
    with db.read() as session:
        assert read(session, 1).steps == STEPS[:1]


@pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
def test_half_of_a_sign_that_an_older_row_holds_is_read(db: Database) -> None:
    """PostgreSQL does not take it."""
    with db.write() as session:
        add_unit(session)
        session.add(meeting(1))
        session.flush()
        session.execute(text("UPDATE meetings SET steps = :half"), {"half": r'[{"title": "H\ud83d"}]'})
    with db.read() as session:
        assert read(session, 1).steps == (MeetingStep(title="H\ud83d"),)
