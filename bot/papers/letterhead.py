"""What stands at the head of a unit's papers: the place they are dated from, the superior's line, the committee's term."""

from datetime import date

from sqlalchemy.orm import Session

from bot.problems import Invalid
from bot.tables import Unit

PLACE_LIMIT, HEADING_LIMIT = 100, 200
LONGEST_TERM = 10
"""Years; a term is five at the most, but a congress may come late."""


def superior_line(session: Session, unit: Unit) -> str:
    """The first line of the unit's papers in capitals: its own, else the name of the unit above; "" for the topmost."""
    if unit.heading:
        return unit.heading.upper()
    over = session.get(Unit, unit.parent_id) if unit.parent_id else None
    return over.name.upper() if over else ""


def set_place(unit: Unit, text: str) -> None:
    """The place (địa danh) that papers are dated from. Raises Invalid: text_empty, text_long."""
    unit.place_name = _line(text, PLACE_LIMIT)


def set_heading(unit: Unit, text: str) -> None:
    """The superior's line as the unit writes it. Raises Invalid: text_empty, text_long."""
    unit.heading = _line(text, HEADING_LIMIT)


def set_term(unit: Unit, first: date, today: date) -> None:
    """The first day of the committee's term, from which papers are numbered. Raises Invalid(held_day_range)."""
    earliest = today.replace(year=today.year - LONGEST_TERM, day=1)
    if not earliest <= first <= today:
        raise Invalid("held_day_range", first=earliest, last=today)
    unit.term_from = first


def _line(text: str, most: int) -> str:
    line = " ".join(text.split())
    if not line:
        raise Invalid("text_empty")
    if len(line) > most:
        raise Invalid("text_long", most=most)
    return line
