"""Pictures that break off are refused in a sentence before they are kept, wherever they break off."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bot.problems import Invalid
from bot.store import filetypes
from bot.store.files import look_into
from bot.store.whole_pictures import prove_whole


def page(kind: str) -> bytes:
    picture = Image.new("RGB", (300, 400), "white")
    for line in range(0, 400, 7):
        ImageDraw.Draw(picture).line((0, line, 299, (line * 31) % 400), (line % 255, 90, 40))
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def heic(*, cut: int = 0) -> bytes:
    boxes = (
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x20meta" + b"\0" * 24 + b"\0\0\1\0mdat" + b"\1" * 248
    )
    return boxes[: len(boxes) - cut]


WHOLE = {
    filetypes.PNG: page("PNG"),
    filetypes.WEBP: page("WEBP"),
    filetypes.HEIC: heic(),
}


@pytest.mark.parametrize("media_type", WHOLE)
def test_a_whole_picture_is_taken_and_a_part_of_it_is_not(tmp_path: Path, media_type: str) -> None:
    path, content = tmp_path / "a", WHOLE[media_type]
    path.write_bytes(content)
    assert look_into(path, "a", False).media_type == media_type
    for length in range(60, len(content) - 1, max(1, len(content) // 40)):
        path.write_bytes(content[:length])
        with pytest.raises(Invalid, match="file_cut"):
            prove_whole(path, media_type)


@pytest.mark.parametrize("media_type", [filetypes.PNG, filetypes.WEBP])
def test_what_a_phone_appends_is_no_fault(tmp_path: Path, media_type: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(WHOLE[media_type] + b"\0phone" * 30_000)
    prove_whole(path, media_type)


def test_a_box_that_goes_to_the_end_and_a_long_one(tmp_path: Path) -> None:
    head, path = heic()[:56], tmp_path / "a.heic"
    path.write_bytes(head + b"\0\0\0\0mdat" + b"\1" * 50)
    prove_whole(path, filetypes.HEIC)
    path.write_bytes(head + b"\0\0\0\1mdat" + (66).to_bytes(8, "big") + b"\1" * 50)
    prove_whole(path, filetypes.HEIC)
    path.write_bytes(head + b"\0\0\0\1mdat" + (67).to_bytes(8, "big") + b"\1" * 50)
    with pytest.raises(Invalid, match="file_cut"):
        prove_whole(path, filetypes.HEIC)


def test_a_picture_of_endless_pieces_is_looked_at_for_a_while_only(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(WHOLE[filetypes.PNG][:33] + b"\0\0\0\0IDAT\0\0\0\0" * 300_000)
    prove_whole(path, filetypes.PNG)
