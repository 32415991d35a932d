"""What is chosen: a pressed button, or the label or number of one that is typed; and what answers it."""

import inspect
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select

from bot.messages import Incoming
from bot.reading.words import fold
from bot.tables import Contact, Message, MessageState, Priority
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Desk, FlowStep, Handler

BACK = "<"
LOOK_BACK = 12
"""So many of the latest messages are searched for a typed label."""


def present_flow_step(chat: Chat) -> FlowStep | None:
    flow = chat.desk.routes.flows.get(chat.dialog.flow)
    return flow.steps.get(chat.dialog.step) if flow else None


def press_choice(chat: Chat, payload: str) -> None:
    """A choice was made. One that answers a passed question is not taken for an answer to the present one."""
    if not payload.startswith("="):
        chat.go_beside()
        name, *arguments = payload.split(":")
        action = chat.desk.routes.actions.get(chat.desk.routes.former.get(name, name))
        if action is None or not _takes_arguments(action, arguments):
            chat.desk.routes.unknown(chat)
        else:
            action(chat, *arguments)
        return
    question, _, value = payload[1:].partition(":")
    step = present_flow_step(chat)
    if step is None:
        chat.open("home", trouble=chat.desk.render.sentence("button_passed", {}))
    elif question != str(chat.dialog.question):
        chat.again(trouble=chat.desk.render.sentence("question_passed", {}))
    elif value == BACK:
        chat.back()
    else:
        chat.dialog.touched_at = chat.at
        asked = f"{chat.dialog.flow}.{chat.dialog.step}={value}"
        step.take(chat, Answer(value=chat.desk.routes.former.get(asked, value)))


def _takes_arguments(handler: Handler, arguments: list[str]) -> bool:
    """Whether the handler takes so many arguments."""
    try:
        _signature(handler).bind(None, *arguments)
    except TypeError:
        return False
    return True


_signature = cache(inspect.signature)


def was_offered(desk: Desk, event: Incoming) -> bool:
    """Whether some message to this person has had that very button."""
    with desk.db.read() as session:
        bodies = session.scalars(
            select(Message.body)
            .join(Contact, Contact.person_id == Message.person_id)
            .where(Contact.channel == event.address.channel, Contact.place == event.address.place)
        )
        return any(event.payload == payload for body in bodies for _, payload in _choices_of(body))


def _choices_of(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(label, payload) for row in body.get("choices", []) for label, payload in row]


def typed_choice(chat: Chat) -> str:
    """The payload of the choice whose label, or number in the latest message, the person has typed; or ''."""
    said = fold(chat.event.text)
    if not said or len(said) > 60:
        return ""
    step = present_flow_step(chat)
    number = int(said) if said.isascii() and said.isdigit() and len(said) <= 2 else 0
    for choices in _recent_choices(chat):
        if number and choices:
            taken = number <= len(choices) and not (step and step.numbers)
            return choices[number - 1][1] if taken else ""
        for label, payload in choices:
            if fold(label) == said and (step is None or _answers_now(chat, step, payload)):
                return payload
    return ""


def _recent_choices(chat: Chat) -> list[list[tuple[str, str]]]:
    """The choices of the latest messages, in the order in which the person has seen them, latest first.

    A reminder may have been written long before it goes out, and what has not gone out has not been read.
    """
    return [_choices_of(body) for body in chat.session.scalars(_recent_bodies(), {"person": chat.person.id})]


@cache
def _recent_bodies() -> Select[dict[str, Any]]:
    on_its_way = and_(
        Message.state == MessageState.WAITING, or_(Message.priority == Priority.ANSWER, Message.attempts > 0)
    )
    recent = (
        select(Message.sent_at, Message.id, Message.body)
        .where(Message.person_id == bindparam("person"), or_(Message.state == MessageState.SENT, on_its_way))
        .order_by(Message.id.desc())
        .limit(3 * LOOK_BACK)
        .subquery()
    )
    latest_first = (recent.c.sent_at.is_(None).desc(), recent.c.sent_at.desc(), recent.c.id.desc())
    return select(recent.c.body).order_by(*latest_first).limit(LOOK_BACK)


def _answers_now(chat: Chat, step: FlowStep, payload: str) -> bool:
    """Inside a dialog an older message's choice is no answer, and plain words are not taken for one."""
    return payload.startswith(f"={chat.dialog.question}:") or not (step.first or payload.startswith("="))
