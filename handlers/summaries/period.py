"""A period that a leader asks for, taken apart, and the names behind its figures."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from bot.duties.counting import asked_for, asked_within
from bot.duties.period_counts import Box, names_in_box
from bot.periods import Period
from bot.summaries.figures import sum_period_figures
from bot.summaries.period import PartCount, sum_by_plan, sum_by_sector, sum_by_topic, sum_by_unit, sum_period
from bot.tables import Demand, Duty
from bot.talk.chat import Chat, row_id
from handlers.summaries.part import Part, part_asked, period_asked

PAGE = 20
"""So many names or lines stand in one message."""
SHOWN = 6
"""So many figures that the plans ask for stand below the counts; the rest behind a button."""
ALWAYS = "all"
"""What a button carries in the place of a period: whatever was due when, of one demand."""
Sum = Callable[[Session, ColumnElement[bool], Period, date], list[PartCount]]
SUMS: dict[str, Sum] = {"sectors": sum_by_sector, "plans": sum_by_plan, "topics": sum_by_topic}


def show_period(chat: Chat, key: str, unit_id: str = "") -> None:
    """What was due in the period, against the one before and month by month."""
    part = part_asked(chat, unit_id)
    period = period_asked(chat, key) if part else None
    if part is not None and period is not None:
        say_period(chat, period, part)


def say_period(chat: Chat, period: Period, part: Part) -> None:
    summary = sum_period(chat.session, part.scope, period, chat.today)
    figures = sum_period_figures(chat.session, part.scope, period, chat.today)
    chat.say("summaries/period", summary=summary, part=part, figures=figures, shown=SHOWN)


def show_parts(chat: Chat, key: str, by: str = "units", unit_id: str = "", page: str = "0") -> None:
    """The period taken apart by what stands below, by sector, plan or topic; twenty lines a page."""
    part = part_asked(chat, unit_id)
    period = period_asked(chat, key) if part else None
    if part is not None and period is not None:
        say_parts(chat, period, part, by, row_id(page))


def say_parts(chat: Chat, period: Period, part: Part, by: str, page: int = 0) -> None:
    if by in SUMS:
        lines = SUMS[by](chat.session, part.scope, period, chat.today)
    else:
        by = "units"
        lines = sum_by_unit(chat.session, part.scope, part.roots, period, chat.today)
    first = PAGE * page
    chat.say(
        "summaries/parts",
        period=period,
        part=part,
        by=by,
        lines=lines[first : first + PAGE],
        first=first,
        total=len(lines),
        page=page,
        more=first + PAGE < len(lines),
    )


def show_names(
    chat: Chat, key: str, box: str, unit_id: str = "", demand_id: str = "0", page: str = "0"
) -> None:
    """Which units stand behind a figure: done on time, late, or not yet; of a period, of a demand, or of both."""
    part = part_asked(chat, unit_id)
    if part is None:
        return
    demand = _demand_within(chat, demand_id, part)
    period = None if key == ALWAYS and demand else period_asked(chat, key)
    if box not in set(Box) or (demand is None and row_id(demand_id)):
        chat.say("talk/not_yours")
    elif period is not None or (key == ALWAYS and demand is not None):
        say_names(chat, period, Box(box), part, demand, row_id(page))


def _demand_within(chat: Chat, demand_id: str, part: Part) -> Demand | None:
    its = select(Duty.id).where(Duty.demand_id == row_id(demand_id), part.scope).limit(1)
    return chat.session.get(Demand, row_id(demand_id)) if chat.session.scalar(its) else None


def say_names(
    chat: Chat, period: Period | None, box: Box, part: Part, demand: Demand | None, page: int
) -> None:
    asked = [part.scope]
    if period is not None:
        asked.append(asked_within(period.first, period.last, chat.today))
    if demand is not None:
        its = select(Demand.id).where(Demand.id == demand.id)
        asked.append(Duty.demand_id.in_(its))
    if period is None:
        asked_now = (
            select(Duty.id).join(Demand, Demand.id == Duty.demand_id).where(*asked, asked_for(chat.today))
        )
        asked.append(Duty.id.in_(asked_now.correlate(None)))
    rows, total = names_in_box(chat.session, and_(*asked), box, PAGE * page, PAGE)
    chat.say(
        "summaries/names",
        period=period,
        when=period.key if period else ALWAYS,
        box=box,
        part=part,
        demand=demand,
        rows=rows,
        first=PAGE * page,
        total=total,
        page=page,
        more=PAGE * (page + 1) < total,
    )
