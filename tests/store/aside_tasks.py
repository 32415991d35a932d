"""Work for the tests of bot.store.aside: what well-made and ill-made files do to whoever reads them."""

import os
import time
from pathlib import Path

from bot.problems import Invalid, Problem, Rejected


def double(number: int) -> int:
    return 2 * number


def print_and_answer(text: str) -> str:
    print("lời của thư viện")
    return text


def never_end() -> None:
    while True:
        pass


def fill_memory() -> int:
    return len(bytearray(8 * 2**30))


def die() -> None:
    os._exit(3)


def break_down() -> None:
    raise ZeroDivisionError


def refuse(code: str) -> None:
    raise Invalid(code, name="tệp", limit_mb=5)


def reject() -> None:
    raise Rejected([Problem("E7", "unit_code", {"said": "x"})])


def lose_the_disk() -> None:
    raise OSError("the disk is gone")


def say_much() -> bytes:
    return bytes(80 * 2**20)


def note_and_wait(path: str, word: str, seconds: float) -> None:
    with Path(path).open("a", encoding="utf-8") as out:
        out.write(word + "\n")
    time.sleep(seconds)


def own_number() -> int:
    return os.getpid()


def die_with_desk(desk: object, errand_id: int, at: object) -> None:
    die()


def lose_the_store(desk: object, errand_id: int, at: object) -> None:
    lose_the_disk()
