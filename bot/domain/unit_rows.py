"""The rows of the units' table: what a line may say, and every fault of a file at once."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.plan_fields import DAY, KINDS, SECTORS, VIETNAMESE_DAY
from bot.domain.problems import Problem, Rejected

COLUMNS = (
    "code",
    "name",
    "kind",
    "sector",
    "parent_code",
    "members",
    "meeting_day",
    "meeting_shift",
    "closed_on",
    "merged_into",
)
REQUIRED = ("code", "name", "kind")
SHIFTS = ("after", "before", "keep")
"""Where the usual meeting day goes when it is a public holiday."""
WORDS: Mapping[str, Sequence[str]] = {"kind": KINDS, "sector": SECTORS, "meeting_shift": SHIFTS}
LENGTHS = {"code": 60, "name": 200}
MOST_MEMBERS = 5000
YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `place` says where it stands in the file. What is empty keeps what is known."""

    place: str
    code: str
    name: str
    kind: str
    sector: str
    parent_code: str
    members: int | None
    meeting_day: int | None
    meeting_shift: str = ""
    closed_on: date | None = None
    """The first day on which the unit is no more."""
    merged_into: str = ""


def read_rows(lines: Iterable[tuple[str, Mapping[str, str]]]) -> list[Row]:
    """Turns (place, cells) into rows. Raises Rejected with every fault at once.

    Problems: unit_cell_missing, unit_too_long, unit_word_unknown, unit_number_wrong, unit_date_wrong, unit_merged_open,
    unit_merge_itself, unit_twice, unit_ring, units_empty.
    """
    problems: list[Problem] = []
    rows = [_row(place, cells, problems) for place, cells in lines]
    seen: dict[str, Row] = {}
    for row in rows:
        if row.code and row.code in seen:
            problems.append(
                Problem(f"{row.place} code", "unit_twice", {"code": row.code, "first": seen[row.code].place})
            )
        seen.setdefault(row.code, row)
    problems += rings(rows, {})
    if not rows:
        problems.append(Problem("", "units_empty"))
    if problems:
        raise Rejected(problems)
    return rows


def _row(place: str, cells: Mapping[str, str], problems: list[Problem]) -> Row:
    clean = {name: unicodedata.normalize("NFC", cells.get(name) or "").strip() for name in COLUMNS}
    problems += _faults(place, clean)
    row = Row(
        place,
        clean["code"],
        clean["name"],
        clean["kind"],
        clean["sector"],
        clean["parent_code"],
        _whole(place, "members", clean["members"], MOST_MEMBERS, problems),
        _whole(place, "meeting_day", clean["meeting_day"], 31, problems),
        clean["meeting_shift"],
        _date(place, "closed_on", clean["closed_on"], problems),
        clean["merged_into"],
    )
    if row.merged_into and not clean["closed_on"]:
        problems.append(Problem(f"{place} merged_into", "unit_merged_open"))
    if row.merged_into and row.merged_into == row.code:
        problems.append(Problem(f"{place} merged_into", "unit_merge_itself"))
    return row


def _faults(place: str, clean: Mapping[str, str]) -> Iterable[Problem]:
    for name in REQUIRED:
        if not clean[name]:
            yield Problem(f"{place} {name}", "unit_cell_missing", {"column": name})
    for name, most in LENGTHS.items():
        if len(clean[name]) > most:
            yield Problem(f"{place} {name}", "unit_too_long", {"column": name, "most": most})
    for name, known in WORDS.items():
        if clean[name] and clean[name] not in known:
            facts = {"said": clean[name], "known": ", ".join(known)}
            yield Problem(f"{place} {name}", "unit_word_unknown", facts)


def _whole(place: str, name: str, text: str, most: int, problems: list[Problem]) -> int | None:
    if not text:
        return None
    text = text.removesuffix(".0")  # a spreadsheet keeps whole numbers as 28.0
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= most:
        problems.append(Problem(f"{place} {name}", "unit_number_wrong", {"said": text, "most": most}))
        return None
    return int(text)


def _date(place: str, name: str, text: str, problems: list[Problem]) -> date | None:
    day = written_day(text)
    if text and day is None:
        problems.append(Problem(f"{place} {name}", "unit_date_wrong", {"said": text}))
    return day


def written_day(text: str) -> date | None:
    """The day that "2022-09-15" or "15/9/2022" names; None for anything else."""
    found = DAY.fullmatch(text) or VIETNAMESE_DAY.fullmatch(text)
    if not found:
        return None
    try:
        day = date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None
    return day if day.year in YEARS else None


def rings(rows: Sequence[Row], above: Mapping[str, str]) -> list[Problem]:
    """The rows that are their own superior; `above` holds the parents (by code) of units outside of the file."""
    parents = {**above, **{row.code: row.parent_code for row in rows}}
    return [
        Problem(f"{row.place} parent_code", "unit_ring", {"code": row.code})
        for row in rows
        if row.code and _in_ring(row.code, parents)
    ]


def _in_ring(code: str, parents: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    above = parents.get(code, "")
    while above and above not in seen:
        if above == code:
            return True
        seen.add(above)
        above = parents.get(above, "")
    return False
