"""What a person types and nothing else takes is looked up: the office's answer, the rules in force, or a question left to the office."""

import pytest
from sqlalchemy import select

from bot.enquiries.file import EnquiryRow, write_enquiries
from bot.tables import AskedWords, Unit
from schedules import cleanup
from tests.kit.enquiries import OFFICE
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

UNKNOWN = "Trợ lý chưa hiểu ý đồng chí."


def answers_here(world: World) -> None:
    """DUA's office has the file of 25; DUB's another answer to one of them; DUK stands above both."""
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy Sở A", "dang_bo_co_so", "", "DUK"),
        ("DUB", "Đảng ủy Sở B", "dang_bo_co_so", "", "DUK"),
        ("A-01", "Chi bộ Văn phòng Sở A", "chi_bo", "co_quan", "DUA"),
        ("B-01", "Chi bộ Văn phòng Sở B", "chi_bo", "co_quan", "DUB"),
    )
    has(world, "DUA", *(EnquiryRow(one.question, one.answer, one.others) for one in OFFICE))
    has(world, "DUB", EnquiryRow("Ai giữ thẻ đảng?", "Riêng của Sở B."))
    has(
        world,
        "DUK",
        EnquiryRow("Quên mật khẩu Sổ tay thì làm sao?", "Gọi văn phòng Đảng ủy Khối."),
        EnquiryRow("Ai xét tặng huy hiệu đảng?", "Ban Thường vụ Đảng ủy Khối."),
    )


pytestmark = begins(answers_here)


def has(world: World, code: str, *rows: EnquiryRow) -> None:
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        write_enquiries(session, unit, rows, world.at)


def asked(world: World) -> dict[str, tuple[str, int]]:
    """What the offices have to answer: the unit's code and how often, by the words."""
    with world.db.read() as session:
        return {one.words: (one.unit.code, one.times) for one in session.scalars(select(AskedWords))}


@pytest.fixture
def cell(world: World) -> Talker:
    return world.registered("A-01", "secretary")


def test_the_office_answers_in_its_own_words(world: World, cell: Talker) -> None:
    cell.says("toi ko dang nhap dc so tay")
    assert cell.last.text.startswith(
        "❓ <b>Làm sao đăng nhập Sổ tay đảng viên điện tử?</b>\n"
        "Mở ứng dụng, bấm Đăng nhập, dùng số căn cước và mật khẩu.\n\n"
        "<i>Trả lời của Văn phòng Đảng ủy Sở A, cập nhật 01/4/2022.</i>"
    )
    assert asked(world) == {"toi ko dang nhap dc so tay": ("DUK", 0)}
    cell.says("mất thẻ đảng thì sao?")
    assert "Làm bản tường trình" in cell.last.text
    reads_well(cell)


AS_TYPED = {
    "lam the nao de vao so tay dang vien": "Làm sao đăng nhập Sổ tay",
    "quen mk so tay": "Quên mật khẩu Sổ tay",
    "dt cua toi co cai so tay dc ko": "Cài Sổ tay trên điện thoại",
    "bien ban co can dong dau k": "Biên bản họp có phải đóng dấu",
    "ai ki bien ban hop": "Ai ký biên bản",
    "dong dang phi ngay may": "Nộp đảng phí hằng tháng vào ngày nào",
    "chuyen sinh hoat can giay to j": "Chuyển sinh hoạt đảng cần giấy tờ gì",
    "lam mat the dang": "Mất thẻ đảng viên",
    "ho so ket nap can gi": "Hồ sơ kết nạp",
    "bao gio duoc chuyen chinh thuc": "Khi nào xét chuyển đảng chính thức",
    "di lam an xa co dc mien sinh hoat ko": "Đảng viên đi làm xa",
    "hop online dc ko": "Chi bộ được họp trực tuyến",
    "nop bc bang anh chup duoc ko": "Báo cáo gửi bằng ảnh chụp",
    "ti le du hop bao nhieu la dat": "Tỷ lệ đảng viên dự họp",
    "so tay loi khong vao dc": "Làm sao đăng nhập Sổ tay",
}


def test_questions_as_people_type_them(cell: Talker) -> None:
    """Without signs, cut short, misspelt; and what has no answer gets none."""
    for text, question in AS_TYPED.items():
        assert cell.says(text).last.text.startswith(f"❓ <b>{question}"), (text, cell.last.text)
    for text in ("thoi tiet hom nay the nao", "chi bo toi co 5 dang vien thi bau may cap uy"):
        assert "Trợ lý chưa có câu trả lời" in cell.says(text).last.text, text


