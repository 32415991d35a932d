"""`/lichhop`: which meeting is set or moved, for which day and hour."""

from datetime import date, time

from bot.duties.life import follow_usual_day
from bot.duties.outlook import Outlook, coming_meeting, duty_outlook, unit_outlooks
from bot.meetings.joining import duties_of
from bot.meetings.meetings import live_meeting
from bot.meetings.offering import offer_for, read_stamp, usual_meeting
from bot.problems import Invalid
from bot.reading.moments import without_put_off, without_setting
from bot.reading.second_thoughts import other_moment
from bot.reminders.asked_duty import own_duty
from bot.tables import Duty, Unit
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings.days import (
    chosen_day,
    chosen_time,
    days_offered,
    hours_left,
    read_day,
    read_time,
    wall_clock,
)
from handlers.meetings.said_day import day_ahead
from handlers.meetings.settling import (
    Scheduling,
    ask_concern,
    ask_meeting_join,
    ask_meeting_place,
    duty_of,
    says_running,
    settle_time,
    take_concern,
    take_meeting_join,
    take_meeting_place,
    take_place_said,
)

LAST_OF_MONTH = 31
USUAL = "usual-"
"""How the value of the choice begins that answers the day, the hour and the place at once."""


def show_schedule(chat: Chat, unit_id: str = "") -> None:
    """Goes straight to the day when there is but one meeting to set, else asks which."""
    unit = chat.unit_for("plan", unit_id)
    if unit is None:
        return
    waiting = unit_outlooks(chat.session, unit.id, chat.moment, "meeting")
    if len(waiting) > 1:
        chat.begin(Scheduling(unit.id))
    elif waiting:
        _begin(chat, unit.id, waiting[0].duty)
    else:
        _begin(chat, unit.id, coming_meeting(chat.session, unit.id, chat.today))


def set_meeting_of(chat: Chat, duty_id: str) -> None:
    duty = own_duty(chat, duty_id, "meeting")
    if duty is not None:
        _begin(chat, duty.unit_id, duty)


def set_usual_meeting(chat: Chat, duty_id: str, stamp: str = "") -> None:
    """`Như mọi tháng`: sets the meeting for the moment on the button, where the unit usually meets, and asks nothing but
    what somebody must decide."""
    duty = own_duty(chat, duty_id, "meeting")
    if duty is None or says_running(chat, duty.unit_id, duty):
        return
    day, clock = read_stamp(stamp)
    live = live_meeting(chat.session, duty.unit_id, duty.id)
    if live is not None and live.planned_at:
        _begin(chat, duty.unit_id, duty)  # somebody has set it in the meantime
        return
    if day is None or clock is None:
        later = day if day and day >= chat.today else None
        chat.begin(Scheduling(duty.unit_id, duty.id, later), "time" if later else "day")
        return
    chat.end()
    _as_usual(chat, Scheduling(duty.unit_id, duty.id), day, clock)


def keep_habit(chat: Chat, unit_id: str, day: str = "") -> None:
    """`Từ nay họp ngày …`: a unit that had no usual day has one, and its reminders count from it."""
    unit = chat.lead_unit(unit_id)
    if unit is None:
        return
    if day.isascii() and day.isdecimal() and 1 <= int(day) <= LAST_OF_MONTH:
        unit.meeting_day = int(day)
        follow_usual_day(chat.session, unit, chat.moment)
        chat.note("usual day", f"unit:{unit.id}")
    chat.say("meetings/schedule/habit", unit=unit)


def _as_usual(chat: Chat, said: Scheduling, day: date, clock: time) -> None:
    duty = chat.session.get_one(Duty, said.duty)
    said.day, said.place = day, usual_meeting(chat.session, duty, chat.zone).place
    settle_time(chat, said, clock)


def _begin(chat: Chat, unit_id: int, duty: Duty | None) -> None:
    if not says_running(chat, unit_id, duty):
        chat.begin(Scheduling(unit_id, duty.id if duty else None), "day")


def ask_meeting_topic(chat: Chat) -> None:
    unit = chat.session.get_one(Unit, chat.answers(Scheduling).unit)
    waiting = unit_outlooks(chat.session, unit.id, chat.moment, "meeting")
    chat.say("meetings/schedule/topic", unit=unit, waiting=waiting, told=chat.answers(Scheduling).told)


