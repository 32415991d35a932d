"""What the office's dialogs share: whose office the person is, its plans in force, its errands."""

from collections.abc import Mapping

from bot.duties.in_force import plans_in_force
from bot.people.roles import role_holders
from bot.plans.plan import PlanText, plan_from_json
from bot.tables import Errand, ErrandState, Plan, Unit
from bot.tables.asked import GivenWorkbook
from bot.talk.chat import Chat, row_id

UNDECIDED = (ErrandState.ASKING, ErrandState.SHOWN)
"""The states of an errand that waits for the office."""


def offices_of(chat: Chat) -> list[Unit]:
    """The units whose office the person is."""
    return list({m.unit_id: m.unit for m in role_holders(chat.roles(), "administer")}.values())


def first_office(chat: Chat) -> Unit | None:
    offices = offices_of(chat)
    if offices:
        return offices[0]
    chat.refuse()
    return None


def own_plan(chat: Chat, plan_id: str) -> Plan | None:
    """The plan, if it belongs to a unit of this office."""
    found = [plan for plan in plans_in_force(chat.session, chat.roles()) if str(plan.id) == plan_id]
    if found:
        return found[0]
    chat.refuse()
    return None


def own_errand(chat: Chat, errand_id: str, *states: ErrandState) -> Errand | None:
    """The office's errand if it stands where the button means; else says that it is over."""
    errand = chat.session.get(Errand, row_id(errand_id), with_for_update=True, populate_existing=True)
    if errand is None or errand.unit_id not in [unit.id for unit in offices_of(chat)]:
        chat.refuse()
        return None
    if errand.state not in states:
        chat.end()
        chat.say("plans/over")
        return None
    return errand


def plan_given(errand: Errand) -> tuple[PlanText, Mapping[str, str]]:
    """The plan that was read from the office's workbook, and what the office has said about its open days."""
    given = errand.about(GivenWorkbook)
    return plan_from_json(given.plan), given.answers
