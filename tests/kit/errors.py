"""A fault that the product swallows and logs is a fault of the test, too."""

import logging

ROOMS = ("bot", "handlers", "schedules")
"""The loggers of the product."""


class Listener(logging.Handler):
    """Hears what the product logs as an error or worse."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        fault = record.exc_info[1] if record.exc_info else None
        self.heard.append(f"{record.name}: {record.getMessage()} {fault!r}")

    def __enter__(self) -> "Listener":
        for room in ROOMS:
            logging.getLogger(room).addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        for room in ROOMS:
            logging.getLogger(room).removeHandler(self)
