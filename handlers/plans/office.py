"""The office's plans in chat: workbooks sent and asked for, a look ahead, a plan taken back; the work is done by errands."""

from dataclasses import dataclass

from sqlalchemy import select

from bot.duties.in_force import plans_in_force
from bot.materials.sending import Sending
from bot.messages import File
from bot.people.roles import role_holders
from bot.problems import Invalid
from bot.reading.words import fold, quoted_words, read_number, read_yes_no
from bot.store.filetypes import CSV, XLS, XLSX
from bot.tables import Errand, ErrandKind, ErrandState, Plan, Unit
from bot.tables.asked import Asked, GivenWorkbook, LoadedPlan, Nothing, PlanPreview
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep, Handler
from bot.units.finding import FindingUnit, take_unit_found
from handlers.plans.offices import UNDECIDED, first_office, offices_of, own_errand, own_plan

GIVEN = (ErrandKind.PLAN, ErrandKind.UNITS)
ASKED = (ErrandKind.TEMPLATE, ErrandKind.UNIT_TEMPLATE, ErrandKind.UNIT_EXPORT, ErrandKind.EXPORT)
WAITING_SHOWN = 3
YEARS = range(2000, 2101)


@dataclass
class OfficeWork(FindingUnit):
    """What the workbook is and its file; the plan, or the errand of one that is not applied yet, that something is done with."""

    kind: str = ""
    digest: str = ""
    name: str = ""
    size: int = 0
    plan: int | None = None
    errand: int | None = None


def show_office(chat: Chat) -> None:
    """The plans in force that are the office's own, and what can be done with workbooks."""
    if first_office(chat) is None:
        return
    if chat.dialog.flow in (FLOW.name, "office_day"):
        chat.end()
    chat.say("plans/office", plans=plans_in_force(chat.session, chat.roles()), waiting=_waiting(chat))


def _waiting(chat: Chat) -> list[Errand]:
    """Workbooks that still wait for an answer or for `Áp dụng`, newest first."""
    return list(
        chat.session.scalars(
            select(Errand)
            .where(
                Errand.unit_id.in_([unit.id for unit in offices_of(chat)]),
                Errand.kind.in_(GIVEN),
                Errand.state.in_(UNDECIDED),
            )
            .order_by(Errand.id.desc())
            .limit(WAITING_SHOWN)
        )
    )


def one_plan(chat: Chat, plan_id: str) -> None:
    plan = own_plan(chat, plan_id)
    if plan is not None:
        if chat.dialog.flow == FLOW.name:
            chat.end()
        chat.say("plans/one_plan", plan=plan, topics=len(plan.content.get("topics", [])))


def _send(chat: Chat, kind: ErrandKind, home: Unit, args: Asked = Nothing()) -> None:
    """Leaves an errand for the clock and says so. That a plan is to be withdrawn has been agreed to before."""
    state = ErrandState.AGREED if kind == ErrandKind.WITHDRAW else ErrandState.NEW
    chat.session.add(
        Errand(
            person_id=chat.person.id, unit_id=home.id, kind=kind, state=state, args=args, created_at=chat.at
        )
    )
    chat.end()
    chat.say("plans/working", kind=kind)


def ask_workbook(chat: Chat, kind: str) -> None:
    """A workbook that the office wants to have: an empty one, or one of what is there."""
    home = first_office(chat)
    if home is None:
        return
    if kind in ASKED and kind != ErrandKind.EXPORT:
        _send(chat, ErrandKind(kind), home)
    else:
        chat.desk.routes.unknown(chat)


def export_plan(chat: Chat, plan_id: str) -> None:
    plan, home = own_plan(chat, plan_id), first_office(chat)
    if plan is not None and home is not None:
        _send(chat, ErrandKind.EXPORT, home, LoadedPlan(plan.id))


