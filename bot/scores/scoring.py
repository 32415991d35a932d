"""The quality score of a held meeting: computed where it can be, said for the rest, voted on, and decided above."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, select
from sqlalchemy.orm import Session

from bot.calendar import at_local
from bot.meetings.questions.question import KnownFact
from bot.meetings.votes import AFTER
from bot.plans.guidance.fields import RuleSet
from bot.plans.guidance.sheets import Criterion, Part, ScoreSheet
from bot.problems import Invalid
from bot.scores.facts import Facts, condition_holds, known_fact, score_facts, ticked_preparations
from bot.store.known import Known, Whole
from bot.tables import Attendance, Meeting, MeetingState, Score, Unit, Vote

LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a part has its points: a fact's name, and what its sentence needs."""

    code: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """The points of one part, None where it must be asked; `why`: what is known that bears on it."""

    criterion: Criterion
    part: Part
    points: int | None
    why: tuple[Reason, ...] = ()

    @property
    def key(self) -> str:
        """What the part is known by in the points of a Score."""
        return f"{self.criterion.key}:{self.part.key}"


def compute_points(
    session: Session, meeting: Meeting, sheet: ScoreSheet, rules: RuleSet | None
) -> list[Point]:
    """A point for every part of the sheet, in its order; `rules` is the guidance of the meeting's day.

    The first rung all of whose facts hold gives the points; one that hangs on a fact not known ends the look, and the part
    is to be asked. Nothing is known of a meeting but its own rows: what was entered afterwards has no length and no steps.
    """
    facts, ready = score_facts(session, meeting, sheet, rules), ticked_preparations(meeting)
    return [_point(criterion, part, facts, ready) for criterion, part in sheet.parts]


def _point(criterion: Criterion, part: Part, facts: Facts, ready: frozenset[str]) -> Point:
    seen: dict[str, KnownFact] = {}
    points = None
    for rung in part.computes:
        looked = {name: known_fact(name, condition, facts, ready) for name, condition in rung.facts.items()}
        seen |= {name: fact for name, fact in looked.items() if fact is not None}
        outcomes = [fact and condition_holds(rung.facts[name], fact) for name, fact in looked.items()]
        if False in outcomes:
            continue
        points = rung.points if None not in outcomes else None
        break
    if part.asks and points is None:
        seen = {**{name: facts[name] for name in part.asks.shows if name in facts}, **seen}
    why = tuple(Reason(name, dict(fact.facts)) for name, fact in seen.items())
    return Point(criterion, part, points, why)


def score_of(session: Session, meeting: Meeting) -> Score | None:
    return session.get(Score, meeting.id, populate_existing=True)


def begin_score(session: Session, meeting: Meeting, sheet: ScoreSheet, at: datetime) -> Score:
    """The meeting's score, made if there is none; the caller holds the meeting's row."""
    score = score_of(session, meeting)
    if score is None:
        score = Score(meeting_id=meeting.id, sheet=sheet.key, points={}, total=None, at=at)
        session.add(score)
        session.flush()
    return score


def with_said(points: Iterable[Point], score: Score | None) -> list[Point]:
    """The points with what was said in the place of what was computed, or of nothing."""
    said = score.points if score else {}
    return [replace(point, points=said.get(point.key, point.points)) for point in points]


def say_points(score: Score, point: Point, value: int) -> None:
    """Notes the points of one part. Raises Invalid(score_points_range) for more than the part has, and as `open_to_change`."""
    open_to_change(score)
    if not 0 <= value <= point.part.most:
        raise Invalid("score_points_range", most=point.part.most)
    score.points = {**score.points, point.key: value}


def open_to_change(score: Score) -> None:
    """Raises Invalid(score_decided) once the superior committee has decided."""
    if score.decided_grade:
        raise Invalid("score_decided", grade=score.decided_grade)


def propose_score(
    session: Session, score: Score, sheet: ScoreSheet, points: Sequence[Point], weaknesses: str, at: datetime
) -> None:
    """Writes the proposal: all points as they stand now, their sum, its grade, the weaknesses. A vote on another is void.

    Every point must be known. Raises as `open_to_change`.
    """
    open_to_change(score)
    score.points = {point.key: point.points for point in points}
    score.total = sum(point.points or 0 for point in points)
    score.grade = sheet.grade(score.total)
    score.weaknesses = weaknesses.strip()[:LONGEST_TEXT]
    score.voted, score.at = False, at
    if (vote := vote_on(session, score)) is not None:
        session.delete(vote)
    session.flush()


def vote_on(session: Session, score: Score) -> Vote | None:
    """The cell's vote on its score: that of step AFTER."""
    return session.scalars(
        select(Vote).where(Vote.meeting_id == score.meeting_id, Vote.step == AFTER).limit(1)
    ).first()


def most_voters(session: Session, meeting: Meeting) -> tuple[int, bool]:
    """How many may vote at the most, and whether that is exact: the official members who were there, or (not told apart
    from the probationary ones, who have no vote) all who were."""
    row = session.get(Attendance, meeting.id)
    if row is None:
        return 0, False
    return (row.present, False) if row.present_official is None else (row.present_official, True)


