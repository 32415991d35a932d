"""Help, cancel, words that mean nothing, edited messages, groups, and a reminder put off."""

import re

import pytest

from bot.messages import Choice
from bot.talk.render import Choices
from schedules import reminders
from tests.kit.files import stored
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

UNKNOWN = "Trợ lý chưa hiểu ý đồng chí."


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
        ("CB02", "Chi bộ Nước sạch", "chi_bo", "doanh_nghiep", "DUK"),
    )
    world.load(shipped("60-KH-DUK-2022.yaml"))


pytestmark = begins(begin_here)


def labels(talker: Talker) -> set[str]:
    """What the buttons say, without the sign that some begin with."""
    return {re.sub(r"^\W+ ", "", choice.label) for choice in talker.choices}


OWN = {"/thangnay", "/lichhop", "/hop", "/ketqua", "/nop", "/tinhhinh"}
SEEN = {"/tonghop", "/lichdonvi", "/chuanop", "/xuat"}
ALWAYS = {"/start", "/caidat", "/huy", "/xoadulieu"}


@pytest.mark.parametrize(
    ("role", "commands"),
    [
        ("secretary", OWN | ALWAYS),
        ("follower", SEEN | ALWAYS),
        ("leader", SEEN | ALWAYS | {"/thongbao"}),
        ("admin", SEEN | ALWAYS | {"/quantri", "/thongbao"}),
    ],
)
def test_help_names_what_the_role_can_do(world: World, role: str, commands: set[str]) -> None:
    unit = "CB01" if role == "secretary" else "DUK"
    talker = world.registered(unit, role).says("/trogiup")
    assert {line.split()[0] for line in talker.last.text.splitlines() if line.startswith("/")} == commands
    assert ("nhắc đơn vị" in talker.last.text) == (role in ("leader", "admin"))
    assert talker.last.text.endswith("👉 Đồng chí bấm “Trang chính” để bắt đầu.")
    assert "\n\n\n" not in talker.last.text
    for command in commands - {"/xoadulieu"}:
        assert not talker.says(command).last.text.startswith(("⚠️", UNKNOWN)), command


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("secretary", {"Việc tháng này", "Họp", "Nộp báo cáo"}),
        ("leader", {"Tổng hợp"}),
        ("admin", {"Tổng hợp", "Quản trị"}),
    ],
)
def test_what_is_not_understood(world: World, role: str, offered: set[str]) -> None:
    talker = world.registered("CB01" if role == "secretary" else "DUK", role)
    for words in ("hôm nay trời đẹp", "🤔", "/khongco", "42", "?"):
        talker.says(words)
        assert talker.last.text.startswith(UNKNOWN), words
        assert labels(talker) == offered | {"Trang chính", "Trợ giúp"}


FLOWS = {
    "settings hour": ("/caidat", "Giờ nhắc"),
    "settings away": ("/caidat", "Đi vắng"),
    "settings forget": ("/caidat", "Xóa dữ liệu"),
    "schedule": ("/lichhop",),
    "report": ("/nop", "Báo cáo"),
    "result": ("/ketqua", "T4"),
    "meeting": ("/hop", "T4"),
}


def test_cancel_in_the_middle_of_every_flow(world: World) -> None:
    talker = world.registered("CB01", "secretary")
    for flow, (first, *buttons) in FLOWS.items():
        talker.screen.clear()
        talker.says(first)
        for label in buttons:
            talker.taps(label)
        talker.says("/huy")
        assert talker.last.text.startswith(("Đã dừng", "Đã dừng")), flow
        assert talker.last.text.endswith("👉 Đồng chí muốn làm gì tiếp?")
        assert "Trang chính" in labels(talker)
        talker.says("5")
        offered = "“5”\n\n👉 Đang họp bước 1/8. Ghi câu này vào biên bản?"
        assert talker.last.text.startswith(offered if flow == "meeting" else UNKNOWN), flow
        talker.says("/huy")
        assert talker.last.text.startswith("Hiện không có việc nào đang làm dở.")


