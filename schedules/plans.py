"""Errands of the office: workbooks read and written, plans looked at, applied and taken back, outside of any talk."""

import logging
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select

from bot.calendar import local_day
from bot.duties.changes import Changes
from bot.duties.loading import load_plan, reload_all, text_of, withdraw_plan
from bot.people.roles import units_below
from bot.plans.cloning.draft import clone_plan
from bot.plans.expected import tight_meetings
from bot.plans.guidance.rules import superseded_notices, with_minutes
from bot.plans.plan import PlanText, plan_from_json, plan_to_json
from bot.plans.questions import plan_questions, with_answers
from bot.plans.workbook import read_plan_workbook, write_plan, write_template
from bot.problems import Problem, Rejected
from bot.tables import Duty, Errand, Plan, Unit
from bot.talk.desk import Desk
from bot.talk.errands import (
    Work,
    do_all,
    finish_errand,
    note_errand,
    problem_sentences,
    read_errand,
    tell_asker,
)
from bot.units.account import alike_problems, passed_rows
from bot.units.news import tell_closed
from bot.units.table_in import UnitsTable, read_units
from bot.units.table_out import living_units, write_unit_list, write_units_template
from bot.units.tree import write_units

log = logging.getLogger(__name__)

SHOWN, SHOWN_UNITS = 15, 10
BOOK_SECONDS = 60.0
"""A workbook of ten thousand rows takes some seconds to read."""
LOOKED = 40


class _Unsaid(Exception):
    """Ends a transaction that was only a trial."""


def do_plan_errands(desk: Desk, at: datetime) -> int:
    """Does every errand of the office that is ready; answers how many."""
    return do_all(desk, at, WORK)


def _workbook(desk: Desk, args: Mapping[str, Any], folder: str) -> Path:
    if desk.shelf is None:
        raise OSError("no file store")
    path = Path(folder) / (Path(str(args["name"])).stem + ".xlsx")
    path.write_bytes(desk.shelf.read(args["digest"]))
    return path


def _fault(desk: Desk, errand_id: int, at: datetime, problems: list[Problem], most: int = SHOWN) -> None:
    lines = problem_sentences(desk, problems)
    finish_errand(desk, errand_id, at, "plans/faults", lines=lines[:most], more=max(0, len(lines) - most))


def do_plan_workbook(desk: Desk, errand_id: int, at: datetime) -> None:
    """A plan's workbook: read, asked about, shown, applied."""
    state, args, unit_id = read_errand(desk, errand_id)
    try:
        if state == "agreed":
            _apply_plan(desk, errand_id, at)
            return
        text = plan_from_json(args["plan"]) if "plan" in args else _read_plan(desk, args)
        if text.decide:
            raise Rejected([Problem(one.field, "plan_decide", {"why": one.why}) for one in text.decide])
        _show_plan(desk, errand_id, text, args.get("answers", {}), unit_id, at)
    except Rejected as rejected:
        _fault(desk, errand_id, at, rejected.problems)


def _read_plan(desk: Desk, args: Mapping[str, Any]) -> PlanText:
    templates = desk.render.folder
    with tempfile.TemporaryDirectory() as folder:
        path = _workbook(desk, args, folder)
        text = desk.aside.call(plan_in, path, templates, seconds=BOOK_SECONDS)
    return with_minutes(text, desk.facts["rules"])


def plan_in(path: Path, templates: Path) -> PlanText:
    return read_plan_workbook(path, agendas=templates / "agendas", templates=templates)


def units_in(path: Path, templates: Path) -> UnitsTable:
    return read_units(path, templates=templates)


def _show_plan(
    desk: Desk, errand_id: int, text: PlanText, answers: Mapping[str, str], unit_id: int, at: datetime
) -> None:
    facts = {"plan": plan_to_json(text), "answers": dict(answers)}
    whole = with_answers(text, answers)
    left = plan_questions(whole)
    if left:
        number = len(plan_questions(text)) - len(left) + 1
        total = len(plan_questions(text))
        finish_errand(
            desk,
            errand_id,
            at,
            "plans/ask",
            state="asking",
            args=facts,
            question=left[0],
            number=number,
            total=total,
        )
        return
    changes, cells = _try_out(desk, text, answers, unit_id, at)
    told = superseded_notices(text, desk.facts["rules"], local_day(at, desk.zone))
    documents = sum(
        len(topic.documents) + sum(len(v.documents) for v in topic.variants) for topic in text.topics
    )
    finish_errand(
        desk,
        errand_id,
        at,
        "plans/plan_shown",
        state="shown",
        args=facts,
        plan=text,
        documents=documents,
        reports=sum(duty.do == "report" for duty in whole.duties),
        confirmations=sum(duty.do == "confirm" for duty in whole.duties),
        cells=cells,
        c=changes,
        notices=told[:SHOWN],
        tight=tight_meetings(whole),
        more=max(0, len(told) - SHOWN),
    )


