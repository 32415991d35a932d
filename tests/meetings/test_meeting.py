"""`/hop`: the walk through the agenda, its notes, two phones at once, pauses, the end and what follows it."""

import itertools
from datetime import date

import pytest
from sqlalchemy import func, select

from bot.meetings.meetings import new_meeting, other_running, start_meeting
from bot.plans.agenda import Agenda, AgendaStep
from bot.store.db import Database
from bot.tables import Attendance, Duty, Meeting, MeetingKind, Membership, Note, Topic, Unit
from bot.tables.walked import MeetingMarks, StepMark
from tests.kit.committees import committee
from tests.kit.plans import shipped
from tests.kit.talker import Talker
from tests.kit.walking import counted, now_at, past_clerk, row, to_the_end
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

EIGHT = (
    "Tuyên bố lý do, giới thiệu đại biểu (nếu có)",
    "Thông báo tình hình đảng viên (số đảng viên có mặt, vắng mặt, lý do vắng mặt); cử thư ký ghi chép",
    "Bí thư chi bộ nêu mục đích, yêu cầu của buổi sinh hoạt chuyên đề",
    "Bí thư, phó bí thư chi bộ hoặc đảng viên được phân công chuẩn bị, trình bày báo cáo đề dẫn",
    "Bí thư gợi ý phát biểu thảo luận",
    "Đảng viên tham gia ý kiến vào báo cáo đề dẫn",
    "Bí thư chi bộ tổng hợp, kết luận những nội dung đã được thảo luận",
)
APRIL_STEPS = (
    "Tuyên bố lý do, giới thiệu đại biểu",
    "Thông báo tình hình đảng viên, cử thư ký",
    "Bí thư cấp ủy báo cáo văn bản: Nghị quyết 03-NQ/TW (26/6/1992)",
    "Bí thư cấp ủy báo cáo văn bản: Nghị quyết 10-NQ/TW (02/02/1999)",
    "Bí thư cấp ủy báo cáo văn bản: Chương trình hành động 18-CTr/TU (06/4/1999)",
    "Bí thư cấp ủy báo cáo văn bản: Nghị quyết 03-NQ/TU (12/12/2001)",
    "Chi bộ thảo luận, liên hệ việc thực hiện tại đơn vị",
    "Bí thư cấp ủy kết luận",
)


def opened(talker: Talker) -> Talker:
    """Has begun the meeting of April."""
    return talker.says("/hop").taps("Bắt đầu họp: T4")


def test_one_running_meeting_of_a_kind(world: World, secretary: Talker) -> None:
    """The other secretary's buttons are older than the meeting that has begun meanwhile."""
    other = world.registered("CB01", "secretary").says("/hop")
    unit_id = row_of_unit(world, "CB01")
    opened(secretary)
    other.sends(other._event(payload=f"meet.plain:{unit_id}:now"))
    assert other.last.text == (
        "Đơn vị đang họp một buổi cùng loại, nên chưa bắt đầu buổi khác được.\n\n"
        "👉 Đồng chí họp tiếp và kết thúc buổi ấy trước."
    )
    other.taps("Họp tiếp")
    assert other.last.text.startswith("<b>Bước 1/8")
    with world.db.read() as session:
        assert len(session.scalars(select(Meeting)).all()) == 1
    reads_well(other)


def row_of_unit(world: World, code: str) -> int:
    with world.db.read() as session:
        return session.scalars(select(Unit.id).where(Unit.code == code)).one()


def notes(world: World) -> list[tuple[int, str]]:
    with world.db.read() as session:
        return [(n.step, n.text) for n in session.scalars(select(Note).order_by(Note.id))]


