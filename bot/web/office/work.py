"""Rooms of the work: what is asked for now and who has not done it, and the reports that wait to be looked at."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from bot.duties.apart import apart_figures
from bot.duties.counting import missing_duties, tally_now, urgent_first
from bot.people.roles import within_subtree
from bot.people.staff import secretaries_of
from bot.reports.reviewing import count_waiting, waiting_reviews
from bot.tables import Demand, Duty
from bot.web.office.look import PAGE, Look


def see_open(look: Look) -> Mapping[str, Any]:
    """What `/tonghop` counts, or of one demand the units that it still waits for."""
    demand = look.session.get(Demand, look.number("demand"))
    scope, today = within_subtree(Duty.path, look.roles, "sum"), look.moment.today
    if demand is not None:
        missing = missing_duties(scope & (Duty.demand_id == demand.id), today)
        total = look.session.scalar(select(func.count()).select_from(missing.order_by(None).subquery())) or 0
        page = look.page_of(total)
        rows = look.session.execute(missing.offset(page["first"]).limit(PAGE)).all()
        leaders = secretaries_of(look.session, {unit.id for _, unit in rows})
        return {"demand": demand, "rows": rows, "leaders": leaders, **page}
    figures = urgent_first(tally_now(look.session, scope, today), today)
    return {"demand": None, "figures": figures, "apart": apart_figures(figures)}


def see_files(look: Look) -> Mapping[str, Any]:
    """The oldest first; what is looked at makes room for the next."""
    return {
        "rows": waiting_reviews(look.session, look.roles, look.person_id, PAGE),
        "total": count_waiting(look.session, look.roles, look.person_id),
    }
