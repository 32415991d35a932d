"""Work on what strangers have made is done aside: in processes of its own, with limits of time, memory and output.

A file may be made so that reading it never ends or fills the memory; here that costs its sender an answer, and nobody else
anything. `python -m bot.store.aside` is such a process; it is started when it is needed and ended when it has been too slow, or
has had nothing to do for a while: its libraries take more memory than all the rest.
"""

import importlib
import itertools
import logging
import os
import pickle
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Event, Thread, Timer
from typing import IO, Any, Protocol, TypeVar, cast

from bot.problems import Invalid, Rejected

log = logging.getLogger(__name__)
T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS, START_SECONDS = 5.0, 60.0
PATIENCE = 4
"""So many times as long it may take on a machine that is busy with other things: until then its own processor time counts."""
SPENT = 0.9
"""Of the time that there is for it: whoever has had more is done with."""
MEMORY = 1024 * 2**20
OUTPUT = 64 * 2**20
CALLS = 200
"""After so many calls a process makes room for a new one."""
IDLE_SECONDS = 60.0
"""So long it waits for the next."""
_HEAD = 8


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    calls: int = 0
    rests_since: float = 0.0

    @property
    def pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        return cast(IO[bytes], self.process.stdin), cast(IO[bytes], self.process.stdout)

    def end(self) -> None:
        self.process.kill()
        for pipe in self.pipes:
            pipe.close()
        self.process.wait()


class Elsewhere(Protocol):
    """Does work apart from everything else; see `Inspector`."""

    def call(self, work: Callable[..., T], *args: Any, owner: str = "", seconds: float = 5.0) -> T: ...


class Here:
    """Does it at once and in this process: for tests, and for the command line, whose files are its user's own."""

    def call(self, work: Callable[..., T], *args: Any, owner: str = "", seconds: float = 5.0) -> T:
        return work(*args)


class Inspector:
    """At most `workers` processes, each with `memory` bytes; safe to share between threads.

    Who waits for one is served by turns: somebody's first piece of work comes before anybody's second.
    """

    def __init__(
        self,
        workers: int = 2,
        memory: int = MEMORY,
        *,
        idle_seconds: float = IDLE_SECONDS,
        speaks: bool = False,
    ) -> None:
        """`speaks`: what its processes write to the log is shown; else nothing is, for libraries quote what people wrote."""
        self._memory, self._speaks = memory, speaks
        self._idle_seconds = idle_seconds
        self._rest: Timer | None = None
        self._left = workers
        self._idle: list[_Worker] = []
        self._waiting: list[tuple[int, int]] = []
        self._of_owner: Counter[str] = Counter()
        self._numbers = itertools.count()
        self._changed = Condition()

    def call(self, work: Callable[..., T], *args: Any, owner: str = "", seconds: float = SECONDS) -> T:
        """What `work(*args)` answers; it is a public function of a module, its arguments and answer can be pickled.

        Raises Invalid and Rejected as `work` does, OSError where it does, and Invalid(file_unseen) when it took longer
        than `seconds`, more memory than there is for it, or broke.
        """
        worker = self._take(owner)
        try:
            answer = _ask(worker, (work.__module__, work.__qualname__, args), seconds)
        finally:
            self._give_back(worker, owner)
        return cast(T, _opened(answer))

    def close(self) -> None:
        self._end_idle(0.0)

    def _end_idle(self, seconds: float) -> None:
        """Ends those that have rested so long, and looks again later if there are others."""
        with self._changed:
            late = [one for one in self._idle if time.monotonic() - one.rests_since >= seconds]
            self._idle = [one for one in self._idle if one not in late]
            if self._rest is not None:
                self._rest.cancel()
            self._rest = None
            self._look_later()
        for worker in late:
            worker.end()

    def _look_later(self) -> None:
        if self._idle and self._rest is None:
            self._rest = Timer(self._idle_seconds, self._end_idle, [self._idle_seconds])
            self._rest.daemon = True
            self._rest.start()

    def _take(self, owner: str) -> _Worker:
        with self._changed:
            turn = self._of_owner[owner], next(self._numbers)
            self._of_owner[owner] += 1
            self._waiting.append(turn)
            self._changed.wait_for(lambda: self._left > 0 and turn == min(self._waiting))
            self._waiting.remove(turn)
            self._left -= 1
            self._changed.notify_all()
            if self._idle:
                return self._idle.pop()
        return _Worker(_start(self._memory, self._speaks))

    def _give_back(self, worker: _Worker, owner: str) -> None:
        worker.calls += 1
        fit = worker.process.poll() is None and worker.calls < CALLS
        if not fit:
            worker.end()
        with self._changed:
            if fit:
                worker.rests_since = time.monotonic()
                self._idle.append(worker)
                self._look_later()
            self._left += 1
            self._of_owner[owner] -= 1
            if not self._of_owner[owner]:
                del self._of_owner[owner]
            self._changed.notify_all()


