"""A photograph is opened in a process of its own: what is made to harm its reader costs its page an answer, and nobody else anything."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from bot.problems import Invalid, Rejected
from bot.reports import scans
from bot.reports.scans import contact_sheet, make_pdf
from bot.store.aside import Inspector
from tests.kit.photos import photos
from tests.kit.talker import Talker
from tests.kit.ticking import runs


@pytest.fixture
def aside() -> Iterator[Inspector]:
    one = Inspector(workers=1)
    yield one
    one.close()


def picture(kind: str, size: tuple[int, int], mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "white").save(out, kind, **options)
    return out.getvalue()


@cache
def good() -> bytes:
    return picture("JPEG", (600, 800))


@cache
def large() -> bytes:
    """48 million dots, of 200 KB, which take half a gigabyte: as large as is taken at all."""
    return picture("PNG", (8000, 6000), "RGBA")


@cache
def bomb() -> bytes:
    return picture("PNG", (20000, 10000), "1")


@pytest.mark.process
def test_the_same_pdf_and_sheet_come_of_it(aside: Inspector, tmp_path: Path) -> None:
    pages = [good, large]
    make_pdf(pages, tmp_path / "here.pdf", turns=[90])
    make_pdf(pages, tmp_path / "there.pdf", turns=[90], aside=aside)
    assert (tmp_path / "there.pdf").read_bytes() == (tmp_path / "here.pdf").read_bytes()
    assert contact_sheet(pages, tmp_path / "here.jpg") == []
    assert contact_sheet(pages, tmp_path / "there.jpg", aside=aside) == []
    assert (tmp_path / "there.jpg").read_bytes() == (tmp_path / "here.jpg").read_bytes()


@pytest.mark.process
def test_what_takes_too_much_memory_is_a_problem_of_its_page(tmp_path: Path) -> None:
    aside = Inspector(workers=1, memory=400 * 2**20)
    try:
        with pytest.raises(Rejected) as caught:
            make_pdf([good, large, bomb], tmp_path / "pages.pdf", aside=aside)
        found = [(problem.place, problem.code) for problem in caught.value.problems]
        assert found == [("2", "scan_unseen"), ("3", "scan_too_large")]
        make_pdf([good], tmp_path / "pages.pdf", aside=aside)
    finally:
        aside.close()
    assert len(PdfReader(tmp_path / "pages.pdf").pages) == 1


@pytest.mark.process
def test_what_takes_too_long_is_a_problem_of_its_page(
    aside: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans, "PICTURE_SECONDS", 0.0)
    problems = contact_sheet([large], tmp_path / "sheet.jpg", aside=aside)
    assert [(problem.place, problem.code) for problem in problems] == [("1", "scan_unseen")]


class GivesUp:
    """Sees nothing of the second picture."""

    def __init__(self) -> None:
        self.asked = 0

    def call(self, work: Callable[..., Any], *args: Any, owner: str = "", seconds: float = 5.0) -> Any:
        self.asked += 1
        if self.asked % 2 == 0:
            raise Invalid("file_unseen")
        return work(*args)


def test_the_secretary_hears_which_page_it_is_and_what_to_do(secretary: Talker) -> None:
    world = secretary.world
    world.desk = replace(world.desk, aside=GivesUp())
    secretary.says("/nop").taps("Báo cáo")
    secretary.hands(*photos(world, 1, 2)).taps("Ghép ảnh")
    runs(secretary)
    told = "Trang 2 chưa mở được vì tốn quá nhiều thời gian hoặc bộ nhớ. Đồng chí chụp lại trang này rồi gửi lại."
    assert told in secretary.last.text
