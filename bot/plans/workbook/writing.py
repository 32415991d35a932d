"""A plan as the rows of its workbook: what stands in each cell, so that reading it gives the same plan back."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bot.plans.agenda import Agenda
from bot.plans.ladders import LADDERS as SHIPPED_LADDERS
from bot.plans.plan import OPERATORS, PlanText
from bot.plans.workbook.entries import ANY
from bot.plans.workbook.names import Names
from bot.plans.workbook.shape import (
    AGENDAS,
    DECISIONS,
    DOCUMENTS,
    DUTIES,
    FIGURES,
    HEAD,
    LADDERS,
    NEEDED_WITH,
    TOPICS,
    VARIANTS,
    Column,
    SheetTable,
    Words,
)
from bot.plans.workbook.values import (
    FOR_CODES,
    FOR_TEXTS,
    blanks_said,
    join_cell,
    moment_said,
    period_said,
    within_said,
)
from bot.plans.yaml_in import read_agenda
from bot.problems import Rejected

Written = str | int | date
Line = dict[str, Written]
FIRST_SURE_DAY = date(1900, 3, 1)
"""Spreadsheets count the days before it in two ways."""


def rows_of_plan(plan: PlanText, words: Words, agendas: Path) -> dict[str, list[Line]]:
    """The lines of each table, by its name; a line has a value for each column that is not blank.

    Ladders and agendas that reading fills in again (the agendas shipped in `agendas`) are left out.
    """
    given = plan.model_dump(mode="python", by_alias=True)
    writing = _Writing(words, _names(words, plan, "agendas"), _names(words, plan, "ladders"))
    return {
        HEAD.name: [writing.line(HEAD, given["plan"])],
        DOCUMENTS.name: list(writing.documents(given)),
        TOPICS.name: [writing.line(TOPICS, topic) for topic in given["topics"]],
        VARIANTS.name: [
            {**writing.line(VARIANTS, variant), "topic": topic["key"]}
            for topic in given["topics"]
            for variant in topic["variants"]
        ],
        DUTIES.name: [
            writing.line(DUTIES, {**duty, "due": _due(duty["due"]), "ladder": _unusual_ladder(duty)})
            for duty in given["duties"]
        ],
        FIGURES.name: [
            {**writing.line(FIGURES, figure), "duty": duty["key"]}
            for duty in given["duties"]
            for figure in duty["asks"]
        ],
        LADDERS.name: [
            {**writing.line(LADDERS, rung), "name": name}
            for name in _own_ladders(plan)
            for rung in given["ladders"][name]
        ],
        AGENDAS.name: [
            {**writing.line(AGENDAS, step), "name": given["agendas"][name]["title"], "agenda": name}
            for name in _own_agendas(plan, agendas)
            for step in given["agendas"][name]["steps"]
        ],
        DECISIONS.name: [writing.line(DECISIONS, decision) for decision in given["decide"]],
    }


def _names(words: Words, plan: PlanText, listed: str) -> Names:
    """What the reader of the workbook will know these by."""
    names = Names()
    for key, label in words.lists[listed].items():
        names.add(key, label)
    for key, agenda in plan.agendas.items() if listed == "agendas" else ():
        names.add(key, agenda.title)
    for key in plan.ladders if listed == "ladders" else ():
        names.add(key)
    return names


def _own_ladders(plan: PlanText) -> Iterator[str]:
    climbed = {topic.ladder for topic in plan.topics} | {duty.ladder for duty in plan.duties}
    for name, lines in plan.ladders.items():
        if name not in climbed or SHIPPED_LADDERS.get(name) != lines:
            yield name


def _own_agendas(plan: PlanText, folder: Path) -> Iterator[str]:
    used = {topic.agenda for topic in plan.topics}
    for name, agenda in plan.agendas.items():
        if name not in used or _shipped(folder / f"{name}.yaml") != agenda:
            yield name


def _shipped(path: Path) -> Agenda | None:
    try:
        return read_agenda(path)
    except Rejected:
        return None


def _due(due: Mapping[str, Any]) -> dict[str, Any]:
    """A deadline by columns: its operator under an empty name, the value of that under the column's."""
    operator = next(name for name in OPERATORS if due[name] is not None and due[name] is not False)
    cells: dict[str, Any] = {"": operator}
    if operator != "undated":
        cells[NEEDED_WITH.get(operator, "due_every")] = due[operator]
        cells |= {f"due_{name}": due[name] for name in ("within", "from", "to", "topics")}
    if operator in ("after_meeting", "before_meeting", "after_waiting"):
        cells["due_count"] = due["count"]
    return cells


