"""A secretary is replaced in one dialog: the old role ends, a successor's code is made, the old one is told kindly."""

from dataclasses import dataclass
from typing import Any

from bot.meetings.awaiting import running_meetings
from bot.people.invitations import INVITE_DAYS
from bot.problems import Invalid
from bot.reading.words import read_yes_no
from bot.tables import Membership, Role
from bot.talk.allowances import full_channels
from bot.talk.answers import Answers
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from bot.units.replacing import replace_holder


@dataclass
class Replacing(Answers):
    """Whose role ends."""

    role: int


def begin_replacing(chat: Chat, membership_id: str) -> None:
    membership = chat.session.get(Membership, row_id(membership_id))
    if (
        membership is None
        or membership.role != Role.SECRETARY
        or not chat.may("administer", membership.unit.path)
    ):
        chat.refuse()
    elif membership.ended_at is not None:
        _ended_already(chat, membership)
    else:
        chat.begin(Replacing(role=membership.id))


def _ended_already(chat: Chat, membership: Membership) -> None:
    ended = Invalid("role_ended_already", unit=membership.unit.name)
    chat.open("admin.card", str(membership.unit_id), trouble=chat.sentence(ended))


def _leaving(chat: Chat) -> Membership | None:
    membership = chat.session.get_one(Membership, chat.answers(Replacing).role)
    if chat.may("administer", membership.unit.path):
        return membership
    chat.refuse()
    return None


def ask_replace(chat: Chat) -> None:
    membership = _leaving(chat)
    if membership is not None:
        meeting = bool(running_meetings(chat.session, {membership.unit_id}))
        chat.say("units/replace", membership=membership, meeting=meeting)


def take_replace(chat: Chat, answer: Answer) -> None:
    membership = _leaving(chat)
    if membership is None:
        return
    if answer.value == "no" or read_yes_no(answer.text or "?") is False:
        chat.open("admin.card", str(membership.unit_id))
    elif answer.value == "yes":
        _replace(chat, membership)
    else:
        raise Invalid("choose_button")


def _replace(chat: Chat, membership: Membership) -> None:
    unit, meeting = membership.unit, bool(running_meetings(chat.session, {membership.unit_id}))
    try:
        code = replace_holder(chat.session, membership, chat.at)
    except Invalid:
        _ended_already(chat, membership)
        return
    chat.note("role ended", f"membership:{membership.id}")
    chat.note("invited", f"unit:{unit.id}")
    own = membership.person_id == chat.person.id
    told = not own and bool(chat.tell(membership.person, "units/replaced_told", membership=membership))
    chat.forget_roles()
    chat.end()
    chat.say("units/replaced", membership=membership, meeting=meeting, told=told, own=own)
    full = full_channels(chat.desk.abilities, chat.session)
    links = [(name, link) for name, link in chat.invite_links(code) if name not in full]
    facts: dict[str, Any] = {"unit": unit, "code": code, "links": links, "days": INVITE_DAYS}
    chat.say("people/admin/all_forward", **facts)


FLOW = Flow(
    "unit_replace",
    FlowStep("sure", ask_replace, take_replace),
    answers=Replacing,
)
