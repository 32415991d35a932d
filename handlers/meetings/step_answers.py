"""What a step of the running meeting asks for, typed at it: read as that, said to be that, with one button to make it a note."""

from collections.abc import Callable

from bot.meetings.asides import Kept, settle_aside
from bot.meetings.meetings import counts_of
from bot.meetings.preparing import PEOPLE, name_from_text
from bot.meetings.step_words import agrees_to_minutes, is_counts, is_vote, read_clerk, read_speakers
from bot.meetings.tasks import WHAT_LIMIT, read_outcome, to_review
from bot.meetings.votes import meeting_electors
from bot.meetings.walk import (
    CLERK,
    asks_clerk,
    at_closing,
    count_speakers,
    mark_step,
    names_people,
    present_step,
    speakers_at,
)
from bot.problems import Invalid
from bot.reading.words import fold, read_yes_no
from bot.tables import Aside, Meeting
from bot.tables.walked import StepMark
from bot.talk.chat import Chat
from handlers.meetings import leading, overhearing

NAMES = {
    "clerk": ("thu ky", "thu ky hop", "nguoi ghi bien ban"),
    "chair": ("chu tri", "chu toa", "dieu hanh"),
    "presenter": ("trinh bay", "nguoi trinh bay", "bao cao vien"),
}


def take_step_answer(chat: Chat, meeting: Meeting) -> bool:
    """Takes what was typed as what the present step asks for; False where it cannot be read as that."""
    text = chat.event.text.strip()
    what = _read_as(chat, meeting, text)
    if what:
        TAKES[what](chat, meeting, overhearing.keep_words(chat, meeting))
    return bool(what)


def other_of(chat: Chat, meeting: Meeting) -> str:
    """What a note of the present step may have been meant as, if the step asks for anything that can be typed."""
    if meeting.state != "running" or at_closing(meeting):
        return ""
    asks = present_step(meeting).asks
    if asks == "attendance" and not (asks_clerk(meeting) and counts_of(chat.session, meeting)):
        return "counts"
    if asks_clerk(meeting):
        return "clerk"
    if asks == "last_tasks":
        return "outcome" if to_review(chat.session, meeting) else ""
    return {"vote": "vote", "tasks": "task"}.get(asks, "")


def take_as(chat: Chat, meeting: Meeting, what: str, aside: Aside) -> None:
    """Takes words that were noted as what the step asks for, because somebody says so."""
    TAKES[what](chat, meeting, aside)


def correct_by(chat: Chat, meeting: Meeting, said: str) -> None:
    """A line about the counts of a meeting that was held: what it says is corrected and nothing else."""
    if counts_of(chat.session, meeting) is None:
        leading.begin_count(chat, meeting, "result.recounted", "result.fix", said)
    else:
        chat.begin_answered("recount", "what", said, **leading.dialog_facts(meeting))


def _read_as(chat: Chat, meeting: Meeting, text: str) -> str:
    if at_closing(meeting) or not text:
        return ""
    role = _named_role(text)
    if role and names_people(meeting):
        return role
    asks = present_step(meeting).asks
    reader = READS.get(asks)
    if reader is not None and (found := reader(chat, meeting, text)):
        return found
    alone = present_step(meeting).key == CLERK
    return CLERK if asks_clerk(meeting, open_only=True) and read_clerk(text, alone=alone) else ""


def _named_role(text: str) -> str:
    """ "Thư ký: đồng chí Lan" says who it is."""
    head, colon, name = text.partition(":")
    return next((role for role in PEOPLE if fold(head) in NAMES[role]), "") if colon and fold(name) else ""


def _counts(chat: Chat, meeting: Meeting, text: str) -> str:
    before = counts_of(chat.session, meeting)
    known = before.total if before else meeting.unit.members
    return "counts" if is_counts(text, known) else ""


def _vote(chat: Chat, meeting: Meeting, text: str) -> str:
    return "vote" if is_vote(text, meeting_electors(chat.session, meeting).voters) else ""


def _task(_chat: Chat, _meeting: Meeting, text: str) -> str:
    return (
        "task"
        if len(text) <= WHAT_LIMIT and read_yes_no(text) is None and not agrees_to_minutes(text)
        else ""
    )


def _outcome(chat: Chat, meeting: Meeting, text: str) -> str:
    alone = len(to_review(chat.session, meeting)) == 1
    return "outcome" if alone and read_outcome(text) is not None else ""


