"""Photographed pages to one PDF: upright, small, in order, without what the camera noted; and the sheet of small pictures."""

import base64
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageDraw, ImageFont, PngImagePlugin
from pypdf import PdfReader
from sqlalchemy.engine.default import DefaultDialect

from bot.problems import Invalid, Rejected
from bot.reports.pages import Pages, page_numbers
from bot.reports.scans import LADDER, Page, contact_sheet, make_pdf
from bot.store.files import open_store
from bot.store.filetypes import JPEG, PDF, sniff_type
from bot.tables.asked import ASKED, ScannedPages
from bot.talk.render import Renderer

RENDER = Renderer(Path(__file__).parent.parent.parent / "templates", ZoneInfo("Asia/Ho_Chi_Minh"))
CORNER = (200, 20, 20)
A4 = (595, 842)
TO_STORE = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera lays a picture down that it notes as of orientation n: what turns it back by the table of EXIF."""


def marked(size: tuple[int, int] = (300, 400), mode: str = "RGB") -> Image.Image:
    """White with a coloured corner at the top left."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 3, size[1] // 4), CORNER)
    return picture.convert(mode)


def busy(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 60).convert("RGB")


def saved(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ACJpbG9jAAAAAERAAAEAAQAAAAABegABAAAAAAAAAGEAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRt"
    "AAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCAgWW6kkprm4CGgwIAAAMAMgAAAwACEGIAAQAHRAHBcrAiQAAAABNjb2xy"
    "bmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABgAAAAgAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAAGlt"
    "ZGF0AAAAXSgBrxmAvztZslGNjIU3//jjJ/2ZK/470+qZIGJJc3Xw8pCb/l1vzCDD4ceSNqjFUCd+xC/qZCSFSwSrzU+/MDTEK2FW"
    "UMD4GmlRRS7C6vvxp8tyVGoCE0iJt/lj3A=="
)
"""`marked((96, 128))` as a phone compresses it."""


def oriented(orientation: int, size: tuple[int, int] = (300, 400)) -> bytes:
    picture, way = marked(size), TO_STORE[orientation]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return saved(picture.transpose(way) if way is not None else picture, exif=exif, quality=95)


def pdf(folder: Path, *contents: bytes, turns: tuple[int, ...] = ()) -> PdfReader:
    target = folder / "pages.pdf"
    make_pdf([lambda content=content: content for content in contents], target, turns=turns)  # type: ignore[misc]
    return PdfReader(target)


def pictures(reader: PdfReader) -> list[Image.Image]:
    found = [page.images[0].image for page in reader.pages]
    return [picture for picture in found if picture is not None]


def where_marked(picture: Image.Image) -> list[str]:
    """The corners that are red."""
    picture = picture.convert("RGB")
    across, down = picture.width - 9, picture.height - 9
    corners = {"top left": (8, 8), "top right": (across, 8), "left": (8, down), "right": (across, down)}
    return [name for name, place in corners.items() if _near(picture.getpixel(place), CORNER)]


def _near(colour: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(a - b) < 30 for a, b in zip(colour, wanted, strict=True))


def photograph(seed: int, size: tuple[int, int] = (4000, 3000)) -> bytes:
    """A sheet of writing under a lamp, with the grain of a phone's camera, 12 MP."""
    grain = Image.effect_noise(size, 12).convert("RGB")
    picture = Image.blend(Image.new("RGB", size, (225, 220, 205)), grain, 0.15)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(64)
    words = random.Random(seed)
    for line in range(200, size[1] - 200, 110):
        pen.text((250, line), "".join(words.choices("abcdeghiklmno pqrstuvxy", k=90)), (30, 30, 60), font)
    return saved(picture, quality=90)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(300, 400), (400, 300)])
def test_every_orientation_comes_upright(tmp_path: Path, orientation: int, size: tuple[int, int]) -> None:
    reader = pdf(tmp_path, oriented(orientation, size))
    picture = pictures(reader)[0]
    assert picture.size == size
    assert where_marked(picture) == ["top left"]
    box = reader.pages[0].mediabox
    assert (round(box.width), round(box.height)) == (A4 if size[1] > size[0] else A4[::-1])