def test_the_nearest_office_comes_first_and_those_above_answer_too(world: World, cell: Talker) -> None:
    cell.says("quên mật khẩu sổ tay")
    assert "Trả lời của Văn phòng Đảng ủy Sở A" in cell.last.text
    cell.taps("Quên mật khẩu Sổ tay thì làm sao?")
    assert "Gọi văn phòng Đảng ủy Khối." in cell.last.text
    assert "Trả lời của Văn phòng Đảng ủy Khối mẫu" in cell.last.text
    other = world.registered("B-01", "secretary")
    other.says("quen mat khau so tay")
    assert "Trả lời của Văn phòng Đảng ủy Khối mẫu" in other.last.text
    assert other.says("ai xet tang huy hieu dang").last.text.count("Ban Thường vụ Đảng ủy Khối") == 1
    reads_well(cell, other)


def test_nobody_sees_the_answers_of_another_committee(world: World, cell: Talker) -> None:
    cell.says("ai giữ thẻ đảng?")
    assert "Riêng của Sở B" not in cell.last.text
    other = world.registered("B-01", "secretary").says("ai giữ thẻ đảng?")
    assert "Riêng của Sở B" in other.last.text
    with world.db.read() as session:
        mine = session.scalars(select(AskedWords.id).where(AskedWords.words == "ai giữ thẻ đảng?")).all()
    leader = world.registered("DUB", "leader")
    for row in mine:
        for payload in (f"enquiries.answer:1:{row}", f"enquiries.wrong:{row}"):
            for talker in (cell, leader):
                assert "căn cước" not in talker.presses(payload).last.text or talker is cell
    assert "Riêng" not in "".join(reply.text for reply in cell.got)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "mấy phút là đủ?",
            "Ít nhất <b>90 phút</b>; họp thường kỳ và chuyên đề chung một buổi thì ít nhất <b>120 phút</b>",
        ),
        ("hop chi bo it nhat bao nhieu phut", "Ít nhất <b>90 phút</b>"),
        ("sau hop may ngay phai dang bien ban len so tay", "Trong <b>2 ngày</b> sau buổi họp"),
        ("tỷ lệ dự họp bao nhiêu thì đạt", "Có mặt từ <b>90%</b> trở lên số đảng viên phải dự họp"),
    ],
)
def test_the_rules_in_force_answer_what_they_can(world: World, text: str, says: str) -> None:
    world.go("2026-11-27 09:00")
    other = world.registered("B-01", "secretary").says(text)
    assert says in other.last.text
    assert "Theo 42-HD/BTCTW ngày 28/10/2025 của Ban Tổ chức Trung ương, đang có hiệu lực." in other.last.text
    reads_well(other)


def test_they_answer_as_of_today_and_only_what_they_say(world: World) -> None:
    other = world.registered("B-01", "secretary")
    assert "Có mặt trên <b>85%</b> số đảng viên" in other.says("tỷ lệ dự họp bao nhiêu thì đạt").last.text
    assert "Theo 12-HD/BTCTW ngày 06/7/2018" in other.last.text
    assert "Không quá <b>3 lần liền</b>" in other.says("vắng có lý do được mấy lần liền?").last.text
    other.says("mấy phút là đủ?")
    assert "chưa có câu trả lời" in other.last.text, "the guidance of 2018 sets no least length"
    reads_well(other)


def test_what_the_office_says_itself_comes_before_the_rules(world: World, cell: Talker) -> None:
    world.go("2026-11-27 09:00")
    has(world, "DUA", EnquiryRow("Họp chi bộ mấy phút là đủ?", "Sở A: 60 phút với chi bộ dưới 9 đảng viên."))
    assert "Sở A: 60 phút" in cell.says("mấy phút là đủ?").last.text
    cell.taps("Buổi họp chi bộ ít nhất bao nhiêu phút?")
    assert "Ít nhất <b>90 phút</b>" in cell.last.text
    reads_well(cell)


