"""`/tonghop`, `/chuanop`, `/xuat`: what a leader is told now, who is missing, and the table to take away."""

from bot.duties.apart import apart_figures
from bot.duties.counting import Tally, missing_duties, tally_now, urgent_first
from bot.materials.receipts import receipts_of_demands
from bot.people.nudging import Reach
from bot.people.roles import role_holders, within_subtree
from bot.reminders.escalation import out_of_touch
from bot.reports.reviewing import count_handed_in, count_waiting
from bot.scores.standing import below_scores
from bot.summaries.figures import sum_figures
from bot.summaries.localities import answers_of_localities, months_lately, places_told_to, sum_localities
from bot.tables import Demand, Duty, Unit
from bot.tables.asked import NudgedUnits
from bot.talk.chat import Chat
from handlers.summaries.asking import answer_asked
from handlers.summaries.nudging import NAMED, demand_in_reach, reach_of, start_nudging
from handlers.summaries.part import may_sum

SHOWN = 40
TOLD = 8
"""So many demands are told of with all their figures."""
LOST_NAMES = 5
UNASKED = 5
"""So many units are reminded without being asked once more."""
AGREED = "yes"


def _figures(chat: Chat) -> list[Tally]:
    scope = within_subtree(Duty.path, chat.roles(), "sum")
    return urgent_first(tally_now(chat.session, scope, chat.today), chat.today)


def show_summary(chat: Chat) -> None:
    """What stands behind `/tonghop` is answered; alone, it is what stands now."""
    if chat.command is not None and chat.command.rest:
        if may_sum(chat):
            answer_asked(chat, chat.command.rest, show_now)
    else:
        show_now(chat)


def show_now(chat: Chat) -> None:
    """One line for each thing that is asked for now, then who is missing, then buttons."""
    if may_sum(chat):
        units = [m.unit for m in role_holders(chat.roles(), "sum")]
        scope = within_subtree(Duty.path, chat.roles(), "sum")
        lost, names = out_of_touch(chat.session, scope, chat.today, LOST_NAMES)
        figures = _figures(chat)
        places = places_told_to(chat.session, chat.roles(), chat.moment)
        receipts = receipts_of_demands(chat.session, [t.demand_id for t in figures[:TOLD]], scope, chat.today)
        chat.say(
            "summaries/now",
            figures=figures,
            apart=apart_figures(figures),
            units=units,
            lost=lost,
            lost_names=names,
            receipts=receipts,
            sums=sum_figures(chat.session, [t.demand_id for t in figures[:TOLD]], scope, chat.today),
            scores=below_scores(chat),
            reviews=count_waiting(chat.session, chat.roles(), chat.person.id),
            places=places,
            places_answers=answers_of_localities(chat.session, chat.today) if places else [],
            places_sum=sum_localities(places),
            places_since=months_lately(chat.today),
        )


def missing_list(chat: Chat) -> None:
    """`/chuanop`: which demands still miss somebody."""
    if may_sum(chat):
        asked = _figures(chat)
        figures = [t for t in asked if t.open]
        chat.say("summaries/missing", figures=figures, apart=apart_figures(figures), asked=bool(asked))


def missing_units(chat: Chat, demand_id: str = "") -> None:
    """The units that a demand still waits for, with a button to have them reminded."""
    demand = demand_in_reach(chat, demand_id, "sum")
    if demand is None:
        return
    rows = _missing(chat, demand, "sum")
    may = bool(role_holders(chat.roles(), "nudge"))
    found = reach_of(chat, NudgedUnits(demand.id)) if may else Reach()
    overdue = reach_of(chat, NudgedUnits(demand.id, overdue=True)) if may else Reach()
    chat.say(
        "summaries/units",
        demand=demand,
        rows=[
            (duty, unit, duty.last_day is not None and duty.last_day < chat.today)
            for duty, unit in rows[:SHOWN]
        ],
        more=max(0, len(rows) - SHOWN),
        units=len({unit.id for _, unit in rows}),
        handed=count_handed_in(chat.session, demand, within_subtree(Duty.path, chat.roles(), "sum")),
        reach=found,
        overdue=overdue.units,
        named=NAMED,
    )


def _missing(chat: Chat, demand: Demand, action: str) -> list[tuple[Duty, Unit]]:
    scope = within_subtree(Duty.path, chat.roles(), action)
    rows = chat.session.execute(missing_duties(scope & (Duty.demand_id == demand.id), chat.today))
    return [(duty, unit) for duty, unit in rows]


def nudge_missing(chat: Chat, demand_id: str = "", agreed: str = "") -> None:
    """Has the secretaries of the missing units reminded in the leader's name, once a day; more than a few after a yes."""
    demand = demand_in_reach(chat, demand_id, "nudge")
    if demand is None:
        return
    asked = NudgedUnits(demand.id)
    found = reach_of(chat, asked)
    if found.units > UNASKED and agreed != AGREED:
        chat.say("summaries/nudge_ask", demand=demand, reach=found, agreed=AGREED)
        return
    start_nudging(chat, demand, asked)


def link_export(chat: Chat) -> None:
    """`/xuat`: a link to the table; it is made when it is opened."""
    if may_sum(chat):
        chat.say("summaries/export", link=chat.export_link())
