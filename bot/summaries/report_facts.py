"""What the committee's own report on a period tells: the counts of that period, taken apart, and nothing that nobody has entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.counting import asked_within
from bot.duties.period_heads import Heads, count_heads, count_planned, meetings_about
from bot.papers.collecting import plan_on_paper, unit_on_paper
from bot.papers.facts import PaperUnit, PlanFacts
from bot.periods import Period
from bot.plans.guidance.sheets import ScoreSheets
from bot.scores.scoring import grades_of
from bot.summaries.figures import PeriodFigure, sum_period_figures
from bot.summaries.period import PartCount, PeriodSummary, sum_by_sector, sum_by_topic, sum_period
from bot.tables import Demand, Duty, DutyKind, FigureKind, Plan, Topic, Unit


@dataclass(frozen=True, slots=True)
class CommitteeFacts:
    """As of the local day `day`. `meetings` and `reports`: the same of these alone; `pilots`: topics that others were to wait for."""

    unit: PaperUnit
    day: date
    units: int
    all: PeriodSummary
    meetings: PeriodSummary
    planned: int
    topics: list[PartCount]
    sectors: list[PartCount]
    pilots: list[PartCount]
    heads: Heads
    grades: list[tuple[str, int]]
    reports: PeriodSummary
    reports_by_topic: list[PartCount]
    plans: tuple[PlanFacts, ...]
    figures: list[PeriodFigure]
    """The numbers that the plans ask for."""


NOBODY = PaperUnit("", "", "", "")
"""Whoever follows several units that nothing joins signs for none of them."""


def collect_committee_facts(
    session: Session,
    roots: Sequence[Unit],
    scope: ColumnElement[bool],
    period: Period,
    moment: Moment,
    sheets: ScoreSheets,
) -> CommitteeFacts:
    """`scope` is a condition on Duty; `roots` the topmost units that it reaches: the report is that of the one, if it is one."""
    today = moment.today
    asked = and_(scope, asked_within(period.first, period.last, today))
    met, reported = (and_(scope, Duty.kind == kind) for kind in (DutyKind.MEETING, DutyKind.REPORT))
    return CommitteeFacts(
        unit_on_paper(session, roots[0], today) if len(roots) == 1 else NOBODY,
        today,
        session.scalar(select(func.count(Duty.unit_id.distinct())).where(asked)) or 0,
        sum_period(session, scope, period, today),
        sum_period(session, met, period, today),
        count_planned(session, asked),
        sum_by_topic(session, met, period, today),
        sum_by_sector(session, met, period, today),
        sum_by_topic(session, and_(met, _is_pilot()), period, today),
        count_heads(session, asked),
        _grades(session, asked, sheets),
        sum_period(session, reported, period, today),
        sum_by_topic(session, reported, period, today),
        _plans(session, asked),
        [one for one in sum_period_figures(session, scope, period, today) if _is_number(one)],
    )


def _is_number(one: PeriodFigure) -> bool:
    return one.sum.asked.kind == FigureKind.NUMBER


def _grades(session: Session, asked: ColumnElement[bool], sheets: ScoreSheets) -> list[tuple[str, int]]:
    """The best first."""
    found = grades_of(session, meetings_about(asked))
    return sorted(found.items(), key=lambda one: sheets.order(one[0]))


def _is_pilot() -> ColumnElement[bool]:
    """A unit meets about it before the others may meet about what follows it (a condition on Duty)."""
    followed = (
        select(Topic.follows).where(Topic.plan_id == Demand.plan_id, Topic.follows != "").correlate(Demand)
    )
    pilots = select(Demand.id).join(Topic, Topic.id == Demand.topic_id).where(Topic.key.in_(followed))
    return Duty.demand_id.in_(pilots)


def _plans(session: Session, asked: ColumnElement[bool]) -> tuple[PlanFacts, ...]:
    """In the order of the days on which they were issued."""
    found = select(Plan).where(Plan.id.in_(select(Duty.plan_id).where(asked)))
    rows = session.scalars(found.order_by(Plan.issued_on.is_(None), Plan.issued_on, Plan.id))
    return tuple(plan_on_paper(plan) for plan in rows)
