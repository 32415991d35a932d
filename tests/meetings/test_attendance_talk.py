"""The attendance counts in conversation: number by number, all in one line, corrected, refused when they do not add up."""

import pytest
from sqlalchemy import select

from bot.store.db import Database
from bot.tables import Attendance, Unit
from tests.kit.committees import committee
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

Five = tuple[int, int, int, int, int]

WAYS: tuple[tuple[tuple[str, ...], Five], ...] = (
    (("đủ",), (28, 28, 0, 0, 0)),
    (("25/28, vắng 2 có phép, 1 không phép",), (28, 25, 2, 1, 0)),
    (("30 25 3 1 1",), (30, 25, 3, 1, 1)),  # two more than were known: asked on the card
    (("28/28",), (28, 28, 0, 0, 0)),
    (("25/28", "3"), (28, 25, 3, 0, 0)),
    (("25 trên 28 đồng chí", "2 có phép", "1 không"), (28, 25, 2, 1, 0)),
    (("25/28", "2 có phép, 1 không phép"), (28, 25, 2, 1, 0)),
    (("25/28", "không", "2 không phép", "1"), (28, 25, 0, 2, 1)),
    (("25/28", "26/28, vắng 2 có lý do", "lấy số mới"), (28, 26, 2, 0, 0)),
    (("hai lăm, 2 vắng có lý do", "1 không lý do"), (28, 25, 2, 1, 0)),
    (("2 vắng có lý do, hai lăm có mặt", "được miễn"), (28, 25, 2, 0, 1)),
    (("vắng 3, có mặt 25", "2 không lý do", "có lý do"), (28, 25, 1, 2, 0)),
    (("1 không lý do, có mặt 25", "2 có lý do"), (28, 25, 2, 1, 0)),
    (("25/28", "cả ba có lý do"), (28, 25, 3, 0, 0)),
    (("25/28", "không lý do"), (28, 25, 0, 3, 0)),
    (("25/28, 1 có lý do, 1 không lý do", "có lý do"), (28, 25, 2, 1, 0)),
    (("vắng:\ncó lý do: 2\nkhông lý do: 1",), (28, 25, 2, 1, 0)),
    (("hai mươi tám", "hai lăm", "ba"), (28, 25, 3, 0, 0)),
    (("28", "đủ cả"), (28, 28, 0, 0, 0)),
    (("28", "25, vắng 2 có phép 1 không"), (28, 25, 2, 1, 0)),
    (("28", "25", "đủ", "mới"), (28, 28, 0, 0, 0)),
    (("28", "25", "0", "0", "miễn 3"), (28, 25, 0, 0, 3)),
    (("28", "0", "28"), (28, 0, 28, 0, 0)),
)
WRONG: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("25/28, vắng 1 có phép",), "25/28, vắng 3: 1 có lý do.", "Trong 2 đồng chí còn lại mấy"),
    (("27/28, vắng 2 có phép",), "là 29, nhiều hơn tổng số 28 là 1", "có mặt thế nào?"),
    (("29/28",), "Có mặt 29 nhiều hơn tổng số 28.", "có mặt thế nào?"),
    (("0",), "phải từ 1 đến 5000", "có mặt thế nào?"),
    (("0/0",), "phải lớn hơn 0", "có mặt thế nào?"),
    (("3/9999",), "lớn quá mức", "có mặt thế nào?"),
    (("nhiều lắm",), "Trợ lý chưa hiểu “nhiều”.", "có mặt thế nào?"),
    (("25/28, vắng 3 có phép, đạt 90,5%",), "không phải là 90,5%", "có mặt thế nào?"),
    (("25/28 hay 26/28",), "Trợ lý chưa hiểu “hay”.", "có mặt thế nào?"),
    (("25/28, 3",), "Trợ lý chưa hiểu “3”.", "có mặt thế nào?"),
    (("có mặt",), "Trợ lý chưa đọc được số liệu trong “có mặt”.", "có mặt thế nào?"),
    (("tổng 28, miễn 2",), "", "Trong 28 đồng chí, có mặt bao nhiêu?"),
    (("28", "29"), "vượt tổng số 28. Xin đồng chí kiểm tra số 29.", "có mặt bao nhiêu?"),
    (("28", "25", "4"), "kiểm tra số 4.", "<b>có lý do</b>"),
    (("28", "25", "vài người"), "Trợ lý chưa hiểu “vài”.", "<b>có lý do</b>"),
    (("28", "25", "1 có phép"), "", "<b>không lý do</b>"),
    (("28", "25", "1", "3 không phép"), "là 29, nhiều hơn tổng số 28 là 1", "<b>không lý do</b>"),
    (("28", "25", "1", "1", "0"), "là 27, ít hơn tổng số 28 là 1", "Đồng chí thứ ba?"),
    (("25/28", "4 có phép"), "là 29, nhiều hơn tổng số 28 là 1", "<b>có lý do</b>"),
)


