"""The picture of a period, made outside of the talk and sent to whoever has asked for it."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from bot.calendar import day_of_document
from bot.duties.period_counts import Count, count_by_day
from bot.periods import Period, periods_within, span_of, summed_period
from bot.summaries.errand_reach import errand_reach
from bot.summaries.period import PeriodSummary, count_months, sum_period
from bot.summaries.picture import PictureFacts, draw_picture
from bot.tables import Errand
from bot.tables.asked import SummaryPicture
from bot.talk.desk import Desk
from bot.talk.errands import file_shelf, finish_errand
from bot.talk.render import Renderer, capital_first


def send_picture(desk: Desk, errand_id: int, at: datetime) -> None:
    """Draws what the errand asks for, as of now, and sends it."""
    today = desk.moment(at).today
    with desk.db.read() as session:
        errand = session.get_one(Errand, errand_id)
        asked = errand.about(SummaryPicture)
        units, scope = errand_reach(session, errand, asked.committee)
        period = summed_period(asked.period)
        summary = sum_period(session, scope, period, today)
        months = months_shown(session, scope, summary, today)
        names = [unit.name for unit in units]
    facts = picture_facts(desk.render, summary, months, names, today)
    words = desk.render.words["picture"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        path.write_bytes(draw_picture(facts, words))
        name = words["file"].format(period=desk.render.summed_period(period.key)).replace("/", "-")
        file = file_shelf(desk).keep(name, path)
    mark = asked.committee
    finish_errand(
        desk, errand_id, at, "summaries/picture", files=(file,), summary=summary, mark=mark, names=names
    )


def months_shown(
    session: Session, scope: ColumnElement[bool], summary: PeriodSummary, today: date
) -> list[tuple[Period, Count]]:
    """Those of the period; of a single month those of its year up to it."""
    period = summary.period
    if span_of(period) != "month":
        return list(summary.months)
    first = date(period.first.year, 1, 1)
    counts = count_by_day(session, scope, first, period.last, today)
    return count_months(counts, periods_within("month", first, period.last))


def picture_facts(
    render: Renderer,
    summary: PeriodSummary,
    months: Sequence[tuple[Period, Count]],
    names: Sequence[str],
    today: date,
) -> PictureFacts:
    words: Mapping[str, Any] = render.words["picture"]
    count, before = summary.count, summary.before
    told = words["told"][summary.kind or "all"].format(done=count.done, expected=count.expected)
    earlier = words["before"].format(
        period=capital_first(render.words["periods_before"][summary.span]),
        done=before.done,
        expected=before.expected,
    )
    return PictureFacts(
        capital_first(render.summed_period(summary.period.key)),
        ", ".join(dict.fromkeys(names)),
        words["as_of"].format(day=day_of_document(today)),
        told,
        earlier if before.expected else "",
        words["overdue"].format(number=count.overdue) if count.overdue else "",
        count,
        [(words["month"].format(month=month.first.month), one) for month, one in months],
    )
