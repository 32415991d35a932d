"""The meeting that is offered in one tap: the unit's usual day in the time of the topic, at its usual hour and place."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.calendar import Moment, at_local
from bot.duties.usual import in_time, usual_days
from bot.meetings.joining import merging_of
from bot.store.given import among
from bot.tables import Duty, DutyKind, DutyState, Meeting, MeetingKind, MeetingState

LOOKED_AT = 6
"""So many of a unit's last meetings say when and where it usually meets."""
STAMP, DAY_STAMP = "%Y%m%dT%H%M", "%Y%m%d"
QUARTER = 15
"""Minutes: a meeting begun at 19:33 was one of half past seven."""
EARLIEST, LATEST = time(6), time(21)
"""Nobody means to begin at another hour every month, even if it was so once."""


@dataclass(frozen=True, slots=True)
class UsualMeeting:
    """When (local) and where a unit usually meets, as far as its last meetings show; "" for no place."""

    clock: time | None
    place: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A day on which the unit may meet as it usually does; without `at` the hour is not known yet."""

    day: date
    at: datetime | None
    place: str
    clock: time | None

    @property
    def stamp(self) -> str:
        """What a button carries of it: "20220504T1930", or "20220504" where the hour is not known."""
        return f"{self.day:{DAY_STAMP}}" + (f"{self.clock:T%H%M}" if self.clock else "")


class LastMeeting(NamedTuple):
    """What of a unit's meeting says when and where it usually meets."""

    kind: MeetingKind
    planned_at: datetime
    place: str


def read_stamp(stamp: str) -> tuple[date | None, time | None]:
    """The day and the hour of a stamp; None for what does not stand in it."""
    try:
        moment = datetime.strptime(stamp, STAMP if "T" in stamp else DAY_STAMP)  # noqa: DTZ007 - on the wall
    except ValueError:
        return None, None
    return moment.date(), moment.time() if "T" in stamp else None


def offers_for(session: Session, duties: Iterable[Duty], moment: Moment) -> dict[int, Offer]:
    """For each of these duties (by id) that asks for a meeting: the next usual day on which it may be held.

    Nothing for a unit without a usual day, for a duty whose days are past, and for a day on which the unit has set
    another meeting with which this one must not be merged. Whether a meeting is set for the duty itself, the caller knows.
    """
    asked = [duty for duty in duties if duty.kind == DutyKind.MEETING and duty.state == DutyState.OPEN]
    units = {duty.unit_id for duty in asked if duty.unit.meeting_day is not None}
    if not units:
        return {}
    last = last_meetings(session, units)
    found = {}
    for duty in asked:
        offer = _offer(duty, last.get(duty.unit_id, ()), moment)
        if offer is not None:
            found[duty.id] = offer
    return found


def offers_alike(
    duty: Duty, units: Iterable[int], last: Mapping[int, Sequence[LastMeeting]], moment: Moment
) -> dict[int, Offer]:
    """As `offers_for`, of a duty that these units owe alike and with the same usual day: what is offered to each of them (by its id).
    `last`: the meetings that they have had."""
    if duty.kind != DutyKind.MEETING or duty.unit.meeting_day is None:
        return {}
    as_new = _offer(duty, (), moment)
    offers = {unit: _offer(duty, last[unit], moment) if unit in last else as_new for unit in units}
    return {unit: offer for unit, offer in offers.items() if offer is not None}


def offer_for(session: Session, duty: Duty, moment: Moment) -> Offer | None:
    return offers_for(session, [duty], moment).get(duty.id)


def usual_meeting(session: Session, duty: Duty, zone: ZoneInfo) -> UsualMeeting:
    """When and where the duty's unit usually holds such a meeting."""
    last = last_meetings(session, [duty.unit_id]).get(duty.unit_id, ())
    return custom_of(last, duty.topic.meeting if duty.topic else MeetingKind.REGULAR, zone)


_rank = func.row_number().over(partition_by=Meeting.unit_id, order_by=Meeting.planned_at.desc())
_ranked = (
    select(
        *(Meeting.unit_id, Meeting.kind, Meeting.planned_at, Meeting.place.label("place")),
        _rank.label("rank"),
    )
    .where(
        among(Meeting.unit_id, "units"),
        Meeting.state != MeetingState.CANCELLED,
        Meeting.rehearsal.is_(False),
        Meeting.planned_at >= Meeting.created_at,  # one entered afterwards bears an hour that nobody said
    )
    .subquery()
)
_LAST = select(_ranked).where(_ranked.c.rank <= LOOKED_AT).order_by(_ranked.c.planned_at.desc())


def last_meetings(session: Session, unit_ids: Collection[int]) -> Mapping[int, Sequence[LastMeeting]]:
    """Each unit's last meetings that were set beforehand or walked, the newest first."""
    found: dict[int, list[LastMeeting]] = {}
    for row in session.execute(_LAST, {"units": list(unit_ids)}) if unit_ids else ():
        found.setdefault(row.unit_id, []).append(LastMeeting(row.kind, row.planned_at, row.place))
    return found


def custom_of(meetings: Sequence[LastMeeting], kind: str, zone: ZoneInfo) -> UsualMeeting:
    """What the most of these meetings had, of those of the kind if there are any; of equally many the newest."""
    alike = [one for one in meetings if one.kind == kind] or meetings
    began = (_clock(Moment(one.planned_at, zone)) for one in alike)
    clocks = Counter(clock for clock in began if EARLIEST <= clock <= LATEST)
    places = Counter(one.place for one in alike if one.place)
    clock = clocks.most_common(1)[0][0] if clocks else None
    return UsualMeeting(clock, places.most_common(1)[0][0] if places else "")


def _clock(moment: Moment) -> time:
    local = moment.at.astimezone(moment.zone)
    minutes = (local.hour * 60 + local.minute + QUARTER // 2) // QUARTER * QUARTER
    return time(minutes // 60 % 24, minutes % 60)


def _offer(duty: Duty, meetings: Sequence[LastMeeting], now: Moment) -> Offer | None:
    topic = duty.topic
    last = in_time(duty.due_on, duty.demand.report_due_on)
    if topic is None or last is None:
        return None
    custom = custom_of(meetings, topic.meeting, now.zone)
    for day in usual_days(duty.unit, duty.opens_on, last):
        moment = None if custom.clock is None else at_local(day, custom.clock, now.zone)
        if _ahead(day, moment, now) and not _taken(duty, topic.meeting, day, meetings, now.zone):
            return Offer(day, moment, custom.place, custom.clock)
    return None


def _ahead(day: date, moment: datetime | None, now: Moment) -> bool:
    """Without an hour, today counts until nobody begins to meet any more: who registers on the day meets that evening."""
    if moment is not None:
        return moment > now.at
    return day > now.today or (day == now.today and now.at < at_local(day, LATEST, now.zone))


def _taken(duty: Duty, kind: str, day: date, meetings: Sequence[LastMeeting], zone: ZoneInfo) -> bool:
    """Whether another meeting of the day must stay one of its own (42-KH/ĐUK, 08/02/2022, II)."""
    there = [one for one in meetings if Moment(one.planned_at, zone).today == day]
    return merging_of(duty) == "forbidden" and any(one.kind != kind for one in there)
