"""What was said beside the walk of a running meeting: made a note, made what the step asks for, or let go."""

from dataclasses import replace

from bot.meetings.asides import mark_kept, note_aside, put_aside
from bot.meetings.notes import notes_of
from bot.meetings.questions import meant_as
from bot.problems import Invalid
from bot.tables import Aside, Note
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Handler
from handlers.meetings import leading, overhearing, step_answers


def keep_aside(chat: Chat, aside_id: str) -> None:
    """`Ghi vào biên bản`: what was said is a note of the step at which it was said."""
    found = leading.own_row(chat, Aside, aside_id)
    if found is None:
        return
    aside, meeting = found
    noted = note_aside(chat.session, meeting, aside, chat.at)
    begun_by_it = aside.id in chat.words and chat.offered
    chat.release(aside.id)
    place = aside.step + 1 if meeting.steps else 0
    code = "aside_noted" if noted else "aside_noted_before"
    trouble = chat.desk.render.sentence(code, {"step": place})
    if chat.dialog.flow and not begun_by_it:
        chat.again(trouble=trouble)
    else:
        leading.show_standing(chat, meeting, trouble)


def drop_aside(chat: Chat, aside_id: str) -> None:
    """`Không ghi`."""
    found = leading.own_row(chat, Aside, aside_id)
    if found is not None:
        aside, meeting = found
        if not aside.kept_as:
            mark_kept(aside, "dropped")
        chat.release(aside.id)
        leading.show_standing(chat, meeting)


def turn_note(chat: Chat, note_id: str) -> None:
    """The other button of a note: it is what its step asks for. The note stays until that has been written down."""
    note = chat.session.get(Note, row_id(note_id))
    meeting = leading.own_meeting(chat, note.meeting_id) if note else None
    if note is None or meeting is None:
        if note is None:
            chat.say("talk/not_yours")
        return
    what = meant_as(chat.session, meeting, note.text)
    if note.step != meeting.step or not what or note not in notes_of(chat.session, meeting):
        leading.show_standing(chat, meeting, chat.desk.render.sentence("step_passed", {}))
        return
    aside = put_aside(chat.session, meeting, note.person_id, note.text, chat.at, note.message_ref)
    mark_kept(aside, "note", note.id)
    try:
        step_answers.take_as(chat, meeting, what, aside)
    except Invalid:
        chat.release(aside.id)
        chat.offer_no_more()
        raise


def files_first(otherwise: Handler) -> Handler:
    """Files that came without being asked for: in a running meeting photos and voices are offered as notes, the rest, and
    everything else, is for `otherwise`."""

    def take(chat: Chat) -> None:
        noted = overhearing.offer_files(chat)
        others = tuple(file for file in chat.event.files if file not in noted)
        if others or chat.event.refused or not noted:
            chat.event = replace(chat.event, files=others)
            otherwise(chat)

    return take
