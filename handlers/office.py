"""The office's plans in chat: workbooks sent and asked for, a look ahead, `Áp dụng`, `Huỷ`; the work is done by errands."""

from sqlalchemy import or_, select

from bot.chat import row_id
from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.filetypes import XLSX
from bot.domain.plan import Plan as PlanText
from bot.domain.plan import answered, plan_from_json, unanswered
from bot.domain.problems import Invalid
from bot.domain.reading import number, said
from bot.domain.roles import holders, within
from bot.domain.unit_lookup import find_units
from bot.models import Errand, Plan, Unit

SPANS = ("month", "quarter", "half_year", "year", "none")
GIVEN = ("plan", "units")
ASKED = ("template", "unit_template", "unit_export", "export")
UNDECIDED = ("asking", "shown")
WAITING_SHOWN = 3
OFFERED = 8
YEARS = range(2000, 2101)


def _homes(chat: Chat) -> list[Unit]:
    """The units whose office the person is."""
    return list({m.unit_id: m.unit for m in holders(chat.roles(), "administer")}.values())


def _home(chat: Chat) -> Unit | None:
    homes = _homes(chat)
    if homes:
        return homes[0]
    chat.end()
    chat.say("talk/not_yours")
    return None


def show(chat: Chat) -> None:
    """The plans in force that are the office's own, and what can be done with workbooks."""
    if _home(chat) is None:
        return
    if chat.dialog.flow == FLOW.name:
        chat.end()
    chat.say("office/office", plans=_plans(chat), waiting=_waiting(chat))


def _waiting(chat: Chat) -> list[Errand]:
    """Workbooks that still wait for an answer or for `Áp dụng`, newest first."""
    return list(
        chat.session.scalars(
            select(Errand)
            .where(
                Errand.unit_id.in_([unit.id for unit in _homes(chat)]),
                Errand.kind.in_(GIVEN),
                Errand.state.in_(UNDECIDED),
            )
            .order_by(Errand.id.desc())
            .limit(WAITING_SHOWN)
        )
    )


def _plans(chat: Chat) -> list[Plan]:
    own = [unit.id for unit in _homes(chat)]
    below = within(Unit.path, chat.roles(), "administer")
    return list(
        chat.session.scalars(
            select(Plan)
            .join(Unit, Unit.id == Plan.unit_id)
            .where(or_(Unit.id.in_(own), below), Plan.withdrawn_at.is_(None))
            .order_by(Plan.id)
        )
    )


def _plan(chat: Chat, plan_id: str) -> Plan | None:
    """The plan, if it belongs to a unit of this office."""
    found = [plan for plan in _plans(chat) if str(plan.id) == plan_id]
    if found:
        return found[0]
    chat.end()
    chat.say("talk/not_yours")
    return None


def one_plan(chat: Chat, plan_id: str) -> None:
    plan = _plan(chat, plan_id)
    if plan is not None:
        if chat.dialog.flow == FLOW.name:
            chat.end()
        chat.say("office/one_plan", plan=plan, topics=len(plan.content.get("topics", [])))


def _send(chat: Chat, kind: str, home: Unit, state: str = "new", **args: object) -> None:
    """Leaves an errand for the clock and says so."""
    chat.session.add(
        Errand(
            person_id=chat.person.id, unit_id=home.id, kind=kind, state=state, args=args, created_at=chat.at
        )
    )
    chat.end()
    chat.say("office/working", kind=kind)


def ask_workbook(chat: Chat, kind: str) -> None:
    """A workbook that the office wants to have: an empty one, or one of what is there."""
    home = _home(chat)
    if home is None:
        return
    if kind in ASKED and kind != "export":
        _send(chat, kind, home)
    else:
        chat.desk.routes.unknown(chat)


def export(chat: Chat, plan_id: str) -> None:
    plan, home = _plan(chat, plan_id), _home(chat)
    if plan is not None and home is not None:
        _send(chat, "export", home, plan_id=plan.id)


def give(chat: Chat, kind: str) -> None:
    """Asks for the workbook of a plan or of the units."""
    if _home(chat) is None:
        return
    if kind in GIVEN:
        chat.begin("office", kind=kind)
    else:
        chat.desk.routes.unknown(chat)


