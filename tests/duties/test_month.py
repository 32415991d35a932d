"""`/thangnay`: what is due when, what is done, one button for each next step; and that every message reads well."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.store.db import Database
from bot.tables import Duty
from bot.talk.render import Renderer
from tests.kit.committees import committee
from tests.kit.places import ROOT, ZONE
from tests.kit.plans import CONFIRM, PLAN_OF_2026, plan_of, shipped
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


def test_the_monthly_plan_shows_topic_documents_days_and_one_button_each(db: Database) -> None:
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary").says("/thangnay")
    text = secretary.last.text
    assert text.startswith("📅 <b>Tháng 4/2022 – Chi bộ Văn phòng</b>\n\nViệc 1: <b>Họp thường kỳ: ")
    assert "Hạn đến hết thứ Bảy 30/4, còn 29 ngày (đó là ngày nghỉ, nên xong chậm nhất thứ Sáu 29/4)" in text
    assert (
        "📅 Chưa đặt lịch họp\n📄 Tài liệu (4): Nghị quyết 03-NQ/TW; Nghị quyết 10-NQ/TW; Chương trình"
        in text
    )
    assert "\nViệc 2: 📎 Cần nộp: <b>Báo cáo kết quả" in text
    assert "quý II/2022</b>. Gửi Ban Thường vụ" in text
    assert "; hạn đến hết thứ Năm 30/6, còn 90 ngày\n" in text
    assert "tháng 5/2022" not in text
    assert text.endswith("👉 Việc tiếp theo: đặt lịch họp.")
    assert labels(secretary)[0].startswith("Ngày thường lệ: ")
    assert labels(secretary)[1:4] == ["📅 Đặt lịch họp", "▶️ Bắt đầu họp", "📄 Chọn văn bản"]
    assert [label for label in labels(secretary) if label.startswith("📎 Nộp: Báo cáo kết quả")]
    assert labels(secretary)[-1] == "🏠 Trang chính"
    reads_well(secretary)


def test_who_is_behind_since_spring_still_finds_this_month_first(db: Database) -> None:
    """The old is named in a few words and reached by a tap; what November asks has its own buttons."""
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    world.go("2022-11-28 08:00")
    secretary = world.registered("CB01", "secretary").says("/thangnay")
    text = secretary.last.text
    assert "⚠️ <b>Quá hạn từ trước</b>\n– Chưa họp: T4, T5, T6, T7" in text
    assert "\n– Chưa nộp: Báo cáo kết quả" in text
    assert "tháng 11/2022 về xây dựng" in text
    assert "tháng 4/2022" not in text
    assert "▶️ Bắt đầu họp T11" in labels(secretary)
    reads_well(secretary)
    secretary.taps("📝 Buổi quá hạn từ trước")
    assert [label for label in labels(secretary) if "T4 ·" in label]
    secretary.says("/thangnay").taps("📎 Báo cáo quá hạn từ trước")
    assert "Đồng chí nộp báo cáo nào?" in secretary.last.text
    reads_well(secretary)


def test_what_is_set_running_late_and_done_is_said(db: Database) -> None:
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary")
    secretary.says("/lichhop").says("5/4 19h30").says("Hội trường tầng 2").says("/thangnay")
    assert "📅 Lịch họp 19h30 thứ Ba 05/4, tại Hội trường tầng 2\n📄" in secretary.last.text
    assert labels(secretary)[:2] == ["📅 Đổi lịch họp", "▶️ Bắt đầu họp"]
    assert secretary.last.text.endswith("👉 Đến giờ họp, đồng chí bấm “Bắt đầu họp”.")

    world.go("2022-04-05 19:30")
    secretary.says("việc tháng này").taps("Bắt đầu họp").says("/thangnay")
    assert "họp dở\n" in secretary.last.text
    assert labels(secretary)[0] == "▶️ Họp tiếp"
    secretary.taps("Họp tiếp")
    assert "Bước 1/8" in secretary.last.text
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")

    world.go("2022-05-02 09:00")
    secretary.says("/thangnay")
    assert "Đã xong:\n✅ Sinh hoạt chính trị tháng 4/2022" in secretary.last.text
    assert "– thứ Ba 05/4\n" in secretary.last.text
    assert "Họp thường kỳ: Sinh hoạt chính trị tháng 5/2022" in secretary.last.text

    world.go("2022-06-01 09:00")
    secretary.says("/thangnay")
    assert "⏰ <b>Quá hạn 1 ngày</b> (hạn thứ Ba 31/5)" in secretary.last.text
    assert {"📅 Đặt lịch họp T5", "📝 Nhập kết quả T5", "📅 Đặt lịch họp T6"} <= set(labels(secretary))
    assert "📝 Nhập kết quả T6" not in labels(secretary)
    secretary.taps("Đặt lịch họp T6")
    assert "tháng 6/2022" in secretary.last.text
    reads_well(secretary)


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("CB02", "nâng cao hiệu quả sản xuất, kinh doanh và năng lực cạnh tranh của doanh nghiệp"),
        ("CB01", "nâng cao hiệu lực, hiệu quả hoạt động của cơ quan, đơn vị"),
        ("CB03", "nâng cao hiệu lực, hiệu quả hoạt động của cơ quan, đơn vị"),
    ],
)
def test_the_quarterly_plan_gives_each_kind_of_unit_its_own_words(
    db: Database, code: str, title: str
) -> None:
    world = World(db)
    world.go("2022-07-01 08:00")
    committee(world)
    world.load(shipped("42-KH-DUK-2022.yaml"))
    secretary = world.registered(code, "secretary").says("/thangnay")
    assert f"<b>Sinh hoạt chuyên đề: Cải cách hành chính, {title}</b>" in secretary.last.text
    assert "Hạn đến hết thứ Sáu 30/9" in secretary.last.text
    assert secretary.last.text.count("Cải cách hành chính") == 1
    assert "Báo cáo hoàn thiện" not in secretary.last.text  # it opens with the meeting
    assert "📅 Đặt lịch họp Quý 3" in labels(secretary)
    reads_well(secretary)


def test_the_documents_of_a_quarter_are_listed(db: Database) -> None:
    world = World(db)
    world.go("2022-10-03 08:00")
    committee(world)
    world.load(shipped("42-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary").says("/thangnay")
    assert "📄 Tài liệu (2): Kế hoạch 31-KH/ĐUK; Kết luận 21-KL/TW\n" in secretary.last.text
    reads_well(secretary)


def test_nothing_due_is_said_and_needs_no_button(db: Database) -> None:
    world = World(db)
    committee(world)
    secretary = world.registered("CB01", "secretary").says("/thangnay")
    assert "✅ Không còn việc nào đang chờ." in secretary.last.text
    assert secretary.last.text.endswith("👉 Trợ lý sẽ nhắc đồng chí khi có việc mới.")
    assert labels(secretary) == ["🏠 Trang chính"]
    reads_well(secretary)


def test_a_confirmation_is_one_tap_and_says_when_it_was_late(db: Database, tmp_path: Path) -> None:
    world = World(db)
    committee(world)
    world.load(plan_of(CONFIRM, tmp_path))
    secretary = world.registered("CB01", "secretary").says("/thangnay")
    assert secretary.last.text.endswith("👉 Việc tiếp theo: xác nhận đã làm.")
    again = secretary.find("Đã làm").payload
    secretary.taps("Đã làm")
    assert "✅ Đã ghi nhận: Cập nhật Sổ tay đảng viên tháng 4/2022." in secretary.last.text
    secretary.presses(again)
    assert "Việc này đã xong" in secretary.last.text

    world.go("2022-06-02 08:00")
    secretary.says("/thangnay").taps("5/2022")
    assert "tháng 5/2022 (trễ hạn)." in secretary.last.text
    secretary.says("/thangnay")
    assert "✅ Cập nhật Sổ tay đảng viên tháng 5/2022 – thứ Năm 02/6 (trễ hạn)" in secretary.last.text
    reads_well(secretary)


def test_a_confirmation_of_another_unit_or_of_a_meeting_is_refused(db: Database, tmp_path: Path) -> None:
    world = World(db)
    committee(world)
    world.load(plan_of(CONFIRM, tmp_path))
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary")
    with db.read() as session:
        others = session.scalars(select(Duty).where(Duty.unit_id == 3, Duty.kind == "confirm")).first()
        meeting = session.scalars(select(Duty).where(Duty.unit_id == 2, Duty.kind == "meeting")).first()
    assert others is not None
    assert meeting is not None
    for payload in (f"confirm:{others.id}", f"confirm:{meeting.id}", "confirm:", "confirm:x"):
        secretary.presses(payload)
        assert "không thuộc phạm vi" in secretary.last.text
    with db.read() as session:
        assert session.scalars(select(Duty).where(Duty.state == "done")).all() == []


def test_a_duty_withdrawn_meanwhile_is_said_to_be_gone(db: Database, tmp_path: Path) -> None:
    world = World(db)
    committee(world)
    world.load(plan_of(CONFIRM, tmp_path))
    secretary = world.registered("CB01", "secretary").says("/thangnay")
    with db.write() as session:
        session.execute(update(Duty).values(state="withdrawn"))
    secretary.taps("Đã làm")
    assert "không còn trong kế hoạch" in secretary.last.text
    reads_well(secretary)


def test_who_leads_two_units_is_asked_which(db: Database) -> None:
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary")
    secretary.says(f"/start {world.invite('CB02', 'secretary')}").says("40").says("10")
    secretary.says("/thangnay").taps("Nước sạch")
    assert "Tháng 4/2022 – Chi bộ Công ty Nước sạch" in secretary.last.text
    reads_well(secretary)


@pytest.mark.parametrize(("units", "whose"), [(1, ""), (2, "\nChi bộ Văn phòng")])
def test_what_is_confirmed_says_for_which_of_several_units(db: Database, units: int, whose: str) -> None:
    world = World(db)
    world.go("2026-11-02 08:00")
    committee(world)
    topic = "duties:\n  - {key: dang, do: confirm, title: Đăng tài liệu, due: {by: 2026-11-12}}\n"
    world.load(plan_of(PLAN_OF_2026 + topic))
    secretary = world.registered("CB01", "secretary")
    if units == 2:
        secretary.says(f"/start {world.invite('CB02', 'secretary')}").says("40").says("10")
    secretary.says("/thangnay")
    if units == 2:
        secretary.taps("Chi bộ Văn phòng")
    secretary.taps("Đã làm")
    assert secretary.last.text.startswith(f"✅ Đã ghi nhận: Đăng tài liệu.{whose}\n\n👉")
    secretary.taps("Chọn nhầm")
    assert secretary.last.text.startswith(f"↩️ Đã lấy lại: Đăng tài liệu vẫn còn phải làm.{whose}\n\n👉")
    reads_well(secretary)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2022, 5, 4), "thứ Tư 04/5"),
        (date(2022, 2, 12), "thứ Bảy 12/02"),
        (date(2022, 1, 2), "Chủ nhật 02/01"),
        (date(2022, 12, 31), "thứ Bảy 31/12"),
        (date(2023, 1, 3), "thứ Ba 03/01/2023"),
        (date(2021, 11, 9), "thứ Ba 09/11/2021"),
        ("2022-03-06", "Chủ nhật 06/3"),
        (datetime(2022, 4, 30, 18, 0, tzinfo=UTC), "Chủ nhật 01/5"),
    ],
)
def test_a_day_is_written_in_one_way(day: date | str, said: str) -> None:
    render = Renderer(ROOT / "templates", ZONE)
    template = render.environment.from_string("{% macro m(d) %}{{ d|day }}{% endmacro %}{{ m(day) }}")
    render.environment.get_template = lambda *_, **__: template  # type: ignore[method-assign]
    assert render.reply("any", {"day": day, "today": date(2022, 4, 1)}).text == said
    with_year = said if said.count("/") == 2 else f"{said}/2022"
    assert render.reply("any", {"day": day}).text == with_year  # nobody knows when it is read


def test_templates_leave_days_to_the_one_filter() -> None:
    """No template puts a day together by itself; a document's day (`date`) and a paper's (`long_day`) need their year."""
    by_hand = re.compile(r"strftime\('%[dmYA]|\b(?:day|d|due_on)\.(?:month|year|day)\b|\bweekdays?\b")
    found = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / "templates").rglob("*"))
        if path.suffix in (".html", ".txt", ".yaml") and "documents" not in path.parts
        for line in path.read_text("utf-8").splitlines()
        if by_hand.search(line) and not line.startswith("weekdays:") and "line.day" not in line
    ]
    assert found == []
    words = (ROOT / "templates" / "words.yaml").read_text("utf-8")
    assert "weekdays_short" not in words


@pytest.mark.parametrize(
    ("day", "line"),
    [
        ("2022-04-01 09:00", "2 việc; gần nhất: Sinh hoạt chính trị tháng 4"),
        ("2022-05-04 09:00", "⚠️ 4 việc, 1 quá hạn."),
    ],
)
def test_home_says_in_one_line_how_things_stand(db: Database, day: str, line: str) -> None:
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary")
    world.go(day)
    assert line in secretary.says("/start").last.text.splitlines()[1]


def test_home_of_a_single_thing_and_of_things_that_are_all_late(db: Database, tmp_path: Path) -> None:
    world = World(db)
    committee(world)
    world.load(plan_of(CONFIRM, tmp_path))
    secretary = world.registered("CB01", "secretary")
    world.go("2022-05-02 09:00")
    text = secretary.says("/start").last.text
    assert "việc, 1 quá hạn." in text
    world.go("2026-06-02 09:00")
    assert "việc, đều quá hạn." in secretary.says("/start").last.text
