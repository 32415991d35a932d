"""What is said of a duty beside its ladder: once more at a chosen moment, or in the name of the committee."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import Moment, next_allowed
from bot.duties.outlook import duty_outlook
from bot.people.nudging import nudge_key
from bot.people.reaching import reachable_contact
from bot.tables import Duty, DutyState, Message, Person, Reminder, ReminderKind, Submission
from bot.talk import outbox
from bot.talk.chat import Chat
from bot.talk.desk import Desk

WORDED = {ReminderKind.SNOOZE: "reminders/again", ReminderKind.NUDGE: "reminders/nudge"}


def remind_later(chat: Chat, duty: Duty, moment: datetime) -> None:
    """Writes the reminder of a duty once more, to go out at `moment`, unless the duty is done by then."""
    view = duty_outlook(chat.session, duty, replace(chat.moment, at=moment))
    reply = chat.desk.render.reply(WORDED[ReminderKind.SNOOZE], {"view": view, "today": chat.today})
    contact = reachable_contact(chat.session, chat.person.id) or chat.contact
    message = outbox.post_message(chat.session, contact, reply, chat.at, bulk=True, due_at=moment)
    chat.session.flush()
    rung = f"snooze@{moment:%Y%m%d%H%M}-{message.id}"
    _speaks_of(chat.session, message, duty, chat.person.id, ReminderKind.SNOOZE, rung, chat.at)


def nudge_person(desk: Desk, session: Session, person: Person, duty: Duty, moment: Moment) -> bool:
    """Reminds somebody of a duty in the name of the committee, once a day; False when that was done or cannot be. Of one that is
    done the numbers are meant that its report has left open."""
    contact = reachable_contact(session, person.id)
    key = nudge_key(duty, person, moment.today)
    if contact is None or session.scalar(select(Message.id).where(Message.key == key)):
        return False
    template = "reports/figures_nudge" if duty.state == DutyState.DONE else WORDED[ReminderKind.NUDGE]
    view = duty_outlook(session, duty, moment)
    reply = desk.render.reply(template, {"view": view, "today": moment.today})
    due_at = next_allowed(moment)
    message = outbox.post_message(session, contact, reply, moment.at, bulk=True, key=key, due_at=due_at)
    session.flush()
    rung = f"nudge-{message.id}@{moment.at:%Y%m%d%H%M}"
    _speaks_of(session, message, duty, person.id, ReminderKind.NUDGE, rung, moment.at)
    return True


def word_again(desk: Desk, session: Session, message_ids: Collection[int], at: datetime) -> set[int]:
    """Puts what was put off by its reader, and what was said in the name of the committee, into the words of now; answers which of the
    messages were."""
    rows = session.execute(
        select(Reminder, Duty)
        .join(Duty, Duty.id == Reminder.duty_id)
        .where(Reminder.message_id.in_(message_ids), Reminder.kind.in_(WORDED), Duty.state == DutyState.OPEN)
    ).all()
    moment = desk.moment(at)
    for said, duty in rows:
        facts = {"view": duty_outlook(session, duty, moment), "today": moment.today}
        reply = desk.render.reply(WORDED[said.kind], facts)
        session.get_one(Message, said.message_id).body = outbox.to_body(reply)
    session.flush()
    return {said.message_id for said, _ in rows}


def tell_of_return(
    desk: Desk, session: Session, person: Person, submission: Submission, moment: Moment
) -> bool:
    """Tells somebody of the unit at once that its report was given back, and why; False when they cannot be reached."""
    contact = reachable_contact(session, person.id)
    if contact is None:
        return False
    view = duty_outlook(session, submission.duty, moment)
    told = {"view": view, "submission": submission, "today": moment.today}
    reply = desk.render.reply("reports/review/told", told)
    message = outbox.post_message(session, contact, reply, moment.at, bulk=True, due_at=next_allowed(moment))
    session.flush()
    rung = f"return-{message.id}@{moment.at:%Y%m%d%H%M}"
    _speaks_of(session, message, submission.duty, person.id, ReminderKind.RETURN, rung, moment.at)
    return True


def _speaks_of(
    session: Session,
    message: Message,
    duty: Duty,
    person_id: int,
    kind: ReminderKind,
    rung: str,
    at: datetime,
) -> None:
    """So that the message is taken back when the duty is done before it has gone out."""
    session.add(
        Reminder(
            duty_id=duty.id,
            rung=rung,
            kind=kind,
            rung_at=None if kind == ReminderKind.SNOOZE else at,
            person_id=person_id,
            message_id=message.id,
            at=at,
        )
    )
