"""Reports handed in: a draft collects files, handing in makes a version and closes the duty."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.duties.life import close_duty, done_on_time, reopen_duty, return_duty, set_reminder
from bot.duties.reports_on import meeting_awaited
from bot.duties.withdrawing import withdraw_reminders
from bot.messages import File
from bot.problems import Invalid
from bot.reports.recipients import address_report
from bot.tables import Duty, DutyState, Submission, SubmissionFile, SubmissionState

MOST_FILES = 30


def draft_of(session: Session, duty: Duty, person_id: int, at: datetime) -> Submission:
    """The person's draft for this duty, begun if there is none."""
    draft = session.scalar(
        select(Submission).where(
            Submission.duty_id == duty.id,
            Submission.person_id == person_id,
            Submission.state == SubmissionState.DRAFT,
        )
    )
    if draft is None:
        draft = Submission(duty_id=duty.id, person_id=person_id, state=SubmissionState.DRAFT, created_at=at)
        session.add(draft)
        session.flush()
    return draft


def add_files(session: Session, draft: Submission, files: Iterable[File]) -> int:
    """Adds files to a draft; the same bytes are taken once. Answers how many were new. Raises Invalid(too_many_files)."""
    known = {file.digest for file in draft.files}
    added = 0
    for file in files:
        if file.digest in known:
            continue
        if len(draft.files) >= MOST_FILES:
            raise Invalid("too_many_files", most=MOST_FILES)
        known.add(file.digest)
        position = max((f.position for f in draft.files), default=0) + 1
        draft.files.append(
            SubmissionFile(
                submission_id=draft.id,
                position=position,
                digest=file.digest,
                name=file.name,
                size=file.size,
                media_type=file.media_type,
            )
        )
        added += 1
    session.flush()
    return added


def hand_in(session: Session, draft: Submission, moment: Moment) -> Submission:
    """Makes the draft the duty's next version, for those who look at it, and closes the duty. Raises Invalid(nothing_to_hand_in).

    A report on a meeting that has not been held is kept, is neither in time nor late, and closes its duty when that is held.
    """
    if not draft.files and not draft.duty.demand.without_files:
        raise Invalid("nothing_to_hand_in")
    locked = select(Duty).where(Duty.id == draft.duty_id).with_for_update()
    duty = session.scalars(locked.execution_options(populate_existing=True)).one()
    latest = session.scalar(select(func.max(Submission.version)).where(Submission.duty_id == duty.id)) or 0
    day = moment.today
    draft.state, draft.version, draft.handed_at = SubmissionState.HANDED, latest + 1, moment.at
    draft.waits_for = meeting_awaited(session, duty)
    draft.on_time = None if draft.waits_for else done_on_time(duty, day)
    draft.told_at = None
    address_report(session, draft)
    session.flush()
    if draft.waits_for:
        duty.next_reminder_at = None
        withdraw_reminders(session, [duty.id], moment.at)
    elif duty.state == DutyState.OPEN:
        close_duty(session, duty, day, moment)
    return draft


def take_submission_back(session: Session, handed: Submission, person_id: int, moment: Moment) -> bool:
    """Makes what the person has just handed in a draft again; False when it cannot be: it is not theirs, was answered, or
    there is a newer version. The duty is owed again unless an earlier version stands that was not returned."""
    duty = session.scalar(
        select(Duty)
        .where(Duty.id == handed.duty_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    latest = session.scalar(select(func.max(Submission.version)).where(Submission.duty_id == handed.duty_id))
    if (
        duty is None
        or handed.person_id != person_id
        or handed.state != SubmissionState.HANDED
        or handed.version != latest
    ):
        return False
    handed.state, handed.version, handed.handed_at, handed.on_time = SubmissionState.DRAFT, None, None, None
    handed.waits_for = None
    session.flush()
    if latest and latest > 1:
        before = select(Submission.state).where(
            Submission.duty_id == duty.id, Submission.version == latest - 1
        )
        if duty.again_on and session.scalar(before) == SubmissionState.RETURNED:
            return_duty(session, duty, duty.again_on, moment)
    elif duty.state == DutyState.DONE:
        reopen_duty(session, duty, moment)
    else:
        set_reminder(session, duty, moment)
    return True


def drop_draft(session: Session, draft: Submission) -> None:
    draft.state = SubmissionState.DROPPED
    session.flush()
