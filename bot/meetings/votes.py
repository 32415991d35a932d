"""Votes: who may, what came of one, and its shares, which decide nothing by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from bot.meetings.attendance import LARGEST, AttendanceCounts
from bot.meetings.counts import counts_of, write_counts
from bot.meetings.vote_line import check_vote
from bot.meetings.walk import current_place
from bot.problems import Invalid
from bot.store.known import Known, Whole
from bot.tables import Meeting, Vote

SUBJECT_LIMIT = 2000


AFTER = 999
"""Stands for the step of the vote on the score: behind every step of an agenda."""
_VOTE = Whole(Vote)
_OWN = Known(
    select(*_VOTE.columns)
    .where(Vote.meeting_id == bindparam("meeting"), Vote.step != AFTER)
    .order_by(Vote.step, Vote.id)
)


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


def vote_shares(vote: Vote) -> Shares:
    of_voters = Fraction(vote.agree, vote.voters) if vote.voters else None
    of_members = Fraction(vote.agree, vote.members) if vote.members else None
    return Shares(of_voters, of_members, 2 * vote.agree > vote.members)


def votes_of(session: Session, meeting: Meeting) -> Sequence[Vote]:
    """Those of the meeting itself; the one on its score belongs to the score alone."""
    return _VOTE.all(session, _OWN, {"meeting": meeting.id})


def vote_of(session: Session, vote_id: int, meeting_id: int | None = None) -> Vote | None:
    """One of `votes_of` a meeting: of any, or of this one."""
    own = [Vote.id == vote_id, Vote.step != AFTER]
    if meeting_id is not None:
        own.append(Vote.meeting_id == meeting_id)
    return session.scalars(select(Vote).where(*own)).first()


def meeting_electors(session: Session, meeting: Meeting) -> Electors:
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
    least, most = _bounds(counts, members)
    if not least <= voters <= most:
        raise Invalid("vote_voters", voters=voters, least=least, most=most)


def sure_voters(session: Session, meeting: Meeting, members: int) -> int | None:
    """How many of so many official members are there, where the counts leave one number: nobody is away, or all are official."""
    counts = counts_of(session, meeting)
    least, most = _bounds(counts, members)
    return least if counts is not None and least == most else None


def _bounds(counts: AttendanceCounts | None, members: int) -> tuple[int, int]:
    """How many official members there are at least and at most."""
    if counts is None:
        return 0, members
    return max(0, counts.present - (counts.total - members)), min(members, counts.present)


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
        vote = Vote(meeting_id=meeting.id, step=current_place(meeting))
        session.add(vote)
    vote.subject, vote.resolution = subject[:SUBJECT_LIMIT], resolution
    vote.agree, vote.against, vote.other = agree, against, other
    vote.voters, vote.members = voters, members
    vote.person_id, vote.at = person_id, at
    session.flush()
    return vote
