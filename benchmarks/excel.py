"""The workbook of a month and of a year over ten thousand units: processor time and memory, each in a process of its own."""

import json
import os
import sys
from collections.abc import Iterator

from benchmarks.children import PATIENCE, Api, child
from benchmarks.figures import Row
from benchmarks.grounds import Grounds, desk_of, opened
from benchmarks.plan import gather_statistics, planned
from benchmarks.spent import peak, spent_by
from benchmarks.summary import YEAR_END, hold_meetings, write_leaders
from bot.people.roles import units_below
from bot.periods import summed_period
from bot.summaries.sheets.asked import AskedTable
from bot.summaries.table import period_workbook, read_table_words
from bot.tables import Duty

UNITS = 10_000
PERIODS = {"month": "2022-04", "year": "2022"}


def measure(grounds: Grounds, _api: Api, units: int = UNITS) -> Iterator[Row]:
    for kind in ("sqlite", "postgresql"):
        with planned(grounds, kind, units) as (db, _):
            with db.write() as session:
                write_leaders(session)
                hold_meetings(session)
            gather_statistics(db)
            url = db.engine.url.render_as_string(hide_password=False)
            for name, period in PERIODS.items():
                cpu, most, size = in_a_child(url, period)
                costs = {f"{name}_peak_mib": most, f"{name}_file_mib": size}
                what = f"workbook of a {name}, processor: {units:,} units, {kind}"
                yield Row(f"excel.{kind}.{name}_cpu_s", what, cpu, "s", costs=costs)


def in_a_child(url: str, period: str) -> tuple[float, float, float]:
    with child(["-m", "benchmarks.excel", url, period], {}) as process:
        said, _ = process.communicate(timeout=10 * PATIENCE)
        cpu, most, size = json.loads(said)
        return cpu, most, size


def write(url: str, period: str) -> tuple[float, float, float]:
    """All sheets of the period: seconds of the processor, MiB at the most above those before, MiB of the file."""
    with opened(url) as db:
        desk = desk_of(db)
        asked, moment = summed_period(period), desk.moment(YEAR_END)
        table = AskedTable(units_below(Duty.path, "/1/"), ["Đảng ủy"], moment, period, asked)
        words = read_table_words(desk.render.folder)
        before = spent_by([os.getpid()])
        with peak() as most, db.read() as session:
            size = len(period_workbook(session, table, words))
        return (spent_by([os.getpid()]) - before).cpu, most[0], size / 2**20


if __name__ == "__main__":
    print(json.dumps(write(*sys.argv[1:])))
