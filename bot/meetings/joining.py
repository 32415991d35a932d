"""One meeting for several plans: which of a unit's duties it may answer, and the links between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, delete, or_, select
from sqlalchemy.orm import Session, joinedload

from bot.calendar import Moment
from bot.duties.life import meeting_of, meetings_of, set_reminder
from bot.duties.withdrawing import withdraw_reminders
from bot.store.known import Known, Whole
from bot.tables import (
    Demand,
    Duty,
    DutyKind,
    DutyState,
    Meeting,
    MeetingDuty,
    MeetingKind,
    MeetingState,
    Topic,
)

Why = Literal["theme", "month", "sequential", "embedded"]
LONG_SINCE = date(2025, 10, 28)


@dataclass(frozen=True, slots=True)
class Joint:
    """Another duty that the meeting may answer, and by which rule."""

    duty: Duty
    why: Why


_DUTY = Whole(Duty, near={"chosen": Topic}, demand=Whole(Demand, topic=Whole(Topic)))
_ANSWERED = Known(
    select(*_DUTY.columns)
    .join(MeetingDuty, MeetingDuty.duty_id == Duty.id)
    .join(Demand, Demand.id == Duty.demand_id)
    .outerjoin(Topic, Topic.id == Demand.topic_id)
    .where(MeetingDuty.meeting_id == bindparam("meeting"))
    .order_by(Duty.id)
)
_OTHERS = (
    select(Duty)
    .where(
        Duty.unit_id == bindparam("unit"),
        Duty.kind == DutyKind.MEETING,
        Duty.state == DutyState.OPEN,
        Duty.id != bindparam("duty"),
        Duty.opens_on <= bindparam("day"),
    )
    .options(joinedload(Duty.demand).joinedload(Demand.topic))
    .order_by(Duty.due_on, Duty.id)
)


def duties_of(session: Session, meeting: Meeting) -> list[Duty]:
    """The duties a meeting answers."""
    return _DUTY.all(session, _ANSWERED, {"meeting": meeting.id})


def merging_of(duty: Duty) -> str:
    """What the duty's plan says of a thematic meeting inside of the regular one: forbidden, sequential or embedded."""
    return duty.demand.plan.merging


def may_join(one: Duty, other: Duty, day: date) -> Why | None:
    """By which rule one meeting on the local day `day` may answer both duties; None when it may not.

    Never two turns of what comes again: the periods of both must have a day in common ("ít nhất mỗi quý một lần",
    42-KH/ĐUK, I.3). Then:

    - theme: both topics carry one theme, whatever their plans. A commune's plans overlap: "Tự soi, tự sửa" of 000, 002.
    - month: both are regular, and fall into the calendar month of `day`: the monthly meeting is one (Điều lệ Đảng).
    - regular and thematic, as the plan of the thematic one says: `sequential`, two parts one after the other, 120 minutes at
      the least (42-HD/BTCTW, 28/10/2025); `embedded`, an item of the monthly meeting (60-KH/ĐUK, 18/4/2022, II.2);
      `forbidden`, never, whatever the theme (42-KH/ĐUK, 08/02/2022, II).
    """
    first, second = one.topic, other.topic
    if first is None or second is None or not _overlap(one, other):
        return None
    kinds = {first.meeting, second.meeting}
    policy = merging_of(one if first.meeting == MeetingKind.THEMATIC else other)
    if len(kinds) == 2 and policy == "forbidden":
        return None
    if first.theme and first.theme == second.theme:
        return "theme"
    if len(kinds) == 2:
        return "embedded" if policy == "embedded" else "sequential"
    if kinds == {MeetingKind.REGULAR} and _of_month(one, day) and _of_month(other, day):
        return "month"
    return None


def _overlap(one: Duty, other: Duty) -> bool:
    first, second = one.demand, other.demand
    return first.period_first <= second.period_last and second.period_first <= first.period_last


def _of_month(duty: Duty, day: date) -> bool:
    first, last = duty.demand.period_first, duty.demand.period_last
    return (first.year, first.month) <= (day.year, day.month) <= (last.year, last.month)


def within_duty(duty: Duty, day: date, today: date) -> bool:
    """Whether a meeting on `day` answers the duty without making it late; one that is overdue anyway it may answer late."""
    return duty.opens_on <= day and (duty.due_on is None or day <= duty.due_on or duty.due_on < today)


def joinable_duties(session: Session, duty: Duty, day: date, moment: Moment) -> list[Joint]:
    """The unit's other open meeting duties that a meeting held for `duty` on the local day `day` may answer too.

    Each must be open by then and not yet past its last day (see `within`), and `may_join` names the rule. One whose own
    meeting is running, or set for another day, is left alone: its people have decided. `at` is now.
    """
    others = session.scalars(_OTHERS, {"unit": duty.unit_id, "duty": duty.id, "day": day}).all()
    within = (one for one in others if within_duty(one, day, moment.today))
    joints = [Joint(one, why) for one in within if (why := may_join(duty, one, day))]
    meetings = meetings_of(session, [duty.id, *(joint.duty.id for joint in joints)]) if joints else {}
    own = meetings.get(duty.id)
    return [joint for joint in joints if _free(meetings.get(joint.duty.id), own, day, moment.zone)]