@pytest.fixture
def secretary(secretary: Talker) -> Talker:
    """Stands at the first question of a running meeting's counts; the unit has 28 members."""
    return secretary.says("/hop").taps("T4 ·").taps("Tiếp").taps("Điểm danh")


def stored(world: World) -> Five | None:
    with world.db.read() as session:
        row = session.scalars(select(Attendance)).one_or_none()
        if row is None:
            return None
        return row.total, row.present, row.absent_excused, row.absent_unexcused, row.exempt


def card(talker: Talker) -> bool:
    return talker.last.text.startswith("👥 <b>Số liệu điểm danh</b>\nTổng số: ")


def asks_total(talker: Talker) -> bool:
    return "👥 <b>Điểm danh</b>: tổng số" in talker.last.text


def test_one_number_at_a_time_with_buttons(world: World, secretary: Talker) -> None:
    assert labels(secretary) == ["Đủ 28/28", "Có đồng chí vắng", "⬅️ Quay lại"]
    secretary.taps("Có đồng chí vắng")
    assert secretary.last.text == "Trong 28 đồng chí, có mặt bao nhiêu?\n\n👉 Đồng chí gõ một số."
    assert labels(secretary) == ["Đủ 28/28", "⬅️ Quay lại"]
    secretary.says("24")
    assert secretary.last.text.startswith("24/28, vắng 4.\nTrong đó mấy đồng chí <b>có lý do</b>?")
    assert labels(secretary) == ["Cả 4 có lý do", "Cả 4 không lý do", "Cả 4 được miễn", "⬅️ Quay lại"]
    secretary.says("2 đ/c")
    assert secretary.last.text.startswith("24/28, vắng 4: 2 có lý do.\nTrong 2 đồng chí còn lại")
    secretary.says("một")
    assert secretary.last.text.startswith("24/28, vắng 4: 2 có lý do, 1 không lý do.\nĐồng chí thứ tư?")
    assert labels(secretary) == ["Có lý do", "Không lý do", "Được miễn", "⬅️ Quay lại"]
    secretary.taps("Được miễn")
    assert secretary.last.text == (
        "👥 <b>Số liệu điểm danh</b>\nTổng số: <b>28</b>\nCó mặt: <b>24</b>\nVắng có lý do: 2\n"
        "Vắng không lý do: 1\nĐược miễn sinh hoạt: 1\nTỷ lệ dự: <b>88,9%</b>\n"
        "✅ Đạt yêu cầu trên 85% (12-HD/BTCTW)\n\n"
        "👉 Số liệu đúng thì đồng chí bấm “Đúng”, chưa đúng thì bấm “Sửa”."
    )
    assert stored(world) is None
    secretary.taps("Đúng")
    assert secretary.last.text.startswith("✅ Đã ghi là số dự họp: 24/28.\n\n<b>Bước 2/8")
    assert "👉 Ai làm thư ký?" in secretary.last.text
    assert stored(world) == (28, 24, 2, 1, 1)
    reads_well(secretary)


