"""What a person must decide before a plan made for another year is one: each with its field and why."""

from collections.abc import Iterator, Mapping
from datetime import date

from bot.calendar import day_of_document, rest_day, safe_day
from bot.plans.agenda import fill_step_texts
from bot.plans.cloning.written_years import Anniversary, written_anniversaries
from bot.plans.deadlines import deadline_pairs, period_number
from bot.plans.fields import Document, Filter, Window
from bot.plans.guidance.rules import Notice, Replacement, Rules, document_lists, superseded_notices
from bot.plans.plan import Decision, PlanText, TopicText

LONGEST = 160
OLDEST = 1000
MOST_PLACES = 6

Sentences = Mapping[str, str]
Facts = dict[str, str]


def cloning_questions(plan: PlanText, rules: Rules, sentences: Sentences) -> list[Decision]:
    """What to ask of a plan that was moved to its year from another: its number and date, replaced documents, bodies that
    are no more (both by its last day), every list of documents, last days on rest days, units named by their codes.

    The last day of a whole month, quarter or year is nobody's choice: that of a topic is not asked about.
    """
    found: list[tuple[str, str, Facts]] = [("plan.symbol", "number", {"year": str(plan.head.starts.year)})]
    found += [_overtaken(notice, sentences) for notice in superseded_notices(plan, rules, plan.head.ends)]
    found += _lists(plan)
    found += _rest_days(plan, sentences)
    found += _named_units(plan)
    return [_decision(field, name, facts, sentences) for field, name, facts in found]


def anniversary_questions(old: PlanText, new: PlanText, sentences: Sentences) -> list[Decision]:
    """The numbers of years in the titles of `new`, made of `old`, where they still stand as they were: with what would be
    right, counted from 1890 for the birthday of Hồ Chí Minh, else from the year that `old` counts from.

    Where `old` is itself a draft that asks about the number, it counts from the year that its question names.
    """
    asked: list[Decision] = []
    named = {(field, one): base for field, one, base, _ in _open_counts(old, sentences)}
    for (field, _, then), (_, title, year) in zip(_titles(old), _titles(new), strict=True):
        for one in written_anniversaries(title):
            base = one.base or named.get((field, one), then - one.number)
            if year > base and year - base != one.number:
                asked.append(_counted(field, title, one, year, base, sentences))
    return asked


def asked_before(plan: PlanText, rules: Rules, sentences: Sentences) -> list[Decision]:
    """Which of the plan's open decisions come from its having been made for its year, and so fall with that year."""
    if not plan.decide:
        return []
    asked = {*cloning_questions(plan, rules, sentences), *(one for *_, one in _open_counts(plan, sentences))}
    return [one for one in plan.decide if one in asked]


def _open_counts(plan: PlanText, sentences: Sentences) -> Iterator[tuple[str, Anniversary, int, Decision]]:
    """The numbers of years that the plan's open decisions ask about, each with the year that it is counted from there."""
    fields = {decision.field for decision in plan.decide}
    for field, title, year in _titles(plan):
        for one in written_anniversaries(title) if field in fields else ():
            for base in (one.base,) if one.base else range(OLDEST, year):
                decision = _counted(field, title, one, year, base, sentences)
                if decision in plan.decide:
                    yield field, one, base, decision


def _counted(
    field: str, title: str, one: Anniversary, year: int, base: int, sentences: Sentences
) -> Decision:
    facts = {"title": _short(title), "said": one.said, "year": str(year), "base": str(base)}
    facts["number"] = str(year - base)
    return _decision(field, "birthday" if one.base else "anniversary", facts, sentences)


def _decision(field: str, name: str, facts: Facts, sentences: Sentences) -> Decision:
    return Decision(field=field, why=fill_step_texts(sentences[name], facts))


