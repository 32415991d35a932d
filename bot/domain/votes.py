"""Votes: what was said of one in a line, the sums that must hold, and its shares, which decide nothing by themselves."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.attendance import LARGEST
from bot.domain.meetings import counts_of, write_counts
from bot.domain.problems import Invalid
from bot.domain.reading import LONGEST_NUMBER, PEOPLE, plain, said, spoken, tokens
from bot.domain.scoring import AFTER
from bot.domain.walk import here
from bot.models import Meeting, Vote

SUBJECT_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Electors:
    """Official members: of the unit, and those of them that are there; None where nobody has said."""

    members: int | None
    voters: int | None


@dataclass(frozen=True, slots=True)
class Shares:
    """Of those who voted for it: the share of the official members present, and of all official members of the unit."""

    of_voters: Fraction | None
    of_members: Fraction | None
    majority: bool
    """More than half of all official members: what a resolution wants (Điều lệ Đảng, article 9; 208-QĐ/TW, 26/7/2026)."""


def shares(vote: Vote) -> Shares:
    of_voters = Fraction(vote.agree, vote.voters) if vote.voters else None
    of_members = Fraction(vote.agree, vote.members) if vote.members else None
    return Shares(of_voters, of_members, 2 * vote.agree > vote.members)


def votes_of(session: Session, meeting: Meeting) -> Sequence[Vote]:
    """Those of the meeting itself; the one on its score belongs to the score alone."""
    own = Vote.meeting_id == meeting.id, Vote.step != AFTER
    return session.scalars(select(Vote).where(*own).order_by(Vote.step, Vote.id)).all()


def vote_of(session: Session, vote_id: int, meeting_id: int | None = None) -> Vote | None:
    """One of `votes_of` a meeting: of any, or of this one."""
    own = [Vote.id == vote_id, Vote.step != AFTER]
    if meeting_id is not None:
        own.append(Vote.meeting_id == meeting_id)
    return session.scalars(select(Vote).where(*own)).first()


def electors(session: Session, meeting: Meeting) -> Electors:
    """Who may vote, as far as the attendance or an earlier vote of the meeting says. Probationary members may not (Điều lệ
    Đảng, article 3)."""
    counts = counts_of(session, meeting)
    last = max(votes_of(session, meeting), key=lambda vote: vote.id, default=None)
    members = counts.official if counts else None
    voters = counts.present_official if counts else None
    if last is not None and (counts is None or counts.official is None):
        members, voters = last.members, last.voters
    return Electors(members, voters)


def check_electors(session: Session, meeting: Meeting, members: int, voters: int | None = None) -> None:
    """Raises Invalid where so many official members, or so many of them present, cannot be: vote_members (members, total),
    vote_voters (voters, most), members_range."""
    if not 1 <= members <= LARGEST:
        raise Invalid("members_range", most=LARGEST)
    counts = counts_of(session, meeting)
    if counts is not None and members > counts.total - counts.temporary:
        raise Invalid("vote_members", members=members, total=counts.total - counts.temporary)
    if voters is None:
        return
    most = min(members, counts.present) if counts else members
    least = counts.present - (counts.total - members) if counts else 0
    if not max(0, least) <= voters <= most:
        raise Invalid("vote_voters", voters=voters, least=max(0, least), most=most)


def note_electors(
    session: Session, meeting: Meeting, members: int, voters: int, person_id: int, at: datetime
) -> None:
    """Keeps both with the attendance, where it knows the counts and not yet the kinds, so that nobody is asked again."""
    counts = counts_of(session, meeting)
    if counts is None or counts.official is not None:
        return
    try:
        known = {"official": members, "present_official": voters}
        write_counts(session, meeting, counts.with_kinds(known), person_id, at)
    except Invalid:
        return  # the vote has its own numbers; the attendance is left as it is


def check_vote(agree: int, against: int, other: int, voters: int) -> None:
    """Raises Invalid vote_sum (agree, against, other, sum, voters, difference) unless everybody there has voted once."""
    added = agree + against + other
    if added != voters:
        facts = {"agree": agree, "against": against, "other": other, "voters": voters}
        raise Invalid("vote_sum", sum=added, difference=added - voters, **facts)


def write_vote(
    session: Session,
    meeting: Meeting,
    subject: str,
    resolution: bool,
    result: tuple[int, int, int],
    who: tuple[int, int],
    person_id: int,
    at: datetime,
    vote: Vote | None = None,
) -> Vote:
    """Keeps a vote, or corrects one. `result` is agree, against, other; `who` voters and members. Raises as `check_vote`."""
    agree, against, other = result
    voters, members = who
    check_vote(agree, against, other, voters)
    if vote is None:
        vote = Vote(meeting_id=meeting.id, step=here(meeting))
        session.add(vote)
    vote.subject, vote.resolution = subject[:SUBJECT_LIMIT], resolution
    vote.agree, vote.against, vote.other = agree, against, other
    vote.voters, vote.members = voters, members
    vote.person_id, vote.at = person_id, at
    session.flush()
    return vote


PHRASES: Mapping[str, tuple[str, ...]] = {
    "agree": ("tan thanh", "dong y", "nhat tri", "thong nhat", "dong tinh", "thuan"),
    "against": (
        *("khong tan thanh", "khong dong y", "khong nhat tri", "khong thong nhat", "khong dong tinh"),
        *("phan doi", "chong"),
    ),
    "other": ("khong co y kien", "khong y kien", "y kien khac", "phieu trang", "bo phieu trang", "khac"),
    "nobody": ("khong co ai", "khong ai", "khong co"),
    "no": ("khong", "ko", "k"),
    "all": ("tat ca", "toan the", "100 %", "ca", "het", "deu", "tuyet doi", "day du", "du"),
    "slash": ("/", "tren"),
    "break": (",", ";", ".", "va", "con", "lai", ":"),
}
WORDS = {tuple(phrase.split()): name for name, phrases in PHRASES.items() for phrase in phrases}
LONGEST = max(map(len, WORDS))
PERCENTAGE = re.compile(
    r"\(?\s*(?:\b(?:dat|chiem|bang|ty le|ti le)\s*:?\s*)*(?<![0-9.,/])[0-9]{1,3}(?:[.,][0-9]+)?\s*%\s*\)?"
)
SKIPPED = PEOPLE | {"phieu", "so", "la", "co", "deu", "a", "da", "bieu", "quyet", "thong", "qua"}

Item = tuple[str, int]


def read_vote(text: str, voters: int) -> tuple[int, int | None, int | None]:
    """Agree, against and other from one line: "25 tán thành, 1 không", "tất cả", "25/26 tán thành"; None is what is still to
    be asked. With all said, or with those against, the sum must be `voters`.

    Raises Invalid: vote_unclear (said), vote_sum, vote_voters_differ (said, voters).
    """
    unclear = Invalid("vote_unclear", said=said(text))
    items = _items(text)
    found = _stated(items, voters) if items else None
    if found is None:
        raise unclear
    agree, against, other = (found.get(name) for name in ("agree", "against", "other"))
    if agree is None:
        agree = voters - (against or 0) - (other or 0)
        if agree < 0:
            check_vote(0, against or 0, other or 0, voters)
    if agree > voters or against is not None or other is not None or agree == voters:
        check_vote(agree, against or 0, other or 0, voters)
        return agree, against or 0, other or 0
    return agree, None, None


def _items(text: str) -> list[Item] | None:
    whole = plain(text.replace("\n", " ; "))
    bare = PERCENTAGE.sub(" ", whole)
    words = tokens(bare if re.search("[0-9]", bare) else whole)
    items: list[Item] = []
    at = 0
    while at < len(words):
        length = next((n for n in range(LONGEST, 0, -1) if tuple(words[at : at + n]) in WORDS), 0)
        count = spoken(words, at)
        if words[at].isdecimal() and len(words[at]) <= LONGEST_NUMBER and not (length > 1):
            items.append(("number", int(words[at])))
            at += 1
        elif length:
            items.append((WORDS[tuple(words[at : at + length])], 0))
            at += length
        elif count:
            items.append(("number", count[0]))
            at = count[1]
        elif words[at] in SKIPPED:
            at += 1
        else:
            return None
    return items


def _plain(items: list[Item], voters: int) -> list[Item]:
    """The same as numbers, names of answers and breaks alone. Raises Invalid vote_voters_differ."""
    found: list[Item] = []
    for place, (kind, value) in enumerate(items):
        before = items[place - 1][0] if place else "break"
        after = items[place + 1][0] if place + 1 < len(items) else "break"
        beside_number = "number" in (before, after)
        if kind == "number" and before == "slash":
            if value != voters:
                raise Invalid("vote_voters_differ", said=value, voters=voters)
        elif kind == "no":
            found.append(("against", 0) if beside_number else ("number", 0))
        elif kind == "nobody":
            found.append(("number", 0))
        elif kind == "all":
            found += [] if beside_number else [("number", voters)]
        elif kind != "slash":
            found.append((kind, value))
    return found


def _stated(items: list[Item], voters: int) -> dict[str, int] | None:
    """Each answer with its number, which stands before its name or behind it; None for what cannot be told."""
    found: dict[str, int] = {}
    number: int | None = None
    name = ""
    for kind, value in [*_plain(items, voters), ("break", 0)]:
        if kind == "break":
            if name == "agree" and not found:
                number = voters  # "nhất trí", and nothing else
            if name and number is None:
                return None
            name = name or "agree"
        elif kind == "number":
            if number is not None:
                return None
            number = value
        elif name:
            return None
        else:
            name = kind
        if number is not None and name:
            if found.setdefault(name, number) != number:
                return None
            number, name = None, ""
        elif kind == "break":
            name = ""
    return found or None
