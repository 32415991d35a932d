"""`/hop`: leads the meeting step by step; the walk is the meeting's own, so any phone of the unit can go on with it."""

from datetime import date, timedelta

from sqlalchemy import select

from bot import joint
from bot.chat import row_id
from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.attendance import Counts, rate
from bot.domain.calendar import local_day
from bot.domain.duties import Outlook, outlook, outlooks
from bot.domain.joining import answer_on, duties_of, offers
from bot.domain.meetings import (
    NOTE_LIMIT,
    add_note,
    call_off,
    counts_of,
    end,
    live_meeting,
    lock,
    lock_unit,
    mark,
    new_meeting,
    notes_of,
    start,
    step_back,
    write_counts,
)
from bot.domain.moments import when
from bot.domain.problems import Invalid
from bot.domain.reading import fold, said
from bot.models import Duty, Meeting, Note

ONE_DAY = timedelta(days=1)
EARLY = timedelta(hours=1)
"""Who starts so long before the set time is asked whether that is meant: the morning's reminder has the same button."""
SAYS_NEXT = ("tiep", "tiep tuc", "tiep theo", "buoc tiep theo", "sang buoc tiep theo")
SAYS_END = ("ket thuc", "ket thuc hop", "ket thuc cuoc hop", "ket thuc buoi hop")


def show(chat: Chat, unit_id: str = "") -> None:
    """Goes on with the running meeting; else offers the meetings that may be held now."""
    unit = chat.unit_for("meet", unit_id)
    if unit is None:
        return
    running = chat.session.scalar(
        select(Meeting)
        .where(Meeting.unit_id == unit.id, Meeting.state == "running")
        .order_by(Meeting.id.desc())
    )
    if running is not None:
        _continue(chat, running)
        return
    waiting = outlooks(chat.session, unit.id, chat.at, chat.zone, "meeting")
    plain = live_meeting(chat.session, unit.id, None)
    chat.say("meeting/choose", unit=unit, waiting=waiting, plain=plain)


def for_duty(chat: Chat, duty_id: str) -> None:
    """`Bắt đầu họp` of one duty: goes on if its meeting is running, asks first when it is set for another time."""
    duty = chat.own_duty(duty_id, "meeting")
    if duty is None:
        return
    meeting = live_meeting(chat.session, duty.unit_id, duty.id)
    if not _asked_for_early(chat, meeting, outlook(chat.session, duty, chat.at, chat.zone)):
        begin(chat, duty_id)


def _asked_for_early(chat: Chat, meeting: Meeting | None, view: Outlook | None) -> bool:
    if meeting is None or meeting.state != "planned" or meeting.planned_at is None:
        return False
    if timedelta() <= chat.at - meeting.planned_at + EARLY <= timedelta(days=1):
        return False
    chat.say("meeting/early", meeting=meeting, view=view, passed=meeting.planned_at < chat.at)
    return True


def begin(chat: Chat, duty_id: str) -> None:
    """Starts the walk now; goes on with it if another of the unit has just started it."""
    duty = _own_duty(chat, duty_id)
    if duty is None:
        return
    meeting = live_meeting(chat.session, duty.unit_id, duty.id)
    running = meeting is not None and meeting.state == "running"
    if not running and offers(chat.session, duty, chat.today, chat.at, chat.zone):
        chat.begin("meet", step="join", duty=duty.id)
    else:
        _begin_with(chat, duty, [])


def _own_duty(chat: Chat, duty_id: int | str) -> Duty | None:
    """The duty, with its unit locked, if the person may act on it now."""
    duty = chat.own_duty(duty_id, "meeting")
    if duty is None:
        return None
    lock_unit(chat.session, duty.unit_id)
    chat.session.refresh(duty)
    return chat.own_duty(duty_id, "meeting")


def _begin_with(chat: Chat, duty: Duty, together: list[Duty]) -> None:
    meeting = live_meeting(chat.session, duty.unit_id, duty.id)
    if meeting is None:
        meeting = new_meeting(chat.session, duty.unit, duty, chat.at)
    if meeting.state == "planned":
        parted = answer_on(chat.session, meeting, duty, together, chat.today, chat.at, chat.zone)
        joint.say_parted(chat, parted, chat.today)
    _start(chat, meeting)


def ask_join(chat: Chat) -> None:
    """May the meeting that begins count for other duties too?"""
    joint.ask(chat, chat.session.get_one(Duty, chat.data["duty"]), chat.today)


def take_join(chat: Chat, answer: Answer) -> None:
    duty = _own_duty(chat, chat.data["duty"])
    if duty is not None and joint.take(chat, answer, duty, chat.today):
        _begin_with(chat, duty, joint.chosen(chat, duty, chat.today))


def begin_plain(chat: Chat, unit_id: str, sure: str = "") -> None:
    """Starts a regular meeting that no plan asks for; asks first when it is set for another time."""
    unit = chat.lead_unit(unit_id)
    if unit is None:
        return
    lock_unit(chat.session, unit.id)
    meeting = live_meeting(chat.session, unit.id, None)
    if not sure and _asked_for_early(chat, meeting, None):
        return
    _start(chat, meeting or new_meeting(chat.session, unit, None, chat.at))


