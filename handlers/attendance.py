"""The attendance counts: one number at a time or all in one line, checked, shown on a card, corrected; kinds on demand.

The flow begins with `known` (the unit's number of members, or None), `before` (its kinds of members at its last meeting),
`counts={}`, `then`: the action that takes the confirmed counts out of the dialog, `back`: the action that leaves the first
question, `day`: that of the meeting, and `card`: the template of the card, where it is not the usual one.
"""

import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import date

from bot import leading
from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.attendance import LARGEST, Counts, check, counts_of_values
from bot.domain.attendance_line import read_line, read_start
from bot.domain.problems import Invalid
from bot.domain.reading import number, plain, yes

ORDER = ("total", "present", "absent_excused", "absent_unexcused", "exempt")
ABSENT = ORDER[2:]
ASIDE = ("temporary", "guests", "late")
KINDS = ("official", "probationary", "present_official", "present_probationary", "elsewhere", *ASIDE)
DETAILS = ("probationary", "temporary", "elsewhere", "present_official", "present_probationary", "guests")
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
    return counts.get("total", 0) - sum(counts.get(name, 0) for name in (*names, "elsewhere"))


def ask(name: str) -> Callable[[Chat], None]:
    def ask_number(chat: Chat) -> None:
        counts = _entered(chat)
        leading.rehearsed(chat, bool(chat.data.get("rehearsal")))
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
    later = ORDER[ORDER.index(name) :] if name != "total" else (*ORDER, *KINDS)
    counts = {n: v for n, v in _entered(chat).items() if n not in later}
    if name == "total" and not 1 <= value <= LARGEST:
        raise Invalid("members_range", most=LARGEST)
    if name != "total" and value > _left(counts):
        raise Invalid("attendance_over", value=value, total=counts["total"])
    chat.keep(counts={**counts, name: value})
    _next(chat, name)


def _take_words(chat: Chat, name: str, text: str) -> None:
    """More than a number: the part and the whole, the number with its name, or the counts in one line."""
    said, counts = plain(text), _entered(chat)
    total = counts.get("total") or chat.data.get("known")
    if share := SHARE.fullmatch(said):
        _take_share(chat, int(share[1]), int(share[2]))
    elif name in ABSENT and not WHOLE.search(said):
        _take_absent(chat, name, text, counts)
    elif start := read_start(text, total):
        _take_start(chat, start)
    else:
        _all_at_once(chat, read_line(text, total))


def _take_start(chat: Chat, start: dict[str, int]) -> None:
    """Total, kinds, perhaps those present: goes on with what is still to be asked."""
    if start.get("present") == start["total"]:
        _all_at_once(chat, counts_of_values(start))
        return
    chat.keep(counts=start)
    chat.goto("absent_excused" if "present" in start else "present")


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
        kinds = {kind: counts[kind] for kind in KINDS if kind in counts}
        _all_at_once(chat, whole.with_kinds(kinds))
    else:
        _take_value(chat, name, value)


def _all_at_once(chat: Chat, counts: Counts) -> None:
    check(counts)
    chat.keep(counts=_said(counts))
    if chat.dialog.step == "card":
        chat.again()
    else:
        chat.goto("card")


def _said(counts: Counts) -> dict[str, int]:
    """The counts as the dialog keeps them: without what nobody has said."""
    known = {name: value for name, value in asdict(counts).items() if value is not None}
    return {name: value for name, value in known.items() if value or name not in ("elsewhere", *ASIDE)}


def _next(chat: Chat, name: str) -> None:
    """Goes on to the next number, or to the card once everybody is accounted for."""
    counts = _entered(chat)
    if name != "total" and _left(counts) == 0:
        rest = {n: counts.get(n, 0) for n in ORDER}
        chat.keep(counts=_said(counts_of_values({**counts, **rest})))
        chat.goto("card")
    elif name == "exempt":
        check(counts_of_values(counts))
    else:
        chat.goto(ORDER[ORDER.index(name) + 1])


def ask_card(chat: Chat) -> None:
    counts = counts_of_values(_entered(chat))
    given = chat.data.get("day")
    card = leading.count_card(chat, counts, date.fromisoformat(given) if given else chat.today)
    leading.rehearsed(chat, bool(chat.data.get("rehearsal")))
    more = counts.official is None or counts.present_official is None
    chat.say(str(chat.data.get("card") or "attendance/card"), card=card, more=more)


def take_card(chat: Chat, answer: Answer) -> None:
    agreed = None if answer.value else yes(answer.text)
    if answer.value == "ok" or agreed:
        chat.open(*str(chat.data["then"]).split(":"))
    elif answer.value == "more":
        _next_detail(chat)
    elif answer.value == "fix" or agreed is False:
        chat.begin("counts", **{**chat.data, "known": _entered(chat)["total"], "counts": {}})
    elif answer.value:
        raise Invalid("choose_button")
    elif share := SHARE.fullmatch(plain(answer.text)):
        _take_share(chat, int(share[1]), int(share[2]))
    elif start := read_start(answer.text, _entered(chat)["total"]):
        _take_start(chat, start)
    else:
        _all_at_once(chat, read_line(answer.text, _entered(chat)["total"]))


def _next_detail(chat: Chat, *, answered: str = "") -> None:
    """The next kind that nothing is known of yet, then the card."""
    asked = DETAILS[: DETAILS.index(answered) + 1] if answered else ()
    entered = _entered(chat)
    counts = counts_of_values(entered)
    for name in DETAILS:
        if name not in asked and name not in entered and _wanted(name, entered, counts):
            chat.goto(name)
            return
    chat.keep(counts=_said(counts))
    chat.goto("card")


def _wanted(name: str, entered: dict[str, int], counts: Counts) -> bool:
    if name == "elsewhere":
        return counts.absent_excused + counts.exempt > 0
    if name == "temporary":
        return "official" not in entered
    return name == "guests" or getattr(counts, name) is None


def ask_detail(name: str) -> Callable[[Chat], None]:
    def ask_kind(chat: Chat) -> None:
        counts = counts_of_values(_entered(chat))
        leading.rehearsed(chat, bool(chat.data.get("rehearsal")))
        before = dict(chat.data.get("before") or {}).get(name)
        chat.say("attendance/detail", name=name, counts=counts, before=before)

    return ask_kind


def take_detail(name: str) -> Callable[[Chat, Answer], None]:
    def take_kind(chat: Chat, answer: Answer) -> None:
        counts = _entered(chat)
        try:
            value = number(answer.value or answer.text)
        except Invalid:
            start = None if answer.value else read_start(answer.text, counts["total"])
            if start is None:
                raise
            kinds = {kind: number for kind, number in start.items() if kind not in ("total", "present")}
            chat.keep(counts=_said(counts_of_values({**counts, **kinds})))
            _next_detail(chat, answered=name)
            return
        later = DETAILS[DETAILS.index(name) :]
        kept = {kind: number for kind, number in counts.items() if kind not in later}
        kept["absent_excused"] += counts.get("elsewhere", 0) - kept.get("elsewhere", 0)
        chat.keep(counts=_with_detail(kept, name, value))
        _next_detail(chat, answered=name)

    return take_kind


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


FLOW = Flow(
    "counts",
    *(Step(name, ask(name), take(name), numbers=True) for name in ORDER),
    *(Step(name, ask_detail(name), take_detail(name), numbers=True) for name in DETAILS),
    Step("card", ask_card, take_card, numbers=True),
)
