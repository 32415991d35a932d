"""A committee meets too: its members are those of all cells below it, and who is called to its meeting is counted by itself."""

from sqlalchemy import select

from bot.tables import Unit
from tests.kit.committees import committee
from tests.kit.stage import begins
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

pytestmark = begins(committee)


def members(world: World) -> int | None:
    with world.db.read() as session:
        return session.scalars(select(Unit.members).where(Unit.code == "DUK")).one()


def test_who_is_called_is_no_membership(world: World) -> None:
    secretary = world.registered("DUK", "secretary", members=320)
    assert "🔎 Tình hình đơn vị" in labels(secretary.says("/start"))
    before = len(secretary.got)
    secretary.says("/ketqua").taps("ngoài kế hoạch").taps("Hôm nay")
    assert "tổng số bao nhiêu đảng viên?" in secretary.last.text
    secretary.says("13/15, vắng 2 có lý do").says("Hội trường")
    assert labels(secretary)[0] == "✅ Đúng"
    secretary.taps("Đúng")
    assert secretary.last.text.startswith("✅ <b>Đã ghi kết quả")
    assert members(world) == 320
    world.go("2022-05-04 08:00")
    secretary.says("/hop").taps("ngoài kế hoạch").says("điểm danh")
    for _ in range(4):
        if any("Điểm danh" in label for label in labels(secretary)):
            break
        secretary.taps("Tiếp")
    secretary.taps("Điểm danh")
    assert "tổng số 15 đảng viên, hôm nay có mặt thế nào?" in secretary.last.text
    secretary.says("14/16, vắng 2 có lý do")
    assert "⚠️ Tổng số đang ghi là 15; đúng thì nay là 16." in secretary.last.text
    secretary.taps("Đúng")
    assert members(world) == 320
    assert not [reply.text for reply in secretary.got[before:] if "chi bộ" in reply.text.lower()]
    reads_well(secretary)


def test_a_cell_has_as_many_members_as_were_counted(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    assert "🔎 Tình hình chi bộ" in labels(secretary.says("/start"))
    secretary.says("/ketqua").taps("ngoài kế hoạch").taps("Hôm nay").says("25/29, vắng 4 có lý do").taps(
        "Đúng"
    )
    with world.db.read() as session:
        assert session.scalars(select(Unit.members).where(Unit.code == "CB01")).one() == 29
