"""`/hop`: leads the meeting step by step; the walk is the meeting's own, so any phone of the unit can go on with it."""

from sqlalchemy import select

from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.agenda import fill
from bot.domain.attendance import Counts, rate
from bot.domain.calendar import local_day
from bot.domain.duties import outlook, outlooks
from bot.domain.meetings import (
    add_note,
    counts_of,
    duties_of,
    end,
    live_meeting,
    lock,
    mark,
    new_meeting,
    notes_of,
    start,
    step_back,
    write_counts,
)
from bot.domain.problems import Invalid
from bot.models import Meeting, Note, Unit


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
    chat.say("meeting/choose", unit=unit, waiting=waiting)


def for_duty(chat: Chat, duty_id: str) -> None:
    """`Bắt đầu họp` of one duty: goes on if its meeting is running, asks first when it is set for another day."""
    duty = chat.own_duty(duty_id, "meeting")
    if duty is None:
        return
    meeting = live_meeting(chat.session, duty.unit_id, duty.id)
    if meeting is not None and meeting.state == "running":
        _continue(chat, meeting)
    elif (
        meeting is not None and meeting.planned_at and local_day(meeting.planned_at, chat.zone) != chat.today
    ):
        chat.say("meeting/early", meeting=meeting, view=outlook(chat.session, duty, chat.at, chat.zone))
    else:
        begin(chat, duty_id)


def begin(chat: Chat, duty_id: str) -> None:
    """Starts the walk now."""
    duty = chat.own_duty(duty_id, "meeting")
    if duty is None:
        return
    unit = chat.session.get_one(Unit, duty.unit_id)
    meeting = live_meeting(chat.session, unit.id, duty.id) or new_meeting(chat.session, unit, duty, chat.at)
    _start(chat, meeting)


def begin_plain(chat: Chat, unit_id: str) -> None:
    """Starts a regular meeting that no plan asks for."""
    unit = chat.lead_unit(unit_id)
    if unit is None:
        return
    meeting = live_meeting(chat.session, unit.id, None) or new_meeting(chat.session, unit, None, chat.at)
    _start(chat, meeting)


def _start(chat: Chat, meeting: Meeting) -> None:
    if meeting.state == "planned":
        start(chat.session, meeting, chat.desk.facts["regular_agenda"], chat.person.id, chat.at)
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
    meeting = lock(chat.session, int(str(meeting_id))) if str(meeting_id).isdigit() else None
    if meeting is None or not chat.may("lead", meeting.unit.path):
        chat.end()
        chat.say("talk/not_yours")
        return None
    if meeting.state != "running":
        chat.end()
        chat.say("meeting/over", meeting=meeting, counts=counts_of(chat.session, meeting))
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
        words=_words(meeting, step.get("words")),
        own_notes=[n for n in notes if n.step == meeting.step],
        counts=counts,
        rate=rate(counts) if counts else None,
    )


def _words(meeting: Meeting, words: str | None) -> str:
    topic = meeting.topic.title if meeting.topic else ""
    return fill(words, {"topic": topic, "unit": meeting.unit.name, "document": ""}) if words else ""


def take_note(chat: Chat, answer: Answer) -> None:
    """Whatever is typed while a meeting runs is noted at its present step."""
    meeting = _own(chat, chat.data["meeting"])
    if meeting is None:
        return
    ref = f"{chat.contact.id}:{chat.event.message_ref}" if chat.event.message_ref else ""
    add_note(chat.session, meeting, chat.person.id, answer.text, chat.at, ref)
    count = sum(n.step == meeting.step for n in notes_of(chat.session, meeting))
    chat.say("meeting/noted", meeting=meeting, count=count)


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
    note.text = chat.event.text.strip()[:4000]
    chat.say("meeting/edited", note=note, meeting=meeting)
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
        chat.begin("counts", known=meeting.unit.members, counts={}, then=f"meet.counted:{meeting.id}")


def counted(chat: Chat, meeting_id: str) -> None:
    """Takes the confirmed counts; the attendance step is done with them."""
    entered = chat.data.get("counts")
    meeting = _own(chat, meeting_id)
    if meeting is None or not entered:
        return
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
    end(chat.session, meeting, chat.at, chat.zone)
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
        reports=outlooks(chat.session, meeting.unit_id, chat.at, chat.zone, "report", "confirm"),
    )


FLOW = Flow(
    "meet", Step("walk", ask_step, take_note, numbers=False), Step("note", say_note, take_note, numbers=True)
)
