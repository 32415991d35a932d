"""Tasks: given out in one line or three questions, corrected, dropped; they come back at the next meeting, months later too."""

from datetime import date

import pytest
from sqlalchemy import select

from bot.meetings.tasks import TaskSaid, read_due, read_outcome, read_task
from bot.problems import Invalid
from bot.tables import Audit, Meeting, MeetingState, Task
from tests.kit.committees import committee
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

TODAY = date(2022, 4, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Rà soát hộ nghèo – phó bí thư – 25/5", TaskSaid("Rà soát hộ nghèo", "phó bí thư", "25/5")),
        (
            "Rà soát hộ nghèo - đồng chí Lan - hạn 25/5",
            TaskSaid("Rà soát hộ nghèo", "đồng chí Lan", "hạn 25/5"),
        ),
        (
            "Rà soát; phó bí thư; thứ sáu tuần sau",
            TaskSaid("Rà soát", "phó bí thư", "thứ sáu tuần sau"),
        ),
        ("Học Nghị quyết - quý II - chi ủy - 25/5", TaskSaid("Học Nghị quyết – quý II", "chi ủy", "25/5")),
        ("Rà soát – phó bí thư", TaskSaid("Rà soát", "phó bí thư")),
        ("Rà soát hộ cận nghèo", TaskSaid("Rà soát hộ cận nghèo")),
        ("đồng chí Hùng – quét vôi – trước 10/12", TaskSaid("quét vôi", "đồng chí Hùng", "trước 10/12")),
        ("Đ/c Lan - rà soát hộ nghèo", TaskSaid("rà soát hộ nghèo", "Đ/c Lan")),
        ("chi ủy; chuẩn bị đại hội; 25/5", TaskSaid("chuẩn bị đại hội", "chi ủy", "25/5")),
        ("Bí thư – phó bí thư – 25/5", TaskSaid("Bí thư", "phó bí thư", "25/5")),
        (
            "Đồng chí bí thư đi dự lớp tập huấn – phó bí thư – 25/5",
            TaskSaid("Đồng chí bí thư đi dự lớp tập huấn", "phó bí thư", "25/5"),
        ),
    ],
)
def test_a_task_in_one_line(text: str, said: TaskSaid) -> None:
    assert read_task(text) == said


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25/5", date(2022, 5, 25)),
        ("hạn 25/5", date(2022, 5, 25)),
        ("Hạn: 25/5", date(2022, 5, 25)),
        ("trước 25/5", date(2022, 5, 24)),
        ("xong trước ngày 25/5", date(2022, 5, 24)),
        ("chậm nhất 25/5", date(2022, 5, 25)),
        ("hôm nay", TODAY),
        ("không có hạn", None),
    ],
)
def test_the_day_of_a_task(text: str, day: date | None) -> None:
    assert read_due(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sớm", "date_unclear"),
        ("trước hôm nay", "date_past"),
        ("31/3/2022", "date_past"),
        ("8h", "date_unclear"),
    ],
)
def test_a_day_that_cannot_be(text: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        read_due(text, TODAY)
    with pytest.raises(Invalid, match="text_empty"):
        read_task(" – ")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("xong", ("done", "")),
        ("Đã xong, đã nộp 12 báo cáo", ("done", "đã nộp 12 báo cáo")),
        ("đang làm: còn 2 hộ", ("going", "còn 2 hộ")),
        ("Chưa xong", ("going", "")),
        ("xong roi", ("done", "")),
        ("Xong rồi ạ, nộp 12 báo cáo", ("done", "nộp 12 báo cáo")),
        ("bỏ, vì trùng kế hoạch", ("dropped", "vì trùng kế hoạch")),
        ("đã nộp 12 báo cáo", None),
        ("", None),
    ],
)
def test_how_a_task_stands_in_words(text: str, found: tuple[str, str] | None) -> None:
    assert read_outcome(text) == found


pytestmark = begins(committee)


def begun(talker: Talker) -> Talker:
    return talker.says("/hop").taps("ngoài kế hoạch")


def ended(talker: Talker) -> Talker:
    """Walks on to the end of the meeting."""
    for _ in range(40):
        if "<b>Đã qua " in talker.last.text:
            return talker.taps("Kết thúc")
        if "👥 Điểm danh" in labels(talker):
            talker.taps("Điểm danh").says("đủ").taps("Đúng")
        else:
            talker.taps("Tiếp")
    raise AssertionError(talker.last.text)


