"""Of which part of the tree a leader asks: a unit and all below it, or all that the roles reach."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement

from bot.people.roles import role_holders, topmost_units, units_below, within_subtree
from bot.periods import SPANS, Period, period_before, period_of, summed_period
from bot.problems import Invalid
from bot.summaries.focus import Focus, focus_marked
from bot.tables import Duty, Unit
from bot.talk.chat import Chat, row_id

WHOLE = "0"
"""What a button carries in the place of a unit: all that the roles reach."""


NINE = 6
"""After so many months the nine months are offered as well."""


@dataclass(frozen=True, slots=True)
class Part:
    """`roots` are the topmost units of it; `scope` is its condition on Duty."""

    unit: Unit | None
    roots: list[Unit]
    scope: ColumnElement[bool]
    focus: Focus | None = None
    """What it is narrowed down to besides."""

    @property
    def mark(self) -> str:
        """As a button carries it: "0", "12", "12.p5"."""
        return self.place + (f".{self.focus.mark}" if self.focus else "")

    @property
    def place(self) -> str:
        return str(self.unit.id) if self.unit else WHOLE

    def narrowed(self, focus: Focus) -> "Part":
        return replace(self, scope=self.scope & focus.only, focus=focus)


def may_sum(chat: Chat) -> bool:
    """Whether the person may sum up anything; else says no."""
    if role_holders(chat.roles(), "sum"):
        return True
    chat.say("talk/not_yours")
    return False


def part_asked(chat: Chat, mark: str) -> Part | None:
    """The part that a button names, if the person may sum it up; else says no."""
    place, _, narrowed = mark.partition(".")
    part = _part_at(chat, place)
    if part is None or not narrowed:
        return part
    focus = focus_marked(chat.session, part.scope, narrowed)
    if focus is None:
        chat.say("talk/not_yours")
        return None
    return part.narrowed(focus)


def _part_at(chat: Chat, unit_id: str) -> Part | None:
    if not may_sum(chat):
        return None
    if unit_id in ("", WHOLE):
        return whole_part(chat)
    unit = chat.session.get(Unit, row_id(unit_id))
    if unit is None or not chat.may("sum", unit.path):
        chat.say("talk/not_yours")
        return None
    return part_of(unit)


def part_of(unit: Unit) -> Part:
    return Part(unit, [unit], units_below(Duty.path, unit.path))


def whole_part(chat: Chat) -> Part:
    scope = within_subtree(Duty.path, chat.roles(), "sum")
    return Part(None, topmost_units(chat.roles(), "sum"), scope)


def period_asked(chat: Chat, key: str) -> Period | None:
    """The period that a button names; else says that nothing was understood, or that it is still to come."""
    try:
        period = summed_period(key)
    except Invalid:
        chat.desk.routes.unknown(chat)
        return None
    if period.first > chat.today:
        chat.run(choose_period, trouble=chat.sentence(Invalid("period_ahead", key=key)))
        return None
    return period


def choose_period(chat: Chat, unit_id: str = "") -> None:
    """The periods that are asked for most, by buttons; any other is typed."""
    part = part_asked(chat, unit_id)
    if part is not None:
        chat.say("summaries/periods", part=part, unit=part.unit, keys=usual_keys(chat))


def usual_keys(chat: Chat) -> list[str]:
    """Those of the present, and those just before."""
    year = chat.today.year
    nine = [summed_period(f"{year}-9M")] if chat.today.month > NINE else []
    spans = [period_of(span, chat.today) for span in SPANS[::-1]]
    return [one.key for one in [*(p for one in spans for p in (one, period_before(one))), *nine]]
