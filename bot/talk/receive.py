"""One event in, one transaction out: finds the person, runs the handler, writes its answers."""

import hashlib
import logging
import secrets
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.marks import MORE
from bot.messages import Incoming, Refusal
from bot.people.newcomers import look_again
from bot.problems import Invalid
from bot.reading.courtesy import may_be_name, read_courtesy
from bot.reading.typed_commands import named_command, says_stop
from bot.reading.words import quoted_words, shown_text
from bot.store.again import database_gave_way, do_again
from bot.store.filetypes import SOUNDS, TABLES
from bot.store.known import Known
from bot.store.secrecy import typed_stamp
from bot.tables import Contact, Event
from bot.talk import outbox
from bot.talk.ahead import Ahead
from bot.talk.chat import Chat
from bot.talk.choosing import PASSED, choices_left, press_choice, typed_choice, was_offered
from bot.talk.desk import Answer, Desk, FlowStep
from bot.talk.elsewhere import take_back_questions
from bot.talk.failures import tell_failures
from bot.talk.speaking import Speaker, find_speaker, let_speak, note_use
from bot.talk.windows import let_back_in, release_messages

log = logging.getLogger(__name__)

_HEARD = Known(insert(Event))

TEXT_LIMIT = 4000
SOUND = "sound_not_here"
"""The problem of words that were spoken where nobody listens."""


def receive(desk: Desk, event: Incoming) -> bool:
    """Handles one event in one transaction; False when it had been handled before. Raises only when the database fails.
    Words that bear a stamp of secrecy, and what files came with them, leave no trace but a hash in the log."""
    try:
        # Two first events of one person at once: the next try sees what the other wrote. A handler's own fault stays.
        fresh = do_again(partial(_attempt, desk, event), on=(IntegrityError,))
    except IntegrityError:
        fresh = do_again(partial(_recover, desk, event))
    desk.wake()
    return fresh


def _attempt(desk: Desk, event: Incoming) -> bool:
    try:
        with desk.db.write() as session:
            return take_event(desk, session, event)
    except Exception as error:
        if isinstance(error, IntegrityError) or database_gave_way(error):
            raise
        return _recover(desk, event)


def take_event(desk: Desk, session: Session, event: Incoming, ahead: Ahead | None = None) -> bool:
    """Handles one event in the caller's transaction; False when it had been handled before. Raises whatever its handler does. `ahead`:
    what has been read for several at once."""
    event, stamped = _without_secrets(event)
    if (shown := shown_text(event.text)) != event.text:
        event = replace(event, text=shown)
    chat = _open_chat(desk, session, event, ahead)
    if chat is None:
        return False
    asked = chat.dialog.flow, chat.dialog.question
    _handle(chat, stamped)
    chat.put_down()
    if asked != (chat.dialog.flow, chat.dialog.question):
        take_back_questions(chat)
    return True


def _without_secrets(event: Incoming) -> tuple[Incoming, bool]:
    stamped = bool(event.text) and typed_stamp(event.text)
    if stamped:
        log.warning("text.secret refused sha256=%s", hashlib.sha256(event.text.encode()).hexdigest())
        event = replace(event, text="", files=(), refused=())
    return event, stamped


def _recover(desk: Desk, event: Incoming) -> bool:
    """After a handler has raised. What even the apology stumbles over is let go: brought again and again it would stop everybody."""
    try:
        return _answer_fault(desk, event)
    except Exception as error:
        if isinstance(error, IntegrityError) or database_gave_way(error):
            raise
        log.exception("event dropped id=%s", event.id)
        return True


def _answer_fault(desk: Desk, event: Incoming) -> bool:
    """A payload that was never offered is not understood, anything else is our fault."""
    event, _ = _without_secrets(event)
    if event.payload and not was_offered(desk, event):
        log.warning("payload never offered event=%s", event.id, exc_info=True)
        with desk.db.write() as session:
            chat = _open_chat(desk, session, event, recovering=True)
            if chat is not None:
                desk.routes.unknown(chat)
                chat.put_down()
            return chat is not None
    code = secrets.token_hex(3)
    log.exception("handler failed event=%s code=%s", event.id, code)
    return _apologise(desk, event, code)


