"""Reads a plan or an agenda from a YAML file, and says all that is wrong with it at once, by line and field."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.plans.agenda import Agenda, Strict
from bot.plans.faults import Fault, KnownNames, Loc, names_in, plan_faults
from bot.plans.ladders import LADDERS
from bot.plans.plan import PlanText
from bot.problems import Problem, Rejected

Model = TypeVar("Model", bound=Strict)

CODES = {
    "missing": "plan_missing",
    "extra_forbidden": "plan_unknown_field",
    "string_type": "plan_not_text",
    "tuple_type": "plan_not_a_list",
    "model_type": "plan_not_a_mapping",
    "dict_type": "plan_not_a_mapping",
    "literal_error": "plan_choice",
    "string_too_short": "plan_empty",
    "string_too_long": "plan_too_long",
    "string_pattern_mismatch": "plan_bad_key",
}
# Stands in for a broken head, so that the rest of the file is looked through all the same.
ANY_HEAD = {
    "symbol": "-",
    "date": "1900-01-01",
    "issuer": "-",
    "title": "-",
    "starts": "1900-01-01",
    "ends": "2100-12-31",
}


def read_plan(path: Path, *, agendas: Path) -> PlanText:
    """The plan in the YAML file `path`, with every agenda and ladder that it uses; `agendas` is the folder of shipped agendas.

    Raises Rejected with all problems of the file, by line, each placed as "file.yaml:12 topics[3].title" (lists
    count from 0). References to a broken entry are not reported a second time.
    """
    file = _File(path.name)
    data = file.read(path)
    inline = data.get("agendas")
    if isinstance(inline, dict):
        for name, body in inline.items():
            file.name_agenda(body, str(name), ("agendas", name))
    return whole_plan(file, data, agendas=agendas)


def whole_plan(file: "Findings", data: Mapping[str, Any], *, agendas: Path) -> PlanText:
    """The plan that the plain values of a file make, with every agenda and ladder that it uses, those shipped in `agendas` too.

    `data` has the shape of the YAML file; a value that `file` has reported already stands there as None. Raises Rejected
    with all problems in `file`, those found before included.
    """
    inline = data.get("agendas")
    errors = _errors(PlanText, data)
    for error in errors:
        file.report_error(error, PlanText)
    rest, kept = _sound_part(data, errors)
    plan = PlanText.model_validate(rest)
    shipped = {found.stem for found in agendas.glob("*.yaml")}
    for loc, code, facts in plan_faults(plan, KnownNames.of(data, shipped)):
        section = kept.get(str(loc[0]))
        file.report((loc[0], section[int(loc[1])], *loc[2:]) if section else loc, code, facts)
    problems = file.problems_in_order()
    used: dict[str, Agenda] = {}
    for name in sorted({topic.agenda for topic in plan.topics} & shipped - names_in(inline)):
        try:
            used[name] = read_agenda(agendas / f"{name}.yaml")
        except Rejected as rejected:
            problems += rejected.problems
    if problems:
        raise Rejected(problems)
    climbed = {topic.ladder for topic in plan.topics} | {duty.ladder for duty in plan.duties}
    rungs = {name: LADDERS[name] for name in sorted(climbed & set(LADDERS))}
    return plan.model_copy(
        update={"agendas": {**used, **plan.agendas}, "ladders": {**rungs, **plan.ladders}},
    )


def read_agenda(path: Path) -> Agenda:
    """The agenda in the YAML file `path`, named by the file; raises Rejected with all of its problems."""
    file = _File(path.name)
    data = file.read(path)
    file.name_agenda(data, path.stem, ())
    for error in _errors(Agenda, data):
        file.report_error(error, Agenda)
    if problems := file.problems_in_order():
        raise Rejected(problems)
    return Agenda.model_validate(data)


def read_strict(path: Path, model: type[Model], faults_of: Callable[[Model], Iterable[Fault]]) -> Model:
    """The YAML file `path` as `model`; raises Rejected with all of its problems, those that `faults_of` finds in the
    whole included, each placed as `read_plan` places them."""
    file = _File(path.name)
    data = file.read(path)
    for error in _errors(model, data):
        file.report_error(error, model)
    if not file.problems:
        found = model.model_validate(data)
        for loc, code, facts in faults_of(found):
            file.report(loc, code, facts)
        if not file.problems:
            return found
    raise Rejected(file.problems_in_order())


@dataclass
class Findings:
    """What has been found wrong with a file so far, each with its rank from the top; a subclass knows the places."""

    name: str
    problems: list[tuple[int, Problem]] = field(default_factory=list)

    def report(
        self, loc: Loc, code: str, given: Mapping[str, object] | None = None, line: int | None = None
    ) -> None:
        raise NotImplementedError

    def report_error(self, error: ErrorDetails, root: type[Strict]) -> None:
        """A pydantic error in our words; what is empty has been reported as empty already."""
        kind, value = error["type"], error["input"]
        if kind == "default_factory_not_called" or (value is None and kind != "missing"):
            return
        loc = tuple(part for part in error["loc"] if part != "[key]")
        context = error.get("ctx", {})
        if kind.startswith(("plan_", "rules_")):
            self.report(loc, kind, context)
            return
        facts: dict[str, object] = {"value": value if isinstance(value, str) else ""}
        if kind == "extra_forbidden":
            facts = {"value": loc[-1], "known": _fields_at(root, loc[:-1])}
        elif kind == "literal_error":
            facts["allowed"] = re.findall(r"'([^']*)'", context["expected"])
        elif kind == "string_too_long":
            facts = {"limit": context["max_length"]}
        self.report(loc, CODES.get(kind, "plan_wrong"), facts)

    def problems_in_order(self) -> list[Problem]:
        return [problem for _, problem in sorted(self.problems, key=lambda found: found[0])]


@dataclass
class _File(Findings):
    """A YAML file as plain values, with the line of each field and the problems found so far.

    Every scalar stays text as it was written, so that `no`, `2022` and `12:30` mean what a person meant; the
    models say which text is a number, a day or a yes.
    """

    lines: dict[Loc, int] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def read(self, path: Path) -> dict[str, Any]:
        try:
            text = path.read_text("utf-8-sig")
        except OSError:
            raise Rejected([Problem(self.name, "plan_file_unreadable")]) from None
        except UnicodeDecodeError:
            raise Rejected([Problem(self.name, "plan_file_not_utf8")]) from None
        root = self._compose(text)
        if root is None or root.tag.endswith(":null"):
            raise Rejected([Problem(self.name, "plan_file_empty")])
        data = self._value(root, ())
        if not isinstance(data, dict):
            raise Rejected([Problem(f"{self.name}:{self.lines[()]}", "plan_not_a_mapping", {"field": ""})])
        return data

    def _compose(self, text: str) -> yaml.Node | None:
        """By libyaml, ten times as fast; where that finds a fault, the slow reader says more exactly where."""
        line = column = 1
        with suppress(AttributeError, RecursionError, yaml.YAMLError):
            return yaml.compose(text, Loader=yaml.CSafeLoader)
        try:
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            if error.problem_mark:
                line, column = error.problem_mark.line + 1, error.problem_mark.column + 1
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            column = error.position - text.rfind("\n", 0, error.position)
        except RecursionError:
            pass  # nested deeper than any plan: the first line is as good as another
        raise Rejected([Problem(f"{self.name}:{line}", "plan_yaml", {"line": line, "column": column})])

    def _value(self, node: yaml.Node, loc: Loc) -> object:
        self.lines.setdefault(loc, node.start_mark.line + 1)
        if id(node) in self.seen:
            self.report(loc, "plan_alias")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*loc, index)) for index, item in enumerate(node.value)]
        if node.tag.endswith(":null"):
            self.report(loc, "plan_empty")
            return None
        return str(node.value)

    def _mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self.report(loc, "plan_key_not_text", {}, line)
                continue
            name = unicodedata.normalize("NFC", key.value).strip()
            if name in found:
                self.report((*loc, name), "plan_duplicate_field", {"first": self.lines[(*loc, name)]}, line)
                continue
            self.lines[(*loc, name)] = line
            found[name] = self._value(value, (*loc, name))
        return found

    def name_agenda(self, body: object, name: str, loc: Loc) -> None:
        if isinstance(body, dict) and body.setdefault("key", name) != name:
            self.report((*loc, "key"), "plan_agenda_name", {"value": body["key"], "name": name})

    def report(
        self, loc: Loc, code: str, given: Mapping[str, object] | None = None, line: int | None = None
    ) -> None:
        known = loc
        while known not in self.lines:
            known = known[:-1]
        at = line or self.lines[known]
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
        facts: dict[str, object] = {
            "field": next((part for part in reversed(loc) if isinstance(part, str)), ""),
            **(given or {}),
        }
        if isinstance(names := facts.get("known"), list):
            facts["hint"] = next(iter(get_close_matches(str(facts["value"]), names, 1)), "")
        problem = at, Problem(f"{self.name}:{at} {path}".rstrip(), code, facts)
        if problem not in self.problems:
            self.problems.append(problem)


def _errors(model: type[Model], data: object) -> list[ErrorDetails]:
    try:
        model.model_validate(data)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


def _fields_at(root: type[BaseModel], loc: Loc) -> list[str]:
    """The fields that the model at `loc` knows, by the names that a file gives them."""
    model = root
    for part in loc:
        fields = {info.alias or name: info for name, info in model.model_fields.items()}
        if part in fields:
            model = next(_models(fields[str(part)].annotation), model)
    return [info.alias or name for name, info in model.model_fields.items()]


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _sound_part(
    data: Mapping[str, Any], errors: list[ErrorDetails]
) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """The file without its broken entries, and which entries of each list were kept."""
    bad = {error["loc"][:2] for error in errors}
    broken_head = any(error["loc"][:1] == ("plan",) for error in errors)
    rest: dict[str, Any] = {"plan": ANY_HEAD if broken_head else data["plan"]}
    kept: dict[str, list[int]] = {}
    for name in ("decide", "topics", "duties"):
        entries = data.get(name)
        if isinstance(entries, list):
            kept[name] = [index for index in range(len(entries)) if (name, index) not in bad]
            rest[name] = [entries[index] for index in kept[name]]
    for name in ("ladders", "agendas"):
        entries = data.get(name)
        if isinstance(entries, dict):
            rest[name] = {key: entry for key, entry in entries.items() if (name, key) not in bad}
    return rest, kept
