"""Many people who talk to a bot: what each says next, and how long each waited for the answer."""

import itertools
import json
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

Update = dict[str, Any]
Keyboard = list[list[dict[str, str]]]

ROUND = ("/thangnay", "meet.duty", "note", "meet.next", "note", "meet.next", "/tinhhinh")
"""One person's round: two commands, three buttons, two notes typed into the running meeting."""
ELSE = ("meet.skip", "meet.walk", "meet.back", "meet.begin", "home")
"""What is pressed when the last message has no such button."""
NOTE = "Nhất trí với báo cáo; đề nghị chi bộ phân công đồng chí phụ trách theo dõi, hạn cuối tháng"
PLAIN: Keyboard = [
    [{"text": "Tiếp ➡️", "callback_data": "meet.next:1:0"}],
    [
        {"text": "📝 Ghi ý kiến", "callback_data": "meet.note:1:0"},
        {"text": "Bỏ qua", "callback_data": "meet.skip:1:0"},
    ],
]
"""A bot that shows no buttons is sent presses of this one."""


class Talker:
    def __init__(self, number: int, position: int) -> None:
        self.number = number
        self.turns = itertools.islice(itertools.cycle(ROUND), position % len(ROUND), None)
        self.keyboard: Keyboard = PLAIN
        self.asked: deque[float] = deque()


class Crowd:
    """In a closed loop everybody says the next thing when the answer comes; else `rate` things are said a second.

    `put` makes an update available to the bot; an answer is the first message that reaches the person after that.
    """

    def __init__(self, put: Callable[[Update], None]) -> None:
        self._put = put
        self._numbers = itertools.count(1)
        self.gather(())

    def gather(self, people: Sequence[int]) -> None:
        """Nothing is left of those who talked before: neither their silence nor what they waited for."""
        self.talkers = {number: Talker(number, i) for i, number in enumerate(people)}
        self.closed = False
        self.said = 0
        self.mark()

    def mark(self) -> None:
        """Measures from now on."""
        self.waits: list[float] = []
        self.since = self.heard = time.perf_counter()
        self.silence = 0.0
        """The longest time in which nobody had an answer."""

    def figures(self) -> dict[str, float]:
        waits = sorted(self.waits)
        spent = time.perf_counter() - self.since
        open_now = sum(len(talker.asked) for talker in self.talkers.values())
        silence = max(self.silence, time.perf_counter() - self.heard)
        longest = {"longest": waits[-1] if waits else 0.0, "silence": silence, "said": self.said}
        counted = {"answered": len(waits), "a_second": len(waits) / spent, "unanswered": open_now}
        return {**counted, **longest, **parts_of(waits)}

    def next_number(self) -> int:
        return next(self._numbers)

    def ask(self, number: int) -> None:
        talker = self.talkers[number]
        talker.asked.append(time.perf_counter())
        self.said += 1
        self._put({"update_id": next(self._numbers), **self._next(talker)})

    def answered(self, number: int, keyboard: Keyboard | None) -> None:
        talker = self.talkers.get(number)
        if talker is None or not talker.asked:
            return
        talker.keyboard = keyboard or PLAIN
        moment = time.perf_counter()
        self.silence, self.heard = max(self.silence, moment - self.heard), moment
        self.waits.append(time.perf_counter() - talker.asked.popleft())
        if self.closed:
            self.ask(number)

    def _next(self, talker: Talker) -> Update:
        turn = next(talker.turns)
        if turn.startswith("meet"):
            return {"callback_query": self._press(talker, turn)}
        text = NOTE if turn == "note" else turn
        entities = [{"type": "bot_command", "offset": 0, "length": len(text)}] if turn[0] == "/" else []
        return {
            "message": {**message(talker.number, text), "from": person(talker.number), "entities": entities}
        }

    def _press(self, talker: Talker, wanted: str) -> Update:
        buttons = [button["callback_data"] for row in talker.keyboard for button in row]
        chosen = next((b for name in (wanted, *ELSE) for b in buttons if b.partition(":")[0] == name), "home")
        under = {**message(talker.number, NOTE), "reply_markup": {"inline_keyboard": talker.keyboard}}
        return {
            "id": f"{talker.number}-{next(self._numbers)}",
            "from": person(talker.number),
            "chat_instance": str(talker.number),
            "data": chosen,
            "message": under,
        }


PARTS = {"p50": 0.5, "p95": 0.95}
BOT = {"id": 1, "is_bot": True, "first_name": "Bot", "username": "bench_bot"}
_messages = itertools.count(1)


def parts_of(durations: Sequence[float]) -> dict[str, float]:
    """The middle one and the one that a twentieth surpass; 0 where there is none."""
    ordered = sorted(durations)
    return {name: ordered[int(len(ordered) * share)] if ordered else 0.0 for name, share in PARTS.items()}


def person(number: int) -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": f"P{number}"}


def message(chat: int, text: str) -> dict[str, Any]:
    return {
        "message_id": next(_messages),
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private", "first_name": f"P{chat}"},
        "from": BOT,
        "text": text,
    }


def keyboard_of(markup: object) -> Keyboard | None:
    """The inline keyboard of a sendMessage, which comes as an object or as its JSON."""
    given = json.loads(markup) if isinstance(markup, str) else markup
    return given.get("inline_keyboard") if isinstance(given, dict) else None
