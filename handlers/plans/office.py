"""The office's plans in chat: workbooks sent and asked for, a look ahead, a plan taken back; the work is done by errands."""

from sqlalchemy import select

from bot.people.roles import within_subtree
from bot.problems import Invalid
from bot.reading.words import fold, quoted_words, read_number, read_yes_no
from bot.store.filetypes import CSV, XLS, XLSX
from bot.tables import Errand, Plan, Unit
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from bot.units.lookup import find_units
from handlers.plans.offices import UNDECIDED, first_office, offices_of, own_errand, own_plan, plans_in_force

GIVEN = ("plan", "units")
ASKED = ("template", "unit_template", "unit_export", "export")
WAITING_SHOWN = 3
OFFERED = 8
YEARS = range(2000, 2101)


def show_office(chat: Chat) -> None:
    """The plans in force that are the office's own, and what can be done with workbooks."""
    if first_office(chat) is None:
        return
    if chat.dialog.flow in (FLOW.name, "office_day"):
        chat.end()
    chat.say("plans/office", plans=plans_in_force(chat), waiting=_waiting(chat))


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


def _send(chat: Chat, kind: str, home: Unit, state: str = "new", **args: object) -> None:
    """Leaves an errand for the clock and says so."""
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
    if kind in ASKED and kind != "export":
        _send(chat, kind, home)
    else:
        chat.desk.routes.unknown(chat)


def export_plan(chat: Chat, plan_id: str) -> None:
    plan, home = own_plan(chat, plan_id), first_office(chat)
    if plan is not None and home is not None:
        _send(chat, "export", home, plan_id=plan.id)


def ask_to_send_workbook(chat: Chat, kind: str) -> None:
    """Asks for the workbook of a plan or of the units."""
    if first_office(chat) is None:
        return
    if kind in GIVEN:
        chat.begin("office", kind=kind)
    else:
        chat.desk.routes.unknown(chat)


def ask_file(chat: Chat) -> None:
    chat.say("plans/give", kind=chat.data["kind"], homes=offices_of(chat))


def take_file(chat: Chat, answer: Answer) -> None:
    home = first_office(chat)
    if home is None:
        return
    taken = (XLSX, CSV) if chat.data["kind"] == "units" else (XLSX,)
    books = [file for file in answer.files if file.media_type in taken]
    if len(books) != 1 or len(answer.files) != 1:
        raise _no_workbook(chat, answer)
    homes = offices_of(chat)
    facts = {"digest": books[0].digest, "name": books[0].name}
    if len(homes) > 1:
        chat.keep(**facts)
        chat.goto("home")
        return
    _send(chat, chat.data["kind"], home, **facts)


def _no_workbook(chat: Chat, answer: Answer) -> Invalid:
    """What is wrong with what was sent instead of one workbook: the file's own trouble, where it has one."""
    if any(file.media_type == XLS for file in answer.files):
        return Invalid("sheet_old")
    for refused in chat.event.refused:
        return Invalid(refused.code, **dict(refused.facts))
    return Invalid("one_workbook")


def ask_workbook_purpose(chat: Chat) -> None:
    chat.say("plans/purpose", name=chat.data["name"])


def take_workbook_purpose(chat: Chat, answer: Answer) -> None:
    """What a workbook is for that came without being asked for."""
    home = first_office(chat)
    if home is None:
        return
    facts = {"digest": str(chat.data["digest"]), "name": str(chat.data["name"])}
    if answer.value == "drop":
        chat.end()
        chat.say("plans/dropped")
    elif answer.value == "material":
        file = [facts["digest"], facts["name"], chat.data["size"], XLSX]
        chat.begin("materials", step="topic", files=[file])
    elif answer.value not in GIVEN:
        raise Invalid("choose_button")
    elif len(offices_of(chat)) > 1:
        chat.keep(kind=answer.value)
        chat.goto("home")
    else:
        _send(chat, answer.value, home, **facts)


def ask_home(chat: Chat) -> None:
    chat.say("plans/home", homes=offices_of(chat))


