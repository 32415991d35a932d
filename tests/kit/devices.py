"""The devices on which web chats ring."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.tables import PushSubscription


def rings_on_web(session: Session, contact_ids: Collection[int]) -> set[int]:
    """Which of these web chats make themselves noticed: on one device at least."""
    found = select(PushSubscription.contact_id).where(PushSubscription.contact_id.in_(contact_ids))
    return set(session.scalars(found.distinct()))
