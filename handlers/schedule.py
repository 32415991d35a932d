"""`/lichhop`: sets the meeting of a topic, or moves it; its reminders move with it."""

from datetime import date, datetime, time, timedelta

from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.calendar import at_local, local_day, period, usual_meeting_day
from bot.domain.duties import Outlook, outlook, outlooks
from bot.domain.meetings import concerns, live_meeting, set_meeting
from bot.domain.moments import when
from bot.domain.problems import Invalid
from bot.models import Duty, Unit

DAYS_OFFERED = 6
USUAL_HOURS = ("08:00", "14:00", "17:00", "19:30")
PLACE_LIMIT = 200


def show(chat: Chat, unit_id: str = "") -> None:
    """Goes straight to the day when there is but one meeting to set, else asks which."""
    unit = chat.unit_for("plan", unit_id)
    if unit is None:
        return
    waiting = outlooks(chat.session, unit.id, chat.at, chat.zone, "meeting")
    if len(waiting) == 1:
        chat.begin("schedule", step="day", unit=unit.id, duty=waiting[0].duty.id)
    elif waiting:
        chat.begin("schedule", unit=unit.id)
    else:
        chat.begin("schedule", step="day", unit=unit.id, duty=None)


def for_duty(chat: Chat, duty_id: str) -> None:
    duty = chat.own_duty(duty_id, "meeting")
    if duty is not None:
        chat.begin("schedule", step="day", unit=duty.unit_id, duty=duty.id)


def ask_topic(chat: Chat) -> None:
    unit = chat.session.get_one(Unit, chat.data["unit"])
    waiting = outlooks(chat.session, unit.id, chat.at, chat.zone, "meeting")
    chat.say("schedule/topic", unit=unit, waiting=waiting)


def take_topic(chat: Chat, answer: Answer) -> None:
    if not answer.value:
        raise Invalid("choose_button")
    if answer.value == "none":
        chat.keep(duty=None)
    else:
        duty = chat.own_duty(answer.value, "meeting")
        if duty is None:
            return
        chat.keep(duty=duty.id)
    chat.goto("day")


def _duty(chat: Chat) -> Duty | None:
    return chat.session.get(Duty, chat.data["duty"]) if chat.data.get("duty") else None


def _view(chat: Chat) -> Outlook | None:
    duty = _duty(chat)
    return outlook(chat.session, duty, chat.at, chat.zone) if duty else None


def ask_day(chat: Chat) -> None:
    unit = chat.session.get_one(Unit, chat.data["unit"])
    chat.say("schedule/day", unit=unit, view=_view(chat), days=_days_offered(chat, unit))


def _days_offered(chat: Chat, unit: Unit) -> list[date]:
    """The coming days, with the unit's usual day of this month or the next among them."""
    days = {chat.today + timedelta(days=n) for n in range(DAYS_OFFERED)}
    if unit.meeting_day:
        for shift in (0, 31):
            around = chat.today.replace(day=1) + timedelta(days=shift)
            usual = usual_meeting_day(unit.meeting_day, period(f"{around:%Y-%m}"))
            if usual >= chat.today:
                days.add(usual)
                break
    return sorted(days)


def take_day(chat: Chat, answer: Answer) -> None:
    if answer.value:
        chat.keep(day=answer.value)
        chat.goto("time")
        return
    moment = when(answer.text, today=chat.today, now=None)
    if moment.day is None:
        raise Invalid("date_unclear", said=answer.text)
    if moment.day < chat.today:
        raise Invalid("date_past", day=moment.day)
    chat.keep(day=moment.day.isoformat())
    if moment.at is None:
        chat.goto("time")
    else:
        chat.keep(time=moment.at.isoformat("minutes"))
        _after_time(chat)


def ask_time(chat: Chat) -> None:
    chat.say("schedule/time", day=date.fromisoformat(chat.data["day"]), hours=USUAL_HOURS)


def take_time(chat: Chat, answer: Answer) -> None:
    if answer.value:
        clock = time.fromisoformat(answer.value.replace("h", ":"))
    else:
        moment = when(answer.text, today=chat.today, now=None)
        if moment.at is None:
            raise Invalid("time_unclear", said=answer.text)
        clock = moment.at
        if moment.day is not None:
            chat.keep(day=moment.day.isoformat())
    chat.keep(time=clock.isoformat("minutes"))
    _after_time(chat)


def _moment(chat: Chat) -> datetime:
    return at_local(date.fromisoformat(chat.data["day"]), time.fromisoformat(chat.data["time"]), chat.zone)


def _after_time(chat: Chat) -> None:
    if _moment(chat) <= chat.at:
        raise Invalid("date_past", day=local_day(_moment(chat), chat.zone))
    found = concerns(chat.session, chat.data["unit"], _duty(chat), _moment(chat), chat.at, chat.zone)
    chat.goto("concern" if found else "place")


def ask_concern(chat: Chat) -> None:
    found = concerns(chat.session, chat.data["unit"], _duty(chat), _moment(chat), chat.at, chat.zone)
    chat.say("schedule/concern", concerns=found, at=_moment(chat))


def take_concern(chat: Chat, answer: Answer) -> None:
    if answer.value == "keep":
        chat.goto("place")
    elif answer.value == "change":
        chat.goto("day")
    else:
        raise Invalid("choose_button")


def ask_place(chat: Chat) -> None:
    unit_id = int(chat.data["unit"])
    live = live_meeting(chat.session, unit_id, chat.data.get("duty"))
    chat.say(
        "schedule/place", at=_moment(chat), place=live.place if live else "", last=chat.last_place(unit_id)
    )


def take_place(chat: Chat, answer: Answer) -> None:
    place = answer.text.strip()
    if answer.value == "last":
        place = chat.last_place(int(chat.data["unit"]))
    elif not answer.value and not place:
        raise Invalid("text_empty")
    unit = chat.lead_unit(int(chat.data["unit"]))
    if unit is None:
        return
    duty, moment = _duty(chat), _moment(chat)
    if duty is not None and duty.state != "open":
        chat.end()
        raise Invalid("duty_done")
    meeting, moved = set_meeting(chat.session, unit, duty, moment, place[:PLACE_LIMIT], chat.at, chat.zone)
    chat.note("meeting moved" if moved else "meeting set", f"meeting:{meeting.id}")
    chat.end()
    chat.say("schedule/done", meeting=meeting, moved=moved, duty=duty, unit=unit)


FLOW = Flow(
    "schedule",
    Step("topic", ask_topic, take_topic),
    Step("day", ask_day, take_day, numbers=True),
    Step("time", ask_time, take_time, numbers=True),
    Step("concern", ask_concern, take_concern),
    Step("place", ask_place, take_place, numbers=True),
)
