"""Which duties have a rung that has come, and what is to be said of each."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from bot.calendar import Moment, at_local, next_allowed
from bot.duties.ladder import MORNING, Anchors, Timed, ToldRung, next_at, rung_moments, worth_saying
from bot.duties.life import anchors_of, meetings_of, rungs_of, rungs_of_duty
from bot.duties.reports_on import meeting_awaited, tells_of_meeting
from bot.meetings.preparing import MATERIALS
from bot.people.staff import Staff
from bot.plans.ladders import COMING as COUNTED_DOWN
from bot.plans.ladders import LadderRung, Say
from bot.reminders.climbing import A_MOMENT, Climb
from bot.store.given import among
from bot.tables import (
    Duty,
    DutyKind,
    DutyState,
    Hurry,
    Meeting,
    MeetingState,
    Reminder,
    ReminderKind,
)

log = logging.getLogger(__name__)

COMING = ("topic", "set_date", "ready", "upload", "today", "start")
"""What is not said of a meeting that has begun."""
ASKING = ("due", "last_day")
"""What asks for a report that is not late."""
BEFORE = ("ready", "upload")
"""What is said of what is to be done before the meeting."""
LONG_MEETING = timedelta(hours=3)
"""A meeting that has run so long has probably been left standing: it is asked after."""
IF_NOBODY_COMES = timedelta(days=366)
"""What was said to nobody is looked at when somebody comes, and after so long in any case."""
RETOLD = ("set_date", "due", "last_day", "late")
"""What means little to a person who has never heard of the duty: that one is told what it is about, and how it stands."""


@dataclass(frozen=True, slots=True)
class DueRung:
    """A rung of a duty that is to be said. `anew`: to a person who has not heard of the duty; `first`: nobody has."""

    duty: Duty
    meeting: Meeting | None
    timed: Timed
    anew: bool = False
    first: bool = False

    @property
    def as_told(self) -> tuple[int, ToldRung]:
        """The duty's id and the rung, as it is noted that it has been said."""
        caught_up = self.timed.rung.key == ReminderKind.CATCH_UP
        kind = ReminderKind.CATCH_UP if caught_up else ReminderKind.RUNG
        return self.duty.id, ToldRung(self.timed.name, kind, self.timed.at)

    @property
    def say(self) -> str:
        """What it is worded by: that a duty is late is never the first word of it, and is said to those who stand in with
        other words."""
        rung = self.timed.rung
        if (self.anew and rung.say in RETOLD) or (self.first and rung.say == "late"):
            return introduction_of(self.duty)
        return "deputy" if rung.to == "deputy" and rung.say == "late" else rung.say


def introduction_of(duty: Duty) -> Say:
    """What the first word of a duty is worded by."""
    if duty.kind == DutyKind.MEETING:
        return "topic"
    return "minutes" if any(line["say"] == "minutes" for line in duty.demand.rungs) else "due"


@dataclass(frozen=True, slots=True)
class _Come:
    """The rungs of a duty that have come: for its own people, for who stands in or is above, and what is passed over."""

    duty: Duty
    meeting: Meeting | None
    timed: list[Timed]
    own: list[Timed]
    climbing: list[Timed]
    passed: list[Timed]


def advance_duties(
    session: Session,
    duties: Collection[Duty],
    moment: Moment,
    staff: Staff,
    followers: Mapping[int, Collection[int]] = MappingProxyType({}),
) -> list[DueRung]:
    """Moves the duties to their next rungs; answers those that are worth saying now.

    `followers`: the ids of duties that move as the one of this id does.
    """
    meetings = meetings_of(session, [duty.id for duty in duties])
    tables = _Timetables(moment.zone)
    found = [_what_has_come(duty, meetings.get(duty.id), moment, tables) for duty in duties]
    found = [_after_its_meeting(session, one) for one in found]
    climb = Climb(session, [one.duty for one in found if one.climbing], staff, moment)
    spoken = [rung for one in found for rung in _move_on(one, moment, staff, climb)]
    _write_moves(session, [one.duty for one in found], followers)
    return spoken


