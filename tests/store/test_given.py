"""Many numbers and rows as one value of a statement: what comes of them is what a parameter for each would have brought."""

import json
from datetime import UTC, datetime

from sqlalchemy import select

from bot.store.given import among, insert_given
from bot.tables import Contact, Message, MessageKind, MessageState, Person, Priority
from bot.tables.base import JsonText
from tests.kit.world import APRIL, World

LATER = datetime(2022, 4, 2, 1, 0, 0, 250, tzinfo=UTC)
BODY = {"text": "Kính gửi \"đồng chí\" \\ {1,2} 'a' $[0] \n:rows", "choices": [[["Đặt lịch", "plan:1"]]]}
COLUMNS = (
    "person_id",
    "contact_id",
    "channel",
    "body",
    "due_at",
    "hold_until",
    "priority",
    "state",
    "created_at",
)
NEW = insert_given(Message, *COLUMNS, body=JsonText()).returning(Message.person_id, Message.id)


def test_rows_keep_their_types_and_what_is_not_named_takes_its_default(world: World) -> None:
    with world.db.write() as session:
        session.add(Person(id=7, created_at=APRIL, consent_version=1, consented_at=APRIL))
        session.flush()
        session.add(Contact(id=8, person_id=7, channel="telegram", place="7", used_at=APRIL))
        session.flush()
        row = (7, 8, "telegram", json.dumps(BODY), LATER, None, Priority.BULK, MessageState.WAITING, APRIL)
        ((person, number),) = session.connection().execute(NEW, {"rows": [row]})
    with world.db.read() as session:
        one = session.get_one(Message, number)
        found = session.execute(select(Message).where(Message.due_at == LATER)).scalars().all()
        assert (person, found) == (7, [one])
        assert (one.body, one.due_at, one.hold_until, one.created_at) == (BODY, LATER, None, APRIL)
        assert (one.state, one.priority, one.kind) == (MessageState.WAITING, Priority.BULK, MessageKind.PLAIN)
        assert (one.attempts, one.error, one.key) == (0, "", None)


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
