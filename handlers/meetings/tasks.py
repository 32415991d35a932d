"""`Phân công`: who does what by when, in one line or three questions."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.meetings.dialogs import AboutMeeting, about
from bot.meetings.tasks import (
    WHAT_LIMIT,
    WHO_LIMIT,
    add_task,
    read_due,
    read_task,
    set_due,
    tasks_of,
)
from bot.problems import Invalid
from bot.tables import Meeting, Task
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import leading, overhearing


@dataclass
class Tasking(AboutMeeting):
    """`task`: the one that is corrected."""

    task: int = 0
    what: str = ""
    who: str = ""


def show_tasks(chat: Chat, meeting_id: str, until: str = "") -> None:
    """What the meeting has given out, the last ones or those up to the number `until`; the first task is begun without any."""
    meeting = leading.own_meeting(chat, meeting_id, held=True)
    if meeting is None:
        return
    if tasks_of(chat.session, meeting):
        chat.end()
        _say_tasks(chat, meeting, until=row_id(until))
    else:
        chat.begin(Tasking(*about(meeting)))


def _say_tasks(chat: Chat, meeting: Meeting, now: Task | None = None, until: int = 0) -> None:
    page = leading.page_of(tasks_of(chat.session, meeting), now, until)
    leading.say_of_meeting(chat, "meetings/tasks/tasks", meeting, page=page, now=now)


def begin_task(chat: Chat, meeting_id: str) -> None:
    meeting = leading.own_meeting(chat, meeting_id, held=True)
    if meeting is not None:
        chat.begin(Tasking(*about(meeting)))


def fix_task(chat: Chat, task_id: str) -> None:
    """`Sửa` one: its three questions anew, each with what stands there."""
    found = leading.own_row(chat, Task, task_id)
    if found is not None:
        task, meeting = found
        chat.begin(Tasking(*about(meeting), task=task.id))


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
    return chat.session.get(Task, chat.answers(Tasking).task)


def ask_task(step: str) -> Any:
    def ask_part(chat: Chat) -> None:
        meeting = leading.present_meeting(chat, held=True)
        if meeting is not None:
            facts: dict[str, Any] = {"what": chat.answers(Tasking).what, "old": _fixed(chat)}
            leading.say_of_meeting(chat, f"meetings/tasks/{step}", meeting, **facts)

    return ask_part


def take_task_words(chat: Chat, answer: Answer) -> None:
    old, tasking = _fixed(chat), chat.answers(Tasking)
    if answer.value:
        if answer.value != "same" or old is None:
            raise Invalid("choose_button")
        tasking.what = old.what
        chat.goto("who")
        return
    check_length(chat, WHAT_LIMIT)
    said = read_task(answer.text)
    tasking.what = said.what
    if said.due is not None:
        _write(chat, said.what, said.who or "", read_due(said.due, chat.today))
        return
    if said.who is not None:
        tasking.who = said.who
    chat.goto("due" if said.who is not None else "who")


def check_length(chat: Chat, most: int) -> None:
    """Nothing is cut off: what is too long is refused whole. Raises Invalid(text_long)."""
    if not chat.event.payload and len(chat.event.text.strip()) > most:
        raise Invalid("text_long", most=most)


def take_who(chat: Chat, answer: Answer) -> None:
    old = _fixed(chat)
    if answer.value not in ("", "skip", "same"):
        raise Invalid("choose_button")
    check_length(chat, WHO_LIMIT)
    who = {"skip": "", "same": old.who if old else ""}.get(answer.value, answer.text.strip())
    chat.answers(Tasking).who = who[:WHO_LIMIT]
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
    tasking = chat.answers(Tasking)
    _write(chat, tasking.what, tasking.who, due)


def _write(chat: Chat, what: str, who: str, due: date | None) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is None:
        return
    task = _fixed(chat)
    if task is None:
        task = add_task(chat.session, meeting, what, who, due, chat.person.id, chat.moment)
        chat.note("task given", f"meeting:{meeting.id} task {task.id}")
    else:
        task.what, task.who = what[:WHAT_LIMIT], who
        set_due(task, due, chat.today)
        chat.session.flush()
        chat.note("task corrected", f"meeting:{meeting.id} task {task.id}")
    overhearing.note_written(chat, "task", task.id)
    chat.end()
    _say_tasks(chat, meeting, task)


FLOW = Flow(
    "task",
    FlowStep("what", ask_task("what"), take_task_words, numbers=True, words=True),
    FlowStep("who", ask_task("who"), take_who, numbers=True, words=True, who=True),
    FlowStep("due", ask_task("due"), take_due, numbers=True),
    answers=Tasking,
)
