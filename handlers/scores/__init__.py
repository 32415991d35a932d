"""The quality score of a meeting: proposed, voted on, decided above."""

from bot.talk.desk import Flow, Handler
from handlers.scores import grade, score, vote

COMMANDS: dict[str, Handler] = {}

ACTIONS: dict[str, Handler] = {
    "score": score.show,
    "score.fix": score.fix,
    "score.weak": score.weak,
    "score.vote": vote.begin,
    "score.list": grade.show,
    "score.decide": grade.begin,
}

FLOWS: tuple[Flow, ...] = (
    score.FLOW,
    vote.FLOW,
    grade.FLOW,
)