def vote_on_score(
    session: Session,
    meeting: Meeting,
    score: Score,
    counted: tuple[int, int, int],
    subject: str,
    person_id: int,
    at: datetime,
) -> Vote:
    """The cell votes on the proposal: `counted` is those who agree, those against, and all who voted; it holds with more
    than half of these. Raises Invalid: score_not_proposed, score_vote_range (most), and as `open_to_change`."""
    open_to_change(score)
    agree, against, voters = counted
    most, _ = most_voters(session, meeting)
    if score.total is None:
        raise Invalid("score_not_proposed")
    if min(agree, against, voters - agree - against) < 0 or not 0 < voters <= most:
        raise Invalid("score_vote_range", most=most)
    counts = session.get_one(Attendance, meeting.id)
    row = vote_on(session, score) or Vote(meeting_id=meeting.id, step=AFTER, resolution=False)
    row.subject, row.agree, row.against, row.other = subject, agree, against, voters - agree - against
    row.voters, row.members = voters, counts.official or max(voters, meeting.unit.members or 0)
    row.person_id, row.at = person_id, at
    session.add(row)
    score.voted = 2 * agree > voters
    session.flush()
    return row


def decide_score(score: Score, sheet: ScoreSheet, grade: str, person_id: int) -> None:
    """The superior committee's official grade. Raises Invalid: score_not_voted, choose_button."""
    if not score.voted:
        raise Invalid("score_not_voted")
    if grade not in [one.name for one in sheet.scale]:
        raise Invalid("choose_button")
    score.decided_grade, score.decided_by = grade, person_id


def _counted() -> ColumnElement[bool]:
    """What has a place in the figures: held, no rehearsal, voted by the cell."""
    return and_(Meeting.state == MeetingState.HELD, Meeting.rehearsal.is_(False), Score.voted.is_(True))


GRADE = case((Score.decided_grade != "", Score.decided_grade), else_=Score.grade)
_YEAR_GRADES = (
    select(GRADE, func.count())
    .join(Meeting, Meeting.id == Score.meeting_id)
    .where(_counted(), Meeting.started_at >= bindparam("first"), Meeting.started_at < bindparam("after"))
    .group_by(GRADE)
)
_UNIT_GRADES = _YEAR_GRADES.where(Meeting.unit_id == bindparam("unit"))


def year_grades(session: Session, where: ColumnElement[bool], year: int, zone: ZoneInfo) -> dict[str, int]:
    """How many meetings of the calendar year, of the units that `where` (a condition on Unit) lets through, have which
    grade: the decided one, else the one voted by the cell. In no order."""
    rows = session.execute(
        _YEAR_GRADES.join(Unit, Unit.id == Meeting.unit_id).where(where), _year(year, zone)
    )
    return {str(grade): int(count) for grade, count in rows}


def unit_grades(session: Session, unit_id: int, year: int, zone: ZoneInfo) -> dict[str, int]:
    """As `year_grades`, of one unit."""
    rows = session.execute(_UNIT_GRADES, {"unit": unit_id, **_year(year, zone)})
    return {str(grade): int(count) for grade, count in rows}


def grades_of(session: Session, meetings: Select[int]) -> dict[str, int]:
    """How many of these meetings (a SELECT of ids) have which grade: the decided one, else the one voted. In no order."""
    its = select(GRADE, func.count()).join(Meeting, Meeting.id == Score.meeting_id)
    rows = session.execute(its.where(_counted(), Meeting.id.in_(meetings)).group_by(GRADE))
    return {str(grade): int(count) for grade, count in rows}


def _year(year: int, zone: ZoneInfo) -> dict[str, datetime]:
    first, after = (at_local(date(one, 1, 1), time(), zone) for one in (year, year + 1))
    return {"first": first, "after": after}


def undecided_scores(session: Session, where: ColumnElement[bool], limit: int) -> tuple[list[Score], int]:
    """The scores that wait for the superior committee, of the units that `where` lets through, the oldest meeting first, at
    most `limit` of them; and how many there are in all."""
    query = (
        select(Score)
        .join(Meeting, Meeting.id == Score.meeting_id)
        .join(Unit, Unit.id == Meeting.unit_id)
        .where(_counted(), Score.decided_grade == "", where)
    )
    count = session.scalar(query.with_only_columns(func.count())) or 0
    return list(session.scalars(query.order_by(Meeting.started_at, Meeting.id).limit(limit))), count


_MEETING = Whole(Meeting)
_LAST_HELD = Known(
    select(*_MEETING.columns)
    .where(
        Meeting.unit_id == bindparam("unit"),
        Meeting.state == MeetingState.HELD,
        Meeting.rehearsal.is_(False),
    )
    .order_by(Meeting.started_at.desc(), Meeting.id.desc())
    .limit(1)
)


def last_held(session: Session, unit: Unit) -> Meeting | None:
    """The unit's latest held meeting; a rehearsal is none."""
    return _MEETING.first(session, _LAST_HELD, {"unit": unit.id})
