"""What people have asked and nobody has answered yet, kept for the office that is nearest above them, without who asked."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.enquiries.answers import units_on_the_way_up
from bot.reading.words import fold
from bot.tables import AskedWords, Membership, Role, Unit

LONGEST = 300
"""So many letters of what was asked are kept."""
ANSWERED_KEPT, OPEN_KEPT = timedelta(days=7), timedelta(days=365)
"""How long words are kept that have found an answer; those that nobody has answered, since they were asked last."""


def office_above(session: Session, roles: Sequence[Membership]) -> Unit:
    """The nearest unit, from the person's own up, that has an office; the topmost where none has."""
    way = units_on_the_way_up(roles)
    staffed = set(
        session.scalars(
            select(Membership.unit_id).where(
                Membership.unit_id.in_(way), Membership.role == Role.ADMIN, Membership.ended_at.is_(None)
            )
        )
    )
    return session.get_one(Unit, next((unit_id for unit_id in way if unit_id in staffed), way[-1]))


def keep_asked(session: Session, unit: Unit, text: str, at: datetime) -> AskedWords:
    """The row of these words at this office; `count_unanswered` counts it."""
    words = " ".join(text.split())[:LONGEST]
    mark = fold(words)[:LONGEST]
    found = session.scalar(
        select(AskedWords)
        .where(AskedWords.unit_id == unit.id, AskedWords.mark == mark)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        found = AskedWords(unit_id=unit.id, mark=mark, words=words, times=0, first_at=at, last_at=at)
        session.add(found)
        session.flush()
    found.last_at = at
    return found


def count_unanswered(asked: AskedWords, at: datetime) -> None:
    asked.times += 1
    asked.last_at = at


def unanswered(session: Session, unit: Unit) -> list[AskedWords]:
    """What this office has to answer: what was asked most often first, then what was asked last."""
    return list(
        session.scalars(
            select(AskedWords)
            .where(AskedWords.unit_id == unit.id, AskedWords.times > 0)
            .order_by(AskedWords.times.desc(), AskedWords.last_at.desc(), AskedWords.id)
        )
    )


def count_open(session: Session, unit_ids: Iterable[int]) -> int:
    """How many questions wait for these offices."""
    found = select(func.count()).where(AskedWords.unit_id.in_(list(unit_ids)), AskedWords.times > 0)
    return session.scalar(found) or 0


def forget_asked(session: Session, at: datetime) -> int:
    """Words that have found an answer are forgotten after a week, what nobody has asked again after a year; answers how many."""
    over = (AskedWords.times == 0) & (AskedWords.last_at < at - ANSWERED_KEPT)
    result = session.execute(delete(AskedWords).where(over | (AskedWords.last_at < at - OPEN_KEPT)))
    return int(getattr(result, "rowcount", 0))
