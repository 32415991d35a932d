"""The file store, a local folder or an S3-compatible bucket, and the one way by which a file gets in."""

import hashlib
import logging
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from bot.messages import File, Refusal
from bot.problems import Invalid
from bot.store.filetypes import EXTENSIONS, SOUNDS, TABLES, sniff_type
from bot.store.folder import Folder
from bot.store.secrecy import secret_file
from bot.store.whole_pictures import prove_whole

log = logging.getLogger(__name__)

_NAME_LENGTH = 120
_BLANK = "tep"
_OTHER_EXTENSIONS = frozenset(
    {".bin", ".dat", ".tmp", ".zip", ".exe", ".rtf", ".txt", ".htm", ".html", ".docm", ".xlsm"}
)


class Keeping(Protocol):
    """Where the bytes lie, under keys: a `Folder` or a `Bucket`, which say what is raised."""

    def put(self, key: str, source: Path | bytes) -> None: ...
    def read(self, key: str) -> bytes: ...
    def stream(self, key: str) -> Iterator[bytes]: ...
    def size(self, key: str) -> int: ...
    def keys(self) -> Iterator[str]: ...
    def delete(self, key: str) -> None: ...


class Store:
    """Bytes under their SHA-256 digest (64 lower-case hex digits); safe to share between threads.

    A bad digest is a ValueError, bytes that are not there a FileNotFoundError, an unreachable or full store an OSError.
    """

    def __init__(self, backend: Keeping) -> None:
        self._backend = backend

    def put(self, digest: str, source: Path) -> bool:
        """Store the bytes of `source`, all or nothing; False: they were there already (two threads at once may both be told True)."""
        key = _key(digest)
        if self._stored_size(key) == source.stat().st_size:
            return False
        self._backend.put(key, source)
        return True

    def keep(self, name: str, source: Path) -> File:
        """As `take_in`, for what the program has written itself."""
        return take_in(self, name, source)

    def read(self, digest: str) -> bytes:
        return self._backend.read(_key(digest))

    def stream(self, digest: str) -> Iterator[bytes]:
        """Give the bytes in pieces of about 1 MB; a missing file is told at once, before the first piece."""
        return self._backend.stream(_key(digest))

    def size(self, digest: str) -> int:
        return self._backend.size(_key(digest))

    def digests(self) -> Iterator[str]:
        """Of everything that is stored, in no order."""
        for key in self._backend.keys():  # noqa: SIM118 - no mapping
            folder, _, rest = key.partition("/")
            if re.fullmatch("[0-9a-f]{64}", folder + rest):
                yield folder + rest

    def drop(self, digest: str) -> None:
        """Forget the bytes; nothing happens where there are none."""
        try:
            self._backend.delete(_key(digest))
        except FileNotFoundError:
            log.info("file.drop missing sha256=%s", digest)

    def check(self) -> None:
        """Write, read back and delete a few bytes. Raises OSError when that fails."""
        key = f"probe-{uuid.uuid4().hex}"
        self._backend.put(key, key.encode())
        found = self._backend.read(key)
        self._backend.delete(key)
        if found != key.encode():
            raise OSError("the file store gives back other bytes than it was given")

    def _stored_size(self, key: str) -> int | None:
        try:
            return self._backend.size(key)
        except FileNotFoundError:
            return None


def open_store(url: str) -> Store:
    """Open a folder (a path or file:///path; made if missing) or `s3://bucket/prefix?endpoint=...&region=...`.

    An S3 query may carry `access_key_id` and `secret_access_key`; without them the library looks where S3 clients do
    (AWS_* variables, instance role). Raises ValueError for an address that is neither, never quoting it: it may bear a secret.
    """
    if url.startswith("s3://"):
        from bot.store.bucket import Bucket  # its library takes memory that a folder need not

        return Store(Bucket(url))
    folder = folder_of_store(url)
    if folder is None:
        raise ValueError("the file store is a folder or an s3:// address")
    return Store(Folder(folder))