def take_meeting_topic(chat: Chat, answer: Answer) -> None:
    """Another day, said instead of which meeting, is kept for the one that will be chosen."""
    if not answer.value:
        told = without_setting(answer.text)
        if day_ahead(chat, told, named=True) is None:
            raise Invalid("choose_button")
        chat.answers(Scheduling).told = told
        chat.again()
        return
    duty = None
    if answer.value != "none":
        duty = own_duty(chat, answer.value, "meeting")
        if duty is None:
            return
    said = chat.answers(Scheduling)
    if not says_running(chat, said.unit, duty):
        if duty is None:
            said.declined = _declined(chat, said)
        said.duty = duty.id if duty else None
        if said.told:
            take_meeting_day(chat, Answer(text=said.told))
        else:
            chat.goto("day")


def _declined(chat: Chat, said: Scheduling) -> list[int]:
    """What the unit had before its eyes when it said that its meeting is none of these."""
    waiting = unit_outlooks(chat.session, said.unit, chat.moment, "meeting")
    return sorted({view.duty.id for view in waiting} | ({said.duty} if said.duty else set()))


def _view(chat: Chat) -> Outlook | None:
    duty = duty_of(chat, chat.answers(Scheduling))
    return duty_outlook(chat.session, duty, chat.moment) if duty else None


def ask_meeting_day(chat: Chat) -> None:
    said = chat.answers(Scheduling)
    unit = chat.session.get_one(Unit, said.unit)
    meeting = live_meeting(chat.session, unit.id, said.duty)
    linked = duties_of(chat.session, meeting) if meeting else []
    view = _view(chat)
    unset = view is not None and not view.scheduled
    chat.say(
        "meetings/schedule/day",
        unit=unit,
        view=view,
        offer=offer_for(chat.session, view.duty, chat.moment) if view and unset else None,
        meeting=meeting,
        joint=[one for one in linked if one.id != said.duty],
        days=days_offered(chat, unit, view.duty if view else None),
        trail=bool(chat.dialog.trail),
        instead=said.instead,
    )


def take_meeting_day(chat: Chat, answer: Answer) -> None:
    said = chat.answers(Scheduling)
    if answer.value == "none":
        if not says_running(chat, said.unit, None):
            declined = _declined(chat, said)
            chat.begin(Scheduling(said.unit, instead=True, declined=declined), "day")
        return
    if answer.value.startswith(USUAL):
        day, clock = read_stamp(answer.value.removeprefix(USUAL))
        if day is None or clock is None:
            raise Invalid("choose_button")
        _as_usual(chat, said, day, clock)
        return
    day, clock = chosen_day(answer.value), None
    if day is None:
        day, clock = read_day(chat, take_place_said(chat, said, without_setting(answer.text)))
        if without_put_off(answer.text) != answer.text:
            clock = _as_set_before(chat, said, clock)
    if day < chat.today:
        raise Invalid("date_past", day=day)
    said.day = day
    if clock is None:
        chat.goto("time")
    else:
        settle_time(chat, said, clock)


def _as_set_before(chat: Chat, said: Scheduling, clock: time | None) -> time | None:
    """Of a meeting that is put off to another day, the hour and the place stay where nothing else is said."""
    live = live_meeting(chat.session, said.unit, said.duty)
    if live is None or live.planned_at is None:
        return clock
    said.place = said.place or live.place or None
    return clock or live.planned_at.astimezone(chat.zone).time()


def ask_time(chat: Chat) -> None:
    said = chat.answers(Scheduling)
    day, passed, said.passed = said.day or chat.today, said.passed, None
    chat.say("meetings/schedule/time", day=day, hours=hours_left(chat, day), passed=passed)


def take_time(chat: Chat, answer: Answer) -> None:
    said, clock = chat.answers(Scheduling), chosen_time(answer.value)
    if clock is None:
        text = take_place_said(chat, said, without_setting(answer.text))
        if (other := _day_alone(chat, text)) is not None:
            said.day = other
            chat.again()
            return
        day, clock = read_time(chat, text)
        said.day = day or said.day
    settle_time(chat, said, clock)


def _day_alone(chat: Chat, text: str) -> date | None:
    """Another day, said where the hour is asked for; a number alone is an hour."""
    moment = None if text.strip().isdecimal() else other_moment(text, today=chat.today, now=wall_clock(chat))
    return moment.day if moment and moment.at is None and moment.day and moment.day >= chat.today else None


FLOW = Flow(
    "schedule",
    FlowStep("topic", ask_meeting_topic, take_meeting_topic),
    FlowStep("day", ask_meeting_day, take_meeting_day, numbers=True),
    FlowStep("time", ask_time, take_time, numbers=True),
    FlowStep("concern", ask_concern, take_concern),
    FlowStep("join", ask_meeting_join, take_meeting_join),
    FlowStep("place", ask_meeting_place, take_meeting_place, numbers=True, words=True),
    answers=Scheduling,
)
