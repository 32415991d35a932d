"""Reads a multipart form whose files go straight onto the disk."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from anyio import to_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.messages import storable_text

FRAMING = 64 * 2**10
"""What a form's boundaries, headers and text fields may add to the files."""
MOST_FILES = 20
FIELD_LIMIT = 16 * 2**10
WRITE_AT = 2**20


@dataclass
class UploadForm:
    """A multipart form: its text fields, and its files (name, path) in the folder they were written to."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[tuple[str, Path]] = field(default_factory=list)


class _Intake:
    """Writes the files of a multipart body to `folder` as it arrives."""

    def __init__(self, folder: Path, boundary: bytes) -> None:
        self.form = UploadForm()
        self._folder = folder
        self._file: BinaryIO | None = None
        self._head: list[bytes] = []
        self._name, self._text = "", bytearray()
        self._disposition = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._head.append(data[start:end]),
                "on_header_value": lambda data, start, end: self._head.append(data[start:end]),
                "on_header_end": self._header,
                "on_headers_finished": self._open,
                "on_part_data": self._data,
                "on_part_end": self._end,
            },
        )

    def write(self, data: bytes) -> None:
        self._parser.write(data)

    def finish(self) -> UploadForm:
        self._parser.finalize()
        self.close()
        return self.form

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        self._head, self._disposition, self._text = [], b"", bytearray()

    def _header(self) -> None:
        whole = b"".join(self._head)
        if whole.lower().startswith(b"content-disposition"):
            self._disposition = whole[len(b"content-disposition") :]
        self._head = []

    def _open(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            return
        if len(self.form.files) >= MOST_FILES:
            raise HTTPException(413)
        # Browsers write a quotation mark in a name as %22, and nothing else so.
        name = options[b"filename"].decode("utf-8", "replace").replace("%22", '"')
        path = self._folder / str(len(self.form.files))
        self._file = path.open("wb")
        self.form.files.append((storable_text(name), path))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > FIELD_LIMIT or len(self.form.fields) > MOST_FILES:
            raise HTTPException(413)

    def _end(self) -> None:
        if self._file is None:
            self.form.fields[self._name] = storable_text(self._text.decode("utf-8", "replace"))
        self.close()


async def read_upload_form(request: Request, folder: Path, limit: int) -> UploadForm:
    """Reads a multipart form of up to `limit` bytes, its files straight onto the disk; 400 or 413 when it cannot be."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise HTTPException(400)
    if int(request.headers.get("content-length") or 0) > limit:
        raise HTTPException(413)
    try:
        intake = _Intake(folder, options[b"boundary"])
    except FormParserError:
        raise HTTPException(400) from None
    try:
        size, waiting = 0, bytearray()
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise HTTPException(413)
            waiting += part
            if len(waiting) >= WRITE_AT:
                await to_thread.run_sync(intake.write, bytes(waiting))
                waiting.clear()
        await to_thread.run_sync(intake.write, bytes(waiting))
        form = intake.finish()
    except FormParserError:
        raise HTTPException(400) from None
    finally:
        intake.close()
    form.files = [(name, path) for name, path in form.files if name or path.stat().st_size]
    return form
