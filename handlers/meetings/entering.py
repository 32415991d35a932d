"""What the handlers share that enter a meeting held without the walk: what is known of it, and the way on to its counts."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.meetings.counts import number_called
from bot.meetings.dialogs import Counting, MayJoin
from bot.meetings.meetings import live_meeting
from bot.tables import Unit
from bot.talk.chat import Chat
from handlers.meetings import leading


@dataclass
class Resulting(MayJoin):
    """`known`: so many members as were agreed to already; `place` None: where the meeting was set for; `said`: a line of
    counts that came before the day."""

    unit: int
    duty: int | None = None
    held_at: datetime | None = None
    counts: dict[str, int] = field(default_factory=dict)
    known: int | None = None
    place: str | None = None
    said: str = ""


def begin_counts(chat: Chat, result: Resulting) -> None:
    """Goes on to the counts; where they are known already, to the card; where they have been typed (`said`), reads them."""
    held_at = result.held_at or chat.at
    unit = chat.session.get_one(Unit, result.unit)
    live = live_meeting(chat.session, unit.id, result.duty)
    counting = Counting(
        known=result.known or number_called(chat.session, unit),
        before=leading.known_kinds(chat, unit),
        counts=result.counts,
        unit=unit.id,
        duty=result.duty,
        held_at=held_at,
        day=chat.moment.day_of(held_at),
        place=result.place if result.place is not None else live.place if live else "",
        joint=result.joint,
    )
    if result.said and not result.counts:
        leading.take_counts(chat, result.said, counting)
    else:
        chat.begin(counting, "card" if result.counts else "")
