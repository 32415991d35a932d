"""The attendance counts: one number at a time or all in one line, checked, shown on a card, corrected.

The flow begins with `known` (the unit's number of members, or None), `counts={}`, `then`: the action that takes
the confirmed counts out of the dialog, and `back`: the action that leaves the first question.
"""

import re
from collections.abc import Callable

from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.attendance import LARGEST, Counts, check, rate, read_line
from bot.domain.problems import Invalid
from bot.domain.reading import number, plain, yes

ORDER = ("total", "present", "absent_excused", "absent_unexcused", "exempt")
ABSENT = ORDER[2:]
SHARE = re.compile(
    r"(?:co mat )?([0-9]{1,5}) ?(?:/|tren) ?([0-9]{1,5})(?: (?:dong chi|dang vien|d/c|dc))?\.?"
)
WHOLE = re.compile(r"/|\b(?:tren|tong|co mat|du)\b")
"""Words that speak of more than the one number that was asked for."""
NAMED = {
    "absent_excused": re.compile(r"\b(?:vang|mat|co|phep|ly do|li do)\b"),
    "absent_unexcused": re.compile(
        r"\b(?:vang|mat)\b|\b(?:khong|ko|k) (?:co )?(?:phep|ly do|li do)\b|(?<=[0-9]) (?:khong|ko|k)$"
    ),
    "exempt": re.compile(r"\b(?:duoc|mien|sinh hoat|cong tac)\b"),
}


def _entered(chat: Chat) -> dict[str, int]:
    return dict(chat.data.get("counts", {}))


def _left(counts: dict[str, int], before: str = "") -> int:
    """Members not accounted for by the numbers that were asked for before that one; by all without one."""
    names = ORDER[1 : ORDER.index(before)] if before else ORDER[1:]
    return counts.get("total", 0) - sum(counts.get(name, 0) for name in names)


def ask(name: str) -> Callable[[Chat], None]:
    def ask_number(chat: Chat) -> None:
        counts = _entered(chat)
        chat.say(
            "attendance/ask",
            name=name,
            known=chat.data.get("known"),
            counts=counts,
            left=_left(counts, name),
            back=str(chat.data.get("back", "home")).split(":"),
        )

    return ask_number


def take(name: str) -> Callable[[Chat, Answer], None]:
    def take_number(chat: Chat, answer: Answer) -> None:
        try:
            value = number(answer.value or answer.text)
        except Invalid:
            if answer.value:
                raise Invalid("choose_button") from None
            _take_words(chat, name, answer.text)
            return
        _take_value(chat, name, value)

    return take_number


def _take_value(chat: Chat, name: str, value: int) -> None:
    counts = {n: v for n, v in _entered(chat).items() if ORDER.index(n) < ORDER.index(name)}
    if name == "total" and not 1 <= value <= LARGEST:
        raise Invalid("members_range", most=LARGEST)
    if name != "total" and value > _left(counts):
        raise Invalid("attendance_over", value=value, total=counts["total"])
    chat.keep(counts={**counts, name: value})
    _next(chat, name)


def _take_words(chat: Chat, name: str, text: str) -> None:
    """More than a number: the part and the whole, the number with its name, or the counts in one line."""
    said, counts = plain(text), _entered(chat)
    if share := SHARE.fullmatch(said):
        _take_share(chat, int(share[1]), int(share[2]))
    elif name in ABSENT and not WHOLE.search(said):
        _take_absent(chat, name, text, counts)
    else:
        _all_at_once(chat, read_line(text, counts.get("total") or chat.data.get("known")))


def _take_share(chat: Chat, present: int, total: int) -> None:
    if present >= total:
        _all_at_once(chat, Counts(total, present, 0, 0, 0))
    else:
        check(Counts(total, present, total - present, 0, 0))
        chat.keep(counts={"total": total, "present": present})
        chat.goto("absent_excused")


def _take_absent(chat: Chat, name: str, text: str, counts: dict[str, int]) -> None:
    """ "2 có phép" where those with a reason were asked for, or all that are away: "2 có phép, 1 không"."""
    try:
        value = number(NAMED[name].sub(" ", plain(text)))
    except Invalid:
        try:
            whole = read_line(f"{counts['present']}/{counts['total']}, {text}")
        except Invalid as problem:
            unclear = problem.code == "attendance_unclear"
            raise Invalid("number_unclear", said=text) if unclear else problem from None
        _all_at_once(chat, whole)
    else:
        _take_value(chat, name, value)


def _all_at_once(chat: Chat, counts: Counts) -> None:
    check(counts)
    chat.keep(counts={name: getattr(counts, name) for name in ORDER})
    if chat.dialog.step == "card":
        chat.again()
    else:
        chat.goto("card")


def _next(chat: Chat, name: str) -> None:
    """Goes on to the next number, or to the card once everybody is accounted for."""
    counts = _entered(chat)
    if name != "total" and _left(counts) == 0:
        chat.keep(counts={n: counts.get(n, 0) for n in ORDER})
        chat.goto("card")
    elif name == "exempt":
        check(Counts(**counts))
    else:
        chat.goto(ORDER[ORDER.index(name) + 1])


def ask_card(chat: Chat) -> None:
    counts = Counts(**_entered(chat))
    chat.say("attendance/card", counts=counts, rate=rate(counts))


def take_card(chat: Chat, answer: Answer) -> None:
    agreed = None if answer.value else yes(answer.text)
    if answer.value == "ok" or agreed:
        chat.open(*str(chat.data["then"]).split(":"))
    elif answer.value == "fix" or agreed is False:
        chat.begin("counts", **{**chat.data, "known": _entered(chat)["total"], "counts": {}})
    elif answer.value:
        raise Invalid("choose_button")
    elif share := SHARE.fullmatch(plain(answer.text)):
        _take_share(chat, int(share[1]), int(share[2]))
    else:
        _all_at_once(chat, read_line(answer.text, _entered(chat)["total"]))


FLOW = Flow(
    "counts",
    *(Step(name, ask(name), take(name), numbers=True) for name in ORDER),
    Step("card", ask_card, take_card, numbers=True),
)