def _start(chat: Chat, meeting: Meeting) -> None:
    if meeting.state == "planned":
        agenda = chat.desk.facts["regular_agenda"]
        start(chat.session, meeting, agenda, chat.person.id, chat.at, chat.zone)
        chat.note("meeting started", f"meeting:{meeting.id}")
    _continue(chat, meeting)


def _continue(chat: Chat, meeting: Meeting) -> None:
    chat.begin("meet", meeting=meeting.id)


def walk(chat: Chat, meeting_id: str) -> None:
    """`Tiếp tục họp`: the present step, on this phone."""
    meeting = _own(chat, meeting_id)
    if meeting is not None:
        _continue(chat, meeting)


def _own(chat: Chat, meeting_id: object) -> Meeting | None:
    """The running meeting, locked, if the person may lead its unit; else says why not."""
    meeting = lock(chat.session, row_id(meeting_id))
    if meeting is None or not chat.may("lead", meeting.unit.path):
        chat.end()
        chat.say("talk/not_yours")
        return None
    if meeting.state != "running":
        chat.end()
        chat.say("meeting/over", meeting=meeting)
        return None
    return meeting


def _at_step(chat: Chat, meeting_id: str, step: str) -> Meeting | None:
    """The meeting, if it still stands where the pressed button was shown; else shows where it stands now."""
    meeting = _own(chat, meeting_id)
    if meeting is None:
        return None
    if str(meeting.step) != step:
        chat.trouble = chat.desk.render.sentence("step_passed", {})
        _continue(chat, meeting)
        return None
    return meeting


def ask_step(chat: Chat) -> None:
    meeting = chat.session.get_one(Meeting, chat.data["meeting"])
    notes = notes_of(chat.session, meeting)
    counts = counts_of(chat.session, meeting)
    if meeting.step >= len(meeting.steps):
        chat.say(
            "meeting/closing",
            meeting=meeting,
            notes=notes,
            counts=counts,
            rate=rate(counts) if counts else None,
        )
        return
    step = meeting.steps[meeting.step]
    chat.say(
        "meeting/step",
        meeting=meeting,
        step=step,
        own_notes=[n for n in notes if n.step == meeting.step],
        counts=counts,
        rate=rate(counts) if counts else None,
    )


def take_note(chat: Chat, answer: Answer) -> None:
    """Whatever is typed while a meeting runs is noted at its present step, but for the words that lead on."""
    meeting = _own(chat, chat.data["meeting"])
    if meeting is None:
        return
    said, closing = fold(answer.text), meeting.step >= len(meeting.steps)
    if closing and said in SAYS_END:
        finish(chat, str(meeting.id))
        return
    if not closing and (said in SAYS_NEXT or said in SAYS_END):
        if said in SAYS_NEXT or meeting.step == len(meeting.steps) - 1:
            mark(meeting, "done")
        _continue(chat, meeting)
        return
    text = chat.event.text or answer.text
    ref = f"{chat.contact.id}:{chat.event.message_ref}" if chat.event.message_ref else ""
    note = add_note(chat.session, meeting, chat.person.id, text, chat.at, ref)
    count = sum(n.step == note.step for n in notes_of(chat.session, meeting))
    chat.say("meeting/noted", meeting=meeting, note=note, count=count, most=_cut_to(text))


def _cut_to(text: str) -> int | None:
    """How much of the text has been kept, if not all of it."""
    return NOTE_LIMIT if len(text.strip()) > NOTE_LIMIT else None


def edit_note(chat: Chat) -> bool:
    """An edited chat message edits the note it made, while the meeting runs. False when it made none."""
    if not chat.event.message_ref:
        return False
    ref = f"{chat.contact.id}:{chat.event.message_ref}"
    note = chat.session.scalar(select(Note).where(Note.message_ref == ref))
    if note is None:
        return False
    meeting = lock(chat.session, note.meeting_id)
    if meeting is None or meeting.state != "running" or not chat.event.text.strip():
        return False
    if not chat.may("lead", meeting.unit.path):
        return False
    note.text = chat.event.text.strip()[:NOTE_LIMIT]
    chat.say("meeting/edited", note=note, meeting=meeting, most=_cut_to(chat.event.text))
    return True


def forward(chat: Chat, meeting_id: str, step: str) -> None:
    """`Tiếp`."""
    _go_on(chat, meeting_id, step, "done")


def skip(chat: Chat, meeting_id: str, step: str) -> None:
    """`Bỏ qua`."""
    _go_on(chat, meeting_id, step, "skipped")


def _go_on(chat: Chat, meeting_id: str, step: str, what: str) -> None:
    meeting = _at_step(chat, meeting_id, step)
    if meeting is not None:
        if meeting.step < len(meeting.steps):
            mark(meeting, what)
        _continue(chat, meeting)


