"""Files tied to a topic after its reminder has gone out are told to the units that have had it, once."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select, tuple_, update
from sqlalchemy.orm import Session, aliased, joinedload

from bot.calendar import next_allowed
from bot.duties.turns import turn_of
from bot.materials.materials import (
    duties_about_topic,
    duties_under,
    note_materials_of,
    spoken_in,
    unit_was_reminded,
)
from bot.materials.sharing import share_materials
from bot.messages import Reply
from bot.people.staff import staff_of
from bot.reading.words import fold
from bot.store.db import take_turns
from bot.tables import Contact, Demand, Duty, DutyState, Material, Message, MessageState, Reminder, Submission
from bot.talk import outbox
from bot.talk.desk import Desk

log = logging.getLogger(__name__)

SETTLE = timedelta(minutes=2)
"""After the last file of a topic so long is waited, so that what is tied in one go is told in one message."""
PORTION = 500
"""So many units are told in one transaction."""
TURN = (Material.plan_id, Material.key, Material.period, Material.variant)
Turn = tuple[int, str, str, str]
"""A topic's plan and key, the period of its turn and the variant, both empty for what goes with each."""


def untold_turns(session: Session, at: datetime) -> list[Turn]:
    """The turns of topics with files that nobody has been told of, and that have been left alone for a while."""
    untold = (Material.told_at.is_(None), Material.withdrawn_at.is_(None))
    turns = select(*TURN).where(*untold).group_by(*TURN).having(func.max(Material.at) <= at - SETTLE)
    rows = session.execute(turns.order_by(*TURN))
    return [(plan_id, key, period, variant) for plan_id, key, period, variant in rows]


def tell_turn(desk: Desk, turn: Turn, at: datetime) -> int:
    """Goes through the units portion by portion; when all are through, the files are noted as told."""
    written, last = 0, 0
    seen: set[int] = set()
    while True:
        with desk.db.write() as session:
            take_turns(session, "materials")
            files = _untold(session, turn)
            seen = seen or {file.id for file in files}
            files = [file for file in files if file.id in seen]
            units = _portion(session, files, last)
            if not units:
                its = update(Material).where(Material.id.in_([file.id for file in files]))
                session.execute(its.values(told_at=at))
                return written
            written += _tell_units(desk, session, files, units, at)
            last = units[-1]
        desk.wake()


def _untold(session: Session, turn: Turn) -> list[Material]:
    new = (tuple_(*TURN) == turn, Material.told_at.is_(None), Material.withdrawn_at.is_(None))
    return list(session.scalars(select(Material).where(*new).order_by(Material.id)))


def _about(file: Material) -> ColumnElement[bool]:
    return duties_about_topic(file.plan_id, file.key, file.period, file.variant)


def _concerned(files: Sequence[Material]) -> ColumnElement[bool]:
    """Open duties for whose units one of the files is; whoever hears of a duty later gets the files with that."""
    said = exists().where(Reminder.duty_id == Duty.id, Message.id == Reminder.message_id, unit_was_reminded())
    return and_(
        _about(files[0]), Duty.state == DutyState.OPEN, duties_under({file.path for file in files}), said
    )


def _portion(session: Session, files: Sequence[Material], last: int) -> list[int]:
    if not files:
        return []
    units = select(Duty.unit_id).where(_concerned(files), Duty.unit_id > last).distinct()
    return list(session.scalars(units.order_by(Duty.unit_id).limit(PORTION)))


def _tell_units(
    desk: Desk, session: Session, files: Sequence[Material], units: Collection[int], at: datetime
) -> int:
    duties = session.scalars(
        select(Duty)
        .where(_concerned(files), Duty.unit_id.in_(units))
        .options(joinedload(Duty.demand).joinedload(Demand.topic), joinedload(Duty.unit))
        .order_by(Duty.due_on.is_(None), Duty.due_on, Duty.id)
    )
    first: dict[int, Duty] = {}
    for duty in duties:
        first.setdefault(duty.unit_id, duty)
    spoken = _spoken(session, files, units)
    had = _had_older(session, files, units)
    staff = staff_of(session, units, desk.moment(at).today)
    written = 0
    for unit_id, duty in first.items():
        fresh = [
            file
            for file in files
            if duty.path.startswith(file.path) and file.digest not in spoken.get(unit_id, set())
        ]
        if not fresh:
            continue
        speaker = staff.speaker(unit_id)
        if speaker is None:
            log.info("materials.nobody unit=%s duty=%s", unit_id, duty.id)
            continue
        older = had.get(unit_id, set()) & {_origin(file) for file in fresh}
        _write(desk, session, staff.contacts[speaker.id], duty, fresh, at, replaces=bool(older))
        written += 1
    session.flush()
    return written