@pytest.mark.parametrize(
    ("turn", "corner"), [(0, "top left"), (90, "top right"), (180, "right"), (270, "left")]
)
def test_turns_are_clockwise_and_come_after_the_orientation(tmp_path: Path, turn: int, corner: str) -> None:
    for orientation in (1, 6, 7):
        reader = pdf(tmp_path, oriented(1), oriented(orientation), turns=(0, turn))
        first, second = pictures(reader)
        assert where_marked(first) == ["top left"]
        assert where_marked(second) == [corner]
        upright = turn in (0, 180)
        assert second.size == ((300, 400) if upright else (400, 300))
        assert (reader.pages[1].mediabox.height > reader.pages[1].mediabox.width) == upright


def test_an_orientation_that_was_noted_badly_is_upright(tmp_path: Path) -> None:
    for orientation in (0, 9, 200):
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        picture = pictures(pdf(tmp_path, saved(marked(), exif=exif)))[0]
        assert where_marked(picture) == ["top left"]


@pytest.mark.filterwarnings("ignore:.*EXIF:UserWarning")
def test_broken_notes_of_a_camera_do_no_harm(tmp_path: Path) -> None:
    whole = oriented(6)
    at = whole.index(b"Exif\0\0") + 10
    broken = whole[:at] + b"\xff\xff\xff\xff" + whole[at + 4 :]
    assert len(pictures(pdf(tmp_path, broken))) == 1


def test_a_picture_fills_its_page_in_the_middle(tmp_path: Path) -> None:
    reader = pdf(tmp_path, saved(marked((300, 300))))
    drawn = reader.pages[0].get_contents()
    assert drawn is not None
    wide, _, _, high, left, bottom = map(float, drawn.get_data().split()[1:7])
    assert (wide, high, left) == (595.28, 595.28, 0)
    assert abs(bottom * 2 + high - 841.89) < 0.05


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"),
        ("PNG", "LA"), ("PNG", "1"), ("PNG", "L"), ("WEBP", "RGB"), ("WEBP", "RGBA"),
    ],
)  # fmt: skip
def test_colours_are_kept(tmp_path: Path, kind: str, mode: str) -> None:
    picture = pictures(pdf(tmp_path, saved(marked(mode=mode), kind)))[0]
    grey = mode in ("L", "1")
    assert picture.mode == ("L" if grey else "RGB")
    colours = picture.convert("RGB").resize((6, 8), Image.Resampling.BOX)
    corner, paper = colours.getpixel((0, 0)), colours.getpixel((5, 7))
    assert _near(paper, (255, 255, 255))
    if not grey and mode != "LA":
        assert _near(corner, CORNER)
    else:
        assert not _near(corner, (255, 255, 255))


def test_sixteen_bits_a_dot_are_eight(tmp_path: Path) -> None:
    grey = Image.new("I;16", (60, 80), 128 * 256)
    assert pictures(pdf(tmp_path, saved(grey, "PNG")))[0].getpixel((30, 30)) in range(126, 131)


def test_what_is_clear_becomes_white(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (60, 80), (0, 0, 0, 0))
    dark = Image.new("RGB", (60, 80), (0, 0, 90))
    palette, index = dark.quantize(4), dark.quantize(4).getpixel((0, 0))
    contents = [saved(clear, "PNG"), saved(clear, "WEBP"), saved(palette, "PNG", transparency=index)]
    contents.append(saved(dark, "PNG", transparency=(0, 0, 90)))
    for content in contents:
        assert _near(pictures(pdf(tmp_path, content))[0].getpixel((30, 40)), (255, 255, 255))


def test_nothing_that_the_camera_noted_gets_in(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "CAMERAMAKER"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSMapDatum] = "GPSDATUM"
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "PNGAUTHOR")
    jpeg = saved(marked(), exif=exif, comment=b"JPEGCOMMENT", xmp=b"<x>XMPNOTE</x>", icc_profile=b"ICCNOTE")
    png = saved(marked(), "PNG", pnginfo=notes, exif=exif)
    assert all(word in jpeg for word in (b"CAMERAMAKER", b"GPSDATUM", b"JPEGCOMMENT", b"XMPNOTE", b"ICCNOTE"))
    assert b"PNGAUTHOR" in png
    reader = pdf(tmp_path, jpeg, png)
    whole = (tmp_path / "pages.pdf").read_bytes()
    sheet = tmp_path / "sheet.jpg"
    contact_sheet([lambda: jpeg, lambda: png], sheet)
    for word in (b"CAMERA", b"GPSDATUM", b"COMMENT", b"XMPNOTE", b"ICCNOTE", b"AUTHOR", b"Exif"):
        assert word not in whole
        assert word not in sheet.read_bytes()
    assert len(reader.pages) == 2


