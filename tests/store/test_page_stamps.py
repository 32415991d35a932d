"""Photographed pages that are read for stamps: what counts as one, what happens where nothing can be read, and the library itself."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from PIL import Image, ImageDraw, ImageFont

from bot.messages import Address, File, Refusal
from bot.problems import Invalid
from bot.store import filetypes, page_reading
from bot.store.aside import Here, Inspector
from bot.store.files import open_store
from bot.store.intake import Intake
from bot.store.page_reading import MEMORY, SECONDS, can_read_pages, look_for_stamp
from bot.store.page_stamps import page_bears_stamp
from bot.store.secrecy import seen_stamp
from bot.summaries.picture import FONTS
from tests.kit.cli import run
from tests.kit.world import World

T = TypeVar("T")
FONT = str(FONTS / "LiberationSans-Bold.ttf")


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("MẬT", True),
        ("MÂT", True),
        ("MAT", True),
        ("M.A.T", True),
        ("TÔIMÂT", True),
        ("T0I MAT", True),
        ("TUYÊT MT", True),
        ("TUYỆT MẬT", True),
        ("mat", False),
        ("Mat", False),
        ("MT", False),
        ("TOI", False),
        ("BIMAT", False),
        ("VANGMAT", False),
        ("MATKHAU", False),
        ("MATTRAN", False),
        ("ĐẢNG BỘ", False),
        ("", False),
    ],
)
def test_what_reads_like_a_stamp(line: str, seen: bool) -> None:
    assert seen_stamp(line) is seen


def page(stamp: str = "", turn: int = 0) -> Image.Image:
    picture = Image.new("RGB", (1240, 1754), "white")
    pen, font, large = ImageDraw.Draw(picture), ImageFont.truetype(FONT, 30), ImageFont.truetype(FONT, 54)
    pen.text((100, 100), "ĐẢNG BỘ XÃ MẪU", "black", font)
    for line in range(20):
        pen.text(
            (100, 420 + 50 * line), "Căn cứ Điều lệ Đảng và công tác bảo vệ bí mật nhà nước", "black", font
        )
    if stamp:
        width = pen.textlength(stamp, large)
        pen.rectangle((90, 200, 140 + width, 300), outline="red", width=5)
        pen.text((115, 215), stamp, "red", large)
    return picture.rotate(turn, expand=True)


def photograph(path: Path, picture: Image.Image, kind: str = "JPEG") -> Path:
    picture.save(path, kind)
    return path


def small(shade: int = 200) -> Image.Image:
    return Image.new("RGB", (200, 300), (shade, shade, shade))


@pytest.mark.parametrize("media_type", [filetypes.JPEG, filetypes.PNG, filetypes.WEBP, filetypes.PDF])
def test_a_page_is_shown_to_the_reader_upright_and_small(tmp_path: Path, media_type: str) -> None:
    """A scanned PDF is a page as a photograph is."""
    kind = media_type.rpartition("/")[2].upper()
    path = photograph(tmp_path / "a", Image.new("RGB", (3000, 4000), "white"), kind)
    shown: list[tuple[int, int]] = []

    def read(picture: Image.Image) -> list[str]:
        shown.append(picture.size)
        return ["Đảng bộ", "MÂT"]

    assert page_bears_stamp(path, media_type, read)
    assert not page_bears_stamp(path, media_type, lambda _: ["VẮNG MẶT", "bí mật"])
    assert shown == [(960, 1280)]


def test_a_pdf_without_a_picture_shows_the_reader_nothing(tmp_path: Path) -> None:
    def read(_picture: Image.Image) -> list[str]:
        raise AssertionError("there is nothing to be read")

    path = tmp_path / "a.pdf"
    for content in (b"%PDF-1.4 broken", b""):
        path.write_bytes(content)
        assert not page_bears_stamp(path, filetypes.PDF, read)


class Reader:
    """Stands for the process that reads pages: it sees these lines, or fails."""

    def __init__(self, *lines: str, fails: str = "") -> None:
        self.lines, self.fails = lines, fails
        self.asked = 0

    def call(self, work: Callable[..., T], *args: Any, owner: str = "", seconds: float = 5.0) -> T:
        self.asked += 1
        if self.fails:
            raise Invalid(self.fails)
        assert (owner, seconds) == ("telegram:5", SECONDS)
        assert work is look_for_stamp
        look: Callable[..., Any] = page_bears_stamp
        return cast(T, look(*args, lambda _: self.lines))


@pytest.fixture
def send(world: World, tmp_path: Path) -> Callable[..., File | Refusal]:
    secretary = world.registered("CB01", "secretary")
    del secretary
    store = open_store(str(tmp_path / "store"))

    def take(reader: Reader | None, shade: int = 200, name: str = "trang 1.jpg") -> File | Refusal:
        intake = Intake(world.db, store, Here(), lambda: world.at, reader)
        return intake.take(name, photograph(tmp_path / "in", small(shade)), Address("telegram", "5"))

    return take


def test_a_photographed_stamp_is_refused_as_any_other(send: Callable[..., File | Refusal]) -> None:
    refused = send(Reader("ĐẢNG BỘ", "TÔIMÂT"))
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.name) == ("file_secret", "tep.jpg")
    assert isinstance(send(Reader("ĐẢNG BỘ", "Số 12")), File)
    assert isinstance(send(None, 10), File)


def test_what_cannot_be_read_is_taken_as_without_a_reader(
    send: Callable[..., File | Refusal], caplog: pytest.LogCaptureFixture
) -> None:
    assert isinstance(send(Reader(fails="file_unseen")), File)
    assert "file.page unread error=file_unseen" in caplog.text


def test_what_is_refused_already_is_not_read_again(send: Callable[..., File | Refusal]) -> None:
    reader = Reader("MÂT")
    assert isinstance(send(reader, name="TUYET MAT.jpg"), Refusal)
    assert reader.asked == 0


def test_without_the_library_the_setting_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("FILES_URL", str(tmp_path / "files"))
    monkeypatch.setenv("OCR", "1")
    monkeypatch.setattr(page_reading, "LIBRARY", "no_such_library")
    for command in ("check", "run"):
        assert "OCR: OCR=1 nhưng chưa cài bộ đọc ảnh. Chạy: make ocr" in run(command, code=1).output
    monkeypatch.setenv("OCR", "0")
    assert "Mọi thứ đều đúng" in run("check").output


library = pytest.mark.skipif(not can_read_pages(), reason="the extra .[ocr] is not installed")


@pytest.fixture(scope="module")
def aside() -> Iterator[Inspector]:
    one = Inspector(workers=1, memory=MEMORY)
    yield one
    one.close()


@library
@pytest.mark.process
@pytest.mark.parametrize(
    ("stamp", "turn", "secret"),
    [
        ("MẬT", 0, True),
        ("TỐI MẬT", 0, True),
        ("TUYỆT MẬT", 4, True),
        ("MẬT", 90, True),
        ("TỐI MẬT", 180, True),
        ("HỎA TỐC", 0, False),
        ("", 0, False),
    ],
)
def test_the_library_finds_a_drawn_stamp(
    tmp_path: Path, aside: Inspector, stamp: str, turn: int, secret: bool
) -> None:
    path = photograph(tmp_path / "a.jpg", page(stamp, turn))
    assert aside.call(page_bears_stamp, path, filetypes.JPEG, seconds=SECONDS) is secret


@library
@pytest.mark.process
def test_the_library_reads_a_scanned_pdf(tmp_path: Path, aside: Inspector) -> None:
    scan = io.BytesIO()
    page("MẬT").save(scan, "PDF")
    path = tmp_path / "a.pdf"
    path.write_bytes(scan.getvalue())
    assert aside.call(page_bears_stamp, path, filetypes.PDF, seconds=SECONDS)
