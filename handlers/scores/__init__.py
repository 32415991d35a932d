"""The quality score of a meeting: proposed, voted on, decided above."""

from bot.talk.desk import Flow, Handler
from handlers.scores import grade, score, vote

COMMANDS: dict[str, Handler] = {}

ACTIONS: dict[str, Handler] = {
    "score": score.show_score,
    "score.fix": score.fix_score,
    "score.weak": score.fix_weaknesses,
    "score.vote": vote.begin_score_vote,
    "score.list": grade.show_grading,
    "score.decide": grade.begin_grading,
}

FLOWS: tuple[Flow, ...] = (
    score.FLOW,
    vote.FLOW,
    grade.FLOW,
)
