"""The commands about the units' table: `python -m bot units …`."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.commands.common import (
    TEMPLATES,
    configured_database,
    elsewhere,
    existing_file,
    explain_problems,
    message_renderer,
    say_line,
    unit_of,
)
from bot.duties.reloading import Standing, reload_around, reload_by_portions
from bot.problems import Invalid, Problem, Rejected
from bot.settings import Settings
from bot.talk.receive import utc_now
from bot.units.account import alike_problems, passed_rows
from bot.units.applying import write_list
from bot.units.ends import Closed, close_unit, reopen_unit
from bot.units.news import tell_closed, tell_reopened
from bot.units.rows import written_day

MOST_FAULTS = 10

units_app = typer.Typer(no_args_is_help=True, help="The units' table.")


@units_app.command("import")
def units_import(file: Path) -> None:
    """Reads CSV or XLSX, as `units template` shows; plans follow what has changed."""
    from bot.units.table_in import read_units  # its libraries take memory that `run` need not

    with explain_problems(), _of_file(file):
        with elsewhere("units_is_plan", "plan load"):
            table = read_units(existing_file(file))
        with configured_database(beside=True) as (settings, db):
            now = settings.moment(utc_now())
            with db.write() as session:
                done = write_list(session, table.rows, now, title=table.title)
                _tell_closed(session, settings, done.closed, now)
            plans = [(p.symbol or p.title, changes) for p, changes in reload_by_portions(db, now)]
        words = message_renderer(settings)
        notes = [(one.place, unescape(words.sentence(one.code, one.facts))) for one in table.notes]
        passed = passed_rows(table.passed)
        say_line(
            "units",
            total=len(table.rows),
            done=done,
            plans=plans,
            notes=notes,
            passed=passed,
            unread=table.unread,
        )


@contextmanager
def _of_file(file: Path) -> Iterator[None]:
    """Says of which file a fault is, those that are alike in one line, and ten lines at most."""
    try:
        yield
    except Rejected as rejected:
        lines = alike_problems(rejected.problems)
        shown = [replace(one, place=_place(file, one.place)) for one in lines[:MOST_FAULTS]]
        more = [Problem("", "units_more", {"count": len(lines) - MOST_FAULTS})] if lines[MOST_FAULTS:] else []
        raise Rejected([*shown, *more]) from None


def _place(file: Path, place: str) -> str:
    return place if place in (file.name, str(file), "DATABASE_URL") else f"{file.name} {place}".rstrip()


def _tell_closed(session: Session, settings: Settings, closed: Iterable[Closed], now: Moment) -> None:
    render = message_renderer(settings)
    for one in closed:
        tell_closed(session, render, one, now)


@units_app.command("close")
def units_close(
    code: str,
    into: Annotated[str, typer.Option(help="Code of the unit that it becomes part of.")] = "",
    on: Annotated[str, typer.Option(help="First day without it, as 2022-09-15; today if left out.")] = "",
) -> None:
    """Closes a unit, or merges it into another: its coming duties fall away, its people are told."""
    with explain_problems():
        day = written_day(on)
        if on and day is None:
            raise Invalid("unit_date_wrong", said=on)
        with configured_database() as (settings, db), db.write() as session:
            now = settings.moment(utc_now())
            unit, other = unit_of(session, code), unit_of(session, into) if into else None
            last = day or now.today
            closed = close_unit(session, unit, last, now, into=other)
            _tell_closed(session, settings, [closed], now)
        say_line("unit_closed", closed=closed)


@units_app.command("reopen")
def units_reopen(code: str) -> None:
    """Takes back a closing of today: its roles and duties come back."""
    with explain_problems(), configured_database() as (settings, db):
        with db.write() as session:
            now = settings.moment(utc_now())
            unit = unit_of(session, code)
            roles = reopen_unit(session, unit, now)
            reload_around(session, [Standing(unit.path, unit.kind)], now)
            tell_reopened(session, message_renderer(settings), unit, roles, now)
        say_line("unit_reopened", unit=unit, roles=len(roles))


@units_app.command("template")
def units_template(file: Path) -> None:
    """Writes an empty XLSX form of the units' table, with drop-downs, an example and a page of help."""
    from bot.units.table_out import write_units_template

    with explain_problems():
        write_units_template(file, templates=TEMPLATES)
    say_line("units_template", file=file)


@units_app.command("export")
def units_export(file: Path) -> None:
    """Writes the present tree into the same form, to be edited and imported again."""
    from bot.units.table_out import living_units, write_unit_list

    with explain_problems(), configured_database() as (_, db):
        with db.read() as session:
            units = living_units(session)
            write_unit_list(units, file, templates=TEMPLATES)
        say_line("units_exported", file=file, count=len(units))
