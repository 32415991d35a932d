"""`/tinhhinh`: how the person's own unit stands."""

from sqlalchemy import bindparam, select

from bot.duties.outlook import unit_outlooks
from bot.duties.unit_total import total_of_unit
from bot.materials.receipts import materials_for
from bot.natural import in_natural_order
from bot.people.roles import role_holders
from bot.scores.standing import unit_scores
from bot.store.known import Known
from bot.tables import Membership, Role, Unit
from bot.talk.chat import Chat

_SECRETARY = Known(
    select(Membership.id)
    .where(
        Membership.unit_id == bindparam("unit"),
        Membership.role == Role.SECRETARY,
        Membership.ended_at.is_(None),
    )
    .limit(1)
)


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
    total = total_of_unit(chat.session, unit.id, chat.today)
    sums = chat.may("sum", unit.path)
    if not total.expected and sums:
        chat.open("sum")  # a committee that owes nothing itself: its cells are what there is to see
        return
    waiting, leads = unit_outlooks(chat.session, unit.id, chat.moment), chat.may("lead", unit.path)
    chat.say(
        "units/unit",
        unit=unit,
        total=total,
        waiting=waiting,
        tied=materials_for(chat.session, [view.duty for view in waiting]),
        staffed=leads or _SECRETARY.value(chat.session, {"unit": unit.id}) is not None,
        leads=leads,
        sums=sums,
        scores=unit_scores(chat, unit),
    )
