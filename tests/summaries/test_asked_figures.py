"""Figures that a plan asks for, above: sums with how many have answered, texts by unit, a sheet; nobody sees beyond."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
import yaml
from docx import Document
from sqlalchemy import select

from bot.summaries.table import summary_workbook
from bot.tables import Duty, Membership, Unit
from bot.units.ends import close_unit
from schedules import summaries
from tests.kit.committees import committee
from tests.kit.duties import duty_of
from tests.kit.figures import FIGURES, KNOWN
from tests.kit.files import stored
from tests.kit.places import TEMPLATES
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import reads_well
from tests.kit.world import World

WORDS = yaml.safe_load((TEMPLATES / "web" / "export.yaml").read_text("utf-8"))


def asking(world: World) -> None:
    committee(world)
    world.load(plan_of(FIGURES))


pytestmark = begins(asking)


@pytest.fixture
def leader(world: World) -> Talker:
    return world.registered("DUK", "leader")


def answers(world: World, unit: str, line: str, text: str = "") -> Talker:
    """The secretary of a unit hands its report in and answers."""
    secretary = world.registered(unit, "secretary")
    secretary.says("/nop").taps("Báo cáo kết quả").hands(stored("a.pdf")).taps("Xong").says(line)
    return secretary.says(text) if text else secretary.taps("Không có, bỏ qua")


def test_numbers_are_summed_and_it_is_said_how_many_have_answered(world: World, leader: Talker) -> None:
    answers(world, "CB01", "3 mô hình, 28 kế hoạch cá nhân")
    answers(world, "CB02", "2 mô hình, 10 kế hoạch cá nhân", "Thiếu tài liệu")
    leader.says("/tonghop")
    assert "📝 Mô hình: 5, 2/3 đơn vị · Kế hoạch cá nhân: 38, 2/3 đơn vị" in leader.last.text
    leader.taps("Số liệu")
    assert "– Mô hình: <b>5</b>, 2/3 đơn vị đã trả lời\n– Kế hoạch cá nhân: <b>38</b>" in leader.last.text
    assert "– Ý kiến: 1 câu, 2/3 đơn vị đã trả lời" in leader.last.text
    reads_well(leader)


def test_texts_bear_the_name_of_the_unit_and_of_nobody(world: World, leader: Talker) -> None:
    answers(world, "CB02", "2 mô hình, 10 kế hoạch cá nhân", "Thiếu <b>tài liệu</b>")
    leader.presses(f"sum.figures:{duty_of(world, 'bc').demand_id}").taps("Ý kiến (1)")
    assert leader.last.text.startswith(
        "📝 <b>Ý kiến: 1 câu</b>\nBáo cáo kết quả\n– Chi bộ Công ty Nước sạch: Thiếu &lt;b&gt;tài liệu"
    )
    reads_well(leader)


def test_texts_come_page_by_page(world: World, leader: Talker) -> None:
    world.units(*((f"CB{n}", f"Chi bộ {n}", "chi_bo", "co_quan", "DUK") for n in range(10, 22)))
    world.load(plan_of(FIGURES))
    for n in range(10, 22):
        answers(world, f"CB{n}", "1 mô hình, 1 kế hoạch cá nhân", f"Câu {n}")
    leader.presses(f"sum.figures:{duty_of(world, 'bc').demand_id}").taps("Ý kiến (12)")
    assert "– Chi bộ 19: Câu 19" in leader.last.text
    assert "Câu 20" not in leader.last.text
    leader.taps("Trang sau")
    assert "– Chi bộ 21: Câu 21" in leader.last.text
    assert "Câu 19" not in leader.last.text
    leader.taps("Trang trước")
    assert "Câu 10" in leader.last.text
    reads_well(leader)


def test_a_correction_counts_once_and_a_unit_that_is_closed_keeps_what_it_said(
    world: World, leader: Talker
) -> None:
    secretary = answers(world, "CB01", "3 mô hình, 28 kế hoạch cá nhân")
    secretary.taps("Sửa: Mô hình").says("4")
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        close_unit(session, unit, world.moment.today, world.moment)
    leader.presses(f"sum.figures:{duty_of(world, 'bc').demand_id}")
    assert "– Mô hình: <b>4</b>, 1/3 đơn vị đã trả lời" in leader.last.text


@pytest.mark.parametrize(
    ("unit", "role", "sees"),
    [
        ("DUK", "leader", True),
        ("DUK", "admin", True),
        ("CB01", "follower", True),
        ("CB02", "leader", False),
        ("CB02", "secretary", False),
    ],
)
def test_who_reads_the_figures(world: World, unit: str, role: str, sees: bool) -> None:
    answers(world, "CB01", "3 mô hình, 28 kế hoạch cá nhân", "Câu của chi bộ")
    somebody = world.registered(unit, role)
    demand = duty_of(world, "bc").demand_id
    somebody.presses(f"sum.figures:{demand}")
    assert ("<b>3</b>" in somebody.last.text) == sees
    somebody.presses(f"sum.texts:{demand}:2:0")
    assert ("Câu của chi bộ" in somebody.last.text) == sees
    for button in (f"sum.texts:{demand}:9:0", f"sum.texts:{demand}:0:0", "sum.figures:x"):
        somebody.presses(button)
        assert "Câu của chi bộ" not in somebody.last.text


def test_the_workbook_has_a_column_for_each_figure(world: World, leader: Talker) -> None:
    answers(world, "CB01", "3 mô hình, 28 kế hoạch cá nhân", "=1+1")
    answers(world, "CB03", "2 mô hình, 10 kế hoạch cá nhân")
    with world.db.read() as session:
        roles = list(session.scalars(select(Membership).where(Membership.role == "leader")))
        book = openpyxl.load_workbook(BytesIO(summary_workbook(session, roles, world.moment, WORDS)))
    rows = list(book["Số liệu"].iter_rows(min_row=3, values_only=True))
    assert rows[0][2:] == tuple(
        f"{title} (Báo cáo kết quả)" for title in ("Mô hình", "Kế hoạch cá nhân", "Ý kiến")
    )
    assert [row[1:4] for row in rows[1:]] == [
        ("Chi bộ Văn phòng", 3, 28),
        ("Chi bộ Công ty Nước sạch", None, None),
        ("Chi bộ Thôn Đông", 2, 10),
        (None, 5, 38),
    ]
    assert rows[-1][0] == "Cộng"
    assert book["Số liệu"]["E4"].data_type != "f"


def test_the_committees_report_tells_the_numbers(world: World, leader: Talker) -> None:
    answers(world, "CB01", "3 mô hình, 28 kế hoạch cá nhân")
    answers(world, "CB02", "2 mô hình, 10 kế hoạch cá nhân", "Thiếu tài liệu")
    runs(leader.says("/tonghop tháng 4").taps("Báo cáo Word"))
    document = Document(BytesIO(world.shelf.read(leader.last.files[0].digest)))
    told = [paragraph.text for paragraph in document.paragraphs]
    assert "- Mô hình: 05 (Báo cáo kết quả; 02/03 báo cáo có số liệu)." in told
    assert "- Kế hoạch cá nhân: 38 (Báo cáo kết quả; 02/03 báo cáo có số liệu)." in told
    assert not [line for line in told if "Thiếu tài liệu" in line or line.startswith("Mô hình đã đăng ký")]


def test_two_units_that_are_merged_keep_what_both_have_answered(world: World, leader: Talker) -> None:
    """Merged in chat after both have handed in: the sums, the texts and the table of the period hold both."""
    answers(world, "CB01", "3 mô hình, 28 kế hoạch cá nhân", "Thiếu tài liệu")
    answers(world, "CB02", "2 mô hình, 10 kế hoạch cá nhân", "Thiếu sách")
    answers(world, "CB03", "1 mô hình, 5 kế hoạch cá nhân")
    world.go("2022-05-04 09:00")
    office = world.registered("DUK", "admin")
    office.says("/quantri").taps("Đơn vị").says("CB01").taps("Sáp nhập vào").says("CB02").taps(
        "Đồng ý sáp nhập"
    )
    assert "đã sáp nhập vào" in office.last.text
    leader.says("/tonghop tháng 4")
    assert "– Mô hình: <b>6</b>, 3/3 báo cáo\n– Kế hoạch cá nhân: <b>43</b>, 3/3 báo cáo" in leader.last.text
    leader.taps("Số liệu").taps("Ý kiến (2)")
    assert "Thiếu tài liệu" in leader.last.text
    assert "Thiếu sách" in leader.last.text
    runs(leader.says("/tonghop tháng 4").taps("Bảng Excel"))
    book = openpyxl.load_workbook(BytesIO(world.shelf.read(leader.last.files[0].digest)))
    named = [str(row[1]) for row in book["Báo cáo"].iter_rows(min_row=4, values_only=True)]
    assert sum(name.startswith("Chi bộ") for name in named) == 3
    reads_well(leader, office)


MONTHLY = """
plan:
  symbol: 20-KH/ĐUK
  date: 2021-12-20
  issuer: Ban Thường vụ Đảng ủy Khối
  title: Kế hoạch tháng
  starts: 2022-01-01
  ends: 2022-12-31
