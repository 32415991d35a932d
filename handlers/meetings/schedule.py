"""`/lichhop`: sets the meeting of a topic, or moves it; its reminders move with it."""

from datetime import date, datetime, time

from bot.calendar import at_local, local_day
from bot.duties.life import coming_calls, follow_usual_day
from bot.duties.outlook import Outlook, coming_meeting, duty_outlook, meetings_on, unit_outlooks
from bot.meetings.concerns import Concern, kind_of, setting_concerns
from bot.meetings.joining import duties_of, note_offered, offered_duties, takes_long
from bot.meetings.meetings import last_place, live_meeting, lock_unit, set_meeting
from bot.meetings.offering import offer_for, read_stamp, usual_meeting
from bot.problems import Invalid
from bot.reading.second_thoughts import other_moment
from bot.reading.words import read_yes_no
from bot.reminders.asked_duty import own_duty
from bot.tables import Duty, Hurry, MeetingState, Unit
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import joint
from handlers.meetings.days import (
    chosen_day,
    chosen_time,
    days_offered,
    hours_left,
    read_day,
    read_time,
    wall_clock,
)

PLACE_LIMIT = 200
LAST_OF_MONTH = 31
USUAL = "usual-"
"""How the value of the choice begins that answers the day, the hour and the place at once."""


def show_schedule(chat: Chat, unit_id: str = "") -> None:
    """Goes straight to the day when there is but one meeting to set, else asks which."""
    unit = chat.unit_for("plan", unit_id)
    if unit is None:
        return
    waiting = unit_outlooks(chat.session, unit.id, chat.at, chat.zone, "meeting")
    if len(waiting) > 1:
        chat.begin("schedule", unit=unit.id)
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
    if duty is None or _is_running(chat, duty.unit_id, duty):
        return
    day, clock = read_stamp(stamp)
    live = live_meeting(chat.session, duty.unit_id, duty.id)
    if live is not None and live.planned_at:
        _begin(chat, duty.unit_id, duty)  # somebody has set it in the meantime
        return
    if day is None or clock is None:
        step, facts = ("time", {"day": day.isoformat()}) if day and day >= chat.today else ("day", {})
        chat.begin("schedule", step=step, unit=duty.unit_id, duty=duty.id, **facts)
        return
    chat.end()
    chat.keep(unit=duty.unit_id, duty=duty.id)
    _as_usual(chat, day, clock)


def keep_habit(chat: Chat, unit_id: str, day: str = "") -> None:
    """`Từ nay họp ngày …`: a unit that had no usual day has one, and its reminders count from it."""
    unit = chat.lead_unit(unit_id)
    if unit is None:
        return
    if day.isascii() and day.isdecimal() and 1 <= int(day) <= LAST_OF_MONTH:
        unit.meeting_day = int(day)
        follow_usual_day(chat.session, unit, chat.at, chat.zone)
        chat.note("usual day", f"unit:{unit.id}")
    chat.say("meetings/schedule/habit", unit=unit)


def _as_usual(chat: Chat, day: date, clock: time) -> None:
    duty = chat.session.get_one(Duty, chat.data["duty"])
    chat.keep(day=day.isoformat(), place=usual_meeting(chat.session, duty, chat.zone).place)
    _after_time(chat, clock)


def _begin(chat: Chat, unit_id: int, duty: Duty | None) -> None:
    if not _is_running(chat, unit_id, duty):
        chat.begin("schedule", step="day", unit=unit_id, duty=duty.id if duty else None)


def _is_running(chat: Chat, unit_id: int, duty: Duty | None) -> bool:
    """A meeting that is going on cannot be moved: says so and shows where it stands."""
    meeting = live_meeting(chat.session, unit_id, duty.id if duty else None)
    if meeting is None or meeting.state != MeetingState.RUNNING:
        return False
    chat.trouble = chat.sentence(Invalid("meeting_running"))
    chat.open("meet.walk", str(meeting.id))
    return True