def test_many_ways_to_say_it(world: World, secretary: Talker) -> None:
    for said, counts in WAYS:
        for line in said:
            assert not card(secretary), said
            secretary.says(line)
        assert card(secretary), (said, secretary.last.text)
        secretary.taps("Đúng")
        assert stored(world) == counts, said
        with world.db.read() as session:
            assert session.scalars(select(Unit.members).where(Unit.code == "CB01")).one() == counts[0]
        with world.db.write() as session:
            session.delete(session.scalars(select(Attendance)).one())
            session.scalars(select(Unit).where(Unit.code == "CB01")).one().members = 28
        secretary.presses("meet.count:1:1")
    reads_well(secretary)


def test_what_does_not_add_up_is_said_and_asked_again(world: World, secretary: Talker) -> None:
    for said, why, asked in WRONG:
        for line in said:
            secretary.says(line)
        assert why in secretary.last.text, said
        assert asked in secretary.last.text, said
        assert not card(secretary), said
        secretary.presses("meet.count:1:1")
    assert stored(world) is None
    reads_well(secretary)


def test_after_a_wrong_number_the_right_one_is_taken(world: World, secretary: Talker) -> None:
    secretary.says("28").says("25").says("9").says("2").says("1").taps("Đúng")
    assert stored(world) == (28, 25, 2, 1, 0)


def test_back_goes_number_by_number_and_out_of_the_first(world: World, secretary: Talker) -> None:
    secretary.says("28").says("24").says("2").says("1")
    secretary.taps("Quay lại")
    assert "<b>không lý do</b>" in secretary.last.text
    secretary.taps("Quay lại").taps("Quay lại")
    assert "có mặt bao nhiêu?" in secretary.last.text
    secretary.taps("Quay lại")
    assert asks_total(secretary)
    secretary.taps("Quay lại")
    assert "Bước 2/8" in secretary.last.text
    secretary.taps("Điểm danh").says("28").says("24").says("2").taps("Quay lại").says("4").taps("Đúng")
    assert stored(world) == (28, 24, 4, 0, 0)
    reads_well(secretary)


def test_the_card_is_corrected_by_button_or_by_a_line(world: World, secretary: Talker) -> None:
    secretary.says("25/28, 2 có phép, 1 không").says("26/28, 2 có phép")
    assert "Có mặt: <b>26</b>" in secretary.last.text
    secretary.says("27/28")
    assert secretary.last.text.startswith("27/28, vắng 1.\nĐồng chí vắng có lý do không?")
    secretary.taps("Có lý do")
    assert card(secretary)
    assert "↩️ Trước: có mặt 26\n↩️ Trước: vắng có lý do 2\n" in secretary.last.text
    secretary.says("được rồi đấy")
    assert "Trợ lý chưa hiểu “rồi”." in secretary.last.text
    secretary.taps("Sửa")
    assert asks_total(secretary)
    assert "Đủ 28/28" in labels(secretary)
    secretary.says("30").taps("Đúng, nay là 30").says("29").says("1").says("chưa đúng ạ")
    assert asks_total(secretary)
    secretary.says("30").says("29").says("1").says("đúng rồi ạ")
    assert stored(world) == (30, 29, 1, 0, 0)
    reads_well(secretary)


def test_a_button_pressed_twice_counts_once(world: World, secretary: Talker) -> None:
    secretary.says("đủ")
    button = secretary.find("Đúng").payload
    secretary.presses(button).presses(button)
    assert secretary.last.text.startswith("Nút đó là của câu hỏi đã qua.")
    assert "Bước 2/8" in secretary.last.text
    assert stored(world) == (28, 28, 0, 0, 0)


