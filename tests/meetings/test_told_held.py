"""“Họp rồi hôm 3/11, đủ 12/12”: whoever says in a sentence that the meeting has been held is understood, and nothing is written unasked."""

import pytest
from sqlalchemy import select

from bot.meetings.awaiting import line_of
from bot.meetings.held_line import HeldLine, read_held_line
from bot.tables import Attendance, Meeting
from tests.kit.plans import PLAN_OF_2026, plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

NOVEMBER = (
    PLAN_OF_2026
    + """topics:
  - {key: t11, title: Học tập Quy định, meeting: regular, period: {from: 2026-11-01, to: 2026-11-25}}
"""
)


def begin_here(world: World) -> None:
    world.go("2026-10-30 09:00")
    world.units(
        ("DU", "Đảng ủy xã mẫu", "dang_uy", "", None),
        ("CB02", "Chi bộ Thôn Tây", "chi_bo", "nong_thon", "DU"),
    )
    world.load(plan_of(NOVEMBER), "DU")


def secretary_here(world: World) -> Talker:
    """Registered on the third, the day on which the cell meets."""
    world.go("2026-11-03 08:20")
    return world.registered("CB02", "secretary", members=12, meeting_day=3)


pytestmark = begins(begin_here)


def held(world: World) -> list[tuple[str, int, int]]:
    with world.db.read() as session:
        rows = session.execute(
            select(Meeting.started_at, Attendance.present, Attendance.total)
            .join(Attendance, Attendance.meeting_id == Meeting.id)
            .where(Meeting.state == "held")
        )
        return [(f"{world.moment.day_of(at)}", present, total) for at, present, total in rows if at]


@pytest.mark.parametrize(
    ("said", "day", "present"),
    [
        ("họp rồi hôm 3/11, đủ 12/12", "2026-11-03", 12),
        ("chi bộ họp 3/11 rồi, vắng 2 có phép", "2026-11-03", 10),
        ("Vắng 1 có phép, họp hôm qua", "2026-11-05", 11),
        ("tối qua họp rồi nhé, đủ", "2026-11-05", 12),
        ("Đã sinh hoạt chi bộ ngày 04/11, có mặt 11/12, vắng 1 có lý do", "2026-11-04", 11),
        ("chi bo hop roi hom 3/11 du 12/12", "2026-11-03", 12),
        ("chi bo toi hop toi qua roi, 11/12 vang 1 khong ly do", "2026-11-05", 11),
        ("chi bộ vừa họp xong hôm 3/11, đủ 12 đồng chí", "2026-11-03", 12),
        ("toi qua chi bo toi hop xong, 11/12 vang 1 co phep", "2026-11-05", 11),
        ("Chi bộ tôi họp tối qua rồi, 11/12, vắng 1 có phép", "2026-11-05", 11),
        ("chi bo em hop toi thu ba roi 11/12 vang 1 phep", "2026-11-03", 11),
        *(
            (said, "2026-11-03", 9)
            for said in (
                "Chi bộ tôi đã họp ngày 3/11, có mặt 9 đồng chí, vắng 3 đồng chí, trong đó 2 đồng chí có lý do, 1 đồng chí không có lý do.",
                "thua em hom nay chi bo toi da hop xong roi ngay 3 thang 11 co mat chin dong chi vang ba dong chi trong do hai dong chi"
                " co ly do mot dong chi khong co ly do em ghi giup chi nhe",
                "Kính gửi đồng chí, Chi bộ Thôn Tây đã tổ chức sinh hoạt ngày 3/11, có mặt 9/12 đồng chí, vắng 3 có lý do",
                "hop xong hom 3/11 co mat 9/12 vang 3 co phep nho em ghi giup nhe",
            )
        ),
    ],
)
def test_a_sentence_of_the_day_and_the_counts_is_the_result(
    world: World, said: str, day: str, present: int
) -> None:
    secretary = secretary_here(world)
    world.go("2026-11-06 12:00")
    secretary.says(said)
    assert held(world) == []
    secretary.taps("Đúng")
    assert held(world) == [(day, present, 12)]
    reads_well(secretary)


@pytest.mark.parametrize(
    "said",
    [
        "Chi bộ Thôn Tây đã họp ngày 3/11 tại nhà văn hóa thôn, có mặt 11/12, vắng 1 có lý do",
        "hôm 3/11 chi bộ họp ở nhà văn hóa thôn, 11 đồng chí dự, vắng 1 có phép",
    ],
)
def test_the_place_that_is_said_with_it_is_kept(world: World, said: str) -> None:
    secretary = secretary_here(world)
    world.go("2026-11-06 12:00")
    secretary.says(said)
    assert "📍 nhà văn hóa thôn\n" in secretary.last.text
    secretary.says("dung roi")
    assert held(world) == [("2026-11-03", 11, 12)]


@pytest.mark.parametrize(
    "said", ["Chi bộ Thôn Tây: 11/12, vắng 1 có phép", "chi bo thon tay co mat 11 vang 1 co phep"]
)
def test_the_name_of_the_own_unit_is_no_hindrance(world: World, said: str) -> None:
    secretary = secretary_here(world)
    secretary.says("/lichhop").says("3/11 19h30").taps("Bỏ qua")
    world.go("2026-11-04 08:00")
    secretary.says(said).taps("Đúng")
    assert held(world) == [("2026-11-03", 11, 12)]


@pytest.mark.parametrize("said", ["họp rồi hôm 3/11, đủ 12/12", "đã họp hôm 3/11, đủ cả"])
def test_where_the_day_is_asked_for_the_same_sentence_says_both(world: World, said: str) -> None:
    secretary = secretary_here(world)
    world.go("2026-11-06 12:00")
    secretary.says("/ketqua").taps("T11").says(said).taps("Đúng")
    assert held(world) == [("2026-11-03", 12, 12)]


