"""`/hop`: leads the meeting step by step; the walk is the meeting's own, so any phone of the unit can go on with it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.duties.outlook import Outlook, duty_outlook, unit_outlooks
from bot.meetings.concerns import kind_of
from bot.meetings.dialogs import Walking, about
from bot.meetings.joining import answer_on, offered_duties
from bot.meetings.meetings import (
    live_meeting,
    lock_meeting,
    lock_unit,
    new_meeting,
    other_running,
    start_meeting,
)
from bot.meetings.notes import notes_of
from bot.meetings.questions import present_question
from bot.meetings.questions.attendance import asks_clerk, names_people
from bot.meetings.questions.speakers import speakers_at
from bot.meetings.rehearsing import rehearsal_of
from bot.meetings.tasks import reviewed_tasks, tasks_of, to_review
from bot.meetings.votes import votes_of
from bot.meetings.walk import (
    at_closing,
    count_heard,
    count_skipped,
    ends_round,
    hear_member,
    mark_step,
    minutes_in_all,
    minutes_of_step,
    next_member,
    pause_walk,
    stamp_rules,
    step_back,
    time_remarks,
)
from bot.problems import Invalid
from bot.reminders.asked_duty import own_duty
from bot.tables import Duty, Meeting, MeetingState
from bot.tables.walked import StepMark
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import joint, leading, noting
from handlers.meetings.leading import regular_agenda_of

EARLY = timedelta(hours=1)
"""Who starts so long before the set time is asked whether that is meant: the morning's reminder has the same button."""


def show_meetings(chat: Chat, unit_id: str = "") -> None:
    """Goes on with the running meeting; else offers the meetings that may be held now."""
    unit = chat.unit_for("meet", unit_id)
    if unit is None:
        return
    running = chat.session.scalar(
        select(Meeting)
        .where(
            Meeting.unit_id == unit.id, Meeting.state == MeetingState.RUNNING, Meeting.rehearsal.is_(False)
        )
        .order_by(Meeting.id.desc())
    )
    if running is not None:
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
    duty = own_duty(chat, duty_id, "meeting")
    if duty is None:
        return
    meeting = live_meeting(chat.session, duty.unit_id, duty.id)
    if not _asked_for_early(chat, meeting, duty_outlook(chat.session, duty, chat.moment)):
        begin_meeting(chat, duty_id)


def _asked_for_early(chat: Chat, meeting: Meeting | None, view: Outlook | None) -> bool:
    if meeting is None or meeting.state != MeetingState.PLANNED or meeting.planned_at is None:
        return False
    if timedelta() <= chat.at - meeting.planned_at + EARLY <= timedelta(days=1):
        return False
    chat.say("meetings/early", meeting=meeting, view=view, passed=meeting.planned_at < chat.at)
    return True


def begin_meeting(chat: Chat, duty_id: str) -> None:
    """Starts the walk now; goes on with it if another of the unit has just started it."""
    duty = _own_duty(chat, duty_id)
    if duty is None:
        return
    meeting = live_meeting(chat.session, duty.unit_id, duty.id)
    running = meeting is not None and meeting.state == MeetingState.RUNNING
    if not running and offered_duties(chat.session, duty, chat.today, chat.moment):
        chat.begin(Walking(duty=duty.id), "join")
    else:
        _begin_with(chat, duty, [])


def _own_duty(chat: Chat, duty_id: int | str) -> Duty | None:
    """The duty, with its unit locked, if the person may act on it now."""
    duty = own_duty(chat, duty_id, "meeting")
    if duty is None:
        return None
    lock_unit(chat.session, duty.unit_id)
    chat.session.refresh(duty)
    return own_duty(chat, duty_id, "meeting")


def _begin_with(chat: Chat, duty: Duty, together: list[Duty]) -> None:
    meeting = live_meeting(chat.session, duty.unit_id, duty.id)
    if _says_other_running(chat, duty.unit_id, duty, meeting):
        return
    if meeting is None:
        meeting = new_meeting(chat.session, duty.unit, duty, chat.at)
    trouble = ""
    if meeting.state == MeetingState.PLANNED:
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
        _begin_with(chat, duty, joint.chosen_duties(chat, answers, duty, chat.today))


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
    if chat.dialog.flow == FLOW.name and chat.dialog.step == "join":
        chat.end()
    trouble = chat.sentence(Invalid("meeting_other_running"))
    chat.say("meetings/other_running", meeting=other, trouble=trouble)
    return True


def _start(chat: Chat, meeting: Meeting, trouble: str = "") -> None:
    if meeting.state == MeetingState.PLANNED:
        agenda = regular_agenda_of(chat)
        start_meeting(chat.session, meeting, agenda, chat.person.id, chat.moment)
        stamp_rules(meeting, leading.rules_on(chat, chat.today))
        chat.note("meeting started", f"meeting:{meeting.id}")
    _continue(chat, meeting, trouble)