def ask_meeting_topic(chat: Chat) -> None:
    unit = chat.session.get_one(Unit, chat.data["unit"])
    waiting = unit_outlooks(chat.session, unit.id, chat.at, chat.zone, "meeting")
    chat.say("meetings/schedule/topic", unit=unit, waiting=waiting)


def take_meeting_topic(chat: Chat, answer: Answer) -> None:
    if not answer.value:
        raise Invalid("choose_button")
    duty = None
    if answer.value != "none":
        duty = own_duty(chat, answer.value, "meeting")
        if duty is None:
            return
    if not _is_running(chat, int(chat.data["unit"]), duty):
        if duty is None:
            chat.keep(declined=_declined(chat))
        chat.keep(duty=duty.id if duty else None)
        chat.goto("day")


def _declined(chat: Chat) -> list[int]:
    """What the unit had before its eyes when it said that its meeting is none of these."""
    waiting = unit_outlooks(chat.session, int(chat.data["unit"]), chat.at, chat.zone, "meeting")
    return sorted(
        {view.duty.id for view in waiting} | ({chat.data["duty"]} if chat.data.get("duty") else set())
    )


def _duty(chat: Chat) -> Duty | None:
    return chat.session.get(Duty, chat.data["duty"]) if chat.data.get("duty") else None


def _view(chat: Chat) -> Outlook | None:
    duty = _duty(chat)
    return duty_outlook(chat.session, duty, chat.at, chat.zone) if duty else None


def ask_meeting_day(chat: Chat) -> None:
    unit = chat.session.get_one(Unit, chat.data["unit"])
    meeting = live_meeting(chat.session, unit.id, chat.data.get("duty"))
    linked = duties_of(chat.session, meeting) if meeting else []
    view = _view(chat)
    unset = view is not None and not view.scheduled
    chat.say(
        "meetings/schedule/day",
        unit=unit,
        view=view,
        offer=offer_for(chat.session, view.duty, chat.at, chat.zone) if view and unset else None,
        meeting=meeting,
        joint=[one for one in linked if one.id != chat.data.get("duty")],
        days=days_offered(chat, unit, view.duty if view else None),
        trail=bool(chat.dialog.trail),
        instead=bool(chat.data.get("instead")),
    )


def take_meeting_day(chat: Chat, answer: Answer) -> None:
    if answer.value == "none":
        if not _is_running(chat, int(chat.data["unit"]), None):
            declined = _declined(chat)
            chat.begin(
                "schedule", step="day", unit=chat.data["unit"], duty=None, instead=True, declined=declined
            )
        return
    if answer.value.startswith(USUAL):
        day, clock = read_stamp(answer.value.removeprefix(USUAL))
        if day is None or clock is None:
            raise Invalid("choose_button")
        _as_usual(chat, day, clock)
        return
    day, clock = chosen_day(answer.value), None
    if day is None:
        day, clock = read_day(chat, answer.text)
    if day < chat.today:
        raise Invalid("date_past", day=day)
    chat.keep(day=day.isoformat())
    if clock is None:
        chat.goto("time")
    else:
        _after_time(chat, clock)


def ask_time(chat: Chat) -> None:
    day, passed = date.fromisoformat(chat.data["day"]), chat.data.get("passed", "")
    chat.keep(passed="")
    chat.say("meetings/schedule/time", day=day, hours=hours_left(chat, day), passed=passed)


def take_time(chat: Chat, answer: Answer) -> None:
    clock = chosen_time(answer.value)
    if clock is None:
        clock = read_time(chat, answer.text)
    _after_time(chat, clock)


def _moment(chat: Chat) -> datetime:
    return at_local(date.fromisoformat(chat.data["day"]), time.fromisoformat(chat.data["time"]), chat.zone)


def _after_time(chat: Chat, clock: time) -> None:
    chat.keep(time=clock.isoformat("minutes"))
    if _moment(chat) <= chat.at:
        chat.keep(passed=chat.data["time"])
        if chat.dialog.flow == FLOW.name and chat.dialog.step == "time":
            chat.again()
        else:
            _go_on(chat, "time")
        return
    if not chat.data.get("duty") and (planned := _suited(chat)):
        chat.keep(duty=planned.id)
    found = setting_concerns(chat.session, chat.data["unit"], _duty(chat), _moment(chat), chat.at, chat.zone)
    if found:
        _go_on(chat, "concern")
    else:
        _after_concerns(chat)


