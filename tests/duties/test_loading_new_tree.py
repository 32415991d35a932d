"""A plan that is loaded into a tree just written, of which the database knows nothing yet: no statement goes through all units for each duty."""

from contextlib import closing

from sqlalchemy import func, insert, select

from bot.calendar import Moment
from bot.duties.loading import load_by_portions
from bot.store.db import connect_database
from bot.tables import Duty, Unit
from tests.kit.databases import Ground
from tests.kit.explained import explained
from tests.kit.places import ZONE
from tests.kit.plans import MONTHLY, shipped
from tests.kit.world import APRIL

CELLS = 400
MOST = {"sqlite": 300, "postgresql": 20}
"""So many steps of SQLite's machine, or rows of PostgreSQL, a duty may take in any statement; to look through all units takes ten times
as many."""


def test_a_plan_loads_before_the_rows_are_known(ground: Ground) -> None:
    with closing(connect_database(ground.url)) as db:
        with db.write() as session:
            session.add(Unit(id=1, code="U1", name="Đảng ủy mẫu", kind="dang_uy", path="/1/"))
            session.flush()
            cell = {"kind": "chi_bo", "sector": "co_quan", "parent_id": 1, "meeting_shift": "after"}
            numbers = range(2, CELLS + 2)
            cells = [
                {"id": n, "code": f"U{n}", "name": f"Chi bộ số {n}", "path": f"/1/{n}/"} | cell
                for n in numbers
            ]
            session.execute(insert(Unit), cells)
        with explained(db, {}) as found:
            added = load_by_portions(db, shipped(MONTHLY), 1, Moment(APRIL, ZONE), {})[1].added
        with db.read() as session:
            assert session.scalar(select(func.count()).select_from(Duty)) == added >= CELLS
        most = MOST["sqlite" if db.sqlite else "postgresql"] * added
        dear = {one: read for one, read in found.read.items() if read > most}
        assert not dear, dear
