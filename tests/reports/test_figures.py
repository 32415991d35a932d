"""The numbers and short texts that a report asks for: one at a time, in a line, corrected, left, known already."""

import pytest
from sqlalchemy import select

from bot.problems import Invalid
from bot.reading.figure_lines import MOST_TEXT, read_figures
from bot.tables import Duty, Figure, Meeting, Submission
from tests.kit.committees import committee
from tests.kit.duties import duty_of
from tests.kit.figures import ALONE, FIGURES, KNOWN
from tests.kit.files import stored
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import reads_well
from tests.kit.world import World


def asking(world: World) -> None:
    committee(world)
    world.load(plan_of(FIGURES))


pytestmark = begins(asking)


@pytest.fixture
def secretary(world: World) -> Talker:
    return world.registered("CB01", "secretary")


def kept(world: World, unit: str = "CB01") -> list[tuple[str, int, int | str | None, bool]]:
    """(key, version, what was said, whether it stands) of a unit, in the order in which it was said."""
    with world.db.read() as session:
        rows = session.scalars(
            select(Figure)
            .join(Duty, Duty.id == Figure.duty_id)
            .where(Duty.unit.has(code=unit))
            .order_by(Figure.id)
        ).all()
        return [
            (
                row.key,
                row.version,
                row.number if row.number is not None else row.text or None,
                row.replaced_at is None,
            )
            for row in rows
        ]


def handed(secretary: Talker) -> Talker:
    return secretary.says("/nop").taps("Báo cáo kết quả").hands(stored("a.pdf")).taps("Xong")


def test_a_report_is_handed_in_and_then_asked_one_at_a_time(world: World, secretary: Talker) -> None:
    handed(secretary)
    assert secretary.got[-2].text.startswith("✅ <b>Đã nộp: Báo cáo kết quả</b>")
    assert secretary.last.text == (
        "📝 <b>Mô hình</b>\nBáo cáo kết quả\n"
        "Có thể trả lời cả 2 số trong một dòng, mỗi số kèm tên: … Mô hình, … Kế hoạch cá nhân\n\n"
        "👉 Đồng chí gõ một số, không có thì gõ 0."
    )
    assert duty_of(world, "bc").state == "done"
    secretary.says("3")
    assert secretary.last.text.startswith("✅ Mô hình: 3\n\n📝 <b>Kế hoạch cá nhân</b>")
    secretary.says("hai tám")
    assert secretary.last.text.endswith("👉 Đồng chí gõ một câu ngắn, không ghi tên người.")
    secretary.says("Cần thêm tài liệu về chuyển đổi số")
    assert "📝 Mô hình: 3\n📝 Kế hoạch cá nhân: 28\n📝 Ý kiến: Cần thêm tài liệu" in secretary.last.text
    assert kept(world) == [
        ("mo-hinh", 1, 3, True),
        ("ca-nhan", 1, 28, True),
        ("y-kien", 1, "Cần thêm tài liệu về chuyển đổi số", True),
    ]
    reads_well(secretary)


def test_all_in_one_line_and_the_text_passed_over(world: World, secretary: Talker) -> None:
    handed(secretary).says("28 kế hoạch cá nhân, ba mô hình").taps("Không có, bỏ qua")
    assert "📝 Ý kiến: bỏ qua" in secretary.last.text
    assert kept(world) == [("mo-hinh", 1, 3, True), ("ca-nhan", 1, 28, True), ("y-kien", 1, None, True)]
    reads_well(secretary)


@pytest.mark.parametrize("line", ["3, 28", "3 mô hình, 28", "3 mô hình, 4 mô hình", "3,5", "-3", "vài cái"])
def test_what_is_not_certain_is_asked_and_nothing_is_kept(world: World, secretary: Talker, line: str) -> None:
    handed(secretary).says(line)
    assert secretary.last.text.startswith("Trợ lý chưa")
    assert secretary.last.text.endswith("👉 Đồng chí gõ một số, không có thì gõ 0.")
    assert kept(world) == []
    reads_well(secretary)


def test_a_deputy_answers_half_and_the_secretary_the_rest(world: World, secretary: Talker) -> None:
    deputy = world.registered("CB01", "secretary", name="Lê Văn Phó")
    handed(deputy).says("3").taps("Để sau")
    assert deputy.last.text.startswith(
        "Còn 2 điều chưa trả lời của “Báo cáo kết quả”: Kế hoạch cá nhân, Ý kiến."
    )
    secretary.presses(deputy.find("Trả lời số liệu").payload)
    assert "📝 <b>Kế hoạch cá nhân</b>" in secretary.last.text
    deputy.taps("Trả lời số liệu").says("28")
    secretary.says("30")
    assert secretary.last.text.startswith("“Kế hoạch cá nhân” vừa có người của đơn vị trả lời")
    assert "📝 <b>Ý kiến</b>" in secretary.last.text
    secretary.says("Không")
    assert kept(world)[:2] == [("mo-hinh", 1, 3, True), ("ca-nhan", 1, 28, True)]
    reads_well(secretary, deputy)


