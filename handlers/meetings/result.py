"""`/ketqua`: enters a meeting that was held without the walk: the day, the counts, and one card of both to be agreed to."""

from datetime import date, time, timedelta

from bot.calendar import at_local
from bot.duties.outlook import duty_outlook, unit_outlooks
from bot.meetings.attendance import counts_of_values
from bot.meetings.awaiting import held_lately, line_of
from bot.meetings.counts import number_called
from bot.meetings.dialogs import Counting
from bot.meetings.held_line import read_held_line, recent_day
from bot.meetings.joining import duties_of, offered_duties
from bot.meetings.meetings import held_before, last_place, live_meeting, lock_unit
from bot.meetings.walk import stamp_rules
from bot.problems import Invalid
from bot.reading.moments import read_moment
from bot.reminders.asked_duty import own_duty
from bot.tables import Duty, Unit
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import joint, leading
from handlers.meetings.days import chosen_day
from handlers.meetings.entering import Resulting, begin_counts

USUAL_CLOCK = time(8, 0)
DAYS_OFFERED = 4
SOON = timedelta(days=60)
PLACE_LIMIT = 200


def show_result_choice(chat: Chat, unit_id: str = "") -> None:
    unit = chat.unit_for("result", unit_id)
    if unit is None:
        return
    if chat.dialog.flow == FLOW.name:
        chat.end()
    waiting = unit_outlooks(chat.session, unit.id, chat.moment, "meeting")
    held = bool(held_lately(chat.session, [unit.id], chat.at))
    chat.say("meetings/result/choose", unit=unit, waiting=waiting, held=held)


def enter_result_of(chat: Chat, duty_id: str) -> None:
    duty = own_duty(chat, duty_id, "meeting")
    if duty is not None:
        chat.begin(Resulting(duty.unit_id, duty.id))


def enter_unplanned_result(chat: Chat, unit_id: str) -> None:
    """A regular meeting that no plan asked for."""
    unit = chat.lead_unit(unit_id)
    if unit is not None:
        chat.begin(Resulting(unit.id))


def _duty(chat: Chat) -> Duty | None:
    return chat.session.get(Duty, chat.answers(Resulting).duty or 0)


def ask_result_day(chat: Chat) -> None:
    result, duty = chat.answers(Resulting), _duty(chat)
    unit = chat.session.get_one(Unit, result.unit)
    days = {chat.today - timedelta(days=n) for n in range(DAYS_OFFERED)}
    live = live_meeting(chat.session, unit.id, duty.id if duty else None)
    if live is not None and live.planned_at and live.planned_at <= chat.at:
        days.add(chat.moment.day_of(live.planned_at))
    if duty is not None:
        days = {day for day in days if day >= duty.announced_on}
    view = duty_outlook(chat.session, duty, chat.moment) if duty else None
    offered = sorted(days, reverse=True)
    chat.say("meetings/result/day", unit=unit, view=view, days=offered, said=result.said)


def take_result_day(chat: Chat, answer: Answer) -> None:
    result, duty = chat.answers(Resulting), _duty(chat)
    day, clock = chosen_day(answer.value), USUAL_CLOCK
    unit = chat.session.get_one(Unit, result.unit)
    if day is None and _says_counts(chat, answer.text, unit):
        result.said = answer.text  # the counts, before the day was said
        chat.again()
        return
    if day is None:
        held = read_held_line(answer.text, number_called(chat.session, unit), chat.moment)
        result.said = held.counts if held and held.counts else result.said
        day, clock = _read_day(chat, held.day if held and held.day else answer.text, duty)
    if day > chat.today:
        raise Invalid("date_future", day=day)
    if duty is not None and day < duty.announced_on:
        raise Invalid("date_before_open", day=day, opens=duty.announced_on)
    result.held_at, result.joint = min(at_local(day, clock, chat.zone), chat.at), []
    if duty is not None and offered_duties(chat.session, duty, day, chat.moment):
        chat.goto("join")
    else:
        begin_counts(chat, chat.answers(Resulting))


def _says_counts(chat: Chat, text: str, unit: Unit) -> bool:
    """Whether it is no day: "3/11" answers the question, though eleven of twelve members may be meant by it elsewhere."""
    kind = line_of(text, number_called(chat.session, unit))
    return kind == "counts" or (kind == "share" and recent_day(text, chat.moment) is None)


def _held_on(chat: Chat) -> date:
    return chat.moment.day_of(chat.answers(Resulting).held_at or chat.at)