@pytest.mark.parametrize("said", ["hôm 3/11", "tối 3/11", "họp 3/11", "hôm mùng 3", "ngày 3/11"])
def test_where_the_day_is_asked_for_a_day_is_no_count(world: World, said: str) -> None:
    secretary = secretary_here(world)
    world.go("2026-11-06 12:00")
    secretary.says("/ketqua").taps("T11").says(said)
    assert "Đã họp ngày nào?" not in secretary.last.text
    secretary.says("đủ 12/12").taps("Đúng")
    assert held(world) == [("2026-11-03", 12, 12)]


def test_so_many_people_were_there_and_why_the_others_were_away_is_asked(world: World) -> None:
    secretary = secretary_here(world)
    world.go("2026-11-06 12:00")
    secretary.says("hôm qua họp có 11 người")
    assert "vắng" in secretary.last.text
    secretary.says("có phép").taps("Đúng")
    assert held(world) == [("2026-11-05", 11, 12)]


def test_a_slip_is_corrected_in_words(world: World) -> None:
    secretary = secretary_here(world)
    world.go("2026-11-06 12:00")
    secretary.says("họp rồi hôm 3/11, 11/12 vắng 1 không lý do").says("em nham, vang 1 co ly do")
    assert "Vắng có lý do: 1\nVắng không lý do: 0\n" in secretary.last.text


def test_without_its_day_the_day_is_asked_and_the_counts_are_kept(world: World) -> None:
    secretary = secretary_here(world)
    world.go("2026-11-06 12:00")
    secretary.says("chi bộ họp rồi, vắng 2 có phép")
    assert "Số liệu: “vắng 2 có phép”" in secretary.last.text
    secretary.says("hôm 3/11").taps("Đúng")
    assert held(world) == [("2026-11-03", 10, 12)]
    secretary.says("họp xong rồi")
    assert "👉 Đây là số liệu của buổi nào?" in secretary.last.text
    reads_well(secretary)


@pytest.mark.parametrize(
    "said",
    [
        *(
            "chưa họp",
            "chi bộ họp chưa?",
            "họp 3/12",
            "dạ mai họp",
            "hợp đồng ký rồi",
            "tôi đã họp với bên thuế",
        ),
        *("không họp", "họp 19h30 ngày 5/12"),
    ],
)
def test_what_is_not_over_is_no_result(world: World, said: str) -> None:
    world.go("2026-11-06 12:00")
    assert read_held_line(said, 12, world.moment) is None


def test_a_number_that_may_be_the_day_or_the_counts_is_neither(world: World) -> None:
    world.go("2026-12-15 12:00")
    assert read_held_line("họp rồi 11/12", 12, world.moment) == HeldLine("", "")
    assert read_held_line("họp rồi 11/12, vắng 1 phép", 12, world.moment) == HeldLine(
        "", "11/12, vắng 1 phép"
    )
    assert read_held_line("họp rồi 11/12", 40, world.moment) == HeldLine("11/12", "")
    assert [line_of(f"{word} 24/11", 28) for word in ("", "họp", "hôm", "tối")] == ["date", "date", "", ""]


def test_on_the_usual_day_itself_that_day_is_offered(world: World) -> None:
    secretary = secretary_here(world)
    secretary.says("/thangnay")
    assert "Ngày thường lệ: thứ Ba 03/11" in secretary.find("Ngày thường lệ").label
    secretary.taps("Ngày thường lệ").says("19h30").taps("Bỏ qua")
    assert "⏰ 19h30 thứ Ba 03/11" in secretary.last.text
    reads_well(secretary)


def test_late_on_the_usual_day_it_is_offered_no_more(world: World) -> None:
    secretary = secretary_here(world)
    world.go("2026-11-03 21:05")
    secretary.says("/thangnay")
    assert not [label for label in labels(secretary) if "03/11" in label]


def test_whoever_comes_after_the_last_day_can_say_at_once_that_it_has_been_held(world: World) -> None:
    world.go("2026-11-28 09:00")
    secretary = world.registered("CB02", "secretary", members=12, meeting_day=3)
    tick_through(world, "2026-11-30 12:00", secretary)
    assert "⏰ <b>Quá hạn 5 ngày</b> (hạn thứ Tư 25/11)" in secretary.last.text
    assert labels(secretary)[:3] == ["📝 Đã họp, nhập kết quả", "📅 Đặt lịch họp", "▶️ Bắt đầu họp"]
    reads_well(secretary)


def test_asked_for_a_day_behind_the_usual_one_it_can_be_said_that_it_has_been_held(world: World) -> None:
    secretary = secretary_here(world)
    tick_through(world, "2026-11-16 12:00", secretary)
    assert secretary.last.text.startswith("📅 <b>Chưa đặt lịch họp</b>")
    secretary.taps("Đã họp, nhập kết quả")
    assert "👉 Đã họp ngày nào?" in secretary.last.text


def test_two_meetings_on_one_usual_day_are_told_apart(world: World) -> None:
    """Their numbers are not always shown: where there are no buttons a line has its own."""
    world.load(plan_of(NOVEMBER.replace("35-KH", "36-KH").replace("t11, title: Học tập Quy định", "q4, title: Chuyển đổi số")
        .replace("{from: 2026-11-01, to: 2026-11-25}", "2026-Q4")), "DU")  # fmt: skip
    secretary = secretary_here(world)
    world.go("2026-11-03 10:00")
    tick_through(world, "2026-11-03 12:00", secretary)
    usual = [label for label in labels(secretary) if "Ngày thường lệ" in label]
    assert usual == ["1. T11 · Ngày thường lệ: thứ Ba 03/11", "2. Quý 4 · Ngày thường lệ: thứ Ba 03/11"]
