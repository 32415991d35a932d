"""Rows of units written, with what every plan then asks of whom: of a list and of a talk alike; tried out before that, so that it is shown first."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.changes import Changes
from bot.duties.reloading import Standing, reload_all, reload_around
from bot.tables import Unit
from bot.units.rows import UnitRow
from bot.units.tree import Imported, write_units

PLANNED_BY = frozenset(("kind", "sector", "parent_code"))
"""The columns by which a plan tells whom it means; of the others no duty depends."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What rows have changed: units, and of each plan whose duties are other ones now its title and how."""

    done: Imported
    plans: tuple[tuple[str, Changes], ...]

    @property
    def nothing(self) -> bool:
        """Whether everything stands as before."""
        return not (self.done.added or self.done.changed or self.done.closed)

    @property
    def mark(self) -> str:
        """The same for what says the same, so that what is done is what was shown."""
        said = repr((self.done.founded, self.done.changes, self.plans))
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def apply_units(
    session: Session, rows: Sequence[UnitRow], moment: Moment, *, inside: str = "", title: str = ""
) -> Applied:
    """Writes the rows and loads every plan again; one at a time, for the tree is one. Raises as `tree.write_units`."""
    done = write_list(session, rows, moment, inside=inside, title=title)
    plans = tuple((plan.title, made) for plan, made in reload_all(session, moment) if not made.nothing)
    return Applied(done, plans)


def write_list(
    session: Session, rows: Sequence[UnitRow], moment: Moment, *, inside: str = "", title: str = ""
) -> Imported:
    """The rows alone, of `apply_units`; whoever calls loads the plans again."""
    _take_turn(session)
    return write_units(session, rows, moment, inside=inside, title=title)


def apply_unit(session: Session, row: UnitRow, moment: Moment, *, inside: str = "") -> Applied:
    """As `apply_units`, of one unit that is added, changed or moved: only what hangs together with it is loaded again."""
    _take_turn(session)
    before = _standing(session, row.code)
    done = write_units(session, [row], moment, inside=inside)
    if not done.founded and not {change.column for change in done.changes} & PLANNED_BY:
        return Applied(done, ())
    after = _standing(session, done.founded[0].code if done.founded else row.code)
    loaded = reload_around(session, list(dict.fromkeys((*before, *after))), moment)
    return Applied(done, tuple((plan.title, made) for plan, made in loaded if not made.nothing))


def _standing(session: Session, code: str) -> list[Standing]:
    unit = session.scalar(select(Unit).where(Unit.code == code)) if code else None
    return [Standing(unit.path, unit.kind)] if unit is not None else []


def try_unit(session: Session, row: UnitRow, moment: Moment, *, inside: str) -> Applied:
    """What `apply_unit` would do, of which nothing stays. Raises as it does."""
    trial = session.begin_nested()
    try:
        return apply_unit(session, row, moment, inside=inside)
    finally:
        trial.rollback()
        session.expire_all()


def _take_turn(session: Session) -> None:
    """Waits for whoever is writing the tree, and looks at the units anew."""
    session.flush()
    session.execute(select(Unit.id).where(Unit.parent_id.is_(None)).order_by(Unit.id).with_for_update())
    for row in list(session.identity_map.values()):
        if isinstance(row, Unit):
            session.expire(row)
