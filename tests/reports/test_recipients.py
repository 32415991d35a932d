"""Whom a report is put before: what its plan says, put to the tree as it stands."""

import pytest
from sqlalchemy import select

from bot.reports.recipients import address_report
from bot.reports.submissions import add_files, draft_of, hand_in
from bot.tables import Duty, Membership, Submission, Unit
from tests.kit.files import stored
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.world import World

PLAN = """
plan:
  symbol: 11-KH/ĐU
  date: 2022-03-25
  issuer: Ban Thường vụ Đảng ủy
  title: Kế hoạch thử
  starts: 2022-04-01
  ends: 2022-12-31
duties:
  - key: bc
    do: report
    title: Báo cáo
    {to}
    who: {{kinds: [chi_bo, dang_uy]}}
    opens: 2022-04-01
    due: {{by: 2022-05-27}}
{more}
"""
CHAIN = """
  - key: chuyen
    do: confirm
    title: Chuyển báo cáo của {unit}
    who: {kinds: [van_phong]}
    for_each: unit
    of: {kinds: [chi_bo]}
    waits: bc
    due: {after_waiting: 3}
"""


def three_levels(world: World) -> None:
    """The plan is Xã's; below it stands a cell directly, and one of a committee between."""
    world.units(
        ("HU", "Huyện ủy Mẫu", "dang_uy", "", None),
        ("XA", "Đảng bộ xã Kỳ Lợi", "dang_uy", "", "HU"),
        ("BTG", "Ban Tuyên giáo", "ban_tuyen_giao", "", "XA"),
        ("VP", "Văn phòng Đảng ủy", "van_phong", "", "XA"),
        ("TR", "Đảng bộ trường", "dang_bo_co_so", "", "XA"),
        ("CB1", "Chi bộ thôn 1", "chi_bo", "", "XA"),
        ("CB2", "Chi bộ tổ 2", "chi_bo", "", "TR"),
    )


pytestmark = begins(three_levels)
EVERYBODY = (
    *("HU leader", "XA leader", "XA admin", "XA follower", "BTG secretary", "VP secretary", "TR leader"),
    "CB1 follower",
)


def looked_at_by(world: World, to: str, *people: str, cell: str = "CB1", more: str = "") -> str:
    """Who decides on a report of the cell, as "unit: people" with the people's roles and units."""
    world.load(plan_of(PLAN.format(to=to, more=more)), owner="XA")
    for one in people:
        world.registered(*one.split())
    with world.db.write() as session:
        duty = session.scalars(
            select(Duty).join(Unit, Unit.id == Duty.unit_id).where(Unit.code == cell, Duty.kind == "report")
        ).one()
        person = session.scalars(select(Membership.person_id).order_by(Membership.id)).first()
        assert person is not None
        draft = draft_of(session, duty, person, world.at)
        add_files(session, draft, [stored("a.pdf")])
        handed = hand_in(session, draft, world.moment)
        assert handed.reviewer is not None
        return f"{handed.reviewer.code} {handed.reviewers}"


@pytest.mark.parametrize(
    ("to", "cell", "expected"),
    [
        ("via: Ban Tuyên giáo Đảng ủy", "CB1", "BTG body"),
        ("via: Ban Tuyên giáo Đảng ủy", "CB2", "BTG body"),
        ("via: Văn phòng Đảng uỷ", "CB1", "VP body"),
        ("via: Ban Tổ chức Đảng ủy", "CB1", "XA office"),
        ("to: Ban Tuyên giáo Thị ủy", "CB1", "XA office"),
        ("to: Ban Thường vụ Đảng ủy", "CB1", "XA body"),
        ("to: Ban Thường vụ Huyện uỷ và Ban Tuyên giáo Tỉnh uỷ", "CB1", "HU body"),
        ("to: Đảng viên trong chi bộ và cấp ủy cấp trên trực tiếp", "CB2", "TR body"),
        ("", "CB1", "XA office"),
        ("to: Thường trực Đảng ủy", "XA", "XA body"),
    ],
)
def test_who_looks_at_it(world: World, to: str, cell: str, expected: str) -> None:
    assert looked_at_by(world, to, *EVERYBODY, cell=cell) == expected


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (("HU leader", "XA leader", "XA admin"), "XA body"),
        (("HU leader", "XA admin"), "XA office"),
        (("HU leader", "CB1 follower"), "XA office"),
        (("HU leader",), "HU body"),
        (("CB1 secretary",), "XA office"),
    ],
)
def test_where_nobody_is_there_the_next_one_looks(
    world: World, people: tuple[str, ...], expected: str
) -> None:
    to = "to: Ban Thường vụ Đảng ủy\n    via: Ban Tuyên giáo Đảng ủy"
    assert looked_at_by(world, to, *people) == expected


def test_who_is_to_pass_it_on_looks_at_it_first(world: World) -> None:
    """Kỳ Lợi 2022, II.5: the committee looks at the report before it sends it on, three days before the meeting."""
    to = "to: Thường trực Đảng ủy"
    assert looked_at_by(world, to, *EVERYBODY, more=CHAIN) == "VP body"


def test_it_is_addressed_anew_with_each_version(world: World) -> None:
    assert looked_at_by(world, "via: Ban Tuyên giáo Đảng ủy", "XA admin") == "XA office"
    world.registered("BTG", "leader")
    with world.db.write() as session:
        handed = session.scalars(select(Submission)).one()
        address_report(session, handed)
        assert handed.reviewer is not None
        assert (handed.reviewer.code, handed.reviewers) == ("BTG", "body")
