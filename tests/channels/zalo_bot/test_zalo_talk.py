"""A talk without buttons: what is listed is answered by its number, its words, or its words without diacritics."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.marks import marked_choices
from bot.messages import Refusal, Reply
from bot.plans.agenda import AgendaStep
from bot.reading.marks import choice_mark
from bot.store.db import Database
from bot.store.filetypes import AAC
from bot.tables import Attendance, Meeting, Note, Submission, Unit
from schedules import reminders, summaries
from tests.kit.committees import monthly_committee
from tests.kit.files import stored
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.walking import led_by, now_at
from tests.kit.world import World

pytestmark = begins(monthly_committee)


@pytest.fixture
def an(world: World) -> Talker:
    return world.registered("CB01", "secretary", channel="zalo")


def listed(reply: Reply) -> dict[str, str]:
    return {mark: choice.label for mark, choice in marked_choices(reply).items()}


def in_meeting(world: World, talker: Talker, members: int = 28) -> Talker:
    with world.db.write() as session:
        session.scalars(select(Unit).where(Unit.code == "CB01")).one().members = members
    world.go("2022-04-05 19:31")
    talker.says("/hop").taps("Bắt đầu họp")
    return talker


def at_counts(world: World, talker: Talker, members: int = 28) -> Talker:
    in_meeting(world, talker, members)
    while "số dự họp" not in talker.last.text:
        talker.taps("Tiếp")
    return talker


# Ways to say what is listed


@pytest.mark.parametrize("typed", ["1", "1.", "Số 1", "chọn 1", "em chọn số 1", "Đồng ý", "đồng ý", "dong y"])
def test_a_line_is_said_in_many_ways(world: World, typed: str) -> None:
    talker = world.person(channel="zalo")
    talker.says(world.invite("CB01", "secretary"))
    assert listed(talker.last)["1"] == "✅ Đồng ý"
    talker.says(typed)
    assert "tên gì" in talker.last.text


@pytest.mark.parametrize("said", ["", "12", "1 2", "aa", "so", "chon", "5 dong chi", "á1"])
def test_what_is_no_mark(said: str) -> None:
    assert choice_mark(said) == ""


def test_a_number_that_no_line_bears_is_asked_again(world: World) -> None:
    talker = world.person(channel="zalo")
    talker.says(world.invite("CB01", "secretary")).says("7")
    assert "chọn một trong các nút" in talker.last.text
    assert "tên gì" in talker.says("1").last.text


def test_the_same_words_stay_answers_where_there_are_buttons(world: World, secretary: Talker) -> None:
    """A letter is a line's on a channel that has letters; elsewhere it is a word."""
    in_meeting(world, secretary)
    secretary.says("B")
    assert "Đã ghi vào biên bản" in secretary.last.text


# A number that answers the question


def test_the_count_of_a_small_cell_is_never_a_line(world: World, an: Talker) -> None:
    at_counts(world, an, members=5)
    assert listed(an.last)["A"] == "👥 Điểm danh"
    an.says("5")
    assert "Có mặt: <b>5</b>" in an.last.text or "5/5" in an.last.text, an.last.text
    an.taps("Đúng")
    with world.db.read() as session:
        assert session.scalars(select(Attendance.present)).one() == 5


@pytest.mark.parametrize("present", ["1", "2", "3"])
def test_nor_is_it_within_the_dialog_of_counts(world: World, an: Talker, present: str) -> None:
    at_counts(world, an, members=5).taps("Điểm danh").taps("Có đồng chí vắng")
    assert "có mặt bao nhiêu" in an.last.text
    an.says(present)
    assert an.last.text.startswith(f"{present}/5"), an.last.text


def test_nor_is_what_a_vote_was_counted_as(world: World, an: Talker) -> None:
    led_by(world, AgendaStep(key="v", title="Biểu quyết", asks="vote"), AgendaStep(key="e", title="Kết thúc"))
    in_meeting(world, an)
    assert listed(an.last)["A"] == "🗳 Biểu quyết"
    an.says("3").says("Thông qua quy chế").says("28").says("27")
    assert "tán thành 3" in an.last.text.lower() or "3/27" in an.last.text, an.last.text


def test_a_line_that_says_nothing_but_a_number_is_left_out(world: World) -> None:
    talker = world.person(channel="zalo")
    talker.says(world.invite("CB01", "secretary")).says("1").says("1").says("28")
    assert "ngày nào trong tháng" in talker.last.text
    assert listed(talker.last) == {"A": "Không cố định"}
    talker.says("1")
    with world.db.read() as session:
        assert session.scalars(select(Unit.meeting_day).where(Unit.code == "CB01")).one() == 1


def test_a_number_after_a_reminder_is_taken_for_neither(world: World, an: Talker) -> None:
    an.says("/lichhop").says("6/4 19h30")
    assert "ở đâu" in an.last.text
    world.go("2022-04-04 08:05")
    world.tick(reminders.say_reminders)
    world.later(hours=1)
    assert "1" in listed(an.looks()[-1])
    an.says("1")
    assert "chưa rõ là trả lời câu nào" in an.last.text
    assert "ở đâu" in an.last.text
    assert "📍 Hội trường" in an.says("Hội trường").last.text


# More than nine


