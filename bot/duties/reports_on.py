"""Reports that tell of a meeting: they are asked for when it has been held, and one handed in before waits for it."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from bot.calendar import Side
from bot.duties.outlook import Outlook
from bot.tables import Demand, Duty, DutyKind, DutyState, Meeting, MeetingDuty

UNHELD = (DutyState.OPEN, DutyState.WAITING)


_UNHELD_FIRST = (
    select(Duty)
    .join(Duty.demand)
    .where(
        Duty.plan_id == bindparam("plan"),
        Duty.unit_id == bindparam("unit"),
        Duty.kind == DutyKind.MEETING,
        Duty.state.in_(UNHELD),
        ~Duty.added,
        Duty.opens_on <= bindparam("due"),
    )
    .options(contains_eager(Duty.demand))
    .order_by(Duty.due_on, Duty.id)
    .limit(1)
)
_BY_KEY = _UNHELD_FIRST.where(Demand.key == bindparam("told_of"))
_BY_TOPIC = _UNHELD_FIRST.where(Demand.base == bindparam("told_of"))


def tells_of_meeting(duty: Duty) -> bool:
    relative, topic = duty.demand.relative, duty.demand.reports_on
    return duty.kind == DutyKind.REPORT and (relative.side == Side.AFTER or topic != "")


def meeting_awaited(session: Session, duty: Duty) -> Duty | None:
    """The meeting that this report tells of, as long as it has not been held; None for what tells of none.

    A report counts from its meeting (`after_meeting`), or its plan names the topic (`reports_on`): then every turn of that
    topic is meant that begins before the report is due.
    """
    if duty.state != DutyState.OPEN or not tells_of_meeting(duty):
        return None
    relative, topic = duty.demand.relative, duty.demand.reports_on
    after = relative.side == Side.AFTER
    its = {"plan": duty.plan_id, "unit": duty.unit_id, "due": duty.due_on or date.max}
    asked = _BY_KEY if after else _BY_TOPIC
    return session.scalars(asked, {**its, "told_of": relative.topic if after else topic}).first()


def behind_meetings(session: Session, views: Iterable[Outlook]) -> tuple[Sequence[Outlook], dict[int, Duty]]:
    """The views, those of reports that await a meeting at the end, and by duty the meetings that are awaited."""
    views = list(views)
    awaited = {
        view.duty.id: meeting
        for view in views
        if view.duty.kind == DutyKind.REPORT and (meeting := meeting_awaited(session, view.duty)) is not None
    }
    return sorted(views, key=lambda view: view.duty.id in awaited), awaited


def reports_about(session: Session, meeting: Meeting) -> list[Duty]:
    """The reports that the unit still owes about this meeting: they count from it, wait for it, or tell of its topic."""
    answered = session.execute(
        select(Duty.plan_id, Demand.key, Demand.base, Duty.opens_on)
        .join(MeetingDuty, MeetingDuty.duty_id == Duty.id)
        .join(Demand, Demand.id == Duty.demand_id)
        .where(MeetingDuty.meeting_id == meeting.id)
    ).all()
    owed = session.scalars(
        select(Duty)
        .where(
            Duty.unit_id == meeting.unit_id,
            Duty.about_id.is_(None),
            Duty.kind == DutyKind.REPORT,
            Duty.state == DutyState.OPEN,
            Duty.plan_id.in_({row.plan_id for row in answered}),
        )
        .options(joinedload(Duty.demand))
        .order_by(Duty.due_on.is_(None), Duty.due_on, Duty.id)
    )
    return [
        duty
        for duty in owed
        if any(
            row.plan_id == duty.plan_id
            and (
                row.key in (duty.waits, duty.demand.relative.topic)
                or (row.base == duty.demand.reports_on and (not duty.due_on or row.opens_on <= duty.due_on))
            )
            for row in answered
        )
    ]