def _speakers(_chat: Chat, _meeting: Meeting, text: str) -> str:
    return "speakers" if read_speakers(text) is not None else ""


def _passed(_chat: Chat, _meeting: Meeting, text: str) -> str:
    return "read_back" if agrees_to_minutes(text) else ""


READS: dict[str, Callable[[Chat, Meeting, str], str]] = {
    "attendance": _counts,
    "vote": _vote,
    "tasks": _task,
    "last_tasks": _outcome,
    "speakers": _speakers,
    "read_back": _passed,
}


def _note_instead(chat: Chat, aside: Aside) -> list[str]:
    """The button that makes it a note, for all questions of a dialog."""
    return [chat.desk.render.sentence("note_instead", {}), f"meet.keep:{aside.id}"]


def _take_counts(chat: Chat, meeting: Meeting, aside: Aside) -> None:
    facts = {"words": [aside.id], "offer": _note_instead(chat, aside)}
    if counts_of(chat.session, meeting) is not None:
        chat.begin_answered("recount", "what", aside.text, **leading.dialog_facts(meeting), **facts)
    else:
        leading.begin_count(chat, meeting, "meet.counted", "meet.walk", aside.text, **facts)


def _take_vote(chat: Chat, meeting: Meeting, aside: Aside) -> None:
    facts = {"words": [aside.id], "offer": _note_instead(chat, aside), "line": aside.text}
    chat.begin("vote", "subject", **leading.dialog_facts(meeting), **facts)


def _take_task(chat: Chat, meeting: Meeting, aside: Aside) -> None:
    facts = {"words": [aside.id], "offer": _note_instead(chat, aside)}
    chat.begin_answered("task", "what", aside.text, **leading.dialog_facts(meeting), **facts)


def _take_outcome(chat: Chat, meeting: Meeting, aside: Aside) -> None:
    waiting = to_review(chat.session, meeting)
    if not waiting:
        leading.show_standing(chat, meeting)
        return
    facts = {
        "words": [aside.id],
        "offer": _note_instead(chat, aside),
        "unit": meeting.unit_id,
        "task": waiting[0].id,
    }
    about = {"seen": [], "left": len(waiting)}
    chat.begin_answered("look", "state", aside.text, **leading.dialog_facts(meeting), **facts, **about)


def _take_name(role: Kept) -> Callable[[Chat, Meeting, Aside], None]:
    def take_name(chat: Chat, meeting: Meeting, aside: Aside) -> None:
        named = aside.text.partition(":")[2] if _named_role(aside.text) == role else ""
        name = name_from_text(named or read_clerk(aside.text, alone=True) or aside.text)
        before = getattr(meeting, role)
        setattr(meeting, role, name)
        _said(chat, meeting, aside, role, before, f"{role}_taken", name=name)

    return take_name


def _take_speakers(chat: Chat, meeting: Meeting, aside: Aside) -> None:
    count, before = read_speakers(aside.text), speakers_at(meeting, meeting.step)
    if count is None:
        raise Invalid("number_unclear", said=aside.text)
    count_speakers(meeting, meeting.step, count - before)
    _said(chat, meeting, aside, "speakers", str(before), "speakers_taken", count=count)


def _take_passed(chat: Chat, meeting: Meeting, aside: Aside) -> None:
    meeting.read_back_at = chat.at
    mark_step(meeting, StepMark.DONE, chat.at)
    _said(chat, meeting, aside, "read_back", "", "read_back_taken")


def _said(
    chat: Chat, meeting: Meeting, aside: Aside, what: Kept, before: str, code: str, **facts: object
) -> None:
    """It has been written down: says as what, goes on, and offers to make it a note."""
    settle_aside(chat.session, aside, what, instead_of=before)
    chat.trouble = chat.desk.render.sentence(code, facts)
    label, payload = _note_instead(chat, aside)
    chat.offer_too(label, payload)
    leading.show_standing(chat, meeting)


TAKES: dict[str, Callable[[Chat, Meeting, Aside], None]] = {
    "counts": _take_counts,
    "vote": _take_vote,
    "task": _take_task,
    "outcome": _take_outcome,
    "speakers": _take_speakers,
    "read_back": _take_passed,
    "clerk": _take_name("clerk"),
    "chair": _take_name("chair"),
    "presenter": _take_name("presenter"),
}
