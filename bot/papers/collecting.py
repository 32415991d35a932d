"""Everything that a paper says about a meeting, collected from the database; no wording, nothing that nobody entered."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, object_session

from bot.calendar import Moment, at_local
from bot.meetings.joining import duties_of
from bot.meetings.officers import chooses_clerk, clerk_among, registered_secretary
from bot.meetings.programme import document_citation
from bot.meetings.questions import question_of
from bot.meetings.votes import AFTER
from bot.papers.facts import (
    AttendanceFacts,
    MinutesFacts,
    Noted,
    PaperFacts,
    PaperUnit,
    PlanFacts,
    ScoreFacts,
    StepFacts,
    TaskFacts,
    VoteFacts,
)
from bot.reading.readings import documents_to_read
from bot.tables import (
    Attendance,
    Meeting,
    MeetingKind,
    MeetingState,
    Note,
    NoteKind,
    Paper,
    PaperKind,
    Plan,
    Score,
    Task,
    TaskState,
    Topic,
    Unit,
    UnitSpan,
    Vote,
)

INSIDE = "›"
"""Stands between a phase and one inside of it."""
KINDS = tuple(PaperKind)
ONE_DAY = timedelta(days=1)
UNSAID = time(8, 0)
"""The clock time that a meeting entered afterwards has when nobody has said one."""


def kinds_for(meeting: Meeting) -> tuple[PaperKind, ...]:
    """The papers that this meeting calls for: minutes always, a resolution if one has passed, a report of a thematic one.

    None of a meeting that has not begun, of one called off and of a rehearsal. The meeting must be of a session.
    """
    session = object_session(meeting)
    if session is None:
        raise ValueError("the meeting is of no session")
    if meeting.rehearsal or meeting.state not in (MeetingState.RUNNING, MeetingState.HELD):
        return ()
    resolved = any(vote.resolved for vote in _votes(session, meeting))
    thematic = meeting.kind == MeetingKind.THEMATIC or any(
        t.meeting == MeetingKind.THEMATIC for t in _topics(session, meeting)
    )
    wanted = {PaperKind.MINUTES: True, PaperKind.RESOLUTION: resolved, PaperKind.REPORT: thematic}
    return tuple(kind for kind in KINDS if wanted[kind])


def collect_minutes_facts(session: Session, meeting: Meeting, zone: ZoneInfo) -> MinutesFacts:
    """What is known of the meeting now; `zone` is that of its clock times."""
    day = Moment(_held(meeting), zone).today
    notes = session.scalars(select(Note).where(Note.meeting_id == meeting.id).order_by(Note.step, Note.id))
    by_step: dict[int, list[Note]] = {}
    for note in notes:
        by_step.setdefault(note.step if note.step < len(meeting.steps) else -1, []).append(note)
    steps = tuple(_step(meeting, place, by_step.get(place, ()), zone) for place in range(len(meeting.steps)))
    midnight = at_local(day + ONE_DAY, time.min, zone)
    secretary = registered_secretary(session, meeting.unit_id, midnight)
    topics = _topics(session, meeting)
    began, ended = _times(meeting, zone)
    return MinutesFacts(
        unit=unit_on_paper(session, meeting.unit, day),
        kind=meeting.kind,
        topics=tuple(dict.fromkeys(topic.title for topic in topics)),
        plans=_plans(session, meeting),
        documents=_documents(session, meeting),
        rules=meeting.rules,
        place=meeting.place,
        day=day,
        began=began,
        ended=ended,
        chair=meeting.chair.strip() or (secretary.name if secretary.person_id == meeting.led_by else ""),
        clerk=_clerk(meeting, steps),
        presenter=meeting.presenter.strip(),
        attendance=_attendance(session, meeting),
        steps=steps,
        loose=_noted(by_step.get(-1, ())),
        conclusions=tuple(t for step in steps if step.key.startswith("conclusion") for t in step.noted.texts),
        tasks=_tasks(session, meeting),
        reviewed=_reviewed(session, meeting),
        votes=_votes(session, meeting),
        score=_score(session, meeting),
        read_back=meeting.read_back_at.astimezone(zone) if meeting.read_back_at else None,
        homework=meeting.marks.homework,
        papers=_papers(session, meeting, zone),
        secretary=secretary.name,
    )


def _clerk(meeting: Meeting, steps: Iterable[StepFacts]) -> str:
    """As the secretary has said it; else by what was noted where the clerk was chosen."""
    chosen = (step for step in steps if not question_of(step.asks).ends and chooses_clerk(step.title))
    noted = (clerk_among(step.noted.texts, alone=step.key == "clerk") for step in chosen)
    return meeting.clerk.strip() or next(filter(None, noted), "")


def _times(meeting: Meeting, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """When it began and ended. The end of one that was entered afterwards, or closed on a later day, is not known."""
    began = meeting.started_at.astimezone(zone) if meeting.started_at else None
    ended = meeting.ended_at.astimezone(zone) if meeting.ended_at else None
    if began is None:
        return None, None
    if not meeting.steps:
        said = began.time() != UNSAID and began != ended
        return (began if said else None), None
    return began, ended if ended and ended.date() == began.date() else None


def unit_on_paper(session: Session, unit: Unit, day: date) -> PaperUnit:
    """The unit as it stood on that day."""
    span = _span(session, unit.id, day)
    parent_id = span.parent_id if span else unit.parent_id
    superior = unit.heading.strip()
    if not superior and parent_id:
        above = _span(session, parent_id, day)
        superior = above.name if above else session.get_one(Unit, parent_id).name
    name, kind = (span.name, span.kind) if span else (unit.name, unit.kind)
    return PaperUnit(name, kind, superior, unit.place_name.strip())


def _span(session: Session, unit_id: int, day: date) -> UnitSpan | None:
    return session.scalars(
        select(UnitSpan)
        .where(
            UnitSpan.unit_id == unit_id,
            UnitSpan.from_on <= day,
            or_(UnitSpan.until_on.is_(None), UnitSpan.until_on > day),
        )
        .order_by(UnitSpan.from_on.desc(), UnitSpan.id.desc())
    ).first()


def _topics(session: Session, meeting: Meeting) -> list[Topic]:
    """What it is about: the topics of all it answers, its own first."""
    found = [meeting.topic, *(duty.topic for duty in duties_of(session, meeting))]
    return list({topic.id: topic for topic in found if topic}.values())


def _plans(session: Session, meeting: Meeting) -> tuple[PlanFacts, ...]:
    plans = [session.get_one(Plan, duty.plan_id) for duty in duties_of(session, meeting)]
    if not plans and meeting.topic:
        plans = [meeting.topic.plan]
    known = {plan.id: plan for plan in plans}.values()
    return tuple(plan_on_paper(one) for one in known)


def plan_on_paper(plan: Plan) -> PlanFacts:
    return PlanFacts(plan.symbol, plan.issued_on, plan.issuer, plan.title)


def _documents(session: Session, meeting: Meeting) -> tuple[str, ...]:
    duties = duties_of(session, meeting)
    listed = [duty.documents for duty in duties] or [meeting.topic.documents if meeting.topic else []]
    return tuple(
        dict.fromkeys(document_citation(one) for documents in listed for one in documents_to_read(documents))
    )


def _attendance(session: Session, meeting: Meeting) -> AttendanceFacts | None:
    row = session.get(Attendance, meeting.id)
    if row is None:
        return None
    return AttendanceFacts(**{name: getattr(row, name) for name in AttendanceFacts.__dataclass_fields__})


def _step(meeting: Meeting, place: int, notes: Sequence[Note], zone: ZoneInfo) -> StepFacts:
    step, walk = meeting.steps[place], meeting.walk
    begun, ended = walk.times.get(place, (None, None))
    return StepFacts(
        number=place + 1,
        key=step.key,
        title=step.title,
        phases=tuple(part.strip() for part in (step.phase or "").split(INSIDE) if part.strip()),
        owner=step.owner or "",
        asks=step.asks,
        state=meeting.marks.steps.get(place, ""),
        noted=_noted(notes),
        speakers=walk.speakers.get(place),
        turns=walk.heard.get(place),
        begun=begun and begun.astimezone(zone),
        ended=ended and ended.astimezone(zone),
    )


def _noted(notes: Iterable[Note]) -> Noted:
    kept = list(notes)
    return Noted(
        tuple(note.text for note in kept if note.text.strip()),
        sum(note.kind == NoteKind.VOICE for note in kept),
        sum(note.kind == NoteKind.PHOTO for note in kept),
    )


def _tasks(session: Session, meeting: Meeting) -> tuple[TaskFacts, ...]:
    rows = session.scalars(select(Task).where(Task.meeting_id == meeting.id).order_by(Task.id))
    return tuple(TaskFacts(row.what, row.who, row.due_on, row.state, row.outcome) for row in rows)


def _reviewed(session: Session, meeting: Meeting) -> tuple[TaskFacts, ...]:
    """What this meeting has looked at, and what its last one had given out and nobody has looked at here."""
    held = func.coalesce(Meeting.started_at, Meeting.planned_at, Meeting.created_at)
    last = session.scalar(
        select(Meeting.id)
        .where(
            Meeting.unit_id == meeting.unit_id,
            Meeting.id != meeting.id,
            Meeting.state == MeetingState.HELD,
            Meeting.rehearsal.is_(False),
            held < _held(meeting),
        )
        .order_by(held.desc(), Meeting.id.desc())
        .limit(1)
    )
    found = list(meeting.walk.reviews)
    rows = session.scalars(
        select(Task)
        .where(
            Task.meeting_id != meeting.id,
            Task.unit_id == meeting.unit_id,
            or_(Task.id.in_(found), Task.reviewed_id == meeting.id, Task.meeting_id == last),
        )
        .order_by(Task.id)
    )
    return tuple(_looked_at(session, row, meeting) for row in rows)


def _looked_at(session: Session, row: Task, meeting: Meeting) -> TaskFacts:
    """How the task stood at the meeting: as it found it itself, or as was known by then; "" where neither is known."""
    state, outcome = str(row.state), row.outcome
    if row.id in meeting.walk.reviews:
        state, outcome = meeting.walk.reviews[row.id]
    elif row.reviewed_id != meeting.id and (
        row.state == TaskState.OPEN or _settled_later(session, row, meeting)
    ):
        state, outcome = "", ""
    return TaskFacts(row.what, row.who, row.due_on, state, outcome.strip())


def _settled_later(session: Session, row: Task, meeting: Meeting) -> bool:
    """At a later meeting, or by somebody after the end of this one."""
    if row.reviewed_id and _held(session.get_one(Meeting, row.reviewed_id)) > _held(meeting):
        return True
    return bool(row.settled_at and meeting.ended_at and row.settled_at > meeting.ended_at)


def _held(meeting: Meeting) -> datetime:
    return meeting.started_at or meeting.planned_at or meeting.created_at


def _votes(session: Session, meeting: Meeting) -> tuple[VoteFacts, ...]:
    rows = session.scalars(select(Vote).where(Vote.meeting_id == meeting.id).order_by(Vote.step, Vote.id))
    facts = (
        VoteFacts(**{name: getattr(row, name) for name in VoteFacts.__dataclass_fields__}) for row in rows
    )
    return tuple(replace(vote, resolution=False) if vote.step == AFTER else vote for vote in facts)


def _score(session: Session, meeting: Meeting) -> ScoreFacts | None:
    row = session.get(Score, meeting.id)
    if row is None:
        return None
    return ScoreFacts(
        row.sheet,
        tuple(row.points.items()),
        row.total,
        row.grade,
        row.weaknesses.strip(),
        row.voted,
        row.decided_grade,
    )


def _papers(session: Session, meeting: Meeting, zone: ZoneInfo) -> tuple[PaperFacts, ...]:
    rows = session.scalars(select(Paper).where(Paper.meeting_id == meeting.id).order_by(Paper.id))
    return tuple(PaperFacts(row.kind, row.number, Moment(row.made_at, zone).today) for row in rows)