def test_thirty_photographs_make_a_pdf_of_a_reasonable_size(tmp_path: Path) -> None:
    content = photograph(1)
    sources: list[Page] = [lambda: content] * 30
    make_pdf(sources, tmp_path / "thirty.pdf")
    assert len(content) * 30 > 40_000_000
    assert 1_000_000 < (tmp_path / "thirty.pdf").stat().st_size < 10_000_000
    reader = PdfReader(tmp_path / "thirty.pdf")
    assert len(reader.pages) == 30
    assert max(pictures(reader)[0].size) >= LADDER[-1][0]
    make_pdf(sources[:1], tmp_path / "one.pdf")
    assert pictures(PdfReader(tmp_path / "one.pdf"))[0].size == (2000, 1500)


def test_a_small_picture_is_not_blown_up(tmp_path: Path) -> None:
    assert pictures(pdf(tmp_path, saved(marked((90, 120)))))[0].size == (90, 120)
    assert pictures(pdf(tmp_path, saved(marked((1, 5000)))))[0].size == (1, 2000)


@pytest.mark.parametrize("count", [1, 60])
def test_pages_stay_in_their_order(tmp_path: Path, count: int) -> None:
    shades = [saved(Image.new("L", (40, 60), 4 * number + 8)) for number in range(count)]
    found = [picture.getpixel((20, 30)) for picture in pictures(pdf(tmp_path, *shades))]
    assert len(found) == count
    assert all(abs(int(shade) - (4 * at + 8)) <= 1 for at, shade in enumerate(found))  # type: ignore[arg-type]


def test_one_picture_is_read_at_a_time_and_paths_are_pages_too(tmp_path: Path) -> None:
    path = tmp_path / "trang.jpg"
    path.write_bytes(saved(marked()))
    read: list[int] = []

    def source(number: int) -> Callable[[], bytes]:
        return lambda: read.append(number) or saved(marked())  # type: ignore[func-returns-value]

    pages: list[Page] = [path, source(1), source(2)]
    make_pdf(iter(pages), tmp_path / "pages.pdf")
    assert read == [1, 2]
    assert len(PdfReader(tmp_path / "pages.pdf").pages) == 3


def test_the_same_pages_give_the_same_bytes(tmp_path: Path) -> None:
    contents = [oriented(3), oriented(8)]
    pdf(tmp_path, *contents)
    first = (tmp_path / "pages.pdf").read_bytes()
    pdf(tmp_path, *contents)
    assert (tmp_path / "pages.pdf").read_bytes() == first


BROKEN_HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)
PICTURE = saved(marked((800, 600)), quality=95)
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "broken heic": (lambda: BROKEN_HEIC, "scan_damaged"),
    "cut off in its head": (lambda: PICTURE[:100], "scan_damaged"),
    "progressive of many dots": (
        lambda: saved(Image.new("L", (9000, 6000)), progressive=True),
        "scan_too_large",
    ),
    "empty": (lambda: b"", "scan_damaged"),
    "no picture": (lambda: b"%PDF-1.4 no picture at all", "scan_damaged"),
    "cut off png": (lambda: saved(marked((800, 600)), "PNG")[:900], "scan_damaged"),
    "broken png": (lambda: saved(marked(), "PNG").replace(b"IDAT", b"IDAX", 1), "scan_damaged"),
    "cut off webp": (lambda: saved(marked((800, 600)), "WEBP")[:120], "scan_damaged"),
    "too many dots": (lambda: saved(Image.new("1", (8000, 6400)), "PNG"), "scan_too_large"),
    "a bomb": (lambda: saved(Image.new("1", (20000, 10000)), "PNG"), "scan_too_large"),
    "half a bomb": (lambda: saved(Image.new("1", (10000, 9500)), "PNG"), "scan_too_large"),
}
"""What is made only where it is wanted: some of them are large."""