def _after_concerns(chat: Chat) -> None:
    duty = _duty(chat)
    day = date.fromisoformat(chat.data["day"])
    chat.keep(joint=[], asked=[])
    if duty is not None and offered_duties(chat.session, duty, day, chat.at, chat.zone):
        _go_on(chat, "join")
    else:
        _after_join(chat)


def _after_join(chat: Chat) -> None:
    """The place is asked for, unless it is the usual one."""
    if "place" in chat.data:
        _settle(chat, str(chat.data["place"]))
    else:
        chat.goto("place")


def _go_on(chat: Chat, step: str) -> None:
    """To the next question, which is the first when a button has answered those before it."""
    if chat.dialog.flow == FLOW.name:
        chat.goto(step)
    else:
        chat.begin(FLOW.name, step=step, **chat.data)


def _suited(chat: Chat) -> Duty | None:
    """The meeting that a plan asks the unit for in a time that the chosen day lies in, if none is set for it: then this one
    is that, whether or not its topic has been told yet. Not one that the unit has passed over knowingly."""
    day, own = date.fromisoformat(chat.data["day"]), _duty(chat)
    found = meetings_on(chat.session, int(chat.data["unit"]), kind_of(own), day)
    declined = {*chat.data.get("declined", []), own.id if own else 0}
    return next((one for one in found if one.id not in declined), None)


def ask_meeting_join(chat: Chat) -> None:
    """May the meeting count for other duties too?"""
    duty = chat.session.get_one(Duty, chat.data["duty"])
    joint.ask_joint_duties(chat, duty, date.fromisoformat(chat.data["day"]))


def take_meeting_join(chat: Chat, answer: Answer) -> None:
    duty = own_duty(chat, chat.data["duty"], "meeting")
    if duty is None:
        return
    try:
        settled = joint.take_joint_duties(chat, answer, duty, date.fromisoformat(chat.data["day"]))
    except Invalid:
        if answer.value or not other_moment(answer.text, today=chat.today, now=wall_clock(chat)):
            raise
        _change_moment(chat, answer.text)
        return
    if settled:
        _after_join(chat)


def ask_concern(chat: Chat) -> None:
    found = setting_concerns(chat.session, chat.data["unit"], _duty(chat), _moment(chat), chat.at, chat.zone)
    chat.say("meetings/schedule/concern", concerns=found, at=_moment(chat), other=_other(chat, found))


def _other(chat: Chat, found: list[Concern]) -> Duty | None:
    """What a day after the topic's last one is in time for."""
    return _suited(chat) if any(one.code == "after_due" for one in found) else None


def take_concern(chat: Chat, answer: Answer) -> None:
    agreed = None if answer.value else read_yes_no(answer.text)
    if answer.value == "keep" or agreed:
        _after_concerns(chat)
    elif answer.value == "other":
        planned = _suited(chat)
        if planned is None:
            raise Invalid("choose_button")
        chat.keep(duty=planned.id)
        _after_time(chat, time.fromisoformat(chat.data["time"]))
    elif answer.value == "change" or agreed is False:
        chat.begin("schedule", step="day", unit=chat.data["unit"], duty=chat.data.get("duty"))
    elif answer.value or not _change_moment(chat, answer.text):
        raise Invalid("choose_button")


def _change_moment(chat: Chat, text: str) -> bool:
    """Another day or hour, said instead of an answer: the way goes on from there. What was said of the other half stays."""
    moment = other_moment(text, today=chat.today, now=wall_clock(chat))
    if moment is None:
        if any(sign.isdigit() for sign in text):
            read_day(chat, text)
        return False
    if moment.day is not None:
        if moment.day < chat.today:
            raise Invalid("date_past", day=moment.day)
        chat.keep(day=moment.day.isoformat())
    chat.dialog.step, chat.dialog.trail = "day", [step for step in chat.dialog.trail if step == "topic"]
    _after_time(chat, moment.at or time.fromisoformat(chat.data["time"]))
    return True


