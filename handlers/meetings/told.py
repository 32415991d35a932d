"""What has been told of the counts in the present dialog, and the next question: only what is missing is asked."""

from dataclasses import asdict
from typing import Any

from bot.meetings.attendance import AttendanceCounts
from bot.meetings.attendance_balance import ToldCounts, differs_much, settle_told, told_of
from bot.meetings.attendance_line import KindsAre, read_further
from bot.meetings.dialogs import Counting
from bot.problems import Invalid
from bot.talk.chat import Chat
from handlers.meetings import leading

ORDER = ("total", "present", "absent_excused", "absent_unexcused", "exempt")
UNSAID = ("elsewhere", "temporary", "guests", "late")


def confirmed_counts(chat: Chat) -> dict[str, int]:
    """The counts of the card that has just been agreed to; {} where none has."""
    counting = chat.answers_if(Counting) if chat.dialog.step == "card" else None
    return counting.counts if counting else {}


def take_told_counts(chat: Chat) -> ToldCounts:
    return told_of(chat.answers(Counting).counts)


def told_before(chat: Chat, name: str) -> ToldCounts:
    """What was told when `name` was asked for; where somebody went back to that question, what came later is gone."""
    counts = chat.answers(Counting).counts
    entered = dict(counts)
    if name in entered:
        later = ORDER[ORDER.index(name) :] if name in ORDER else ()
        entered = {one: value for one, value in entered.items() if one not in later}
    return told_of(entered if name != "total" or "total" not in counts else {})


def members_on_roll(chat: Chat) -> int | None:
    """The unit's members, as they were known or have been confirmed in this dialog."""
    return chat.answers(Counting).known


def take_line(chat: Chat, text: str, before: ToldCounts, kinds: KindsAre = "") -> None:
    """Takes what a line says of the counts, asks which holds where it says otherwise than before, and goes on."""
    counting = chat.answers(Counting)
    try:
        reading = read_further(text, before, members_on_roll(chat), kinds)
    except Invalid as problem:
        if problem.code != "attendance_kinds_roll":
            raise
        counting.counts, counting.line = before.known(), text
        chat.goto("kinds")
        return
    if reading.differs:
        counting.counts, counting.newer = before.known(), reading.told.known()
        counting.differs = dict(reading.differs)
        chat.goto("differs")
    else:
        ask_missing_counts(chat, reading.told)


def ask_missing_counts(chat: Chat, now: ToldCounts) -> None:
    """Keeps what is told and asks for what is missing, or shows the card."""
    now = settle_told(now, roll=None if now.total else members_on_roll(chat))
    chat.answers(Counting).counts = now.known()
    if now.total is not None and differs_much(now.total, members_on_roll(chat)):
        chat.goto("roll")
    elif not now.missing:
        show_card(chat, now.counts())
    elif now.missing == "away":
        chat.goto(_next_away(now))
    elif now.missing == "total" and chat.dialog.step == "total":
        raise Invalid("attendance_total_unknown")
    else:
        chat.goto(now.missing)


def _next_away(now: ToldCounts) -> str:
    """The first of those not told of; the last one once all were."""
    return next((name for name in ORDER[2:] if getattr(now, name) is None), ORDER[-1])


def say_counting(chat: Chat, template: str, **context: Any) -> None:
    """Asks something of the counts; of a rehearsal it says so first."""
    chat.say(template, head=leading.rehearsal_head(chat, chat.answers(Counting).rehearsal), **context)


def show_card(chat: Chat, counts: AttendanceCounts) -> None:
    chat.answers(Counting).counts = as_said(counts)
    if chat.dialog.step == "card":
        chat.again()
    else:
        chat.goto("card")


def as_said(counts: AttendanceCounts) -> dict[str, int]:
    """The counts as the dialog keeps them: without what nobody has said."""
    known = {name: value for name, value in asdict(counts).items() if value is not None}
    return {name: value for name, value in known.items() if value or name not in UNSAID}
