"""The units' table: read from CSV and XLSX, every fault with its place, written as a dated tree that duties follow."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from bot.db import Database
from bot.domain.problems import Rejected
from bot.domain.units import Imported, Row, write_units
from bot.models import Duty, Unit, UnitSpan
from bot.render import Renderer
from bot.units_file import read_units
from tests.kit import ROOT, ZONE, World, shipped

HEADER = "code,name,kind,sector,parent_code,members,meeting_day\n"
TREE = HEADER + (
    "DUK,Đảng ủy Khối,dang_uy,,,,\n"
    "DUA,Đảng ủy Sở A,dang_bo_co_so,,DUK,,\n"
    "DUB,Đảng ủy Sở B,dang_bo_co_so,,DUK,,\n"
    "CB01,Chi bộ Văn phòng,chi_bo,co_quan,DUA,28,5\n"
)
TODAY = date(2022, 4, 1)


def csv_file(folder: Path, text: str, name: str = "units.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def xlsx_file(folder: Path, rows: Sequence[Sequence[object]], name: str = "units.xlsx") -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Đơn vị"
    for row in rows:
        sheet.append(list(row))
    book.save(folder / name)
    return folder / name


def problems_of(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as caught:
        read_units(path)
    return [(problem.place, problem.code) for problem in caught.value.problems]


def import_text(db: Database, folder: Path, text: str, today: date = TODAY) -> Imported:
    rows = read_units(csv_file(folder, text))
    with db.write() as session:
        return write_units(session, rows, today)


def paths(db: Database) -> dict[str, str]:
    """Each unit's path, written with codes."""
    with db.read() as session:
        units = session.scalars(select(Unit)).all()
    codes = {str(unit.id): unit.code for unit in units}
    return {unit.code: "/".join(codes[part] for part in unit.path.strip("/").split("/")) for unit in units}


@pytest.mark.parametrize(
    "text",
    [
        TREE,
        "\ufeff" + TREE,
        TREE.replace(",", ";"),
        TREE.replace(",", "\t"),
        TREE.replace("\n", "\r\n"),
        normalize("NFD", TREE),
        TREE.replace("CB01,", ' CB01 ,"').replace(",chi_bo", '",chi_bo'),
        TREE.replace("28,5", "28.0,5.0"),
        TREE + "\n,,,,,,\n",
        TREE.replace("code,name", "CODE , Name"),
    ],
    ids=["plain", "bom", "semicolons", "tabs", "crlf", "nfd", "quoted", "floats", "empty lines", "header"],
)
def test_the_ways_a_csv_is_written(tmp_path: Path, text: str) -> None:
    rows = read_units(csv_file(tmp_path, text))
    assert [row.code for row in rows] == ["DUK", "DUA", "DUB", "CB01"]
    assert rows[3] == Row("units.csv:5", "CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUA", 28, 5)


def test_columns_may_stand_in_any_order_and_be_left_out(tmp_path: Path) -> None:
    rows = read_units(csv_file(tmp_path, "kind,ghi_chu,name,code\nchi_bo,x,Chi bộ 1,CB1\n"))
    assert rows == [Row("units.csv:2", "CB1", "Chi bộ 1", "chi_bo", "", "", None, None)]


def test_a_name_over_two_lines_keeps_its_place(tmp_path: Path) -> None:
    rows = read_units(csv_file(tmp_path, 'code,name,kind\nA,"Chi bộ\nMột",chi_bo\nB,Chi bộ Hai,chi_bo\n'))
    assert [(row.place, row.name) for row in rows] == [
        ("units.csv:3", "Chi bộ\nMột"),
        ("units.csv:4", "Chi bộ Hai"),
    ]


def test_xlsx_with_numbers_as_spreadsheets_keep_them(tmp_path: Path) -> None:
    rows = read_units(
        xlsx_file(
            tmp_path,
            [
                ["Code", "Name", "Kind", "Sector", "Parent_code", "Members", "Meeting_day"],
                [101.0, "Đảng ủy", "dang_uy", None, None, None, None],
                [None] * 7,
                ["CB1", " Chi bộ 1 ", "chi_bo", "nong_thon", 101, 28.0, 5],
            ],
        )
    )
    assert rows[0].code == rows[1].parent_code == "101"
    assert rows[1] == Row("units.xlsx Đơn vị!A4:G4", "CB1", "Chi bộ 1", "chi_bo", "nong_thon", "101", 28, 5)


