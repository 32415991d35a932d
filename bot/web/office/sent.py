"""Rooms of what went out: the messages of a day, what they cost, what has failed."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from bot.calendar import at_local
from bot.reading.words import fold
from bot.talk.costs import costing_channels, costs_by_month
from bot.talk.failures import latest_failures
from bot.talk.sent import Wanted, failed_messages, holders_found, sent_messages
from bot.web.office.look import PAGE, Look

LOOK_BACK = timedelta(days=30)
FIRST = date(2000, 1, 1)


def see_messages(look: Look) -> Mapping[str, Any]:
    """One day of them: to all, or to whom a name of a person or of a unit finds; by all channels or by one."""
    day = _day(look)
    find, channel = look.words("find"), look.words("channel")
    begins, ends = (at_local(one, time.min, look.moment.zone) for one in (day, day + timedelta(days=1)))
    scope = look.scope("administer")
    people = holders_found(look.session, scope, fold(find)) if fold(find) else None
    wanted = Wanted(begins, ends, channel, people, look.number("before"))
    rows = sent_messages(look.session, look.roles, scope, wanted, PAGE + 1)
    return {
        "rows": rows[:PAGE],
        "next": rows[PAGE - 1].id if len(rows) > PAGE else 0,
        "later_page": bool(wanted.before),
        "day": day,
        "day_before": day - timedelta(days=1),
        "day_after": day + timedelta(days=1) if day < look.moment.today else None,
        "find": find,
        "channel": channel,
        "channels": sorted(look.desk.abilities),
    }


def _day(look: Look) -> date:
    """The day that is asked for; today where none is, or none that has been."""
    try:
        said = date.fromisoformat(look.words("day"))
    except ValueError:
        return look.moment.today
    return said if FIRST <= said <= look.moment.today else look.moment.today


def see_costs(look: Look) -> Mapping[str, Any]:
    return {
        "costs": costs_by_month(look.desk, look.session, look.moment),
        "may_cost": bool(costing_channels(look.desk, look.session)),
    }


def see_errors(look: Look) -> Mapping[str, Any]:
    """What could not be delivered to the office's people, and at what times the program itself has failed."""
    since = look.moment.at - LOOK_BACK
    return {
        "rows": failed_messages(look.session, look.roles, look.scope("administer"), since, PAGE),
        "events": latest_failures(look.session, since, PAGE),
        "days": LOOK_BACK.days,
        "most": PAGE,
    }
