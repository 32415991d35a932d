"""What a step of the running meeting asks for, typed at it: read as that, said to be that, with one button to make it a note."""

from collections.abc import Callable

from bot.meetings.asides import settle_aside
from bot.meetings.counts import counts_of
from bot.meetings.dialogs import about
from bot.meetings.questions import kept_by, present_question
from bot.meetings.questions.attendance import CLERK, asks_clerk, names_people
from bot.meetings.questions.officers import NAMES, name_officer, named_role, read_clerk
from bot.meetings.questions.question import Taken
from bot.meetings.tasks import to_review
from bot.meetings.walk import at_closing, present_step
from bot.messages import Choice
from bot.tables import Aside, Meeting
from bot.talk.chat import Chat
from handlers.meetings import leading, overhearing
from handlers.meetings.recount import Recounting
from handlers.meetings.reviewing import Looking
from handlers.meetings.tasks import Tasking
from handlers.meetings.votes import Voting


def take_step_answer(chat: Chat, meeting: Meeting) -> bool:
    """Takes what was typed as what the present step asks for; False where it cannot be read as that."""
    what = _read_as(chat, meeting, chat.event.text.strip())
    if what:
        take_as(chat, meeting, what, overhearing.keep_words(chat, meeting))
    return what is not None


def take_as(chat: Chat, meeting: Meeting, what: str, aside: Aside) -> None:
    """Takes words as what the step asks for: they read as that, or somebody says so."""
    begin = BEGINS.get(what)
    if begin is not None:
        begin(chat, meeting, aside)
        return
    role = next((role for role in NAMES if role == what), None)
    taken = (
        name_officer(meeting, role, aside.text) if role else kept_by(what).takes(meeting, aside.text, chat.at)
    )
    if taken is not None:
        _say_taken(chat, meeting, aside, taken)


def _say_taken(chat: Chat, meeting: Meeting, aside: Aside, taken: Taken) -> None:
    """It has been written down: says as what, goes on, and offers to make it a note."""
    settle_aside(chat.session, aside, taken.kept_as, instead_of=taken.instead_of)
    offer = _note_instead(chat, aside)
    chat.offer_too(offer.label, offer.payload)
    leading.show_standing(chat, meeting, chat.desk.render.sentence(taken.code, dict(taken.facts)))


def correct_by(chat: Chat, meeting: Meeting, said: str) -> None:
    """A line about the counts of a meeting that was held: what it says is corrected and nothing else."""
    if counts_of(chat.session, meeting) is None:
        leading.begin_count(chat, meeting, said)
    else:
        chat.begin_answered(Recounting(*about(meeting)), "what", said)


def _read_as(chat: Chat, meeting: Meeting, text: str) -> str | None:
    if at_closing(meeting) or not text:
        return None
    role = named_role(text)
    if role and names_people(meeting):
        return role
    question = present_question(meeting)
    if question.reads(chat.session, meeting, text):
        return question.kept_as
    alone = present_step(meeting).key == CLERK
    return "clerk" if asks_clerk(meeting, open_only=True) and read_clerk(text, alone=alone) else None


def _note_instead(chat: Chat, aside: Aside) -> Choice:
    """The button that makes it a note, for all questions of a dialog."""
    return Choice(chat.desk.render.sentence("note_instead", {}), f"meet.keep:{aside.id}")


def _begin_counts(chat: Chat, meeting: Meeting, aside: Aside) -> None:
    offer = _note_instead(chat, aside)
    if counts_of(chat.session, meeting) is not None:
        recounting = Recounting(*about(meeting), words=[aside.id], offer=offer)
        chat.begin_answered(recounting, "what", aside.text)
    else:
        leading.begin_count(chat, meeting, aside.text, words=[aside.id], offer=offer)


def _begin_vote(chat: Chat, meeting: Meeting, aside: Aside) -> None:
    offer = _note_instead(chat, aside)
    chat.begin(Voting(*about(meeting), line=aside.text, words=[aside.id], offer=offer))


def _begin_task(chat: Chat, meeting: Meeting, aside: Aside) -> None:
    tasking = Tasking(*about(meeting), words=[aside.id], offer=_note_instead(chat, aside))
    chat.begin_answered(tasking, "what", aside.text)


def _begin_outcome(chat: Chat, meeting: Meeting, aside: Aside) -> None:
    waiting = to_review(chat.session, meeting)
    if not waiting:
        leading.show_standing(chat, meeting)
        return
    looking = Looking(*about(meeting), unit=meeting.unit_id, task=waiting[0].id, left=len(waiting))
    looking.words, looking.offer = [aside.id], _note_instead(chat, aside)
    chat.begin_answered(looking, "state", aside.text)


BEGINS: dict[str, Callable[[Chat, Meeting, Aside], None]] = {
    "counts": _begin_counts,
    "vote": _begin_vote,
    "task": _begin_task,
    "outcome": _begin_outcome,
}
"""The dialogs of what is not taken at once: further questions follow, and each writes down what was said at its end."""
