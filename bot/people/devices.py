"""The devices on which a web chat rings: kept when their owner says so, gone with the place or the person."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.tables import Push, PushSubscription

MOST_DEVICES = 10
"""Of one web chat; of more the oldest go."""


def keep_device(
    session: Session, contact_id: int, endpoint: str, p256dh: str, auth: str, at: datetime
) -> None:
    """A browser has one endpoint for all who use it: it rings for whoever has said so last."""
    row = session.scalar(select(PushSubscription).where(PushSubscription.endpoint == endpoint))
    if row is None:
        row = PushSubscription(endpoint=endpoint, created_at=at, failures=0)
        session.add(row)
    elif row.contact_id != contact_id:
        _drop_pushes(session, [row.id])
        row.created_at = at
    row.contact_id, row.p256dh, row.auth = contact_id, p256dh, auth
    session.flush()
    own = select(PushSubscription.id).where(PushSubscription.contact_id == contact_id)
    newest = session.scalars(own.order_by(PushSubscription.created_at.desc(), PushSubscription.id.desc()))
    drop_devices(session, newest.all()[MOST_DEVICES:])


def end_device(session: Session, contact_id: int, endpoint: str) -> None:
    here = PushSubscription.contact_id == contact_id, PushSubscription.endpoint == endpoint
    drop_devices(session, session.scalars(select(PushSubscription.id).where(*here)).all())


def end_devices(session: Session, contact_ids: Collection[int]) -> None:
    """None of these web chats rings any more."""
    ended = select(PushSubscription.id).where(PushSubscription.contact_id.in_(contact_ids))
    drop_devices(session, session.scalars(ended).all())


def drop_devices(session: Session, ids: Collection[int]) -> None:
    """With what was still to be said to them."""
    if not ids:
        return
    # Held first, so that nothing new is written down for them meanwhile.
    held = select(PushSubscription.id).where(PushSubscription.id.in_(ids)).order_by(PushSubscription.id)
    session.execute(held.with_for_update())
    _drop_pushes(session, ids)
    gone = delete(PushSubscription).where(PushSubscription.id.in_(ids))
    session.execute(gone.execution_options(synchronize_session=False))


def _drop_pushes(session: Session, ids: Collection[int]) -> None:
    unsaid = delete(Push).where(Push.subscription_id.in_(ids))
    session.execute(unsaid.execution_options(synchronize_session=False))
