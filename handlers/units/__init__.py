"""How a unit stands; the office's page of it."""

from bot.talk.desk import Flow, Handler
from handlers.units import office, unit

COMMANDS: dict[str, Handler] = {
    "/tinhhinh": unit.show_unit,
}

ACTIONS: dict[str, Handler] = {
    "unit": unit.show_unit,
    "admin.unit": office.begin_units_office,
    "admin.card": office.open_card,
    "admin.reopen": office.reopen_closed_unit,
}

FLOWS: tuple[Flow, ...] = (office.FLOW,)
