"""A real reminder on a lock screen: what it says, what it may be answered by, and what takes its place."""

import json
from pathlib import Path

from sqlalchemy import select

from bot.channels.pushes import Push as Claimed
from bot.composition import discreet_words
from bot.people.devices import keep_device
from bot.tables import Contact
from bot.talk.push_book import DatabasePushBook
from tests.kit.duties import duty_of
from tests.kit.places import ZONE
from tests.kit.plans import plan_of
from tests.kit.push_service import Device
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import reads_well
from tests.kit.world import World

PLAN = """
plan: {symbol: 1-KH/A, date: 2022-06-01, issuer: A, title: B, starts: 2022-06-01, ends: 2022-12-31}
duties:
  - {key: bao-cao, do: report, title: Báo cáo giữa năm, due: {by: 2022-06-10}, opens: 2022-06-06}
"""


def begin_here(world: World) -> None:
    world.go("2022-06-06 07:30")
    world.units(
        ("DUA", "Đảng ủy Sở A", "dang_bo_co_so", "", None),
        ("A01", "Chi bộ A01", "chi_bo", "co_quan", "DUA"),
    )


pytestmark = begins(begin_here)


def on_a_phone(world: World) -> Talker:
    """A secretary on the web chat, whose phone rings."""
    talker = world.registered("A01", "secretary", channel="web", meeting_day=20)
    device = Device().subscription()
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.channel == "web")).one()
        keep_device(session, contact.id, device["endpoint"], **device["keys"], at=world.at)
    return talker


def pushed(world: World) -> list[Claimed]:
    """What is due on the phone; it is taken for good."""
    book = DatabasePushBook(world.db, lambda: world.at, ZONE, "https://chibo.example", discreet_words())
    return list(book.claim())


def test_it_says_what_by_when_and_is_answered_by_one_tap(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path), owner="DUA")
    talker = on_a_phone(world)
    tick_through(world, "2022-06-07 08:30", talker)
    [push] = pushed(world)
    duty = duty_of(world, "bao-cao", "A01").id
    assert (push.topic, push.urgent) == (f"d{duty}", True)
    word = json.loads(push.payload)
    assert word["title"] == "⏰ Báo cáo giữa năm"
    assert word["body"] == "⏰ Hạn đến hết thứ Sáu 10/6, còn 3 ngày"
    receipt, later = word["quick"]
    assert [receipt["label"], later["label"]] == ["Đã nhận", "Nhắc chiều"]
    talker.presses(receipt["payload"])
    assert talker.last.text.startswith("✅ Đã ghi: đồng chí đã nhận.")
    talker.presses(later["payload"])
    assert talker.last.text.startswith("✅ Sẽ nhắc lại lúc 14h00")
    reads_well(talker)


def test_the_next_about_the_same_takes_its_place(world: World, tmp_path: Path) -> None:
    world.load(plan_of(PLAN, tmp_path), owner="DUA")
    talker = on_a_phone(world)
    tick_through(world, "2022-06-10 12:00", talker)
    assert len([one for one in talker.got if "Báo cáo giữa năm" in one.text]) > 1
    [push] = pushed(world)
    assert json.loads(push.payload)["title"] == "⏰ Hôm nay là hạn cuối"


def test_an_answer_to_what_one_has_said_rings_nowhere(world: World) -> None:
    talker = on_a_phone(world)
    talker.says("/thangnay")
    talker.looks()
    assert pushed(world) == []
