"""Whose counts are taken, what has come from them, and how it is summed up for the leader of the centre."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from bot.calendar import ONE_DAY, Moment
from bot.natural import in_natural_order
from bot.people.roles import role_holders
from bot.problems import Invalid
from bot.summaries.upward import Signed, fingerprint
from bot.tables import FigureKind, Locality, LocalityAnswers, LocalityDuties, LocalityMeetings, Membership

OLD = timedelta(days=8)
"""Who reports weekly has reported within this time."""
CLOCKS_APART = timedelta(days=1)
"""So far the clock of another machine may be ahead of ours."""
NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class LocalityFigures:
    """What one place has reported of the time since a day; `taken_on` is empty where it has reported nothing yet."""

    name: str
    taken_on: date | None = None
    old: bool = False
    units: int = 0
    cells: int = 0
    expected: int = 0
    on_time: int = 0
    late: int = 0
    open: int = 0
    overdue: int = 0
    held: int = 0
    present: int = 0
    obliged: int = 0

    @property
    def done(self) -> int:
        return self.on_time + self.late

    @property
    def attendance(self) -> Fraction | None:
        return Fraction(self.present, self.obliged) if self.obliged else None


def trust_locality(session: Session, name: str, key: str, own_key: str, moment: Moment) -> Locality:
    """Takes what is signed with `key` as this place's from now on. A name keeps its figures when its key changes, a key when its name
    does. Raises Invalid: summary_name_wrong, summary_key_wrong, summary_key_own, summary_name_taken."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Invalid("summary_name_wrong", length=NAME_LENGTH)
    fingerprint(key)
    if key == own_key:
        raise Invalid("summary_key_own")
    by_name = session.scalar(select(Locality).where(Locality.name == name))
    by_key = session.scalar(select(Locality).where(Locality.key == key))
    if by_name and by_key and by_name is not by_key:
        raise Invalid("summary_name_taken", name=by_key.name, said=name)
    place = by_name or by_key or Locality()
    place.name, place.key, place.trusted_at = name, key, moment.at
    session.add(place)
    session.flush()
    return place


def distrust_locality(session: Session, name: str) -> Locality:
    """Forgets a place, its key and its figures. Raises Invalid(summary_name_unknown)."""
    place = session.scalar(select(Locality).where(Locality.name == " ".join(name.split())))
    if place is None:
        raise Invalid(
            "summary_name_unknown", said=name, known=[one.name for one in trusted_localities(session)]
        )
    _forget_figures(session, place)
    session.delete(place)
    return place


def trusted_localities(session: Session) -> list[Locality]:
    return list(in_natural_order(session.scalars(select(Locality)), lambda place: place.name))


