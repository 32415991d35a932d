"""What one installation reports upward: counts alone, as plain JSON that a person can read, signed.

A file is `{"summary": {...}, "key": ..., "signature": ...}`. The signature (Ed25519) is over the summary written without spaces and with
its keys sorted, so that a mail program that breaks lines otherwise does no harm.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from bot.problems import Invalid
from bot.tables import DutyKind, FigureKind, MeetingKind

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT = 1
MOST_BYTES = 8_000_000
MOST_ROWS = 20_000
KEY = re.compile("[0-9a-f]{64}")
_PURPOSE = b"tro-ly-chi-bo summary\n"
"""What else is ever signed with the key begins otherwise."""

Count = Annotated[int, Field(ge=0, lt=2**31)]
Total = Annotated[int, Field(ge=0, lt=2**53)]
TITLE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class PeriodDuties:
    """What the plan of this symbol and day asked by duties of one kind in one period; `open` includes `overdue`."""

    plan: Annotated[str, Field(max_length=60)]
    issued_on: date | None
    kind: DutyKind
    first: date
    last: date
    expected: Count
    on_time: Count
    late: Count
    open: Count
    overdue: Count


@dataclass(frozen=True, slots=True)
class MonthMeetings:
    """The meetings held in the month that begins on `month`; of their members so many were to come, so many were there."""

    month: date
    kind: MeetingKind
    held: Count
    present: Count
    obliged: Count


@dataclass(frozen=True, slots=True)
class PeriodAnswers:
    """One figure (`key`, under the title that the plan gives it) that this plan's reports of one period ask for: the `total` of its
    numbers; `answered` of `expected` reports, `said` of them with something. Of texts nothing but how many there are."""

    plan: Annotated[str, Field(max_length=60)]
    issued_on: date | None
    first: date
    last: date
    key: Annotated[str, Field(max_length=64)]
    kind: FigureKind
    title: Annotated[str, Field(max_length=TITLE_LENGTH)]
    total: Total
    said: Count
    answered: Count
    expected: Count


@dataclass(frozen=True, slots=True)
class Upward:
    """All that is said of periods and months that end on `since` or later; of earlier ones nothing is said."""

    format: int
    taken_at: AwareDatetime
    since: date
    units: Count
    cells: Count
    duties: Annotated[tuple[PeriodDuties, ...], Field(max_length=MOST_ROWS)]
    meetings: Annotated[tuple[MonthMeetings, ...], Field(max_length=MOST_ROWS)]
    answers: Annotated[tuple[PeriodAnswers, ...], Field(max_length=MOST_ROWS)] = ()
    """Files of before there were any have none."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What was read of a file whose signature is right, and by whose key it was signed; `digest` is the hash of what was signed."""

    key: str
    upward: Upward
    digest: str


_UPWARD = TypeAdapter(Upward)


def public_key(secret: str) -> str:
    """The public half, in hexadecimal, of a secret of 32 bytes in URL-safe base64."""
    return _signer(secret).public_key().public_bytes_raw().hex()


def fingerprint(key: str) -> str:
    """What two people compare by telephone: "1A2B 3C4D 5E6F 7A8B". Raises Invalid(summary_key_wrong) for what is no public key."""
    found = hashlib.sha256(_bytes_of_key(key)).hexdigest()[:16].upper()
    return " ".join(found[at : at + 4] for at in range(0, 16, 4))


def sign_upward(upward: Upward, secret: str) -> str:
    """The text of the file."""
    summary = _UPWARD.dump_python(upward, mode="json")
    signature = _signer(secret).sign(_signed_bytes(summary))
    file = {"summary": summary, "key": public_key(secret), "signature": signature.hex()}
    return json.dumps(file, ensure_ascii=False, indent=1) + "\n"


def read_upward(content: bytes) -> Signed:
    """Raises Invalid: summary_broken (no such file, or not whole), summary_newer, summary_tampered."""
    try:
        file = json.loads(content.decode("utf-8-sig"))
        summary, key, signature = file["summary"], file["key"], file["signature"]
        newer = summary["format"] > FORMAT
        signed = _signed_bytes(summary)
        raw_key, raw_signature = _bytes_of_key(key), bytes.fromhex(signature)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Invalid) as error:
        raise Invalid("summary_broken") from error
    if newer:
        raise Invalid("summary_newer")
    _prove(raw_key, raw_signature, signed)
    try:
        upward = _UPWARD.validate_json(json.dumps(summary), strict=True)
    except ValidationError as error:
        raise Invalid("summary_broken") from error
    return Signed(key, upward, hashlib.sha256(signed).hexdigest())


def _prove(key: bytes, signature: bytes, signed: bytes) -> None:
    from cryptography.exceptions import InvalidSignature  # the library takes memory that most days need not
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except (InvalidSignature, ValueError) as error:
        raise Invalid("summary_tampered") from error


def _signer(secret: str) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4)))


def _signed_bytes(summary: Any) -> bytes:
    return _PURPOSE + json.dumps(summary, sort_keys=True, separators=(",", ":")).encode()


def _bytes_of_key(key: str) -> bytes:
    if not KEY.fullmatch(key):
        raise Invalid("summary_key_wrong")
    return bytes.fromhex(key)