def take_home(chat: Chat, answer: Answer) -> None:
    """Whose plan it is, where the person is the office of several committees."""
    words, homes = fold(answer.text), offices_of(chat)
    named = [unit for unit in homes if words and words in (fold(unit.code), fold(unit.name))]
    chosen = named or [unit for unit in homes if str(unit.id) == answer.value]
    if not chosen:
        raise Invalid("choose_button")
    _send(chat, chat.data["kind"], chosen[0], digest=chat.data["digest"], name=chat.data["name"])


def begin_clone(chat: Chat, plan_id: str) -> None:
    plan = own_plan(chat, plan_id)
    if plan is not None:
        chat.begin("office", step="year", plan=plan.id)


def ask_year(chat: Chat) -> None:
    plan = chat.session.get_one(Plan, chat.data["plan"])
    chat.say("plans/year", plan=plan, year=chat.today.year)


def take_year(chat: Chat, answer: Answer) -> None:
    year = int(answer.value) if answer.value.isdecimal() else read_number(answer.text)
    if year not in YEARS:
        raise Invalid("year_unclear", said=quoted_words(answer.text))
    plan, home = own_plan(chat, str(chat.data["plan"])), first_office(chat)
    if plan is not None and home is not None:
        _send(chat, "clone", home, plan_id=plan.id, year=year)


def begin_look(chat: Chat, plan_id: str) -> None:
    """A look ahead for one unit, by a plan that is loaded."""
    plan = own_plan(chat, plan_id)
    if plan is not None:
        chat.begin("office", step="unit", plan=plan.id)


def begin_look_first(chat: Chat, errand_id: str) -> None:
    """The same before the plan is applied."""
    errand = own_errand(chat, errand_id, "shown")
    if errand is not None:
        chat.begin("office", step="unit", errand=errand.id)


def ask_previewed_unit(chat: Chat) -> None:
    found = [chat.session.get_one(Unit, unit_id) for unit_id in chat.data.get("found", [])]
    chat.say(
        "plans/look_unit",
        found=found,
        count=chat.data.get("count", 0),
        errand_id=chat.data.get("errand"),
        plan_id=chat.data.get("plan"),
    )


def take_previewed_unit(chat: Chat, answer: Answer) -> None:
    scope = within_subtree(Unit.path, chat.roles(), "administer")
    units = find_units(
        chat.session, scope, chosen=answer.value, text=answer.text, offered=chat.data.get("found", [])
    )
    chat.keep(found=[unit.id for unit in units[:OFFERED]] if len(units) > 1 else [], count=len(units))
    if not units:
        raise Invalid("unit_unknown", said=quoted_words(answer.text))
    if len(units) > 1:
        chat.again()
        return
    home = first_office(chat)
    if home is not None:
        _look(chat, home, units[0])


def _look(chat: Chat, home: Unit, unit: Unit) -> None:
    if "errand" in chat.data:
        errand = own_errand(chat, str(chat.data["errand"]), "shown")
        if errand is not None:
            facts = {"plan": errand.args["plan"], "answers": errand.args.get("answers", {}), "of": errand.id}
            _send(chat, "look", chat.session.get_one(Unit, errand.unit_id), unit=unit.id, usual=True, **facts)
    elif (plan := own_plan(chat, str(chat.data["plan"]))) is not None:
        _send(chat, "look", home, plan_id=plan.id, unit=unit.id, usual=True)


def begin_withdraw(chat: Chat, plan_id: str) -> None:
    plan = own_plan(chat, plan_id)
    if plan is not None:
        chat.begin("office", step="withdraw", plan=plan.id)


def ask_withdraw(chat: Chat) -> None:
    chat.say("plans/withdraw", plan=chat.session.get_one(Plan, chat.data["plan"]))


def take_withdraw(chat: Chat, answer: Answer) -> None:
    plan, home = own_plan(chat, str(chat.data["plan"])), first_office(chat)
    if plan is None or home is None:
        return
    if answer.value == "yes":
        _send(chat, "withdraw", home, "agreed", plan_id=plan.id)
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
)
