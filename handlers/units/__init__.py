"""How a unit stands, for its own people and for those above; the office's page of it."""

from collections.abc import Mapping

from bot.tables import ErrandKind
from bot.talk.desk import Flow, Handler
from bot.talk.errands import Work
from bot.units import errands
from handlers.units import card, changing, founding, office, replacing, unit

COMMANDS: dict[str, Handler] = {
    "/tinhhinh": unit.show_unit,
}

ACTIONS: dict[str, Handler] = {
    "unit": unit.show_unit,
    "unit.card": card.show_card,
    "admin.unit": office.begin_units_office,
    "admin.card": office.open_card,
    "admin.change": changing.begin_change,
    "admin.add": founding.begin_adding,
    "admin.replace": replacing.begin_replacing,
    "admin.reopen": office.reopen_closed_unit,
}

WORK: Mapping[ErrandKind, Work] = {
    ErrandKind.UNITS: errands.do_units_workbook,
    ErrandKind.UNIT_TEMPLATE: errands.send_unit_template,
    ErrandKind.UNIT_EXPORT: errands.export_units,
}

FLOWS: tuple[Flow, ...] = (office.FLOW, changing.FLOW, founding.FLOW, replacing.FLOW)
