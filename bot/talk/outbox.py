"""The outbox: messages written with the state they announce, and what is known of those that wait."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from bot.messages import Choice, File, Reply
from bot.people.newcomers import look_again
from bot.people.reaching import reachable_contact
from bot.store.given import insert_given
from bot.store.known import Known
from bot.tables import Contact, Message, MessageKind, MessageState, Priority

log = logging.getLogger(__name__)

_NEW = Known(insert(Message))

HOLD = timedelta(minutes=30)
WAITING = literal_column(f"'{MessageState.WAITING}'", Message.state.type)
"""The state as it stands in a statement: with a parameter in its place both databases would look each time anew whether the index of
what waits is one for it."""


def to_body(reply: Reply) -> dict[str, Any]:
    body: dict[str, Any] = {"text": reply.text}
    if reply.choices:
        body["choices"] = [[[c.label, c.payload] for c in row] for row in reply.choices]
    if reply.files:
        body["files"] = [asdict(file) for file in reply.files]
    if not reply.numbered:
        body["numbered"] = False
    if reply.quick:
        body["quick"] = [[c.label, c.payload] for c in reply.quick]
    return body


def from_body(
    body: Mapping[str, Any], *, number: int = 0, pieces_gone: int = 0, unasked: bool = False
) -> Reply:
    return Reply(
        body["text"],
        tuple(tuple(Choice(*pair) for pair in row) for row in body.get("choices", [])),
        tuple(File(**file) for file in body.get("files", [])),
        body.get("numbered", True),
        tuple(Choice(*pair) for pair in body.get("quick", [])),
        number,
        pieces_gone,
        unasked,
    )


def file_of_message(session: Session, number: int, begins: str) -> File | None:
    """Of the files that the message of this number brings, the one whose digest begins so."""
    body = session.scalars(select(Message.body).where(Message.id == number)).one_or_none()
    files = from_body(body).files if body else ()
    return next((file for file in files if file.digest.startswith(begins)), None)


def open_contact(session: Session, contact: Contact) -> Contact:
    """The contact itself or, while its window is closed, where else the person is reached, if anywhere."""
    if contact.closed_at is None:
        return contact
    return reachable_contact(session, contact.person_id) or contact


def post_message(
    session: Session,
    contact: Contact,
    reply: Reply,
    at: datetime,
    *,
    bulk: bool = False,
    due_at: datetime | None = None,
    key: str | None = None,
    kind: MessageKind = MessageKind.PLAIN,
) -> Message:
    """Writes a message into the caller's transaction. Bulk waits up to half an hour while its recipient is in a dialog."""
    place = open_contact(session, contact)
    message = Message(**_row(place, reply, at, due_at or at, bulk, key, kind))
    session.add(message)
    return message


def post_answer(
    session: Session, contact: Contact, reply: Reply, at: datetime, due_at: datetime, key: str | None
) -> None:
    """What `post_message` does, without a Message to go on with: at every event, the session's own work would cost more."""
    _NEW.later(session, _row(contact, reply, at, due_at, False, key))


@dataclass(frozen=True, slots=True)
class Post:
    """A message by the clock, still to be written."""

    contact: Contact
    reply: Reply
    due_at: datetime
    key: str | None = None
    kind: MessageKind = MessageKind.PLAIN


def post_many(session: Session, posts: Sequence[Post], at: datetime) -> dict[int, int]:
    """What `post_message` does with `bulk`, for many people in one statement; answers the message's id by the person's.

    One message to each person: SQLite does not say which row of many got which number.
    """
    if not posts:
        return {}
    rows = [
        _row(open_contact(session, post.contact), post.reply, at, post.due_at, True, post.key, post.kind)
        for post in posts
    ]
    numbered = session.execute(insert(Message).returning(Message.person_id, Message.id), rows)
    return {row.person_id: row.id for row in numbered}


@dataclass(frozen=True, slots=True)
class Copy:
    """One of many messages by the clock that differ in little: at which contact it reaches whom, and its body as JSON, in which PLACE
    stands for its number."""

    person_id: int
    contact_id: int
    channel: str
    pattern: str
    number: int
    due_at: datetime


PLACE = "\ue000"
"""A letter that no alphabet has."""
_NEW_COPIES = insert_given(
    Message,
    ("body", "channel", "due_at", "hold_until", "priority", "state", "created_at"),
    ("person_id", "contact_id"),
    body=json.dumps(PLACE)[1:-1],
).returning(Message.person_id, Message.id)


def post_copies(session: Session, copies: Sequence[Copy], at: datetime) -> dict[int, int]:
    """What `post_many` does, without an object for each: to contacts that are not lost, and are where their people are told first."""
    if not copies:
        return {}
    alike: dict[tuple[str, str, datetime], list[tuple[int, int, int]]] = {}
    for copy in copies:
        rows = alike.setdefault((copy.pattern, copy.channel, copy.due_at), [])
        rows.append((copy.person_id, copy.contact_id, copy.number))
    groups = [
        ((*shared, shared[-1] + HOLD, Priority.BULK, MessageState.WAITING, at), rows)
        for shared, rows in alike.items()
    ]
    session.flush()
    numbered = session.connection().execute(_NEW_COPIES, {"groups": groups})
    return {row.person_id: row.id for row in numbered}


