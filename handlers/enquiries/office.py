"""`❓ Hỏi đáp` of the office: its file of questions and answers sent, looked at, applied; taken home; what waits for an answer."""

from dataclasses import dataclass

from sqlalchemy import select

from bot.enquiries.asked import count_open
from bot.enquiries.file import enquiries_of
from bot.problems import Invalid
from bot.store.filetypes import XLS, XLSX
from bot.tables import Errand, ErrandKind, ErrandState, Unit
from bot.tables.asked import Asked, GivenWorkbook, Nothing
from bot.talk.answers import Answers
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.enquiries.offices import offices_of, own_office


@dataclass
class GivingEnquiries(Answers):
    """For which unit."""

    unit: int


def show_enquiries(chat: Chat, unit_id: str = "") -> None:
    offices = offices_of(chat)
    if not unit_id and len(offices) > 1:
        chat.say("enquiries/which", offices=offices)
        return
    unit = own_office(chat, unit_id or (offices[0].id if offices else ""))
    if unit is None:
        return
    if chat.dialog.flow in ("enquiries", "enquiry_answer"):
        chat.end()
    found = enquiries_of(chat.session, unit.id)
    waiting = _waiting(chat, unit)
    chat.say(
        "enquiries/office", unit=unit, found=found, open=count_open(chat.session, [unit.id]), waiting=waiting
    )


def _waiting(chat: Chat, unit: Unit) -> Errand | None:
    """The latest workbook that still waits for `Áp dụng`."""
    return chat.session.scalars(
        select(Errand)
        .where(
            Errand.unit_id == unit.id,
            Errand.kind == ErrandKind.ENQUIRIES,
            Errand.state == ErrandState.SHOWN,
        )
        .order_by(Errand.id.desc())
        .limit(1)
    ).first()


def _leave_errand(chat: Chat, unit: Unit, kind: ErrandKind, args: Asked = Nothing()) -> None:
    errand = Errand(person_id=chat.person.id, unit_id=unit.id, kind=kind, args=args, created_at=chat.at)
    chat.session.add(errand)
    chat.end()
    chat.say("plans/working", kind=kind)


def order_book(chat: Chat, unit_id: str) -> None:
    """The file with what there is; with nothing, an empty form."""
    unit = own_office(chat, unit_id)
    if unit is not None:
        _leave_errand(chat, unit, ErrandKind.ENQUIRY_BOOK)


def begin_giving(chat: Chat, unit_id: str) -> None:
    unit = own_office(chat, unit_id)
    if unit is not None:
        chat.begin(GivingEnquiries(unit.id))


def ask_book(chat: Chat) -> None:
    unit = own_office(chat, chat.answers(GivingEnquiries).unit)
    if unit is not None:
        chat.say("enquiries/give", unit=unit, upload=chat.upload_link())


def take_book(chat: Chat, answer: Answer) -> None:
    unit = own_office(chat, chat.answers(GivingEnquiries).unit)
    if unit is None:
        return
    if len(answer.files) != 1 or answer.files[0].media_type != XLSX:
        raise _no_book(chat, answer)
    file = answer.files[0]
    _leave_errand(chat, unit, ErrandKind.ENQUIRIES, GivenWorkbook(file.name, file.digest))


def _no_book(chat: Chat, answer: Answer) -> Invalid:
    """What is wrong with what was sent instead: the file's own trouble, where it has one."""
    if any(file.media_type == XLS for file in answer.files):
        return Invalid("sheet_old")
    for refused in chat.event.refused:
        return Invalid(refused.code, **dict(refused.facts))
    return Invalid("one_workbook")


def _own_errand(chat: Chat, errand_id: str) -> Errand | None:
    """The office's workbook that waits for a yes; else says what has become of it."""
    errand = chat.session.get(Errand, row_id(errand_id), with_for_update=True, populate_existing=True)
    if errand is None or errand.kind != ErrandKind.ENQUIRIES:
        chat.refuse()
        return None
    if own_office(chat, errand.unit_id) is None:
        return None
    if errand.state != ErrandState.SHOWN:
        chat.open("enquiries", str(errand.unit_id), trouble=chat.sentence(Invalid("enquiry_book_over")))
        return None
    return errand


def agree_book(chat: Chat, errand_id: str) -> None:
    errand = _own_errand(chat, errand_id)
    if errand is not None:
        errand.state = ErrandState.AGREED
        chat.end()
        chat.say("plans/working", kind="apply")


def show_again(chat: Chat, errand_id: str) -> None:
    errand = _own_errand(chat, errand_id)
    if errand is not None:
        errand.state = ErrandState.READ
        chat.end()
        chat.say("plans/working", kind=errand.kind)


def drop_book(chat: Chat, errand_id: str) -> None:
    errand = _own_errand(chat, errand_id)
    if errand is not None:
        errand.state, errand.args, errand.done_at = ErrandState.DROPPED, Nothing(), chat.at
        chat.open("enquiries", str(errand.unit_id), trouble=chat.sentence(Invalid("enquiry_book_dropped")))


FLOW = Flow("enquiries", FlowStep("file", ask_book, take_book, files=True), answers=GivingEnquiries)
