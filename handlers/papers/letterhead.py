"""`Thông tin văn bản`: what stands at the head of the unit's papers, entered once by who leads it."""

from dataclasses import dataclass
from datetime import date

from bot.papers.letterhead import set_heading, set_place, set_term, superior_line
from bot.problems import Invalid
from bot.reading.moments import read_moment
from bot.reading.words import quoted_words
from bot.tables import Unit
from bot.talk.answers import Answers
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep


@dataclass
class WritingLetterhead(Answers):
    """Whose papers; the meeting whose backdrop is shown afterwards."""

    unit: int
    meeting: str = ""


def show_letterhead(chat: Chat, unit_id: str = "") -> None:
    unit = chat.unit_for("letterhead", unit_id)
    if unit is not None:
        _show(chat, unit)


def _show(chat: Chat, unit: Unit) -> None:
    if chat.dialog.flow == FLOW.name:
        chat.end()
    chat.say("papers/letterhead/page", unit=unit, superior=superior_line(chat.session, unit))


def change_place(chat: Chat, unit_id: str, meeting_id: str = "") -> None:
    """Asks for the place; with a meeting its backdrop is shown afterwards."""
    _begin(chat, unit_id, "place", meeting_id)


def change_heading(chat: Chat, unit_id: str) -> None:
    _begin(chat, unit_id, "heading")


def change_term(chat: Chat, unit_id: str) -> None:
    _begin(chat, unit_id, "term")


def _begin(chat: Chat, unit_id: str, step: str, meeting_id: str = "") -> None:
    unit = chat.lead_unit(unit_id)
    if unit is not None:
        chat.begin(WritingLetterhead(unit.id, meeting_id), step)


def _unit(chat: Chat) -> Unit:
    return chat.session.get_one(Unit, chat.answers(WritingLetterhead).unit)


def ask_letterhead_place(chat: Chat) -> None:
    chat.say("papers/letterhead/place", unit=_unit(chat), meeting=chat.answers(WritingLetterhead).meeting)


def take_letterhead_place(chat: Chat, answer: Answer) -> None:
    unit = chat.lead_unit(chat.answers(WritingLetterhead).unit)
    if unit is None:
        return
    if answer.value:
        raise Invalid("choose_button")
    set_place(unit, answer.text)
    _done(chat, unit, "place entered")


def ask_heading(chat: Chat) -> None:
    unit = _unit(chat)
    over = chat.session.get(Unit, unit.parent_id) if unit.parent_id else None
    chat.say("papers/letterhead/heading", unit=unit, over=over, superior=superior_line(chat.session, unit))


def take_heading(chat: Chat, answer: Answer) -> None:
    unit = chat.lead_unit(chat.answers(WritingLetterhead).unit)
    if unit is None:
        return
    if answer.value == "above":
        unit.heading = ""
    elif answer.value:
        raise Invalid("choose_button")
    else:
        set_heading(unit, answer.text)
    _done(chat, unit, "heading entered")


def ask_term(chat: Chat) -> None:
    chat.say("papers/letterhead/term", unit=_unit(chat))


def take_term(chat: Chat, answer: Answer) -> None:
    unit = chat.lead_unit(chat.answers(WritingLetterhead).unit)
    if unit is None:
        return
    if answer.value:
        raise Invalid("choose_button")
    set_term(unit, _day(chat, answer.text), chat.today)
    _done(chat, unit, "term entered")


def _day(chat: Chat, text: str) -> date:
    day = read_moment(text, today=chat.today, past=True).day
    if day is None:
        raise Invalid("date_unclear", said=quoted_words(text))
    return day


def _done(chat: Chat, unit: Unit, what: str) -> None:
    chat.note(what, f"unit:{unit.id}")
    meeting = chat.answers(WritingLetterhead).meeting
    chat.end()
    if meeting:
        chat.open("prepare.banner", meeting)
    else:
        _show(chat, unit)


FLOW = Flow(
    "letterhead",
    FlowStep("place", ask_letterhead_place, take_letterhead_place, numbers=True, words=True),
    FlowStep("heading", ask_heading, take_heading, numbers=True, words=True),
    FlowStep("term", ask_term, take_term, numbers=True),
    answers=WritingLetterhead,
)
