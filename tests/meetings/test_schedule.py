"""`/lichhop`: the meeting is set, questioned, moved; its reminders move with it."""

import pytest
from sqlalchemy import func, select

from bot.tables import Duty, Meeting, Message, Reminder
from bot.talk.outbox import HOLD
from tests.kit.plans import shipped
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.walking import to_the_end
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


def meetings(world: World) -> list[tuple[str | None, str]]:
    """(when, where) of all planned meetings, in Vietnamese time."""
    with world.db.read() as session:
        rows = session.scalars(select(Meeting).where(Meeting.state == "planned").order_by(Meeting.id)).all()
        return [
            (f"{row.planned_at.astimezone(world.desk.zone):%Y-%m-%d %H:%M}", row.place)
            if row.planned_at
            else (None, row.place)
            for row in rows
        ]


def asks_day(talker: Talker) -> bool:
    return "👉 Họp ngày nào?" in talker.last.text


def asks_time(talker: Talker) -> bool:
    return "lúc mấy giờ?" in talker.last.text


def asks_place(talker: Talker) -> bool:
    return "ở đâu?" in talker.last.text


def test_one_topic_goes_straight_to_the_day_and_buttons_do_it_all(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop")
    assert "tháng 4/2022" in secretary.last.text
    usual, *others = labels(secretary)
    assert usual.startswith("Ngày thường lệ: ")
    assert usual.endswith("05/4")
    assert len(others) == 6
    assert others[-1] == "Buổi khác, ngoài kế hoạch"
    secretary.taps("Ngày thường lệ")
    assert "📅 Họp thứ Ba 05/4, lúc mấy giờ?" in secretary.last.text
    assert labels(secretary) == ["8h00", "14h00", "17h00", "19h30", "⬅️ Quay lại"]
    secretary.taps("19h30")
    assert labels(secretary) == ["Bỏ qua", "⬅️ Quay lại"]
    secretary.taps("Bỏ qua")
    assert secretary.last.text == (
        "✅ <b>Đã đặt lịch họp</b>\nChi bộ Văn phòng\n⏰ 19h30 thứ Ba 05/4\n"
        "Sinh hoạt chính trị tháng 4/2022 về xây dựng, chỉnh đốn Đảng và hệ thống chính trị\n\n"
        "👉 Trợ lý sẽ nhắc đồng chí vào thứ Hai 04/4 và sáng hôm họp."
    )
    assert meetings(world) == [("2022-04-05 19:30", "")]
    reads_well(secretary)


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("5/4 19h30", "2022-04-05 19:30"),
        ("thứ năm 19h30", "2022-04-07 19:30"),
        ("Thứ 5 tuần sau lúc 7 rưỡi tối", "2022-04-07 19:30"),
        ("ngay mai 8h", "2022-04-02 08:00"),
    ],
)
def test_day_and_time_in_one_line(world: World, secretary: Talker, said: str, when: str) -> None:
    secretary.says("/lichhop").says(said)
    if "xin đồng chí lưu ý" in secretary.last.text:
        secretary.taps("Giữ ngày này")
    assert asks_place(secretary)
    secretary.says("  Hội trường\n <b>A</b>  &  B ")
    assert "📍 Hội trường &lt;b&gt;A&lt;/b&gt; &amp; B\n" in secretary.last.text
    assert meetings(world) == [(when, "Hội trường <b>A</b> & B")]
    reads_well(secretary)


