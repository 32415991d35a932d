"""Registration: a code, the notice on secrecy and data, what is not known yet of the unit; and the second channel."""

from bot.duties.life import follow_usual_day
from bot.duties.withdrawing import hand_over
from bot.people.consents import note_consent, note_shown
from bot.people.invitations import accept_invitation, find_invite, open_invite, spent_by
from bot.people.people import CONSENT_VERSION, forget_person, join_channel
from bot.people.strangers import note_welcome
from bot.problems import Invalid
from bot.reading.codes import code_in, never_in_codes
from bot.reading.names import read_name
from bot.reading.words import fold, quoted_words, read_number, read_yes_no
from bot.tables import Invite, Role, Unit
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from bot.talk.interrupted import resume_dialog
from bot.talk.windows import let_back_in
from bot.units.lookup import units_stand_below
from handlers.people.admission import Registering

ASKS_WHOLE = ("xem day du", "day du", "xem", "doc day du", "xem them")
MOST_MEMBERS = 5000


def _go_on(chat: Chat) -> None:
    """Registered already: goes on with what came before the changed notice."""
    before = chat.answers(Registering).before
    chat.release()
    chat.end()
    if before is None:
        chat.open("home")
    else:
        resume_dialog(chat, before)


def ask_code(chat: Chat) -> None:
    """A code that came along with /start is taken at once; else it is asked for."""
    registering, trouble = chat.answers(Registering), ""
    given, registering.code = registering.code, ""
    if given:
        try:
            take_code(chat, Answer(text=given))
        except Invalid as problem:
            trouble = chat.sentence(problem)
        else:
            return
    if chat.roles():
        chat.open("home", trouble=trouble)
    else:
        chat.say("people/register/code", trouble=trouble, left=bool(chat.person.consent_version))


def take_code(chat: Chat, answer: Answer) -> None:
    code = code_in(answer.text)
    if not code:
        raise Invalid("code_shape", said=quoted_words(answer.text))
    if wrong := never_in_codes(code):
        raise Invalid("code_letters", said=code, wrong=wrong)
    if chat.roles() and spent_by(chat.session, code, chat.person):
        chat.open("home")
        return
    invite = find_invite(chat.session, chat.contact, code, chat.at)
    if invite.person_id is not None:
        _join(chat, invite)
    elif chat.person.consent_version >= CONSENT_VERSION:
        _enter(chat, invite)
        _ask_of_unit(chat)
    else:
        note_welcome(chat.contact)
        chat.answers(Registering).invite = invite.id
        chat.goto("consent")


def _join(chat: Chat, invite: Invite) -> None:
    chat.person = join_channel(chat.session, invite, chat.contact, chat.at)
    chat.session.refresh(chat.contact)
    chat.adopt_dialog()
    chat.forget_roles()
    note_welcome(chat.contact)
    chat.note("channel joined", f"contact:{chat.contact.id}")
    chat.say("people/register/joined")
    let_back_in(chat)


def ask_consent(chat: Chat) -> None:
    invite = chat.session.get(Invite, chat.answers(Registering).invite or 0)
    text = chat.say("people/register/consent", invite=invite, unit=invite.unit if invite else None)
    note_shown(chat.session, chat.person.id, CONSENT_VERSION, text, chat.at)


def take_consent(chat: Chat, answer: Answer) -> None:
    if answer.value == "whole" or fold(answer.text) in ASKS_WHOLE:
        text = chat.say("people/register/notice")
        note_shown(chat.session, chat.person.id, CONSENT_VERSION, text, chat.at)
        return
    agreed = {"yes": True, "no": False}.get(answer.value) if answer.value else read_yes_no(answer.text)
    if agreed is None:
        raise Invalid("choose_button")
    if not agreed:
        _refuse(chat)
        return
    invite = None
    if not chat.roles():
        try:
            invite = open_invite(chat.session, chat.answers(Registering).invite or 0, chat.at)
        except Invalid as problem:
            chat.begin(Registering(), trouble=chat.sentence(problem))
            return
    chat.person.consent_version, chat.person.consented_at = CONSENT_VERSION, chat.at
    note_consent(chat.session, chat.person.id, True, chat.at)
    chat.note("consent", f"version:{CONSENT_VERSION}")
    if invite is not None:
        _enter(chat, invite)
    if not chat.person.name:
        chat.goto("name")
    elif invite is None:
        _go_on(chat)
    else:
        _ask_of_unit(chat)


