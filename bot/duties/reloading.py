"""Plans in force are loaded again, when the tree of units has changed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, undefer

from bot.calendar import Moment
from bot.duties.changes import Changes
from bot.duties.loading import load_by_portions, load_plan, load_portion
from bot.people.roles import units_below
from bot.plans.plan import PlanText, plan_from_json
from bot.plans.who import reach_of_unit
from bot.store.db import Database
from bot.tables import Plan, Unit


def reload_all(session: Session, moment: Moment) -> list[tuple[Plan, Changes]]:
    """Loads every plan in force again, after the tree of units has changed."""
    done = []
    for plan in session.scalars(select(Plan).where(Plan.withdrawn_at.is_(None)).order_by(Plan.id)).all():
        done.append(load_plan(session, text_of(plan), session.get_one(Unit, plan.unit_id), moment))
    return done


def reload_by_portions(db: Database, moment: Moment) -> list[tuple[Plan, Changes]]:
    """As `reload_all`, each plan as `load_by_portions`."""
    with db.read() as session:
        ids = session.scalars(select(Plan.id).where(Plan.withdrawn_at.is_(None)).order_by(Plan.id)).all()
        plans = [session.get_one(Plan, plan_id, options=[undefer(Plan.content)]) for plan_id in ids]
        facts = [(text_of(plan), plan.unit_id) for plan in plans]
    return [load_by_portions(db, text, owner_id, moment, {}) for text, owner_id in facts]


def reload_portion(
    session: Session, plan: Plan, moment: Moment, changes: Changes, after: str = ""
) -> str | None:
    """As `load_portion`, of a plan that is in force."""
    owner = session.get_one(Unit, plan.unit_id)
    return load_portion(session, text_of(plan), owner, moment, {}, changes, after)[1]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a unit stood before it changed, or stands now, and as what."""

    path: str
    kind: str


def reload_around(session: Session, places: Sequence[Standing], moment: Moment) -> list[tuple[Plan, Changes]]:
    """Loads the plans again where a unit has changed: what it and those below it owe, and, by a plan that asks something about
    each unit, what is owed about those that it reaches. All other units, and the plans that are not for it, stay unread.

    A plan whose own words are other ones than when it was last loaded is loaded whole: it concerns everybody."""
    done = []
    for plan in session.scalars(select(Plan).where(Plan.withdrawn_at.is_(None)).order_by(Plan.id)).all():
        owner = session.get_one(Unit, plan.unit_id)
        if not any(place.path.startswith(owner.path) for place in places):
            continue
        text = text_of(plan)
        about_each = any(duty.for_each for duty in text.duties)
        paths = {place.path for place in places}
        paths |= {reach_of_unit(place.path, place.kind) for place in places if about_each}
        only = or_(*(units_below(Unit.path, path) for path in sorted(paths)))
        trial = session.begin_nested()
        loaded = load_plan(session, text, owner, moment, only=only)
        if loaded[1].changed:
            trial.rollback()
            loaded = load_plan(session, text, owner, moment)
        else:
            trial.commit()
        done.append(loaded)
    return done


def text_of(plan: Plan) -> PlanText:
    """The plan as it was read from its file."""
    return plan_from_json(json.dumps(plan.content))