def folder_of_store(url: str) -> Path | None:
    """Where a store that is a folder lies; None for a bucket, and for what is neither."""
    if url.startswith("file://"):
        parts = urlsplit(url)
        if parts.netloc not in ("", "localhost"):
            raise ValueError("a file:// address has three slashes: file:///path")
        return Path(unquote(parts.path))
    return Path(url) if url and "://" not in url else None


def _key(digest: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise ValueError("not a SHA-256 digest")
    return f"{digest[:2]}/{digest[2:]}"


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is, and whether it bears a stamp of secrecy."""

    media_type: str
    secret: bool


def look_into(source: Path, name: str, sounds: bool) -> Look:
    """Reads a file that anybody may have made; with `sounds` recorded sound is taken too. Raises Invalid as `take_in` does."""
    media_type = sniff_type(source)
    if media_type in SOUNDS and not sounds:
        raise Invalid("file_type")
    prove_whole(source, media_type)
    return Look(media_type, secret_file(source, media_type, name))


def take_in(
    store: Store,
    name: str,
    source: Path,
    *,
    limit: int = 100 * 2**20,
    sounds: bool = False,
    look: Callable[[Path, str, bool], Look] = look_into,
    before: Callable[[str, int], None] = lambda _digest, _size: None,
) -> File:
    """Check the file at `source` and store it under its digest; `limit` is in bytes and `source` stays the caller's to delete.
    With `sounds` recorded sound is taken too. `look` is `look_into`, or what does that aside; `before` hears the digest and the
    size of what will be stored next.

    Raises Invalid, with the cleaned `name` in the facts of all but the last: file_empty, file_too_large (limit_mb, size_mb),
    file_type, file_macro, file_ods, file_page, file_picture, file_zip, file_damaged, file_cut, file_encrypted, file_unseen, file_secret.
    OSError: the store failed.
    """
    shown = clean_name(name)
    size = source.stat().st_size
    if not size:
        raise Invalid("file_empty", name=shown)
    if size > limit:
        raise Invalid("file_too_large", name=shown, limit_mb=limit // 2**20, size_mb=-(-size // 2**20))
    try:
        seen = look(source, name, sounds)
    except Invalid as refused:
        raise Invalid(refused.code, name=shown, **refused.facts) from refused
    digest = _digest(source)
    if seen.secret:
        log.warning("file.secret refused sha256=%s", digest)
        raise Invalid("file_secret")
    before(digest, size)
    store.put(digest, source)
    return File(digest, clean_name(name, seen.media_type), size, seen.media_type)


def refusal_of(name: str, invalid: Invalid) -> Refusal:
    """Make of a refused file what goes on with the event; the title of a secret document may be secret, so it is left out."""
    shown = clean_name(name)
    if invalid.code == "file_secret":
        shown = _BLANK + _split(shown)[1]
    return Refusal(
        shown, invalid.code, tuple((key, str(fact)) for key, fact in sorted(invalid.facts.items()))
    )


def clean_name(name: str, media_type: str = "") -> str:
    """Give a name that is safe to show and to save under: no path, nothing invisible, 120 characters, the type's extension."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Also the marks that turn the direction of writing, which make "fdp.exe" read as "exe.pdf".
    visible = "".join(
        " " if char.isspace() else char
        for char in last
        if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    stem, extension = _split(" ".join(visible.split()))
    wanted = {**EXTENSIONS, **SOUNDS, **TABLES}.get(media_type)
    if wanted and extension.lower() not in wanted:
        extension = wanted[0]
    stem = stem.strip(" .")[: _NAME_LENGTH - len(extension)].rstrip(" .")
    return (stem or _BLANK) + extension


def _split(name: str) -> tuple[str, str]:
    """Cut off a known extension; in "Báo cáo ngày 5.11" and "12.BC-ĐU" the dot belongs to the name."""
    stem, dot, end = name.rpartition(".")
    extension = dot + end.strip()
    known = extension.lower() in _OTHER_EXTENSIONS or any(
        extension.lower() in taken for taken in (*EXTENSIONS.values(), *SOUNDS.values(), *TABLES.values())
    )
    return (stem, extension) if known else (name, "")


def _digest(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
