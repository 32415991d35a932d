"""The rows of the units' table: what a line may say, and every fault of a file at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bot.plans.fields import DAY, KINDS, SECTORS, VIETNAMESE_DAY
from bot.problems import Problem
from bot.reading.unit_words import EMPTIES, name_key, one_line, usual_day, whole_number

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
"""What the form marks as needed; a unit that is there already needs no more than its code."""
SHIFTS = ("after", "before", "keep")
"""Where the usual meeting day goes when it is a public holiday, a Saturday or a Sunday."""
WORDS: Mapping[str, Sequence[str]] = {"kind": KINDS, "sector": SECTORS, "meeting_shift": SHIFTS}
MAY_BE_EMPTIED = ("sector", "parent_code", "members", "meeting_day", "meeting_shift")
LENGTHS = {"code": 60, "name": 200}
MOST_MEMBERS = 5000
YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class UnitSpot:
    """Where a row stands: its sheet ("" where there is but one), its number, the letters of its columns."""

    sheet: str
    number: int
    letters: Mapping[str, str]

    @property
    def row(self) -> str:
        return f"{self.sheet}!{self.number}" if self.sheet else str(self.number)

    def cell(self, column: str) -> str:
        """The cell of this column; for a column that the table lacks, the cell of the unit's name."""
        letter = next((self.letters[one] for one in (column, "name", "code") if one in self.letters), "")
        return f"{self.sheet}!{letter}{self.number}" if self.sheet else f"{letter}{self.number}"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One line of the table; `place` says where it stands in the file. What is empty keeps what is known, what stands in
    `emptied` takes it away. `parent_code` may name the unit above by its name, and `code` be empty, until
    `unit_matching.settle_rows` has looked at the tree."""

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
    emptied: frozenset[str] = frozenset()
    spot: UnitSpot | None = field(default=None, compare=False, repr=False)

    def at(self, column: str) -> str:
        return self.spot.cell(column) if self.spot else self.place


@dataclass(frozen=True, slots=True)
class Entry:
    """The cells of one row as text, by column; listed values are codes where they are known. `kind` is what the name or the
    heading says of its kind, `parent` the name of the group that it stands in."""

    spot: UnitSpot
    cells: Mapping[str, str]
    kind: str = ""
    parent: str = ""


@dataclass(slots=True)
class UnitsReading:
    """What has been read: rows; places that say the same as one before (`same`); cells that were read otherwise than as they
    stand (`notes`); faults."""

    rows: list[UnitRow] = field(default_factory=list)
    same: list[UnitSpot] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_rows(entries: Iterable[Entry], known: Mapping[str, Sequence[str]] | None = None) -> UnitsReading:
    """Turns entries into rows; `known` are the labels of listed values, for sentences.

    Problems: unit_too_long, unit_word_unknown, unit_number_wrong, unit_day_wrong, unit_date_wrong, unit_cell_missing,
    unit_merged_open, unit_merge_itself, unit_twice, unit_ring. Notes: unit_day_read.
    """
    found = UnitsReading()
    seen: dict[tuple[str, str], UnitRow] = {}
    for entry in entries:
        row = _row(entry, known or WORDS, found)
        key = (row.code, "") if row.code else (name_key(row.name), row.parent_code)
        first = seen.setdefault(key, row)
        if first is not row and replace(first, place="") == replace(row, place=""):
            found.same.append(entry.spot)
            continue
        if first is not row:
            facts = {"code": row.code, "name": row.name, "first": first.at("code")}
            code = "unit_twice" if row.code else "unit_name_twice"
            found.problems.append(Problem(row.at("code"), code, facts))
        found.rows.append(row)
    found.problems += superior_rings(found.rows, {})
    return found


def _row(entry: Entry, known: Mapping[str, Sequence[str]], found: UnitsReading) -> UnitRow:
    raw = {name: one_line(entry.cells.get(name) or "") for name in COLUMNS}
    clean = {name: "" if text in EMPTIES else text for name, text in raw.items()}
    found.problems += _faults(entry.spot, clean, known)
    row = UnitRow(
        entry.spot.row,
        clean["code"],
        clean["name"],
        clean["kind"] or entry.kind,
        clean["sector"],
        clean["parent_code"] or entry.parent,
        _members(entry.spot, clean["members"], found),
        _day(entry.spot, clean["meeting_day"], found),
        clean["meeting_shift"],
        _date(entry.spot, clean["closed_on"], found),
        clean["merged_into"],
        frozenset(name for name in MAY_BE_EMPTIED if raw[name] in EMPTIES and raw[name]),
        entry.spot,
    )
    if row.merged_into and not clean["closed_on"]:
        found.problems.append(Problem(row.at("merged_into"), "unit_merged_open"))
    if row.merged_into and row.merged_into == row.code:
        found.problems.append(Problem(row.at("merged_into"), "unit_merge_itself"))
    return row


def _faults(
    spot: UnitSpot, clean: Mapping[str, str], known: Mapping[str, Sequence[str]]
) -> Iterable[Problem]:
    if not clean["name"] and not clean["code"]:
        yield Problem(spot.cell("name"), "unit_cell_missing", {"column": "name"})
    for name, most in LENGTHS.items():
        if len(clean[name]) > most:
            yield Problem(spot.cell(name), "unit_too_long", {"column": name, "most": most})
    for name, codes in WORDS.items():
        if clean[name] and clean[name] not in codes:
            yield Problem(
                spot.cell(name), "unit_word_unknown", {"said": clean[name], "known": list(known[name])}
            )


def _members(spot: UnitSpot, text: str, found: UnitsReading) -> int | None:
    number = whole_number(text) if text else None
    if text and (number is None or number > MOST_MEMBERS):
        facts = {"said": text, "most": MOST_MEMBERS}
        found.problems.append(Problem(spot.cell("members"), "unit_number_wrong", facts))
        return None
    return number


def _day(spot: UnitSpot, text: str, found: UnitsReading) -> int | None:
    if not text:
        return None
    day, more = usual_day(text)
    if day is None:
        found.problems.append(Problem(spot.cell("meeting_day"), "unit_day_wrong", {"said": text}))
    elif more:
        found.notes.append(Problem(spot.cell("meeting_day"), "unit_day_read", {"said": text, "day": day}))
    return day


def _date(spot: UnitSpot, text: str, found: UnitsReading) -> date | None:
    day = written_day(text)
    if text and day is None:
        found.problems.append(Problem(spot.cell("closed_on"), "unit_date_wrong", {"said": text}))
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


def superior_rings(rows: Sequence[UnitRow], above: Mapping[str, str]) -> list[Problem]:
    """The rows that are their own superior; `above` holds the parents (by code) of units outside of the file."""
    parents = {**above, **{row.code: row.parent_code for row in rows}}
    return [
        Problem(row.at("parent_code"), "unit_ring", {"code": row.code})
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
