"""`Phân công`: who does what by when, in one line or three questions; and what earlier meetings gave out, one by one."""

from datetime import date
from typing import Any

from bot.meetings.tasks import (
    OUTCOME_LIMIT,
    SAYS,
    WHAT_LIMIT,
    WHO_LIMIT,
    add_task,
    overdue_task,
    read_due,
    read_outcome,
    read_task,
    reviewed_tasks,
    say_outcome,
    settle_task,
    tasks_of,
    to_review,
    unfinished_tasks,
)
from bot.problems import Invalid
from bot.tables import Meeting, Task, TaskState, Unit
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import leading, overhearing


def show_tasks(chat: Chat, meeting_id: str, until: str = "") -> None:
    """What the meeting has given out, the last ones or those up to the number `until`; the first task is begun without any."""
    meeting = leading.own_meeting(chat, meeting_id, held=True)
    if meeting is None:
        return
    if tasks_of(chat.session, meeting):
        chat.end()
        _say_tasks(chat, meeting, until=row_id(until))
    else:
        leading.begin_dialog(chat, meeting, "task")


def _say_tasks(chat: Chat, meeting: Meeting, now: Task | None = None, until: int = 0) -> None:
    page = leading.page_of(tasks_of(chat.session, meeting), now, until)
    leading.say_of_meeting(chat, "meetings/tasks/tasks", meeting, page=page, now=now)


def begin_task(chat: Chat, meeting_id: str) -> None:
    meeting = leading.own_meeting(chat, meeting_id, held=True)
    if meeting is not None:
        leading.begin_dialog(chat, meeting, "task")


def fix_task(chat: Chat, task_id: str) -> None:
    """`Sửa` one: its three questions anew, each with what stands there."""
    found = leading.own_row(chat, Task, task_id)
    if found is not None:
        task, meeting = found
        leading.begin_dialog(chat, meeting, "task", task=task.id)


def drop_task(chat: Chat, task_id: str) -> None:
    """`Bỏ`: it was given out by mistake."""
    found = leading.own_row(chat, Task, task_id)
    if found is None:
        return
    task, meeting = found
    chat.session.delete(task)
    chat.session.flush()
    chat.note("task dropped", f"meeting:{meeting.id} task {task.id}")
    if tasks_of(chat.session, meeting):
        chat.end()
        _say_tasks(chat, meeting)
    else:
        leading.show_standing(chat, meeting)


def _fixed(chat: Chat) -> Task | None:
    return chat.session.get(Task, chat.data["task"]) if chat.data.get("task") else None


def ask_task(step: str) -> Any:
    def ask_part(chat: Chat) -> None:
        meeting = leading.present_meeting(chat, held=True)
        if meeting is not None:
            facts = {"what": chat.data.get("what"), "old": _fixed(chat)}
            leading.say_of_meeting(chat, f"meetings/tasks/{step}", meeting, **facts)

    return ask_part


def take_task_words(chat: Chat, answer: Answer) -> None:
    old = _fixed(chat)
    if answer.value:
        if answer.value != "same" or old is None:
            raise Invalid("choose_button")
        chat.keep(what=old.what)
        chat.goto("who")
        return
    _check_length(chat, WHAT_LIMIT)
    said = read_task(answer.text)
    chat.keep(what=said.what)
    if said.due is not None:
        _write(chat, said.what, said.who or "", read_due(said.due, chat.today))
        return
    if said.who is not None:
        chat.keep(who=said.who)
    chat.goto("due" if said.who is not None else "who")


def _check_length(chat: Chat, most: int) -> None:
    """Nothing is cut off: what is too long is refused whole. Raises Invalid(text_long)."""
    if not chat.event.payload and len(chat.event.text.strip()) > most:
        raise Invalid("text_long", most=most)


def take_who(chat: Chat, answer: Answer) -> None:
    old = _fixed(chat)
    if answer.value not in ("", "skip", "same"):
        raise Invalid("choose_button")
    _check_length(chat, WHO_LIMIT)
    who = {"skip": "", "same": old.who if old else ""}.get(answer.value, answer.text.strip())
    chat.keep(who=who[:WHO_LIMIT])
    chat.goto("due")