def ask_file(chat: Chat) -> None:
    chat.say("office/give", kind=chat.data["kind"], homes=_homes(chat))


def take_file(chat: Chat, answer: Answer) -> None:
    home = _home(chat)
    if home is None:
        return
    books = [file for file in answer.files if file.media_type == XLSX]
    if len(books) != 1 or len(answer.files) != 1:
        raise Invalid("one_workbook")
    homes = _homes(chat)
    facts = {"digest": books[0].digest, "name": books[0].name}
    if len(homes) > 1:
        chat.keep(**facts)
        chat.goto("home")
        return
    _send(chat, chat.data["kind"], home, **facts)


def ask_purpose(chat: Chat) -> None:
    chat.say("office/purpose", name=chat.data["name"])


def take_purpose(chat: Chat, answer: Answer) -> None:
    """What a workbook is for that came without being asked for."""
    home = _home(chat)
    if home is None:
        return
    facts = {"digest": str(chat.data["digest"]), "name": str(chat.data["name"])}
    if answer.value == "paper":
        file = [facts["digest"], facts["name"], chat.data["size"], XLSX]
        chat.begin("papers", step="topic", files=[file])
    elif answer.value not in GIVEN:
        raise Invalid("choose_button")
    elif len(_homes(chat)) > 1:
        chat.keep(kind=answer.value)
        chat.goto("home")
    else:
        _send(chat, answer.value, home, **facts)


def ask_home(chat: Chat) -> None:
    chat.say("office/home", homes=_homes(chat))


def take_home(chat: Chat, answer: Answer) -> None:
    """Whose plan it is, where the person is the office of several committees."""
    chosen = [unit for unit in _homes(chat) if str(unit.id) == answer.value]
    if not chosen:
        raise Invalid("choose_button")
    _send(chat, chat.data["kind"], chosen[0], digest=chat.data["digest"], name=chat.data["name"])


def begin_clone(chat: Chat, plan_id: str) -> None:
    plan = _plan(chat, plan_id)
    if plan is not None:
        chat.begin("office", step="year", plan=plan.id)


def ask_year(chat: Chat) -> None:
    plan = chat.session.get_one(Plan, chat.data["plan"])
    chat.say("office/year", plan=plan, year=chat.today.year)


def take_year(chat: Chat, answer: Answer) -> None:
    year = int(answer.value) if answer.value.isdecimal() else number(answer.text)
    if year not in YEARS:
        raise Invalid("year_unclear", said=said(answer.text))
    plan, home = _plan(chat, str(chat.data["plan"])), _home(chat)
    if plan is not None and home is not None:
        _send(chat, "clone", home, plan_id=plan.id, year=year)


def begin_look(chat: Chat, plan_id: str) -> None:
    """A look ahead for one unit, by a plan that is loaded."""
    plan = _plan(chat, plan_id)
    if plan is not None:
        chat.begin("office", step="unit", plan=plan.id)


def begin_look_first(chat: Chat, errand_id: str) -> None:
    """The same before the plan is applied."""
    errand = _errand(chat, errand_id, "shown")
    if errand is not None:
        chat.begin("office", step="unit", errand=errand.id)


def ask_unit(chat: Chat) -> None:
    found = [chat.session.get_one(Unit, unit_id) for unit_id in chat.data.get("found", [])]
    chat.say(
        "office/look_unit",
        found=found,
        count=chat.data.get("count", 0),
        errand_id=chat.data.get("errand"),
        plan_id=chat.data.get("plan"),
    )


def take_unit(chat: Chat, answer: Answer) -> None:
    scope = within(Unit.path, chat.roles(), "administer")
    units = find_units(
        chat.session, scope, chosen=answer.value, text=answer.text, offered=chat.data.get("found", [])
    )
    chat.keep(found=[unit.id for unit in units[:OFFERED]] if len(units) > 1 else [], count=len(units))
    if not units:
        raise Invalid("unit_unknown", said=said(answer.text))
    if len(units) > 1:
        chat.again()
        return
    home = _home(chat)
    if home is not None:
        _look(chat, home, units[0])


