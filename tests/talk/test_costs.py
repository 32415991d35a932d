"""What messages cost is counted by months and shown to the office, which no other channel burdens."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from bot.messages import Reply
from bot.tables import Contact, Message, MessageState
from bot.talk import outbox
from tests.kit.committees import monthly_committee
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

pytestmark = begins(monthly_committee)


@pytest.fixture
def costly(world: World) -> World:
    """Telegram, which every test speaks on, costs."""
    telegram = replace(world.desk.abilities["telegram"], costs=True)
    world.desk = replace(world.desk, abilities={**world.desk.abilities, "telegram": telegram})
    return world


@pytest.fixture
def admin(costly: World) -> Talker:
    return costly.registered("DUK", "admin")


def sent(world: World, talker: Talker, day: str, *costs: int, state: str = "sent") -> None:
    at = world.local(day)
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()
        for cost in costs:
            message = outbox.post_message(session, contact, Reply("x"), at)
            message.state, message.cost = MessageState(state), cost
            message.sent_at = at if state == "sent" else None


def lines(talker: Talker, word: str) -> list[str]:
    return [line for line in talker.last.text.splitlines() if word in line]


def forget_what_was_said(world: World) -> None:
    with world.db.write() as session:
        for message in session.scalars(select(Message)):
            message.sent_at = None


def test_the_office_sees_this_month_and_those_before(costly: World, admin: Talker) -> None:
    forget_what_was_said(costly)
    sent(costly, admin, "2021-12-31 23:30", 0, 55)
    sent(costly, admin, "2022-03-31 23:59", 55)
    sent(costly, admin, "2022-04-01 00:00", *([0] * 1024), *([55] * 210))
    admin.says("/quantri")
    assert lines(admin, "tháng 4") == ["Telegram tháng 4: 1.234 tin, 210 tin tính tiền, 11.550 đồng"]
    assert lines(admin, "tháng 3") == []
    admin.taps("Tiền tin từng tháng")
    assert lines(admin, "Telegram")[1:] == [
        "– Telegram tháng 3/2022: 1 tin, 1 tin tính tiền, 55 đồng",
        "– Telegram tháng 12/2021: 2 tin, 1 tin tính tiền, 55 đồng",
    ]
    costly.go("2023-03-10 09:00")
    admin.says("/quantri").taps("Tiền tin từng tháng")
    assert any("tháng 3/2022" in line for line in lines(admin, "Telegram"))
    assert not any("12/2021" in line for line in lines(admin, "Telegram"))


def test_a_knock_is_counted_before_its_message_has_gone_out(costly: World, admin: Talker) -> None:
    forget_what_was_said(costly)
    sent(costly, admin, "2022-04-01 07:00", 200, state="waiting")
    sent(costly, admin, "2022-04-01 07:00", 0, state="waiting")
    admin.says("/quantri")
    assert lines(admin, "tháng 4")[0].endswith(" tin, 1 tin tính tiền, 200 đồng")


def test_where_nothing_costs_nothing_is_said(world: World) -> None:
    office = world.registered("DUK", "admin")
    office.says("/quantri")
    assert lines(office, "đồng ") == lines(office, "tính tiền") == []
    assert "Tiền tin từng tháng" not in [choice.label for choice in office.choices]


def test_nothing_yet_is_said_as_well(costly: World, admin: Talker) -> None:
    admin.says("/quantri")
    assert lines(admin, "chưa tin nào tính tiền")
    forget_what_was_said(costly)
    admin.taps("Tiền tin từng tháng")
    assert "Chưa có tin nào đi trên kênh tính tiền." in admin.last.text


def test_nobody_else_sees_it(costly: World, admin: Talker) -> None:
    secretary = costly.registered("CB01", "secretary")
    assert "tính tiền" not in secretary.presses("admin.costs").last.text


def test_it_is_found_by_an_index(costly: World) -> None:
    if not costly.db.sqlite:
        return
    asked = "SELECT count(*), sum(cost) FROM messages WHERE channel = 'x' AND sent_at >= '2022' AND sent_at < '2023'"
    with costly.db.read() as session:
        plan = " ".join(str(row) for row in session.execute(text(f"EXPLAIN QUERY PLAN {asked}")))
    assert "COVERING INDEX ix_messages_sent" in plan
