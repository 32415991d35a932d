"""Leads the meeting step by step; the walk is the meeting's own, so any phone of the unit can go on with it."""

from bot.meetings.dialogs import Walking
from bot.meetings.notes import latest_notes
from bot.meetings.questions import present_question
from bot.meetings.questions.attendance import asks_clerk, names_people
from bot.meetings.questions.speakers import speakers_at
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
    step_back,
    time_remarks,
)
from bot.meetings.written import written_at, written_in_all
from bot.notices.hints import hints_at
from bot.tables import Meeting
from bot.tables.walked import StepMark
from bot.talk.chat import Chat
from bot.talk.desk import Flow, FlowStep
from handlers.meetings import leading, noting, starting


def show_present_step(chat: Chat, meeting_id: str) -> None:
    """`Tiếp tục họp`: the present step, on this phone."""
    meeting = leading.own_meeting(chat, meeting_id)
    if meeting is not None:
        leading.show_standing(chat, meeting)


def ask_step(chat: Chat) -> None:
    meeting = leading.present_meeting(chat)
    if meeting is None:
        return
    if at_closing(meeting):
        _show_closing(chat, meeting)
        return
    place, step = meeting.step, meeting.steps[meeting.step]
    walked = place in meeting.marks.steps
    question, here = present_question(meeting), written_at(chat.session, meeting, place)
    leading.say_of_meeting(
        chat,
        question.template,
        meeting,
        step=step,
        here=here,
        card=leading.meeting_card(chat, meeting) if question.opens else None,
        notes=latest_notes(chat.session, meeting, place) if here.notes else (),
        votes=[one for one in votes_of(chat.session, meeting) if one.step == place] if here.votes else (),
        tasks=[one for one in tasks_of(chat.session, meeting) if one.step == place] if here.tasks else (),
        remarks=time_remarks(meeting, None, chat.at),
        minutes=minutes_in_all(meeting, chat.at),
        step_minutes=None if walked else minutes_of_step(meeting, place, chat.at),
        speakers=speakers_at(meeting, place),
        ends_round=ends_round(meeting, place),
        heard=count_heard(meeting, place),
        people=names_people(meeting),
        asks_clerk=asks_clerk(meeting),
        scores=leading.scored_here(chat, meeting),
        hints=hints_at(chat.session, meeting),
        **question.shows(chat.session, meeting),
    )


def _show_closing(chat: Chat, meeting: Meeting) -> None:
    leading.say_of_meeting(
        chat,
        "meetings/closing",
        meeting,
        written=written_in_all(chat.session, meeting),
        votes=votes_of(chat.session, meeting),
        skipped=count_skipped(meeting),
        card=leading.meeting_card(chat, meeting),
        remarks=time_remarks(meeting, leading.wished_minutes(chat, meeting), chat.at),
        minutes=minutes_in_all(meeting, chat.at),
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
        written=written_in_all(chat.session, meeting),
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
    FlowStep("join", starting.ask_join_at_start, starting.take_join_at_start),
    answers=Walking,
)
