"""Many numbers and rows as one value of a statement: what comes of them is what a parameter for each would have brought."""

import json
from datetime import UTC, datetime

from sqlalchemy import select

from bot.store.given import among, insert_given
from bot.tables import Contact, Message, MessageKind, MessageState, Person, Priority
from tests.kit.world import APRIL, World

LATER = datetime(2022, 4, 2, 1, 0, 0, 250, tzinfo=UTC)
BODY = {"text": "Kính gửi \"đồng chí\" \\ {1,2} 'a' $[0] \n:rows", "choices": [[["Đặt lịch", "plan:1"]]]}
NEW = insert_given(
    Message,
    ("channel", "body", "due_at", "hold_until", "priority", "state", "created_at"),
    ("person_id", "contact_id"),
    body="§",
).returning(Message.person_id, Message.id)


def test_rows_keep_their_types_and_what_is_not_named_takes_its_default(world: World) -> None:
    """Two groups, the second of two rows; the number stands in the body where there is a place for it."""
    with world.db.write() as session:
        for number in (7, 8, 9):
            session.add(Person(id=number, created_at=APRIL, consent_version=1, consented_at=APRIL))
            session.flush()
            contact = Contact(id=number + 10, person_id=number, channel="telegram", place=str(number))
            contact.used_at = APRIL
            session.add(contact)
            session.flush()
        plain, filled = (
            json.dumps(BODY),
            json.dumps({"text": "§", "choices": [[["A", "plan:§:1"]]]}, ensure_ascii=False),
        )
        rest = (Priority.BULK, MessageState.WAITING, APRIL)
        groups = [
            (("telegram", plain, LATER, None, *rest), [(7, 17, 100)]),
            (("telegram", filled, APRIL, LATER, *rest), [(8, 18, 101), (9, 19, 102)]),
        ]
        found = session.connection().execute(NEW, {"groups": groups}).all()
        numbers = {person: number for person, number in found}  # noqa: C416 - rows are no pairs
    with world.db.read() as session:
        one, *others = (session.get_one(Message, numbers[person]) for person in (7, 8, 9))
        assert session.execute(select(Message).where(Message.due_at == LATER)).scalars().all() == [one]
        assert (one.body, one.due_at, one.hold_until, one.created_at) == (BODY, LATER, None, APRIL)
        assert (one.state, one.priority, one.kind) == (MessageState.WAITING, Priority.BULK, MessageKind.PLAIN)
        assert (one.attempts, one.error, one.key) == (0, "", None)
        assert [other.body for other in others] == [
            {"text": str(number), "choices": [[["A", f"plan:{number}:1"]]]} for number in (101, 102)
        ]
        assert {(other.hold_until, other.contact_id) for other in others} == {(LATER, 18), (LATER, 19)}


def test_numbers_are_looked_for(world: World) -> None:
    with world.db.write() as session:
        people = (Person(id=n, created_at=APRIL, consent_version=1, consented_at=APRIL) for n in range(1, 6))
        session.add_all(people)
    asked = select(Person.id).where(among(Person.id, "ids"), Person.id < 5).order_by(Person.id)
    with world.db.read() as session:
        for ids, found in (([2, 4, 5, 9], [2, 4]), ([3], [3]), ([], [])):
            assert session.scalars(asked, {"ids": ids}).all() == found
        others = select(Person.id).where(~among(Person.id, "ids")).order_by(Person.id)
        assert session.scalars(others, {"ids": [2, 4]}).all() == [1, 3, 5]
