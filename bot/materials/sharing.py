"""Files of a topic that a message brings, along with it or by link."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.materials.materials import distinct_files
from bot.messages import File
from bot.tables import Material
from bot.talk.sharing import share_files


@dataclass(frozen=True, slots=True)
class SharedMaterials:
    """`files` go along with the message; `links` leads, by digest, to the others of `materials`."""

    materials: tuple[Material, ...]
    files: tuple[File, ...]
    links: Mapping[str, str]


def share_materials(materials: Iterable[Material], link: Callable[[File], str]) -> SharedMaterials:
    """Shares the files out; `link` makes the link by which one is fetched."""
    its = distinct_files(materials)
    shared = share_files([File(one.digest, one.name, one.size, one.media_type) for one in its], link)
    return SharedMaterials(tuple(its), shared.files, shared.links)