def _try_out(
    desk: Desk, text: PlanText, answers: Mapping[str, str], unit_id: int, at: datetime
) -> tuple[Changes, int]:
    """What loading would do, and for how many cells; nothing of it is kept."""
    changes, cells = Changes(), 0
    with suppress(_Unsaid), desk.db.write() as session:
        owner = session.get_one(Unit, unit_id)
        loaded, changes = load_plan(session, text, owner, at, desk.zone, answers=answers)
        asked = (
            select(func.count(Duty.unit_id.distinct()))
            .join(Unit, Unit.id == Duty.unit_id)
            .where(
                Duty.plan_id == loaded.id, Unit.kind == "chi_bo", Duty.state.in_(("open", "waiting", "done"))
            )
        )
        cells = session.scalar(asked) or 0
        raise _Unsaid
    return changes, cells


def _apply_plan(desk: Desk, errand_id: int, at: datetime) -> None:
    with desk.db.write() as session:
        errand = session.get_one(Errand, errand_id, with_for_update=True, populate_existing=True)
        if errand.state != "agreed":
            return
        text = plan_from_json(errand.args["plan"])
        owner = session.get_one(Unit, errand.unit_id)
        loaded, changes = load_plan(
            session, text, owner, at, desk.zone, answers=errand.args.get("answers", {})
        )
        errand.state, errand.done_at, errand.args = "done", at, {}
        note_errand(session, errand, at, "plan loaded", f"plan:{loaded.id}")
        tell_asker(desk, session, errand, at, "plans/plan_applied", plan=loaded, c=changes)


def do_units_workbook(desk: Desk, errand_id: int, at: datetime) -> None:
    """The units' workbook: read, tried out, shown, applied."""
    state, args, _ = read_errand(desk, errand_id)
    try:
        table = _read_units(desk, args)
        applying = state == "agreed"
        with suppress(_Unsaid), desk.db.write() as session:
            errand = session.get_one(Errand, errand_id, with_for_update=True, populate_existing=True)
            if errand.state != state:
                return
            today, home = local_day(at, desk.zone), errand.unit.path
            done = write_units(
                session, table.rows, today, at=at, zone=desk.zone, inside=home, title=table.title
            )
            plans = [(p.title, c) for p, c in reload_all(session, at, desk.zone) if not c.nothing]
            if not applying:
                raise _Unsaid
            errand.state, errand.done_at, errand.args = "done", at, {}
            for closed in done.closed:
                tell_closed(session, desk.render, closed, at, desk.zone)
            note_errand(session, errand, at, "units loaded", f"unit:{errand.unit_id}")
            tell_asker(
                desk,
                session,
                errand,
                at,
                "plans/units_applied",
                done=done,
                total=len(table.rows),
                plans=plans,
            )
        if not applying:
            context: dict[str, Any] = {"done": done, "total": len(table.rows), "plans": plans}
            context |= {"passed": passed_rows(table.passed), "unread": table.unread}
            notes = problem_sentences(desk, list(table.notes))
            finish_errand(desk, errand_id, at, "plans/units_shown", state="shown", notes=notes, **context)
    except Rejected as rejected:
        _fault(desk, errand_id, at, alike_problems(rejected.problems), SHOWN_UNITS)


def _read_units(desk: Desk, args: Mapping[str, Any]) -> UnitsTable:
    """The table that was sent. A file that breaks the reader will break it again: it is said so, and not to wait."""
    with tempfile.TemporaryDirectory() as folder:
        path = _workbook(desk, args, folder)
        try:
            table: UnitsTable = desk.aside.call(units_in, path, desk.render.folder, seconds=BOOK_SECONDS)
        except Rejected:
            raise
        except Exception as error:
            log.exception("units unreadable name=%s", path.suffix)
            raise Rejected([Problem("", "units_unreadable")]) from error
        return table


def _give(
    desk: Desk, errand_id: int, at: datetime, name: str, write: Callable[[Path], None], **more: Any
) -> None:
    """Writes a workbook, puts it on the shelf and sends it."""
    if desk.shelf is None:
        raise OSError("no file store")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        write(path)
        file = desk.shelf.keep(name, path)
    finish_errand(desk, errand_id, at, "plans/workbook", files=(file,), **{"why": "", **more})


def do_plan_form(desk: Desk, errand_id: int, at: datetime) -> None:
    """An empty plan with its help."""
    folder = desk.render.folder
    _give(
        desk,
        errand_id,
        at,
        desk.render.words["files"]["plan_template"],
        lambda path: write_template(path, agendas=folder / "agendas", templates=folder),
        why="template",
    )


def unit_template(desk: Desk, errand_id: int, at: datetime) -> None:
    """An empty table of units with its help."""
    name = desk.render.words["files"]["unit_template"]
    _give(
        desk,
        errand_id,
        at,
        name,
        lambda path: write_units_template(path, templates=desk.render.folder),
        why="unit_template",
    )


