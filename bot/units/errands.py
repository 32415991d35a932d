"""The office's workbook of units, outside of any talk: read, tried out, shown, applied; an empty one; the units as they stand."""

from datetime import datetime
from functools import partial
from typing import Any

from bot.people.roles import units_below
from bot.problems import Rejected
from bot.tables import Errand, ErrandState, Unit
from bot.tables.asked import GivenWorkbook, Nothing
from bot.talk.desk import Desk
from bot.talk.errands import (
    finish_errand,
    locked_errand,
    note_errand,
    problem_sentences,
    read_errand,
    read_workbook,
    refuse_errand,
    send_workbook,
    tell_asker,
)
from bot.units.account import alike_problems, passed_rows
from bot.units.applying import apply_units
from bot.units.news import tell_closed

SHOWN = 10
"""So many faults are told at once."""


def do_units_workbook(desk: Desk, errand_id: int, at: datetime) -> None:
    from bot.units.table_in import read_units  # its libraries take memory that most days need not

    state, given, _ = read_errand(desk, errand_id, GivenWorkbook)
    applying = state == ErrandState.AGREED
    try:
        # A file that breaks the reader will break it again: it is said so, and not to wait.
        table = read_workbook(desk, given, read_units, unreadable="units_unreadable")
        with (desk.db.write if applying else desk.db.trial)() as session:
            errand = locked_errand(session, errand_id, state)
            if errand is None:
                return
            moment, home = desk.moment(at), errand.unit.path
            applied = apply_units(session, table.rows, moment, inside=home, title=table.title)
            done, total = applied.done, len(table.rows)
            facts: dict[str, Any] = {"done": done, "total": total, "plans": applied.plans}
            if applying:
                errand.state, errand.done_at, errand.args = ErrandState.DONE, at, Nothing()
                for closed in done.closed:
                    tell_closed(session, desk.render, closed, moment)
                note_errand(session, errand, at, "units loaded", f"unit:{errand.unit_id}")
                tell_asker(desk, session, errand, at, "plans/units_applied", **facts)
        if not applying:
            facts |= {"passed": passed_rows(table.passed), "unread": table.unread}
            notes = problem_sentences(desk, table.notes)
            finish_errand(
                desk, errand_id, at, "plans/units_shown", state=ErrandState.SHOWN, notes=notes, **facts
            )
    except Rejected as rejected:
        refuse_errand(desk, errand_id, at, alike_problems(rejected.problems), SHOWN)


def send_unit_template(desk: Desk, errand_id: int, at: datetime) -> None:
    """An empty table of units with its help."""
    from bot.units.table_out import write_units_template

    name = desk.render.words["files"]["unit_template"]
    write = partial(write_units_template, templates=desk.render.folder)
    send_workbook(desk, errand_id, at, name, write, why="unit_template")


def export_units(desk: Desk, errand_id: int, at: datetime) -> None:
    """The units as they stand."""
    from bot.units.table_out import living_units, write_unit_list

    with desk.db.read() as session:
        home = session.get_one(Errand, errand_id).unit
        found = living_units(session, units_below(Unit.path, home.path))
        parent = session.get(Unit, home.parent_id) if home.parent_id else None
        above = {parent.id: parent.code} if parent else {}
    name = desk.render.words["files"]["units"]
    write = partial(write_unit_list, found, templates=desk.render.folder, above=above)
    send_workbook(desk, errand_id, at, name, write, why="unit_export")
