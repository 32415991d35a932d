"""The papers as Word files: their form, their blanks, what a template may do, and their way to PDF."""

import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from pypdf import PdfReader

from bot.papers.__main__ import main as draw_all
from bot.papers.converting import NoConverter, NotConverted, find_converter, to_pdf
from bot.papers.facts import (
    AttendanceFacts,
    MinutesFacts,
    Noted,
    PaperFacts,
    PaperUnit,
    PlanFacts,
    ScoreFacts,
    StepFacts,
    TaskFacts,
    VoteFacts,
)
from bot.papers.forms import read_forms, read_paper_words
from bot.papers.rendering import render_paper, tag_environment
from bot.papers.tags import Wording
from bot.papers.texts import clean_text
from bot.problems import Problem, Rejected
from bot.reading.readings import documents_to_read
from bot.talk.render import Renderer

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "templates" / "documents"
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
BLANK = "……………"
KINDS = ("BB", "NQ", "BC")
LETTERS = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
EVIL = "<b>&\"'</w:t> {{ 7*7 }} {% x %} \x00\x08\x0b\x1f\ufffe\ud800 \u200b "
NOTE = "Đồng chí phát biểu: " + "nhất trí với dự thảo. " * 182
MARGIN = Mm(0.2)


def step(number: int, key: str, title: str, *texts: str, **facts: Any) -> StepFacts:
    given: dict[str, Any] = {
        "phases": ("Mở đầu",),
        "owner": "",
        "asks": "none",
        "state": "done",
        "noted": Noted(texts),
        "speakers": None,
        "turns": None,
        "begun": None,
        "ended": None,
        **facts,
    }
    return StepFacts(number, key, title, **given)


def known(day: date = date(2026, 8, 5), **facts: Any) -> MinutesFacts:
    """A meeting of which everything is known."""
    began = datetime(day.year, day.month, day.day, 19, 30, tzinfo=ZONE)
    whole = MinutesFacts(
        unit=PaperUnit("Chi bộ thôn Đông", "chi_bo", "Đảng bộ xã Kỳ Lợi", "Kỳ Lợi"),
        kind="regular",
        topics=("Tự soi, tự sửa",),
        plans=(PlanFacts("42-KH/ĐU", date(2026, 2, 8), "Đảng ủy xã Kỳ Lợi", "Sinh hoạt chuyên đề"),),
        documents=("Kết luận 21-KL/TW (25/10/2021)",),
        rules="42-HD/BTCTW",
        place="Nhà văn hóa thôn",
        day=day,
        began=began,
        ended=began + timedelta(minutes=105),
        chair="đ/c Nguyễn Văn An, Bí thư chi bộ",
        clerk="Lê Thị Hoa",
        presenter="đồng chí Phó Bí thư",
        attendance=AttendanceFacts(30, 27, 3, 0, 2, 0, 25, 23, 2, 3, 0, 1, 1),
        steps=(
            step(1, "opening", "Tuyên bố lý do"),
            step(2, "fees", "Thông báo đảng phí", state="skipped"),
            step(
                3,
                "discussion",
                "Thảo luận",
                phases=("Tiến hành",),
                noted=Noted(("Đ/c Hoa: rà soát hộ nghèo.\nTrước 15/8.", "- Đ/c Bảy: nhất trí."), 1, 2),
                speakers=4,
                turns=3,
            ),
            step(4, "conclusion", "Kết luận", "Đăng ký hai việc sửa ngay.", phases=("Tiến hành",)),
        ),
        loose=Noted(),
        conclusions=("Đăng ký hai việc sửa ngay.",),
        tasks=(TaskFacts("Rà soát hộ nghèo", "Chi ủy viên", date(2026, 8, 15), "open", ""),),
        reviewed=(TaskFacts("Thu đảng phí", "Thủ quỹ", None, "done", "Đủ"),),
        votes=(VoteFacts(3, "Nghị quyết tháng 8", True, 20, 2, 1, 23, 27),),
        score=ScoreFacts("42-HD/BTCTW", (), 92, "Tốt", "Ít ý kiến.", True, ""),
        read_back=began + timedelta(minutes=100),
        homework=(),
        papers=tuple(PaperFacts(kind, number, day) for kind, number in zip(KINDS, (5, 3, 112), strict=True)),
    )
    return replace(whole, **facts)


def unknown(day: date = date(2026, 8, 5), kind: str = "thematic") -> MinutesFacts:
    """A meeting of which only the day is known."""
    return MinutesFacts(
        unit=PaperUnit("Chi bộ thôn Đông", "chi_bo", "", ""),
        kind=kind,
        topics=(),
        plans=(),
        documents=(),
        rules="",
        place="",
        day=day,
        began=None,
        ended=None,
        chair="",
        clerk="",
        presenter="",
        attendance=None,
        steps=(),
        loose=Noted(),
        conclusions=(),
        tasks=(),
        reviewed=(),
        votes=(),
        score=None,
        read_back=None,
        homework=(),
        papers=(),
    )


