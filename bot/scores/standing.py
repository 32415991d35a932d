"""What the card of a unit and a leader's summary say of scores: the year's grades, the last meeting, what waits for a decision."""

from dataclasses import dataclass

from bot.people.roles import role_holders, within_subtree
from bot.scores.scoring import last_held, score_of, undecided_scores, unit_grades, year_grades
from bot.scores.sheets import may_be_scored
from bot.tables import Meeting, Score, Unit
from bot.talk.chat import Chat


@dataclass(frozen=True, slots=True)
class ScoreStanding:
    """The grades of a year, the best first; how many scores wait for the person's decision; the unit's last meeting."""

    year: int
    grades: list[tuple[str, int]]
    waiting: int
    last: Meeting | None = None
    score: Score | None = None
    open: bool = False
    """The last meeting may be scored, or voted on, still."""


def unit_scores(chat: Chat, unit: Unit) -> ScoreStanding:
    """What a unit's card says."""
    last = last_held(chat.session, unit)
    score = score_of(chat.session, last) if last else None
    sheets = chat.desk.sheets
    is_open = last is not None and may_be_scored(sheets, last, chat.zone) and not (score and score.voted)
    year = chat.today.year
    grades = _ordered(chat, unit_grades(chat.session, unit.id, year, chat.zone)) if last else []
    return ScoreStanding(year, grades, _waiting(chat), last, score, is_open)


def below_scores(chat: Chat) -> ScoreStanding:
    """What a leader is told of all that the roles reach."""
    year, below = chat.today.year, within_subtree(Unit.path, chat.roles(), "sum")
    return ScoreStanding(
        year, _ordered(chat, year_grades(chat.session, below, year, chat.zone)), _waiting(chat)
    )


def _ordered(chat: Chat, grades: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(grades.items(), key=lambda one: chat.desk.sheets.order(one[0]))


def _waiting(chat: Chat) -> int:
    if not role_holders(chat.roles(), "grade"):
        return 0
    return undecided_scores(chat.session, within_subtree(Unit.path, chat.roles(), "grade"), 0)[1]
