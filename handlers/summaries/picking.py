"""Reminding some of the units that miss something: those that are ticked, or those that are overdue; after one question."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.natural import in_natural_order
from bot.people.nudging import Reach
from bot.problems import Invalid
from bot.reading.words import read_yes_no
from bot.tables import Unit
from bot.tables.asked import NudgedUnits
from bot.talk.answers import Answers
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.summaries.nudging import NAMED, demand_in_reach, reach_of, start_nudging

PAGE = 8
MOST_TICKED = 200
DONE, YES, NO, TURN = "done", "yes", "no", "page"


@dataclass
class Picking(Answers):
    """The demand; the units (ids) that are ticked, or that all that are overdue are meant, or all that lack
    `figures`; which page of units is shown."""

    demand: int
    ticked: list[int] = field(default_factory=list)
    overdue: bool = False
    page: int = 0
    figures: bool = False

    @property
    def asked(self) -> NudgedUnits:
        return NudgedUnits(self.demand, overdue=self.overdue, units=tuple(self.ticked), figures=self.figures)


def begin_picking(chat: Chat, demand_id: str) -> None:
    """`Chọn đơn vị để nhắc`."""
    demand = demand_in_reach(chat, demand_id, "nudge")
    if demand is not None:
        chat.begin(Picking(demand.id))


def begin_overdue(chat: Chat, demand_id: str) -> None:
    """`Chỉ đơn vị quá hạn`."""
    demand = demand_in_reach(chat, demand_id, "nudge")
    if demand is not None:
        chat.begin(Picking(demand.id, overdue=True), "sure")


def begin_lacking(chat: Chat, demand_id: str) -> None:
    """`Nhắc đơn vị chưa đủ số liệu`."""
    demand = demand_in_reach(chat, demand_id, "nudge")
    if demand is not None:
        chat.begin(Picking(demand.id, figures=True), "sure")


def _units(found: Reach) -> Sequence[Unit]:
    """Those that can be told now."""
    units = {one.duty.unit_id: one.duty.unit for one in found.nudges}
    return in_natural_order(units.values(), lambda unit: unit.code)


def ask_units(chat: Chat) -> None:
    picking = chat.answers(Picking)
    demand = demand_in_reach(chat, str(picking.demand), "nudge")
    if demand is None:
        chat.end()
        return
    found = reach_of(chat, NudgedUnits(demand.id))
    units = _units(found)
    last = max(0, (len(units) - 1) // PAGE)
    picking.page = min(picking.page, last)
    picking.ticked = [one.id for one in units if one.id in picking.ticked]
    shown = units[picking.page * PAGE : (picking.page + 1) * PAGE]
    chat.say(
        "summaries/pick",
        demand=demand,
        units=shown,
        total=len(units),
        ticked=picking.ticked,
        page=picking.page,
        last=last,
        reach=found,
        named=NAMED,
    )


def take_units(chat: Chat, answer: Answer) -> None:
    picking = chat.answers(Picking)
    if answer.value == DONE:
        if not picking.ticked:
            raise Invalid("nudge_none")
        chat.goto("sure")
        return
    if answer.value.startswith(TURN):
        picking.page = row_id(answer.value.removeprefix(TURN))
    elif unit_id := row_id(answer.value):
        _tick(picking, unit_id)
    else:
        raise Invalid("choose_button")
    chat.again()


def _tick(picking: Picking, unit_id: int) -> None:
    if unit_id in picking.ticked:
        picking.ticked.remove(unit_id)
    elif len(picking.ticked) < MOST_TICKED:
        picking.ticked.append(unit_id)


def ask_sure(chat: Chat) -> None:
    picking = chat.answers(Picking)
    demand = demand_in_reach(chat, str(picking.demand), "nudge")
    if demand is None:
        chat.end()
        return
    found = reach_of(chat, picking.asked)
    chat.say(
        "summaries/pick_sure",
        demand=demand,
        units=_units(found),
        reach=found,
        named=NAMED,
        overdue=picking.overdue,
        figures=picking.figures,
    )


def take_sure(chat: Chat, answer: Answer) -> None:
    picking = chat.answers(Picking)
    agreed = {YES: True, NO: False}.get(answer.value, read_yes_no(answer.text))
    if agreed is None:
        raise Invalid("choose_button")
    demand = demand_in_reach(chat, str(picking.demand), "nudge")
    chat.end()
    if demand is None:
        return
    if agreed:
        start_nudging(chat, demand, picking.asked)
    else:
        chat.open("sum.figures" if picking.figures else "sum.units", str(demand.id))


FLOW = Flow(
    "picking",
    FlowStep("units", ask_units, take_units),
    FlowStep("sure", ask_sure, take_sure),
    answers=Picking,
)
