"""What the dialog of sending files along with a topic knows; files that nobody has asked for may turn out to be such."""

from dataclasses import dataclass, field

from bot.duties.turns import EVERY
from bot.talk.answers import Answers, KeptFile


@dataclass
class Sending(Answers):
    """The files, the topic and its turn; which page of topics, and from which turn on, the choice is offered."""

    files: list[KeptFile] = field(default_factory=list)
    topic: int | None = None
    period: str = EVERY
    page: int = 0
    turns: int | None = None
