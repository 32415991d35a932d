"""The outbox: messages written with the state they announce, claimed under a lease, settled when they were sent."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Insert,
    Integer,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from bot.messages import Address, Choice, File, Reply
from bot.people.newcomers import look_again
from bot.tables import Contact, Dialog, Message, MessageState, Priority
from bot.tables.base import UtcMoment

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
FILE_LEASE = timedelta(minutes=6)
DIALOG_FRESH = timedelta(minutes=10)
HOLD = timedelta(minutes=30)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def remaining(reply: Reply, parts_sent: int) -> Reply:
    """What is left of a message of which so many parts, the text before the files, have gone out."""
    gone = parts_sent - bool(reply.text)
    return replace(reply, text="", choices=(), files=reply.files[max(0, gone) :]) if parts_sent else reply


def to_body(reply: Reply) -> dict[str, Any]:
    body: dict[str, Any] = {"text": reply.text}
    if reply.choices:
        body["choices"] = [[[c.label, c.payload] for c in row] for row in reply.choices]
    if reply.files:
        body["files"] = [asdict(file) for file in reply.files]
    return body


def from_body(body: Mapping[str, Any]) -> Reply:
    return Reply(
        body["text"],
        tuple(tuple(Choice(*pair) for pair in row) for row in body.get("choices", [])),
        tuple(File(**file) for file in body.get("files", [])),
    )


def reachable_contact(session: Session, person_id: int) -> Contact | None:
    """The contact a person used last, among those that are not lost."""
    return session.scalars(
        select(Contact)
        .where(Contact.person_id == person_id, Contact.lost_at.is_(None))
        .order_by(Contact.used_at.desc(), Contact.id.desc())
        .limit(1)
    ).first()


def post_message(
    session: Session,
    contact: Contact,
    reply: Reply,
    at: datetime,
    *,
    bulk: bool = False,
    due_at: datetime | None = None,
    key: str | None = None,
) -> Message:
    """Writes a message into the caller's transaction. Bulk waits up to half an hour while its recipient is in a dialog."""
    message = Message(**_row(contact, reply, at, due_at or at, bulk, key))
    session.add(message)
    return message


def post_answer(
    session: Session, contact: Contact, reply: Reply, at: datetime, due_at: datetime, key: str | None
) -> None:
    """What `post` does, without a Message to go on with: at every event, the session's own work would cost more."""
    session.connection().execute(_new_message(), _row(contact, reply, at, due_at, False, key))


@dataclass(frozen=True, slots=True)
class Post:
    """A message by the clock, still to be written."""

    contact: Contact
    reply: Reply
    due_at: datetime
    key: str | None = None


def post_many(session: Session, posts: Sequence[Post], at: datetime) -> dict[int, int]:
    """What `post` does with `bulk`, for many people in one statement; answers the message's id by the person's.

    One message to each person: SQLite does not say which row of many got which number.
    """
    if not posts:
        return {}
    rows = [_row(post.contact, post.reply, at, post.due_at, True, post.key) for post in posts]
    numbered = session.execute(insert(Message).returning(Message.person_id, Message.id), rows)
    return {row.person_id: row.id for row in numbered}


@cache
def _new_message() -> Insert:
    return insert(Message)


def _row(
    contact: Contact, reply: Reply, at: datetime, due_at: datetime, bulk: bool, key: str | None
) -> dict[str, Any]:
    lost = contact.lost_at is not None
    return {
        "person_id": contact.person_id,
        "contact_id": contact.id,
        "channel": contact.channel,
        "priority": Priority.BULK if bulk else Priority.ANSWER,
        "state": MessageState.FAILED if lost else MessageState.WAITING,
        "body": to_body(reply),
        "key": key,
        "created_at": at,
        "due_at": due_at,
        "hold_until": due_at + HOLD if bulk else None,
        "failed_at": at if lost else None,
        "error": (contact.lost_reason or "lost") if lost else "",
    }


def claimable_messages(at: datetime, channels: Iterable[str], limit: int, most_priority: int) -> Any:
    """Due messages that are the oldest of their lane and whose recipient is not in the middle of a dialog, by their ids.

    A message that is being sent or will be tried again holds back those behind it; one set for later does not.
    """
    return _claimable().params(_bounds(at, channels, limit, most_priority))