def crowded() -> MinutesFacts:
    """A meeting with all that a paper has to bear: much of everything, every letter, and what is no text at all."""
    name = f"{LETTERS} {LETTERS.upper()} {EVIL}"
    notes = tuple(f"Ý kiến thứ {number}: {name}" for number in range(59))
    facts = known()
    return replace(
        facts,
        unit=replace(facts.unit, name=name, superior=name, place_name=name),
        topics=(name, name + "2"),
        chair=name,
        clerk=name,
        presenter=name,
        place=name,
        steps=(*facts.steps, step(5, "discussion", name, *notes, NOTE, phases=(name,), asks="notes")),
        loose=Noted((name,)),
        conclusions=(name, NOTE),
        tasks=tuple(TaskFacts(f"{number} {name}", name, None, "open", "") for number in range(200)),
        reviewed=tuple(TaskFacts(f"{number} {name}", name, None, "going", name) for number in range(30)),
        votes=(VoteFacts(4, name, True, 0, 0, 0, 0, 0),),
        score=ScoreFacts(name, (), None, name, name, False, ""),
    )


def made(kind: str, facts: MinutesFacts, tmp_path: Path, folder: Path = FOLDER) -> Any:
    target = tmp_path / f"{kind}.docx"
    render_paper(kind, facts, folder, target)
    return Document(str(target))


def texts(document: Any) -> list[str]:
    """The paragraphs in order, those of tables among them; two columns of one row stand behind each other."""
    return ["".join(t.text or "" for t in p.iter(qn("w:t"))) for p in document.element.body.iter(qn("w:p"))]


def whole(document: Any) -> str:
    return "\n".join(texts(document))


def styled(document: Any, name: str) -> list[Any]:
    tables = [p for table in document.tables for row in table.rows for c in row.cells for p in c.paragraphs]
    return [p for p in [*document.paragraphs, *tables] if p.style.name == name]


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_is_that_of_the_form(kind: str, tmp_path: Path) -> None:
    section = made(kind, known(), tmp_path).sections[0]
    sizes = (section.page_width, section.page_height)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    for got, wanted in zip((*sizes, *margins), (210, 297, 20, 20, 30, 15), strict=True):
        assert abs(got - Mm(wanted)) < MARGIN
    assert section.different_first_page_header_footer
    header = section.header.paragraphs[0]
    assert header.alignment == ALIGN.CENTER
    assert "PAGE" in "".join(node.text or "" for node in header._p.iter(qn("w:instrText")))
    assert not list(section.first_page_header._element.iter(qn("w:instrText")))


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_is_that_of_the_form(kind: str, tmp_path: Path) -> None:
    document = made(kind, known(), tmp_path)
    normal = document.styles["Normal"]
    fonts = normal.element.rPr.rFonts
    assert {fonts.get(qn(f"w:{name}")) for name in ("ascii", "hAnsi", "eastAsia", "cs")} == {
        "Times New Roman"
    }
    body = document.styles["Paper Body"]
    shape = body.paragraph_format
    assert (body.font.size, shape.alignment) == (Pt(14), ALIGN.JUSTIFY)
    assert (shape.line_spacing_rule, shape.line_spacing) == (WD_LINE_SPACING.EXACTLY, Pt(18))
    assert shape.space_after == Pt(6)
    assert abs(shape.first_line_indent - Mm(10)) < MARGIN
    assert len(styled(document, "Paper Body")) > 4
    assert document.core_properties.author == ""
    assert not [run for p in document.paragraphs for run in p.runs if run.font.name or run.font.size]


def test_the_head_stands_in_two_columns_without_borders(tmp_path: Path) -> None:
    document = made("BB", known(), tmp_path)
    head = document.tables[0]
    left, right = ([p.text for p in cell.paragraphs] for cell in head.rows[0].cells)
    assert left == ["ĐẢNG BỘ XÃ KỲ LỢI", "CHI BỘ THÔN ĐÔNG", "*", "Số 05-BB/CB"]
    assert right == ["ĐẢNG CỘNG SẢN VIỆT NAM", "", "Kỳ Lợi, ngày 05 tháng 8 năm 2026"]
    assert head.style.name != "Table Grid"
    assert not list(head._tbl.iter(qn("w:tblBorders")))
    widths = [column.width for column in head.columns]
    assert [round(width / Mm(1)) for width in widths] == [75, 90]
    superior, unit = head.rows[0].cells[0].paragraphs[:2]
    assert not superior.style.font.bold
    assert unit.style.font.bold
    party, rule, dated = head.rows[0].cells[1].paragraphs
    assert (party.style.font.size, party.style.font.bold, dated.style.font.italic) == (Pt(15), True, True)
    [border] = rule.style.element.iter(qn("w:pBdr"))
    assert border.find(qn("w:top")).get(qn("w:val")) == "single"
    indents = rule.style.paragraph_format.left_indent + rule.style.paragraph_format.right_indent
    assert round((widths[1] - indents) / Mm(1)) == 73  # as long as the words above it in Times New Roman
    assert "____" not in whole(document)


