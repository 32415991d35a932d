"""What goes out as a letter can be answered in its reader's web chat alone: the link that leads there, and the same message there."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.messages import Address
from bot.people.people import holds_role
from bot.people.places import kept_web_chat
from bot.store.again import do_again
from bot.tables import Contact, Message, MessageKind, MessageState
from bot.talk.desk import Desk
from bot.talk.outbox import next_seq


def link_to_talk(desk: Desk, reader: Address, at: datetime) -> str:
    """The web chat of whoever is reached there; a place of somebody who holds no role leads nowhere."""

    def look() -> str:
        with desk.db.write() as session:
            if not holds_role(session, reader.channel, reader.place):
                return ""
            web = kept_web_chat(session, _contact_at(session, reader).person_id, at)
            return desk.links.web_chat(web.id, web.key)

    return do_again(look)


def show_in_talk(desk: Desk, reader: Address, number: int, at: datetime) -> None:
    """The message of this number, which has gone out to the reader as a letter, stands in their web chat with its buttons; once."""

    def show() -> None:
        with desk.db.write() as session:
            letter = session.get(Message, number)
            key = f"letter:{number}"
            shown = session.scalar(select(Message.id).where(Message.key == key))
            if letter is None or shown is not None or letter.kind == MessageKind.KNOCK:
                return  # what a knock is for stands there already
            if not holds_role(session, reader.channel, reader.place):
                return
            web = kept_web_chat(session, _contact_at(session, reader).person_id, at)
            _copy(session, letter, web, key, at)

    do_again(show)


def _copy(session: Session, letter: Message, web: Contact, key: str, at: datetime) -> None:
    seq = next_seq(session, web.id)
    session.add(
        Message(
            person_id=web.person_id,
            contact_id=web.id,
            channel=web.channel,
            priority=letter.priority,
            state=MessageState.SENT,
            body=letter.body,
            key=key,
            created_at=at,
            due_at=at,
            sent_at=at,
            seq=seq,
        )
    )


def _contact_at(session: Session, reader: Address) -> Contact:
    here = select(Contact).where(Contact.channel == reader.channel, Contact.place == reader.place)
    return session.scalars(here).one()
