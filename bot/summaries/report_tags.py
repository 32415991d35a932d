"""What the template of the committee's report (TH.docx) may fill in; docs/papers.md lists it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.duties.period_counts import Count, sum_counts
from bot.duties.period_heads import Heads
from bot.papers.texts import clean_text, percent_text, two_digits
from bot.papers.wording import FormWords, Tags
from bot.summaries.figures import PeriodFigure
from bot.summaries.period import PartCount
from bot.summaries.report_facts import CommitteeFacts

MARK = "BC"
"""A report, in the number of the paper."""
NO_NUMBER = "\u00a0"
"""Of the last row, the sum: empty it would be a blank to be filled in."""


def committee_tags(
    form: FormWords,
    facts: CommitteeFacts,
    period: str,
    months: Sequence[tuple[str, Count]],
    sectors: Mapping[str, str],
) -> Tags:
    """`period` in words; `months`: the meetings of each, under its name; `sectors`: the names of their codes."""
    words = form.words["committee"]
    by_sector = [(sectors.get(one.name, one.name) or words["no_sector"], one.count) for one in facts.sectors]
    tags = {
        **form.head(MARK, facts.unit, "", facts.day, words["about"].format(period=period)),
        "period": period,
        "as_of": form.short_date(facts.day),
        "plans": [form.plan(plan) for plan in facts.plans],
        "units": two_digits(facts.units),
        "all": _counted(facts.all.count),
        "before": _counted(facts.all.before) if facts.all.before.expected else None,
        "meetings": _counted(facts.meetings.count),
        "planned": two_digits(facts.planned),
        "reports": _counted(facts.reports.count),
        "topics": _rows(_named(facts.topics, words["times"]), words["sum"]),
        "sectors": _rows(by_sector, words["sum"]),
        "parts_of_time": _rows(months, words["sum"]) if len(months) > 1 else [],
        "pilots": _rows(_named(facts.pilots, words["times"]), words["sum"]),
        "reports_by_topic": _rows(_named(facts.reports_by_topic, words["times"]), words["sum"]),
        "heads": _heads(facts.heads),
        "grades": [{"name": name, "number": two_digits(number)} for name, number in facts.grades],
        "graded": two_digits(sum(number for _, number in facts.grades)),
        "figures": [_figure(one, words["figure_times"]) for one in facts.figures],
        "on_behalf": form.organ.reports_for,
        "signer_title": form.organ.signs,
        "keep": form.organ.keep,
        "unknown": None,
    }
    cleaned: Tags = clean_text(tags)
    return cleaned


def _counted(count: Count) -> dict[str, str | None]:
    names = ("expected", "done", "on_time", "late", "open", "overdue")
    return {name: two_digits(getattr(count, name)) for name in names}


def _heads(heads: Heads) -> dict[str, Any]:
    """Where nobody was counted all but the number of meetings is a blank."""
    names = ("total", "obliged", "present", "excused", "unexcused")
    known = {name: two_digits(getattr(heads, name)) if heads.meetings else None for name in names}
    return {"meetings": two_digits(heads.meetings), "rate": percent_text(heads.share), **known}


def _figure(one: PeriodFigure, times: str) -> dict[str, str | None]:
    """Where nobody has said a number its sum is a blank."""
    return {
        "title": one.sum.asked.title,
        "of": times.format(name=one.title, turns=one.turns) if one.turns > 1 else one.title,
        "total": two_digits(one.sum.total) if one.sum.said else None,
        "answered": two_digits(one.sum.answered),
        "expected": two_digits(one.sum.expected),
    }


def _named(parts: Iterable[PartCount], times: str) -> list[tuple[str, Count]]:
    return [
        (times.format(name=one.name, turns=one.turns) if one.turns > 1 else one.name, one.count)
        for one in parts
    ]


def _rows(parts: Sequence[tuple[str, Count]], total: str) -> list[dict[str, str | None]]:
    """Numbered; behind several their sum."""
    rows = [
        {"number": str(at), "name": name, **_counted(count)}
        for at, (name, count) in enumerate(parts, start=1)
    ]
    if len(rows) > 1:
        summed = _counted(sum_counts(count for _, count in parts))
        rows.append({"number": NO_NUMBER, "name": total, **summed})
    return rows
