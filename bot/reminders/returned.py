"""Who speaks again where the window was closed: of what has waited, what is still true is said, once and in the words of now."""

from collections.abc import Collection
from dataclasses import replace
from datetime import time

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot.duties.ladder import Timed
from bot.duties.life import meetings_of
from bot.duties.withdrawing import to_own_people
from bot.people.staff import staff_of
from bot.reminders.above import word_above
from bot.reminders.climbed import hand_to
from bot.reminders.due import DueRung
from bot.reminders.newcomers import asked_duties, catch_up_rung, heard_of
from bot.reminders.own import tell_secretaries
from bot.tables import Duty, Message, MessageKind, MessageState, Reminder, ReminderKind
from bot.talk.chat import Chat
from bot.talk.windows import held_for


def say_anew(chat: Chat) -> None:
    """Before what was held for the person goes out. Plain notices stay as they are."""
    _say_own_anew(chat)
    _say_above_anew(chat)
    chat.session.flush()


def _say_own_anew(chat: Chat) -> None:
    """What their units owe is told as to a newcomer, all of it in one message; what was put off by the person stays put off."""
    session, person = chat.session, chat.person
    put_off = Reminder.kind == ReminderKind.SNOOZE
    rows = session.execute(
        select(Reminder.message_id, Reminder.duty_id)
        .join(Message, Message.id == Reminder.message_id)
        .where(held_for(chat.contact), to_own_people(), or_(~put_off, Message.due_at <= chat.at))
    ).all()
    if not rows:
        return
    _take_back(session, {row.message_id for row in rows})
    duties = asked_duties(session, Duty.id.in_({row.duty_id for row in rows}))
    staff = staff_of(session, {duty.unit_id for duty in duties}, chat.today)
    if not duties or person.id not in staff.contacts:
        return
    meetings, heard = meetings_of(session, [d.id for d in duties]), heard_of(session, [d.id for d in duties])
    lines = [
        DueRung(
            duty,
            meetings.get(duty.id),
            # It waits for no hour of theirs: they are there.
            Timed(chat.at, replace(catch_up_rung(duty), clock=time())),
            anew=(duty.id, person.id) not in heard,
        )
        for duty in duties
    ]
    tell_secretaries(chat.desk, session, [], chat.at, staff, {person.id: lines})


def _take_back(session: Session, message_ids: Collection[int]) -> None:
    taken = update(Message).where(Message.id.in_(message_ids))
    session.execute(taken.values(state=MessageState.WITHDRAWN).execution_options(synchronize_session=False))
    gone = delete(Reminder).where(Reminder.message_id.in_(message_ids))
    session.execute(gone.execution_options(synchronize_session=False))


def _say_above_anew(chat: Chat) -> None:
    """Of several summaries the newest is read; what the others had taken in of what has climbed is told with the rest of that."""
    session = chat.session
    held = select(Message.id).where(held_for(chat.contact)).order_by(Message.id)
    summaries = session.scalars(held.where(Message.kind == MessageKind.SUMMARY)).all()[:-1]
    climbed = [*session.scalars(held.where(Message.kind == MessageKind.ABOVE)), *summaries]
    if not climbed:
        return
    named = Reminder.message_id.in_(summaries), Reminder.kind == ReminderKind.SUMMARY
    session.execute(delete(Reminder).where(*named).execution_options(synchronize_session=False))
    told, *others = climbed
    for number in others:
        hand_to(session, number, told)
    if session.scalar(select(Reminder.duty_id).where(Reminder.message_id == told).limit(1)) is None:
        _take_back(session, {told})
        return
    session.execute(update(Message).where(Message.id == told).values(kind=MessageKind.ABOVE))
    word_above(chat.desk, session, [told], chat.at)
