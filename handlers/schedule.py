"""`/lichhop`: sets the meeting of a topic, or moves it; its reminders move with it."""

from datetime import date, datetime, time, timedelta
from typing import cast

from bot import joint
from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.calendar import Shift, at_local, local_day, period, usual_meeting_day
from bot.domain.concerns import concerns
from bot.domain.duties import Outlook, coming_calls, outlook, outlooks
from bot.domain.joining import duties_of, note_offered, offers, takes_long
from bot.domain.meetings import live_meeting, lock_unit, set_meeting
from bot.domain.moments import when
from bot.domain.problems import Invalid
from bot.domain.reading import number, yes
from bot.domain.second_thoughts import other_moment
from bot.models import Duty, Unit

DAYS_OFFERED = 6
USUAL_HOURS = (time(8), time(14), time(17), time(19, 30))
BARE_HOURS = range(6, 22)
"""A bare number answers "at what time" only if nobody can mean the other half of the day by it at night."""
PLACE_LIMIT = 200


def show(chat: Chat, unit_id: str = "") -> None:
    """Goes straight to the day when there is but one meeting to set, else asks which."""
    unit = chat.unit_for("plan", unit_id)
    if unit is None:
        return
    waiting = outlooks(chat.session, unit.id, chat.at, chat.zone, "meeting")
    if len(waiting) > 1:
        chat.begin("schedule", unit=unit.id)
    else:
        _begin(chat, unit.id, waiting[0].duty if waiting else None)


def for_duty(chat: Chat, duty_id: str) -> None:
    duty = chat.own_duty(duty_id, "meeting")
    if duty is not None:
        _begin(chat, duty.unit_id, duty)


def _begin(chat: Chat, unit_id: int, duty: Duty | None) -> None:
    if not _is_running(chat, unit_id, duty):
        chat.begin("schedule", step="day", unit=unit_id, duty=duty.id if duty else None)


def _is_running(chat: Chat, unit_id: int, duty: Duty | None) -> bool:
    """A meeting that is going on cannot be moved: says so and shows where it stands."""
    meeting = live_meeting(chat.session, unit_id, duty.id if duty else None)
    if meeting is None or meeting.state != "running":
        return False
    chat.trouble = chat.sentence(Invalid("meeting_running"))
    chat.open("meet.walk", str(meeting.id))
    return True


def ask_topic(chat: Chat) -> None:
    unit = chat.session.get_one(Unit, chat.data["unit"])
    waiting = outlooks(chat.session, unit.id, chat.at, chat.zone, "meeting")
    chat.say("schedule/topic", unit=unit, waiting=waiting)


def take_topic(chat: Chat, answer: Answer) -> None:
    if not answer.value:
        raise Invalid("choose_button")
    duty = None
    if answer.value != "none":
        duty = chat.own_duty(answer.value, "meeting")
        if duty is None:
            return
    if not _is_running(chat, int(chat.data["unit"]), duty):
        chat.keep(duty=duty.id if duty else None)
        chat.goto("day")


def _duty(chat: Chat) -> Duty | None:
    return chat.session.get(Duty, chat.data["duty"]) if chat.data.get("duty") else None


def _view(chat: Chat) -> Outlook | None:
    duty = _duty(chat)
    return outlook(chat.session, duty, chat.at, chat.zone) if duty else None


def ask_day(chat: Chat) -> None:
    unit = chat.session.get_one(Unit, chat.data["unit"])
    meeting = live_meeting(chat.session, unit.id, chat.data.get("duty"))
    linked = duties_of(chat.session, meeting) if meeting else []
    chat.say(
        "schedule/day",
        unit=unit,
        view=_view(chat),
        meeting=meeting,
        joint=[one for one in linked if one.id != chat.data.get("duty")],
        days=_days_offered(chat, unit),
        trail=bool(chat.dialog.trail),
        instead=bool(chat.data.get("instead")),
    )


def _days_offered(chat: Chat, unit: Unit) -> list[date]:
    """The coming days, with the unit's usual day of this month or the next among them."""
    first = 0 if _hours_left(chat, chat.today) else 1
    days = {chat.today + timedelta(days=n) for n in range(first, DAYS_OFFERED)}
    if unit.meeting_day:
        for shift in (0, 31):
            around = chat.today.replace(day=1) + timedelta(days=shift)
            usual = usual_meeting_day(
                unit.meeting_day, period(f"{around:%Y-%m}"), cast(Shift, unit.meeting_shift)
            )
            if usual >= chat.today:
                days.add(usual)
                break
    return sorted(days)


