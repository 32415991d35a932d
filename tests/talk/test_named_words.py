"""What there is to do is reached by its name alone, however long ago it was last shown; and left by a word."""

import pytest
from sqlalchemy import select

from bot.marks import marked_choices
from bot.plans.agenda import AgendaStep
from bot.reading.typed_commands import named_command, says_stop
from bot.tables import Meeting, Note
from handlers import COMMANDS
from tests.kit.committees import monthly_committee
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.walking import led_by, now_at
from tests.kit.world import World

pytestmark = begins(monthly_committee)

UNKNOWN = "Trợ lý chưa hiểu ý"


@pytest.fixture
def an(world: World) -> Talker:
    return world.registered("CB01", "secretary", channel="zalo")


def strayed(talker: Talker) -> Talker:
    """Home has left the screen: no label of it is among the latest messages."""
    for _ in range(14):
        talker.says("ừm hừm")
    return talker


def notes(world: World) -> list[str]:
    with world.db.read() as session:
        return list(session.scalars(select(Note.text).order_by(Note.id)))


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("Nộp báo cáo", "/nop"),
        ("nop bao cao", "/nop"),
        ("tôi muốn nộp báo cáo ạ", "/nop"),
        ("📎 Nộp báo cáo.", "/nop"),
        ("Cho tôi xem lịch họp nhé", "/lichhop"),
        ("dat lich hop", "/lichhop"),
        ("họp", "/hop"),
        ("Trang chính", "/start"),
        ("về trang chính", "/start"),
        ("việc tháng này", "/thangnay"),
        ("nhập kết quả", "/ketqua"),
        ("tôi muốn sửa kết quả", "/ketqua"),
        ("có việc gì vậy ạ?", "/start"),
        ("gì thế", "/start"),
        ("giúp tôi với", "/trogiup"),
        ("huy", "/huy"),
        ("thôi", "/huy"),
        ("chưa xong", "/chuanop"),
        ("báo cáo quý I đã nộp", ""),
        ("đồng chí Huy", ""),
        ("", ""),
        ("5", ""),
    ],
)
def test_what_a_command_is_called(said: str, command: str) -> None:
    assert named_command(said) == command


def test_no_name_is_of_two_commands_and_each_is_there() -> None:
    for name in COMMANDS:
        assert named_command(name.removeprefix("/")) in ("", name)


@pytest.mark.parametrize("said", ["Huỷ", "hủy", "HỦY BỎ", "thôi, dừng lại ạ", "thoát"])
def test_words_that_stop(said: str) -> None:
    assert says_stop(said)


@pytest.mark.parametrize("said", ["Huy", "huy", "Nguyễn Hủy Bình", "thôi", "dừng xe", "huỷ hợp đồng cũ"])
def test_words_that_may_mean_more(said: str) -> None:
    assert not says_stop(said)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("nop bao cao", "Báo cáo đang chờ nộp"),
        ("lịch họp", "Đặt lịch họp"),
        ("họp", "chọn buổi để bắt đầu họp"),
        ("trang chính", "Đồng chí muốn làm gì?"),
        ("giúp tôi với", "Trợ giúp"),
    ],
)
@pytest.mark.parametrize("channel", ["zalo", "telegram", "web"])
def test_a_name_leads_there_after_its_button_has_gone(
    world: World, said: str, answer: str, channel: str
) -> None:
    talker = strayed(world.registered("CB01", "secretary", channel=channel))
    assert UNKNOWN in talker.last.text
    assert answer in talker.says(said).last.text


def test_a_question_that_cannot_use_them_lets_the_words_lead_away(world: World, an: Talker) -> None:
    an.says("/nop").taps("quý II")
    assert "gửi tệp" in an.last.text
    strayed(an)
    assert "chọn buổi để bắt đầu họp" in an.says("họp").last.text
    an.taps("Làm tiếp việc đang dở")
    assert "gửi tệp" in an.last.text
    assert "Đã dừng" in an.says("thôi").last.text


def test_a_word_leaves_a_question_whose_answer_is_written_down(world: World, an: Talker) -> None:
    an.says("/lichhop").says("28/4 14h")
    assert "ở đâu" in an.last.text
    assert "Đã dừng việc đang làm dở" in an.says("Hủy").last.text
    with world.db.read() as session:
        assert not list(session.scalars(select(Meeting.place).where(Meeting.place == "Hủy")))


