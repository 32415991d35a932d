"""Rows of units written, with what every plan then asks of whom: of a list and of a talk alike; tried out before that, so that it is shown first."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.changes import Changes
from bot.duties.loading import reload_all
from bot.tables import Unit
from bot.units.rows import UnitRow
from bot.units.tree import Imported, write_units


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
    _take_turn(session)
    done = write_units(session, rows, moment, inside=inside, title=title)
    plans = tuple((plan.title, made) for plan, made in reload_all(session, moment) if not made.nothing)
    return Applied(done, plans)


def try_units(session: Session, rows: Sequence[UnitRow], moment: Moment, *, inside: str) -> Applied:
    """What `apply_units` would do, of which nothing stays. Raises as it does."""
    trial = session.begin_nested()
    try:
        return apply_units(session, rows, moment, inside=inside)
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