def _hours_left(chat: Chat, day: date) -> list[time]:
    return [hour for hour in USUAL_HOURS if at_local(day, hour, chat.zone) > chat.at]


def take_day(chat: Chat, answer: Answer) -> None:
    if answer.value == "none":
        if not _is_running(chat, int(chat.data["unit"]), None):
            chat.begin("schedule", step="day", unit=chat.data["unit"], duty=None, instead=True)
        return
    day, clock = _chosen_day(answer.value), None
    if day is None:
        day, clock = _read_day(chat, answer.text)
    if day < chat.today:
        raise Invalid("date_past", day=day)
    chat.keep(day=day.isoformat())
    if clock is None:
        chat.goto("time")
    else:
        _after_time(chat, clock)


def _chosen_day(value: str) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Invalid("choose_button") from None


def _read_day(chat: Chat, text: str) -> tuple[date, time | None]:
    """A bare number is a day of the month, for that is what was asked."""
    try:
        moment = when(text, today=chat.today, now=_wall_clock(chat))
    except Invalid:
        if not text.strip().isdecimal():
            raise
        moment = when(f"ngay {text.strip()}", today=chat.today, now=_wall_clock(chat))
    if moment.day is None:
        raise Invalid("date_unclear", said=text)
    return moment.day, moment.at


def _wall_clock(chat: Chat) -> time:
    return chat.at.astimezone(chat.zone).time()


def ask_time(chat: Chat) -> None:
    day, passed = date.fromisoformat(chat.data["day"]), chat.data.get("passed", "")
    chat.keep(passed="")
    chat.say("schedule/time", day=day, hours=_hours_left(chat, day), passed=passed)


def take_time(chat: Chat, answer: Answer) -> None:
    clock = _chosen_time(answer.value)
    if clock is None:
        clock = _read_time(chat, answer.text)
    _after_time(chat, clock)


def _chosen_time(value: str) -> time | None:
    if not value:
        return None
    try:
        return time.fromisoformat(value.replace("h", ":"))
    except ValueError:
        raise Invalid("choose_button") from None


def _read_time(chat: Chat, text: str) -> time:
    """A clock time, with another day if one is said along with it; of a bare number, the hour."""
    try:
        hour = number(text)
    except Invalid:
        moment = when(text, today=chat.today, now=_wall_clock(chat))
        if moment.at is None:
            raise Invalid("time_unclear", said=text) from None
        if moment.day is not None:
            if moment.day < chat.today:
                raise Invalid("date_past", day=moment.day) from None
            chat.keep(day=moment.day.isoformat())
        return moment.at
    if hour not in BARE_HOURS:
        raise Invalid("time_unclear", said=text)
    return time(hour)


def _moment(chat: Chat) -> datetime:
    return at_local(date.fromisoformat(chat.data["day"]), time.fromisoformat(chat.data["time"]), chat.zone)


def _after_time(chat: Chat, clock: time) -> None:
    chat.keep(time=clock.isoformat("minutes"))
    if _moment(chat) <= chat.at:
        chat.keep(passed=chat.data["time"])
        if chat.dialog.step == "time":
            chat.again()
        else:
            chat.goto("time")
        return
    found = concerns(chat.session, chat.data["unit"], _duty(chat), _moment(chat), chat.at, chat.zone)
    if found:
        chat.goto("concern")
    else:
        _after_concerns(chat)


def _after_concerns(chat: Chat) -> None:
    duty = _duty(chat)
    day = date.fromisoformat(chat.data["day"])
    chat.keep(joint=[], asked=[])
    asks = duty is not None and offers(chat.session, duty, day, chat.at, chat.zone)
    chat.goto("join" if asks else "place")


def ask_join(chat: Chat) -> None:
    """May the meeting count for other duties too?"""
    duty = chat.session.get_one(Duty, chat.data["duty"])
    joint.ask(chat, duty, date.fromisoformat(chat.data["day"]))


