"""A day and an hour have been said for a meeting: what speaks against them, what it may answer too, where it is; then it is set."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from bot.calendar import at_local
from bot.duties.life import coming_calls
from bot.duties.outlook import meetings_on, unit_outlooks
from bot.meetings.concerns import Concern, kind_of, setting_concerns
from bot.meetings.dialogs import MayJoin
from bot.meetings.joining import duties_of, note_offered, offered_duties, takes_long
from bot.meetings.meetings import last_place, live_meeting, lock_unit, set_meeting
from bot.problems import Invalid
from bot.reading.moment_places import split_place
from bot.reading.moments import without_setting
from bot.reading.second_thoughts import other_moment
from bot.reading.words import read_yes_no
from bot.reminders.asked_duty import own_duty
from bot.tables import Duty, Hurry, MeetingState, Unit
from bot.talk.chat import Chat
from bot.talk.desk import Answer
from handlers.meetings import joint
from handlers.meetings.days import read_day, wall_clock

PLACE_LIMIT = 200
Clock = time


@dataclass
class Scheduling(MayJoin):
    """`declined`: duties that the unit has passed over knowingly, `instead` of them it meets about something else; `passed`: an
    hour that was over already; `place` None: to be asked for; `told`: the day, said before it was known of which meeting."""

    unit: int
    duty: int | None = None
    day: date | None = None
    time: Clock | None = None
    place: str | None = None
    passed: Clock | None = None
    instead: bool = False
    declined: list[int] = field(default_factory=list)
    told: str = ""


def says_running(chat: Chat, unit_id: int, duty: Duty | None) -> bool:
    """A meeting that is going on cannot be moved: says so and shows where it stands."""
    meeting = live_meeting(chat.session, unit_id, duty.id if duty else None)
    if meeting is None or meeting.state != MeetingState.RUNNING:
        return False
    chat.open("meet.walk", str(meeting.id), trouble=chat.sentence(Invalid("meeting_running")))
    return True


def duty_of(chat: Chat, said: Scheduling) -> Duty | None:
    return chat.session.get(Duty, said.duty or 0)


def _day(chat: Chat, said: Scheduling) -> date:
    return said.day or chat.today


def _moment(chat: Chat, said: Scheduling) -> datetime:
    return at_local(_day(chat, said), said.time or time(), chat.zone)


def settle_time(chat: Chat, said: Scheduling, clock: time) -> None:
    """The hour has been said: goes on with what must be asked before the meeting is set."""
    said.time = clock
    if _moment(chat, said) <= chat.at:
        said.passed = clock
        if chat.answers_if(Scheduling) is said and chat.dialog.step == "time":
            chat.again()
        else:
            _go_on(chat, said, "time")
        return
    if not said.duty and (planned := _suited(chat, said)):
        said.duty = planned.id
    if _concerns(chat, said):
        _go_on(chat, said, "concern")
    else:
        _after_concerns(chat, said)


def _concerns(chat: Chat, said: Scheduling) -> list[Concern]:
    duty, moment = duty_of(chat, said), _moment(chat, said)
    return setting_concerns(chat.session, said.unit, duty, moment, chat.moment)


def _after_concerns(chat: Chat, said: Scheduling) -> None:
    duty = duty_of(chat, said)
    said.joint, said.asked = [], []
    if duty is not None and offered_duties(chat.session, duty, _day(chat, said), chat.moment):
        _go_on(chat, said, "join")
    else:
        _after_join(chat, said)


def _after_join(chat: Chat, said: Scheduling) -> None:
    """The place is asked for, unless it is the usual one."""
    if said.place is not None:
        _settle(chat, said, said.place)
    else:
        chat.goto("place")


def _go_on(chat: Chat, said: Scheduling, step: str) -> None:
    """To the next question, which is the first when a button has answered those before it."""
    if chat.answers_if(Scheduling) is said:
        chat.goto(step)
    else:
        chat.begin(said, step)


def _suited(chat: Chat, said: Scheduling) -> Duty | None:
    """The meeting that a plan asks the unit for in a time that the chosen day lies in, if none is set for it: then this one
    is that, whether or not its topic has been told yet. Not one that the unit has passed over knowingly."""
    own = duty_of(chat, said)
    found = meetings_on(chat.session, said.unit, kind_of(own), _day(chat, said))
    declined = {*said.declined, own.id if own else 0}
    return next((one for one in found if one.id not in declined), None)


def ask_meeting_join(chat: Chat) -> None:
    """May the meeting count for other duties too?"""
    said = chat.answers(Scheduling)
    joint.ask_joint_duties(chat, chat.session.get_one(Duty, said.duty), _day(chat, said))


def take_meeting_join(chat: Chat, answer: Answer) -> None:
    said = chat.answers(Scheduling)
    duty = own_duty(chat, said.duty or 0, "meeting")
    if duty is None:
        return
    try:
        settled = joint.take_joint_duties(chat, answer, duty, _day(chat, said))
    except Invalid:
        if answer.value or not other_moment(answer.text, today=chat.today, now=wall_clock(chat)):
            raise
        _change_moment(chat, said, answer.text)
        return
    if settled:
        _after_join(chat, said)


def ask_concern(chat: Chat) -> None:
    said = chat.answers(Scheduling)
    found = _concerns(chat, said)
    late = any(one.code == "after_due" for one in found)
    other = _suited(chat, said) if late else None  # what a day after the topic's last one is in time for
    chat.say("meetings/schedule/concern", concerns=found, at=_moment(chat, said), other=other)


def take_concern(chat: Chat, answer: Answer) -> None:
    said = chat.answers(Scheduling)
    agreed = None if answer.value else read_yes_no(answer.text)
    if answer.value == "keep" or agreed:
        _after_concerns(chat, said)
    elif answer.value == "other":
        planned = _suited(chat, said)
        if planned is None:
            raise Invalid("choose_button")
        said.duty = planned.id
        settle_time(chat, said, said.time or time())
    elif answer.value == "change" or agreed is False:
        chat.begin(Scheduling(said.unit, said.duty), "day")
    elif answer.value or not _change_moment(chat, said, answer.text):
        raise Invalid("choose_button")


def take_place_said(chat: Chat, said: Scheduling, text: str) -> str:
    """Keeps the place that is said beside a day or an hour, and answers the rest: it is not asked for any more."""
    rest, place = split_place(text, today=chat.today, now=wall_clock(chat))
    said.place = place[:PLACE_LIMIT] or said.place
    return rest


def _change_moment(chat: Chat, said: Scheduling, text: str) -> bool:
    """Another day or hour, said instead of an answer: the way goes on from there. What was said of the other half stays."""
    text = take_place_said(chat, said, without_setting(text))
    moment = other_moment(text, today=chat.today, now=wall_clock(chat))
    if moment is None:
        if any(sign.isdigit() for sign in text):
            read_day(chat, text)
        return False
    if moment.day is not None:
        if moment.day < chat.today:
            raise Invalid("date_past", day=moment.day)
        said.day = moment.day
    chat.dialog.step, chat.dialog.trail = "day", [step for step in chat.dialog.trail if step == "topic"]
    settle_time(chat, said, moment.at or said.time or time())
    return True


def _places(chat: Chat, said: Scheduling) -> tuple[str, str]:
    """Where the meeting is set for so far, and where the unit met last."""
    live = live_meeting(chat.session, said.unit, said.duty)
    return live.place if live else "", last_place(chat.session, said.unit)


def ask_meeting_place(chat: Chat) -> None:
    said = chat.answers(Scheduling)
    own, last = _places(chat, said)
    chat.say("meetings/schedule/place", at=_moment(chat, said), own=own, last=last)


def _names_moment(chat: Chat, text: str) -> bool:
    """ "8/4 19h30", "thứ Năm" are no places; a bare number may be a room."""
    rest, _ = split_place(without_setting(text), today=chat.today, now=wall_clock(chat))
    return not text.strip().isdecimal() and bool(other_moment(rest, today=chat.today, now=wall_clock(chat)))


def take_meeting_place(chat: Chat, answer: Answer) -> None:
    said = chat.answers(Scheduling)
    if not answer.value and _names_moment(chat, answer.text):
        _change_moment(chat, said, answer.text)
        return
    own, last = _places(chat, said)
    place = " ".join(answer.text.split())
    if answer.value == "last":
        place = own or last
    elif answer.value == "skip":
        place = own
    elif not place:
        raise Invalid("text_empty")
    _settle(chat, said, place)


def _settle(chat: Chat, said: Scheduling, place: str) -> None:
    """Sets the meeting, unless something has come in between."""
    unit = chat.lead_unit(said.unit)
    if unit is None:
        return
    lock_unit(chat.session, unit.id)
    moment = _moment(chat, said)
    if moment <= chat.at:  # asked days ago, answered now
        trouble = chat.sentence(Invalid("date_past", day=chat.moment.day_of(moment)))
        chat.begin(Scheduling(unit.id, said.duty), "day", trouble=trouble)
        return
    duty = own_duty(chat, said.duty, "meeting") if said.duty else None
    if said.duty and duty is None:
        return
    if not says_running(chat, unit.id, duty):
        _set(chat, said, unit, duty, moment, place)


def _set(chat: Chat, said: Scheduling, unit: Unit, duty: Duty | None, moment: datetime, place: str) -> None:
    day = chat.moment.day_of(moment)
    together = joint.chosen_duties(chat, said, duty, day) if duty else []
    planned = set_meeting(chat.session, unit, duty, moment, place[:PLACE_LIMIT], chat.moment, together)
    meeting = planned.meeting
    note_offered(meeting, said.asked)
    chat.note("meeting moved" if planned.moved else "meeting set", f"meeting:{meeting.id}")
    chat.end()
    days = coming_calls(chat.session, duty, chat.moment) if duty else []
    before = [one for one in days if one < day]
    owed = unit_outlooks(chat.session, unit.id, chat.moment, "report", "confirm")
    chat.say(
        "meetings/schedule/done",
        trouble=joint.say_of_parted(chat, planned.parted, day),
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
