"""Each shipped plan, loaded for its sample tree, puts exactly the duties of its tables into the database."""

import pytest
from sqlalchemy import select

from bot.plans.plan import PlanText
from bot.plans.questions import plan_questions, with_answers
from bot.store.db import Database
from bot.tables import Duty
from tests.kit.shipped import commune, conclusions, district, themes
from tests.kit.shipped.golden import Line, Row, said
from tests.kit.world import World

Table = dict[str, list[Row]]

CASES = [
    (themes.STUDY, themes.TREE, themes.GOLDEN[themes.STUDY], {}),
    (themes.THEMES, themes.TREE, themes.GOLDEN[themes.THEMES], {}),
    (commune.NAME, commune.TREE, commune.GOLDEN, commune.PASSED_ON),
    (conclusions.NAME, conclusions.TREE, conclusions.GOLDEN, conclusions.ABOUT),
    (district.NAME, district.TREE, district.GOLDEN, {}),
]


def settled(name: str) -> PlanText:
    """The plan with the days that its office says; what has no period is left out."""
    return with_answers(said(name), {one.key: "none" for one in plan_questions(said(name))})


@pytest.mark.parametrize(("name", "lines", "golden", "about"), CASES, ids=[case[0] for case in CASES])
def test_the_duties_that_loading_writes(
    db: Database, name: str, lines: list[Line], golden: Table, about: Table
) -> None:
    world = World(db)
    world.units(*((code, code, kind, sector or "", parent) for code, kind, sector, parent in lines))
    owner = lines[0][0]
    world.load(settled(name), owner=owner)
    with db.read() as session:
        duties = session.scalars(select(Duty)).all()
        written = sorted((duty.unit.code, duty.key, duty.state) for duty in duties)
        titles = [duty.title for duty in duties]
    wanted = [(code, row[0], state(row)) for code, table in golden.items() for row in table]
    wanted += [
        (owner, f"{row[0]}@{code}", state(row))
        for code, table in about.items()
        for row in table
        if code != owner
    ]
    assert written == sorted(wanted)
    assert not [title for title in titles if "{" in title]


def state(row: Row) -> str:
    return "waiting" if len(row) > 5 else "open"
