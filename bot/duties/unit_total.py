"""What one unit owes and has done in a year: one sum over all that is asked of it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from bot.duties.counting import asked_for, last_day, sum_of
from bot.duties.standings import UNDONE
from bot.store.known import Known
from bot.tables import Demand, Duty, DutyState


@dataclass(frozen=True, slots=True)
class UnitTotal:
    """As in a Tally; `present` and `obliged` are summed over the meetings that were held."""

    expected: int
    on_time: int
    late: int
    open: int
    overdue: int
    present: int
    obliged: int


_today, _new_year = bindparam("today", type_=Date), bindparam("new_year", type_=Date)
_done, _undone = Duty.state == DutyState.DONE, Duty.state.in_(UNDONE)
_asked = (
    Duty.unit_id == bindparam("unit"),
    asked_for(_today),
    or_(
        Duty.state == DutyState.OPEN,
        Duty.due_on >= _new_year,
        Demand.period_last >= _new_year,
        Demand.due_on >= _new_year,
    ),
)
_TOTAL = Known(
    select(
        func.count(),
        sum_of(and_(_done, Duty.on_time.is_(True))),
        sum_of(and_(_done, Duty.on_time.is_(False))),
        sum_of(_undone),
        sum_of(and_(_undone, last_day() < _today)),
        func.coalesce(func.sum(Duty.present), 0),
        func.coalesce(func.sum(Duty.obliged), 0),
    )
    .join(Demand, Demand.id == Duty.demand_id)
    .where(*_asked)
)


def total_of_unit(session: Session, unit_id: int, today: date) -> UnitTotal:
    """What falls into the calendar year of `today` or is due in it, and what is open from before."""
    its = {"unit": unit_id, "today": today, "new_year": date(today.year, 1, 1)}
    session.flush()
    return UnitTotal(*_TOTAL.rows(session, its)[0])
