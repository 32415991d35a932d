"""Fifty people and three thousand messages a month: counted, told to the office in time; whoever comes too late is led to the web."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.messages import Reply
from bot.tables import Contact, Message, MessageState
from bot.talk import outbox
from bot.talk.allowances import used_allowances
from schedules import people
from tests.kit.committees import monthly_committee
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

pytestmark = begins(monthly_committee)


@pytest.fixture
def small(world: World) -> World:
    """Zalo serves five people and a hundred messages a month."""
    small = replace(world.desk.abilities["zalo"], people=5, messages_a_month=100)
    world.desk = replace(world.desk, abilities={**world.desk.abilities, "zalo": small})
    return world


def told(talker: Talker) -> list[str]:
    return [reply.text.splitlines()[0] for reply in talker.looks()]


def counts(world: World) -> dict[str, int]:
    with world.db.read() as session:
        return {used.of: used.count for used in used_allowances(world.desk, session, world.moment)}


def sent(world: World, talker: Talker, *texts: str) -> None:
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()
        for text in texts:
            message = outbox.post_message(session, contact, Reply(text), world.at)
            message.state, message.sent_at = MessageState.SENT, world.at


def test_the_office_sees_and_hears_it_before_it_is_reached(small: World) -> None:
    office = small.registered("DUK", "admin")
    assert "người" not in office.says("/quantri").last.text.split("Kế hoạch")[0].split("phụ trách", 1)[1]
    for number in range(1, 4):
        small.person(channel="zalo").says("alo")
        assert f"Zalo: đã {number}/5 người" in office.says("/quantri").last.text
        assert small.tick(people.tell_office) == 0
    small.person(channel="zalo").says("alo")
    assert small.tick(people.tell_office) == 1
    assert told(office) == ["⚠️ Zalo: đã 4/5 người."]
    assert "⚠️ Zalo: đã 4/5 người" in office.says("/quantri").last.text
    assert small.tick(people.tell_office) == 0, "once"
    small.person(channel="zalo").says("alo")
    assert small.tick(people.tell_office) == 1
    assert told(office) == ["⚠️ Zalo: đã 5/5 người."]


def test_messages_of_the_month_are_counted_in_and_out(small: World) -> None:
    office, an = small.registered("DUK", "admin"), small.registered("CB01", "secretary", channel="zalo")
    before = counts(small)["messages"]
    an.says("/trogiup")
    assert counts(small)["messages"] == before + 2
    sent(small, an, "ngắn", "dài " * 1200)
    assert counts(small)["messages"] == before + 2 + 1 + 3
    sent(small, an, *(["x"] * (92 - counts(small)["messages"])))
    assert small.tick(people.tell_office) == 1
    assert told(office) == ["⚠️ Zalo: đã 92/100 tin trong tháng này."]
    sent(small, an, *(["x"] * 8))
    assert small.tick(people.tell_office) == 1
    assert "đầu tháng sau" in office.looks()[-1].text
    small.go("2022-05-01 00:05")
    assert counts(small)["messages"] == 0
    assert small.tick(people.tell_office) == 0


def test_whoever_comes_too_late_is_led_to_the_web_in_one_sentence(small: World) -> None:
    for _ in range(5):
        small.person(channel="zalo").says("alo")
    late = small.person(channel="zalo")
    late.says("xin chào")
    assert late.last.text.startswith("Kênh này đã đủ người")
    heard = len(late.got)
    late.says("alo").says("có ai không")
    assert len(late.got) == heard
    code = small.invite("CB01", "secretary")
    late.says(code)
    assert f"https://chibo.example/w/new/{code}" in late.last.text
    web = small.person(channel="web").says(f"/start {code}")
    assert "Đồng chí có đồng ý không" in web.last.text, "the code is still good"


def test_who_is_within_goes_on(small: World) -> None:
    an = small.registered("CB01", "secretary", channel="zalo")
    for _ in range(6):
        small.person(channel="zalo").says("alo")
    assert "Việc tháng này" in [choice.label[2:].strip() for choice in an.says("/start").choices]


def test_an_invitation_says_where_there_is_no_room(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    links = type(small.desk.links)
    ways = [("web", "https://chibo.example/w/new/CODE"), ("zalo", "https://zalo.me/bot.x")]
    monkeypatch.setattr(
        links, "invitation", lambda self, code: [(n, a.replace("CODE", code)) for n, a in ways]
    )
    office = small.registered("DUK", "admin")

    def invited() -> str:
        office.says("/quantri").taps("Cấp mã mời").says("CB02").taps("Bí thư")
        return office.last.text

    assert "Zalo: https://zalo.me/bot.x (mở ra rồi gõ mã)" in invited()
    for _ in range(5):
        small.person(channel="zalo").says("alo")
    assert "Zalo: đã đủ người" in invited()


def test_other_channels_count_nothing(world: World) -> None:
    world.registered("CB01", "secretary")
    assert counts(world) == {}
    with world.db.read() as session:
        assert session.scalars(select(Message)).all()


def test_a_stranger_is_told_once_a_day_where_messages_are_numbered(world: World) -> None:
    stranger = world.person(channel="zalo")
    stranger.says("alo")
    assert "gõ mã mời" in stranger.last.text
    for _ in range(100):
        world.later(minutes=13)
        stranger.says("alo")
    assert len(stranger.got) == 1
    assert "Đồng chí có đồng ý không" in stranger.says(world.invite("CB01", "secretary")).last.text
    other = world.person(channel="zalo").says("alo")
    world.later(days=1)
    assert len(other.says("alo").got) == 2
