"""A leader of three sub-committees and forty cells, a clerk and the cells' secretaries through a quarter, on Telegram, Zalo and the web:
what is told of every period equals what their diary says; whoever is a stranger sees nothing of it."""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path

import pytest

from bot.store.db import Database
from tests.kit.databases import Ground
from tests.kit.diary import (
    ASKED,
    CELLS,
    COMMITTEE,
    IN_TIME,
    LATE,
    NOT,
    PARTS,
    SECTORS,
    Asked,
    counted,
    day,
    lines,
    models,
    part_of,
    sector,
    stands,
)
from tests.kit.lived_quarter import live_quarter
from tests.kit.stage import Stage
from tests.kit.talker import Talker
from tests.kit.village import played_by
from tests.kit.wording import reads_well
from tests.kit.world import World

NOW = datetime(2022, 7, 5, 9)
PERIODS = {
    "tháng 3": ("03-01", "03-31"),
    "tháng 4": ("04-01", "04-30"),
    "tháng 5": ("05-01", "05-31"),
    "tháng 6": ("06-01", "06-30"),
    "tháng 7": ("07-01", "07-31"),
    "quý 1": ("01-01", "03-31"),
    "quý 2": ("04-01", "06-30"),
    "6 tháng đầu năm": ("01-01", "06-30"),
    "năm 2022": ("01-01", "12-31"),
}
HEAD = re.compile(
    r"^<b>[^:]+: (\d+)/(\d+) đã (?:xong|họp|nộp)</b>(?:, (\d+) đúng hạn)?(?:, (\d+) trễ)?(?:, (\d+) chưa)?"
    r"(?: \((\d+) quá hạn\))?(?:; [^<]+ (\d+)/(\d+))?$"
)
LINE = re.compile(r"^– (?P<name>.+?)(?: \(\d+ kỳ\))?: (?P<done>\d+)/(?P<all>\d+) ", re.MULTILINE)


def due(said: str) -> list[tuple[str, Asked]]:
    first, last = (day(one) for one in PERIODS[said])
    return lines(first, last, NOW)


def figures(text: str) -> tuple[int, ...]:
    """Done, expected, in time, late, not yet, overdue of the headline."""
    found = HEAD.match(text.split("\n")[0])
    assert found, text
    return tuple(int(number or 0) for number in found.groups()[:6])


def of_diary(rows: Iterable[tuple[str, Asked]]) -> tuple[int, ...]:
    rows = list(rows)
    boxes = counted(rows, NOW)
    overdue = sum(stands(cell, one, NOW) == NOT and one.due < NOW.date() for cell, one in rows)
    done = boxes[IN_TIME] + boxes[LATE]
    return done, boxes.total(), boxes[IN_TIME], boxes[LATE], boxes[NOT], overdue


def apart(text: str) -> dict[str, tuple[int, int]]:
    return {found["name"]: (int(found["done"]), int(found["all"])) for found in LINE.finditer(text)}


def pair(rows: Iterable[tuple[str, Asked]]) -> tuple[int, int]:
    done, expected, *_ = of_diary(rows)
    return done, expected


@pytest.mark.long
def test_a_quarter_is_told_as_it_was_lived(db: Database, ground: Ground, tmp_path: Path) -> None:
    """One test, for it takes long to live: each look at it is a function of its own, and finds it as it was."""
    for look in (
        every_period_is_what_the_diary_says_for_each_who_may_ask,
        it_is_taken_apart_by_what_stands_below_by_sector_plan_and_topic,
        it_stands_beside_the_one_before_and_tells_its_numbers,
        its_summary_came_unasked_to_each,
        the_way_leads_from_the_committee_down_to_the_card,
        who_stands_beside_sees_nothing_with_the_same_buttons,
        a_returned_report_is_seen_by_its_cell_and_its_reviewers_alone,
    ):
        ground.clear(tmp_path)
        stage = Stage(World(db), ground)
        stage.reach(live_quarter)
        look(stage.world)


def every_period_is_what_the_diary_says_for_each_who_may_ask(world: World) -> None:
    for who, home in (("leader", ""), ("clerk", ""), ("follower", "D"), ("west", "T")):
        talker = played_by(world, who)
        for said in PERIODS:
            mine = [row for row in due(said) if not home or part_of(*row) == home]
            talker.says(f"/tonghop {said}")
            assert figures(talker.last.text) == of_diary(mine), (who, said)
        reads_well(talker)


def it_is_taken_apart_by_what_stands_below_by_sector_plan_and_topic(world: World) -> None:
    leader = played_by(world, "leader")
    for said in ("quý 2", "6 tháng đầu năm"):
        rows = due(said)
        parts = {PARTS[key]: pair(row for row in rows if part_of(*row) == key) for key in PARTS}
        assert apart(leader.says(f"/tonghop {said} theo đơn vị").last.text) == parts
        labels = SECTORS | {"": "Chưa ghi lĩnh vực"}
        sectors = {labels[key]: pair(row for row in rows if sector(row[0]) == key) for key in labels}
        assert apart(leader.says(f"/tonghop {said} theo lĩnh vực").last.text) == sectors
        plans = {one.plan for _, one in rows}
        by_plan = {key: pair(row for row in rows if row[1].plan == key) for key in plans}
        assert apart(leader.says(f"/tonghop {said} theo kế hoạch").last.text) == by_plan
        by_topic = {one.title: pair(row for row in rows if row[1] == one) for _, one in rows}
        assert apart(leader.says(f"/tonghop {said} theo chuyên đề").last.text) == by_topic
    reads_well(leader)


