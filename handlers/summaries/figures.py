"""What units have answered to the figures of a demand: the sums, and the short texts page by page."""

from bot.people.roles import within_subtree
from bot.summaries.figures import sum_figures, texts_of_units
from bot.tables import Duty, FigureKind
from bot.talk.chat import Chat
from handlers.summaries.nudging import demand_in_reach

A_PAGE = 10


def show_figure_sums(chat: Chat, demand_id: str = "") -> None:
    """`Số liệu`: each number summed over the units below, with how many have answered."""
    demand = demand_in_reach(chat, demand_id, "sum")
    if demand is not None:
        scope = within_subtree(Duty.path, chat.roles(), "sum")
        sums = sum_figures(chat.session, [demand.id], scope, chat.today).get(demand.id, [])
        chat.say("summaries/figures", demand=demand, sums=sums)


def show_figure_texts(chat: Chat, demand_id: str = "", place: str = "", page: str = "") -> None:
    """The short texts of one figure, by its place in the plan, each with the name of its unit and of nobody."""
    demand = demand_in_reach(chat, demand_id, "sum")
    if demand is None:
        return
    at = int(place) if place.isdecimal() else -1
    if not 0 <= at < len(demand.asks) or demand.asks[at].kind != FigureKind.TEXT:
        show_figure_sums(chat, str(demand.id))
        return
    number = int(page) if page.isdecimal() and len(page) < 6 else 0
    scope = within_subtree(Duty.path, chat.roles(), "sum")
    rows, total = texts_of_units(
        chat.session, demand.id, demand.asks[at].key, scope, chat.today, number, A_PAGE
    )
    chat.say(
        "summaries/texts",
        demand=demand,
        asked=demand.asks[at],
        place=at,
        rows=rows,
        total=total,
        page=number,
        more=(number + 1) * A_PAGE < total,
    )