def _open_chat(
    desk: Desk,
    session: Session,
    event: Incoming,
    ahead: Ahead | None = None,
    *,
    error: str = "",
    recovering: bool = False,
) -> Chat | None:
    """Locks the person, notes the event and opens the talk; None when the event has been handled before, or is not heard. After a
    fault (`recovering`) what was held for the person comes as it was written: to say it anew may have been that fault."""
    foreseen = ahead.speaker(session, event.address) if ahead else None
    speaker = foreseen or find_speaker(session, event.address)
    if speaker is None:
        speaker = let_speak(session, event.address, event.at)
    elif not desk.routes.heard(session, speaker.contact, event, desk.abilities_of(speaker.contact)):
        return None
    note = _note_of(event, speaker.contact, error)
    if ahead and foreseen:
        if ahead.was_handled(event):
            return None
        _HEARD.later(session, note)
    elif _new_event(session.connection().dialect.name).value(session, note) is None:
        return None
    return _greeted(desk, session, speaker, event, note["seq"], recovering)


def _note_of(event: Incoming, contact: Contact, error: str) -> dict[str, Any]:
    """The event as a row of `events`; what was said stands there for the web chat alone."""
    said = bubble_text(event) if event.address.channel == "web" else ""
    return {
        "id": event.id,
        "contact_id": contact.id,
        "at": event.at,
        "said": said,
        "message_ref": event.message_ref if said else "",
        "seq": contact.seq + 1 if said else None,
        "error": error,
    }


def _greeted(
    desk: Desk, session: Session, speaker: Speaker, event: Incoming, seq: int | None, recovering: bool
) -> Chat:
    """The talk with somebody who has just spoken: who was lost, or away, is back."""
    contact = speaker.contact
    spoken = event.blocked is None
    back = spoken and (contact.lost_at or contact.closed_at)
    if spoken and contact.lost_at is not None:
        look_again(session, contact.person_id, event.at)
    note_use(session, speaker, event, seq)
    chat = Chat(desk, session, speaker, event)
    if back and recovering:
        release_messages(session, contact, event.at)
    elif back:
        let_back_in(chat)
    return chat


@cache
def _new_event(dialect: str) -> Known:
    """Gives the id back, or nothing when it is known; a row count would be -1 on PostgreSQL."""
    new = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return Known(new(Event).on_conflict_do_nothing().returning(Event.id))


def bubble_text(event: Incoming) -> str:
    """What the person's own bubble says in the web chat."""
    names = [file.name for file in event.files] + [refusal.name for refusal in event.refused]
    return event.label or "\n".join(["📎 " + name for name in names]) or event.text[:TEXT_LIMIT]


def _apologise(desk: Desk, event: Incoming, code: str) -> bool:
    with desk.db.write() as session:
        chat = _open_chat(desk, session, event, error=code, recovering=True)
        if chat is None:
            return False
        chat.end()
        chat.say("talk/apology", code=code)
        chat.put_down()
        tell_failures(desk, session, event.at, but=chat.person.id)
    return True


def _handle(chat: Chat, stamped: bool) -> None:
    event = chat.event
    if event.blocked is not None:
        _mark_blocked(chat, event.blocked)
    elif event.group:
        chat.desk.routes.group(chat)
    elif stamped:
        if chat.desk.routes.admit(chat):
            _refuse_stamped(chat, chat.sentence(Invalid("text_secret")))
    elif event.edited:
        chat.desk.routes.edited(chat)
    elif chat.desk.routes.admit(chat):
        try:
            route_event(chat)
        except Invalid as problem:
            if not _go_where_named(chat):
                _ask_again(chat, chat.desk.routes.refuse(chat, chat.sentence(_in_kind(chat, problem))))


