"""`/quantri`: the office's page: invitations, who cannot be reached, what has failed."""

from sqlalchemy import func, select

from bot.conversation import Answer, Chat, Flow, Step
from bot.domain.people import INVITE_DAYS, invite
from bot.domain.problems import Invalid
from bot.domain.reading import fold
from bot.domain.roles import ROLES, holders, within
from bot.models import Contact, Event, Membership, Message, Person, Plan, Unit

SHOWN = 20


def _office(chat: Chat) -> bool:
    if holders(chat.roles(), "administer"):
        return True
    chat.say("talk/not_yours")
    return False


def show(chat: Chat) -> None:
    if not _office(chat):
        return
    scope = within(Unit.path, chat.roles(), "administer")
    staffed = select(Membership.unit_id).where(Membership.role == "secretary", Membership.ended_at.is_(None))
    cells = (
        select(func.count()).select_from(Unit).where(scope, Unit.kind == "chi_bo", Unit.closed_on.is_(None))
    )
    plans = chat.session.scalars(
        select(Plan)
        .join(Unit, Unit.id == Plan.unit_id)
        .where(scope, Plan.withdrawn_at.is_(None))
        .order_by(Plan.id)
    ).all()
    chat.say(
        "admin/admin",
        cells=chat.session.scalar(cells),
        staffed=chat.session.scalar(cells.where(Unit.id.in_(staffed))),
        plans=plans,
        lost=len(_lost(chat)),
        failed=chat.session.scalar(
            select(func.count()).select_from(Message).where(Message.state == "failed")
        ),
        errors=chat.session.scalar(select(func.count()).select_from(Event).where(Event.error != "")),
    )


def _lost(chat: Chat) -> list[tuple[Person, Unit, Contact]]:
    """People of the office's units whose every contact is lost, newest first."""
    alive = select(Contact.person_id).where(Contact.lost_at.is_(None))
    rows = chat.session.execute(
        select(Person, Unit, Contact)
        .join(Membership, Membership.person_id == Person.id)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(Contact, Contact.person_id == Person.id)
        .where(
            within(Unit.path, chat.roles(), "administer"),
            Membership.ended_at.is_(None),
            Contact.lost_at.is_not(None),
            Person.id.not_in(alive),
        )
        .order_by(Contact.lost_at.desc())
    )
    return [(person, unit, contact) for person, unit, contact in rows]


def lost(chat: Chat) -> None:
    """ "Mất liên lạc": who cannot be reached any more, and since when."""
    if _office(chat):
        rows = _lost(chat)
        chat.say("admin/lost", rows=rows[:SHOWN], more=max(0, len(rows) - SHOWN))


def begin_invite(chat: Chat) -> None:
    if _office(chat):
        chat.begin("invite")


def ask_unit(chat: Chat) -> None:
    found = [chat.session.get_one(Unit, unit_id) for unit_id in chat.data.get("found", [])]
    chat.say("admin/invite_unit", found=found)


def take_unit(chat: Chat, answer: Answer) -> None:
    """A unit by its code, or by a part of its name."""
    scope = within(Unit.path, chat.roles(), "administer") & Unit.closed_on.is_(None)
    if answer.value.isdigit():
        units = list(chat.session.scalars(select(Unit).where(scope, Unit.id == int(answer.value))))
    else:
        units = [
            unit
            for unit in chat.session.scalars(select(Unit).where(scope).order_by(Unit.path))
            if fold(unit.code) == fold(answer.text) or fold(answer.text) in fold(unit.name)
        ]
        exact = [unit for unit in units if fold(unit.code) == fold(answer.text)]
        units = exact or units
    if not units:
        raise Invalid("unit_unknown", said=answer.text)
    if len(units) > 1:
        chat.keep(found=[unit.id for unit in units[:8]])
        chat.again()
        return
    chat.keep(unit=units[0].id, found=[])
    chat.goto("role")


def ask_role(chat: Chat) -> None:
    chat.say("admin/invite_role", unit=chat.session.get_one(Unit, chat.data["unit"]), roles=ROLES)


def take_role(chat: Chat, answer: Answer) -> None:
    if answer.value not in ROLES:
        raise Invalid("choose_button")
    unit = chat.session.get_one(Unit, chat.data["unit"])
    if not chat.may("administer", unit.path):
        chat.end()
        chat.say("talk/not_yours")
        return
    code, _ = invite(chat.session, unit, answer.value, chat.at)
    chat.note("invited", f"unit:{unit.id}")
    chat.end()
    links = chat.invite_links(code)
    chat.say("admin/invited", unit=unit, role=answer.value, code=code, links=links, days=INVITE_DAYS)


FLOW = Flow("invite", Step("unit", ask_unit, take_unit, numbers=False), Step("role", ask_role, take_role))
