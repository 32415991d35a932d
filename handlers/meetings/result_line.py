"""A line of counts that comes by itself, as the answer to a reminder: it is the result of the meeting that waits for one.

Of several such meetings one is chosen by a tap; a running meeting takes the line as its attendance; where nothing waits, or the
line may be a day, it is asked. Nothing is written before the card has been agreed to.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.meetings.asides import put_aside
from bot.meetings.awaiting import (
    Awaited,
    awaited_meetings,
    held_lately,
    line_of,
    reminded_since,
    running_meetings,
    whole_of,
)
from bot.meetings.counts import number_called
from bot.meetings.held_line import HeldLine, read_held_line
from bot.people.roles import role_holders
from bot.problems import Invalid
from bot.reading.held_words import without_name
from bot.tables import Duty, Meeting, Unit
from bot.talk.answers import Answers
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import leading, step_answers
from handlers.meetings.entering import Resulting, begin_counts

OWN_FLOWS = (
    "register",
    "meet",
    "note",
    "counts",
    "recount",
    "vote",
    "task",
    "look",
    "people",
    "fix",
    "close",
    "result",
    "line",
)
SCHEDULE = "schedule"
"""It asks for days, hours and places: no figures, and nothing that is over."""
MOST = 12


@dataclass
class Unplaced(Answers):
    """A line of counts of which it is not clear what it is, or of which meeting."""

    said: str


def take_unasked(chat: Chat) -> bool:
    """Whether the words are such a line, and have been taken. The open dialog yields only to what is surely none of its own."""
    units = {m.unit_id: m.unit for m in role_holders(chat.roles(), "lead")}
    if not units or _reads_itself(chat):
        return False
    text = chat.event.text
    if len(units) == 1:
        text = without_name(text, next(iter(units.values())).name)
    kind = _kind(chat, text, list(units.values()))
    if _yields_to_told(chat, kind) and _is_told(chat, text, units):
        return True
    if not kind or (chat.dialog.flow and not _overtakes(chat, kind, list(units))):
        return False
    if kind == "number":
        return _take_number(chat, text, list(units))
    if kind == "date" and running_meetings(chat.session, list(units)):
        return False  # in a meeting it may be anything: it is offered as a note
    if kind == "date":
        chat.begin(Unplaced(text))
    else:
        _find_meeting(chat, text, units)
    return True


def _yields_to_told(chat: Chat, kind: str) -> bool:
    """A day or an hour is asked for by nothing that "họp rồi" answers; any other open question yields to it after a reminder only."""
    if not chat.dialog.flow:
        return not kind
    step = chat.open_step
    return chat.dialog.flow == SCHEDULE or (not (step and step.words) and _is_reminded_since(chat))


def _is_told(chat: Chat, text: str, units: dict[int, Unit]) -> bool:
    """Whether the words say that a meeting has been held, and have been taken; in a running one they may be anything."""
    if running_meetings(chat.session, list(units)):
        return False
    if not any(
        read_held_line(text, number_called(chat.session, unit), chat.moment) for unit in units.values()
    ):
        return False
    _find_meeting(chat, text, units)
    return True


def _reads_itself(chat: Chat) -> bool:
    """Whether the open dialog takes such a line, or must be answered first."""
    step = chat.open_step
    return chat.dialog.flow in OWN_FLOWS or (step is not None and step.first)


def _kind(chat: Chat, text: str, units: list[Unit]) -> str:
    """As `line_of` for the unit whose membership it fits best."""
    kinds = [line_of(text, number_called(chat.session, unit)) for unit in units]
    return next((kind for kind in kinds if kind != "date"), kinds[0])


def _overtakes(chat: Chat, kind: str, unit_ids: list[int]) -> bool:
    """A dialog that was left open yields to the figures of a meeting that waits for them; to less than whole counts only where
    a reminder has come since."""
    if kind not in ("counts", "share"):
        return False
    waiting = awaited_meetings(chat.session, unit_ids, chat.moment)
    if any(one.held_at for one in waiting):
        return kind == "counts" or _is_reminded_since(chat)
    whole = kind == "counts" or _is_reminded_since(chat)
    return bool(waiting) and chat.dialog.flow == SCHEDULE and whole


def _is_reminded_since(chat: Chat) -> bool:
    """Whether a reminder of a meeting has come since the open question was answered last, or asked."""
    touched = chat.dialog.touched_at or datetime.min.replace(tzinfo=UTC)
    return reminded_since(chat.session, chat.person.id, touched)


def _take_number(chat: Chat, text: str, unit_ids: list[int]) -> bool:
    """A lone number is a figure only where one meeting waits for its figures; even then it is asked of which."""
    waiting = [one for one in awaited_meetings(chat.session, unit_ids, chat.moment) if one.held_at]
    if running_meetings(chat.session, unit_ids) or not waiting:
        return False
    chat.begin(Unplaced(text), "which")
    return True


def _find_meeting(chat: Chat, text: str, units: dict[int, Unit]) -> None:
    """Goes to the one meeting that the line can be about, else asks which."""
    ids = _fitting(chat, text, units)
    live = running_meetings(chat.session, ids)
    waiting = awaited_meetings(chat.session, ids, chat.moment)
    passed = [one for one in waiting if one.held_at]
    held = held_lately(chat.session, ids, chat.at)
    if len(live) == 1:
        _count_running(chat, live[0].id, text)
    elif len(passed) == 1 and not live:
        _count(chat, passed[0], text)
    elif len(waiting) == 1 and not held and not live:
        _count(chat, waiting[0], text)
    else:
        chat.begin(Unplaced(text), "which")


def _fitting(chat: Chat, text: str, units: dict[int, Unit]) -> list[int]:
    """The units that have so many members as the line says; all of them when none or several have."""
    whole = whole_of(text)
    fitting = [
        unit_id for unit_id, unit in units.items() if whole and number_called(chat.session, unit) == whole
    ]
    return fitting if len(fitting) == 1 else list(units)


def _count(chat: Chat, one: Awaited, said: str) -> None:
    duty = one.duty.id if one.duty else None
    told = read_held_line(said, number_called(chat.session, one.unit), chat.moment)
    if told is not None:
        _count_told(
            chat, Resulting(one.unit.id, duty, one.held_at, place=told.place or None, said=told.counts), told
        )
    elif one.held_at is not None:
        begin_counts(chat, Resulting(one.unit.id, duty, one.held_at, said=said))
    else:
        chat.begin(Resulting(one.unit.id, duty, said=said))


def _count_told(chat: Chat, result: Resulting, told: HeldLine) -> None:
    """The day that was said goes before the one that the meeting was set for; where neither is known, it is asked."""
    if told.day:
        chat.begin_answered(result, "day", told.day)
    elif result.held_at is not None:
        begin_counts(chat, result)
    else:
        chat.begin(result)


def _count_running(chat: Chat, meeting_id: int, said: str) -> None:
    own = leading.own_meeting(chat, meeting_id)
    if own is not None:
        words = put_aside(chat.session, own, chat.person.id, said, chat.at, leading.message_ref(chat))
        step_answers.take_as(chat, own, "counts", words)


def ask_result_line(chat: Chat) -> None:
    chat.say("meetings/result/unsure", said=chat.answers(Unplaced).said)


def take_result_line(chat: Chat, answer: Answer) -> None:
    if answer.value == "day":
        chat.end()
        chat.open("plan")
    elif answer.value == "counts":
        units = {m.unit_id: m.unit for m in role_holders(chat.roles(), "lead")}
        _find_meeting(chat, chat.answers(Unplaced).said, units)
    else:
        raise Invalid("choose_button")


def ask_result_meeting(chat: Chat) -> None:
    units = {m.unit_id: m.unit for m in role_holders(chat.roles(), "lead")}
    ids = _fitting(chat, chat.answers(Unplaced).said, units)
    chat.say(
        "meetings/result/which",
        said=chat.answers(Unplaced).said,
        running=running_meetings(chat.session, ids),
        waiting=awaited_meetings(chat.session, ids, chat.moment)[:MOST],
        held=held_lately(chat.session, ids, chat.at),
        units=[units[unit_id] for unit_id in ids],
        named=len(units) > 1,
    )


def take_result_meeting(chat: Chat, answer: Answer) -> None:
    """A value is a letter and a row: meeting that was set, duty, meeting that was held, running meeting, unit."""
    letter, row, said = answer.value[:1], row_id(answer.value[1:]), chat.answers(Unplaced).said
    units = [m.unit_id for m in role_holders(chat.roles(), "lead")]
    if letter == "m" or letter == "d":
        chosen = [one for one in awaited_meetings(chat.session, units, chat.moment) if _is(one, letter, row)]
        if not chosen:
            raise Invalid("choose_button")
        _count(chat, chosen[0], said)
    elif letter == "r":
        _count_running(chat, row, said)
    elif letter == "h":
        meeting = leading.own_meeting(chat, row, held=True)
        if meeting is not None:
            told = read_held_line(said, number_called(chat.session, meeting.unit), chat.moment)
            step_answers.correct_by(chat, meeting, (told and told.counts) or said)
    elif letter == "u" and row in units:
        _count(chat, Awaited(chat.session.get_one(Unit, row), None, None, None), said)
    else:
        raise Invalid("choose_button")


def _is(one: Awaited, letter: str, row: int) -> bool:
    of: Meeting | Duty | None = one.meeting if letter == "m" else one.duty if one.meeting is None else None
    return of is not None and of.id == row


FLOW = Flow(
    "line",
    FlowStep("what", ask_result_line, take_result_line),
    FlowStep("which", ask_result_meeting, take_result_meeting),
    answers=Unplaced,
)
