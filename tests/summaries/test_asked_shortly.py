"""A leader asks in one short line, without marks: "tinh hinh", "thang 3 the nao", "chi bo 5 sao roi"."""

import pytest

from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

PLAN = """
plan: {symbol: 15-KH/ĐU, date: 2021-12-15, issuer: Đảng ủy xã, title: Kế hoạch năm 2022, starts: 2022-01-01, ends: 2022-12-31}
topics:
  - {key: t1, title: Chủ đề tháng Một, meeting: regular, period: 2022-01, who: {kinds: [chi_bo]}}
  - {key: t3, title: Chủ đề tháng Ba, meeting: regular, period: 2022-03, who: {kinds: [chi_bo]}}
"""


def begin_here(world: World) -> None:
    world.go("2022-01-12 09:00")
    world.units(
        ("DU", "Đảng ủy xã mẫu", "dang_uy", "", None),
        ("C5", "Chi bộ 5", "chi_bo", "nong_thon", "DU"),
        ("C6", "Chi bộ Thôn Đông", "chi_bo", "nong_thon", "DU"),
    )
    world.load(plan_of(PLAN), "DU")


pytestmark = begins(begin_here)


@pytest.fixture
def leader(world: World) -> Talker:
    return world.registered("DU", "leader")


@pytest.mark.parametrize(
    "said",
    [
        "tinh hinh",
        "Tình hình",
        "tình hình chung thế nào?",
        "tinh hinh sao roi em",
        "sao rồi",
        "tinh hinh hom nay the nao",
    ],
)
def test_how_all_stand(leader: Talker, said: str) -> None:
    summary = leader.says("/tonghop").last.text
    assert summary.startswith("<b>T1: chưa đơn vị nào họp</b>, 2 đơn vị")
    assert leader.says(said).last.text == summary


@pytest.mark.parametrize(
    "said",
    [
        *(
            "chi bo 5 sao roi",
            "chi bo 5 the nao",
            "chi bo 5 hop chua",
            "chi bo 5 hop khi nao",
            "khi nao chi bo 5 hop",
        ),
        *(
            "tinh hinh chi bo 5",
            "chi bo 5 den dau roi a",
            "Chi bộ 5 thế nào rồi?",
            "bao giờ thì chi bộ 5 họp ạ?",
        ),
    ],
)
def test_how_one_cell_stands(leader: Talker, said: str) -> None:
    assert leader.says(said).last.text.startswith("🏢 <b>Chi bộ 5: "), said


def test_a_month(leader: Talker) -> None:
    text = leader.says("tháng 1").last.text
    assert text.startswith("<b>Tháng 1/2022: 0/2 đã họp</b>, 2 chưa")
    for said in ("thang 1 the nao", "thang nay sao roi", "T1 đến đâu rồi", "cho toi xem ket qua thang 1"):
        assert leader.says(said).last.text == text, said


@pytest.mark.parametrize("said", ["thang 3 the nao", "/tonghop tháng 3", "tháng 3"])
def test_a_month_to_come_is_not_that_of_a_year_of_which_nothing_is_known(leader: Talker, said: str) -> None:
    assert leader.says(said).last.text.startswith("Chưa tới tháng 3/2022 nên chưa có số liệu.")


def test_a_year_that_was_said_is_that_year(leader: Talker) -> None:
    assert leader.says("tháng 3/2021").last.text.startswith("<b>Tháng 3/2021: không có việc nào đến hạn</b>")


def test_nobody_is_said_to_be_through_where_nothing_was_asked(world: World) -> None:
    world.go("2021-12-01 09:00")
    leader = world.registered("DU", "leader")
    for said in ("ai chua hop", "/chuanop"):
        assert leader.says(said).last.text.startswith("✅ Hiện không có việc nào đến kỳ."), said
