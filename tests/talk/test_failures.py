"""Ten people meet a bug four times each: the office hears of it once an hour, with how often it was."""

import re
from dataclasses import replace

import pytest

from bot.talk.chat import Chat
from schedules import people
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

CELLS = [(f"A{n}", f"Chi bộ A{n}", "chi_bo", "nong_thon", "DUK") for n in range(1, 11)]


def ten_cells(world: World) -> None:
    world.units(("DUK", "Đảng ủy Khối", "dang_bo", "", None), *CELLS)


pytestmark = begins(ten_cells)


def breaks(world: World) -> None:
    def broken(_chat: Chat, *_words: str) -> None:
        raise ZeroDivisionError

    routes = replace(world.desk.routes, commands={**world.desk.routes.commands, "/thangnay": broken})
    world.desk = replace(world.desk, routes=routes)


def told(talker: Talker) -> list[str]:
    return [reply.text for reply in talker.looks() if "⚠️" in reply.text]


@pytest.mark.logs_errors
def test_many_failures_are_one_message_an_hour_with_a_count(world: World) -> None:
    offices = [world.registered("DUK", "admin") for _ in range(2)]
    cells = [world.registered(code, "secretary") for code, *_ in CELLS]
    breaks(world)
    for _ in range(4):
        for cell in cells:
            cell.says("/thangnay")
            assert cell.last.text.startswith("Xin lỗi đồng chí"), "each is told at once"
    for office in offices:
        [first] = told(office)
        assert "vừa gặp lỗi, mã" in first
    assert world.tick(people.tell_office) == 0, "the hour is not over"
    world.later(hours=1)
    assert world.tick(people.tell_office) == 2
    last = re.search(r"<code>(\w+)</code>", cells[-1].last.text)
    assert last is not None
    for office in offices:
        [second] = told(office)
        assert "đã gặp lỗi 39 lần từ lần báo trước" in second
        assert last[1] in second
        assert second.strip().endswith("👉 Đồng chí chuyển mã này cho người quản trị kỹ thuật.")
    world.later(hours=5)
    assert world.tick(people.tell_office) == 0, "nothing new, nothing said"


@pytest.mark.logs_errors
def test_after_a_quiet_day_the_next_failure_is_told_at_once(world: World) -> None:
    office, cell = world.registered("DUK", "admin"), world.registered("A1", "secretary")
    breaks(world)
    cell.says("/thangnay")
    assert len(told(office)) == 1
    world.later(days=1)
    cell.says("/thangnay")
    [again] = told(office)
    assert "vừa gặp lỗi" in again