def speaks_to_own(duty: Duty, moment: Moment) -> bool:
    """Whether what has come of it, where no meeting is set for it, speaks to its unit's first secretary alone and hangs on nothing else
    that the unit has done."""
    come = _what_has_come(duty, None, moment, _Timetables(moment.zone))
    says = {timed.rung.say for timed in come.own}
    asks = tells_of_meeting(duty) and not says.isdisjoint(ASKING)
    return not come.climbing and not asks and says.isdisjoint(BEFORE)


def _move(duty: Duty, **columns: DutyState | datetime | None) -> None:
    """Gives the duty these values; `_write_moves` writes them."""
    for name, value in columns.items():
        set_committed_value(duty, name, value)


_MOVED = update(Duty).where(among(Duty.id, "ids")).execution_options(synchronize_session=False)


def _write_moves(session: Session, duties: Iterable[Duty], followers: Mapping[int, Collection[int]]) -> None:
    """Of many that move alike in one statement: one by one, they would cost more than all else that is done for them."""
    alike: dict[tuple[DutyState, datetime | None, datetime | None], list[int]] = {}
    for duty in duties:
        ids = alike.setdefault((duty.state, duty.reminded_until, duty.next_reminder_at), [])
        ids += (duty.id, *followers.get(duty.id, ()))
    for (state, until, following), ids in alike.items():
        moved = _MOVED.values(state=state, reminded_until=until, next_reminder_at=following)
        session.execute(moved, {"ids": ids})


def _after_its_meeting(session: Session, one: _Come) -> _Come:
    """A report on a meeting is not asked for before that has been held: what is to be done first is the meeting."""
    asking = [timed for timed in one.own if timed.rung.say in ASKING]
    if not asking or meeting_awaited(session, one.duty) is None:
        return one
    left = [timed for timed in one.own if timed not in asking]
    return replace(one, own=left, passed=[*one.passed, *asking])


