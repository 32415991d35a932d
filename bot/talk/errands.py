"""Errands: what somebody has asked for that must not be done inside a talk; taken, done, told, by whichever replica is first."""

import logging
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.messages import File, Reply
from bot.people.reaching import reachable_contact
from bot.people.roles import may_act
from bot.problems import Problem, Rejected
from bot.store.again import database_gave_way, do_again
from bot.tables import Audit, Errand, ErrandKind, ErrandState, Membership
from bot.tables.asked import Asked, GivenWorkbook
from bot.talk import outbox
from bot.talk.desk import Desk, FileShelf

log = logging.getLogger(__name__)

TAKES = {
    ErrandKind.SCAN: "lead",
    ErrandKind.PAPER: "lead",
    ErrandKind.NUDGE: "nudge",
    ErrandKind.NOTICE: "nudge",
    ErrandKind.PICTURE: "sum",
    ErrandKind.SUMMARY: "sum",
}
"""What whoever asked must be allowed to do; for all else, to administer."""
READY = (ErrandState.NEW, ErrandState.READ, ErrandState.AGREED)
PATIENCE = timedelta(minutes=30)
"""So long is a file store or a database that does not answer asked again."""

SHOWN = 15
"""So many faults are told at once."""
BOOK_SECONDS = 60.0
"""A workbook of ten thousand rows takes some seconds to read."""

A = TypeVar("A", bound=Asked)
T = TypeVar("T")
Work = Callable[[Desk, int, datetime], None]


def do_all(desk: Desk, at: datetime, work: Mapping[ErrandKind, Work], failed: str = "plans/failed") -> int:
    """Does every errand of these kinds that is ready; answers how many. `failed` is what is said of one that broke."""
    done = 0
    tried: set[int] = set()
    while (found := _next(desk, work, tried)) is not None:
        errand_id, kind = found
        tried.add(errand_id)
        try:
            if _may_still(desk, errand_id):
                do_again(partial(desk.apart, work[kind], errand_id, at))
            else:
                finish_errand(desk, errand_id, at, "talk/not_yours", state=ErrandState.DROPPED)
        except Exception as error:
            if isinstance(error, OSError) or database_gave_way(error):  # one of the stores is away
                log.warning("errand waits id=%s", errand_id, exc_info=True)
                _give_up_late(desk, errand_id, at, failed)
            else:
                log.exception("errand failed id=%s kind=%s", errand_id, kind)
                finish_errand(desk, errand_id, at, failed)
        done += 1
        desk.wake()
    return done


def _next(desk: Desk, work: Mapping[ErrandKind, Work], tried: set[int]) -> tuple[int, ErrandKind] | None:
    with desk.db.read() as session:
        row = session.execute(
            select(Errand.id, Errand.kind)
            .where(Errand.kind.in_(work), Errand.state.in_(READY), Errand.id.not_in(tried))
            .order_by(Errand.id)
            .limit(1)
        ).first()
        return (row.id, row.kind) if row else None


def _may_still(desk: Desk, errand_id: int) -> bool:
    """Whether whoever asked holds the role that this takes: it may have ended since. What has begun is brought to its end."""
    with desk.db.read() as session:
        errand = session.get_one(Errand, errand_id)
        if errand.begun:
            return True
        held = select(Membership).where(
            Membership.person_id == errand.person_id, Membership.ended_at.is_(None)
        )
        return may_act(session.scalars(held).all(), TAKES.get(errand.kind, "administer"), errand.unit.path)


def _give_up_late(desk: Desk, errand_id: int, at: datetime, failed: str) -> None:
    with desk.db.read() as session:
        created = session.get_one(Errand, errand_id).created_at
    if at - created > PATIENCE:
        finish_errand(desk, errand_id, at, failed)


def read_errand(desk: Desk, errand_id: int, kind: type[A]) -> tuple[ErrandState, A, int]:
    """The errand's state, what it is about, and its unit."""
    with desk.db.read() as session:
        errand = session.get_one(Errand, errand_id)
        return errand.state, errand.about(kind), errand.unit_id


