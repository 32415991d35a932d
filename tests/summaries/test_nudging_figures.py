"""A leader reminds those alone that have not answered all the numbers and texts, handed in or not."""

import pytest
from sqlalchemy import select

from bot.tables import Errand
from handlers.summaries import nudging
from schedules import plans
from tests.kit.committees import committee
from tests.kit.duties import duty_of
from tests.kit.figures import FIGURES
from tests.kit.files import stored
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


def three_cells(world: World) -> None:
    """One has handed in and answered, one has handed in and left the numbers, one has done nothing."""
    committee(world)
    world.load(plan_of(FIGURES))
    for code in ("CB01", "CB02", "CB03"):
        world.registered(code, "secretary")
    one, two, _ = world.talkers.values()
    for secretary in (one, two):
        secretary.says("/nop").taps("Báo cáo kết quả").hands(stored("a.pdf")).taps("Xong")
    one.says("3 mô hình, 28 kế hoạch cá nhân").taps("Không có, bỏ qua")
    two.says("2").taps("Để sau")
    world.registered("DUK", "leader")


pytestmark = begins(three_cells)


@pytest.fixture
def cells(world: World) -> list[Talker]:
    return list(world.talkers.values())[:3]


@pytest.fixture
def leader(world: World) -> Talker:
    return list(world.talkers.values())[3]


def asked(world: World, leader: Talker) -> Talker:
    return leader.presses(f"sum.figures:{duty_of(world, 'bc').demand_id}")


def heard(cells: list[Talker]) -> list[list[str]]:
    """What came unasked to each of them: the beginning of the third line."""
    return [[reply.text.splitlines()[2][:30] for reply in cell.looks()] for cell in cells]


def test_those_that_lack_figures_are_reminded_and_nobody_else(
    world: World, leader: Talker, cells: list[Talker]
) -> None:
    heard(cells)
    asked(world, leader).taps("Nhắc 2 đơn vị chưa đủ số liệu")
    assert leader.last.text.endswith("👉 Nhắc 2 đơn vị chưa đủ số liệu, mỗi đơn vị một tin?")
    assert "Đơn vị chưa đủ số liệu: Chi bộ Công ty Nước sạch, Chi bộ Thôn Đông." in leader.last.text
    leader.taps("Nhắc 2 đơn vị")
    assert "Đã gửi lời nhắc tới 2 đơn vị" in leader.last.text
    assert heard(cells) == [[], ["📝 Báo cáo “Báo cáo kết quả” đã"], ["Báo cáo kết quả"]]
    cells[1].taps("Trả lời số liệu").says("10").taps("Không có, bỏ qua")
    assert "📝 Kế hoạch cá nhân: 10" in cells[1].last.text
    asked(world, leader)
    assert not [label for label in labels(leader) if "chưa đủ số liệu" in label]  # the third was told today
    reads_well(leader, *cells)


def test_a_leader_changes_the_mind_and_a_secretary_may_not(
    world: World, leader: Talker, cells: list[Talker]
) -> None:
    heard(cells)
    asked(world, leader).taps("Nhắc 2 đơn vị chưa đủ số liệu").taps("Không nhắc")
    assert leader.last.text.startswith("📝 <b>Báo cáo kết quả</b>")
    cells[0].presses(f"sum.lacking:{duty_of(world, 'bc').demand_id}")
    assert "Nhắc" not in cells[0].last.text
    assert heard(cells) == [[], [], []]


def test_very_many_are_reminded_by_and_by(
    world: World, leader: Talker, cells: list[Talker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudging, "PORTION", 1)
    heard(cells)
    asked(world, leader).taps("Nhắc 2 đơn vị chưa đủ số liệu").taps("Nhắc 2 đơn vị")
    assert "Đang gửi lời nhắc tới 2 đơn vị" in leader.last.text
    world.tick(plans.do_plan_errands)
    assert "Đã gửi lời nhắc tới 2 đơn vị" in leader.looks()[-1].text
    assert [len(said) for said in heard(cells)] == [0, 1, 1]
    with world.db.read() as session:
        assert session.scalars(select(Errand.state)).all() == ["done"]


def test_a_reminder_that_waits_for_the_morning_is_not_sent_to_who_has_answered(
    world: World, leader: Talker, cells: list[Talker]
) -> None:
    world.go("2022-04-05 21:30")
    heard(cells)
    asked(world, leader).taps("Nhắc 2 đơn vị chưa đủ số liệu").taps("Nhắc 2 đơn vị")
    cells[1].presses(f"report.figures:{duty_of(world, 'bc', 'CB02').id}")
    cells[1].says("10").taps("Không có, bỏ qua")
    world.go("2022-04-06 08:00")
    assert [len(said) for said in heard(cells)] == [0, 0, 1]