def ask_to_send_workbook(chat: Chat, kind: str) -> None:
    """Asks for the workbook of a plan or of the units."""
    if first_office(chat) is None:
        return
    if kind in GIVEN:
        chat.begin(OfficeWork(kind))
    else:
        chat.desk.routes.unknown(chat)


def ask_file(chat: Chat) -> None:
    kind, homes = chat.answers(OfficeWork).kind, offices_of(chat)
    chat.say("plans/give", kind=kind, homes=homes, upload=chat.upload_link())


def take_file(chat: Chat, answer: Answer) -> None:
    home = first_office(chat)
    if home is None:
        return
    work = chat.answers(OfficeWork)
    taken = (XLSX, CSV) if work.kind == "units" else (XLSX,)
    books = [file for file in answer.files if file.media_type in taken]
    if len(books) != 1 or len(answer.files) != 1:
        raise _no_workbook(chat, answer)
    work.digest, work.name = books[0].digest, books[0].name
    _send_workbook(chat, work, home)


def _send_workbook(chat: Chat, work: OfficeWork, home: Unit) -> None:
    """Asks the office of several committees whose it is first."""
    if len(offices_of(chat)) > 1:
        chat.goto("home")
    else:
        _send(chat, ErrandKind(work.kind), home, GivenWorkbook(work.name, work.digest))


def _no_workbook(chat: Chat, answer: Answer) -> Invalid:
    """What is wrong with what was sent instead of one workbook: the file's own trouble, where it has one."""
    if any(file.media_type == XLS for file in answer.files):
        return Invalid("sheet_old")
    if len(answer.files) == 1 and chat.answers(OfficeWork).kind == ErrandKind.PLAN:
        name = answer.files[0].name
        other = answer.files[0].media_type
        return Invalid("table_not_here" if other == CSV else "plan_is_document", name=name)
    for refused in chat.event.refused:
        return Invalid(refused.code, **dict(refused.facts))
    return Invalid("one_workbook")


def books_first(otherwise: Handler) -> Handler:
    """A workbook that came without being asked for to who is nothing but an office; everything else is for `otherwise`."""

    def take(chat: Chat) -> None:
        files = chat.event.files
        office = role_holders(chat.roles(), "administer") and not role_holders(chat.roles(), "lead")
        if office and len(files) == 1 and files[0].media_type == XLSX:
            chat.begin(OfficeWork(digest=files[0].digest, name=files[0].name, size=files[0].size), "purpose")
        else:
            otherwise(chat)

    return take


def ask_workbook_purpose(chat: Chat) -> None:
    chat.say("plans/purpose", name=chat.answers(OfficeWork).name)


def take_workbook_purpose(chat: Chat, answer: Answer) -> None:
    """What a workbook is for that came without being asked for."""
    home = first_office(chat)
    if home is None:
        return
    work = chat.answers(OfficeWork)
    if answer.value == "drop":
        chat.end()
        chat.say("plans/dropped")
    elif answer.value == "material":
        chat.begin(Sending([File(work.digest, work.name, work.size, XLSX)]), "topic")
    elif answer.value not in GIVEN:
        raise Invalid("choose_button")
    else:
        work.kind = answer.value
        _send_workbook(chat, work, home)


def ask_home(chat: Chat) -> None:
    chat.say("plans/home", homes=offices_of(chat))


def take_home(chat: Chat, answer: Answer) -> None:
    """Whose plan it is, where the person is the office of several committees."""
    words, homes = fold(answer.text), offices_of(chat)
    named = [unit for unit in homes if words and words in (fold(unit.code), fold(unit.name))]
    chosen = named or [unit for unit in homes if str(unit.id) == answer.value]
    if not chosen:
        raise Invalid("choose_button")
    work = chat.answers(OfficeWork)
    _send(chat, ErrandKind(work.kind), chosen[0], GivenWorkbook(work.name, work.digest))


