"""Tasks that a meeting gives out: who does what by when; they come back at the next meetings until they are done."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot.calendar import Moment, last_working_day
from bot.meetings.walk import current_place
from bot.problems import Invalid
from bot.reading.moments import read_moment
from bot.reading.words import fold, past_fillers, plain_words, quoted_words
from bot.store.known import Known
from bot.tables import Meeting, MeetingState, Task, TaskState
from bot.tables.walked import TaskReview

OPEN = (TaskState.OPEN, TaskState.GOING)
WHAT_LIMIT, WHO_LIMIT, OUTCOME_LIMIT = 2000, 120, 2000
PARTS = re.compile(r"\s+[–—-]\s+|\s*[;|\n]\s*")
WHO_LEADS = (
    "dong chi ",
    "dc ",
    "d/c ",
    "d.c ",
    "ong ",
    "ba ",
    "bi thu",
    "pho bi thu",
    "chi uy",
    "cap uy",
    "to dang",
    "to truong",
)
WHO_WORDS = 6
LEADS = {"han", "truoc", "den", "cham", "nhat", "xong", "hoan", "thanh", "trong", ":"}
SAYS_NO_DAY = ("khong", "khong co", "khong co han", "khong han", "chua co han", "khong thoi han")
SAYS: dict[TaskState, tuple[str, ...]] = {
    TaskState.DONE: ("da xong", "xong", "hoan thanh", "da hoan thanh", "da lam xong"),
    TaskState.GOING: ("dang lam", "dang tiep tuc", "dang", "chua xong", "con do"),
    TaskState.DROPPED: ("bo", "khong lam nua", "thoi"),
}


_GIVEN = select(Task).where(Task.meeting_id == bindparam("meeting")).order_by(Task.id)
_FROM_BEFORE = (  # not done yet, and given out by another meeting of the unit that was held
    select(Task)
    .join(Meeting, Meeting.id == Task.meeting_id)
    .where(
        Task.unit_id == bindparam("unit"),
        Task.state.in_(OPEN),
        Task.meeting_id != bindparam("meeting"),
        Meeting.state == MeetingState.HELD,
        Meeting.rehearsal.is_(False),
    )
)
_UNFINISHED = _FROM_BEFORE.order_by(Task.due_on.is_(None), Task.due_on, Task.id)
_HOW_MANY = Known(_FROM_BEFORE.with_only_columns(func.count()))


@dataclass(frozen=True, slots=True)
class TaskSaid:
    """A task as it was typed; None is what is still to be asked."""

    what: str
    who: str | None = None
    due: str | None = None


def read_task(text: str) -> TaskSaid:
    """One line "việc – ai – hạn", or as much of it as was typed; "ai – việc – hạn" too. Raises Invalid(text_empty)."""
    parts = [part for part in PARTS.split(text.strip()) if any(sign.isalnum() for sign in part)]
    if not parts:
        raise Invalid("text_empty")
    if len(parts) > 1 and _is_somebody(parts[0]) and not _is_somebody(parts[1]):
        parts[:2] = parts[1::-1]  # "đồng chí Hùng – quét vôi – 10/12"
    if len(parts) < 3:
        return TaskSaid(parts[0][:WHAT_LIMIT], parts[1][:WHO_LIMIT] if len(parts) == 2 else None)
    what = " – ".join(parts[:-2])
    return TaskSaid(what[:WHAT_LIMIT], parts[-2][:WHO_LIMIT], parts[-1])


def _is_somebody(words: str) -> bool:
    """Whether who does it stands there, and not what is done."""
    return len(words.split()) <= WHO_WORDS and plain_words(words).startswith(WHO_LEADS)


def read_due(text: str, today: date) -> date | None:
    """The day by which it is to be done; None for "không có hạn". "Trước 25/5" is the 24th at the latest.

    Raises Invalid as `when`, and date_past (day).
    """
    if fold(text) in SAYS_NO_DAY:
        return None
    words = text.split()
    before = False
    while words and plain_words(words[0]).strip(":,.") in LEADS | {""}:
        before = plain_words(words.pop(0)).strip(":,.") == "truoc"
    day = read_moment(" ".join(words), today=today).day
    if day is None:
        raise Invalid("date_unclear", said=quoted_words(text))
    day -= timedelta(days=before)
    if day < today:
        raise Invalid("date_past", day=day)
    return day


def read_outcome(text: str) -> tuple[TaskState, str] | None:
    """How a task stands and the words about it: "xong, đã nộp 12 báo cáo"; None where the words do not begin with that."""
    folded = fold(text)
    names = sorted(
        ((name, state) for state, names in SAYS.items() for name in names), key=lambda named: -len(named[0])
    )
    for name, state in names:
        if folded == name or folded.startswith(f"{name} "):
            rest = past_fillers(text.split()[len(name.split()) :])
            return state, " ".join(rest).lstrip(":,;.–- ")[:OUTCOME_LIMIT]
    return None


def day_to_remind(due_on: date | None, today: date) -> date | None:
    """The last working day before its day; on its day where that is too late; never on the day on which it is given out."""
    if due_on is None or due_on <= today:
        return None
    day = last_working_day(due_on - timedelta(days=1))
    return day if day > today else due_on


def set_due(task: Task, due_on: date | None, today: date) -> None:
    task.due_on, task.remind_on = due_on, day_to_remind(due_on, today)


def add_task(
    session: Session,
    meeting: Meeting,
    what: str,
    who: str,
    due_on: date | None,
    person_id: int,
    now: Moment,
) -> Task:
    task = Task(
        unit_id=meeting.unit_id,
        meeting_id=meeting.id,
        step=current_place(meeting),
        what=what.strip()[:WHAT_LIMIT],
        who=who.strip()[:WHO_LIMIT],
        person_id=person_id,
        at=now.at,
    )
    set_due(task, due_on, now.today)
    session.add(task)
    session.flush()
    return task


def tasks_of(session: Session, meeting: Meeting) -> Sequence[Task]:
    """What the meeting has given out, in order."""
    return session.scalars(_GIVEN, {"meeting": meeting.id}).all()


def unfinished_tasks(session: Session, unit_id: int, meeting_id: int = 0) -> Sequence[Task]:
    """The unit's tasks of earlier meetings that are not done, oldest first; without those of the meeting itself."""
    return session.scalars(_UNFINISHED, {"unit": unit_id, "meeting": meeting_id}).all()


