"""Who may do what, and where: the role × action table and the part of the tree it reaches."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.store.known import Known, Row, Whole
from bot.tables import Membership, Role, Unit

ROLES = (Role.SECRETARY, Role.FOLLOWER, Role.LEADER, Role.ADMIN)

MAY: dict[str, frozenset[Role]] = {
    "lead": frozenset({Role.SECRETARY}),
    "read": frozenset(ROLES),
    "sum": frozenset({Role.FOLLOWER, Role.LEADER, Role.ADMIN}),
    "nudge": frozenset({Role.LEADER, Role.ADMIN}),
    "administer": frozenset({Role.ADMIN}),
    "grade": frozenset({Role.FOLLOWER, Role.LEADER}),
    "unlock": frozenset({Role.LEADER}),
}
"""lead: hold meetings and hand in for a unit; read: see it; sum: see a subtree's figures; nudge: have it reminded; grade:
decide on the quality of its meetings; unlock: let its old figures be corrected."""


_ROLE = Whole(Membership, unit=Whole(Unit))
_ROLES = Known(
    select(*_ROLE.columns)
    .join(Unit, Unit.id == Membership.unit_id)
    .where(Membership.person_id.in_(bindparam("people", expanding=True)), Membership.ended_at.is_(None))
    .order_by(Membership.id),
    "people",
)


def roles_of(session: Session, person_id: int) -> list[Membership]:
    """A person's roles that have not ended."""
    return _ROLE.all(session, _ROLES, {"people": [person_id]})


def read_roles(session: Session, people: Sequence[int]) -> dict[int, list[Row]]:
    """The rows of the roles of each that have not ended."""
    found: dict[int, list[Row]] = {person_id: [] for person_id in people}
    for row in _ROLES.rows(session, {"people": people}) if people else ():
        found[row[_ROLE.at("person_id")]].append(row)
    return found


def roles_of_rows(session: Session, rows: Iterable[Row]) -> list[Membership]:
    return [_ROLE.of(session, row) for row in rows]


def role_reaches(membership: Membership, path: str) -> bool:
    """A secretary reaches the own unit alone, every other role the whole subtree."""
    own = membership.unit.path
    return path == own if membership.role == Role.SECRETARY else path.startswith(own)


def may_act(memberships: Iterable[Membership], action: str, path: str) -> bool:
    """Whether one of the roles allows `action` on the unit at `path`."""
    return any(m.role in MAY[action] and role_reaches(m, path) for m in memberships)


def role_holders(memberships: Iterable[Membership], action: str) -> list[Membership]:
    """The roles that allow `action` somewhere."""
    return [m for m in memberships if m.role in MAY[action]]


def topmost_units(memberships: Iterable[Membership], action: str) -> list[Unit]:
    """The units in which a role allows `action`, without those that stand below another of them; in natural order."""
    units = {m.unit_id: m.unit for m in role_holders(memberships, action)}.values()
    paths = [unit.path for unit in units]
    tops = [u for u in units if not any(u.path != path and u.path.startswith(path) for path in paths)]
    return sorted(tops, key=lambda unit: unit.listed_as)


def units_below(column: InstrumentedAttribute[str], path: str, after: str = "") -> ColumnElement[bool]:
    """Paths equal to `path` or under it, and behind `after`, as a range that an index serves ('0' is the byte after '/'). With two
    beginnings SQLite would seek the first, and read from there."""
    return and_(column > after if after >= path else column >= path, column < path[:-1] + "0")


def within_subtree(
    column: InstrumentedAttribute[str], memberships: Iterable[Membership], action: str
) -> ColumnElement[bool]:
    """The WHERE that keeps a query inside what `action` reaches; nothing without such a role."""
    parts = [
        column == m.unit.path if m.role == Role.SECRETARY else units_below(column, m.unit.path)
        for m in role_holders(memberships, action)
    ]
    return or_(*parts) if parts else false()