duties:
  - key: thang
    do: report
    title: "Số liệu tháng {period}"
    who: {kinds: [chi_bo]}
    due: {every: month}
    without_files: true
    asks:
      - {key: mo-hinh, title: Mô hình}
      - {key: y-kien, title: Ý kiến, kind: text, optional: true}
"""
TOLD = {
    ("CB01", "2022-02"): (3, "Cần thêm tài liệu cho đồng bào " + "rất " * 40),
    ("CB02", "2022-02"): (1, ""),
    ("CB01", "2022-03"): (4, "Đường làng hỏng"),
    ("CB03", "2022-03"): (2, "Thiếu sách"),
}
"""What the cells said of which month."""


def told_monthly(world: World) -> None:
    """Each of them in its month, through the talk."""
    world.load(plan_of(MONTHLY))
    for month in ("2022-02", "2022-03"):
        world.go(f"{month}-20 09:00")
        for (code, of), (number, text) in TOLD.items():
            if of == month:
                secretary = world.registered(code, "secretary")
                secretary.presses(f"report.duty:{duty_of(world, f'thang:{month}', code).id}").says(
                    str(number)
                )
                secretary.says(text) if text else secretary.taps("Không có, bỏ qua")
    world.go("2022-04-04 09:00")


def test_a_period_sums_over_all_turns_and_tells_the_newest_texts_without_a_name(
    world: World, leader: Talker
) -> None:
    told_monthly(world)
    models = sum(number for number, _ in TOLD.values())
    leader.says("/tonghop quý 1")
    assert f"– Mô hình: <b>{models}</b>, 4/9 báo cáo\n– Ý kiến: 3 câu, 4/9 báo cáo" in leader.last.text
    reads_well(leader)
    leader.taps("Số liệu")
    assert "Số liệu tháng (3 kỳ)\n– Mô hình" in leader.last.text
    lines = [line for line in leader.last.text.splitlines() if line.startswith("“")]
    assert lines[:2] == ["“Thiếu sách”", "“Đường làng hỏng”"]
    assert lines[2].endswith("…”")
    assert len(lines[2]) < 130
    assert "Chi bộ" not in leader.last.text
    reads_well(leader)
    leader.taps("Ý kiến (3)")
    assert leader.last.text.startswith("📝 <b>Ý kiến: 3 câu</b> · quý I/2022")
    assert "– Chi bộ Thôn Đông: Thiếu sách" in leader.last.text
    leader.taps("Số liệu").taps("Cả kỳ")
    assert leader.last.text.startswith("<b>Quý I/2022: 4/9 đã nộp</b>")


def test_a_month_and_a_part_sum_their_own_alone(world: World, leader: Talker) -> None:
    told_monthly(world)
    leader.says("/tonghop tháng 3")
    assert "– Mô hình: <b>6</b>, 2/3 báo cáo" in leader.last.text
    follower = world.registered("CB01", "follower")
    follower.says("/tonghop quý 1")
    assert "– Mô hình: <b>7</b>, 2/3 báo cáo\n– Ý kiến: 2 câu" in follower.last.text
    follower.taps("Số liệu")
    assert "Thiếu sách" not in follower.last.text


def test_many_figures_and_texts_of_a_period_come_page_by_page(world: World, leader: Talker) -> None:
    more = "".join(f"      - {{key: so-{n}, title: Mục số {n}, optional: true}}\n" for n in range(1, 13))
    world.load(plan_of(FIGURES.replace("    asks:\n", f"    asks:\n{more}")))
    leader.says("/tonghop tháng 4")
    assert "– Mục số 6: <b>0</b>, 0/3 báo cáo\n… và 9 mục nữa" in leader.last.text
    leader.taps("Số liệu").taps("Trang sau")
    assert "– Kế hoạch cá nhân: <b>0</b>" in leader.last.text
    assert "Mục số" not in leader.last.text
    leader.taps("Trang trước")
    assert "– Mục số 12" in leader.last.text
    reads_well(leader)


def test_texts_of_a_period_page_by_page_and_a_button_of_old(world: World, leader: Talker) -> None:
    world.units(*((f"CB{n}", f"Chi bộ {n}", "chi_bo", "co_quan", "DUK") for n in range(10, 22)))
    world.load(plan_of(FIGURES))
    for n in range(10, 22):
        answers(world, f"CB{n}", "1 mô hình, 1 kế hoạch cá nhân", f"Câu {n}")
    demand = duty_of(world, "bc").demand_id
    leader.presses(f"sum.said:2022-04:0:{demand}:2").taps("Trang sau")
    assert "– Chi bộ 21: Câu 21" in leader.last.text
    leader.taps("Trang trước")
    assert "Câu 10" in leader.last.text
    for button in (f"sum.said:2022-04:0:{demand}:0", "sum.said:2022-04:0:x:y:z", "sum.asked:2022-05"):
        leader.presses(button)
        assert "Câu 10" not in leader.last.text
    secretary = world.registered("CB02", "secretary")
    for button in (f"sum.said:2022-04:0:{demand}:2", "sum.asked:2022-04"):
        assert "Câu" not in secretary.presses(button).last.text


def test_the_ended_period_tells_its_figures_unasked(world: World, leader: Talker) -> None:
    told_monthly(world)
    leader.looks()
    world.go("2022-04-04 08:00")
    world.tick(summaries.tell_leaders)
    (reply,) = leader.looks()
    assert "📝 Mô hình: 10, 4/9 báo cáo · Ý kiến: 3 câu, 4/9 báo cáo" in reply.text
    assert "📝 Mô hình: 6, 2/3 báo cáo" in reply.text


def test_what_several_ended_periods_would_say_alike_is_said_once(world: World, leader: Talker) -> None:
    told_monthly(world)
    world.go("2022-04-04 08:00")
    world.tick(summaries.tell_leaders)
    leader.looks()
    world.load(plan_of(FIGURES.replace("by: 2022-04-28", "by: 2022-06-30")))
    answers(world, "CB01", "4 mô hình, 7 kế hoạch cá nhân", "Thiếu sách")
    world.go("2022-07-04 08:00")
    world.tick(summaries.tell_leaders)
    text = leader.looks()[-1].text
    assert "6 tháng đầu năm 2022" in text
    assert text.count("📝 Mô hình: 4, 1/3 báo cáo") == 1
    reads_well(leader)


def test_turns_that_belong_to_meetings_are_summed_under_the_title_of_the_first(
    world: World, leader: Talker
) -> None:
    more = "  - {key: cd2, title: Tự soi hai, meeting: thematic, period: 2022-Q2}\n"
    world.load(plan_of(KNOWN.replace("duties:\n", f"{more}duties:\n")))
    with world.db.write() as session:
        for duty in session.scalars(select(Duty).where(Duty.key.startswith("gui"))):
            duty.due_on = duty.due_on or date(2022, 6, 20)
    world.go("2022-07-01 09:00")
    leader.says("/tonghop quý 2").taps("Theo chuyên đề")
    assert "Số liệu buổi họp" in leader.last.text
    leader.taps("Cả kỳ").taps("📝 Số liệu")
    assert "Số liệu buổi họp" in leader.last.text


def test_the_committees_report_sums_the_turns(world: World, leader: Talker) -> None:
    told_monthly(world)
    runs(leader.says("/tonghop quý 1").taps("Báo cáo Word"))
    document = Document(BytesIO(world.shelf.read(leader.last.files[0].digest)))
    told = [paragraph.text for paragraph in document.paragraphs]
    assert "- Mô hình: 10 (Số liệu tháng, 3 kỳ; 04/09 báo cáo có số liệu)." in told
