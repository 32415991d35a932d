"""The files of a topic go along with the first thing that is said of it."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.materials.materials import files_for, introduced_duties, note_materials_of
from bot.reminders.due import DueRung
from bot.tables import DutyKind, Material, Message

Materials = Mapping[int, Sequence[Material]]
"""Files by the ids of the duties whose topics they belong to."""


def new_materials(session: Session, spoken: Iterable[DueRung]) -> Materials:
    """The files of those topics of which nothing has been said before, or which somebody has never heard of."""
    spoken = [one for one in spoken if one.duty.kind == DutyKind.MEETING]
    meetings = {one.duty.id: one.duty for one in spoken}
    if not meetings:
        return {}
    known = introduced_duties(session, meetings) - {one.duty.id for one in spoken if one.anew}
    return files_for(session, [duty for duty in meetings.values() if duty.id not in known])


def materials_of(items: Iterable[DueRung], materials: Materials) -> dict[int, Sequence[Material]]:
    return {one.duty.id: materials[one.duty.id] for one in items if one.duty.id in materials}


def note_materials(session: Session, written: Mapping[int, Iterable[Material]]) -> None:
    """Writes down which message (id) brings which files."""
    rows = session.scalars(select(Message).where(Message.id.in_(written))) if written else ()
    for message in rows:
        note_materials_of(message, written[message.id])
