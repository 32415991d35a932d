"""Which meetings wait for their figures, and whether a line that nobody asked for gives such figures."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import Moment, end_of_day
from bot.duties.outlook import open_duties
from bot.meetings.attendance_line import read_told
from bot.meetings.joining import duties_of, parts_in_order
from bot.problems import Invalid
from bot.reading.attendance_words import read_items
from bot.reading.words import plain_words, read_number
from bot.tables import Duty, DutyKind, DutyState, Meeting, MeetingState, Message, MessageState, Reminder, Unit

LATELY = timedelta(days=14)
SHARE = re.compile(
    r"(?:co mat )?([0-9]{1,4}) ?(?:/|tren) ?([0-9]{1,4})(?: (?:dong chi|dang vien|d/c|dc))?\.?"
)
ADD_UP = frozenset(
    f"attendance_{what}"
    for what in (
        *("sum", "present_over_total", "kinds_sum", "kind_over"),
        *("present_kinds", "too_large", "total_zero", "late_over", "percent", "kinds_roll"),
    )
)
"""What may be wrong with figures that were understood."""
Line = Literal["counts", "share", "date", "number", ""]


@dataclass(frozen=True, slots=True)
class Awaited:
    """A meeting whose figures are not known yet. `held_at`: when it was set for; None: nobody has said on which day."""

    unit: Unit
    duty: Duty | None
    meeting: Meeting | None
    held_at: datetime | None


def line_of(text: str, members: int | None) -> Line:
    """What a line is, for a unit of so many members: whole `counts`, a `share` (25/28), a lone `number`; "" none of these.

    A share whose whole is far from the membership and that is a day of the year ("4/5") is a `date`, or nobody knows what.
    """
    if share := SHARE.fullmatch(plain_words(text)):
        return _of_share(int(share[1]), int(share[2]), members)
    try:
        read_number(text)
    except Invalid:
        if not _counts(text, members):
            return ""
        items = [item for _, clause in read_items(text).clauses for item in clause]
        if [item.code for item in items] != ["N", "/", "N"]:
            return "counts"
        return _of_share(items[0].value, items[2].value, members)  # "chi bộ họp 24/11"
    return "number"


def _of_share(part: int, whole: int, members: int | None) -> Line:
    near = members is not None and abs(whole - members) <= max(2, members // 10)
    return "date" if whole <= 12 and 1 <= part <= 31 and not near else "share"


def _counts(text: str, members: int | None) -> bool:
    try:
        told = read_told(text, members)
    except Invalid as problem:
        return problem.code in ADD_UP
    return told.missing in {"", "away"} or told.official is not None


def whole_of(text: str) -> int | None:
    """How many members a share in the line is of: 28 in "25/28, vắng 3"."""
    found = re.search(r"[0-9]{1,4} ?(?:/|tren) ?([0-9]{1,4})", plain_words(text))
    return int(found[1]) if found else None


def awaited_meetings(session: Session, unit_ids: Collection[int], moment: Moment) -> list[Awaited]:
    """The meetings of these units that may have been held by `at` and of which nothing is known: those set for a day that has
    come, the latest first; then those that are owed and set for no such day."""
    units = [session.get_one(Unit, unit_id) for unit_id in unit_ids]
    passed = [one for unit in units for one in _set_and_passed(session, unit, moment)]
    passed.sort(key=lambda one: one.held_at or moment.at, reverse=True)
    told = {duty.id for one in passed if one.meeting for duty in duties_of(session, one.meeting)}
    today = moment.today
    return passed + [
        Awaited(unit, duty, None, None)
        for unit in units
        for duty in open_duties(session, unit.id, today, ["meeting"])
        if duty.id not in told
    ]


def _set_and_passed(session: Session, unit: Unit, moment: Moment) -> list[Awaited]:
    rows = session.scalars(
        select(Meeting).where(
            Meeting.unit_id == unit.id,
            Meeting.state == MeetingState.PLANNED,
            Meeting.rehearsal.is_(False),
            Meeting.planned_at < end_of_day(moment.today, moment.zone),
        )
    )
    found = []
    for meeting in rows:
        linked = duties_of(session, meeting)
        duties = parts_in_order(meeting, [duty for duty in linked if duty.state == DutyState.OPEN])
        if (duties or not linked) and meeting.planned_at is not None:
            duty = duties[0] if duties else None
            found.append(Awaited(unit, duty, meeting, min(meeting.planned_at, moment.at)))
    return found


def running_meetings(session: Session, unit_ids: Collection[int]) -> list[Meeting]:
    """The meetings of these units that are being held."""
    return list(
        session.scalars(
            select(Meeting).where(
                Meeting.unit_id.in_(unit_ids),
                Meeting.state == MeetingState.RUNNING,
                Meeting.rehearsal.is_(False),
            )
        )
    )


def held_lately(session: Session, unit_ids: Collection[int], at: datetime) -> list[Meeting]:
    """The latest meetings of these units that have their figures, the last first."""
    return list(
        session.scalars(
            select(Meeting)
            .where(
                Meeting.unit_id.in_(unit_ids),
                Meeting.state == MeetingState.HELD,
                Meeting.rehearsal.is_(False),
                Meeting.started_at > at - LATELY,
            )
            .order_by(Meeting.started_at.desc(), Meeting.id.desc())
            .limit(3)
        )
    )


def reminded_since(session: Session, person_id: int, moment: datetime) -> bool:
    """Whether a reminder of a meeting has reached the person after `moment`."""
    found = session.scalar(
        select(Message.id)
        .join(Reminder, Reminder.message_id == Message.id)
        .join(Duty, Duty.id == Reminder.duty_id)
        .where(
            Message.person_id == person_id,
            Message.state == MessageState.SENT,
            Message.sent_at > moment,
            Duty.kind == DutyKind.MEETING,
        )
        .limit(1)
    )
    return found is not None
