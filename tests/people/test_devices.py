"""Devices on which a web chat rings: whose they are, and what ends them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.people.devices import MOST_DEVICES, end_device, keep_device
from bot.people.people import forget_person
from bot.people.places import KEY_LIFE, own_web_chat, withdraw_place
from bot.store.db import Database
from bot.tables import Contact, Message, MessageState, Person, Priority, Push, PushSubscription
from schedules.cleanup import clean_up
from tests.kit.desk import make_desk
from tests.kit.devices import rings_on_web

AT = datetime(2026, 4, 1, 2, tzinfo=UTC)
PHONE, TABLET = "https://push.example/phone", "https://push.example/tablet"


def web_chat(session: Session) -> Contact:
    person = Person(created_at=AT)
    session.add(person)
    session.flush()
    return own_web_chat(session, person, AT)


def keep(session: Session, contact: Contact, endpoint: str = PHONE, at: datetime = AT) -> None:
    keep_device(session, contact.id, endpoint, "key", "secret", at)


def tell_device(session: Session, contact: Contact) -> None:
    """Something waits to be said to the newest device."""
    message = Message(
        person_id=contact.person_id,
        contact_id=contact.id,
        channel="web",
        priority=Priority.BULK,
        state=MessageState.SENT,
        body={"text": "x"},
        created_at=AT,
        due_at=AT,
    )
    session.add(message)
    session.flush()
    device = session.scalars(select(PushSubscription).order_by(PushSubscription.id.desc())).first()
    assert device is not None
    at = {"created_at": AT, "due_at": AT}
    session.add(Push(subscription_id=device.id, message_id=message.id, topic="t", urgent=True, **at))
    session.flush()


def count(session: Session, table: type[Push] | type[PushSubscription]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_chat_rings_as_long_as_a_device_is_left(db: Database) -> None:
    with db.write() as session:
        one, other = web_chat(session), web_chat(session)
        both = {one.id, other.id}
        assert rings_on_web(session, both) == set()
        keep(session, one, PHONE)
        keep(session, one, TABLET)
        assert rings_on_web(session, both) == {one.id}
        end_device(session, other.id, PHONE)  # another's device is not one's own to end
        end_device(session, one.id, PHONE)
        assert rings_on_web(session, both) == {one.id}
        end_device(session, one.id, TABLET)
        assert rings_on_web(session, both) == set()


def test_a_browser_rings_for_whoever_has_said_so_last(db: Database) -> None:
    with db.write() as session:
        one, other = web_chat(session), web_chat(session)
        keep(session, one)
        tell_device(session, one)
        keep(session, one)
        assert count(session, Push) == 1  # said again, nothing changes
        keep(session, other)
        assert rings_on_web(session, {one.id, other.id}) == {other.id}
        assert count(session, Push) == 0  # what was meant for the other is not shown there


def test_of_many_devices_the_oldest_go(db: Database) -> None:
    with db.write() as session:
        chat = web_chat(session)
        for number in range(MOST_DEVICES + 2):
            keep(session, chat, f"{PHONE}{number}", AT + timedelta(minutes=number))
        left = session.scalars(select(PushSubscription.endpoint).order_by(PushSubscription.id)).all()
        assert left == [f"{PHONE}{number}" for number in range(2, MOST_DEVICES + 2)]


def new_link(session: Session, chat: Contact) -> None:
    own_web_chat(session, chat.person, AT)


def withdrawn(session: Session, chat: Contact) -> None:
    withdraw_place(session, chat, AT)


def forgotten(session: Session, chat: Contact) -> None:
    forget_person(session, chat.person, AT)


@pytest.mark.parametrize("end", [new_link, withdrawn, forgotten])
def test_what_ends_the_link_ends_its_devices(db: Database, end: Callable[[Session, Contact], None]) -> None:
    with db.write() as session:
        chat, other = web_chat(session), web_chat(session)
        keep(session, other, TABLET)
        keep(session, chat)
        tell_device(session, chat)
        end(session, chat)
        assert rings_on_web(session, {chat.id, other.id}) == {other.id}
        assert count(session, Push) == 0


def test_a_link_that_has_lain_unused_rings_no_more(db: Database) -> None:
    with db.write() as session:
        chat = web_chat(session)
        keep(session, chat)
        number = chat.id
    clean_up(make_desk(db), AT + KEY_LIFE - timedelta(days=1))
    with db.read() as session:
        assert rings_on_web(session, {number}) == {number}
    clean_up(make_desk(db), AT + KEY_LIFE)
    with db.read() as session:
        assert rings_on_web(session, {number}) == set()
