"""Photographed pages that lie on the shelf."""

import hashlib
import io

from PIL import Image, ImageDraw

from bot.messages import File
from tests.kit.world import World


def keep_bytes(world: World, name: str, content: bytes, media_type: str = "image/jpeg") -> File:
    file = File(hashlib.sha256(content).hexdigest(), name, len(content), media_type)
    world.shelf.files[file.digest] = content
    return file


def photo(world: World, number: int) -> File:
    """A page as grey as its number, with a black corner at the top left."""
    picture = Image.new("L", (120, 160), 100 + 10 * number)
    ImageDraw.Draw(picture).rectangle((0, 0, 30, 30), 0)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95)
    return keep_bytes(world, f"anh-{number}.jpg", out.getvalue())


def photos(world: World, *numbers: int) -> list[File]:
    return [photo(world, number) for number in numbers]
