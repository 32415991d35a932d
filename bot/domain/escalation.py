"""Who stands above a unit that is late, how often its own people were reminded, which units nobody can be reached in."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from bot.domain.counting import missing
from bot.domain.ladder import NAME_LENGTH
from bot.domain.people import secretaries_of
from bot.models import Contact, Demand, Duty, Membership, Message, Reminder, Unit

ABOVE = ("follower", "leader")


def above(session: Session, paths: Mapping[int, str]) -> dict[int, list[int]]:
    """Who is told of these units (id -> path) from above: ids of persons who can be reached, each once.

    The followers of the unit or of the nearest committee over it that has some, then the leaders of the nearest committee
    over it that has some. Of the topmost unit itself: its own leaders.
    """
    lines = {unit_id: _upward(path) for unit_id, path in paths.items()}
    posts: dict[tuple[str, int], list[int]] = {}
    rows = session.execute(
        select(Membership.role, Membership.unit_id, Membership.person_id)
        .where(
            Membership.unit_id.in_({one for line in lines.values() for one in line}),
            Membership.role.in_(ABOVE),
            Membership.ended_at.is_(None),
            exists().where(Contact.person_id == Membership.person_id, Contact.lost_at.is_(None)),
        )
        .order_by(Membership.rank, Membership.id)
    )
    for role, unit_id, person_id in rows:
        posts.setdefault((role, unit_id), []).append(person_id)
    found = {}
    for unit_id, line in lines.items():
        followers = _nearest(posts, "follower", line)
        leaders = _nearest(posts, "leader", line[1:] or line)
        found[unit_id] = list(dict.fromkeys([*followers, *leaders]))
    return found


def _upward(path: str) -> list[int]:
    """The ids that a path names, the unit itself first."""
    return [int(part) for part in reversed(path.strip("/").split("/"))]


def _nearest(posts: Mapping[tuple[str, int], list[int]], role: str, line: Iterable[int]) -> list[int]:
    return next((posts[role, unit_id] for unit_id in line if (role, unit_id) in posts), [])


@dataclass(frozen=True, slots=True)
class Reminded:
    """How often a unit was reminded of a duty: its first secretary, and those who stand in. `led`: it has a secretary."""

    first: int
    others: int
    led: bool


def how_often(session: Session, duties: Sequence[Duty]) -> dict[int, Reminded]:
    """For each of these duties (by id) how many messages have gone or will go to the unit's own people about it."""
    upward = {duty.id: climbing_keys(duty.demand) for duty in duties}
    leads = secretaries_of(session, {duty.unit_id for duty in duties})
    first = {duty.id: people[0].id for duty in duties if (people := leads.get(duty.unit_id))}
    rows = session.execute(
        select(Reminder.duty_id, Reminder.rung, Reminder.person_id)
        .join(Message, Message.id == Reminder.message_id)
        .where(Reminder.duty_id.in_(list(upward)), Message.state.in_(("sent", "waiting")))
    )
    counts: Counter[tuple[int, bool]] = Counter()
    for duty_id, rung, person_id in rows:
        if rung.partition("@")[0] not in upward[duty_id]:
            counts[duty_id, person_id == first.get(duty_id)] += 1
    return {
        duty.id: Reminded(counts[duty.id, True], counts[duty.id, False], duty.id in first) for duty in duties
    }


def climbing_keys(demand: Demand) -> frozenset[str]:
    """What the rungs of the demand that speak to who is above are known by once they have been said."""
    return frozenset(line["key"][:NAME_LENGTH] for line in demand.rungs if line.get("to") == "above")


def out_of_touch(
    session: Session, where: ColumnElement[bool], today: date, most: int
) -> tuple[int, list[str]]:
    """How many units have secretaries of whom none can be reached, and the names of the first `most` of them.

    Units with open duties alone, those that `where` (a condition on Duty) lets through and that are asked on the local
    day `today`.
    """
    asking = missing(and_(Duty.state == "open", where), today).with_only_columns(Unit.id).order_by(None)
    leads = and_(Membership.unit_id == Unit.id, Membership.role == "secretary", Membership.ended_at.is_(None))
    near = and_(leads, Contact.person_id == Membership.person_id, Contact.lost_at.is_(None))
    rows = session.execute(
        select(Unit.name, func.count().over())
        .where(Unit.id.in_(asking), exists().where(leads), ~exists().where(near))
        .order_by(Unit.listed_as)
        .limit(most)
    ).all()
    return (rows[0][1] if rows else 0), [row[0] for row in rows]
