"""The office's pages of a unit: found and looked at, closed or merged, opened again, its first secretary chosen."""

from dataclasses import dataclass

from bot.duties.reloading import Standing, reload_around
from bot.people.roles import role_holders
from bot.problems import Invalid
from bot.reading.words import read_yes_no
from bot.tables import Membership, Unit
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from bot.units.ends import check_below, close_unit, foresee_closing, reopen_unit
from bot.units.finding import FindingUnit, take_unit_found
from bot.units.lookup import promote_secretary, unit_card
from bot.units.news import tell_closed, tell_reopened


@dataclass
class Managing(FindingUnit):
    """The unit, and the one that it is merged into."""

    unit: int | None = None
    into: int | None = None


def begin_units_office(chat: Chat) -> None:
    if role_holders(chat.roles(), "administer"):
        chat.begin(Managing())
    else:
        chat.say("talk/not_yours")


def open_card(chat: Chat, unit_id: str) -> None:
    """Straight to a unit's card."""
    unit = chat.session.get(Unit, row_id(unit_id))
    if unit is None or not chat.may("administer", unit.path):
        chat.refuse()
    else:
        chat.begin(Managing(unit=unit.id), "card")


def ask_unit_to_manage(chat: Chat) -> None:
    managing = chat.answers(Managing)
    chat.say("people/admin/find_unit", found=managing.units(chat), count=managing.count)


def take_unit_to_manage(chat: Chat, answer: Answer) -> None:
    managing = chat.answers(Managing)
    unit = take_unit_found(chat, answer, managing)
    if unit is not None:
        managing.unit = unit.id
        chat.goto("card")


def _unit(chat: Chat) -> Unit | None:
    """The unit of this dialog, if the person may still administer it and nobody has closed it meanwhile."""
    unit = chat.session.get_one(Unit, chat.answers(Managing).unit)
    if not chat.may("administer", unit.path):
        chat.refuse()
        return None
    if unit.closed_on is not None:
        closed = Invalid("unit_closed_already", unit=unit.name, day=unit.closed_on)
        chat.begin(Managing(), trouble=chat.sentence(closed))
        return None
    return unit


def ask_unit_card(chat: Chat) -> None:
    unit = _unit(chat)
    if unit is not None:
        chat.say("people/admin/unit", card=unit_card(chat.session, unit, chat.today))


def take_unit_card(chat: Chat, answer: Answer) -> None:
    unit = _unit(chat)
    if unit is None:
        return
    managing = chat.answers(Managing)
    managing.into, managing.found, managing.count = None, [], 0
    if answer.value in ("close", "merge"):
        check_below(chat.session, unit, chat.today)
        chat.goto("confirm" if answer.value == "close" else "into")
    elif membership := _secretary(chat, unit, answer.value):
        promote_secretary(chat.session, membership)
        chat.note("first secretary", f"membership:{membership.id}")
        chat.again()
    else:
        raise Invalid("choose_button")


def _secretary(chat: Chat, unit: Unit, value: str) -> Membership | None:
    """The secretary whom the button "to be spoken to first" names."""
    found = unit_card(chat.session, unit, chat.today).secretaries
    return next((m for m in found if value == f"first{m.id}"), None)


def ask_into(chat: Chat) -> None:
    managing = chat.answers(Managing)
    unit = chat.session.get_one(Unit, managing.unit)
    chat.say("people/admin/merge_unit", unit=unit, found=managing.units(chat), count=managing.count)


def take_into(chat: Chat, answer: Answer) -> None:
    unit = _unit(chat)
    if unit is None:
        return
    managing = chat.answers(Managing)
    into = take_unit_found(chat, answer, managing)
    if into is None:
        return
    if into.id == unit.id:
        raise Invalid("unit_merge_itself")
    managing.into = into.id
    chat.goto("confirm")


def _into(chat: Chat) -> Unit | None:
    return chat.session.get(Unit, chat.answers(Managing).into or 0)


def ask_confirm(chat: Chat) -> None:
    unit = _unit(chat)
    if unit is not None:
        coming = foresee_closing(chat.session, unit, chat.today, chat.zone, into=_into(chat))
        chat.say("people/admin/confirm_closing", closed=coming)


def take_confirm(chat: Chat, answer: Answer) -> None:
    unit = _unit(chat)
    if unit is None:
        return
    into = _into(chat)
    if into is not None and not chat.may("administer", into.path):
        chat.refuse()
    elif answer.value == "no" or read_yes_no(answer.text or "?") is False:
        chat.answers(Managing).into = None
        chat.goto("card")
    elif answer.value == "yes":
        _close(chat, unit, into)
    else:
        raise Invalid("choose_button")


def _close(chat: Chat, unit: Unit, into: Unit | None) -> None:
    me = chat.person.id
    closed = close_unit(chat.session, unit, chat.today, chat.moment, into=into, by=me)
    told = tell_closed(chat.session, chat.desk.render, closed, chat.moment, but=me)
    chat.forget_roles()
    chat.end()
    chat.say("people/admin/unit_closed", closed=closed, told=told)


def reopen_closed_unit(chat: Chat, unit_id: str) -> None:
    """Takes back a closing of today; plans ask again for what they asked before."""
    unit = chat.session.get(Unit, row_id(unit_id))
    if unit is None or not chat.may("administer", unit.path):
        chat.say("talk/not_yours")
        return
    if chat.dialog.flow == FLOW.name:
        chat.end()
    try:
        roles = reopen_unit(chat.session, unit, chat.moment, by=chat.person.id)
    except Invalid as problem:
        chat.open("admin", trouble=chat.sentence(problem))
        return
    reload_around(chat.session, [Standing(unit.path, unit.kind)], chat.moment)
    tell_reopened(chat.session, chat.desk.render, unit, roles, chat.moment, but=chat.person.id)
    chat.forget_roles()
    chat.say("people/admin/unit_reopened", card=unit_card(chat.session, unit, chat.today))


FLOW = Flow(
    "units",
    FlowStep("unit", ask_unit_to_manage, take_unit_to_manage, numbers=True),
    FlowStep("card", ask_unit_card, take_unit_card),
    FlowStep("into", ask_into, take_into, numbers=True),
    FlowStep("confirm", ask_confirm, take_confirm),
    answers=Managing,
)
