"""Anybody can find the bot: who has no role is told once what to do, then leaves no trace; a code is always heard."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.messages import Address, Refusal
from bot.tables import Base, Contact, Event, Membership, Message, Person
from tests.kit.files import stored
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

ASKS_CODE = "gõ mã mời"


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối", "dang_bo", "", None), ("A1", "Chi bộ A1", "chi_bo", "nong_thon", "DUK")
    )


pytestmark = begins(begin_here)


def rows(world: World) -> int:
    """Of everything that a stranger could write."""
    tables: tuple[type[Base], ...] = (Person, Contact, Event, Message)
    with world.db.read() as session:
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def answers(talker: Talker) -> int:
    return len(talker.got)


def test_a_stranger_hears_one_sentence_and_then_nothing(world: World) -> None:
    stranger = world.person()
    stranger.says("alo")
    assert ASKS_CODE in stranger.last.text
    first, told = rows(world), answers(stranger)
    for number in range(20):
        stranger.says(f"mua bán gì không {number}")
        stranger.says("/start").says("/thangnay").says("/nop")
        stranger.hands(stored(f"anh {number}.pdf"))
        stranger.hands(refused=[Refusal("x.pdf", "file_stranger", (("name", "x.pdf"),))])
        world.later(seconds=-6)
        stranger.presses("home").presses("papers.got:1").presses("=1:yes")
        stranger.edits("7", "sửa")
    assert answers(stranger) == told
    assert rows(world) == first, "what is not heard leaves no row"


def test_after_a_while_a_stranger_is_told_once_more(world: World) -> None:
    stranger = world.person()
    stranger.says("alo").says("có ai không")
    told = answers(stranger)
    world.at += timedelta(minutes=10)
    stranger.says("alo")
    assert answers(stranger) == told + 1
    assert ASKS_CODE in stranger.last.text


@pytest.mark.parametrize("typed", ["{code}", "/start {code}", "mã mời của tôi là {code}"])
def test_a_code_is_heard_through_the_silence(world: World, typed: str) -> None:
    newcomer = world.person()
    newcomer.says("Chào trợ lý").says("tôi muốn đăng ký").says("có ai không ạ")
    newcomer.says(typed.format(code=world.invite("A1", "secretary")))
    assert newcomer.find("✅ Đồng ý")
    newcomer.taps("Đồng ý")
    assert "tên gì" in newcomer.last.text
    newcomer.says("Nguyễn Văn A")
    assert "bao nhiêu đảng viên" in newcomer.last.text, "whoever is in is heard at every word"


@pytest.mark.parametrize("typed", ["ABCD-EFG", "abcd-efg", "ABCDEFG", "ab12cd3", "ABCD EFG"])
def test_a_code_ill_typed_is_helped_along(world: World, typed: str) -> None:
    newcomer = world.person()
    newcomer.says("alo")
    told = answers(newcomer)
    newcomer.says(typed)
    assert answers(newcomer) == told + 1
    assert "chưa phải mã mời" in newcomer.last.text


def test_whoever_only_tries_codes_is_not_answered_for_ever(world: World) -> None:
    guesser = world.person()
    for number in range(300):
        guesser.says(f"AB{number % 8 + 2}D-EFGH").says(f"ABC{number % 8 + 2}-EF")
    assert answers(guesser) <= 45, "some twenty in ten minutes, over twenty minutes"


def test_one_who_blocks_is_noted_in_the_silence_too(world: World) -> None:
    stranger = world.person()
    stranger.says("alo")
    stranger.sends(stranger._event(blocked=True))
    with world.db.read() as session:
        assert session.scalars(select(Contact)).one().lost_at is not None


def test_the_notice_may_be_read_and_asked_about_before_the_yes(world: World) -> None:
    newcomer = world.person()
    newcomer.says(f"/start {world.invite('A1', 'secretary')}")
    for _ in range(8):
        newcomer.says("thế này là thế nào")
        assert newcomer.find("✅ Đồng ý")


def test_who_has_lost_the_role_is_told_so_once(world: World) -> None:
    talker = world.registered("A1", "secretary")
    with world.db.write() as session:
        for membership in session.scalars(select(Membership)):
            membership.ended_at = world.at
    talker.says("/thangnay")
    told = answers(talker)
    assert "không giữ vai trò nào" in talker.last.text
    talker.says("/thangnay").says("sao vậy")
    assert answers(talker) == told
    talker.says(world.invite("A1", "secretary"))
    assert answers(talker) > told, "a new code lets them in at once"


def test_a_role_that_comes_back_is_heard_at_once(world: World) -> None:
    talker = world.registered("A1", "secretary")
    with world.db.write() as session:
        membership = session.scalars(select(Membership)).one()
        membership.ended_at = world.at
    talker.says("/thangnay").says("sao vậy")
    with world.db.write() as session:
        session.scalars(select(Membership)).one().ended_at = None
    told = answers(talker)
    talker.says("/caidat")
    assert answers(talker) == told + 1
    assert ASKS_CODE not in talker.last.text


def test_two_strangers_do_not_silence_each_other(world: World) -> None:
    first, second = world.person(), Talker(world, Address("web", "w" * 16))
    first.says("alo").says("alo")
    second.says("alo")
    assert ASKS_CODE in second.last.text
