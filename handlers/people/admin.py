"""`/quantri`: the office's page: invitations, who cannot be reached, what has failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from bot.duties.in_force import plans_in_force
from bot.enquiries.asked import count_open
from bot.people.invitations import INVITE_DAYS, create_invitation, unused_invitations
from bot.people.places import WITHDRAWN, kept_web_chat, last_used, places_of, withdraw_place
from bot.people.reaching import Silence, Unheard, unheard_holders
from bot.people.requests import waiting_requests
from bot.people.roles import ROLES, role_holders, within_subtree
from bot.problems import Invalid
from bot.reading.words import read_yes_no
from bot.tables import Contact, Event, Invite, Membership, Message, MessageState, Role, Unit
from bot.talk.allowances import full_channels, used_allowances
from bot.talk.chat import Chat
from bot.talk.costs import costing_channels, costs_by_month, costs_of_month
from bot.talk.desk import Answer, Flow, FlowStep
from bot.talk.outbox import lose_contact
from bot.units.finding import FindingUnit, take_unit_found
from bot.units.lookup import holders_of
from bot.units.replacing import finish_role

SHOWN = 20
LOOK_BACK = timedelta(days=30)
PAGES = ("invite", "invite_all", "units", "unit_change", "unit_add", "unit_replace", "requests")
"""The dialogs that the office's page opens and that going back to it ends."""


@dataclass
class Inviting(FindingUnit):
    """The unit, the role that is to end."""

    unit: int | None = None
    ending: int | None = None


def _office(chat: Chat) -> bool:
    if role_holders(chat.roles(), "administer"):
        return True
    chat.say("talk/not_yours")
    return False


def show_admin(chat: Chat) -> None:
    if not _office(chat):
        return
    if chat.dialog.flow in PAGES:
        chat.end()
    scope = within_subtree(Unit.path, chat.roles(), "administer")
    staffed = select(Membership.unit_id).where(
        Membership.role == Role.SECRETARY, Membership.ended_at.is_(None)
    )
    cells = (
        select(func.count()).select_from(Unit).where(scope, Unit.kind == "chi_bo", Unit.closed_on.is_(None))
    )
    chat.say(
        "people/admin/admin",
        cells=chat.session.scalar(cells),
        staffed=chat.session.scalar(cells.where(Unit.id.in_(staffed))),
        plans=plans_in_force(chat.session, chat.roles(), above=True),
        unheard=_unheard(chat),
        requests=len(waiting_requests(chat.session, role_holders(chat.roles(), "administer"))),
        asked=count_open(chat.session, (m.unit_id for m in role_holders(chat.roles(), "administer"))),
        failed=_failed(chat),
        errors=chat.session.scalar(
            select(func.count()).select_from(Event).where(Event.error != "", Event.at > chat.at - LOOK_BACK)
        ),
        days=LOOK_BACK.days,
        used=used_allowances(chat.desk, chat.session, chat.moment),
        costs=costs_of_month(chat.desk, chat.session, chat.moment),
        may_cost=bool(costing_channels(chat.desk, chat.session)),
    )