def _bounds(
    at: datetime,
    channels: Iterable[str],
    limit: int,
    most_priority: int,
    quiet_from: datetime | None = None,
) -> dict[str, Any]:
    return {
        "now": at,
        "fresh_since": at - DIALOG_FRESH,
        "channels": list(channels),
        "most": limit,
        "most_priority": most_priority,
        "woken": (quiet_from or LONG_AGO) + HOLD,
    }


@cache
def _claimable() -> Select[*tuple[Any, ...]]:
    """Built once, as it runs at every turn of the sender: building it costs more than running it."""
    at: BindParameter[datetime] = bindparam("now", type_=UtcMoment())
    earlier = aliased(Message)
    first = ~exists().where(
        earlier.contact_id == Message.contact_id,
        earlier.state == MessageState.WAITING,
        earlier.parts_sent == 0,
        or_(earlier.attempts > 0, earlier.due_at <= at),
        or_(
            earlier.priority < Message.priority,
            and_(earlier.priority == Message.priority, earlier.id < Message.id),
        ),
    )
    free = or_(
        Message.hold_until.is_(None),
        Message.hold_until <= at,
        ~exists().where(
            Dialog.person_id == Message.person_id,
            Dialog.flow != "",
            Dialog.touched_at > bindparam("fresh_since"),
        ),
    )
    # What was due before the night and could not go out waits for the morning; what is set for the night itself goes.
    awake = or_(Message.hold_until.is_(None), Message.hold_until >= bindparam("woken"))
    return (
        select(
            Message.id,
            Message.channel,
            Message.contact_id,
            Message.priority,
            Message.body,
            Message.attempts,
            Message.parts_sent,
            Message.created_at,
            Message.hold_until,
            Contact.place,
        )
        .join(Contact, Contact.id == Message.contact_id)
        .where(
            Message.state == MessageState.WAITING,
            Message.due_at <= at,
            Message.channel.in_(bindparam("channels", expanding=True)),
            Message.priority <= bindparam("most_priority"),
            first,
            free,
            awake,
        )
        .order_by(Message.priority, Message.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=Message)
    )


@dataclass(frozen=True, slots=True)
class Claimed:
    id: int
    address: Address
    contact_id: int
    reply: Reply
    attempts: int
    age: timedelta
    """Since it first was due: a reminder may have been written long before that."""
    lease: timedelta


def claim_messages(
    session: Session,
    at: datetime,
    channels: Iterable[str],
    limit: int,
    *,
    bulk: bool = True,
    with_bulk: int | None = None,
    quiet_from: datetime | None = None,
    holder: int | None = None,
) -> list[Claimed]:
    """Takes up to `limit` messages by moving their `due_at` past the lease; the caller commits, then sends.

    Bulk fills up to `with_bulk` of these places; the others are for answers alone. With `quiet_from`, bulk that was due
    before then stays. They are free again when the lease is over, or as soon as the process `holder` is dead.
    """
    bounds = _bounds(at, channels, limit, Priority.BULK if bulk else Priority.ANSWER, quiet_from)
    rows = session.execute(_claimable(), bounds).all()
    if with_bulk is not None:
        answers = sum(row.priority == Priority.ANSWER for row in rows)
        rows = rows[: max(answers, with_bulk)]
    claimed = [_claimed(row, at) for row in rows]
    leases = {one.lease for one in claimed}
    for lease in leases:
        ids = [one.id for one in claimed if one.lease == lease]
        session.connection().execute(_take(), {"ids": ids, "leased_until": at + lease, "holder": holder})
    return claimed


@cache
def _take() -> Update:
    return (
        update(Message)
        .where(Message.id.in_(bindparam("ids", expanding=True)))
        .values(
            due_at=bindparam("leased_until"),
            held_by=bindparam("holder", type_=Integer()),
            attempts=Message.attempts + 1,
        )
    )


def _claimed(row: Row[*tuple[Any, ...]], at: datetime) -> Claimed:
    reply = remaining(from_body(row.body), row.parts_sent)
    return Claimed(
        row.id,
        Address(row.channel, row.place),
        row.contact_id,
        reply,
        row.attempts + 1,
        at - (row.hold_until - HOLD if row.hold_until else row.created_at),
        FILE_LEASE if reply.files else LEASE,
    )


