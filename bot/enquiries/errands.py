"""The office's workbook of questions and answers, outside of any talk: read, tried out, shown, applied; sent as it stands."""

from datetime import datetime
from functools import partial

from bot.enquiries.file import EnquiryRow, enquiries_of, write_enquiries
from bot.problems import Rejected
from bot.tables import Errand, ErrandState
from bot.tables.asked import GivenWorkbook, Nothing
from bot.talk.desk import Desk
from bot.talk.errands import (
    finish_errand,
    locked_errand,
    note_errand,
    read_errand,
    read_workbook,
    refuse_errand,
    send_workbook,
    tell_asker,
)


def do_enquiry_workbook(desk: Desk, errand_id: int, at: datetime) -> None:
    """Shows what the workbook would change; once it is agreed to, changes it."""
    from bot.enquiries.workbook import read_enquiry_book  # its libraries take memory that most days need not

    state, given, _ = read_errand(desk, errand_id, GivenWorkbook)
    applying = state == ErrandState.AGREED
    try:
        rows = read_workbook(desk, given, read_enquiry_book, unreadable="sheet_unreadable")
    except Rejected as rejected:
        refuse_errand(desk, errand_id, at, rejected.problems, template="enquiries/faults")
        return
    with (desk.db.write if applying else desk.db.trial)() as session:
        errand = locked_errand(session, errand_id, state)
        if errand is None:
            return
        changes = write_enquiries(session, errand.unit, rows, at)
        if applying:
            errand.state, errand.done_at, errand.args = ErrandState.DONE, at, Nothing()
            note_errand(session, errand, at, "enquiries loaded", f"unit:{errand.unit_id}")
            tell_asker(desk, session, errand, at, "enquiries/applied", done=changes)
    if not applying:
        finish_errand(
            desk, errand_id, at, "enquiries/shown", state=ErrandState.SHOWN, done=changes, total=len(rows)
        )


def send_enquiry_book(desk: Desk, errand_id: int, at: datetime) -> None:
    """The office's questions as they stand; with none, an empty form."""
    from bot.enquiries.workbook import write_enquiry_book

    with desk.db.read() as session:
        rows = [
            EnquiryRow(one.question, one.answer, one.others)
            for one in enquiries_of(session, session.get_one(Errand, errand_id).unit_id)
        ]
    write = partial(write_enquiry_book, rows, templates=desk.render.folder)
    name = desk.render.words["files"]["enquiries"]
    send_workbook(desk, errand_id, at, name, write, "enquiries/workbook", count=len(rows))