def test_one_step_a_document_to_the_end(world: World, secretary: Talker) -> None:
    opened(secretary)
    for number, title in enumerate(APRIL_STEPS, 1):
        assert secretary.last.text.startswith(f"<b>Bước {number}/8 · {title}</b>\n<i>")
        if number == 2:
            assert "Tiếp ➡️" not in labels(secretary)
            counted(secretary)
        else:
            secretary.taps("Tiếp")
    assert "nội dung “Sinh hoạt chính trị tháng 4/2022" in str(secretary.got)
    assert secretary.last.text.startswith("<b>Đã qua 8 bước</b>\nChi bộ Văn phòng · Sinh hoạt chính trị")
    assert "Có mặt: <b>25</b>\nVắng có lý do: 2\nVắng không lý do: 1\nTỷ lệ dự: <b>89,3%</b>" in (
        secretary.last.text
    )
    secretary.taps("Kết thúc")
    assert "đồng chí bấm" not in secretary.last.text
    assert "xây dựng, chỉnh đốn Đảng và hệ thống chính trị: đúng hạn\n\n👉 Việc tiếp theo: Báo cáo" in (
        secretary.last.text
    )
    assert row(world).marks == MeetingMarks(steps=dict.fromkeys(range(8), StepMark.DONE))
    reads_well(secretary)


def test_eight_steps_and_what_follows_the_meeting(db: Database) -> None:
    world = World(db)
    world.go("2022-07-12 14:00")
    committee(world)
    world.load(shipped("42-KH-DUK-2022.yaml"))
    secretary = world.registered("CB02", "secretary")
    secretary.says("/hop").taps("Quý 3")
    for number, title in enumerate(EIGHT, 1):
        assert secretary.last.text.startswith(f"<b>Bước {number}/8 · {title}"), secretary.last.text
        if number == 2:
            counted(secretary, "đủ")
        else:
            secretary.taps("Tiếp")
    assert "Cải cách hành chính, nâng cao hiệu quả sản xuất" in str(secretary.got)
    assert "<b>Đã qua 7 bước</b>; còn 1 việc làm sau họp" in secretary.last.text
    secretary.says("/thangnay")
    assert "Báo cáo hoàn thiện" not in secretary.last.text
    secretary.taps("Họp tiếp").taps("Kết thúc")
    assert "Việc sau họp:\n– Cấp ủy chi bộ hoàn thiện báo cáo" in secretary.last.text
    with db.read() as session:
        after = session.scalars(
            select(Duty).where(Duty.key == "gui-chuyen-de:cd-3", Duty.unit.has(code="CB02"))
        ).one()
        assert (after.opens_on, after.due_on, after.safe_on) == (
            date(2022, 7, 12),
            date(2022, 7, 14),
            date(2022, 7, 14),
        )
        others = session.scalars(select(Duty).where(Duty.key.startswith("gui-"), Duty.id != after.id)).all()
        assert {(duty.due_on, duty.next_reminder_at) for duty in others} == {(None, None)}
        assert after.next_reminder_at == world.local("2022-07-13 07:00")
    secretary.says("/thangnay")
    assert (
        "📎 Cần nộp: <b>Báo cáo hoàn thiện sau sinh hoạt chuyên đề: Cải cách hành chính, nâng cao hiệu quả sản "
        "xuất, kinh doanh và năng lực cạnh tranh của doanh nghiệp</b>. Gửi Đảng viên trong chi bộ (hoặc tổ đảng) "
        "và cấp ủy cấp trên trực tiếp; hạn đến hết thứ Năm 14/7, còn 2 ngày\n"
    ) in secretary.last.text
    reads_well(secretary)


