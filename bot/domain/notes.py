"""Notes of a meeting: typed, spoken or photographed; each belongs to the step at which it was made."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.filetypes import SOUNDS
from bot.domain.problems import Invalid
from bot.domain.walk import here, present_step, spoke
from bot.messages import File
from bot.models import Meeting, Note

NOTE_LIMIT = 20_000
PICTURES = "image/"


def kind_of_file(file: File) -> str:
    """voice or photo; "" for a file that is no note."""
    if file.media_type in SOUNDS:
        return "voice"
    return "photo" if file.media_type.startswith(PICTURES) else ""


def add_note(
    session: Session,
    meeting: Meeting,
    person_id: int,
    text: str,
    at: datetime,
    ref: str,
    file: File | None = None,
) -> Note:
    """Notes something at the present step, with the words beside a voice or a photo; where speakers are counted it counts
    one. Raises Invalid(note_empty) where there is neither text nor file."""
    text = text.strip()
    if not text and file is None:
        raise Invalid("note_empty")
    note = Note(
        meeting_id=meeting.id,
        step=here(meeting),
        person_id=person_id,
        at=at,
        text=text[:NOTE_LIMIT],
        message_ref=ref,
    )
    if file is not None:
        note.kind, note.digest, note.name, note.media_type = (
            kind_of_file(file),
            file.digest,
            file.name[:200],
            file.media_type,
        )
    session.add(note)
    if meeting.state == "running" and present_step(meeting).get("asks") == "speakers":
        spoke(meeting, note.step)
    session.flush()
    return note


def notes_of(session: Session, meeting: Meeting) -> Sequence[Note]:
    return session.scalars(
        select(Note).where(Note.meeting_id == meeting.id).order_by(Note.step, Note.id)
    ).all()


def change_note(note: Note, text: str) -> None:
    """Raises Invalid(note_empty)."""
    text = text.strip()
    if not text:
        raise Invalid("note_empty")
    note.text = text[:NOTE_LIMIT]