def test_nobody_is_led_where_the_role_has_nothing_to_do(world: World) -> None:
    leader = strayed(world.registered("DUK", "leader", channel="zalo"))
    assert UNKNOWN in leader.says("nộp báo cáo").last.text
    assert "chưa đơn vị nào họp" in leader.says("tổng hợp").last.text


def test_whoever_has_agreed_to_nothing_is_not_led_anywhere(world: World) -> None:
    talker = world.person(channel="zalo").says(world.invite("CB01", "secretary"))
    assert "Đồng chí có đồng ý" in talker.says("họp").last.text


def test_the_beginning_of_a_label_is_enough(world: World, an: Talker) -> None:
    an.says("/hop")
    assert "Bước 1/" in an.says("bắt đầu họp").last.text


def test_a_result_that_was_written_is_found_again_by_its_name(world: World, an: Talker) -> None:
    assert "Sửa kết quả đã ghi" not in [one.label for one in an.says("sửa kết quả").choices]
    world.go("2022-04-05 19:31")
    an.says("/ketqua").taps("T4").taps("Hôm nay").says("25/28, vắng 3 có phép").taps("Đúng")
    strayed(an).says("sửa kết quả").taps("Sửa kết quả đã ghi")
    assert "05/4" in an.last.text


def test_a_word_in_a_meetings_dialog_is_not_offered_as_a_note(world: World, an: Talker) -> None:
    an.says("/hop").taps("Bắt đầu họp").taps("Thêm").taps("Biểu quyết").says("Thông qua quy chế")
    an.says("trang chính")
    assert "Ghi vào biên bản" not in [one.label for one in an.choices]
    assert not any("trang chính" in one.text for one in an.got[-2:])


@pytest.mark.parametrize("said", ["xong", "Xong rồi ạ", "xong bước này", "bước tiếp", "sang bước sau nhé"])
def test_a_step_is_over_when_that_is_said(world: World, an: Talker, said: str) -> None:
    an.says("/hop").taps("Bắt đầu họp").says(said)
    assert now_at(an).endswith("Bước 2/8") or "Bước 2/8" in an.last.text
    assert notes(world) == []


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("điểm danh", "Điểm danh"),
        ("Biểu quyết ạ", "Biểu quyết"),
        ("phan cong", "Phân công"),
        ("thư ký", "thư ký"),
        ("đọc lại biên bản", "iên bản"),
    ],
)
def test_what_may_be_done_at_any_step_is_reached_by_its_name(
    world: World, an: Talker, said: str, asked: str
) -> None:
    an.says("/hop").taps("Bắt đầu họp").taps("Tiếp").taps("Bỏ qua").says(said)
    assert asked in an.last.text
    assert "Đã ghi vào biên bản" not in an.last.text
    assert notes(world) == []


@pytest.mark.parametrize("said", ["lùi lại", "quay lại bước trước", "bước trước ạ"])
def test_a_step_back_is_said(world: World, an: Talker, said: str) -> None:
    an.says("/hop").taps("Bắt đầu họp").taps("Tiếp").says(said)
    assert "Bước 1/8" in an.last.text
    assert notes(world) == []


@pytest.mark.parametrize("said", ["đúng", "không ạ", "phải rồi"])
def test_yes_or_no_alone_is_no_opinion_but_may_be_made_one(world: World, an: Talker, said: str) -> None:
    an.says("/hop").taps("Bắt đầu họp").says(said)
    assert "chưa ghi vào biên bản" in an.last.text
    assert notes(world) == []
    an.taps("Ghi vào biên bản")
    assert notes(world) == [said]


def test_the_letter_of_the_message_before_the_last_is_still_one(world: World, an: Talker) -> None:
    """A dialog that is left says what stands nowhere yet, and the step follows at once."""
    led_by(world, *(AgendaStep(key=key, title=key) for key in ("a", "b")))
    an.says("/hop").taps("Bắt đầu họp").taps("Thêm").taps("Biểu quyết").says("Thông qua quy chế").says("tiếp")
    left, step = an.got[-2:]
    assert "Chưa ghi vào đâu" in left.text
    assert marked_choices(left)["A"].label == "📝 Ghi vào biên bản"
    assert marked_choices(step)["1"].label == "Tiếp ➡️"
    an.says("a")
    assert notes(world) == ["Thông qua quy chế"]
