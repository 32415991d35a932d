"""A corrected file of the same name takes the place of the one that was sent before."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.materials.materials import kept_materials, take_material_back
from bot.messages import File
from bot.reading.words import fold
from bot.tables import Material, Topic


def former_files(
    session: Session, topic: Topic, period: str, paths: Iterable[str], files: Iterable[File]
) -> list[Material]:
    """The files of that turn, tied by hand for just these parts of the tree, that are called as one of `files` and hold something else."""
    names = {fold(file.name): file.digest for file in files}
    rows = session.scalars(
        select(Material)
        .where(
            kept_materials(topic.plan_id, topic.key, period),
            Material.period == period,
            Material.path.in_(list(paths)),
            Material.variant == "",
            Material.submission_id.is_(None),
        )
        .order_by(Material.id)
    )
    return [row for row in rows if names.get(fold(row.name), row.digest) != row.digest]


def replace_files(
    session: Session,
    topic: Topic,
    period: str,
    paths: Iterable[str],
    files: Iterable[File],
    person_id: int,
    at: datetime,
) -> int:
    """Takes the former ones back; answers how many names that were."""
    former = former_files(session, topic, period, paths, files)
    for row in former:
        take_material_back(session, row, at, by=person_id)
    return len({fold(row.name) for row in former})
