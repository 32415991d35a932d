"""A person's calendar as the text that phones subscribe to (iCalendar, RFC 5545; its name and refreshing, RFC 7986)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from bot.calendar import at_local, day_of_document
from bot.summaries.feed import AHEAD, BACK, MOST, Feed, FeedDemand, FeedDuty, FeedMeeting

REFRESH_HOURS = 3
ONE_DAY = timedelta(days=1)
LISTED = 10
"""So many of the things that are due on one day are named."""
LONGEST = 120
"""Characters of a topic in a title; phones show fewer still."""


def write_calendar(feed: Feed, words: Mapping[str, Any], host: str, today: date, zone: ZoneInfo) -> bytes:
    """`words` is templates/web/calendar.yaml. The same feed gives the same bytes on the same day."""
    calendar = Calendar()
    calendar.add("prodid", "-//tro-ly-chi-bo//vi")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", words["name"])
    calendar.add("x-wr-calname", words["name"])
    calendar.add("x-wr-timezone", str(zone))
    calendar.add("refresh-interval", timedelta(hours=REFRESH_HOURS), parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", f"PT{REFRESH_HOURS}H")
    events = [
        *(_meeting(one, words, host, zone) for one in feed.meetings),
        *(_duty(one, words, host) for one in feed.duties),
        *(_due_day(day, demands, words, host) for day, demands in feed.days),
    ]
    if feed.left_out_after:
        events.append(_left_out(feed.left_out_after, words, host, at_local(today, time(), zone)))
    for event in events:
        calendar.add_component(event)
    calendar.add_missing_timezones(today - BACK, today + AHEAD + ONE_DAY)
    return bytes(calendar.to_ical())


def ended_calendar(words: Mapping[str, Any], today: date, zone: ZoneInfo) -> bytes:
    """Of a link that has ended: empty, so that what the phone holds goes."""
    return write_calendar(Feed(), {**words, "name": words["ended"]}, "", today, zone)


def _event(uid: str, host: str, made_at: datetime, title: str, *lines: str) -> Event:
    event = Event()
    event.add("uid", f"{uid}@{host}")
    event.add("dtstamp", made_at)
    event.add("summary", title)
    if body := "\n".join(line for line in lines if line):
        event.add("description", body)
    return event


def _all_day(event: Event, day: date) -> Event:
    event.add("dtstart", day)
    event.add("dtend", day + ONE_DAY)
    event.add("transp", "TRANSPARENT")
    return event


def _meeting(one: FeedMeeting, words: Mapping[str, Any], host: str, zone: ZoneInfo) -> Event:
    what = _short(one.what) or words["kinds"][one.kind]
    title = words["meeting"].format(unit=one.unit, what=what)
    event = _event(f"meeting-{one.id}", host, one.made_at, title, words["look"])
    event.add("dtstart", one.starts.astimezone(zone))
    event.add("dtend", one.ends.astimezone(zone))
    event.add("sequence", one.version)
    event.add("last-modified", one.changed_at)
    event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
    if one.place:
        event.add("location", one.place)
    return event


def _duty(one: FeedDuty, words: Mapping[str, Any], host: str) -> Event:
    pattern = words["duty_of"] if one.unit else words["duty"]
    title = pattern.format(unit=one.unit, title=_short(one.title))
    safe = words["safe"].format(day=day_of_document(one.safe_on)) if one.safe_on else ""
    whole = one.title if _short(one.title) != one.title else ""
    return _all_day(
        _event(f"duty-{one.id}", host, one.made_at, title, whole, safe, words["look"]), one.due_on
    )


def _due_day(day: date, demands: Sequence[FeedDemand], words: Mapping[str, Any], host: str) -> Event:
    """One event for all that is due on the day; its version grows as units are done with it."""
    first, more = demands[0], len(demands) - 1
    title = words["due"].format(what=_counted(first, words))
    if more:
        title += words["and_more"].format(more=more)
    lines = [
        words["line"].format(what=_counted(one, words), plan=one.plan).strip() for one in demands[:LISTED]
    ]
    rest = words["not_listed"].format(more=len(demands) - LISTED) if len(demands) > LISTED else ""
    made_at = max(one.made_at for one in demands)
    event = _event(f"due-{day}", host, made_at, title, *(lines if more else []), rest, words["look"])
    event.add("sequence", sum(one.expected - one.left for one in demands if one.left is not None))
    return _all_day(event, day)


def _counted(one: FeedDemand, words: Mapping[str, Any]) -> str:
    pattern = words["uncounted"] if one.left is None else words["left"] if one.left else words["all_done"]
    return str(pattern.format(title=_short(one.title), left=one.left, all=one.expected))


def _left_out(day: date, words: Mapping[str, Any], host: str, made_at: datetime) -> Event:
    title = words["left_out"].format(most=MOST)
    return _all_day(_event("left-out", host, made_at, title, words["left_out_look"]), day + ONE_DAY)


def _short(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"