def test_a_meeting_that_is_only_set_opens_no_follow_up(db: Database) -> None:
    world = World(db)
    committee(world)
    world.load(shipped("42-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary")
    secretary.says("/lichhop").taps("Quý 2").says("5/4 8h").taps("Bỏ qua")
    world.go("2022-04-09 08:00")
    secretary.says("/thangnay")
    assert "Báo cáo hoàn thiện" not in secretary.last.text


def test_a_regular_meeting_without_plan_has_fifteen_steps(db: Database) -> None:
    world = World(db)
    committee(world)
    secretary = world.registered("CB01", "secretary").says("/hop")
    assert "Kế hoạch hiện không còn buổi nào phải họp." in secretary.last.text
    secretary.taps("ngoài kế hoạch")
    assert "Bước 1/15 · Tuyên bố lý do" in secretary.last.text
    assert "Chi bộ Văn phòng tổ chức sinh hoạt thường kỳ" in secretary.last.text
    to_the_end(secretary).taps("Kết thúc")
    assert "Chi bộ Văn phòng · thứ Sáu 01/4" in secretary.last.text
    assert secretary.last.text.endswith("👉 Đồng chí đã xong mọi việc của kỳ này.")
    meeting = row(world)
    assert (meeting.state, meeting.kind, meeting.topic_id) == ("held", "regular", None)
    reads_well(secretary)


def test_skip_back_note_and_the_closing_card(world: World, secretary: Talker) -> None:
    opened(secretary).taps("Bỏ qua")
    counted(secretary)
    secretary.taps("Thêm").taps("Ghi ý kiến")
    assert "Ghi ý kiến · bước 3/8" in secretary.last.text
    secretary.says("Nhất trí <script>alert(1)</script> & cảm ơn")
    assert "Đã ghi vào biên bản · bước 3/8: Bí thư cấp ủy báo cáo văn bản" in secretary.last.text
    secretary.says("Ý kiến thứ hai").taps("Tiếp")
    assert now_at(secretary) == "Bước 4/8"
    secretary.taps("Lùi")
    assert "📝 Đã ghi 2 ý kiến:\n– Nhất trí &lt;script&gt;alert(1)&lt;/script&gt; &amp; cảm ơn\n– Ý kiến" in (
        secretary.last.text
    )
    secretary.taps("Lùi")
    assert "👥 Sửa điểm danh" in labels(secretary)
    secretary.taps("Thêm").taps("Lùi")
    assert now_at(secretary) == "Bước 1/8"
    assert "⬅️ Lùi" not in labels(secretary)
    secretary.taps("Bỏ qua").taps("Tiếp").taps("Bỏ qua")
    to_the_end(secretary)
    assert "Ý kiến đã ghi: 2; bỏ qua 2 bước" in secretary.last.text
    secretary.taps("Thêm").taps("Lùi")
    assert now_at(secretary) == "Bước 8/8"
    secretary.taps("Tiếp").says("Ghi thêm ở cuối")
    assert "Đã ghi vào biên bản · bước 8/8: Bí thư cấp ủy kết luận (1 ý kiến)." in secretary.last.text
    secretary.taps("Về phần kết thúc").taps("Kết thúc")
    assert "Ý kiến đã ghi: 3" in secretary.last.text
    assert notes(world)[0] == (2, "Nhất trí <script>alert(1)</script> & cảm ơn")
    assert notes(world)[2] == (7, "Ghi thêm ở cuối")
    reads_well(secretary)


def test_what_is_typed_is_a_note_but_for_words_that_lead_on(world: World, secretary: Talker) -> None:
    opened(secretary).says("Tiếp theo")
    assert now_at(secretary) == "Bước 2/8"
    secretary.says("kết thúc")
    assert now_at(secretary) == "Bước 2/8"
    assert notes(world) == []
    secretary.says("bỏ qua").says("2022 là năm học tập").says("17").says("đủ")
    assert [text for _, text in notes(world)] == ["2022 là năm học tập", "17", "đủ"]
    for _ in range(5):
        secretary.says("tiếp")
    assert now_at(secretary) == "Bước 8/8"
    secretary.says("Kết thúc")
    assert "⚠️ Chưa có số liệu điểm danh." in secretary.last.text
    secretary.says("kết thúc họp")
    assert secretary.last.text.startswith("Chưa có số liệu điểm danh nên chưa kết thúc được.\n\n")
    reads_well(secretary)


def test_without_counts_it_cannot_end(world: World, secretary: Talker) -> None:
    opened(secretary)
    for _ in range(8):
        if "Bỏ qua" not in labels(secretary):
            secretary.taps("Thêm")
        secretary.taps("Bỏ qua")
    assert "Kết thúc" not in str(labels(secretary))
    assert secretary.last.text.endswith("👉 Đồng chí bấm “Điểm danh” để nhập trước khi kết thúc.")
    secretary.presses(f"meet.end:{row(world).id}")
    assert secretary.last.text.startswith("Chưa có số liệu điểm danh nên chưa kết thúc được.")
    assert row(world).state == "running"
    counted(secretary)
    assert "✅ Kết thúc" in labels(secretary)
    secretary.taps("Kết thúc")
    assert row(world).state == "held"
    reads_well(secretary)


def test_a_recount_later_in_the_meeting_is_what_counts(world: World, secretary: Talker) -> None:
    opened(secretary).taps("Tiếp")
    counted(secretary)
    secretary.taps("Tiếp").taps("Lùi").taps("Lùi")
    assert "Có mặt: <b>25</b>" in secretary.last.text
    secretary.taps("Sửa điểm danh").says("26/28, 2 có phép")
    assert "Có mặt: 25 → <b>26</b>\nVắng không lý do: 1 → <b>0</b>\nCác số khác giữ nguyên" in (
        secretary.last.text
    )
    past_clerk(secretary.taps("Đúng"))
    assert now_at(secretary) == "Bước 3/8"
    to_the_end(secretary).taps("Sửa điểm danh").says("27/28 vắng 1 có phép").taps("Đúng")
    assert "Có mặt: <b>27</b>" in secretary.last.text
    assert secretary.last.text.startswith(
        "✅ Đã sửa. Có mặt: 26 → 27; Vắng có lý do: 2 → 1.\n\n<b>Đã qua 8 bước"
    )
    secretary.taps("Kết thúc")
    with world.db.read() as session:
        counts = session.scalars(select(Attendance)).one()
        assert (counts.total, counts.present, counts.absent_excused) == (28, 27, 1)
    reads_well(secretary)


def test_paused_and_resumed_days_later_after_a_restart(world: World, secretary: Talker) -> None:
    opened(secretary).taps("Tiếp")
    counted(secretary)
    secretary.taps("Thêm").taps("Tạm dừng")
    assert secretary.last.text.startswith("Đã tạm dừng ở bước 3/8. Mọi điều đã ghi được giữ nguyên.")
    assert secretary.last.text.split("\n")[-1].startswith("👉 Khi họp tiếp, đồng chí bấm “Họp tiếp”")

    again = World(world.db, world.at)  # a new process on the same database
    again.ids = itertools.count(1000)
    again.go("2022-04-06 08:00")
    resumed = Talker(again, secretary.address)
    assert resumed.says("chào trợ lý").last.text == "Chào đồng chí!\n\n👉 Đang họp bước 3/8."
    resumed.says("tình hình thế nào rồi")
    assert resumed.last.text == "“tình hình thế nào rồi”\n\n👉 Đang họp bước 3/8. Ghi câu này vào biên bản?"
    resumed.taps("Không ghi")
    resumed.says("/hop")
    assert now_at(resumed) == "Bước 3/8"
    to_the_end(resumed).taps("Thêm").taps("Tạm dừng")
    assert "Đã tạm dừng ở phần kết thúc." in resumed.last.text
    resumed.taps("Họp tiếp").taps("Kết thúc").taps("Hôm nay")
    assert "Đã kết thúc" in resumed.last.text
    reads_well(secretary, resumed)


def test_a_thematic_meeting_may_begin_beside_a_regular_one(world: World, secretary: Talker) -> None:
    secretary.looks()
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        person = session.scalars(select(Membership.person_id).where(Membership.unit_id == unit.id)).one()
        assert world.desk.regular_agenda is not None
        for kind in (MeetingKind.REGULAR, MeetingKind.THEMATIC):
            meeting = new_meeting(session, unit, None, world.at)
            meeting.kind = kind
            start_meeting(session, meeting, world.desk.regular_agenda, person, world.moment)
        for kind in (MeetingKind.REGULAR, MeetingKind.THEMATIC):
            found = other_running(session, unit.id, kind)
            assert found is not None
            assert found.kind == kind


def test_a_long_note_is_kept_whole_however_long(world: World, secretary: Talker) -> None:
    opened(secretary).says("ý kiến " * 1430)
    assert "⚠️" not in secretary.last.text
    assert len(notes(world)[0][1]) == 10_009
    secretary.says("x" * 20_001)
    assert "Tin dài nên ghi thành 2 ý kiến liền nhau, đủ cả." in secretary.last.text
    assert [len(text) for _, text in notes(world)[1:]] == [20_000, 1]
    secretary.taps("Tiếp").taps("Thêm").taps("Lùi")
    assert len(secretary.last.text) < 1500
    secretary.says("   ")
    assert secretary.last.text.startswith("Tin này không có chữ nên chưa ghi gì.")
    reads_well(secretary)


def test_a_long_note_goes_on_in_the_next_at_a_whole_word(world: World, secretary: Talker) -> None:
    said = ("nghị quyết " * 2500).strip()
    opened(secretary).says(said)
    texts = [text for _, text in notes(world)]
    assert len(texts) == 2
    assert " ".join(texts) == said
    assert {word for text in texts for word in text.split()} == {"nghị", "quyết"}


def test_an_edit_that_changes_no_word_is_answered_by_nothing(world: World, secretary: Talker) -> None:
    opened(secretary).says("Xem vanban.vn", message_ref="77")
    before = len(secretary.got)
    secretary.edits("77", "Xem vanban.vn")
    assert len(secretary.got) == before
    assert notes(world) == [(0, "Xem vanban.vn")]


def test_words_that_cannot_be_seen_are_no_note_and_turn_nothing_round(
    world: World, secretary: Talker
) -> None:
    opened(secretary).says("\u200b\u2060")
    assert "không có chữ nên chưa ghi gì" in secretary.last.text
    secretary.says("\u202eNhất trí\u202c").says("Nh\u00e2\u0301t tri\u0301 cao")
    assert notes(world) == [(0, "Nhất trí"), (0, "Nhất trí cao")]
    reads_well(secretary)


def test_an_edited_message_edits_its_note_while_the_meeting_runs(world: World, secretary: Talker) -> None:
    opened(secretary).says("Nhất chí", message_ref="77").taps("Tiếp").edits("77", " Nhất trí <b> ")
    assert "✏️ Đã sửa ý kiến" in secretary.last.text
    assert "bước 2/8" in secretary.last.text
    assert notes(world) == [(0, "Nhất trí <b>")]
    secretary.edits("78", "khác")
    assert "điều đã ghi không đổi theo.\n\n“khác”\n\n👉 Đang họp bước 2/8. Ghi câu này vào biên bản?" in (
        secretary.last.text
    )

    other = world.registered("CB01", "secretary")
    other.edits("77", "của người khác")
    assert "điều đã ghi không đổi theo" in other.last.text
    assert notes(world) == [(0, "Nhất trí <b>")]

    secretary.taps("Họp tiếp")
    to_the_end(secretary).taps("Kết thúc").edits("77", "muộn")
    assert "điều đã ghi không đổi theo" in secretary.last.text
    assert notes(world) == [(0, "Nhất trí <b>")]
    reads_well(secretary, other)


def test_a_double_press_moves_one_step(world: World, secretary: Talker) -> None:
    opened(secretary)
    button = secretary.find("Tiếp").payload
    secretary.presses(button).presses(button)
    assert "đã sang bước khác; đây là bước hiện tại.\n\n<b>Bước 2/8" in secretary.last.text
    assert now_at(secretary) == "Bước 2/8"
    counted(secretary)
    for name in ("meet.skip", "meet.back", "meet.note"):
        secretary.presses(f"{name}:{row(world).id}:0")
        assert "đã sang bước khác" in secretary.last.text, name
        assert now_at(secretary) == "Bước 3/8"
    reads_well(secretary)


def test_the_end_pressed_twice_ends_once(world: World, secretary: Talker) -> None:
    opened(secretary)
    to_the_end(secretary)
    button = secretary.find("Kết thúc").payload
    secretary.presses(button).presses(button)
    assert secretary.last.text.startswith("✅ Buổi họp này đã kết thúc lúc 8h")
    secretary.presses(f"meet.next:{row(world).id}:3")
    assert "Buổi họp này đã kết thúc" in secretary.last.text
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Meeting)) == 1
    reads_well(secretary)


