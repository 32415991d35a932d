"""Hints: what a committee wants to be discussed comes up in a unit's next meeting."""

from collections.abc import Sequence

from sqlalchemy import BindParameter, bindparam, exists, or_, select
from sqlalchemy.orm import Session

from bot.store.known import Known, Whole
from bot.tables import Meeting, Notice, NoticeMeeting, NoticeReceipt, NoticeState, Unit

DISCUSSING = ("speakers", "notes")
"""What a step asks at which the members speak: "notes" alone may be the sum of what they have said."""
_unit: BindParameter[int] = bindparam("unit")
_had = NoticeMeeting.notice_id == Notice.id, NoticeMeeting.unit_id == _unit
_NOTICE = Whole(Notice, unit=Whole(Unit))
_HINTS = Known(
    select(*_NOTICE.columns)
    .outerjoin(Unit, Unit.id == Notice.unit_id)
    .where(
        Notice.hint,
        Notice.state == NoticeState.SENT,
        exists().where(NoticeReceipt.notice_id == Notice.id, NoticeReceipt.unit_id == _unit),
        # no other meeting of the unit has had it
        or_(~exists().where(*_had), exists().where(*_had, NoticeMeeting.meeting_id == bindparam("meeting"))),
    )
    .order_by(Notice.id)
)


def hints_at(session: Session, meeting: Meeting) -> Sequence[Notice]:
    """The hints that come up at the present step: the first of all, and the first at which the unit discusses. From then on they
    belong to this meeting; a rehearsal shows them and uses none up."""
    discussing = next((place for place, step in enumerate(meeting.steps) if step.asks in DISCUSSING), 0)
    if meeting.step not in (0, discussing):
        return ()
    found = _NOTICE.all(session, _HINTS, {"unit": meeting.unit_id, "meeting": meeting.id})
    if not meeting.rehearsal:
        for notice in found:
            session.merge(NoticeMeeting(notice_id=notice.id, unit_id=meeting.unit_id, meeting_id=meeting.id))
    return found
