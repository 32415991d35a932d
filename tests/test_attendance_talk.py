"""The attendance counts in conversation: number by number, all in one line, corrected, refused when they do not add up."""

import pytest
from sqlalchemy import select

from bot.db import Database
from bot.models import Attendance, Unit
from tests.kit import Talker, World, shipped
from tests.test_month import committee, labels, reads_well

Five = tuple[int, int, int, int, int]

WAYS: tuple[tuple[tuple[str, ...], Five], ...] = (
    (("đủ",), (28, 28, 0, 0, 0)),
    (("25/28, vắng 2 có phép, 1 không phép",), (28, 25, 2, 1, 0)),
    (("30 25 3 1 1",), (30, 25, 3, 1, 1)),
    (("28/28",), (28, 28, 0, 0, 0)),
    (("25/28", "3"), (28, 25, 3, 0, 0)),
    (("25 trên 28 đồng chí", "2 có phép", "1 không"), (28, 25, 2, 1, 0)),
    (("25/28", "2 có phép, 1 không phép"), (28, 25, 2, 1, 0)),
    (("25/28", "không", "2 không phép", "1"), (28, 25, 0, 2, 1)),
    (("25/28", "26/28, vắng 2 có lý do"), (28, 26, 2, 0, 0)),
    (("hai mươi tám", "hai lăm", "ba"), (28, 25, 3, 0, 0)),
    (("28", "đủ cả"), (28, 28, 0, 0, 0)),
    (("28", "25, vắng 2 có phép 1 không"), (28, 25, 2, 1, 0)),
    (("28", "25", "đủ"), (28, 28, 0, 0, 0)),
    (("28", "25", "0", "0", "miễn 3"), (28, 25, 0, 0, 3)),
    (("28", "0", "28"), (28, 0, 28, 0, 0)),
)
WRONG: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("25/28, vắng 1 có phép",), "Còn 2 đồng chí vắng chưa rõ lý do.", "Tổng số đảng viên"),
    (("27/28, vắng 2 có phép",), "là 29, nhiều hơn tổng số 28 là 1", "Tổng số đảng viên"),
    (("29/28",), "Có mặt 29 nhiều hơn tổng số 28.", "Tổng số đảng viên"),
    (("0",), "phải từ 1 đến 5000", "Tổng số đảng viên"),
    (("0/0",), "phải lớn hơn 0", "Tổng số đảng viên"),
    (("3/9999",), "lớn quá mức", "Tổng số đảng viên"),
    (("nhiều lắm",), "chưa đọc được số liệu trong “nhiều lắm”", "Tổng số đảng viên"),
    (("28", "29"), "vượt tổng số 28. Xin đồng chí kiểm tra số 29.", "có mặt bao nhiêu?"),
    (("28", "25", "4"), "kiểm tra số 4.", "<b>có lý do</b>"),
    (("28", "25", "vài người"), "chưa hiểu “vài người” là bao nhiêu", "<b>có lý do</b>"),
    (("28", "25", "1 có phép"), "", "<b>không lý do</b>"),
    (("28", "25", "1", "3 không phép"), "kiểm tra số 3.", "<b>không lý do</b>"),
    (("28", "25", "1", "1", "0"), "là 27, ít hơn tổng số 28 là 1", "<b>miễn</b>"),
)


@pytest.fixture
def world(db: Database) -> World:
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    return world


@pytest.fixture
def secretary(world: World) -> Talker:
    """Stands at the first question of a running meeting's counts; the unit has 28 members."""
    secretary = world.registered("CB01", "secretary").says("/hop").taps("T4 ·").taps("Tiếp")
    return secretary.taps("Điểm danh")


def stored(world: World) -> Five | None:
    with world.db.read() as session:
        row = session.scalars(select(Attendance)).one_or_none()
        if row is None:
            return None
        return row.total, row.present, row.absent_excused, row.absent_unexcused, row.exempt


def card(talker: Talker) -> bool:
    return talker.last.text.startswith("👥 <b>Số liệu điểm danh</b>\nTổng số: ")


def asks_total(talker: Talker) -> bool:
    return "Tổng số đảng viên của chi bộ là bao nhiêu?" in talker.last.text


