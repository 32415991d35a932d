"""Whatever duties there are: what the summaries count, over few as over many, is what one counts row by row."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.duties import standings
from bot.duties.period_counts import Count, count_by_day, count_by_sector, sum_counts
from bot.duties.standings import count_standings
from bot.people.roles import units_below
from bot.periods import period_named
from bot.summaries.period import sum_by_unit
from bot.summaries.recounting import miscounts
from bot.tables import Demand, Duty, DutyKind, DutyState, Hurry, Unit
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.world import World

PLAN = """
plan: {symbol: 3-KH/ĐU, date: 2021-12-20, issuer: Đảng ủy xã, title: Kế hoạch, starts: 2022-01-01, ends: 2022-12-31}
topics:
  - {key: thang, title: Sinh hoạt tháng, meeting: regular, every: month, who: {kinds: [chi_bo]}}
"""
COMMITTEES = ("A", "B", "C")
SECTORS = ("nong_thon", "co_quan", "")
TODAY = date(2022, 6, 15)
YEAR = period_named("2022")
DONE, UNDONE = DutyState.DONE, (DutyState.OPEN, DutyState.LAPSED)


def begin_here(world: World) -> None:
    """Committees with their cells, one committee within another, and cells right below the uppermost."""
    world.units(("DU", "Đảng ủy xã Mẫu", "dang_uy", "", None))
    for code in COMMITTEES:
        world.units((code, f"Đảng ủy {code}", "dang_bo", "", "A" if code == "C" else "DU"))
    rows = [(f"{code}{n}", code) for code in COMMITTEES for n in range(1, 12)]
    rows += [(f"O{n}", "DU") for n in range(1, 6)]
    world.units(
        *((code, f"Chi bộ {code}", "chi_bo", SECTORS[sum(map(ord, code)) % 3], above) for code, above in rows)
    )
    world.load(plan_of(PLAN), "DU")


pytestmark = begins(begin_here)


def stir(session: Session, random: Random) -> None:
    """Gives every duty some state or other, a few another place than their unit's, and committees duties of their own."""
    committees = session.scalars(select(Unit.path).where(Unit.kind != "chi_bo").order_by(Unit.path)).all()
    first = session.scalars(select(Duty).order_by(Duty.id)).first()
    assert first is not None
    own = [
        {
            **{name: getattr(first, name) for name in ("plan_id", "kind", "announced_on", "opens_on")},
            "unit_id": unit.id,
            "path": unit.path,
            "key": f"own-{unit.id}",
            "demand_id": first.demand_id,
        }
        for unit in session.scalars(select(Unit).where(Unit.kind != "chi_bo"))
    ]
    session.execute(insert(Duty), own)
    session.expire_all()
    for duty in session.scalars(select(Duty).order_by(Duty.id)):
        duty.state = random.choice((DONE, DONE, DutyState.OPEN, *DutyState))
        duty.on_time = random.random() < 0.7 if duty.state == DONE else None
        duty.hurry = random.choice((Hurry.NONE, Hurry.NONE, Hurry.URGENT, Hurry.AFTER))
        duty.due_on = random.choice((None, *(TODAY + timedelta(days=31 * n) for n in range(-8, 8))))
        duty.opens_on = TODAY + timedelta(days=random.choice((-60, -30, 0, 1, 30)))
        duty.again_on = TODAY + timedelta(days=random.choice((-3, 0, 3))) if random.random() < 0.1 else None
        if random.random() < 0.1:
            duty.path = f"{random.choice(committees)}{duty.unit_id}/"
    session.flush()


def plainly(duties: list[Duty]) -> Count:
    """Of what had its last day in the year."""
    found = Count()
    for one in duties:
        if one.due_on is None or not YEAR.first <= one.due_on <= YEAR.last:
            continue
        lapsed = one.state == DutyState.LAPSED and one.hurry != Hurry.AFTER
        opened = one.state == DutyState.OPEN and one.opens_on <= TODAY
        if not (one.state == DONE or lapsed or opened):
            continue
        last = one.again_on or one.due_on
        undone = one.state in UNDONE
        found += Count(
            1,
            on_time=int(not undone and bool(one.on_time)),
            late=int(not undone and not one.on_time),
            open=int(undone),
            overdue=int(undone and last < TODAY),
        )
    return found


@pytest.mark.parametrize("few", [1, standings.FEW])
@pytest.mark.parametrize("seed", range(4))
def test_every_cut_counts_what_the_rows_are(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int, few: int
) -> None:
    monkeypatch.setattr(standings, "FEW", few)
    with world.db.write() as session:
        stir(session, Random(seed))
    with world.db.read() as session:
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        kinds = {one.id: one.kind for one in session.scalars(select(Demand))}
        for code in ("DU", "A", "A1"):
            root = units[code]
            scope = units_below(Duty.path, root.path)
            duties = list(session.scalars(select(Duty).where(scope)))
            assert len(duties) > few or few > 1
            days = count_by_day(session, scope, YEAR.first, YEAR.last, TODAY)
            assert sum_counts(one.count for one in days) == plainly(duties)
            assert {kinds[one.demand_id] for one in days} <= {DutyKind.MEETING}
            parts = sum_by_unit(session, scope, [root], YEAR, TODAY)
            assert sum_counts(part.count for part in parts) == plainly(duties)
            for part in parts:
                assert part.unit is not None
                own, below = part.unit.id == root.id, f"{root.path}{part.unit.id}/"
                mine = [d for d in duties if (d.path == root.path if own else d.path.startswith(below))]
                assert part.count == plainly(mine), part.name
            sectors = count_by_sector(session, scope, YEAR, TODAY)
            for sector in SECTORS:
                mine = [one for one in duties if one.unit.sector == sector]
                assert sectors.get(sector, Count()) == plainly(mine), sector
            numbers = Counter[DutyState]()
            for one in count_standings(session, scope):
                numbers[one.state] += one.number
            assert numbers == Counter(one.state for one in duties)
        two = [units["A"], units["B"]]
        both = units_below(Duty.path, two[0].path) | units_below(Duty.path, two[1].path)
        for part in sum_by_unit(session, both, two, YEAR, TODAY):
            assert part.unit is not None
            its = units_below(Duty.path, part.unit.path)
            assert part.count == plainly(list(session.scalars(select(Duty).where(its)))), part.name
        assert miscounts(session) == []
