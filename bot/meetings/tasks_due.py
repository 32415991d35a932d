"""Tasks whose day comes near: the unit that gave them out is reminded once, before that day."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.calendar import next_allowed
from bot.meetings.tasks import OPEN
from bot.people.reaching import reachable_contact
from bot.people.staff import secretaries_of, spoken_to
from bot.store.db import take_turns
from bot.tables import Meeting, MeetingState, Person, Task, Unit
from bot.talk import outbox
from bot.talk.desk import Desk

PORTION = 500


def remind_of_tasks(desk: Desk, at: datetime) -> int:
    """Tells of the tasks whose day to remind has come; answers how many messages were written. One that is done, or whose day
    has passed while nothing ran, is told of to nobody."""
    with desk.db.write() as session:
        take_turns(session, "tasks")
        told = 0
        for unit_id, some in groupby(_coming(session, desk.moment(at).today), lambda task: task.unit_id):
            told += _tell(desk, session, session.get_one(Unit, unit_id), list(some), at)
    return told


def _coming(session: Session, today: date) -> Sequence[Task]:
    """Of meetings that were held: what is given out in one that runs may still be dropped."""
    held = exists().where(
        Meeting.id == Task.meeting_id, Meeting.state == MeetingState.HELD, Meeting.rehearsal.is_(False)
    )
    return session.scalars(
        select(Task)
        .where(Task.remind_on <= today, held)
        .order_by(Task.unit_id, Task.due_on, Task.id)
        .limit(PORTION)
    ).all()


def _tell(desk: Desk, session: Session, unit: Unit, tasks: Sequence[Task], at: datetime) -> bool:
    moment = desk.moment(at)
    open_ones = [task for task in tasks if task.state in OPEN and task.due_on and task.due_on >= moment.today]
    person = _hearer(session, unit, moment.today) if open_ones else None
    if person is not None and moment.local.hour < person.reminder_hour:
        return False  # later today
    for task in tasks:
        task.remind_on = None
    contact = reachable_contact(session, person.id) if person else None
    if contact is None:
        return False
    due_at = next_allowed(moment, near=[task.due_on for task in open_ones if task.due_on])
    reply = desk.render.reply(
        "meetings/tasks/soon", {"today": moment.today, "unit": unit, "tasks": open_ones}
    )
    outbox.post_message(session, contact, reply, at, bulk=True, due_at=due_at)
    return True


def _hearer(session: Session, unit: Unit, today: date) -> Person | None:
    people = secretaries_of(session, [unit.id]).get(unit.id, [])
    near = {person.id for person in people if reachable_contact(session, person.id)}
    return spoken_to(people, near, today)
