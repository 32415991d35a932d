"""`Câu chưa có trả lời`: what was asked and nobody has answered; answered in chat, or passed over."""

from dataclasses import dataclass

from bot.enquiries.asked import unanswered
from bot.enquiries.file import LONGEST_ANSWER, LONGEST_QUESTION, EnquiryRow, add_answer
from bot.problems import Invalid
from bot.reading.words import fold
from bot.tables import AskedWords
from bot.talk.answers import Answers
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.enquiries.offices import own_office

PAGE = 8


@dataclass
class AnsweringEnquiry(Answers):
    """What was asked (its id), and how the question is to read."""

    asked: int
    question: str = ""


def show_unanswered(chat: Chat, unit_id: str, first: str = "0") -> None:
    unit = own_office(chat, unit_id)
    if unit is None:
        return
    if chat.dialog.flow == FLOW.name:
        chat.end()
    rows = unanswered(chat.session, unit)
    start = min(row_id(first), max(0, len(rows) - 1)) // PAGE * PAGE
    chat.say(
        "enquiries/open", unit=unit, rows=rows[start : start + PAGE], all=len(rows), start=start, page=PAGE
    )


def _own_asked(chat: Chat, asked_id: str | int) -> AskedWords | None:
    asked = chat.session.get(AskedWords, row_id(asked_id), with_for_update=True, populate_existing=True)
    if asked is None:
        chat.refuse()
        return None
    return asked if own_office(chat, asked.unit_id) is not None else None


def begin_answer(chat: Chat, asked_id: str) -> None:
    asked = _own_asked(chat, asked_id)
    if asked is not None:
        chat.begin(AnsweringEnquiry(asked.id))


def ask_question(chat: Chat) -> None:
    asked = _own_asked(chat, chat.answers(AnsweringEnquiry).asked)
    if asked is not None:
        chat.say("enquiries/question", asked=asked, fits=len(asked.words) <= LONGEST_QUESTION)


def take_question(chat: Chat, answer: Answer) -> None:
    asked = _own_asked(chat, chat.answers(AnsweringEnquiry).asked)
    if asked is None:
        return
    words = asked.words if answer.value == "keep" else " ".join(answer.text.split())
    if not fold(words):
        raise Invalid("choose_button")
    if len(words) > LONGEST_QUESTION:
        raise Invalid("text_long", most=LONGEST_QUESTION)
    chat.answers(AnsweringEnquiry).question = words
    chat.goto("answer")


def ask_answer(chat: Chat) -> None:
    chat.say("enquiries/write", question=chat.answers(AnsweringEnquiry).question)


def take_answer(chat: Chat, answer: Answer) -> None:
    """The answer goes into the office's file; what was asked is one more way to ask it."""
    answering = chat.answers(AnsweringEnquiry)
    if answer.value == "<":
        chat.back()
        return
    asked = _own_asked(chat, answering.asked)
    if asked is None:
        return
    if not fold(answer.text):
        raise Invalid("enquiry_answer_missing")
    if len(chat.event.text) > LONGEST_ANSWER:
        raise Invalid("text_long", most=LONGEST_ANSWER)
    others = (asked.words,) if fold(asked.words) != fold(answering.question) else ()
    row = EnquiryRow(answering.question, answer.text.strip(), others)
    add_answer(chat.session, asked.unit, row, chat.at)
    chat.note("enquiry answered", f"unit:{asked.unit_id}")
    unit = asked.unit
    chat.session.delete(asked)
    chat.end()
    chat.say("enquiries/written", unit=unit, row=row)


def pass_over(chat: Chat, asked_id: str) -> None:
    """`Bỏ câu này`: it comes back when somebody asks it again."""
    asked = _own_asked(chat, asked_id)
    if asked is not None:
        unit_id = asked.unit_id
        chat.session.delete(asked)
        chat.session.flush()
        chat.open("enquiries.open", str(unit_id), trouble=chat.sentence(Invalid("enquiry_passed")))


FLOW = Flow(
    "enquiry_answer",
    FlowStep("question", ask_question, take_question),
    FlowStep("answer", ask_answer, take_answer, numbers=True, words=True),
    answers=AnsweringEnquiry,
)
