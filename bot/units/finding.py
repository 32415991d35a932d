"""Which unit the office means: one that is typed or pressed; with several the question is put again with what was found."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement

from bot.people.roles import within_subtree
from bot.problems import Invalid
from bot.reading.words import quoted_words
from bot.tables import Unit
from bot.talk.answers import Answers
from bot.talk.chat import Chat
from bot.talk.desk import Answer
from bot.units.lookup import find_closed_units, find_units

OFFERED = 8


@dataclass(kw_only=True)
class FindingUnit(Answers):
    """The first of the units that what was typed has found, so many in all."""

    found: list[int] = field(default_factory=list)
    count: int = 0

    def units(self, chat: Chat) -> list[Unit]:
        return [chat.session.get_one(Unit, unit_id) for unit_id in self.found]


def take_unit_found(
    chat: Chat, answer: Answer, finding: FindingUnit, action: str = "administer"
) -> Unit | None:
    """A unit where the person may act so, by its code, by a part of its name, or by its number among those that were found; None where the
    question is put again. Raises Invalid: "unit_unknown", "unit_found_closed"."""
    scope = within_subtree(Unit.path, chat.roles(), action)
    units = find_units(chat.session, scope, chosen=answer.value, text=answer.text, offered=finding.found)
    finding.found = [unit.id for unit in units[:OFFERED]] if len(units) > 1 else []
    finding.count = len(units)
    if not units:
        raise _not_found(chat, scope, action, answer.text)
    if len(units) == 1:
        return units[0]
    chat.again()
    return None


def _not_found(chat: Chat, scope: ColumnElement[bool], action: str, text: str) -> Invalid:
    """A unit that is no more is named, with what it has become where the person reaches that."""
    ended = find_closed_units(chat.session, scope, text)
    if not ended:
        return Invalid("unit_unknown", said=quoted_words(text))
    into = chat.session.get(Unit, ended[0].merged_into_id) if ended[0].merged_into_id else None
    known = into is not None and chat.may(action, into.path)
    facts = {"unit": ended[0].name, "day": ended[0].closed_on, "more": len(ended) - 1}
    return Invalid("unit_found_closed", **facts, into=into.name if into and known else "")
