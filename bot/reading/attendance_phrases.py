"""Which number belongs to which name in a line about attendance: every way in which a person could have meant it.

A clause is a word of the letters of `attendance_words`: "vắng 2 có phép 1 không" is ANENK. Each row of `SAYINGS` is a way
to say something; a line can be read in as many ways as its clauses can be made up of such sayings, each number used once.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.reading.attendance_words import CountItem, CountLine

Facts = Mapping[str, int]
"""What one way of reading says, by the names of `Counts`, and: absent, obliged; full, short, rest, all_excused, all_unexcused,
all_exempt, reasons_given (1 where said); opening: a lone number, all or those present; unsure: those of whom a reason is said that
may or may not count; away_official, away_probationary; kinds_<kind>: of the unit or of those present."""

MANY_WAYS = 400
"""So many ways are looked at; a line with more of them is no line that a person writes."""

ONE_NAME = {
    "T": "total", "B": "obliged", "P": "present", "X": "exempt", "O": "kinds_official", "D": "kinds_probationary",
    "W": "elsewhere", "M": "temporary", "G": "guests", "L": "late",
}  # fmt: skip
SAYINGS: list[tuple[re.Pattern[str], tuple[str, ...]]] = [
    (re.compile(pattern), tuple(names.split()))
    for pattern, names in (
        ("P?/?TN/N|P?N/T?NP?|TPN/N", "present total"),
        ("P?N/B?N|N/BN", "present obliged"),
        ("AN/T?N|N/T?NA", "absent total"),
        ("P?ON/N|OPN/N|N/NO", "present_official official"),
        ("P?DN/N|DPN/N|N/ND", "present_probationary probationary"),
        *((f"{code}N|N{code}", name) for code, name in ONE_NAME.items()),
        ("XN/T?N", "exempt total"),
        ("PON|OPN|NOP|PNO|NPO", "present_official"),
        ("PDN|DPN|NDP|PND|NPD", "present_probationary"),
        ("PONDN|PNOND|NONDP", "present_official present_probationary"),
        ("AN|NA", "absent"),
        ("A?NE|AEN|EAN|NAE|NEA|EN|A?NRE|A?NER|NRAE|NAER|NARE|ANEA", "absent_excused"),
        ("A?NU|AUN|UAN|NAU|NUA|UN", "absent_unexcused"),
        ("A?N[OD]E|N[OD]AE|A?N[OD]EA|AEN[OD]|EN[OD]", "absent_excused"),
        ("N[OD]AU|AN[OD]U|AUN[OD]", "absent_unexcused"),
        ("A?NK", "absent_unexcused"),
        ("A?NR|RN|NAR|ARN|A?NZ|NAZ|ZN|AN[OD]|N[OD]A|NLR", "unsure"),
        ("YN?P|PYN?|Y?N?PF|Y?FP?|YFN|P?FN|NF|FPN|FY|YF|YNP|YPN", "full_with"),
        ("T[PF]?[PF]N|TNP?F|FTN|TYPN", "full_total"),
        ("YN|NY", "opening"),
    )
]
NOTHING = {
    "AK": "absent", "KA": "absent", "KYA": "absent", "EK": "absent_excused", "AEK": "absent_excused", "UK": "absent_unexcused",
    "AUK": "absent_unexcused", "KX": "exempt", "XK": "exempt", "KD": "kinds_probationary", "DK": "kinds_probationary",
    "KO": "kinds_official", "KG": "guests", "GK": "guests", "KL": "late", "LK": "late", "KAU": "absent_unexcused", "KU": "absent_unexcused", "KAE": "absent_excused", "KM": "temporary", "MK": "temporary",
    "KW": "elsewhere", "WK": "elsewhere",
}  # fmt: skip
FLAGS = {
    "A": "heading_away", "T": "heading", "P": "heading", "B": "heading", "TP": "heading", "E": "all_excused", "AE": "all_excused", "EA": "all_excused",
    "YE": "all_excused", "EY": "all_excused", "U": "all_unexcused", "AU": "all_unexcused", "YU": "all_unexcused",
    "ER": "all_excused", "RE": "all_excused", "R": "reasons_given", "AR": "reasons_given", "Z": "reasons_given", "AZ": "reasons_given", "f": "short", "r": "rest",
    "P/T": "heading", "X": "all_exempt", "YX": "all_exempt", "XY": "all_exempt",
}  # fmt: skip
TWICE = {
    "total",
    "present",
    "absent",
    "obliged",
    "full",
    "heading",
    "heading_away",
    "reasons_given",
    "official",
    "probationary",
}
"""What may be said again with the same number; "1 có phép (ốm), 1 có phép (bận)" is two."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Every way to read the line; where there is none, `stuck`: the words at which each way ends."""

    ways: list[dict[str, int]]
    stuck: str