def _spoken(session: Session, files: Sequence[Material], units: Collection[int]) -> dict[int, set[str]]:
    """The files that each unit has been told of: with a reminder of the topic, or by this tick before it was broken off."""
    found: dict[int, set[str]] = {}
    told = _bodies_of(
        session, files, units, Material.told_at.is_(None), Message.state != MessageState.WITHDRAWN
    )
    for unit_id, body in [*_reminded_bodies(session, files, units), *told]:
        found.setdefault(unit_id, set()).update(spoken_in(body))
    return found


Bodies = Iterable[tuple[int, Mapping[str, Any]]]
"""What messages carry beside their words, each with its unit."""


def _reminded_bodies(session: Session, files: Sequence[Material], units: Collection[int]) -> Bodies:
    """Of what the units were told with the topic's reminders."""
    rows = session.execute(
        select(Duty.unit_id, Message.body)
        .join(Reminder, Reminder.duty_id == Duty.id)
        .join(Message, Message.id == Reminder.message_id)
        .where(_about(files[0]), Duty.unit_id.in_(units), unit_was_reminded())
    )
    return [(unit_id, body) for unit_id, body in rows]


def _bodies_of(
    session: Session, files: Sequence[Material], units: Collection[int], *which: ColumnElement[bool]
) -> Bodies:
    """Of what this tick has told the units of the files of the same turn."""
    rows = session.execute(
        select(Message.unit_id, Message.body)
        .join(Material, Material.id == Message.material_id)
        .where(
            tuple_(*TURN) == (files[0].plan_id, files[0].key, files[0].period, files[0].variant),
            Message.unit_id.in_(units),
            *which,
        )
    )
    return [(unit_id, body) for unit_id, body in rows]


def _origin(file: Material) -> int | str:
    """What stays the same of a file from one version to the next: the report with which it came, or its name."""
    return file.submission_id or fold(file.name)


def _had_older(
    session: Session, files: Sequence[Material], units: Collection[int]
) -> dict[int, set[int | str]]:
    """By unit the origins of some of the files, where the unit was told of an earlier version of them."""
    versions = [*_older_reports(session, files), *_older_names(session, files)]
    if not versions:
        return {}
    told = _bodies_of(session, files, units, Message.state.in_((MessageState.SENT, MessageState.WAITING)))
    found: dict[int, set[int | str]] = {}
    for unit_id, body in [*_reminded_bodies(session, files, units), *told]:
        found.setdefault(unit_id, set()).update(new for digest, new in versions if digest in spoken_in(body))
    return found


Versions = list[tuple[str, int | str]]
"""Digests of files that were taken back, each with the origin of what stands in their place."""


def _older_names(session: Session, files: Sequence[Material]) -> Versions:
    """Those that were sent and taken back by hand, and were called the same."""
    rows = session.execute(
        select(Material.digest, Material.name).where(
            tuple_(*TURN) == (files[0].plan_id, files[0].key, files[0].period, files[0].variant),
            Material.withdrawn_by.is_not(None),
        )
    )
    names = {fold(file.name) for file in files if not file.submission_id}
    return [(digest, fold(name)) for digest, name in rows if fold(name) in names]


def _older_reports(session: Session, files: Sequence[Material]) -> Versions:
    """Those that came with an earlier version of a report."""
    old, new = aliased(Submission), aliased(Submission)
    its = [file.submission_id for file in files if file.submission_id]
    versions = session.execute(
        select(Material.digest, new.id)
        .join(old, old.id == Material.submission_id)
        .join(new, and_(new.duty_id == old.duty_id, new.version > old.version))
        .where(new.id.in_(its), Material.withdrawn_at.is_not(None))
    )
    return [(digest, new_id) for digest, new_id in versions]


def _write(
    desk: Desk,
    session: Session,
    contact: Contact,
    duty: Duty,
    files: Sequence[Material],
    at: datetime,
    *,
    replaces: bool,
) -> None:
    shared = share_materials(files, partial(desk.file_link, contact=contact))
    context = {
        "duty": duty,
        "period": turn_of(duty),
        "shared": shared,
        "replaces": replaces,
        "today": desk.moment(at).today,
    }
    said = desk.render.reply("materials/told", context)
    message = outbox.post_message(
        session,
        contact,
        Reply(said.text, said.choices, shared.files),
        at,
        bulk=True,
        due_at=next_allowed(desk.moment(at)),
        key=f"material:{files[0].id}:{duty.unit_id}",
    )
    message.material_id, message.unit_id = files[0].id, duty.unit_id
    note_materials_of(message, shared.materials)
