"""Whether it is Zalo that brings an event: SHA-256 over application, raw body, time and the account's secret."""

import hashlib
import hmac
from collections.abc import Iterable

PREFIX = "mac="


def is_signed(body: bytes, given: str, times: Iterable[str], app_id: str, secret: str) -> bool:
    """`given` is what the header says, with or without its prefix; `times` are those that may have been signed."""
    if not secret:
        return False  # anybody could send it
    mac = given.removeprefix(PREFIX).encode()
    found = False
    for time in times:
        signed = hashlib.sha256(
            b"".join((app_id.encode(), body, time.encode("utf-8", "replace"), secret.encode()))
        )
        found |= hmac.compare_digest(mac, signed.hexdigest().encode())
    return found
