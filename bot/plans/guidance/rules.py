"""The rules in force by date, what they have to say about a plan, and the confirmation of minutes that they add to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import chain, count
from pathlib import Path
from typing import Annotated

from pydantic import Field

from bot.plans.agenda import Strict
from bot.plans.deadlines import recurrences
from bot.plans.faults import Fault
from bot.plans.fields import Document, Who
from bot.plans.guidance.fields import AdvisingBody, Replaced, RuleSet, Standing
from bot.plans.ladders import LADDERS
from bot.plans.plan import Due, DutyText, PlanText, TopicText, lines_of
from bot.plans.yaml_in import read_strict

MINUTES = "dang-so-tay"
_MINUTES_KEY = re.compile(rf"{MINUTES}(?:-\d+)?")


@dataclass(frozen=True, slots=True)
class Replacement:
    """What took the place of a document, step by step; the last step's `by` holds on the day that was asked for."""

    document: Document
    steps: tuple[Replaced, ...]

    @property
    def by(self) -> Document:
        return self.steps[-1].by

    @property
    def since(self) -> date:
        """The first day on which it is known to be replaced."""
        return next(step.first for step in self.steps if step.first)

    @property
    def standing(self) -> Standing:
        """That of the least sure step."""
        order: tuple[Standing, ...] = ("later", "reported", "official")
        return min((step.standing for step in self.steps), key=order.index)

    @property
    def established(self) -> bool:
        """Whether an official text says so, of every step."""
        return self.standing == "official"


class Rules(Strict):
    """All rules that the program knows."""

    guidance: Annotated[tuple[RuleSet, ...], Field(strict=False)] = ()
    replaced_documents: Annotated[tuple[Replaced, ...], Field(strict=False)] = Field((), alias="replaced")
    bodies: Annotated[tuple[AdvisingBody, ...], Field(strict=False)] = ()

    def on(self, day: date) -> RuleSet | None:
        """The guidance in force on that day; None before the first known one."""
        held = (one for one in self.guidance if one.first <= day and (one.last is None or day <= one.last))
        return next(held, None)

    def replaced(self, document: Document, on: date) -> Replacement | None:
        """What had taken the place of `document` by that day. A symbol is not enough where days or issuers differ."""
        steps: list[Replaced] = []
        known = 0
        cited = document
        while (step := next((one for one in self.replaced_documents if one.means(cited)), None)) is not None:
            if step in steps or (step.first and step.first > on):
                break
            steps.append(step)
            known = len(steps) if step.first else known
            cited = step.by
        return Replacement(document, tuple(steps[:known])) if known else None

    def gone(self, addressee: str, on: date) -> AdvisingBody | None:
        """The body named in the text of an addressee that was no more on that day."""
        return next((one for one in self.bodies if one.first <= on and one.named_in(addressee)), None)


def read_rules(path: Path) -> Rules:
    """The rules in the YAML file `path`; raises Rejected with all problems of the file, placed as those of a plan."""
    return read_strict(path, Rules, _faults)


def meets_target(ratio: Fraction, rules: RuleSet) -> bool:
    """Whether an attendance of `ratio` (0 to 1, of those obliged to come) is what the guidance asks for: more than
    85 per cent under 12-HD/BTCTW of 06/7/2018, at least 90 under 42-HD/BTCTW of 28/10/2025. True where it asks for none."""
    return rules.attendance_target is None or rules.attendance_target.met_by(ratio)


