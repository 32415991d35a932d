"""The committee's own report on a period, as Word or PDF, made outside of the talk and sent to whoever has asked for it."""

import tempfile
from collections.abc import Sequence
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from bot.calendar import at_local
from bot.duties.period_counts import Count
from bot.papers.converting import find_converter, in_form
from bot.papers.forms import read_forms, read_paper_words
from bot.papers.wording import FormWords
from bot.periods import Period, summed_period
from bot.problems import Rejected
from bot.summaries.errand_reach import errand_reach
from bot.summaries.report_facts import CommitteeFacts, collect_committee_facts
from bot.summaries.report_tags import committee_tags
from bot.tables import Errand
from bot.tables.asked import OrderedSummary
from bot.talk.desk import Desk
from bot.talk.errands import file_shelf, finish_errand, problem_sentences
from bot.talk.render import Renderer, capital_first

TEMPLATE = "TH.docx"


def make_report(desk: Desk, errand_id: int, at: datetime) -> None:
    """The report that the errand asks for, in the form in force on the day on which it is made."""
    with desk.db.read() as session:
        errand = session.get_one(Errand, errand_id)
        asked = errand.about(OrderedSummary)
        units, scope = errand_reach(session, errand, asked.committee)
        period = summed_period(asked.period)
        facts = collect_committee_facts(session, units, scope, period, desk.moment(at), desk.sheets)
        names = [unit.name for unit in units]
    tell = partial(finish_errand, desk, errand_id, at)
    name = desk.render.words["summary_files"]["report"].format(period=desk.render.summed_period(period.key))
    with tempfile.TemporaryDirectory() as folder:
        try:
            written = write_report(desk.render, facts, Path(folder) / "report.docx")
        except Rejected as rejected:
            tell("papers/broken", lines=problem_sentences(desk, rejected.problems))
            return
        path, missing = in_form(written, Path(folder), asked.form)
        file = file_shelf(desk).keep(f"{name.replace('/', '-')}{path.suffix}", path)
    offer_pdf = asked.form == "docx" and find_converter() is not None
    said: dict[str, Any] = {"period": period, "mark": asked.committee, "names": names, "missing": missing}
    tell("summaries/report", files=(file,), offer_pdf=offer_pdf, **said)


def write_report(render: Renderer, facts: CommitteeFacts, target: Path) -> Path:
    """Writes it as DOCX to `target`. Raises Rejected where the form or the template cannot be used, as `render_paper`."""
    from bot.papers.rendering import fill_template  # its libraries take memory that most days need not

    folder = render.folder / "documents"
    forms, words = read_forms(folder), read_paper_words(folder)
    wording = FormWords(forms.on(facts.day), forms.of(facts.unit.kind), words)
    months = _parts_of_time(render, facts.meetings.months)
    period = render.summed_period(facts.all.period.key)
    tags = committee_tags(wording, facts, period, months, render.words["units"]["sectors"])
    fill_template(folder / TEMPLATE, tags, words["blank"], at_local(facts.day, time(12), render.zone), target)
    return target


def _parts_of_time(render: Renderer, months: Sequence[tuple[Period, Count]]) -> list[tuple[str, Count]]:
    return [(capital_first(render.summed_period(month.key)), count) for month, count in months]
