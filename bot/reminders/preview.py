"""Shows the office every message that a plan would send about one unit, outside of any talk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.duties.reloading import text_of
from bot.plans.plan import PlanText, plan_from_json
from bot.problems import Rejected
from bot.reminders.look_ahead import foresee_messages
from bot.tables import Errand, ErrandState, Plan, Unit
from bot.tables.asked import PlanPreview
from bot.talk.desk import Desk
from bot.talk.errands import locked_errand, read_errand, refuse_errand, tell_asker

SHOWN = 40
"""So many messages are shown on a page."""


def do_plan_preview(desk: Desk, errand_id: int, at: datetime) -> None:
    """From today to the plan's end; of a plan that is over, from its beginning."""
    _, asked, office_id = read_errand(desk, errand_id, PlanPreview)
    text, owner_id, answers = _plan_of(desk, asked, office_id)
    head, today = text.head, desk.moment(at).today
    first = max(today, head.starts) if today <= head.ends else head.starts
    try:
        found = foresee_messages(
            desk, text, owner_id, asked.unit, first, head.ends, answers=answers, as_usual=asked.usual
        )
    except Rejected as rejected:
        refuse_errand(desk, errand_id, at, rejected.problems)
        return
    pages = [found[start : start + SHOWN] for start in range(0, len(found), SHOWN)] or [[]]
    with desk.db.write() as session:
        errand = locked_errand(session, errand_id, ErrandState.NEW)
        if errand is None:
            return
        errand.state, errand.done_at = ErrandState.DONE, at
        first_look = session.get(Errand, asked.of)
        facts: dict[str, Any] = {
            "undecided": first_look if first_look and first_look.state == ErrandState.SHOWN else None,
            "unit": session.get_one(Unit, asked.unit),
            "plan": text,
            "plan_id": asked.plan_id,
            "first": first,
            "total": len(found),
            "pages": len(pages),
        }
        for number, page in enumerate(pages, 1):
            tell_asker(desk, session, errand, at, "plans/looked", found=page, number=number, **facts)


def _plan_of(desk: Desk, asked: PlanPreview, office_id: int) -> tuple[PlanText, int, Mapping[str, str]]:
    """The plan, whose it is (the id of a unit), and what the office has answered: of one that is loaded or not yet."""
    if asked.plan:
        return plan_from_json(asked.plan), office_id, asked.answers
    with desk.db.read() as session:
        row = session.get_one(Plan, asked.plan_id)
        return text_of(row), row.unit_id, row.answers
