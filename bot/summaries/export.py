"""The leader's workbook of everything, as the web sends it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from bot.people.roles import role_holders
from bot.tables import Membership
from bot.talk.desk import Desk


def export_workbook(desk: Desk, person_id: int, at: datetime) -> bytes:
    """An XLSX of all that this person may sum up; empty for whoever may sum up nothing."""
    from bot.summaries.table import read_table_words, summary_workbook  # its libraries take memory

    held = select(Membership).where(Membership.person_id == person_id, Membership.ended_at.is_(None))
    with desk.db.read() as session:
        memberships = session.scalars(held.options(joinedload(Membership.unit))).all()
        if not role_holders(memberships, "sum"):
            return b""
        return summary_workbook(session, memberships, desk.moment(at), read_table_words(desk.render.folder))