def ask_result_join(chat: Chat) -> None:
    """Did the meeting count for other duties too?"""
    joint.ask_joint_duties(chat, chat.session.get_one(Duty, chat.answers(Resulting).duty), _held_on(chat))


def take_result_join(chat: Chat, answer: Answer) -> None:
    duty = own_duty(chat, chat.answers(Resulting).duty or 0, "meeting")
    if duty is not None and joint.take_joint_duties(chat, answer, duty, _held_on(chat)):
        begin_counts(chat, chat.answers(Resulting))


def change_result(chat: Chat, what: str) -> None:
    """`Đổi ngày`, `Địa điểm` on the card: asks for it again and comes back."""
    card = _card(chat)
    if card is None or what not in ("day", "place"):
        chat.open("home")
        return
    result = Resulting(card.unit, card.duty, card.held_at, card.counts, card.known, card.place)
    result.joint = card.joint
    chat.begin(result, what)


def _card(chat: Chat) -> Counting | None:
    """The open card, if it is that of a meeting which is entered with it."""
    counting = chat.answers_if(Counting)
    return counting if counting and counting.held_at is not None else None


def ask_result_place(chat: Chat) -> None:
    chat.say("meetings/result/place", last=last_place(chat.session, chat.answers(Resulting).unit))


def take_result_place(chat: Chat, answer: Answer) -> None:
    if answer.value not in ("", "last", "none"):
        raise Invalid("choose_button")
    typed = " ".join(answer.text.split())
    if not typed and not answer.value:
        raise Invalid("text_empty")
    offered = {"last": last_place(chat.session, chat.answers(Resulting).unit), "none": ""}
    result = chat.answers(Resulting)
    result.place = offered.get(answer.value, typed)[:PLACE_LIMIT]
    begin_counts(chat, result)


def _read_day(chat: Chat, text: str, duty: Duty | None) -> tuple[date, time]:
    """The nearest such day up to today; a bare number is a day of the month."""
    said = f"ngay {text.strip()}" if text.strip().isdecimal() else text
    now = chat.at.astimezone(chat.zone).time()
    moment = read_moment(said, today=chat.today, now=now, past=True)
    if moment.day is None:
        raise Invalid("date_unclear", said=text)
    ahead = read_moment(said, today=chat.today, now=now).day
    earliest = duty.announced_on if duty else chat.today - timedelta(days=366) + SOON
    if moment.day < earliest and ahead is not None and chat.today < ahead <= chat.today + SOON:
        raise Invalid("date_future", day=ahead)  # "5/4" on 1 April is that of this year, not of the last
    return moment.day, moment.at or USUAL_CLOCK


def write_result(chat: Chat) -> None:
    """Takes the confirmed counts and writes the meeting."""
    card = _card(chat)
    if chat.dialog.step != "card" or card is None or card.held_at is None:
        chat.open("home")
        return
    unit = chat.lead_unit(card.unit)
    if unit is None:
        return
    lock_unit(chat.session, unit.id)
    duty = own_duty(chat, card.duty, "meeting") if card.duty else None
    if card.duty and duty is None:
        return
    counts, held_at = counts_of_values(card.counts), card.held_at
    day = chat.moment.day_of(held_at)
    live = live_meeting(chat.session, unit.id, duty.id if duty else None)
    before = duties_of(chat.session, live) if live else []
    together = joint.chosen_duties(chat, card, duty, day) if duty else []
    meeting = held_before(chat.session, unit, duty, held_at, counts, chat.person.id, chat.moment, together)
    meeting.place = card.place
    stamp_rules(meeting, leading.rules_on(chat, day))
    chat.note("meeting entered", f"meeting:{meeting.id}")
    chat.end()
    answered = duties_of(chat.session, meeting)
    parted = joint.say_of_parted(chat, [one for one in before if one not in answered], day)
    waiting = unit_outlooks(chat.session, unit.id, chat.moment)
    chat.say(
        "meetings/result/done",
        trouble=parted,
        meeting=meeting,
        card=leading.meeting_card(chat, meeting),
        duties=answered,
        waiting=waiting,
    )


FLOW = Flow(
    "result",
    FlowStep("day", ask_result_day, take_result_day, numbers=True),
    FlowStep("join", ask_result_join, take_result_join),
    FlowStep("place", ask_result_place, take_result_place, numbers=True, words=True),
    answers=Resulting,
)
