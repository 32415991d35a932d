"""Errands: what somebody has asked for that must not be done inside a talk; taken, done, told, by whichever replica is first."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import local_day
from bot.messages import File, Reply
from bot.problems import Problem
from bot.tables import Audit, Errand
from bot.talk import outbox
from bot.talk.desk import Desk

log = logging.getLogger(__name__)

READY = ("new", "read", "agreed")
PATIENCE = timedelta(minutes=30)
"""So long is a file store that does not answer asked again."""

Work = Callable[[Desk, int, datetime], None]


def do_all(desk: Desk, at: datetime, work: Mapping[str, Work], failed: str = "plans/failed") -> int:
    """Does every errand of these kinds that is ready; answers how many. `failed` is what is said of one that broke."""
    done = 0
    tried: set[int] = set()
    while (found := _next(desk, work, tried)) is not None:
        errand_id, kind = found
        tried.add(errand_id)
        try:
            work[kind](desk, errand_id, at)
        except OSError:
            log.warning("errand waits for the file store id=%s", errand_id, exc_info=True)
            _give_up_late(desk, errand_id, at, failed)
        except Exception:
            log.exception("errand failed id=%s kind=%s", errand_id, kind)
            finish_errand(desk, errand_id, at, failed)
        done += 1
        desk.wake()
    return done


def _next(desk: Desk, work: Mapping[str, Work], tried: set[int]) -> tuple[int, str] | None:
    with desk.db.read() as session:
        row = session.execute(
            select(Errand.id, Errand.kind)
            .where(Errand.kind.in_(work), Errand.state.in_(READY), Errand.id.not_in(tried))
            .order_by(Errand.id)
            .limit(1)
        ).first()
        return (row.id, row.kind) if row else None


def _give_up_late(desk: Desk, errand_id: int, at: datetime, failed: str) -> None:
    with desk.db.read() as session:
        created = session.get_one(Errand, errand_id).created_at
    if at - created > PATIENCE:
        finish_errand(desk, errand_id, at, failed)


def read_errand(desk: Desk, errand_id: int) -> tuple[str, dict[str, Any], int]:
    """The errand's state, what it is about, and its unit."""
    with desk.db.read() as session:
        errand = session.get_one(Errand, errand_id)
        return errand.state, dict(errand.args), errand.unit_id


def finish_errand(
    desk: Desk,
    errand_id: int,
    at: datetime,
    template: str,
    *,
    state: str = "done",
    args: Mapping[str, Any] | None = None,
    files: tuple[File, ...] = (),
    **context: Any,
) -> None:
    """Moves the errand on and tells who asked for it; nothing if another replica was first."""
    with desk.db.write() as session:
        errand = session.get_one(Errand, errand_id, with_for_update=True, populate_existing=True)
        if errand.state not in READY:
            return
        errand.state, errand.done_at = state, at
        errand.args = {**errand.args, **(args or {})}
        tell_asker(desk, session, errand, at, template, files, **context)


def tell_asker(
    desk: Desk,
    session: Session,
    errand: Errand,
    at: datetime,
    template: str,
    files: tuple[File, ...] = (),
    **context: Any,
) -> None:
    contact = outbox.reachable_contact(session, errand.person_id)
    if contact is None:
        return
    today = local_day(at, desk.zone)
    reply = desk.render.reply(template, {"errand": errand, "today": today, **context})
    outbox.post_message(session, contact, Reply(reply.text, reply.choices, files), at)


def note_errand(session: Session, errand: Errand, at: datetime, action: str, subject: str) -> None:
    session.add(Audit(at=at, person_id=errand.person_id, action=action, subject=subject))


def problem_sentences(desk: Desk, problems: list[Problem]) -> list[tuple[str, str]]:
    """(place, sentence) of each problem."""
    return [(p.place, desk.render.sentence(p.code, p.facts)) for p in problems]