def _start(memory: int, speaks: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
        [sys.executable, "-m", "bot.store.aside", str(memory)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if speaks else subprocess.DEVNULL,
    )


def _ask(worker: _Worker, task: object, seconds: float) -> tuple[str, Any]:
    give, take = worker.pipes
    try:
        if not worker.calls:
            # It imports what the work needs, which is no fault of the file.
            _write(give, ("", cast(tuple[str, str], task)[0], ()))
            _within(worker, START_SECONDS, lambda: _read(take, OUTPUT))
        _write(give, task)
        return cast(tuple[str, Any], _within(worker, seconds, lambda: _read(take, OUTPUT)))
    except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
        worker.process.kill()
        worker.process.wait()
        log.warning("aside.ended task=%s error=%s", cast(tuple[str, str], task)[1], type(error).__name__)
        return "unseen", None


def _within(worker: _Worker, seconds: float, wait: Callable[[], object]) -> object:
    done = Event()
    Thread(target=_end_when_late, args=(worker.process, seconds, done), daemon=True).start()
    try:
        return wait()
    finally:
        done.set()


def _end_when_late(process: subprocess.Popen[bytes], seconds: float, done: Event) -> None:
    """That others have the machine is no fault of the file."""
    before = processor_seconds(process.pid)
    for _ in range(PATIENCE):
        if done.wait(seconds):
            return
        now = processor_seconds(process.pid)
        if before is None or now is None or now - before >= SPENT * seconds:
            break
    process.kill()


def processor_seconds(pid: int) -> float | None:
    """What the process has had of the processor; None where that is not told."""
    if sys.platform == "win32":
        return None
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def _opened(answer: tuple[str, Any]) -> object:
    kind, facts = answer
    if kind == "invalid":
        raise Invalid(facts[0], **facts[1])
    if kind == "rejected":
        raise Rejected(facts)
    if kind == "os":
        raise OSError(facts)
    if kind == "unseen":
        raise Invalid("file_unseen")
    return facts


def _write(pipe: IO[bytes], value: object) -> None:
    body = pickle.dumps(value)
    pipe.write(len(body).to_bytes(_HEAD, "big") + body)
    pipe.flush()


def _read(pipe: IO[bytes], most: int) -> object:
    head = pipe.read(_HEAD)
    if len(head) < _HEAD:
        raise EOFError
    size = int.from_bytes(head, "big")
    if size > most:
        raise ValueError("too much output")
    body = pipe.read(size)
    if len(body) < size:
        raise EOFError
    return cast(object, pickle.loads(body))  # noqa: S301 - both ends are this program


def _serve(memory: int) -> None:
    """Does one task after the other until the other end closes."""
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.SIG_IGN)  # both mean the program, which ends its processes itself
    _limit(memory)
    give = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever prints must not speak in between
    while True:
        try:
            module, name, args = cast(tuple[str, str, tuple[Any, ...]], _read(sys.stdin.buffer, OUTPUT))
        except EOFError:
            return
        if not module:
            importlib.import_module(name)
            _write(give, ("ok", None))
            continue
        _write(give, _done(getattr(importlib.import_module(module), name), args))


def _done(work: Callable[..., object], args: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "ok", work(*args)
    except Invalid as error:
        return "invalid", (error.code, error.facts)
    except Rejected as error:
        return "rejected", error.problems
    except OSError as error:
        return "os", str(error)
    except (Exception, MemoryError, RecursionError) as error:  # noqa: BLE001 - a file can break a reader in any way
        return "unseen", type(error).__name__


def _limit(memory: int) -> None:
    if sys.platform == "win32":  # it has no such limits
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
