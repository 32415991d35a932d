"""What became of messages that were on their way: written down in the turn of the sender that learns of it."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, case, update
from sqlalchemy.orm import Session

from bot.store.known import Known
from bot.tables import Contact, Message, MessageState
from bot.talk.delivery import Claimed
from bot.talk.outbox import WAITING, lose_contact, next_seq
from bot.talk.pushes import note_pushes
from bot.talk.windows import JUST_NOW, close_contacts

log = logging.getLogger(__name__)


class SendResult(StrEnum):
    """FAILED: this message; LOST: the whole contact; CLOSED: the contact takes nothing until its person speaks."""

    SENT = "sent"
    AGAIN = "again"
    FAILED = "failed"
    LOST = "lost"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What became of one send; AGAIN: after `wait`."""

    claimed: Claimed
    result: SendResult
    wait: timedelta = timedelta()
    reason: str = ""
    parts: int = 0
    """So many parts of what was claimed have gone out all the same."""
    pieces: int = 0
    """So many more pieces of its text have gone out."""
    cost: int = 0
    """What the channel has asked for what has gone out, in VND."""


def settle_messages(session: Session, outcomes: Collection[SendOutcome], at: datetime) -> None:
    """Writes down what became of a batch; a lost contact hands its waiting messages to the person's next one.

    Whoever cannot be knocked at is reached all the same: only that knock is over, and there is no other until they have spoken.
    """
    knocks = [o for o in outcomes if o.claimed.knock and o.result in (SendResult.LOST, SendResult.CLOSED)]
    _withdraw(session, knocks)
    outcomes = [o for o in outcomes if o not in knocks]
    for contact_id, reason in sorted(
        {(o.claimed.contact_id, o.reason) for o in outcomes if o.result == SendResult.LOST}
    ):
        lose_contact(session, session.get_one(Contact, contact_id), reason, at)
    refused = {o.claimed.contact_id: o.claimed.at for o in outcomes if o.result == SendResult.CLOSED}
    still_open = close_contacts(session, refused, at)
    _note_costs(session, outcomes)
    sent = [o.claimed for o in outcomes if o.result == SendResult.SENT]
    _mark_sent(session, sent, at)
    note_pushes(session, [c.id for c in sent if c.address.channel == "web" and c.reply.unasked], at)
    for outcome in outcomes:
        if outcome.result == SendResult.AGAIN:
            _put_off(session, outcome, at)
        elif outcome.result == SendResult.CLOSED and outcome.claimed.contact_id in still_open:
            _put_off(session, replace(outcome, wait=JUST_NOW), at)
        elif outcome.result == SendResult.FAILED:
            log.error("message given up id=%s error=%s", outcome.claimed.id, outcome.reason)
            session.execute(
                update(Message)
                .where(Message.id == outcome.claimed.id)
                .values(state=MessageState.FAILED, failed_at=at, error=outcome.reason[:200])
            )


def _withdraw(session: Session, outcomes: Collection[SendOutcome]) -> None:
    for outcome in outcomes:
        log.warning("knock refused contact=%s reason=%s", outcome.claimed.contact_id, outcome.reason)
        session.execute(
            update(Message)
            .where(Message.id == outcome.claimed.id)
            .values(state=MessageState.WITHDRAWN, error=outcome.reason[:200])
        )


def _note_costs(session: Session, outcomes: Collection[SendOutcome]) -> None:
    """Before anything else is written of these messages: written twice, when the answer to a commit was lost, it counts once."""
    for outcome in outcomes:
        if outcome.cost:
            known, said = outcome.claimed.parts_sent, outcome.claimed.reply.pieces_gone
            once = {"message": outcome.claimed.id, "known": known, "said": said}
            _PAID.rows(session, {**once, "more": outcome.cost})


_PAID = Known(
    update(Message)
    .where(
        Message.id == bindparam("message"),
        Message.state == WAITING,
        Message.parts_sent == bindparam("known"),
        Message.pieces_sent == bindparam("said"),
    )
    .values(cost=Message.cost + bindparam("more"))
)


def _put_off(session: Session, outcome: SendOutcome, at: datetime) -> None:
    known, said = outcome.claimed.parts_sent, outcome.claimed.reply.pieces_gone
    gone = case((Message.parts_sent == known, known + outcome.parts), else_=Message.parts_sent)  # once, too
    pieces = case((Message.pieces_sent == said, said + outcome.pieces), else_=Message.pieces_sent)
    session.execute(
        update(Message)
        .where(Message.id == outcome.claimed.id, Message.state == MessageState.WAITING)
        .values(
            due_at=at + outcome.wait,
            held_by=None,
            error=outcome.reason[:200],
            parts_sent=gone,
            pieces_sent=pieces,
        )
    )


def _mark_sent(session: Session, sent: list[Claimed], at: datetime) -> None:
    # Contacts before messages, as in `receive`: the other way round the two could wait for each other.
    shown = sorted((c.contact_id, c.id) for c in sent if c.address.channel == "web")
    numbers = [(message_id, next_seq(session, contact_id)) for contact_id, message_id in shown]
    if sent:
        _SENT.rows(session, {"ids": [c.id for c in sent], "moment": at})
    for message_id, seq in numbers:
        _NUMBERED.rows(session, {"message": message_id, "number": seq})


_SENT = Known(
    update(Message)
    .where(Message.id.in_(bindparam("ids", expanding=True)))
    .values(state=MessageState.SENT, sent_at=bindparam("moment"), error=""),
    "ids",
)
_NUMBERED = Known(update(Message).where(Message.id == bindparam("message")).values(seq=bindparam("number")))
