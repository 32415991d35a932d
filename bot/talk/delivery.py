"""Messages on their way: claimed under a lease; bot/talk/settling.py writes down what becomes of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    ScalarSelect,
    and_,
    bindparam,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from bot.messages import Address, Knock, Reply
from bot.store.known import Known, Row
from bot.tables import Contact, Dialog, Message, MessageKind, Person, Priority
from bot.tables.base import UtcDateTime
from bot.talk.outbox import HOLD, WAITING, from_body

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
    for lease in {one.lease for one in claimed}:
        ids = [one.id for one in claimed if one.lease == lease]
        _TAKE.rows(session, {"ids": ids, "leased_until": at + lease, "holder": holder})
    return claimed


def lanes_due(
    session: Session, at: datetime, channels: Iterable[str], quiet_from: datetime | None = None
) -> dict[str, set[Priority]]:
    """Of which priorities anything is due on each channel, by one look at an index: most have nothing at most turns of the sender,
    and to look for what may be claimed costs more. It may turn out that nothing may."""
    lanes = tuple(product(channels, Priority))
    asked = {"now": at, Priority.ANSWER.name: LONG_AGO, Priority.BULK.name: quiet_from or LONG_AGO}
    due: dict[str, set[Priority]] = {channel: set() for channel, _ in lanes}
    for (channel, priority), first in zip(lanes, _lanes_due(lanes).rows(session, asked)[0], strict=True):
        if first is not None:
            due[channel].add(priority)
    return due


@cache
def _lanes_due(lanes: tuple[tuple[str, Priority], ...]) -> Known:
    def first_due(channel: str, priority: Priority) -> ScalarSelect[int]:
        since = bindparam(priority.name, type_=UtcDateTime())
        return (
            select(Message.id)
            .where(
                Message.state == WAITING,
                Message.channel == channel,
                Message.priority == priority,
                Message.due_at.between(since, bindparam("now", type_=UtcDateTime())),
            )
            .order_by(Message.due_at)  # so that PostgreSQL reads its index, whatever it guesses to find
            .limit(1)
            .scalar_subquery()
        )

    return Known(select(*(first_due(*lane) for lane in lanes)))


def claimable_messages(
    session: Session,
    at: datetime,
    channels: Iterable[str],
    places: Mapping[Priority, int],
    quiet_from: datetime | None = None,
) -> list[Row]:
    """Due messages that are the oldest of their lane and whose recipient is not in the middle of a dialog, those first that were
    due first; answers before bulk, and of both together no more than there are `places` for bulk when bulk is added.

    A message that is being sent or will be tried again holds back those behind it; one set for later does not.
    """
    found: list[Row] = []
    night = quiet_from or LONG_AGO
    for (priority, most), channel in product(places.items(), list(channels)):
        if len(found) < most:
            asked = {"channel": channel, "priority": priority, "most": most - len(found), "now": at}
            bounds = {
                "since": night if priority == Priority.BULK else LONG_AGO,
                "woken": night + HOLD,
                "fresh_since": at - DIALOG_FRESH,
            }
            found += _claimable(priority == Priority.BULK).rows(session, {**asked, **bounds})
    return found


@cache
def _claimable(bulk: bool) -> Known:
    """Of one channel and one priority, so that an index has them in the order of their days: neither what waits for the morning nor
    what is due is read in vain. Of bulk thousands are written at once into what may have been an empty table: by the plan for that each
    of them was compared with each other one (eight seconds a turn for 10,000), until the server looked at the table by itself."""
    at: BindParameter[datetime] = bindparam("now", type_=UtcDateTime())
    # What was due before the night and could not go out waits for the morning; what is set for the night itself goes.
    awake = or_(Message.hold_until.is_(None), Message.hold_until >= bindparam("woken"))
    return Known(
        select(
            *(Message.id, Message.channel, Contact.place, Message.contact_id, Message.person_id),
            *(Message.priority, Message.kind, Message.body, Message.attempts),
            *(Message.parts_sent, Message.pieces_sent, Message.created_at, Message.hold_until),
            *(Contact.closed_at, Person.name),
        )
        .join(Contact, Contact.id == Message.contact_id)
        .join(Person, Person.id == Message.person_id)
        .outerjoin(Dialog, Dialog.person_id == Message.person_id)
        .where(
            Message.state == WAITING,
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
        .with_for_update(skip_locked=True, of=Message),
        anew=bulk,
    )


def _first_of_its_lane(at: BindParameter[datetime]) -> ColumnElement[bool]:
    earlier = aliased(Message)
    return ~exists().where(
        earlier.contact_id == Message.contact_id,
        earlier.state == WAITING,
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


_TAKE = Known(
    update(Message)
    .where(Message.id.in_(bindparam("ids", expanding=True)))
    .values(
        due_at=bindparam("leased_until"),
        held_by=bindparam("holder", type_=Integer()),
        attempts=Message.attempts + 1,
    ),
    "ids",
)


def _claimed(row: Row, at: datetime) -> Claimed:
    number, channel, place, contact_id, person_id, priority, kind, body, *standing = row
    attempts, parts, pieces, created_at, hold_until, closed_at, name = standing
    reply = from_body(body, number=number, unasked=priority == Priority.BULK, pieces_gone=pieces)
    return Claimed(
        number,
        Address(channel, place),
        contact_id,
        remaining(reply, parts),
        attempts + 1,
        parts,
        at - (hold_until - HOLD if hold_until else created_at),
        FILE_LEASE if reply.files else LEASE,
        at,
        person_id,
        kind,
        Knock(name, created_at) if kind == MessageKind.KNOCK and closed_at else None,
    )


def remaining(reply: Reply, parts_sent: int) -> Reply:
    """What is left of a message of which so many parts, the text before the files, have gone out."""
    gone = parts_sent - bool(reply.text)
    return replace(reply, text="", choices=(), files=reply.files[max(0, gone) :]) if parts_sent else reply