def test_a_long_list_goes_on_when_asked(world: World, an: Talker) -> None:
    in_meeting(world, an)
    while "Bước 3/" not in an.last.text:
        an.says("Tiếp")
    an.taps("Thêm")
    assert list(listed(an.last)) == [str(n) for n in range(1, 10)]
    an.says("0")
    assert "Các lựa chọn còn lại" in an.last.text
    assert "⬅️ Về bước họp" in listed(an.last).values()
    an.taps("Về bước họp")
    assert now_at(an).startswith("Bước 3/")
    an.says("0")
    assert "Các lựa chọn còn lại" not in an.last.text


def test_its_words_are_taken_before_they_are_shown(world: World, an: Talker) -> None:
    in_meeting(world, an)
    while "Bước 3/" not in an.last.text:
        an.says("Tiếp")
    an.taps("Thêm").says("ve buoc hop")
    assert now_at(an).startswith("Bước 3/")


# Beside another channel


def test_a_number_is_that_of_this_screen(world: World, an: Talker) -> None:
    """What was shown in the web chat meanwhile bears no numbers here."""
    an.says("/caidat")
    code = an.taps("Nối").last.text.split("<code>")[1].split("</code>")[0]
    web = world.person(channel="web").says(f"/start {code}")
    shown = listed(an.last)
    web.says("/trogiup")
    an.says("/start")
    assert listed(an.last) != shown
    web.says("/caidat")
    an.says(next(mark for mark, label in listed(an.last).items() if "Việc tháng này" in label))
    assert "tháng 4" in an.last.text.lower()


# Files and spoken words

BY_PAGE = Refusal("", "file_by_page")


def test_a_file_that_zalo_does_not_carry_leads_to_the_upload_page(world: World, an: Talker) -> None:
    an.hands(refused=[BY_PAGE])
    assert an.last.text.startswith("⚠️ Kênh này không chuyển được tệp")
    assert "https://chibo.example/u/" in an.last.text
    assert "Đồng chí gửi tệp qua trang trên" in an.last.text
    in_meeting(world, an).hands(refused=[BY_PAGE])
    assert "https://chibo.example/u/" in an.last.text


def test_what_asks_for_a_file_names_the_page(world: World, an: Talker) -> None:
    world.load(shipped("60-KH-DUK-2022.yaml"))
    an.says("/nop").taps("Báo cáo")
    assert 'qua <a href="https://chibo.example/u/' in an.last.text
    assert "Tệp lớn" not in an.last.text
    an.hands(refused=[BY_PAGE])
    assert "Đồng chí gửi tệp qua trang trên, hoặc gửi ảnh chụp vào đây." in an.last.text
    office = world.registered("DUK", "admin", channel="zalo")
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    assert 'qua <a href="https://chibo.example/u/' in office.last.text
    office.says("/quantri").taps("Tài liệu chuyên đề").says("1").taps("Gửi thêm tệp")
    assert 'qua <a href="https://chibo.example/u/' in office.last.text


def test_spoken_words_are_noted(world: World, an: Talker) -> None:
    in_meeting(world, an).hands(replace(stored("ghi-am-1.aac"), media_type=AAC))
    assert "🎤 Đã giữ ghi âm vào biên bản" in an.last.text


# The whole main job


def test_a_month_from_reminder_to_summary(db: Database) -> None:
    world = World(db)
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
        ("CB02", "Chi bộ Công ty Nước sạch", "chi_bo", "doanh_nghiep", "DUK"),
    )
    world.load(shipped("60-KH-DUK-2022.yaml"))
    an, binh = (world.registered(code, "secretary", channel="zalo") for code in ("CB01", "CB02"))
    leader = world.registered("DUK", "leader", channel="zalo")

    world.go("2022-04-01 08:05")
    assert world.tick(reminders.say_reminders) == 2
    assert [reply for reply in an.looks() if "03-NQ/TW" in reply.text]
    an.taps("Ngày khác").says("5/4 19h30").says("Hội trường tầng 2")
    world.go("2022-04-05 19:31")
    world.tick(reminders.say_reminders)
    an.looks()
    an.taps("Bắt đầu họp")
    while "Đã qua" not in an.last.text:
        if "👥 Điểm danh" in listed(an.last).values():
            an.taps("Điểm danh").says("25/28, vắng 2 có phép, 1 không phép").taps("Đúng")
        else:
            an.says("Nhất trí với báo cáo")
            an.taps("Tiếp")
    an.taps("Kết thúc")
    assert "đúng hạn" in an.last.text
    an.taps("Nộp")
    an.hands(stored("anh-1.jpg")).hands(stored("anh-2.jpg", b"another")).taps("Xong")

    world.go("2022-05-05 09:00")
    world.tick(reminders.say_reminders)
    world.tick(summaries.tell_leaders)
    leader.looks()
    leader.taps("Chưa: T4").taps("Nhắc 1 đơn vị")
    assert any("Cấp ủy cấp trên nhắc" in reply.text for reply in binh.looks())
    with db.read() as session:
        assert session.scalars(select(Meeting.state)).one() == "held"
        assert session.scalars(select(Note)).all()
        assert session.scalars(select(Submission).where(Submission.state == "handed")).one()


def test_what_has_no_last_day_is_handed_in_neither_early_nor_late(world: World, an: Talker) -> None:
    world.go("2022-04-20 08:00")
    an.says("/nop").taps("Kế hoạch tổ")
    an.hands(stored("a.pdf")).taps("Xong")
    assert an.last.text.startswith("✅ <b>Đã nộp: Kế hoạch")
    assert "đúng hạn" not in an.last.text
