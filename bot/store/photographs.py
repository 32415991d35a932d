"""Opens a photograph as phones and scanners make them: upright, on white, small enough for its page, in bounded memory."""

from io import BytesIO

import pi_heif
from PIL import ExifTags, Image

from bot.problems import Invalid

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 50_000_000
"""Of a picture that can only be decoded whole; a small file may claim far more."""
MOST_PIXELS_BY_PARTS = 200_000_000
"""Of a JPEG whose lines come one after the other: it is decoded at a half, a quarter or an eighth of its size."""
END_OF_JPEG = b"\xff\xd9"
LAST_LINES = 16
STRIP = 64

_BY_ORIENTATION = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_photograph(content: bytes, side: int) -> tuple[Image.Image, bool]:
    """The picture (JPEG, PNG, WEBP, HEIC) upright, in grey or in colour on white, with a longest side of `side` pixels at
    most; and whether its lower part seems to be missing, because the file ends before the picture does.

    Raises Invalid: scan_damaged, scan_too_large (`most`, in millions of pixels).
    """
    try:
        if content[4:8] == b"ftyp":
            return _heic(content, side), False
        return _other(content, side)
    except (Invalid, MemoryError):  # too little memory is no damage
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(MOST_PIXELS) from error
    # A broken picture makes a decoder fail in a dozen ways, SyntaxError and struct.error among them.
    except Exception as error:
        raise Invalid("scan_damaged") from error


def _too_large(most: int) -> Invalid:
    return Invalid("scan_too_large", most=most // 1_000_000)


def _other(content: bytes, side: int) -> tuple[Image.Image, bool]:
    # Pillow's own limit for the whole program; what is over it is a bomb, what is under it is measured below.
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS_BY_PARTS
    cut = content.startswith(b"\xff\xd8") and not content.rstrip(b"\0").endswith(END_OF_JPEG)
    # Without its last two bytes a JPEG is refused, with them it is read as far as it goes.
    with Image.open(BytesIO(content + END_OF_JPEG if cut else content), formats=FORMATS) as opened:
        by_parts = opened.format in ("JPEG", "MPO") and not opened.info.get("progressive")
        most = MOST_PIXELS_BY_PARTS if by_parts else MOST_PIXELS
        if opened.width * opened.height > most:
            raise _too_large(most)
        orientation = _orientation(opened)
        opened.draft(None, fitted_size(opened.size, side))
        picture = _on_white(opened, side)
    way = _BY_ORIENTATION.get(orientation)
    missing = cut and _ends_blank(picture)
    picture = picture.transpose(way) if way is not None else picture
    picture.info = {}
    return picture, missing


def _ends_blank(picture: Image.Image) -> bool:
    """Whether the last lines are of one colour, as a decoder fills in what it did not find."""
    last = picture.crop((0, max(0, picture.height - LAST_LINES), *picture.size))
    return all(low == high for low, high in (band.getextrema() for band in last.split()))


def _orientation(opened: Image.Image) -> int:
    try:
        return int(opened.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - what a camera has noted badly is no fault of the picture
        return 1


def fitted_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _heic(content: bytes, side: int) -> Image.Image:
    """The main picture of the file; its decoder has turned it upright already."""
    found = pi_heif.open_heif(BytesIO(content), convert_hdr_to_8bit=True)
    if found.size[0] * found.size[1] > MOST_PIXELS:
        raise _too_large(MOST_PIXELS)
    picture = _in_strips(found, max(1, max(found.size) // (2 * side)))
    size = fitted_size(picture.size, side)
    return _flat(picture.resize(size, Image.Resampling.LANCZOS), clear=picture.mode == "RGBA")


def _in_strips(found: pi_heif.HeifFile, factor: int) -> Image.Image:
    """The picture at a `factor`-th of its size, made strip by strip: the whole would be in memory twice."""
    (width, height), lines = found.size, memoryview(found.data)
    small = Image.new(found.mode, (-(-width // factor), -(-height // factor)))
    for top in range(0, height, STRIP * factor):
        rows = min(STRIP * factor, height - top)
        part = lines[top * found.stride : (top + rows) * found.stride]
        strip = Image.frombytes(found.mode, (width, rows), part, "raw", found.mode, found.stride)
        small.paste(strip.reduce(factor) if factor > 1 else strip, (0, top // factor))
    return small


def _on_white(opened: Image.Image, side: int) -> Image.Image:
    clear = opened.has_transparency_data
    if opened.mode == "I;16":
        picture: Image.Image = opened.convert("I").point([level >> 8 for level in range(2**16)], "L")
    elif opened.mode == "1":
        picture = opened.convert("L")
    elif opened.mode in ("L", "RGB", "RGBA") and not (clear and opened.mode != "RGBA"):
        opened.load()
        picture = opened
    else:
        picture = opened.convert("RGBA" if clear else "RGB")
    picture = picture.resize(fitted_size(picture.size, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _flat(picture, clear=clear)


def _flat(picture: Image.Image, *, clear: bool) -> Image.Image:
    if not clear:
        return picture
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper
