"""Processes that are alive: what one of them has in flight belongs to it, and is free again once it is dead."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from bot.tables import Message, MessageState, Process

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
DEAD = timedelta(seconds=20)
"""Who has not been heard of for so long; more than the clocks of two machines differ."""


def enter_process(session: Session, name: str, at: datetime) -> int:
    """Notes a new process and answers its number. Another of its name has held its address, so that one is dead: what it had
    in flight goes out at once."""
    _bury(session, list(session.scalars(select(Process.id).where(Process.name == name))), at)
    return session.scalars(insert(Process).values(name=name, alive_at=at).returning(Process.id)).one()


def note_alive(session: Session, number: int, name: str, at: datetime) -> None:
    """Says that this process lives, and frees what the dead had in flight.

    Who comes back after a long time has not been listening: perhaps the database was away, and nobody could say anything.
    So the silence of the others counts from now on.
    """
    before = session.scalar(select(Process.alive_at).where(Process.id == number).with_for_update())
    silent = Process.alive_at < at - DEAD
    if before is None:  # it was away for long, and counted as dead
        session.execute(insert(Process).values(id=number, name=name, alive_at=at))
    else:
        session.execute(update(Process).where(Process.id == number).values(alive_at=at))
    if before is None or before < at - DEAD:
        session.execute(update(Process).where(silent).values(alive_at=at))
    else:
        _bury(session, list(session.scalars(select(Process.id).where(silent))), at)


def is_alone(session: Session) -> bool:
    """Whether no other process is alive, as far as has been noticed."""
    return (session.scalar(select(func.count()).select_from(Process)) or 0) <= 1


def leave_process(session: Session, number: int, at: datetime) -> None:
    _bury(session, [number], at)


def free_claims(session: Session, number: int, but: Collection[int], at: datetime) -> None:
    """Frees what this process holds beside those messages (ids): claims whose commit was kept though its answer was lost."""
    held = update(Message).where(
        Message.state == MessageState.WAITING, Message.held_by == number, Message.id.not_in(but)
    )
    session.execute(held.values(due_at=at, held_by=None).execution_options(synchronize_session=False))


def _bury(session: Session, numbers: list[int], at: datetime) -> None:
    if not numbers:
        return
    freed = session.scalars(
        update(Message)
        .where(Message.state == MessageState.WAITING, Message.held_by.in_(numbers))
        .values(due_at=at, held_by=None)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    session.execute(delete(Process).where(Process.id.in_(numbers)))
    if freed:
        log.warning("outbox.freed messages=%s of processes that are gone", len(freed))
