"""What a leader types behind `/tonghop`, or by itself: a period, what to take it apart by, the name of a unit."""

from dataclasses import replace

from sqlalchemy import select

from bot.people.roles import role_holders, within_subtree
from bot.periods import Span, period_of
from bot.problems import Invalid
from bot.reading.focus_words import asks_of_all, read_focus, without_asking
from bot.reading.period_words import AskedPeriod, read_asked_period
from bot.reading.words import fold
from bot.summaries.focus import Focus, find_focus
from bot.tables import Duty, Unit
from bot.talk.chat import Chat
from bot.talk.desk import Handler
from bot.units.lookup import find_closed_units, find_units, units_stand_below
from handlers.summaries.part import choose_period, part_asked, part_of, period_asked, whole_part
from handlers.summaries.period import SUMS, say_parts, say_period
from handlers.summaries.standing import answer_standing

OFFERED = 12
SHORTEST, LONGEST = 3, 60
"""So many letters may the name of a unit have that is typed by itself, or the code."""
NOW = "now"
"""What a button carries in the place of a period where none was said."""


def answer_asked(chat: Chat, text: str, otherwise: Handler) -> None:
    """Answers what was understood, and says what was not; with nothing understood, `otherwise` follows."""
    asked = _of_a_year(chat, read_asked_period(text, chat.today))
    _answer_read(chat, asked, _units(chat, asked.rest), otherwise)


def _of_a_year(chat: Chat, asked: AskedPeriod) -> AskedPeriod:
    """Where no year was said: the period of last year, unless nothing was asked for in that; then this year's is meant."""
    if asked.coming is None or asked.period is None:
        return asked
    its = Duty.due_on.between(asked.period.first, asked.period.last)
    scope = within_subtree(Duty.path, chat.roles(), "sum")
    known = chat.session.scalars(select(Duty.id).where(its, scope).limit(1)).first()
    return asked if known is not None else replace(asked, period=asked.coming)


def _answer_read(chat: Chat, asked: AskedPeriod, units: list[Unit], otherwise: Handler) -> None:
    if len(units) > 1:
        _say_which(chat, asked, units)
        return
    trouble = ""
    found = [] if units else _focuses(chat, asked)
    if found:
        _answer_narrowed(chat, asked, found)
        return
    if asked.rest and not units:
        trouble = chat.sentence(Invalid("summary_words_unknown", said=asked.rest))
    if asked.period and asked.period.first > chat.today:
        ahead = chat.sentence(Invalid("period_ahead", key=asked.period.key))
        chat.run(choose_period, trouble="\n".join(part for part in (trouble, ahead) if part))
    elif asked.period or asked.part or units:
        chat.run(lambda chat: _answer(chat, asked, units), trouble=trouble)
    else:
        chat.run(otherwise, trouble=trouble)


def _focuses(chat: Chat, asked: AskedPeriod) -> list[Focus]:
    """Sectors, plans and what they ask for that the words may name; "theo kế hoạch 60" has said which already."""
    if not fold(asked.rest):
        return []
    scope = within_subtree(Duty.path, chat.roles(), "sum")
    part = asked.part if asked.part in SUMS else ""
    return find_focus(chat.session, scope, asked.rest, chat.desk.render.words["units"]["sectors"], part)


def _answer_narrowed(chat: Chat, asked: AskedPeriod, found: list[Focus]) -> None:
    """Of a plan or a thing that it asks for, without a period: of the year."""
    whole = whole_part(chat)
    span: Span = "quarter" if found[0].part == "sectors" else "year"
    period = asked.period or period_of(span, chat.today)
    if len(found) > 1:
        shown = [whole.narrowed(one) for one in found[:OFFERED]]
        chat.say("summaries/which_focus", parts=shown, total=len(found), said=asked.rest, when=period.key)
    elif period.first > chat.today:
        ahead = chat.sentence(Invalid("period_ahead", key=period.key))
        chat.run(choose_period, trouble=ahead)
    elif asked.part and asked.part != found[0].part:
        say_parts(chat, period, whole.narrowed(found[0]), asked.part)
    else:
        say_period(chat, period, whole.narrowed(found[0]))


def take_loose_words(chat: Chat) -> bool:
    """Words that nothing has asked for, of somebody who sums up: taken where all of them are understood."""
    text = chat.event.text
    if chat.event.payload or chat.command is not None or not role_holders(chat.roles(), "sum"):
        return False
    if answer_standing(chat, text):
        return True
    if not SHORTEST <= len(fold(text)) <= LONGEST:
        return False
    if asks_of_all(text):
        chat.open("sum")
        return True
    asked = _of_a_year(chat, read_asked_period(without_asking(text), chat.today))
    if not (asked.period or asked.part or asked.rest):
        return False
    units = [unit for unit in _units(chat, asked.rest) if _names_it(unit, asked.rest)]
    if asked.rest and not units and not _is_sector(chat, asked.rest) and not read_focus(asked.rest)[0]:
        return False
    if asked.rest and not units and not _focuses(chat, asked):
        return False
    _answer_read(chat, asked, units, choose_period)
    return True


def _names_it(unit: Unit, words: str) -> bool:
    """A part of a word is a name only where a name has been asked for: "dạ" is not Đảng ủy."""
    said = fold(words)
    return said == fold(unit.code) or f" {said} " in f" {fold(unit.name)} "


def open_unit(chat: Chat, unit_id: str, key: str = NOW) -> None:
    """What was chosen of several that bear the name: its figures of the period, or without one what stands below it or its card."""
    part = part_asked(chat, unit_id)
    period = period_asked(chat, key) if part and key != NOW else None
    if part is None or part.unit is None or (period is None and key != NOW):
        return
    _answer(chat, AskedPeriod(period), [part.unit])


def _answer(chat: Chat, asked: AskedPeriod, units: list[Unit]) -> None:
    part = part_of(units[0]) if units else whole_part(chat)
    period = asked.period or period_of("quarter", chat.today)
    if asked.part:
        say_parts(chat, period, part, asked.part)
    elif asked.period or not units:
        say_period(chat, period, part)
    elif units_stand_below(chat.session, units[0]):
        say_parts(chat, period, part, "units")
    else:
        chat.open("unit.card", str(units[0].id))


def _units(chat: Chat, words: str) -> list[Unit]:
    if not fold(words):
        return []
    scope = within_subtree(Unit.path, chat.roles(), "sum")
    found = find_units(chat.session, scope, chosen="", text=words, offered=())
    return found or find_closed_units(chat.session, scope, words)


def _is_sector(chat: Chat, words: str) -> bool:
    sectors = chat.desk.render.words["units"]["sectors"]
    return fold(words) in {fold(name) for name in sectors.values()}


def _say_which(chat: Chat, asked: AskedPeriod, units: list[Unit]) -> None:
    key = asked.period.key if asked.period else NOW
    chat.say("summaries/which", units=units[:OFFERED], total=len(units), said=asked.rest, when=key)
