"""Who speaks, as one row: a place, its person and where their talk stands, found and locked by one statement."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_committed_value

from bot.messages import Address, Incoming
from bot.people.roles import roles_of
from bot.store.known import Known, Row, Whole
from bot.tables import Contact, Dialog, Membership, Person

ReadRoles = Callable[[Session, int], list[Membership]]

USE_NOTED = timedelta(minutes=1)
"""That a place is used is noted so often, and whenever another of the person's has been used since."""


@dataclass(slots=True)
class Standing:
    """Where a person's talk stands: a row of `dialogs`, kept by `write_standing`."""

    person_id: int
    flow: str = ""
    step: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    trail: list[Any] = field(default_factory=list)
    question: int = 0
    touched_at: datetime | None = None


ROW = tuple(getattr(Dialog, name) for name in Standing.__slots__)

_at_place = Contact.channel == bindparam("channel"), Contact.place == bindparam("place")
_other = aliased(Contact)
_used_elsewhere = (
    select(func.max(_other.used_at))
    .where(_other.person_id == Contact.person_id, _other.id != Contact.id)
    .correlate(Contact)
    .scalar_subquery()
)
_CONTACT = Whole(Contact, person=Whole(Person))
# All three rows are locked: one that is merely joined would be that from before the wait. A plain lock would make everybody
# wait who writes to this person.
_SPEAKERS = (
    select(*_CONTACT.columns, _used_elsewhere, *ROW)
    .join(Person, Person.id == Contact.person_id)
    .join(Dialog, Dialog.person_id == Contact.person_id)
)
_SPEAKER = Known(_SPEAKERS.where(*_at_place).with_for_update(key_share=True))
_AT_PLACES = Known(
    _SPEAKERS.where(
        Contact.channel == bindparam("channel"), Contact.place.in_(bindparam("places", expanding=True))
    ).with_for_update(key_share=True, skip_locked=True),
    "places",
)
_AT_PLACE = select(Contact).where(*_at_place)
_STANDING = Known(select(*ROW).where(Dialog.person_id == bindparam("person")).with_for_update(key_share=True))
_NEW_DIALOG = Known(insert(Dialog))
_STANDS = Known(update(Dialog).where(Dialog.person_id == bindparam("person")))
_NEWS = Known(update(Contact).where(Contact.id == bindparam("contact")))


@dataclass(frozen=True, slots=True)
class Speaker:
    """The place that somebody speaks from; `used_elsewhere`: when another place of theirs was used last, None where there is no
    other."""

    contact: Contact
    dialog: Standing
    used_elsewhere: datetime | None
    read_roles: ReadRoles = roles_of


def find_speaker(session: Session, place: Address) -> Speaker | None:
    """Who speaks from there, locked until the transaction ends; None where nobody has spoken yet."""
    session.flush()
    row = _SPEAKER.row(session, {"channel": place.channel, "place": place.place})
    return None if row is None else speaker_of(session, row)


def find_speakers(session: Session, channel: str, places: Sequence[str]) -> Sequence[Row]:
    """The rows of those who speak from these places of a channel, locked until the transaction ends; but for those whom another
    transaction holds."""
    return _AT_PLACES.rows(session, {"channel": channel, "places": places})


def speaker_of(session: Session, row: Row, read_roles: ReadRoles = roles_of) -> Speaker:
    used_elsewhere, *standing = row[len(_CONTACT.columns) :]
    return Speaker(_CONTACT.of(session, row), Standing(*standing), used_elsewhere, read_roles)


def place_of(row: Row) -> str:
    place: str = row[_CONTACT.at("place")]
    return place


def person_of(row: Row) -> int:
    person_id: int = row[_CONTACT.at("person_id")]
    return person_id


def let_speak(session: Session, place: Address, at: datetime) -> Speaker:
    """As `find_speaker`, where the place is new or its person has had no talk."""
    contact = session.scalar(_AT_PLACE, {"channel": place.channel, "place": place.place})
    if contact is None:
        contact = Contact(person=Person(created_at=at), channel=place.channel, place=place.place, used_at=at)
        session.add(contact)
        session.flush()
    open_dialog(session, contact.person_id)
    speaker = find_speaker(session, place)
    if speaker is None:
        raise LookupError(f"nobody speaks from {place.channel}")
    return speaker


def open_dialog(session: Session, person_id: int) -> Standing:
    """Where the talk of a person stands, locked; begins one where there is none."""
    session.flush()
    row = _STANDING.row(session, {"person": person_id})
    if row is not None:
        return Standing(*row)
    dialog = Standing(person_id)
    _NEW_DIALOG.rows(session, asdict(dialog))
    return dialog


def write_standing(session: Session, dialog: Standing) -> None:
    stands = {name: getattr(dialog, name) for name in Standing.__slots__[1:]}
    _STANDS.later(session, {"person": dialog.person_id, **stands})


def note_use(session: Session, speaker: Speaker, event: Incoming, seq: int | None) -> None:
    """Notes that the place is used, so that it is neither lost nor closed, and what number its web chat has come to."""
    contact, since = speaker.contact, speaker.used_elsewhere
    news: dict[str, Any] = {} if seq is None else {"seq": seq}
    if event.blocked is None and (
        contact.lost_at
        or contact.closed_at
        or contact.knocked_at
        or event.at - contact.used_at >= USE_NOTED
        or (since is not None and since >= contact.used_at)
    ):
        never = dict.fromkeys(("lost_at", "closed_at", "knocked_at"))
        news |= {"used_at": event.at, "lost_reason": "", **never}
    if news:
        _NEWS.later(session, {"contact": contact.id, **news})
        for name, value in news.items():
            set_committed_value(contact, name, value)
