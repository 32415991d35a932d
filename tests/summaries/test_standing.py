"""“Chi bộ nào chưa họp tháng 11?”: a leader asks in own words which units have done something, and reads their names."""

import pytest

from bot.reading.standing_words import read_standing
from tests.kit.plans import PLAN_OF_2026, plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

PLAN = (
    PLAN_OF_2026
    + """topics:
  - {key: t11, title: Học tập Quy định, meeting: regular, period: {from: 2026-11-01, to: 2026-11-25}}
  - {key: t12, title: Kiểm điểm cuối năm, meeting: regular, period: {from: 2026-12-01, to: 2026-12-15}}
  - {key: cd4, title: Chuyển đổi số, meeting: thematic, period: 2026-Q4}
duties:
  - {key: bcq, do: report, title: "Báo cáo kết quả quý {period}", due: {every: quarter, from: 2026-07-01, to: 2026-12-31}}
  - {key: kh27, do: report, title: Kế hoạch sinh hoạt năm 2027, due: {before: 2026-12-20}}
"""
)
CELLS = ("Thôn Đông", "Thôn Tây", "Xóm Chùa")


def begin_here(world: World) -> None:
    world.go("2026-10-30 09:00")
    cells = ((f"CB{n}", f"Chi bộ {name}", "chi_bo", "nong_thon", "DU") for n, name in enumerate(CELLS, 1))
    world.units(("DU", "Đảng ủy xã mẫu", "dang_uy", "", None), *cells)
    world.load(plan_of(PLAN), "DU")


pytestmark = begins(begin_here)


def leader_here(world: World) -> Talker:
    """Of three cells the first has met in November, in time."""
    secretary = world.registered("CB1", "secretary", members=12, meeting_day=5)
    world.go("2026-11-06 09:00")
    secretary.says("/ketqua").taps("T11").taps("Hôm qua").says("12/12").taps("Đúng")
    world.go("2026-11-30 09:00")
    return world.registered("DU", "leader")


@pytest.mark.parametrize(
    ("asked", "head"),
    [
        (
            "chi bộ nào chưa họp tháng 11?",
            "⏰ <b>Học tập Quy định</b>\nCòn 2 đơn vị chưa xong, hạn thứ Tư 25/11",
        ),
        ("Tháng này còn chi bộ nào chưa sinh hoạt thường kỳ", "⏰ <b>Học tập Quy định</b>\nCòn 2 đơn vị"),
        ("chi bo nao chua hop thang 11", "⏰ <b>Học tập Quy định</b>\nCòn 2 đơn vị chưa xong"),
        ("ai chưa nộp báo cáo quý 3", "⏰ <b>Báo cáo kết quả quý III/2026</b>\nCòn 3 đơn vị chưa xong"),
        ("nhắc các chi bộ chưa nộp báo cáo quý III", "⏰ <b>Báo cáo kết quả quý III/2026</b>\nCòn 3 đơn vị"),
        (
            "những chi bộ nào chưa nộp kế hoạch năm 2027 ạ",
            "⏰ <b>Kế hoạch sinh hoạt năm 2027</b>\nCòn 3 đơn vị",
        ),
        ("chi bộ chưa họp chuyên đề", "⏰ <b>Chuyển đổi số</b>\nCòn 3 đơn vị"),
        ("ai chưa họp quý 4", "⏰ <b>Việc chưa xong</b>\n1. "),
        (
            "bao nhiêu chi bộ đã họp tháng 11?",
            "<b>Tháng 11/2026: 1/3 đã họp</b>, 1 đúng hạn, 2 chưa (2 quá hạn)",
        ),
        ("mấy đơn vị chưa họp thường kỳ tháng 11", "<b>Tháng 11/2026: 1/3 đã họp</b>"),
        (
            "chi bộ nào họp đúng hạn tháng 11",
            "<b>✅ Đúng hạn: 1 đơn vị</b> · tháng 11/2026\n🔎 Chỉ các buổi họp",
        ),
        ("chi bộ nào họp muộn", "<b>Trễ hạn: 0 đơn vị</b> · năm 2026"),
        ("chi bộ nào chưa họp tháng 1/2027", "Chưa tới tháng 1/2027"),
    ],
)
def test_which_units_it_is_is_told_by_name(world: World, asked: str, head: str) -> None:
    leader = leader_here(world).says(asked)
    assert leader.last.text.startswith(head)
    reads_well(leader)


def test_the_names_can_be_reminded_at_once_and_others_are_not_among_them(world: World) -> None:
    leader = leader_here(world).says("chi bộ nào chưa họp tháng 11?")
    assert "⚠️ Chi bộ Thôn Tây\n⚠️ Chi bộ Xóm Chùa" in leader.last.text
    assert "Thôn Đông" not in leader.last.text
    leader.says("đơn vị nào đã họp tháng 11").taps("Đúng hạn")
    assert "– Chi bộ Thôn Đông\n\n" in leader.last.text
    leader.taps("Cả kỳ")
    assert "🔎 Chỉ các buổi họp" in leader.last.text
    assert "Báo cáo" not in leader.last.text.partition("📍")[0]
    reads_well(leader)


@pytest.mark.parametrize(
    "said",
    [
        *("chi bộ Xóm Chùa họp chưa?", "tình hình chi bộ Thôn Tây", "tỷ lệ đảng viên dự họp tháng 11"),
        *("chi bộ nào mạnh nhất", "họp chi bộ bao lâu một lần", "các chi bộ", "đã nộp báo cáo", "chưa họp"),
    ],
)
def test_other_questions_are_not_taken_for_such(said: str) -> None:
    assert read_standing(said) is None


def test_what_is_not_understood_wholly_is_not_answered_by_something_else(world: World) -> None:
    leader = leader_here(world).says("chi bộ nào chưa họp về an toàn giao thông")
    assert "Việc chưa xong" not in leader.last.text
    assert "Còn" not in leader.last.text


def test_one_unit_asked_when_it_meets_is_shown(world: World) -> None:
    leader = leader_here(world).says("chi bộ Thôn Đông họp ngày nào?")
    assert leader.last.text.startswith("🏢 <b>Chi bộ Thôn Đông")
    assert "thường họp ngày 5" in leader.last.text
    assert labels(leader)


def test_a_secretary_is_not_told_of_others(world: World) -> None:
    secretary = world.registered("CB1", "secretary", members=12, meeting_day=5)
    secretary.says("chi bộ nào chưa họp tháng 11?")
    assert "Thôn Tây" not in secretary.last.text
