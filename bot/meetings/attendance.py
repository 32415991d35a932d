"""Attendance as counts, never as a list of people: the kinds of members and the sums that must hold."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction

from bot.problems import Invalid

LARGEST = 5000
KINDS = ("official", "probationary", "temporary")


@dataclass(frozen=True, slots=True)
class AttendanceCounts:
    """Members of one meeting: all, there, away with and without a reason, and excused from meetings altogether.

    `total` includes those here for a time (`temporary`); `elsewhere` meet elsewhere for a time or are on special duty. Of
    `official`, `probationary` and those of them that are there, None is what nobody has said. `guests` are no members;
    `late` came after the count, and are among those present.
    """

    total: int
    present: int
    absent_excused: int
    absent_unexcused: int
    exempt: int
    elsewhere: int = 0
    official: int | None = None
    probationary: int | None = None
    temporary: int = 0
    present_official: int | None = None
    present_probationary: int | None = None
    guests: int = 0
    late: int = 0

    def __post_init__(self) -> None:
        numbers = (getattr(self, name) for name in self.__slots__)
        if min(number for number in numbers if number is not None) < 0:
            raise ValueError("a count below zero")

    @property
    def obliged(self) -> int:
        """Those who had to come (12-HD/BTCTW 06/7/2018)."""
        return self.total - self.exempt - self.elsewhere

    @property
    def absent(self) -> int:
        return self.absent_excused + self.absent_unexcused

    def with_kinds(self, kinds: Mapping[str, int]) -> "AttendanceCounts":
        """The counts with these kinds of members too, and what follows from them. Raises Invalid as `check`."""
        counts = fill_counts(replace(self, **kinds))
        check_counts(counts)
        return counts


def counts_of_values(values: Mapping[str, int]) -> AttendanceCounts:
    """The counts that were said one by one, by their names, with what follows from them; a name left out is 0 or unknown.

    Raises Invalid as `check`.
    """
    known = {"absent_excused": 0, "absent_unexcused": 0, "exempt": 0, **values}
    check_total(known["total"])
    counts = fill_counts(AttendanceCounts(**known))
    check_counts(counts)
    return counts


def fill_counts(counts: AttendanceCounts) -> AttendanceCounts:
    """The counts with what follows from them: of two kinds the third, and who is there where all or none of a kind are."""
    official, probationary = counts.official, counts.probationary
    rest = counts.total - counts.temporary
    if official is None and probationary is not None and probationary <= rest:
        official = rest - probationary
    elif probationary is None and official is not None and official <= rest:
        probationary = rest - official
    counts = replace(counts, official=official, probationary=probationary)
    if official is None or probationary is None:
        return counts
    there, beginners = counts.present_official, counts.present_probationary
    if counts.present == counts.total:
        there = official if there is None else there
        beginners = probationary if beginners is None else beginners
    elif probationary == 0 and beginners is None:
        beginners = 0
    if counts.temporary == 0 and there is None and beginners is not None and beginners <= counts.present:
        there = counts.present - beginners
    elif counts.temporary == 0 and beginners is None and there is not None and there <= counts.present:
        beginners = counts.present - there
    return replace(counts, present_official=there, present_probationary=beginners)


def check_counts(counts: AttendanceCounts) -> None:
    """Holds the counts to their sums (12-HD/BTCTW 06/7/2018, 42-HD/BTCTW 28/10/2025): present + excused + unexcused +
    exempt + elsewhere = total; official + probationary + temporary = total; of no kind more present than there are.

    Raises Invalid: "attendance_total_zero", "attendance_too_large" (total, limit), "attendance_present_over_total"
    (present, total), "attendance_sum" (total, sum, difference = sum - total, all five parts, and `absent`), "attendance_kinds_sum"
    (total, sum, difference, official, probationary, temporary), "attendance_kind_over" (kind, present, members),
    "attendance_present_kinds" (present, sum, official, probationary, temporary), "attendance_late_over" (late, present).
    """
    check_total(counts.total)
    if counts.present > counts.total:
        raise Invalid("attendance_present_over_total", present=counts.present, total=counts.total)
    added = counts.present + counts.absent + counts.exempt + counts.elsewhere
    if added != counts.total:
        raise wrong_sum(asdict(counts), added)
    _check_kinds(counts)
    _check_present(counts)
    if counts.late > counts.present:
        raise Invalid("attendance_late_over", late=counts.late, present=counts.present)


def check_total(total: int) -> None:
    """Raises Invalid: "attendance_total_zero", "attendance_too_large" (total, limit)."""
    if total == 0:
        raise Invalid("attendance_total_zero")
    if total > LARGEST:
        raise Invalid("attendance_too_large", total=total, limit=LARGEST)


def wrong_sum(values: Mapping[str, int | None], added: int) -> Invalid:
    """That the parts of the total (`values`, by the names of `Counts`) come to `added` instead. The fact `absent` is all that are
    away where only that was said, or where it was said otherwise than with the reasons; else None."""
    names = ("present", "absent_excused", "absent_unexcused", "exempt", "elsewhere")
    parts = {name.removeprefix("absent_"): values.get(name) or 0 for name in names}
    total = values.get("total") or 0
    absent = values.get("absent") if sum(parts.values()) != added else None
    return Invalid("attendance_sum", total=total, sum=added, difference=added - total, absent=absent, **parts)


def _check_kinds(counts: AttendanceCounts) -> None:
    parts = {name: getattr(counts, name) or 0 for name in KINDS}
    added = sum(parts.values())
    whole = counts.official is not None and counts.probationary is not None
    if added > counts.total or (whole and added != counts.total):
        raise Invalid(
            "attendance_kinds_sum", total=counts.total, sum=added, difference=added - counts.total, **parts
        )


def _check_present(counts: AttendanceCounts) -> None:
    for kind in KINDS[:2]:
        there, members = getattr(counts, f"present_{kind}"), getattr(counts, kind)
        if there is not None and members is not None and there > members:
            raise Invalid("attendance_kind_over", kind=kind, present=there, members=members)
    official, probationary = counts.present_official, counts.present_probationary
    added = (official or 0) + (probationary or 0)
    whole = official is not None and probationary is not None
    if added > counts.present or (whole and counts.present - added > counts.temporary):
        facts = {"official": official, "probationary": probationary, "temporary": counts.temporary}
        raise Invalid("attendance_present_kinds", present=counts.present, sum=added, **facts)


def attendance_rate(counts: AttendanceCounts) -> Fraction | None:
    """Present over those obliged to come: total - exempt - elsewhere (12-HD/BTCTW 06/7/2018); None where nobody was."""
    return Fraction(counts.present, counts.obliged) if counts.obliged > 0 else None


def kinds_away(counts: AttendanceCounts) -> list[str]:
    """The kinds of members of which one may still come; none where the kinds are not known."""
    if counts.present_official is None or counts.present_probationary is None or counts.official is None:
        return []
    there = {
        "official": counts.present_official,
        "probationary": counts.present_probationary,
        "temporary": counts.present - counts.present_official - counts.present_probationary,
    }
    return [kind for kind in KINDS if (getattr(counts, kind) or 0) > there[kind]]


def count_late_arrival(counts: AttendanceCounts, kind: str = "") -> AttendanceCounts:
    """The counts after one more of `kind` has come late: of those away without a reason, else with one.

    Without `kind` the kinds of those present are as they were. Raises Invalid: attendance_nobody_away, and as `check`.
    """
    if not counts.absent:
        raise Invalid("attendance_nobody_away", total=counts.total, present=counts.present)
    whose = "absent_unexcused" if counts.absent_unexcused else "absent_excused"
    moved = {"present": counts.present + 1, "late": counts.late + 1, whose: getattr(counts, whose) - 1}
    if kind in KINDS[:2]:
        there = getattr(counts, f"present_{kind}")
        moved[f"present_{kind}"] = None if there is None else there + 1
    found = fill_counts(replace(counts, **moved))
    check_counts(found)
    return found