def test_minutes_have_their_parts_in_order(tmp_path: Path) -> None:
    document = made("BB", known(), tmp_path)
    found = texts(document)
    order = [
        "BIÊN BẢN",
        "sinh hoạt chi bộ thường kỳ tháng 8/2026",
        "-----",
        "Thời gian: bắt đầu hồi 19 giờ 30 phút, ngày 05 tháng 8 năm 2026.",
        "Địa điểm: Nhà văn hóa thôn.",
        "I- THÀNH PHẦN",
        "3. Vắng mặt có lý do: 03 đồng chí.",
        "4. Vắng mặt không có lý do: 0 đồng chí.",
        "6. Chủ trì: đ/c Nguyễn Văn An, Bí thư chi bộ.",
        "II- NỘI DUNG, CHƯƠNG TRÌNH",
        "III- DIỄN BIẾN",
        "Mở đầu",
        "1. Tuyên bố lý do. Đã thực hiện.",
        "2. Thông báo đảng phí (không tiến hành).",
        "Tiến hành",
        "3. Thảo luận",
        "- Đ/c Hoa: rà soát hộ nghèo.",
        "Trước 15/8.",
        "- Đ/c Bảy: nhất trí.",
        "(ghi âm kèm theo: 01; ảnh kèm theo: 02)",
        "Số ý kiến phát biểu: 04.",
        "Số lượt: 03.",
        "4. Kết luận",
        "- Đăng ký hai việc sửa ngay.",
        "IV- PHÂN CÔNG NHIỆM VỤ",
        "V- BIỂU QUYẾT",
        "VI- TỰ ĐÁNH GIÁ CHẤT LƯỢNG BUỔI SINH HOẠT",
        "1. Tổng điểm: 92 điểm; xếp loại: Tốt.",
        "- Ít ý kiến.",
        "NGƯỜI GHI BIÊN BẢN",
        "CHỦ TRÌ HỘI NGHỊ",
    ]
    places = [len(found) - 1 - found[::-1].index(line) for line in order]
    assert all(one < two for one, two in pairwise(places)), [order[i] for i, _ in enumerate(places)]
    text = whole(document)
    assert "2. Có mặt: 25 (hai mươi lăm) đồng chí; trong đó: chính thức 23, dự bị 02; đến muộn 01." in text
    assert "Tỷ lệ dự sinh hoạt: 89,3%." in text  # 25 of 28: the exempt are not obliged
    assert "Tán thành 20/23 đảng viên chính thức có mặt (87%); 20/27" in text
    assert "(74,1%)" in text
    assert text.count("Đăng ký hai việc sửa ngay.") == 1  # a note stands there once
    assert "được đọc lại lúc 21 giờ 10 phút; các đồng chí có mặt nhất trí thông qua." in text
    assert BLANK not in text  # everything is known


def test_names_are_left_to_be_written_where_somebody_was_away(tmp_path: Path) -> None:
    found = texts(made("BB", known(), tmp_path))
    assert "Họ tên, lý do: " in found
    assert "Họ tên: " not in found  # nobody was away without a reason
    assert "Họ tên, chức vụ: " in found  # one guest
    assert "Họ tên: " in texts(made("BB", unknown(), tmp_path))


def test_tables_hold_the_tasks(tmp_path: Path) -> None:
    document = made("BB", known(), tmp_path)
    reviewed, tasks = document.tables[1:3]
    rows = [[cell.text for cell in row.cells] for row in (*reviewed.rows, *tasks.rows)]
    assert rows == [
        ["TT", "Nhiệm vụ", "Tình trạng", "Kết quả"],
        ["1", "Thu đảng phí (Thủ quỹ)", "Đã hoàn thành", "Đủ"],
        ["TT", "Nhiệm vụ", "Người thực hiện", "Thời hạn"],
        ["1", "Rà soát hộ nghèo", "Chi ủy viên", "15/8/2026"],
    ]


@pytest.mark.parametrize(
    ("kind", "left", "right"),
    [
        ("BB", ["NGƯỜI GHI BIÊN BẢN", "Lê Thị Hoa"], ["CHỦ TRÌ HỘI NGHỊ", "Nguyễn Văn An"]),
        (
            "NQ",
            ["Nơi nhận:", "- Đảng bộ xã Kỳ Lợi (để báo cáo);", "- Đảng viên chi bộ;", "- Lưu Chi bộ."],
            ["T/M CHI BỘ", "BÍ THƯ", "Nguyễn Văn An"],
        ),
    ],
)
def test_the_signatures_are_those_of_the_form(
    kind: str, left: list[str], right: list[str], tmp_path: Path
) -> None:
    document = made(kind, known(), tmp_path)
    block = document.tables[-1]
    assert not list(block._tbl.iter(qn("w:tblBorders")))
    cells = block.rows[0].cells
    assert [[p.text for p in cell.paragraphs] for cell in cells] == [left, right]
    signer = cells[1].paragraphs
    assert signer[0].style.font.bold
    assert signer[-1].style.font.bold
    assert signer[-1].style.paragraph_format.space_before >= Pt(4 * 18)
    if kind == "NQ":
        assert not signer[1].style.font.bold
        label, item = cells[0].paragraphs[:2]
        assert (label.style.font.size, label.style.font.underline) == (Pt(14), True)
        assert item.style.font.size == Pt(12)


