"""The kinds of members, those elsewhere and guests, asked one by one after the counts."""

from collections.abc import Callable

from bot.meetings.attendance import AttendanceCounts, counts_of_values
from bot.meetings.attendance_line import read_told
from bot.meetings.dialogs import Counting
from bot.problems import Invalid
from bot.reading.words import read_number
from bot.talk.chat import Chat
from bot.talk.desk import Answer
from handlers.meetings.told import as_said, say_counting, show_card

DETAILS = ("probationary", "temporary", "elsewhere", "present_official", "present_probationary", "guests")
SAID_OF_KINDS = {*DETAILS, "official", "late"}


def _entered(chat: Chat) -> dict[str, int]:
    return dict(chat.answers(Counting).counts)


def next_detail(chat: Chat, *, answered: str = "") -> None:
    """The next kind that nothing is known of yet, then the card."""
    asked = DETAILS[: DETAILS.index(answered) + 1] if answered else ()
    entered = _entered(chat)
    counts = counts_of_values(entered)
    for name in DETAILS:
        if name not in asked and name not in entered and _wanted(name, entered, counts):
            chat.goto(name)
            return
    show_card(chat, counts)


def _wanted(name: str, entered: dict[str, int], counts: AttendanceCounts) -> bool:
    if name == "elsewhere":
        return counts.absent_excused + counts.exempt > 0
    if name == "temporary":
        return "official" not in entered
    return name == "guests" or getattr(counts, name) is None


def ask_detail(name: str) -> Callable[[Chat], None]:
    def ask_kind(chat: Chat) -> None:
        counts = counts_of_values(_entered(chat))
        before = chat.answers(Counting).before.get(name)
        say_counting(chat, "meetings/attendance/detail", name=name, counts=counts, before=before)

    return ask_kind


def take_detail(name: str) -> Callable[[Chat, Answer], None]:
    def take_kind(chat: Chat, answer: Answer) -> None:
        counts = _entered(chat)
        try:
            value = read_number(answer.value or answer.text)
        except Invalid as problem:
            if answer.value:
                raise
            chat.answers(Counting).counts = as_said(_with_line(counts, answer.text, problem))
            next_detail(chat, answered=name)
            return
        later = DETAILS[DETAILS.index(name) :]
        kept = {kind: number for kind, number in counts.items() if kind not in later}
        kept["absent_excused"] += counts.get("elsewhere", 0) - kept.get("elsewhere", 0)
        chat.answers(Counting).counts = _with_detail(kept, name, value)
        next_detail(chat, answered=name)

    return take_kind


def _with_line(counts: dict[str, int], text: str, problem: Invalid) -> AttendanceCounts:
    """With the kinds of a line that says nothing else: "25 chính thức, 3 dự bị"; any other raises `problem`."""
    said = read_told(text, counts["total"]).known()
    kinds = {kind: value for kind, value in said.items() if kind in SAID_OF_KINDS}
    rest = {name: value for name, value in said.items() if name not in kinds}
    if not kinds or any(counts.get(name) != value for name, value in rest.items()):
        raise problem
    return counts_of_values({**counts, **kinds})


def _with_detail(counts: dict[str, int], name: str, value: int) -> dict[str, int]:
    """Those elsewhere have been counted among the excused or exempt. Raises Invalid where the numbers do not go together."""
    found = {**counts, name: value}
    if name == "elsewhere":
        aside = counts["absent_excused"] + counts["exempt"]
        if value > aside:
            raise Invalid("attendance_elsewhere", value=value, most=aside)
        excused = min(value, counts["absent_excused"])
        found["absent_excused"] -= excused
        found["exempt"] -= value - excused
    counts_of_values(found)
    return found
