"""No word typed while a meeting runs is lost: what is said into a dialog, beside it, or after it is kept and offered as a note."""

from datetime import timedelta

from sqlalchemy import or_, select

from bot.meetings.asides import asides_of, join_asides, put_aside, settle_aside
from bot.meetings.dialogs import AboutMeeting
from bot.meetings.notes import kind_of_file
from bot.messages import File
from bot.people.roles import role_holders
from bot.reading.courtesy import Courtesy, read_courtesy
from bot.reading.words import quoted_words, read_yes_no
from bot.tables import Aside, Meeting, MeetingState, NoteKind
from bot.talk.chat import Chat
from handlers.meetings import leading

HOLDING = frozenset(("counts", "recount", "vote", "task", "look", "people", "fix", "close"))
"""The dialogs of a meeting that write down what was said in them only at their end."""
REHEARSED = timedelta(days=1)
"""A rehearsal that was left open longer ago is not what somebody speaks of."""


def running_meeting(chat: Chat) -> Meeting | None:
    """The running meeting that the person leads: that of the dialog, else the latest; one that counts before a rehearsal."""
    units = {m.unit_id for m in role_holders(chat.roles(), "lead")}
    if not units:
        return None
    found = chat.session.scalars(
        select(Meeting)
        .where(
            Meeting.unit_id.in_(units),
            Meeting.state == MeetingState.RUNNING,
            or_(Meeting.rehearsal.is_(False), Meeting.started_at > chat.at - REHEARSED),
        )
        .order_by(Meeting.rehearsal, Meeting.id.desc())
    ).all()
    about = chat.answers_if(AboutMeeting)
    named = about.meeting if about else None
    return next((one for one in found if one.id == named), found[0] if found else None)


def keep_words(chat: Chat, meeting: Meeting) -> Aside:
    """What has just been typed, kept for the meeting; the same where the dialog has heard it already."""
    text = chat.event.text.strip()
    heard = [one for one in asides_of(chat.session, chat.words) if one.at == chat.at and one.text == text]
    if heard:
        return heard[-1]
    return put_aside(chat.session, meeting, chat.person.id, text, chat.at, leading.message_ref(chat))


def hear_words(chat: Chat) -> None:
    """Words are about to be taken for an answer in a dialog of a running meeting: the dialog answers for them."""
    if chat.dialog.flow in HOLDING and chat.event.text.strip():
        about = chat.answers_if(AboutMeeting)
        meeting = chat.session.get(Meeting, about.meeting) if about else None
        led = {m.unit_id for m in role_holders(chat.roles(), "lead")}
        if meeting is not None and meeting.state == MeetingState.RUNNING and meeting.unit_id in led:
            chat.hold(keep_words(chat, meeting).id)


def drop_words(chat: Chat) -> None:
    """What has just been heard (`hear_words`) was no answer, and is no note: it named something else to do."""
    text = chat.event.text.strip()
    for aside in asides_of(chat.session, chat.words):
        if aside.at == chat.at and aside.text == text:
            chat.release(aside.id)
            chat.session.delete(aside)


def note_written(chat: Chat, kept_as: str, kept_id: int | None = None, instead_of: str = "") -> None:
    """What was said in this dialog has been written down."""
    for aside in asides_of(chat.session, chat.words):
        settle_aside(chat.session, aside, kept_as, kept_id, instead_of)
    chat.release()


def refuse_words(chat: Chat, trouble: str) -> str:
    """What was typed could not be taken where it was typed: it is quoted, and one button makes it a note."""
    if chat.event.payload or chat.event.files or not chat.event.text.strip():
        return trouble
    meeting = running_meeting(chat)
    if meeting is None or read_courtesy(chat.event.text):
        return trouble
    quote = quoted_words(offer_as_note(chat, meeting).text)
    if quote in trouble:
        return trouble
    return trouble + "\n" + chat.desk.render.sentence("aside_refused", {"said": quote})


def offer_as_note(chat: Chat, meeting: Meeting) -> Aside:
    """What was typed is kept, and the next answer has a button that makes it a note."""
    aside = keep_words(chat, meeting)
    chat.release(aside.id)
    chat.offer_too(chat.desk.render.sentence("note_instead", {}), "meet.keep", aside.id)
    return aside


def leave_dialog(chat: Chat, words: list[int]) -> None:
    """A dialog was left before it wrote down what was said in it."""
    found = [
        one for one in asides_of(chat.session, words) if not one.kept_as and read_yes_no(one.text) is None
    ]
    if found:
        aside = join_asides(chat.session, found)
        meeting = chat.session.get_one(Meeting, aside.meeting_id)
        leading.say_of_meeting(chat, "meetings/left", meeting, aside=aside)


def offer_note(chat: Chat) -> bool:
    """Words that nothing has asked for: are they a note? False where no meeting runs."""
    if chat.event.payload or not chat.event.text.strip():
        return False
    meeting = running_meeting(chat)
    if meeting is None:
        return False
    _offer_words(chat, meeting)
    return True


def _offer_words(chat: Chat, meeting: Meeting) -> None:
    if courtesy := read_courtesy(chat.event.text):
        answer_courtesy(chat, meeting, courtesy)
    else:
        leading.say_of_meeting(chat, "talk/unknown", meeting, aside=keep_words(chat, meeting))


def answer_courtesy(chat: Chat, meeting: Meeting, courtesy: Courtesy) -> None:
    """Where nothing is asked in words, thanks and the like are answered in kind and stand nowhere."""
    leading.say_of_meeting(chat, "meetings/courtesy", meeting, courtesy=courtesy)


def offer_files(chat: Chat) -> list[File]:
    """Photos and voices that nothing has asked for: are they notes? The words beside a file that is none, too. Answers those
    files; none where no meeting runs."""
    meeting = running_meeting(chat)
    if meeting is None:
        return []
    fitting = [file for file in chat.event.files if kind_of_file(file)]
    words = chat.event.text
    for file in fitting:
        leading.say_of_meeting(
            chat, "meetings/unknown_file", meeting, aside=_keep_file(chat, meeting, words, file)
        )
        words = ""
    if words.strip():
        _offer_words(chat, meeting)
    return fitting


def offer_sounds(chat: Chat) -> bool:
    """Nothing but recorded sound, where the open question takes none: is it a note?"""
    files = chat.event.files
    alone = bool(files) and all(kind_of_file(file) == NoteKind.VOICE for file in files)
    return alone and bool(offer_files(chat))


def _keep_file(chat: Chat, meeting: Meeting, words: str, file: File) -> Aside:
    ref = leading.message_ref(chat)
    return put_aside(chat.session, meeting, chat.person.id, words, chat.at, ref, file)
