"""What a committee says to the units below: written, sent, received, looked at."""

from collections.abc import Mapping

from bot.tables import ErrandKind
from bot.talk.desk import Flow, Handler
from bot.talk.errands import Work
from handlers.notices import receipts, writing

COMMANDS: dict[str, Handler] = {"/thongbao": receipts.show_notices}

ACTIONS: dict[str, Handler] = {
    "notices": receipts.show_notices,
    "notices.write": writing.begin_notice,
    "notices.card": receipts.show_notice,
    "notices.open": receipts.show_open,
    "notices.again": receipts.remind_again,
    "notices.drop": receipts.call_off,
    "notices.got": receipts.confirm_receipt,
}

WORK: Mapping[ErrandKind, Work] = {ErrandKind.NOTICE: receipts.remind_portions}

FLOWS: tuple[Flow, ...] = (writing.FLOW,)