def finish_errand(
    desk: Desk,
    errand_id: int,
    at: datetime,
    template: str,
    *,
    state: ErrandState = ErrandState.DONE,
    args: Asked | None = None,
    files: tuple[File, ...] = (),
    **context: Any,
) -> None:
    """Moves the errand on and tells who asked for it; nothing if another replica was first."""
    with desk.db.write() as session:
        errand = session.get_one(Errand, errand_id, with_for_update=True, populate_existing=True)
        if errand.state not in READY:
            return
        errand.state, errand.done_at = state, at
        errand.args = args or errand.args
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
    contact = reachable_contact(session, errand.person_id)
    if contact is None:
        return
    today = desk.moment(at).today
    reply = desk.render.reply(template, {"errand": errand, "today": today, **context})
    outbox.post_message(session, contact, Reply(reply.text, reply.choices, files), at)


def locked_errand(session: Session, errand_id: int, state: ErrandState) -> Errand | None:
    """The errand, locked; None when it is not in that state any more."""
    errand = session.get_one(Errand, errand_id, with_for_update=True, populate_existing=True)
    return errand if errand.state == state else None


def work_by_portions(desk: Desk, errand_id: int, work: Callable[[Desk, Session, Errand], bool]) -> None:
    """Of an errand that the office has agreed to, each portion is kept: whoever talks meanwhile is answered between them. The errand
    says how far it has come; `work` says whether there is more."""
    going_on = True
    while going_on:
        with desk.db.write() as session:
            errand = locked_errand(session, errand_id, ErrandState.AGREED)
            going_on = errand is not None and work(desk, session, errand)


def refuse_errand(
    desk: Desk,
    errand_id: int,
    at: datetime,
    problems: Sequence[Problem],
    most: int = SHOWN,
    template: str = "plans/faults",
) -> None:
    """Says what is wrong with what was sent."""
    lines = problem_sentences(desk, problems)
    codes = [one.code for one in problems]
    more = max(0, len(lines) - most)
    finish_errand(desk, errand_id, at, template, lines=lines[:most], more=more, codes=codes)


def file_shelf(desk: Desk) -> FileShelf:
    if desk.shelf is None:
        raise OSError("no file store")
    return desk.shelf


def read_workbook(
    desk: Desk, given: GivenWorkbook, read: Callable[[Path, Path], T], *, unreadable: str = ""
) -> T:
    """What `read` (path, folder of all wording) makes of the workbook that was sent, apart from everything else. Raises Rejected with `unreadable`, where
    that is said, for a file that breaks the reader."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(given.name).stem + ".xlsx")
        path.write_bytes(file_shelf(desk).read(given.digest))
        try:
            return desk.aside.call(read, path, desk.render.folder, seconds=BOOK_SECONDS)
        except Rejected:
            raise
        except Exception as error:
            if not unreadable:
                raise
            log.exception("workbook unreadable")
            raise Rejected([Problem("", unreadable)]) from error


def send_workbook(
    desk: Desk,
    errand_id: int,
    at: datetime,
    name: str,
    write: Callable[[Path], None],
    template: str = "plans/workbook",
    **context: Any,
) -> None:
    """Puts the workbook that `write` makes on the shelf and sends it; `context`: what its template is told."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        write(path)
        file = file_shelf(desk).keep(name, path)
    finish_errand(desk, errand_id, at, template, files=(file,), **context)


def note_errand(session: Session, errand: Errand, at: datetime, action: str, subject: str) -> None:
    session.add(Audit(at=at, person_id=errand.person_id, action=action, subject=subject))


def problem_sentences(desk: Desk, problems: Iterable[Problem]) -> list[tuple[str, str]]:
    """(place, sentence) of each problem."""
    return [(p.place, desk.render.sentence(p.code, p.facts)) for p in problems]
