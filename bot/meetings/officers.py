"""Who leads and who writes at a meeting where nobody has said so outright: the registered secretary, a clerk among the notes."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.reading.signers import name_in
from bot.reading.words import fold, plain_words
from bot.tables import Membership, Person, Role

CLERK = (
    re.compile(r"[- ]*(?:nguoi ghi bien ban|thu ky)(?: cuoc hop| buoi hop)? ?(?:la |[:–-]) ?(?P<name>.+)"),
    re.compile(
        r"[- ]*(?:(?:chi bo|hoi nghi|de nghi|nhat tri|thong nhat) )*(?:cu |bau |chon |phan cong )?"
        r"(?P<name>(?:d/c|d\.c|dc|dong chi|ong|ba) .+?),? (?:lam|la|giu) (?:nhiem vu )?thu ky\b.*"
    ),
)
ALONE = re.compile(r"[- ]*(?P<name>(?:d/c|d\.c|dc|dong chi)(?: [^\W\d_]+){1,6})\.?")
CHOSEN = re.compile(r"\bcu thu ky\b")


@dataclass(frozen=True, slots=True)
class Secretary:
    """`name` is bare, without titles; "" where the person has given none that can stand under a paper."""

    person_id: int | None = None
    name: str = ""


def registered_secretary(session: Session, unit_id: int, day_ends: datetime) -> Secretary:
    """Who was spoken to first of the unit's secretaries on the day that ends at `day_ends`; else who is it now."""
    rows = session.execute(
        select(Membership, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.unit_id == unit_id, Membership.role == Role.SECRETARY)
        .order_by(Membership.rank, Membership.id)
    ).all()
    then = (r for r in rows if r[0].since < day_ends and (r[0].ended_at is None or r[0].ended_at >= day_ends))
    now = (r for r in rows if r[0].ended_at is None)
    found = next(then, None) or next(now, None)
    return Secretary(found[0].person_id, name_in(found[1])) if found else Secretary()


def chooses_clerk(title: str) -> bool:
    """Whether a step of this title is where the clerk is chosen."""
    return CHOSEN.search(fold(title)) is not None


def clerk_among(texts: Iterable[str], *, alone: bool) -> str:
    """Who was chosen clerk by these notes, as it was written; "" where they do not say so in so many words.

    `alone`: nothing but the clerk was spoken of there, so that "đ/c Lan" is enough.
    """
    for text in texts:
        for line in text.splitlines():
            written = unicodedata.normalize("NFC", " ".join(line.split()))
            read = plain_words(written)
            for pattern in (*CLERK, ALONE) if alone else CLERK:
                found = pattern.fullmatch(read)
                if found and len(read) == len(written):
                    return written[slice(*found.span("name"))].strip(" .;,")
    return ""