@pytest.mark.parametrize(
    ("chair", "title", "name"),
    [
        ("Phó Bí thư Lê Thị Hoa", "PHÓ BÍ THƯ", "Lê Thị Hoa"),
        ("Bí thư chi bộ", "BÍ THƯ", BLANK),
        ("Trần Văn Bảy", "BÍ THƯ", BLANK),  # nobody has said that he is the secretary
        ("", "BÍ THƯ", BLANK),
    ],
)
def test_nobody_is_made_the_secretary(chair: str, title: str, name: str, tmp_path: Path) -> None:
    cell = made("NQ", known(chair=chair), tmp_path).tables[-1].rows[0].cells[1]
    assert [p.text for p in cell.paragraphs] == ["T/M CHI BỘ", title, name]


def test_a_resolution_says_how_it_was_voted(tmp_path: Path) -> None:
    found = texts(made("NQ", known(), tmp_path))
    assert (
        "- Căn cứ Kế hoạch số 42-KH/ĐU, ngày 08/02/2026 của Đảng ủy xã Kỳ Lợi về “Sinh hoạt chuyên đề”."
        in found
    )
    assert "Số 03-NQ/CB" in found
    voted = next(line for line in found if line.startswith("Nghị quyết này"))
    assert "20/23 đồng chí đảng viên chính thức có mặt tán thành, đạt 87% (bằng 74,1% so với 27" in voted
    assert [line[: line.index("-")] for line in found if re.match("[IV]+- ", line)] == [
        "I",
        "II",
        "III",
        "IV",
    ]


def test_a_resolution_cites_the_last_vote_that_passed_one(tmp_path: Path) -> None:
    passed = VoteFacts(3, "Nghị quyết tháng 8", True, 20, 2, 1, 23, 27)
    rejected = VoteFacts(4, "Nghị quyết khác", True, 13, 10, 0, 23, 27)
    found = texts(made("NQ", known(votes=(passed, rejected)), tmp_path))
    assert "20/23 đồng chí" in next(line for line in found if line.startswith("Nghị quyết này"))
    found = texts(made("NQ", known(votes=(rejected,)), tmp_path))
    assert "13/23" not in "\n".join(found)


def test_a_report_of_a_thematic_meeting(tmp_path: Path) -> None:
    day = date(2026, 9, 3)
    facts = known(kind="thematic", papers=(PaperFacts("BC", 112, day),))
    found = texts(made("BC", facts, tmp_path))
    assert "Số 112-BC/CB" in found
    assert "kết quả sinh hoạt chuyên đề “Tự soi, tự sửa”" in found
    assert "Kỳ Lợi, ngày 03 tháng 9 năm 2026" in found  # the day it was made, not that of the meeting
    assert [line for line in found if re.match(r"\d\. ", line)] == [
        "1. Công tác chuẩn bị",
        "2. Tổ chức sinh hoạt",
        "3. Kết quả",
        "4. Giải pháp, việc sửa chữa, phân công thực hiện",
        "5. Kiến nghị",
    ]
    assert "đ) Số ý kiến phát biểu: 04." in found


@pytest.mark.parametrize(
    ("day", "symbol", "ending", "between"),
    [
        (date(2016, 5, 4), "36-HD/VPTW", "./.", ","),
        (date(2018, 4, 3), "36-HD/VPTW", "./.", ","),
        (date(2026, 5, 26), "36-HD/VPTW", "./.", ","),
        (date(2026, 5, 27), "05-HD/VPTW", ".", ";"),
        (date(2030, 1, 1), "05-HD/VPTW", ".", ";"),
    ],
)
def test_the_form_is_that_of_the_day(
    day: date, symbol: str, ending: str, between: str, tmp_path: Path
) -> None:
    assert read_forms(FOLDER).on(day).symbol == symbol
    for kind in KINDS:
        document = made(kind, known(day), tmp_path)
        last = styled(document, "Paper Closing")[-1].text
        assert last.endswith(ending)
        assert last.endswith("./.") == (ending == "./.")
        if kind != "BB":
            recipients = [p.text for p in document.tables[-1].rows[0].cells[0].paragraphs][1:]
            assert [line[-1] for line in recipients] == [between, between, "."]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 2, 5), "ngày 05 tháng 02 năm 2026"),
        (date(2026, 1, 31), "ngày 31 tháng 01 năm 2026"),
        (date(2026, 3, 9), "ngày 09 tháng 3 năm 2026"),
        (date(2026, 12, 10), "ngày 10 tháng 12 năm 2026"),
    ],
)
def test_days_below_ten_and_the_first_two_months_are_padded(day: date, said: str, tmp_path: Path) -> None:
    assert f"Kỳ Lợi, {said}" in texts(made("BB", known(day), tmp_path))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sort", ["regular", "thematic"])
def test_what_nobody_knows_is_a_blank(kind: str, sort: str, tmp_path: Path) -> None:
    document = made(kind, unknown(kind=sort), tmp_path)
    text = whole(document)
    assert f"Số {BLANK}-{kind}/CB" in text
    assert f"{BLANK}, ngày 05 tháng 8 năm 2026" in text
    assert text.count(BLANK) > 8
    assert "None" not in text
    assert "Nguyễn" not in text
    assert not re.search(r"\b0\b|\d%", text)  # no count has been invented
    dotted = [p for p in document.paragraphs if p.style.name == "Paper Dots"]
    assert len(dotted) >= 4
    stops = document.styles["Paper Dots"].element.iter(qn("w:tab"))
    assert [stop.get(qn("w:leader")) for stop in stops] == ["dot"]


