"""Correcting counts: what was said is changed and nothing else; where the sums then fail, one other number must give way."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.meetings.attendance import AttendanceCounts, counts_of_values, wrong_sum
from bot.meetings.attendance_line import read_told
from bot.meetings.counts import counts_of
from bot.meetings.votes import votes_of
from bot.problems import Invalid
from bot.reading.attendance_words import is_unclear
from bot.reading.second_thoughts import said_anew
from bot.reading.words import plain_words
from bot.tables import Meeting, Paper, Score, Vote

PARTS = ("present", "absent_excused", "absent_unexcused", "exempt", "elsewhere")
KINDS = ("official", "probationary", "temporary")
THERE = {"present_official": "official", "present_probationary": "probationary"}


@dataclass(frozen=True, slots=True)
class CountChange:
    """One number of the counts, before and now; None is what nobody has said."""

    name: str
    old: int | None
    new: int | None


@dataclass(frozen=True, slots=True)
class Amended:
    """The numbers as they now stand; `gives`: what may give way so that the sums hold, one of which is to be chosen."""

    values: Mapping[str, int]
    gives: tuple[CountChange, ...] = ()

    @property
    def counts(self) -> AttendanceCounts:
        """Raises Invalid as `bot.meetings.attendance.check`."""
        return counts_of_values(self.values)


def read_parts(text: str, before: AttendanceCounts) -> dict[str, int]:
    """Only what a line says of the counts as they stand, by the names of `Counts`: "có mặt 26", "26/28", "2 có phép".

    Raises Invalid as `read_told`, and attendance_unclear (said, word) where it says none of them.
    """
    try:
        return _parts_said(text, before)
    except Invalid:
        anew = said_anew(text)
        if anew in ("", plain_words(text)):
            raise
        with suppress(Invalid):
            return _parts_said(anew, before)
        raise


def _parts_said(text: str, before: AttendanceCounts) -> dict[str, int]:
    for roll in (
        None,
        before.total,
    ):  # with the roll what is left unsaid follows: only "đủ" and "vắng 2" need that
        told = read_told(text, roll).known()
        said = {name: n for name, n in told.items() if name in AttendanceCounts.__slots__}
        if said and said != {"total": roll}:
            return said
    raise is_unclear(text, "")


def amend_counts(before: AttendanceCounts, said: Mapping[str, int]) -> Amended:
    """`before` with what was said of it. What can only be one thing follows by itself; else `gives` names the choices.

    Raises Invalid as `check` where nothing that was left unsaid can make the sums hold.
    """
    values = {name: value for name, value in asdict(before).items() if value is not None} | dict(said)
    for _ in range(len(values)):
        gives = _gives(values, said)
        if not gives:
            break
        if len(gives) > 1:
            return Amended(values, gives)
        values[gives[0].name] = gives[0].new or 0
    amended = Amended(values)
    _ = amended.counts  # the sums hold
    return amended


def _gives(values: Mapping[str, int], said: Mapping[str, int]) -> tuple[CountChange, ...]:
    """The numbers, of those not said, of which one may give way for the first sum that fails."""
    return _main(values, said) or _kinds(values, said) or _there(values, said)


def _main(values: Mapping[str, int], said: Mapping[str, int]) -> tuple[CountChange, ...]:
    over = sum(values[name] for name in PARTS) - values["total"]
    if not over:
        return ()
    free = [name for name in PARTS if name not in said]
    found = [CountChange(name, values[name], values[name] - over) for name in free if values[name] >= over]
    if "total" not in said and values["total"] + over > 0:
        found.append(CountChange("total", values["total"], values["total"] + over))
    found = [one for one in found if over < 0 or one.old or one.name == "total"]
    if not found and over > 0 and sum(values[name] for name in free) == over:
        return (next(CountChange(name, values[name], 0) for name in free if values[name]),)
    if not found:
        raise wrong_sum(values, values["total"] + over)
    return tuple(found)


def _kinds(values: Mapping[str, int], said: Mapping[str, int]) -> tuple[CountChange, ...]:
    if "official" not in values or "probationary" not in values:
        return ()
    over = sum(values[name] for name in KINDS) - values["total"]
    free = [name for name in KINDS if name not in said and values[name] >= over]
    return tuple(CountChange(name, values[name], values[name] - over) for name in free) if over else ()


def _there(values: Mapping[str, int], said: Mapping[str, int]) -> tuple[CountChange, ...]:
    if not THERE.keys() <= values.keys():
        return ()
    guests = values["present"] - sum(values[name] for name in THERE)
    over = -guests if guests < 0 else min(0, values.get("temporary", 0) - guests)
    found = []
    for name, kind in THERE.items():
        fits = 0 <= values[name] - over <= values.get(kind, values["total"])
        if over and name not in said and fits:
            found.append(CountChange(name, values[name], values[name] - over))
    return tuple(found)


def changed_counts(before: AttendanceCounts | None, after: AttendanceCounts) -> list[CountChange]:
    """The numbers that are not what they were."""
    return list(_changes(before, after))


def _changes(before: AttendanceCounts | None, after: AttendanceCounts) -> Iterator[CountChange]:
    for name in AttendanceCounts.__slots__:
        old, new = getattr(before, name) if before else None, getattr(after, name)
        if old != new:
            yield CountChange(name, old, new)


@dataclass(frozen=True, slots=True)
class Unfit:
    """What was made of a meeting's counts before and does not agree with them now."""

    votes: Sequence[Vote]
    papers: Sequence[Paper]
    score: Score | None

    def __bool__(self) -> bool:
        return bool(self.votes or self.papers or self.score)


def unfit_for_counts(session: Session, meeting: Meeting) -> Unfit:
    """Votes whose voters are not those who were there, papers that were made, a score that was proposed."""
    counts = counts_of(session, meeting)
    votes = [vote for vote in votes_of(session, meeting) if counts and not _fits(vote, counts)]
    papers = session.scalars(select(Paper).where(Paper.meeting_id == meeting.id).order_by(Paper.id)).all()
    score = session.scalars(select(Score).where(Score.meeting_id == meeting.id)).first()
    return Unfit(votes, papers, score if score is not None and score.total is not None else None)


def _fits(vote: Vote, counts: AttendanceCounts) -> bool:
    voters = counts.present if counts.present_official is None else counts.present_official
    exact = counts.present_official is not None
    members = counts.official if counts.official is not None else counts.total
    return (vote.voters == voters if exact else vote.voters <= voters) and vote.members <= members
