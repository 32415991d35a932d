"""One look at a room of the office's page: who looks, when, and what the address asks for."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.people.roles import within_subtree
from bot.tables import Membership, Unit
from bot.talk.desk import Desk

PAGE = 40
LONGEST, DIGITS = 100, 9


@dataclass(frozen=True, slots=True)
class Look:
    session: Session
    desk: Desk
    person_id: int
    roles: list[Membership]
    moment: Moment
    asked: Mapping[str, str]

    def scope(self, action: str) -> ColumnElement[bool]:
        """The units (a condition on Unit) where the roles allow it."""
        return within_subtree(Unit.path, self.roles, action)

    def words(self, name: str) -> str:
        return self.asked.get(name, "").replace("\0", "").strip()[:LONGEST]

    def number(self, name: str) -> int:
        """0 where it is none."""
        said = self.asked.get(name, "")
        return int(said) if said.isascii() and said.isdigit() and len(said) <= DIGITS else 0

    def page_of(self, total: int) -> dict[str, int]:
        """Where the page that is asked for begins, of so many."""
        first = min(self.number("from"), max(0, total - 1)) // PAGE * PAGE
        return {"first": first, "page": PAGE, "total": total}