def _in_kind(chat: Chat, problem: Invalid) -> Invalid:
    """Why it was not taken; thanks and greetings are answered in kind whatever the open question wants."""
    if problem.code.startswith("courtesy") or chat.event.payload or not chat.dialog.flow:
        return problem
    courtesy = read_courtesy(chat.event.text)
    return Invalid("courtesy_said", courtesy=courtesy) if courtesy in ("thanks", "greeting") else problem


def _mark_blocked(chat: Chat, blocked: bool) -> None:
    if blocked:
        outbox.lose_contact(chat.session, chat.contact, "blocked", chat.at)
    else:
        chat.contact.lost_at, chat.contact.lost_reason = None, ""
        look_again(chat.session, chat.person.id, chat.at)


def _refuse_stamped(chat: Chat, trouble: str) -> None:
    if chat.dialog.flow:
        chat.again(trouble=trouble)
    else:
        chat.run(lambda chat: chat.say("talk/stamped"), trouble=trouble)


def _go_where_named(chat: Chat) -> bool:
    """Words that answer nothing, and name something to do: where there are no buttons, nothing else leads to what has left the
    screen. False where they name nothing."""
    event, step = chat.event, chat.open_step
    if event.payload or event.files or event.refused or chat.command or (step is not None and step.first):
        return False
    name = named_command(event.text)
    if not name or not chat.desk.routes.may(chat, name):
        return False
    chat.desk.routes.unhear(chat)
    chat.go_beside()
    chat.desk.routes.commands[name](chat)
    return True


def _ask_again(chat: Chat, trouble: str) -> None:
    if chat.dialog.flow:
        chat.again(trouble=trouble)
    else:
        chat.run(chat.desk.routes.unknown, trouble=trouble)


def route_event(chat: Chat) -> None:
    """Sends the event to what answers it: a pressed or typed choice, a command, files, the open question."""
    event, routes = chat.event, chat.desk.routes
    if left := choices_left(chat):
        chat.say("talk/more_choices", left=left)
    elif event.payload:
        press_choice(chat, PASSED if event.payload == MORE else event.payload)
    elif chat.command is not None:
        chat.go_beside()
        routes.commands.get(chat.command.name, routes.unknown)(chat)
    elif event.files or event.refused:
        step = chat.open_step
        if not (step and step.sounds) and routes.take_sounds(chat):
            return
        chat.event = without_strangers(event, step)
        if step is None or not step.files:
            chat.go_beside()
            routes.files(chat)
        else:
            step.take(chat, Answer(text=event.text, files=chat.event.files))
    elif payload := typed_choice(chat):
        press_choice(chat, payload)
    elif routes.unasked(chat):
        pass
    elif (step := chat.open_step) is not None:
        chat.dialog.touched_at = chat.at
        if not step.first and says_stop(event.text):
            routes.commands["/huy"](chat)
            return
        if step.words and (courtesy := read_courtesy(event.text)):
            if step.who and may_be_name(event.text):
                raise Invalid("courtesy_or_name", said=quoted_words(event.text.strip(" .,!")))
            raise Invalid("courtesy_said", courtesy=courtesy)
        routes.hear(chat)
        step.take(chat, Answer(text=event.text[:TEXT_LIMIT]))
    elif not _go_where_named(chat):
        routes.unknown(chat)


def without_strangers(event: Incoming, step: FlowStep | None) -> Incoming:
    """The event with those files refused that only some questions take: recorded sound is no report and no workbook, a table
    saved as text is a list of units or nothing."""
    strange = {} if step and step.sounds else dict.fromkeys(SOUNDS, SOUND)
    strange |= {} if step and step.tables else dict.fromkeys(TABLES, "table_not_here")
    refused = tuple(
        Refusal(file.name, strange[file.media_type], (("name", file.name),))
        if strange[file.media_type] != SOUND
        else Refusal("", SOUND)
        for file in event.files
        if file.media_type in strange
    )
    kept = tuple(file for file in event.files if file.media_type not in strange)
    return replace(event, files=kept, refused=event.refused + refused) if refused else event


def utc_now() -> datetime:
    return datetime.now(UTC)
