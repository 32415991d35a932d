"""Who may do what, and where: every command and every button, pressed by every role and by people of other units."""

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.people.roles import may_act, role_holders, role_reaches, units_below, within_subtree
from bot.tables import (
    Contact,
    Demand,
    Membership,
    Unit,
)
from handlers import ACTIONS, COMMANDS
from tests.kit.pressed import PRESSED, SAID
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.two_committees import NAMES, PEOPLE, SECRETS, SEES, TwoCommittees, two_committees
from tests.kit.world import World

ANSWERED_BY = {"secretary": "DUA", "sibling": "DUA"}
"""The office whose answers a cell is given is named to it."""


pytestmark = begins(two_committees)


@pytest.fixture
def committees(world: World) -> TwoCommittees:
    return TwoCommittees(world)


@pytest.fixture(autouse=True)
def nothing_breaks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No press and no word may end in the apology for a fault of ours."""
    yield
    said = caplog.get_records("call")  # `records` are those of the phase: of the teardown, none
    assert [record.getMessage() for record in said if record.levelno >= logging.ERROR] == []


def somebody(committees: TwoCommittees, who: str) -> Talker:
    if who == "nobody":
        return committees.world.person()
    if who == "ended":
        talker = committees.world.registered("A1", "secretary")
        with committees.world.db.write() as session:
            contact = session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()
            role = session.scalars(select(Membership).where(Membership.person_id == contact.person_id)).one()
            role.ended_at = committees.world.at
        return talker
    return committees.world.registered(*PEOPLE[who])


def check_text(talker: Talker, who: str, what: str) -> None:
    """Nothing of a unit that this person may not see."""
    for reply in talker.got:
        shown = reply.text + " ".join(choice.label for row in reply.choices for choice in row)
        if who in ANSWERED_BY:
            shown = shown.replace(f"Văn phòng {NAMES[ANSWERED_BY[who]]}", "")
        foreign = [name for code, name in NAMES.items() if code not in SEES[who] and name in shown]
        assert foreign == [], (what, shown)
        if who not in ("secretary", "ended"):
            assert not [secret for secret in SECRETS if secret in shown], (what, shown)
        assert "None" not in shown, (what, shown)
        assert "\n\n\n" not in shown, (what, shown)


def refused(talker: Talker) -> bool:
    return talker.last.text.startswith("⚠️ Việc này không thuộc phạm vi vai trò của đồng chí.")


def test_every_action_and_every_command_is_in_the_table() -> None:
    assert set(PRESSED) == set(ACTIONS)
    assert set(SAID) == set(COMMANDS)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_button(committees: TwoCommittees, who: str) -> None:
    talker = somebody(committees, who)
    talker.screen.clear()
    before = None
    for action, (argument, allowed) in PRESSED.items():
        payload = f"{action}:{argument.format(**committees.facts)}".rstrip(":")
        may = who in allowed.split()
        if not may and before is None:
            before = committees.snapshot()
        count = len(talker.got)
        talker.presses(payload)
        assert len(talker.got) > count, payload
        assert refused(talker) == (not may), (payload, talker.last.text)
        if may:
            before = None
        else:
            assert committees.snapshot() == before, payload
        check_text(talker, who, payload)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_command(committees: TwoCommittees, who: str) -> None:
    talker = somebody(committees, who)
    talker.screen.clear()
    for command, allowed in SAID.items():
        talker.says(command)
        assert refused(talker) == (who not in allowed.split()), (command, talker.last.text)
        check_text(talker, who, command)


@pytest.mark.parametrize("who", ["nobody", "ended"])
def test_without_a_role_everything_asks_for_the_code(committees: TwoCommittees, who: str) -> None:
    talker = somebody(committees, who)
    talker.screen.clear()
    stranger = ("persons",) if who == "nobody" else ()  # who writes for the first time costs a row
    before = committees.snapshot(*stranger)
    payloads = [
        f"{action}:{argument.format(**committees.facts)}".rstrip(":")
        for action, (argument, _) in PRESSED.items()
    ]
    for payload in payloads:
        talker.presses(payload)
        assert "gõ mã mời" in talker.last.text, payload
        assert ("không giữ vai trò nào" in talker.last.text) == (who == "ended")
    for command in SAID:
        talker.says(command)
        assert "gõ mã mời" in talker.last.text, command
    check_text(talker, who, "all")
    assert committees.snapshot(*stranger) == before


def test_a_button_pressed_after_the_role_is_gone(committees: TwoCommittees) -> None:
    talker = committees.world.registered("A1", "secretary").says("/hop")
    payloads = [choice.payload for choice in talker.choices]
    with committees.world.db.write() as session:
        for membership in session.scalars(select(Membership)):
            membership.ended_at = committees.world.at
    before = committees.snapshot()
    for payload in payloads:
        assert "gõ mã mời" in talker.presses(payload).last.text
        committees.world.later(minutes=10)
    talker.says("một ý kiến nữa")
    assert "chưa phải mã mời" in talker.last.text
    assert committees.snapshot() == before


def test_one_role_of_two_is_gone(committees: TwoCommittees) -> None:
    talker = committees.world.registered("A1", "secretary").says(committees.world.invite("B1", "secretary"))
    talker.taps("Bỏ qua").taps("Không cố định")
    with committees.world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "A1")).one()
        for membership in session.scalars(select(Membership).where(Membership.unit_id == unit.id)):
            membership.ended_at = committees.world.at
    talker.presses(f"confirm:{committees.facts['confirm']}")
    assert refused(talker)
    talker.presses(f"meet.next:{committees.facts['meeting']}:0")
    assert refused(talker)
    talker.says("/thangnay")
    assert NAMES["B1"] in talker.last.text
    assert NAMES["A1"] not in talker.last.text


def test_what_is_nudged_or_counted_stays_in_the_subtree(committees: TwoCommittees) -> None:
    sibling = committees.world.registered("B1", "secretary")
    own = committees.world.registered("A2", "secretary")
    leader = committees.world.registered("DUA", "leader")
    with committees.world.db.read() as session:
        demands = session.scalars(select(Demand.id)).all()
    for demand_id in demands:
        leader.presses(f"sum.nudge:{demand_id}")
    assert own.looks()
    assert sibling.looks() == []


def test_reach_in_memory_equals_reach_in_a_query(committees: TwoCommittees) -> None:
    cases: list[tuple[str, str, set[str]]] = [
        ("secretary", "DUA", {"DUA"}),
        ("secretary", "A1", {"A1"}),
        ("follower", "DUA", {"DUA", "A1", "A2"}),
        ("leader", "DUA", {"DUA", "A1", "A2"}),
        ("leader", "DUK", set(NAMES)),
        ("admin", "DUB", {"DUB", "B1"}),
    ]
    with committees.world.db.read() as session:
        units = {u.code: u for u in session.scalars(select(Unit))}
        for role, unit, reached in cases:
            mine = [Membership(unit=units[unit], role=role)]
            assert (
                set(session.scalars(select(Unit.code).where(within_subtree(Unit.path, mine, "read"))))
                == reached
            )
            assert {u.code for u in units.values() if may_act(mine, "read", u.path)} == reached
            assert {u.code for u in units.values() if role_reaches(mine[0], u.path)} == reached


def test_paths_that_begin_alike_are_not_confused(committees: TwoCommittees) -> None:
    """Unit 1's subtree is not unit 10's, though "/1" begins "/10/"."""
    with committees.world.db.write() as session:
        for number in range(12):
            unit = Unit(code=f"X{number}", name="x", kind="chi_bo", path="")
            session.add(unit)
            session.flush()
            unit.path = f"/{unit.id}/"
        rows = session.execute(select(Unit.code, Unit.path)).all()
        for code, path in rows:
            found = set(session.scalars(select(Unit.code).where(units_below(Unit.path, path))))
            below = {other: deeper for other, deeper in rows if deeper.startswith(path)}
            assert found == set(below), code
            for after in (deeper for _, deeper in rows):
                behind = units_below(Unit.path, path, after)
                assert str(behind).count(">") == 1, "two beginnings are no range"
                found = set(session.scalars(select(Unit.code).where(behind)))
                assert found == {other for other, deeper in below.items() if deeper > after}, (code, after)


def test_no_role_reaches_nothing(committees: TwoCommittees) -> None:
    with committees.world.db.read() as session:
        assert session.scalars(select(Unit.code).where(within_subtree(Unit.path, [], "read"))).all() == []
        unit = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        follower = [Membership(unit=unit, role="follower")]
        assert role_holders(follower, "nudge") == []
        assert (
            session.scalars(select(Unit.code).where(within_subtree(Unit.path, follower, "nudge"))).all() == []
        )
