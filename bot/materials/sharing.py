"""Files that a message brings: a few small ones go along, for the others it bears links."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.materials.materials import distinct_files
from bot.messages import File
from bot.tables import Material

MOST_ALONG = 5
BYTES_ALONG = 20 * 2**20
"""What goes along with one message in all: every channel takes that, and a phone on a weak network too."""


@dataclass(frozen=True, slots=True)
class SharedMaterials:
    """`files` go along with the message; `links` leads, by digest, to the others of `materials`."""

    materials: tuple[Material, ...]
    files: tuple[File, ...]
    links: Mapping[str, str]


def share_materials(materials: Iterable[Material], link: Callable[[File], str]) -> SharedMaterials:
    """Shares the files out; `link` makes the link by which one is fetched."""
    materials = distinct_files(materials)
    along: list[File] = []
    links: dict[str, str] = {}
    room = BYTES_ALONG
    for material in materials:
        file = File(material.digest, material.name, material.size, material.media_type)
        if len(along) < MOST_ALONG and file.size <= room:
            along.append(file)
            room -= file.size
        else:
            links[file.digest] = link(file)
    return SharedMaterials(tuple(materials), tuple(along), links)
