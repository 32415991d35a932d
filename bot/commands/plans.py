"""The commands about plans: `python -m bot plan …`."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.commands.common import (
    AGENDAS,
    TEMPLATES,
    configured_database,
    elsewhere,
    existing_file,
    explain_problems,
    message_renderer,
    owner_of,
    say_line,
    shipped_rules,
    unit_of,
)
from bot.duties.loading import load_by_portions
from bot.duties.named_units import unknown_units
from bot.duties.taking_back import withdraw_by_portions
from bot.plans.cloning.draft import clone_plan
from bot.plans.deadlines import tight_meetings
from bot.plans.guidance.rules import superseded_notices, with_minutes
from bot.plans.plan import PlanText
from bot.plans.questions import LEFT_OUT, plan_questions, read_answer, with_answers
from bot.plans.yaml_in import read_agenda, read_plan
from bot.plans.yaml_out import plan_to_yaml
from bot.problems import Invalid, Problem, Rejected
from bot.reminders.look_ahead import foresee_messages
from bot.store.links import SignedLinks
from bot.tables import Duty, DutyState, Plan
from bot.talk.desk import Desk
from bot.talk.receive import utc_now
from bot.wording import read_words
from handlers import ROUTES

plan_app = typer.Typer(no_args_is_help=True, help="Plans: template, check, load, list, clone, withdraw.")


def read_any(file: Path) -> PlanText:
    """A plan from YAML or from a workbook, by the file's extension. Raises Rejected with all that is wrong."""
    existing_file(file)
    kind = file.suffix.lower()
    if kind in (".yaml", ".yml"):
        return read_plan(file, agendas=AGENDAS)
    from bot.units.given_plans import (  # its libraries take memory that `run` need not
        is_units_list,
        read_given_plan,
    )

    if kind in (".xlsx", ".xls"):
        with elsewhere("plan_is_units", "units import"):
            return read_given_plan(file, TEMPLATES)
    if is_units_list(file, TEMPLATES):
        raise Rejected([Problem(file.name, "plan_is_units", {"command": "units import"})])
    raise Rejected([Problem(file.name, "plan_is_document", {"name": file.name})])


def write_any(plan: PlanText, file: Path) -> None:
    if file.suffix.lower() == ".xlsx":
        from bot.plans.workbook import write_plan

        write_plan(plan, file, templates=TEMPLATES)
        return
    shipped = {path.stem: read_agenda(path) for path in sorted(AGENDAS.glob("*.yaml"))}
    file.write_text(plan_to_yaml(plan, shipped), "utf-8")


def answers_of(plan: PlanText, given: list[str]) -> dict[str, str]:
    """ "KEY=quarter" or "KEY=31/01" for each thing whose days the plan leaves open.

    Raises Invalid: plan_answer for a key that is not asked about, and what `read_answer` raises.
    """
    asked = {question.key: question for question in plan_questions(plan)}
    found: dict[str, str] = {}
    for one in given:
        key, _, text = one.partition("=")
        if key not in asked:
            raise Invalid("plan_answer", said=one, known=", ".join(asked))
        found[key] = read_answer(asked[key], text)
    return found


@plan_app.command("template")
def plan_template(file: Path) -> None:
    """Writes an empty workbook for a plan, with drop-downs, an example and a page of help."""
    from bot.plans.workbook import write_template

    with explain_problems():
        write_template(file, agendas=AGENDAS, templates=TEMPLATES)
        say_line("plan_template", file=file)


@plan_app.command("check")
def plan_check(file: Path) -> None:
    """Reads a plan and says all that is wrong with it."""
    with explain_problems():
        plan = read_any(file)
        say_line("plan_checked", plan=plan, documents=documents_in(plan), **_open_matters(plan))


def documents_in(plan: PlanText) -> int:
    """How many documents its topics come with."""
    return sum(len(t.documents) + sum(len(v.documents) for v in t.variants) for t in plan.topics)


def _open_matters(plan: PlanText) -> Mapping[str, Any]:
    told = superseded_notices(plan, shipped_rules(), utc_now().date())
    return {
        "notices": told,
        "tight": tight_meetings(plan),
        "asked": plan_questions(plan),
        "decide": plan.decide,
    }


