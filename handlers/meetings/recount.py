"""Correcting the counts of a meeting: what was said changes and nothing else; old and new stand side by side before it counts."""

from dataclasses import dataclass, field

from bot.meetings.attendance import AttendanceCounts
from bot.meetings.correcting import correct_counts
from bot.meetings.counts import counts_of
from bot.meetings.dialogs import AboutMeeting, about
from bot.meetings.questions.attendance import mark_counted
from bot.meetings.recounting import Amended, amend_counts, changed_counts, read_parts
from bot.problems import Invalid
from bot.reading.words import read_number, read_yes_no
from bot.tables import Meeting, MeetingState
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import leading, overhearing

NAMES = tuple(AttendanceCounts.__slots__)


@dataclass
class Recounting(AboutMeeting):
    """What is new, and the number that is asked for."""

    said: dict[str, int] = field(default_factory=dict)
    name: str = ""


def begin_recount(chat: Chat, meeting_id: str) -> None:
    """`Sửa số liệu`, of a running meeting or one that was held; where nobody was counted yet, the whole count."""
    meeting = leading.own_with_unit(chat, meeting_id, held=True)
    if meeting is None:
        return
    if counts_of(chat.session, meeting) is None:
        count_anew(chat, meeting_id)
    else:
        chat.begin(Recounting(*about(meeting)))


def count_anew(chat: Chat, meeting_id: str) -> None:
    """`Nhập lại cả`: every number once more."""
    meeting = leading.own_with_unit(chat, meeting_id, held=True)
    if meeting is not None:
        leading.begin_count(chat, meeting)


def _present(chat: Chat) -> tuple[Meeting, AttendanceCounts] | None:
    meeting = leading.own_with_unit(chat, chat.answers(Recounting).meeting, held=True)
    counts = counts_of(chat.session, meeting) if meeting else None
    if meeting is None:
        return None
    if counts is None:
        count_anew(chat, str(meeting.id))
        return None
    return meeting, counts


def ask_changed_counts(chat: Chat) -> None:
    found = _present(chat)
    if found is not None:
        meeting, counts = found
        leading.say_of_meeting(chat, "meetings/recount/what", meeting, counts=counts)


def take_changed_counts(chat: Chat, answer: Answer) -> None:
    found = _present(chat)
    if found is None:
        return
    meeting, counts = found
    if answer.value == "all":
        count_anew(chat, str(meeting.id))
    elif answer.value in NAMES:
        chat.answers(Recounting).name = answer.value
        chat.goto("value")
    elif answer.value:
        raise Invalid("choose_button")
    else:
        _say(chat, counts, read_parts(answer.text, counts))


def _say(chat: Chat, counts: AttendanceCounts, parts: dict[str, int]) -> None:
    """These numbers are new; goes on with what must give way for them, or to the card."""
    recounting = chat.answers(Recounting)
    recounting.said = {**recounting.said, **parts}
    amended = amend_counts(counts, recounting.said)
    step = "give" if amended.gives else "card"
    if chat.dialog.step == step:
        chat.again()
    else:
        chat.goto(step)


def ask_value(chat: Chat) -> None:
    found = _present(chat)
    if found is not None:
        meeting, counts = found
        name = chat.answers(Recounting).name
        leading.say_of_meeting(chat, "meetings/recount/value", meeting, name=name, old=getattr(counts, name))


def take_value(chat: Chat, answer: Answer) -> None:
    found = _present(chat)
    if found is None:
        return
    try:
        parts = {chat.answers(Recounting).name: read_number(answer.value or answer.text)}
    except Invalid:
        if answer.value:
            raise Invalid("choose_button") from None
        parts = read_parts(answer.text, found[1])
    _say(chat, found[1], parts)


def _amended(chat: Chat) -> tuple[Meeting, AttendanceCounts, Amended] | None:
    found = _present(chat)
    if found is None:
        return None
    meeting, counts = found
    return meeting, counts, amend_counts(counts, chat.answers(Recounting).said)


def ask_give(chat: Chat) -> None:
    found = _amended(chat)
    if found is not None:
        meeting, counts, amended = found
        said = [one for one in changes_said(counts, chat.answers(Recounting).said) if one[1] != one[2]]
        leading.say_of_meeting(chat, "meetings/recount/give", meeting, said=said, gives=amended.gives)


def changes_said(counts: AttendanceCounts, said: dict[str, int]) -> list[tuple[str, int | None, int]]:
    return [(name, getattr(counts, name), value) for name, value in said.items()]


def take_give(chat: Chat, answer: Answer) -> None:
    found = _amended(chat)
    if found is None:
        return
    _, counts, amended = found
    chosen = [one for one in amended.gives if one.name == answer.value]
    if chosen:
        _say(chat, counts, {chosen[0].name: chosen[0].new or 0})
    elif answer.value:
        raise Invalid("choose_button")
    else:
        _say(chat, counts, read_parts(answer.text, counts))


def ask_recount_card(chat: Chat) -> None:
    found = _amended(chat)
    if found is not None:
        meeting, counts, amended = found
        after = amended.counts
        card = leading.count_card(chat, after, leading.day_of(chat, meeting))
        leading.say_of_meeting(
            chat, "meetings/recount/card", meeting, changes=changed_counts(counts, after), card=card
        )


def take_recount_card(chat: Chat, answer: Answer) -> None:
    found = _amended(chat)
    if found is None:
        return
    meeting, counts, amended = found
    agreed = None if answer.value else read_yes_no(answer.text)
    if amended.gives:  # another phone has changed the counts meanwhile
        chat.goto("give")
    elif answer.value == "ok" or agreed:
        _write(chat, meeting, counts, amended.counts)
    elif answer.value == "fix" or agreed is False:
        chat.goto("what")
    elif answer.value:
        raise Invalid("choose_button")
    else:
        _say(chat, counts, read_parts(answer.text, counts))


def _write(chat: Chat, meeting: Meeting, before: AttendanceCounts, after: AttendanceCounts) -> None:
    found = changed_counts(before, after)
    correct_counts(chat.session, meeting, after, chat.person.id, chat.at)
    kind = "result corrected" if meeting.state == MeetingState.HELD else "attendance corrected"
    for one in found:
        chat.note(kind, f"meeting:{meeting.id} {one.name} {_shown(one.old)}>{_shown(one.new)}"[:60])
    overhearing.note_written(chat, "counts")
    if meeting.state == MeetingState.RUNNING:
        mark_counted(meeting, chat.at)
    leading.say_recounted(chat, meeting, found)


def _shown(value: int | None) -> str:
    return "-" if value is None else str(value)


FLOW = Flow(
    "recount",
    FlowStep("what", ask_changed_counts, take_changed_counts, numbers=True),
    FlowStep("value", ask_value, take_value, numbers=True),
    FlowStep("give", ask_give, take_give, numbers=True),
    FlowStep("card", ask_recount_card, take_recount_card, numbers=True),
    answers=Recounting,
)
