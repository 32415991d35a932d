"""The committee's own report on a period as Word: its figures against the diary of the quarter, its form, and who gets it."""

import re
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from sqlalchemy import select

from bot.people.roles import units_below
from bot.periods import summed_period
from bot.summaries.report_facts import collect_committee_facts
from bot.summaries.reporting import write_report
from bot.tables import Duty, Errand, Membership, Unit
from tests.kit.desk import renderer
from tests.kit.quarter import (
    CELLS,
    COMMITTEE,
    DIARY,
    FOREIGN,
    OTHER,
    PROVINCE,
    TITLES,
    build_quarter,
    counted,
    reported,
)
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import labels
from tests.kit.world import World

BLANK = "……………"
pytestmark = begins(build_quarter)


def written(number: int) -> str:
    return f"{number:02}" if number else "0"


def row(count: Counter[str]) -> list[str]:
    numbers = (count.total(), count["on_time"], count["late"], count["open"], count["open"])
    return [written(number) for number in numbers]


def document_of(world: World, talker: Talker) -> Any:
    (file,) = talker.last.files
    return Document(BytesIO(world.shelf.read(file.digest)))


def text_of(document: Any) -> str:
    paragraphs = document.element.body.iter(qn("w:p"))
    return "\n".join("".join(text.text or "" for text in one.iter(qn("w:t"))) for one in paragraphs)


def grids(document: Any) -> list[list[list[str]]]:
    """The tables with figures: rows without their numbers, heads left out."""
    tables = [table for table in document.tables if len(table.columns) == 7]
    return [[[cell.text for cell in line.cells][1:] for line in table.rows[1:]] for table in tables]


def report(
    world: World, home: str = "DUX", role: str = "leader", said: str = "/tonghop quý 1/2022"
) -> Talker:
    return runs(world.registered(home, role).says(said).taps("Báo cáo Word"))


@pytest.mark.parametrize("role", ["leader", "follower", "admin"])
def test_every_figure_is_that_of_the_diary(world: World, role: str) -> None:
    document = document_of(world, report(world, role=role))
    text, met, handed = text_of(document), counted(CELLS), reported(CELLS)
    both = met + handed
    assert (
        f"Số đơn vị có việc đến hạn trong kỳ: 05. Số việc phải thực hiện: {both.total()}; đã thực hiện "
        f"{written(both['on_time'] + both['late'])}, trong đó đúng hạn {written(both['on_time'])}, trễ hạn "
        f"{written(both['late'])}; chưa thực hiện {written(both['open'])}, trong đó quá hạn {written(both['open'])}."
    ) in text
    assert (
        f"Số buổi phải tổ chức: {met.total()}; đã tổ chức {written(met['on_time'] + met['late'])}, trong đó đúng hạn "
        f"{written(met['on_time'])}, trễ hạn {written(met['late'])}; chưa tổ chức {written(met['open'])}, trong đó đã có lịch 01"
    ) in text
    assert f"Số báo cáo phải nộp: 05; đã nộp {written(handed['on_time'] + handed['late'])}" in text
    topics, sectors, months, pilots, reports = grids(document)
    assert topics[:-1] == [[TITLES[key], *row(counted(CELLS, [key]))] for key in ("t1", "t2", "diem", "cd")]
    assert topics[-1] == ["Cộng", *row(met)]
    by_sector = {
        "Cơ quan": ["C4"],
        "Nông thôn": ["C1", "C2"],
        "Trường học": ["C3"],
        "Chưa ghi loại hình": ["C5"],
    }
    assert sectors == [
        *([name, *row(counted(codes))] for name, codes in by_sector.items()),
        ["Cộng", *row(met)],
    ]
    keys = {"Tháng 1/2022": ["t1"], "Tháng 2/2022": ["t2"], "Tháng 3/2022": ["diem", "cd"]}
    assert months == [*([name, *row(counted(CELLS, of))] for name, of in keys.items()), ["Cộng", *row(met)]]
    assert pilots == [[TITLES["diem"], *row(counted(CELLS, ["diem"]))]]
    assert reports == [["Báo cáo quý I/2022", *row(handed)]]


