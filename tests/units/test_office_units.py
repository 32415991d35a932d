"""A clerk sends the office's own list of units in chat: what is read, what is passed over, what changes, before anything is applied."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from bot.messages import File
from bot.problems import Invalid, Rejected
from bot.store.db import Database
from bot.store.files import open_store, refusal_of, take_in
from bot.tables import Unit
from bot.units.table_in import read_units
from bot.units.tree import Imported, write_units
from tests.kit.committees import committee
from tests.kit.files import stored
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import reads_well
from tests.kit.world import World

LIST: list[list[Any]] = [
    ["ĐẢNG BỘ XÃ THỬ"],
    ["DANH SÁCH CÁC CHI BỘ TRỰC THUỘC"],
    [],
    ["TT", "Tên chi bộ", "Bí thư", "SĐT", "Số đảng viên", "Ngày sinh hoạt", "Ghi chú"],
    [1, "Chi bộ Thôn 1", "(bí thư)", "09xxxxxxxx", "28 đ/c", "ngày 3", None],
    [2, "Chi bộ Trường Tiểu học", "(bí thư)", "09xxxxxxxx", 17, "4 hằng tháng", None],
    ["Tổng cộng", None, None, None, 45],
    [None, None, None, None, None, "Thử, ngày 5 tháng 9 năm 2026"],
]


pytestmark = begins(committee)


def sheet(rows: Sequence[Any]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(out)
    return out.getvalue()


def sends(world: World, office: Talker, folder: Path, content: bytes, name: str = "danh-sach.xlsx") -> str:
    """Hands the file in as the channel does, through the store's own look at it, and lets the clock read it."""
    (folder / "in").write_bytes(content)
    office.says("/quantri").taps("Kế hoạch").taps("Nạp danh sách đơn vị")
    try:
        taken = take_in(open_store(str(folder / "store")), name, folder / "in")
    except Invalid as refused:
        return office.hands(refused=[refusal_of(name, refused)]).last.text
    file = world.shelf.keep(name, folder / "in")
    office.hands(File(file.digest, name, taken.size, taken.media_type))
    return runs(office).last.text


def unit(world: World, name: str) -> Unit:
    with world.db.read() as session:
        return session.scalars(select(Unit).where(Unit.name == name)).one()


def count(world: World) -> int:
    with world.db.read() as session:
        return len(session.scalars(select(Unit)).all())


def test_the_list_as_it_lies_on_the_desk(world: World, office: Talker, tmp_path: Path) -> None:
    before = count(world)
    said = sends(world, office, tmp_path, sheet(LIST))
    assert "<b>Đã đọc 2 đơn vị: thêm 2, sửa 0, giữ nguyên 0</b>" in said
    assert "➕ Chi bộ Thôn 1 (mã CB-THON-1), dưới Đảng ủy Khối" in said
    assert "Không đọc: dòng 1–2 (tiêu đề); dòng 7 (tổng cộng: Tổng cộng 45); dòng 8 (cuối trang" in said
    assert "Không đọc cột: Bí thư, SĐT." in said
    assert count(world) == before
    office.taps("Áp dụng")
    assert "Đã cập nhật 2 đơn vị" in runs(office).last.text
    assert (unit(world, "Chi bộ Thôn 1").members, unit(world, "Chi bộ Thôn 1").meeting_day) == (28, 3)
    reads_well(office)


def test_the_list_again_changes_and_does_not_double(world: World, office: Talker, tmp_path: Path) -> None:
    sends(world, office, tmp_path, sheet(LIST))
    office.taps("Áp dụng")
    runs(office)
    before = count(world)
    again = [list(row) for row in LIST]
    again[4][4], again[4][5], again[5][4] = 30, None, "–"
    said = sends(world, office, tmp_path, sheet(again))
    assert "thêm 0, sửa 2, giữ nguyên 0" in said
    assert "✏️ Chi bộ Thôn 1: số đảng viên 28 → 30" in said
    assert "✏️ Chi bộ Trường Tiểu học: số đảng viên 17 → (trống)" in said
    assert "ngày họp" not in said
    office.taps("Áp dụng")
    runs(office)
    assert count(world) == before
    assert unit(world, "Chi bộ Thôn 1").meeting_day == 3
    assert unit(world, "Chi bộ Trường Tiểu học").members is None
    reads_well(office)