def _free(theirs: Meeting | None, own: Meeting | None, day: date, zone: ZoneInfo) -> bool:
    if theirs is None or (own is not None and own.id == theirs.id):
        return True
    return theirs.state == MeetingState.PLANNED and (
        theirs.planned_at is None or Moment(theirs.planned_at, zone).today == day
    )


def offered_duties(session: Session, duty: Duty, day: date, moment: Moment) -> list[Joint]:
    """As `joinable`, without what the meeting answers already, what does not go with that, and what was offered before."""
    joints = joinable_duties(session, duty, day, moment)
    meeting = meeting_of(session, duty) if joints else None
    linked = duties_of(session, meeting) if meeting else []
    past = {one.id for one in linked} | set(meeting.marks.offered if meeting else ())
    return [
        joint
        for joint in joints
        if joint.duty.id not in past
        and all(one.id == duty.id or may_join(one, joint.duty, day) for one in linked)
    ]


def note_offered(meeting: Meeting, duty_ids: Iterable[int]) -> None:
    """Remembers until the meeting begins that these were offered, so that nobody is asked twice."""
    offered = sorted({*meeting.marks.offered, *duty_ids})
    meeting.marks = replace(meeting.marks, offered=tuple(offered))


def clashing_pair(duties: Sequence[Duty], day: date) -> tuple[Duty, Duty] | None:
    """The first two of the duties that one meeting may not answer together."""
    for place, one in enumerate(duties):
        for other in duties[place + 1 :]:
            if may_join(one, other, day) is None:
                return one, other
    return None


def takes_long(duties: Sequence[Duty], day: date) -> bool:
    """Whether a meeting on `day` has a regular and a thematic part, so that it must last 120 minutes (42-HD/BTCTW, 28/10/2025)."""
    kinds = {topic.meeting for topic in (duty.topic for duty in duties) if topic}
    return day >= LONG_SINCE and len(kinds) == 2


def parts_in_order(meeting: Meeting, duties: Sequence[Duty]) -> list[Duty]:
    """The parts of a meeting: regular before thematic, as the parts are held; then the topic it was set for."""

    def place(duty: Duty) -> tuple[bool, bool, int]:
        topic = duty.topic
        thematic = topic is not None and topic.meeting == MeetingKind.THEMATIC
        return thematic, topic is None or topic.id != meeting.topic_id, duty.id

    return sorted(duties, key=place)


def answer_on(
    session: Session, meeting: Meeting, duty: Duty, joint: Sequence[Duty], day: date, moment: Moment
) -> list[Duty]:
    """Lets the meeting, held on the local day `day`, answer `duty`, those of `joint` and what it answered before.

    What `day` does not suit is unlinked; answers those duties.
    """
    today = moment.today
    linked = [one for one in duties_of(session, meeting) if one.id != duty.id]
    parted = [
        one
        for one in linked
        if one.state == DutyState.OPEN and not (within_duty(one, day, today) and may_join(duty, one, day))
    ]
    for one in parted:
        unlink_duty(session, meeting, one, moment)
    here = {one.id for one in linked}
    for one in (one for one in (duty, *joint) if one.id not in here):
        _take_over(session, meeting, one, moment)
    settle_topic(session, meeting)
    return parted


def _take_over(session: Session, meeting: Meeting, duty: Duty, moment: Moment) -> None:
    other = meeting_of(session, duty)
    if other is not None and other.id == meeting.id:
        return
    if other is not None:
        unlink_duty(session, other, duty, moment)
    session.add(MeetingDuty(meeting_id=meeting.id, duty_id=duty.id))
    session.flush()


def settle_topic(session: Session, meeting: Meeting) -> None:
    """The meeting is about the topic of its first part."""
    parts = parts_in_order(
        meeting, [one for one in duties_of(session, meeting) if one.state == DutyState.OPEN]
    )
    topic = parts[0].topic if parts else None
    if topic is not None:
        meeting.topic_id, meeting.kind = topic.id, topic.meeting
        session.flush()
        session.refresh(meeting, ["topic"])


def unlink_duty(session: Session, meeting: Meeting, duty: Duty, moment: Moment) -> None:
    """The meeting answers this duty no more, and what counts back from it has no day; one that answers nothing is off."""
    session.execute(
        delete(MeetingDuty).where(MeetingDuty.meeting_id == meeting.id, MeetingDuty.duty_id == duty.id)
    )
    session.flush()
    _forget_days(session, duty, moment.at)
    set_reminder(session, duty, moment)
    if duties_of(session, meeting):
        settle_topic(session, meeting)
    else:
        meeting.state = MeetingState.CANCELLED
        session.flush()


def _forget_days(session: Session, duty: Duty, at: datetime) -> None:
    own = and_(Duty.unit_id == duty.unit_id, Duty.about_id.is_(None))
    rows = session.scalars(
        select(Duty)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(
            Duty.plan_id == duty.plan_id,
            or_(own, Duty.about_id == duty.unit_id),
            Duty.state.in_((DutyState.OPEN, DutyState.WAITING)),
            Duty.due_on.is_not(None),
        )
    ).all()
    for one in rows:
        if one.demand.relative.before_meeting(duty.key):
            one.due_on = one.safe_on = one.next_reminder_at = None
            withdraw_reminders(session, [one.id], at)
    session.flush()
