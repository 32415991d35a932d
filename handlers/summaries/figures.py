"""What units have answered to the figures of a demand, or of all that a period asked for: the sums, and the short texts page by page."""

from typing import Any

from sqlalchemy import and_

from bot.duties.counting import asked_for, asked_within
from bot.people.nudging import Reach
from bot.people.roles import role_holders, within_subtree
from bot.periods import Period
from bot.summaries.figures import (
    AskedTexts,
    PeriodFigure,
    latest_texts,
    sum_figures,
    sum_period_figures,
    texts_of_units,
)
from bot.tables import AskedFigure, Demand, Duty, FigureKind
from bot.tables.asked import NudgedUnits
from bot.talk.chat import Chat, row_id
from handlers.summaries.nudging import demand_in_reach, reach_of
from handlers.summaries.part import Part, part_asked, period_asked

A_PAGE = 10
LINES = 12
"""So many figures of a period stand in one message."""
NEWEST = 3
"""So many of the texts are shown below their figure."""


def show_figure_sums(chat: Chat, demand_id: str = "") -> None:
    """`Số liệu`: each number summed over the units below, with how many have answered."""
    demand = demand_in_reach(chat, demand_id, "sum")
    if demand is not None:
        scope = within_subtree(Duty.path, chat.roles(), "sum")
        sums = sum_figures(chat.session, [demand.id], scope, chat.today).get(demand.id, [])
        may = bool(sums) and bool(role_holders(chat.roles(), "nudge"))
        lacking = reach_of(chat, NudgedUnits(demand.id, figures=True)) if may else Reach()
        chat.say("summaries/figures", demand=demand, sums=sums, lacking=lacking.units)


def show_figure_texts(chat: Chat, demand_id: str = "", place: str = "", page: str = "") -> None:
    """The short texts of one figure, by its place in the plan, each with the name of its unit and of nobody."""
    demand = demand_in_reach(chat, demand_id, "sum")
    if demand is None:
        return
    asked = _text_at(demand, place)
    if asked is None:
        show_figure_sums(chat, str(demand.id))
        return
    scope = within_subtree(Duty.path, chat.roles(), "sum")
    texts = AskedTexts((demand.id,), asked.key, and_(asked_for(chat.today), scope))
    _say_texts(chat, texts, asked, demand.title, page, demand=demand, place=row_id(place), period=None)


def show_period_figures(chat: Chat, key: str, unit_id: str = "", page: str = "0") -> None:
    """All that the plans ask for in the period, summed over all turns; below a text the newest, without the name of a unit."""
    part = part_asked(chat, unit_id)
    period = period_asked(chat, key) if part else None
    if part is None or period is None:
        return
    figures = sum_period_figures(chat.session, part.scope, period, chat.today)
    first = LINES * row_id(page)
    shown = figures[first : first + LINES]
    newest = {
        at: latest_texts(chat.session, _texts_of(chat, one, part, period), NEWEST)
        for at, one in enumerate(shown)
        if one.sum.asked.kind == FigureKind.TEXT and one.sum.said
    }
    chat.say(
        "summaries/period_figures",
        period=period,
        part=part,
        figures=[(one, newest.get(at, ())) for at, one in enumerate(shown)],
        page=row_id(page),
        more=first + LINES < len(figures),
    )


def show_period_texts(
    chat: Chat, key: str, unit_id: str = "", demand_id: str = "", place: str = "", page: str = ""
) -> None:
    """All the texts of one figure of the period, found by the first demand that asks for it and its place there."""
    part = part_asked(chat, unit_id)
    period = period_asked(chat, key) if part else None
    if part is None or period is None:
        return
    figures = sum_period_figures(chat.session, part.scope, period, chat.today)
    one = next((one for one in figures if _is_text(one, row_id(demand_id), place)), None)
    if one is None:
        show_period_figures(chat, key, unit_id)
        return
    texts = _texts_of(chat, one, part, period)
    _say_texts(
        chat, texts, one.sum.asked, one.title, page, period=period, part=part, demand=None, place=place
    )


def _is_text(one: PeriodFigure, demand_id: int, place: str) -> bool:
    its = one.demands[0] == demand_id and str(one.place) == place
    return its and one.sum.asked.kind == FigureKind.TEXT


def _texts_of(chat: Chat, one: PeriodFigure, part: Part, period: Period) -> AskedTexts:
    within = asked_within(period.first, period.last, chat.today)
    return AskedTexts(one.demands, one.sum.asked.key, and_(part.scope, within))


def _text_at(demand: Demand, place: str) -> AskedFigure | None:
    at = int(place) if place.isdecimal() else -1
    asked = demand.asks[at] if 0 <= at < len(demand.asks) else None
    return asked if asked is not None and asked.kind == FigureKind.TEXT else None


def _say_texts(
    chat: Chat, texts: AskedTexts, asked: AskedFigure, title: str, page: str, **where: Any
) -> None:
    number = int(page) if page.isdecimal() and len(page) < 6 else 0
    rows, total = texts_of_units(chat.session, texts, number, A_PAGE)
    more = (number + 1) * A_PAGE < total
    said: dict[str, Any] = {"asked": asked, "title": title, "rows": rows, "total": total}
    chat.say("summaries/texts", **said, **where, first=texts.demands[0], page=number, more=more)
