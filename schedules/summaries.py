"""Summaries, unasked: one message to each leader at the leader's hour. By night their counts are counted again."""

from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.store.db import bulk_span
from bot.store.turns import Portion
from bot.summaries import recounting
from bot.summaries.unasked import BATCH, claim_leaders, look_after_leader
from bot.tables import Membership
from bot.talk.desk import Desk


def look_after_summaries(desk: Desk, at: datetime) -> int:
    """Both; answers how many messages were written."""
    return tell_leaders(desk, at) + recounting.check_counts(desk, at)


def tell_leaders(desk: Desk, at: datetime) -> int:
    """Looks after every leader whose hour has come; answers how many summaries were written."""
    written = 0
    portion = Portion(BATCH, bulk_span(desk.db.engine))
    more = True
    while more:
        with desk.db.write() as session, portion.timed() as most:
            leaders = claim_leaders(session, at, most)
            more = len({leader.person_id for leader in leaders}) == most
            for person, roles in groupby(leaders, key=lambda leader: leader.person):
                written += look_after_leader(desk, session, person, list(roles), at)
    return written


_NEXT = (
    select(Membership.next_summary_at)
    .where(Membership.next_summary_at.is_not(None), Membership.ended_at.is_(None))
    .order_by(Membership.next_summary_at)
    .limit(1)
)


def next_summary_moment(session: Session) -> datetime | None:
    """When the next leader is looked after, for a clock that can be moved."""
    return session.scalar(_NEXT)