@plan_app.command("load")
def plan_load(
    file: Path,
    unit: Annotated[str, typer.Option(help="Code of the committee that owns the plan.")] = "",
    answer: Annotated[
        list[str] | None,
        typer.Option(help="KEY=quarter, KEY=31/01: for what the plan gives no period or no day."),
    ] = None,
) -> None:
    """Loads a plan (YAML or XLSX), or loads it again after an edit, and prints what has changed."""
    with explain_problems():
        text = with_minutes(read_any(file), shipped_rules())
        answers = answers_of(text, answer or [])
        with configured_database(beside=True) as (settings, db):
            with db.read() as session:
                owner = owner_of(session, unit)
                unknown = unknown_units(session, text, owner)
            now = settings.moment(utc_now())
            plan, changes = load_by_portions(db, text, owner.id, now, answers)
            told = superseded_notices(text, shipped_rules(), now.today)
            tight = tight_meetings(with_answers(text, plan.answers))
            facts = {"notices": told, "tight": tight, "unknown": unknown}
            say_line("plan_loaded", plan=plan, unit=owner, c=changes, **facts)


@plan_app.command("clone")
def plan_clone(
    file: Path,
    year: Annotated[int, typer.Option(help="The year to which the plan is moved.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write it, .yaml or .xlsx; beside the file if left out.")
    ] = None,
) -> None:
    """Writes the plan once more for another year; the file itself stays as it is, open decisions are marked."""
    with explain_problems():
        target = out or file.with_name(f"{file.stem}-{year}{file.suffix}")
        if target.exists():
            raise Invalid("file_exists", name=target)
        sentences = read_words(TEMPLATES / "plans" / "cloning.yaml")
        moved = clone_plan(read_any(file), year, shipped_rules(), sentences)
        write_any(moved, target)
        say_line("plan_cloned", file=target, plan=moved)


@plan_app.command("withdraw")
def plan_withdraw(number: Annotated[int, typer.Argument(help="Its number in `plan list`.")]) -> None:
    """Takes a plan back: what is done or past stays in the figures, the rest is asked no more."""
    with explain_problems(), configured_database(beside=True) as (settings, db):
        with db.read() as session:
            plan = session.get(Plan, number)
        if plan is None or plan.withdrawn_at is not None:
            raise Invalid("plan_unknown", said=number)
        changes = withdraw_by_portions(db, number, settings.moment(utc_now()))
        say_line("plan_withdrawn", plan=plan, c=changes)


@plan_app.command("list")
def plan_list() -> None:
    """Lists the loaded plans."""
    with explain_problems(), configured_database() as (_, db), db.read() as session:
        plans = []
        for plan in session.scalars(select(Plan).where(Plan.withdrawn_at.is_(None)).order_by(Plan.id)):
            counted = select(Duty.state, func.count()).where(Duty.plan_id == plan.id).group_by(Duty.state)
            states = {row[0]: row[1] for row in session.execute(counted)}
            plans.append((plan, states.get(DutyState.OPEN, 0), states.get(DutyState.DONE, 0)))
        say_line("plans", plans=plans)


@plan_app.command("preview")
def plan_preview(
    file: Path,
    unit: Annotated[str, typer.Option(help="Code of the unit that is looked at.")],
    first: Annotated[str, typer.Option("--from", help="First day, as 2022-04-01; today if left out.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day; the plan's last if left out.")] = "",
    owner: Annotated[
        str, typer.Option(help="Code of the committee that owns the plan; the root if left out.")
    ] = "",
    answer: Annotated[list[str] | None, typer.Option(help="KEY=quarter, as for plan load.")] = None,
    usual: Annotated[bool, typer.Option(help="Meetings are set for the unit's usual day.")] = True,
) -> None:
    """Prints every message that the plan would send about one unit, to whom and when; nothing is sent or kept."""
    with explain_problems():
        text = with_minutes(read_any(file), shipped_rules())
        with configured_database() as (settings, db):
            with db.read() as session:
                about = unit_of(session, unit)
                owner_id = unit_of(session, owner).id if owner else _owner_above(session, about.path)
            announced = text.head.starts - timedelta(days=text.head.announce)
            begin = _day(first) or max(settings.moment(utc_now()).today, announced)
            end = _day(last) or text.head.ends
            said = answers_of(text, answer or [])
            left = [one for one in plan_questions(text) if one.key not in said]
            answers = {**{one.key: LEFT_OUT for one in left}, **said}
            links = SignedLinks("", settings.url)
            desk = Desk(db, message_renderer(settings), ROUTES, settings.zone, links, rules=shipped_rules())
            found = foresee_messages(
                desk, text, owner_id, about.id, begin, end, answers=answers, as_usual=usual
            )
            say_line("plan_preview", found=found, unit=about, first=begin, last=end, asked=left, usual=usual)


def _owner_above(session: Session, path: str) -> int:
    """The root of the unit's own tree."""
    return int(path.split("/")[1])


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Invalid("day_unclear", said=said) from None
