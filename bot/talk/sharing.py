"""Files that a message brings: a few small ones go along, for the others it bears links."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.messages import File

MOST_ALONG = 5
BYTES_ALONG = 20 * 2**20
"""What goes along with one message in all: every channel takes that, and a phone on a weak network too."""


@dataclass(frozen=True, slots=True)
class SharedFiles:
    """`files` go along with the message; `links` leads, by digest, to the others."""

    files: tuple[File, ...]
    links: Mapping[str, str]


def share_files(files: Iterable[File], link: Callable[[File], str]) -> SharedFiles:
    """Shares the files out; `link` makes the link by which one is fetched."""
    along: list[File] = []
    links: dict[str, str] = {}
    room = BYTES_ALONG
    for file in files:
        if len(along) < MOST_ALONG and file.size <= room:
            along.append(file)
            room -= file.size
        else:
            links[file.digest] = link(file)
    return SharedFiles(tuple(along), links)
