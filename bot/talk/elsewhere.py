"""One talk at several places: what is open at one is gone on with at another; what was answered at one is taken back at the others."""

import html
import re
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.marks import choices_of
from bot.messages import Reply
from bot.tables import Contact, Dialog, Message, MessageState, Priority
from bot.talk.chat import Chat
from bot.talk.outbox import from_body

LOOK_BACK = 12
_WAITING_ELSEWHERE = (
    select(Message.id, Message.body)
    .join(Contact, Contact.id == Message.contact_id)
    .where(
        Contact.person_id == bindparam("person"),
        Contact.id != bindparam("contact"),
        Message.state == MessageState.WAITING,
        Message.priority == Priority.ANSWER,
        Message.attempts == 0,
    )
)
_TAKE_BACK = (
    update(Message)
    .where(Message.id.in_(bindparam("passed", expanding=True)), Message.state == MessageState.WAITING)
    .values(state=MessageState.WITHDRAWN)
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A question that is open, and that the person has been asked at another place; `title` is its first line, may be empty."""

    channel: str
    title: str


def left_open_elsewhere(session: Session, contact: Contact) -> LeftOpen | None:
    """What the person was about at another place, where they have spoken since they last did here."""
    dialog = session.get(Dialog, contact.person_id)
    last = last_place_since(session, contact)
    if dialog is None or not dialog.flow or last is None:
        return None
    recent = (
        select(Message.body).where(Message.contact_id == last.id).order_by(Message.id.desc()).limit(LOOK_BACK)
    )
    asked = (from_body(body) for body in session.scalars(recent))
    title = next((_first_line(reply) for reply in asked if _asks(reply, dialog.question)), "")
    return LeftOpen(last.channel, title)


def last_place_since(session: Session, contact: Contact) -> Contact | None:
    """Where the person has spoken since they last did from here."""
    return session.scalars(
        select(Contact)
        .where(
            Contact.person_id == contact.person_id,
            Contact.id != contact.id,
            Contact.lost_at.is_(None),
            Contact.used_at > contact.used_at,
        )
        .order_by(Contact.used_at.desc(), Contact.id.desc())
        .limit(1)
    ).first()


def open_question(session: Session, person_id: int) -> int:
    """The number of the question that is open; 0 where none is."""
    found = session.execute(
        select(Dialog.question).where(Dialog.person_id == person_id, Dialog.flow != "")
    ).first()
    return found.question if found else 0


def is_passed(payload: str, question: int) -> bool:
    """Whether a choice answers another question than the open one."""
    return payload.startswith("=") and not payload.startswith(f"={question}:")


def take_back_questions(chat: Chat) -> None:
    """Questions that are answered, and have not gone out yet to the person's other places, never do."""
    if not chat.has_other_places:
        return
    open_now = chat.dialog.question if chat.dialog.flow else 0
    here = {"person": chat.person.id, "contact": chat.contact.id}
    passed = [
        row.id
        for row in chat.session.execute(_WAITING_ELSEWHERE, here)
        if any(is_passed(choice.payload, open_now) for choice in choices_of(from_body(row.body)))
    ]
    if passed:
        chat.session.execute(_TAKE_BACK, {"passed": passed})


def _asks(reply: Reply, question: int) -> bool:
    return any(choice.payload.startswith(f"={question}:") for choice in choices_of(reply))


def _first_line(reply: Reply) -> str:
    return html.unescape(re.sub(r"<[^<>]*>", "", reply.text).strip().partition("\n")[0])
