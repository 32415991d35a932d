"""Who stands above a unit: the followers and leaders who are told of it."""

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from bot.tables import Contact, Membership, Role

ABOVE = (Role.FOLLOWER, Role.LEADER)


_POSTS = (
    select(Membership.role, Membership.unit_id, Membership.person_id)
    .where(
        Membership.unit_id.in_(bindparam("units", expanding=True)),
        Membership.role.in_(ABOVE),
        Membership.ended_at.is_(None),
        exists().where(Contact.person_id == Membership.person_id, Contact.lost_at.is_(None)),
    )
    .order_by(Membership.rank, Membership.id)
)


def superiors_of(session: Session, paths: Mapping[int, str]) -> dict[int, list[int]]:
    """Who is told of these units (id -> path) from above: ids of persons who can be reached, each once.

    The followers of the unit or of the nearest committee over it that has some, then the leaders of the nearest committee
    over it that has some. Of the topmost unit itself: its own leaders.
    """
    lines = {unit_id: _upward(path) for unit_id, path in paths.items()}
    posts: dict[tuple[Role, int], list[int]] = {}
    units = list({one for line in lines.values() for one in line})
    for role, unit_id, person_id in session.execute(_POSTS, {"units": units}):
        posts.setdefault((role, unit_id), []).append(person_id)
    found = {}
    for unit_id, line in lines.items():
        followers = _nearest(posts, Role.FOLLOWER, line)
        leaders = _nearest(posts, Role.LEADER, line[1:] or line)
        found[unit_id] = list(dict.fromkeys([*followers, *leaders]))
    return found


def _upward(path: str) -> list[int]:
    """The ids that a path names, the unit itself first."""
    return [int(part) for part in reversed(path.strip("/").split("/"))]


def _nearest(posts: Mapping[tuple[Role, int], list[int]], role: Role, line: Iterable[int]) -> list[int]:
    return next((posts[role, unit_id] for unit_id in line if (role, unit_id) in posts), [])
