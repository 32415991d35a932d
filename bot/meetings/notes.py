"""Notes of a meeting: typed, spoken or photographed; each belongs to the step at which it was made."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.meetings.questions import question_of
from bot.meetings.walk import current_place
from bot.messages import File
from bot.problems import Invalid
from bot.store.filetypes import SOUNDS
from bot.tables import Meeting, MeetingState, Note, NoteKind

NOTE_LIMIT = 20_000
PICTURES = "image/"
LATEST = 5

_ITS = select(Note).where(Note.meeting_id == bindparam("meeting"))
_NOTES = _ITS.order_by(Note.step, Note.id)
_LATEST = _ITS.where(Note.step == bindparam("step")).order_by(Note.id.desc()).limit(LATEST)


def kind_of_file(file: File) -> NoteKind | None:
    """A voice or a photo; None for a file that is no note."""
    if file.media_type in SOUNDS:
        return NoteKind.VOICE
    return NoteKind.PHOTO if file.media_type.startswith(PICTURES) else None


def add_note(
    session: Session,
    meeting: Meeting,
    person_id: int,
    text: str,
    at: datetime,
    ref: str,
    file: File | None = None,
    *,
    step: int | None = None,
) -> list[Note]:
    """Notes something at `step` (default: the present one), with the words beside a voice or a photo; what is longer than one
    note holds goes into several. Where speakers are counted it counts one. Raises Invalid(note_empty) where there is
    neither text nor file."""
    if not text.strip() and file is None:
        raise Invalid("note_empty")
    place = current_place(meeting) if step is None else step
    notes = []
    for number, part in enumerate(parts_of_text(text) or [""]):
        note = Note(meeting_id=meeting.id, step=place, person_id=person_id, at=at, text=part)
        if number == 0:
            note.message_ref = ref
            _put_file(note, file)
        notes.append(note)
    session.add_all(notes)
    if meeting.state == MeetingState.RUNNING and place < len(meeting.steps):
        question_of(meeting.steps[place].asks).hears_note(meeting, place)
    session.flush()
    return notes


def _put_file(note: Note, file: File | None) -> None:
    if file is not None:
        note.kind, note.digest = kind_of_file(file) or NoteKind.TEXT, file.digest
        note.name, note.media_type = file.name[:200], file.media_type


def parts_of_text(text: str, most: int = NOTE_LIMIT) -> list[str]:
    """The text in parts that one note holds, cut at a space where there is one; nothing of it is left out."""
    rest, parts = text.strip(), []
    while len(rest) > most:
        end = rest.rfind(" ", most // 2, most)
        end = end if end > 0 else most
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*parts, rest] if rest else parts


def notes_of(session: Session, meeting: Meeting) -> Sequence[Note]:
    return session.scalars(_NOTES, {"meeting": meeting.id}).all()


def latest_notes(session: Session, meeting: Meeting, step: int) -> Sequence[Note]:
    """The last few that were made at the step, in their order."""
    return session.scalars(_LATEST, {"meeting": meeting.id, "step": step}).all()[::-1]


def change_note(session: Session, note: Note, text: str) -> list[Note]:
    """The note says this instead; what is longer than one note goes on in further ones, which are answered. Raises
    Invalid(note_empty)."""
    parts = parts_of_text(text)
    if not parts:
        raise Invalid("note_empty")
    note.text, *rest = parts
    more = [
        Note(meeting_id=note.meeting_id, step=note.step, person_id=note.person_id, at=note.at, text=part)
        for part in rest
    ]
    session.add_all(more)
    session.flush()
    return more