def _unusual_ladder(duty: Mapping[str, Any]) -> str | None:
    usual = "undated" if duty["due"]["undated"] else "report"
    return None if duty["ladder"] == usual else str(duty["ladder"])


class _Writing:
    def __init__(self, words: Words, agendas: Names, ladders: Names) -> None:
        self.words = words
        self.names = {"agenda": agendas, "ladder": ladders}

    def line(self, table: SheetTable, entry: Mapping[str, Any]) -> Line:
        cells = {column.name: self._cell(table, column, entry) for column in table.columns if column.path}
        return {name: cell for name, cell in cells.items() if cell not in (None, "")}

    def documents(self, given: Mapping[str, Any]) -> Iterator[Line]:
        parts = self.words.lists["parts"]
        head = given["plan"]
        yield from self._shelf(head["basis"], {"part": parts["basis"]})
        yield from self._shelf(head["documents"], {"part": parts["plan"]})
        for topic in given["topics"]:
            home = {"part": parts["topic"], "topic": topic["key"]}
            yield from self._shelf(topic["documents"], home)
            for variant in topic["variants"]:
                home = {"part": parts["variant"], "topic": topic["key"], "variant": variant["key"]}
                yield from self._shelf(variant["documents"], home)

    def _shelf(self, documents: Iterable[Mapping[str, Any]], home: Mapping[str, Written]) -> Iterator[Line]:
        for document in documents:
            yield {**home, **self.line(DOCUMENTS, document)}

    def _cell(self, table: SheetTable, column: Column, entry: Mapping[str, Any]) -> Written | None:
        if column.path[0] == "due":
            value = entry["due"].get("" if column.name == "due" else column.name)
        else:
            value = _at(entry, column.path)
        if column.path[-1] == "kinds":
            return self._kinds(value, entry[column.path[0]], cells_only=table is not VARIANTS)
        return None if value in (None, (), column.usual) or value is False else self._said(column, value)

    def _kinds(
        self, kinds: tuple[str, ...] | None, which: Mapping[str, Any] | None, *, cells_only: bool
    ) -> str:
        """All kinds are said where a blank cell would mean the cells (chi bộ) alone, or no filter at all."""
        if which is None or kinds is None:
            return ""
        labels = self.words.lists["kinds"]
        if kinds:
            return ", ".join(labels[kind] for kind in kinds)
        blank = which["units"] if cells_only else any(which.values())
        return "" if blank else labels[ANY]

    def _said(self, column: Column, value: Any) -> Written:
        match column.form:
            case "day":
                return value if value >= FIRST_SURE_DAY else f"{value.day}/{value.month}/{value.year}"
            case "period":
                return period_said(value["from"], value["to"], self.words)
            case "within":
                return within_said(value, self.words)
            case "days":
                return int(value)
            case "yes":
                return self.words.lists["yes"]["yes"]
            case "moment":
                return moment_said(value, self.words)
            case "title" | "words":
                return blanks_said(value, self.words)
            case "choice":
                return self.words.labels(column)[value]
            case "choices":
                return ", ".join(self.words.labels(column)[one] for one in value)
            case "codes" | "topics":
                return join_cell(value, FOR_CODES)
            case "texts":
                return join_cell(value, FOR_TEXTS)
            case "agenda" | "ladder":
                return self._called(column, value)
        return str(value)

    def _called(self, column: Column, key: str) -> str:
        """By its label, where that is understood as this one."""
        label = self.words.labels(column).get(key, key)
        return label if self.names[column.form].find(label) == [key] else key


def _at(entry: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        entry = None if entry is None else entry[name]
    return entry


def rows_of_example(words: Words) -> dict[str, list[Line]]:
    """The lines of the example that goes with the wording; what it uses of the shipped agendas and ladders is named only."""
    return rows_of_plan(PlanText.model_validate(words.example), words, Path())
