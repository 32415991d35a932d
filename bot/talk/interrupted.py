"""What a person was about when something had to be asked first: it goes on afterwards as if nothing had come between."""

from dataclasses import dataclass, field, replace
from typing import Any

from bot.talk.answers import KeptFile
from bot.talk.chat import Chat
from bot.talk.choosing import typed_choice
from bot.talk.receive import route_event


@dataclass(frozen=True)
class Interrupted:
    """The open dialog as its row had it, and what was said in it; `value` is that of a choice of the open question."""

    flow: str = ""
    step: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    trail: list[str] = field(default_factory=list)
    text: str = ""
    payload: str = ""
    value: str = ""
    files: list[KeptFile] = field(default_factory=list)
    message_ref: str = ""


def interrupt_dialog(chat: Chat) -> Interrupted:
    """Takes down where the person stands and what has just come."""
    event, dialog = chat.event, chat.dialog
    plain = not (event.payload or event.files or chat.command)
    payload = typed_choice(chat) if plain else event.payload
    question = f"={dialog.question}:"
    answers = dialog.flow != "" and payload.startswith(question)
    return Interrupted(
        dialog.flow,
        dialog.step,
        dict(dialog.data),
        list(dialog.trail),
        event.text,
        "" if answers else payload,
        payload.removeprefix(question) if answers else "",
        list(event.files),
        event.message_ref,
    )


def resume_dialog(chat: Chat, was: Interrupted) -> None:
    """Opens the dialog again and answers what was said then; asks the open question where nothing was. Raises Invalid as the
    question does."""
    chat.take_up(was.flow, was.step, was.data, was.trail)
    payload = f"={chat.dialog.question}:{was.value}" if was.value else was.payload
    event = replace(
        chat.event,
        text=was.text,
        payload=payload,
        label="",
        files=tuple(was.files),
        message_ref=was.message_ref,
    )
    chat.hear_instead(event)
    if was.flow or payload or was.files or chat.command:
        route_event(chat)
    else:
        chat.open("home")
