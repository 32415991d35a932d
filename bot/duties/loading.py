"""Loads a plan: one demand for each thing it asks, one duty for each unit that owes it."""

import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select, true, update
from sqlalchemy.orm import Session, undefer

from bot.calendar import Moment
from bot.duties.changes import Changes, Loading, note_title
from bot.duties.demands import Demands
from bot.duties.leaving import leave_the_rest
from bot.duties.portions import UNITS, Comparison
from bot.plans.fields import Document
from bot.plans.plan import PlanText, TopicText, key_digest, plan_to_json, topic_documents
from bot.plans.questions import Open, plan_questions, with_answers
from bot.problems import Problem, Rejected
from bot.store.db import Database, bulk_span, note_growth
from bot.tables import Demand, Duty, DutyState, Plan, Topic, Unit

HALF = timedelta(minutes=10)
"""Longer nobody is kept from hearing of a plan whose loading has begun and never comes to its end."""
MANY = 1000
"""So many new duties change how the rows lie."""
ASKED = {
    Open.SPAN: ("duties", "plan_ask_span"),
    Open.DAY: ("duties", "plan_ask_day"),
    Open.LAST: ("topics", "plan_ask_last"),
}
"""Where in the file the question stands, and how it is said."""


def load_plan(
    session: Session,
    text: PlanText,
    owner: Unit,
    moment: Moment,
    *,
    answers: Mapping[str, str] | None = None,
    only: ColumnElement[bool] | None = None,
) -> tuple[Plan, Changes]:
    """Writes a plan and its duties for the subtree of `owner`. Loaded again after an edit, done duties stay as they
    were, open ones follow, what is no longer asked is withdrawn, and nothing doubles. `at` is now, in UTC.

    `answers` says what the plan leaves open about its days (see `answered`); those of an earlier loading still hold. `only` (a condition on Unit) loads for these units and leaves the others as they are.
    Raises Rejected, and has written nothing: plan_decide for each decision still open, plan_ask_… for each question not answered.
    """
    # Of few units it costs less to look up what is about each than whether anything of the plan is about any.
    changes = Changes(about_units=None if only is None else True)
    loading = _begin(session, text, owner, moment, answers, changes)
    _comparison(loading).run(only)
    if only is None:
        _note_how_far(loading, None)
    if loading.changes.added >= MANY:
        note_growth(session)
    return loading.plan, loading.changes


def load_portion(
    session: Session,
    text: PlanText,
    owner: Unit,
    moment: Moment,
    answers: Mapping[str, str],
    changes: Changes,
    after: str = "",
) -> tuple[Plan, str | None]:
    """As `load_plan`, for the units behind the path `after` of which so many are taken as come at once; answers the path up to
    which the plan is loaded, None when it is whole. `changes` is what the portions before it did, and is carried on."""
    loading = _begin(session, text, owner, moment, answers, changes)
    through = compare_portion(loading, _comparison(loading), after)
    if through is None and changes.added >= MANY:
        note_growth(session)
    return loading.plan, through


def load_by_portions(
    db: Database, text: PlanText, owner_id: int, moment: Moment, answers: Mapping[str, str]
) -> tuple[Plan, Changes]:
    """As `load_plan`, in as many transactions as it takes, each of which is kept: whoever talks is answered between them. Killed and
    begun anew it goes on."""
    changes = Changes()
    after: str | None = ""
    while after is not None:
        with db.write() as session:
            owner = session.get_one(Unit, owner_id)
            plan, after = load_portion(session, text, owner, moment, answers, changes, after)
    return plan, changes


def compare_portion(loading: Loading, comparison: Comparison, after: str) -> str | None:
    """Brings so many units behind the path `after` to the plan as come at once; answers as `load_portion`."""
    ends = time.monotonic() + bulk_span(loading.session.get_bind())
    while (part := comparison.next_part(after, most=UNITS)) is not None:
        comparison.compare(part)
        after = part.upto
        if time.monotonic() > ends:
            _note_how_far(loading, after)
            return after
    leave_the_rest(loading)
    _note_how_far(loading, None)
    return None


def _note_how_far(loading: Loading, through: str | None) -> None:
    plan, half = loading.plan, through is not None
    plan.loading_until = loading.moment.at + HALF if half else None
    upto = {name: max(loading.followed.get(name, ""), through or "") for name in loading.changes.demands}
    plan.unfinished = [[*name, upto[name]] for name in sorted(upto)] if half else []
    loading.session.flush()


def _comparison(loading: Loading) -> Comparison:
    return Comparison(loading, Demands(loading, _write_topics(loading)))


def _begin(
    session: Session,
    text: PlanText,
    owner: Unit,
    moment: Moment,
    answers: Mapping[str, str] | None,
    changes: Changes,
) -> Loading:
    known = _plan_of(session, text, owner)
    said = {**(known.answers if known else {}), **(answers or {})}
    whole = with_answers(text, said)
    _check(text, whole)
    plan = _write_plan(session, known, text, owner, moment.at)
    plan.answers = {key: said[key] for key in said if key in {one.key for one in plan_questions(text)}}
    loading = Loading(session, plan, whole, owner, moment, changes)
    for key, variant, *upto in plan.unfinished or ():
        loading.changes.demands.add((key, variant))
        loading.followed[key, variant] = "".join(upto)
    return loading


