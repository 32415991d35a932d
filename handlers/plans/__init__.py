"""The office's plans: sent, looked at, applied, taken back."""

from collections.abc import Mapping

from bot.reminders.preview import do_plan_preview
from bot.tables import ErrandKind
from bot.talk.desk import Flow, Handler
from bot.talk.errands import Work
from handlers.plans import deciding, errands, office

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

WORK: Mapping[ErrandKind, Work] = {
    ErrandKind.PLAN: errands.do_plan_workbook,
    ErrandKind.TEMPLATE: errands.send_plan_template,
    ErrandKind.EXPORT: errands.write_loaded_plan,
    ErrandKind.CLONE: errands.copy_plan,
    ErrandKind.LOOK: do_plan_preview,
    ErrandKind.WITHDRAW: errands.take_plan_back,
}

FLOWS: tuple[Flow, ...] = (
    office.FLOW,
    deciding.FLOW,
)