def test_a_committee_signs_in_its_own_name(tmp_path: Path) -> None:
    facts = known(unit=PaperUnit("Đảng ủy xã Kỳ Lợi", "dang_uy", "Đảng bộ thị xã", "Kỳ Lợi"))
    text = whole(made("NQ", facts, tmp_path))
    assert "Số 03-NQ/ĐU" in text
    assert "T/M ĐẢNG ỦY" in text
    other = known(unit=PaperUnit("Mặt trận", "mat_tran", "", ""))
    assert f"Số 05-BB/{BLANK}" in whole(made("BB", other, tmp_path))


AGENDA = (
    ("opening", "Tuyên bố lý do", "none", "1. Tuyên bố lý do. Đã thực hiện."),
    ("clerk", "Cử thư ký", "none", "2. Cử thư ký. Thư ký: Lê Thị Hoa."),
    ("attendance", "Điểm danh", "attendance", "3. Điểm danh. Có mặt 25/30 đồng chí (mục I)."),
    ("report", "Bí thư báo cáo", "none", "4. Bí thư báo cáo. Không có ý kiến."),
    ("review", "Đánh giá", "last_tasks", "5. Đánh giá. Đã xem xét 01 nhiệm vụ (mục IV)."),
    ("discussion", "Thảo luận", "speakers", "6. Thảo luận. Không có ý kiến."),
    ("opinions", "Tổng hợp", "notes", "7. Tổng hợp. Không có ý kiến."),
    ("tasks", "Phân công", "tasks", "8. Phân công. Đã phân công 01 nhiệm vụ (mục IV)."),
    ("conclusion", "Kết luận", "vote", "9. Kết luận. Kết quả biểu quyết ghi ở mục V."),
    ("score", "Chấm điểm", "none", "10. Chấm điểm. Tự chấm 92 điểm, xếp loại Tốt (mục VI)."),
    ("minutes", "Đọc lại biên bản", "read_back", "11. Đọc lại biên bản. Đã đọc lại và thông qua."),
)


def silent(state: str = "done") -> tuple[StepFacts, ...]:
    """A whole agenda at which nobody noted anything."""
    return tuple(
        step(number, key, title, asks=asks, state=state, phases=())
        for number, (key, title, asks, _) in enumerate(AGENDA, 1)
    )


def test_a_step_without_notes_is_one_line_with_what_is_known_of_it(tmp_path: Path) -> None:
    votes = (VoteFacts(8, "Nghị quyết tháng 8", True, 20, 2, 1, 23, 27),)
    document = made("BB", known(steps=silent(), votes=votes), tmp_path)
    found = texts(document)
    assert [line for line in found if line in {wanted for *_, wanted in AGENDA}] == [w for *_, w in AGENDA]
    assert "Chương trình gồm 11 nội dung, tiến hành lần lượt như mục III." in found
    for _, title, *_ in AGENDA:
        assert sum(line.partition(". ")[2].startswith(f"{title}.") for line in found) == 1, title
    assert [p.text for p in styled(document, "Paper Item")] == [
        "1. Kết quả thực hiện nhiệm vụ kỳ sinh hoạt trước",
        "2. Nhiệm vụ phân công tại kỳ sinh hoạt này",
    ]


def test_a_meeting_that_came_to_nothing_says_so(tmp_path: Path) -> None:
    facts = known(steps=silent(), votes=(), tasks=(), reviewed=(), score=None, read_back=None, clerk="")
    text = whole(made("BB", facts, tmp_path))
    assert "V- BIỂU QUYẾT\nKhông có nội dung biểu quyết." in text
    assert "IV- PHÂN CÔNG NHIỆM VỤ\nKhông phân công nhiệm vụ mới." in text
    assert "11. Đọc lại biên bản. Đã thực hiện." in text
    assert "5. Đánh giá. Không có ý kiến." in text
    assert f"{BLANK} đồng chí nhất trí thông qua" in text  # nobody has said that it was read back


def test_steps_that_nobody_has_taken_are_blanks_not_silence(tmp_path: Path) -> None:
    facts = known(steps=silent(state=""), votes=(), tasks=(), reviewed=(), score=None, read_back=None)
    text = whole(made("BB", facts, tmp_path))
    assert "Không có ý kiến" not in text
    assert "Không có nội dung" not in text
    assert f"6. Thảo luận. {BLANK}" in text


def test_a_vote_and_tasks_that_were_only_noted_are_pointed_at(tmp_path: Path) -> None:
    steps = tuple(
        replace(one, noted=Noted((f"Việc {one.number}",))) if one.asks in ("tasks", "vote") else one
        for one in silent()
    )
    text = whole(made("BB", known(steps=steps, votes=(), tasks=(), reviewed=()), tmp_path))
    assert "IV- PHÂN CÔNG NHIỆM VỤ\nGhi ở mục III, điểm 8." in text
    assert "V- BIỂU QUYẾT\nGhi ở mục III, điểm 9." in text
    assert text.count("Việc 9") == 1


def test_the_vote_on_the_minutes_says_who_agreed(tmp_path: Path) -> None:
    votes = (VoteFacts(10, "Thông qua biên bản", False, 22, 0, 1, 23, 27),)
    text = whole(made("BB", known(votes=votes), tmp_path))
    assert "21 giờ 10 phút; 22/23 đảng viên chính thức có mặt tán thành (95,7%)." in text


