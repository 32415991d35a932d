"""The office's plans, outside of any talk: a workbook read, asked about, shown, applied; workbooks written; a plan taken back."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from bot.duties.changes import Changes
from bot.duties.loading import load_portion, try_plan
from bot.duties.named_units import unknown_units
from bot.duties.reloading import text_of
from bot.duties.taking_back import withdraw_portion
from bot.plans.cloning.draft import clone_plan
from bot.plans.deadlines import tight_meetings
from bot.plans.guidance.rules import superseded_notices, with_minutes
from bot.plans.plan import PlanText, plan_from_json, plan_to_json
from bot.plans.questions import plan_questions, with_answers
from bot.problems import Problem, Rejected
from bot.tables import Errand, ErrandState, Plan, Unit
from bot.tables.asked import GivenWorkbook, LoadedPlan, Nothing
from bot.talk.desk import Desk
from bot.talk.errands import (
    finish_errand,
    note_errand,
    read_errand,
    read_workbook,
    refuse_errand,
    send_workbook,
    tell_asker,
    work_by_portions,
)
from bot.wording import read_words
from handlers.plans.offices import plan_given

CHANGES = TypeAdapter(Changes)
SHOWN = 15
"""So many notices are told at once."""


def do_plan_workbook(desk: Desk, errand_id: int, at: datetime) -> None:
    from bot.units.given_plans import read_given_plan  # its libraries take memory that most days need not

    state, given, unit_id = read_errand(desk, errand_id, GivenWorkbook)
    try:
        if state == ErrandState.AGREED:
            _apply_plan(desk, errand_id, at)
            return
        if given.plan:
            text = plan_from_json(given.plan)
        else:
            text = with_minutes(read_workbook(desk, given, read_given_plan), desk.rules)
        if text.decide:
            raise Rejected([Problem(one.field, "plan_decide", {"why": one.why}) for one in text.decide])
        _show_plan(desk, errand_id, text, given, unit_id, at)
    except Rejected as rejected:
        refuse_errand(desk, errand_id, at, rejected.problems)


def _show_plan(
    desk: Desk, errand_id: int, text: PlanText, given: GivenWorkbook, unit_id: int, at: datetime
) -> None:
    """What loading would do; or the next question that the plan leaves open."""
    answers = given.answers
    tell = partial(finish_errand, desk, errand_id, at, args=replace(given, plan=plan_to_json(text)))
    whole = with_answers(text, answers)
    left, total = plan_questions(whole), len(plan_questions(text))
    if left:
        number = total - len(left) + 1
        tell("plans/ask", state=ErrandState.ASKING, question=left[0], number=number, total=total)
        return
    changes, cells = try_plan(desk.db, text, unit_id, desk.moment(at), answers)
    notices = superseded_notices(text, desk.rules, desk.moment(at).today)
    with desk.db.read() as session:
        unknown = unknown_units(session, text, session.get_one(Unit, unit_id))
    tell(
        "plans/plan_shown",
        state=ErrandState.SHOWN,
        plan=text,
        documents=sum(
            len(d) for topic in text.topics for d in (topic.documents, *(v.documents for v in topic.variants))
        ),
        reports=sum(duty.do == "report" for duty in whole.duties),
        confirmations=sum(duty.do == "confirm" for duty in whole.duties),
        cells=cells,
        c=changes,
        unknown=unknown,
        notices=notices[:SHOWN],
        tight=tight_meetings(whole),
        more=max(0, len(notices) - SHOWN),
    )


def _apply_plan(desk: Desk, errand_id: int, at: datetime) -> None:
    work_by_portions(desk, errand_id, partial(_apply_portion, at=at))


def _apply_portion(desk: Desk, session: Session, errand: Errand, at: datetime) -> bool:
    given = errand.about(GivenWorkbook)
    text, answers = plan_given(errand)
    owner = session.get_one(Unit, errand.unit_id)
    changes = _done_so_far(given)
    loaded, through = load_portion(session, text, owner, desk.moment(at), answers, changes, given.through)
    if through is not None:
        loaded.loading_id = errand.id
        errand.args = replace(given, through=through, done=CHANGES.dump_json(changes).decode())
        return True
    errand.state, errand.done_at, errand.args = ErrandState.DONE, at, Nothing()
    note_errand(session, errand, at, "plan loaded", f"plan:{loaded.id}")
    tell_asker(desk, session, errand, at, "plans/plan_applied", plan=loaded, c=changes)
    return False


def _done_so_far(asked: GivenWorkbook | LoadedPlan) -> Changes:
    return CHANGES.validate_json(asked.done) if asked.done else Changes()


def send_plan_template(desk: Desk, errand_id: int, at: datetime) -> None:
    """An empty plan with its help."""
    from bot.plans.workbook import write_template

    folder = desk.render.folder
    write = partial(write_template, agendas=folder / "agendas", templates=folder)
    send_workbook(desk, errand_id, at, desk.render.words["files"]["plan_template"], write, why="template")


def write_loaded_plan(desk: Desk, errand_id: int, at: datetime) -> None:
    """A loaded plan as a workbook."""
    from bot.plans.workbook import write_plan

    _, asked, _ = read_errand(desk, errand_id, LoadedPlan)
    text = _loaded_plan(desk, asked.plan_id)
    write = partial(write_plan, text, templates=desk.render.folder)
    send_workbook(desk, errand_id, at, _file_name(text), write, why="export")


def copy_plan(desk: Desk, errand_id: int, at: datetime) -> None:
    """A loaded plan for another year, as a workbook that says what is to be decided."""
    from bot.plans.workbook import write_plan

    _, asked, _ = read_errand(desk, errand_id, LoadedPlan)
    folder, year = desk.render.folder, asked.year
    sentences = read_words(folder / "plans" / "cloning.yaml")
    text = clone_plan(_loaded_plan(desk, asked.plan_id), year, desk.rules, sentences)
    name, write = f"{year} {_file_name(text)}", partial(write_plan, text, templates=folder)
    send_workbook(desk, errand_id, at, name, write, why="clone", decide=len(text.decide))


def _loaded_plan(desk: Desk, plan_id: int) -> PlanText:
    with desk.db.read() as session:
        return text_of(session.get_one(Plan, plan_id))


def _file_name(text: PlanText) -> str:
    return f"{text.head.symbol or text.head.title[:60]}.xlsx".replace("/", "-")


def take_plan_back(desk: Desk, errand_id: int, at: datetime) -> None:
    work_by_portions(desk, errand_id, partial(_take_back_portion, at=at))


def _take_back_portion(desk: Desk, session: Session, errand: Errand, at: datetime) -> bool:
    asked = errand.about(LoadedPlan)
    row = session.get_one(Plan, asked.plan_id, with_for_update=True, populate_existing=True)
    changes = _done_so_far(asked)
    through = withdraw_portion(session, row, desk.moment(at), changes, asked.through)
    if through is not None:
        row.loading_id = errand.id
        errand.args = replace(asked, through=through, done=CHANGES.dump_json(changes).decode())
        return True
    errand.state, errand.done_at, errand.args = ErrandState.DONE, at, LoadedPlan(row.id)
    note_errand(session, errand, at, "plan withdrawn", f"plan:{row.id}")
    tell_asker(desk, session, errand, at, "plans/withdrawn", plan=row, c=changes)
    return False