def _refuse(chat: Chat) -> None:
    """Who has never agreed leaves nothing behind; whoever has a role keeps it, and hears how to give it up."""
    chat.end()
    note_consent(chat.session, chat.person.id, False, chat.at)
    if not chat.person.consent_version:
        hand_over(chat.session, chat.person.id, chat.at)
        forget_person(chat.session, chat.person, chat.at)
    chat.say("people/register/refused", has_role=bool(chat.roles()))


def _enter(chat: Chat, invite: Invite) -> None:
    membership = accept_invitation(chat.session, invite, chat.person, chat.at, chat.today)
    chat.forget_roles()
    note_welcome(chat.contact)
    chat.note("role given", f"membership:{membership.id}")
    registering = chat.answers(Registering)
    registering.unit, registering.role = invite.unit_id, invite.role


def ask_own_name(chat: Chat) -> None:
    """The name that a channel shows is often a nickname: it is offered, never taken unasked."""
    registering = chat.answers(Registering)
    if chat.event.sender:
        registering.shown = _shown_name(chat.event.sender)
    chat.say("people/register/name", shown=registering.shown)


def _shown_name(sender: str) -> str:
    try:
        return read_name(sender)
    except Invalid:
        return ""


def take_own_name(chat: Chat, answer: Answer) -> None:
    shown = chat.answers(Registering).shown
    agreed = None if answer.value else read_yes_no(answer.text)
    if answer.value == "shown" or (shown and agreed):
        chat.person.name = shown
    elif agreed is not None:
        raise Invalid("name_wanted")
    elif answer.value != "skip":
        chat.person.name = read_name(answer.text)
    if chat.answers(Registering).role:
        _ask_of_unit(chat)
    else:
        _go_on(chat)


def _ask_of_unit(chat: Chat) -> None:
    """Asks a secretary what is not known yet of the unit."""
    unit, leads = _unit(chat), chat.answers(Registering).role == Role.SECRETARY
    if leads and unit.members is None:
        chat.goto("members")
    elif leads and unit.meeting_day is None:
        chat.goto("meeting_day")
    else:
        _finish(chat)


def _unit(chat: Chat) -> Unit:
    return chat.session.get_one(Unit, chat.answers(Registering).unit)


def ask_member_count(chat: Chat) -> None:
    chat.say("people/register/members", unit=_unit(chat))


def take_member_count(chat: Chat, answer: Answer) -> None:
    if answer.value != "skip":
        count = read_number(answer.text)
        if not 1 <= count <= MOST_MEMBERS:
            raise Invalid("members_range", most=MOST_MEMBERS)
        _unit(chat).members = count
    if _unit(chat).meeting_day is None:
        chat.goto("meeting_day")
    else:
        _finish(chat)


def ask_usual_day(chat: Chat) -> None:
    chat.say("people/register/meeting_day", unit=_unit(chat))


def take_usual_day(chat: Chat, answer: Answer) -> None:
    if answer.value != "skip":
        day = read_number(answer.value or answer.text)
        if not 1 <= day <= 31:
            raise Invalid("day_of_month_range")
        _unit(chat).meeting_day = day
        follow_usual_day(chat.session, _unit(chat), chat.moment)
    _finish(chat)


def _finish(chat: Chat) -> None:
    unit, role = _unit(chat), chat.answers(Registering).role
    chat.end()
    chat.say("people/register/welcome", unit=unit, role=role)
    if role == Role.ADMIN and unit.kind != "chi_bo" and not units_stand_below(chat.session, unit):
        chat.say("people/register/first_steps", unit=unit)
    else:
        chat.open("home")


FLOW = Flow(
    "register",
    FlowStep("code", ask_code, take_code, numbers=True, first=True),
    FlowStep("consent", ask_consent, take_consent, first=True),
    FlowStep("name", ask_own_name, take_own_name),
    FlowStep("members", ask_member_count, take_member_count, numbers=True),
    FlowStep("meeting_day", ask_usual_day, take_usual_day, numbers=True),
    answers=Registering,
)
