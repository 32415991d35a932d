"""A day and an hour that come by themselves, as the answer to "đồng chí đặt lịch họp": the meeting that waits for its day has it.

After a reminder of a meeting the day alone is enough; where only another day is wanted, it is asked for.
"""

from datetime import date

from bot.duties.outlook import Outlook, unit_outlooks
from bot.meetings.awaiting import running_meetings
from bot.people.roles import role_holders
from bot.problems import Invalid
from bot.reading.moment_places import split_place
from bot.reading.moments import read_moment, speaks_of_meeting, without_put_off, without_setting
from bot.reading.put_off_words import read_put_off
from bot.reminders.answered import lately_reminded_of
from bot.tables import DutyKind
from bot.talk.chat import Chat
from handlers.meetings.days import wall_clock
from handlers.meetings.settling import Scheduling


def take_said_day(chat: Chat) -> bool:
    """Whether the words are such a day, and have been taken. Nothing is open, and no meeting runs, in which they might be anything;
    without an hour it must be said that it is about a meeting."""
    units = [m.unit_id for m in role_holders(chat.roles(), "lead")]
    text = chat.event.text
    if len(units) != 1 or chat.dialog.flow or chat.event.payload or "?" in text:
        return False
    if read_put_off(text) == "other_day":
        return _ask_other_day(chat, units[0])
    said = without_setting(text)
    day = day_ahead(chat, said, named=said != text or speaks_of_meeting(text))
    if day is None or running_meetings(chat.session, units):
        return False
    waiting = unit_outlooks(chat.session, units[0], chat.moment, "meeting")
    fitting = _fitting(waiting, day, moved=without_put_off(text) != text)
    if len(fitting) == 1 or not waiting:
        duty = fitting[0].duty.id if fitting else None
        chat.begin_answered(Scheduling(units[0], duty), "day", text)
    else:
        chat.begin(Scheduling(units[0], told=text))
    return True


def _ask_other_day(chat: Chat, unit_id: int) -> bool:
    """Asks for the day of the meeting of which the unit has just been reminded."""
    meetings = _reminded_meetings(chat, unit_id)
    if not meetings or running_meetings(chat.session, [unit_id]):
        return False
    if len(meetings) == 1:
        chat.begin(Scheduling(unit_id, meetings[0]), "day")
    else:
        chat.begin(Scheduling(unit_id))
    return True


def _reminded_meetings(chat: Chat, unit_id: int) -> list[int]:
    """The meetings (ids of their duties) of which the latest reminder has spoken."""
    reminded = lately_reminded_of(chat.session, chat.person.id, chat.at)
    return [one.id for one in reminded if one.kind == DutyKind.MEETING and one.unit_id == unit_id]


def day_ahead(chat: Chat, text: str, *, named: bool) -> date | None:
    """The day to come that the text says, with or without an hour and a place. `named`: it is said that it is about a meeting."""
    text, _ = split_place(text, today=chat.today, now=wall_clock(chat))
    try:
        moment = read_moment(text, today=chat.today, now=wall_clock(chat))
    except Invalid:
        return None
    if moment.day is None or moment.day < chat.today:
        return None
    return moment.day if named or moment.at is not None or _is_asked_for_day(chat) else None


def _is_asked_for_day(chat: Chat) -> bool:
    """Whether the latest reminder was of nothing but meetings: a day by itself is the answer to it."""
    reminded = lately_reminded_of(chat.session, chat.person.id, chat.at)
    return bool(reminded) and all(one.kind == DutyKind.MEETING for one in reminded)


def _fitting(waiting: list[Outlook], day: date, *, moved: bool) -> list[Outlook]:
    """Of the meetings that may be held on that day those without a day; to be moved, those that have one."""
    may = [
        one
        for one in waiting
        if one.duty.opens_on <= day and (one.duty.last_day is None or day <= one.duty.last_day)
    ]
    return [one for one in may if one.scheduled == moved] or [one for one in may if one.scheduled != moved]
