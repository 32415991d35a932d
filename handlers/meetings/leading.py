"""What the handlers of a meeting share: whose it is, where it stands, its counts, and what every card of it says."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from bot.meetings.asides import asides_of, put_aside
from bot.meetings.attendance import AttendanceCounts, attendance_rate
from bot.meetings.awaiting import line_of
from bot.meetings.correcting import figures_locked
from bot.meetings.counts import counts_of, last_counts, number_called
from bot.meetings.dialogs import AboutMeeting, Counting, Walking, about
from bot.meetings.joining import duties_of, takes_long
from bot.meetings.meetings import lock_meeting, lock_unit
from bot.meetings.recounting import CountChange, unfit_for_counts
from bot.meetings.walk import SCORE, at_closing, least_minutes, present_step, resume_walk
from bot.messages import Choice
from bot.plans.agenda import Agenda
from bot.plans.guidance.fields import RuleSet, Target
from bot.plans.guidance.rules import meets_target
from bot.scores.sheets import sheet_for
from bot.tables import Aside, Meeting, MeetingState, Task, Unit
from bot.talk.chat import Chat, row_id

Noted = TypeVar("Noted", Aside, Task)


@dataclass(frozen=True, slots=True)
class CountCard:
    """Counts as they are shown: with their rate, the target of the guidance in force, and whether it is met."""

    counts: AttendanceCounts
    rate: Fraction | None
    target: Target | None
    met: bool
    symbol: str


def rules_on(chat: Chat, day: date) -> RuleSet | None:
    return chat.desk.rules.on(day)


def regular_agenda_of(chat: Chat) -> Agenda:
    if chat.desk.regular_agenda is None:
        raise LookupError("no regular agenda")
    return chat.desk.regular_agenda


def day_of(chat: Chat, meeting: Meeting) -> date:
    """The local day on which the meeting was or is held."""
    return chat.moment.day_of(meeting.started_at or meeting.planned_at or chat.at)


def count_card(chat: Chat, counts: AttendanceCounts, day: date) -> CountCard:
    rules = rules_on(chat, day)
    ratio = attendance_rate(counts)
    target = rules.attendance_target if rules and ratio is not None else None
    met = rules is None or ratio is None or meets_target(ratio, rules)
    return CountCard(counts, ratio, target, met, rules.symbol if rules else "")


def meeting_card(chat: Chat, meeting: Meeting) -> CountCard | None:
    counts = counts_of(chat.session, meeting)
    return count_card(chat, counts, day_of(chat, meeting)) if counts else None


def scored_here(chat: Chat, meeting: Meeting) -> bool:
    """Whether the present step is the one at which the meeting scores itself, by a sheet of its day."""
    if at_closing(meeting) or present_step(meeting).key != SCORE or meeting.rehearsal:
        return False
    sheets = chat.desk.sheets
    return sheet_for(chat.session, sheets, day_of(chat, meeting), meeting.unit) is not None


def wished_minutes(chat: Chat, meeting: Meeting) -> int | None:
    """How long the guidance in force wants this meeting to last at the least."""
    day = day_of(chat, meeting)
    return least_minutes(rules_on(chat, day), merged=takes_long(duties_of(chat.session, meeting), day))


def own_row(chat: Chat, kind: type[Noted], row: object) -> tuple[Noted, Meeting] | None:
    """What stands in a meeting that the person may lead or correct, as it stands now that the meeting is locked; else says
    why not."""
    found = chat.session.get(kind, row_id(row))
    if found is None:
        chat.refuse()
        return None
    meeting = own_meeting(chat, found.meeting_id, held=True)
    return (found, meeting) if meeting else None


def own_meeting(chat: Chat, meeting_id: object, *, held: bool = False) -> Meeting | None:
    """The running meeting, locked, if the person may lead its unit; else says why not. With `held`, one that was held too,
    as long as it may be corrected."""
    meeting = chat.once(lock_meeting, row_id(meeting_id))
    open_one = chat.answers_if(AboutMeeting)
    if meeting is None and open_one and open_one.rehearsal:
        chat.end()
        chat.say("meetings/rehearsal/gone")
        return None
    if meeting is None or not chat.may("lead", meeting.unit.path):
        chat.refuse()
        return None
    if held and meeting.state == MeetingState.HELD:
        return _correctable(chat, meeting)
    if meeting.state != MeetingState.RUNNING:
        late = _late_words(chat, meeting)
        chat.end()
        chat.say("meetings/over", meeting=meeting, late=late)
        return None
    resume_walk(meeting, chat.at)
    return meeting


def own_with_unit(chat: Chat, meeting_id: object, *, held: bool = False) -> Meeting | None:
    """As `own`, with the unit locked before the meeting, as everybody does who locks both."""
    found = chat.session.get(Meeting, row_id(meeting_id))
    if found is not None:
        lock_unit(chat.session, found.unit_id)
    return own_meeting(chat, meeting_id, held=held)


def _late_words(chat: Chat, meeting: Meeting) -> Aside | None:
    """What was typed for the meeting after it had ended."""
    typed = chat.dialog.flow and not chat.event.payload and not chat.event.text.startswith("/")
    if not typed or not chat.event.text.strip() or meeting.state != MeetingState.HELD:
        return None
    if chat.words:
        aside = asides_of(chat.session, chat.words)[-1]
        chat.release()
        return aside
    return put_aside(chat.session, meeting, chat.person.id, chat.event.text, chat.at, message_ref(chat))


def message_ref(chat: Chat) -> str:
    """How a note or an aside finds the chat message again that it was made of; "" where the channel has no numbers."""
    return f"{chat.contact.id}:{chat.event.message_ref}" if chat.event.message_ref else ""


def _correctable(chat: Chat, meeting: Meeting) -> Meeting | None:
    if not figures_locked(meeting, chat.moment):
        return meeting
    chat.end()
    chat.say("meetings/result/locked", meeting=meeting)
    return None


def present_meeting(chat: Chat, *, held: bool = False) -> Meeting | None:
    """The meeting that the present dialog is about. Words that come when it is over are offered as a note."""
    return own_meeting(chat, chat.answers(AboutMeeting).meeting, held=held)


def at_step(chat: Chat, meeting_id: str, step: str) -> Meeting | None:
    """The meeting, if it still stands where the pressed button was shown; else shows where it stands now."""
    meeting = own_meeting(chat, meeting_id)
    if meeting is None or str(meeting.step) == step:
        return meeting
    show_standing(chat, meeting, chat.desk.render.sentence("step_passed", {}))
    return None


def show_standing(chat: Chat, meeting: Meeting, trouble: str = "") -> None:
    """Shows where the meeting stands: its step, or the card from which one that was held is corrected."""
    if meeting.state == MeetingState.HELD:
        chat.open("result.fix", str(meeting.id), trouble=trouble)
    else:
        chat.begin(Walking(*about(meeting)), trouble=trouble)


def say_of_meeting(chat: Chat, template: str, meeting: Meeting, *, trouble: str = "", **context: Any) -> None:
    """Says something of the meeting; whatever is said of a rehearsal says so first."""
    chat.say(
        template, meeting=meeting, trouble=trouble, head=rehearsal_head(chat, meeting.rehearsal), **context
    )


def rehearsal_head(chat: Chat, rehearsal: bool) -> str:
    """What stands above all that is said of a rehearsal."""
    return chat.desk.render.sentence("rehearsal", {}) if rehearsal else ""


def say_recounted(chat: Chat, meeting: Meeting, found: Sequence[CountChange]) -> None:
    """Old and new of the corrected counts, and what does not agree with them any more; goes on where all does."""
    stale = unfit_for_counts(chat.session, meeting)
    if stale and found:
        chat.end()
        say_of_meeting(chat, "meetings/recount/done", meeting, changes=found, unfit=stale)
        return
    show_standing(chat, meeting, chat.desk.render.sentence("recounted", {"changes": found}) if found else "")


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Some rows of a numbered list, each with its buttons: `first` stand before them; 0 where nothing is earlier or later."""

    rows: Sequence[Any]
    first: int
    earlier: int
    later: int