def test_bare_numbers_are_the_day_and_the_hour(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("12")
    assert "thứ Ba 12/4" in secretary.last.text
    secretary.says("3")
    assert "chưa đọc được giờ" in secretary.last.text
    assert asks_time(secretary)
    secretary.says("14").says("1")
    assert meetings(world) == [("2022-04-12 14:00", "1")]
    reads_well(secretary)


def test_what_is_not_understood_is_asked_again(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop")
    for said in ("abc", "45", "19h30", "31/2", "30/2 8h"):
        secretary.says(said)
        assert asks_day(secretary), said
        assert not secretary.last.text.startswith("📅"), said
    secretary.says("5/4")
    for said in ("sớm", "25h", "nhanh thôi"):
        secretary.says(said)
        assert asks_time(secretary), said
        assert not secretary.last.text.startswith("📅"), said
    secretary.says("thứ sáu 8h")
    assert "8h00 thứ Sáu 08/4" in secretary.last.text
    assert asks_place(secretary)
    reads_well(secretary)


def test_the_past_is_refused(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("1/3/2022")
    assert "đã qua" in secretary.last.text
    assert asks_day(secretary)
    secretary.says("hôm nay 6h")
    assert secretary.last.text.startswith("6h00 hôm nay đã qua.\n\n📅 Họp thứ Sáu 01/4, lúc mấy giờ?")
    assert labels(secretary) == ["14h00", "17h00", "19h30", "⬅️ Quay lại"]
    secretary.says("7h")
    assert secretary.last.text.startswith("7h00 hôm nay đã qua.")
    secretary.taps("Quay lại")
    assert asks_day(secretary)
    secretary.taps("Thứ Sáu 01/4")
    assert "đã qua" not in secretary.last.text
    old = secretary.find("14h00").payload
    world.go("2022-04-02 09:00")
    secretary.presses(old)
    assert not meetings(world)
    reads_well(secretary)


def test_today_is_not_offered_when_it_is_over(world: World, secretary: Talker) -> None:
    world.go("2022-04-01 20:00")
    secretary.says("/lichhop")
    assert not [label for label in labels(secretary) if label.endswith("01/4")]


def test_the_usual_day_is_offered(world: World) -> None:
    secretary = world.registered("CB02", "secretary", meeting_day=20).says("/lichhop")
    assert labels(secretary)[0].endswith("20/4")
    world.go("2022-04-21 08:00")
    secretary.says("/lichhop").taps("T4 ·")
    assert [label for label in labels(secretary) if label.endswith("20/5")]
    secretary.says("/lichhop").taps("T5 ·")
    assert labels(secretary)[0].endswith("20/5")


def test_a_holiday_a_weekend_and_a_late_day_are_said_and_may_be_kept(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("30/4 8h")
    assert "– Đó là ngày nghỉ:" in secretary.last.text
    secretary.taps("Chọn ngày khác")
    assert asks_day(secretary)
    secretary.says("17/4 8h")
    assert "– Đó là ngày nghỉ cuối tuần." in secretary.last.text
    secretary.taps("Quay lại")
    assert asks_day(secretary)
    secretary.says("8/5 8h")
    assert "– Đó là ngày nghỉ cuối tuần." in secretary.last.text
    assert "sau hạn của kế hoạch (thứ Bảy 30/4), kết quả sẽ tính là trễ hạn." in secretary.last.text
    secretary.says("để xem đã")
    assert "xin đồng chí lưu ý" in secretary.last.text
    secretary.says("không")
    assert asks_day(secretary)
    secretary.says("8/5 8h").says("ừ").taps("Bỏ qua")
    assert meetings(world) == [("2022-05-08 08:00", "")]
    reads_well(secretary)


def test_a_meeting_before_the_topic_opens_is_said(world: World, secretary: Talker) -> None:
    with world.db.read() as session:
        may = session.scalars(select(Duty).where(Duty.key == "2022-05").order_by(Duty.unit_id)).first()
        assert may is not None
    secretary.presses(f"plan.duty:{may.id}").says("28/4 8h")
    assert "– Kế hoạch tính buổi này từ Chủ nhật 01/5, ngày đã chọn sớm hơn." in secretary.last.text
    secretary.taps("Giữ ngày này").taps("Bỏ qua")
    assert meetings(world) == [("2022-04-28 08:00", "")]
    reads_well(secretary)


def test_a_second_meeting_that_month_is_said(world: World, secretary: Talker) -> None:
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    secretary.says("/lichhop").says("6/4 8h")
    assert "đã có một buổi cùng loại, vào thứ Sáu 01/4." in secretary.last.text
    secretary.says("/lichhop").says("4/5 8h")
    assert asks_place(secretary)
    reads_well(secretary)


def test_moving_on_to_another_day_is_no_second_meeting(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("5/4 8h").says("Phòng 1")
    secretary.says("/lichhop")
    assert "📅 <b>Đổi lịch họp" in secretary.last.text
    assert "Đang đặt: 8h00 thứ Ba 05/4, tại Phòng 1" in secretary.last.text
    secretary.says("6/4 8h")
    assert asks_place(secretary)
    assert labels(secretary)[0] == "Vẫn ở: Phòng 1"
    secretary.taps("Bỏ qua")
    assert "Đã đổi lịch họp" in secretary.last.text
    assert meetings(world) == [("2022-04-06 08:00", "Phòng 1")]
    secretary.says("/lichhop").says("7/4 8h").taps("Vẫn ở")
    assert meetings(world) == [("2022-04-07 08:00", "Phòng 1")]
    secretary.says("/lichhop").says("Hoãn đến thứ Ba tuần sau, 14h")
    assert meetings(world) == [("2022-04-05 14:00", "Phòng 1")]
    reads_well(secretary)


def test_the_last_place_is_offered_for_the_next_meeting(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("5/4 8h").says("Phòng 1")
    world.go("2022-04-05 18:00")
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    world.go("2022-05-04 09:00")
    secretary.says("/lichhop").says("5/5 8h")
    assert labels(secretary)[0] == "📍 Phòng 1"
    secretary.taps("Phòng 1")
    assert meetings(world) == [("2022-05-05 08:00", "Phòng 1")]


def test_back_at_each_step(world: World, secretary: Talker) -> None:
    world.load(shipped("42-KH-DUK-2022.yaml"))
    secretary.says("/lichhop")
    assert "Đồng chí đặt lịch cho buổi nào?" in secretary.last.text
    secretary.says("2")
    assert "tháng 4/2022" in secretary.last.text
    secretary.taps("10/4") if "10/4" in str(labels(secretary)) else secretary.says("10/4")
    secretary.says("8h")
    assert "xin đồng chí lưu ý" in secretary.last.text
    secretary.taps("Giữ ngày này")
    assert asks_place(secretary)
    secretary.taps("Quay lại")
    assert "xin đồng chí lưu ý" in secretary.last.text
    secretary.taps("Quay lại")
    assert asks_time(secretary)
    secretary.taps("Quay lại")
    assert asks_day(secretary)
    secretary.taps("Quay lại")
    assert "Đồng chí đặt lịch cho buổi nào?" in secretary.last.text
    secretary.says("cái thứ hai")
    assert "Xin đồng chí chọn một trong các nút" in secretary.last.text
    secretary.taps("3. Quý 2")
    assert "Sinh hoạt chuyên đề: Học tập và làm theo" in secretary.last.text
    reads_well(secretary)


def test_a_button_of_a_passed_question_is_not_taken(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop")
    day = secretary.find("Thứ Ba 05/4").payload
    secretary.presses(day).presses(day)
    assert secretary.last.text.startswith("Nút đó là của câu hỏi đã qua.")
    assert asks_time(secretary)


@pytest.mark.parametrize("value", ["x", "2022-13-01", "19h99"])
def test_a_forged_answer_is_asked_again(world: World, secretary: Talker, value: str) -> None:
    secretary.says("/lichhop")
    question = secretary.find("Thứ Ba 05/4").payload.split(":")[0]
    secretary.presses(f"{question}:{value}")
    assert asks_day(secretary)
    secretary.says("5/4")
    question = secretary.find("8h00").payload.split(":")[0]
    secretary.presses(f"{question}:{value}")
    assert asks_time(secretary)
    assert "mã <code>" not in str(secretary.got)


def test_a_meeting_outside_any_plan(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").taps("Buổi khác, ngoài kế hoạch")
    assert "ọp thường kỳ ngoài kế hoạch" in secretary.last.text
    secretary.taps("Quay lại")
    assert "tháng 4/2022" in secretary.last.text
    secretary.taps("Buổi khác").says("7/4 8h").says("Phòng 2")
    assert "ngoài kế hoạch nên trợ lý không tự nhắc" in secretary.last.text
    assert "Sinh hoạt chính trị" not in secretary.last.text
    assert meetings(world) == [("2022-04-07 08:00", "Phòng 2")]
    secretary.says("/lichhop").taps("Buổi khác")
    assert "Đang đặt: 8h00 thứ Năm 07/4" in secretary.last.text
    secretary.says("8/4 8h").taps("Vẫn ở")
    assert "Đã đổi lịch họp" in secretary.last.text
    assert meetings(world) == [("2022-04-08 08:00", "Phòng 2")]
    secretary.says("/hop")
    assert "Buổi thường kỳ ngoài kế hoạch\n📅 Lịch họp 8h00 thứ Sáu 08/4" in secretary.last.text
    reads_well(secretary)


def test_a_running_meeting_is_not_moved(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("T4 ·")
    secretary.says("/lichhop")
    assert secretary.last.text.startswith("Buổi này đang họp nên không đổi lịch được.\n\n<b>Bước 1/8")
    to_the_end(secretary).taps("Kết thúc")

    other = world.registered("CB01", "secretary")
    world.go("2022-05-04 08:00")
    other.presses(find_duty(world, "2022-05")).says("5/5 8h")
    secretary.presses(find_duty(world, "2022-05").replace("plan", "meet"))
    other.taps("Bỏ qua")
    assert other.last.text.startswith("Buổi này đang họp nên không đổi lịch được.\n\n<b>Bước 1/8")
    reads_well(secretary, other)


def find_duty(world: World, key: str, unit: str = "CB01") -> str:
    with world.db.read() as session:
        duty = session.scalars(select(Duty).where(Duty.key == key, Duty.unit.has(code=unit))).one()
        return f"plan.duty:{duty.id}"


def test_a_duty_done_meanwhile_is_said(world: World, secretary: Talker) -> None:
    other = world.registered("CB01", "secretary")
    secretary.says("/lichhop").says("5/4 8h")
    other.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("đủ").taps("Đúng")
    secretary.says("Phòng 1")
    assert "✅ Việc này đã xong" in secretary.last.text
    assert meetings(world) == []
    reads_well(secretary, other)


def said_at(world: World) -> list[tuple[str, str]]:
    """(rung, moment) of every reminder that was said of April's meeting."""
    with world.db.read() as session:
        rows = session.execute(
            select(Reminder.rung, Message.hold_until)
            .join(Message, Message.id == Reminder.message_id)
            .join(Duty, Duty.id == Reminder.duty_id)
            .where(Duty.key == "2022-04", Message.state != "withdrawn")
            .order_by(Message.hold_until)
        ).all()
        zone = world.desk.zone  # a message that has been sent no longer says when it was due
        return [
            (rung.split("@")[0], f"{(at - HOLD).astimezone(zone):%d/%m %H:%M}") for rung, at in rows if at
        ]


def test_the_reminders_follow_the_meeting(world: World, secretary: Talker) -> None:
    tick_through(world, "2022-04-04 08:30")
    secretary.looks()
    secretary.says("/lichhop").says("12/4 19h30").says("Phòng 1")
    tick_through(world, "2022-04-09 09:00")
    secretary.says("/lichhop").says("21/4 14h").taps("Vẫn ở")
    assert secretary.last.text.endswith(
        "👉 Trợ lý sẽ nhắc đồng chí vào thứ Ba 12/4, thứ Hai 18/4, thứ Tư 20/4 và sáng hôm họp."
    )
    tick_through(world, "2022-05-10 00:00")
    assert said_at(world) == [
        ("topic", "01/04 08:00"),
        ("usual-1", "04/04 08:00"),
        ("ready", "08/04 08:00"),  # 10 and 11/4 are holidays, and the meeting is set for the 12th
        ("upload", "09/04 08:00"),
        ("topic-10", "12/04 08:00"),
        ("ready", "18/04 08:00"),
        ("upload", "20/04 08:00"),
        ("today", "21/04 07:00"),
        ("start", "21/04 14:00"),
        ("result", "21/04 17:00"),
        ("result-1", "22/04 08:00"),
        ("late", "04/05 08:00"),
    ]
    reads_well(secretary)


def test_a_reminder_that_still_waits_is_withdrawn_when_the_meeting_moves(
    world: World, secretary: Talker
) -> None:
    tick_through(world, "2022-04-01 09:00")
    secretary.looks()
    secretary.says("/lichhop").says("8/4 19h30").taps("Bỏ qua")
    tick_through(world, "2022-04-05 07:10")
    with world.db.read() as session:
        waiting = session.scalars(select(Message).where(Message.state == "waiting")).one()
        assert "Sắp họp: 19h30 thứ Sáu 08/4" in waiting.body["text"]
    secretary.says("/lichhop").says("14/4 19h30").taps("Bỏ qua")
    with world.db.read() as session:
        assert session.scalar(select(func.count()).where(Message.state == "waiting")) == 0
        assert session.scalar(select(func.count()).where(Message.state == "withdrawn")) == 1
    world.go("2022-04-05 09:00")
    assert secretary.looks() == []
    tick_through(world, "2022-04-12 09:00")
    assert [rung for rung, _ in said_at(world)] == ["topic", "ready"]
    assert "Sắp họp: 19h30 thứ Năm 14/4" in secretary.looks()[-1].text
    reads_well(secretary)


@pytest.mark.parametrize(
    ("said", "when"),
    [
        ("9/4", "2022-04-09 08:00"),
        ("thôi, để 8/4", "2022-04-08 08:00"),
        ("không, 8/4 19h30", "2022-04-08 19:30"),
        ("chuyển sang thứ năm", "2022-04-07 08:00"),
        ("hay là 8/4?", "2022-04-08 08:00"),
        ("mùng 8", "2022-04-08 08:00"),
        ("8", "2022-04-08 08:00"),
        ("ngày mai 14h", "2022-04-02 14:00"),
        ("19h30", "2022-04-10 19:30"),
    ],
)
def test_a_day_said_instead_of_keep_or_change_is_the_day(
    world: World, secretary: Talker, said: str, when: str
) -> None:
    secretary.says("/lichhop").says("10/4 8h")
    assert "giữ ngày này, hay chọn ngày khác?" in secretary.last.text
    secretary.says(said)
    if "hay chọn ngày khác?" in secretary.last.text:
        secretary.taps("Giữ ngày này")
    assert "ở đâu?" in secretary.last.text
    secretary.taps("Quay lại")
    if "hay chọn ngày khác?" in secretary.last.text:
        secretary.taps("Giữ ngày này")
    else:
        assert "Họp ngày nào?" in secretary.last.text
        secretary.says(f"{when[8:10]}/{when[6:7]} {when[11:13]}h{when[14:]}")
        if "hay chọn ngày khác?" in secretary.last.text:
            secretary.taps("Giữ ngày này")
    secretary.says("Phòng 1")
    assert meetings(world) == [(when, "Phòng 1")]
    reads_well(secretary)


@pytest.mark.parametrize(
    ("said", "why"),
    [("31/3/2022", "đã qua"), ("31/2", "Không có ngày nào như “31/2”"), ("để xem", "chọn một trong các nút")],
)
def test_what_is_no_other_day_is_asked_again(world: World, secretary: Talker, said: str, why: str) -> None:
    world.go("2022-04-02 08:00")
    secretary.says("/lichhop").says("10/4 8h").says(said)
    assert why in secretary.last.text
    assert "giữ ngày này, hay chọn ngày khác?" in secretary.last.text


def test_a_day_said_at_the_question_for_the_place_is_no_place(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("5/4 8h").says("thôi 7/4 19h30").says("102")
    assert meetings(world) == [("2022-04-07 19:30", "102")]


def test_an_hour_at_which_nobody_means_to_begin_is_not_offered_for_the_next_month(
    world: World, secretary: Talker
) -> None:
    """A meeting that was held twenty minutes before its day was over makes no custom."""
    world.go("2022-04-30 23:40")
    secretary.says("/hop").taps("1. T4 ·")
    secretary.says("/lichhop")
    secretary.taps("T5 ·")
    assert [label for label in labels(secretary) if label.startswith("Ngày thường lệ: thứ Năm 05/5")]
    assert "23h45" not in str(labels(secretary))
