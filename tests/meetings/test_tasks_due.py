"""A task that a meeting has given out comes back once before its day, to whoever leads the unit."""

import pytest

from bot.tables import Task
from schedules import meetings
from tests.kit.committees import committee
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import reads_well
from tests.kit.world import World

pytestmark = begins(committee)
HEAD = "Việc đã giao sắp đến hạn"


@pytest.fixture
def secretary(world: World) -> Talker:
    return world.registered("CB01", "secretary")


def given(talker: Talker, *lines: str) -> Talker:
    talker.says("/hop").taps("ngoài kế hoạch")
    for line in lines:
        talker.taps("Thêm").taps("Phân công")
        if "Phân công nữa" in str([choice.label for choice in talker.choices]):
            talker.taps("Phân công nữa")
        talker.says(line).taps("Về bước họp")
    for _ in range(40):
        if "<b>Đã qua " in talker.last.text:
            return talker.taps("Kết thúc")
        if any("Điểm danh" in choice.label for choice in talker.choices):
            talker.taps("Điểm danh").says("đủ").taps("Đúng")
        else:
            talker.taps("Tiếp")
    raise AssertionError(talker.last.text)


def heard(world: World, talker: Talker, moment: str) -> list[str]:
    world.go(moment)
    before = len(talker.got)
    world.tick(meetings.remind_tasks)
    talker.looks()
    return [reply.text for reply in talker.got[before:]]


def test_the_working_day_before_at_the_readers_hour(world: World, secretary: Talker) -> None:
    given(secretary, "Rà soát hộ nghèo – phó bí thư – 11/4", "Báo cáo quỹ – thủ quỹ – 20/4")
    assert heard(world, secretary, "2022-04-07 09:00") == []
    assert heard(world, secretary, "2022-04-08 07:30") == []  # the reader's hour is 8
    # Monday 11 is a holiday, so is the weekend before: Friday 8 is the last working day before it
    [text] = heard(world, secretary, "2022-04-08 08:00")
    assert HEAD in text
    assert "Rà soát hộ nghèo – phó bí thư – hạn thứ Hai 11/4" in text
    assert "Báo cáo quỹ" not in text
    assert heard(world, secretary, "2022-04-08 12:00") == []
    assert heard(world, secretary, "2022-04-11 09:00") == []
    [text] = heard(world, secretary, "2022-04-19 08:01")
    assert "Báo cáo quỹ" in text
    secretary.taps("Cập nhật việc")
    assert "Rà soát hộ nghèo" in secretary.last.text
    secretary.says("xong rồi").taps("Không cần").says("chưa xong, chờ đối chiếu")
    assert (
        "1. Rà soát hộ nghèo – phó bí thư – hạn thứ Hai 11/4: đã xong\n2. Báo cáo quỹ" in secretary.last.text
    )
    assert "đang làm: chờ đối chiếu\n\n👉 Việc chưa xong" in secretary.last.text
    reads_well(secretary)


def test_what_is_done_before_is_not_spoken_of(world: World, secretary: Talker) -> None:
    given(secretary, "Rà soát hộ nghèo – phó bí thư – 20/4")
    with world.db.write() as session:
        session.get_one(Task, 1).state = "done"  # type: ignore[assignment]
    assert heard(world, secretary, "2022-04-19 09:00") == []


def test_one_that_is_due_tomorrow_is_told_on_its_day(world: World, secretary: Talker) -> None:
    """1 April is a Friday: the day before is the evening on which it was given."""
    given(secretary, "Thu đảng phí – thủ quỹ – ngày mai")
    assert heard(world, secretary, "2022-04-01 20:00") == []
    [text] = heard(world, secretary, "2022-04-02 08:00")
    assert "Thu đảng phí" in text


def test_a_day_that_is_put_off_is_reminded_of_anew(world: World, secretary: Talker) -> None:
    given(secretary, "Rà soát hộ nghèo – phó bí thư – 12/4")
    [_] = heard(world, secretary, "2022-04-08 09:00")
    secretary.presses("task.fix:1").says("Rà soát hộ nghèo – phó bí thư – 26/4")
    assert heard(world, secretary, "2022-04-12 09:00") == []
    [text] = heard(world, secretary, "2022-04-25 09:00")
    assert "hạn thứ Ba 26/4" in text


def test_after_a_week_switched_off_what_is_past_is_not_spoken_of(world: World, secretary: Talker) -> None:
    given(secretary, "Rà soát – phó bí thư – 8/4", "Báo cáo – thủ quỹ – 19/4")
    [text] = heard(world, secretary, "2022-04-18 15:00")
    assert "Báo cáo" in text
    assert "Rà soát" not in text


def test_in_the_evening_it_waits_for_the_morning(world: World, secretary: Talker) -> None:
    given(secretary, "Rà soát hộ nghèo – phó bí thư – 20/4")
    assert heard(world, secretary, "2022-04-19 21:30") == []
    world.go("2022-04-20 07:00")
    assert [HEAD in reply.text for reply in secretary.looks()] == [True]
