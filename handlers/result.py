"""`/ketqua`: enters a meeting that was held without the walk: the day, then the counts."""

from datetime import date, datetime, time, timedelta

from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.attendance import Counts, rate
from bot.domain.calendar import at_local, local_day
from bot.domain.duties import outlook, outlooks
from bot.domain.meetings import held_before, live_meeting
from bot.domain.moments import when
from bot.domain.problems import Invalid
from bot.models import Duty, Unit

USUAL_CLOCK = time(8, 0)
DAYS_OFFERED = 4


def show(chat: Chat, unit_id: str = "") -> None:
    unit = chat.unit_for("result", unit_id)
    if unit is None:
        return
    waiting = outlooks(chat.session, unit.id, chat.at, chat.zone, "meeting")
    chat.say("result/choose", unit=unit, waiting=waiting)


def for_duty(chat: Chat, duty_id: str) -> None:
    duty = chat.own_duty(duty_id, "meeting")
    if duty is not None:
        chat.begin("result", duty=duty.id, unit=duty.unit_id)


def plain(chat: Chat, unit_id: str) -> None:
    """A regular meeting that no plan asked for."""
    unit = chat.lead_unit(unit_id)
    if unit is not None:
        chat.begin("result", duty=None, unit=unit.id)


def _duty(chat: Chat) -> Duty | None:
    return chat.session.get(Duty, chat.data["duty"]) if chat.data.get("duty") else None


def ask_day(chat: Chat) -> None:
    unit = chat.session.get_one(Unit, chat.data["unit"])
    duty = _duty(chat)
    days = {chat.today - timedelta(days=n) for n in range(DAYS_OFFERED)}
    live = live_meeting(chat.session, unit.id, duty.id if duty else None)
    if live is not None and live.planned_at and live.planned_at <= chat.at:
        days.add(local_day(live.planned_at, chat.zone))
    view = outlook(chat.session, duty, chat.at, chat.zone) if duty else None
    chat.say("result/day", unit=unit, view=view, days=sorted(days, reverse=True))


def take_day(chat: Chat, answer: Answer) -> None:
    if answer.value:
        day, clock = date.fromisoformat(answer.value), USUAL_CLOCK
    else:
        moment = when(answer.text, today=chat.today, now=None, past=True)
        if moment.day is None:
            raise Invalid("date_unclear", said=answer.text)
        day, clock = moment.day, moment.at or USUAL_CLOCK
    if day > chat.today:
        raise Invalid("date_future", day=day)
    duty = _duty(chat)
    if duty is not None and day < duty.opens_on:
        raise Invalid("date_before_open", day=day, opens=duty.opens_on)
    unit = chat.session.get_one(Unit, chat.data["unit"])
    moment_held = min(at_local(day, clock, chat.zone), chat.at)
    chat.begin(
        "counts",
        known=unit.members,
        counts={},
        then="result.counted",
        unit=unit.id,
        duty=chat.data.get("duty"),
        held_at=moment_held.isoformat(),
    )


def counted(chat: Chat) -> None:
    """Takes the confirmed counts and writes the meeting."""
    facts = chat.data
    if not facts.get("counts") or "held_at" not in facts:
        chat.open("home")
        return
    unit = chat.lead_unit(facts["unit"])
    if unit is None:
        return
    duty = _duty(chat)
    if duty is not None and duty.state != "open":
        chat.end()
        raise Invalid("duty_done")
    counts = Counts(**facts["counts"])
    held_at = datetime.fromisoformat(facts["held_at"])
    meeting = held_before(chat.session, unit, duty, held_at, counts, chat.person.id, chat.at, chat.zone)
    chat.note("meeting entered", f"meeting:{meeting.id}")
    chat.end()
    reports = outlooks(chat.session, unit.id, chat.at, chat.zone, "report", "confirm")
    chat.say("result/done", meeting=meeting, counts=counts, rate=rate(counts), duty=duty, reports=reports)


FLOW = Flow("result", Step("day", ask_day, take_day, numbers=True))
