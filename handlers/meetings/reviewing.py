"""`Việc đã giao`: what earlier meetings gave out and is not done, one by one: how it stands, and a word about it."""

from dataclasses import dataclass, field

from bot.meetings.dialogs import AboutMeeting, about
from bot.meetings.tasks import (
    OUTCOME_LIMIT,
    SAYS,
    overdue_task,
    read_outcome,
    reviewed_tasks,
    say_outcome,
    settle_task,
    to_review,
    unfinished_tasks,
)
from bot.problems import Invalid
from bot.tables import Meeting, Task, TaskState, Unit
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import leading, overhearing
from handlers.meetings.tasks import check_length


@dataclass
class Looking(AboutMeeting):
    """`seen`: the tasks passed over; `left`: how many wait; `state`: what was said of this one."""

    unit: int = 0
    task: int = 0
    seen: list[int] = field(default_factory=list)
    left: int = 0
    state: str = ""


def review_tasks(chat: Chat, meeting_id: str, task_id: str = "") -> None:
    """`Việc buổi trước giao`: what earlier meetings gave out and is not done, one by one; `Sửa`: one looked at, again."""
    meeting = leading.own_meeting(chat, meeting_id, held=True)
    if meeting is None:
        return
    again = [task for task in reviewed_tasks(chat.session, meeting) if task.id == row_id(task_id)]
    if again:
        _begin_look(chat, meeting, meeting.unit, again[0], [], 0)
    else:
        _look_at_next(chat, meeting, meeting.unit, [])


def look_between(chat: Chat, unit_id: str) -> None:
    """The same between two meetings, from the card of the month."""
    unit = chat.lead_unit(unit_id)
    if unit is not None:
        _look_at_next(chat, None, unit, [])


def _look_at_next(chat: Chat, meeting: Meeting | None, unit: Unit, seen: list[int]) -> None:
    """The next task that has not been looked at; `seen` are those passed over."""
    found = to_review(chat.session, meeting) if meeting else unfinished_tasks(chat.session, unit.id)
    waiting = [task for task in found if task.id not in seen]
    if waiting:
        _begin_look(chat, meeting, unit, waiting[0], seen, len(waiting))
        return
    chat.end()
    if meeting is not None:
        leading.say_of_meeting(
            chat, "meetings/tasks/looked", meeting, tasks=reviewed_tasks(chat.session, meeting), unit=unit
        )
    else:
        tasks = [chat.session.get_one(Task, one) for one in seen]
        chat.say("meetings/tasks/looked", meeting=None, tasks=tasks, unit=unit)


def _begin_look(
    chat: Chat, meeting: Meeting | None, unit: Unit, task: Task, seen: list[int], left: int
) -> None:
    of = about(meeting) if meeting else (0, False)
    chat.begin(Looking(*of, unit=unit.id, task=task.id, seen=seen, left=left))


def _looking(chat: Chat) -> tuple[Task, Meeting | None] | None:
    """The task that is looked at and the meeting that does so, if any; else says why not."""
    meeting, looking = None, chat.answers(Looking)
    if looking.meeting:
        meeting = leading.present_meeting(chat, held=True)
        if meeting is None:
            return None
    elif chat.lead_unit(looking.unit) is None:
        return None
    return chat.session.get_one(Task, looking.task), meeting


def ask_state(chat: Chat) -> None:
    _ask_of(chat, "meetings/tasks/state")


def ask_word(chat: Chat) -> None:
    _ask_of(chat, "meetings/tasks/word")


def _ask_of(chat: Chat, template: str) -> None:
    found = _looking(chat)
    if found is not None:
        task, meeting = found
        looking = chat.answers(Looking)
        chat.say(
            template,
            head=leading.rehearsal_head(chat, bool(meeting and meeting.rehearsal)),
            task=task,
            state=looking.state or task.state,
            meeting=meeting,
            late=overdue_task(task, chat.today),
            left=looking.left,
        )


def take_state(chat: Chat, answer: Answer) -> None:
    found = _looking(chat)
    if found is None:
        return
    task, meeting = found
    if answer.value == "later":
        _look_at_next(chat, meeting, task_unit(chat, task), _seen_with(chat, task))
        return
    said = (TaskState(answer.value), "") if answer.value in SAYS else None
    if said is None and not answer.value:
        said = read_outcome(answer.text)
    if said is None:
        raise Invalid("choose_button")
    state, words = said
    settle_task(task, state, meeting, chat.at)
    if meeting is None or not meeting.rehearsal:
        chat.note(f"task {state}", f"task:{task.id}")
    if words:
        say_outcome(task, words, meeting)
        overhearing.note_written(chat, "outcome")
        _look_at_next(chat, meeting, task_unit(chat, task), _seen_with(chat, task))
    else:
        chat.answers(Looking).state = state
        chat.goto("word")


def take_word(chat: Chat, answer: Answer) -> None:
    found = _looking(chat)
    if found is None:
        return
    task, meeting = found
    if answer.value not in ("", "skip"):
        raise Invalid("choose_button")
    check_length(chat, OUTCOME_LIMIT)
    if not answer.value:
        say_outcome(task, answer.text, meeting)
    overhearing.note_written(chat, "outcome")
    _look_at_next(chat, meeting, task_unit(chat, task), _seen_with(chat, task))


def _seen_with(chat: Chat, task: Task) -> list[int]:
    return [*chat.answers(Looking).seen, task.id]


def task_unit(chat: Chat, task: Task) -> Unit:
    return chat.session.get_one(Unit, task.unit_id)


FLOW = Flow(
    "look",
    FlowStep("state", ask_state, take_state),
    FlowStep("word", ask_word, take_word, numbers=True, words=True),
    answers=Looking,
)
