"""Which days and hours are offered for a meeting, and how an answer names them."""

from collections.abc import Iterator
from datetime import date, time, timedelta

from bot.calendar import ONE_DAY, at_local, next_working_day
from bot.duties.usual import usual_days
from bot.problems import Invalid
from bot.reading.moments import read_moment
from bot.reading.words import read_number
from bot.tables import Duty, Unit
from bot.talk.chat import Chat

DAYS_OFFERED = 6
USUAL_HOURS = (time(8), time(14), time(17), time(19, 30))
BARE_HOURS = range(6, 22)
"""A bare number answers "at what time" only if nobody can mean the other half of the day by it at night."""
TWO_MONTHS = timedelta(days=61)


def days_offered(chat: Chat, unit: Unit, duty: Duty | None) -> list[date]:
    """The coming days, with the unit's next usual day among them; for a topic of a later period the first days of that."""
    if duty is not None and duty.opens_on > chat.today:
        days = set(_working_days(duty.opens_on))
    else:
        first = 0 if hours_left(chat, chat.today) else 1
        days = {chat.today + timedelta(days=n) for n in range(first, DAYS_OFFERED)}
    usual_day = next(usual_days(unit, min(days), min(days) + TWO_MONTHS), None)
    return sorted(days | ({usual_day} if usual_day else set()))


def _working_days(first: date) -> Iterator[date]:
    day = first - ONE_DAY
    for _ in range(DAYS_OFFERED):
        day = next_working_day(day + ONE_DAY)
        yield day


def hours_left(chat: Chat, day: date) -> list[time]:
    return [hour for hour in USUAL_HOURS if at_local(day, hour, chat.zone) > chat.at]


def chosen_day(value: str) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Invalid("choose_button") from None


def read_day(chat: Chat, text: str) -> tuple[date, time | None]:
    """A bare number is a day of the month, for that is what was asked."""
    try:
        moment = read_moment(text, today=chat.today, now=wall_clock(chat))
    except Invalid:
        if not text.strip().isdecimal():
            raise
        moment = read_moment(f"ngay {text.strip()}", today=chat.today, now=wall_clock(chat))
    if moment.day is None:
        raise Invalid("date_unclear", said=text)
    return moment.day, moment.at


def wall_clock(chat: Chat) -> time:
    return chat.at.astimezone(chat.zone).time()


def chosen_time(value: str) -> time | None:
    if not value:
        return None
    try:
        return time.fromisoformat(value.replace("h", ":"))
    except ValueError:
        raise Invalid("choose_button") from None


def read_time(chat: Chat, text: str) -> tuple[date | None, time]:
    """A clock time, and another day if one is said along with it; of a bare number, the hour."""
    try:
        hour = read_number(text)
    except Invalid:
        moment = read_moment(text, today=chat.today, now=wall_clock(chat))
        if moment.at is None:
            raise Invalid("time_unclear", said=text) from None
        if moment.day is not None and moment.day < chat.today:
            raise Invalid("date_past", day=moment.day) from None
        return moment.day, moment.at
    if hour not in BARE_HOURS:
        raise Invalid("time_unclear", said=text)
    return None, time(hour)
