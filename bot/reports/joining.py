"""Photographs of a draft: shown in small with their numbers, then joined into one PDF that takes their place."""

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.problems import Problem, Rejected
from bot.reports.pages import Pages, put_in_place
from bot.reports.scans import Page, contact_sheet, make_pdf
from bot.tables import Contact, Errand, ErrandState, Submission, SubmissionState
from bot.tables.asked import ScannedPages
from bot.talk.desk import Desk, FileShelf
from bot.talk.errands import file_shelf, note_errand, problem_sentences, read_errand, tell_asker
from bot.talk.render import squeeze_text

NAME_LENGTH = 110


class _Passed(Exception):
    """The pages have been changed since, or another replica was first: nothing is said."""


def show_or_join(desk: Desk, errand_id: int, at: datetime) -> None:
    state, scanned, _ = read_errand(desk, errand_id, ScannedPages)
    if state == ErrandState.AGREED:
        join_pages(desk, errand_id, scanned, at)
    else:
        show_pages(desk, errand_id, scanned, at)


def show_pages(desk: Desk, errand_id: int, scanned: ScannedPages, at: datetime) -> None:
    """A sheet of the pages as they stand."""
    shelf, pages = file_shelf(desk), Pages.of(scanned)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.jpg"
        problems = contact_sheet(_sources(shelf, pages), path, turns=_turns(pages), aside=desk.aside)
        file = shelf.keep(desk.render.words["files"]["scan_sheet"], path)
    with suppress(_Passed), desk.db.write() as session:
        errand = _locked(session, errand_id, ErrandState.NEW, scanned.round)
        draft = _draft(session, errand)
        if draft is None:
            _leave(desk, session, errand, at)
            return
        errand.state, errand.done_at = ErrandState.SHOWN, at
        lines = _lines(desk, problems)
        tell_asker(desk, session, errand, at, "reports/scan/card", (file,), total=len(pages), lines=lines)


def join_pages(desk: Desk, errand_id: int, scanned: ScannedPages, at: datetime) -> None:
    """One PDF of the pages, which takes the place of the pictures in the draft; if that is gone, nothing happens."""
    shelf, pages = file_shelf(desk), Pages.of(scanned)
    with desk.db.read() as session:
        title = session.get_one(Submission, scanned.submission).duty.title
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pages.pdf"
            make_pdf(_sources(shelf, pages), path, turns=_turns(pages), aside=desk.aside)
            file = shelf.keep(_name(desk, title), path)
    except Rejected as rejected:
        _say_faults(desk, errand_id, scanned.round, rejected.problems, at)
        return
    with suppress(_Passed), desk.db.write() as session:
        errand = _locked(session, errand_id, ErrandState.AGREED, scanned.round)
        draft = _draft(session, errand)
        if draft is None or not put_in_place(session, draft, pages, file):
            _leave(desk, session, errand, at)
            return
        errand.state, errand.done_at = ErrandState.DONE, at
        note_errand(session, errand, at, "pages joined", f"submission:{draft.id}")
        facts = {"total": len(pages), "file": file, "others": len(draft.files) - 1}
        tell_asker(desk, session, errand, at, "reports/scan/made", (file,), **facts)


def _sources(shelf: FileShelf, pages: Pages) -> list[Page]:
    return [partial(shelf.read, digest) for digest, _ in pages.kept]


def _turns(pages: Pages) -> list[int]:
    return [turn for _, turn in pages.kept]


def _name(desk: Desk, title: str) -> str:
    """The duty's title without the signs that would make a path of it."""
    plain = " ".join(title.replace("/", "-").replace("\\", "-").split())
    return squeeze_text(plain, NAME_LENGTH) + ".pdf" if plain else str(desk.render.words["files"]["scan"])


def _locked(session: Session, errand_id: int, state: ErrandState, turn: int) -> Errand:
    """The errand as it was read, locked after the talk of its person: no event of that talk comes between."""
    person = session.scalar(select(Errand.person_id).where(Errand.id == errand_id))
    talk = select(Contact.id).where(Contact.person_id == person).order_by(Contact.id)
    session.execute(talk.with_for_update(key_share=True))
    errand = session.get_one(Errand, errand_id, with_for_update=True, populate_existing=True)
    if errand.state != state or errand.about(ScannedPages).round != turn:
        raise _Passed
    return errand


def _draft(session: Session, errand: Errand) -> Submission | None:
    draft = session.get_one(Submission, errand.about(ScannedPages).submission, populate_existing=True)
    return draft if draft.state == SubmissionState.DRAFT else None


def _leave(desk: Desk, session: Session, errand: Errand, at: datetime) -> None:
    """The draft was handed in or dropped meanwhile."""
    errand.state, errand.done_at = ErrandState.DROPPED, at
    duty = session.get_one(Submission, errand.about(ScannedPages).submission).duty
    tell_asker(desk, session, errand, at, "reports/scan/gone", duty=duty)


def _say_faults(desk: Desk, errand_id: int, turn: int, problems: Sequence[Problem], at: datetime) -> None:
    with suppress(_Passed), desk.db.write() as session:
        errand = _locked(session, errand_id, ErrandState.AGREED, turn)
        errand.state, errand.done_at = ErrandState.SHOWN, at
        tell_asker(desk, session, errand, at, "reports/scan/faults", lines=_lines(desk, problems))


def _lines(desk: Desk, problems: Sequence[Problem]) -> list[str]:
    """The sentences, each of which names its page."""
    return [sentence for _, sentence in problem_sentences(desk, list(problems))]