def test_a_correction_after_the_last_day_keeps_what_was_said(world: World, secretary: Talker) -> None:
    handed(secretary).says("3 mô hình, 28 kế hoạch cá nhân").taps("bỏ qua")
    world.go("2022-05-10 09:00")
    secretary.taps("Sửa: Mô hình")
    assert "Đã trả lời: 3\n\n👉 Đồng chí gõ số mới." in secretary.last.text
    secretary.says("5")
    assert secretary.last.text.startswith("✅ Mô hình: 3 → 5")
    assert "📝 Mô hình: 5 (sửa lần 1, thứ Ba 10/5)" in secretary.last.text
    assert [row for row in kept(world) if row[0] == "mo-hinh"] == [
        ("mo-hinh", 1, 3, False),
        ("mo-hinh", 2, 5, True),
    ]
    assert duty_of(world, "bc").on_time is True
    reads_well(secretary)


def test_a_number_named_again_in_the_line_is_a_correction_that_is_said(
    world: World, secretary: Talker
) -> None:
    handed(secretary).says("3").says("4 mô hình, 28 kế hoạch cá nhân")
    assert secretary.last.text.startswith("✅ Mô hình: 3 → 4\n✅ Kế hoạch cá nhân: 28")
    reads_well(secretary)


def test_a_text_is_bounded_and_secrets_stay_out(world: World, secretary: Talker) -> None:
    handed(secretary).says("1 mô hình, 2 kế hoạch cá nhân").says("dài " * (MOST_TEXT // 3))
    assert secretary.last.text.startswith("Câu này dài ")
    secretary.says("TUYỆT MẬT")
    assert "dấu hiệu là tài liệu mật" in secretary.last.text
    assert len(kept(world)) == 2


def test_what_may_not_be_passed_over_is_asked(world: World, secretary: Talker) -> None:
    handed(secretary).hands(stored("b.pdf", b"b"))
    assert kept(world) == []
    secretary.presses(f"report.figure:{duty_of(world, 'bc').id}:7")
    assert "📝 Mô hình: chưa trả lời" in secretary.last.text
    secretary.taps("Trả lời số liệu")
    assert "📝 <b>Mô hình</b>" in secretary.last.text
    reads_well(secretary)


def test_nobody_answers_for_another_unit(world: World, secretary: Talker) -> None:
    handed(secretary)
    duty = duty_of(world, "bc").id
    for unit, role in (("CB02", "secretary"), ("DUK", "leader"), ("DUK", "admin"), ("CB01", "follower")):
        somebody = world.registered(unit, role)
        for button in (f"report.figures:{duty}", f"report.figure:{duty}:0"):
            somebody.presses(button)
            assert "không thuộc" in somebody.last.text or "không có quyền" in somebody.last.text, (
                somebody.last.text
            )
    assert kept(world) == []


def test_what_was_left_is_called_to_mind_once_the_next_working_morning(
    world: World, secretary: Talker
) -> None:
    world.go("2022-04-22 16:00")  # a Friday
    handed(secretary).says("3").taps("Để sau")
    secretary.looks()
    world.go("2022-04-24 12:00")
    assert secretary.looks() == []
    world.go("2022-04-25 09:00")
    (told,) = [reply for reply in secretary.looks() if "còn số liệu chưa trả lời" in reply.text]
    assert told.text.startswith("📝 Báo cáo “Báo cáo kết quả” đã nộp, còn số liệu chưa trả lời.")
    secretary.taps("Trả lời số liệu")
    assert "📝 <b>Kế hoạch cá nhân</b>" in secretary.last.text
    handed(secretary.says("/thoat"))
    world.go("2022-04-28 09:00")
    assert not [reply for reply in secretary.looks() if "còn số liệu chưa trả lời" in reply.text]
    reads_well(secretary)


def test_what_was_answered_by_then_is_not_called_to_mind(world: World, secretary: Talker) -> None:
    handed(secretary).taps("Để sau")
    secretary.presses(f"report.figures:{duty_of(world, 'bc').id}")
    secretary.says("3 mô hình, 28 kế hoạch cá nhân").taps("bỏ qua")
    secretary.looks()
    world.later(days=5)
    assert not [reply for reply in secretary.looks() if "còn số liệu chưa trả lời" in reply.text]


def test_a_report_taken_back_is_not_called_to_mind_and_keeps_its_answers(
    world: World, secretary: Talker
) -> None:
    handed(secretary).says("3")
    secretary.taps("Chọn nhầm")
    assert duty_of(world, "bc").state == "open"
    world.later(days=4)
    assert not [reply for reply in secretary.looks() if "còn số liệu chưa trả lời" in reply.text]
    assert kept(world) == [("mo-hinh", 1, 3, True)]


def known(world: World, plan: str) -> Talker:
    """A secretary whose report tells of a meeting that has been held: 25 of 28 were there."""
    world.load(plan_of(plan))
    secretary = world.registered("CB01", "secretary")
    world.go("2022-04-20 18:00")
    secretary.presses(f"meet.begin:{duty_of(world, 'cd').id}")
    with world.db.read() as session:
        meeting = session.scalars(select(Meeting.id)).one()
    secretary.presses(f"meet.count:{meeting}:0").says("25/28, vắng 2 có phép, 1 không phép").taps("Đúng")
    secretary.presses(f"meet.end:{meeting}")
    return secretary


def test_what_the_meeting_has_counted_is_offered(world: World) -> None:
    secretary = known(world, KNOWN)
    secretary.presses(f"report.duty:{duty_of(world, 'gui:cd').id}")
    assert "Buổi họp đã ghi: 25" in secretary.last.text
    secretary.taps("Đúng: 25")
    assert "Buổi họp đã ghi: 28" in secretary.last.text
    secretary.says("27")
    assert "Buổi họp đã ghi: 0" in secretary.last.text
    secretary.taps("Đúng: 0")
    assert "✅ <b>Đã nộp: Số liệu buổi họp</b>" in secretary.last.text
    assert [row[2] for row in kept(world)] == [25, 27, 0]
    reads_well(secretary)


def test_figures_alone_need_no_file_and_close_the_duty(world: World, secretary: Talker) -> None:
    world.load(plan_of(ALONE.replace("title: Báo cáo kết quả", "title: Số liệu quý")))
    secretary.says("/nop").taps("Số liệu quý")
    assert "📝 <b>Mô hình</b>" in secretary.last.text
    secretary.says("2 mô hình, 20 kế hoạch cá nhân")
    assert duty_of(world, "so").state == "open"
    secretary.taps("bỏ qua")
    assert "✅ <b>Đã nộp: Số liệu quý</b>" in secretary.last.text
    assert duty_of(world, "so").state == "done"
    with world.db.read() as session:
        assert [(row.version, len(row.files)) for row in session.scalars(select(Submission))] == [(1, 0)]
    reads_well(secretary)


def test_who_looks_at_a_report_reads_its_figures(world: World, secretary: Talker) -> None:
    handed(secretary).says("3 mô hình, 28 kế hoạch cá nhân").taps("bỏ qua")
    office = world.registered("DUK", "admin")
    with world.db.read() as session:
        number = session.scalars(select(Submission.id)).one()
    office.presses(f"review.open:{number}")
    assert "📝 Mô hình: 3\n📝 Kế hoạch cá nhân: 28\n📝 Ý kiến: bỏ qua" in office.last.text
    reads_well(office)


def test_two_plans_that_ask_the_same_offer_the_answer_and_wait_for_a_yes(
    world: World, secretary: Talker
) -> None:
    world.load(plan_of(ALONE.replace("title: Báo cáo kết quả", "title: Số liệu quý")))
    handed(secretary).says("3 mô hình, 28 kế hoạch cá nhân").taps("bỏ qua")
    secretary.says("/nop").taps("Số liệu quý")
    assert "Đã báo theo 12-KH/ĐUK: 3" in secretary.last.text
    secretary.taps("Đúng: 3").taps("Đúng: 28").taps("bỏ qua")
    assert [row[2] for row in kept(world)] == [3, 28, None, 3, 28, None]
    reads_well(secretary)


def test_the_reminder_has_a_button_for_the_figures(world: World, secretary: Talker) -> None:
    tick_through(world, "2022-04-28 12:00")
    shown = [choice.label for reply in secretary.looks() for row in reply.choices for choice in row]
    assert "📝 Trả lời số liệu" in shown
    reads_well(secretary)


def test_a_plan_loaded_again_asks_what_is_new_and_keeps_what_was_said(
    world: World, secretary: Talker
) -> None:
    handed(secretary).says("3 mô hình, 28 kế hoạch cá nhân").taps("bỏ qua")
    more = FIGURES + "      - {key: cam-ket, title: Bản cam kết}\n"
    world.load(plan_of(more))
    secretary.presses(f"report.figures:{duty_of(world, 'bc').id}")
    assert "📝 <b>Bản cam kết</b>" in secretary.last.text
    secretary.says("25 bản")
    assert kept(world)[-1] == ("cam-ket", 1, 25, True)
    reads_well(secretary)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("3 mô hình, 28 kế hoạch cá nhân, 2 ý kiến", {"m": 3, "k": 28, "y": 2}),
        ("ý kiến: 2; 28 ke hoach va mo hinh 3", {"m": 3, "k": 28, "y": 2}),
        ("không có mô hình nào, 1.200 kế hoạch cá nhân", {"m": 0, "k": 1200}),
        ("25", {"m": 25}),
        ("không", {"m": 0}),
    ],
)
def test_numbers_with_their_words_in_any_order(line: str, read: dict[str, int]) -> None:
    titles = {"m": "Mô hình", "k": "Kế hoạch cá nhân", "y": "Ý kiến"}
    assert read_figures(line, titles, "m") == read


def test_words_of_two_titles_are_of_none() -> None:
    with pytest.raises(Invalid, match="figures_unclear"):
        read_figures("3 ý kiến, 2 mô hình", {"a": "Ý kiến góp ý", "b": "Ý kiến khác", "c": "Mô hình"}, "a")
