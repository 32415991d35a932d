"""The topics to which a person's roles let files be tied, and for which part of the tree."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from bot.duties.turns import EVERY, at_hand
from bot.materials.materials import path_prefixes
from bot.people.roles import role_holders, units_below
from bot.periods import Period
from bot.tables import Demand, DutyKind, Membership, Plan, Role, Topic, Unit


@dataclass(frozen=True, slots=True)
class TopicShelf:
    """A topic with the first and last day of its current, next or last period; both None without any.

    `period` is the key of that period where the topic recurs, else EVERY.
    """

    topic: Topic
    first: date | None
    last: date | None
    period: str = EVERY


def reached_paths(memberships: Iterable[Membership], action: str, owner_path: str) -> list[str]:
    """The outermost paths inside the subtree of a plan's owner that `action` reaches."""
    found: set[str] = set()
    for held in role_holders(memberships, action):
        own = held.unit.path
        if own.startswith(owner_path) or (held.role != Role.SECRETARY and owner_path.startswith(own)):
            found.add(max(own, owner_path, key=len))
    return sorted(path for path in found if not any(path != o and path.startswith(o) for o in found))


def topic_in_reach(
    session: Session, memberships: Iterable[Membership], action: str, topic_id: int
) -> tuple[Topic, list[str]] | None:
    """The topic of a plan in force and the paths that `action` reaches of that plan; None when it reaches nothing there."""
    row = session.execute(
        select(Topic, Unit.path)
        .join(Plan, Plan.id == Topic.plan_id)
        .join(Unit, Unit.id == Plan.unit_id)
        .where(Topic.id == topic_id, Plan.withdrawn_at.is_(None))
    ).first()
    if row is None:
        return None
    paths = reached_paths(memberships, action, row[1])
    return (row[0], paths) if paths else None


def topic_shelves(
    session: Session, memberships: Iterable[Membership], action: str, today: date
) -> list[TopicShelf]:
    """The topics of the plans in force that `action` reaches: current and coming ones, those without a period, past ones."""
    memberships = list(memberships)
    rows = session.execute(
        select(Topic, Unit.path, Demand.period, Demand.period_first, Demand.period_last)
        .join(Plan, Plan.id == Topic.plan_id)
        .join(Unit, Unit.id == Plan.unit_id)
        .outerjoin(Demand, and_(Demand.topic_id == Topic.id, Demand.kind == DutyKind.MEETING))
        .where(Plan.withdrawn_at.is_(None), _near(memberships, action))
        .order_by(Topic.id, Demand.period_first)
    ).all()
    topics: dict[tuple[int, str], Topic] = {}
    spans: dict[tuple[int, str], list[Period]] = {}
    for topic, path, period, first, last in rows:
        if reached_paths(memberships, action, path):
            name = topic.plan_id, topic.key
            topics.setdefault(name, topic)
            spans.setdefault(name, []).extend([Period(first, last, period)] if first else [])
    found = [_shelf(topics[name], spans[name], today) for name in topics]
    return sorted(found, key=lambda shelf: _place(shelf, today))


def _near(memberships: Iterable[Membership], action: str) -> ColumnElement[bool]:
    """Committees (a condition on Unit) in the reach of `action` or above it."""
    parts: list[ColumnElement[bool]] = []
    for held in role_holders(memberships, action):
        parts += [units_below(Unit.path, held.unit.path), Unit.path.in_(path_prefixes(held.unit.path))]
    return or_(*parts) if parts else false()


def _shelf(topic: Topic, spans: Iterable[Period], today: date) -> TopicShelf:
    span = at_hand(spans, today)
    return TopicShelf(topic, span.first, span.last, span.key) if span else TopicShelf(topic, None, None)


def _place(shelf: TopicShelf, today: date) -> tuple[int, int, int, int]:
    if shelf.first is None or shelf.last is None:
        return 1, 0, 0, shelf.topic.id
    if shelf.last < today:
        return 2, -shelf.last.toordinal(), 0, shelf.topic.id
    return 0, max(shelf.first, today).toordinal(), shelf.last.toordinal(), shelf.topic.id