NOTED = {
    "information": "Quán triệt Nghị quyết 21-NQ/TW.",
    "report": "Tháng trước hoàn thành 9/9 việc.",
    "review": "Còn hạn chế: báo cáo nộp chậm 2 ngày.",
    "discussion": "Đ/c Bảy: nhất trí.",
    "opinions": "Biểu dương đ/c Hoa.",
    "orientation": "Kiến nghị Đảng ủy tập huấn Sổ tay.",
    "conclusion": "Tập trung thu ngân sách.",
}


def noted(**facts: Any) -> MinutesFacts:
    rows = enumerate(NOTED.items(), 1)
    steps = tuple(step(number, key, key.title(), text, phases=()) for number, (key, text) in rows)
    return known(steps=steps, conclusions=("Tập trung thu ngân sách.",), **facts)


def test_a_resolution_takes_its_parts_from_the_notes_and_tasks(tmp_path: Path) -> None:
    found = texts(made("NQ", noted(score=None), tmp_path))
    wanted = [
        "I- ĐÁNH GIÁ KẾT QUẢ LÃNH ĐẠO THÁNG TRƯỚC",
        "1. Công tác chính trị tư tưởng",
        "- Quán triệt Nghị quyết 21-NQ/TW.",
        "2. Kết quả lãnh đạo thực hiện nhiệm vụ chính trị",
        "- Tháng trước hoàn thành 9/9 việc.",
        "3. Kết quả thực hiện nghị quyết tháng trước",
        "Thu đảng phí (Thủ quỹ)",
        "4. Biểu dương, nhắc nhở",
        "- Biểu dương đ/c Hoa.",
        "5. Hạn chế, nguyên nhân",
        "- Còn hạn chế: báo cáo nộp chậm 2 ngày.",
        "II- PHƯƠNG HƯỚNG, NHIỆM VỤ THÁNG TỚI",
        "- Tập trung thu ngân sách.",
        "III- PHÂN CÔNG, TỔ CHỨC THỰC HIỆN",
        "Rà soát hộ nghèo",
    ]
    assert [line for line in found if line in wanted] == wanted
    assert "Kiến nghị Đảng ủy" not in "\n".join(
        found
    )  # it goes to the superior in a report, it is no resolution


def test_parts_of_a_resolution_without_anything_are_left_out(tmp_path: Path) -> None:
    facts = known(steps=(), conclusions=(), reviewed=(), loose=Noted(("Hoàn thành 9/9 việc.",)), score=None)
    found = texts(made("NQ", facts, tmp_path))
    assert "1. Kết quả lãnh đạo thực hiện nhiệm vụ chính trị" in found
    assert "- Hoàn thành 9/9 việc." in found
    assert not [line for line in found if line.startswith(("2. ", "3. ")) and "Nhiệm" not in line]
    assert "Thực hiện các nhiệm vụ được phân công ở mục III." in found


def test_a_report_has_weaknesses_and_proposals_of_the_notes(tmp_path: Path) -> None:
    found = texts(made("BC", noted(kind="thematic"), tmp_path))
    for one, other in (
        ("b) Hạn chế, nguyên nhân", "- Ít ý kiến."),
        ("- Ít ý kiến.", "- Còn hạn chế: báo cáo nộp chậm 2 ngày."),
        ("5. Kiến nghị", "- Kiến nghị Đảng ủy tập huấn Sổ tay."),
    ):
        assert found[found.index(one) + 1] == other


@pytest.mark.parametrize(
    ("chair", "secretary", "signed"),
    [
        ("", "Trần Văn Bảy", ["BÍ THƯ", "Trần Văn Bảy"]),
        ("đồng chí bí thư", "Trần Văn Bảy", ["BÍ THƯ", "Trần Văn Bảy"]),
        ("Lê Thị Hoa", "Trần Văn Bảy", ["BÍ THƯ", "Trần Văn Bảy"]),
        ("Bí thư Lê Thị Hoa", "Trần Văn Bảy", ["BÍ THƯ", "Lê Thị Hoa"]),
        ("đồng chí phó bí thư", "Trần Văn Bảy", ["PHÓ BÍ THƯ", BLANK]),
        ("Phó Bí thư Lê Thị Hoa", "Trần Văn Bảy", ["PHÓ BÍ THƯ", "Lê Thị Hoa"]),
        ("", "", ["BÍ THƯ", BLANK]),
    ],
)
def test_the_registered_secretary_signs(
    chair: str, secretary: str, signed: list[str], tmp_path: Path
) -> None:
    for kind in ("NQ", "BC"):
        cell = made(kind, known(chair=chair, secretary=secretary), tmp_path).tables[-1].rows[0].cells[1]
        assert [p.text for p in cell.paragraphs][1:] == signed


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_and_its_file_bear_one_day(kind: str, tmp_path: Path) -> None:
    facts = known(papers=(PaperFacts(kind, 7, date(2026, 9, 3)),))
    document = made(kind, facts, tmp_path)
    day = facts.dated(kind)
    assert day == (date(2026, 9, 3) if kind == "BC" else date(2026, 8, 5))
    head = document.tables[0].rows[0].cells[1].text
    assert f"ngày {day.day:02} tháng {day.month} năm 2026" in head
    assert document.core_properties.created.date() == day


