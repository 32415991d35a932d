"""What a channel has asked for messages, by months: the office sees it before the bill does."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, bindparam, case, func, select
from sqlalchemy.orm import Session

from bot.calendar import Moment, at_local
from bot.tables import Contact, Message
from bot.talk.desk import Desk

MONTHS_BACK = 12


@dataclass(frozen=True, slots=True)
class MonthCost:
    """Of one channel in the month that begins on `month`: messages that went out, those of them that cost, and what in VND."""

    channel: str
    month: date
    messages: int
    charged: int
    cost: int


def costing_channels(desk: Desk, session: Session) -> list[str]:
    """On which somebody is written to for money."""
    here = select(Contact.id).where(Contact.channel == bindparam("name")).exists()
    may = [name for name, one in desk.abilities.items() if one.costs]
    return [name for name in may if session.scalar(select(here), {"name": name})]


def costs_of_month(desk: Desk, session: Session, moment: Moment, back: int = 0) -> list[MonthCost]:
    """Of the channels that may cost, in this month or so many before it; those on which nothing went out are left out."""
    first, after = _month(moment.today, back), _month(moment.today, back - 1)
    begins, ends = (at_local(day, time.min, moment.zone) for day in (first, after))
    found = (_cost(session, name, first, begins, ends) for name in costing_channels(desk, session))
    return [one for one in found if one.messages or one.charged]


def costs_by_month(desk: Desk, session: Session, moment: Moment) -> list[MonthCost]:
    """This month and MONTHS_BACK before it, the latest first."""
    months = (costs_of_month(desk, session, moment, back) for back in range(MONTHS_BACK + 1))
    return [one for month in months for one in month]


def _month(day: date, back: int) -> date:
    """The first day of the month so many before that of `day`."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def _cost(session: Session, channel: str, month: date, begins: datetime, ends: datetime) -> MonthCost:
    """What was knocked for and has not gone out yet counts in the month in which it was written."""
    sent = _sums(session, channel, Message.sent_at >= begins, Message.sent_at < ends)
    knocked = _sums(
        session,
        channel,
        Message.sent_at.is_(None),
        Message.cost > 0,
        Message.created_at >= begins,
        Message.created_at < ends,
    )
    return MonthCost(channel, month, sent[0], sent[1] + knocked[1], sent[2] + knocked[2])


def _sums(session: Session, channel: str, *which: ColumnElement[bool]) -> tuple[int, int, int]:
    counted = func.count(), func.count(case((Message.cost > 0, 1))), func.coalesce(func.sum(Message.cost), 0)
    row = session.execute(select(*counted).where(Message.channel == channel, *which)).one()
    return int(row[0]), int(row[1]), int(row[2])