def take_upward(session: Session, signed: Signed, moment: Moment) -> tuple[Locality, bool]:
    """Puts what a place reports in the place of what it had reported of the same time; what it said of earlier periods stays.

    Gives the place, and False where these very counts had come before. Raises Invalid: summary_stranger, summary_ahead, summary_stale.
    """
    place = session.scalar(
        select(Locality)
        .where(Locality.key == signed.key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if place is None:
        raise Invalid("summary_stranger", key=signed.key, fingerprint=fingerprint(signed.key))
    taken_at = signed.upward.taken_at
    if taken_at > moment.at + CLOCKS_APART:
        raise Invalid("summary_ahead", name=place.name, taken_at=taken_at)
    if place.digest == signed.digest:
        return place, False
    if place.taken_at is not None and taken_at <= place.taken_at:
        raise Invalid("summary_stale", name=place.name, taken_at=taken_at, newest_at=place.taken_at)
    _replace_figures(session, place, signed)
    return place, True


def _replace_figures(session: Session, place: Locality, signed: Signed) -> None:
    upward = signed.upward
    _forget_figures(session, place, upward.since)
    place.taken_at, place.digest = upward.taken_at, signed.digest
    place.units, place.cells = upward.units, upward.cells
    session.add_all(LocalityDuties(locality_id=place.id, **_facts(row)) for row in upward.duties)
    session.add_all(LocalityAnswers(locality_id=place.id, **_facts(row)) for row in upward.answers)
    session.add_all(LocalityMeetings(locality_id=place.id, **_facts(row)) for row in upward.meetings)
    session.flush()


def _facts(row: Any) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}


def _forget_figures(session: Session, place: Locality, since: date = date.min) -> None:
    months = LocalityMeetings
    for periods in (LocalityDuties, LocalityAnswers):
        session.execute(delete(periods).where(periods.locality_id == place.id, periods.last >= since))
    session.execute(delete(months).where(months.locality_id == place.id, months.month >= since))


def months_lately(today: date) -> date:
    """The first day of the month before: the time that a leader's figures of the places speak of."""
    return (today.replace(day=1) - ONE_DAY).replace(day=1)


def places_told_to(
    session: Session, memberships: Iterable[Membership], moment: Moment
) -> list[LocalityFigures]:
    """Those who may sum up the whole of this installation see the other places beside it; all others none."""
    whole = [one for one in role_holders(memberships, "sum") if one.unit.parent_id is None]
    return figures_of_localities(session, moment) if whole else []


def figures_of_localities(session: Session, moment: Moment) -> list[LocalityFigures]:
    """Each trusted place, in the natural order of their names; no place, an empty list."""
    since = months_lately(moment.today)
    duties, meetings = _duties_since(session, since, moment.today), _meetings_since(session, since)
    return [
        LocalityFigures(
            place.name,
            place.taken_at and moment.day_of(place.taken_at),
            place.taken_at is not None and place.taken_at < moment.at - OLD,
            place.units,
            place.cells,
            **duties.get(place.id, {}),
            **meetings.get(place.id, {}),
        )
        for place in trusted_localities(session)
    ]


def _duties_since(session: Session, since: date, today: date) -> dict[int, dict[str, int]]:
    table = LocalityDuties
    names = ("expected", "on_time", "late", "open", "overdue")
    sums = [func.sum(getattr(table, name)).label(name) for name in names]
    counted = select(table.locality_id, *sums).where(table.last >= since, table.first <= today)
    return _by_place(session.execute(counted.group_by(table.locality_id)))


def _meetings_since(session: Session, since: date) -> dict[int, dict[str, int]]:
    table = LocalityMeetings
    sums = [func.sum(getattr(table, name)).label(name) for name in ("held", "present", "obliged")]
    counted = select(table.locality_id, *sums).where(table.month >= since)
    return _by_place(session.execute(counted.group_by(table.locality_id)))


def _by_place(rows: Iterable[Row[Any]]) -> dict[int, dict[str, int]]:
    counted = [dict(row._mapping) for row in rows]
    return {row.pop("locality_id"): {name: int(count) for name, count in row.items()} for row in counted}


@dataclass(frozen=True, slots=True)
class LocalityAnswerSum:
    """One figure of one plan over all places that have reported it, of the same time as their counts."""

    title: str
    plan: str
    kind: FigureKind
    total: int
    said: int
    answered: int
    expected: int
    places: int


def answers_of_localities(session: Session, today: date) -> list[LocalityAnswerSum]:
    """In the order of their plans' days of issue."""
    table = LocalityAnswers
    sums = [func.sum(column) for column in (table.total, table.said, table.answered, table.expected)]
    rows = session.execute(
        select(func.max(table.title), table.plan, table.kind, *sums, func.count(table.locality_id.distinct()))
        .where(table.last >= months_lately(today), table.first <= today)
        .group_by(table.plan, table.issued_on, table.key, table.kind)
        .order_by(table.issued_on.is_(None), table.issued_on, table.plan, func.min(table.id))
    )
    return [LocalityAnswerSum(*row[:3], *map(int, row[3:])) for row in rows]


def sum_localities(figures: Iterable[LocalityFigures]) -> LocalityFigures:
    """The sum of those that have reported, without a name."""
    told = [place for place in figures if place.taken_on is not None]
    counts = [field.name for field in fields(LocalityFigures) if field.type is int]
    return LocalityFigures("", **{name: sum(getattr(place, name) for place in told) for name in counts})
