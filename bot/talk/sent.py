"""What was sent unasked: to whom, when, by which channel, what became of it. Of no message is the text read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, desc, or_, select, tuple_
from sqlalchemy.orm import Session, defer, joinedload

from bot.people.roles import may_act
from bot.reading.words import fold, rough_pattern
from bot.tables import (
    Duty,
    Membership,
    Message,
    MessageKind,
    MessageState,
    Notice,
    NoticeReceipt,
    Person,
    Priority,
    Reminder,
    Unit,
)

RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Those written from `begins` until before `ends`, on the channel if one is named, to the people if some are, written before
    the message `before`."""

    begins: datetime
    ends: datetime
    channel: str = ""
    people: Collection[int] | None = None
    before: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """One message. `state`: a MessageState, or RECEIVED when its reader has said so; `about`: the duty or the notice that it tells
    of, empty where that is none of the reader's; `units`: where its recipient holds a role."""

    id: int
    name: str
    units: Sequence[str]
    channel: str
    kind: MessageKind
    about: str
    state: str
    written_at: datetime
    due_at: datetime
    sent_at: datetime | None
    failed_at: datetime | None
    error: str


def sent_messages(
    session: Session, roles: Sequence[Membership], scope: ColumnElement[bool], wanted: Wanted, most: int
) -> list[Sent]:
    """A page, the latest first, of what went to holders of a role within `scope` (a condition on Unit); `roles` are the reader's."""
    rows = session.execute(_page(session, scope, wanted).limit(most)).all()
    return _told(session, roles, scope, rows)


def failed_messages(
    session: Session,
    roles: Sequence[Membership],
    scope: ColumnElement[bool],
    since: datetime,
    most: int,
) -> list[Sent]:
    """What could not be delivered after `since`, the latest first."""
    failed = _rows(scope).where(Message.state == MessageState.FAILED, Message.failed_at > since)
    latest = failed.order_by(Message.failed_at.desc(), Message.id.desc())
    return _told(session, roles, scope, session.execute(latest.limit(most)).all())


def _rows(scope: ColumnElement[bool]) -> Select[Message, str]:
    held = select(Membership.person_id).join(Unit, Unit.id == Membership.unit_id)
    people = held.where(scope, Membership.ended_at.is_(None))
    # The sum keeps both databases from reading all that was ever sent to each of the people.
    mine = (Message.person_id + 0).in_(people)
    named = select(Message, Person.name).join(Person, Person.id == Message.person_id)
    return named.where(mine).options(defer(Message.body, raiseload=True))


def _page(session: Session, scope: ColumnElement[bool], wanted: Wanted) -> Select[Message, str]:
    found = _rows(scope).where(
        Message.priority == Priority.BULK,
        Message.created_at >= wanted.begins,
        Message.created_at < wanted.ends,
    )
    if wanted.channel:
        found = found.where(Message.channel == wanted.channel)
    if wanted.people is not None:
        found = found.where(Message.person_id.in_(wanted.people))
    last = session.scalar(select(Message.created_at).where(Message.id == wanted.before))
    if last is not None:
        found = found.where(tuple_(Message.created_at, Message.id) < tuple_(last, wanted.before))
    return found.order_by(desc(Message.created_at), desc(Message.id))


def _told(
    session: Session,
    roles: Sequence[Membership],
    scope: ColumnElement[bool],
    rows: Sequence[Row[Message, str]],
) -> list[Sent]:
    messages = [row[0] for row in rows]
    ids = [message.id for message in messages]
    about = _duties_of(session, roles, ids) | _notices_of(session, roles, ids)
    units = _units_of(session, scope, {message.person_id for message in messages})
    return [
        Sent(
            message.id,
            name,
            units.get(message.person_id, ()),
            message.channel,
            message.kind,
            *_standing(message, about.get(message.id)),
            message.created_at,
            message.due_at,
            message.sent_at,
            message.failed_at,
            message.error,
        )
        for message, name in rows
    ]


def _standing(message: Message, about: tuple[str, bool] | None) -> tuple[str, str]:
    title, received = about or ("", False)
    return title, RECEIVED if received else message.state


def _duties_of(
    session: Session, roles: Sequence[Membership], ids: Collection[int]
) -> dict[int, tuple[str, bool]]:
    """By message: the first duty that it reminds of, and whether it was received."""
    rows = session.execute(
        select(Reminder.message_id, Duty, Reminder.got_at)
        .join(Duty, Duty.id == Reminder.duty_id)
        .where(Reminder.message_id.in_(ids))
        .options(joinedload(Duty.demand), joinedload(Duty.unit))
        .order_by(Reminder.duty_id.desc())
    )
    return {
        message_id: (duty.title if may_act(roles, "administer", duty.path) else "", got_at is not None)
        for message_id, duty, got_at in rows
    }


def _notices_of(
    session: Session, roles: Sequence[Membership], ids: Collection[int]
) -> dict[int, tuple[str, bool]]:
    rows = session.execute(
        select(NoticeReceipt.message_id, Notice, NoticeReceipt.got_at)
        .join(Notice, Notice.id == NoticeReceipt.notice_id)
        .where(NoticeReceipt.message_id.in_(ids))
        .options(joinedload(Notice.unit))
    )
    return {
        message_id: (
            notice.text.strip().partition("\n")[0] if may_act(roles, "administer", notice.unit.path) else "",
            got_at is not None,
        )
        for message_id, notice, got_at in rows
        if message_id is not None
    }


def _units_of(session: Session, scope: ColumnElement[bool], people: Collection[int]) -> dict[int, list[str]]:
    rows = session.execute(
        select(Membership.person_id, Unit.name)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.person_id.in_(people), Membership.ended_at.is_(None), scope)
        .order_by(Unit.listed_as)
    )
    found: dict[int, list[str]] = {}
    for person_id, unit in rows:
        found.setdefault(person_id, []).append(unit)
    return found


def holders_found(session: Session, scope: ColumnElement[bool], words: str) -> set[int]:
    """Who holds a role within `scope` and bears such a name, or whose unit does; `words` are folded."""
    named, rough = (Person.name, Unit.code, Unit.name), rough_pattern(words)
    rows = session.execute(
        select(Membership.person_id, *named)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(Person, Person.id == Membership.person_id)
        .where(scope, Membership.ended_at.is_(None), or_(*(one.ilike(rough) for one in named)))
    )
    return {person_id for person_id, *names in rows if any(_bears(fold(one), words) for one in names)}


def _bears(name: str, words: str) -> bool:
    """Whole words of it: "thôn 1" is not thôn 10."""
    return f" {words} " in f" {name} "
