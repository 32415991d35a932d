"""Notices on their way: portion by portion, each person told once; whoever wrote it hears when all are through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import next_allowed
from bot.messages import Reply
from bot.notices.notices import hearers_of, open_receipts, received
from bot.people.reaching import reachable_contact
from bot.people.staff import contacts_of
from bot.store.db import take_turns
from bot.tables import Contact, Membership, Message, MessageState, Notice, NoticeReceipt, NoticeState
from bot.talk import outbox
from bot.talk.desk import Desk

PORTION = 200
"""So many people are told in one transaction."""
NAMED = 12


def send_notices(desk: Desk, at: datetime) -> int:
    """Sends what has come due; answers how many messages were written."""
    written = 0
    while True:
        with desk.db.write() as session:
            take_turns(session, "notices")
            notice = session.scalar(
                select(Notice)
                .where(Notice.state == NoticeState.WAITING, Notice.due_at <= at)
                .order_by(Notice.due_at, Notice.id)
                .limit(1)
            )
            if notice is None:
                return written
            written += _send_portion(desk, session, notice, at)
        desk.wake()


def _send_portion(desk: Desk, session: Session, notice: Notice, at: datetime) -> int:
    hearers = hearers_of(session, notice.tops).where(Membership.unit_id > notice.through)
    rows = session.execute(hearers.limit(PORTION + 1)).all()
    if len(rows) > PORTION:  # a unit is not cut in two
        last = rows[PORTION].unit_id
        rows = [row for row in rows if row.unit_id != last] or rows
    if not rows or not _may_still(session, notice):
        notice.state, notice.sent_at = NoticeState.SENT, at
        _tell_writer(desk, session, notice, at)
        return 0
    known = set(_told(session, notice, [row.person_id for row in rows]))
    contacts = contacts_of(session, {row.person_id for row in rows})
    told = 0
    for unit_id, person_id in rows:
        if person_id not in known:
            known.add(person_id)
            told += _tell(desk, session, notice, unit_id, person_id, contacts.get(person_id), at)
    notice.through = rows[-1].unit_id
    return told


def _may_still(session: Session, notice: Notice) -> bool:
    """Whether whoever wrote it still holds the role in whose name it speaks."""
    held = select(Membership.id).where(
        Membership.person_id == notice.person_id,
        Membership.unit_id == notice.unit_id,
        Membership.role == notice.role,
        Membership.ended_at.is_(None),
    )
    return session.scalar(held.limit(1)) is not None


def _told(session: Session, notice: Notice, people: Sequence[int]) -> Sequence[int]:
    row = select(NoticeReceipt.person_id).where(
        NoticeReceipt.notice_id == notice.id, NoticeReceipt.person_id.in_(people)
    )
    return session.scalars(row).all()


def _tell(
    desk: Desk,
    session: Session,
    notice: Notice,
    unit_id: int,
    person_id: int,
    contact: Contact | None,
    at: datetime,
) -> bool:
    message = _post(desk, session, notice, contact, at) if contact else None
    if message is not None:
        session.flush()
    session.add(
        NoticeReceipt(
            notice_id=notice.id,
            person_id=person_id,
            unit_id=unit_id,
            reached=message is not None,
            message_id=message.id if message else None,
        )
    )
    return message is not None


def _post(
    desk: Desk, session: Session, notice: Notice, contact: Contact, at: datetime, *, again: bool = False
) -> Message:
    moment = desk.moment(at)
    context = {"today": moment.today, "notice": notice, "again": again}
    said = desk.render.reply("notices/notice", context)
    reply = Reply(said.text, said.choices, notice.files, quick=said.quick)
    return outbox.post_message(session, contact, reply, at, bulk=True, due_at=next_allowed(moment))


@dataclass(frozen=True, slots=True)
class RemindedPortion:
    """Up to the person `through` they are done, of whom `told` were reminded; `through` is 0 where nobody was left."""

    told: int
    through: int


def remind_portion(desk: Desk, session: Session, notice: Notice, after: int, at: datetime) -> RemindedPortion:
    """Tells those once more who have not said that it has come: a portion of them, behind the person (id) `after`."""
    rows = session.scalars(
        select(NoticeReceipt)
        .where(NoticeReceipt.notice_id == notice.id, NoticeReceipt.person_id > after)
        .where(NoticeReceipt.reached, NoticeReceipt.got_at.is_(None))
        .order_by(NoticeReceipt.person_id)
        .limit(PORTION)
    ).all()
    contacts = contacts_of(session, {row.person_id for row in rows})
    waiting = _still_waiting(session, rows)
    told = 0
    for row in rows:
        contact = contacts.get(row.person_id)
        if contact is not None and row.message_id not in waiting:
            message = _post(desk, session, notice, contact, at, again=True)
            session.flush()
            row.message_id = message.id
            told += 1
    return RemindedPortion(told, rows[-1].person_id if rows else 0)


def _still_waiting(session: Session, rows: Sequence[NoticeReceipt]) -> set[int]:
    """The messages (ids) of these that have not gone out yet."""
    ids = [row.message_id for row in rows if row.message_id]
    waits = select(Message.id).where(Message.id.in_(ids), Message.state == MessageState.WAITING)
    return set(session.scalars(waits))


def _tell_writer(desk: Desk, session: Session, notice: Notice, at: datetime) -> None:
    """What has become of it, at once where it was sent at once, else as an unasked word."""
    contact = reachable_contact(session, notice.person_id)
    if contact is None:
        return
    moment = desk.moment(at)
    later = notice.due_at > notice.created_at
    lost = open_receipts(session, notice, 0, NAMED, lost_only=True)
    facts = {"notice": notice, "found": received(session, notice), "lost": lost, "today": moment.today}
    due_at = next_allowed(moment) if later else at
    outbox.post_message(
        session, contact, desk.render.reply("notices/sent", facts), at, bulk=later, due_at=due_at
    )