def take_due(chat: Chat, answer: Answer) -> None:
    old = _fixed(chat)
    if answer.value not in ("", "skip", "same"):
        raise Invalid("choose_button")
    due: date | None = None
    if answer.value == "same":
        due = old.due_on if old else None
    elif not answer.value:
        due = read_due(answer.text, chat.today)
    _write(chat, chat.data["what"], chat.data["who"], due)


def _write(chat: Chat, what: str, who: str, due: date | None) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is None:
        return
    task = _fixed(chat)
    if task is None:
        task = add_task(chat.session, meeting, what, who, due, chat.person.id, chat.at)
        chat.note("task given", f"meeting:{meeting.id} task {task.id}")
    else:
        task.what, task.who, task.due_on = what[:WHAT_LIMIT], who, due
        chat.session.flush()
        chat.note("task corrected", f"meeting:{meeting.id} task {task.id}")
    overhearing.note_written(chat, "task", task.id)
    chat.end()
    _say_tasks(chat, meeting, task)


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
        chat.say("meetings/tasks/looked", meeting=None, tasks=[], unit=unit)


def _begin_look(
    chat: Chat, meeting: Meeting | None, unit: Unit, task: Task, seen: list[int], left: int
) -> None:
    chat.begin(
        "look",
        meeting=meeting.id if meeting else 0,
        rehearsal=meeting.rehearsal if meeting else False,
        unit=unit.id,
        task=task.id,
        seen=seen,
        left=left,
    )


def _looking(chat: Chat) -> tuple[Task, Meeting | None] | None:
    """The task that is looked at and the meeting that does so, if any; else says why not."""
    meeting = None
    if chat.data["meeting"]:
        meeting = leading.present_meeting(chat, held=True)
        if meeting is None:
            return None
    elif chat.lead_unit(chat.data["unit"]) is None:
        return None
    return chat.session.get_one(Task, chat.data["task"]), meeting


def ask_state(chat: Chat) -> None:
    _ask_of(chat, "meetings/tasks/state")


def ask_word(chat: Chat) -> None:
    _ask_of(chat, "meetings/tasks/word")


def _ask_of(chat: Chat, template: str) -> None:
    found = _looking(chat)
    if found is not None:
        task, meeting = found
        leading.say_rehearsed(chat, bool(meeting and meeting.rehearsal))
        late = overdue_task(task, chat.today)
        state = chat.data.get("state", task.state)
        chat.say(template, task=task, state=state, meeting=meeting, late=late, left=chat.data["left"])


def take_state(chat: Chat, answer: Answer) -> None:
    found = _looking(chat)
    if found is None:
        return
    task, meeting = found
    if answer.value == "later":
        _look_at_next(chat, meeting, task_unit(chat, task), [*chat.data["seen"], task.id])
        return
    said = (TaskState(answer.value), "") if answer.value in SAYS else None
    if said is None and not answer.value:
        said = read_outcome(answer.text)
    if said is None:
        raise Invalid("choose_button")
    state, words = said
    settle_task(task, state, meeting)
    if meeting is None or not meeting.rehearsal:
        chat.note(f"task {state}", f"task:{task.id}")
    if words:
        say_outcome(task, words, meeting)
        overhearing.note_written(chat, "outcome")
        _look_at_next(chat, meeting, task_unit(chat, task), [*chat.data["seen"], task.id])
    else:
        chat.keep(state=state)
        chat.goto("word")


def take_word(chat: Chat, answer: Answer) -> None:
    found = _looking(chat)
    if found is None:
        return
    task, meeting = found
    if answer.value not in ("", "skip"):
        raise Invalid("choose_button")
    _check_length(chat, OUTCOME_LIMIT)
    if not answer.value:
        say_outcome(task, answer.text, meeting)
    overhearing.note_written(chat, "outcome")
    _look_at_next(chat, meeting, task_unit(chat, task), [*chat.data["seen"], task.id])


def task_unit(chat: Chat, task: Task) -> Unit:
    return chat.session.get_one(Unit, task.unit_id)


FLOW = Flow(
    "task",
    FlowStep("what", ask_task("what"), take_task_words, numbers=True),
    FlowStep("who", ask_task("who"), take_who, numbers=True),
    FlowStep("due", ask_task("due"), take_due, numbers=True),
)
LOOK_FLOW = Flow(
    "look",
    FlowStep("state", ask_state, take_state),
    FlowStep("word", ask_word, take_word, numbers=True),
)
