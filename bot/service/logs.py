"""What the program writes of itself: lines or JSON on stderr, no tokens, and of what repeats one line a minute with a count."""

import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

LINES = "%(asctime)s %(levelname)s %(name)s %(message)s"
WINDOW_SECONDS = 60.0
TOLD_A_MINUTE = 100
KINDS_KEPT = 1000
OWN_LOGGERS = ("apscheduler", "uvicorn", "alembic", "sse_starlette")
"""They write a line for every tick, or addresses that bear a token."""
TICK_SKIPPED = "apscheduler.scheduler"
"""It warns when a tick is still at work at its next turn, as every longer one is; of one that hangs schedules/clock.py speaks."""


class LineCounts(logging.Handler):
    """Counts warnings and worse by level, also those that are held back."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.counts: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        self.counts[record.levelname] += 1


def set_up_logs(level: str, form: str = "text", quiet: Iterable[str] = ()) -> LineCounts:
    """`level` as logging names it; `form` is text or json; `quiet` are loggers that may write tokens."""
    counts = LineCounts()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(LINES))
    handler.addFilter(OncePerMinute())
    logging.basicConfig(level=level.upper(), handlers=[handler, counts])
    for name in (*OWN_LOGGERS, *quiet):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(TICK_SKIPPED).setLevel(logging.ERROR)
    return counts


class JsonLines(logging.Formatter):
    """One JSON object a line: at (UTC), level, logger, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


@dataclass(slots=True)
class _Seen:
    since: float
    written: int = 1
    repeated: int = 0


class OncePerMinute(logging.Filter):
    """Lets the first warning or error of a kind through at once, and after that one a minute, which says how many were held
    back; so also what is told for information, after the first hundred of a minute. Of one kind is what comes from one logger with one text before its values are filled in, and with one exception.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._seen: dict[tuple[str, str, str], _Seen] = {}
        self._lock = Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        most = 1 if record.levelno >= logging.WARNING else TOLD_A_MINUTE
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        kind = record.name, str(record.msg), error
        with self._lock:
            at = self._monotonic()
            seen = self._seen.get(kind)
            if seen is not None and at - seen.since < WINDOW_SECONDS:
                more = seen.written < most
                seen.written += more
                seen.repeated += not more
                return more
            self._forget(at)
            self._seen[kind] = _Seen(at)
        if seen is not None and seen.repeated:
            record.msg = f"{record.msg} [repeated={seen.repeated}]"
        return True

    def _forget(self, at: float) -> None:
        if len(self._seen) >= KINDS_KEPT:
            self._seen = {kind: seen for kind, seen in self._seen.items() if at - seen.since < WINDOW_SECONDS}
            for kind in list(self._seen)[: max(0, len(self._seen) - KINDS_KEPT + 1)]:
                del self._seen[kind]
