"""Bytes in an S3-compatible bucket."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from obstore.exceptions import BaseError
from obstore.store import S3Store

_CHUNK = 2**20
_RETRIES = 3
_OPTIONS = frozenset({"endpoint", "region", "access_key_id", "secret_access_key"})


class Bucket:
    """What is not there is a FileNotFoundError, every other trouble another OSError."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for an address that is none, never quoting it: it may bear a secret."""
        self._store = _opened(url)

    def put(self, key: str, source: Path | bytes) -> None:
        with _as_os_error():
            # Overwriting with the same bytes does no harm, and every bucket can do it; "create only" not all.
            self._store.put(key, source)

    def read(self, key: str) -> bytes:
        with _as_os_error():
            return bytes(self._store.get(key).bytes())

    def stream(self, key: str) -> Iterator[bytes]:
        with _as_os_error():
            pieces = self._store.get(key).stream(min_chunk_size=_CHUNK)
        return _pieces(iter(pieces))

    def size(self, key: str) -> int:
        with _as_os_error():
            return int(self._store.head(key)["size"])

    def keys(self) -> Iterator[str]:
        with _as_os_error():
            for part in self._store.list():
                yield from (str(entry["path"]) for entry in part)

    def delete(self, key: str) -> None:
        with _as_os_error():
            self._store.delete(key)


def _opened(url: str) -> S3Store:
    parts = urlsplit(url)
    # Not parse_qsl: it makes a space of the plus sign that a secret key may hold.
    options = {
        key: unquote(value)
        for key, _, value in (pair.partition("=") for pair in parts.query.split("&"))
        if key
    }
    unknown = sorted(options.keys() - _OPTIONS)
    if not parts.netloc or unknown:
        raise ValueError(
            f"s3:// address: unknown {', '.join(unknown)}" if unknown else "s3:// address: no bucket"
        )
    return S3Store(
        parts.netloc,
        prefix=unquote(parts.path).strip("/") or None,
        config=options,  # type: ignore[arg-type]
        client_options={
            "allow_http": options.get("endpoint", "").startswith("http://"),
            "connect_timeout": timedelta(seconds=5),
            "timeout": timedelta(seconds=120),
        },
        retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=30)},
    )


@contextmanager
def _as_os_error() -> Iterator[None]:
    try:
        yield
    except BaseError as error:
        raise OSError(f"file store: {type(error).__name__}") from error


def _pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    with _as_os_error():
        for piece in pieces:
            yield bytes(piece)
