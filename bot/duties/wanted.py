"""What a plan wants of the units of one portion, laid in two tables of the transaction: duties are written and compared with them by sets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.duties.changes import Loading
from bot.plans.expected import named_codes
from bot.plans.who import UnitProfile
from bot.tables import Duty, Unit
from bot.tables.base import Path

_TABLES = MetaData()
_DUTIES = Duty.__table__.c

WANTED = Table(
    "wanted",
    _TABLES,
    Column("kind", String(40)),
    Column("sector", String(40)),
    Column("direct", Boolean),
    Column("code", String(60)),
    Column("shift", String(10)),
    Column("day", Integer),
    Column("number", Integer),
    Column("demand_id", Integer),
    Column("about", Boolean),
    Column("base", String(64)),
    Column("key", String(160)),
    Column("duty_kind", _DUTIES.kind.type),
    Column("waits", String(160)),
    Column("moving", Boolean),
    Column("changed", Boolean),
    Column("followed", Path),
    Column("announced_on", Date),
    Column("opens_on", Date),
    Column("due_on", Date),
    Column("safe_on", Date),
    Column("first_at", _DUTIES.next_reminder_at.type),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
"""One thing wanted of units alike: of this kind, sector and place (`direct`: right below the plan's committee), of one `code`
where the plan names it. `number` is its place among all that the portion is asked; `about`: it is owed by those of ACTORS.
`followed`: up to this
path units have followed what has `changed`. `shift` and `day`: of units with this usual day only; both empty: whatever their usual day is."""

ACTORS = Table(
    "actors",
    _TABLES,
    Column("duty", String(64)),
    Column("unit_id", Integer),
    Column("path", Path),
    Column("reach", Path, index=True),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
"""Who owes the duty of this key for each of the units below `reach`."""

_BY_CLASS = Index("ix_wanted_class", WANTED.c.kind, WANTED.c.sector, WANTED.c.direct, WANTED.c.code)
SHAPE = ("announced_on", "opens_on", "due_on", "safe_on")


class Place(Protocol):
    """A unit, or what is read of one."""

    @property
    def id(self) -> int: ...
    @property
    def path(self) -> str: ...


class Part:
    """A portion of one loading: units whose paths lie beside each other."""

    def __init__(self, loading: Loading, units: Sequence[Place]) -> None:
        self.loading = loading
        self._ids = [unit.id for unit in units]
        self._paths = [unit.path for unit in units]
        self.upto = self._paths[-1]

    def holds(self, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """That a column names one of its units. Written out: whatever a database guesses of its tables, it looks them up by these."""
        return _written_out(column, self._ids)

    def reaches(self, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """That a column names one of its units, or something that one of them stands below."""
        return _written_out(column, {int(one) for path in self._paths for one in path.strip("/").split("/")})


def _written_out(column: InstrumentedAttribute[Any], ids: Collection[int]) -> ColumnElement[bool]:
    return column.in_(bindparam(None, sorted(ids), expanding=True, literal_execute=True))


@dataclass(frozen=True, slots=True)
class UnitClass:
    """Units of a portion that a plan cannot tell apart. `day`, `shift`: their usual day; `opened`: the first day of the eldest, empty
    where one was always there."""

    profile: UnitProfile
    meeting_day: int | None
    meeting_shift: str
    units: int
    opened: Any


def unit_classes(part: Part) -> list[UnitClass]:
    """The classes of its units, in the order of their first paths."""
    loading = part.loading
    shape = (Unit.kind, Unit.sector, _direct(loading), _code(loading), Unit.meeting_day, Unit.meeting_shift)
    always = func.count() > func.count(Unit.opened_on)
    rows = loading.session.execute(
        select(*shape, func.count(), always, func.min(Unit.opened_on))
        .where(part.holds(Unit.id))
        .group_by(*shape)
        .order_by(func.min(Unit.path))
    )
    return [
        UnitClass(
            UnitProfile(code, kind, sector, bool(direct)), day, shift, units, None if eldest else opened
        )
        for kind, sector, direct, code, day, shift, units, eldest, opened in rows
    ]


def _direct(loading: Loading) -> ColumnElement[bool]:
    return case((Unit.parent_id == loading.owner.id, True), else_=False)


def _code(loading: Loading) -> ColumnElement[str]:
    named = sorted(named_codes(loading.text))
    return case((Unit.code.in_(named), Unit.code), else_="") if named else literal("")


def wanted_of_unit(loading: Loading) -> ColumnElement[bool]:
    """That a row of WANTED speaks of a row of Unit."""
    mine = WANTED.c
    any_day = mine.shift == ""
    its_day = and_(mine.shift == Unit.meeting_shift, mine.day == func.coalesce(Unit.meeting_day, 0))
    return and_(
        mine.kind == Unit.kind,
        mine.sector == Unit.sector,
        mine.direct == _direct(loading),
        mine.code == _code(loading),
        or_(any_day, its_day),
    )


def lay_out(session: Session, wanted: Sequence[dict[str, Any]], actors: Sequence[dict[str, Any]]) -> None:
    """Fills both tables for the next portion."""
    connection = session.connection()
    for table, rows in ((WANTED, wanted), (ACTORS, actors)):
        connection.execute(CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
        connection.execute(table.delete())
        if rows:
            connection.execute(insert(table), list(rows))