def _places(chat: Chat) -> tuple[str, str]:
    """Where the meeting is set for so far, and where the unit met last."""
    unit_id = int(chat.data["unit"])
    live = live_meeting(chat.session, unit_id, chat.data.get("duty"))
    return live.place if live else "", last_place(chat.session, unit_id)


def ask_meeting_place(chat: Chat) -> None:
    own, last = _places(chat)
    chat.say("meetings/schedule/place", at=_moment(chat), own=own, last=last)


def _names_moment(chat: Chat, text: str) -> bool:
    """ "8/4 19h30", "thứ Năm" are no places; a bare number may be a room."""
    return not text.strip().isdecimal() and bool(other_moment(text, today=chat.today, now=wall_clock(chat)))


def take_meeting_place(chat: Chat, answer: Answer) -> None:
    if not answer.value and _names_moment(chat, answer.text):
        _change_moment(chat, answer.text)
        return
    own, last = _places(chat)
    place = " ".join(answer.text.split())
    if answer.value == "last":
        place = own or last
    elif answer.value == "skip":
        place = own
    elif not place:
        raise Invalid("text_empty")
    _settle(chat, place)


def _settle(chat: Chat, place: str) -> None:
    """Sets the meeting, unless something has come in between."""
    unit = chat.lead_unit(int(chat.data["unit"]))
    if unit is None:
        return
    lock_unit(chat.session, unit.id)
    duty, moment = None, _moment(chat)
    if moment <= chat.at:  # asked days ago, answered now
        chat.trouble = chat.sentence(Invalid("date_past", day=local_day(moment, chat.zone)))
        chat.begin(FLOW.name, step="day", unit=unit.id, duty=chat.data.get("duty"))
        return
    if chat.data.get("duty"):
        duty = own_duty(chat, chat.data["duty"], "meeting")
        if duty is None:
            return
    if not _is_running(chat, unit.id, duty):
        _set(chat, unit, duty, moment, place)


def _set(chat: Chat, unit: Unit, duty: Duty | None, moment: datetime, place: str) -> None:
    day = local_day(moment, chat.zone)
    together = joint.chosen_duties(chat, duty, day) if duty else []
    asked = chat.data.get("asked", [])
    planned = set_meeting(chat.session, unit, duty, moment, place[:PLACE_LIMIT], chat.at, chat.zone, together)
    meeting = planned.meeting
    note_offered(meeting, asked)
    chat.note("meeting moved" if planned.moved else "meeting set", f"meeting:{meeting.id}")
    chat.end()
    joint.say_parted(chat, planned.parted, day)
    days = coming_calls(chat.session, duty, chat.at, chat.zone) if duty else []
    before = [one for one in days if one < day]
    owed = unit_outlooks(chat.session, unit.id, chat.at, chat.zone, "report", "confirm")
    chat.say(
        "meetings/schedule/done",
        meeting=meeting,
        moved=planned.moved,
        duty=duty,
        joint=[one for one in duties_of(chat.session, meeting) if duty and one.id != duty.id],
        long=duty is not None and takes_long(duties_of(chat.session, meeting), day),
        unit=unit,
        habit=day.day if unit.meeting_day is None else 0,
        calls=before,
        morning=len(before) < len(days),
        urgent=[view for view in owed if view.duty.hurry == Hurry.URGENT],
    )


FLOW = Flow(
    "schedule",
    FlowStep("topic", ask_meeting_topic, take_meeting_topic),
    FlowStep("day", ask_meeting_day, take_meeting_day, numbers=True),
    FlowStep("time", ask_time, take_time, numbers=True),
    FlowStep("concern", ask_concern, take_concern),
    FlowStep("join", ask_meeting_join, take_meeting_join),
    FlowStep("place", ask_meeting_place, take_meeting_place, numbers=True),
)
