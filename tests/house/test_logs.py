"""The log: of what repeats one line a minute with a count; JSON where it is wanted."""

import json
import logging

import pytest

from bot.service.logs import JsonLines, OncePerMinute, set_up_logs


def record(
    text: str, *values: object, level: int = logging.ERROR, name: str = "bot.talk.sender"
) -> logging.LogRecord:
    return logging.LogRecord(name, level, __file__, 1, text, values, None)


def failed(error: Exception) -> logging.LogRecord:
    try:
        raise error
    except Exception as caught:  # noqa: BLE001 - whatever is given
        return logging.LogRecord(
            "bot.talk.sender",
            logging.ERROR,
            __file__,
            1,
            "outbox turn failed",
            (),
            (type(caught), caught, None),
        )


def test_forty_thousand_errors_of_two_minutes_are_three_lines() -> None:
    at = [0.0]
    once = OncePerMinute(lambda: at[0])
    shown = []
    for number in range(40_001):
        at[0] = number * 120 / 40_000
        one = record("send failed message=%s", number)
        if once.filter(one):
            shown.append(one.getMessage())
    assert shown == [
        "send failed message=0",
        "send failed message=20000 [repeated=19999]",
        "send failed message=40000 [repeated=19999]",
    ]


def test_other_kinds_are_told_apart() -> None:
    once = OncePerMinute(lambda: 0.0)
    assert once.filter(record("send failed message=%s", 1))
    assert once.filter(record("tick failed name=%s", "reminders"))
    assert once.filter(record("send failed message=%s", 1, name="bot.web.app"))
    assert once.filter(failed(OSError("away")))
    assert once.filter(failed(ValueError("bad")))
    assert not once.filter(failed(OSError("away again")))
    assert not once.filter(record("send failed message=%s", 2))


def test_ten_thousand_lines_of_one_tick_are_a_hundred_and_a_count() -> None:
    at = [0.0]
    once = OncePerMinute(lambda: at[0])
    lines = [record("reminder.skipped duty=%s", n, level=logging.INFO) for n in range(10_000)]
    assert sum(once.filter(line) for line in lines) == 100
    at[0] = 61.0
    last = record("reminder.skipped duty=%s", "x", level=logging.INFO)
    assert once.filter(last)
    assert last.getMessage() == "reminder.skipped duty=x [repeated=9900]"


def test_a_million_kinds_take_no_memory() -> None:
    once = OncePerMinute(lambda: 0.0)
    for number in range(5000):
        assert once.filter(record(f"kind {number}"))
    assert len(once._seen) <= 1001


def test_json_is_one_object_a_line() -> None:
    shown = JsonLines().format(failed(OSError("đĩa\nđầy")))
    assert "\n" not in shown
    line = json.loads(shown)
    assert (line["level"], line["logger"], line["message"]) == (
        "ERROR",
        "bot.talk.sender",
        "outbox turn failed",
    )
    assert "OSError" in line["traceback"]
    assert line["at"].endswith("+00:00")


def test_a_tick_that_is_still_at_work_is_not_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever asks for a picture keeps a tick longer than its two seconds."""
    skipped = logging.getLogger("apscheduler.scheduler")
    before = skipped.level
    try:
        set_up_logs("WARNING")
        skipped.warning("Execution of job skipped: maximum number of running instances reached")
        skipped.error("Unable to submit job")
    finally:
        skipped.setLevel(before)
    assert [one.levelname for one in caplog.records] == ["ERROR"]
