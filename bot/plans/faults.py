"""What no single field of a plan shows: names used twice or not known, days that cannot be, things that wait in a ring."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.plans.deadlines import deadline_pairs, recurrences
from bot.plans.fields import Document
from bot.plans.ladders import COMING, LADDERS
from bot.plans.plan import DutyText, PlanText, TopicText, ladder_of, topic_documents
from bot.plans.questions import open_of
from bot.plans.who import overlapping_topics

Loc = tuple[str | int, ...]
Fault = tuple[Loc, str, dict[str, object]]


def names_in(section: object) -> set[str]:
    """The names that a mapping of the file gives to its entries."""
    return set(section) if isinstance(section, dict) else set()


@dataclass(frozen=True)
class KnownNames:
    """The names that a reference may use, those of broken entries included."""

    topics: Collection[str]
    duties: Collection[str]
    ladders: Collection[str]
    agendas: Collection[str]

    @classmethod
    def of(cls, data: Mapping[str, Any], shipped: Collection[str]) -> "KnownNames":
        ladders = {*LADDERS, *names_in(data.get("ladders"))}
        agendas = {*shipped, *names_in(data.get("agendas"))}
        return cls(_keys_in(data.get("topics")), _keys_in(data.get("duties")), ladders, agendas)


def _keys_in(section: object) -> set[str]:
    entries = section if isinstance(section, list) else []
    return {str(entry["key"]) for entry in entries if isinstance(entry, dict) and "key" in entry}


def plan_faults(plan: PlanText, known: KnownNames) -> Iterator[Fault]:
    """What no single field shows: names used twice or not known, days that cannot be."""
    yield from _repeated(plan.head.basis, ("plan", "basis"))
    yield from _repeated(plan.head.documents, ("plan", "documents"))
    keys: set[str] = set()
    parts: list[tuple[Loc, TopicText | DutyText]] = [
        (("topics", i), topic) for i, topic in enumerate(plan.topics)
    ]
    parts += [(("duties", i), duty) for i, duty in enumerate(plan.duties)]
    for loc, part in parts:
        if part.key in keys:
            yield (*loc, "key"), "plan_duplicate_key", {"value": part.key}
        keys.add(part.key)
        if part.ladder not in known.ladders:
            yield (*loc, "ladder"), "plan_unknown_ladder", _unknown(part.ladder, known.ladders)
        if isinstance(part, TopicText):
            yield from _topic_faults(plan, part, loc, known)
        else:
            yield from _duty_faults(plan, part, loc, known)
    yield from _ring_faults(plan)
    for name, lines in plan.ladders.items():
        yield from _doubles([line.key for line in lines], ("ladders", name))


def _topic_faults(plan: PlanText, topic: TopicText, loc: Loc, known: KnownNames) -> Iterator[Fault]:
    window = {"starts": plan.head.starts, "ends": plan.head.ends}
    if topic.agenda not in known.agendas:
        yield (*loc, "agenda"), "plan_unknown_agenda", _unknown(topic.agenda, known.agendas)
    span = topic.period
    if span and not window["starts"] <= span.first <= span.last <= window["ends"]:
        yield (*loc, "period"), "plan_outside_window", {"first": span.first, "last": span.last, **window}
    if topic.every and not recurrences(topic, plan.head):
        yield (*loc, "every"), "plan_due_never", {}
    if topic.follows and topic.follows not in known.topics:
        yield (*loc, "follows"), "plan_unknown_topic", _unknown(topic.follows, known.topics)
    if topic.follows == topic.key:
        yield (*loc, "follows"), "plan_waits_ring", {"value": topic.key}
    yield from _doubles([variant.key for variant in topic.variants], (*loc, "variants"))
    yield from _repeated(topic.documents, (*loc, "documents"))
    for index, variant in enumerate(topic.variants):
        at = (*loc, "variants", index)
        last = index == len(topic.variants) - 1
        if last and variant.who is not None:
            yield (*at, "who"), "plan_variant_otherwise", {"value": variant.key}
        if not last and variant.who is None:
            yield at, "plan_variant_unreachable", {"value": variant.key}
        if variant.who is not None and not overlapping_topics(topic.who, variant.who):
            yield (*at, "who"), "plan_variant_nobody", {"value": variant.key}
        own = len(topic.documents)
        yield from _repeated(topic_documents(topic, variant.key), (*at, "documents"), after=own)


def _duty_faults(plan: PlanText, duty: DutyText, loc: Loc, known: KnownNames) -> Iterator[Fault]:
    starts, ends = plan.head.starts, plan.head.ends
    for index, key in enumerate(duty.due.topics):
        if key not in known.topics:
            yield (*loc, "due", "topics", index), "plan_unknown_topic", _unknown(key, known.topics)
    if duty.reports_on and duty.reports_on not in known.topics:
        yield (*loc, "reports_on"), "plan_unknown_topic", _unknown(duty.reports_on, known.topics)
    yield from _material_faults(plan, duty, loc, known)
    yield from _doubles([figure.key for figure in duty.asks], (*loc, "asks"))
    things = {*known.duties, *known.topics}
    if duty.waits and duty.waits not in things:
        yield (*loc, "waits"), "plan_unknown_waits", _unknown(duty.waits, things)
    if duty.due.relative or duty.due.undated or open_of(duty) is not None:
        return
    days = [last for _, last in deadline_pairs(duty.due, plan.head)]
    if not days:
        yield (*loc, "due"), "plan_due_never", {}
    elif not starts <= days[0] <= days[-1] <= ends:
        window = {"starts": starts, "ends": ends}
        yield (*loc, "due"), "plan_outside_window", {"first": days[0], "last": days[-1], **window}
    if days and duty.opens and duty.opens > days[0]:
        yield (*loc, "opens"), "plan_opens_late", {"opens": duty.opens, "last": days[0]}
    name = duty.ladder
    if name in {*plan.ladders, *LADDERS} and any(rung.anchor in COMING for rung in ladder_of(plan, name)):
        yield (*loc, "ladder"), "plan_ladder_needs_meeting", {"value": name}


def _material_faults(plan: PlanText, duty: DutyText, loc: Loc, known: KnownNames) -> Iterator[Fault]:
    """What a report hands in for a topic is for one that there is; recurring, it is for the turn of its own period."""
    if duty.material_for is None:
        return
    if duty.material_for not in known.topics:
        yield (*loc, "material_for"), "plan_unknown_topic", _unknown(duty.material_for, known.topics)
    for topic in plan.topics:
        if topic.key != duty.material_for:
            continue
        variants = [variant.key for variant in topic.variants]
        if duty.material_variant and duty.material_variant not in variants:
            facts = _unknown(duty.material_variant, variants)
            yield (*loc, "material_variant"), "plan_unknown_variant", facts
        if duty.due.every not in (None, "ask", topic.every):
            yield (*loc, "material_for"), "plan_material_turns", {"value": topic.key}


def _ring_faults(plan: PlanText) -> Iterator[Fault]:
    """Duties that wait for themselves by way of others."""
    waits = {duty.key: duty.waits for duty in plan.duties}
    for index, duty in enumerate(plan.duties):
        seen: set[str] = set()
        above = duty.waits
        while above and above != duty.key and above not in seen:
            seen.add(above)
            above = waits.get(above)
        if above == duty.key:
            yield ("duties", index, "waits"), "plan_waits_ring", {"value": duty.key}


def _doubles(keys: list[str], loc: Loc) -> Iterator[Fault]:
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield (*loc, index, "key"), "plan_duplicate_key", {"value": key}


def _repeated(documents: tuple[Document, ...], loc: Loc, after: int = 0) -> Iterator[Fault]:
    """Documents from number `after` on that stood earlier in the list."""
    marks = [document.key if document.symbol else document.title for document in documents]
    for index in range(after, len(marks)):
        if marks[index] in marks[:index]:
            name = documents[index].symbol or documents[index].title
            yield (*loc, index - after), "plan_document_twice", {"value": name}


def _unknown(value: str, known: Collection[str]) -> dict[str, object]:
    return {"value": value, "known": sorted(known)}
