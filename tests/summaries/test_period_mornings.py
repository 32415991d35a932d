"""The periods that have ended, told unasked to whoever sums up: leader, follower, office, each of what the role reaches."""

import re
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from bot.calendar import Moment
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before
from bot.messages import Reply
from bot.tables import Duty, Person, Unit
from schedules import summaries
from tests.kit.places import ZONE
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import labels
from tests.kit.world import World

PLAN = """
plan:
  symbol: 9-KH/ĐU
  date: 2021-12-20
  issuer: Đảng ủy xã
  title: Kế hoạch
  starts: 2022-01-01
  ends: 2022-12-31
topics:
""" + "".join(
    f"  - {{key: t{n}, title: Chủ đề số {n}, meeting: regular, period: 2022-{n:02}, who: {{kinds: [chi_bo]}}}}\n"
    for n in range(1, 13)
)
MET = {"A1": range(1, 13), "A2": range(1, 6), "A3": range(2, 13), "B1": range(1, 4)}
"""Who has met in which months, each time in time."""


def begin_here(world: World) -> None:
    world.go("2022-01-03 08:00")
    world.units(
        ("DUK", "Đảng ủy xã Mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy bộ phận A", "dang_bo_bo_phan", "", "DUK"),
        ("DUB", "Đảng ủy bộ phận B", "dang_bo_bo_phan", "", "DUK"),
        *[(code, f"Chi bộ {code}", "chi_bo", "", f"DU{code[0]}") for code in MET],
    )
    world.load(plan_of(PLAN))
    with world.db.write() as session:
        session.add(Person(created_at=world.at))


pytestmark = begins(begin_here)


def hold_until(world: World, month: int) -> None:
    """What the story says of the months up to this one."""
    with world.db.write() as session:
        person = session.scalars(select(Person.id).order_by(Person.id)).first()
        assert person is not None
        for code, months in MET.items():
            unit = session.scalars(select(Unit).where(Unit.code == code)).one()
            for one in months:
                duty = session.scalars(
                    select(Duty).where(Duty.unit_id == unit.id, Duty.key == f"t{one}")
                ).one()
                if one <= month and duty.state == "open":
                    at = world.local(f"2022-{one:02}-10 19:00")
                    held_before(
                        session, unit, duty, at, AttendanceCounts(9, 9, 0, 0, 0), person, Moment(at, ZONE)
                    )


def told(world: World, talker: Talker, moment: str) -> list[Reply]:
    world.go(moment)
    world.tick(summaries.tell_leaders)
    return talker.looks()


def quiet_since(world: World, *days: str) -> None:
    """All that is told on these mornings goes by unread."""
    for day in days:
        world.go(f"{day} 08:00")
        world.tick(summaries.tell_leaders)


def heads(reply: Reply) -> list[str]:
    """The lines that tell of a period."""
    return re.findall(r"^<b>(?:Tháng|Quý|6 tháng|Năm) .*$", reply.text, re.MULTILINE)


def met(codes: Sequence[str], first: int, last: int) -> str:
    """Counted from the story."""
    done = sum(month in MET[code] for code in codes for month in range(first, last + 1))
    asked = len(codes) * (last - first + 1)
    left = asked - done
    return f"{done}/{asked} đã họp</b>, {done} đúng hạn" + (f", {left} chưa ({left} quá hạn)" if left else "")


A, B = ["A1", "A2", "A3"], ["B1"]


@pytest.mark.parametrize(
    ("home", "role", "codes"),
    [("DUK", "leader", A + B), ("DUA", "leader", A), ("DUA", "follower", A), ("DUB", "admin", B)],
)
def test_each_role_is_told_of_its_own_at_the_end_of_a_quarter(
    world: World, home: str, role: str, codes: list[str]
) -> None:
    """The last of March is a Thursday: the cells are told on Friday, and have Monday before anybody above hears of it."""
    talker = world.registered(home, role)
    hold_until(world, 3)
    quiet_since(world, "2022-03-28", "2022-03-30")
    talker.looks()
    for day in ("2022-03-31", "2022-04-01", "2022-04-02"):
        assert told(world, talker, f"{day} 08:00") == []
    (reply,) = told(world, talker, "2022-04-04 08:00")
    assert heads(reply) == [
        f"<b>Quý I/2022: {met(codes, 1, 3)}",
        f"<b>Tháng 3/2022: {met(codes, 3, 3)}; tháng 2/2022: " + met(codes, 2, 2).partition(" ")[0],
    ]
    assert ("📊 Tổng kết kỳ" in reply.text) == (role != "leader")
    if role != "leader":
        assert reply.text.startswith("<b>Quý I/2022: "), "the first line tells all"
        assert reply.text.endswith("👉 Đồng chí bấm tên kỳ để xem từng đơn vị.")
    foreign = {"DUA": "bộ phận B", "DUB": "bộ phận A"}.get(home)
    assert foreign is None or foreign not in reply.text
    assert told(world, talker, "2022-04-05 08:00") == []
    talker.taps("Quý I/2022")
    assert talker.last.text.startswith(f"<b>Quý I/2022: {met(codes, 1, 3)}\n")


