"""A secretary is replaced in one dialog: the old role ends and is told kindly, a code is there to pass on, what waits is handed over."""

import re

from sqlalchemy import select

from bot.tables import Invite, Membership, Unit
from bot.units.lookup import unit_card
from tests.kit.committees import monthly_committee
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

pytestmark = begins(monthly_committee)
CODE = re.compile(r"Mã mời: <code>([A-Z0-9-]+)")


def replacing(office: Talker) -> Talker:
    return office.says("/quantri").taps("Đơn vị").says("CB01").taps("Thay bí thư")


def newcomer(world: World, office: Talker) -> Talker:
    found = CODE.search(office.last.text)
    assert found, office.last.text
    new = world.person()
    new.says(f"/start {found[1]}").taps("Đồng ý").says("Trần Thị Mới")
    return new


def test_one_dialog_ends_the_old_role_and_invites_the_new(
    world: World, office: Talker, secretary: Talker
) -> None:
    replacing(office)
    assert "lời nhắc đang chờ được gửi cho người thay" in office.last.text
    office.taps("Đồng ý thay")
    shown, forward = office.got[-2:]
    assert "Trợ lý báo tin cho đồng chí ấy" in shown.text
    assert "Kính gửi đồng chí bí thư <b>Chi bộ Văn phòng</b>" in forward.text
    assert not forward.choices
    world.later(hours=12)
    secretary.looks()
    assert "Cảm ơn đồng chí về công việc đã làm" in secretary.last.text
    secretary.says("/thangnay")
    assert "Chi bộ Văn phòng" not in secretary.last.text
    new = newcomer(world, office)
    assert "Chi bộ Văn phòng" in new.last.text
    with world.db.read() as session:
        roles = session.scalars(select(Membership).where(Membership.role == "secretary")).all()
    assert [role.ended_at is None for role in sorted(roles, key=lambda role: role.id)] == [False, True]
    reads_well(office, secretary, new)


def test_no_keeps_everything(world: World, office: Talker, secretary: Talker) -> None:
    replacing(office).says("gì đó")
    assert "chọn một trong các nút" in office.last.text
    office.taps("Không, giữ nguyên")
    assert "mã CB01" in office.last.text
    secretary.says("/thangnay")
    assert "Chi bộ" in secretary.last.text
    reads_well(office)


def test_a_meeting_that_is_going_on_goes_on_with_the_new_one(
    world: World, office: Talker, secretary: Talker
) -> None:
    secretary.says("/hop").taps("Bắt đầu")
    replacing(office)
    assert "buổi họp đang diễn ra vẫn giữ nguyên" in office.last.text
    office.taps("Đồng ý thay")
    assert "chờ người thay vào họp tiếp" in office.got[-2].text
    secretary.taps("Tiếp")
    assert "Tiếp" not in labels(secretary)
    new = newcomer(world, office)
    new.says("/hop")
    assert [label for label in labels(new) if "tiếp" in label.lower()], (new.last.text, labels(new))
    reads_well(office, new)


def test_what_waits_is_said_to_the_new_one(world: World, office: Talker, secretary: Talker) -> None:
    replacing(office).taps("Đồng ý thay")
    new = newcomer(world, office)
    before = len(secretary.got)
    tick_through(world, "2022-04-29 20:00", secretary, new)
    told = [reply.text for reply in secretary.got[before:]]
    assert [text for text in told if "Cảm ơn đồng chí" not in text] == []
    assert any("tháng Tư" in reply.text or "hạn" in reply.text for reply in new.got)
    reads_well(new)


def test_two_clerks_at_once_make_one_code(world: World, office: Talker, secretary: Talker) -> None:
    other = world.registered("DUK", "admin")
    replacing(office)
    replacing(other).taps("Đồng ý thay")
    office.taps("Đồng ý thay")
    assert "vừa được kết thúc" in office.last.text
    with world.db.read() as session:
        codes = session.scalars(
            select(Invite).where(Invite.role == "secretary", Invite.used_at.is_(None))
        ).all()
    assert len(codes) == 1
    reads_well(office, other)


def test_one_s_own_role_is_not_told_to_oneself(world: World, office: Talker) -> None:
    office.says(f"/start {world.invite('CB01', 'secretary')}")
    office.taps("Bỏ qua").taps("Không cố định")
    replacing(office).taps("Đồng ý thay")
    assert "báo tin" not in office.got[-2].text
    reads_well(office)


def order_of(world: World) -> list[str]:
    """The names of the secretaries of CB01, who is spoken to first first."""
    with world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        return [one.person.name for one in unit_card(session, unit, world.moment.today).secretaries]


def test_who_comes_for_the_first_is_spoken_to_before_the_deputies(world: World, office: Talker) -> None:
    for name in ("Lê Văn Bí", "Lê Thị Phó", "Lê Văn Ba"):
        world.registered("CB01", "secretary", name=name)
    for old in ("Lê Văn Bí", "Trần Thị Mới"):
        office.says("/quantri").taps("Đơn vị").says("CB01").taps("Thay bí thư: " + old).taps("Đồng ý thay")
        newcomer(world, office)
        assert order_of(world) == ["Trần Thị Mới", "Lê Thị Phó", "Lê Văn Ba"]


def test_who_comes_for_a_deputy_stays_behind_the_first(world: World, office: Talker) -> None:
    for name in ("Lê Văn Bí", "Lê Thị Phó"):
        world.registered("CB01", "secretary", name=name)
    office.says("/quantri").taps("Đơn vị").says("CB01").taps("Thay bí thư: Lê Thị Phó").taps("Đồng ý thay")
    newcomer(world, office)
    assert order_of(world) == ["Lê Văn Bí", "Trần Thị Mới"]


def test_a_new_code_in_the_place_of_a_lost_one_gives_the_same_rank(world: World, office: Talker) -> None:
    for name in ("Lê Văn Bí", "Lê Thị Phó"):
        world.registered("CB01", "secretary", name=name)
    office.says("/quantri").taps("Đơn vị").says("CB01").taps("Thay bí thư: Lê Văn Bí").taps("Đồng ý thay")
    with world.db.read() as session:
        unit = session.scalars(select(Unit.id).where(Unit.code == "CB01")).one()
    office.presses(f"admin.renew:{unit}")
    newcomer(world, office)
    assert order_of(world) == ["Trần Thị Mới", "Lê Thị Phó"]
