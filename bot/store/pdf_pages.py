"""What a PDF says on its first three pages, in its notes and form fields, and in its properties."""

import logging
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError
from pypdf.generic import DictionaryObject, StreamObject

from bot.problems import Invalid
from bot.store.office_parts import property_lines

_PAGES = 3
_NOTES = 200
_CONTENT_LIMIT, _LATER_CONTENT_LIMIT = 2 * 2**20, 2**17
_SECONDS = 1.0
"""No further page is looked at after so long: what takes longer than it may is refused, and a heavy drawing is no stamp."""
_OF_PEOPLE_AND_PROGRAMS = frozenset({"/Author", "/Creator", "/Producer"})
"""Mật is a given name too."""
_NOTE_WORDS = ("/Contents", "/RC", "/Subj", "/V", "/DV")
"""Of a note and of a form's field: what is written there, in richer letters too, its subject, its value and the one before."""

_TAGS = re.compile("<[^>]*>")


def pdf_text(path: Path) -> str:
    """Raises Invalid: file_damaged, file_encrypted."""
    # What pypdf says about a damaged file quotes pieces of it; those do not belong in a log.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    began = time.monotonic()
    with path.open("rb") as file:
        try:
            reader = PdfReader(file, strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                raise FileNotDecryptedError("a password is needed")
            first = list(_page_texts(reader.pages[0], _CONTENT_LIMIT))
            return "\n".join([*first, *_later_texts(reader, time.monotonic() - began)])
        except (DependencyError, FileNotDecryptedError) as error:
            raise Invalid("file_encrypted") from error
        # A broken PDF makes pypdf fail in a dozen ways, KeyError and RecursionError among them.
        except Exception as error:
            raise Invalid("file_damaged") from error


def _later_texts(reader: PdfReader, spent: float) -> list[str]:
    """What the properties and the next pages say, as far as it can be read; `spent`: seconds gone for the first page."""
    texts: list[str] = []
    began = time.monotonic() - spent
    with suppress(Exception):
        facts: Mapping[str, Any] = reader.metadata or {}
        texts += [str(value) for key, value in facts.items() if key not in _OF_PEOPLE_AND_PROGRAMS]
    with suppress(Exception):
        texts += property_lines([_data(reader.root_object.get("/Metadata"), _LATER_CONTENT_LIMIT)])
    for at in range(1, _PAGES):
        if time.monotonic() - began > _SECONDS:
            break
        with suppress(Exception):
            texts += _page_texts(reader.pages[at], _LATER_CONTENT_LIMIT)
    return texts


def _page_texts(page: PageObject, limit: int) -> Iterable[str]:
    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) <= limit:
        yield page.extract_text()
        # The second look keeps the columns of a letterhead apart; it passes over what is turned.
        yield page.extract_text(extraction_mode="layout")
    for note in islice(page.annotations or (), _NOTES):
        with suppress(Exception):
            yield from _note_texts(page, note.get_object())


def _note_texts(page: PageObject, note: Any) -> Iterator[str]:
    """Of a note, a stamp or a form's field: its words, those of the field that it belongs to, and what it is drawn as."""
    for holder in (note, _followed(note.get("/Parent"))):
        if isinstance(holder, DictionaryObject):
            for key in _NOTE_WORDS:
                yield _TAGS.sub("\n", _words(_followed(holder.get(key))))
    drawn = _followed(_followed(note.get("/AP", {})).get("/N"))
    if isinstance(drawn, StreamObject) and len(drawn.get_data()) <= _LATER_CONTENT_LIMIT:
        yield page.extract_xform_text(drawn)  # type: ignore[arg-type]


def _words(value: Any) -> str:
    return (
        value.get_data().decode("utf-8", "replace") if isinstance(value, StreamObject) else str(value or "")
    )


def _followed(value: Any) -> Any:
    return value.get_object() if value is not None else None


def _data(value: Any, limit: int) -> bytes:
    found = _followed(value)
    data = found.get_data() if isinstance(found, StreamObject) else b""
    return data if len(data) <= limit else b""