def take_join(chat: Chat, answer: Answer) -> None:
    duty = chat.own_duty(chat.data["duty"], "meeting")
    if duty is None:
        return
    try:
        settled = joint.take(chat, answer, duty, date.fromisoformat(chat.data["day"]))
    except Invalid:
        if answer.value or not other_moment(answer.text, today=chat.today, now=_wall_clock(chat)):
            raise
        _change_moment(chat, answer.text)
        return
    if settled:
        chat.goto("place")


def ask_concern(chat: Chat) -> None:
    found = concerns(chat.session, chat.data["unit"], _duty(chat), _moment(chat), chat.at, chat.zone)
    chat.say("schedule/concern", concerns=found, at=_moment(chat))


def take_concern(chat: Chat, answer: Answer) -> None:
    agreed = None if answer.value else yes(answer.text)
    if answer.value == "keep" or agreed:
        _after_concerns(chat)
    elif answer.value == "change" or agreed is False:
        chat.begin("schedule", step="day", unit=chat.data["unit"], duty=chat.data.get("duty"))
    elif answer.value or not _change_moment(chat, answer.text):
        raise Invalid("choose_button")


def _change_moment(chat: Chat, text: str) -> bool:
    """Another day or hour, said instead of an answer: the way goes on from there. What was said of the other half stays."""
    moment = other_moment(text, today=chat.today, now=_wall_clock(chat))
    if moment is None:
        if any(sign.isdigit() for sign in text):
            _read_day(chat, text)
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
    return live.place if live else "", chat.last_place(unit_id)


def ask_place(chat: Chat) -> None:
    own, last = _places(chat)
    chat.say("schedule/place", at=_moment(chat), own=own, last=last)


def _names_moment(chat: Chat, text: str) -> bool:
    """ "8/4 19h30", "thứ Năm" are no places; a bare number may be a room."""
    return not text.strip().isdecimal() and bool(other_moment(text, today=chat.today, now=_wall_clock(chat)))


def take_place(chat: Chat, answer: Answer) -> None:
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
    unit = chat.lead_unit(int(chat.data["unit"]))
    if unit is None:
        return
    lock_unit(chat.session, unit.id)
    duty, moment = None, _moment(chat)
    if moment <= chat.at:  # asked days ago, answered now
        chat.trouble = chat.sentence(Invalid("date_past", day=local_day(moment, chat.zone)))
        chat.goto("day")
        return
    if chat.data.get("duty"):
        duty = chat.own_duty(chat.data["duty"], "meeting")
        if duty is None:
            return
    if not _is_running(chat, unit.id, duty):
        _set(chat, unit, duty, moment, place)


def _set(chat: Chat, unit: Unit, duty: Duty | None, moment: datetime, place: str) -> None:
    day = local_day(moment, chat.zone)
    together = joint.chosen(chat, duty, day) if duty else []
    asked = chat.data.get("asked", [])
    planned = set_meeting(chat.session, unit, duty, moment, place[:PLACE_LIMIT], chat.at, chat.zone, together)
    meeting = planned.meeting
    note_offered(meeting, asked)
    chat.note("meeting moved" if planned.moved else "meeting set", f"meeting:{meeting.id}")
    chat.end()
    joint.say_parted(chat, planned.parted, day)
    days = coming_calls(chat.session, duty, chat.at, chat.zone) if duty else []
    before = [one for one in days if one < day]
    owed = outlooks(chat.session, unit.id, chat.at, chat.zone, "report", "confirm")
    chat.say(
        "schedule/done",
        meeting=meeting,
        moved=planned.moved,
        duty=duty,
        joint=[one for one in duties_of(chat.session, meeting) if duty and one.id != duty.id],
        long=duty is not None and takes_long(duties_of(chat.session, meeting), day),
        unit=unit,
        calls=before,
        morning=len(before) < len(days),
        urgent=[view for view in owed if view.duty.hurry == "urgent"],
    )


FLOW = Flow(
    "schedule",
    Step("topic", ask_topic, take_topic),
    Step("day", ask_day, take_day, numbers=True),
    Step("time", ask_time, take_time, numbers=True),
    Step("concern", ask_concern, take_concern),
    Step("join", ask_join, take_join),
    Step("place", ask_place, take_place, numbers=True),
)
