"""A meeting that was begun long ago and never ended: ended now, gone on with, or set aside and taken up again."""

from bot.meetings.counts import counts_of
from bot.meetings.left_open import days_open, pass_to_close, set_aside, take_up_again
from bot.meetings.meetings import lock_meeting
from bot.meetings.written import written_in_all
from bot.problems import Invalid
from bot.tables import Meeting, MeetingState
from bot.talk.chat import Chat, row_id
from handlers.meetings import leading


def show_left_open(chat: Chat, meeting: Meeting, trouble: str = "") -> None:
    """What is going on, since when, and the ways out of it."""
    chat.end()
    _say(chat, "meetings/left_open/open", meeting, trouble)


def _say(chat: Chat, template: str, meeting: Meeting, trouble: str = "") -> None:
    chat.say(
        template,
        meeting=meeting,
        began=meeting.started_at or chat.at,
        days=days_open(meeting, chat.moment).days,
        notes=written_in_all(chat.session, meeting).notes,
        counted=counts_of(chat.session, meeting) is not None,
        trouble=trouble,
    )


def close_left_open(chat: Chat, meeting_id: str) -> None:
    """`Đã họp xong`: the closing card, which asks for what is missing and for the day."""
    meeting = leading.own_meeting(chat, meeting_id)
    if meeting is not None:
        pass_to_close(meeting, chat.moment)
        leading.show_standing(chat, meeting)


def ask_set_aside(chat: Chat, meeting_id: str) -> None:
    """`Không tính buổi ấy`: says what comes of it and asks again."""
    meeting = leading.own_meeting(chat, meeting_id)
    if meeting is not None:
        _say(chat, "meetings/left_open/sure", meeting)


def set_meeting_aside(chat: Chat, meeting_id: str) -> None:
    meeting = leading.own_with_unit(chat, meeting_id)
    if meeting is None:
        return
    set_aside(chat.session, meeting, chat.moment)
    chat.note("meeting set aside", f"meeting:{meeting.id}")
    chat.end()
    _say(chat, "meetings/left_open/aside", meeting)


def take_meeting_up(chat: Chat, meeting_id: str) -> None:
    """`Mở lại buổi ấy`: taken for something else by mistake."""
    meeting = lock_meeting(chat.session, row_id(meeting_id))
    if meeting is None or not chat.may("lead", meeting.unit.path):
        chat.refuse()
        return
    if meeting.state == MeetingState.CANCELLED:
        try:
            take_up_again(chat.session, meeting, chat.moment)
        except Invalid as problem:
            chat.open("meet", str(meeting.unit_id), trouble=chat.sentence(problem))
            return
        chat.note("meeting taken up again", f"meeting:{meeting.id}")
    chat.open("meet.walk", str(meeting.id))
