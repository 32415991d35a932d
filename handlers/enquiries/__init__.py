"""What people ask: answered from the office's file and the rules in force; the file itself; what nobody has answered yet."""

from collections.abc import Mapping

from bot.enquiries.errands import do_enquiry_workbook, send_enquiry_book
from bot.tables import ErrandKind
from bot.talk.desk import Flow, Handler
from bot.talk.errands import Work
from handlers.enquiries import asking, office, unanswered

COMMANDS: dict[str, Handler] = {}

ACTIONS: dict[str, Handler] = {
    "enquiries": office.show_enquiries,
    "enquiries.answer": asking.show_answer,
    "enquiries.wrong": asking.say_wrong,
    "enquiries.book": office.order_book,
    "enquiries.give": office.begin_giving,
    "enquiries.yes": office.agree_book,
    "enquiries.again": office.show_again,
    "enquiries.drop": office.drop_book,
    "enquiries.open": unanswered.show_unanswered,
    "enquiries.write": unanswered.begin_answer,
    "enquiries.pass": unanswered.pass_over,
}

WORK: Mapping[ErrandKind, Work] = {
    ErrandKind.ENQUIRIES: do_enquiry_workbook,
    ErrandKind.ENQUIRY_BOOK: send_enquiry_book,
}

FLOWS: tuple[Flow, ...] = (office.FLOW, unanswered.FLOW)
