"""`/tinhhinh`: how the person's own unit stands."""

from sqlalchemy import select

from bot.duties.counting import asked_in_year, tally_demands
from bot.duties.outlook import unit_outlooks
from bot.materials.receipts import materials_for
from bot.natural import in_natural_order
from bot.people.roles import role_holders
from bot.scores.standing import unit_scores
from bot.tables import Duty, Membership, Role, Unit
from bot.talk.chat import Chat


def show_unit(chat: Chat, unit_id: str = "") -> None:
    mine = {m.unit_id: m.unit for m in role_holders(chat.roles(), "read")}
    chosen = [unit for unit in mine.values() if not unit_id or str(unit.id) == unit_id]
    if not chosen:
        chat.say("talk/not_yours")
    elif len(chosen) > 1:
        chat.say("talk/which_unit", units=in_natural_order(chosen, lambda unit: unit.code), action="unit")
    else:
        _show(chat, chosen[0])


def _show(chat: Chat, unit: Unit) -> None:
    figures = tally_demands(chat.session, asked_in_year(Duty.unit_id == unit.id, chat.today), chat.today)
    sums = chat.may("sum", unit.path)
    if not figures and sums:
        chat.open("sum")  # a committee that owes nothing itself: its cells are what there is to see
        return
    total = {
        name: sum(getattr(t, name) for t in figures)
        for name in ("expected", "on_time", "late", "open", "overdue")
    }
    present, obliged = sum(t.present for t in figures), sum(t.obliged for t in figures)
    waiting = unit_outlooks(chat.session, unit.id, chat.moment)
    staffed = chat.session.scalars(
        select(Membership.id)
        .where(
            Membership.unit_id == unit.id, Membership.role == Role.SECRETARY, Membership.ended_at.is_(None)
        )
        .limit(1)
    ).first()
    chat.say(
        "units/unit",
        unit=unit,
        total=total,
        present=present,
        obliged=obliged,
        waiting=waiting,
        tied=materials_for(chat.session, [view.duty for view in waiting]),
        staffed=staffed is not None,
        leads=chat.may("lead", unit.path),
        sums=sums,
        scores=unit_scores(chat, unit),
    )
