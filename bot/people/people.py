"""A person's places and roles: a second channel, a role that ends, forgetting a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from bot.people.calendars import end_calendar
from bot.people.devices import end_devices
from bot.people.newcomers import look_again, look_again_at
from bot.problems import Invalid
from bot.store.known import Known
from bot.tables import (
    Aside,
    Contact,
    DataRequest,
    Dialog,
    Event,
    Invite,
    LeaderWord,
    Membership,
    Message,
    MessageState,
    Note,
    Person,
    Role,
    Submission,
    SubmissionState,
)

CONSENT_VERSION = 4


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
    unsent = (
        update(Message)
        .where(mine, Message.state == MessageState.WAITING)
        .values(state=MessageState.WITHDRAWN)
    )
    session.execute(unsent.execution_options(synchronize_session=False))
    nothing = dict.fromkeys(("text", "message_ref", "digest", "name", "media_type"), "")
    notes = session.execute(update(Note).where(Note.person_id == person.id).values(**nothing))
    session.execute(update(LeaderWord).where(LeaderWord.person_id == person.id).values(reason=""))
    session.execute(update(Aside).where(Aside.person_id == person.id).values(**nothing))
    messages = session.execute(
        update(Message).where(mine).values(body={"text": ""}).execution_options(synchronize_session=False)
    )
    contact_ids = select(Contact.id).where(Contact.person_id == person.id)
    end_devices(session, session.scalars(contact_ids).all())
    session.execute(update(Event).where(Event.contact_id.in_(contact_ids)).values(said=""))
    session.execute(
        update(Membership)
        .where(Membership.person_id == person.id, Membership.ended_at.is_(None))
        .values(ended_at=at, next_summary_at=None)
    )
    session.execute(
        update(Submission)
        .where(Submission.person_id == person.id, Submission.state == SubmissionState.DRAFT)
        .values(state=SubmissionState.DROPPED)
    )
    session.execute(
        update(Invite).where(Invite.person_id == person.id, Invite.used_at.is_(None)).values(used_at=at)
    )
    session.execute(update(Person).where(Person.delegate_id == person.id).values(delegate_id=None))
    session.execute(update(DataRequest).where(DataRequest.person_id == person.id).values(words="", reason=""))
    person.name, person.consent_version, person.consented_at = "", 0, None
    person.away_until, person.delegate_id, person.anonymised_at = None, None, at
    end_calendar(person)
    return Forgotten(notes.rowcount, messages.rowcount)  # type: ignore[attr-defined]


def end_role(session: Session, membership: Membership, at: datetime) -> None:
    """Ends a role: its holder stands in for nobody any more. What waits for them is handed over by whoever ends it."""
    membership.ended_at, membership.next_summary_at = at, None
    session.flush()
    if membership.role == Role.SECRETARY:
        look_again_at(session, membership.unit_id, at)
    session.execute(update(Person).where(Person.delegate_id == membership.person_id).values(delegate_id=None))


_HELD = Known(
    select(Membership.id)
    .join(Contact, Contact.person_id == Membership.person_id)
    .where(
        Contact.channel == bindparam("channel"),
        Contact.place == bindparam("place"),
        Membership.ended_at.is_(None),
    )
    .limit(1)
)


def holds_role(session: Session, channel: str, place: str) -> bool:
    """Whether whoever writes from this place holds any role: files of nobody else are taken."""
    session.flush()
    return _HELD.row(session, {"channel": channel, "place": place}) is not None
