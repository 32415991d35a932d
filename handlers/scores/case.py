"""A meeting that is being scored: what handlers share to find it, to say why it cannot be, and to show where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.meetings.correcting import figures_locked
from bot.meetings.dialogs import AboutMeeting
from bot.meetings.meetings import lock_meeting
from bot.meetings.walk import scores_itself
from bot.plans.guidance.sheets import ScoreSheet
from bot.problems import Invalid
from bot.scores.scoring import Point, compute_points, open_to_change, score_of, vote_on, with_said
from bot.scores.sheets import sheet_for
from bot.tables import Meeting, MeetingState, Score
from bot.talk.chat import Chat, row_id


@dataclass
class Scoring(AboutMeeting):
    """The parts that this phone has answered; the part that is asked for; whether one of a proposal is corrected."""

    seen: list[str] = field(default_factory=list)
    key: str = ""
    fixing: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """What is scored, and how far it has got. `points` are what stands now: said, else computed."""

    meeting: Meeting
    sheet: ScoreSheet
    score: Score | None
    points: list[Point]
    computed: dict[str, int | None]

    @property
    def left(self) -> list[Point]:
        return [point for point in self.points if point.points is None]

    @property
    def proposed(self) -> bool:
        return self.score is not None and self.score.total is not None

    def find(self, key: object) -> Point | None:
        return next((point for point in self.points if point.key == key), None)


def case_of(chat: Chat, meeting_id: object, action: str = "lead") -> Case | None:
    """The case of a meeting that the person may act on, its row locked; else says why there is none and ends the dialog.
    Who leads it cannot work on the score of an old meeting without leave; what was proposed can still be seen."""
    meeting = lock_meeting(chat.session, row_id(meeting_id))
    if meeting is None or not chat.may(action, meeting.unit.path):
        chat.refuse()
        return None
    try:
        case = _case(chat, meeting)
    except Invalid as problem:
        chat.end()
        chat.say("scores/refused", why=chat.sentence(problem))
        return None
    scoring = chat.answers_if(Scoring)
    at_work = not case.proposed or (scoring is not None and scoring.fixing)
    if action == "lead" and at_work and figures_locked(meeting, chat.moment):
        _refuse_locked(chat, meeting)
        return None
    return case


def _refuse_locked(chat: Chat, meeting: Meeting) -> None:
    chat.end()
    chat.say("meetings/result/locked", meeting=meeting)


def _case(chat: Chat, meeting: Meeting) -> Case:
    if meeting.rehearsal:
        raise Invalid("score_rehearsal")
    begun = meeting.state == MeetingState.HELD or scores_itself(meeting)
    if not begun or meeting.started_at is None:
        raise Invalid("score_not_held")
    day = chat.moment.day_of(meeting.started_at)
    sheets = chat.desk.sheets
    score = score_of(chat.session, meeting)
    kept = sheets.by_key.get(score.sheet) if score else None
    sheet = kept or sheet_for(chat.session, sheets, day, meeting.unit)
    if sheet is None:
        raise Invalid("score_no_sheet")
    found = compute_points(chat.session, meeting, sheet, chat.desk.rules.on(day))
    computed = {point.key: point.points for point in found}
    return Case(meeting, sheet, score, with_said(found, score), computed)


def changeable_case(chat: Chat, meeting_id: object) -> Case | None:
    """The case, if it has a proposal that may still be changed; else shows where it stands."""
    case = case_of(chat, meeting_id)
    if case is None or case.score is None or not case.proposed:
        if case is not None:
            chat.open("score", str(case.meeting.id))
        return None
    if figures_locked(case.meeting, chat.moment):
        _refuse_locked(chat, case.meeting)
        return None
    try:
        open_to_change(case.score)
    except Invalid as problem:
        score_card(chat, case, chat.sentence(problem))
        return None
    return case


def score_card(chat: Chat, case: Case, trouble: str = "") -> None:
    """What chi ủy proposes, what the cell has voted, what was decided above."""
    chat.end()
    vote = vote_on(chat.session, case.score) if case.score else None
    chat.say("scores/card", trouble=trouble, case=case, score=case.score, vote=vote)


def why_point(chat: Chat, point: Point) -> str:
    """What is known of a part, in one plain sentence."""
    words = [chat.desk.render.sentence(f"score_why_{one.code}", one.facts) for one in point.why]
    return ", ".join(word if place == 0 else word[:1].lower() + word[1:] for place, word in enumerate(words))


def with_reasons(chat: Chat, points: Sequence[Point]) -> list[tuple[Point, str]]:
    return [(point, why_point(chat, point)) for point in points]
