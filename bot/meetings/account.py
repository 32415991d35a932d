"""All that a meeting has noted, in order, as it is read back before it is passed: numbered notes, votes, tasks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.meetings.notes import notes_of
from bot.meetings.questions import question_of
from bot.meetings.questions.speakers import speakers_at
from bot.meetings.tasks import reviewed_tasks, tasks_of
from bot.meetings.votes import votes_of
from bot.meetings.walk import count_heard, round_of
from bot.tables import Meeting, Note, Task, Vote

PAGE = 3000
"""About so many letters are read in one message."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A note with its number, by which it is corrected."""

    number: int
    note: Note


@dataclass(frozen=True, slots=True)
class Section:
    """What belongs to one step; `title` is empty for a meeting without an agenda."""

    place: int
    title: str
    notes: tuple[Numbered, ...] = ()
    votes: tuple[Vote, ...] = ()
    tasks: tuple[Task, ...] = ()
    reviewed: tuple[Task, ...] = ()
    speakers: int = 0
    members: int = 0

    @property
    def empty(self) -> bool:
        return not (self.notes or self.votes or self.tasks or self.reviewed or self.speakers or self.members)

    @property
    def length(self) -> int:
        texts = [one.note.text for one in self.notes] + [vote.subject for vote in self.votes]
        texts += [task.what + task.who + task.outcome for task in (*self.tasks, *self.reviewed)]
        return len(self.title) + sum(len(text) + 60 for text in texts)


def numbered_notes(session: Session, meeting: Meeting) -> list[Numbered]:
    """Every note once, numbered in the order of the steps and of the time."""
    return [Numbered(number, note) for number, note in enumerate(notes_of(session, meeting), 1)]


def meeting_account(session: Session, meeting: Meeting) -> list[Section]:
    """The sections that hold anything, in the order of the agenda."""
    notes, votes, tasks = (
        numbered_notes(session, meeting),
        votes_of(session, meeting),
        tasks_of(session, meeting),
    )
    looked_at = reviewed_tasks(session, meeting)
    looking = (place for place, step in enumerate(meeting.steps) if question_of(step.asks).looks_back)
    review_at = next(looking, 0)
    sections = []
    for place in range(max(1, len(meeting.steps))):
        whole = round_of(meeting, place)
        section = Section(
            place,
            meeting.steps[place].title if meeting.steps else "",
            tuple(one for one in notes if one.note.step == place),
            tuple(vote for vote in votes if vote.step == place),
            tuple(task for task in tasks if task.step == place),
            tuple(looked_at) if place == review_at else (),
            speakers_at(meeting, place),
            count_heard(meeting, place) if whole and whole.start == place else 0,
        )
        if not section.empty:
            sections.append(section)
    return sections


def account_pages(sections: Sequence[Section], most: int = PAGE) -> Iterator[list[Section]]:
    """The sections as they go into messages; one that is longer than a message stands alone, in parts by its notes."""
    page: list[Section] = []
    for section in sections:
        for part in _parts(section, most):
            if page and sum(one.length for one in page) + part.length > most:
                yield page
                page = []
            page.append(part)
    if page:
        yield page


def _parts(section: Section, most: int) -> Iterator[Section]:
    """The section, or the same step again and again with some of its notes each."""
    if section.length <= most or len(section.notes) < 2:
        yield section
        return
    notes: list[Numbered] = []
    for one in section.notes:
        if notes and sum(len(n.note.text) + 60 for n in notes) + len(one.note.text) > most:
            yield Section(section.place, section.title, tuple(notes))
            notes = []
        notes.append(one)
    yield Section(
        section.place,
        section.title,
        tuple(notes),
        section.votes,
        section.tasks,
        section.reviewed,
        section.speakers,
        section.members,
    )
