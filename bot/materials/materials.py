"""Files that a committee ties to a topic: which units get them, which messages bring them, how one is taken back."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select, update
from sqlalchemy.orm import Session

from bot.duties.turns import EVERY, turn_of
from bot.duties.withdrawing import to_own_people, withdraw_reminders
from bot.messages import File
from bot.people.roles import units_below
from bot.problems import Invalid
from bot.store.known import Known, Whole
from bot.tables import (
    Demand,
    Duty,
    DutyKind,
    DutyState,
    Material,
    Message,
    MessageState,
    Reminder,
    ReminderKind,
    Topic,
    Unit,
)

MOST_MATERIALS = 20
"""So many files may one committee have tied to one topic, or to one turn of it."""
SPOKEN = "materials"
"""Under this name a message's body lists the digests of the files that it brings or links."""
SOME = 1000


def path_prefixes(path: str) -> list[str]:
    """The paths of the unit at `path` and of all above it: "/1/5/" gives "/1/" and "/1/5/"."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts))]


def duties_under(paths: Iterable[str]) -> ColumnElement[bool]:
    """Duties of the units at or below one of `paths`; none without any."""
    parts = [units_below(Duty.path, path) for path in paths]
    return or_(*parts) if parts else false()


def duties_about_topic(plan_id: int, key: str, period: str = EVERY, variant: str = "") -> ColumnElement[bool]:
    """The meetings (a condition on Duty) that are about a topic: the plan's or the unit's choice.

    With a `period` only those of that turn of a topic that recurs, with a `variant` only those of the units that have it.
    """
    topics = select(Topic.id).where(Topic.plan_id == plan_id, Topic.key == key)
    if variant:
        topics = topics.where(Topic.variant == variant)
    asked = select(Demand.id).where(Demand.topic_id.in_(topics))
    own = and_(Duty.chosen_id.is_(None), Duty.demand_id.in_(asked))
    if period != EVERY:
        turn = Duty.demand_id.in_(asked.where(Demand.period == period))
        return and_(Duty.plan_id == plan_id, Duty.kind == DutyKind.MEETING, Duty.chosen_id.is_(None), turn)
    return and_(Duty.plan_id == plan_id, Duty.kind == DutyKind.MEETING, or_(Duty.chosen_id.in_(topics), own))


def units_reached(
    session: Session, plan_id: int, key: str, period: str, paths: Iterable[str], variant: str = ""
) -> int:
    """How many units at or below `paths` have had or will have a meeting on the topic in that turn, or in any."""
    query = select(func.count(Duty.unit_id.distinct())).where(
        duties_about_topic(plan_id, key, period, variant),
        Duty.state.not_in((DutyState.WITHDRAWN, DutyState.LAPSED)),
        duties_under(paths),
    )
    return session.scalar(query) or 0


def tie_materials(
    session: Session,
    topic: Topic,
    period: str,
    paths: Iterable[str],
    files: Iterable[File],
    person_id: int,
    at: datetime,
) -> int:
    """Ties files to one turn of a topic, or to all of it (EVERY), for the units at or below `paths`.

    Answers how many are new: the same bytes are tied once.

    Raises Invalid("too_many_materials", most=...).
    """
    files = list(files)
    fresh = [(path, _fresh(session, topic, period, path, files)) for path in paths]
    session.add_all(_row(topic, period, path, file, person_id, at) for path, some in fresh for file in some)
    session.flush()
    return len({file.digest for _, some in fresh for file in some})


def _fresh(session: Session, topic: Topic, period: str, path: str, files: Iterable[File]) -> list[File]:
    """The files that the units at or below `path` do not have yet."""
    query = _tied(topic.plan_id, topic.key, period).where(Material.path.in_(path_prefixes(path)))
    query = query.where(Material.variant == "")
    there = session.scalars(query).all()
    known = {file.digest for file in there}
    fresh = {file.digest: file for file in files if file.digest not in known}
    own = [f for f in there if (f.path, f.period) == (path, period) and f.submission_id is None]
    if len(fresh) + len(own) > MOST_MATERIALS:
        raise Invalid("too_many_materials", most=MOST_MATERIALS)
    return list(fresh.values())


def _row(topic: Topic, period: str, path: str, file: File, person_id: int, at: datetime) -> Material:
    return Material(
        plan_id=topic.plan_id,
        key=topic.key,
        period=period,
        path=path,
        digest=file.digest,
        name=file.name,
        size=file.size,
        media_type=file.media_type,
        person_id=person_id,
        at=at,
    )


def kept_materials(plan_id: int, key: str, period: str) -> ColumnElement[bool]:
    """The files (a condition on Material) of one turn of a topic, those of every turn included, that nobody has taken back."""
    return and_(
        Material.plan_id == plan_id,
        Material.key == key,
        Material.period.in_({EVERY, period}),
        Material.withdrawn_at.is_(None),
    )


def _tied(plan_id: int, key: str, period: str) -> Select[Material]:
    return select(Material).where(kept_materials(plan_id, key, period)).order_by(Material.id)


def files_seen(
    session: Session, plan_id: int, key: str, period: str, paths: Collection[str]
) -> list[Material]:
    """The files of a topic's turn that are for some unit at or below `paths`."""
    parts = [units_below(Material.path, path) for path in paths]
    above = {prefix for path in paths for prefix in path_prefixes(path)}
    return list(session.scalars(_tied(plan_id, key, period).where(or_(Material.path.in_(above), *parts))))


