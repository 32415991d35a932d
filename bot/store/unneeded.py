"""How a file leaves the store when nothing needs it any more."""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import String, cast, delete, exists, or_, select
from sqlalchemy.orm import Session

from bot.store.db import Database, take_turns
from bot.tables import (
    Aside,
    Dialog,
    Errand,
    Material,
    Message,
    MessageState,
    Note,
    Notice,
    Paper,
    Submission,
    SubmissionFile,
    SubmissionState,
    Upload,
)

log = logging.getLogger(__name__)

A_DAY = timedelta(days=1)
SOME = 200


class Bytes(Protocol):
    """Where files lie, as far as dropping them goes."""

    def drop(self, digest: str) -> None: ...


def drop_unneeded_files(db: Database, store: Bytes, at: datetime) -> int:
    """Drops what was sent more than a day before `at` and nothing refers to: files whose dialog was left, dropped drafts and
    notes. Answers how many; a store that is away is tried again the next time."""
    dropped = 0
    last = ""
    while True:
        with db.read() as session:
            found = session.scalars(_unneeded(at - A_DAY, last)).all()
        for digest in found:
            dropped += _drop_unneeded(db, store, digest, at - A_DAY)
        if len(found) < SOME:
            return dropped
        last = found[-1]


def _drop_unneeded(db: Database, store: Bytes, digest: str, before: datetime) -> bool:
    """Takes turns with whoever sends the same bytes just now: they find them, or store them anew."""
    with db.write() as session:
        take_turns(session, "uploads")
        fresh = session.scalar(select(Upload.id).where(Upload.digest == digest, Upload.at >= before).limit(1))
        if (
            fresh is not None
            or _in_talk(session, digest)
            or not session.scalar(_unneeded(before, "", [digest]))
        ):
            return False
        store.drop(digest)
        session.execute(delete(Upload).where(Upload.digest == digest))
        log.info("file.unneeded dropped sha256=%s", digest)
        return True


def _unneeded(before: datetime, last: str, among: Collection[str] = ()):  # type: ignore[no-untyped-def]
    """The digests behind `last`, in order, that no report, material, note, aside or paper has."""
    handed = (
        exists()
        .where(SubmissionFile.digest == Upload.digest, SubmissionFile.submission_id == Submission.id)
        .where(Submission.state != SubmissionState.DROPPED)
    )
    kept = [exists().where(Material.digest == Upload.digest)]
    kept += [exists().where(one.digest == Upload.digest, one.digest != "") for one in (Note, Aside, Paper)]
    found = select(Upload.digest).where(Upload.at < before, Upload.digest > last, ~or_(handed, *kept))
    if among:
        found = found.where(Upload.digest.in_(among))
    return found.distinct().order_by(Upload.digest).limit(SOME)


def _in_talk(session: Session, digest: str) -> bool:
    """Whether an open dialog, a notice, an errand or a message that waits still speaks of the file."""
    spoken: Sequence[object] = (
        select(Dialog.person_id).where(cast(Dialog.data, String).contains(digest)).limit(1),
        select(Notice.id).where(cast(Notice.files, String).contains(digest)).limit(1),
        select(Errand.id).where(cast(Errand.args, String).contains(digest)).limit(1),
        select(Message.id)
        .where(Message.state == MessageState.WAITING, cast(Message.body, String).contains(digest))
        .limit(1),
    )
    return any(session.scalar(one) is not None for one in spoken)  # type: ignore[call-overload]
