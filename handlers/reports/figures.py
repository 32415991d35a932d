"""The numbers and short texts that a report asks for: one at a time or in one line, corrected, left for later."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta

from sqlalchemy import or_, select, update

from bot.calendar import Moment, at_local, next_allowed
from bot.people.reaching import reachable_contact
from bot.problems import Invalid
from bot.reading.figure_lines import MOST_TEXT, read_figures
from bot.reading.people_named import people_named, without_people
from bot.reminders.asked_duty import own_duty
from bot.reports.figures import (
    Value,
    answers_of,
    keep_figure,
    known_answer,
    lock_figures,
    unanswered,
)
from bot.reports.submissions import draft_of, hand_in
from bot.tables import AskedFigure, Duty, DutyState, FigureKind, Message, MessageState, Submission
from bot.talk.answers import Answers
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from bot.talk.outbox import post_message


@dataclass(frozen=True, slots=True)
class Noted:
    """An answer that was just written down, as it is said again, and the one that it replaces."""

    title: str
    said: str
    before: str = ""


@dataclass
class Figuring(Answers):
    """The report; the figure that is asked for; the answer that stood when it was asked; whether it alone is corrected; what
    was answered before it and is said with the question; a text that seems to name people and waits for a word about it."""

    duty: int
    key: str = ""
    seen: int = 0
    alone: bool = False
    noted: list[Noted] = field(default_factory=list)
    doubted: str = ""


def show_figures(chat: Chat, duty_id: str) -> None:
    """`Số liệu`: what is not answered is asked; where all is, the answers are shown to be corrected."""
    duty = own_duty(chat, duty_id, "report", done_too=True)
    if duty is None:
        return
    if unanswered(chat.session, duty):
        if duty.state == DutyState.DONE:
            remind_tomorrow(chat, duty)
        ask_next_figure(chat, duty)
    else:
        _show_answers(chat, duty)


def ask_next_figure(chat: Chat, duty: Duty, trouble: str = "") -> None:
    """Opens the dialog at the first figure that nobody has answered."""
    chat.begin(Figuring(duty.id, unanswered(chat.session, duty)[0].key), trouble=trouble)


def remind_tomorrow(chat: Chat, duty: Duty) -> None:
    """What is left is called to mind once, on the next working morning, unless all of it is answered by then."""
    key = f"figures:{duty.id}"
    if chat.session.scalar(select(Message.id).where(Message.key == key)) is not None:
        return
    hour = at_local(chat.today + timedelta(days=1), time(chat.person.reminder_hour), chat.zone)
    contact = reachable_contact(chat.session, chat.person.id) or chat.contact
    due_at = next_allowed(Moment(hour, chat.zone), weekends=False)
    post_message(
        chat.session,
        contact,
        chat.desk.render.reply("reports/figures_reminder", {"duty": duty}),
        chat.at,
        bulk=True,
        due_at=due_at,
        key=key,
    )


def remind_no_more(chat: Chat, duty: Duty) -> None:
    """All is answered, or the report is taken back."""
    its = or_(Message.key == f"figures:{duty.id}", Message.key.startswith(f"nudge:{duty.id}:"))
    waiting = (its, Message.state == MessageState.WAITING)
    chat.session.execute(update(Message).where(*waiting).values(state=MessageState.WITHDRAWN, key=None))


def correct_figure(chat: Chat, duty_id: str, place: str) -> None:
    """One that has been answered is asked for again, by its place in the list."""
    duty = own_duty(chat, duty_id, "report", done_too=True)
    if duty is None:
        return
    if place.isdecimal() and int(place) < len(duty.demand.asks):
        chat.begin(Figuring(duty.id, duty.demand.asks[int(place)].key, alone=True))
    else:
        _show_answers(chat, duty)


def _show_answers(
    chat: Chat, duty: Duty, noted: Sequence[Noted] = (), handed: Submission | None = None, trouble: str = ""
) -> None:
    chat.end()
    chat.say(
        "reports/figures",
        duty=duty,
        given=answers_of(chat.session, duty.id),
        noted=noted,
        handed=handed,
        trouble=trouble,
    )


def _asked(chat: Chat, duty: Duty) -> AskedFigure | None:
    """The figure of the open question; None where the plan asks for it no more."""
    key = chat.answers(Figuring).key
    return next((asked for asked in duty.demand.asks if asked.key == key), None)


def _duty(chat: Chat) -> Duty:
    return chat.session.get_one(Duty, chat.answers(Figuring).duty)


def _of_numbers(chat: Chat) -> bool:
    asked = _asked(chat, _duty(chat))
    return asked is not None and asked.kind == FigureKind.NUMBER


def ask_figure(chat: Chat) -> None:
    duty, figuring = _duty(chat), chat.answers(Figuring)
    asked, given = _asked(chat, duty), answers_of(chat.session, duty.id)
    if asked is None:
        _show_answers(chat, duty)
        return
    before = given.get(asked.key)
    figuring.seen = before.id if before else 0
    noted, figuring.noted = figuring.noted, []
    if figuring.doubted:
        _ask_about_names(chat, duty, asked, figuring.doubted)
        return
    open_ones = [one for one in duty.demand.asks if one.key not in given]
    chat.say(
        "reports/figure",
        duty=duty,
        asked=asked,
        before=before,
        noted=noted,
        known=None if before else known_answer(chat.session, duty, asked),
        left=len(open_ones),
        numbers=[one for one in open_ones if one.kind == FigureKind.NUMBER] if not figuring.alone else [],
        alone=figuring.alone,
    )


def _ask_about_names(chat: Chat, duty: Duty, asked: AskedFigure, text: str) -> None:
    """What goes up names nobody: named criticism stays in the cell. Whoever typed it knows whether it is a name."""
    names = people_named(text)
    chat.say(
        "reports/figure_names", duty=duty, asked=asked, names=names, nameless=_nameless(chat, text), said=text
    )


def _nameless(chat: Chat, text: str) -> str:
    return without_people(text, chat.desk.render.words["somebody"])


def take_figure(chat: Chat, answer: Answer) -> None:
    duty = _duty(chat)
    if own_duty(chat, duty.id, "report", done_too=True) is None:
        return
    duty, asked = lock_figures(chat.session, duty.id), _asked(chat, duty)
    if answer.value == "later" or asked is None:
        _leave(chat, duty)
        return
    given = answers_of(chat.session, duty.id)
    stands = given[asked.key].id if asked.key in given else 0
    if stands != chat.answers(Figuring).seen:
        _go_on(chat, duty, [], chat.sentence(Invalid("figure_answered", title=asked.title)))
        return
    values = _values(chat, duty, asked, answer)
    text = next((value for value in values.values() if isinstance(value, str)), "")
    doubtful = len(text) <= MOST_TEXT and people_named(text)
    if answer.value not in ("nameless", "keep") and doubtful:
        chat.answers(Figuring).doubted = text
        chat.again()
        return
    chat.answers(Figuring).doubted = ""
    _go_on(chat, duty, _note(chat, duty, values))


def _values(chat: Chat, duty: Duty, asked: AskedFigure, answer: Answer) -> dict[str, Value]:
    """What the answer says, by key. Raises Invalid where that is not certain."""
    if answer.value == "skip":
        return {asked.key: None}
    doubted = chat.answers(Figuring).doubted
    if answer.value in ("nameless", "keep") and doubted:
        return {asked.key: _nameless(chat, doubted) if answer.value == "nameless" else doubted}
    if answer.value == "known":
        known = known_answer(chat.session, duty, asked)
        if known is None:
            raise Invalid("figure_needed", title=asked.title)
        return {asked.key: known.value}
    if not answer.text:
        raise Invalid("figure_needed", title=asked.title)
    if asked.kind == FigureKind.TEXT:
        return {asked.key: answer.text.strip()}
    titles = {one.key: one.title for one in duty.demand.asks if one.kind == FigureKind.NUMBER}
    return dict(read_figures(answer.text, titles, asked.key))


def _note(chat: Chat, duty: Duty, values: dict[str, Value]) -> list[Noted]:
    noted = []
    for asked in duty.demand.asks:
        if asked.key in values:
            value = values[asked.key]
            before = keep_figure(chat.session, duty, asked, value, chat.person.id, chat.at)
            said = "" if value is None else str(value)
            noted.append(Noted(asked.title, said, before.said if before else ""))
            chat.note("figure corrected" if before else "figure answered", f"duty:{duty.id}")
    return noted


def _go_on(chat: Chat, duty: Duty, noted: list[Noted], trouble: str = "") -> None:
    """The next that is open. Behind the last one, a report of figures alone is handed in."""
    left = unanswered(chat.session, duty)
    if left and not chat.answers(Figuring).alone:
        chat.begin(Figuring(duty.id, left[0].key, noted=noted), trouble=trouble)
        return
    if not left:
        remind_no_more(chat, duty)
    handed: Submission | None = None
    if duty.demand.without_files and duty.state == DutyState.OPEN and not left:
        handed = hand_in(chat.session, draft_of(chat.session, duty, chat.person.id, chat.at), chat.moment)
        chat.note("report handed in", f"submission:{handed.id}")
    _show_answers(chat, duty, noted, handed, trouble)


def _leave(chat: Chat, duty: Duty) -> None:
    """`Để sau`: what has been answered stays; the rest is asked by the button of the reminder."""
    chat.end()
    chat.say("reports/figures_left", duty=duty, left=unanswered(chat.session, duty))


FLOW = Flow(
    "figures",
    FlowStep("figure", ask_figure, take_figure, numbers=_of_numbers, words=True),
    answers=Figuring,
)
