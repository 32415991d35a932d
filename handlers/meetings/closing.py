"""The count of a meeting and its end: who is there, who comes late, the day it was held, what follows; starts by mistake."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.duties.outlook import unit_outlooks
from bot.meetings.attendance import KINDS, count_late_arrival, counts_of_values, kinds_away
from bot.meetings.counts import counts_of, write_counts
from bot.meetings.dialogs import AboutMeeting, about
from bot.meetings.joining import duties_of
from bot.meetings.meetings import call_off, end_meeting
from bot.meetings.questions.attendance import mark_counted
from bot.meetings.rehearsing import forget_rehearsal
from bot.meetings.tasks import tasks_of
from bot.meetings.votes import votes_of
from bot.meetings.walk import minutes_in_all, stamp_rules
from bot.meetings.written import written_in_all
from bot.problems import Invalid
from bot.reading.moments import read_moment
from bot.reading.words import quoted_words
from bot.tables import Meeting
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import leading, overhearing
from handlers.meetings.told import confirmed_counts

ONE_DAY = timedelta(days=1)


@dataclass
class Closing(AboutMeeting):
    """On which day it was held."""


def begin_roll_call(chat: Chat, meeting_id: str, _step: str = "") -> None:
    """`Điểm danh`, at its step or from the closing card; once there are counts they are corrected."""
    meeting = leading.own_meeting(chat, meeting_id)
    if meeting is None:
        return
    if counts_of(chat.session, meeting) is None:
        leading.begin_count(chat, meeting)
    else:
        chat.open("recount", str(meeting.id))


def take_roll_call(chat: Chat, meeting_id: str) -> None:
    """Takes the confirmed counts; the attendance step is done with them."""
    entered = confirmed_counts(chat)
    meeting = leading.own_with_unit(chat, meeting_id)
    if meeting is None:
        return
    trouble = ""
    if entered:
        counts = counts_of_values(entered)
        write_counts(chat.session, meeting, counts, chat.person.id, chat.at)
        chat.note("attendance entered", f"meeting:{meeting.id}")
        overhearing.note_written(chat, "counts")
        facts = {"present": counts.present, "total": counts.total}
        trouble = chat.desk.render.sentence("counts_taken", facts)
        mark_counted(meeting, chat.at)
    leading.show_standing(chat, meeting, trouble)


def note_late_arrival(chat: Chat, meeting_id: str, kind: str = "") -> None:
    """`➕ 1 đến muộn`: moves one from those away to those present; asks of which kind where that matters."""
    meeting = leading.own_with_unit(chat, meeting_id)
    if meeting is None:
        return
    before = counts_of(chat.session, meeting)
    try:
        if before is None:
            raise Invalid("meeting_not_counted")
        kinds = kinds_away(before)
        if kind not in KINDS and len(kinds) > 1 and before.absent:
            leading.say_of_meeting(chat, "meetings/late", meeting, kinds=kinds)
            return
        after = count_late_arrival(before, kind if kind in KINDS else "".join(kinds[:1]))
        write_counts(chat.session, meeting, after, chat.person.id, chat.at)
    except Invalid as problem:
        leading.show_standing(chat, meeting, chat.sentence(problem))
        return
    chat.note("late arrival", f"meeting:{meeting.id} present {before.present}>{after.present}")
    leading.say_of_meeting(
        chat, "meetings/arrived", meeting, before=before, card=leading.meeting_card(chat, meeting)
    )


def finish_meeting(chat: Chat, meeting_id: str) -> None:
    """`Kết thúc`: the meeting is held, its duties are done; of a rehearsal nothing is left."""
    meeting = leading.own_meeting(chat, meeting_id)
    if meeting is None:
        return
    if meeting.rehearsal:
        _forget(chat, meeting)
    elif counts_of(chat.session, meeting) is None:
        leading.show_standing(chat, meeting, chat.sentence(Invalid("meeting_no_counts")))
    elif chat.moment.day_of(meeting.started_at or chat.at) < chat.today - ONE_DAY:
        chat.begin(Closing(*about(meeting)))
    else:
        _end(chat, meeting, None)


def _forget(chat: Chat, meeting: Meeting) -> None:
    minutes = minutes_in_all(meeting, chat.at)
    unit, walked, steps = meeting.unit, meeting.step, len(meeting.steps)
    forget_rehearsal(chat.session, meeting)
    chat.end()
    head = leading.rehearsal_head(chat, True)
    chat.say("meetings/rehearsal/over", head=head, minutes=minutes, walked=walked, steps=steps, unit=unit)


def ask_day_held(chat: Chat) -> None:
    """A meeting that was begun days ago: on which day was it held? The verdict hangs on it."""
    meeting = leading.present_meeting(chat)
    if meeting is not None:
        began = chat.moment.day_of(meeting.started_at or chat.at)
        leading.say_of_meeting(chat, "meetings/day", meeting, began=began)


def take_day_held(chat: Chat, answer: Answer) -> None:
    meeting = leading.present_meeting(chat)
    if meeting is None:
        return
    if answer.value not in ("", "began", "today"):
        raise Invalid("choose_button")
    began = chat.moment.day_of(meeting.started_at or chat.at)
    day = {"began": began, "today": chat.today}.get(answer.value)
    if day is None:
        day = read_moment(answer.text, today=chat.today, now=None, past=True).day
    if day is None:
        raise Invalid("date_unclear", said=quoted_words(answer.text))
    if not began <= day <= chat.today:
        raise Invalid("held_day_range", first=began, last=chat.today)
    _end(chat, meeting, day)


def _end(chat: Chat, meeting: Meeting, day: date | None) -> None:
    overhearing.note_written(chat, "day")
    end_meeting(chat.session, meeting, chat.moment, day=day)
    stamp_rules(meeting, leading.rules_on(chat, leading.day_of(chat, meeting)))
    chat.note("meeting held", f"meeting:{meeting.id}")
    chat.end()
    chat.say(
        "meetings/held",
        meeting=meeting,
        card=leading.meeting_card(chat, meeting),
        duties=duties_of(chat.session, meeting),
        notes=written_in_all(chat.session, meeting).notes,
        votes=votes_of(chat.session, meeting),
        tasks=tasks_of(chat.session, meeting),
        minutes=minutes_in_all(meeting, chat.at) if day is None else None,
        waiting=unit_outlooks(chat.session, meeting.unit_id, chat.moment),
    )


def undo_start(chat: Chat, meeting_id: str) -> None:
    """`Chưa họp`: begun by mistake; nothing has been held."""
    meeting = leading.own_meeting(chat, meeting_id)
    if meeting is None:
        return
    if meeting.rehearsal:
        _forget(chat, meeting)
        return
    try:
        call_off(chat.session, meeting, chat.moment)
    except Invalid as problem:
        leading.show_standing(chat, meeting, chat.sentence(problem))
        return
    chat.note("meeting called off", f"meeting:{meeting.id}")
    chat.end()
    chat.say("meetings/undone", meeting=meeting)


FLOW = Flow("close", FlowStep("day", ask_day_held, take_day_held, numbers=True), answers=Closing)