def test_counts_cannot_be_taken_before_the_card(world: World, secretary: Talker) -> None:
    secretary.says("28").presses("meet.counted:1")
    assert "Bước 2/8" in secretary.last.text
    assert stored(world) is None
    secretary.taps("Điểm danh").says("28").presses("result.counted")
    assert stored(world) is None
    question = secretary.says("/hop").taps("Điểm danh").find("Có đồng chí vắng").payload.split(":")[0]
    for value in ("abc", "present", "absent_excused"):
        secretary.presses(f"{question}:{value}")
        assert asks_total(secretary)
        question = secretary.find("Có đồng chí vắng").payload.split(":")[0]
    assert "mã <code>" not in str(secretary.got)


def test_without_a_known_number_of_members_it_is_asked_for(db: Database) -> None:
    world = World(db)
    committee(world)
    secretary = world.person()
    secretary.says(f"/start {world.invite('CB01', 'secretary')}").taps("Đồng ý").taps("Bỏ qua")
    secretary.taps("Bỏ qua").says("5")
    secretary.says("/hop").taps("ngoài kế hoạch").taps("Tiếp").taps("Tiếp").taps("Điểm danh")
    assert labels(secretary) == ["⬅️ Quay lại"]
    secretary.says("đủ")
    assert "chưa biết tổng số đảng viên" in secretary.last.text
    secretary.says("12").says("đủ").taps("Đúng")
    assert stored(world) == (12, 12, 0, 0, 0)
    reads_well(secretary)


def test_only_what_is_missing_is_asked_and_nothing_said_is_lost(world: World, secretary: Talker) -> None:
    secretary.says("hai lăm, 2 vắng có lý do")
    assert secretary.last.text == ("25/28, vắng 3: 2 có lý do.\nĐồng chí thứ ba?\n\n👉 Đồng chí bấm một nút.")
    assert labels(secretary) == ["Có lý do", "Không lý do", "Được miễn", "⬅️ Quay lại"]
    secretary.says("họp tốt").says("1 không lý do").taps("Đúng")
    assert stored(world) == (28, 25, 2, 1, 0)
    reads_well(secretary)


def test_a_line_that_contradicts_what_was_said_is_asked_about(world: World, secretary: Talker) -> None:
    secretary.says("25/28, 2 có lý do").says("26/28, 1 có lý do, 1 không lý do")
    assert secretary.last.text == (
        "Đồng chí vừa ghi khác lúc trước:\n• có mặt: trước <b>25</b>, nay <b>26</b>\n"
        "• vắng có lý do: trước <b>2</b>, nay <b>1</b>\n\n👉 Lấy số nào? Đồng chí bấm một nút."
    )
    secretary.says("sao vậy")
    assert "Trợ lý chưa hiểu “sao”." in secretary.last.text
    question = secretary.find("Lấy số mới").payload.split(":")[0]
    secretary.presses(f"{question}:x").taps("Giữ số cũ")
    assert secretary.last.text.startswith("25/28, vắng 3: 2 có lý do.\nĐồng chí thứ ba?")
    secretary.says("26/28, 1 có lý do, 1 không lý do").taps("Lấy số mới").taps("Đúng")
    assert stored(world) == (28, 26, 1, 1, 0)
    reads_well(secretary)


def members(world: World) -> int | None:
    with world.db.read() as session:
        return session.scalars(select(Unit.members).where(Unit.code == "CB01")).one()


