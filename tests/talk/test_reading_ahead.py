"""What is asked once for all who are gathered: each of them finds what stands, whatever another has just done to it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.messages import Address, Incoming
from bot.store.db import Database
from bot.tables import Contact, Membership, Message, Person, Role, Unit
from bot.talk.chat import Chat
from bot.talk.gathering import receive_together
from bot.talk.receive import receive
from tests.kit.said import hear_statements
from tests.kit.small import ROUTES, small_world
from tests.kit.world import World

only_postgresql = pytest.mark.parametrize("ground", ["postgresql"], indirect=True)


def person_at(session: Session, place: str) -> Person:
    return session.scalars(select(Person).join(Contact).where(Contact.place == place)).one()


def role_at(session: Session, place: str) -> Membership | None:
    held = select(Membership).join(Contact, Contact.person_id == Membership.person_id)
    return session.scalars(held.where(Contact.place == place)).one_or_none()


def end_role(chat: Chat) -> None:
    role = role_at(chat.session, chat.command.rest if chat.command else "")
    assert role is not None
    role.ended_at = chat.at
    chat.say("say", text="ended")


def give_role(chat: Chat) -> None:
    person = person_at(chat.session, chat.command.rest if chat.command else "")
    chat.session.add(Membership(person_id=person.id, unit_id=1, role=Role.SECRETARY, since=chat.at))
    chat.say("say", text="given")


def rename(chat: Chat) -> None:
    chat.session.execute(update(Person).where(Person.id != chat.person.id).values(name="Bình"))
    chat.session.execute(update(Unit).values(name="Chi bộ mới"))
    chat.say("say", text="renamed")


def tell(chat: Chat) -> None:
    roles = [f"{role.role} {role.unit.name}" for role in chat.roles()]
    chat.say("say", text=f"{chat.person.name or '-'}: {', '.join(roles) or '-'}")


def take_own(chat: Chat) -> None:
    """Reads the roles before and after it takes one."""
    before = len(chat.roles())
    chat.session.add(Membership(person_id=chat.person.id, unit_id=1, role=Role.FOLLOWER, since=chat.at))
    chat.forget_roles()
    chat.say("say", text=f"{before} {len(chat.roles())}")


def look_twice(chat: Chat) -> None:
    """Meanwhile another transaction ends all roles."""
    before = len(chat.roles())
    with chat.desk.db.write() as session:
        session.execute(update(Membership).values(ended_at=chat.at))
    chat.forget_roles()
    chat.say("say", text=f"{before} {len(chat.roles())}")


def try_out(chat: Chat) -> None:
    """As a change of a unit is tried before it is shown: what it has looked at stands as it did."""
    trial = chat.session.begin_nested()
    many = len(chat.session.scalars(select(Message.id)).all())
    chat.session.execute(update(Unit).values(name="Chi bộ thử"))
    trial.rollback()
    chat.say("say", text=f"tried {many}")


COMMANDS = {
    "/try": try_out,
    "/again": look_twice,
    "/end": end_role,
    "/give": give_role,
    "/rename": rename,
    "/tell": tell,
    "/take": take_own,
}


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine takes as many events together as a quick one."""
    for span in ("SPAN", "SERVER_SPAN"):
        monkeypatch.setattr(f"bot.talk.gathering.{span}", 60.0)


@pytest.fixture
def small(db: Database, tmp_path: Path) -> World:
    """a and b have spoken before; b leads a unit."""
    world = small_world(db, tmp_path / "templates")
    world.desk = replace(world.desk, routes=replace(ROUTES, commands={**ROUTES.commands, **COMMANDS}))
    for place in ("a", "b"):
        receive(world.desk, said(world, place, 0))
    with db.write() as session:
        session.add(Unit(id=1, code="CB01", name="Chi bộ cũ", kind="chi_bo", path="/1/"))
        session.flush()
        person = person_at(session, "b")
        session.add(Membership(person_id=person.id, unit_id=1, role=Role.SECRETARY, since=world.at))
    return world


def said(world: World, place: str, number: int, text: str = "/start") -> Incoming:
    at = world.at + timedelta(seconds=number)
    return Incoming(f"{place}-{number}", Address("telegram", place), at, text=text)


def together(world: World, *talk: tuple[str, str]) -> list[bool | None]:
    return receive_together(
        world.desk, [said(world, place, n + 1, text) for n, (place, text) in enumerate(talk)]
    )


def last_answer(world: World, place: str) -> str:
    with world.db.read() as session:
        bodies = select(Message.body).join(Contact).where(Contact.place == place).order_by(Message.id)
        text: str = session.scalars(bodies).all()[-1]["text"]
        return text


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (("a", "/tell"), "-: secretary Chi bộ cũ"),
        (("a", "/end b"), "-: -"),
        (("a", "/rename"), "Bình: secretary Chi bộ mới"),
    ],
)
def test_what_another_has_just_changed_is_found_changed(
    small: World, first: tuple[str, str], then: str
) -> None:
    assert together(small, first, ("b", "/tell")) == [True, True]
    assert last_answer(small, "b") == then


def test_who_has_just_been_given_a_role_has_it(small: World) -> None:
    assert together(small, ("b", "/give a"), ("a", "/tell")) == [True, True]
    assert last_answer(small, "a") == "-: secretary Chi bộ cũ"


def test_who_takes_a_role_has_one_more(small: World) -> None:
    assert together(small, ("a", "/tell"), ("b", "/take")) == [True, True]
    assert last_answer(small, "b") == "1 2"


@only_postgresql
def test_who_asks_for_the_roles_again_is_told_what_stands_now(small: World) -> None:
    assert together(small, ("b", "/again")) == [True]
    assert last_answer(small, "b") == "1 0"


def test_what_somebody_only_tries_takes_back_nothing_of_the_others(small: World) -> None:
    assert together(small, ("b", "/order"), ("a", "/try"), ("b", "Lớn")) == [True] * 3
    assert last_answer(small, "a") == "tried 3"
    assert last_answer(small, "b") == "count?"
    assert together(small, ("b", "/order"), ("a", "/try")) == [False] * 2


def test_two_places_of_one_person_talk_as_one(small: World) -> None:
    with small.db.write() as session:
        person = person_at(session, "a")
        session.add(Contact(person_id=person.id, channel="telegram", place="a2", used_at=small.at))
    talk = [
        ("a", "/order"),
        ("b", "/order"),
        ("a2", "Lớn"),
        ("a", "25"),
        ("b", "Vừa thôi"),
        ("a2", "no onions"),
    ]
    assert together(small, *talk) == [True] * 6
    assert last_answer(small, "a2") == "l 25 0 9"
    assert last_answer(small, "b") == "count?"


def test_what_was_handled_before_is_not_handled_again(small: World) -> None:
    again = said(small, "b", 0)
    assert receive_together(small.desk, [said(small, "a", 1), again, said(small, "c", 1)]) == [
        True,
        False,
        True,
    ]
    with small.db.read() as session:
        counted = session.scalars(select(Message.id).join(Contact).where(Contact.place == "b")).all()
    assert len(counted) == 1


@only_postgresql
def test_sixteen_greetings_take_fewer_statements_than_there_are_people(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [f"p{number}" for number in range(16)]
    assert together(small, *((one, "/start") for one in people)) == [True] * 16
    heard = hear_statements(monkeypatch)
    events = [said(small, one, 100 + n) for n, one in enumerate(people)]
    assert receive_together(small.desk, events) == [True] * 16
    assert 0 < len(heard) < 16
