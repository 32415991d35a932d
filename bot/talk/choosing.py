"""What is chosen: a pressed button, or the label or number of one that is typed; and what answers it."""

import inspect
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select

from bot.marks import (
    MORE,
    MOST,
    bare_label,
    choices_of,
    is_listed,
    marked_choices,
    may_draw_lines,
    stands_as_lines,
)
from bot.messages import Choice, Incoming, Reply
from bot.problems import Invalid
from bot.reading.marks import choice_mark
from bot.reading.words import fold, says_received
from bot.tables import Contact, Message, MessageState, Priority
from bot.talk.chat import GO_ON, Chat
from bot.talk.desk import Answer, Desk, FlowStep, Handler
from bot.talk.outbox import from_body

BACK = "<"
TAG = re.compile(r"<[^>]*>")
PASSED = "=:"
"""A press that answers no question any more."""
LEAST_BEGUN = 6
"""So many signs of a label's beginning are enough to tell it."""
LOOK_BACK = 12
"""So many of the latest messages are searched for a typed label."""


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
    step = chat.open_step
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
        return any(event.payload == one.payload for body in bodies for one in _offered(from_body(body)))


def _offered(reply: Reply) -> Sequence[Choice]:
    return [*choices_of(reply), *reply.quick]


def typed_choice(chat: Chat) -> str:
    """The payload of the choice whose label, or number in the latest message, the person has typed; or ''. Raises
    Invalid(number_which) for a number that may answer two questions."""
    said = fold(chat.event.text)
    if not said or len(said) > 60:
        return ""
    step = chat.open_step
    here = _replies_here(chat) if said.isdigit() or may_draw_lines(chat.abilities) else []
    if said.isdigit() and chat.takes_number and _is_of_list_beside(here, said):
        raise Invalid("number_which", said=said)
    lined = stands_as_lines(_latest_offer(here), chat.abilities)
    if lined and (mark := choice_mark(said)):
        return _marked_choice(chat, here, mark)
    number = int(said) if said.isascii() and said.isdigit() and len(said) <= 2 else 0
    if number and (choices := choices_of(_latest_offer(here))):
        taken = number <= len(choices) and not chat.takes_number
        return choices[number - 1].payload if taken else ""
    for choices in map(choices_of, _replies_anywhere(chat)):
        for choice in choices:
            named = said in (fold(choice.label), fold(bare_label(choice.label)))
            if named and (step is None or _answers_now(chat, step, choice.payload)):
                return choice.payload
    if begun := _begun_label(chat, said):
        return begun
    return _received(chat) if step is None and says_received(chat.event.text) else ""


def _begun_label(chat: Chat, said: str) -> str:
    """The payload of the one choice of the latest message whose label begins with these words: "biên bản" of "Biên bản, văn bản". Not
    where words are an answer themselves."""
    step = chat.open_step
    if len(said) < LEAST_BEGUN or (
        step is not None and (step.words or step.first or step.own_way or chat.takes_number)
    ):
        return ""
    latest = next(iter(_replies_anywhere(chat)), Reply(""))
    begun = {one.payload for one in choices_of(latest) if fold(bare_label(one.label)).startswith(f"{said} ")}
    payload = begun.pop() if len(begun) == 1 else ""
    return payload if payload and (step is None or _answers_now(chat, step, payload)) else ""


def _received(chat: Chat) -> str:
    """The payload by which the latest message is said to have come, where it asks for that."""
    latest = next(iter(_replies_anywhere(chat)), Reply(""))
    asked = (one.payload for one in choices_of(latest))
    return next((one for one in asked if one.partition(":")[0] in chat.desk.routes.receipts), "")


def _is_of_list_beside(here: Sequence[Reply], number: str) -> bool:
    """Whether the latest message, shown beside the open question, has a list of its own with that number."""
    latest = here[0] if here else Reply("")
    beside = any(choice.payload == GO_ON for choice in choices_of(latest))
    return beside and is_listed(TAG.sub("", latest.text), number)


def _marked_choice(chat: Chat, recent: Sequence[Reply], mark: str) -> str:
    """The payload of the choice that bears this mark on the screen. Where a number answers the open question, it is none."""
    if mark.isdigit() and chat.takes_number:
        latest = recent[0] if recent else Reply("")
        has_lines = latest.numbered and stands_as_lines(latest, chat.abilities)
        if has_lines and mark in marked_choices(latest):
            # A reminder has come after the question, and has numbers of its own.
            raise Invalid("number_which", said=mark)
        return ""
    # Two messages may have come at once, one with numbers and one with letters.
    offers = [_latest_offer(recent)] if mark.isdigit() else [one for one in recent if choices_of(one)][:2]
    found = (marked_choices(offer).get(mark) for offer in offers if mark.isdigit() or not offer.numbered)
    choice = next(found, None)
    return choice.payload if choice else ""


def choices_left(chat: Chat) -> list[Choice]:
    """What did not find room under the latest message, if that is what the person asks for."""
    typed = choice_mark(fold(chat.event.text)) == MORE and not chat.takes_number
    if not may_draw_lines(chat.abilities) or not (typed or chat.event.payload == MORE):
        return []
    offer = _latest_offer(_replies_here(chat))
    lined = offer.numbered and stands_as_lines(offer, chat.abilities)
    return choices_of(offer)[MOST:] if lined else []


def _latest_offer(recent: Sequence[Reply]) -> Reply:
    return next((reply for reply in recent if any(reply.choices)), Reply(""))


def _replies_here(chat: Chat) -> list[Reply]:
    """The latest messages on the present screen, of which a number speaks; see `_replies_anywhere`."""
    here = {"contact": chat.contact.id}
    return [from_body(body) for body in chat.session.scalars(_recent_bodies("contact"), here)]


def _replies_anywhere(chat: Chat) -> list[Reply]:
    """The latest messages wherever they were sent, of which words may speak, in the order in which the person has seen them,
    latest first.

    A reminder may have been written long before it goes out, and what has not gone out has not been read.
    """
    person = {"person": chat.person.id}
    return [from_body(body) for body in chat.session.scalars(_recent_bodies("person"), person)]


@cache
def _recent_bodies(whose: str) -> Select[dict[str, Any]]:
    on_its_way = and_(
        Message.state == MessageState.WAITING, or_(Message.priority == Priority.ANSWER, Message.attempts > 0)
    )
    recent = (
        select(Message.sent_at, Message.id, Message.body)
        .where(
            getattr(Message, f"{whose}_id") == bindparam(whose),
            or_(Message.state == MessageState.SENT, on_its_way),
        )
        .order_by(Message.id.desc())
        .limit(3 * LOOK_BACK)
        .subquery()
    )
    latest_first = (recent.c.sent_at.is_(None).desc(), recent.c.sent_at.desc(), recent.c.id.desc())
    return select(recent.c.body).order_by(*latest_first).limit(LOOK_BACK)


def _answers_now(chat: Chat, step: FlowStep, payload: str) -> bool:
    """Inside a dialog an older message's choice is no answer, and plain words are not taken for one."""
    return payload.startswith(f"={chat.dialog.question}:") or not (step.first or payload.startswith("="))