def page_of(rows: Sequence[Any], now: object = None, until: int = 0, most: int = 6) -> AccountPage:
    """The page that ends with number `until` or has `now` on it, else the last one; counted back from the end."""
    count = len(rows)
    wanted = list(rows).index(now) + 1 if now in rows else until if 0 < until <= count else count
    end = count - (count - wanted) // most * most
    first = max(0, end - most)
    return AccountPage(rows[first:end], first, first, min(count, end + most) if end < count else 0)


def known_kinds(chat: Chat, unit: Unit) -> dict[str, int]:
    """How many of each kind of members the unit had at its last meeting, to be offered again."""
    last = last_counts(chat.session, unit.id)
    names = ("official", "probationary", "temporary")
    return {name: value for name, value in asdict(last).items() if name in names and value} if last else {}


def begin_count(
    chat: Chat,
    meeting: Meeting,
    said: str = "",
    *,
    words: Sequence[int] = (),
    offer: Choice | None = None,
) -> None:
    """Begins the count of a meeting. `said`: the line that gives the numbers already, `words` what it is kept as."""
    counting = Counting(
        *about(meeting),
        known=number_called(chat.session, meeting.unit),
        before=known_kinds(chat, meeting.unit),
        day=day_of(chat, meeting),
        held=meeting.state == MeetingState.HELD,
        words=list(words),
        offer=offer,
    )
    if said:
        take_counts(chat, said, counting)
    else:
        chat.begin(counting)


def take_counts(chat: Chat, said: str, counting: Counting) -> None:
    """Reads a line of counts that nobody asked for; a lone number is that of those present, where the whole is known."""
    known = counting.known
    if known and line_of(said, known) == "number":
        chat.begin_answered(replace(counting, counts={"total": known}), "present", said)
    else:
        chat.begin_answered(counting, "total", said)
