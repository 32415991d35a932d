"""Knocks: a word that carries no matter, where a window is closed, and on channels that an office wants discreet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from bot.messages import Reply
from bot.people.discreet import discreet_people
from bot.people.places import kept_web_chat
from bot.tables import Contact, Message, MessageKind, MessageState, Priority, PushSubscription
from bot.talk.delivery import LEASE, Claimed
from bot.talk.desk import Links
from bot.talk.outbox import post_knock
from bot.talk.render import Renderer

WEB = "web"
ONE_DAY = timedelta(days=1)
JUST_KNOCKED = timedelta(minutes=10)
"""Several things at once are knocked for once."""
SOME = 100


@dataclass(frozen=True, slots=True)
class Veil:
    """What it takes to say on a discreet channel that something lies ready, with the way to it."""

    render: Renderer
    links: Links

    def knock(self, name: str, at: datetime, web: Contact) -> Reply:
        link = self.links.web_chat(web.id, web.key)
        return self.render.reply("talk/knock", {"name": name, "at": at, "link": link})


def veil_messages(session: Session, claimed: Sequence[Claimed], veil: Veil, at: datetime) -> list[Claimed]:
    """Of what has just been claimed for one channel, what may go out there. What nobody has asked for, to people who are to be told
    discreetly there, is put into their web chats in the caller's transaction, and knocked for."""
    hidden = {one.id: one for one in claimed if _has_matter(one)}
    if not hidden:
        return list(claimed)
    (channel,) = {one.address.channel for one in claimed}
    discreet = discreet_people(session, {one.person_id for one in hidden.values()}, channel)
    for one in hidden.values():
        if one.person_id in discreet:
            _put_into_web_chat(session, one, veil, at)
    return [one for one in claimed if one.id not in hidden or one.person_id not in discreet]


def _has_matter(one: Claimed) -> bool:
    return one.reply.unasked and one.kind != MessageKind.KNOCK and one.address.channel != WEB


def _put_into_web_chat(session: Session, one: Claimed, veil: Veil, at: datetime) -> None:
    web = kept_web_chat(session, one.person_id, at)
    moved = update(Message).where(Message.id == one.id)
    session.execute(
        moved.values(
            contact_id=web.id,
            channel=WEB,
            due_at=at,
            held_by=None,
            attempts=0,
            parts_sent=0,
            pieces_sent=0,
        ).execution_options(synchronize_session=False)
    )
    lately = and_(Message.state == MessageState.SENT, Message.sent_at > at - JUST_KNOCKED)
    knocked = select(Message.id).where(
        Message.contact_id == one.contact_id,
        Message.kind == MessageKind.KNOCK,
        or_(Message.state == MessageState.WAITING, lately),
    )
    if session.scalar(knocked.limit(1)) is None:
        contact = session.get_one(Contact, one.contact_id)
        post_knock(session, contact, veil.knock(contact.person.name, at, web), at)


def knock_at_closed(session: Session, channel: str, at: datetime) -> int:
    """Writes a knock to each place of the channel whose window is closed and for which something has become due since it was knocked
    at last: once a day at most. Answers how many.

    Whoever cannot be knocked at (a knock was withdrawn since the window closed) is left in peace.
    """
    may = or_(Contact.knocked_at.is_(None), Contact.knocked_at <= at - ONE_DAY)
    refused = exists().where(
        Message.contact_id == Contact.id,
        Message.kind == MessageKind.KNOCK,
        Message.state == MessageState.WITHDRAWN,
        Message.error != "",
        Message.created_at >= Contact.closed_at,
    )
    contacts = session.scalars(
        select(Contact)
        .where(
            Contact.channel == channel,
            Contact.closed_at.is_not(None),
            Contact.lost_at.is_(None),
            may,
            ~refused,
            or_(_waits_here(at), _lies_unnoticed(at)),
        )
        .order_by(Contact.id)
        .limit(SOME)
        .with_for_update(skip_locked=True, of=Contact)
    ).all()
    for contact in contacts:
        contact.knocked_at = at
        post_knock(session, contact, Reply(""), at)
    return len(contacts)


def _unasked(at: datetime) -> ColumnElement[bool]:
    return and_(Message.priority == Priority.BULK, Message.kind != MessageKind.KNOCK, Message.due_at <= at)


def _waits_here(at: datetime) -> ColumnElement[bool]:
    fresh = or_(Contact.knocked_at.is_(None), Message.due_at > Contact.knocked_at)
    here = Message.contact_id == Contact.id, Message.state == MessageState.WAITING
    return exists().where(*here, _unasked(at), fresh)


def _lies_unnoticed(at: datetime) -> ColumnElement[bool]:
    """It went to the person's web chat, which makes no sound, and they are reached nowhere else."""
    other = aliased(Contact)
    whose = other.person_id == Contact.person_id, other.lost_at.is_(None), other.closed_at.is_(None)
    fresh = or_(
        Message.created_at > Contact.knocked_at,
        and_(Contact.knocked_at.is_(None), Message.due_at >= Contact.closed_at),
    )
    rings = exists().where(PushSubscription.contact_id == other.id)
    return and_(
        exists().where(
            Message.person_id == Contact.person_id,
            Message.channel == WEB,
            Message.state.in_((MessageState.WAITING, MessageState.SENT)),
            _unasked(at + LEASE),
            fresh,
        ),
        ~exists().where(*whose, or_(other.channel != WEB, rings)),
    )
