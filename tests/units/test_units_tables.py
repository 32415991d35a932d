"""Offices' own lists of units, as they have them: wherever the table stands, whatever its columns are called; and nothing lost."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart
from openpyxl.styles import Alignment

from bot.problems import Rejected
from bot.reading.unit_words import code_of_name, kind_of_name, usual_day, whole_number
from bot.reading.words import fold
from bot.units.account import alike_problems, passed_rows
from bot.units.form import read_units_form
from bot.units.matching import settle_rows
from bot.units.table_in import UnitsTable, read_units
from bot.units.tables import find_tables
from bot.workbooks.book import read_book
from tests.kit.places import ROOT
from tests.kit.workbooks import strict

Rows = Sequence[Any]
GOOD: Rows = (
    ("code", "name", "kind", "sector", "parent_code", "members", "meeting_day"),
    ("DU", "Đảng bộ xã Thử", "dang_uy", None, None, None, None),
    ("CB01", "Chi bộ Thôn 1", "chi_bo", "nong_thon", "DU", 28, 3),
    ("CB02", "Chi bộ Trường Tiểu học", "chi_bo", "truong_hoc", "DU", 17, 4),
)


def saved(folder: Path, rows: Rows, *merged: str, name: str = "don-vi.xlsx") -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for ref in merged:
        sheet.merge_cells(ref)
    book.save(folder / name)
    return folder / name


def read(folder: Path, rows: Rows, *merged: str) -> UnitsTable:
    return read_units(saved(folder, rows, *merged))


def told(table: UnitsTable) -> list[tuple[str, str, str, str, int | None, int | None]]:
    return [(r.name, r.kind, r.sector, r.parent_code, r.members, r.meeting_day) for r in table.rows]


def whys(table: UnitsTable) -> list[tuple[int, str]]:
    return [(one.number, one.why) for one in table.passed]


def faults(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as caught:
        read_units(path)
    return [(one.place, one.code) for one in caught.value.problems]


def test_a_list_as_a_commune_office_has_it(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        [
            ["ĐẢNG BỘ TỈNH MẪU", None, None, "ĐẢNG CỘNG SẢN VIỆT NAM"],
            ["ĐẢNG ỦY XÃ THỬ"],
            [],
            ["DANH SÁCH CÁC CHI BỘ TRỰC THUỘC"],
            ["(Kèm theo Công văn số 12-CV/ĐU)"],
            ["STT", "Tên chi bộ", "Bí thư", "Số ĐV", "Ngày sinh hoạt", "Loại hình", "Ghi chú"],
            [1, "Chi bộ Thôn Đông", "(bí thư)", "25 đ/c", "ngày 3", "Nông thôn", None],
            [2, "Chi bộ Quân sự xã", "(bí thư)", 12.0, "mùng 5 hằng tháng", "LLVT", "mới lập"],
            [3, "Chi bộ Trường THCS", "(bí thư)", "30 đảng viên", "03", "Trường học", None],
            ["Tổng cộng", None, None, 67],
            [],
            [None, None, None, None, "Thử, ngày 05 tháng 9 năm 2026"],
            ["NGƯỜI LẬP BIỂU", None, None, None, "T/M ĐẢNG ỦY"],
            [None, None, None, None, "BÍ THƯ"],
            [None, None, None, None, "(ký tên)"],
        ],
    )
    assert told(table) == [
        ("Chi bộ Thôn Đông", "chi_bo", "nong_thon", "", 25, 3),
        ("Chi bộ Quân sự xã", "chi_bo", "luc_luong", "", 12, 5),
        ("Chi bộ Trường THCS", "chi_bo", "truong_hoc", "", 30, 3),
    ]
    assert table.unread == ("Bí thư", "Ghi chú")
    assert table.title == "ĐẢNG ỦY XÃ THỬ"
    assert [one.why for one in passed_rows(table.passed)] == ["title", "total", "foot"]
    assert len(table.rows) + len(table.passed) == 13


def test_a_heading_of_two_rows_with_merged_cells(tmp_path: Path) -> None:
    rows = [
        ["TT", "Tên tổ chức đảng", "Đảng viên", None, None, "Cấp trên", "Sinh hoạt", None],
        [None, None, "Tổng số", "Chính thức", "Dự bị", None, "Ngày sinh hoạt", "Địa điểm sinh hoạt"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
        [1, "Chi bộ Văn phòng", 20, 18, 2, "Đảng ủy Sở", 5, "Hội trường"],
    ]
    merged = ("A1:A2", "B1:B2", "C1:E1", "F1:F2", "G1:H1")
    table = read(tmp_path, rows, *merged)
    assert told(table) == [("Chi bộ Văn phòng", "chi_bo", "", "Đảng ủy Sở", 20, 5)]
    assert whys(table) == [(1, "header"), (2, "header"), (3, "numbering")]
    assert [fold(text) for text in table.unread] == [
        "dang vien chinh thuc",
        "dang vien du bi",
        "sinh hoat dia diem sinh hoat",
    ]


def test_a_heading_that_goes_on_in_the_row_below_beside_merged_cells(tmp_path: Path) -> None:
    rows = [
        ["TT", "Tên tổ chức đảng", "Số lượng", "Cấp trên"],
        [None, None, "Số đảng viên", None],
        [1, "Chi bộ Văn phòng", 20, "Đảng ủy Sở"],
    ]
    table = read(tmp_path, rows, "A1:A2", "B1:B2", "D1:D2")
    assert told(table) == [("Chi bộ Văn phòng", "chi_bo", "", "Đảng ủy Sở", 20, None)]
    assert whys(table) == [(1, "header"), (2, "header")]


def test_code_and_name_below_one_heading(tmp_path: Path) -> None:
    rows = [
        ["STT", "Tổ chức đảng", None, "Cấp trên", None, "Số đảng viên"],
        [None, "Mã", "Tên", "Mã", "Tên", None],
        [1, "CB1", "Chi bộ A", "DB1", "Đảng bộ X", 20],
    ]
    table = read(tmp_path, rows, "A1:A2", "B1:C1", "D1:E1", "F1:F2")
    assert [(r.code, r.name, r.parent_code, r.members) for r in table.rows] == [
        ("CB1", "Chi bộ A", "DB1", 20)
    ]
    assert table.unread == ("Cấp trên / Tên",)


def test_a_heading_of_two_rows_that_nobody_merged(tmp_path: Path) -> None:
    rows = [
        ["TT", "Tên chi bộ", "Đảng viên", None, "Ngày họp"],
        [None, None, "Tổng số", "Dự bị", None],
        [1, "Chi bộ A", 20, 2, 5],
    ]
    table = read(tmp_path, rows)
    assert [(r.name, r.members, r.meeting_day) for r in table.rows] == [("Chi bộ A", 20, 5)]
    assert table.unread == ("Đảng viên / Dự bị",)


def test_a_title_says_what_short_names_are_and_whose(tmp_path: Path) -> None:
    table = read(
        tmp_path,
        [
            ["DANH SÁCH CÁC CHI BỘ TRỰC THUỘC ĐẢNG BỘ XÃ THỬ"],
            ["TT", "Tên đơn vị", "Số đảng viên"],
            [1, "Thôn Đông", 9],
            [None, "Nguyễn Văn Mẫu", None],
        ],
    )
    assert [(r.name, r.kind) for r in table.rows] == [("Thôn Đông", "chi_bo")]
    assert table.title == "ĐẢNG BỘ XÃ THỬ"
    assert [(one.number, one.why, one.text) for one in table.passed][2:] == [(4, "unclear", "Nguyễn Văn Mẫu")]


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Tên chi bộ", "name"),
        ("Tên tổ chức cơ sở đảng", "name"),
        ("Chi bộ, đảng bộ trực thuộc", "name"),
        ("TÊN ĐƠN VỊ", "name"),
        ("Chi bộ", "name"),
        ("Số đảng viên", "members"),
        ("Tổng số ĐV", "members"),
        ("SL đảng viên", "members"),
        ("Đảng viên\n(người)", "members"),
        ("Ngày SH", "meeting_day"),
        ("Ngày sinh hoạt định kỳ", "meeting_day"),
        ("Lịch họp chi bộ", "meeting_day"),
        ("Thời gian sinh hoạt", "meeting_day"),
        ("Trực thuộc", "parent_code"),
        ("Thuộc Đảng bộ", "parent_code"),
        ("Tổ chức đảng cấp trên", "parent_code"),
        ("Mã", "code"),
        ("Mã chi bộ", "code"),
        ("Lĩnh vực", "sector"),
        ("Loại tổ chức đảng", "kind"),
        ("Bí thư", ""),
        ("Họ tên bí thư", ""),
        ("Ngày thành lập", ""),
        ("Ngày sinh", ""),
        ("Đảng viên dự bị", ""),
        ("Số điện thoại", ""),
    ],
)
def test_columns_under_the_names_that_offices_give_them(tmp_path: Path, heading: str, column: str) -> None:
    others = {"name": "Tên đơn vị", "code": "Mã đơn vị", "members": "Số đảng viên"}
    others.pop(column, None)
    path = saved(tmp_path, [[heading, *others.values()], ["x", *("CB" for _ in others)]])
    tables, _ = find_tables(read_book(path)[0], read_units_form(ROOT / "templates"))
    assert {name: letter for name, letter in tables[0].letters.items() if letter == "A"} == (
        {column: "A"} if column else {}
    )


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("28", 28),
        ("28.0", 28),
        ("28,0", 28),
        ("25 đ/c", 25),
        ("25đ/c", 25),
        ("25 đ.c", 25),
        ("25 đồng chí", 25),
        ("30 đảng viên", 30),
        ("hai lăm", 25),
        ("1.200", 1200),
        ("０３", 3),
        ("0", 0),
        ("28.5", None),
        ("28/30", None),
        ("khoảng 20-25", None),
        ("x", None),
        ("-5", None),
    ],
)
def test_numbers_of_members_as_people_type_them(said: str, number: int | None) -> None:
    assert whole_number(said) == number


@pytest.mark.parametrize(
    ("said", "day", "more"),
    [
        ("3", 3, False),
        ("03", 3, False),
        ("ngày 3", 3, False),
        ("Ngày 03 hàng tháng", 3, False),
        ("mùng 3", 3, False),
        ("mồng ba", 3, False),
        ("03 hằng tháng", 3, False),
        ("03/hằng tháng", 3, False),
        ("4 hằng tháng", 4, False),
        ("vào ngày 25", 25, False),
        ("3.0", 3, False),
        ("3/1/2027", 3, True),
        ("03/01", 3, True),
        ("2027-01-03", 3, True),
        ("19h30 ngày 3", 3, True),
        ("ngày 03, 14:00", 3, True),
        ("0", None, False),
        ("32", None, False),
        ("từ 3 đến 5", None, False),
        ("thứ bảy tuần đầu", None, False),
        ("10 âm lịch", None, False),
    ],
)
def test_usual_days_as_people_type_them(said: str, day: int | None, more: bool) -> None:
    found = usual_day(said)
    assert found[0] == day
    assert day is None or found == (day, more)


def test_kinds_and_codes_of_names() -> None:
    assert [
        kind_of_name(name) for name in ("CHI BỘ THÔN 1", "Đảng bộ bộ phận A", "Đảng ủy xã", "Thôn 1")
    ] == [
        "chi_bo",
        "dang_bo_bo_phan",
        "dang_uy",
        "",
    ]
    assert code_of_name("Chi bộ Thôn 1") == "CB-THON-1"
    assert code_of_name("Đảng uỷ xã Thử") == "DU-XA-THU"
    assert code_of_name("★") == "DV"


def test_a_day_that_a_spreadsheet_made_a_date_is_read_and_said(tmp_path: Path) -> None:
    rows = [*GOOD[:2], ("CB01", "Chi bộ Thôn 1", "chi_bo", None, "DU", "28 đ/c", datetime(2027, 1, 3))]
    table = read(tmp_path, rows)
    assert (table.rows[1].members, table.rows[1].meeting_day) == (28, 3)
    assert [(note.place, note.code, note.facts) for note in table.notes] == [
        ("G3", "unit_day_read", {"said": "3/1/2027", "day": 3})
    ]


def test_groups_by_roman_numbers_stand_above_their_cells(tmp_path: Path) -> None:
    rows = [
        ["TT", "Tên tổ chức đảng", "Số đảng viên"],
        ["I", "Đảng bộ cơ sở Sở A", 40],
        [1, "Chi bộ Một", 20],
        [2, "Chi bộ Hai", 20],
        ["II", "Đảng bộ cơ sở Sở B", 30],
        [1, "Chi bộ Một", 30],
        ["III", "Các chi bộ trực thuộc", None],
        [1, "Chi bộ Thanh tra", 9],
    ]
    table = read(tmp_path, rows)
    assert [(r.name, r.parent_code) for r in table.rows] == [
        ("Đảng bộ cơ sở Sở A", ""),
        ("Chi bộ Một", "Đảng bộ cơ sở Sở A"),
        ("Chi bộ Hai", "Đảng bộ cơ sở Sở A"),
        ("Đảng bộ cơ sở Sở B", ""),
        ("Chi bộ Một", "Đảng bộ cơ sở Sở B"),
        ("Chi bộ Thanh tra", ""),
    ]
    assert [(one.number, one.why, one.text) for one in table.passed][1:] == [
        (7, "group", "III Các chi bộ trực thuộc")
    ]


def test_groups_by_merged_rows_sectors_numbers_and_indents(tmp_path: Path) -> None:
    merged = read(
        tmp_path,
        [
            ["TT", "Chi bộ", "Số đảng viên"],
            ["A. Khối nông thôn"],
            [1, "Thôn Đông", 10],
            ["B. Khối trường học"],
            [2, "Trường THCS", 11],
        ],
        "A2:C2",
        "A4:C4",
    )
    assert told(merged) == [
        ("Thôn Đông", "chi_bo", "nong_thon", "", 10, None),
        ("Trường THCS", "chi_bo", "truong_hoc", "", 11, None),
    ]
    numbered = read(
        tmp_path,
        [
            ["STT", "Tên đơn vị", "Số đảng viên"],
            ["1", "Đảng bộ Công ty", 30],
            ["1.1", "Chi bộ Xưởng", 10],
            ["2", "Chi bộ Kho bạc", 5],
        ],
    )
    assert [(r.name, r.parent_code) for r in numbered.rows] == [
        ("Đảng bộ Công ty", ""),
        ("Chi bộ Xưởng", "Đảng bộ Công ty"),
        ("Chi bộ Kho bạc", ""),
    ]
    path = saved(
        tmp_path, [["Tên đơn vị", "Số đảng viên"], ["Đảng bộ A", 9], ["Chi bộ 1", 9], ["   - Chi bộ 2", 8]]
    )
    book = load_workbook(path)
    book.worksheets[0]["A3"].alignment = Alignment(indent=2)
    book.save(path)
    assert [(r.name, r.parent_code) for r in read_units(path).rows] == [
        ("Đảng bộ A", ""),
        ("Chi bộ 1", "Đảng bộ A"),
        ("Chi bộ 2", "Đảng bộ A"),
    ]


def test_siblings_in_one_numbering_stand_beside_each_other(tmp_path: Path) -> None:
    rows = [["TT", "Tên đơn vị", "Số ĐV"], [1, "Đảng bộ Công an xã", 30], [2, "Chi bộ Thôn 1", 20]]
    assert [r.parent_code for r in read(tmp_path, rows).rows] == ["", ""]
    two = [["Tên đơn vị", "Số ĐV"], ["Đảng ủy A", 90], ["Đảng ủy B", 80], ["Chi bộ 1", 9]]
    assert [r.parent_code for r in read(tmp_path, two).rows] == ["", "", ""]
    one = [["Tên đơn vị", "Số ĐV"], ["Đảng ủy A", 90], ["Chi bộ 1", 9]]
    assert [r.parent_code for r in read(tmp_path, one).rows] == ["", "Đảng ủy A"]


def test_one_merged_superior_stands_for_each_of_its_rows(tmp_path: Path) -> None:
    rows = [
        ["Trực thuộc", "Tên chi bộ", "Số đảng viên"],
        ["Đảng bộ A", "Chi bộ 1", 3],
        [None, "Chi bộ 2", 4],
        ["Đảng bộ B", "Chi bộ 3", 5],
    ]
    assert [r.parent_code for r in read(tmp_path, rows, "A2:A3").rows] == [
        "Đảng bộ A",
        "Đảng bộ A",
        "Đảng bộ B",
    ]


def test_headings_again_on_each_page_and_on_each_sheet(tmp_path: Path) -> None:
    head = ["TT", "Tên chi bộ", "Số đảng viên"]
    path = saved(tmp_path, [head, [1, "Chi bộ 1", 3], head, [2, "Chi bộ 2", 4]])
    book = load_workbook(path)
    more = book.create_sheet("Cụm 2")
    for row in (["Số ĐV", "Chi bộ"], [5, "Chi bộ 3"], [3, "Chi bộ 3"]):
        more.append(row)
    book.create_sheet("Biểu đồ")["A1"] = "ghi chép"
    book.save(path)
    assert faults(path) == [("Cụm 2!B3", "unit_name_twice")]
    more["A3"] = 5
    book.save(path)
    table = read_units(path)
    assert [r.place for r in table.rows] == ["Sheet!2", "Sheet!4", "Cụm 2!2"]
    assert [(one.sheet, one.number, one.why) for one in table.passed] == [
        ("Biểu đồ", 1, "no_table"),
        ("Cụm 2", 1, "header"),
        ("Cụm 2", 3, "same"),
        ("Sheet", 1, "header"),
        ("Sheet", 3, "header"),
    ]


def altered(path: Path, part: str, old: bytes, new: bytes) -> Path:
    content = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                assert old in data
                data = data.replace(old, new)
            target.writestr(name, data)
    return path


@pytest.mark.parametrize("dimension", [b'<dimension ref="A1" />', b'<dimension ref="A1:B2" />', b""])
def test_what_a_sheet_says_of_its_own_size_does_not_count(tmp_path: Path, dimension: bytes) -> None:
    path = saved(tmp_path, GOOD)
    altered(path, "xl/worksheets/sheet1.xml", b'<dimension ref="A1:G4"/>', dimension)
    assert len(told(read_units(path))) == 3


def test_strict_open_xml(tmp_path: Path) -> None:
    rows = told(read_units(strict(saved(tmp_path, GOOD))))
    assert rows[1] == ("Chi bộ Thôn 1", "chi_bo", "nong_thon", "DU", 28, 3)


def test_hidden_sheets_chart_sheets_and_covers(tmp_path: Path) -> None:
    path = saved(tmp_path, GOOD)
    book = load_workbook(path)
    book.create_sheet("nháp", 0)["A1"] = "nháp"
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet("Bìa", 0)["B2"] = "Hướng dẫn"
    book.create_chartsheet("Hình", 0).add_chart(BarChart())
    book.active = 1
    book.save(path)
    table = read_units(path)
    assert len(table.rows) == 3
    assert [(one.sheet, one.why) for one in table.passed] == [
        ("", "header"),
        ("Bìa", "no_table"),
        ("nháp", "hidden"),
    ]
    book["Sheet"].sheet_state = "hidden"
    book.save(path)
    assert faults(path) == [("", "units_hidden")]


def test_formulas_without_values_are_named_by_their_cells(tmp_path: Path) -> None:
    rows = [GOOD[0], ("=1+1", "Chi bộ Thôn 1", "chi_bo", None, "DU", "=20+8", 3), GOOD[1]]
    assert faults(saved(tmp_path, rows)) == [
        ("A2", "sheet_formula_without_value"),
        ("F2", "sheet_formula_without_value"),
    ]
    unread = [["Tên chi bộ", "Số đảng viên", "Ghi chú"], ["Chi bộ 1", 9, "=A1"]]
    assert len(read(tmp_path, unread).rows) == 1


OLD = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
TEXT = "TT;Tên chi bộ;Số đảng viên\n1;Chi bộ Thôn Đông;28\n2;Chi bộ Trường Tiểu học;17\n"
TCVN = (
    TEXT.replace("Tên chi bộ", "Tªn chi bé")
    .replace("Số đảng viên", "Sè ®¶ng viªn")
    .replace("Chi bộ", "Chi bé")
)
TCVN = TCVN.replace("Thôn Đông", "Th«n §«ng").replace("Trường Tiểu học", "Tr\xadêng TiÓu häc")
VNI = "TT;Teân chi boä;Soá ñaûng vieân\n1;Chi boä Thoân Ñoâng;28\n2;Chi boä Tröôøng Tieåu hoïc;17\n"  # as VNI-Times has it


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.csv"])
def test_an_old_workbook_under_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(OLD)
    assert faults(tmp_path / name) == [(name, "sheet_old")]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        ("\ufeffsep=;\r\n" + TEXT).encode(),
        TEXT.replace(";", "\t").encode("utf-16"),
        TEXT.replace(";", "\t").encode("utf-16-le"),
        TEXT.replace(";", ",").encode(),
        TCVN.encode("latin-1"),
        VNI.encode("latin-1"),
        "TT;Tên chi bộ;Số đảng viên\n1;Chi bộ Thôn Đông;28\n2;Chi bộ Trường Tiểu học;17\n".encode().replace(
            b"\n", b"\r\n"
        ),
    ],
    ids=["utf-8", "bom", "sep", "utf-16 tabs", "utf-16 without mark", "commas", "TCVN3", "VNI", "crlf"],
)
def test_text_in_every_encoding_that_offices_have(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "don-vi.csv"
    path.write_bytes(content)
    assert [(r.name, r.members) for r in read_units(path).rows] == [
        ("Chi bộ Thôn Đông", 28),
        ("Chi bộ Trường Tiểu học", 17),
    ]


def test_text_of_windows_1258(tmp_path: Path) -> None:
    # Vowels with their hats are letters there, tones follow them; "ộ" is "ô" and a dot below.
    split = {"ộ": "ô\u0323", "ố": "ô\u0301", "ả": "a\u0309", "ị": "i\u0323", "ọ": "o\u0323"}
    text = "Tên chi bộ,Số đảng viên\nChi bộ Chợ,9\n".replace("ợ", "ơ\u0323")
    for whole, parts in split.items():
        text = text.replace(whole, parts)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("cp1258"))
    assert [(r.name, r.members) for r in read_units(path).rows] == [("Chi bộ Chợ", 9)]


@pytest.mark.parametrize("typed", [TCVN, VNI])
def test_a_workbook_in_old_letters(tmp_path: Path, typed: str) -> None:
    rows = [line.split(";") for line in typed.splitlines()]
    assert [r.name for r in read(tmp_path, rows).rows] == ["Chi bộ Thôn Đông", "Chi bộ Trường Tiểu học"]


def test_a_quotation_mark_that_stays_open_loses_no_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('Tên chi bộ,Số đảng viên\n"Chi bộ 1,9\nChi bộ 2,8\n')
    assert faults(path) == [("a.csv", "text_quote_open")]


def test_names_that_say_no_kind_are_asked_about_by_their_cell(tmp_path: Path) -> None:
    table = read(tmp_path, [["TT", "Tên đơn vị", "Số đảng viên"], [1, "Thôn Đông", 9], [2, "Chi bộ Tây", 8]])
    _, problems = settle_rows({}, table.rows)
    assert [(one.place, one.code, one.facts["said"]) for one in problems] == [
        ("B2", "unit_cell_missing", "Thôn Đông")
    ]


def test_faults_that_are_alike_are_one_line(tmp_path: Path) -> None:
    rows = [["Tên chi bộ", "Số đảng viên"], *([f"Chi bộ {n}", "nhiều"] for n in range(1, 31))]
    with pytest.raises(Rejected) as caught:
        read(tmp_path, rows)
    (line,) = alike_problems(caught.value.problems)
    assert (line.place, line.code) == ("B2, B3, B4 … (30)", "unit_number_wrong")


WORDS = st.sampled_from(["Đông", "Tây", "Nam", "Bắc", "Thanh tra", "Kho bạc", "Trường Tiểu học", "Thôn 1"])
HEADS = {
    "code": ["code", "Mã", "Mã chi bộ"],
    "name": ["name", "Tên chi bộ", "Tên tổ chức đảng", "Đơn vị"],
    "members": ["members", "Số đảng viên", "Tổng số ĐV"],
    "meeting_day": ["meeting_day", "Ngày sinh hoạt", "Ngày họp"],
    "order": ["TT", "STT"],
    "note": ["Ghi chú", "Bí thư", "SĐT"],
}


@st.composite
def lists(draw: st.DrawFn) -> tuple[list[tuple[str, str, int, int]], Workbook, int]:
    """Units, a workbook that lists them in some office's way, and how many of its visible rows hold anything."""
    names = draw(st.lists(WORDS, min_size=1, max_size=6, unique=True))
    units = [
        (f"CB{n}", f"Chi bộ {name}", draw(st.integers(1, 90)), draw(st.integers(1, 31)))
        for n, name in enumerate(names, 1)
    ]
    columns = draw(st.permutations(list(HEADS)))
    left, top = draw(st.integers(0, 3)), draw(st.integers(0, 5))
    book = Workbook()
    sheet: Any = book.worksheets[0]
    content = 0
    for row in range(1, top + 1):
        if draw(st.booleans()):
            sheet.cell(row, left + 1, draw(st.sampled_from(["ĐẢNG BỘ XÃ MẪU", "DANH SÁCH", "Năm 2026"])))
            content += 1
    row = top + 1
    tall = draw(st.booleans())
    for at, column in enumerate(columns, left + 1):
        sheet.cell(row, at, draw(st.sampled_from(HEADS[column])))
        if tall and column != "note":
            sheet.merge_cells(start_row=row, end_row=row + 1, start_column=at, end_column=at)
    content += 1
    if tall:
        sheet.cell(row + 1, left + 1 + list(columns).index("note"), "chi tiết")
        content, row = content + 1, row + 1
    for number, unit in enumerate(units, 1):
        row += draw(st.integers(1, 2))
        day = draw(st.sampled_from([unit[3], f"ngày {unit[3]}", f"{unit[3]} hằng tháng"]))
        members = draw(st.sampled_from([unit[2], float(unit[2]), f"{unit[2]} đ/c"]))
        cells = dict(zip(("code", "name", "members", "meeting_day"), (*unit[:2], members, day), strict=True))
        for at, column in enumerate(columns, left + 1):
            sheet.cell(row, at, {**cells, "order": number, "note": "x"}[column])
        content += 1
    for text in draw(
        st.lists(st.sampled_from(["Tổng cộng", "NGƯỜI LẬP BIỂU", "Ngày 3 tháng 9 năm 2026"]), max_size=2)
    ):
        row += 1
        sheet.cell(row, left + 1 + list(columns).index("name"), text)
        content += 1
    for at in range(draw(st.integers(0, 2))):
        sheet.column_dimensions["ABCDEFGHI"[left + at]].hidden = True
    if draw(st.booleans()):
        book.create_sheet("Bìa", 0)["A1"] = "Bìa"
        content += 1
    if draw(st.booleans()):
        hidden = book.create_sheet("cũ", 0)
        hidden["A1"], hidden.sheet_state = "cũ", "hidden"
        content += 1
    return units, book, content


@given(lists())
@settings(max_examples=60, deadline=None)
def test_however_a_list_is_laid_out_it_reads_the_same_and_every_row_is_told(
    tmp_path_factory: pytest.TempPathFactory, given: tuple[list[tuple[str, str, int, int]], Workbook, int]
) -> None:
    units, book, content = given
    path = tmp_path_factory.mktemp("list") / "a.xlsx"
    book.active = next(at for at, sheet in enumerate(book.worksheets) if sheet.sheet_state == "visible")
    book.save(path)
    table = read_units(path)
    assert [(r.code, r.name, r.members, r.meeting_day) for r in table.rows] == units
    assert len(table.rows) + len(table.passed) == content
