"""Who may talk: whoever holds a role and has agreed to the present notice; everybody else is asked for a code, or shown the notice."""

from dataclasses import dataclass, replace

from bot.people.people import CONSENT_VERSION, start_anew
from bot.people.strangers import note_answered
from bot.reading.codes import code_in
from bot.talk.allowances import is_beyond
from bot.talk.answers import Answers
from bot.talk.chat import Chat
from bot.talk.interrupted import Interrupted, interrupt_dialog


@dataclass
class Registering(Answers):
    code: str = ""
    """What came along with /start, until it is taken."""
    invite: int | None = None
    unit: int | None = None
    role: str = ""
    shown: str = ""
    """The person's name on the channel, if it may be one."""
    before: Interrupted | None = None
    """Where a person with a role stood when the changed notice was shown."""


def admit_person(chat: Chat) -> bool:
    """Lets a registered person through; of anybody else it wants the code first, and the consent when it has changed."""
    if chat.person.anonymised_at is not None:
        chat.person = start_anew(chat.session, chat.contact, chat.at)
        chat.session.refresh(chat.contact)
        chat.adopt_dialog()
        chat.forget_roles()
    informed = chat.person.consent_version >= CONSENT_VERSION
    if chat.roles() and informed:
        return True
    if not chat.roles() and chat.dialog.step != "consent":
        note_answered(chat.contact, chat.at, chat.abilities)
    if chat.dialog.flow == "register" and chat.dialog.step in ("code", "consent") and _answers(chat):
        return True
    if chat.roles():
        if _leaves(chat):
            return True
        _show_changed_notice(chat)
    else:
        _want_code(chat)
    return False


def _show_changed_notice(chat: Chat) -> None:
    """What the person was about is kept until it is agreed to; an open dialog goes before what is tried afterwards."""
    shown = chat.answers_if(Registering)
    before = shown.before if shown else None
    if before is None or not before.flow:
        before = (
            interrupt_dialog(chat)
            if shown is None
            else replace(interrupt_dialog(chat), flow="", step="", data={}, trail=[])
        )
    chat.begin(Registering(before=before, words=chat.words), "consent")


def _answers(chat: Chat) -> bool:
    """Whether the event is an answer to the present question rather than a command, another button or a file."""
    event = chat.event
    if event.payload:
        return event.payload.startswith("=")
    return not (chat.command or event.files or event.refused)


def _leaves(chat: Chat) -> bool:
    """One's data can be deleted without agreeing to a new notice first."""
    if chat.dialog.flow == "settings" and chat.dialog.step == "forget" and _answers(chat):
        return True
    return chat.event.payload == "settings.forget" or (
        chat.command is not None and chat.command.name == "/xoadulieu"
    )


def _want_code(chat: Chat) -> None:
    """Nobody gets any further without a code, which may come with /start or by itself; the notice stays in view."""
    command = chat.command
    name = command.name if command else ""
    given = code_in(chat.event.text) if command is None else command.rest if name == "/start" else ""
    if is_beyond(chat.session, chat.contact, chat.abilities):
        code = code_in(given)
        chat.say("people/register/full", link=dict(chat.invite_links(code)).get("web") if code else None)
        return
    reading_notice = chat.dialog.flow == "register" and chat.dialog.step == "consent"
    if reading_notice and not given and name not in ("/start", "/huy"):
        chat.again()
    else:
        chat.begin(Registering(given))