def rows(world: World) -> list[Task]:
    with world.db.read() as session:
        return list(session.scalars(select(Task).order_by(Task.id)))


def given(talker: Talker, *lines: str) -> Talker:
    """Has given out these in a meeting of today, and ended it."""
    begun(talker)
    for line in lines:
        talker.taps("Thêm").taps("Phân công")
        if "Phân công nữa" in str(labels(talker)):
            talker.taps("Phân công nữa")
        talker.says(line).taps("Về bước họp")
    return ended(talker)


def test_one_line_or_three_questions(world: World, secretary: Talker) -> None:
    begun(secretary)
    while "Phân công nhiệm vụ" not in secretary.last.text:
        if "👥 Điểm danh" in labels(secretary):
            secretary.taps("Điểm danh").says("đủ").taps("Đúng")
        else:
            secretary.taps("Tiếp")
    assert labels(secretary)[:2] == ["Phân công", "Tiếp ➡️"]
    secretary.taps("Phân công").says("Rà soát hộ nghèo – đồng chí phó bí thư – trước 25/5")
    assert "1. Rà soát hộ nghèo – đồng chí phó bí thư – hạn thứ Ba 24/5" in secretary.last.text
    secretary.taps("Phân công nữa").says("Kết nạp đảng viên")
    assert "Giao cho ai?" in secretary.last.text
    secretary.says("chi ủy")
    assert "Bao giờ xong?" in secretary.last.text
    secretary.says("hôm nào đó")
    assert "chưa hiểu “hôm nào đó” là ngày giờ nào" in secretary.last.text
    secretary.says("30/3/2022")
    assert "thứ Tư 30/3 đã qua" in secretary.last.text
    secretary.taps("Quay lại").taps("Bỏ qua").taps("Không có hạn")
    secretary.taps("Phân công nữa").says("Thu đảng phí – thủ quỹ").says("ngày mai")
    found = [(task.what, task.who, task.due_on, task.state, task.step) for task in rows(world)]
    assert found == [
        ("Rà soát hộ nghèo", "đồng chí phó bí thư", date(2022, 5, 24), "open", 10),
        ("Kết nạp đảng viên", "", None, "open", 10),
        ("Thu đảng phí", "thủ quỹ", date(2022, 4, 2), "open", 10),
    ]
    secretary.taps("Về bước họp")
    assert "Kết nạp đảng viên\nThu đảng phí – thủ quỹ – hạn thứ Bảy 02/4" in secretary.last.text
    ended(secretary)
    assert "Đã phân công 3 việc; trợ lý nhắc lại ở buổi họp sau" in secretary.last.text
    reads_well(secretary)


def test_a_task_is_corrected_and_dropped(world: World, secretary: Talker) -> None:
    begun(secretary).taps("Thêm").taps("Phân công").says("Việc A – bí thư – 25/5")
    secretary.taps("Sửa 1")
    assert "Đang ghi: Việc A" in secretary.last.text
    secretary.taps("Giữ nguyên")
    assert "đang ghi: bí thư" in secretary.last.text
    secretary.says("phó bí thư")
    assert "đang ghi: thứ Tư 25/5" in secretary.last.text
    secretary.taps("Giữ nguyên")
    assert [(t.what, t.who, t.due_on) for t in rows(world)] == [("Việc A", "phó bí thư", date(2022, 5, 25))]
    secretary.taps("Phân công nữa").says("Việc B – bí thư – 26/5").taps("Bỏ 1")
    assert [t.what for t in rows(world)] == ["Việc B"]
    secretary.taps("Bỏ 1")
    assert rows(world) == []
    assert "Bước 1/15" in secretary.last.text
    reads_well(secretary)


