"""The turns of a topic that recurs: each period's meeting is one, with files and receipts of its own."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.periods import Period
from bot.tables import Demand, Duty, DutyKind, DutyState, Topic

EVERY = ""
"""The period of what goes with every turn of its topic; all that belongs to a topic that does not recur has it too."""
LIVE = (DutyState.OPEN, DutyState.WAITING, DutyState.DONE, DutyState.LAPSED)


def turn_of(duty: Duty) -> str:
    """The period ("2022-04") of the recurring topic that this meeting is about; EVERY where its topic comes once."""
    return EVERY if duty.chosen_id else duty.demand.period


def topic_turns(session: Session, topic: Topic) -> list[Period]:
    """The periods for which meetings on the topic are asked for, in their order; none for a topic that comes once."""
    rows = session.execute(
        select(Demand.period, Demand.period_first, Demand.period_last)
        .where(
            Demand.plan_id == topic.plan_id,
            Demand.kind == DutyKind.MEETING,
            Demand.base == topic.key,
            Demand.period != EVERY,
            exists().where(Duty.demand_id == Demand.id, Duty.state.in_(LIVE)),
        )
        .order_by(Demand.period_first)
    ).all()
    found = {row.period: Period(row.period_first, row.period_last, row.period) for row in rows}
    return list(found.values())


def at_hand(found: Iterable[Period], today: date) -> Period | None:
    """The current turn, else the next one, else the last."""
    found = list(found)
    coming = [turn for turn in found if turn.last >= today]
    return (
        min(coming, key=lambda turn: turn.last)
        if coming
        else max(found, key=lambda turn: turn.last, default=None)
    )
