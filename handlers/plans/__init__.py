"""The office's plans: sent, looked at, applied, taken back."""

from bot.talk.desk import Flow, Handler
from handlers.plans import deciding, office

COMMANDS: dict[str, Handler] = {}

ACTIONS: dict[str, Handler] = {
    "office": office.show,
    "office.plan": office.one_plan,
    "office.give": office.give,
    "office.book": office.ask_workbook,
    "office.export": office.export,
    "office.clone": office.begin_clone,
    "office.look": office.begin_look,
    "office.first": office.begin_look_first,
    "office.withdraw": office.begin_withdraw,
    "office.yes": deciding.agree,
    "office.again": deciding.show_again,
    "office.drop": deciding.drop,
    "office.ask": deciding.answer_question,
    "office.ask_day": deciding.begin_day,
}

FLOWS: tuple[Flow, ...] = (
    office.FLOW,
    deciding.FLOW,
)
