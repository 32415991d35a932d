"""What has been said of the counts so far, in one line or in several: what follows from it, what is missing, what does not
add up, and what a later line says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Literal

from bot.meetings.attendance import AttendanceCounts, check_counts, check_total, counts_of_values, wrong_sum
from bot.problems import Invalid

FEW = 2
"""A roll changes by so many from one meeting to the next without anybody wondering."""
AWAY = ("absent_excused", "absent_unexcused", "exempt", "elsewhere")
Missing = Literal["total", "present", "away", ""]


@dataclass(frozen=True, slots=True)
class ToldCounts:
    """The numbers said, by the names of `Counts`; None is what nobody has said. `absent`: all that are away, for whatever
    reason; it is not kept once those present and the total are known."""

    total: int | None = None
    present: int | None = None
    absent: int | None = None
    absent_excused: int | None = None
    absent_unexcused: int | None = None
    exempt: int | None = None
    elsewhere: int | None = None
    official: int | None = None
    probationary: int | None = None
    temporary: int | None = None
    present_official: int | None = None
    present_probationary: int | None = None
    guests: int | None = None
    late: int | None = None

    def known(self) -> dict[str, int]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def left(self) -> int:
        """Members of whom nobody has said where they are; 0 where total or present are not known."""
        if self.total is None or self.present is None:
            return 0
        return self.total - self.present - sum(getattr(self, name) or 0 for name in AWAY)

    @property
    def missing(self) -> Missing:
        """What is to be asked next."""
        if self.total is None:
            return "total"
        if self.present is None:
            return "present"
        return "away" if self.left else ""

    def counts(self) -> AttendanceCounts:
        """The counts, once nothing is missing. Raises Invalid as `check`."""
        return counts_of_values({name: value for name, value in self.known().items() if name != "absent"})


def told_of(values: Mapping[str, int]) -> ToldCounts:
    return ToldCounts(
        **{field.name: values[field.name] for field in fields(ToldCounts) if field.name in values}
    )


def differs_much(total: int, roll: int | None) -> bool:
    """Whether a total is questioned before anything is made of it."""
    return roll is not None and abs(total - roll) > FEW


def told_differences(before: ToldCounts, now: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Where both say a number of the same thing and not the same one: old and new."""
    old = before.known()
    return {name: (old[name], value) for name, value in now.items() if name in old and old[name] != value}


def settle_told(told: ToldCounts, *, full: bool = False, roll: int | None = None) -> ToldCounts:
    """The same with what follows from it. `full`: nobody is away; `roll`: the unit's members, where no total was said.

    Raises Invalid: attendance_sum, attendance_present_over_total, attendance_total_zero, attendance_too_large,
    attendance_kinds_sum and the like of `check`; attendance_kinds_roll (sum, official, probationary, roll).
    """
    told = _with_present_kinds(told)
    aside = (told.exempt or 0) + (told.elsewhere or 0)
    total = told.total if told.total is not None else _total_of_kinds(told, roll)
    if total is None:
        total = roll
    if total is None and full and told.present is not None:
        total = told.present + aside
    if total is None:
        reasons = replace(told, absent=None)
        return reasons if _absent(reasons) == told.absent else told
    check_total(total)
    told = replace(told, total=total)
    absent = _absent(told)
    if told.present is None and (absent is not None or full):
        told = replace(told, present=total - aside - (absent or 0))
    if told.present is None:
        return told
    return _balanced(told, total, told.present, absent)


def _balanced(told: ToldCounts, total: int, present: int, absent: int | None) -> ToldCounts:
    aside = (told.exempt or 0) + (told.elsewhere or 0)
    parts = {**told.known(), "present": max(present, 0), "total": total}
    if present < 0:
        raise wrong_sum(parts, aside + (absent or 0))
    if present > total:
        raise Invalid("attendance_present_over_total", present=present, total=total)
    if told.absent is not None and told.absent != total - aside - present:
        raise wrong_sum(parts, present + told.absent + aside)
    if told.left < 0:
        raise wrong_sum(parts, total - told.left)
    if told.left:
        return replace(told, absent=None)
    zeros = {name: getattr(told, name) or 0 for name in ("absent_excused", "absent_unexcused", "exempt")}
    whole = replace(told, absent=None, **zeros)
    check_counts(whole.counts())
    return whole


def _absent(told: ToldCounts) -> int | None:
    if told.absent is not None:
        return told.absent
    if told.absent_excused is None and told.absent_unexcused is None:
        return None
    return (told.absent_excused or 0) + (told.absent_unexcused or 0)


def _with_present_kinds(told: ToldCounts) -> ToldCounts:
    """Those present from their kinds, where only these were said."""
    if told.present is not None or told.present_official is None or told.present_probationary is None:
        return told
    return replace(told, present=told.present_official + told.present_probationary)


def _total_of_kinds(told: ToldCounts, roll: int | None) -> int | None:
    """All members, where both kinds were said and are the whole roll."""
    if told.official is None or told.probationary is None:
        return None
    added = told.official + told.probationary + (told.temporary or 0)
    if roll is not None and added != roll:
        kinds = {"official": told.official, "probationary": told.probationary}
        raise Invalid("attendance_kinds_roll", sum=added, roll=roll, **kinds)
    return added