def it_stands_beside_the_one_before_and_tells_its_numbers(world: World) -> None:
    leader = played_by(world, "leader").says("/tonghop quý 2")
    done, expected = pair(due("quý 1"))
    assert leader.last.text.split("\n")[0].endswith(f"; quý I/2022: {done}/{expected}")
    total, told = models()
    assert f"Mô hình: {total}, {told}/{len(CELLS)} " in re.sub("</?b>", "", leader.last.text)


def its_summary_came_unasked_to_each(world: World) -> None:
    """On Monday 4 July at eight, as of that moment."""
    monday = datetime(2022, 7, 4, 8)
    for who, home in (("leader", ""), ("clerk", ""), ("follower", "D"), ("west", "T")):
        rows = [row for row in due("quý 2") if not home or part_of(*row) == home]
        boxes = counted(rows, monday)
        wanted = f"<b>Quý II/2022: {boxes[IN_TIME] + boxes[LATE]}/{boxes.total()} đã xong</b>"
        told = [reply.text for reply in played_by(world, who).got]
        assert [text for text in told if wanted in text], (who, wanted)
        for text in told:
            heads = re.findall(r"^<b>([^:\n]+): (?:\d|chưa)", text, re.MULTILINE)
            assert len(heads) == len(set(heads)), text


def the_way_leads_from_the_committee_down_to_the_card(world: World) -> None:
    leader = played_by(world, "leader").says("/tonghop quý 2").taps("Từng đơn vị").taps(PARTS["T"])
    assert "Chi bộ thôn Tây Sơn: " in leader.last.text, "the cell that was renamed"
    assert "Chi bộ Công ty số 4: " in leader.last.text, "the cell that has moved here"
    for said in ("chi bo thon tay 2", "Chi bộ thôn Tây 2"):
        leader.says(said)
        assert leader.last.text.startswith("🏢 <b>Chi bộ thôn Tây 2: ")
        assert "Phụ trách: Võ Thị Mới" in leader.last.text
    assert "Sinh hoạt tháng Năm; dự 19/20 (95%)" in leader.last.text
    names = [f"Chi bộ thôn Đông {n}" for n in range(1, 16) if stands(f"D{n}", ASKED[1], NOW) == NOT]
    follower = played_by(world, "follower").says("/tonghop tháng 4").taps("Chưa")
    assert re.findall(r"^– (.+)$", follower.last.text, re.MULTILINE) == names
    reads_well(leader, follower)


def who_stands_beside_sees_nothing_with_the_same_buttons(world: World) -> None:
    """The buttons of the leader, the clerk and the follower, pressed by the leader next door, one of her secretaries and nobody."""
    payloads = {
        choice.payload
        for who in ("leader", "clerk", "follower", "west")
        for reply in played_by(world, who).got
        for row in reply.choices
        for choice in row
        if not choice.payload.startswith("=")
    }
    actions = groupby(sorted(payloads), key=lambda payload: payload.partition(":")[0])
    pressed = [payload for _, its in actions for payload in islice(its, 2)]
    assert len(pressed) > 60
    nobody = world.person()
    for talker in (played_by(world, "neighbour"), played_by(world, "outside"), nobody):
        before = len(talker.got)
        for payload in pressed:
            talker.presses(payload)
        seen = " ".join(reply.text for reply in talker.got[before:])
        for name in (COMMITTEE, *PARTS.values(), "thôn Đông", "thôn Tây", "Trường số", "60-KH", "Nguyễn Văn"):
            assert name not in seen, name


def a_returned_report_is_seen_by_its_cell_and_its_reviewers_alone(world: World) -> None:
    report, remark = "d2.pdf", "Thiếu số liệu người dân"
    opened = next(
        choice.payload
        for reply in played_by(world, "leader").got
        for row in reply.choices
        for choice in row
        if choice.payload.startswith("review.open:") and "Chi bộ thôn Đông 2" in reply.text
    )
    seen_by = {
        who: _sees(played_by(world, who).presses(opened), report, remark)
        for who in ("leader", "D2", "D1", "T1", "west", "clerk", "follower", "neighbour", "outside")
    }
    assert {who for who, sees in seen_by.items() if sees} == {"leader", "D2"}
    assert not _sees(world.person().presses(opened), report, remark)


def _sees(talker: Talker, name: str, remark: str) -> bool:
    last = talker.last
    return name in str([file.name for file in last.files]) or name in last.text or remark in last.text