def test_a_second_secretary_takes_over_while_the_first_still_presses(world: World, secretary: Talker) -> None:
    other = world.registered("CB01", "secretary")
    opened(secretary).says("Ý kiến của tôi")
    other.says("/hop")
    assert now_at(other) == "Bước 1/8"
    other.taps("Tiếp")
    counted(other)
    secretary.taps("Tiếp")
    assert "đã sang bước khác" in secretary.last.text
    assert now_at(secretary) == "Bước 3/8"
    secretary.says("Vẫn ghi được")
    assert "bước 3/8" in secretary.last.text
    to_the_end(other).taps("Kết thúc")
    secretary.says("Muộn rồi")
    assert "Buổi họp này đã kết thúc" in secretary.last.text
    assert "Chưa ghi vào đâu: “Muộn rồi”\n\n👉 Ghi vào biên bản buổi này?" in secretary.last.text
    assert [text for _, text in notes(world)] == ["Ý kiến của tôi", "Vẫn ghi được"]
    secretary.taps("Ghi vào biên bản")
    assert [text for _, text in notes(world)] == ["Ý kiến của tôi", "Vẫn ghi được", "Muộn rồi"]
    reads_well(secretary, other)


def test_two_people_who_begin_together_begin_one_meeting(world: World, secretary: Talker) -> None:
    other = world.registered("CB01", "secretary")
    secretary.says("/hop")
    other.says("/hop")
    secretary.taps("T4 ·").taps("Tiếp")
    other.taps("T4 ·")
    assert now_at(other) == "Bước 2/8"
    secretary.says("/hop")
    other.says("/hop")
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Meeting)) == 1
    secretary.presses("meet.plain:2")
    other.presses("meet.plain:2")
    with world.db.read() as session:  # no second one of a kind
        assert session.scalar(select(func.count()).select_from(Meeting)) == 1


