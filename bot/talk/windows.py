"""Windows that close: where the other side takes nothing until the person speaks there, what waits, and what opens it again."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, or_, select, update
from sqlalchemy.orm import Session

from bot.people.reaching import reachable_contact
from bot.store.known import Known
from bot.tables import Contact, Message, MessageState
from bot.talk.outbox import HOLD, WAITING, end_knocks, move_waiting

if TYPE_CHECKING:
    from bot.talk.chat import Chat

log = logging.getLogger(__name__)

JUST_NOW = timedelta(minutes=2)
"""Who has spoken so shortly before a message was refused has opened the window since, whatever two clocks say."""


def close_contacts(session: Session, refused: Mapping[int, datetime], at: datetime) -> set[int]:
    """These contacts (id -> when the message was claimed that was refused) take nothing more until their person speaks there;
    what waits for one goes to where else the person is reached, or stays. Answers those that are open after all."""
    still_open = set()
    for contact_id, claimed_at in sorted(refused.items()):
        contact = session.get_one(Contact, contact_id, with_for_update=True, populate_existing=True)
        if contact.used_at > claimed_at - JUST_NOW:
            still_open.add(contact_id)
        else:
            _close(session, contact, at)
    return still_open


def close_silent(session: Session, channel: str, window: timedelta, at: datetime) -> int:
    """Closes the windows of those for whom something is due and who have said nothing for so long: they need not be refused first.
    Answers how many."""
    found = _SILENT.rows(session, {"channel": channel, "before": at - window, "now": at})
    for (contact_id,) in found:
        _close(session, session.get_one(Contact, contact_id), at)
    return len(found)


_SILENT = Known(
    select(Contact.id)
    .where(
        Contact.channel == bindparam("channel"),
        Contact.closed_at.is_(None),
        Contact.used_at < bindparam("before"),
        Contact.lost_at.is_(None),
        exists().where(
            Message.contact_id == Contact.id, Message.state == WAITING, Message.due_at <= bindparam("now")
        ),
    )
    .order_by(Contact.id)
    .with_for_update(skip_locked=True, of=Contact)
)


def _close(session: Session, contact: Contact, at: datetime) -> None:
    if contact.closed_at is None:
        contact.closed_at = at
        session.flush()
        log.info("window closed contact=%s channel=%s", contact.id, contact.channel)
    end_knocks(session, contact.id)
    other = reachable_contact(session, contact.person_id)
    if other is not None and other.closed_at is None:
        move_waiting(session, contact, other, at)
        return
    tried = update(Message).where(
        Message.contact_id == contact.id, Message.state == MessageState.WAITING, Message.attempts > 0
    )
    session.execute(tried.values(due_at=at, held_by=None, attempts=0))


def held_for(contact: Contact) -> ColumnElement[bool]:
    """What waits (a condition on Message) for whoever has just spoken from this contact, at any window that was closed."""
    closed = select(Contact.id).where(Contact.person_id == contact.person_id, Contact.closed_at.is_not(None))
    return and_(
        Message.state == MessageState.WAITING,
        Message.person_id == contact.person_id,
        or_(Message.contact_id == contact.id, Message.contact_id.in_(closed.correlate(None))),
    )


def let_back_in(chat: "Chat") -> None:
    """The person speaks from a place that was closed, lost or somebody else's: what was held for them goes out here, as it then
    stands. In the event's own transaction, under the lock on the contact: once."""
    chat.desk.routes.returned(chat)
    release_messages(chat.session, chat.contact, chat.at)


def release_messages(session: Session, contact: Contact, at: datetime) -> None:
    """What was held for the person goes out here, in its order: what is due is as good as written now, for nobody has been late
    with it; what is for later stays for later."""
    end_knocks(session, contact.id)
    due = Message.due_at <= at
    bulk = and_(due, Message.hold_until.is_not(None))
    session.execute(
        update(Message)
        .where(held_for(contact))
        .values(
            contact_id=contact.id,
            channel=contact.channel,
            attempts=0,
            held_by=None,
            parts_sent=case((Message.contact_id == contact.id, Message.parts_sent), else_=0),
            pieces_sent=case((Message.contact_id == contact.id, Message.pieces_sent), else_=0),
            created_at=case((due, at), else_=Message.created_at),
            hold_until=case((bulk, at + HOLD), else_=Message.hold_until),
            due_at=case((due, at), else_=Message.due_at),
        )
        .execution_options(synchronize_session=False)
    )