def backward(chat: Chat, meeting_id: str, step: str) -> None:
    """`Lùi`."""
    meeting = _at_step(chat, meeting_id, step)
    if meeting is not None:
        step_back(meeting)
        _continue(chat, meeting)


def ask_note(chat: Chat, meeting_id: str, step: str) -> None:
    """`Ghi ý kiến`: says that the next words are noted."""
    meeting = _at_step(chat, meeting_id, step)
    if meeting is not None:
        chat.begin("meet", step="note", meeting=meeting.id)


def say_note(chat: Chat) -> None:
    chat.say("meeting/note", meeting=chat.session.get_one(Meeting, chat.data["meeting"]))


def pause(chat: Chat, meeting_id: str, _step: str = "") -> None:
    """`Tạm dừng`: nothing is lost; anyone of the unit can go on."""
    meeting = _own(chat, meeting_id)
    if meeting is not None:
        chat.end()
        chat.say("meeting/paused", meeting=meeting)


def count(chat: Chat, meeting_id: str, _step: str = "") -> None:
    """`Điểm danh`, at its step or from the closing card."""
    meeting = _own(chat, meeting_id)
    if meeting is not None:
        chat.begin(
            "counts",
            known=meeting.unit.members,
            counts={},
            then=f"meet.counted:{meeting.id}",
            back=f"meet.walk:{meeting.id}",
        )


def counted(chat: Chat, meeting_id: str) -> None:
    """Takes the confirmed counts; the attendance step is done with them."""
    entered = chat.data.get("counts", {}) if chat.dialog.step == "card" else {}
    meeting = _own(chat, meeting_id)
    if meeting is None:
        return
    if entered:
        write_counts(chat.session, meeting, Counts(**entered), chat.person.id, chat.at)
        chat.note("attendance entered", f"meeting:{meeting.id}")
        if meeting.step < len(meeting.steps) and meeting.steps[meeting.step]["asks"] == "attendance":
            mark(meeting, "done")
    _continue(chat, meeting)


def finish(chat: Chat, meeting_id: str) -> None:
    """`Kết thúc`: the meeting is held, its duties are done."""
    meeting = _own(chat, meeting_id)
    if meeting is None:
        return
    if counts_of(chat.session, meeting) is None:
        chat.trouble = chat.sentence(Invalid("meeting_no_counts"))
        _continue(chat, meeting)
        return
    if local_day(meeting.started_at or chat.at, chat.zone) < chat.today - ONE_DAY:
        chat.begin("meet", step="day", meeting=meeting.id)
    else:
        _end(chat, meeting, None)


def ask_day(chat: Chat) -> None:
    """A meeting that was begun days ago: on which day was it held? The verdict hangs on it."""
    meeting = chat.session.get_one(Meeting, chat.data["meeting"])
    began = local_day(meeting.started_at or chat.at, chat.zone)
    chat.say("meeting/day", meeting=meeting, began=began)


def take_day(chat: Chat, answer: Answer) -> None:
    meeting = _own(chat, chat.data["meeting"])
    if meeting is None:
        return
    if answer.value not in ("", "began", "today"):
        raise Invalid("choose_button")
    began = local_day(meeting.started_at or chat.at, chat.zone)
    day = {"began": began, "today": chat.today}.get(answer.value)
    if day is None:
        day = when(answer.text, today=chat.today, now=None, past=True).day
    if day is None:
        raise Invalid("date_unclear", said=said(answer.text))
    if not began <= day <= chat.today:
        raise Invalid("held_day_range", first=began, last=chat.today)
    _end(chat, meeting, day)


def _end(chat: Chat, meeting: Meeting, day: date | None) -> None:
    end(chat.session, meeting, chat.at, chat.zone, day=day)
    chat.note("meeting held", f"meeting:{meeting.id}")
    chat.end()
    counts = counts_of(chat.session, meeting)
    chat.say(
        "meeting/held",
        meeting=meeting,
        counts=counts,
        rate=rate(counts) if counts else None,
        duties=duties_of(chat.session, meeting),
        notes=len(notes_of(chat.session, meeting)),
        waiting=outlooks(chat.session, meeting.unit_id, chat.at, chat.zone),
    )


def undo(chat: Chat, meeting_id: str) -> None:
    """`Chưa họp`: begun by mistake; nothing has been held."""
    meeting = _own(chat, meeting_id)
    if meeting is None:
        return
    try:
        call_off(chat.session, meeting, chat.at, chat.zone)
    except Invalid as problem:
        chat.trouble = chat.sentence(problem)
        _continue(chat, meeting)
        return
    chat.note("meeting called off", f"meeting:{meeting.id}")
    chat.end()
    chat.say("meeting/undone", meeting=meeting)


FLOW = Flow(
    "meet",
    Step("walk", ask_step, take_note, numbers=False),
    Step("note", say_note, take_note, numbers=True),
    Step("day", ask_day, take_day, numbers=True),
    Step("join", ask_join, take_join),
)
