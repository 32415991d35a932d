"""What the handlers share that enter a meeting held without the walk: its counts, with all that their one card shows."""

from collections.abc import Mapping
from datetime import datetime

from bot.calendar import local_day
from bot.meetings.meetings import live_meeting
from bot.tables import Duty, Unit
from bot.talk.chat import Chat
from handlers.meetings import leading


def begin_counts(
    chat: Chat,
    unit: Unit,
    duty: Duty | None,
    held_at: datetime,
    *,
    said: str = "",
    entered: Mapping[str, int] | None = None,
    known: int | None = None,
    place: str | None = None,
    joint: list[int] | None = None,
) -> None:
    """Goes on to the counts; where they are known already (`entered`), to the card; where they have been typed (`said`), reads
    them. `known`: so many members as were agreed to already; `place` None: where the meeting was set for; `joint`: other duties that it answers too."""
    live = live_meeting(chat.session, unit.id, duty.id if duty else None)
    facts = {
        "known": known or unit.members,
        "before": leading.known_kinds(chat, unit),
        "counts": dict(entered or {}),
        "then": "result.counted",
        "back": f"result.duty:{duty.id}" if duty else f"result.plain:{unit.id}",
        "unit": unit.id,
        "duty": duty.id if duty else None,
        "held_at": held_at.isoformat(),
        "day": local_day(held_at, chat.zone).isoformat(),
        "place": place if place is not None else live.place if live else "",
        "joint": joint or [],
    }
    if said and not entered:
        leading.take_counts(chat, said, facts)
    else:
        chat.begin("counts", step="card" if entered else "", **facts)