@pytest.mark.parametrize("kind", KINDS)
def test_a_crowded_paper_stays_well_formed(kind: str, tmp_path: Path) -> None:
    document = made(kind, crowded(), tmp_path)
    with zipfile.ZipFile(tmp_path / f"{kind}.docx") as parts:
        assert parts.testzip() is None
        assert len(parts.namelist()) == len(set(parts.namelist()))
    text = whole(document)
    seen = EVIL[: EVIL.index("\x00")].strip()
    assert f"{LETTERS} {LETTERS.upper()} {seen}" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\ufffe\ud800-\udfff]", text)
    if kind == "BB":
        assert NOTE.strip() in text
        assert len(NOTE) > 4000
        for number in range(59):
            assert text.count(f"Ý kiến thứ {number}: ") == 1
    rows = max(len(table.rows) for table in document.tables)
    assert rows == 201


def test_text_is_cleaned_wherever_it_stands() -> None:
    assert clean_text({"a": ["x\x00\ty\r\nz\rq", None, 7]}) == {"a": ["x y\nz\nq", None, 7]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "documents"
    shutil.copytree(FOLDER, copy)
    return copy


def edited(folder: Path, *lines: str) -> None:
    """The template of minutes with paragraphs that an office has written into it."""
    document = Document(str(folder / "BB.docx"))
    for line in lines:
        document.add_paragraph(line)
    document.save(str(folder / "BB.docx"))


def refused(folder: Path, tmp_path: Path, kind: str = "BB") -> Problem:
    with pytest.raises(Rejected) as raised:
        render_paper(kind, known(), folder, tmp_path / "out.docx")
    assert not (tmp_path / "out.docx").exists()
    [problem] = raised.value.problems
    assert Renderer(ROOT / "templates", ZONE).sentence(problem.code, problem.facts)
    return problem


@pytest.mark.parametrize(
    ("lines", "code", "told"),
    [
        (["{{ chair"], "paper_template_syntax", ""),
        (["{%p for task in tasks %}", "{{ task.what }}"], "paper_template_syntax", "endfor"),
        (["{{ chair|sing }}"], "paper_template_syntax", "sing"),
        (["{{ chairman }}"], "paper_template_unknown", "chairman"),
        (["{{ score.stars }}"], "paper_template_unknown", "stars"),
        (["{{ tasks + 1 }}"], "paper_template_failed", ""),
        (["{{ 1 / 0 }}"], "paper_template_failed", ""),
        (["{{ ''.__class__.__mro__ }}"], "paper_template_failed", ""),
    ],
)
def test_a_broken_template_is_named(
    folder: Path, tmp_path: Path, lines: list[str], code: str, told: str
) -> None:
    edited(folder, *lines)
    problem = refused(folder, tmp_path)
    assert (problem.code, problem.place) == (code, "BB.docx")
    assert told in str(problem.facts)


def test_tags_that_cross_are_named(folder: Path, tmp_path: Path) -> None:
    document = Document(str(folder / "BB.docx"))
    document.add_paragraph("{% if not tasks %}")
    document.add_table(1, 1).rows[0].cells[0].paragraphs[0].add_run("{% endif %}")
    document.save(str(folder / "BB.docx"))
    assert refused(folder, tmp_path).code == "paper_template_crossed"


def test_a_template_that_is_no_word_file_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / "BB.docx").write_bytes(b"not a zip")
    (folder / "NQ.docx").unlink()
    with zipfile.ZipFile(folder / "BC.docx", "w") as parts:
        parts.writestr("readme.txt", "no document")
    assert refused(folder, tmp_path).code == "paper_template_unreadable"
    assert refused(folder, tmp_path, "NQ").code == "paper_template_missing"
    assert refused(folder, tmp_path, "BC").code == "paper_template_unreadable"


def test_a_form_that_cannot_be_read_is_named(folder: Path, tmp_path: Path) -> None:
    forms = folder / "forms.yaml"
    whole_text = forms.read_text("utf-8")
    forms.write_text(whole_text.replace("ending: ./.", "end: ./."), "utf-8")
    with pytest.raises(Rejected) as raised:
        render_paper("BB", known(), folder, tmp_path / "out.docx")
    fields = {problem.facts["field"] for problem in raised.value.problems}
    assert fields == {"forms.0.ending", "forms.0.end"}
    forms.write_text("forms: [", "utf-8")
    assert refused(folder, tmp_path).facts["name"] == "forms.yaml"
    forms.write_text(whole_text, "utf-8")
    (folder / "words.yaml").unlink()
    assert refused(folder, tmp_path).facts["name"] == "words.yaml"


def test_an_office_changes_the_template(folder: Path, tmp_path: Path) -> None:
    """What Word writes: a tag in pieces, other margins, an added line; an older form has a template of its own."""
    document = Document(str(folder / "BB.docx"))
    document.sections[0].left_margin = Mm(25)
    paragraph = document.add_paragraph("")
    for piece in ("Người ghi: {", "{ cl", "erk ", "}", "}"):
        paragraph.add_run(piece).bold = piece == "erk "
    document.save(str(folder / "BB.docx"))
    changed = made("BB", known(), tmp_path, folder)
    assert "Người ghi: Lê Thị Hoa" in texts(changed)
    assert abs(changed.sections[0].left_margin - Mm(25)) < MARGIN
    shutil.copy(FOLDER / "BB.docx", folder / "BB.2018-04-03.docx")
    assert "Người ghi: Lê Thị Hoa" not in texts(made("BB", known(date(2020, 1, 3)), tmp_path, folder))


