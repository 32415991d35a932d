"""What a unit chooses for itself: a topic of the plan's pool in the place of another or beside it, and its documents."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from bot.calendar import Moment, safe_day
from bot.duties.life import meeting_of, set_reminder
from bot.duties.reloading import text_of
from bot.duties.turns import EVERY
from bot.duties.withdrawing import withdraw_reminders
from bot.meetings.joining import answer_on, unlink_duty
from bot.periods import Period, periods_within
from bot.plans.plan import PlanText, lines_of, topic_of
from bot.plans.who import UnitProfile, fits_unit, variant_of
from bot.problems import Invalid
from bot.store.known import Known, Whole
from bot.tables import Demand, Duty, DutyKind, DutyState, MeetingKind, MeetingState, Plan, Topic, Unit

_PLAN = Whole(Plan)
_IN_FORCE = Known(
    select(*_PLAN.columns)
    .where(Plan.unit_id.in_(bindparam("units", expanding=True)), Plan.withdrawn_at.is_(None))
    .order_by(Plan.id),
    "units",
)


def plan_allows(plan: Plan, what: str) -> bool:
    """Whether the plan lets a unit "add" a topic of its pool, or "replace" one by it (42-KH/ĐUK, 08/02/2022, II)."""
    return plan.withdrawn_at is None and what in plan.choosing


def replacement_topics(session: Session, duty: Duty) -> list[Topic]:
    """The topics of the pool that the unit may put in the place of the one this duty asks for, in the plan's order."""
    topic, plan = duty.demand.topic, duty.demand.plan
    if duty.kind != DutyKind.MEETING or duty.state != DutyState.OPEN or duty.added or topic is None:
        return []
    if topic.meeting != MeetingKind.THEMATIC or not plan_allows(plan, "replace"):
        return []
    taken = _taken(session, duty.unit_id, plan.id)
    found = _pool(session, plan, text_of(plan), duty.unit)
    return [one for one in found if one.meeting == topic.meeting and one.id not in taken]


def _pool(session: Session, plan: Plan, text: PlanText, unit: Unit) -> list[Topic]:
    """The pool as this unit has it: the topics that are for it, each in its variant."""
    facts = UnitProfile(unit.code, unit.kind, unit.sector, unit.parent_id == plan.unit_id)
    rows = session.scalars(select(Topic).where(Topic.plan_id == plan.id, Topic.pool.is_(True)))
    known = {(row.key, row.variant): row for row in rows}
    found = []
    for topic in text.topics:
        if topic.pool and fits_unit(topic.who, facts):
            variant = variant_of(topic, facts)
            found.append(known.get((topic.key, variant.key if variant else "")))
    return [row for row in found if row is not None]


def _taken(session: Session, unit_id: int, plan_id: int, since: date | None = None) -> set[int]:
    """The topics of the pool that the unit has already, done ones too; with `since`, of the done only those due from then on."""
    rows = session.scalars(
        select(Duty).where(
            Duty.unit_id == unit_id,
            Duty.plan_id == plan_id,
            Duty.state.in_((DutyState.OPEN, DutyState.WAITING, DutyState.DONE)),
            or_(Duty.added.is_(True), Duty.chosen_id.is_not(None)),
        )
    ).all()
    held = [
        row for row in rows if row.state != DutyState.DONE or since is None or (row.due_on or since) >= since
    ]
    return {row.topic.id for row in held if row.topic}


def replace_topic(session: Session, duty: Duty, topic: Topic | None, moment: Moment) -> list[Duty]:
    """Puts a topic of the pool in the place of the plan's, or (None) the plan's own back; a meeting that is set keeps its day.

    Answers the duties that the meeting, being about something else now, answers no more. Raises Invalid: choice_running,
    choice_gone.
    """
    meeting = meeting_of(session, duty)
    if meeting is not None and meeting.state == MeetingState.RUNNING:
        raise Invalid("choice_running")
    if topic is not None and topic.id not in {one.id for one in replacement_topics(session, duty)}:
        raise Invalid("choice_gone")
    duty.chosen, duty.picks = topic, []
    session.flush()
    parted: list[Duty] = []
    if meeting is not None:
        day = moment.day_of(meeting.planned_at or moment.at)
        parted = answer_on(session, meeting, duty, (), day, moment)
    withdraw_reminders(session, [duty.id], moment.at, anew=True)
    return parted