def test_who_was_there_and_the_grades(world: World) -> None:
    text = text_of(document_of(world, report(world)))
    held = [one for code in CELLS for one in DIARY[code]]
    total, present = sum(one.total for one in held), sum(one.present for one in held)
    obliged = total - sum(one.exempt for one in held)
    share = f"{present / obliged * 100:.1f}%".replace(".", ",")
    assert (
        f"Dự sinh hoạt ({written(len(held))} buổi có điểm danh): tổng số {total} lượt đảng viên; phải dự {obliged}; có mặt "
        f"{present}, đạt {share}; vắng có lý do {sum(one.excused for one in held)}, không có lý do "
        f"{written(sum(one.unexcused for one in held))}."
    ) in text
    grades = Counter(one.grade for one in held if one.grade)
    assert f"({written(grades.total())} buổi đã chấm): " in text
    assert all(f"{name} {written(number)}" in text for name, number in grades.items())


def test_its_form_and_its_blanks(world: World) -> None:
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "DUX")).one()
        unit.place_name = "Kỳ Mẫu"
    leader = report(world)
    assert [file.name for file in leader.last.files] == ["Báo cáo quý I-2022.docx"]
    text = text_of(document_of(world, leader))
    for line in (
        PROVINCE.upper(),
        COMMITTEE.upper(),
        f"Số {BLANK}-BC/ĐU",
        "Kỳ Mẫu, ngày 05 tháng 4 năm 2022",
        "kết quả sinh hoạt chi bộ, chuyên đề và chế độ báo cáo quý I/2022",
        "- Căn cứ Kế hoạch số 12-KH/ĐU, ngày 20/12/2021 của Đảng ủy xã về “Kế hoạch năm 2022”.",
        f"Mô hình đã đăng ký: tập thể {BLANK}; cá nhân {BLANK}. Kế hoạch cá nhân đã xây dựng: {BLANK}; đã được xác nhận: {BLANK}.",
        f"Trên đây là báo cáo kết quả quý I/2022 của {COMMITTEE}./.",
        "T/M BAN THƯỜNG VỤ",
        "BÍ THƯ",
        f"- {PROVINCE} (để báo cáo),",
        "- Lưu Văn phòng Đảng ủy.",
    ):
        assert line in text.splitlines()
    assert not re.search(r"\{\{|None", text)


def test_no_sum_stands_alone_on_a_page(world: World) -> None:
    for table in document_of(world, report(world)).tables:
        if len(table.columns) == 7:
            kept = [
                all(one.paragraph_format.keep_with_next for cell in row.cells for one in cell.paragraphs)
                for row in table.rows
            ]
            assert kept[0]
            assert kept[-2:] == [True, False]


def test_nothing_of_another_committee(world: World) -> None:
    leader = report(world, "DUK", "follower")
    text = text_of(document_of(world, leader))
    assert f"Số buổi phải tổ chức: {written(counted(FOREIGN).total())}; đã tổ chức 01" in text
    assert "có mặt 98, đạt" in text
    assert COMMITTEE not in text
    assert "T/M BAN THƯỜNG VỤ" in text
    with world.db.read() as session:
        foreign = session.scalars(select(Unit.id).where(Unit.code == "DUX")).one()
        before = len(session.scalars(select(Errand)).all())
    assert leader.presses(f"sum.report:2022-Q1:{foreign}").last.text.startswith("⚠️")
    assert leader.presses("sum.report:2022-Q4:0").last.text.startswith("Chưa tới quý IV/2022")
    with world.db.read() as session:
        assert len(session.scalars(select(Errand)).all()) == before


