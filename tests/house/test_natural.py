"""Lists of units stand as a person counts, and of names that look alike the one that was written is taken."""

from io import BytesIO
from itertools import pairwise

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select

from bot.natural import in_tree_order, natural_key
from bot.summaries.table import summary_workbook
from bot.tables import Membership, Unit
from bot.units.lookup import find_units
from bot.units.table_out import living_units
from tests.kit.materials import PLAN
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

NUMBERS = (10, 2, 24, 1, 3, 11, 20, 12)


def begin_here(world: World) -> None:
    """Cells whose numbers were entered in no order."""
    world.go("2022-04-03 09:00")
    world.units(
        ("DU", "Đảng ủy xã", "dang_uy", "", None),
        *((f"CB{n}", f"Chi bộ thôn {n}", "chi_bo", "nong_thon", "DU") for n in NUMBERS),
    )
    world.load(plan_of(PLAN), "DU")


pytestmark = begins(begin_here)


def found(world: World, text: str) -> list[str]:
    with world.db.read() as session:
        units = find_units(session, Unit.path.startswith("/1/"), chosen="", text=text, offered=[])
        return [unit.code for unit in units]


@pytest.mark.parametrize(
    "text", ["Chi bộ thôn 1", "chi bo thon 1", "CHI BỘ  THÔN 1", "thôn 1", "cb1", " CB1 ", "Chi bộ thôn 1."]
)
def test_the_unit_that_was_named_is_found_among_those_that_look_alike(world: World, text: str) -> None:
    assert found(world, text) == ["CB1"]


def test_a_part_of_names_offers_them_in_order(world: World) -> None:
    assert found(world, "thôn") == ["CB1", "CB2", "CB3", "CB10", "CB11", "CB12", "CB20", "CB24"]
    assert found(world, "thôn 2") == ["CB2"]
    assert found(world, "ôn 1") == ["CB1", "CB10", "CB11", "CB12"]
    assert found(world, "làng") == []


def test_the_office_asks_for_one_and_gets_that_one(world: World) -> None:
    office = world.registered("DU", "admin").says("/quantri").taps("🏢 Đơn vị").says("Chi bộ thôn 1")
    assert "Chi bộ thôn 1" in office.last.text
    assert "Chi bộ thôn 10" not in office.last.text


def test_who_is_missing_stands_in_order(world: World) -> None:
    leader: Talker = world.registered("DU", "leader").says("/chuanop").taps("Chuyên đề xây dựng")
    lines = [line for line in leader.last.text.split("\n") if line.startswith("– Chi bộ thôn")]
    numbers = [int(line.partition("thôn ")[2].split(" ")[0].strip(":,;.<")) for line in lines]
    assert numbers == sorted(NUMBERS)


def test_tables_stand_in_the_order_of_the_tree(world: World) -> None:
    world.units(("DUB", "Đảng bộ bộ phận", "dang_bo_bo_phan", "", "DU"), ("AA1", "Tổ", "chi_bo", "", "DUB"))
    with world.db.read() as session:
        codes = [unit.code for unit in living_units(session)]
    assert codes == ["DU", *(f"CB{n}" for n in sorted(NUMBERS)), "DUB", "AA1"]
    world.registered("DU", "leader")
    words = world.desk.render.folder / "web" / "export.yaml"
    with world.db.read() as session:
        roles = session.scalars(select(Membership).where(Membership.role == "leader")).all()
        book = summary_workbook(session, roles, world.moment, yaml.safe_load(words.read_text("utf-8")))
    sheet = load_workbook(BytesIO(book))["Từng đơn vị"]
    column = [row[0] for row in sheet.iter_rows(min_row=4, values_only=True)]
    assert list(dict.fromkeys(column)) == [f"CB{n}" for n in sorted(NUMBERS)]
    assert column == sorted(column, key=lambda code: natural_key(str(code)))


def test_a_code_that_changes_changes_its_place(world: World) -> None:
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB24")).one()
        unit.code = "CB4"
    with world.db.read() as session:
        codes = session.scalars(select(Unit.code).where(Unit.kind == "chi_bo").order_by(Unit.listed_as)).all()
    assert codes[:4] == ["CB1", "CB2", "CB3", "CB4"]


@given(st.lists(st.integers(0, 10**9), min_size=2), st.sampled_from(["CB", "Thôn ", "TDP-"]))
def test_numbers_are_counted(numbers: list[int], before: str) -> None:
    told = sorted((f"{before}{number}" for number in numbers), key=natural_key)
    assert told == [f"{before}{number}" for number in sorted(numbers)]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30))
def test_a_tree_keeps_everybody_and_those_above_first(parents: list[int]) -> None:
    units = [Unit(id=1, code="U1", parent_id=None)]
    units += [
        Unit(id=number, code=f"U{number}", parent_id=1 + above % (number - 1))
        for number, above in enumerate(parents, 2)
    ]
    order = in_tree_order(reversed(units))
    place = {unit_id: number for number, unit_id in enumerate(order)}
    assert sorted(order) == [unit.id for unit in units]
    assert all(place[unit.parent_id] < place[unit.id] for unit in units if unit.parent_id)
    for above in units:
        below = [unit.id for unit in units if unit.parent_id == above.id]
        assert all(place[one] < place[other] for one, other in pairwise(sorted(below)))
