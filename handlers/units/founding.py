"""A unit is added below another one in chat: its name, its kind where the name does not say it, its members; shown, then done by what writes lists."""

from dataclasses import dataclass, replace

from sqlalchemy import select

from bot.people.roles import topmost_units
from bot.problems import Invalid, Rejected
from bot.reading.unit_words import kind_of_name
from bot.reading.words import read_yes_no
from bot.tables import Unit
from bot.talk.answers import Answers
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from bot.units.applying import Applied, try_unit
from bot.units.form import read_units_form
from bot.units.rows import UnitRow
from bot.units.typed import check_code_free, check_name_free, typed_row
from handlers.units.changing import apply_as_shown, first_problem, office_over


@dataclass
class Founding(Answers):
    """The unit above; of the new one its cells of the list; the mark of what was shown."""

    above: int
    name: str = ""
    kind: str = ""
    members: str = ""
    code: str = ""
    shown: str = ""


def begin_adding(chat: Chat, unit_id: str = "") -> None:
    """Below the unit of this id, or below the office's own."""
    tops = topmost_units(chat.roles(), "administer")
    above = chat.session.get(Unit, row_id(unit_id)) if unit_id else tops[0] if tops else None
    if above is None or above.closed_on is not None or not chat.may("administer", above.path):
        chat.refuse()
    else:
        chat.begin(Founding(above=above.id))


def _above(chat: Chat) -> Unit | None:
    above = chat.session.get_one(Unit, chat.answers(Founding).above)
    if above.closed_on is None and chat.may("administer", above.path):
        return above
    chat.refuse()
    return None


def ask_unit_name(chat: Chat) -> None:
    above = _above(chat)
    if above is not None:
        chat.say("units/add_name", above=above)


def take_unit_name(chat: Chat, answer: Answer) -> None:
    above = _above(chat)
    if above is None:
        return
    if not answer.text.strip():
        raise Invalid("unit_cell_missing", column="name")
    founding = chat.answers(Founding)
    name = typed_row(read_units_form(chat.desk.render.folder), {"name": answer.text}).name
    if not name:
        raise Invalid("unit_cell_missing", column="name")
    check_name_free(chat.session, name, above)
    founding.name, founding.kind = name, kind_of_name(name)
    chat.goto("members" if founding.kind else "kind")


def ask_kind(chat: Chat) -> None:
    kinds = chat.desk.render.words["units"]["kinds"]
    chat.say("units/add_kind", name=chat.answers(Founding).name, kinds=kinds)


def take_kind(chat: Chat, answer: Answer) -> None:
    said = answer.value or answer.text
    if not said.strip():
        raise Invalid("choose_button")
    founding = chat.answers(Founding)
    founding.kind = typed_row(
        read_units_form(chat.desk.render.folder), {"name": founding.name, "kind": said}
    ).kind
    chat.goto("members")


def ask_members(chat: Chat) -> None:
    chat.say("units/add_members", name=chat.answers(Founding).name)


def take_members(chat: Chat, answer: Answer) -> None:
    if _above(chat) is None:
        return
    founding = chat.answers(Founding)
    if not answer.value and not answer.text.strip():
        raise Invalid("choose_button")
    founding.members = "" if answer.value == "skip" else answer.text
    founding.code = ""
    _try(chat)
    chat.goto("confirm")


def ask_unit_code(chat: Chat) -> None:
    founding = chat.answers(Founding)
    chat.say("units/add_code", name=founding.name, code=founding.code)


def take_unit_code(chat: Chat, answer: Answer) -> None:
    form, founding = read_units_form(chat.desk.render.folder), chat.answers(Founding)
    code = typed_row(form, {"name": founding.name, "code": answer.text}).code
    if not code:
        raise Invalid("unit_cell_missing", column="code")
    check_code_free(chat.session, code)
    founding.code = code
    chat.goto("confirm")


def _row(chat: Chat, above: Unit) -> UnitRow:
    founding = chat.answers(Founding)
    cells = {"name": founding.name, "kind": founding.kind, "members": founding.members, "code": founding.code}
    return replace(typed_row(read_units_form(chat.desk.render.folder), cells), parent_code=above.code)


def _try(chat: Chat) -> Applied | None:
    """What adding it would do; its code is settled by that. Raises Invalid with the first of what is wrong."""
    above, founding = _above(chat), chat.answers(Founding)
    if above is None:
        return None
    check_name_free(chat.session, founding.name, above)
    if founding.code:
        check_code_free(chat.session, founding.code)
    row, inside = _row(chat, above), office_over(chat, above.path)
    try:
        applied = try_unit(chat.session, row, chat.moment, inside=inside)
    except Rejected as rejected:
        raise first_problem(rejected) from None
    if (
        not applied.done.founded
    ):  # a unit elsewhere bears the name: without a code of its own, the row would mean that one
        raise Invalid("unit_name_elsewhere", name=founding.name)
    return applied


def ask_confirm(chat: Chat) -> None:
    founding = chat.answers(Founding)
    try:
        applied = _try(chat)
    except Invalid as problem:
        founding.code = ""
        chat.begin(Founding(above=founding.above), trouble=chat.sentence(problem))
        return
    if applied is not None:
        founding.code, founding.shown = applied.done.founded[0].code, applied.mark
        members = typed_row(
            read_units_form(chat.desk.render.folder), {"name": founding.name, "members": founding.members}
        ).members
        chat.say("units/add_confirm", applied=applied, done=applied.done, founding=founding, members=members)


def take_confirm(chat: Chat, answer: Answer) -> None:
    above = _above(chat)
    if above is None:
        return
    if answer.value == "no" or read_yes_no(answer.text or "?") is False:
        chat.end()
        chat.open("admin.card", str(above.id))
    elif answer.value == "code":
        chat.goto("code")
    elif answer.value == "yes":
        _found(chat, above)
    else:
        raise Invalid("choose_button")


def _found(chat: Chat, above: Unit) -> None:
    founding = chat.answers(Founding)
    try:
        check_name_free(chat.session, founding.name, above)
        check_code_free(chat.session, founding.code)
    except Invalid as problem:
        chat.begin(Founding(above=above.id), trouble=chat.sentence(problem))
        return
    applied = apply_as_shown(chat, _row(chat, above), office_over(chat, above.path), founding.shown)
    if applied is None:
        chat.again(trouble=chat.sentence(Invalid("unit_changed_meanwhile")))
        return
    unit_id = _id_of(chat, applied.done.founded[0].code)
    chat.note("unit added", f"unit:{unit_id}")
    cell = founding.kind == "chi_bo"
    chat.end()
    chat.say("units/added", done=applied.done, applied=applied, above=above, unit_id=unit_id, cell=cell)


def _id_of(chat: Chat, code: str) -> int:
    return chat.session.scalars(select(Unit.id).where(Unit.code == code)).one()


FLOW = Flow(
    "unit_add",
    FlowStep("name", ask_unit_name, take_unit_name, numbers=True, words=True),
    FlowStep("kind", ask_kind, take_kind),
    FlowStep("members", ask_members, take_members, numbers=True),
    FlowStep("code", ask_unit_code, take_unit_code, numbers=True),
    FlowStep("confirm", ask_confirm, take_confirm),
    answers=Founding,
)
