"""A list without codes names a unit by a new name: it reads as a new one, and what the list leaves out is named before that is applied."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.units.rows import UnitRow
from bot.units.tree import write_units
from tests.kit.committees import committee
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import reads_well
from tests.kit.workbooks import on_the_shelf
from tests.kit.world import World

pytestmark = begins(committee)
HEAD = ("TT", "Tên chi bộ", "Số đảng viên")
HINT = "⚠️ Danh sách không có: Chi bộ Công ty Nước sạch (mã CB02). Những đơn vị ấy vẫn giữ như cũ."


def shown(world: World, office: Talker, folder: Path, *names: str) -> str:
    book = Workbook()
    assert book.active is not None
    for row in (HEAD, *((n, name, 20) for n, name in enumerate(names, 1))):
        book.active.append(list(row))
    book.save(folder / "ds.xlsx")
    office.says("/quantri").taps("Kế hoạch").taps("Nạp danh sách đơn vị")
    return runs(office.hands(on_the_shelf(world, folder / "ds.xlsx"))).last.text


def test_a_new_name_beside_one_that_is_left_out_is_said(world: World, office: Talker, tmp_path: Path) -> None:
    said = shown(world, office, tmp_path, "Chi bộ Văn phòng", "Chi bộ Công ty Cấp nước", "Chi bộ Thôn Đông")
    assert "➕ Chi bộ Công ty Cấp nước" in said
    assert HINT in said
    assert "ghi mã cũ vào dòng của đơn vị ấy" in said
    reads_well(office)


@pytest.mark.parametrize(
    "names",
    [
        ("Chi bộ Văn phòng", "Chi bộ Thôn Đông"),  # nothing is new
        ("Chi bộ Thôn Tây",),  # a list of what is new alone
        ("Chi bộ Văn phòng", "Chi bộ Công ty Nước sạch", "Chi bộ Thôn Đông", "Chi bộ Thôn Tây"),
    ],
)
def test_else_nothing_is_said(world: World, office: Talker, tmp_path: Path, names: tuple[str, ...]) -> None:
    assert "Danh sách không có" not in shown(world, office, tmp_path, *names)


def test_a_closed_unit_and_those_of_another_kind_are_left_out_rightly(world: World) -> None:
    def row(code: str, closed_on: date | None = None, kind: str = "chi_bo") -> UnitRow:
        return UnitRow(code, code, f"Đơn vị {code}", kind, "", "DUK", None, None, closed_on=closed_on)

    with world.db.write() as session:
        write_units(session, [row("CB02", closed_on=world.moment.today)], world.moment)
        write_units(session, [row("VP", kind="van_phong")], world.moment)
        done = write_units(session, [row("CB01"), row("CB03"), row("CB04")], world.moment)
        assert done.unlisted == ()
        done = write_units(session, [row("CB01"), row("CB04"), row("CB05")], world.moment)
        assert [one.code for one in done.unlisted] == ["CB03"]