def to_review(session: Session, meeting: Meeting) -> Sequence[Task]:
    """Those of them that neither this meeting nor a later one has given out or looked at."""
    passed = {meeting.id, *_later(session, meeting)}
    found = unfinished_tasks(session, meeting.unit_id, meeting.id)
    return [task for task in found if task.reviewed_id not in passed and task.meeting_id not in passed]


def _later(session: Session, meeting: Meeting) -> Sequence[int]:
    """The meetings of the unit that were begun after this one."""
    if meeting.started_at is None:
        return []
    after = Meeting.unit_id == meeting.unit_id, Meeting.started_at > meeting.started_at
    return session.scalars(select(Meeting.id).where(*after, Meeting.rehearsal.is_(False))).all()


def count_unfinished(session: Session, unit_id: int) -> int:
    session.flush()
    return int(_HOW_MANY.value(session, {"unit": unit_id, "meeting": 0}))


def reviewed_tasks(session: Session, meeting: Meeting) -> Sequence[Task]:
    """The tasks of earlier meetings that this one has looked at."""
    return session.scalars(
        select(Task).where(Task.reviewed_id == meeting.id, Task.meeting_id != meeting.id).order_by(Task.id)
    ).all()


def settle_task(task: Task, state: TaskState, meeting: Meeting | None, at: datetime) -> None:
    """How the task stands now, as `meeting` (none: somebody in between) found it. A rehearsal leaves it as it is."""
    if meeting is not None and meeting.rehearsal:
        return
    task.state, task.settled_at = state, at
    if meeting is not None:
        task.reviewed_id = meeting.id
        _keep_review(task, meeting)


def say_outcome(task: Task, words: str, meeting: Meeting | None) -> None:
    if meeting is not None and meeting.rehearsal:
        return
    task.outcome = words.strip()[:OUTCOME_LIMIT]
    if meeting is not None:
        _keep_review(task, meeting)


def _keep_review(task: Task, meeting: Meeting) -> None:
    kept = {**meeting.walk.reviews, task.id: TaskReview(task.state, task.outcome)}
    meeting.walk = replace(meeting.walk, reviews=kept)


def overdue_task(task: Task, today: date) -> bool:
    return task.state in OPEN and task.due_on is not None and task.due_on < today
