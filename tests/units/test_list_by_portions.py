"""A list of units is written at once, the plans follow it portion by portion; who dies in the middle goes on there."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from bot.duties.reloading import reload_portion
from bot.tables import Duty, Unit
from schedules import plans, reminders
from tests.kit.committees import committee
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import reads_well
from tests.kit.workbooks import on_the_shelf
from tests.kit.world import World

NEW = ("Chi bộ Thôn Hạ", "Chi bộ Thôn Trung", "Chi bộ Thôn Thượng")

pytestmark = begins(committee)


class Killed(BaseException):
    """The process ends here, whatever it is doing."""


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.duties.portions.UNITS", 1)
    monkeypatch.setattr("bot.duties.portions.ROWS", 1)
    monkeypatch.setattr("bot.duties.loading.bulk_span", lambda _bind: -1.0)


def agreed(world: World, office: Talker, folder: Path) -> None:
    """The office has looked at what a list with three more cells changes, and has agreed."""
    book = Workbook()
    book.worksheets[0].append(["Tên chi bộ", "Số đảng viên"])
    for name in NEW:
        book.worksheets[0].append([name, 20])
    book.save(folder / "danh-sach.xlsx")
    office.says("/quantri").taps("Kế hoạch").taps("Nạp danh sách đơn vị")
    office.hands(on_the_shelf(world, folder / "danh-sach.xlsx"))
    runs(office).taps("Áp dụng")


def owing(world: World) -> dict[str, int]:
    """How many duties each of the new cells has."""
    with world.db.read() as session:
        found = select(Unit.name, func.count()).join(Duty, Duty.unit_id == Unit.id).where(Unit.name.in_(NEW))
        return {row[0]: row[1] for row in session.execute(found.group_by(Unit.name))}


def fails_after(portions: int, error: type[BaseException]) -> Any:
    left = [portions]

    def fail(*facts: Any) -> Any:
        if not left[0]:
            raise error
        left[0] -= 1
        return reload_portion(*facts)

    return fail


def dies_after(world: World, portions: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.units.errands.reload_portion", fails_after(portions, Killed))
        with pytest.raises(Killed):
            plans.do_plan_errands(world.desk, world.at)


@pytest.mark.parametrize("portions", [0, 5, 6])
def test_who_dies_in_the_middle_goes_on_there(
    world: World, office: Talker, tmp_path: Path, portions: int
) -> None:
    world.load(shipped("60-KH-DUK-2022.yaml"))
    agreed(world, office, tmp_path)
    dies_after(world, portions)
    assert len(owing(world)) < len(NEW)
    runs(office)
    (each,) = set(owing(world).values())
    assert "Đã cập nhật 3 đơn vị</b>: thêm 3, sửa 0, giữ nguyên 0" in office.last.text
    assert f"thêm {each * len(NEW)} việc" in office.last.text
    reads_well(office)


def test_nobody_hears_of_a_part_of_what_the_new_tree_asks(
    world: World, office: Talker, tmp_path: Path
) -> None:
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary")
    agreed(world, office, tmp_path)
    dies_after(world, 5)
    world.go("2022-04-01 09:00")
    world.tick(reminders.say_reminders)
    assert secretary.looks() == []
    runs(office)
    world.tick(reminders.say_reminders)
    assert secretary.looks()


@pytest.mark.logs_errors
def test_a_fault_in_the_middle_is_told_as_it_is(
    world: World, office: Talker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.load(shipped("60-KH-DUK-2022.yaml"))
    agreed(world, office, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("bot.units.errands.reload_portion", fails_after(5, ZeroDivisionError))
        runs(office)
    assert office.last.text.startswith("⚠️ Danh sách đơn vị đã được ghi; việc của kế hoạch")
    reads_well(office)
    agreed(world, office, tmp_path)
    runs(office)
    assert "Đã cập nhật 3 đơn vị</b>: thêm 0, sửa 0, giữ nguyên 3" in office.last.text
    assert set(owing(world)) == set(NEW)


def test_without_a_plan_there_is_nothing_to_follow(world: World, office: Talker, tmp_path: Path) -> None:
    agreed(world, office, tmp_path)
    runs(office)
    assert "thêm 3, sửa 0, giữ nguyên 0" in office.last.text
    assert "Kế hoạch “" not in office.last.text