def test_the_shipped_templates_are_those_of_the_outlines(folder: Path) -> None:
    kinds = (*KINDS, "TH")
    shipped = {kind: texts(Document(str(FOLDER / f"{kind}.docx"))) for kind in kinds}
    draw_all(folder)
    assert {kind: texts(Document(str(folder / f"{kind}.docx"))) for kind in kinds} == shipped


def test_every_tag_is_documented() -> None:
    page = (ROOT / "docs" / "papers.md").read_text("utf-8")
    forms = read_forms(FOLDER)
    tags = Wording(forms.on(date.max), forms.of("chi_bo"), read_paper_words(FOLDER)).tags("BB", known())
    named = set(re.findall(r"`([a-z_.]+)`", page))
    assert set(tags) - named == set()
    rows = {"steps": "step", "tasks": "task", "votes": "vote", "parts": "part"}
    inner = {f"{one}.{key}" for many, one in rows.items() for key in tags[many][0]}
    assert inner - named == set()
    assert {f"score.{key}" for key in tags["score"]} - named == set()


def test_a_blank_is_only_for_what_is_missing() -> None:
    filled = (
        tag_environment(BLANK).from_string("{{ a }}|{{ b }}|{{ c }}|{{ d }}").render(a=None, b="", c=0, d="<")
    )
    assert filled == f"{BLANK}|{BLANK}|0|&lt;"


def test_only_known_kinds_are_made(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        render_paper("QĐ", known(), FOLDER, tmp_path / "out.docx")


def test_without_a_converter_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert find_converter() is None
    with pytest.raises(NoConverter):
        to_pdf(tmp_path / "BB.docx", tmp_path)


@pytest.mark.parametrize(
    ("has", "converts"), [(("main", "calc"), False), (("main", "writer"), True), ((), True)]
)
def test_a_libreoffice_without_writer_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, has: tuple[str, ...], converts: bool
) -> None:
    """Where only Calc was installed, nobody is offered a PDF that cannot come."""
    program = tmp_path / "libreoffice/program/soffice"
    program.parent.mkdir(parents=True)
    program.write_text("")
    link = tmp_path / "bin-soffice"
    link.symlink_to(program)
    parts = tmp_path / "libreoffice/share/registry"
    for name in has:
        parts.mkdir(parents=True, exist_ok=True)
        (parts / f"{name}.xcd").write_text("")
    monkeypatch.setattr(shutil, "which", lambda _name: str(link))
    assert (find_converter() is not None) == converts
    if not converts:
        with pytest.raises(NoConverter):
            to_pdf(tmp_path / "BB.docx", tmp_path)


def _program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _name: str(program))


def test_a_converter_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _program(tmp_path, monkeypatch, "sleep 100 & sleep 100")
    with pytest.raises(NotConverted, match=r"0\.5 seconds") as raised:
        to_pdf(tmp_path / "BB.docx", tmp_path, seconds=0.5)
    assert not isinstance(raised.value, NoConverter)


def test_a_converter_that_makes_nothing_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _program(tmp_path, monkeypatch, "echo source file could not be loaded")
    with pytest.raises(NotConverted, match="could not be loaded"):
        to_pdf(tmp_path / "BB.docx", tmp_path)


@pytest.mark.process
@pytest.mark.skipif(find_converter() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(("kind", "facts"), [("BB", crowded()), ("NQ", known()), ("BC", unknown())])
def test_libreoffice_converts_it(kind: str, facts: MinutesFacts, tmp_path: Path) -> None:
    made(kind, facts, tmp_path)
    pdf = PdfReader(to_pdf(tmp_path / f"{kind}.docx", tmp_path))
    box = pdf.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)
    assert f"-{kind}/CB" in pdf.pages[0].extract_text()
    if kind == "NQ":
        assert [page.extract_text().split()[0] for page in pdf.pages][1:] == ["2"]


@pytest.mark.parametrize("sort", ["Ma két", "MA KÉT", "Maket", "Mẫu ma két", "Phông"])
def test_the_backdrop_is_no_document_to_read(sort: str) -> None:
    listed = [
        {"type": sort, "title": "ĐẢNG BỘ XÃ"},
        {"type": "Kết luận", "symbol": "21-KL/TW"},
        {"type": "Phong trào"},
    ]
    assert [one["type"] for one in documents_to_read(listed)] == ["Kết luận", "Phong trào"]
    macro = "{% from '_parts.html' import documents %}[{{ documents(topic) }}]"
    environment = Renderer(ROOT / "templates", ZONE).environment
    said = environment.from_string(macro).render(topic={"documents": listed})
    assert said.startswith("[\n📄 Tài liệu (2):\n– Kết luận 21-KL/TW")
    assert environment.from_string(macro).render(topic={"documents": listed[:1]}) == "[]"