def test_faults_name_the_cell_and_what_to_write(world: World, office: Talker, tmp_path: Path) -> None:
    bad = [list(row) for row in LIST]
    bad[4][4], bad[5][5] = "nhiều", "tuần đầu"
    said = sends(world, office, tmp_path, sheet(bad))
    assert "<b>E5</b>: “nhiều” chưa phải một số đảng viên; xin ghi một số đến 5000, ví dụ 28." in said
    assert "<b>F6</b>: “tuần đầu” chưa phải một ngày trong tháng" in said
    assert "python" not in said
    assert "thử lại sau" not in said
    assert office.last.text.endswith("👉 Đồng chí sửa trong tệp rồi gửi lại.")
    reads_well(office)


def test_many_faults_are_ten_lines(world: World, office: Talker, tmp_path: Path) -> None:
    rows = [["Tên chi bộ", "Số đảng viên"], *([f"Chi bộ {n}", f"chừng {n} người"] for n in range(1, 26))]
    said = sends(world, office, tmp_path, sheet(rows))
    assert "10. <b>B11</b>" in said
    assert "11. " not in said
    assert "… và 15 dòng nữa." in said
    reads_well(office)


def test_a_date_in_the_day_column_is_said_before_it_is_applied(
    world: World, office: Talker, tmp_path: Path
) -> None:
    text = "Tên chi bộ;Số đảng viên;Ngày họp\nChi bộ Thôn 1;28;3/1/2027\n"
    for content in (text.encode("utf-8-sig"), text.replace(";", "\t").encode("utf-16")):
        said = sends(world, office, tmp_path, content, "danh-sach.csv")
        assert "C2: “3/1/2027” đọc là ngày 3 hằng tháng" in said
        office.taps("Hủy")
    reads_well(office)


def test_what_cannot_be_read_says_what_to_do(world: World, office: Talker, tmp_path: Path) -> None:
    old = bytes.fromhex("d0cf11e0a1b11ae1") + "Workbook".encode("utf-16-le") + b"\0" * 600
    for name in ("cu.xls", "cu.xlsx"):
        assert "Excel đời cũ (.xls)" in sends(world, office, tmp_path, old, name)
    assert "trang web" in sends(world, office, tmp_path, b"<html><table><tr><td>x", "xuat.xls")
    assert "Chưa thấy bảng đơn vị" in sends(world, office, tmp_path, sheet([["nháp"]]))
    assert (
        "gửi một tệp Excel"
        in office.says("/quantri")
        .taps("Kế hoạch")
        .taps("Nạp danh sách đơn vị")
        .hands(stored("a.pdf"))
        .last.text
    )
    reads_well(office)


@pytest.mark.logs_errors
def test_a_reader_that_breaks_does_not_ask_to_wait(
    world: World, office: Talker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_args: object, **_more: object) -> None:
        raise RecursionError

    monkeypatch.setattr("bot.units.table_in.read_units", breaks)
    said = sends(world, office, tmp_path, sheet(LIST))
    assert "Chưa đọc được tệp này. Xin mở bằng Excel, lưu lại dạng .xlsx" in said
    assert "thử lại sau" not in said


def test_a_table_of_text_is_for_lists_of_units_alone(world: World, tmp_path: Path) -> None:
    secretary = world.registered("CB01", "secretary")
    (tmp_path / "in").write_bytes(b"a;b\n1;2\n")
    file = take_in(open_store(str(tmp_path / "store")), "so-lieu.csv", tmp_path / "in")
    assert "là bảng dạng chữ (CSV)" in secretary.hands(file).last.text
    office = world.registered("DUK", "admin")
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch").hands(file)
    assert "một tệp Excel (.xlsx)" in office.last.text


def imported(world: World, folder: Path, text: str, inside: str = "") -> Imported:
    (folder / "a.csv").write_text(text, "utf-8")
    table = read_units(folder / "a.csv")
    with world.db.write() as session:
        return write_units(session, table.rows, world.moment, inside=inside, title=table.title)


