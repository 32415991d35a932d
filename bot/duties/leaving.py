"""What a loaded plan asks no more: withdrawn, or lapsed where its last day has passed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.orm import InstrumentedAttribute

from bot.duties.changes import Loading, note_title
from bot.duties.present import ASKING, ROWS, Present
from bot.duties.withdrawing import withdraw_reminders
from bot.tables import Demand, Duty, DutyState, Unit


def leave_the_rest(loading: Loading, only: ColumnElement[bool] | None = None) -> None:
    """The duties of units that are no longer below the plan's committee, and those about such units; of those of them that `only`
    (a condition on Unit) lets through."""
    gone = {
        row.id: row for column in (Duty.unit_id, Duty.about_id) for row in _strange(loading, column, only)
    }
    leave_duties(loading, list(gone.values()))


def _strange(
    loading: Loading, column: InstrumentedAttribute[Any], only: ColumnElement[bool] | None
) -> Sequence[Present]:
    """What is asked of, or about, units that the plan is not for.

    The units of the one less those of the other: where PostgreSQL has not yet counted what has just been written, it looks through all
    units for each duty to know what is "in none of" them, or has none that "exists". That never ends.
    """
    asking = (Duty.plan_id == loading.plan.id, Duty.state.in_(ASKING), column.is_not(None))
    meant = true() if only is None else column.in_(select(Unit.id).where(only))
    at_home = select(Unit.id).where(loading.living())
    units = loading.session.scalars(select(column).where(*asking, meant).except_(at_home)).all()
    found: list[Present] = []
    for start in range(0, len(units), ROWS):
        theirs = select(Duty.id, Duty.state, Duty.due_on, Duty.demand_id).where(*asking)
        found += loading.session.execute(theirs.where(column.in_(units[start : start + ROWS])))
    return found


def leave_duties(loading: Loading, rows: Sequence[Present]) -> None:
    """They are asked no more. What was due by yesterday stays in the figures as not done, what was done as done."""
    loading.changes.done += sum(row.state == DutyState.DONE for row in rows)
    asking = [row for row in rows if row.state in ASKING]
    past = [
        r.id
        for r in asking
        if r.state == DutyState.OPEN and r.due_on is not None and r.due_on < loading.today
    ]
    coming = [row.id for row in asking if row.id not in set(past)]
    loading.changes.withdrawn += len(coming)
    loading.changes.lapsed += len(past)
    for state, ids in ((DutyState.LAPSED, past), (DutyState.WITHDRAWN, coming)):
        _note_gone(loading, ids)
        for start in range(0, len(ids), ROWS):
            some = ids[start : start + ROWS]
            loading.session.execute(
                update(Duty)
                .where(Duty.id.in_(some), Duty.state.in_(ASKING))
                .values(state=state, next_reminder_at=None)
            )
            withdraw_reminders(loading.session, some, loading.moment.at)


def _note_gone(loading: Loading, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), ROWS):
        some = select(Duty.demand_id).where(Duty.id.in_(ids[start : start + ROWS]))
        for title in loading.session.scalars(select(Demand.title).where(Demand.id.in_(some))):
            note_title(loading.changes.gone, title)
