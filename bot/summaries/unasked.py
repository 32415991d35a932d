"""What is told unasked to whoever sums up: to leaders weekly, and when what was due has been told to the units as late; to leaders,
followers and offices the months, quarters, half years and years that have ended. One message at the person's hour, on working days;
nothing to say, nothing sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, select, update
from sqlalchemy.orm import Session, joinedload

from bot.calendar import Moment, at_local, next_allowed, next_working_day
from bot.duties.apart import apart_figures, told_apart
from bot.duties.counting import (
    Tally,
    count_unstaffed,
    done_from,
    first_missing,
    open_about,
    tally_standings,
    worst_first,
)
from bot.duties.ladder import NAME_TIME, ToldRung
from bot.duties.standings import Standing, count_standings
from bot.people.reaching import reachable_contact
from bot.people.roles import MAY, units_below
from bot.periods import periods_ending
from bot.reminders.climbed import NAMED, News, climbed_news, hand_to, waiting_above
from bot.reminders.escalation import out_of_touch
from bot.reminders.own import note_rungs_told
from bot.summaries.figures import PeriodFigure, sum_period_figures
from bot.summaries.period import PeriodSummary, sum_period
from bot.tables import (
    Duty,
    DutyState,
    Membership,
    Message,
    MessageKind,
    MessageState,
    Person,
    ReminderKind,
    Role,
    Unit,
)
from bot.talk import outbox
from bot.talk.desk import Desk

MONDAY = 0
NAMES = 12
LOST_NAMES = 5
BATCH = 20
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LONGEST_REST = 21
"""So many days back a last day may lie that has not been told yet: Tết is the longest stretch without a working day."""
LOOK_BACK = timedelta(days=60)
LOOK_AHEAD = timedelta(days=35)


_DUE = (
    Membership.role.in_(MAY["sum"]),
    Membership.ended_at.is_(None),
    Membership.next_summary_at <= bindparam("at"),
)
_FIRST = (
    select(Membership.person_id).where(*_DUE).order_by(Membership.next_summary_at).limit(bindparam("most"))
)
_ROLES = (
    select(Membership)
    .where(Membership.person_id.in_(bindparam("people", expanding=True)), *_DUE)
    .options(joinedload(Membership.person), joinedload(Membership.unit))
    .order_by(Membership.person_id, Membership.id)
    .with_for_update(skip_locked=True, of=Membership)
)


def claim_leaders(session: Session, at: datetime, most: int = BATCH) -> list[Membership]:
    """The roles, of those that sum up, whose hour has come, those of one person together; of so many people."""
    people = set(session.scalars(_FIRST, {"at": at, "most": most}))
    return list(session.scalars(_ROLES, {"at": at, "people": list(people)})) if people else []


def look_after_leader(
    desk: Desk, session: Session, person: Person, roles: Sequence[Membership], at: datetime
) -> bool:
    """Says what there is to say today and moves the leader's next look to tomorrow at the leader's hour.

    Days on which nobody could be told (rest days, an outage) are looked after together, once.
    """
    today = desk.moment(at).today
    own_hour = at_local(today, time(person.reminder_hour), desk.zone)
    allowed = next_allowed(desk.moment(max(at, own_hour)), weekends=person.weekends)
    if at < allowed:
        for leader in roles:
            leader.next_summary_at = allowed
        return False
    last = min(leader.summed_on or today - DAY for leader in roles)
    days = _days(max(last + DAY, today - WEEK + DAY), today)
    for leader in roles:
        leader.summed_on, leader.next_summary_at = today, next_look(leader, desk.moment(at))
    lately = [today - n * DAY for n in range(1, LONGEST_REST)]
    fresh = [day for day in lately if told_from(day, weekends=person.weekends) > today]
    ripe = [day for day in lately if told_from(day, weekends=person.weekends) in days]
    leads = [one for one in roles if one.role == Role.LEADER]
    scope = _below(leads or roles)
    ended = _ended_periods(session, scope if leads in ([], roles) else _below(roles), ripe, today)
    span = _Span(scope, today, min(fresh, default=today), ended)
    if not leads:
        return bool(ended) and _write(desk, session, roles, span, _Asked("period", false(), []), at)
    weekly = any(day.weekday() == MONDAY for day in days)
    asked = span.of_week(session, at) if weekly else span.of_days(session, ripe)
    return _write(desk, session, roles, span, asked, at)


def _below(roles: Sequence[Membership]) -> ColumnElement[bool]:
    return or_(*(units_below(Duty.path, one.unit.path) for one in roles))


def _ended_periods(
    session: Session, scope: ColumnElement[bool], ripe: Iterable[date], today: date
) -> list[PeriodSummary]:
    """The periods that ended on one of these days and of which something was expected, the longest first."""
    found = [sum_period(session, scope, period, today) for day in ripe for period in periods_ending(day)]
    return [one for one in found if one.count.expected]


def _days(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


def told_from(due_on: date, *, weekends: bool = False) -> date:
    """From when on a leader hears that something due on that day is late: the units are told on the next working day, and
    have it for themselves."""
    worked = next_working_day(due_on + DAY)
    return worked + DAY if weekends else next_working_day(worked + DAY)


@dataclass(frozen=True, slots=True)
class _Span:
    """What one person's summary of a day speaks of: `scope`, and as late only of what was due before `late_before`; the periods that
    have `ended`."""

    scope: ColumnElement[bool]
    today: date
    late_before: date
    ended: list[PeriodSummary]

    def of_week(self, session: Session, at: datetime) -> "_Asked":
        """Something open about now, or done this week; what has just been due waits until the units have been told."""
        near = (self.today - LOOK_BACK, self.today + LOOK_AHEAD)
        live = set(session.scalars(done_from(self.scope, at - WEEK)))
        every = count_standings(session, self.scope, demand_ids=live | open_about(session, *near))
        live |= {one.demand_id for one in every if self._told(one, *near)}
        figures = self._figures(session, [one for one in every if one.demand_id in live])
        return _Asked("week", Duty.demand_id.in_(live), figures)

    def of_days(self, session: Session, days: Sequence[date]) -> "_Asked":
        """What was due on these days."""
        only = Duty.due_on.in_(days)
        where = and_(self.scope, only)
        return _Asked("due", only, self._figures(session, count_standings(session, where)))

    def _told(self, some: Standing, first: date, last: date) -> bool:
        return (
            some.state == DutyState.OPEN
            and some.asked(self.today)
            and some.due_on is not None
            and first <= some.due_on <= last
            and not self.late_before <= some.due_on < self.today
        )

    def asked_figures(self, session: Session) -> dict[str, list[PeriodFigure]]:
        """By the keys of the ended periods what the plans asked for in numbers and texts."""
        periods = [one.period for one in self.ended]
        return {one.key: sum_period_figures(session, self.scope, one, self.today) for one in periods}

    def _figures(self, session: Session, standings: Sequence[Standing]) -> list[Tally]:
        found = tally_standings(session, standings, self.today, self.late_before)
        return worst_first(
            one for one in found if one.due_on is None or not self.late_before <= one.due_on < self.today
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a summary counts besides the periods that have ended, and why it is written: "week", "due" or "period". `only`: a condition
    on Duty, within the scope; `figures`: the worst first."""

    why: str
    only: ColumnElement[bool]
    figures: list[Tally]