def test_counts_of_one_correct_those_of_the_other_who_ended_meanwhile(
    world: World, secretary: Talker
) -> None:
    other = world.registered("CB01", "secretary")
    opened(secretary)
    to_the_end(secretary).taps("Sửa điểm danh")
    other.says("/hop").taps("Kết thúc")
    secretary.says("đủ")
    assert "Có mặt: 25 → <b>28</b>" in secretary.last.text
    secretary.taps("Đúng")
    assert "✅ Đã sửa. Có mặt: 25 → 28; Vắng có lý do: 2 → 0; Vắng không lý do: 1 → 0." in (
        secretary.last.text
    )
    assert "Kết quả buổi họp" in secretary.last.text
    with world.db.read() as session:
        assert session.scalars(select(Attendance)).one().present == 28


def test_started_early_or_late_is_asked_about(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("5/4 19h30").taps("Bỏ qua").taps("Bắt đầu họp")
    assert "Lịch đã đặt: <b>19h30 thứ Ba 05/4</b>.\n\n👉" in secretary.last.text
    secretary.taps("Để sau")
    world.go("2022-04-05 07:30")
    secretary.says("/hop").taps("T4 ·")
    assert "▶️ Bắt đầu ngay" in labels(secretary)
    world.go("2022-04-07 08:00")
    secretary.says("/hop").taps("T4 ·")
    assert "<b>19h30 thứ Ba 05/4</b>, đã qua." in secretary.last.text
    assert "📝 Đã họp, nhập kết quả" in labels(secretary)
    secretary.taps("Bắt đầu ngay")
    assert now_at(secretary) == "Bước 1/8"
    assert row(world).started_at == world.at.replace(second=row(world).started_at.second)  # type: ignore[union-attr]
    reads_well(secretary)


@pytest.mark.parametrize("clock", ["18:30", "19:30", "21:00"])
def test_about_its_time_it_just_begins(world: World, secretary: Talker, clock: str) -> None:
    secretary.says("/lichhop").says("5/4 19h30").taps("Bỏ qua")
    world.go(f"2022-04-05 {clock}")
    secretary.says("/hop").taps("T4 ·")
    assert now_at(secretary) == "Bước 1/8"


def test_a_plain_meeting_set_for_another_day_is_asked_about_too(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").taps("Buổi khác").says("7/4 8h").taps("Bỏ qua").taps("Bắt đầu họp")
    assert "Họp thường kỳ ngoài kế hoạch\nLịch đã đặt: <b>8h00 thứ Năm 07/4</b>." in secretary.last.text
    secretary.taps("Bắt đầu ngay")
    assert now_at(secretary) == "Bước 1/15"
    to_the_end(secretary).taps("Kết thúc")
    assert row(world).state == "held"
    reads_well(secretary)


@pytest.mark.parametrize(
    ("began", "ended", "on_time"),
    [
        ("2022-04-28 19:00", "2022-05-04 08:00", True),
        ("2022-04-30 23:30", "2022-05-01 00:30", True),
        ("2022-05-01 00:10", "2022-05-01 01:00", False),
        ("2022-05-05 08:00", "2022-05-05 10:00", False),
    ],
)
def test_on_time_or_late_by_the_day_the_meeting_began(
    world: World, secretary: Talker, began: str, ended: str, on_time: bool
) -> None:
    world.go(began)
    secretary.says("/hop").taps("T4 ·").taps("Tiếp")
    counted(secretary)
    world.go(ended)
    secretary.says("/hop")
    to_the_end(secretary).taps("Kết thúc")
    if "họp ngày nào" in secretary.last.text:
        secretary.taps("thứ Năm 28/4")
    assert f"hệ thống chính trị: {'đúng hạn' if on_time else 'trễ hạn'}\n" in secretary.last.text
    with world.db.read() as session:
        duty = session.scalars(select(Duty).where(Duty.key == "2022-04", Duty.unit.has(code="CB01"))).one()
        assert (duty.state, duty.on_time, duty.next_reminder_at) == ("done", on_time, None)


def test_nobody_else_may_touch_the_meeting(world: World, secretary: Talker) -> None:
    stranger, leader = world.registered("CB02", "secretary"), world.registered("DUK", "leader")
    opened(secretary)
    number = row(world).id
    for talker in (stranger, leader):
        for name in ("next", "skip", "back", "note", "pause", "count"):
            talker.presses(f"meet.{name}:{number}:0")
            assert "không thuộc phạm vi" in talker.last.text, name
        for name in ("walk", "counted", "end"):
            talker.presses(f"meet.{name}:{number}")
            assert "không thuộc phạm vi" in talker.last.text, name
    secretary.presses("meet.walk:x").presses("meet.walk:99999")
    assert "không thuộc phạm vi" in secretary.last.text
    assert row(world).step == 0


@pytest.mark.parametrize(
    ("steps", "first", "count"),
    [
        ((), "Tuyên bố lý do, giới thiệu đại biểu", 15),
        (
            (AgendaStep(key="b", title="Họp {unit} về {topic}", words="{topic}"),),
            "Họp Chi bộ Văn phòng về A & B",
            1,
        ),
    ],
)
def test_names_are_filled_in_and_an_agenda_of_homework_alone_is_not_walked(
    world: World, secretary: Talker, steps: tuple[AgendaStep, ...], first: str, count: int
) -> None:
    homework = AgendaStep(key="after", title="Gửi báo cáo của {unit}", after=True)
    with world.db.write() as session:
        topic = session.scalars(select(Topic).where(Topic.key == "2022-04")).one()
        agenda = Agenda(key="x", title="x", steps=(*steps, homework))
        topic.title, topic.agenda = "A & B", agenda.model_dump(mode="json", by_alias=True)
    opened(secretary)
    meeting = row(world)
    assert (meeting.steps[0].title, len(meeting.steps)) == (first, count)
    assert meeting.marks.homework == (("Gửi báo cáo của Chi bộ Văn phòng",) if steps else ())
    assert first.replace("&", "&amp;") in secretary.last.text
    reads_well(secretary)


def test_the_meeting_of_today_comes_first(world: World, secretary: Talker) -> None:
    world.load(shipped("42-KH-DUK-2022.yaml"))
    assert "Quý 2" not in labels(secretary.says("/hop"))[0]
    secretary.says("/lichhop").taps("Quý 2").says("5/4 19h30").taps("Bỏ qua")
    world.go("2022-04-05 19:00")
    assert "Quý 2" in labels(secretary.says("/hop"))[0]
    secretary.says("/lichhop").taps("Buổi khác").says("6/4 19h30").taps("Bỏ qua")
    world.go("2022-04-06 19:00")
    assert labels(secretary.says("/hop"))[0] == "▶️ Họp thường kỳ ngoài kế hoạch"
    reads_well(secretary)
