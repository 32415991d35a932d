"""Of what comes every month under one title a reminder says which month it means; a long period bears no quarter's name."""

from datetime import date

import pytest

from tests.kit.desk import renderer
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.ticking import tick_through
from tests.kit.world import World

PLAN = """
plan: {symbol: 12-KH/ĐU, date: 2026-01-05, issuer: Đảng ủy xã mẫu, title: Kế hoạch, starts: 2026-01-01, ends: 2026-12-31}
topics:
  - {key: m, title: Sinh hoạt chi bộ, meeting: regular, every: month}
  - {key: q, title: Chuyên đề tự chọn quý II/2026, meeting: thematic, every: quarter, period: {from: 2026-04-01, to: 2026-06-30}}
"""


def begin_here(world: World) -> None:
    world.go("2026-01-05 09:00")
    world.units(
        ("DU", "Đảng ủy xã mẫu", "dang_uy", "", None),
        ("CB02", "Chi bộ Thôn Tây", "chi_bo", "nong_thon", "DU"),
    )
    world.load(plan_of(PLAN), "DU")


pytestmark = begins(begin_here)


def test_two_months_of_one_title_are_told_apart(world: World) -> None:
    secretary = world.registered("CB02", "secretary", meeting_day=3)
    tick_through(world, "2026-03-02 08:30", secretary)
    assert "Họp thường kỳ tháng 2/2026: Sinh hoạt chi bộ" in secretary.last.text
    assert "Họp thường kỳ tháng 3/2026: Sinh hoạt chi bộ" in secretary.last.text


def test_a_title_that_says_it_itself_is_left_as_it_is(world: World) -> None:
    secretary = world.registered("CB02", "secretary", meeting_day=3)
    tick_through(world, "2026-03-27 09:00", secretary)
    said = "\n".join(one.text for one in secretary.got)
    assert "Sinh hoạt chuyên đề: Chuyên đề tự chọn quý II/2026" in said


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2022-04-01", "2022-04-30", "T4"),
        ("2022-08-05", "2022-09-19", "T8"),
        ("2022-04-01", "2022-06-30", "Quý 2"),
        ("2022-03-22", "2022-05-19", "T3–T5"),
        ("2022-03-22", "2022-12-31", "T3–T12"),
        ("2023-01-01", "2023-12-31", "Năm 2023"),
        ("2022-03-22", "2025-12-31", "2022–2025"),
        ("2026-11-15", "2027-01-31", "T11–T1"),
    ],
)
def test_a_period_in_short(first: str, last: str, said: str) -> None:
    assert renderer().month_short(date.fromisoformat(first), date.fromisoformat(last)) == said