def test_they_come_back_one_by_one_at_the_next_meeting(world: World, secretary: Talker) -> None:
    given(secretary, "Việc A – bí thư – 20/4", "Việc B – phó bí thư – 30/5", "Việc C – chi ủy – 30/6")
    world.go("2022-05-05 08:00")
    begun(secretary)
    while "Đánh giá việc thực hiện nhiệm vụ" not in secretary.last.text:
        if "👥 Điểm danh" in labels(secretary):
            secretary.taps("Điểm danh").says("đủ").taps("Đúng")
        else:
            secretary.taps("Tiếp")
    assert "👉 Còn 3 việc các buổi trước giao" in secretary.last.text
    assert labels(secretary)[:2] == ["Việc đã giao (3)", "Tiếp ➡️"]
    secretary.taps("Việc đã giao")
    assert "<b>Việc A – bí thư – hạn thứ Tư 20/4</b>\n⚠️ Đã quá hạn.\nCòn 3 việc" in secretary.last.text
    secretary.taps("Xong")
    assert "gõ một câu về kết quả" in secretary.last.text
    secretary.says("đã họp dân 2 lần")
    assert "Việc B – phó bí thư" in secretary.last.text
    secretary.says("tốt")
    assert "Xin đồng chí chọn một trong các nút" in secretary.last.text
    secretary.says("đang làm, còn 2 hộ")
    assert "Việc C" in secretary.last.text
    assert "Đây là việc cuối." in secretary.last.text
    secretary.taps("Để sau")
    text = secretary.last.text
    assert "1. Việc A – bí thư – hạn thứ Tư 20/4: đã xong: đã họp dân 2 lần" in text
    assert "2. Việc B – phó bí thư – hạn thứ Hai 30/5: đang làm: còn 2 hộ" in text
    secretary.taps("Họp tiếp")
    assert "👉 Còn 1 việc các buổi trước giao" in secretary.last.text
    ended(secretary)
    found = [(t.what, t.state, t.outcome, t.reviewed_id) for t in rows(world)]
    assert found == [
        ("Việc A", "done", "đã họp dân 2 lần", 2),
        ("Việc B", "going", "còn 2 hộ", 2),
        ("Việc C", "open", "", None),
    ]
    reads_well(secretary)


def test_half_a_year_later_they_are_still_there_and_on_the_card_of_the_month(
    world: World, secretary: Talker
) -> None:
    given(secretary, "Việc A – bí thư – 20/4", "Việc B – chi ủy – 20/4")
    world.go("2022-10-05 08:00")
    secretary.says("/thangnay")
    assert "Việc đã giao chưa xong: 2" in secretary.last.text
    secretary.taps("Việc đã giao (2)").taps("Bỏ").taps("Không cần")
    assert "Việc B" in secretary.last.text
    secretary.taps("Đang làm").says("đã làm một nửa")
    assert "Đã xem hết việc các buổi trước giao." in secretary.last.text
    secretary.taps("Việc tháng này")
    assert "Việc đã giao chưa xong: 1" in secretary.last.text
    secretary.taps("Việc đã giao")
    assert "Lần trước: đang làm: đã làm một nửa" in secretary.last.text
    secretary.taps("Xong").taps("Không cần")
    secretary.says("/thangnay")
    assert "chưa xong" not in secretary.last.text
    assert [t.state for t in rows(world)] == ["dropped", "done"]
    with world.db.read() as session:
        actions = session.scalars(
            select(Audit.action).where(Audit.subject == "task:2").order_by(Audit.id)
        ).all()
    assert actions == ["task going", "task done"]
    reads_well(secretary)


def test_tasks_of_a_meeting_that_runs_are_not_last_months(world: World, secretary: Talker) -> None:
    begun(secretary).taps("Thêm").taps("Phân công").says("Việc A – bí thư – 25/5").taps("Về bước họp")
    secretary.taps("Thêm")
    assert "Việc đã giao" not in str(labels(secretary))
    secretary.says("/thangnay")
    assert "chưa xong" not in secretary.last.text
    secretary.presses("task.open:2")
    assert "Đã xem hết" in secretary.last.text
    reads_well(secretary)


def test_nobody_else_touches_a_task(world: World, secretary: Talker) -> None:
    given(secretary, "Việc A – bí thư – 25/5")
    stranger = world.registered("CB02", "secretary")
    number = rows(world)[0].id
    for payload in (f"task.fix:{number}", f"task.drop:{number}", "task:1", "task.open:2", "task.fix:x"):
        stranger.presses(payload)
        assert "không thuộc phạm vi" in stranger.last.text, payload
    assert [t.state for t in rows(world)] == ["open"]


def reviews(world: World, meeting: int) -> object:
    with world.db.read() as session:
        return session.get_one(Meeting, meeting).walk.reviews


