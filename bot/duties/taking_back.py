"""A plan is taken back, portion by portion."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.changes import Changes, Loading
from bot.duties.demands import Demands
from bot.duties.loading import compare_portion
from bot.duties.portions import Comparison
from bot.duties.present import ASKING
from bot.duties.reloading import text_of
from bot.store.db import Database
from bot.tables import Duty, Plan, Unit


def withdraw_portion(
    session: Session, plan: Plan, moment: Moment, changes: Changes, after: str = ""
) -> str | None:
    """Takes a plan back: what was done stays, what was due by yesterday stays in the figures as not done, the rest is
    asked no more. Loaded again, it comes back. Of so many units behind the path `after` as come at once; answers as `load_portion`."""
    nothing = text_of(plan).model_copy(update={"topics": (), "duties": ()})
    loading = Loading(session, plan, nothing, session.get_one(Unit, plan.unit_id), moment, changes)
    through = compare_portion(loading, Comparison(loading, Demands(loading, {})), after)
    if through is None and after and _still_asking(session, plan):
        return ""  # it was loaded again meanwhile, as the tree changed
    plan.withdrawn_at = moment.at if through is None else None
    session.flush()
    return through


def _still_asking(session: Session, plan: Plan) -> bool:
    return bool(session.scalar(select(exists().where(Duty.plan_id == plan.id, Duty.state.in_(ASKING)))))


def withdraw_by_portions(db: Database, plan_id: int, moment: Moment) -> Changes:
    """All of it, as `load_by_portions`."""
    changes = Changes()
    after: str | None = ""
    while after is not None:
        with db.write() as session:
            plan = session.get_one(Plan, plan_id, with_for_update=True, populate_existing=True)
            after = withdraw_portion(session, plan, moment, changes, after)
    return changes