class SendResult(StrEnum):
    """FAILED: this message; LOST: the whole contact."""

    SENT = "sent"
    AGAIN = "again"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one send; AGAIN: after `wait`."""

    claimed: Claimed
    result: SendResult
    wait: timedelta = timedelta()
    reason: str = ""
    parts: int = 0
    """So many parts of what was claimed have gone out all the same."""


def settle_messages(session: Session, outcomes: Collection[Outcome], at: datetime) -> None:
    """Writes down what became of a batch; a lost contact hands its waiting messages to the person's next one."""
    for contact_id, reason in sorted(
        {(o.claimed.contact_id, o.reason) for o in outcomes if o.result == SendResult.LOST}
    ):
        lose_contact(session, session.get_one(Contact, contact_id), reason, at)
    _mark_sent(session, [o.claimed for o in outcomes if o.result == SendResult.SENT], at)
    for outcome in outcomes:
        if outcome.result == SendResult.AGAIN:
            session.execute(
                update(Message)
                .where(Message.id == outcome.claimed.id, Message.state == MessageState.WAITING)
                .values(
                    due_at=at + outcome.wait,
                    held_by=None,
                    error=outcome.reason[:200],
                    parts_sent=Message.parts_sent + outcome.parts,
                )
            )
        elif outcome.result == SendResult.FAILED:
            log.error("message given up id=%s error=%s", outcome.claimed.id, outcome.reason)
            session.execute(
                update(Message)
                .where(Message.id == outcome.claimed.id)
                .values(state=MessageState.FAILED, failed_at=at, error=outcome.reason[:200])
            )


def _mark_sent(session: Session, sent: list[Claimed], at: datetime) -> None:
    # Contacts before messages, as in `receive`: the other way round the two could wait for each other.
    shown = sorted((c.contact_id, c.id) for c in sent if c.address.channel == "web")
    numbers = [(message_id, next_seq(session, contact_id)) for contact_id, message_id in shown]
    if sent:
        session.connection().execute(_sent(), {"ids": [c.id for c in sent], "moment": at})
    for message_id, seq in numbers:
        session.execute(update(Message).where(Message.id == message_id).values(seq=seq))


@cache
def _sent() -> Update:
    return (
        update(Message)
        .where(Message.id.in_(bindparam("ids", expanding=True)))
        .values(state=MessageState.SENT, sent_at=bindparam("moment"), error="")
    )


def next_seq(session: Session, contact_id: int) -> int:
    """The next number in the talk of a web chat; the row lock makes numbers appear in their order."""
    return session.execute(
        update(Contact)
        .where(Contact.id == contact_id)
        .values(seq=Contact.seq + 1)
        .returning(Contact.seq)
        .execution_options(synchronize_session=False)
    ).scalar_one()


def lose_contact(session: Session, contact: Contact, reason: str, at: datetime) -> None:
    """Marks a contact lost and moves what waits for it to the person's next contact, or onto the list of failures."""
    contact.lost_at, contact.lost_reason = at, reason[:200]
    session.flush()
    log.warning("contact lost id=%s channel=%s reason=%s", contact.id, contact.channel, reason)
    other = reachable_contact(session, contact.person_id)
    waiting = update(Message).where(Message.contact_id == contact.id, Message.state == MessageState.WAITING)
    if other is None:
        session.execute(waiting.values(state=MessageState.FAILED, failed_at=at, error=reason[:200]))
        look_again(session, contact.person_id, at)
    else:
        begun = case((Message.attempts > 0, at), else_=Message.due_at)  # what is for later stays for later
        anew = {"contact_id": other.id, "channel": other.channel, "attempts": 0, "parts_sent": 0}
        session.execute(waiting.values(due_at=begun, **anew))


def oldest_overdue(session: Session, at: datetime) -> datetime | None:
    """Since when the oldest message waits that should have gone out."""
    # A first try is as old as it is due (it may be a reminder for tomorrow), one that is tried again as it is written.
    since = case((Message.attempts > 1, Message.created_at), else_=Message.due_at)
    late = or_(Message.due_at <= at, Message.attempts > 1)
    found: datetime | None = session.scalar(
        select(func.min(since)).where(Message.state == MessageState.WAITING, late)
    )
    return found


def pending_messages(session: Session) -> int:
    return (
        session.scalar(select(func.count()).select_from(Message).where(Message.state == MessageState.WAITING))
        or 0
    )
