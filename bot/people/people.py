"""Invitation codes, roles given and taken, a person's second channel, forgetting a person."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.people.newcomers import look_again, look_again_at
from bot.problems import Invalid
from bot.reading.codes import CODE_LENGTH, LETTERS, normal_code
from bot.tables import (
    Aside,
    Contact,
    Dialog,
    Event,
    Invite,
    Membership,
    Message,
    Note,
    Person,
    Submission,
    Unit,
)

INVITE_DAYS = 14
LINK_MINUTES = 30
WRONG_CODES = 10
WRONG_WINDOW = timedelta(hours=1)
CONSENT_VERSION = 2


def hashed_code(code: str) -> str:
    return hashlib.sha256(normal_code(code).encode()).hexdigest()


def _new_code() -> str:
    return normal_code("".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)))


def create_invitation(session: Session, unit: Unit, role: str, at: datetime) -> tuple[str, Invite]:
    """Makes a single-use code for a role in a unit; only its hash is kept."""
    code = _new_code()
    row = Invite(
        code_hash=hashed_code(code),
        unit_id=unit.id,
        role=role,
        created_at=at,
        expires_at=at + timedelta(days=INVITE_DAYS),
    )
    session.add(row)
    return code, row


def invite_channel(session: Session, person: Person, at: datetime) -> str:
    """Makes a short-lived code that joins another channel to the same person."""
    code = _new_code()
    session.add(
        Invite(
            code_hash=hashed_code(code),
            person_id=person.id,
            created_at=at,
            expires_at=at + timedelta(minutes=LINK_MINUTES),
        )
    )
    return code


def find_invite(session: Session, contact: Contact, code: str, at: datetime) -> Invite:
    """The open invite of this code, locked. Raises Invalid: code_wait, code_wrong, code_used, code_expired.

    Ten wrong codes within an hour and the contact waits until that hour is over. The count is kept even though
    Invalid is raised: the caller's transaction goes on to say so.
    """
    if contact.wrong_since is not None and at - contact.wrong_since >= WRONG_WINDOW:
        contact.wrong_codes, contact.wrong_since = 0, None
    if contact.wrong_codes >= WRONG_CODES and contact.wrong_since is not None:
        left = contact.wrong_since + WRONG_WINDOW - at
        raise Invalid("code_wait", minutes=max(1, -(-int(left.total_seconds()) // 60)))
    row = session.scalar(select(Invite).where(Invite.code_hash == hashed_code(code)).with_for_update())
    if row is None:
        contact.wrong_codes += 1
        contact.wrong_since = contact.wrong_since or at
        raise Invalid("code_wrong", left=max(0, WRONG_CODES - contact.wrong_codes))
    _check_open(row, at)
    contact.wrong_codes, contact.wrong_since = 0, None
    return row


def open_invite(session: Session, invite_id: int, at: datetime) -> Invite:
    """The invite once more, locked: it may have been used or have expired since. Raises Invalid: code_used, code_expired."""
    row = session.get(Invite, invite_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Invalid("code_expired")
    _check_open(row, at)
    return row


def _check_open(row: Invite, at: datetime) -> None:
    if row.used_at is not None:
        raise Invalid("code_used")
    if row.expires_at <= at:
        raise Invalid("code_expired")


def spent_by(session: Session, code: str, person: Person) -> bool:
    """Whether it was this very person who used the code."""
    used = select(Invite.id).where(Invite.code_hash == hashed_code(code), Invite.used_by == person.id)
    return session.scalar(used) is not None


def accept_invitation(session: Session, row: Invite, person: Person, at: datetime, today: date) -> Membership:
    """Gives the invite's role to the person; a role that is already held is not doubled. `today` is the local day."""
    row.used_at, row.used_by = at, person.id
    held = session.scalar(
        select(Membership).where(
            Membership.person_id == person.id,
            Membership.unit_id == row.unit_id,
            Membership.role == row.role,
            Membership.ended_at.is_(None),
        )
    )
    if held is not None:
        return held
    membership = Membership(
        person_id=person.id,
        unit_id=row.unit_id,
        role=row.role,
        since=at,
        next_summary_at=at if row.role == "leader" else None,
        summed_on=today,
        catch_up_at=at if row.role != "admin" else None,
    )
    session.add(membership)
    session.flush()
    return membership


def join_channel(session: Session, row: Invite, contact: Contact, at: datetime) -> Person:
    """Moves a contact to the person whose code it brought; the code stays good when that cannot be.

    Raises Invalid: code_own when the contact is that person's already, code_other_person when it belongs to somebody
    who has a role or other contacts.
    """
    if row.person_id is None or contact.person_id == row.person_id:
        raise Invalid("code_own")
    old = contact.person_id
    others = session.scalar(
        select(func.count()).select_from(Contact).where(Contact.person_id == old, Contact.id != contact.id)
    )
    has_role = session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(Membership.person_id == old, Membership.ended_at.is_(None))
    )
    if others or has_role:
        raise Invalid("code_other_person")
    row.used_at, row.used_by = at, row.person_id
    look_again(session, row.person_id, at)  # there may have been no other way to reach that person
    return _move(session, contact, session.get_one(Person, row.person_id))


def start_anew(session: Session, contact: Contact, at: datetime) -> Person:
    """A person who was forgotten speaks again: the contact gets a new person, so that nothing old belongs to it."""
    person = Person(created_at=at)
    session.add(person)
    session.flush()
    return _move(session, contact, person)