def test_what_was_not_found_is_left_to_the_office_without_who_asked(world: World, cell: Talker) -> None:
    cell.says("chi bộ có được nuôi cá cảnh không?")
    assert cell.last.text.startswith(
        "📝 Trợ lý chưa có câu trả lời, nên đã ghi lại câu này cho Văn phòng Đảng ủy Khối mẫu."
    )
    assert "không kèm tên ai" in cell.last.text
    assert "📅 Việc tháng này" in labels(cell)
    cell.says("Chi bộ có được nuôi cá cảnh không")
    other = world.registered("B-01", "secretary").says("chi bo co duoc nuoi ca canh khong")
    assert asked(world) == {"chi bộ có được nuôi cá cảnh không?": ("DUK", 3)}
    reads_well(cell, other)


def test_the_nearest_office_that_somebody_holds_gets_it(world: World, cell: Talker) -> None:
    world.registered("DUK", "admin")
    world.registered("DUA", "admin")
    cell.says("ai trông xe hôm đại hội?")
    world.registered("B-01", "secretary").says("ai trông xe hôm đại hội?")
    world.registered("DUA", "leader").says("mua hoa ở đâu vậy?")
    with world.db.read() as session:
        found = {(one.unit.code, one.words) for one in session.scalars(select(AskedWords))}
    assert found == {
        ("DUA", "ai trông xe hôm đại hội?"),
        ("DUK", "ai trông xe hôm đại hội?"),
        ("DUA", "mua hoa ở đâu vậy?"),
    }


def test_an_answer_that_is_not_what_was_meant_goes_to_the_office(world: World, cell: Talker) -> None:
    cell.says("huy hiệu 30 năm")
    cell.taps("Chưa đúng ý")
    assert "đã ghi lại câu này cho Văn phòng" in cell.last.text
    assert asked(world)["huy hiệu 30 năm"][1] == 1
    reads_well(cell)


def test_what_asks_nothing_stays_not_understood(world: World, cell: Talker) -> None:
    for words in ("trời hôm nay đẹp quá", "linh tinh", "sao thế", "tôi nộp tệp rồi nhé", "12"):
        assert cell.says(words).last.text.startswith(UNKNOWN), words
    assert asked(world) == {}


def test_a_note_is_never_taken_for_a_question(world: World, cell: Talker) -> None:
    cell.says("/hop").taps("Họp thường kỳ ngoài")
    before = len(cell.got)
    assert "Bước 1/" in cell.last.text
    cell.says("mất thẻ đảng thì làm gì?")
    cell.says("đăng nhập sổ tay thế nào?")
    assert "căn cước" not in "".join(reply.text for reply in cell.got[before:])
    assert asked(world) == {}


def test_an_open_question_takes_its_own_answer(world: World, cell: Talker) -> None:
    cell.says("/caidat").taps("tên")
    cell.says("mất thẻ đảng thì làm gì?")
    assert "tường trình" not in cell.last.text
    assert asked(world) == {}


def test_words_with_a_stamp_are_refused_before(world: World, cell: Talker) -> None:
    cell.says("TỐI MẬT\nđăng nhập sổ tay thế nào?")
    assert "không nhận và không lưu" in cell.last.text
    assert asked(world) == {}


@pytest.mark.parametrize("channel", ["zalo", "web"])
def test_on_other_channels(world: World, channel: str) -> None:
    cell = world.registered("A-01", "secretary", channel=channel)
    cell.says("quên mật khẩu sổ tay")
    assert "Trả lời của Văn phòng Đảng ủy Sở A" in cell.last.text
    cell.taps("Chưa đúng ý")
    assert "đã ghi lại" in cell.last.text


def test_words_are_forgotten_in_time(world: World, cell: Talker) -> None:
    cell.says("quên mật khẩu sổ tay").says("ai trông xe hôm đại hội?")
    world.later(days=8)
    cleanup.clean_up(world.desk, world.at)
    assert list(asked(world)) == ["ai trông xe hôm đại hội?"]
    world.later(days=360)
    cleanup.clean_up(world.desk, world.at)
    assert asked(world) == {}


def test_long_words_are_kept_in_part(world: World, cell: Talker) -> None:
    cell.says("vì sao " + "tàu thuyền " * 60 + "?")
    [words] = asked(world)
    assert len(words) <= 300


def test_an_answer_that_is_gone_is_not_shown(world: World, cell: Talker) -> None:
    cell.says("quên mật khẩu sổ tay")
    button = cell.find("Quên mật khẩu Sổ tay thì làm sao?").payload
    has(world, "DUK", EnquiryRow("Quên mật khẩu Sổ tay thì làm sao?", ""))
    assert cell.presses(button).last.text.startswith("⚠️ Việc này không thuộc")
