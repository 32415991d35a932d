"""The numbers and short texts that a report asks for: what is answered, what is not, and what is known elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.calendar import Side
from bot.problems import Invalid
from bot.reading.figure_lines import MOST_TEXT
from bot.tables import (
    AskedFigure,
    Attendance,
    Demand,
    Duty,
    DutyKind,
    DutyState,
    Figure,
    KnownOf,
    Meeting,
    MeetingDuty,
    MeetingState,
    Plan,
    Score,
    Task,
    Vote,
)

Value = int | str | None
"""A number, a text, or None for what was passed over."""


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """What would be the answer; `source` is the plan that was told it, empty where a meeting has counted it."""

    value: int | str
    source: str = ""


def answers_of(session: Session, duty_id: int) -> dict[str, Figure]:
    """The answers that stand, by the keys of what was asked."""
    rows = session.scalars(
        select(Figure).where(Figure.duty_id == duty_id, Figure.replaced_at.is_(None)).order_by(Figure.id)
    )
    return {row.key: row for row in rows}


def unanswered(session: Session, duty: Duty) -> list[AskedFigure]:
    """What the report asks for and nobody has answered or passed over, in the order of the plan."""
    given = answers_of(session, duty.id)
    return [asked for asked in duty.demand.asks if asked.key not in given]


def lock_figures(session: Session, duty_id: int) -> Duty:
    """The duty; nobody else answers for it before the end of the transaction."""
    locked = select(Duty).where(Duty.id == duty_id).with_for_update()
    return session.scalars(locked.execution_options(populate_existing=True)).one()


def keep_figure(
    session: Session, duty: Duty, asked: AskedFigure, value: Value, person_id: int, at: datetime
) -> Figure | None:
    """Writes an answer down; the one that it replaces, which stays as an older version, or None.

    Raises Invalid(figure_needed) for what may not be passed over, Invalid(figure_too_long) for a text, with its limit.
    """
    if value is None and not asked.optional:
        raise Invalid("figure_needed", title=asked.title)
    if isinstance(value, str) and len(value) > MOST_TEXT:
        raise Invalid("figure_too_long", most=MOST_TEXT, length=len(value))
    before = answers_of(session, duty.id).get(asked.key)
    number, text = (value, "") if isinstance(value, int) else (None, value or "")
    if before is not None:
        if (before.number, before.text) == (number, text):
            return None
        before.replaced_at = at
        session.flush()
    versions = select(func.count()).where(Figure.duty_id == duty.id, Figure.key == asked.key)
    version = (session.scalar(versions) or 0) + 1
    session.add(
        Figure(
            duty_id=duty.id,
            key=asked.key,
            version=version,
            number=number,
            text=text,
            person_id=person_id,
            at=at,
        )
    )
    session.flush()
    return before


def known_answer(session: Session, duty: Duty, asked: AskedFigure) -> KnownAnswer | None:
    """What the unit has told another plan about the same, in a time that this report is about too, else what the
    report's meeting has counted; None where nothing is known."""
    return _told_elsewhere(session, duty, asked) or _of_meeting(session, duty, asked)


def _told_elsewhere(session: Session, duty: Duty, asked: AskedFigure) -> KnownAnswer | None:
    rows = session.execute(
        select(Figure, Plan, Demand)
        .join(Duty, Duty.id == Figure.duty_id)
        .join(Demand, Demand.id == Duty.demand_id)
        .join(Plan, Plan.id == Demand.plan_id)
        .where(
            Figure.key == asked.key,
            Figure.replaced_at.is_(None),
            Duty.unit_id == duty.unit_id,
            Duty.about_id.is_not_distinct_from(duty.about_id),
            Duty.plan_id != duty.plan_id,
            Demand.period_first <= duty.demand.period_last,
            Demand.period_last >= duty.demand.period_first,
        )
        .order_by(Figure.at.desc(), Figure.id.desc())
    )
    for figure, plan, demand in rows:
        alike = any(one.key == asked.key and one.kind == asked.kind for one in demand.asks)
        if alike and not figure.passed_over:
            value = figure.number if figure.number is not None else figure.text
            return KnownAnswer(value, plan.symbol or plan.title)
    return None


def _of_meeting(session: Session, duty: Duty, asked: AskedFigure) -> KnownAnswer | None:
    meetings = _meetings_of(session, duty) if asked.known else []
    if asked.known is None or not meetings:
        return None
    if asked.known == KnownOf.WEAKNESSES:
        return _weaknesses(session, meetings)
    if asked.known in (KnownOf.MEMBERS, KnownOf.PRESENT):
        column = Attendance.total if asked.known == KnownOf.MEMBERS else Attendance.present
        counted = session.scalar(
            select(column)
            .join(Meeting, Meeting.id == Attendance.meeting_id)
            .where(Meeting.id.in_(meetings))
            .order_by(Meeting.started_at.desc(), Meeting.id.desc())
            .limit(1)
        )
        return None if counted is None else KnownAnswer(counted)
    if asked.known == KnownOf.SPEAKERS:
        return _speakers(session, meetings)
    of = {KnownOf.TASKS: Task.meeting_id, KnownOf.VOTES: Vote.meeting_id}
    return KnownAnswer(session.scalar(select(func.count()).where(of[asked.known].in_(meetings))) or 0)


def _speakers(session: Session, meetings: Sequence[int]) -> KnownAnswer | None:
    """As the meetings have counted them; None where none has."""
    walks = session.scalars(select(Meeting.walk).where(Meeting.id.in_(meetings))).all()
    counted = [sum(walk.speakers.values()) for walk in walks if walk.speakers]
    return KnownAnswer(sum(counted)) if counted else None


def _weaknesses(session: Session, meetings: Sequence[int]) -> KnownAnswer | None:
    told = session.scalars(
        select(Score.weaknesses)
        .where(Score.meeting_id.in_(meetings), Score.weaknesses != "")
        .order_by(Score.meeting_id)
    )
    text = "; ".join(told)
    return KnownAnswer(text) if 0 < len(text) <= MOST_TEXT else None


def _meetings_of(session: Session, duty: Duty) -> Sequence[int]:
    """The meetings held that the report tells of: that from which it counts, those of its topic, else those of its period."""
    relative, topic = duty.demand.relative, duty.demand.reports_on
    asked = (
        select(MeetingDuty.meeting_id)
        .join(Duty, Duty.id == MeetingDuty.duty_id)
        .join(Demand, Demand.id == Duty.demand_id)
        .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
        .where(
            Duty.plan_id == duty.plan_id,
            Duty.unit_id == duty.unit_id,
            Duty.kind == DutyKind.MEETING,
            Duty.state == DutyState.DONE,
            Meeting.state == MeetingState.HELD,
            Meeting.rehearsal.is_(False),
        )
    )
    if relative.side in (Side.AFTER, Side.BEFORE):
        asked = asked.where(Demand.key == relative.topic)
    elif topic:
        asked = asked.where(Demand.base == topic)
    else:
        asked = asked.where(
            Demand.period_first >= duty.demand.period_first, Demand.period_last <= duty.demand.period_last
        )
    return session.scalars(asked.distinct().order_by(MeetingDuty.meeting_id)).all()