class _Timetables:
    """The timetables of one batch: that of one demand and the same days is reckoned once."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._rungs: dict[int, list[LadderRung]] = {}
        self._timed: dict[tuple[int, Anchors], list[Timed]] = {}

    def of(self, duty: Duty, anchors: Anchors) -> list[Timed]:
        if duty.again_on is not None:
            return rung_moments(rungs_of_duty(duty), anchors, self.zone)
        demand = duty.demand
        if demand.id not in self._rungs:
            self._rungs[demand.id] = rungs_of(demand)
        key = demand.id, anchors
        if key not in self._timed:
            self._timed[key] = rung_moments(self._rungs[demand.id], anchors, self.zone)
        return self._timed[key]


def _what_has_come(duty: Duty, meeting: Meeting | None, moment: Moment, tables: _Timetables) -> _Come:
    """Of a duty of which nothing has been said nothing climbs either: it waits until its own people have been told."""
    anchors = anchors_of(duty, meeting)
    timed = tables.of(duty, anchors)
    said, passed = worth_saying(timed, duty.reminded_until, moment, anchors)
    if duty.reminded_until is None:
        climbing = list({one.rung.to: one for one in passed if one.rung.to != "secretary"}.values())
        passed = [one for one in passed if one not in climbing]
    else:
        climbing = [one for one in said if one.rung.to != "secretary"]
    own = [one for one in said if one.rung.to == "secretary"]
    if duty.hurry == Hurry.AFTER:
        own, climbing = [_pressing(duty, moment.zone)], []
    elif duty.hurry and duty.reminded_until is None and not own:
        own = [_pressing(duty, moment.zone)]
    if meeting is not None and meeting.state == MeetingState.RUNNING:
        passed += [one for one in own if one.rung.say in COMING]
        own = [one for one in own if one.rung.say not in COMING]
    if meeting is not None and MATERIALS in meeting.ready:
        passed += [one for one in own if one.rung.say == "upload"]
        own = [one for one in own if one.rung.say != "upload"]
    return _Come(duty, meeting, timed, own, climbing, passed)


def _pressing(duty: Duty, zone: ZoneInfo) -> Timed:
    """What is said at once of a duty that was late as soon as it was known."""
    rung = LadderRung("urgent", "due", 0, 0, None, introduction_of(duty), "always")
    return Timed(at_local(duty.due_on or duty.opens_on, MORNING, zone), rung)


def _lapse(duty: Duty, moment: Moment) -> bool:
    """What had to come before a meeting that is over is asked for once; when its time to answer is up, no more."""
    if duty.hurry != Hurry.AFTER or duty.due_on is None or moment.today <= duty.due_on:
        return False
    _move(duty, state=DutyState.LAPSED, next_reminder_at=None)
    return True


def _move_on(one: _Come, now: Moment, staff: Staff, climb: Climb) -> list[DueRung]:
    """Moves the duty to its next rung; answers the rungs that are worth saying now, to whomever they speak.

    What a late tick would say at night or on a rest day stays where it is until it may be said, in the words of that day.
    A rung that nobody of the unit can be told is not spent, nor is one that may not climb yet.
    """
    duty = one.duty
    if _lapse(duty, now):
        return []
    if not (one.own or one.climbing or one.passed):
        _move(duty, next_reminder_at=next_at(one.timed, now.at))  # it was looked at because somebody has come
        return []
    weekends = staff.on_weekends(duty.unit_id)
    allowed = max((_allowed(rung, one, now, weekends=weekends) for rung in one.own), default=now.at)
    if allowed > now.at:
        _move(duty, next_reminder_at=allowed)
        return []
    first = duty.reminded_until is None
    unsaid = bool(one.own) and staff.speaker(duty.unit_id) is None
    ripe, held = climb.sort(duty, one.climbing)
    if not unsaid:
        _move(duty, reminded_until=min((waiting.timed.at - A_MOMENT for waiting in held), default=now.at))
    following = [next_at(one.timed, now.at), *(waiting.until for waiting in held)]
    if duty.hurry == Hurry.AFTER and duty.due_on is not None:
        following = [at_local(duty.due_on + timedelta(days=1), MORNING, now.zone)]
    next_moment = min((moment for moment in following if moment), default=None)
    if next_moment is None and (unsaid or held):
        next_moment = now.at + IF_NOBODY_COMES
    _move(duty, next_reminder_at=next_moment)
    for rung in one.passed:
        log.info("reminder.skipped duty=%s rung=%s", duty.id, rung.rung.key)
    return [DueRung(duty, one.meeting, rung, first=first) for rung in (*one.own, *ripe)]


def _allowed(timed: Timed, one: _Come, now: Moment, *, weekends: bool) -> datetime:
    """From when on the rung may be said: neither in quiet hours nor on a rest day nor in the middle of the meeting.

    On the day of its meeting and the day before it is said in any case; on a weekend also what would be too late after it.
    """
    meeting, own_day, near = one.meeting, None, set[date]()
    if meeting is not None and meeting.planned_at and timed.rung.anchor == "meeting":
        own_day = now.day_of(meeting.planned_at)
        near = {own_day, own_day - timedelta(days=1)}
    if timed.rung.anchor in COUNTED_DOWN and timed.rung.days < 0:
        near.add(now.day_of(timed.at))  # the ladder has looked for a day in time, and a later one is not
    if meeting is not None and meeting.state == MeetingState.RUNNING and meeting.started_at:
        now = replace(now, at=max(now.at, meeting.started_at + LONG_MEETING))
    moment = next_allowed(now, except_day=own_day, weekends=weekends, near=near)
    due_on = one.duty.last_day
    if due_on is not None and now.today <= due_on < now.day_of(moment):
        return next_allowed(now, except_day=own_day)
    return moment


_TOLD = select(Reminder.duty_id, Reminder.rung, Reminder.person_id).where(
    Reminder.duty_id.in_(bindparam("duties", expanding=True))
)


def rungs_told(session: Session, spoken: Collection[DueRung]) -> set[tuple[int, str, int]]:
    """Which rungs of these duties have been said to whom: (duty, rung, person)."""
    rows = session.execute(_TOLD, {"duties": list({one.duty.id for one in spoken})})
    return {(row.duty_id, row.rung, row.person_id) for row in rows}


def hour_of(own_hour: int, one: DueRung, moment: Moment) -> datetime:
    """A rung of the day waits for the person's own hour; one with a clock time does not. What climbs is ripe whenever the tick comes,
    and is said when it may be."""
    rung = one.timed.rung
    if rung.to != "secretary":
        moment = replace(moment, at=next_allowed(moment))
    if rung.clock is not None or (rung.anchor == "meeting" and not rung.days):
        return moment.at
    return max(moment.at, at_local(moment.today, time(own_hour), moment.zone))