def test_every_fault_at_once_with_its_place(tmp_path: Path) -> None:
    text = HEADER + (
        "A,Chi bộ A,chi_bo,co_quan,,0,32\n"
        ",Không mã,chi_boo,co_qan,,,\n"
        "A,,chi_bo,,,28.5,hai\n"
        "B,Chi bộ B,chi_bo,,C,,\n"
        "C,Chi bộ C,chi_bo,,B,5001,²\n"
        f"{'D' * 61},{'d' * 201},chi_bo,,,,\n"
    )
    assert problems_of(csv_file(tmp_path, text)) == [
        ("units.csv:2 members", "unit_number_wrong"),
        ("units.csv:2 meeting_day", "unit_number_wrong"),
        ("units.csv:3 code", "unit_cell_missing"),
        ("units.csv:3 kind", "unit_word_unknown"),
        ("units.csv:3 sector", "unit_word_unknown"),
        ("units.csv:4 name", "unit_cell_missing"),
        ("units.csv:4 members", "unit_number_wrong"),
        ("units.csv:4 meeting_day", "unit_number_wrong"),
        ("units.csv:6 members", "unit_number_wrong"),
        ("units.csv:6 meeting_day", "unit_number_wrong"),
        ("units.csv:7 code", "unit_too_long"),
        ("units.csv:7 name", "unit_too_long"),
        ("units.csv:4 code", "unit_twice"),
        ("units.csv:5 parent_code", "unit_ring"),
        ("units.csv:6 parent_code", "unit_ring"),
    ]


def test_faults_of_a_sheet_name_its_cells(tmp_path: Path) -> None:
    rows: list[list[object]] = [["code", "name", "kind"], ["A", "Chi bộ A", "chi bo"], ["A", None, "chi_bo"]]
    assert problems_of(xlsx_file(tmp_path, rows)) == [
        ("units.xlsx Đơn vị!A2:C2 kind", "unit_word_unknown"),
        ("units.xlsx Đơn vị!A3:C3 name", "unit_cell_missing"),
        ("units.xlsx Đơn vị!A3:C3 code", "unit_twice"),
    ]


