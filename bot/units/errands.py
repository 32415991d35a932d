"""The office's workbook of units, outside of any talk: read, tried out, shown, applied; an empty one; the units as they stand."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.duties.changes import Changes
from bot.duties.reloading import reload_portion
from bot.people.roles import units_below
from bot.problems import Rejected
from bot.tables import Errand, ErrandState, Plan, Unit
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
    work_by_portions,
)
from bot.units.account import alike_problems, passed_rows
from bot.units.applying import apply_units, write_list
from bot.units.news import tell_closed
from bot.units.tree import Imported

if TYPE_CHECKING:
    from bot.units.table_in import UnitsTable

SHOWN = 10
"""So many faults are told at once."""


@dataclass(frozen=True, slots=True)
class ClosedUnit:
    """A unit that the list has closed: into which other, what that came to, and how many people lost a role."""

    name: str
    into: str
    withdrawn: int
    lapsed: int
    people: int


@dataclass(kw_only=True)
class ListAccount:
    """What a list of units has changed. The plans before that of the number `plan` are loaded again, and of that one so much as `now` says."""

    total: int
    added: int
    changed: int
    kept: int
    closed: tuple[ClosedUnit, ...]
    plans: list[tuple[str, Changes]] = field(default_factory=list)
    plan: int = 0
    now: Changes = field(default_factory=Changes)


ACCOUNT = TypeAdapter(ListAccount)


def do_units_workbook(desk: Desk, errand_id: int, at: datetime) -> None:
    from bot.units.table_in import read_units  # its libraries take memory that most days need not

    state, given, _ = read_errand(desk, errand_id, GivenWorkbook)
    try:
        if not given.done:
            # A file that breaks the reader will break it again: it is said so, and not to wait.
            table = read_workbook(desk, given, read_units, unreadable="units_unreadable")
            if state != ErrandState.AGREED:
                _show_list(desk, errand_id, table, state, at)
                return
            _write_list(desk, errand_id, table, at)
        work_by_portions(desk, errand_id, partial(_load_again, at=at))
    except Rejected as rejected:
        refuse_errand(desk, errand_id, at, alike_problems(rejected.problems), SHOWN)


def _show_list(desk: Desk, errand_id: int, table: "UnitsTable", state: ErrandState, at: datetime) -> None:
    """What the list would do; of the trial nothing is kept."""
    with desk.db.trial() as session:
        errand = locked_errand(session, errand_id, state)
        if errand is None:
            return
        moment, home = desk.moment(at), errand.unit.path
        applied = apply_units(session, table.rows, moment, inside=home, title=table.title)
        account = account_of(applied.done, len(table.rows), applied.plans)
    finish_errand(
        desk,
        errand_id,
        at,
        "plans/units_shown",
        state=ErrandState.SHOWN,
        notes=problem_sentences(desk, table.notes),
        passed=passed_rows(table.passed),
        unread=table.unread,
        done=applied.done,
        a=account,
    )


def account_of(done: Imported, total: int, plans: Iterable[tuple[str, Changes]] = ()) -> ListAccount:
    closed = tuple(
        ClosedUnit(
            one.unit.name, one.into.name if one.into else "", one.withdrawn, one.lapsed, len(one.ended)
        )
        for one in done.closed
    )
    return ListAccount(
        total=total,
        added=done.added,
        changed=done.changed,
        kept=done.kept,
        closed=closed,
        plans=list(plans),
    )


def _write_list(desk: Desk, errand_id: int, table: "UnitsTable", at: datetime) -> None:
    """The tree in one transaction, as it is one; the plans follow portion by portion."""
    with desk.db.write() as session:
        errand = locked_errand(session, errand_id, ErrandState.AGREED)
        if errand is None or errand.begun:
            return
        moment, home = desk.moment(at), errand.unit.path
        done = write_list(session, table.rows, moment, inside=home, title=table.title)
        for closed in done.closed:
            tell_closed(session, desk.render, closed, moment)
        account = account_of(done, len(table.rows))
        errand.args = replace(errand.about(GivenWorkbook), done=ACCOUNT.dump_json(account).decode())


def _load_again(desk: Desk, session: Session, errand: Errand, at: datetime) -> bool:
    given = errand.about(GivenWorkbook)
    account = ACCOUNT.validate_json(given.done)
    in_force = select(Plan).where(Plan.withdrawn_at.is_(None), Plan.id >= account.plan).order_by(Plan.id)
    plan = session.scalars(in_force.limit(1)).first()
    if plan is None:
        errand.state, errand.done_at, errand.args = ErrandState.DONE, at, Nothing()
        note_errand(session, errand, at, "units loaded", f"unit:{errand.unit_id}")
        tell_asker(desk, session, errand, at, "plans/units_applied", a=account)
        return False
    if plan.id != account.plan:  # the one before it was taken back meanwhile
        account.plan, account.now, given = plan.id, Changes(), replace(given, through="")
    through = reload_portion(session, plan, desk.moment(at), account.now, given.through)
    plan.loading_id = errand.id
    if through is None:
        if not account.now.nothing:
            account.plans.append((plan.title, account.now))
        account.plan, account.now = plan.id + 1, Changes()
    errand.args = replace(given, through=through or "", done=ACCOUNT.dump_json(account).decode())
    return True


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
