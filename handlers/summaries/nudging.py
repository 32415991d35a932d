"""Many units reminded in a leader's name, outside of the talk: portion by portion, each told once, the leader when all are through."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from bot.calendar import Moment, next_allowed
from bot.duties.counting import last_day, missing_duties
from bot.natural import in_natural_order
from bot.people.nudging import Reach, reachable_secretaries
from bot.people.roles import role_holders, within_subtree
from bot.reminders.later import nudge_person
from bot.summaries.figures import lacking_figures
from bot.tables import Demand, Duty, DutyState, Errand, ErrandKind, ErrandState, Membership, Unit
from bot.tables.asked import NudgedUnits
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Desk
from bot.talk.errands import locked_errand, tell_asker

PORTION = 200
"""So many units are told in one transaction."""
NAMED = 12
"""So many units that cannot be told are named."""


def demand_in_reach(chat: Chat, demand_id: str, action: str) -> Demand | None:
    """The demand, if something is asked by it where `action` reaches; else says no, and nothing of another committee's."""
    number, scope = row_id(demand_id), within_subtree(Duty.path, chat.roles(), action)
    asked = select(Duty.id).where(Duty.demand_id == number, Duty.state != DutyState.WITHDRAWN, scope)
    if chat.session.scalars(asked.limit(1)).first() is not None:
        return chat.session.get_one(Demand, number)
    chat.say("talk/not_yours")
    return None


def chosen(asked: NudgedUnits, today: date) -> ColumnElement[bool]:
    """The duties (a condition on Duty) that are meant: all of the demand, those that are overdue, those of some units."""
    parts = [Duty.demand_id == asked.demand]
    if asked.overdue:
        parts.append(last_day() < today)
    if asked.units:
        parts.append(Duty.unit_id.in_(asked.units))
    return and_(*parts)


def missing_rows(
    session: Session,
    roles: Sequence[Membership],
    asked: NudgedUnits,
    moment: Moment,
    *where: ColumnElement[bool],
) -> list[tuple[Duty, Unit]]:
    """The duties that are missing of those that are meant, where these roles may remind, and their units."""
    return [
        (duty, unit) for duty, unit in session.execute(_meant(session, roles, asked, moment).where(*where))
    ]


def _meant(
    session: Session, roles: Sequence[Membership], asked: NudgedUnits, moment: Moment
) -> Select[Duty, Unit]:
    scope = within_subtree(Duty.path, roles, "nudge")
    meant = scope & chosen(asked, moment.today)
    if asked.figures:
        return lacking_figures(session.get_one(Demand, asked.demand), moment.today).where(meant)
    return missing_duties(meant, moment.today)


def reach_of(chat: Chat, asked: NudgedUnits) -> Reach:
    """Whom reminding them would tell now."""
    rows = missing_rows(chat.session, chat.roles(), asked, chat.moment)
    return reachable_secretaries(chat.session, rows, chat.today)


def nudge_reached(desk: Desk, session: Session, found: Reach, moment: Moment) -> set[int]:
    """Reminds them; answers which units (ids) were told."""
    return {
        one.duty.unit_id
        for one in found.nudges
        if [p for p in one.people if nudge_person(desk, session, p, one.duty, moment)]
    }


def start_nudging(chat: Chat, demand: Demand, asked: NudgedUnits) -> None:
    """Has them reminded: at once, or by and by where there are very many; afterwards it is said who was told, who could not be."""
    found = reach_of(chat, asked)
    chat.note("nudged", f"demand:{demand.id}")
    if found.units > PORTION:
        home = role_holders(chat.roles(), "nudge")[0].unit_id
        facts = {"person_id": chat.person.id, "unit_id": home, "created_at": chat.at}
        chat.session.add(Errand(kind=ErrandKind.NUDGE, state=ErrandState.NEW, args=asked, **facts))
        chat.say("summaries/nudging", units=found.units)
        return
    told = nudge_reached(chat.desk, chat.session, found, chat.moment)
    units = {one.duty.unit_id: one.duty.unit for one in found.nudges if one.duty.unit_id in told}
    goes_at = next_allowed(chat.moment)
    some = asked.overdue or asked.units or asked.figures
    chat.say(
        "summaries/nudged",
        demand=demand,
        told=len(told),
        names=in_natural_order(units.values(), lambda unit: unit.code) if some else [],
        again=len(found.again),
        later=goes_at if goes_at > chat.at else None,
        reach=found,
        named=NAMED,
    )


def nudge_portions(desk: Desk, errand_id: int, at: datetime) -> None:
    """Goes on behind the last unit that was told: the errand knows it, and that in the transaction which told it. All are told
    as of the moment at which the leader asked."""
    while _nudge_portion(desk, errand_id, at):
        desk.wake()


def _nudge_portion(desk: Desk, errand_id: int, at: datetime) -> bool:
    """Whether there may be more."""
    with desk.db.write() as session:
        errand = locked_errand(session, errand_id, ErrandState.NEW)
        if errand is None:
            return False
        moment = desk.moment(errand.created_at)
        roles = _roles(session, errand)
        so_far = errand.about(NudgedUnits)
        units = _next_units(session, roles, so_far, moment)
        if not units:
            _tell_all(desk, session, errand, roles, moment, at)
            return False
        rows = missing_rows(session, roles, so_far, moment, Duty.unit_id.in_(units))
        found = reachable_secretaries(session, rows, moment.today)
        told = so_far.told + len(nudge_reached(desk, session, found, moment))
        again = so_far.again + len(found.again)
        errand.args = replace(so_far, after=units[-1], told=told, again=again)
        return True


def _roles(session: Session, errand: Errand) -> list[Membership]:
    its = select(Membership).where(Membership.person_id == errand.person_id, Membership.ended_at.is_(None))
    return list(session.scalars(its.order_by(Membership.id)))


def _next_units(
    session: Session, roles: Sequence[Membership], so_far: NudgedUnits, moment: Moment
) -> list[int]:
    units = (
        _meant(session, roles, so_far, moment)
        .with_only_columns(Duty.unit_id)
        .where(Duty.unit_id > so_far.after)
        .order_by(None)
    )
    return list(session.scalars(units.distinct().order_by(Duty.unit_id).limit(PORTION)))


def _tell_all(
    desk: Desk, session: Session, errand: Errand, roles: Sequence[Membership], moment: Moment, at: datetime
) -> None:
    """They are through: whoever asked hears how many were told, and who could not be."""
    done = errand.about(NudgedUnits)
    left = reachable_secretaries(session, missing_rows(session, roles, done, moment), moment.today)
    errand.state, errand.done_at = ErrandState.DONE, at
    goes_at = next_allowed(moment)
    facts: dict[str, Any] = {"told": done.told, "names": [], "again": done.again, "reach": left}
    later = goes_at if goes_at > at else None
    demand = session.get_one(Demand, done.demand)
    tell_asker(
        desk, session, errand, at, "summaries/nudged", demand=demand, later=later, named=NAMED, **facts
    )