def _continue(chat: Chat, meeting: Meeting, trouble: str = "") -> None:
    meeting = lock_meeting(chat.session, meeting.id) or meeting
    chat.begin(Walking(*about(meeting)), trouble=trouble)


def show_present_step(chat: Chat, meeting_id: str) -> None:
    """`Tiếp tục họp`: the present step, on this phone."""
    meeting = leading.own_meeting(chat, meeting_id)
    if meeting is not None:
        leading.show_standing(chat, meeting)


def ask_step(chat: Chat) -> None:
    meeting = leading.present_meeting(chat)
    if meeting is None:
        return
    notes = notes_of(chat.session, meeting)
    facts: dict[str, Any] = {
        "card": leading.meeting_card(chat, meeting),
        "votes": votes_of(chat.session, meeting),
        "tasks": tasks_of(chat.session, meeting),
        "remarks": time_remarks(meeting, leading.wished_minutes(chat, meeting), chat.at),
        "minutes": minutes_in_all(meeting, chat.at),
    }
    if at_closing(meeting):
        leading.say_of_meeting(
            chat, "meetings/closing", meeting, notes=notes, skipped=count_skipped(meeting), **facts
        )
        return
    place, step = meeting.step, meeting.steps[meeting.step]
    walked = place in meeting.marks.steps
    question = present_question(meeting)
    leading.say_of_meeting(
        chat,
        question.template,
        meeting,
        step=step,
        own_notes=[n for n in notes if n.step == place],
        step_minutes=None if walked else minutes_of_step(meeting, place, chat.at),
        speakers=speakers_at(meeting, place),
        ends_round=ends_round(meeting, place),
        heard=count_heard(meeting, place),
        people=names_people(meeting),
        asks_clerk=asks_clerk(meeting),
        scores=leading.scored_here(chat, meeting),
        **facts,
        **question.shows(chat.session, meeting),
    )


def go_forward(chat: Chat, meeting_id: str, step: str) -> None:
    """`Tiếp`; at the end of a round of members, `Hết`."""
    _go_on(chat, meeting_id, step, StepMark.DONE)


def skip_step(chat: Chat, meeting_id: str, step: str) -> None:
    """`Bỏ qua`; of a step that need not be there, `Không có`."""
    _go_on(chat, meeting_id, step, StepMark.SKIPPED)


def _go_on(chat: Chat, meeting_id: str, step: str, what: StepMark) -> None:
    meeting = leading.at_step(chat, meeting_id, step)
    if meeting is not None:
        if not at_closing(meeting):
            if what is StepMark.DONE and ends_round(meeting, meeting.step):
                hear_member(meeting)
            mark_step(meeting, what, chat.at)
        leading.show_standing(chat, meeting)


def hear_next_member(chat: Chat, meeting_id: str, step: str, number: str) -> None:
    """`Đồng chí tiếp theo`: the round once more. `number` is how many were heard when the button was shown."""
    meeting = leading.at_step(chat, meeting_id, step)
    if meeting is None:
        return
    trouble = ""
    if ends_round(meeting, meeting.step) and str(count_heard(meeting, meeting.step)) == number:
        next_member(meeting)
    else:
        trouble = chat.desk.render.sentence("step_passed", {})
    leading.show_standing(chat, meeting, trouble)


def go_backward(chat: Chat, meeting_id: str, step: str) -> None:
    """`Lùi`."""
    meeting = leading.at_step(chat, meeting_id, step)
    if meeting is not None:
        step_back(meeting)
        leading.show_standing(chat, meeting)


def show_more(chat: Chat, meeting_id: str, _step: str = "") -> None:
    """`Việc khác`: what may be done at any step."""
    meeting = leading.own_meeting(chat, meeting_id)
    if meeting is None:
        return
    leading.say_of_meeting(
        chat,
        "meetings/more",
        meeting,
        card=leading.meeting_card(chat, meeting),
        votes=votes_of(chat.session, meeting),
        tasks=tasks_of(chat.session, meeting),
        waiting=len(to_review(chat.session, meeting)),
        looked=len(reviewed_tasks(chat.session, meeting)),
    )


def pause_it(chat: Chat, meeting_id: str, _step: str = "") -> None:
    """`Tạm dừng`: nothing is lost; anyone of the unit can go on."""
    meeting = leading.own_meeting(chat, meeting_id)
    if meeting is not None:
        pause_walk(meeting, chat.at)
        chat.end()
        leading.say_of_meeting(chat, "meetings/paused", meeting)


FLOW = Flow(
    "meet",
    FlowStep(
        "walk",
        ask_step,
        noting.take_words_at_step,
        numbers=noting.asks_number,
        files=True,
        sounds=True,
        own_way=True,
    ),
    FlowStep("join", ask_join_at_start, take_join_at_start),
    answers=Walking,
)