def refused(world: World, folder: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as caught:
        imported(world, folder, text)
    return [(one.place, one.code) for one in caught.value.problems]


def test_cells_of_one_name_below_two_committees(db: Database, tmp_path: Path) -> None:
    world = World(db)
    text = (
        "Tên đơn vị,Loại tổ chức,Trực thuộc,Số đảng viên\n"
        "Chi bộ 1,,Đảng bộ Sở A,9\n"
        "Đảng ủy Khối,Đảng ủy,,0\n"
        "Đảng bộ Sở A,,Đảng bộ Khối,\n"
        "Đảng bộ Sở B,,ĐẢNG ỦY KHỐI,\n"
        "Chi bộ 1,,Đảng bộ Sở B,8\n"
    )
    assert imported(world, tmp_path, text) == Imported(added=5, changed=0, kept=0)
    assert imported(world, tmp_path, text) == Imported(added=0, changed=0, kept=5)
    with db.read() as session:
        found = {unit.code: unit for unit in session.scalars(select(Unit))}
        above = {code: unit.path.strip("/").split("/")[:-1] for code, unit in found.items()}
    assert sorted(found) == ["CB-1", "CB-1-2", "DB-SO-A", "DB-SO-B", "DU-KHOI"]
    assert above["CB-1"] == [str(found["DU-KHOI"].id), str(found["DB-SO-A"].id)]
    assert found["DU-KHOI"].members == 0
    assert refused(world, tmp_path, "Tên chi bộ,Số đảng viên\nChi bộ 1,7\n") == [("A2", "unit_name_many")]
    assert refused(world, tmp_path, "Tên chi bộ,Trực thuộc\nChi bộ 9,Đảng bộ Sở Z\n") == [
        ("B2", "unit_parent_unknown")
    ]
    assert refused(world, tmp_path, "Mã,Tên đơn vị,Trực thuộc\nX9,Chi bộ 1,DB-SO-A\n") == [
        ("A2", "unit_name_taken")
    ]
    assert refused(world, tmp_path, "Tên chi bộ,Số đảng viên\nChi bộ Mới,0\n") == [("B2", "unit_members_few")]
    assert refused(world, tmp_path, "Tên đơn vị,Số đảng viên\nThôn Đông,7\n") == [("A2", "unit_cell_missing")]


def test_the_committee_of_the_title_stands_above_an_empty_tree(db: Database, tmp_path: Path) -> None:
    world = World(db)
    (tmp_path / "a.xlsx").write_bytes(sheet(LIST))
    table = read_units(tmp_path / "a.xlsx")
    for added in (3, 0):
        with db.write() as session:
            done = write_units(session, table.rows, world.moment, title=table.title)
            assert done.added == added
    root = unit(world, "ĐẢNG BỘ XÃ THỬ")
    assert (root.parent_id, root.kind) == (None, "dang_uy")
    assert unit(world, "Chi bộ Thôn 1").parent_id == root.id


def test_blank_cells_change_nothing_and_a_dash_empties(db: Database, tmp_path: Path) -> None:
    world = World(db)
    head = "code,name,kind,sector,parent_code,members,meeting_day,meeting_shift\n"
    imported(
        world,
        tmp_path,
        head + "DU,Đảng ủy xã,dang_uy,,,,,\nCB1,Chi bộ 1,chi_bo,nong_thon,DU,28,5,before\n",
    )
    assert imported(world, tmp_path, head + "CB1,,,,,,,\n") == Imported(added=0, changed=0, kept=1)
    done = imported(world, tmp_path, head + "CB1,,,–,,-,—,–\n")
    assert [(one.column, one.old, one.new) for one in done.changes] == [
        ("sector", "nong_thon", None),
        ("members", 28, None),
        ("meeting_day", 5, None),
        ("meeting_shift", "before", "after"),
    ]
    moved = imported(world, tmp_path, head + "CB1,,,,–,,,\n")
    assert [(one.column, one.old, one.new) for one in moved.changes] == [("parent_code", "Đảng ủy xã", None)]
