"""A leader reminds some and not all: those that are ticked, or those that are overdue, after one question."""

import pytest
from sqlalchemy import select, update

from bot.tables import Contact, Duty, Errand, Membership, Unit
from handlers.summaries import nudging
from schedules import plans
from tests.kit.contacts import rings_on_a_device
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

PLAN = """
plan:
  symbol: 11-KH/ĐUK
  date: 2022-03-25
  issuer: Ban Thường vụ Đảng ủy Khối
  title: Kế hoạch thử
  starts: 2022-04-01
  ends: 2022-12-31
duties:
  - key: bc
    do: report
    title: Báo cáo kết quả quý II
    who: {kinds: [chi_bo]}
    opens: 2022-04-01
    due: {by: 2022-05-27}
"""
CELLS = [f"C{number}" for number in range(1, 11)]


def ten_cells(world: World) -> None:
    world.units(("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None))
    world.units(*((code, f"Chi bộ {code}", "chi_bo", "", "DUK") for code in CELLS))
    world.load(plan_of(PLAN))
    world.go("2022-05-30 09:00")
    for code in CELLS[:-1]:
        world.registered(code, "secretary")
    world.registered("DUK", "leader")


pytestmark = begins(ten_cells)


@pytest.fixture
def cells(world: World) -> dict[str, Talker]:
    """The secretaries of all cells but the last, which has none."""
    return dict(zip(CELLS[:-1], world.talkers.values(), strict=False))


@pytest.fixture
def leader(world: World) -> Talker:
    return list(world.talkers.values())[-1]


def nudged(cells: dict[str, Talker]) -> list[str]:
    return [
        code
        for code, talker in cells.items()
        if any("Cấp ủy cấp trên nhắc" in reply.text for reply in talker.looks())
    ]


def give_more_time(world: World, *codes: str) -> None:
    """The reports of these units were given back, and may be handed in again for a while."""
    with world.db.write() as session:
        units = select(Unit.id).where(Unit.code.in_(codes))
        its = update(Duty).where(Duty.unit_id.in_(units))
        session.execute(its.values(again_on=world.local("2022-06-02 00:00").date()))


def test_those_that_are_ticked(world: World, leader: Talker, cells: dict[str, Talker]) -> None:
    leader.says("/chuanop").taps("Báo cáo kết quả").taps("Chọn từng đơn vị")
    assert "Đã chọn 0/9 đơn vị, trang 1/2.\n⚠️ Chưa có người đăng ký, văn phòng" in leader.last.text
    assert [label for label in labels(leader) if "Chi bộ" in label] == [
        f"⬜ Chi bộ C{n}" for n in range(1, 9)
    ]
    leader.taps("Chi bộ C2").taps("Trang sau").taps("Chi bộ C9").taps("Trang trước").taps("Chi bộ C3").taps(
        "Chi bộ C3"
    )
    assert "✅ Chi bộ C2" in labels(leader)
    assert "⬜ Chi bộ C3" in labels(leader)
    leader.says("cái kia")
    assert leader.last.text.startswith("Xin đồng chí chọn một trong các nút")
    leader.taps("Nhắc 2 đơn vị đã chọn")
    assert "Đơn vị đã chọn: Chi bộ C2, Chi bộ C9." in leader.last.text
    assert leader.last.text.endswith("👉 Nhắc 2 đơn vị, mỗi đơn vị một tin?")
    assert nudged(cells) == []
    leader.taps("Nhắc 2 đơn vị")
    assert leader.last.text.startswith(
        "🔔 Đã gửi lời nhắc tới 2 đơn vị.\n✅ Được nhắc: Chi bộ C2, Chi bộ C9.\n\n👉"
    )
    assert nudged(cells) == ["C2", "C9"]
    leader.says("/chuanop").taps("Báo cáo kết quả").taps("Chọn từng đơn vị")
    assert "Đã chọn 0/7 đơn vị.\n" in leader.last.text
    reads_well(leader)


def test_only_those_that_are_overdue(world: World, leader: Talker, cells: dict[str, Talker]) -> None:
    give_more_time(world, *CELLS[2:8])
    leader.says("/chuanop").taps("Báo cáo kết quả").taps("Chỉ 3 đơn vị quá hạn")
    assert "Đơn vị quá hạn: Chi bộ C1, Chi bộ C2, Chi bộ C9.\n⚠️ Chưa có người đăng ký" in leader.last.text
    assert leader.last.text.endswith("👉 Nhắc 3 đơn vị quá hạn, mỗi đơn vị một tin?")
    cells["C2"].sends(cells["C2"]._event(blocked=True))
    leader.says("đồng ý")
    assert leader.last.text.startswith(
        "🔔 Đã gửi lời nhắc tới 2 đơn vị.\n✅ Được nhắc: Chi bộ C1, Chi bộ C9.\n"
        "⚠️ Mất liên lạc, cần gọi điện (1): Chi bộ C2.\n⚠️ Chưa có người đăng ký, văn phòng cần cấp mã mời (1): Chi bộ C10."
    )
    assert nudged(cells) == ["C1", "C9"]
    reads_well(leader)


def test_it_may_be_left(world: World, leader: Talker, cells: dict[str, Talker]) -> None:
    leader.says("/chuanop").taps("Báo cáo kết quả").taps("Chọn từng đơn vị").taps("Chi bộ C2").taps(
        "Nhắc 1 đơn vị"
    )
    leader.taps("Không nhắc")
    assert "Còn 10 đơn vị chưa xong" in leader.last.text
    assert nudged(cells) == []


def test_what_is_done_meanwhile_is_not_reminded(
    world: World, leader: Talker, cells: dict[str, Talker]
) -> None:
    leader.says("/chuanop").taps("Báo cáo kết quả").taps("Chọn từng đơn vị").taps("Chi bộ C2").taps(
        "Nhắc 1 đơn vị"
    )
    with world.db.write() as session:
        session.execute(update(Duty).values(state="done", on_time=True, done_at=world.at))
    leader.taps("Nhắc 1 đơn vị")
    assert leader.last.text.startswith("Lần này không gửi thêm lời nhắc nào.")
    leader.presses(f"sum.pick:{demand(world)}")
    assert "Không còn đơn vị nào để nhắc lúc này." in leader.last.text
    question = leader.last.choices
    assert [choice.label for row in question for choice in row] == ["📊 Tổng hợp"]
    leader.presses(f"sum.overdue:{demand(world)}")
    assert "Không còn đơn vị nào để nhắc lúc này." in leader.last.text
    leader.taps("Xem lại")
    assert "✅ Tất cả đã xong." in leader.last.text
    assert nudged(cells) == []
    reads_well(leader)


def demand(world: World) -> int:
    with world.db.read() as session:
        return session.scalars(select(Duty.demand_id)).first() or 0


def test_nothing_ticked(world: World, leader: Talker) -> None:
    leader.says("/chuanop").taps("Báo cáo kết quả").taps("Chọn từng đơn vị").taps("Chi bộ C2")
    done = leader.find("Nhắc 1 đơn vị").payload
    leader.taps("✅ Chi bộ C2")
    leader.presses(done.replace(done.split(":")[0], leader.find("Chi bộ C2").payload.split(":")[0]))
    assert leader.last.text.startswith("Đồng chí chưa chọn đơn vị nào.")


def test_very_many_that_are_overdue_are_reminded_by_and_by(
    world: World, leader: Talker, cells: dict[str, Talker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nudging, "PORTION", 2)
    give_more_time(world, "C1", "C5")
    leader.says("/chuanop").taps("Báo cáo kết quả").taps("Chỉ 7 đơn vị quá hạn").taps("Nhắc 7 đơn vị")
    assert leader.last.text.startswith("🔔 Đang gửi lời nhắc tới 7 đơn vị")
    world.tick(plans.do_plan_errands)
    leader.looks()
    assert leader.last.text.startswith("🔔 Đã gửi lời nhắc tới 7 đơn vị.\n⚠️ Chưa có người đăng ký")
    assert nudged(cells) == ["C2", "C3", "C4", "C6", "C7", "C8", "C9"]
    with world.db.read() as session:
        assert len(session.scalars(select(Errand)).all()) == 1


def test_a_role_that_is_lost_in_between_reminds_nobody(
    world: World, leader: Talker, cells: dict[str, Talker]
) -> None:
    leader.says("/chuanop").taps("Báo cáo kết quả").taps("Chọn từng đơn vị").taps("Chi bộ C2").taps(
        "Nhắc 1 đơn vị"
    )
    with world.db.write() as session:
        session.execute(update(Membership).where(Membership.role == "leader").values(ended_at=world.at))
    leader.taps("Nhắc 1 đơn vị")
    assert "gõ mã mời" in leader.last.text
    assert nudged(cells) == []


def test_who_would_have_to_look_is_told_and_named(
    world: World, leader: Talker, cells: dict[str, Talker]
) -> None:
    """A web page that rings nowhere, and a window that is closed, take the reminder; nobody hears of it by that."""
    page = world.registered("C10", "secretary", channel="web")
    closed = cells["C3"].address.place
    with world.db.write() as session:
        session.execute(update(Contact).where(Contact.place == closed).values(closed_at=world.at))
    silent = "⚠️ Chỉ thấy khi tự mở trợ lý, nên gọi điện thêm (2): Chi bộ C3, Chi bộ C10."
    leader.says("/chuanop").taps("Báo cáo kết quả")
    assert silent in leader.last.text
    leader.taps("Nhắc 10 đơn vị")
    assert "2 đơn vị chỉ thấy khi tự mở trợ lý." in leader.last.text
    leader.taps("Nhắc 10 đơn vị")
    assert leader.last.text.startswith(f"🔔 Đã gửi lời nhắc tới 10 đơn vị.\n{silent}")
    leader.says("/chuanop").taps("Báo cáo kết quả")
    assert silent in leader.last.text, "those who were told today as well"
    rings_on_a_device(world, page)
    leader.says("/chuanop").taps("Báo cáo kết quả")
    assert "gọi điện thêm (1): Chi bộ C3." in leader.last.text, "its page rings on a phone now"
    reads_well(leader)
