"""Reads the sheets by which meetings are scored from YAML, and says what is wrong with them."""

from collections.abc import Iterator
from pathlib import Path

from bot.plans.faults import Fault, Loc
from bot.plans.guidance.sheets import ANSWERS, NUMBERS, Condition, Part, ScoreSheet, ScoreSheets
from bot.plans.yaml_in import read_strict
from bot.problems import Problem, Rejected

LONGEST_NAME = 60
LONGEST_GRADE = 20


def read_score_sheet(path: Path) -> ScoreSheet:
    """The sheet in the YAML file `path`; raises Rejected with all problems of the file, placed as those of a plan."""
    return read_strict(path, ScoreSheet, _faults).named(path.stem)


def read_sheets(folder: Path) -> ScoreSheets:
    """All sheets in `folder`; raises Rejected with the problems of all files, two sheets for the same units and days included."""
    problems: list[Problem] = []
    found: dict[str, ScoreSheet] = {}
    for path in sorted(folder.glob("*.yaml")):
        if len(path.stem) > LONGEST_NAME:
            problems.append(Problem(path.name, "score_file_name", {"most": LONGEST_NAME}))
            continue
        try:
            sheet = read_score_sheet(path)
        except Rejected as rejected:
            problems += rejected.problems
            continue
        clash = next((name for name, other in found.items() if _clash(sheet, other)), None)
        if clash:
            problems.append(Problem(path.name, "score_overlap", {"value": f"{clash}.yaml"}))
        found[path.stem] = sheet
    if problems:
        raise Rejected(problems)
    return ScoreSheets(found)


def _clash(one: ScoreSheet, other: ScoreSheet) -> bool:
    same = bool(set(one.units) & set(other.units)) or not (one.units or other.units)
    same = same and (not one.kinds or not other.kinds or bool(set(one.kinds) & set(other.kinds)))
    apart = (one.last and one.last < other.first) or (other.last and other.last < one.first)
    return same and not apart


def _faults(sheet: ScoreSheet) -> Iterator[Fault]:
    if sheet.last and sheet.last < sheet.first:
        yield ("to",), "plan_period_order", {"first": sheet.first, "last": sheet.last}
    total = sum(criterion.most for criterion in sheet.criteria)
    if total != sheet.most:
        yield ("most",), "score_sum", {"value": sheet.most, "sum": total}
    yield from _doubles([criterion.key for criterion in sheet.criteria], ("criteria",))
    for number, criterion in enumerate(sheet.criteria):
        place = ("criteria", number)
        total = sum(part.most for part in criterion.parts)
        if total != criterion.most:
            yield (*place, "most"), "score_sum", {"value": criterion.most, "sum": total}
        yield from _doubles([part.key for part in criterion.parts], (*place, "parts"))
        for index, part in enumerate(criterion.parts):
            yield from _part_faults(part, (*place, "parts", index))
    yield from _scale_faults(sheet)


def _doubles(keys: list[str], place: Loc, field: str = "key") -> Iterator[Fault]:
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield (*place, index, field), "score_key_twice", {"value": key}


def _part_faults(part: Part, place: Loc) -> Iterator[Fault]:
    if not part.computes and part.asks is None:
        yield place, "score_part_empty", {"value": part.key}
    for index, rung in enumerate(part.computes):
        at = (*place, "computes", index)
        if rung.points > part.most:
            yield (*at, "points"), "score_points_over", {"value": rung.points, "most": part.most}
        if not rung.facts:
            yield (*at, "if"), "plan_empty", {}
        for name, condition in rung.facts.items():
            where: Loc = (*at, "if", name)
            yield from _fact_faults(name, where) or _condition_faults(name, condition, where)
    if part.asks:
        for index, points in enumerate(part.asks.offers):
            if points > part.most:
                facts: dict[str, object] = {"value": points, "most": part.most}
                yield (*place, "asks", "offers", index), "score_points_over", facts
        for index, name in enumerate(part.asks.shows):
            yield from _fact_faults(name, (*place, "asks", "shows", index))


def _fact_faults(name: str, place: Loc) -> list[Fault]:
    known = [*NUMBERS, *ANSWERS]
    return [] if name in known else [(place, "score_fact_unknown", {"value": name, "known": known})]


def _condition_faults(name: str, condition: Condition, place: Loc) -> list[Fault]:
    found: list[Fault] = []
    bounded = condition.at_least is not None or condition.at_most is not None
    if name in ANSWERS and (condition.answer is None or bounded):
        found.append((place, "score_needs_answer", {"value": name}))
    if name in NUMBERS and (condition.answer is not None or not bounded):
        found.append((place, "score_needs_bound", {"value": name}))
    if bool(condition.of) != (name == "prepared_checklist"):
        found.append((place, "score_needs_ticks", {"value": name}))
    return found


def _scale_faults(sheet: ScoreSheet) -> Iterator[Fault]:
    bounds = [grade.least for grade in sheet.scale]
    if bounds[-1] != 0 or bounds[0] > sheet.most or sorted(set(bounds), reverse=True) != bounds:
        yield ("scale",), "score_scale_order", {"most": sheet.most}
    names = [grade.name for grade in sheet.scale]
    yield from _doubles(names, ("scale",), "name")
    for index, name in enumerate(names):
        if len(name) > LONGEST_GRADE:
            yield ("scale", index, "name"), "plan_too_long", {"limit": LONGEST_GRADE}