def _row(
    contact: Contact,
    reply: Reply,
    at: datetime,
    due_at: datetime,
    bulk: bool,
    key: str | None,
    kind: MessageKind = MessageKind.PLAIN,
) -> dict[str, Any]:
    lost = contact.lost_at is not None
    return {
        "person_id": contact.person_id,
        "contact_id": contact.id,
        "channel": contact.channel,
        "priority": Priority.BULK if bulk else Priority.ANSWER,
        "state": MessageState.FAILED if lost else MessageState.WAITING,
        "body": to_body(reply),
        "kind": kind,
        "key": key,
        "created_at": at,
        "due_at": due_at,
        "hold_until": due_at + HOLD if bulk else None,
        "failed_at": at if lost else None,
        "error": (contact.lost_reason or "lost") if lost else "",
    }


def post_knock(session: Session, contact: Contact, reply: Reply, at: datetime) -> None:
    """Says at this very contact that something lies ready; where its window is closed, in the channel's own words."""
    session.add(Message(**_row(contact, reply, at, at, True, None, MessageKind.KNOCK)))
    session.flush()


def end_knocks(session: Session, contact_id: int) -> None:
    """What was knocked for goes elsewhere, or comes now."""
    waiting = Message.state == MessageState.WAITING, Message.kind == MessageKind.KNOCK
    ended = update(Message).where(Message.contact_id == contact_id, *waiting)
    session.execute(
        ended.values(state=MessageState.WITHDRAWN, error="").execution_options(synchronize_session=False)
    )


def next_seq(session: Session, contact_id: int) -> int:
    """The next number in the talk of a web chat; the row lock makes numbers appear in their order."""
    number: int = _NEXT_SEQ.rows(session, {"contact": contact_id})[0][0]
    return number


_NEXT_SEQ = Known(
    update(Contact)
    .where(Contact.id == bindparam("contact"))
    .values(seq=Contact.seq + 1)
    .returning(Contact.seq)
)


def lose_contact(session: Session, contact: Contact, reason: str, at: datetime) -> None:
    """Marks a contact lost and moves what waits for it to the person's next contact, or onto the list of failures."""
    contact.lost_at, contact.lost_reason = at, reason[:200]
    session.flush()
    log.warning("contact lost id=%s channel=%s reason=%s", contact.id, contact.channel, reason)
    other = reachable_contact(session, contact.person_id)
    if other is None:
        waiting = update(Message).where(
            Message.contact_id == contact.id, Message.state == MessageState.WAITING
        )
        session.execute(waiting.values(state=MessageState.FAILED, failed_at=at, error=reason[:200]))
        look_again(session, contact.person_id, at)
    else:
        move_waiting(session, contact, other, at)


def move_waiting(session: Session, contact: Contact, other: Contact, at: datetime) -> None:
    """What waits for one contact goes to another of the same person, as if it had never been tried. Where the matter itself comes,
    nobody knocks for it."""
    if contact.closed_at is not None or other.channel == "web":
        end_knocks(session, contact.id)
    begun = case((Message.attempts > 0, at), else_=Message.due_at)  # what is for later stays for later
    session.execute(
        update(Message)
        .where(Message.contact_id == contact.id, Message.state == MessageState.WAITING)
        .values(
            contact_id=other.id,
            channel=other.channel,
            due_at=begun,
            held_by=None,
            attempts=0,
            parts_sent=0,
            pieces_sent=0,
        )
    )


def at_open_windows() -> ColumnElement[bool]:
    """A message (a condition on Message) that does not wait for its recipient to speak first."""
    closed = select(Contact.id).where(Contact.closed_at.is_not(None))
    return Message.contact_id.not_in(closed.correlate(None))


def oldest_overdue(session: Session, at: datetime) -> datetime | None:
    """Since when the oldest message waits that should have gone out; what waits for a person to speak is not overdue."""
    # A first try is as old as it is due (it may be a reminder for tomorrow), one that is tried again as it is written.
    since = case((Message.attempts > 1, Message.created_at), else_=Message.due_at)
    late = or_(Message.due_at <= at, Message.attempts > 1)
    found: datetime | None = session.scalar(
        select(func.min(since)).where(Message.state == MessageState.WAITING, late, at_open_windows())
    )
    return found


def pending_messages(session: Session) -> int:
    """How many messages wait, but for those that wait for a person to speak first."""
    waiting = select(func.count()).select_from(Message).where(Message.state == MessageState.WAITING)
    return session.scalar(waiting.where(at_open_windows())) or 0
