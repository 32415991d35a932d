"""Very many units are reminded by the clock, portion by portion: each once, whatever happens in between, and the leader is told."""

import pytest
from sqlalchemy import select

from bot.reminders import later
from bot.tables import Errand, ErrandState, Message
from bot.tables.asked import NudgedUnits
from handlers.summaries import nudging
from schedules import plans
from tests.kit.plans import MONTHLY, shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

CELLS = [f"C{number:02}" for number in range(1, 10)]


def nine_cells(world: World) -> None:
    world.units(("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None))
    world.units(*((code, f"Chi bộ {code}", "chi_bo", "co_quan", "DUK") for code in CELLS))
    world.load(shipped(MONTHLY))


pytestmark = begins(nine_cells)


@pytest.fixture
def many(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, Talker]:
    """A secretary of each of nine cells, where more than three units are very many; and their leader."""
    monkeypatch.setattr(nudging, "PORTION", 3)
    people = {code: world.registered(code, "secretary") for code in CELLS}
    return {"leader": world.registered("DUK", "leader"), **people}


def asks_for_all(leader: Talker) -> None:
    leader.says("/chuanop").taps("1.").taps("Nhắc 9 đơn vị").taps("Nhắc 9 đơn vị")


def nudged(talker: Talker) -> int:
    return sum("Cấp ủy cấp trên nhắc" in reply.text for reply in talker.looks())


def test_the_leader_goes_on_at_once_and_hears_when_all_are_told(
    world: World, many: dict[str, Talker]
) -> None:
    leader = many["leader"]
    asks_for_all(leader)
    assert leader.last.text.startswith("🔔 Đang gửi lời nhắc tới 9 đơn vị; gửi xong sẽ báo đồng chí.")
    assert [nudged(many[code]) for code in CELLS] == [0] * 9
    world.tick(plans.do_plan_errands)
    with world.db.read() as session:
        errand = session.scalars(select(Errand)).one()
        assert errand.state == ErrandState.DONE
        assert errand.about(NudgedUnits).told == 9
    assert [nudged(many[code]) for code in CELLS] == [1] * 9
    leader.looks()
    assert leader.last.text.startswith("🔔 Đã gửi lời nhắc tới 9 đơn vị.\n\n👉")


def test_after_a_crash_it_goes_on_where_it_was(
    world: World, many: dict[str, Talker], monkeypatch: pytest.MonkeyPatch
) -> None:
    asks_for_all(many["leader"])
    told = 0

    def dies(*facts: object) -> bool:
        nonlocal told
        told += 1
        if told == 5:
            raise SystemExit("killed in the middle of the second portion")
        return later.nudge_person(*facts)  # type: ignore[arg-type]

    monkeypatch.setattr(nudging, "nudge_person", dies)
    with pytest.raises(SystemExit):
        world.tick(plans.do_plan_errands)
    with world.db.read() as session:
        keys = session.scalars(select(Message.key).where(Message.key.startswith("nudge:"))).all()
        assert len(keys) == 3, "the first portion is kept"
    world.tick(plans.do_plan_errands)
    assert [nudged(many[code]) for code in CELLS] == [1] * 9
    leader = many["leader"]
    leader.looks()
    assert leader.last.text.startswith("🔔 Đã gửi lời nhắc tới 9 đơn vị.")


def test_who_was_told_today_or_is_lost_is_named_as_ever(world: World, many: dict[str, Talker]) -> None:
    leader, second = many["leader"], world.registered("DUK", "leader")
    asks_for_all(leader)
    world.tick(plans.do_plan_errands)
    world.later(days=1)
    lost = many["C04"]
    lost.sends(lost._event(blocked=True))
    second.says("/chuanop").taps("1.").taps("Nhắc 8 đơn vị").taps("Nhắc 8 đơn vị")
    leader.says("/chuanop").taps("1.").taps("Nhắc 8 đơn vị").taps("Nhắc 8 đơn vị")
    world.tick(plans.do_plan_errands)
    second.looks()
    assert second.last.text.splitlines()[:2] == [
        "🔔 Đã gửi lời nhắc tới 8 đơn vị.",
        "⚠️ Mất liên lạc, cần gọi điện (1): Chi bộ C04.",
    ]
    leader.looks()
    assert leader.last.text.splitlines()[:2] == [
        "Lần này không gửi thêm lời nhắc nào.",
        "✅ 8 đơn vị đã được nhắc trong hôm nay.",
    ]


def test_a_role_that_has_ended_meanwhile_reminds_nobody(world: World, many: dict[str, Talker]) -> None:
    leader = many["leader"]
    asks_for_all(leader)
    office = world.registered("DUK", "admin")
    office.says("/quantri").taps("Cấp mã mời").says("DUK").taps("✖️ Kết thúc vai trò")
    office.taps("Kết thúc vai trò")
    world.tick(plans.do_plan_errands)
    assert [nudged(many[code]) for code in CELLS] == [0] * 9
