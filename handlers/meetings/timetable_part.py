"""Which of the units below the calendar shows: all, those of one sector, or one unit and what stands below it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from bot.people.roles import units_below, within_subtree
from bot.problems import Invalid
from bot.reading.focus_words import read_focus
from bot.reading.words import fold, quoted_words
from bot.tables import Unit
from bot.talk.chat import Chat, row_id
from bot.units.lookup import find_units

NAMED = 3


@dataclass(frozen=True, slots=True)
class Part:
    """`scope`: its condition on Unit; `name`: of the unit or the sector; `mark`: as a button carries it. Empty for all."""

    scope: ColumnElement[bool]
    name: str = ""
    mark: str = ""


def whole_calendar(chat: Chat) -> Part:
    return Part(within_subtree(Unit.path, chat.roles(), "sum"))


def part_marked(chat: Chat, mark: str) -> Part:
    """What a button carries; all where it names nothing that the person reaches."""
    whole, kind, value = whole_calendar(chat), mark[:1], mark[1:]
    if kind == "s" and value in _sectors(chat):
        return _of_sector(chat, whole, value)
    unit = chat.session.get(Unit, row_id(value)) if kind == "u" else None
    return _of_unit(whole, unit) if unit is not None and chat.may("sum", unit.path) else whole


def part_named(chat: Chat, words: str) -> Part:
    """Of what was typed: a sector by its whole name, else a unit. Raises Invalid: calendar_unread, calendar_several."""
    whole = whole_calendar(chat)
    lead, said = read_focus(words)
    if not said:
        return whole
    code = next((code for code, name in _sectors(chat).items() if fold(name) == said), None)
    if lead in ("", "sectors") and code is not None:
        return _of_sector(chat, whole, code)
    units = find_units(chat.session, whole.scope, chosen="", text=words, offered=())
    if len(units) == 1:
        return _of_unit(whole, units[0])
    if units:
        facts = {"names": [one.name for one in units[:NAMED]], "more": max(0, len(units) - NAMED)}
        raise Invalid("calendar_several", said=quoted_words(words), **facts)
    raise Invalid("calendar_unread", said=quoted_words(words))


def _sectors(chat: Chat) -> dict[str, str]:
    sectors: dict[str, str] = chat.desk.render.words["units"]["sectors"]
    return sectors


def _of_sector(chat: Chat, whole: Part, code: str) -> Part:
    return Part(whole.scope & (Unit.sector == code), _sectors(chat)[code], f"s{code}")


def _of_unit(whole: Part, unit: Unit) -> Part:
    return Part(whole.scope & units_below(Unit.path, unit.path), unit.name, f"u{unit.id}")