def test_of_many_tasks_every_one_can_be_corrected(world: World, secretary: Talker) -> None:
    begun(secretary).taps("Thêm").taps("Phân công").says("Việc 1 – bí thư – 25/5")
    for number in range(2, 15):
        secretary.taps("Phân công nữa").says(f"Việc {number} – bí thư – 25/5")
    assert [label for label in labels(secretary) if "Sửa" in label] == [f"✏️ Sửa {n}" for n in range(9, 15)]
    secretary.taps("Xem việc trước").taps("Xem việc trước")
    assert [label for label in labels(secretary) if "Sửa" in label] == ["✏️ Sửa 1", "✏️ Sửa 2"]
    secretary.taps("Sửa 2").taps("Giữ nguyên").says("chi ủy").taps("Giữ nguyên")
    assert "2. Việc 2 – chi ủy – hạn thứ Tư 25/5" in secretary.last.text
    secretary.taps("Xem việc sau").taps("Bỏ 3")
    assert [task.what for task in rows(world)] == [f"Việc {n}" for n in range(1, 15) if n != 3]
    assert rows(world)[1].who == "chi ủy"
    reads_well(secretary)


def test_a_wrong_outcome_is_taken_back_and_the_meeting_keeps_what_it_found(
    world: World, secretary: Talker
) -> None:
    given(secretary, "Việc A – bí thư – 20/4", "Việc B – chi ủy – 20/4")
    world.go("2022-05-05 08:00")
    begun(secretary).taps("Thêm").taps("Việc đã giao các buổi trước (2)")
    secretary.taps("Xong").says("đã họp dân").taps("Bỏ").taps("Không cần")
    assert reviews(world, 2) == {1: ("done", "đã họp dân"), 2: ("dropped", "")}
    secretary.taps("Họp tiếp").taps("Thêm").taps("Việc các buổi trước: đã xem 2").taps("Sửa 2")
    assert "<b>Việc B – chi ủy – hạn thứ Tư 20/4</b>\nĐang ghi: bỏ" in secretary.last.text
    secretary.taps("Giữ nguyên").taps("Sửa 2").says("đang làm: còn 3 hộ")
    assert "2. Việc B – chi ủy – hạn thứ Tư 20/4: đang làm: còn 3 hộ" in secretary.last.text
    assert reviews(world, 2) == {1: ("done", "đã họp dân"), 2: ("going", "còn 3 hộ")}
    ended(secretary.taps("Họp tiếp"))
    world.go("2022-06-03 08:00")
    begun(secretary).taps("Thêm").taps("Việc đã giao các buổi trước (1)").says("xong, đủ 12 hộ")
    assert reviews(world, 2) == {1: ("done", "đã họp dân"), 2: ("going", "còn 3 hộ")}
    assert reviews(world, 3) == {2: ("done", "đủ 12 hộ")}
    secretary.presses("task.look:3:1")
    assert "Sửa 2" not in str(labels(secretary))
    secretary.presses("result.fix:2")
    assert "Việc các buổi trước giao (1)" in str(labels(secretary))
    reads_well(secretary)


def test_outcomes_are_entered_after_the_meeting(world: World, secretary: Talker) -> None:
    given(secretary, "Việc A – bí thư – 20/4")
    world.go("2022-05-05 08:00")
    ended(begun(secretary))
    secretary.presses("result.fix:2").taps("Việc các buổi trước giao (1)")
    assert "⬅️ Về kết quả" in labels(secretary)
    secretary.says("xong, đã họp dân")
    assert "1. Việc A – bí thư – hạn thứ Tư 20/4: đã xong: đã họp dân" in secretary.last.text
    secretary.taps("Sửa 1").taps("Đang làm").says("còn 1 hộ").taps("Về kết quả")
    assert secretary.last.text.startswith("✏️ <b>Kết quả buổi họp")
    assert [(t.state, t.outcome, t.reviewed_id) for t in rows(world)] == [("going", "còn 1 hộ", 2)]
    secretary.presses("result.fix:1")
    assert "Việc các buổi trước giao" not in str(labels(secretary))
    reads_well(secretary)


def test_a_rehearsal_changes_no_task(world: World, secretary: Talker) -> None:
    given(secretary, "Việc A – bí thư – 20/4")
    world.go("2022-05-05 08:00")
    ended(begun(secretary))
    with world.db.write() as session:
        meeting = session.get_one(Meeting, 2)
        meeting.rehearsal, meeting.state = True, MeetingState.RUNNING
    secretary.presses("task.look:2").taps("Xong").says("đã họp dân")
    assert "Đã xem hết" in secretary.last.text
    assert [(t.state, t.outcome, t.reviewed_id) for t in rows(world)] == [("open", "", None)]
    assert reviews(world, 2) == {}
    with world.db.read() as session:
        assert session.scalars(select(Audit).where(Audit.subject == "task:1")).all() == []
