"""`/tinhhinh`: how the person's own unit stands."""

from bot.conversation import Chat
from bot.domain.counting import tallies
from bot.domain.duties import outlooks
from bot.domain.roles import holders
from bot.models import Duty, Membership, Unit


def show(chat: Chat, unit_id: str = "") -> None:
    mine = holders(chat.roles(), "read")
    chosen = [m.unit for m in mine if not unit_id or str(m.unit_id) == unit_id]
    if not chosen:
        chat.say("talk/not_yours")
    elif len({unit.id for unit in chosen}) > 1:
        chat.say("talk/which_unit", units=_unique(chosen), action="unit")
    else:
        _show(chat, chosen[0])


def _unique(units: list[Unit]) -> list[Unit]:
    return list({unit.id: unit for unit in units}.values())


def _show(chat: Chat, unit: Unit) -> None:
    figures = tallies(chat.session, Duty.unit_id == unit.id, chat.today)
    total = {
        name: sum(getattr(t, name) for t in figures)
        for name in ("expected", "on_time", "late", "open", "overdue")
    }
    present, obliged = sum(t.present for t in figures), sum(t.obliged for t in figures)
    waiting = outlooks(chat.session, unit.id, chat.at, chat.zone)
    people = (
        chat.session.query(Membership).filter_by(unit_id=unit.id, role="secretary", ended_at=None).count()
    )
    chat.say(
        "unit/unit",
        unit=unit,
        total=total,
        present=present,
        obliged=obliged,
        waiting=waiting,
        secretaries=people,
        leads=chat.may("lead", unit.path),
    )