@pytest.mark.parametrize("name", BAD)
def test_a_page_that_cannot_be_used_is_named_by_its_number(tmp_path: Path, name: str) -> None:
    bad, code = BAD[name]
    content, good = bad(), saved(marked())
    with pytest.raises(Rejected) as caught:
        pdf(tmp_path, good, content, good)
    assert [(problem.place, problem.code) for problem in caught.value.problems] == [("2", code)]
    problem = caught.value.problems[0]
    assert RENDER.sentence(problem.code, problem.facts).startswith("Trang 2 ")
    assert not (tmp_path / "pages.pdf").exists()
    shown = contact_sheet([lambda: good, lambda: content], tmp_path / "sheet.jpg")
    assert shown == [problem]


def test_all_of_them_are_named(tmp_path: Path) -> None:
    good = saved(marked())
    with pytest.raises(Rejected) as caught:
        pdf(tmp_path, b"", good, BROKEN_HEIC, good, PICTURE[:100])
    assert [problem.place for problem in caught.value.problems] == ["1", "3", "5"]


def test_a_photograph_of_an_iphone_is_a_page(tmp_path: Path) -> None:
    (page,) = pictures(pdf(tmp_path, HEIC))
    assert page.size == (96, 128)
    assert where_marked(page) == ["top left"]
    assert contact_sheet([lambda: HEIC], tmp_path / "sheet.jpg", turns=[90]) == []


def test_a_photograph_without_its_last_bytes_is_a_page(tmp_path: Path) -> None:
    assert PICTURE.endswith(b"\xff\xd9")
    for content in (PICTURE[:-2], PICTURE[:-1], PICTURE[:-2] + bytes(40), PICTURE + b"trailer of a phone"):
        (page,) = pictures(pdf(tmp_path, content))
        assert (page.size, where_marked(page)) == ((800, 600), ["top left"])


def test_a_photograph_that_was_not_sent_whole_is_shown_and_named(tmp_path: Path) -> None:
    text = saved(busy((800, 600)))
    cut = text[: len(text) // 2]
    assert len(pdf(tmp_path, cut).pages) == 1
    shown = contact_sheet([lambda: text, lambda: cut], tmp_path / "sheet.jpg")
    assert [(problem.place, problem.code) for problem in shown] == [("2", "scan_cut")]
    assert RENDER.sentence("scan_cut", shown[0].facts).startswith("Trang 2 có thể thiếu phần dưới")


def test_large_photographs_of_phones_are_pages(tmp_path: Path) -> None:
    large = saved(marked((300, 400)).resize((9000, 12000), Image.Resampling.NEAREST), quality=40)
    (page,) = pictures(pdf(tmp_path, large))
    assert (page.size, where_marked(page)) == ((1500, 2000), ["top left"])


@given(cut=st.integers(0, len(PICTURE)), at=st.integers(0, len(PICTURE) - 1), byte=st.integers(0, 255))
@settings(max_examples=60, deadline=None)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_damage_of_any_kind_is_a_page_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, cut: int, at: int, byte: int
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    content = (PICTURE[:at] + bytes([byte]) + PICTURE[at + 1 :])[:cut]
    try:
        pages, problems = len(pdf(folder, content).pages), []
    except Rejected as rejected:
        pages, problems = 0, [(problem.place, problem.code) for problem in rejected.problems]
    assert (pages, problems) in [
        (1, []),
        (0, [("1", "scan_damaged")]),
        (0, [("1", "scan_too_large")]),
    ]


def test_a_store_that_fails_is_no_damaged_page(tmp_path: Path) -> None:
    def fails() -> bytes:
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        make_pdf([fails], tmp_path / "pages.pdf")
    with pytest.raises(OSError, match="away"):
        contact_sheet([fails], tmp_path / "sheet.jpg")
    with pytest.raises(ValueError, match="page"):
        make_pdf([], tmp_path / "pages.pdf")


def test_the_file_store_takes_both(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    pdf(tmp_path, oriented(6), oriented(1))
    contact_sheet([lambda: oriented(6)], tmp_path / "sheet.jpg")
    assert store.keep("Báo cáo quý II-2022.pdf", tmp_path / "pages.pdf").media_type == PDF
    assert store.keep("Xem trước.jpg", tmp_path / "sheet.jpg").media_type == JPEG
    assert sniff_type(tmp_path / "pages.pdf") == PDF


@pytest.mark.parametrize(
    ("count", "columns", "rows"), [(1, 1, 1), (3, 3, 1), (5, 4, 2), (30, 5, 6), (60, 5, 12)]
)
def test_the_sheet_has_a_numbered_place_for_each_page(
    tmp_path: Path, count: int, columns: int, rows: int
) -> None:
    content = oriented(6, (300, 300))
    assert contact_sheet([lambda: content] * count, tmp_path / "sheet.jpg") == []
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        cell = sheet.width // columns
        assert (sheet.width, sheet.height) == (columns * cell, rows * cell)
        left, top = (count - 1) % columns * cell, (count - 1) // columns * cell
        number = sheet.crop((left + 8, top + 8, left + 60, top + 50)).convert("L")
        assert number.getextrema()[0] < 40  # type: ignore[operator]
        assert _near(sheet.getpixel((left + 95, top + 78)), CORNER)
        assert _near(sheet.getpixel((left + cell - 30, top + cell - 30)), (255, 255, 255))


DIGESTS = st.lists(st.text("abcdef", min_size=1, max_size=4), min_size=1, max_size=12, unique=True)


@given(digests=DIGESTS, steps=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 14), st.integers(1, 14))))
def test_whatever_is_done_no_page_is_lost_or_doubled(
    digests: list[str], steps: list[tuple[int, int, int]]
) -> None:
    pages = Pages().joined_by(digests)
    assert [digest for digest, _ in pages.kept] == digests
    for kind, first, second in steps:
        one, other = (first - 1) % len(pages) + 1, (second - 1) % (len(pages) + 1) + 1
        if kind == 0 and len(pages) > 1:
            gone = pages.kept[one - 1][0]
            pages = pages.without([one])
            assert pages.out[-1] == gone
        elif kind == 1:
            before, page = pages, pages.kept[one - 1]
            pages = pages.moved(one, other)
            others = [p for p in pages.kept if p != page]
            assert others == [p for p in before.kept if p != page]
            following = before.kept[other - 1] if other <= len(before) else None
            if other != one:
                at = pages.kept.index(page)
                assert (pages.kept[at + 1] if at + 1 < len(pages) else None) == following
        elif kind == 2:
            turned = pages.turned([one], 90 * (second % 4))
            assert [d for d, _ in turned.kept] == [d for d, _ in pages.kept]
            assert turned.turned([one], 360 - 90 * (second % 4)) == pages
            pages = turned
        else:
            pages = pages.joined_by(digests)
        assert sorted([*(digest for digest, _ in pages.kept), *pages.out]) == sorted(digests)
        assert {turn for _, turn in pages.kept} <= {0, 90, 180, 270}
        scanned = ScannedPages(1, 2, 3, pages.kept, pages.out)
        kept = ASKED.process_bind_param(scanned, DefaultDialect())
        assert ASKED.result_processor(DefaultDialect(), None)(json.dumps(kept)) == scanned
        assert Pages.of(scanned) == pages