def _overtaken(notice: Notice, sentences: Sentences) -> tuple[str, str, Facts]:
    first, *others = notice.fields
    more = f"{', '.join(others[:MOST_PLACES])}{', …' if len(others) > MOST_PLACES else ''}"
    also = fill_step_texts(sentences["also"], {"places": more}) if others else ""
    if notice.replacement:
        facts = {"document": _cite(notice.replacement.document), "also": also}
        facts["steps"] = _steps(notice.replacement, sentences)
        return first, f"replaced_{notice.replacement.standing}", facts
    if notice.body is None or notice.addressee is None:
        raise ValueError("a notice of nothing")
    facts = {"addressee": _short(notice.addressee), "body": notice.body.name, "also": also}
    facts |= {"since": day_of_document(notice.body.first), "advice": notice.body.advice}
    return first, f"gone_{notice.body.standing}", facts


def _steps(replacement: Replacement, sentences: Sentences) -> str:
    steps = [
        fill_step_texts(sentences["step"], {"by": _cite(step.by), "since": day_of_document(step.first)})
        if step.first
        else _cite(step.by)
        for step in replacement.steps
    ]
    return sentences["then"].join(steps)


def _lists(plan: PlanText) -> Iterator[tuple[str, str, Facts]]:
    titles = {f"topics[{number}]": topic for number, topic in enumerate(plan.topics)}
    for field, documents in document_lists(plan):
        topic = titles.get(field.partition(".")[0])
        facts = {"count": str(len(documents))}
        if topic is None:
            yield field, "basis" if field == "plan.basis" else "documents", facts
        else:
            facts |= {"title": _short(topic.title), "year": str(_year_of(topic, plan))}
            yield field, "topic_documents", facts


def _rest_days(plan: PlanText, sentences: Sentences) -> Iterator[tuple[str, str, Facts]]:
    for field, title, last in _last_days(plan):
        rest = rest_day(last)
        if rest is not None:
            name = sentences[rest.name] if rest.kind == "weekend" else rest.name
            facts = {
                "title": _short(title),
                "day": day_of_document(last),
                "rest": name,
                "safe": day_of_document(safe_day(last)),
            }
            yield field, "rest", facts


def _last_days(plan: PlanText) -> Iterator[tuple[str, str, date]]:
    for number, topic in enumerate(plan.topics):
        if topic.period and not topic.every and not _whole_months(topic.period):
            yield f"topics[{number}].period", topic.title, topic.period.last
    for number, duty in enumerate(plan.duties):
        for span, last in deadline_pairs(duty.due, plan.head):
            title = fill_step_texts(duty.title, {"period": period_number(span)}) if span else duty.title
            yield f"duties[{number}].due", title, last


def _whole_months(window: Window) -> bool:
    after = date.fromordinal(window.last.toordinal() + 1)
    return window.first.day == after.day == 1


def _named_units(plan: PlanText) -> Iterator[tuple[str, str, Facts]]:
    filters: list[tuple[str, str, Filter | None]] = []
    for number, topic in enumerate(plan.topics):
        filters.append((f"topics[{number}].who", topic.title, topic.who))
        for index, variant in enumerate(topic.variants):
            filters.append((f"topics[{number}].variants[{index}].who", topic.title, variant.who))
    for number, duty in enumerate(plan.duties):
        filters.append((f"duties[{number}].who", duty.title, duty.who))
        filters.append((f"duties[{number}].of", duty.title, duty.of))
    for field, title, who in filters:
        for name, codes in (("units", who.units), ("except", who.excluded)) if who else ():
            if codes:
                yield f"{field}.{name}", name, {"title": _short(title), "codes": _short(", ".join(codes))}


def _titles(plan: PlanText) -> Iterator[tuple[str, str, int]]:
    """Every title with its field and the year it speaks of."""
    starts = plan.head.starts.year
    yield "plan.title", plan.head.title, starts
    for number, topic in enumerate(plan.topics):
        year = _year_of(topic, plan)
        yield f"topics[{number}].title", topic.title, year
        for index, variant in enumerate(topic.variants):
            if variant.title:
                yield f"topics[{number}].variants[{index}].title", variant.title, year
    for number, duty in enumerate(plan.duties):
        day = duty.due.before or duty.due.by
        yield f"duties[{number}].title", duty.title, day.year if day else starts


def _year_of(topic: TopicText, plan: PlanText) -> int:
    return (topic.period.first if topic.period else plan.head.starts).year


def _cite(document: Document) -> str:
    name = f"{document.type} {document.symbol or document.title}"
    return f"{name} ({day_of_document(document.date)})" if document.date else name


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
