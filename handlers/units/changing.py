"""One thing of a unit is changed in chat: its name, its place in the tree, its numbers; shown, then done by what writes lists."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.people.roles import role_holders, role_reaches
from bot.problems import Invalid, Rejected
from bot.reading.words import quoted_words, read_yes_no
from bot.tables import Unit
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from bot.units.applying import Applied, apply_unit, try_unit
from bot.units.finding import FindingUnit, take_unit_found
from bot.units.form import LISTED, read_units_form
from bot.units.rows import MAY_BE_EMPTIED, UnitRow
from bot.units.typed import EMPTIED, check_name_free, typed_row

COLUMNS = ("name", "parent_code", "members", "meeting_day", "meeting_shift", "sector", "kind")
EMPTIABLE = [column for column in MAY_BE_EMPTIED if column in ("members", "meeting_day", "sector")]


@dataclass
class Changing(FindingUnit):
    """The unit, the column of the list that changes, what its cell shall hold, and the mark of what was shown of that."""

    unit: int | None = None
    column: str = ""
    said: str = ""
    shown: str = ""


def begin_change(chat: Chat, unit_id: str) -> None:
    unit = chat.session.get(Unit, row_id(unit_id))
    if unit is None or unit.closed_on is not None or not chat.may("administer", unit.path):
        chat.refuse()
    else:
        chat.begin(Changing(unit=unit.id))


def office_over(chat: Chat, path: str) -> str:
    """The path of the highest unit whose office the person is and that stands above `path`."""
    held = [m.unit.path for m in role_holders(chat.roles(), "administer") if role_reaches(m, path)]
    return min(held, key=len)


def _unit(chat: Chat) -> Unit | None:
    """The unit of this dialog, if the person may still administer it and it is there."""
    unit = chat.session.get_one(Unit, chat.answers(Changing).unit)
    if unit.closed_on is None and chat.may("administer", unit.path):
        return unit
    chat.refuse()
    return None


def _offered(chat: Chat, unit: Unit) -> list[str]:
    """The columns that this office may change: its own unit stays where it is."""
    home = office_over(chat, unit.path) == unit.path
    return [column for column in COLUMNS if not (home and column == "parent_code")]


def ask_column(chat: Chat) -> None:
    unit = _unit(chat)
    if unit is not None:
        parent = chat.session.get(Unit, unit.parent_id) if unit.parent_id else None
        chat.say("units/change_what", unit=unit, parent=parent, columns=_offered(chat, unit))


def take_column(chat: Chat, answer: Answer) -> None:
    unit = _unit(chat)
    if unit is None:
        return
    if answer.value not in _offered(chat, unit):
        raise Invalid("choose_button")
    changing = chat.answers(Changing)
    changing.column, changing.said, changing.found, changing.count = answer.value, "", [], 0
    chat.goto("above" if answer.value == "parent_code" else "value")


def ask_value(chat: Chat) -> None:
    unit = _unit(chat)
    if unit is not None:
        column = chat.answers(Changing).column
        listed = chat.desk.render.words["units"][LISTED[column]] if column in LISTED else {}
        chat.say(
            "units/change_value",
            unit=unit,
            column=column,
            value=getattr(unit, column),
            listed=listed,
            empties=EMPTIED if column in EMPTIABLE else "",
        )


def take_value(chat: Chat, answer: Answer) -> None:
    unit = _unit(chat)
    if unit is None:
        return
    said = answer.value or answer.text.strip()
    if not said:
        raise Invalid("choose_button")
    _look(chat, unit, said)


def ask_above(chat: Chat) -> None:
    changing, unit = chat.answers(Changing), _unit(chat)
    if unit is not None:
        chat.say("units/change_above", unit=unit, found=changing.units(chat), count=changing.count)


def take_above(chat: Chat, answer: Answer) -> None:
    unit = _unit(chat)
    if unit is None:
        return
    above = take_unit_found(chat, answer, chat.answers(Changing))
    if above is not None:
        check_name_free(chat.session, unit.name, above, unit.id)
        _look(chat, unit, above.code)


def _look(chat: Chat, unit: Unit, said: str) -> None:
    """Tries what was said, so that what is wrong with it is said where it was asked for."""
    changing = chat.answers(Changing)
    changing.said = said
    if changing.column == "name":
        above = chat.session.get(Unit, unit.parent_id) if unit.parent_id else None
        check_name_free(chat.session, said, above, unit.id)
    if _tried(chat, unit).nothing:
        raise Invalid("unit_same")
    chat.goto("confirm")


def _row(chat: Chat, unit: Unit) -> UnitRow:
    changing, form = chat.answers(Changing), read_units_form(chat.desk.render.folder)
    return typed_row(form, {"code": unit.code, changing.column: changing.said})


def _tried(chat: Chat, unit: Unit) -> Applied:
    """Raises Invalid with the first of what is wrong."""
    row, inside = _row(chat, unit), office_over(chat, unit.path)
    try:
        return try_unit(chat.session, row, chat.moment, inside=inside)
    except Rejected as rejected:
        raise first_problem(rejected) from None


def first_problem(rejected: Rejected) -> Invalid:
    return Invalid(rejected.problems[0].code, **rejected.problems[0].facts)


def ask_confirm(chat: Chat) -> None:
    unit = _unit(chat)
    if unit is None:
        return
    changing = chat.answers(Changing)
    try:
        applied = _tried(chat, unit)
    except Invalid as problem:
        chat.begin(Changing(unit=unit.id), trouble=chat.sentence(problem))
        return
    changing.shown = applied.mark
    chat.say("units/change_confirm", unit=unit, applied=applied, done=applied.done, moves=_moves(changing))


def _moves(changing: Changing) -> bool:
    return changing.column == "parent_code"


def take_confirm(chat: Chat, answer: Answer) -> None:
    unit = _unit(chat)
    if unit is None:
        return
    if answer.value == "no" or read_yes_no(answer.text or "?") is False:
        chat.begin(Changing(unit=unit.id))
    elif answer.value == "yes":
        _change(chat, unit)
    else:
        raise Invalid("choose_button", said=quoted_words(answer.text))


def _change(chat: Chat, unit: Unit) -> None:
    changing = chat.answers(Changing)
    row, inside = _row(chat, unit), office_over(chat, unit.path)
    applied = apply_as_shown(chat, row, inside, changing.shown)
    if applied is None:
        chat.again(trouble=chat.sentence(Invalid("unit_changed_meanwhile")))
        return
    chat.note("unit changed", f"unit:{unit.id}")
    chat.forget_roles()
    chat.end()
    chat.say("units/changed", unit=unit, applied=applied, done=applied.done)


def apply_as_shown(chat: Chat, row: UnitRow, inside: str, shown: str) -> Applied | None:
    """Writes the row where that does what was shown; None where it would do something else by now, and nothing is written."""
    session: Session = chat.session
    trial = session.begin_nested()
    try:
        applied = apply_unit(session, row, chat.moment, inside=inside)
    except Rejected:
        trial.rollback()
        session.expire_all()
        return None
    if applied.mark == shown:
        trial.commit()
        return applied
    trial.rollback()
    session.expire_all()
    return None


FLOW = Flow(
    "unit_change",
    FlowStep("what", ask_column, take_column),
    FlowStep("value", ask_value, take_value, numbers=True, words=True),
    FlowStep("above", ask_above, take_above, numbers=True),
    FlowStep("confirm", ask_confirm, take_confirm),
    answers=Changing,
)
