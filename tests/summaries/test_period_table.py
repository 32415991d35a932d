"""The leader's workbook of a period, read back cell by cell against the diary of the quarter."""

from collections import Counter
from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import select

from bot.meetings.votes import write_vote
from bot.tables import Errand, Meeting, Unit
from tests.kit.quarter import (
    CELLS,
    COMMITTEE,
    DIARY,
    FOREIGN,
    OTHER,
    TITLES,
    asked_of,
    build_quarter,
    counted,
    reported,
)
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.world import World

pytestmark = begins(build_quarter)
SHEETS = ["Tổng hợp", "Từng tháng", "Từng đơn vị", "Buổi họp", "Báo cáo"]
HEAD = 3


def table(world: World, home: str = "DUX", role: str = "leader", said: str = "/tonghop quý 1/2022") -> Any:
    return read(world, runs(world.registered(home, role).says(said).taps("Bảng Excel")))


def read(world: World, talker: Talker) -> Any:
    (file,) = talker.last.files
    return openpyxl.load_workbook(BytesIO(world.shelf.read(file.digest)))


def lines(sheet: Worksheet) -> list[dict[str, Any]]:
    """Each line by the names of its columns."""
    heads, *rows = sheet.iter_rows(min_row=HEAD, values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def boxes(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(
        line[name] for name in ("Phải thực hiện", "Đúng hạn", "Trễ", "Chưa xong", "Trong đó quá hạn")
    )


def boxed(count: Counter[str]) -> tuple[int, ...]:
    return (count.total(), count["on_time"], count["late"], count["open"], count["open"])


@pytest.mark.parametrize("role", ["leader", "follower", "admin"])
def test_the_sums_are_those_of_the_diary(world: World, role: str) -> None:
    book = table(world, role=role)
    assert book.sheetnames == SHEETS
    *totals, whole = lines(book["Tổng hợp"])
    expected = {TITLES[key]: boxed(counted(CELLS, [key])) for key in TITLES}
    assert {line["Việc phải làm"]: boxes(line) for line in totals} == expected | {
        "Báo cáo quý I/2022": boxed(reported(CELLS))
    }
    assert boxes(whole) == boxed(counted(CELLS) + reported(CELLS))
    *months, sums = lines(book["Từng tháng"])
    assert [line["Tháng từ ngày"] for line in months] == [datetime(2022, month, 1) for month in (1, 2, 3)]
    assert boxes(months[0]) == boxed(counted(CELLS, ["t1"]))
    assert boxes(sums) == boxes(whole)


def test_every_meeting_with_its_days_counts_and_votes(world: World) -> None:
    with world.db.write() as session:
        of_first = select(Meeting).join(Unit, Unit.id == Meeting.unit_id).where(Unit.code == "C1")
        meeting = session.scalars(of_first.order_by(Meeting.started_at).limit(1)).one()
        for subject, resolution, agree in (("Kết nạp đồng chí Bí Mật", True, 17), ("Việc khác", False, 18)):
            write_vote(session, meeting, subject, resolution, (agree, 18 - agree, 0), (18, 19), 1, world.at)
    *met, sums = lines(table(world)["Buổi họp"])
    held = [(code, one) for code in CELLS for one in DIARY[code]]
    found = [line for line in met if line["Tình trạng"] == "Đã họp"]
    assert [
        (
            line["Mã đơn vị"],
            line["Nội dung"],
            line["Ngày họp"],
            line["Tổng số đảng viên"],
            line["Phải dự"],
            line["Có mặt"],
        )
        for line in found
    ] == [
        (
            code,
            TITLES[one.key],
            datetime.fromisoformat(f"2022-{one.day}"),
            one.total,
            one.total - one.exempt,
            one.present,
        )
        for code, one in held
    ]
    assert [(line["Vắng có lý do"], line["Vắng không lý do"], line["Xếp loại"] or "") for line in found] == [
        (one.excused, one.unexcused, one.grade) for _, one in held
    ]
    (planned,) = [line for line in met if line not in found]
    assert (planned["Mã đơn vị"], planned["Ngày dự kiến"], planned["Ngày họp"]) == (
        "C4",
        datetime(2022, 4, 20),
        None,
    )
    assert planned["Tình trạng"] == "Đã có lịch"
    assert found[0]["Biểu quyết"] == "nghị quyết 17/18; biểu quyết 18/18"
    total, present = sum(one.total - one.exempt for _, one in held), sum(one.present for _, one in held)
    assert (sums["Phải dự"], sums["Có mặt"], sums["Tỷ lệ dự"]) == (
        total,
        present,
        pytest.approx(present / total),
    )


def test_every_report_with_its_files(world: World) -> None:
    *reports, sums = lines(table(world)["Báo cáo"])
    told = [
        (line["Mã đơn vị"], line["Tình trạng"], line["Ngày nộp"], line["Lần nộp"], line["Đúng hạn"])
        for line in reports
    ]
    assert told == [
        ("C1", "Đã xong", datetime(2022, 3, 30), 1, "Đúng hạn"),
        ("C2", "Đã xong", datetime(2022, 4, 2), 1, "Trễ"),
        *[(code, "Quá hạn", None, None, None) for code in ("C3", "C4", "C5")],
    ]
    assert [line["Tệp"] for line in reports[:3]] == ["=bao cao C1.pdf", "=bao cao C2.pdf", None]
    assert [line["Kết quả xem"] for line in reports[:3]] == ["Chờ xem", "Chờ xem", None]
    assert sums["Số tệp"] == 2


def test_how_it_is_printed_and_filtered(world: World) -> None:
    book = table(world)
    for sheet in book:
        assert sheet["A1"].value == f"{sheet.title} – quý I/2022"
        assert sheet["A2"].value == f"{COMMITTEE}. Số liệu đến ngày 05/4/2022."
        assert (sheet.freeze_panes, sheet.print_title_rows) == ("A4", "$3:$3")
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.auto_filter.ref.startswith("A3:")
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value[:1] in "=+-@":
                    assert cell.quotePrefix
                if cell.is_date:
                    assert cell.number_format == "dd/mm/yyyy"
    last = {sheet.title: sheet.max_row for sheet in book}
    assert book["Tổng hợp"].auto_filter.ref == f"A3:K{last['Tổng hợp'] - 1}"
    assert book["Từng đơn vị"].auto_filter.ref == f"A3:L{last['Từng đơn vị']}"
    (chart,) = book["Từng tháng"]._charts
    assert (chart.grouping, len(chart.series)) == ("stacked", 3)
    assert [series.val.numRef.f for series in chart.series] == [f"'Từng tháng'!${c}$4:${c}$6" for c in "CDE"]
    assert [sheet for sheet in book if sheet._charts] == [book["Từng tháng"]]


def test_a_row_for_each_unit_and_demand(world: World) -> None:
    rows = lines(table(world)["Từng đơn vị"])
    assert Counter(line["Mã đơn vị"] for line in rows) == {code: len(asked_of(code)) + 1 for code in CELLS}
    assert sum(line["Tình trạng"] == "Đã xong" for line in rows) == 10


def test_nobody_sees_beyond_the_own_subtree(world: World) -> None:
    talker = world.registered("DUK", "follower").says("/tonghop quý 1/2022").taps("Bảng Excel")
    assert talker.last.text.startswith("⏰ Đang làm bảng Excel quý I/2022; xong sẽ gửi ngay vào đây.")
    book = read(world, runs(talker))
    assert talker.last.text.startswith(f"📊 <b>Bảng Excel quý I/2022</b>\n📍 {OTHER}\n")
    assert [file.name for file in talker.last.files] == ["Bảng tổng hợp quý I-2022.xlsx"]
    for name in ("Từng đơn vị", "Buổi họp", "Báo cáo"):
        codes = {line["Mã đơn vị"] for line in lines(book[name])}
        assert codes - {"Cộng"} <= set(FOREIGN)
    assert boxes(lines(book["Tổng hợp"])[-1]) == boxed(counted(FOREIGN) + reported(FOREIGN))
    with world.db.read() as session:
        foreign = session.scalars(select(Unit.id).where(Unit.code == "DUX")).one()
        before = len(session.scalars(select(Errand)).all())
    assert talker.presses(f"sum.table:2022-Q1:{foreign}").last.text.startswith("⚠️")
    with world.db.read() as session:
        assert len(session.scalars(select(Errand)).all()) == before


def test_a_period_in_which_little_was_due(world: World) -> None:
    """April has begun, and nothing has its last day in it: sheets without lines, no chart."""
    book = read(world, runs(world.registered("DUX", "leader").presses("sum.table:2022-04:0")))
    assert [sheet.max_row for sheet in book] == [HEAD] * 5
    assert not any(sheet._charts for sheet in book)
