"""What a channel allows (so many people, so many messages a month): counted here, and told to the office before it is reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.calendar import Moment, at_local, next_allowed
from bot.messages import Abilities, Reply
from bot.people.reaching import reachable_contact
from bot.store.db import take_turns
from bot.tables import Contact, Event, Message, MessageState, Person
from bot.talk import outbox
from bot.talk.desk import Desk
from bot.talk.failures import all_admins

SHARES = (100, 92, 80)
"""The office is told when so many per cent are used, once each."""
DAYS_LEFT = (1, 7, 30)
"""The office is told when a channel is paid for so many days more, once each."""


@dataclass(frozen=True, slots=True)
class Used:
    """How much of one allowance is used: `of` is "people" or "messages", `period` the month of the latter."""

    channel: str
    of: str
    count: int
    most: int
    period: str = ""

    @property
    def share(self) -> int:
        """The highest of SHARES that is reached; 0 below them."""
        return next((share for share in SHARES if self.count * 100 >= share * self.most), 0)


def is_beyond(session: Session, contact: Contact, abilities: Abilities) -> bool:
    """Whether the channel serves no more people than those who wrote there before this one."""
    if abilities.people is None:
        return False
    here = select(func.count()).where(Contact.channel == contact.channel, Contact.id <= contact.id)
    return (session.scalar(here) or 0) > abilities.people


def used_allowances(desk: Desk, session: Session, moment: Moment) -> list[Used]:
    """Of the channels that allow so much and have been used."""
    found = []
    for name, abilities in desk.abilities.items():
        if abilities.people is None and abilities.messages_a_month is None:
            continue  # of a channel without a limit, which may have very many people, nothing is counted
        people = session.scalar(select(func.count()).where(Contact.channel == name)) or 0
        if people and abilities.people:
            found.append(Used(name, "people", people, abilities.people))
        if people and abilities.messages_a_month:
            count = _messages(session, name, abilities, moment)
            found.append(Used(name, "messages", count, abilities.messages_a_month, f"{moment.today:%Y-%m}"))
    return found


def full_channels(abilities: Mapping[str, Abilities], session: Session) -> set[str]:
    """Where nobody new is served."""
    return {
        name
        for name, one in abilities.items()
        if one.people is not None
        and (session.scalar(select(func.count()).where(Contact.channel == name)) or 0) >= one.people
    }


def _messages(session: Session, channel: str, abilities: Abilities, moment: Moment) -> int:
    """In and out of this calendar month; a text over the channel's limit counts as the pieces that it is cut into."""
    first = at_local(moment.today.replace(day=1), datetime.min.time(), moment.zone)
    here = select(Contact.id).where(Contact.channel == channel).scalar_subquery()
    pieces = 1 + func.length(Message.body["text"].as_string()) // (abilities.text_limit or 10**6)
    sent = select(func.coalesce(func.sum(pieces), 0)).where(
        Message.contact_id.in_(here), Message.state == MessageState.SENT, Message.sent_at >= first
    )
    heard = select(func.count()).select_from(Event).where(Event.contact_id.in_(here), Event.at >= first)
    return int(session.scalar(sent) or 0) + int(session.scalar(heard) or 0)


def tell_of_allowances(desk: Desk, session: Session, at: datetime) -> int:
    """Tells the admins of each allowance of which a further share is used; answers how many messages were written."""
    reached = [used for used in used_allowances(desk, session, desk.moment(at)) if used.share]
    return sum(_tell(desk, session, person, used, at) for used in reached for person in all_admins(session))


def _tell(desk: Desk, session: Session, person: Person, used: Used, at: datetime) -> bool:
    key = f"allowance:{used.channel}:{used.of}{used.period}:{used.share}:{person.id}"
    reply = desk.render.reply("people/admin/allowance", {"used": used})
    return _tell_once(desk, session, person, reply, key, at, next_allowed(desk.moment(at)))


def _tell_once(
    desk: Desk, session: Session, person: Person, reply: Reply, key: str, at: datetime, due: datetime
) -> bool:
    contact = reachable_contact(session, person.id)
    if contact is None or session.scalar(select(Message.id).where(Message.key == key)) is not None:
        return False
    outbox.post_message(session, contact, reply, at, bulk=True, key=key, due_at=due)
    return True


def days_left_told(until: date | None, today: date) -> int | None:
    """The lowest of DAYS_LEFT that is reached before the last day; None above them, and after it."""
    if until is None or until < today:
        return None
    return next((days for days in DAYS_LEFT if (until - today).days <= days), None)


def tell_of_last_day(desk: Desk, session: Session, channel: str, until: date, at: datetime) -> int:
    """Tells the admins that a channel is paid until this day; answers how many messages were written."""
    today = desk.moment(at).today
    share = days_left_told(until, today)
    if share is None:
        return 0
    take_turns(session, "last_day")
    reply = desk.render.reply(
        "people/admin/last_day", {"channel": channel, "until": until, "left": (until - today).days}
    )
    due, name = _in_time(desk.moment(at), until), f"last_day:{channel}:{until}:{share}"
    return sum(
        _tell_once(desk, session, person, reply, f"{name}:{person.id}", at, due)
        for person in all_admins(session)
    )


def _in_time(moment: Moment, until: date) -> datetime:
    """The next time for what is unasked; a holiday is not waited for that lasts until the last day."""
    due = next_allowed(moment)
    return due if moment.day_of(due) < until else next_allowed(moment, except_day=moment.today)
