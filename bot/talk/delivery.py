"""Messages on their way: claimed under a lease; bot/talk/settling.py writes down what becomes of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    ScalarSelect,
    Select,
    Update,
    and_,
    bindparam,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from bot.messages import Address, Knock, Reply
from bot.tables import Contact, Dialog, Message, MessageKind, MessageState, Person, Priority
from bot.tables.base import UtcDateTime
from bot.talk.outbox import HOLD, from_body

LEASE = timedelta(seconds=60)
FILE_LEASE = timedelta(minutes=6)
DIALOG_FRESH = timedelta(minutes=10)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Claimed:
    id: int
    address: Address
    contact_id: int
    reply: Reply
    attempts: int
    parts_sent: int
    age: timedelta
    """Since it first was due: a reminder may have been written long before that."""
    lease: timedelta
    at: datetime
    """When it was claimed."""
    person_id: int
    kind: MessageKind = MessageKind.PLAIN
    knock: Knock | None = None
    """What is said in its place, where the window is closed."""


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
    places = {Priority.ANSWER: limit, Priority.BULK: min(limit, limit if with_bulk is None else with_bulk)}
    if not bulk:
        del places[Priority.BULK]
    rows = claimable_messages(session, at, channels, places, quiet_from)
    claimed = [_claimed(row, at) for row in rows]
    leases = {one.lease for one in claimed}
    for lease in leases:
        ids = [one.id for one in claimed if one.lease == lease]
        session.connection().execute(_take(), {"ids": ids, "leased_until": at + lease, "holder": holder})
    return claimed


def lanes_due(
    session: Session, at: datetime, channels: Iterable[str], quiet_from: datetime | None = None
) -> dict[str, set[Priority]]:
    """Of which priorities anything is due on each channel, by one look at an index: most have nothing at most turns of the sender,
    and to look for what may be claimed costs more. It may turn out that nothing may."""
    lanes = tuple(product(channels, Priority))
    asked = {"now": at, Priority.ANSWER.name: LONG_AGO, Priority.BULK.name: quiet_from or LONG_AGO}
    found = session.connection().execute(_lanes_due(lanes), asked).one()
    due: dict[str, set[Priority]] = {channel: set() for channel, _ in lanes}
    for (channel, priority), first in zip(lanes, found, strict=True):
        if first is not None:
            due[channel].add(priority)
    return due


@cache
def _lanes_due(lanes: tuple[tuple[str, Priority], ...]) -> Select[*tuple[int | None, ...]]:
    def first_due(channel: str, priority: Priority) -> ScalarSelect[int]:
        since = bindparam(priority.name, type_=UtcDateTime())
        return (
            select(Message.id)
            .where(
                Message.state == MessageState.WAITING,
                Message.channel == channel,
                Message.priority == priority,
                Message.due_at.between(since, bindparam("now", type_=UtcDateTime())),
            )
            .order_by(Message.due_at)  # so that PostgreSQL reads its index, whatever it guesses to find
            .limit(1)
            .scalar_subquery()
        )

    return select(*(first_due(*lane) for lane in lanes))


def claimable_messages(
    session: Session,
    at: datetime,
    channels: Iterable[str],
    places: Mapping[Priority, int],
    quiet_from: datetime | None = None,
) -> list[Row[*tuple[Any, ...]]]:
    """Due messages that are the oldest of their lane and whose recipient is not in the middle of a dialog, those first that were
    due first; answers before bulk, and of both together no more than there are `places` for bulk when bulk is added.

    A message that is being sent or will be tried again holds back those behind it; one set for later does not.
    """
    found: list[Row[*tuple[Any, ...]]] = []
    night = quiet_from or LONG_AGO
    for (priority, most), channel in product(places.items(), list(channels)):
        if len(found) < most:
            asked = {"channel": channel, "priority": priority, "most": most - len(found), "now": at}
            bounds = {
                "since": night if priority == Priority.BULK else LONG_AGO,
                "woken": night + HOLD,
                "fresh_since": at - DIALOG_FRESH,
            }
            found += session.connection().execute(_claimable(), {**asked, **bounds}).all()
    return found


@cache
def _claimable() -> Select[*tuple[Any, ...]]:
    """Built once, as it runs at every turn of the sender: building it costs more than running it. Of one channel and one priority,
    so that an index has them in the order of their days: neither what waits for the morning nor what is due is read in vain."""
    at: BindParameter[datetime] = bindparam("now", type_=UtcDateTime())
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
            Message.pieces_sent,
            Message.created_at,
            Message.hold_until,
            Message.kind,
            Message.person_id,
            Contact.place,
            Contact.closed_at,
            Person.name,
        )
        .join(Contact, Contact.id == Message.contact_id)
        .join(Person, Person.id == Message.person_id)
        .outerjoin(Dialog, Dialog.person_id == Message.person_id)
        .where(
            Message.state == MessageState.WAITING,
            Message.due_at.between(bindparam("since", type_=UtcDateTime()), at),
            or_(Contact.closed_at.is_(None), Message.kind == MessageKind.KNOCK),
            Message.channel == bindparam("channel"),
            Message.priority == bindparam("priority"),
            or_(Message.kind == MessageKind.KNOCK, _first_of_its_lane(at)),
            _not_in_a_dialog(at),
            awake,
        )
        .order_by(Message.due_at, Message.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=Message)
    )


def _first_of_its_lane(at: BindParameter[datetime]) -> ColumnElement[bool]:
    earlier = aliased(Message)
    return ~exists().where(
        earlier.contact_id == Message.contact_id,
        earlier.state == MessageState.WAITING,
        earlier.parts_sent == 0,
        or_(earlier.attempts > 0, earlier.due_at <= at),
        or_(
            earlier.priority < Message.priority,
            and_(earlier.priority == Message.priority, earlier.id < Message.id),
        ),
    )


def _not_in_a_dialog(at: BindParameter[datetime]) -> ColumnElement[bool]:
    return or_(
        Message.hold_until.is_(None),
        Message.hold_until <= at,
        Dialog.touched_at.is_(None),
        Dialog.flow == "",
        Dialog.touched_at <= bindparam("fresh_since"),
    )


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
    unasked = row.priority == Priority.BULK
    reply = replace(reply, number=row.id, unasked=unasked, pieces_gone=row.pieces_sent)
    return Claimed(
        row.id,
        Address(row.channel, row.place),
        row.contact_id,
        reply,
        row.attempts + 1,
        row.parts_sent,
        at - (row.hold_until - HOLD if row.hold_until else row.created_at),
        FILE_LEASE if reply.files else LEASE,
        at,
        row.person_id,
        row.kind,
        Knock(row.name, row.created_at) if row.kind == MessageKind.KNOCK and row.closed_at else None,
    )


def remaining(reply: Reply, parts_sent: int) -> Reply:
    """What is left of a message of which so many parts, the text before the files, have gone out."""
    gone = parts_sent - bool(reply.text)
    return replace(reply, text="", choices=(), files=reply.files[max(0, gone) :]) if parts_sent else reply
