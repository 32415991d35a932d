"""`/hop`: which meeting is held now; it begins, alone or for several duties, or the one that is running goes on."""

from datetime import timedelta

from bot.duties.outlook import outlook_of, unit_outlooks
from bot.meetings.concerns import kind_of
from bot.meetings.dialogs import Walking, about
from bot.meetings.joining import answer_on, offered_duties
from bot.meetings.left_open import FORGOTTEN, days_open
from bot.meetings.meetings import (
    begin_walk,
    live_meeting,
    lock_unit,
    lock_unit_of,
    new_meeting,
    other_running,
    running_meeting_of,
)
from bot.meetings.rehearsing import rehearsal_of
from bot.meetings.walk import stamp_rules
from bot.problems import Invalid
from bot.reminders.asked_duty import own_duty
from bot.tables import Duty, Meeting, MeetingState
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer
from handlers.meetings import joint, leading, left_open
from handlers.meetings.leading import regular_agenda_of

EARLY = timedelta(hours=1)
"""Who starts so long before the set time is asked whether that is meant: the morning's reminder has the same button."""


def show_meetings(chat: Chat, unit_id: str = "") -> None:
    """Goes on with the running meeting, or asks what became of it; else offers the meetings that may be held now."""
    unit = chat.unit_for("meet", unit_id)
    if unit is None:
        return
    running = running_meeting_of(chat.session, unit.id)
    if running is not None:
        if days_open(running, chat.moment) >= FORGOTTEN:
            left_open.show_left_open(chat, running)
        else:
            _continue(chat, running)
        return
    found = unit_outlooks(chat.session, unit.id, chat.moment, "meeting")
    waiting = sorted(found, key=lambda view: not _is_today(chat, view.meeting))  # else as urgent as before
    plain = live_meeting(chat.session, unit.id, None)
    chat.say(
        "meetings/choose",
        unit=unit,
        waiting=waiting,
        plain=plain,
        plain_today=_is_today(chat, plain),
        rehearsal=rehearsal_of(chat.session, unit.id),
    )


def _is_today(chat: Chat, meeting: Meeting | None) -> bool:
    planned_at = meeting.planned_at if meeting else None
    return planned_at is not None and chat.moment.day_of(planned_at) == chat.today


def start_meeting_of(chat: Chat, duty_id: str) -> None:
    """`Bắt đầu họp` of one duty: goes on if its meeting is running, asks first when it is set for another time."""
    duty = _own_duty(chat, duty_id)
    if duty is not None:
        meeting = live_meeting(chat.session, duty.unit_id, duty.id)
        if not _asked_for_early(chat, meeting, duty):
            _begin(chat, duty, meeting)


def _asked_for_early(chat: Chat, meeting: Meeting | None, duty: Duty | None) -> bool:
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.planned_at is None:
        return False
    if timedelta() <= chat.at - meeting.planned_at + EARLY <= timedelta(days=1):
        return False
    view = outlook_of(duty, meeting, chat.moment) if duty else None
    chat.say("meetings/early", meeting=meeting, view=view, passed=meeting.planned_at < chat.at)
    return True


def begin_meeting(chat: Chat, duty_id: str) -> None:
    """Starts the walk now; goes on with it if another of the unit has just started it."""
    duty = _own_duty(chat, duty_id)
    if duty is not None:
        _begin(chat, duty, live_meeting(chat.session, duty.unit_id, duty.id))


def _begin(chat: Chat, duty: Duty, meeting: Meeting | None) -> None:
    running = meeting is not None and meeting.state == MeetingState.RUNNING
    if not running and offered_duties(chat.session, duty, chat.today, chat.moment):
        chat.begin(Walking(duty=duty.id), "join")
    else:
        _begin_with(chat, duty, meeting, [])


def _own_duty(chat: Chat, duty_id: int | str) -> Duty | None:
    """The duty, with its unit locked before it was read, if the person may act on it now."""
    lock_unit_of(chat.session, row_id(duty_id))
    return own_duty(chat, duty_id, "meeting")


def _begin_with(chat: Chat, duty: Duty, meeting: Meeting | None, together: list[Duty]) -> None:
    if _says_other_running(chat, duty.unit_id, duty, meeting):
        return
    fresh = meeting is None
    if meeting is None:
        meeting = new_meeting(chat.session, duty.unit, duty, chat.at)
    trouble = ""
    if meeting.state == MeetingState.PLANNED and (together or not fresh):
        parted = answer_on(chat.session, meeting, duty, together, chat.today, chat.moment)
        trouble = joint.say_of_parted(chat, parted, chat.today)
    _start(chat, meeting, trouble)


def ask_join_at_start(chat: Chat) -> None:
    """May the meeting that begins count for other duties too?"""
    joint.ask_joint_duties(chat, chat.session.get_one(Duty, chat.answers(Walking).duty), chat.today)


def take_join_at_start(chat: Chat, answer: Answer) -> None:
    answers = chat.answers(Walking)
    duty = _own_duty(chat, answers.duty or 0)
    if duty is not None and joint.take_joint_duties(chat, answer, duty, chat.today):
        meeting = live_meeting(chat.session, duty.unit_id, duty.id)
        _begin_with(chat, duty, meeting, joint.chosen_duties(chat, answers, duty, chat.today))


def begin_plain(chat: Chat, unit_id: str, sure: str = "") -> None:
    """Starts a regular meeting that no plan asks for; asks first when it is set for another time."""
    unit = chat.lead_unit(unit_id)
    if unit is None:
        return
    lock_unit(chat.session, unit.id)
    meeting = live_meeting(chat.session, unit.id, None)
    if not sure and _asked_for_early(chat, meeting, None):
        return
    if _says_other_running(chat, unit.id, None, meeting):
        return
    _start(chat, meeting or new_meeting(chat.session, unit, None, chat.at))


def _says_other_running(chat: Chat, unit_id: int, duty: Duty | None, meeting: Meeting | None) -> bool:
    """A unit has one running meeting of a kind: what is going on goes on, and nothing is begun beside it."""
    if meeting is not None and meeting.state == MeetingState.RUNNING:
        return False
    other = other_running(chat.session, unit_id, kind_of(duty))
    if other is None:
        return False
    trouble = chat.sentence(Invalid("meeting_other_running"))
    if days_open(other, chat.moment):
        left_open.show_left_open(chat, other, trouble)
        return True
    if chat.answers_if(Walking) and chat.dialog.step == "join":
        chat.end()
    chat.say("meetings/other_running", meeting=other, trouble=trouble)
    return True


def _start(chat: Chat, meeting: Meeting, trouble: str = "") -> None:
    if meeting.state == MeetingState.PLANNED:
        agenda = regular_agenda_of(chat)
        begin_walk(chat.session, meeting, agenda, chat.person.id, chat.moment)
        stamp_rules(meeting, leading.rules_on(chat, chat.today))
        chat.note("meeting started", f"meeting:{meeting.id}")
    _continue(chat, meeting, trouble)


def _continue(chat: Chat, meeting: Meeting, trouble: str = "") -> None:
    chat.begin(Walking(*about(meeting)), trouble=trouble)
