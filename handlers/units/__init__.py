"""How a unit stands; the office's page of it."""

from bot.talk.desk import Flow, Handler
from handlers.units import office, unit

COMMANDS: dict[str, Handler] = {
    "/tinhhinh": unit.show,
}

ACTIONS: dict[str, Handler] = {
    "unit": unit.show,
    "admin.unit": office.begin,
    "admin.card": office.open_card,
    "admin.reopen": office.reopen,
}

FLOWS: tuple[Flow, ...] = (office.FLOW,)
