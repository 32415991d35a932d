"""The papers of a meeting that was held: minutes, resolution, report, as Word or PDF; the clock makes and sends them."""

from sqlalchemy import select

from bot.duties.reports_on import reports_about
from bot.materials.from_reports import tie_report
from bot.meetings.notes import notes_of
from bot.messages import File
from bot.papers.collecting import KINDS, kinds_for
from bot.reminders.asked_duty import own_duty
from bot.reports.figures import unanswered
from bot.reports.submissions import add_files, draft_of, hand_in
from bot.tables import Errand, ErrandKind, Meeting, MeetingState, Paper, PaperKind
from bot.tables.asked import OrderedPaper
from bot.talk.chat import Chat, row_id

FORMS = ("docx", "pdf")
SHOWN = 8
AT_ONCE = 8


def _meeting(chat: Chat, meeting_id: str) -> Meeting | None:
    """The meeting, if the person leads its unit; else says so."""
    meeting = chat.session.get(Meeting, row_id(meeting_id))
    if meeting is not None and chat.may("lead", meeting.unit.path):
        return meeting
    chat.refuse()
    return None


def show_past_meetings(chat: Chat, unit_id: str = "") -> None:
    """The unit's latest meetings, each with its papers behind a button."""
    unit = chat.unit_for("paper.past", unit_id)
    if unit is None:
        return
    held = chat.session.scalars(
        select(Meeting)
        .where(Meeting.unit_id == unit.id, Meeting.state == MeetingState.HELD, Meeting.rehearsal.is_(False))
        .order_by(Meeting.started_at.desc(), Meeting.id.desc())
        .limit(SHOWN)
    ).all()
    chat.say("papers/past", unit=unit, meetings=held)


def show_papers(chat: Chat, meeting_id: str) -> None:
    """Which papers the meeting calls for."""
    meeting = _meeting(chat, meeting_id)
    if meeting is not None:
        voiced = sum(bool(note.digest) for note in notes_of(chat.session, meeting))
        wanted = reports_about(chat.session, meeting) if _report_of(chat, meeting) else []
        kinds = kinds_for(meeting)
        chat.say("papers/papers", meeting=meeting, kinds=kinds, voiced=voiced, wanted=wanted)


def _report_of(chat: Chat, meeting: Meeting) -> File | None:
    """The report of the meeting as it was made last."""
    mine = select(Paper).where(Paper.meeting_id == meeting.id, Paper.kind == PaperKind.REPORT)
    paper = chat.session.scalars(mine.order_by(Paper.id).limit(1)).first()
    return File(paper.digest, paper.name, paper.size, paper.media_type) if paper and paper.name else None


def hand_in_paper(chat: Chat, meeting_id: str, duty_id: str) -> None:
    """Hands in the report that was made of the meeting, as it was sent; beside files that were sent before it is looked at first."""
    meeting = _meeting(chat, meeting_id)
    duty = own_duty(chat, duty_id, "report") if meeting else None
    if meeting is None or duty is None:
        return
    file = _report_of(chat, meeting)
    if file is None or duty not in reports_about(chat.session, meeting):
        show_papers(chat, meeting_id)
        return
    draft = draft_of(chat.session, duty, chat.person.id, chat.at)
    alone = not draft.files
    add_files(chat.session, draft, [file])
    if not alone:
        chat.open("report.duty", str(duty.id))
        return
    handed = hand_in(chat.session, draft, chat.moment)
    chat.note("report handed in", f"submission:{handed.id}")
    units = tie_report(chat.session, duty, chat.at)
    chat.end()
    chat.say(
        "reports/kept" if handed.waits_for else "reports/receipt", submission=handed, duty=duty, units=units
    )
    if unanswered(chat.session, duty):
        chat.open("report.figures", str(duty.id))


def resend_media_notes(chat: Chat, meeting_id: str) -> None:
    """The voice messages and photographs that were noted, sent once more to whoever writes the minutes."""
    meeting = _meeting(chat, meeting_id)
    if meeting is None:
        return
    kept = [note for note in notes_of(chat.session, meeting) if note.digest]
    if not kept:
        chat.say("papers/no_notes", meeting=meeting)
    for start in range(0, len(kept), AT_ONCE):
        some = kept[start : start + AT_ONCE]
        files = tuple(File(note.digest, note.name, 0, note.media_type) for note in some)
        steps = [meeting.steps[note.step].title if note.step < len(meeting.steps) else "" for note in some]
        chat.say(
            "papers/notes", files=files, meeting=meeting, first=start + 1, last=start + len(some), steps=steps
        )


def order_paper(chat: Chat, meeting_id: str, kind: str, form: str = "docx") -> None:
    """Asks the clock for one paper."""
    meeting = _meeting(chat, meeting_id)
    if meeting is None:
        return
    if kind not in KINDS or form not in FORMS:
        chat.desk.routes.unknown(chat)
        return
    if kind not in kinds_for(meeting):
        chat.say("papers/not_called_for", kind=kind)
        return
    chat.session.add(
        Errand(
            person_id=chat.person.id,
            unit_id=meeting.unit_id,
            kind=ErrandKind.PAPER,
            args=OrderedPaper(meeting.id, kind, form),
            created_at=chat.at,
        )
    )
    chat.note("paper asked for", f"meeting:{meeting.id}")
    chat.say("papers/working", kind=kind)