def test_cancel_in_the_middle_of_the_counts_keeps_the_meeting(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/hop").taps("Bắt đầu họp")
    while not any("Điểm danh" in choice.label for choice in talker.choices):
        talker.taps("Tiếp")
    talker.taps("Điểm danh").says("28").says("/huy")
    assert talker.last.text.startswith("Đã dừng ở đây; những gì đã ghi của buổi họp vẫn còn.")
    talker.taps("Họp")
    assert any("Điểm danh" in choice.label for choice in talker.choices)


def test_cancel_keeps_the_files_of_a_report(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/nop").taps("Báo cáo").hands(stored("bao-cao.pdf"))
    talker.says("/huy")
    assert "Tệp đã gửi vẫn còn" in talker.last.text
    talker.taps("Nộp báo cáo").taps("Báo cáo kết quả")
    assert "bao-cao.pdf" in talker.last.text


def test_cancel_of_an_invitation_and_of_the_registration(world: World) -> None:
    admin = world.registered("DUK", "admin").says("/quantri").taps("Cấp mã mời").says("/huy")
    assert admin.last.text.startswith("Đã dừng việc đang làm dở.")
    code = world.invite("CB02", "secretary")
    talker = world.person().says(code).says("/huy")
    assert "gõ mã mời" in talker.last.text
    talker.says(code).taps("Đồng ý").says("/huy")  # the role is given; what was still to ask is left
    assert talker.last.text.startswith("Đã dừng việc đang làm dở.")
    talker.taps("Trang chính")
    assert talker.last.text.startswith("🏠 <b>Chi bộ Nước sạch</b>")


def test_the_home_button_leaves_what_was_begun(world: World) -> None:
    talker = world.registered("CB01", "secretary")
    home = talker.last.choices[-1][0]
    assert isinstance(home, Choice)
    talker.says("/lichhop").presses("home").says("5/4")
    assert talker.last.text.startswith("“5/4” là ngày hay số người?")


def test_an_edited_message_changes_nothing_and_says_so(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("28", message_ref="7").edits("7", "29")
    assert talker.last.text.startswith("✏️ Đồng chí vừa sửa một tin cũ; điều đã ghi không đổi theo.")
    assert talker.last.text.endswith("👉 Muốn đổi, đồng chí gửi lại bằng tin mới.")
    world.person().edits("1", "gì đó")


def test_a_group_is_told_once_in_twelve_hours(world: World) -> None:
    group = world.person("-100200300")
    for _ in range(3):
        group.says("/start", group=True)
        world.later(hours=3)
    assert [reply.text for reply in group] == [group.last.text]
    assert group.last.text.endswith("Đồng chí nhắn riêng cho trợ lý để tiếp tục.")
    assert group.choices == []
    world.later(hours=4)
    group.says("/thangnay", group=True)
    assert len(group.got) == 2


def reminded(world: World) -> Talker:
    talker = world.registered("CB01", "secretary")
    world.go("2022-04-01 08:05")
    world.tick(reminders.say_reminders)
    talker.looks()
    return talker.taps("Nhắc lại sau")


@pytest.mark.parametrize(
    ("button", "shown", "before", "after"),
    [
        ("Sau 1 giờ", "9h05 thứ Sáu 01/4", "2022-04-01 09:04", "2022-04-01 09:06"),
        ("Tối nay", "19h00 thứ Sáu 01/4", "2022-04-01 18:59", "2022-04-01 19:01"),
        ("Sáng mai", "8h00 thứ Bảy 02/4", "2022-04-02 07:59", "2022-04-02 08:01"),
    ],
)
def test_putting_a_reminder_off(world: World, button: str, shown: str, before: str, after: str) -> None:
    talker = reminded(world).taps(button)
    assert talker.last.text.startswith(f"✅ Sẽ nhắc lại lúc {shown}.")
    world.go(before)
    assert talker.looks() == []
    world.go(after)
    talker.looks()
    assert talker.last.text.startswith("🔔 <b>Nhắc lại:")


def test_putting_off_what_is_done_by_then(world: World) -> None:
    talker = reminded(world).taps("Sáng mai")
    talker.says("/ketqua").taps("T4").says("hôm nay").says("25/28, vắng 3 có phép").taps("Đúng")
    assert "Đã ghi" in talker.last.text
    world.go("2022-04-02 08:05")
    assert not [reply for reply in talker.looks() if "Nhắc lại" in reply.text]


def test_this_evening_is_not_offered_in_the_evening(world: World) -> None:
    talker = world.registered("CB01", "secretary")
    world.go("2022-04-01 20:30")
    world.tick(reminders.say_reminders)
    talker.looks()
    talker.taps("Nhắc lại sau")
    assert not [choice for choice in talker.choices if "Tối nay" in choice.label]
    talker.taps("Sau 1 giờ")
    assert "7h00 thứ Bảy 02/4" in talker.last.text  # half past nine is quiet


def test_nobody_puts_another_units_reminder_off(world: World) -> None:
    talker = reminded(world)
    payload = talker.find("Sau 1 giờ").payload
    other = world.registered("CB02", "secretary").presses(payload)
    assert other.last.text.startswith("⚠️")


def test_choices_that_read_alike_are_told_apart() -> None:
    """Two units may have one name, two topics one title."""
    choices = Choices(question=3)
    choices.button("Chi bộ thôn 1", "unit", 1)
    choices.button("Chi bộ thôn 2", "unit", 2, beside=True)
    choices.pick("Chi bộ thôn 1", 9)
    assert [[choice.label for choice in row] for row in choices.rows()] == [
        ["Chi bộ thôn 1 (1)", "Chi bộ thôn 2"],
        ["Chi bộ thôn 1 (2)"],
    ]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Cảm ơn trợ lý nhiều nhé!", "Rất vui được giúp đồng chí."),
        ("xin cám ơn", "Rất vui được giúp đồng chí."),
        ("vâng, cảm ơn ạ", "Rất vui được giúp đồng chí."),
        ("Chào đồng chí", "Chào đồng chí!"),
        ("alo", "Chào đồng chí!"),
        ("chao buoi sang", "Chào đồng chí!"),
        ("Dạ vâng ạ", "Vâng, thưa đồng chí."),
        ("ok", "Vâng, thưa đồng chí."),
        ("dạ", "Vâng, thưa đồng chí."),
        ("được rồi", "Vâng, thưa đồng chí."),
    ],
)
def test_courtesy_is_answered_in_kind(world: World, said: str, answer: str) -> None:
    """What people say to a reminder, though it asks for nothing of the kind; what can be done stands below, as ever."""
    secretary = world.registered("CB01", "secretary").says(said)
    assert secretary.last.text.startswith(answer)
    assert secretary.choices == world.registered("CB02", "secretary").says("lung tung").choices


@pytest.mark.parametrize(
    "said", ["cảm ơn, mai họp mấy giờ", "chào cờ lúc mấy giờ", "cháu chào", "tối", "tôi", "vâng thế mai"]
)
def test_who_wants_something_beside_is_not_fobbed_off_with_courtesy(world: World, said: str) -> None:
    answer = world.registered("CB01", "secretary").says(said).last.text
    assert answer.startswith((UNKNOWN, "📝 Trợ lý chưa có câu trả lời")), answer


@pytest.mark.parametrize("said", ["/thietlap", "/xyzabcde"])
def test_a_command_that_there_is_not_is_no_code(world: World, said: str) -> None:
    secretary = world.registered("CB01", "secretary").says(said)
    assert secretary.last.text.startswith(UNKNOWN)


def test_a_yes_still_answers_the_question_that_is_open(world: World) -> None:
    secretary = world.registered("CB01", "secretary").says("/lichhop")
    assert "Vâng, thưa đồng chí." not in secretary.says("vâng").last.text