_MATERIAL = Whole(Material)
_OF_TOPICS = Known(
    select(*_MATERIAL.columns)
    .where(
        Material.plan_id.in_(bindparam("plans", expanding=True)),
        Material.key.in_(bindparam("keys", expanding=True)),
        Material.path.in_(bindparam("paths", expanding=True)),
        Material.withdrawn_at.is_(None),
    )
    .order_by(Material.id),
    *("plans", "keys", "paths"),
)


def files_for(session: Session, duties: Iterable[Duty]) -> dict[int, list[Material]]:
    """The files of each of these duties' topics, in one query; a duty without any is not in the answer."""
    wanted = {
        duty.id: (duty.topic, turn_of(duty), duty.path)
        for duty in duties
        if duty.kind == DutyKind.MEETING and duty.topic is not None
    }
    if not wanted:
        return {}
    its = {
        "plans": list({topic.plan_id for topic, _, _ in wanted.values()}),
        "keys": list({topic.key for topic, _, _ in wanted.values()}),
        "paths": list({prefix for _, _, path in wanted.values() for prefix in path_prefixes(path)}),
    }
    rows = _MATERIAL.all(session, _OF_TOPICS, its)
    found = {
        duty_id: distinct_files(
            f
            for f in rows
            if (f.plan_id, f.key) == (topic.plan_id, topic.key)
            and f.period in (EVERY, period)
            and f.variant in ("", topic.variant)
            and path.startswith(f.path)
        )
        for duty_id, (topic, period, path) in wanted.items()
    }
    return {duty_id: files for duty_id, files in found.items() if files}


def distinct_files(files: Iterable[Material]) -> list[Material]:
    """The same bytes once: two committees may have tied them."""
    found: dict[str, Material] = {}
    for file in files:
        found.setdefault(file.digest, file)
    return list(found.values())


def note_materials_of(message: Message, files: Iterable[Material]) -> None:
    """Notes in a message which files it brings or links."""
    message.body = {**message.body, SPOKEN: [file.digest for file in files]}


def spoken_in(body: Mapping[str, Any]) -> set[str]:
    """The digests of the files that a message brings or links."""
    return set(body.get(SPOKEN, []))


def unit_was_reminded() -> ColumnElement[bool]:
    """A rung of the ladder (a condition on Reminder joined to Message) that the unit's own people have been told."""
    by_hand = Reminder.kind.in_((ReminderKind.NUDGE, ReminderKind.SNOOZE))
    return and_(Message.state.in_((MessageState.WAITING, MessageState.SENT)), ~by_hand, to_own_people())


def introduced_duties(session: Session, duty_ids: Collection[int]) -> set[int]:
    """Those of the duties of which something has been said: the files that there were then have gone with that."""
    rows = session.scalars(
        select(Reminder.duty_id)
        .join(Message, Message.id == Reminder.message_id)
        .where(Reminder.duty_id.in_(duty_ids), unit_was_reminded())
        .distinct()
    )
    return set(rows)


def take_material_back(session: Session, file: Material, at: datetime, by: int | None = None) -> None:
    """The file goes to nobody any more: what waits with it is taken back, and what else that says is said anew.

    `by`: the person who asked for that; nobody where the report with which it came stands no more."""
    if file.withdrawn_at is not None:
        return
    file.withdrawn_at, file.withdrawn_by = at, by
    session.flush()
    rows = session.execute(
        select(Duty.id, Message.body)
        .join(Reminder, Reminder.duty_id == Duty.id)
        .join(Message, Message.id == Reminder.message_id)
        .where(
            Message.state == MessageState.WAITING,
            duties_about_topic(file.plan_id, file.key, file.period, file.variant),
            units_below(Duty.path, file.path),
        )
    )
    duties = sorted({duty_id for duty_id, body in rows if file.digest in spoken_in(body)})
    for start in range(0, len(duties), SOME):
        withdraw_reminders(session, duties[start : start + SOME], at, anew=True)
    _take_back_told(session, file)


def _take_back_told(session: Session, file: Material) -> None:
    """Messages that wait to tell of files tied later: the others of those files are told anew."""
    same = (
        Material.plan_id == file.plan_id,
        Material.key == file.key,
        Material.period == file.period,
    )
    waiting = session.scalars(
        select(Message)
        .join(Material, Material.id == Message.material_id)
        .join(Unit, Unit.id == Message.unit_id)
        .where(Message.state == MessageState.WAITING, *same, units_below(Unit.path, file.path))
    )
    again: set[str] = set()
    for message in waiting:
        spoken = spoken_in(message.body)
        if file.digest in spoken:
            message.state, message.key = MessageState.WITHDRAWN, None
            again |= spoken
    session.execute(update(Material).where(*same, Material.digest.in_(again)).values(told_at=None))
    session.flush()
