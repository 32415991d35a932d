"""The one line in which a secretary says the counts of a meeting, or a part of them: read in every way that it allows, and
taken only if all of these come to the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from bot.meetings.attendance_balance import ToldCounts, settle_told, told_differences, told_of
from bot.problems import Invalid
from bot.reading.attendance_phrases import readings_of
from bot.reading.attendance_words import is_unclear, read_items
from bot.reading.words import share_fits

NOBODY = ToldCounts()
REASONS = {"all_excused": "absent_excused", "all_unexcused": "absent_unexcused", "all_exempt": "exempt"}
KindsAre = Literal["", "roll", "present"]
"""Whom kinds of members that are not the known roll are of; "" where nobody has said."""
WHOLE = (Fraction(100),)
KINDS = ("official", "probationary")
AWAY = ("absent", "absent_excused", "absent_unexcused")


class _NoSense(Invalid):
    """This way of reading says nothing, or two things; the person is told so of the whole line."""

    def __init__(self) -> None:
        super().__init__("attendance_unclear")


@dataclass(frozen=True, slots=True)
class AttendanceReading:
    """`told`: all that is known with this line; `differs`: what it says otherwise than was said before (old, new). Where
    something differs, `told` is what holds if the new line does."""

    told: ToldCounts
    differs: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def read_told(text: str, roll: int | None = None, kinds: KindsAre = "") -> ToldCounts:
    """What a line says, whole or not, with what follows from it: "25/28", "hai lăm, 2 vắng có lý do", "chính thức 14".

    Raises Invalid: "attendance_unclear" (said, word: what was not understood, or ""), "attendance_percent" (percent,
    present, total), and as `settle` where the numbers do not add up.
    """
    return read_further(text, NOBODY, roll, kinds).told


def read_further(
    text: str, before: ToldCounts, roll: int | None = None, kinds: KindsAre = ""
) -> AttendanceReading:
    """A line that is said after others; `before` is what is known from them. Raises as `read_told`."""
    line = read_items(text)
    found = readings_of(line, awaited=before.left > 0)
    if not found.ways:
        if line.shares == WHOLE and not line.clauses:
            return AttendanceReading(settle_told(before, full=True, roll=roll))
        raise is_unclear(text, found.stuck)
    fitting: list[AttendanceReading] = []
    problems: list[Invalid] = []
    for way in found.ways:
        full_by_share = line.shares == WHOLE and not any(
            item.code == "N" for _, row in line.clauses for item in row
        )
        for facts in _variants({**way, "full": 1} if full_by_share else way, before, roll):
            if kinds == "present":
                facts = {f"present_{name}" if name in KINDS else name: n for name, n in facts.items()}
            try:
                fitting.append(_read(facts, before, None if kinds == "roll" else roll, line.shares))
            except Invalid as problem:
                problems.append(problem)
    return _only_one(text, fitting, problems)


def _only_one(text: str, fitting: list[AttendanceReading], problems: list[Invalid]) -> AttendanceReading:
    agreeing = [reading for reading in fitting if not reading.differs] or fitting
    whole = [reading for reading in agreeing if not reading.told.missing] or agreeing
    if whole and all(reading == whole[0] for reading in whole):
        return whole[0]
    codes = {problem.code for problem in problems}
    if not fitting and len(codes) == 1 and not isinstance(problems[0], _NoSense):
        raise problems[0]
    raise is_unclear(text, "")


def _read(
    facts: Mapping[str, int], before: ToldCounts, roll: int | None, shares: tuple[Fraction, ...]
) -> AttendanceReading:
    said = {name: value for name, value in facts.items() if name in ToldCounts.__slots__}
    reasons = [name for flag, name in REASONS.items() if flag in facts]
    away = any(facts.get(name) for name in (*AWAY, "unsure"))
    if (
        (not said and facts.keys().isdisjoint({"full", "rest", *REASONS}))
        or ("heading_away" in facts and said.keys().isdisjoint(AWAY))
        or ("full" in facts and away)
        or ("short" in facts and not away and "present" not in facts)
        or len(reasons) > 1
    ):
        raise _NoSense
    if "rest" in facts and not away:
        facts = {**facts, "full": 1}  # "2 miễn, còn lại đủ"
    if reasons and facts.get("absent") and said.keys().isdisjoint(REASONS.values()):
        said[reasons[0]] = facts["absent"]
    if "full" in facts and before.present is not None and before.total is not None:
        said.setdefault("present", before.total - (said.get("exempt") or before.exempt or 0))
    differs = told_differences(before, said)
    told = told_of({**before.known(), **said})
    full = "full" in facts
    try:
        told = settle_told(told, full=full, roll=roll)
    except Invalid:
        if not differs:
            raise
        told = settle_told(told_of(said), full=full, roll=before.total or roll)
    else:
        alone = _alone(said, full, before.total or roll) if differs else None
        told = alone or told
    if reasons and "absent" in facts and told.missing == "away":
        raise _NoSense
    if reasons and "absent" not in facts:
        told = _all_of_one_reason(told, reasons[0])
    _check_kinds(told, facts)
    _check_away_kinds(told, facts)
    _check_shares(told, shares)
    return AttendanceReading(told, differs)


def _check_kinds(told: ToldCounts, facts: Mapping[str, int]) -> None:
    """ "26 chính thức, vắng 2": of all of them, or of those present?"""
    kinds = [facts[kind] for kind in KINDS if kind in facts]
    if len(kinds) == 1 and kinds[0] == told.present and "present" not in facts and told.present != told.total:
        raise _NoSense


def _alone(said: Mapping[str, int], full: bool, roll: int | None) -> ToldCounts | None:
    """What the new line says by itself, if that is all there is to say."""
    try:
        told = settle_told(told_of(said), full=full, roll=roll)
    except Invalid:
        return None
    return None if told.missing else told


def _variants(way: Mapping[str, int], before: ToldCounts, roll: int | None) -> Iterator[dict[str, int]]:
    """One way of reading with what it leaves open decided: whom a lone number and the kinds of members are of."""
    for facts in _of_lone_number(dict(way), before, roll):
        unsure = facts.get("unsure", 0)
        if unsure and facts.keys().isdisjoint({"absent", "present"}) and before.present is None:
            facts["absent"] = unsure + facts.get("absent_excused", 0) + facts.get("absent_unexcused", 0)
        for given in _of_obliged(facts, before, roll):
            _decide_kinds(given, before.total or roll)
            yield given


def _of_lone_number(facts: dict[str, int], before: ToldCounts, roll: int | None) -> Iterator[dict[str, int]]:
    """It is those present, or all if these are said besides; all of them too where only this agrees with the roll."""
    opening = facts.pop("opening", None)
    if opening is None:
        yield facts
        return
    kinds = facts.keys() & {"official", "probationary"}
    if "present" not in facts and before.present is None and not kinds:
        yield {**facts, "present": opening}
    expected = before.total or roll
    plain = "present" in facts or kinds or before.present is not None
    if plain or opening == expected:
        yield {**facts, "total": opening}


def _of_obliged(facts: dict[str, int], before: ToldCounts, roll: int | None) -> Iterator[dict[str, int]]:
    """Those who must come are all but the exempt and those who meet elsewhere; some say so of all."""
    obliged = facts.pop("obliged", None)
    if obliged is None:
        yield facts
        return
    aside = facts.get("exempt", 0) + facts.get("elsewhere", 0)
    expected = facts.get("total") or before.total or roll
    if expected is None and not aside:
        yield {**facts, "total": obliged}
    elif expected is not None and obliged in {expected, expected - aside}:
        yield {**facts, "total": expected}
    elif expected is not None and not aside and "total" not in facts:
        yield {**facts, "total": obliged}


def _decide_kinds(facts: dict[str, int], roll: int | None) -> None:
    """Kinds said after those present are of them if others were said before, or if they add up to them alone."""
    later = [kind for kind in KINDS if f"later_{kind}" in facts]
    added = sum(facts[f"later_{kind}"] for kind in later)
    before = bool(facts.keys() & set(KINDS))
    marked = facts.keys() & {"present_official", "present_probationary"}
    total = facts.get("total", roll)
    sums = len(later) == 2 and added == facts.get("present") and added != total
    for kind in later:
        value = facts.pop(f"later_{kind}")
        facts[f"present_{kind}" if before or marked or sums else kind] = value
    for there, other in (("official", "probationary"), ("probationary", "official")):
        unmarked = other in facts and f"present_{other}" not in facts
        if f"present_{there}" in facts and there not in facts and unmarked:
            facts[f"present_{other}"] = facts.pop(other)  # "14 chính thức, 1 dự bị dự họp": both are there


def _all_of_one_reason(told: ToldCounts, name: str) -> ToldCounts:
    if not told.left:
        raise _NoSense
    return settle_told(replace(told, **{name: told.left + (getattr(told, name) or 0)}))


def _check_away_kinds(told: ToldCounts, facts: Mapping[str, int]) -> None:
    kinds = [facts[f"away_{kind}"] for kind in KINDS if f"away_{kind}" in facts]
    if not kinds or told.total is None or told.present is None:
        return
    away = told.total - told.present
    if sum(kinds) > away or (len(kinds) == 2 and sum(kinds) != away):
        raise _NoSense


def _check_shares(told: ToldCounts, shares: tuple[Fraction, ...]) -> None:
    if told.total is None or told.present is None:
        return
    aside = (told.exempt or 0) + (told.elsewhere or 0)
    there, absent = told.present, told.total - told.present - aside
    shown = [
        Fraction(100 * n, of) for n in (there, absent) for of in (told.total, told.total - aside) if of > 0
    ]
    for share in shares:
        if not share_fits(share, shown):
            raise Invalid("attendance_percent", percent=float(share), present=there, total=told.total)