def next_look(leader: Membership, moment: Moment) -> datetime:
    """Tomorrow at the leader's hour, off quiet hours and rest days."""
    tomorrow = moment.today + timedelta(days=1)
    hour = at_local(tomorrow, time(leader.person.reminder_hour), moment.zone)
    return next_allowed(Moment(hour, moment.zone), weekends=leader.person.weekends)


def _write(
    desk: Desk,
    session: Session,
    roles: Sequence[Membership],
    span: _Span,
    asked: _Asked,
    at: datetime,
) -> bool:
    """One message a morning: what has climbed and would go out beside it is told in it."""
    person_id = roles[0].person_id
    contact = reachable_contact(session, person_id)
    beside = waiting_above(session, [person_id]).get(person_id)
    if not (asked.figures or span.ended) or contact is None:
        if beside is not None:
            _release(session, beside, at)
        return False
    told = climbed_news(session, [beside], desk.moment(at)).get(beside) if beside is not None else None
    told = told or News([], [])
    listed, context = _units(session, span, asked, told)
    context |= {
        "figures": asked.figures,
        "why": asked.why,
        "units": [one.unit for one in roles],
        "ended": span.ended,
    }
    context["asked"] = span.asked_figures(session)
    context |= _from_above(told)
    reply = desk.render.reply("summaries/unasked", {**context, "today": span.today})
    key = f"summary:{person_id}:{asked.why}:{at:%Y%m%d%H%M%S}"
    message = outbox.post_message(session, contact, reply, at, bulk=True, key=key, kind=MessageKind.SUMMARY)
    session.flush()
    if beside is not None:
        hand_to(session, beside, message.id)
    _note_late(session, message, listed, span.late_before, at)
    session.flush()
    return True


def _release(session: Session, message_id: int, at: datetime) -> None:
    """There is no summary to wait for."""
    waits = (Message.id == message_id, Message.state == MessageState.WAITING, Message.due_at > at)
    soon = update(Message).where(*waits, Message.due_at <= at + timedelta(hours=1))
    session.execute(soon.values(due_at=at).execution_options(synchronize_session=False))


def _from_above(told: News) -> dict[str, object]:
    return {
        "groups": told.groups,
        "done": told.done,
        "named": NAMED,
        "above_apart": told_apart(group.demand for group in told.groups),
    }


def _units(session: Session, span: _Span, asked: _Asked, told: News) -> tuple[list[Duty], dict[str, object]]:
    """The units that the worst of the figures misses, unless they are told of already; and what is said beside."""
    spoken_of = {group.demand.id for group in told.groups}
    first = next((t for t in asked.figures if t.open and t.demand_id not in spoken_of), None)
    rows: list[tuple[Duty, Unit]] = []
    if first is not None:
        of_first = Duty.demand_id == first.demand_id
        rows = first_missing(session, span.scope, span.today, NAMES, asked.only, of_first)
    lost, lost_names = out_of_touch(session, span.scope, span.today, LOST_NAMES)
    return [duty for duty, _ in rows], {
        "first": first,
        "names": [unit.name for _, unit in rows],
        "more": first.open - len(rows) if first else 0,
        "apart": apart_figures(asked.figures),
        "alone": count_unstaffed(session, span.scope, span.today, asked.only),
        "lost": lost,
        "lost_names": lost_names,
    }


def _note_late(
    session: Session, message: Message, named: Iterable[Duty], late_before: date, at: datetime
) -> None:
    """Whose lateness this leader has read of by name is told to the leader once it is done."""
    rung = ToldRung(f"{ReminderKind.SUMMARY}@{at:{NAME_TIME}}", ReminderKind.SUMMARY, at)
    late = [
        (duty.id, rung)
        for duty in named
        if duty.state == DutyState.OPEN and duty.last_day is not None and duty.last_day < late_before
    ]
    if late and message.person_id is not None:
        note_rungs_told(session, [(message.id, message.person_id, late)], at)
