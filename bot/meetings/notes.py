"""Notes of a meeting: typed, spoken or photographed; each belongs to the step at which it was made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from bot.meetings.questions import question_of
from bot.meetings.walk import current_place
from bot.messages import File
from bot.problems import Invalid
from bot.store.filetypes import SOUNDS
from bot.store.known import Known
from bot.tables import Meeting, MeetingState, Note, NoteKind

NOTE_LIMIT = 20_000
PICTURES = "image/"
LATEST = 5

_NEW = Known(insert(Note).returning(Note.id))
_ITS = select(Note).where(Note.meeting_id == bindparam("meeting"))
_NOTES = _ITS.order_by(Note.step, Note.id)
_LATEST = _ITS.where(Note.step == bindparam("step")).order_by(Note.id.desc()).limit(LATEST)


def kind_of_file(file: File) -> NoteKind | None:
    """A voice or a photo; None for a file that is no note."""
    if file.media_type in SOUNDS:
        return NoteKind.VOICE
    return NoteKind.PHOTO if file.media_type.startswith(PICTURES) else None


@dataclass(frozen=True, slots=True)
class Noted:
    """What has just been noted, in one row or several, the first of which has the file."""

    ids: tuple[int, ...]
    step: int
    kind: NoteKind


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
) -> Noted:
    """Notes something at `step` (default: the present one), with the words beside a voice or a photo; what is longer than one
    note holds goes into several. Where speakers are counted it counts one, unless it is a picture. Raises Invalid(note_empty)
    where there is neither text nor file."""
    if not text.strip() and file is None:
        raise Invalid("note_empty")
    place = current_place(meeting) if step is None else step
    its = {"meeting_id": meeting.id, "step": place, "person_id": person_id, "at": at}
    first, *rest = parts_of_text(text) or [""]
    head = {"text": first, "message_ref": ref, **_file_columns(file)}
    tails = ({"text": part, "message_ref": "", **_file_columns(None)} for part in rest)
    ids = [_NEW.value(session, its | one) for one in (head, *tails)]
    heard = head["kind"] != NoteKind.PHOTO
    if heard and meeting.state == MeetingState.RUNNING and place < len(meeting.steps):
        question_of(meeting.steps[place].asks).hears_note(meeting, place)
    return Noted(tuple(ids), place, head["kind"])


def _file_columns(file: File | None) -> dict[str, Any]:
    if file is None:
        return {"kind": NoteKind.TEXT, "digest": "", "name": "", "media_type": ""}
    kind = kind_of_file(file) or NoteKind.TEXT
    return {"kind": kind, "digest": file.digest, "name": file.name[:200], "media_type": file.media_type}


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
