"""What a unit owes as its people see it today: open duties, how long is left, the meeting set for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from bot.calendar import NOT_RELATIVE, Moment, end_of_day
from bot.duties.life import meeting_of, meetings_of
from bot.store.known import Known, Whole
from bot.tables import Demand, Duty, DutyKind, DutyState, Meeting, MeetingState, Topic, Unit

WORDED_WITH = (
    selectinload(Duty.demand).selectinload(Demand.topic),
    selectinload(Duty.unit),
    selectinload(Duty.about),
    selectinload(Duty.chosen),
)
"""What is loaded with duties that are put into words."""


def has_its_day() -> ColumnElement[bool]:
    """That the duty (a condition on Duty joined to Demand) has a last day, or will never have one: it waits for no meeting."""
    return or_(Duty.due_on.is_not(None), Demand.relative == NOT_RELATIVE)


_DEMAND = Whole(Demand, topic=Whole(Topic))
_DUTY = Whole(Duty, near={"chosen": Topic}, demand=_DEMAND)
_ABOUT = aliased(Unit)
_ABOUT_ONE = Whole(Duty, near={"chosen": Topic}, demand=_DEMAND, about=Whole(Unit, _ABOUT))


def _its(whole: Whole[Duty]) -> Select[*tuple[Any, ...]]:
    its = select(*whole.columns).join(Demand, Demand.id == Duty.demand_id)
    return its.outerjoin(Topic, Topic.id == Demand.topic_id).where(Duty.unit_id == bindparam("unit"))


_OPEN = Known(
    _its(_ABOUT_ONE)
    .outerjoin(_ABOUT, _ABOUT.id == Duty.about_id)
    .where(
        Duty.state == DutyState.OPEN,
        Duty.announced_on <= bindparam("today"),
        Duty.kind.in_(bindparam("kinds", expanding=True)),
        has_its_day(),
    )
    .order_by(Duty.due_on.is_(None), Duty.due_on, Duty.id),
    "kinds",
)
_COMING = Known(
    _its(_DUTY)
    .where(
        Duty.kind == DutyKind.MEETING,
        Duty.state == DutyState.OPEN,
        Duty.announced_on > bindparam("today"),
    )
    .order_by(Duty.opens_on, Duty.due_on, Duty.id)
    .limit(1)
)
_DONE = Known(
    _its(_DUTY)
    .where(Duty.state == DutyState.DONE, or_(Duty.due_on >= bindparam("since"), Duty.due_on.is_(None)))
    .order_by(Duty.done_at)
)


def open_duties(
    session: Session, unit_id: int, today: date, kinds: Iterable[str] = ("meeting", "report", "confirm")
) -> list[Duty]:
    """The unit's open duties that have been announced by `today`, most urgent first."""
    return _ABOUT_ONE.all(session, _OPEN, {"unit": unit_id, "today": today, "kinds": list(kinds)})


def coming_meeting(session: Session, unit_id: int, today: date) -> Duty | None:
    """The next meeting that a plan will ask the unit for and that has not been announced yet."""
    return _DUTY.first(session, _COMING, {"unit": unit_id, "today": today})


def meetings_on(session: Session, unit_id: int, kind: str, day: date) -> list[Duty]:
    """The unit's open duties that ask for a meeting of this kind on such a day, and for which none is set, the first to end first."""
    rows = session.scalars(
        select(Duty)
        .where(
            Duty.unit_id == unit_id,
            Duty.kind == DutyKind.MEETING,
            Duty.state == DutyState.OPEN,
            Duty.opens_on <= day,
            Duty.due_on >= day,
        )
        .order_by(Duty.due_on, Duty.id)
    ).all()
    return [
        one for one in rows if one.topic and one.topic.meeting == kind and meeting_of(session, one) is None
    ]


def days_overdue(duty: Duty, moment: Moment) -> bool:
    return (
        duty.state == DutyState.OPEN
        and duty.last_day is not None
        and moment.at >= end_of_day(duty.last_day, moment.zone)
    )


def days_left(duty: Duty, moment: Moment) -> int | None:
    """Whole days from today to the due day; negative once it has passed."""
    return None if duty.last_day is None else (duty.last_day - moment.today).days


@dataclass(frozen=True, slots=True)
class Outlook:
    """A duty as its secretary sees it today. `meeting` is the one set or running for it; `passed`: it was set for an earlier day, and
    has not begun."""

    duty: Duty
    meeting: Meeting | None
    left: int | None
    overdue: bool
    passed: bool = False

    @property
    def title(self) -> str:
        return self.duty.title

    @property
    def topic(self) -> Topic | None:
        return self.duty.topic

    @property
    def scheduled(self) -> bool:
        return self.meeting is not None and self.meeting.planned_at is not None


def outlook_of(duty: Duty, meeting: Meeting | None, moment: Moment) -> Outlook:
    set_for = meeting.planned_at if meeting and meeting.state == MeetingState.PLANNED else None
    passed = set_for is not None and moment.day_of(set_for) < moment.today
    return Outlook(duty, meeting, days_left(duty, moment), days_overdue(duty, moment), passed)


def duty_outlook(session: Session, duty: Duty, moment: Moment) -> Outlook:
    meeting = (
        meeting_of(session, duty) if duty.kind == DutyKind.MEETING and duty.state == DutyState.OPEN else None
    )
    return outlook_of(duty, meeting, moment)


def unit_outlooks(session: Session, unit_id: int, moment: Moment, *kinds: str) -> list[Outlook]:
    """The unit's open duties of these kinds (all without any), most urgent first."""
    today = moment.today
    wanted = kinds or ("meeting", "report", "confirm")
    duties = open_duties(session, unit_id, today, wanted)
    meetings = meetings_of(session, [duty.id for duty in duties if duty.kind == DutyKind.MEETING])
    return [outlook_of(duty, meetings.get(duty.id), moment) for duty in duties]


def done_since(session: Session, unit_id: int, since: date) -> list[Duty]:
    """What the unit has done of the duties due since that day."""
    return _DUTY.all(session, _DONE, {"unit": unit_id, "since": since})
