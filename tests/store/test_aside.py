"""Work that is done aside: an ill-made file costs its sender an answer and nobody else anything."""

import os
import signal
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.problems import Invalid, Rejected
from bot.store.aside import Inspector, processor_seconds
from bot.store.files import look_into, open_store, take_in
from tests.store import aside_tasks as tasks

pytestmark = pytest.mark.process


@pytest.fixture
def aside() -> Iterator[Inspector]:
    one = Inspector(workers=1, memory=600 * 2**20)
    yield one
    one.close()


def test_it_answers_and_keeps_its_process(aside: Inspector) -> None:
    assert [aside.call(tasks.double, number) for number in range(3)] == [0, 2, 4]
    assert aside._idle[0].calls == 3
    assert aside.call(tasks.print_and_answer, "xong") == "xong"


@pytest.mark.parametrize(
    "work", [tasks.never_end, tasks.fill_memory, tasks.die, tasks.break_down, tasks.say_much]
)
def test_whatever_an_ill_made_file_does_the_next_is_seen(
    aside: Inspector, work: Callable[[], object]
) -> None:
    assert aside.call(tasks.double, 1) == 2
    with pytest.raises(Invalid) as caught:
        aside.call(work, seconds=2)
    assert caught.value.code == "file_unseen"
    assert aside.call(tasks.double, 2) == 4


def test_what_the_work_raises_comes_back(aside: Inspector) -> None:
    with pytest.raises(Invalid) as invalid:
        aside.call(tasks.refuse, "file_too_large")
    assert (invalid.value.code, invalid.value.facts) == ("file_too_large", {"name": "tệp", "limit_mb": 5})
    with pytest.raises(Rejected) as rejected:
        aside.call(tasks.reject)
    assert [(one.place, one.facts) for one in rejected.value.problems] == [("E7", {"said": "x"})]
    with pytest.raises(OSError, match="gone"):
        aside.call(tasks.lose_the_disk)


def test_somebodys_first_file_comes_before_anothers_second(aside: Inspector, tmp_path: Path) -> None:
    path = tmp_path / "order"
    aside.call(tasks.double, 1)
    with ThreadPoolExecutor(8) as pool:

        def hand(owner: str, number: int) -> None:
            word, wait = f"{owner}{number}", 1.5 if number == 0 else 0.0
            pool.submit(aside.call, tasks.note_and_wait, str(path), word, wait, owner=owner, seconds=60)
            time.sleep(0.1)  # so that they come in this order

        for number in range(4):
            hand("a", number)
        hand("b", 1)
    assert path.read_text("utf-8").split() == ["a0", "b1", "a1", "a2", "a3"]


def test_a_process_makes_room_after_many_calls(aside: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.aside.CALLS", 2)
    aside.call(tasks.double, 1)
    first = aside._idle[0].process.pid
    aside.call(tasks.double, 1)
    assert aside._idle == []
    aside.call(tasks.double, 1)
    assert aside._idle[0].process.pid != first


def endless_pdf(path: Path) -> Path:
    """Some kilobytes that take a reader minutes: a page that draws one form a thousand times, and that form another one."""
    words = zlib.compress(b"BT /F1 9 Tf (x) Tj ET " * 500, 9)
    often = zlib.compress(b"/X Do " * 1000, 9)
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Filter /FlateDecode"
    fonts = b"/Font << /F1 7 0 R >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << %b /XObject << /X 5 0 R >> >> >>" % fonts,
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (len(often), often),
        b"<< %b /Resources << %b /XObject << /X 6 0 R >> >> /Length %d >>\nstream\n%b\nendstream"
        % (form, fonts, len(often), often),
        b"<< %b /Resources << %b >> /Length %d >>\nstream\n%b\nendstream" % (form, fonts, len(words), words),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size 8 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    path.write_bytes(body + b"xref\n0 8\n0000000000 65535 f \n" + table + end)
    assert path.stat().st_size < 5_000
    return path


def test_a_pdf_that_never_ends_is_refused_and_not_kept(aside: Inspector, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    with pytest.raises(Invalid) as caught:
        take_in(
            store,
            "Báo cáo.pdf",
            endless_pdf(tmp_path / "x"),
            look=lambda *given: aside.call(look_into, *given, owner="a", seconds=3),
        )
    assert (caught.value.code, caught.value.facts) == ("file_unseen", {"name": "Báo cáo.pdf"})
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []


def test_a_signal_to_stop_the_program_is_the_programs_own(aside: Inspector) -> None:
    """Ctrl-C in a terminal reaches every process; each would write a traceback, and give up what it is at."""
    number = aside.call(tasks.own_number)
    for stop in (signal.SIGINT, signal.SIGTERM):
        os.kill(number, stop)
    assert aside.call(tasks.own_number) == number


def test_who_is_kept_waiting_by_others_is_not_blamed(
    aside: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine is busy: the file's process has had little of it, and is given more time; one that does nothing, not for ever."""
    aside.call(tasks.double, 1)
    had = iter(range(100))
    monkeypatch.setattr("bot.store.aside.processor_seconds", lambda _pid: next(had) * 0.05)
    aside.call(tasks.note_and_wait, str(tmp_path / "one"), "xong", 1.0, seconds=0.4)
    monkeypatch.setattr("bot.store.aside.processor_seconds", lambda _pid: 0.0)
    with pytest.raises(Invalid) as caught:
        aside.call(tasks.note_and_wait, str(tmp_path / "two"), "xong", 30.0, seconds=0.4)
    assert caught.value.code == "file_unseen"


def test_the_time_that_a_process_has_had_is_known() -> None:
    had = processor_seconds(os.getpid())
    assert had is None or had > 0
    assert processor_seconds(2**22 + 1) is None
