"""`/tonghop`, `/chuanop`, `/xuat`: what a leader is told, who is missing, and the table to take away."""

from bot.conversation import Chat
from bot.domain.counting import Tally, current, missing, tallies
from bot.domain.people import secretaries_of
from bot.domain.roles import holders, within
from bot.models import Demand, Duty, Unit

SHOWN = 40


def _may_sum(chat: Chat) -> bool:
    if holders(chat.roles(), "sum"):
        return True
    chat.say("talk/not_yours")
    return False


def _figures(chat: Chat) -> list[Tally]:
    scope = within(Duty.path, chat.roles(), "sum")
    return tallies(chat.session, scope & current(chat.today), chat.today)


def show(chat: Chat) -> None:
    """One line for each thing that is asked for now, then who is missing, then buttons."""
    if _may_sum(chat):
        units = [m.unit for m in holders(chat.roles(), "sum")]
        chat.say("summaries/now", figures=_figures(chat), units=units)


def missing_list(chat: Chat) -> None:
    """`/chuanop`: which demands still miss somebody."""
    if _may_sum(chat):
        chat.say("summaries/missing", figures=[t for t in _figures(chat) if t.open])


def missing_units(chat: Chat, demand_id: str) -> None:
    """The units that a demand still waits for, with a button to have them reminded."""
    if not _may_sum(chat):
        return
    demand = chat.session.get(Demand, int(demand_id)) if demand_id.isdigit() else None
    if demand is None:
        chat.say("talk/not_yours")
        return
    rows = _missing(chat, demand.id)
    chat.say(
        "summaries/units",
        demand=demand,
        rows=[
            (duty, unit, duty.due_on is not None and duty.due_on < chat.today) for duty, unit in rows[:SHOWN]
        ],
        more=max(0, len(rows) - SHOWN),
        may_nudge=bool(holders(chat.roles(), "nudge")),
    )


def _missing(chat: Chat, demand_id: int, action: str = "sum") -> list[tuple[Duty, Unit]]:
    scope = within(Duty.path, chat.roles(), action)
    return [
        (d, u) for d, u in chat.session.execute(missing(scope & (Duty.demand_id == demand_id), chat.today))
    ]


def nudge(chat: Chat, demand_id: str) -> None:
    """Has the secretaries of the missing units reminded, at once and in the leader's name; once a day."""
    if not holders(chat.roles(), "nudge") or not demand_id.isdigit():
        chat.say("talk/not_yours")
        return
    rows = _missing(chat, int(demand_id), "nudge")
    people = secretaries_of(chat.session, [unit.id for _, unit in rows])
    told, alone = 0, 0
    for duty, unit in rows:
        reached = [chat.nudge(person, duty) for person in people.get(unit.id, [])]
        told += any(reached)
        alone += not reached
    chat.note("nudged", f"demand:{demand_id}")
    chat.say("summaries/nudged", told=told, alone=alone, known=len(rows) - told - alone)


def export(chat: Chat) -> None:
    """`/xuat`: a link to the table; it is made when it is opened."""
    if _may_sum(chat):
        chat.say("summaries/export", link=chat.export_link())