def unit_export(desk: Desk, errand_id: int, at: datetime) -> None:
    """The units as they stand."""
    name = desk.render.words["files"]["units"]
    with desk.db.read() as session:
        home = session.get_one(Errand, errand_id).unit
        found = living_units(session, units_below(Unit.path, home.path))
        parent = session.get(Unit, home.parent_id) if home.parent_id else None
        above = {parent.id: parent.code} if parent else {}
    _give(
        desk,
        errand_id,
        at,
        name,
        lambda path: write_unit_list(found, path, templates=desk.render.folder, above=above),
        why="unit_export",
    )


def do_plan_export(desk: Desk, errand_id: int, at: datetime) -> None:
    """A loaded plan as a workbook."""
    _, args, _ = read_errand(desk, errand_id)
    text = _loaded(desk, args["plan_id"])
    folder = desk.render.folder
    _give(
        desk, errand_id, at, _name(text), lambda path: write_plan(text, path, templates=folder), why="export"
    )


def do_plan_copy(desk: Desk, errand_id: int, at: datetime) -> None:
    """A loaded plan for another year, as a workbook that says what is to be decided."""
    _, args, _ = read_errand(desk, errand_id)
    folder = desk.render.folder
    sentences = yaml.safe_load((folder / "plans" / "cloning.yaml").read_text("utf-8"))
    text = clone_plan(_loaded(desk, args["plan_id"]), args["year"], desk.facts["rules"], sentences)
    name = f"{args['year']} {_name(text)}"
    _give(
        desk,
        errand_id,
        at,
        name,
        lambda path: write_plan(text, path, templates=folder),
        why="clone",
        decide=len(text.decide),
    )


def _loaded(desk: Desk, plan_id: int) -> PlanText:
    with desk.db.read() as session:
        return text_of(session.get_one(Plan, plan_id))


def _name(text: PlanText) -> str:
    return f"{text.head.symbol or text.head.title[:60]}.xlsx".replace("/", "-")


def do_plan_preview(desk: Desk, errand_id: int, at: datetime) -> None:
    """Every message that a plan would send about one unit from today to its end."""
    _, args, unit_id = read_errand(desk, errand_id)
    answers: Mapping[str, str] = args.get("answers", {})
    if "plan" in args:
        text, owner_id = plan_from_json(args["plan"]), unit_id
    else:
        with desk.db.read() as session:
            row = session.get_one(Plan, args["plan_id"])
            text, owner_id, answers = text_of(row), row.unit_id, row.answers
    first = max(local_day(at, desk.zone), text.head.starts)
    if first > text.head.ends:
        first = text.head.starts
    try:
        found = desk.foresee(
            desk,
            text,
            owner_id,
            args["unit"],
            first,
            text.head.ends,
            answers=answers,
            as_usual=args.get("usual", False),
        )
    except Rejected as rejected:
        _fault(desk, errand_id, at, rejected.problems)
        return
    with desk.db.read() as session:
        unit = session.get_one(Unit, args["unit"])
    pages = [found[start : start + LOOKED] for start in range(0, len(found), LOOKED)] or [[]]
    with desk.db.write() as session:
        errand = session.get_one(Errand, errand_id, with_for_update=True, populate_existing=True)
        if errand.state != "new":
            return
        errand.state, errand.done_at = "done", at
        first_look = session.get(Errand, args.get("of", 0))
        undecided = first_look if first_look and first_look.state == "shown" else None
        for number, page in enumerate(pages, 1):
            context: dict[str, Any] = {
                "found": page,
                "number": number,
                "pages": len(pages),
                "total": len(found),
                "undecided": undecided,
                "plan_id": args.get("plan_id"),
            }
            tell_asker(
                desk, session, errand, at, "plans/looked", unit=unit, plan=text, first=first, **context
            )


def do_plan_withdrawal(desk: Desk, errand_id: int, at: datetime) -> None:
    """Takes a plan back."""
    with desk.db.write() as session:
        errand = session.get_one(Errand, errand_id, with_for_update=True, populate_existing=True)
        if errand.state != "agreed":
            return
        row = session.get_one(Plan, errand.args["plan_id"])
        changes = withdraw_plan(session, row, at, desk.zone)
        errand.state, errand.done_at = "done", at
        note_errand(session, errand, at, "plan withdrawn", f"plan:{row.id}")
        tell_asker(desk, session, errand, at, "plans/withdrawn", plan=row, c=changes)


WORK: Mapping[str, Work] = {
    "plan": do_plan_workbook,
    "units": do_units_workbook,
    "template": do_plan_form,
    "unit_template": unit_template,
    "unit_export": unit_export,
    "export": do_plan_export,
    "clone": do_plan_copy,
    "look": do_plan_preview,
    "withdraw": do_plan_withdrawal,
}