def test_the_last_page_stays() -> None:
    with pytest.raises(Invalid) as caught:
        Pages((("a", 0), ("b", 90))).without([1, 2])
    assert caught.value.code == "scan_last_page"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3", (3,)), ("trang 3", (3,)), ("2, 5-7", (2, 5, 6, 7)), ("2 và 4", (2, 4)), ("7 – 5", (5, 6, 7)),
        ("từ 2 đến 4", (2, 3, 4)), ("2 tới 3", (2, 3)), ("ba", (3,)), ("Trang mười hai", (12,)), ("5, 5, 1", (5, 1)),
        ("tất cả", tuple(range(1, 13))), ("Hết", tuple(range(1, 13))), ("1/4", (1, 4)),
    ],
)  # fmt: skip
def test_page_numbers_as_people_write_them(text: str, numbers: tuple[int, ...]) -> None:
    assert page_numbers(text, 12) == numbers


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "scan_page_unknown"), ("13", "scan_page_unknown"), ("2-99999999999", "scan_page_unknown"),
        ("mười ba", "scan_page_unknown"), ("không", "scan_page_unknown"), ("đầu tiên", "number_unclear"), ("", "number_unclear"),
    ],
)  # fmt: skip
def test_pages_that_there_are_not(text: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        page_numbers(text, 12)
    assert caught.value.code == code
    assert RENDER.sentence(code, caught.value.facts)


@given(st.text(max_size=30), st.integers(1, 60))
def test_whatever_is_typed_names_pages_or_is_refused(text: str, last: int) -> None:
    try:
        found = page_numbers(text, last)
    except Invalid:
        return
    assert found
    assert all(1 <= number <= last for number in found)
    assert len(set(found)) == len(found)