def test_of_one_committee_below_and_of_all(world: World) -> None:
    leader = world.registered("TU", "leader").says(f"{OTHER} quý 1/2022").taps("Báo cáo Word")
    assert leader.last.text.startswith("⏰ Đang làm báo cáo quý I/2022; xong sẽ gửi ngay vào đây.")
    runs(leader)
    assert leader.last.text.startswith(f"📄 <b>Báo cáo quý I/2022</b>\n📍 {OTHER}\n")
    assert OTHER.upper() in text_of(document_of(world, leader))
    leader.taps("Cả kỳ").says("/tonghop quý 1/2022").taps("Báo cáo Word")
    runs(leader)
    everybody = counted([*CELLS, *FOREIGN])
    assert f"Số buổi phải tổ chức: {everybody.total()};" in text_of(document_of(world, leader))


def test_who_follows_several_cells_signs_for_none(world: World) -> None:
    follower = world.registered("C1", "follower")
    follower.says(f"/start {world.invite('C3', 'follower')}")
    runs(follower.says("/tonghop quý 1/2022").taps("Báo cáo Word"))
    text = text_of(document_of(world, follower))
    assert f"Số buổi phải tổ chức: {written(counted(['C1', 'C3']).total())};" in text
    assert f"T/M {BLANK}" in text
    assert f"Số {BLANK}-BC/{BLANK}" in text


def test_a_period_in_which_nothing_is_known(world: World, tmp_path: Path) -> None:
    """Blanks where a figure is unknown, noughts where it is none; no table without a row."""
    with world.db.read() as session:
        root = session.scalars(select(Unit).where(Unit.code == "DUX")).one()
        scope, moment = units_below(Duty.path, root.path), world.moment
        period = summed_period("2021-Q1")
        facts = collect_committee_facts(session, [root], scope, period, moment, world.desk.sheets)
    document = Document(str(write_report(renderer(), facts, tmp_path / "report.docx")))
    text = text_of(document)
    assert "Số buổi phải tổ chức: 0; đã tổ chức 0" in text
    assert f"Dự sinh hoạt (0 buổi có điểm danh): tổng số {BLANK} lượt đảng viên" in text
    assert f"Chất lượng buổi sinh hoạt: {BLANK}" in text
    assert "Kỳ trước" not in text
    assert grids(document) == []


def test_a_role_that_ends_before_it_is_made(world: World) -> None:
    leader = world.registered("DUX", "leader").says("/tonghop quý 1/2022").taps("Báo cáo Word")
    with world.db.write() as session:
        for role in session.scalars(select(Membership)):
            role.ended_at = world.at
    runs(leader)
    assert leader.last.text.startswith("⚠️")
    assert not leader.last.files


def test_as_pdf_where_that_can_be_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def convert(docx: Path, folder: Path) -> Path:
        target = folder / "report.pdf"
        target.write_bytes(b"%PDF-1.4 " + docx.name.encode())
        return target

    monkeypatch.setattr("bot.summaries.reporting.find_converter", lambda: "soffice")
    monkeypatch.setattr("bot.papers.converting.to_pdf", convert)
    leader = report(world).taps("Lấy bản PDF")
    runs(leader)
    assert [file.name for file in leader.last.files] == ["Báo cáo quý I-2022.pdf"]
    assert not [label for label in labels(leader) if "PDF" in label]


def test_without_libreoffice_it_is_word_and_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.papers.converting.find_converter", lambda: None)
    leader = world.registered("DUX", "leader").presses("sum.report:2022-Q1:0:pdf")
    runs(leader)
    assert [file.name for file in leader.last.files] == ["Báo cáo quý I-2022.docx"]
    assert "Ở đây chưa đổi được sang PDF" in leader.last.text


def test_a_template_that_was_broken_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.summaries.reporting.TEMPLATE", "KHONG-CO.docx")
    leader = report(world)
    assert "KHONG-CO.docx" in leader.last.text
    assert not leader.last.files