def test_each_fault_has_a_sentence(tmp_path: Path) -> None:
    text = HEADER + f"A,,chi_boo,,A,x,\nA,{'d' * 201},chi_bo,,,,\n"
    with pytest.raises(Rejected) as caught:
        read_units(csv_file(tmp_path, text))
    render = Renderer(ROOT / "templates", ZONE)
    sentences = [render.sentence(problem.code, problem.facts) for problem in caught.value.problems]
    assert sentences[0] == "Thiếu name."
    assert sentences[1].startswith("“chi_boo” không có trong danh sách: chi_bo, dang_bo_co_so,")
    assert sentences[2] == "“x” phải là số nguyên từ 1 đến 5000."
    assert sentences[3] == "name dài quá 200 ký tự. Xin rút gọn."
    assert "Mã “A” đã có ở units.csv:2." in sentences[4]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "units_header"),
        (b"ten,loai\nA,chi_bo\n", "units_header"),
        (HEADER.encode(), "units_empty"),
        ("code,name,kind\nA,Chi bộ,chi_bo\n".encode("utf-16"), "units_unreadable"),
        (b"code,name,kind\n" + b'"' + b"a" * 140000, "units_unreadable"),
    ],
    ids=["empty", "wrong header", "header alone", "utf-16", "endless cell"],
)
def test_files_that_hold_no_table(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(content)
    assert [found for _, found in problems_of(path)] == [code]


def test_files_that_are_no_spreadsheet(tmp_path: Path) -> None:
    assert problems_of(csv_file(tmp_path, TREE, "units.xlsx")) == [("units.xlsx", "units_unreadable")]
    assert problems_of(tmp_path / "missing.xlsx") == [("missing.xlsx", "units_unreadable")]
    assert problems_of(tmp_path / "missing.csv") == [("missing.csv", "units_unreadable")]
    assert problems_of(xlsx_file(tmp_path, [["a", "b"]], "wrong.xlsx")) == [
        ("wrong.xlsx Đơn vị", "units_header")
    ]
    assert problems_of(xlsx_file(tmp_path, [], "empty.xlsx")) == [("empty.xlsx Đơn vị", "units_header")]


def test_the_same_file_twice_changes_nothing(db: Database, tmp_path: Path) -> None:
    assert import_text(db, tmp_path, TREE) == Imported(added=4, changed=0, kept=0)
    assert import_text(db, tmp_path, TREE, date(2022, 5, 1)) == Imported(added=0, changed=0, kept=4)
    assert paths(db) == {"DUK": "DUK", "DUA": "DUK/DUA", "DUB": "DUK/DUB", "CB01": "DUK/DUA/CB01"}
    with db.read() as session:
        assert len(session.scalars(select(UnitSpan)).all()) == 4


def test_children_may_stand_before_their_parents(db: Database, tmp_path: Path) -> None:
    lines = TREE.splitlines(keepends=True)
    import_text(db, tmp_path, lines[0] + "".join(reversed(lines[1:])))
    assert paths(db)["CB01"] == "DUK/DUA/CB01"


def test_an_empty_number_keeps_what_is_known(db: Database, tmp_path: Path) -> None:
    import_text(db, tmp_path, TREE)
    done = import_text(db, tmp_path, TREE.replace("28,5", ",6"))
    assert done == Imported(added=0, changed=1, kept=3)
    with db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        assert (unit.members, unit.meeting_day) == (28, 6)


def test_an_unknown_parent_and_one_from_the_database(db: Database, tmp_path: Path) -> None:
    import_text(db, tmp_path, TREE)
    more = HEADER + "CB02,Chi bộ 2,chi_bo,,DUB,,\nCB03,Chi bộ 3,chi_bo,,DUX,,\nCB04,Chi bộ 4,chi_bo,,DUY,,\n"
    with pytest.raises(Rejected) as caught:
        import_text(db, tmp_path, more)
    assert [(p.place, p.code, p.facts) for p in caught.value.problems] == [
        ("units.csv:3 parent_code", "unit_parent_unknown", {"parent": "DUX"}),
        ("units.csv:4 parent_code", "unit_parent_unknown", {"parent": "DUY"}),
    ]
    assert "CB02" not in paths(db)
    import_text(db, tmp_path, more.replace("DUX", "DUB").replace("DUY", "CB03"))
    assert paths(db)["CB04"] == "DUK/DUB/CB03/CB04"


@pytest.mark.parametrize(
    "lines",
    [
        "DUK,Đảng ủy Khối,dang_uy,,CB01,,\n",
        "DUA,Đảng ủy Sở A,dang_bo_co_so,,DUA,,\n",
        "DUA,Đảng ủy Sở A,dang_bo_co_so,,CB01,,\n",
    ],
)
def test_a_ring_through_units_that_are_not_in_the_file(db: Database, tmp_path: Path, lines: str) -> None:
    import_text(db, tmp_path, TREE)
    before = paths(db)
    with pytest.raises(Rejected) as caught:
        import_text(db, tmp_path, HEADER + lines)
    assert [(p.place, p.code) for p in caught.value.problems] == [("units.csv:2 parent_code", "unit_ring")]
    assert paths(db) == before


def test_swapping_parent_and_child_is_no_ring(db: Database, tmp_path: Path) -> None:
    import_text(db, tmp_path, TREE)
    import_text(db, tmp_path, HEADER + "CB01,Chi bộ,chi_bo,,DUK,,\nDUA,Đảng ủy Sở A,dang_bo_co_so,,CB01,,\n")
    assert paths(db)["DUA"] == "DUK/CB01/DUA"


def test_open_duties_follow_a_unit_that_moves_and_done_ones_stay(db: Database, tmp_path: Path) -> None:
    import_text(db, tmp_path, TREE)
    world = World(db)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    with db.write() as session:
        cell = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        old = cell.path
        duties = session.scalars(select(Duty).where(Duty.unit_id == cell.id).order_by(Duty.id)).all()
        duties[0].state, duties[1].state = "done", "withdrawn"
        count = len(duties)
    import_text(db, tmp_path, TREE.replace("DUA,28", "DUB,28"))
    assert paths(db)["CB01"] == "DUK/DUB/CB01"
    with db.read() as session:
        cell = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        duties = session.scalars(select(Duty).where(Duty.unit_id == cell.id).order_by(Duty.id)).all()
        assert duties[0].path == old
        assert {duty.path for duty in duties[1:]} == {cell.path}
        assert len(duties) == count > 2


def test_moving_a_committee_moves_everything_below(db: Database, tmp_path: Path) -> None:
    import_text(db, tmp_path, TREE)
    import_text(db, tmp_path, HEADER + "DUA,Đảng ủy Sở A,dang_bo_co_so,,DUB,,\n")
    assert paths(db)["CB01"] == "DUK/DUB/DUA/CB01"


def spans(db: Database, code: str) -> list[tuple[str, date, date | None]]:
    with db.read() as session:
        rows = session.scalars(
            select(UnitSpan).join(Unit, Unit.id == UnitSpan.unit_id).where(Unit.code == code)
        )
        return [(span.name, span.from_on, span.until_on) for span in rows]


def test_history_is_kept_in_spans(db: Database, tmp_path: Path) -> None:
    import_text(db, tmp_path, TREE)
    may, june = date(2022, 5, 1), date(2022, 6, 1)
    import_text(db, tmp_path, TREE.replace("Chi bộ Văn phòng", "Chi bộ VP"), may)
    import_text(db, tmp_path, TREE.replace("Chi bộ Văn phòng", "Chi bộ VP").replace("28,5", "30,5"), june)
    assert spans(db, "CB01") == [("Chi bộ Văn phòng", TODAY, may), ("Chi bộ VP", may, None)]
    import_text(db, tmp_path, TREE.replace("Chi bộ Văn phòng", "Chi bộ A"), june)
    import_text(db, tmp_path, TREE.replace("Chi bộ Văn phòng", "Chi bộ B"), june)  # mended the same day
    assert spans(db, "CB01") == [
        ("Chi bộ Văn phòng", TODAY, may),
        ("Chi bộ VP", may, june),
        ("Chi bộ B", june, None),
    ]
