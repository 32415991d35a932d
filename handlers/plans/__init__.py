"""The office's plans: sent, looked at, applied, taken back."""

from bot.talk.desk import Flow, Handler
from handlers.plans import deciding, office

COMMANDS: dict[str, Handler] = {}

ACTIONS: dict[str, Handler] = {
    "office": office.show_office,
    "office.plan": office.one_plan,
    "office.give": office.ask_to_send_workbook,
    "office.book": office.ask_workbook,
    "office.export": office.export_plan,
    "office.clone": office.begin_clone,
    "office.look": office.begin_look,
    "office.first": office.begin_look_first,
    "office.withdraw": office.begin_withdraw,
    "office.yes": deciding.agree_errand,
    "office.again": deciding.show_again,
    "office.drop": deciding.drop_errand,
    "office.ask": deciding.answer_question,
    "office.ask_day": deciding.begin_day,
}

FLOWS: tuple[Flow, ...] = (
    office.FLOW,
    deciding.FLOW,
)