def _failed(chat: Chat) -> int:
    """Messages to the office's people that could not be delivered lately."""
    mine = (
        select(Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(within_subtree(Unit.path, chat.roles(), "administer"))
    )
    lately = select(func.count()).where(
        Message.state == MessageState.FAILED,
        Message.failed_at > chat.at - LOOK_BACK,
        Message.person_id.in_(mine),
    )
    return chat.session.scalar(lately) or 0


def _unheard(chat: Chat) -> Mapping[Silence, list[Unheard]]:
    """At whom of the office's people nothing rings, by the reason."""
    found: dict[Silence, list[Unheard]] = {why: [] for why in Silence}
    for one in unheard_holders(chat.session, within_subtree(Unit.path, chat.roles(), "administer")):
        found[one.why].append(one)
    return found


def show_lost_contacts(chat: Chat) -> None:
    """ "Mất liên lạc": who cannot be reached any more, and since when; and who can, but hears nothing by itself."""
    if _office(chat):
        chat.say("people/admin/lost", unheard=_unheard(chat), most=SHOWN, last_used=last_used)


def show_costs(chat: Chat) -> None:
    """What the channels have asked for messages, by months."""
    if _office(chat):
        chat.say("people/admin/costs", costs=costs_by_month(chat.desk, chat.session, chat.moment))


def link_office_page(chat: Chat) -> None:
    """The page in the browser: in the web chat beside it, else behind the person's own link, which stays good."""
    if not role_holders(chat.roles(), "sum"):
        chat.say("talk/not_yours")
        return
    here = chat.contact.channel == "web"
    web = chat.contact if here else kept_web_chat(chat.session, chat.person.id, chat.at)
    chat.say("people/admin/page", link=f"{chat.desk.links.web_chat(web.id, web.key)}/office", here=here)


def begin_invite(chat: Chat) -> None:
    if _office(chat):
        chat.begin(Inviting())


def ask_unit_to_invite(chat: Chat) -> None:
    inviting = chat.answers(Inviting)
    chat.say("people/admin/invite_unit", found=inviting.units(chat), count=inviting.count)


def take_unit_to_invite(chat: Chat, answer: Answer) -> None:
    inviting = chat.answers(Inviting)
    unit = take_unit_found(chat, answer, inviting)
    if unit is not None:
        inviting.unit = unit.id
        chat.goto("role")


def ask_role(chat: Chat) -> None:
    unit = chat.session.get_one(Unit, chat.answers(Inviting).unit)
    holders = holders_of(chat.session, unit)
    chat.say(
        "people/admin/invite_role",
        unit=unit,
        roles=ROLES,
        holders=holders,
        on_web=[m for m in holders if _web_chats(chat, m)],
        invites=unused_invitations(chat.session, unit, chat.at),
    )


def _web_chats(chat: Chat, membership: Membership) -> list[Contact]:
    return [place for place in places_of(chat.session, membership.person_id) if place.channel == "web"]


def take_role(chat: Chat, answer: Answer) -> None:
    """A role to invite to, an invitation or a link to withdraw, or somebody whose role is to end."""
    unit = _unit_to_manage(chat)
    if unit is None:
        return
    if answer.value in ROLES:
        _invite(chat, unit, Role(answer.value))
    elif any(f"end{m.id}" == answer.value for m in holders_of(chat.session, unit)):
        chat.answers(Inviting).ending = int(answer.value.removeprefix("end"))
        chat.goto("end")
    elif invites := [
        i for i in unused_invitations(chat.session, unit, chat.at) if f"drop{i.id}" == answer.value
    ]:
        _withdraw_invitation(chat, invites[0])
    elif members := [m for m in holders_of(chat.session, unit) if f"key{m.id}" == answer.value]:
        _withdraw_links(chat, members[0])
    else:
        raise Invalid("choose_button")


def _withdraw_invitation(chat: Chat, invite: Invite) -> None:
    invite.expires_at = chat.at
    chat.session.flush()
    chat.note("invitation withdrawn", f"invite:{invite.id}")
    chat.again(trouble=chat.reply("people/admin/invitation_withdrawn", invite=invite).text)


def _withdraw_links(chat: Chat, membership: Membership) -> None:
    """Ends the links to the web chats of whoever holds the role, but for the one from which it is asked."""
    for place in _web_chats(chat, membership):
        if place.id != chat.contact.id:
            lose_contact(chat.session, place, WITHDRAWN, chat.at)
            withdraw_place(chat.session, place, chat.at)
    chat.note("links withdrawn", f"membership:{membership.id}")
    chat.session.flush()
    chat.again(trouble=chat.reply("people/admin/links_withdrawn", membership=membership).text)


def _unit_to_manage(chat: Chat) -> Unit | None:
    unit = chat.session.get_one(Unit, chat.answers(Inviting).unit)
    if chat.may("administer", unit.path):
        return unit
    chat.refuse()
    return None


def _invite(chat: Chat, unit: Unit, role: Role) -> None:
    code, _ = create_invitation(chat.session, unit, role, chat.at)
    chat.note("invited", f"unit:{unit.id}")
    chat.end()
    chat.say(
        "people/admin/invited",
        unit=unit,
        role=role,
        code=code,
        links=chat.invite_links(code),
        full=full_channels(chat.desk.abilities, chat.session),
        days=INVITE_DAYS,
    )


def ask_end(chat: Chat) -> None:
    membership = chat.session.get_one(Membership, chat.answers(Inviting).ending)
    chat.say("people/admin/end_role", membership=membership)


def take_end(chat: Chat, answer: Answer) -> None:
    """Ends somebody's role; what was done in it stays, and the person is told."""
    unit = _unit_to_manage(chat)
    if unit is None:
        return
    if answer.value == "no" or read_yes_no(answer.text or "?") is False:
        chat.back()
        return
    if answer.value != "yes":
        raise Invalid("choose_button")
    membership = chat.session.get_one(Membership, chat.answers(Inviting).ending)
    if membership.ended_at is None:
        finish_role(chat.session, membership, chat.at)
        chat.note("role ended", f"membership:{membership.id}")
        if membership.person_id != chat.person.id:
            chat.tell(membership.person, "people/admin/role_ended", membership=membership)
    chat.forget_roles()
    chat.end()
    chat.say("people/admin/ended", membership=membership)


FLOW = Flow(
    "invite",
    FlowStep("unit", ask_unit_to_invite, take_unit_to_invite, numbers=True),
    FlowStep("role", ask_role, take_role),
    FlowStep("end", ask_end, take_end),
    answers=Inviting,
)
