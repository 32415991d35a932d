"""The attendance counts: one number at a time or all in one line, checked, shown on a card, corrected.

The flow begins with `known` (the unit's number of members, or None), `counts={}` and `then`: the action that takes
the confirmed counts out of the dialog.
"""

from collections.abc import Callable

from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.attendance import Counts, check, rate, read_line
from bot.domain.problems import Invalid
from bot.domain.reading import number

ORDER = ("total", "present", "absent_excused", "absent_unexcused", "exempt")


def _entered(chat: Chat) -> dict[str, int]:
    return dict(chat.data.get("counts", {}))


def _left(chat: Chat) -> int:
    """Members not accounted for yet."""
    counts = _entered(chat)
    return counts["total"] - sum(counts.get(name, 0) for name in ORDER[1:])


def ask(name: str) -> Callable[[Chat], None]:
    def ask_number(chat: Chat) -> None:
        counts = _entered(chat)
        left = counts["total"] - sum(counts.get(n, 0) for n in ORDER[1 : ORDER.index(name)]) if counts else 0
        chat.say("attendance/ask", name=name, known=chat.data.get("known"), counts=counts, left=left)

    return ask_number


def take(name: str) -> Callable[[Chat, Answer], None]:
    def take_number(chat: Chat, answer: Answer) -> None:
        counts = _entered(chat)
        total = counts.get("total") or chat.data.get("known")
        try:
            value = number(answer.value or answer.text)
        except Invalid:
            if answer.value:
                raise
            _all_at_once(chat, read_line(answer.text, total))
            return
        for later in ORDER[ORDER.index(name) :]:
            counts.pop(later, None)
        counts[name] = value
        if name == "total":
            if not 1 <= value <= 5000:
                raise Invalid("members_range", most=5000)
        elif sum(counts.get(n, 0) for n in ORDER[1:]) > counts["total"]:
            raise Invalid("attendance_over", value=value, total=counts["total"])
        chat.keep(counts=counts)
        _next(chat, name)

    return take_number


def _all_at_once(chat: Chat, counts: Counts) -> None:
    check(counts)
    chat.keep(counts={name: getattr(counts, name) for name in ORDER})
    chat.goto("card")


def _next(chat: Chat, name: str) -> None:
    """Goes on to the next number, or to the card once everybody is accounted for."""
    if name != "total" and _left(chat) == 0:
        chat.keep(counts={n: _entered(chat).get(n, 0) for n in ORDER})
        chat.goto("card")
    elif name == "exempt":
        check(Counts(**_entered(chat)))
    else:
        chat.goto(ORDER[ORDER.index(name) + 1])


def ask_card(chat: Chat) -> None:
    counts = Counts(**_entered(chat))
    chat.say("attendance/card", counts=counts, rate=rate(counts))


def take_card(chat: Chat, answer: Answer) -> None:
    if answer.value == "ok":
        chat.open(*str(chat.data["then"]).split(":"))
    elif answer.value == "fix":
        chat.keep(counts={})
        chat.dialog.trail = []
        chat.goto("total")
    else:
        if answer.value:
            raise Invalid("choose_button")
        _all_at_once(chat, read_line(answer.text, _entered(chat)["total"]))


FLOW = Flow(
    "counts",
    *(Step(name, ask(name), take(name), numbers=True) for name in ORDER),
    Step("card", ask_card, take_card, numbers=True),
)