def readings_of(line: CountLine, *, awaited: bool = False) -> Readings:
    """Four or five bare numbers are total, present, excused, unexcused, exempt. `awaited`: it was just asked why some are
    away, so that "có lý do" is said of all of them."""
    items = [item for _, row in line.clauses for item in row]
    if line.bare and len(items) in (4, 5):
        names = ("total", "present", "absent_excused", "absent_unexcused", "exempt")
        return Readings([dict(zip(names, (item.value for item in items), strict=False))], "")
    ways: list[dict[str, int]] = [{"awaited": 1} if awaited else {}]
    for sign, row in line.clauses:
        further = [way for before in ways for way in _clause(row, before, sign)]
        unique = {tuple(sorted(way.items())): way for way in further}
        ways = list(unique.values())[:MANY_WAYS]
        if not ways:
            return Readings([], _own_words(row))
    return Readings([{name: value for name, value in way.items() if name != "awaited"} for way in ways], "")


def _own_words(row: tuple[CountItem, ...]) -> str:
    return " ".join(dict.fromkeys(item.raw for item in row)).replace(" / ", "/")


def _clause(row: tuple[CountItem, ...], before: Facts, sign: str) -> Iterator[dict[str, int]]:
    codes = "".join(item.code for item in row)
    absent = any(
        before.get(name) for name in ("absent", "absent_excused", "absent_unexcused", "heading_away")
    )
    goes_on = sign == "," and bool(before.keys() & {"away_official", "away_probationary"})
    away = (sign == "(" and absent) or goes_on
    written = [codes.replace("q", either) for either in ("FP" if "q" in codes else "_")]
    for one in written:
        yield from _sayings(one, [item.value for item in row], 0, dict(before), away)


def _sayings(
    codes: str, values: list[int], at: int, facts: dict[str, int], away: bool
) -> Iterator[dict[str, int]]:
    if at == len(codes):
        yield facts
        return
    for end in range(len(codes), at, -1):
        if codes.startswith("/", at + 1) and codes[end - 1] == "A" and codes.startswith("N", end):
            continue  # "25/28 vắng 3": the three are away, not the 25
        piece, numbers = (
            codes[at:end],
            [v for c, v in zip(codes[at:end], values[at:end], strict=True) if c == "N"],
        )
        for said in _meanings(piece, numbers, facts, away, piece == codes):
            together = _joined(facts, said)
            if together is not None:
                yield from _sayings(codes, values, end, together, away)


def _meanings(
    piece: str, numbers: list[int], facts: Facts, away: bool, alone: bool
) -> Iterator[dict[str, int]]:
    if away and "X" in piece:
        return  # "vắng 3 (2 miễn, 1 phép)": are the exempt among those away?
    if piece in NOTHING:
        yield {_kind(NOTHING[piece], facts, away): 0}
    if piece == "KNA" and numbers == [1]:
        yield {"absent": 0}
    if piece == "KN" and "absent_excused" in facts:
        yield {"absent_unexcused": numbers[0]}
    if piece in FLAGS and FLAGS[piece].startswith("heading"):
        if alone:
            yield {FLAGS[piece]: 1}
    elif piece in FLAGS and (not FLAGS[piece].startswith("all_") or _knows_the_absent(piece, facts, alone)):
        yield {FLAGS[piece]: 1}
    if piece == "N" and facts.keys() <= {"full"}:
        yield {"opening": numbers[0]}
    if piece == "N" and facts.keys() == {"total"}:
        yield {"present": numbers[0]}
    for pattern, names in SAYINGS:
        if pattern.fullmatch(piece):
            found = _named(names, numbers, facts, away)
            if found is not None:
                yield found


def _knows_the_absent(piece: str, facts: Facts, alone: bool) -> bool:
    """Whether it is plain who "có lý do" without a number is said of: "vắng 3, có lý do"; "25/28, vắng có lý do"."""
    asked = alone and "awaited" in facts
    return asked or "absent" in facts or ("A" in piece and facts.keys() >= {"present", "total"})


def _named(names: tuple[str, ...], numbers: list[int], facts: Facts, away: bool) -> dict[str, int] | None:
    if names[0] in {"full_with", "full_total"}:
        named = {"present": numbers[0]} if numbers else {}
        return {"full": 1, **named, **({"total": numbers[0]} if names[0] == "full_total" else {})}
    if len(names) != len(numbers):
        return None
    return {_kind(name, facts, away): number for name, number in zip(names, numbers, strict=True)}


def _kind(name: str, facts: Facts, away: bool) -> str:
    """Official and probationary members: of those away, of those present, or of either."""
    kind = name.removeprefix("kinds_")
    if kind == name:
        return name
    if away:
        return f"away_{kind}"
    return f"later_{kind}" if facts.keys() & {"present", "present_official", "present_probationary"} else kind


def _joined(facts: dict[str, int], said: dict[str, int]) -> dict[str, int] | None:
    """Both together; None where they contradict each other, or say of two groups what is asked of one."""
    found = dict(facts)
    for name, value in said.items():
        if name == "unsure":
            found[name] = found.get(name, 0) + value
        elif name not in found:
            found[name] = value
        elif found[name] != value or (name not in TWICE and value):
            return None
    # "1 vắng có phép, 1 vắng": two or one? But "2 có phép, 1 không, tổng vắng 3" is plain.
    reasons = [facts[name] for name in ("absent_excused", "absent_unexcused") if name in facts]
    after = said.get("absent") and (reasons or facts.keys() & {"all_excused", "all_unexcused"})
    plain = len(reasons) == 2 and said.get("absent") == sum(reasons)
    return found if plain or not after else None