def test_the_unit_has_another_number_of_members_only_when_that_is_said(
    world: World, secretary: Talker
) -> None:
    secretary.says("50/50")
    assert secretary.last.text == (
        "Tổng số đang ghi là <b>28</b>, đồng chí ghi tổng số <b>50</b>.\nTổng số nay là 50?\n\n"
        "👉 Đồng chí bấm một nút."
    )
    secretary.taps("Không, vẫn là 28")
    assert asks_total(secretary)
    secretary.says("29/29")
    assert "⚠️ Tổng số đang ghi là 28; đúng thì nay là 29." in secretary.last.text
    secretary.says("đúng")
    assert "Tổng số nay là 29?" in secretary.last.text
    assert stored(world) is None
    secretary.says("hai mấy nhỉ")
    assert "Trợ lý chưa hiểu “mấy”." in secretary.last.text
    question = secretary.find("Đúng, nay là 29").payload.split(":")[0]
    secretary.presses(f"{question}:x").says("đúng, nay là 29").taps("Đúng")
    assert (stored(world), members(world)) == ((29, 29, 0, 0, 0), 29)
    secretary.presses("recount.all:1").says("30/30").says("nay là 30")
    assert (stored(world), members(world)) == ((30, 30, 0, 0, 0), 30)
    reads_well(secretary)


def test_a_lone_number_that_is_not_the_roll_is_those_present_or_a_new_roll(
    world: World, secretary: Talker
) -> None:
    secretary.says("25")
    assert "Đó là số có mặt, hay tổng số nay là 25?" in secretary.last.text
    assert labels(secretary) == ["Có mặt 25/28", "Đúng, nay là 25", "Không, vẫn là 28"]
    secretary.taps("Có mặt 25/28").taps("Cả 3 không lý do").taps("Đúng")
    assert (stored(world), members(world)) == ((28, 25, 0, 3, 0), 28)
    secretary.presses("recount.all:1").says("25").taps("Đúng, nay là 25").taps("Đủ 25/25").taps("Đúng")
    assert (stored(world), members(world)) == ((25, 25, 0, 0, 0), 25)
    reads_well(secretary)


def test_kinds_of_members_that_are_not_the_roll_are_asked_about(world: World, secretary: Talker) -> None:
    secretary.says("chính thức 24, dự bị 2; vắng 2 có lý do")
    assert secretary.last.text.startswith(
        "Chính thức 24, dự bị 2 là 26, mà tổng số đang ghi là 28.\n26 là số có mặt, hay tổng số nay là 26?"
    )
    secretary.says("là sao")
    assert "Trợ lý chưa hiểu “sao”." in secretary.last.text
    question = secretary.find("Có mặt 26/28").payload.split(":")[0]
    secretary.presses(f"{question}:x").taps("Có mặt 26/28")
    assert card(secretary)
    assert "Có mặt: <b>26</b> (chính thức 24, dự bị 2)" in secretary.last.text
    secretary.taps("Sửa").says("chính thức 24, dự bị 2; vắng 2 có lý do").says("nay là 26").taps("Đúng")
    assert (stored(world), members(world)) == ((26, 24, 2, 0, 0), 26)
    reads_well(secretary)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("26/28 vắng 3", "Có mặt 26, vắng 3 cộng lại là 29, nhiều hơn tổng số 28 là 1."),
        ("26/28 vắng 3, miễn 1", "Có mặt 26, vắng 3, miễn 1 cộng lại là 30, nhiều hơn tổng số 28 là 2."),
        ("vắng 30", "Có mặt 0, vắng 30 cộng lại là 30, nhiều hơn tổng số 28 là 2."),
    ],
)
def test_numbers_that_do_not_add_up_are_said_as_they_were_typed(
    secretary: Talker, line: str, sentence: str
) -> None:
    secretary.says(line)
    assert sentence in secretary.last.text
    reads_well(secretary)


def test_a_number_alone_at_the_card_must_still_add_up(world: World, secretary: Talker) -> None:
    secretary.says("25/28, 2 có phép, 1 không").says("miễn 1")
    assert "cộng lại là 29, nhiều hơn tổng số 28 là 1" in secretary.last.text
    assert "Có mặt: <b>25</b>" in secretary.last.text
    secretary.says("25/28, 1 có phép, 1 không, miễn 1")
    assert "↩️ Trước: vắng có lý do 2\n↩️ Trước: được miễn 0\n" in secretary.last.text
    secretary.taps("Đúng")
    assert stored(world) == (28, 25, 1, 1, 1)
    reads_well(secretary)