def _look(chat: Chat, home: Unit, unit: Unit) -> None:
    if "errand" in chat.data:
        errand = _errand(chat, str(chat.data["errand"]), "shown")
        if errand is not None:
            facts = {"plan": errand.args["plan"], "answers": errand.args.get("answers", {}), "of": errand.id}
            _send(chat, "look", chat.session.get_one(Unit, errand.unit_id), unit=unit.id, usual=True, **facts)
    elif (plan := _plan(chat, str(chat.data["plan"]))) is not None:
        _send(chat, "look", home, plan_id=plan.id, unit=unit.id, usual=True)


def begin_withdraw(chat: Chat, plan_id: str) -> None:
    plan = _plan(chat, plan_id)
    if plan is not None:
        chat.begin("office", step="withdraw", plan=plan.id)


def ask_withdraw(chat: Chat) -> None:
    chat.say("office/withdraw", plan=chat.session.get_one(Plan, chat.data["plan"]))


def take_withdraw(chat: Chat, answer: Answer) -> None:
    plan, home = _plan(chat, str(chat.data["plan"])), _home(chat)
    if plan is None or home is None:
        return
    if answer.value == "yes":
        _send(chat, "withdraw", home, "agreed", plan_id=plan.id)
    elif answer.value == "no":
        chat.end()
        one_plan(chat, str(plan.id))
    else:
        raise Invalid("choose_button")


def _errand(chat: Chat, errand_id: str, *states: str) -> Errand | None:
    """The office's errand if it stands where the button means; else says that it is over."""
    errand = chat.session.get(Errand, row_id(errand_id), with_for_update=True, populate_existing=True)
    if errand is None or errand.unit_id not in [unit.id for unit in _homes(chat)]:
        chat.end()
        chat.say("talk/not_yours")
        return None
    if errand.state not in states:
        chat.end()
        chat.say("office/over")
        return None
    return errand


def agree(chat: Chat, errand_id: str) -> None:
    errand = _errand(chat, errand_id, "shown")
    if errand is not None:
        errand.state = "agreed"
        chat.end()
        chat.say("office/working", kind="apply")


def show_again(chat: Chat, errand_id: str) -> None:
    """What a workbook would do, or what it leaves open, once more: the buttons of the first time are gone."""
    errand = _errand(chat, errand_id, *UNDECIDED)
    if errand is None:
        return
    if errand.state == "asking":
        text = plan_from_json(errand.args["plan"])
        _ask_period(chat, errand, text, errand.args.get("answers", {}))
        return
    errand.state = "read"
    chat.end()
    chat.say("office/working", kind=errand.kind)


def drop(chat: Chat, errand_id: str) -> None:
    errand = _errand(chat, errand_id, *UNDECIDED)
    if errand is not None:
        errand.state, errand.args, errand.done_at = "dropped", {}, chat.at
        chat.end()
        chat.say("office/dropped")


def answer_period(chat: Chat, errand_id: str, place: str, span: str) -> None:
    """How often something comes that the plan asks "định kỳ": the next question, or the plan is shown."""
    errand = _errand(chat, errand_id, "asking")
    if errand is None:
        return
    text = plan_from_json(errand.args["plan"])
    asked = unanswered(text)
    if span not in SPANS or not place.isdecimal() or not 1 <= int(place) <= len(asked):
        chat.desk.routes.unknown(chat)
        return
    answers = {**errand.args.get("answers", {}), asked[int(place) - 1].key: span}
    errand.args = {**errand.args, "answers": answers}
    if unanswered(answered(text, answers)):
        _ask_period(chat, errand, text, answers)
        return
    errand.state = "read"
    chat.say("office/working", kind="plan")


def _ask_period(chat: Chat, errand: Errand, text: PlanText, answers: dict[str, str]) -> None:
    asked, left = unanswered(text), unanswered(answered(text, answers))
    number_of = [duty.key for duty in asked].index(left[0].key) + 1
    chat.end()
    chat.say("office/ask", errand=errand, duty=left[0], number=number_of, total=len(asked))


FLOW = Flow(
    "office",
    Step("file", ask_file, take_file, files=True),
    Step("home", ask_home, take_home),
    Step("purpose", ask_purpose, take_purpose),
    Step("year", ask_year, take_year, numbers=True),
    Step("unit", ask_unit, take_unit, numbers=True),
    Step("withdraw", ask_withdraw, take_withdraw),
)
