"""A secretary asks back: when do we meet, what is there to do; the month is shown, and the office is not asked."""

import pytest
from sqlalchemy import select

from bot.reading.own_work import asks_own_work
from bot.tables import AskedWords
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
    )
    world.load(shipped("60-KH-DUK-2022.yaml"))


pytestmark = begins(begin_here)


@pytest.fixture
def secretary(world: World) -> Talker:
    return world.registered("CB01", "secretary")


@pytest.mark.parametrize(
    "said",
    [
        *("khi nào tôi họp", "bao giờ chi bộ em họp ạ?", "khi nao hop", "hop o dau", "họp lúc mấy giờ"),
        *("thang nay phai lam gi", "tháng này có việc gì", "con viec gi nua khong", "cần chuẩn bị gì"),
        *(
            "hạn nộp báo cáo khi nào",
            "bao gio nop bao cao",
            "chủ đề tháng này là gì",
            "chi bo toi nop bao cao chua",
        ),
    ],
)
def test_the_month_is_the_answer(world: World, secretary: Talker, said: str) -> None:
    month = secretary.says("/thangnay").last.text
    assert secretary.says(said).last.text == month
    with world.db.read() as session:
        assert session.scalars(select(AskedWords)).all() == []


@pytest.mark.parametrize(
    "said",
    [
        *("bao giờ đại hội", "họp xong phải làm gì", "sinh hoạt chuyên đề là gì", "mức đóng đảng phí là gì"),
        *("chi bộ không họp", "chưa họp", "gì", "khi nào"),
    ],
)
def test_other_questions_and_statements_are_none_of_these(said: str) -> None:
    assert not asks_own_work(said)


def test_a_leader_is_not_shown_a_month(world: World) -> None:
    assert (
        "Trợ lý chưa có câu trả lời"
        in world.registered("DUK", "leader").says("còn việc gì nữa không").last.text
    )


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("tinh hinh", "/tinhhinh"),
        ("Tháng này", "/thangnay"),
        ("lich hop", "/lichhop"),
        ("trợ giúp", "/trogiup"),
    ],
)
def test_the_name_of_a_command_does_without_its_slash(secretary: Talker, said: str, command: str) -> None:
    told = secretary.says(command).last.text
    secretary.says("/huy")
    assert secretary.says(said).last.text == told
