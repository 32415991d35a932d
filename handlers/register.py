"""Registration: a code, the notice on secrecy and data, what is not known yet of the unit; and the second channel."""

from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.people import (
    CONSENT_VERSION,
    accept,
    find_invite,
    join_channel,
    looks_like_code,
    normal_code,
)
from bot.domain.problems import Invalid
from bot.domain.reading import number
from bot.models import Invite, Unit

MOST_MEMBERS = 5000


def admit(chat: Chat) -> bool:
    """Lets a registered person through; of anybody else it wants the code first, and the consent when it has changed."""
    if chat.dialog.flow == "register":
        return True
    if not chat.roles():
        text = chat.event.text
        if text.startswith("/start") and len(text.split()) > 1:
            return True
        if looks_like_code(text) and "/" not in text:
            chat.begin("register", code=text)
        else:
            chat.begin("register")
        return False
    if chat.person.consent_version < CONSENT_VERSION:
        chat.begin("register", step="consent")
        return False
    return True


def ask_code(chat: Chat) -> None:
    """A code that came along with /start is taken at once; else it is asked for."""
    given = str(chat.data.get("code", ""))
    if not given:
        chat.say("register/code")
        return
    chat.keep(code="")
    try:
        take_code(chat, Answer(text=given))
    except Invalid as problem:
        chat.trouble = chat.sentence(problem)
        chat.say("register/code")


def take_code(chat: Chat, answer: Answer) -> None:
    said = answer.text.removeprefix("/start").strip()
    if not said:
        chat.say("register/code")
        return
    if not looks_like_code(said) and chat.roles():
        chat.end()
        raise Invalid("code_shape", said=said)
    try:
        invite = find_invite(chat.session, chat.contact, said, chat.at)
    except Invalid:
        if chat.roles():
            chat.end()
        raise
    if invite.person_id is not None:
        _join(chat, invite)
        return
    chat.keep(invite=invite.id, code=normal_code(said))
    if chat.person.consent_version >= CONSENT_VERSION:
        _enter(chat, invite)
    else:
        chat.goto("consent")


def _join(chat: Chat, invite: Invite) -> None:
    chat.person = join_channel(chat.session, invite, chat.contact, chat.at)
    chat.session.refresh(chat.contact)
    chat.adopt_dialog()
    chat.forget_roles()
    chat.note("channel joined", f"contact:{chat.contact.id}")
    chat.say("register/joined")


def ask_consent(chat: Chat) -> None:
    invite = chat.session.get(Invite, int(chat.data.get("invite", 0)))
    chat.say("register/consent", invite=invite, unit=invite.unit if invite else None)


def take_consent(chat: Chat, answer: Answer) -> None:
    if answer.value == "no":
        chat.end()
        chat.say("register/refused")
        return
    if answer.value != "yes":
        raise Invalid("choose_button")
    chat.person.consent_version, chat.person.consented_at = CONSENT_VERSION, chat.at
    chat.note("consent", f"version:{CONSENT_VERSION}")
    invite = chat.session.get(Invite, int(chat.data.get("invite", 0)))
    if invite is None:
        chat.end()
        chat.open("home")
    else:
        _enter(chat, invite)


def _enter(chat: Chat, invite: Invite) -> None:
    if invite.used_at is not None:
        chat.end()
        raise Invalid("code_used")
    membership = accept(chat.session, invite, chat.person, chat.at)
    chat.forget_roles()
    chat.note("role given", f"membership:{membership.id}")
    if invite.role == "secretary" and invite.unit is not None:
        _ask_unit_facts(chat, invite.unit)
    else:
        _finish(chat)


def _ask_unit_facts(chat: Chat, unit: Unit) -> None:
    chat.keep(unit=unit.id)
    if unit.members is None:
        chat.goto("members")
    elif unit.meeting_day is None:
        chat.goto("meeting_day")
    else:
        _finish(chat)


def _unit(chat: Chat) -> Unit:
    return chat.session.get_one(Unit, int(chat.data["unit"]))


def ask_members(chat: Chat) -> None:
    chat.say("register/members", unit=_unit(chat))


def take_members(chat: Chat, answer: Answer) -> None:
    if answer.value != "skip":
        count = number(answer.text)
        if not 1 <= count <= MOST_MEMBERS:
            raise Invalid("members_range", most=MOST_MEMBERS)
        _unit(chat).members = count
    if _unit(chat).meeting_day is None:
        chat.goto("meeting_day")
    else:
        _finish(chat)


def ask_meeting_day(chat: Chat) -> None:
    chat.say("register/meeting_day", unit=_unit(chat))


def take_meeting_day(chat: Chat, answer: Answer) -> None:
    if answer.value != "skip":
        day = number(answer.value or answer.text)
        if not 1 <= day <= 31:
            raise Invalid("day_of_month_range")
        _unit(chat).meeting_day = day
    _finish(chat)


def _finish(chat: Chat) -> None:
    chat.end()
    chat.say("register/welcome")
    chat.open("home")


FLOW = Flow(
    "register",
    Step("code", ask_code, take_code, numbers=True),
    Step("consent", ask_consent, take_consent),
    Step("members", ask_members, take_members, numbers=True),
    Step("meeting_day", ask_meeting_day, take_meeting_day, numbers=True),
)