def addable_topics(session: Session, unit: Unit, today: date) -> list[Topic]:
    """The topics that the unit may take on itself in the quarter of the local day `today`, of all plans in force for it."""
    above = [int(part) for part in unit.path.strip("/").split("/")]
    plans = _PLAN.all(session, _IN_FORCE, {"units": above})
    found: list[Topic] = []
    for plan in (plan for plan in plans if plan_allows(plan, "add")):
        text = text_of(plan)
        if text.head.starts <= today <= text.head.ends:
            taken = _taken(session, unit.id, plan.id, _quarter(today).first)
            found += [one for one in _pool(session, plan, text, unit) if one.id not in taken]
    return found


def _quarter(day: date) -> Period:
    return periods_within("quarter", day, day)[0]


def add_topic(session: Session, unit: Unit, topic: Topic, moment: Moment) -> Duty:
    """The unit takes a topic of the pool on itself for the quarter of `at`: an extra meeting, open from today until the last
    day of the quarter, or of the plan if that comes first. Raises Invalid(choice_gone)."""
    today = moment.today
    if topic.id not in {one.id for one in addable_topics(session, unit, today)}:
        raise Invalid("choice_gone")
    demand = _demand(session, topic, _quarter(today))
    duty = session.scalar(
        select(Duty).where(Duty.plan_id == topic.plan_id, Duty.unit_id == unit.id, Duty.key == demand.key)
    )
    if duty is None:
        duty = Duty(plan_id=topic.plan_id, unit_id=unit.id, key=demand.key, kind=DutyKind.MEETING, picks=[])
        session.add(duty)
    duty.demand, duty.path, duty.state, duty.added = demand, unit.path, DutyState.OPEN, True
    duty.announced_on = duty.opens_on = today
    duty.due_on, duty.safe_on = demand.due_on, demand.safe_on
    session.flush()
    set_reminder(session, duty, moment)
    return duty


def _demand(session: Session, topic: Topic, quarter: Period) -> Demand:
    """One for all units that add the same topic in the same quarter."""
    text = text_of(topic.plan)
    last = min(quarter.last, text.head.ends)
    name = {"plan_id": topic.plan_id, "key": f"{topic.key}+{quarter.key}", "variant": topic.variant}
    turn = {"base": topic.key, "period": EVERY}
    demand = session.scalar(select(Demand).filter_by(**name))
    if demand is None:
        demand = Demand(**name, **turn, kind=DutyKind.MEETING, recipient="", via="")
        session.add(demand)
    first = max(quarter.first, text.head.starts)
    demand.topic_id, demand.title = topic.id, topic.title
    demand.period_first, demand.period_last = first, last
    demand.announced_on = demand.opens_on = first
    demand.due_on, demand.safe_on = last, max(safe_day(last), first)
    demand.rungs = [line.model_dump() for line in lines_of(text, topic_of(text, topic.key).ladder)]
    session.flush()
    return demand


def take_topic_back(session: Session, duty: Duty, moment: Moment) -> None:
    """What the unit has added, and not met about yet, is asked no more; its meeting is off, or goes on without it.

    Raises Invalid: choice_running, choice_gone.
    """
    if not duty.added or duty.state != DutyState.OPEN:
        raise Invalid("choice_gone")
    meeting = meeting_of(session, duty)
    if meeting is not None and meeting.state == MeetingState.RUNNING:
        raise Invalid("choice_running")
    if meeting is not None:
        unlink_duty(session, meeting, duty, moment)
    duty.state, duty.next_reminder_at, duty.picks = DutyState.WITHDRAWN, None, []
    session.flush()
    withdraw_reminders(session, [duty.id], moment.at)


def documents_pickable(duty: Duty) -> bool:
    """Whether the unit takes of the topic's documents those that suit it (60-KH/ĐUK, 18/4/2022, III.1)."""
    topic = duty.topic
    return duty.kind == DutyKind.MEETING and topic is not None and topic.choose and len(topic.documents) > 1


def picked_places(duty: Duty) -> list[int]:
    """The places in the topic's list of the documents that hold for the unit; all when it has chosen none."""
    count = len(duty.topic.documents) if duty.topic else 0
    return [place for place in duty.picks or () if place < count] or list(range(count))


def pick_documents(session: Session, duty: Duty, places: Iterable[int]) -> None:
    """The unit takes these documents, by their places from 0. Raises Invalid: choice_running, choice_gone, choice_empty."""
    topic = duty.topic
    meeting = meeting_of(session, duty)
    if meeting is not None and meeting.state == MeetingState.RUNNING:
        raise Invalid("choice_running")
    if topic is None or not documents_pickable(duty):
        raise Invalid("choice_gone")
    chosen: Sequence[int] = sorted({place for place in places if 0 <= place < len(topic.documents)})
    if not chosen:
        raise Invalid("choice_empty")
    duty.picks = [] if len(chosen) == len(topic.documents) else list(chosen)
    session.flush()