def try_plan(
    db: Database, text: PlanText, owner_id: int, moment: Moment, answers: Mapping[str, str]
) -> tuple[Changes, int]:
    """What loading would change, and of how many cells something is asked; portion by portion, of which none is kept."""
    changes, cells = Changes(), 0
    after: str | None = ""
    while after is not None:
        with db.trial() as session:
            first = after
            owner = session.get_one(Unit, owner_id)
            plan, after = load_portion(session, text, owner, moment, answers, changes, first)
            behind = true() if after is None else Unit.path <= after
            cells += _cells_asked(session, plan, and_(Unit.path > first, behind))
    return changes, cells


def _cells_asked(session: Session, plan: Plan, among: ColumnElement[bool]) -> int:
    """Looked up cell by cell: all duties of the plan would be read anew for each portion."""
    states = (DutyState.OPEN, DutyState.WAITING, DutyState.DONE)
    asked = exists().where(Duty.unit_id == Unit.id, Duty.plan_id == plan.id, Duty.state.in_(states))
    cells = select(func.count()).select_from(Unit).where(Unit.kind == "chi_bo", among, asked)
    return session.scalar(cells) or 0


def _check(text: PlanText, whole: PlanText) -> None:
    problems = [Problem(one.field, "plan_decide", {"why": one.why}) for one in text.decide]
    problems += [
        Problem(f"{ASKED[one.open][0]}.{one.key}", ASKED[one.open][1], {"one": one})
        for one in plan_questions(whole)
    ]
    if problems:
        raise Rejected(problems)


def _plan_of(session: Session, text: PlanText, owner: Unit) -> Plan | None:
    return session.scalar(
        select(Plan)
        .where(Plan.mark == key_digest(text), Plan.unit_id == owner.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _write_plan(session: Session, plan: Plan | None, text: PlanText, owner: Unit, at: datetime) -> Plan:
    head = text.head
    if plan is None:
        plan = Plan(mark=key_digest(text), unit_id=owner.id)
        session.add(plan)
    plan.symbol, plan.issued_on, plan.issuer = head.symbol or "", head.date, head.issuer
    plan.title, plan.content = head.title, json.loads(plan_to_json(text))
    plan.merging, plan.choosing = head.merging, list(head.choosing)
    plan.loaded_at, plan.withdrawn_at = at, None
    session.flush()
    return plan


def _write_topics(loading: Loading) -> dict[tuple[str, str], Topic]:
    """The topics' rows by key and variant. One that is out of the pool by now is nobody's choice any more."""
    session, plan, text = loading.session, loading.plan, loading.text
    its = select(Topic).where(Topic.plan_id == plan.id).options(undefer(Topic.agenda))
    known = {(t.key, t.variant): t for t in session.scalars(its)}
    offered = {topic.id for topic in known.values() if topic.pool}
    rows: dict[tuple[str, str], Topic] = {}
    for topic in text.topics:
        agenda = text.agendas[topic.agenda].model_dump(mode="json", by_alias=True)
        for variant, title, documents in topic_faces(topic):
            papers = [d.model_dump(mode="json", by_alias=True, exclude_none=True) for d in documents]
            facts: dict[str, Any] = {
                "title": title,
                "meeting": topic.meeting,
                "agenda": agenda,
                "documents": papers,
                "pool": topic.pool,
                "choose": topic.choose,
                "theme": topic.theme or "",
                "follows": topic.follows or "",
                "guests": list(topic.guests),
            }
            row = known.get((topic.key, variant))
            if row is None:
                row = Topic(plan_id=plan.id, key=topic.key, variant=variant)
                session.add(row)
            elif any(getattr(row, column) != value for column, value in facts.items()):
                note_title(loading.changes.changed, title)
            if row.id and row.documents != papers:
                _forget_picks(session, row)
            for column, value in facts.items():
                setattr(row, column, value)
            rows[topic.key, variant] = row
    for name, old in known.items():
        old.pool = old.pool and name in rows
    session.flush()
    if gone := [row.id for row in known.values() if row.id in offered and not row.pool]:
        session.execute(
            update(Duty).where(Duty.chosen_id.in_(gone), Duty.state != DutyState.DONE).values(chosen_id=None)
        )
    return rows


def _forget_picks(session: Session, topic: Topic) -> None:
    """What a unit has picked by its place in a list that is another one now is not picked any more."""
    demands = select(Demand.id).where(Demand.topic_id == topic.id)
    open_ones = update(Duty).where(Duty.demand_id.in_(demands), Duty.state != DutyState.DONE)
    session.execute(open_ones.values(picks=[]).execution_options(synchronize_session=False))


def topic_faces(topic: TopicText) -> list[tuple[str, str, tuple[Document, ...]]]:
    """The topic as each group of units has it: variant key ('' without variants), title, documents."""
    if not topic.variants:
        return [("", topic.title, topic.documents)]
    return [(v.key, v.title or topic.title, topic_documents(topic, v.key)) for v in topic.variants]
