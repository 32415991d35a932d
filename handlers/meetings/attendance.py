"""The attendance counts: one line or number by number, only what is missing asked for, one card to be agreed to."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.meetings.attendance import LARGEST
from bot.meetings.attendance_balance import AWAY, ToldCounts, differs_much, settle_told, told_of
from bot.meetings.attendance_line import read_told
from bot.meetings.dialogs import Counting
from bot.problems import Invalid
from bot.reading.words import plain_words, read_number, read_yes_no
from bot.tables import Duty, Unit
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import leading
from handlers.meetings.detailing import DETAILS, ask_detail, next_detail, take_detail
from handlers.meetings.told import (
    ORDER,
    ask_missing_counts,
    members_on_roll,
    say_counting,
    show_card,
    take_line,
    take_told_counts,
    told_before,
)

NOW_SO_MANY = re.compile(
    r"(?:dung|phai|vang|u|da|roi|a|,|\.| )*(?:nay|gio|hien nay) (?:la|co|con) ?([0-9]{1,5})\b.*"
)
OF_ALL = {"mat", "tong"}
OF_ANOTHER = {"total": {"mat"}, "present": {"tong"}}
"""Words that name another number than the one asked for."""
OLD_OR_NEW = {"moi": "new", "cu": "old"}


def ask_count(name: str) -> Callable[[Chat], None]:
    def ask_number(chat: Chat) -> None:
        now, said = told_before(chat, name), chat.answers(Counting)
        say_counting(
            chat,
            "meetings/attendance/ask",
            on=chat.moment.day_of(said.held_at) if said.held_at else said.day,
            name=name,
            known=members_on_roll(chat),
            told=now,
            away=(now.total or 0) - (now.present or 0),
            back=_way_back(said),
        )

    return ask_number


def take_count(name: str) -> Callable[[Chat, Answer], None]:
    def take_number(chat: Chat, answer: Answer) -> None:
        before = told_before(chat, name)
        if answer.value:
            _take_button(chat, name, answer.value, before)
            return
        value = _asked_number(name, answer.text)
        if value is None:
            take_line(chat, answer.text, before)
        else:
            _take_value(chat, name, value, before)

    return take_number


def _asked_number(name: str, text: str) -> int | None:
    """The number that was asked for; None for "có mặt 26" where those away were."""
    if set(plain_words(text).split()) & OF_ANOTHER.get(name, OF_ALL):
        return None
    try:
        return read_number(text)
    except Invalid:
        return None


def _take_button(chat: Chat, name: str, value: str, before: ToldCounts) -> None:
    if value == "full" and name in ORDER[:2]:
        ask_missing_counts(chat, settle_told(before, full=True, roll=members_on_roll(chat)))
    elif value in AWAY and name in ORDER[2:]:
        ask_missing_counts(chat, replace(before, **{value: (getattr(before, value) or 0) + before.left}))
    elif value.isdecimal():
        _take_value(chat, name, int(value), before)
    else:
        raise Invalid("choose_button")


def _take_value(chat: Chat, name: str, value: int, before: ToldCounts) -> None:
    if name == "total" and not 1 <= value <= LARGEST:
        raise Invalid("members_range", most=LARGEST)
    if name == "total" and members_on_roll(chat) not in (None, value):
        chat.answers(Counting).counts = {**before.known(), "total": value}
        chat.goto("roll")
        return
    if name != "total" and value > (before.left if name in ORDER[2:] else before.total or 0):
        raise Invalid("attendance_over", value=value, total=before.total)
    last = name == ORDER[-1] and value < before.left
    if last:
        settle_told(
            replace(
                before, exempt=value, absent=(before.absent_excused or 0) + (before.absent_unexcused or 0)
            )
        )
    ask_missing_counts(chat, replace(before, **{name: value}))


def ask_roll(chat: Chat) -> None:
    """The total said is not that of the roll."""
    now = take_told_counts(chat)
    alone = set(now.known()) == {"total"} and (now.total or 0) < (members_on_roll(chat) or 0)
    say_counting(chat, "meetings/attendance/roll", known=members_on_roll(chat), total=now.total, alone=alone)


def take_roll(chat: Chat, answer: Answer) -> None:
    now, words = take_told_counts(chat), plain_words(answer.text)
    agreed = None if answer.value else read_yes_no(answer.text)
    if found := NOW_SO_MANY.fullmatch(words):
        agreed = int(found[1]) == now.total
    if answer.value == "now" or agreed:
        chat.answers(Counting).known = now.total
        ask_missing_counts(chat, now)
    elif answer.value == "present":
        ask_missing_counts(chat, ToldCounts(total=members_on_roll(chat), present=now.total))
    elif answer.value == "old" or agreed is False:
        chat.begin(replace(chat.answers(Counting), counts={}))
    elif answer.value:
        raise Invalid("choose_button")
    else:
        take_line(chat, answer.text, ToldCounts())


def ask_kinds(chat: Chat) -> None:
    """The kinds of members said are not the whole roll: are they those present?"""
    now = read_kinds(chat)
    say_counting(chat, "meetings/attendance/kinds", known=members_on_roll(chat), told=now)


def read_kinds(chat: Chat) -> ToldCounts:
    """The line as it would be of a roll that has changed."""
    return read_told(chat.answers(Counting).line, kinds="roll")


def take_kinds(chat: Chat, answer: Answer) -> None:
    line, before = chat.answers(Counting).line, take_told_counts(chat)
    words = plain_words(answer.text)
    if answer.value == "present" or (not answer.value and words in {"co mat", "so co mat"}):
        take_line(chat, line, before, "present")
    elif answer.value == "now" or NOW_SO_MANY.fullmatch(words):
        chat.answers(Counting).known = read_kinds(chat).total
        take_line(chat, line, before)
    elif answer.value:
        raise Invalid("choose_button")
    else:
        take_line(chat, answer.text, before)


def ask_differs(chat: Chat) -> None:
    """The new line says otherwise than what was said."""
    say_counting(chat, "meetings/attendance/differs", differs=chat.answers(Counting).differs)


def take_differs(chat: Chat, answer: Answer) -> None:
    typed = {OLD_OR_NEW[word] for word in plain_words(answer.text).split() if word in OLD_OR_NEW}
    choice = answer.value or (typed.pop() if len(typed) == 1 else "")
    if choice == "new":
        ask_missing_counts(chat, told_of(chat.answers(Counting).newer))
    elif choice == "old":
        ask_missing_counts(chat, take_told_counts(chat))
    elif answer.value:
        raise Invalid("choose_button")
    else:
        take_line(chat, answer.text, take_told_counts(chat))


def ask_counts_card(chat: Chat) -> None:
    now = take_told_counts(chat)
    if differs_much(now.total or 0, members_on_roll(chat)):
        chat.goto("roll")
        return
    counts, said = now.counts(), chat.answers(Counting)
    facts: dict[str, Any] = {
        "card": leading.count_card(chat, counts, said.day or chat.today),
        "more": counts.official is None or counts.present_official is None,
        "roll": said.known if said.known not in (None, counts.total) else None,
        "was": {name: number for name, number in said.was.items() if getattr(counts, name) != number},
    }
    if said.held_at is not None:
        unit, duty = chat.session.get_one(Unit, said.unit), chat.session.get(Duty, said.duty or 0)
        joint = [chat.session.get_one(Duty, one) for one in said.joint]
        say_counting(chat, "meetings/result/card", unit=unit, duty=duty, joint=joint, said=said, **facts)
    else:
        say_counting(chat, "meetings/attendance/card", **facts)


def _take_confirmed(chat: Chat) -> None:
    said = chat.answers(Counting)
    if said.held_at is not None:
        chat.open("result.counted")
    else:
        chat.open("result.recounted" if said.held else "meet.counted", str(said.meeting))


def _way_back(said: Counting) -> tuple[str, int]:
    """What leaves the first question: the action and its row."""
    if said.held_at is not None:
        return ("result.duty", said.duty) if said.duty else ("result.plain", said.unit)
    return ("result.fix" if said.held else "meet.walk", said.meeting)


def take_counts_card(chat: Chat, answer: Answer) -> None:
    agreed = None if answer.value else read_yes_no(answer.text)
    now = take_told_counts(chat)
    found = None if answer.value else NOW_SO_MANY.fullmatch(plain_words(answer.text))
    if answer.value == "ok" or (found and int(found[1]) == now.total):
        _take_confirmed(chat)
    elif agreed and members_on_roll(chat) not in (None, now.total):
        chat.goto("roll")
    elif agreed:
        _take_confirmed(chat)
    elif answer.value == "more":
        next_detail(chat)
    elif answer.value == "fix" or agreed is False:
        chat.begin(replace(chat.answers(Counting), counts={}, was={}))
    elif answer.value:
        raise Invalid("choose_button")
    else:
        _correct(chat, now, answer.text)


def _correct(chat: Chat, before: ToldCounts, text: str) -> None:
    """A line at the card is said instead of it; one that is no whole count corrects a number of it."""
    new = read_told(text, before.total)
    if new.missing == "present":
        new = settle_told(told_of({**before.known(), **new.known()}))
    chat.answers(Counting).was = before.known()
    if new.missing:
        ask_missing_counts(chat, new)
    else:
        show_card(chat, new.counts())


FLOW = Flow(
    "counts",
    *(FlowStep(name, ask_count(name), take_count(name), numbers=True) for name in ORDER),
    *(FlowStep(name, ask_detail(name), take_detail(name), numbers=True) for name in DETAILS),
    FlowStep("roll", ask_roll, take_roll, numbers=True),
    FlowStep("kinds", ask_kinds, take_kinds, numbers=True),
    FlowStep("differs", ask_differs, take_differs, numbers=True),
    FlowStep("card", ask_counts_card, take_counts_card, numbers=True),
    answers=Counting,
)