def _faults(rules: Rules) -> Iterator[Fault]:
    symbols = [one.symbol for one in rules.guidance]
    for index, one in enumerate(rules.guidance):
        before = rules.guidance[index - 1] if index else None
        if before and (before.last is None or one.first <= before.last):
            yield ("guidance", index, "from"), "rules_overlap", {"first": one.first, "value": before.symbol}
        if one.replaced_by and one.replaced_by not in symbols:
            facts: dict[str, object] = {"value": one.replaced_by, "known": symbols}
            yield ("guidance", index, "replaced_by"), "rules_unknown_set", facts
    for index, step in enumerate(rules.replaced_documents):
        if any(other.means(step.document) for other in rules.replaced_documents[:index]):
            name = step.document.symbol or step.document.title
            yield ("replaced", index, "document"), "rules_replaced_twice", {"value": name}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something of a plan that the rules have overtaken, with all the fields it stands in ("topics[3].documents[1]").

    Either a cited document and its `replacement`, or an `addressee` as the plan writes it and the `body` that is no more.
    """

    fields: tuple[str, ...]
    replacement: Replacement | None = None
    addressee: str | None = None
    body: AdvisingBody | None = None


def superseded_notices(plan: PlanText, rules: Rules, on: date) -> list[Notice]:
    """The documents that the plan cites and that were replaced by that day, then the addressees (issuer, recipients, guests,
    `to`, `via`) that were no more; each once, in the order of the plan."""
    replacements: dict[str, tuple[Replacement, list[str]]] = {}
    for place, document in cited_documents(plan):
        found = rules.replaced(document, on)
        if found is None or _too_young(plan, document, found):
            continue
        mark = found.steps[0].document.symbol or ""
        replacements.setdefault(mark, (found, []))[1].append(place)
    bodies: dict[str, tuple[AdvisingBody, list[str]]] = {}
    for place, text in plan_addressees(plan):
        if body := rules.gone(text, on):
            bodies.setdefault(text, (body, []))[1].append(place)
    told = [Notice(tuple(places), replacement=found) for found, places in replacements.values()]
    return told + [Notice(tuple(p), addressee=text, body=body) for text, (body, p) in bodies.items()]


def _too_young(plan: PlanText, document: Document, found: Replacement) -> bool:
    """Whether a document cited without its day cannot be the replaced one, which is younger than the plan."""
    return document.date is None and found.steps[0].earliest > (plan.head.date or plan.head.ends)


def cited_documents(plan: PlanText) -> Iterator[tuple[str, Document]]:
    """Every document that the plan names, with its field."""
    for name, documents in document_lists(plan):
        yield from ((f"{name}[{index}]", document) for index, document in enumerate(documents))


def document_lists(plan: PlanText) -> Iterator[tuple[str, tuple[Document, ...]]]:
    """Every list of documents that is not empty, with its field."""
    lists = [("plan.basis", plan.head.basis), ("plan.documents", plan.head.documents)]
    for number, topic in enumerate(plan.topics):
        lists.append((f"topics[{number}].documents", topic.documents))
        for index, variant in enumerate(topic.variants):
            lists.append((f"topics[{number}].variants[{index}].documents", variant.documents))
    return ((name, documents) for name, documents in lists if documents)


def plan_addressees(plan: PlanText) -> Iterator[tuple[str, str]]:
    """Every body that the plan speaks for or to, as it is written, with its field."""
    yield "plan.issuer", plan.head.issuer
    yield from ((f"plan.recipients[{index}]", text) for index, text in enumerate(plan.head.recipients))
    for number, topic in enumerate(plan.topics):
        yield from ((f"topics[{number}].guests[{index}]", text) for index, text in enumerate(topic.guests))
    for number, duty in enumerate(plan.duties):
        for name, text in (("to", duty.to), ("via", duty.via)):
            if text:
                yield f"duties[{number}].{name}", text


def with_minutes(plan: PlanText, rules: Rules) -> PlanText:
    """The plan with a duty to confirm that the minutes are uploaded, for the topics whose last day falls under guidance
    that sets days for it: under 42-HD/BTCTW of 28/10/2025 two days after the meeting, under 12-HD/BTCTW none.

    Topics with different `who` get a duty each, "dang-so-tay", "dang-so-tay-2", ... The plan itself, if there is no such
    topic or if it has something of that key already.
    """
    taken = {topic.key for topic in plan.topics} | {duty.key for duty in plan.duties}
    if MINUTES in taken:
        return plan
    groups: dict[tuple[Who, int, str], list[str]] = {}
    for topic in plan.topics:
        last = _last_day(topic, plan)
        held = rules.on(last) if last else None
        if held and held.upload_days is not None and held.upload_title:
            groups.setdefault((topic.who, held.upload_days, held.upload_title), []).append(topic.key)
    if not groups:
        return plan
    numbered = (f"{MINUTES}-{number}" for number in count(2))
    names = (name for name in chain([MINUTES], numbered) if name not in taken)
    duties = [
        DutyText(
            key=key,
            do="confirm",
            title=title,
            who=who,
            due=Due(after_meeting=days, topics=tuple(keys)),
            ladder="minutes",
        )
        for key, ((who, days, title), keys) in zip(names, groups.items(), strict=False)
    ]
    ladders = {"minutes": lines_of(plan, "minutes"), **plan.ladders}
    return plan.model_copy(update={"duties": (*plan.duties, *duties), "ladders": ladders})


def asks_upload(key: str) -> bool:
    """Whether a duty of this key confirms that the minutes of a meeting have been uploaded: ours, or a plan's own."""
    return key.startswith(MINUTES)


def without_minutes(plan: PlanText, rules: Rules) -> PlanText:
    """The plan as it was before `with_minutes`; the plan itself if that is not where its duty comes from."""
    bare = plan.model_copy(
        update={"duties": tuple(d for d in plan.duties if not _MINUTES_KEY.fullmatch(d.key))}
    )
    if len(bare.duties) == len(plan.duties) or with_minutes(bare, rules) != plan:
        return plan
    if any(
        part == "minutes" for part in (*(t.ladder for t in bare.topics), *(d.ladder for d in bare.duties))
    ):
        return bare
    ladders = {
        name: lines
        for name, lines in plan.ladders.items()
        if (name, lines) != ("minutes", LADDERS["minutes"])
    }
    return bare.model_copy(update={"ladders": ladders})


def _last_day(topic: TopicText, plan: PlanText) -> date | None:
    """The last day of the topic's last meeting; None for one of the pool."""
    if topic.every:
        turns = recurrences(topic, plan.head)
        return turns[-1].last if turns else None
    return topic.period.last if topic.period else None
