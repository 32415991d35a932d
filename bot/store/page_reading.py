"""Whether photographed pages can be read here for stamps, and what reading one takes; bot/store/page_stamps.py reads them."""

from importlib.util import find_spec
from pathlib import Path

from bot.store import filetypes

PHOTOGRAPHED = frozenset({filetypes.JPEG, filetypes.PNG, filetypes.WEBP, filetypes.HEIC, filetypes.PDF})
LIBRARY = "rapidocr"
MEMORY = 3 * 2**30
"""Of address space; what is really used is under 1 GB."""
SECONDS = 60.0
"""A page takes one or two, the first one several more."""


def can_read_pages() -> bool:
    """Whether the library is there."""
    return find_spec(LIBRARY) is not None


def look_for_stamp(path: Path, media_type: str) -> bool:
    """As `page_bears_stamp`."""
    from bot.store.page_stamps import page_bears_stamp  # its libraries take memory that most days need not

    return page_bears_stamp(path, media_type)
