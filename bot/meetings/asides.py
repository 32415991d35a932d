"""What somebody says while a meeting runs, kept from the moment it comes until it is clear what it is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.meetings.notes import Noted, add_note, kind_of_file
from bot.meetings.questions import kept_by
from bot.meetings.questions.officers import NAMES
from bot.meetings.walk import current_place
from bot.messages import File
from bot.tables import Aside, Meeting, Note, NoteKind


def put_aside(
    session: Session,
    meeting: Meeting,
    person_id: int,
    text: str,
    at: datetime,
    ref: str = "",
    file: File | None = None,
) -> Aside:
    """Keeps the words, or the photo or voice with the words beside it, as said at the present step. It stands nowhere yet."""
    aside = Aside(
        meeting_id=meeting.id,
        step=current_place(meeting),
        person_id=person_id,
        at=at,
        text=text.strip(),
        message_ref=ref,
    )
    if file is not None:
        aside.kind, aside.digest = kind_of_file(file) or NoteKind.TEXT, file.digest
        aside.name, aside.media_type = file.name[:200], file.media_type
    session.add(aside)
    session.flush()
    return aside


def asides_of(session: Session, ids: Sequence[int]) -> Sequence[Aside]:
    return session.scalars(select(Aside).where(Aside.id.in_(ids)).order_by(Aside.id)).all()


def mark_kept(aside: Aside, kept_as: str, kept_id: int | None = None, instead_of: str = "") -> None:
    """The words have been written down; `instead_of` is what stood there before."""
    aside.kept_as, aside.kept_id, aside.instead_of = kept_as, kept_id, instead_of


def settle_aside(
    session: Session, aside: Aside, kept_as: str, kept_id: int | None = None, instead_of: str = ""
) -> None:
    """As `mark_kept`; a note that held the words until now goes."""
    note = session.get(Note, aside.kept_id) if aside.kept_as == "note" and aside.kept_id else None
    if note is not None:
        session.delete(note)
        session.flush()
    mark_kept(aside, kept_as, kept_id, instead_of)


def join_asides(session: Session, asides: Sequence[Aside]) -> Aside:
    """One aside of several that were said one after the other: a line each."""
    first, *others = asides
    first.text = "\n".join(one.text for one in asides if one.text)
    for other in others:
        session.delete(other)
    session.flush()
    return first


def note_aside(session: Session, meeting: Meeting, aside: Aside, at: datetime) -> Noted | None:
    """Writes the words into the notes of the step at which they were said; what they were taken for before is undone, but
    for counts that somebody has agreed to. None where they have been noted already. Raises Invalid(note_empty)."""
    if aside.kept_as == "note" and aside.kept_id and session.get(Note, aside.kept_id):
        return None
    aside = join_asides(session, _said_with(session, aside))
    _undo(session, meeting, aside)
    file = File(aside.digest, aside.name, 0, aside.media_type) if aside.digest else None
    noted = add_note(
        session, meeting, aside.person_id, aside.text, at, aside.message_ref, file, step=aside.step
    )
    mark_kept(aside, "note", noted.ids[0])
    return noted


def _said_with(session: Session, aside: Aside) -> Sequence[Aside]:
    """The aside with all that was said for the same vote or task: its subject, who does it."""
    if aside.kept_as not in ("vote", "task") or not aside.kept_id:
        return [aside]
    same = Aside.kept_as == aside.kept_as, Aside.kept_id == aside.kept_id
    return session.scalars(select(Aside).where(*same).order_by(Aside.id)).all()


def _undo(session: Session, meeting: Meeting, aside: Aside) -> None:
    if aside.kept_as in NAMES:
        setattr(meeting, aside.kept_as, aside.instead_of)
    else:
        kept_by(aside.kept_as).undoes(session, meeting, aside)
    session.flush()