def test_one_number_at_a_time_with_buttons(world: World, secretary: Talker) -> None:
    assert labels(secretary) == ["Vẫn là 28", "⬅️ Quay lại"]
    secretary.taps("Vẫn là 28")
    assert secretary.last.text == "Trong 28 đồng chí, có mặt bao nhiêu?\n\n👉 Đồng chí gõ một số."
    assert labels(secretary) == ["Đủ cả 28", "⬅️ Quay lại"]
    secretary.says("24")
    assert "Có mặt 24, còn 4 đồng chí. Vắng <b>có lý do</b> bao nhiêu?" in secretary.last.text
    assert labels(secretary) == ["Cả 4", "Không có", "⬅️ Quay lại"]
    secretary.says("2 đ/c")
    assert "Còn 2 đồng chí. Vắng <b>không lý do</b> bao nhiêu?" in secretary.last.text
    secretary.says("một")
    assert "Còn 1 đồng chí. Được <b>miễn</b> sinh hoạt bao nhiêu?" in secretary.last.text
    assert labels(secretary) == ["Một đồng chí", "⬅️ Quay lại"]
    secretary.taps("Một đồng chí")
    assert secretary.last.text == (
        "👥 <b>Số liệu điểm danh</b>\nTổng số: <b>28</b>\nCó mặt: <b>24</b>\nVắng có lý do: 2\n"
        "Vắng không lý do: 1\nĐược miễn sinh hoạt: 1\nTỷ lệ dự: <b>88,9%</b>\n"
        "🎯 Đạt yêu cầu trên 85% (12-HD/BTCTW)\n\n"
        "👉 Số liệu đúng thì đồng chí bấm “Đúng”, chưa đúng thì bấm “Sửa”."
    )
    assert stored(world) is None
    secretary.taps("Đúng")
    assert "Bước 3/8" in secretary.last.text
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
        secretary.presses("meet.count:1:1")
        secretary.says("28/28").taps("Đúng").presses("meet.count:1:1")
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
    assert "<b>có lý do</b>" in secretary.last.text
    secretary.taps("Cả 1") if "Cả 1" in labels(secretary) else secretary.taps("Một đồng chí")
    assert card(secretary)
    secretary.says("được rồi đấy")
    assert "chưa đọc được số liệu" in secretary.last.text
    secretary.taps("Sửa")
    assert asks_total(secretary)
    assert "Vẫn là 28" in labels(secretary)
    secretary.says("30").says("29").says("1").says("chưa đúng ạ")
    assert asks_total(secretary)
    secretary.says("30").says("29").says("1").says("đúng rồi ạ")
    assert stored(world) == (30, 29, 1, 0, 0)
    reads_well(secretary)


def test_a_button_pressed_twice_counts_once(world: World, secretary: Talker) -> None:
    secretary.says("đủ")
    button = secretary.find("Đúng").payload
    secretary.presses(button).presses(button)
    assert secretary.last.text.startswith("Nút đó là của câu hỏi đã qua.")
    assert "Bước 3/8" in secretary.last.text
    assert stored(world) == (28, 28, 0, 0, 0)


def test_counts_cannot_be_taken_before_the_card(world: World, secretary: Talker) -> None:
    secretary.says("28").presses("meet.counted:1")
    assert "Bước 2/8" in secretary.last.text
    assert stored(world) is None
    secretary.taps("Điểm danh").says("28").presses("result.counted")
    assert stored(world) is None
    question = secretary.says("/hop").taps("Điểm danh").find("Vẫn là").payload.split(":")[0]
    secretary.presses(f"{question}:abc")
    assert asks_total(secretary)
    assert "mã <code>" not in str(secretary.got)


def test_without_a_known_number_of_members_it_is_asked_for(db: Database) -> None:
    world = World(db)
    committee(world)
    secretary = world.person()
    secretary.says(f"/start {world.invite('CB01', 'secretary')}").taps("Đồng ý").taps("Bỏ qua").says("5")
    secretary.says("/hop").taps("ngoài kế hoạch").taps("Tiếp").taps("Tiếp").taps("Điểm danh")
    assert labels(secretary) == ["⬅️ Quay lại"]
    secretary.says("đủ")
    assert "chưa biết tổng số đảng viên" in secretary.last.text
    secretary.says("12").says("đủ").taps("Đúng")
    assert stored(world) == (12, 12, 0, 0, 0)
    reads_well(secretary)
