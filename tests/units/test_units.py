"""The units' table: read from CSV and XLSX, every fault with its place, written as a dated tree that duties follow."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from unicodedata import normalize

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from bot.plans.fields import KINDS, SECTORS
from bot.problems import Rejected
from bot.store.db import Database
from bot.tables import Duty, DutyState, Unit, UnitSpan
from bot.talk.render import Renderer
from bot.units.form import LISTED, read_units_form
from bot.units.rows import COLUMNS, SHIFTS, UnitRow, written_day
from bot.units.table_in import read_units
from bot.units.table_out import living_units, write_unit_list, write_units_template
from bot.units.tree import Imported, write_units
from tests.kit.places import ROOT, ZONE
from tests.kit.plans import shipped
from tests.kit.world import World, morning

HEADER = "code,name,kind,sector,parent_code,members,meeting_day\n"
TREE = HEADER + (
    "DUK,Đảng ủy Khối,dang_uy,,,,\n"
    "DUA,Đảng ủy Sở A,dang_bo_co_so,,DUK,,\n"
    "DUB,Đảng ủy Sở B,dang_bo_co_so,,DUK,,\n"
    "CB01,Chi bộ Văn phòng,chi_bo,co_quan,DUA,28,5\n"
)
TODAY = date(2022, 4, 1)
NOW = datetime(2022, 4, 1, 3, 0, tzinfo=UTC)


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
    rows = read_units(csv_file(folder, text)).rows
    with db.write() as session:
        return write_units(session, rows, morning(today))


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
    rows = read_units(csv_file(tmp_path, text)).rows
    assert [row.code for row in rows] == ["DUK", "DUA", "DUB", "CB01"]
    assert rows[3] == UnitRow("5", "CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUA", 28, 5)


def test_columns_may_stand_in_any_order_and_be_left_out(tmp_path: Path) -> None:
    rows = read_units(csv_file(tmp_path, "kind,ghi_chu,name,code\nchi_bo,x,Chi bộ 1,CB1\n")).rows
    assert rows == [UnitRow("2", "CB1", "Chi bộ 1", "chi_bo", "", "", None, None)]


def test_a_name_over_two_lines_keeps_its_place(tmp_path: Path) -> None:
    rows = read_units(
        csv_file(tmp_path, 'code,name,kind\nA,"Chi bộ\nMột",chi_bo\nB,Chi bộ Hai,chi_bo\n')
    ).rows
    assert [(row.place, row.name) for row in rows] == [
        ("2", "Chi bộ Một"),
        ("3", "Chi bộ Hai"),
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
    ).rows
    assert rows[0].code == rows[1].parent_code == "101"
    assert rows[1] == UnitRow("4", "CB1", "Chi bộ 1", "chi_bo", "nong_thon", "101", 28, 5)


def test_every_fault_at_once_with_its_place(tmp_path: Path) -> None:
    text = HEADER + (
        "A,Chi bộ A,chi_bo,co_quan,,5001,32\n"
        ",Không mã,chi_boo,co_qan,,,\n"
        "A,,chi_bo,,,28.5,cuối tháng\n"
        "B,Chi bộ B,chi_bo,,C,,\n"
        "C,Chi bộ C,chi_bo,,B,-5,0\n"
        f"{'D' * 61},{'d' * 201},chi_bo,,,,\n"
        ",,chi_bo,,,9,\n"
    )
    assert problems_of(csv_file(tmp_path, text)) == [
        ("F2", "unit_number_wrong"),
        ("G2", "unit_day_wrong"),
        ("C3", "unit_word_unknown"),
        ("D3", "unit_word_unknown"),
        ("F4", "unit_number_wrong"),
        ("G4", "unit_day_wrong"),
        ("A4", "unit_twice"),
        ("F6", "unit_number_wrong"),
        ("G6", "unit_day_wrong"),
        ("A7", "unit_too_long"),
        ("B7", "unit_too_long"),
        ("E5", "unit_ring"),
        ("E6", "unit_ring"),
    ]


def test_faults_of_a_sheet_name_its_cells(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["code", "name", "kind"],
        ["A", "Chi bộ A", "chi boo"],
        ["A", "Chi bộ B", "chi_bo"],
    ]
    assert problems_of(xlsx_file(tmp_path, rows)) == [("C2", "unit_word_unknown"), ("A3", "unit_twice")]


def test_each_fault_has_a_sentence(tmp_path: Path) -> None:
    text = HEADER + f"A,,chi_boo,,A,x,\nA,{'d' * 201},chi_bo,,,,mai\n"
    with pytest.raises(Rejected) as caught:
        read_units(csv_file(tmp_path, text))
    render = Renderer(ROOT / "templates", ZONE)
    sentences = [render.sentence(problem.code, problem.facts) for problem in caught.value.problems]
    assert sentences[0].startswith("Chưa hiểu “chi_boo”; xin ghi một trong: Chi bộ, Đảng bộ cơ sở,")
    assert sentences[1] == "“x” chưa phải một số đảng viên; xin ghi một số đến 5000, ví dụ 28."
    assert sentences[2] == "Tên đơn vị dài quá 200 ký tự; xin rút gọn."
    assert sentences[3].startswith("“mai” chưa phải một ngày trong tháng; xin ghi số từ 1 đến 31")
    assert sentences[4] == "Mã “A” đã có ở A2; mỗi đơn vị một mã."
    assert not any("\n" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "units_header"),
        (b"ho ten,nam sinh\nA,1980\n", "units_header"),
        (HEADER.encode(), "units_empty"),
        ("code,name,kind\nA,Chi bộ,chi_bo\n".encode("utf-16")[:-1], "units_unreadable"),
        (b"\x89\xff\xfe\x81" * 90, "units_unreadable"),
        (b"code,name,kind\n" + b'"' + b"a" * 140000, "text_quote_open"),
    ],
    ids=["empty", "wrong header", "header alone", "utf-16 cut off", "no text", "endless cell"],
)
def test_files_that_hold_no_table(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(content)
    assert [found for _, found in problems_of(path)] == [code]


def test_files_that_are_no_spreadsheet(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "missing.xlsx") == [("missing.xlsx", "units_unreadable")]
    assert problems_of(tmp_path / "missing.csv") == [("missing.csv", "units_unreadable")]
    assert problems_of(xlsx_file(tmp_path, [["a", "b"]], "wrong.xlsx")) == [("", "units_header")]
    assert problems_of(xlsx_file(tmp_path, [], "empty.xlsx")) == [("", "units_header")]
    for name, content in {"a.xls": b"<html><table>", "b.csv": b"%PDF-1.4", "c.xlsx": b"PK\3\4"}.items():
        (tmp_path / name).write_bytes(content)
        assert problems_of(tmp_path / name) == [(name, "sheet_unreadable")]


def test_a_file_is_read_by_its_bytes_whatever_its_name(tmp_path: Path) -> None:
    assert len(read_units(csv_file(tmp_path, TREE, "units.xlsx")).rows) == 4
    book = xlsx_file(tmp_path, [["code", "name"], ["CB1", "Chi bộ 1"]])
    assert len(read_units(book.rename(tmp_path / "units.csv")).rows) == 1


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
        ("E3", "unit_parent_unknown", {"parent": "DUX"}),
        ("E4", "unit_parent_unknown", {"parent": "DUY"}),
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
    assert [(p.place, p.code) for p in caught.value.problems] == [("E2", "unit_ring")]
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
        duties[0].state, duties[1].state = DutyState.DONE, DutyState.WITHDRAWN
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
            select(UnitSpan)
            .join(Unit, Unit.id == UnitSpan.unit_id)
            .where(Unit.code == code)
            .order_by(UnitSpan.from_on)
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


def said_of(db: Database, folder: Path, text: str, inside: str = "") -> list[tuple[str, str]]:
    """The places and codes with which a whole import is refused; nothing of it is kept."""
    before = paths(db)
    with pytest.raises(Rejected) as caught:
        close_text(db, folder, text, inside)
    assert paths(db) == before
    render = Renderer(ROOT / "templates", ZONE)
    assert all(render.sentence(p.code, p.facts) for p in caught.value.problems)
    return [(p.place, p.code) for p in caught.value.problems]


def unit_of(db: Database, code: str) -> Unit:
    with db.read() as session:
        return session.scalars(select(Unit).where(Unit.code == code)).one()


MORE = "code,name,kind,sector,parent_code,members,meeting_day,meeting_shift,closed_on,merged_into\n"


def test_where_the_usual_day_goes_on_a_holiday(db: Database, tmp_path: Path) -> None:
    import_text(db, tmp_path, TREE)
    assert unit_of(db, "CB01").meeting_shift == "after"
    line = "CB01,Chi bộ Văn phòng,chi_bo,co_quan,DUA,28,5,{},,\n"
    for said, meant in (
        ("trước", "before"),
        ("", "before"),
        ("Giữ nguyên", "keep"),
        ("lùi", "after"),
        ("BEFORE", "before"),
        ("sau", "after"),
        ("giữ", "keep"),
    ):
        import_text(db, tmp_path, MORE + line.format(said))
        assert unit_of(db, "CB01").meeting_shift == meant, said
    assert said_of(db, tmp_path, MORE + line.format("mai")) == [("H2", "unit_word_unknown")]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Chi bộ", "chi_bo"),
        ("CHI BỘ", "chi_bo"),
        ("chi bo", "chi_bo"),
        ("Chi_Bo", "chi_bo"),
        ("Đảng bộ cơ sở", "dang_bo_co_so"),
        ("uỷ ban kiểm tra", "uy_ban_kiem_tra"),
        ("UY BAN KIEM TRA", "uy_ban_kiem_tra"),
    ],
)
def test_kinds_are_read_as_people_write_them(tmp_path: Path, said: str, kind: str) -> None:
    (row,) = read_units(csv_file(tmp_path, f"code,name,kind,sector\nA,Tên,{said},doanh nghiệp\n")).rows
    assert (row.kind, row.sector) == (kind, "doanh_nghiep")


def test_a_name_that_is_also_a_word_stays_a_name(tmp_path: Path) -> None:
    (row,) = read_units(csv_file(tmp_path, "code,name,kind\nchi bộ,Văn phòng,chi bộ\n")).rows
    assert (row.code, row.name, row.kind) == ("chi bộ", "Văn phòng", "chi_bo")


def test_the_header_in_vietnamese(tmp_path: Path) -> None:
    text = "Mã đơn vị *;TÊN ĐƠN VỊ;loai to chuc;Ngày giải thể;Mã đơn vị nhận sáp nhập\nA;Tên;Chi bộ;15/9/2022;B\n"
    (row,) = read_units(csv_file(tmp_path, text)).rows
    assert row == UnitRow("2", "A", "Tên", "chi_bo", "", "", None, None, "", date(2022, 9, 15), "B")
    assert problems_of(csv_file(tmp_path, "Mã đơn vị;Ghi chú\nA;B\n")) == [("", "units_header")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2022-09-15", date(2022, 9, 15)),
        ("15/9/2022", date(2022, 9, 15)),
        ("05/09/2022", date(2022, 9, 5)),
        ("31/9/2022", None),
        ("15/9", None),
        ("1890-01-01", None),
        ("mai", None),
        ("", None),
    ],
)
def test_days_as_people_write_them(text: str, day: date | None) -> None:
    assert written_day(text) == day


def test_faults_of_an_end(db: Database, tmp_path: Path) -> None:
    text = MORE + (
        "A,Chi bộ A,chi_bo,,,,,,mai,\n"
        "B,Chi bộ B,chi_bo,,,,,,,A\n"
        "C,Chi bộ C,chi_bo,,,,,,2022-03-01,C\n"
        "D,Chi bộ D,chi_bo,,,,,,31/2/2022,A\n"
    )
    assert said_of(db, tmp_path, text) == [
        ("I2", "unit_date_wrong"),
        ("J3", "unit_merged_open"),
        ("J4", "unit_merge_itself"),
        ("I5", "unit_date_wrong"),
    ]
    import_text(db, tmp_path, TREE)
    line = "CB01,Chi bộ Văn phòng,chi_bo,co_quan,DUA,,,,{}\n"
    assert said_of(db, tmp_path, MORE + line.format("2/4/2022,")) == [("I2", "unit_close_future")]
    assert said_of(db, tmp_path, MORE + line.format("1/4/2022,X")) == [("J2", "unit_merge_unknown")]
    committee = "DUA,Đảng ủy Sở A,dang_bo_co_so,,DUK,,,,1/4/2022,\n"
    assert said_of(db, tmp_path, MORE + committee) == [("I2", "unit_has_below")]


def close_text(db: Database, folder: Path, text: str, inside: str = "") -> Imported:
    rows = read_units(csv_file(folder, text)).rows
    with db.write() as session:
        return write_units(session, rows, morning(TODAY), inside=inside)


def test_a_table_closes_and_merges(db: Database, tmp_path: Path) -> None:
    import_text(db, tmp_path, TREE + "CB02,Chi bộ Hai,chi_bo,,DUA,12,\nCB03,Chi bộ Ba,chi_bo,,DUB,7,\n")
    text = MORE + (
        "DUA,Đảng ủy Sở A,dang_bo_co_so,,DUK,,,,2022-03-20,\n"
        "CB01,Chi bộ Văn phòng,chi_bo,co_quan,DUA,28,5,,2022-03-15,CB03\n"
        "CB02,Chi bộ Hai,chi_bo,,DUA,12,,,20/3/2022,CB03\n"
    )
    done = close_text(db, tmp_path, text)
    assert [one.unit.code for one in done.closed] == ["CB01", "CB02", "DUA"]
    assert (done.added, done.changed, done.kept, done.passed) == (0, 0, 3, 0)
    assert unit_of(db, "CB03").members == 7 + 28 + 12
    first = unit_of(db, "CB01")
    assert (first.closed_on, first.merged_into_id) == (date(2022, 3, 15), unit_of(db, "CB03").id)
    again = close_text(db, tmp_path, text)
    assert again == Imported(added=0, changed=0, kept=0, passed=3)
    assert unit_of(db, "CB03").members == 47
    other = text.replace("2022-03-15", "2022-03-16").replace("20/3/2022,CB03", "20/3/2022,CB01")
    twice = [("I3", "unit_closed_already"), ("I4", "unit_closed_already")]
    assert said_of(db, tmp_path, other) == twice
    below = HEADER + "CB09,Chi bộ Chín,chi_bo,,DUA,,\n"
    assert said_of(db, tmp_path, below) == [("E2", "unit_parent_closed")]


def test_a_number_in_the_table_is_the_number_after_the_merger(db: Database, tmp_path: Path) -> None:
    import_text(db, tmp_path, TREE + "CB02,Chi bộ Hai,chi_bo,,DUA,12,\n")
    text = MORE + (
        "CB01,Chi bộ Văn phòng,chi_bo,co_quan,DUA,28,5,,1/4/2022,CB02\nCB02,Chi bộ Hai,chi_bo,,DUA,39,,,,\n"
    )
    close_text(db, tmp_path, text)
    assert unit_of(db, "CB02").members == 39
    close_text(db, tmp_path, text)
    assert unit_of(db, "CB02").members == 39


def test_a_table_with_units_that_are_closed_already(db: Database, tmp_path: Path) -> None:
    """Into an empty database: the whole history may stand in one file."""
    text = MORE + (
        "DUK,Đảng ủy Khối,dang_uy,,,,,,,\n"
        "CB01,Chi bộ Một,chi_bo,,DUK,10,,,2021-05-01,CB02\n"
        "CB02,Chi bộ Hai,chi_bo,,DUK,20,,,2022-01-01,CB03\n"
        "CB03,Chi bộ Ba,chi_bo,,DUK,30,,,,\n"
    )
    done = close_text(db, tmp_path, text)
    assert (done.added, len(done.closed)) == (4, 2)
    assert unit_of(db, "CB03").members == 30
    assert unit_of(db, "CB01").closed_on == date(2021, 5, 1)
    again = close_text(db, tmp_path, text)
    assert (again.added, again.changed, again.closed) == (0, 0, ())


def test_an_office_changes_its_own_part_of_the_tree(db: Database, tmp_path: Path) -> None:
    import_text(db, tmp_path, TREE + "CB02,Chi bộ Hai,chi_bo,,DUB,,\n")
    inside = unit_of(db, "DUA").path
    good = MORE + (
        "DUA,Đảng ủy Sở A mới,dang_bo_co_so,,DUK,,,,,\n"
        "CB03,Chi bộ Ba,chi_bo,,DUA,,,,,\n"
        "CB04,Chi bộ Bốn,chi_bo,,CB03,,,,,\n"
    )
    with db.write() as session:
        write_units(session, read_units(csv_file(tmp_path, good)).rows, morning(TODAY), inside=inside)
    assert paths(db)["CB04"] == "DUK/DUA/CB03/CB04"
    bad = MORE + (
        "DUA,Đảng ủy Sở A,dang_bo_co_so,,DUB,,,,,\n"
        "CB02,Chi bộ Hai,chi_bo,,DUA,,,,,\n"
        "CB01,Chi bộ Văn phòng,chi_bo,co_quan,DUB,28,5,,1/4/2022,CB02\n"
        "CB05,Chi bộ Năm,chi_bo,,,,,,,\n"
        "DUK,Đảng ủy Khối,dang_uy,,,,,,,\n"
    )
    assert said_of(db, tmp_path, bad, inside) == [
        ("E2", "unit_not_yours"),
        ("A3", "unit_not_yours"),
        ("E4", "unit_not_yours"),
        ("J4", "unit_not_yours"),
        ("A6", "unit_not_yours"),
    ]


def test_the_form_knows_every_column_and_every_word() -> None:
    form = read_units_form(ROOT / "templates")
    assert (
        tuple(form.labels["columns"]) == COLUMNS == tuple(form.sheet["widths"]) == tuple(form.sheet["about"])
    )
    for column, known in (("kind", KINDS), ("sector", SECTORS), ("meeting_shift", SHIFTS)):
        assert set(form.labels[LISTED[column]]) == set(known)
        assert set(form.values(column).values()) == set(known)


def test_the_empty_form(tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    write_units_template(path, templates=ROOT / "templates")
    with pytest.raises(Rejected) as caught:
        read_units(path)  # its example is no unit
    assert [p.code for p in caught.value.problems] == ["units_empty"]
    book = load_workbook(path)
    assert book.sheetnames == ["Đơn vị", "Danh mục", "Hướng dẫn"]
    sheet = book["Đơn vị"]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert {name: rule.type for name, rule in rules.items()} == {
        "C2": "list",
        "D2": "list",
        "H2": "list",
        "F2": "whole",
        "G2": "whole",
    }
    assert rules["C2"].formula1 == "'Danh mục'!$A$1:$A$12"
    assert book["Danh mục"].sheet_state == "hidden"
    assert [cell.value for cell in book["Danh mục"]["C"][:3]] == [
        "Lùi sau",
        "Đẩy lên trước",
        "Giữ nguyên",
    ]
    assert book["Hướng dẫn"]["A1"].value == "Mã đơn vị"
    assert sheet.column_dimensions["A"].number_format == "@"  # the code 007 keeps its noughts
    sheet["A3"], sheet["B3"], sheet["C3"], sheet["I3"] = "007", "Chi bộ Bảy", "Chi bộ", date(2022, 3, 1)
    book.save(path)
    assert read_units(path).rows == [
        UnitRow(
            "3",
            "007",
            "Chi bộ Bảy",
            "chi_bo",
            "",
            "",
            None,
            None,
            "",
            date(2022, 3, 1),
            "",
        )
    ]


def test_the_tree_in_the_form_changes_nothing(db: Database, tmp_path: Path) -> None:
    import_text(
        db, tmp_path, TREE + "007,=1+1,chi_bo,doanh_nghiep,DUB,,31\nCB09,Chi bộ Chín,chi_bo,,DUB,9,\n"
    )
    close_text(db, tmp_path, MORE + "CB09,Chi bộ Chín,chi_bo,,DUB,9,,,2022-03-01,\n")
    with db.write() as session:
        session.scalars(select(Unit).where(Unit.code == "007")).one().meeting_shift = "keep"
    path = tmp_path / "cay.xlsx"
    with db.read() as session:
        units = living_units(session)
        write_unit_list(units, path, templates=ROOT / "templates")
    rows = read_units(path).rows
    assert [row.code for row in rows] == [unit.code for unit in units]
    with db.write() as session:
        later = date(2022, 6, 1)
        done = write_units(session, rows, morning(later))
        assert done == Imported(added=0, changed=0, kept=5)
        assert len(session.scalars(select(UnitSpan)).all()) == 6
    assert unit_of(db, "007").name == "=1+1"


def test_a_part_of_the_tree_in_the_form_stays_where_it_is(db: Database, tmp_path: Path) -> None:
    import_text(db, tmp_path, TREE)
    path = tmp_path / "phan.xlsx"
    with db.read() as session:
        top = session.scalars(select(Unit).where(Unit.code == "DUA")).one()
        units = living_units(session, Unit.path.startswith(top.path))
        assert top.parent_id is not None
        write_unit_list(units, path, templates=ROOT / "templates", above={top.parent_id: "DUK"})
    rows = read_units(path).rows
    assert [(row.code, row.parent_code) for row in rows] == [("DUA", "DUK"), ("CB01", "DUA")]
    with db.write() as session:
        assert write_units(session, rows, morning(TODAY), inside=top.path).kept == 2


@pytest.mark.parametrize(
    ("name", "code"),
    [("a.csv", "sheet_not_xlsx"), ("there.xlsx", "sheet_exists"), ("no/where.xlsx", "sheet_unwritable")],
)
def test_where_the_form_cannot_be_written(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "there.xlsx").touch()
    with pytest.raises(Rejected) as caught:
        write_units_template(tmp_path / name, templates=ROOT / "templates")
    assert [p.code for p in caught.value.problems] == [code]
    assert (tmp_path / "there.xlsx").read_bytes() == b""