def _move(session: Session, contact: Contact, person: Person) -> Person:
    old = contact.person_id
    contact.person_id = person.id
    session.flush()
    session.execute(update(Message).where(Message.contact_id == contact.id).values(person_id=person.id))
    session.execute(delete(Dialog).where(Dialog.person_id == old))
    return person


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was removed; the counts that belong to the units stay."""

    notes: int
    messages: int


def forget_person(session: Session, person: Person, at: datetime) -> Forgotten:
    """Anonymises a person: name, places, talk and notes go; counts, duties and submissions of the units stay.

    What waits for them has been handed over before."""
    look_again(session, person.id, at)
    mine = Message.person_id == person.id
    unsent = update(Message).where(mine, Message.state == "waiting").values(state="withdrawn")
    session.execute(unsent.execution_options(synchronize_session=False))
    nothing = dict.fromkeys(("text", "message_ref", "digest", "name", "media_type"), "")
    notes = session.execute(update(Note).where(Note.person_id == person.id).values(**nothing))
    session.execute(update(Aside).where(Aside.person_id == person.id).values(**nothing))
    messages = session.execute(
        update(Message).where(mine).values(body={"text": ""}).execution_options(synchronize_session=False)
    )
    contact_ids = select(Contact.id).where(Contact.person_id == person.id)
    session.execute(update(Event).where(Event.contact_id.in_(contact_ids)).values(said=""))
    session.execute(
        update(Membership)
        .where(Membership.person_id == person.id, Membership.ended_at.is_(None))
        .values(ended_at=at, next_summary_at=None)
    )
    session.execute(
        update(Submission)
        .where(Submission.person_id == person.id, Submission.state == "draft")
        .values(state="dropped")
    )
    session.execute(
        update(Invite).where(Invite.person_id == person.id, Invite.used_at.is_(None)).values(used_at=at)
    )
    session.execute(update(Person).where(Person.delegate_id == person.id).values(delegate_id=None))
    person.name, person.consent_version, person.consented_at = "", 0, None
    person.away_until, person.delegate_id, person.anonymised_at = None, None, at
    return Forgotten(notes.rowcount, messages.rowcount)  # type: ignore[attr-defined]


def secretaries_of(session: Session, unit_ids: Collection[int]) -> dict[int, list[Person]]:
    """The people who lead each of these units, who is spoken to first at the head, else in the order of their roles."""
    found: dict[int, list[Person]] = {}
    rows = session.execute(
        select(Membership.unit_id, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.unit_id.in_(unit_ids),
            Membership.role == "secretary",
            Membership.ended_at.is_(None),
        )
        .order_by(Membership.rank, Membership.id)
    )
    for unit_id, person in rows:
        found.setdefault(unit_id, []).append(person)
    return found


def present_person(people: Sequence[Person], today: date) -> list[Person]:
    """Who of a unit's secretaries is spoken to: those who are there, a delegate among them; all, when nobody is."""
    there = [p for p in people if _is_there(p, today)]
    return there or list(people)


def _is_there(person: Person, today: date) -> bool:
    return person.away_until is None or person.away_until < today


def spoken_to(people: Sequence[Person], near: Collection[int], today: date) -> Person | None:
    """Whom an ordinary reminder goes to, of a unit's secretaries as `secretaries_of` gives them: the first who is there, in
    the place of one who is away the colleague left in charge; one who is away only when nobody else can be reached.

    `near` holds the ids of those who have a contact that is not lost; None when nobody of the unit has one.
    """
    colleagues = {person.id: person for person in people}
    turn = []
    for person in people:
        delegate = colleagues.get(person.delegate_id or 0)
        if _is_there(person, today):
            turn.append(person)
        elif delegate and _is_there(delegate, today):
            turn.append(delegate)
    return next((person for person in (*turn, *people) if person.id in near), None)


def stand_ins(people: Sequence[Person], near: Collection[int], today: date) -> list[Person]:
    """The other secretaries of the unit, those who are there and can be reached; empty when there is no second one."""
    first = spoken_to(people, near, today)
    return [p for p in people if p is not first and p.id in near and _is_there(p, today)]


def end_role(session: Session, membership: Membership, at: datetime) -> None:
    """Ends a role: its holder stands in for nobody any more. What waits for them is handed over by whoever ends it."""
    membership.ended_at, membership.next_summary_at = at, None
    session.flush()
    if membership.role == "secretary":
        look_again_at(session, membership.unit_id, at)
    session.execute(update(Person).where(Person.delegate_id == membership.person_id).values(delegate_id=None))


def holds_role(session: Session, channel: str, place: str) -> bool:
    """Whether whoever writes from this place holds any role: files of nobody else are taken."""
    held = (
        select(Membership.id)
        .join(Contact, Contact.person_id == Membership.person_id)
        .where(Contact.channel == channel, Contact.place == place, Membership.ended_at.is_(None))
    )
    return session.scalar(held.limit(1)) is not None


def own_web_chat(session: Session, person: Person) -> Contact:
    """The person's place in the web chat; made when it is first asked for."""
    contact = session.scalars(
        select(Contact).where(Contact.person_id == person.id, Contact.channel == "web").limit(1)
    ).first()
    if contact is None:
        contact = Contact(
            person_id=person.id,
            channel="web",
            place=secrets.token_urlsafe(16),
            used_at=person.created_at,
            seq=0,
            wrong_codes=0,
            lost_reason="",
        )
        session.add(contact)
        session.flush()
    return contact