def begin_clone(chat: Chat, plan_id: str) -> None:
    plan = own_plan(chat, plan_id)
    if plan is not None:
        chat.begin(OfficeWork(plan=plan.id), "year")


def ask_year(chat: Chat) -> None:
    plan = chat.session.get_one(Plan, chat.answers(OfficeWork).plan)
    chat.say("plans/year", plan=plan, year=chat.today.year)


def take_year(chat: Chat, answer: Answer) -> None:
    year = int(answer.value) if answer.value.isdecimal() else read_number(answer.text)
    if year not in YEARS:
        raise Invalid("year_unclear", said=quoted_words(answer.text))
    plan, home = own_plan(chat, str(chat.answers(OfficeWork).plan)), first_office(chat)
    if plan is not None and home is not None:
        _send(chat, ErrandKind.CLONE, home, LoadedPlan(plan.id, year))


def begin_look(chat: Chat, plan_id: str) -> None:
    """A look ahead for one unit, by a plan that is loaded."""
    plan = own_plan(chat, plan_id)
    if plan is not None:
        chat.begin(OfficeWork(plan=plan.id), "unit")


def begin_look_first(chat: Chat, errand_id: str) -> None:
    """The same before the plan is applied."""
    errand = own_errand(chat, errand_id, ErrandState.SHOWN)
    if errand is not None:
        chat.begin(OfficeWork(errand=errand.id), "unit")


def ask_previewed_unit(chat: Chat) -> None:
    work = chat.answers(OfficeWork)
    chat.say(
        "plans/look_unit",
        found=work.units(chat),
        count=work.count,
        errand_id=work.errand,
        plan_id=work.plan,
    )


def take_previewed_unit(chat: Chat, answer: Answer) -> None:
    unit = take_unit_found(chat, answer, chat.answers(OfficeWork))
    home = first_office(chat) if unit else None
    if unit is not None and home is not None:
        _look(chat, home, unit)


def _look(chat: Chat, home: Unit, unit: Unit) -> None:
    work = chat.answers(OfficeWork)
    if work.errand is not None:
        errand = own_errand(chat, str(work.errand), ErrandState.SHOWN)
        if errand is not None:
            given = errand.about(GivenWorkbook)
            seen = PlanPreview(unit.id, True, plan=given.plan, answers=given.answers, of=errand.id)
            _send(chat, ErrandKind.LOOK, errand.unit, seen)
    elif (plan := own_plan(chat, str(work.plan))) is not None:
        _send(chat, ErrandKind.LOOK, home, PlanPreview(unit.id, True, plan_id=plan.id))


def begin_withdraw(chat: Chat, plan_id: str) -> None:
    plan = own_plan(chat, plan_id)
    if plan is not None:
        chat.begin(OfficeWork(plan=plan.id), "withdraw")


def ask_withdraw(chat: Chat) -> None:
    chat.say("plans/withdraw", plan=chat.session.get_one(Plan, chat.answers(OfficeWork).plan))


def take_withdraw(chat: Chat, answer: Answer) -> None:
    plan, home = own_plan(chat, str(chat.answers(OfficeWork).plan)), first_office(chat)
    if plan is None or home is None:
        return
    if answer.value == "yes":
        _send(chat, ErrandKind.WITHDRAW, home, LoadedPlan(plan.id))
    elif answer.value == "no" or read_yes_no(answer.text or "?") is False:
        chat.end()
        one_plan(chat, str(plan.id))
    else:
        raise Invalid("choose_button")


FLOW = Flow(
    "office",
    FlowStep("file", ask_file, take_file, files=True, tables=True),
    FlowStep("home", ask_home, take_home),
    FlowStep("purpose", ask_workbook_purpose, take_workbook_purpose),
    FlowStep("year", ask_year, take_year, numbers=True),
    FlowStep("unit", ask_previewed_unit, take_previewed_unit, numbers=True),
    FlowStep("withdraw", ask_withdraw, take_withdraw),
    answers=OfficeWork,
)