def test_half_a_year_and_a_year(world: World) -> None:
    follower = world.registered("DUK", "follower")
    hold_until(world, 6)
    quiet_since(world, "2022-06-30", "2022-07-01")
    follower.looks()
    (reply,) = told(world, follower, "2022-07-04 08:00")
    assert [head.partition(":")[0] for head in heads(reply)] == [
        "<b>6 tháng đầu năm 2022",
        "<b>Quý II/2022",
        "<b>Tháng 6/2022",
    ]
    assert f"<b>6 tháng đầu năm 2022: {met(A + B, 1, 6)}\n" in reply.text
    assert [label for label in labels(follower) if "📅" in label] == [
        "📅 6 tháng đầu năm 2022",
        "📅 Quý II/2022",
        "📅 Tháng 6/2022",
    ]
    hold_until(world, 12)
    quiet_since(world, "2022-12-30", "2023-01-03")
    follower.looks()
    (reply,) = told(world, follower, "2023-01-04 08:00")
    assert reply.text.startswith(f"<b>Năm 2022: {met(A + B, 1, 12)}\n📊 Tổng kết kỳ · Đảng ủy xã Mẫu\n")
    assert f"<b>6 tháng cuối năm 2022: {met(A + B, 7, 12)}; 6 tháng đầu năm 2022: " in reply.text


def test_a_month_beside_what_a_leader_is_told_that_morning(world: World) -> None:
    """One message a morning: the line of what is late first, the month behind it."""
    leader = world.registered("DUA", "leader")
    hold_until(world, 4)
    quiet_since(world, "2022-05-04")
    leader.looks()
    (reply,) = told(world, leader, "2022-05-05 08:00")
    lines = reply.text.splitlines()
    assert lines[:2] == [
        "<b>T4: 3/3 đã họp</b>, 3 đúng hạn",
        "📊 Vừa qua hạn · Đảng ủy bộ phận A",
    ]
    assert heads(reply) == ["<b>Tháng 4/2022: 3/3 đã họp</b>, 3 đúng hạn; tháng 3/2022: 3/3"]
    assert reply.text.endswith("👉 Đồng chí bấm tên kỳ để xem từng đơn vị.")


def test_nothing_is_told_of_a_period_without_work_or_to_a_secretary(world: World) -> None:
    world.units(("DUC", "Đảng ủy bộ phận C", "dang_bo_bo_phan", "", "DUK"))
    idle, secretary = world.registered("DUC", "follower"), world.registered("A1", "secretary")
    quiet_since(world, "2022-03-31", "2022-04-01")
    idle.looks()
    secretary.looks()
    assert told(world, idle, "2022-04-04 08:00") == []
    assert secretary.looks() == []


def test_a_follower_who_also_leads_elsewhere_hears_of_both_at_once(world: World) -> None:
    both = world.registered("DUA", "leader").says(world.invite("DUB", "follower"))
    hold_until(world, 3)
    quiet_since(world, "2022-03-31", "2022-04-01")
    both.looks()
    (reply,) = told(world, both, "2022-04-04 08:00")
    assert f"<b>Quý I/2022: {met(A + B, 1, 3)}\n" in reply.text
    assert "📊 Tổng hợp tuần · Đảng ủy bộ phận A, Đảng ủy bộ phận B" in reply.text


def test_a_follower_hears_nothing_on_other_mornings(world: World) -> None:
    follower = world.registered("DUA", "follower")
    hold_until(world, 3)
    for day in ("2022-03-28", "2022-03-29", "2022-04-05", "2022-04-11"):
        assert [r for r in told(world, follower, f"{day} 08:00") if "Tổng hợp tuần" in r.text] == []


def test_on_a_channel_without_buttons_and_documents(world: World) -> None:
    """The numbers of the lines do what buttons do, and the picture comes as a file that the channel makes a link of."""
    leader = world.registered("DUA", "leader", channel="zalo").says("/tonghop 6 tháng")
    assert leader.last.text.startswith("<b>6 tháng đầu năm 2022: ")
    leader.taps("Ảnh để gửi")
    runs(leader)
    assert [file.name for file in leader.last.files] == ["Tổng hợp 6 tháng đầu năm 2022.png"]
    leader.says("chi bo a2")
    assert leader.last.text.startswith("🏢 <b>Chi bộ A2: ")
