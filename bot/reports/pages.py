"""Photographed pages of a draft: their order, what is left out or turned, and the one file that takes their place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.messages import File
from bot.problems import Invalid
from bot.reading.words import fold, plain_words, quoted_words, read_number
from bot.tables import Submission, SubmissionFile
from bot.tables.asked import ScannedPages

PICTURES = "image/"
FEWEST = 2
"""So many pictures are worth being joined."""
LONGEST = 4
_RANGE = re.compile(r"(\d+)(?:\s*(?:-|–|den|toi)\s*(\d+))?")
_ALL = ("tat ca", "het", "ca", "moi trang")


@dataclass(frozen=True, slots=True)
class Pages:
    """`kept` are the digests of the pictures in their order, each with its turn in degrees clockwise (0, 90, 180, 270);
    `out` are those left out. Pages are numbered from 1, as a person sees them."""

    kept: tuple[tuple[str, int], ...] = ()
    out: tuple[str, ...] = ()

    @classmethod
    def of(cls, scanned: ScannedPages) -> "Pages":
        return cls(scanned.pages, scanned.out)

    def __len__(self) -> int:
        return len(self.kept)

    @property
    def all(self) -> frozenset[str]:
        return frozenset(digest for digest, _ in self.kept) | frozenset(self.out)

    def joined_by(self, digests: Iterable[str]) -> "Pages":
        """With those that are new at the end."""
        known = self.all
        return replace(self, kept=(*self.kept, *((one, 0) for one in digests if one not in known)))

    def without(self, numbers: Iterable[int]) -> "Pages":
        """Raises Invalid(scan_last_page) when none would be left."""
        some = set(numbers)
        kept = tuple(page for at, page in enumerate(self.kept, 1) if at not in some)
        gone = tuple(digest for at, (digest, _) in enumerate(self.kept, 1) if at in some)
        if not kept:
            raise Invalid("scan_last_page")
        return Pages(kept, self.out + gone)

    def moved(self, one: int, before: int) -> "Pages":
        """Page `one` before page `before`, as both are numbered now; `before` one beyond the last: to the end."""
        pages = list(self.kept)
        page = pages.pop(one - 1)
        pages.insert(before - 1 if before <= one else before - 2, page)
        return replace(self, kept=tuple(pages))

    def turned(self, numbers: Iterable[int], degrees: int) -> "Pages":
        """Those pages turned clockwise by so much more."""
        some = set(numbers)
        return replace(
            self,
            kept=tuple(
                (digest, (turn + degrees) % 360 if at in some else turn)
                for at, (digest, turn) in enumerate(self.kept, 1)
            ),
        )


def picture_digests(draft: Submission) -> list[str]:
    """The digests of the pictures of a draft, in the order in which they were sent."""
    return [file.digest for file in draft.files if file.media_type.startswith(PICTURES)]


def page_numbers(text: str, last: int) -> tuple[int, ...]:
    """The pages that a person has named, each once in its order: "3", "2, 5-7", "2 và 4", "trang ba", "tất cả".

    Raises Invalid: scan_page_unknown (said, last) for a page that there is not, number_unclear (said) for what names none.
    """
    if fold(text) in _ALL:
        return tuple(range(1, last + 1))
    found = _RANGE.findall(plain_words(text))
    spans = [(_known(first, last), _known(end or first, last)) for first, end in found]
    if not spans:
        words = re.sub(r"\btrang\b", " ", plain_words(text))
        try:
            one = read_number(words)
        except Invalid as unclear:
            raise Invalid("number_unclear", said=quoted_words(text)) from unclear
        spans = [(_known(str(one), last),) * 2]
    return tuple(dict.fromkeys(at for a, b in spans for at in range(min(a, b), max(a, b) + 1)))


def _known(digits: str, last: int) -> int:
    if len(digits) > LONGEST or not 1 <= int(digits) <= last:
        raise Invalid("scan_page_unknown", said=digits[: LONGEST + 1], last=last)
    return int(digits)


def put_in_place(session: Session, draft: Submission, pages: Pages, file: File) -> bool:
    """The draft's pictures, those left out as well, give way to `file`, which stands where the first of them stood.

    False, and nothing is changed, when they are no longer all there. The bytes of the pictures stay stored.
    """
    session.refresh(draft, ["files"])
    places = [one.position for one in draft.files if one.digest in pages.all]
    if not places or len(places) != len(pages.all):
        return False
    its = SubmissionFile.submission_id == draft.id
    session.execute(delete(SubmissionFile).where(its, SubmissionFile.digest.in_([*pages.all, file.digest])))
    session.flush()
    session.expire(draft, ["files"])
    session.add(
        SubmissionFile(
            submission_id=draft.id,
            position=min(places),
            digest=file.digest,
            name=file.name,
            size=file.size,
            media_type=file.media_type,
        )
    )
    session.flush()
    return True
