"""Summaries, unasked: weekly and on the day after a due date, to each leader at the leader's hour; nothing to say, nothing sent."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from bot import outbox
from bot.chat import Desk
from bot.domain.calendar import at_local, local_day, next_allowed
from bot.domain.counting import missing, tallies, unstaffed, urgent_first
from bot.domain.escalation import out_of_touch
from bot.domain.roles import below
from bot.models import Duty, Membership, Unit

MONDAY = 0
NAMES = 12
LOST_NAMES = 5
BATCH = 200
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LOOK_BACK = timedelta(days=60)
LOOK_AHEAD = timedelta(days=35)


def tick(desk: Desk, at: datetime) -> int:
    """Looks after every leader whose hour has come; answers how many summaries were written."""
    written = 0
    while True:
        with desk.db.write() as session:
            leaders = list(
                session.scalars(
                    select(Membership)
                    .where(
                        Membership.next_summary_at <= at,
                        Membership.role == "leader",
                        Membership.ended_at.is_(None),
                    )
                    .options(joinedload(Membership.person), joinedload(Membership.unit))
                    .order_by(Membership.next_summary_at)
                    .limit(BATCH)
                    .with_for_update(skip_locked=True, of=Membership)
                )
            )
            if not leaders:
                return written
            for leader in leaders:
                written += _look(desk, session, leader, at)


def _look(desk: Desk, session: Session, leader: Membership, at: datetime) -> bool:
    """Says what there is to say today and moves the leader's next look to tomorrow at the leader's hour.

    Days on which nobody could be told (holidays, an outage) are looked after together, once.
    """
    today = local_day(at, desk.zone)
    own_hour = at_local(today, time(leader.person.reminder_hour), desk.zone)
    allowed = next_allowed(max(at, own_hour), desk.zone)
    if at < allowed:
        leader.next_summary_at = allowed
        return False
    first = max((leader.summed_on or today - DAY) + DAY, today - WEEK + DAY)
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    leader.summed_on, leader.next_summary_at = today, next_look(leader, at, desk.zone)
    scope = below(Duty.path, leader.unit.path)
    if any(day.weekday() == MONDAY for day in days):
        live = select(Duty.demand_id).where(scope, _matters(today, at))
        return _write(desk, session, leader, scope & Duty.demand_id.in_(live), "week", at)
    due = Duty.due_on.in_([day - DAY for day in days])
    return _write(desk, session, leader, scope & due, "due", at)


def _matters(today: date, at: datetime) -> ColumnElement[bool]:
    """What a weekly summary speaks of: something open about now, or done this week."""
    near = and_(
        Duty.state == "open",
        Duty.opens_on <= today,
        Duty.due_on.between(today - LOOK_BACK, today + LOOK_AHEAD),
    )
    return or_(near, and_(Duty.state == "done", Duty.done_at >= at - WEEK))


def next_look(leader: Membership, at: datetime, zone: ZoneInfo) -> datetime:
    """Tomorrow at the leader's hour, off quiet hours and holidays."""
    tomorrow = local_day(at, zone) + timedelta(days=1)
    return next_allowed(at_local(tomorrow, time(leader.person.reminder_hour), zone), zone)


def _write(
    desk: Desk, session: Session, leader: Membership, where: ColumnElement[bool], why: str, at: datetime
) -> bool:
    today = local_day(at, desk.zone)
    figures = urgent_first(tallies(session, where, today), today)
    contact = outbox.reachable(session, leader.person_id)
    if not figures or contact is None:
        return False
    first = next((t for t in figures if t.open), None)
    names: list[str] = []
    if first is not None:
        named = missing(and_(where, Duty.demand_id == first.demand_id), today).with_only_columns(Unit.name)
        names = list(session.scalars(named.limit(NAMES)))
    own = below(Duty.path, leader.unit.path)
    lost, lost_names = out_of_touch(session, own, today, LOST_NAMES)
    context = {
        "figures": figures,
        "why": why,
        "unit": leader.unit,
        "first": first,
        "names": names,
        "more": first.open - len(names) if first else 0,
        "alone": unstaffed(session, where, today),
        "lost": lost,
        "lost_names": lost_names,
        "today": today,
    }
    reply = desk.render.reply("summaries/unasked", context)
    key = f"summary:{leader.id}:{why}:{today}"
    outbox.post(session, contact, reply, at, bulk=True, key=key)
    session.flush()
    return True


def next_moment(session: Session) -> datetime | None:
    """When the next leader is looked after, for a clock that can be moved."""
    return session.scalar(
        select(Membership.next_summary_at)
        .where(Membership.next_summary_at.is_not(None), Membership.ended_at.is_(None))
        .order_by(Membership.next_summary_at)
        .limit(1)
    )
