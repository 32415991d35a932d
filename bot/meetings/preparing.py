"""What is to be done before a meeting by the guidance of its day, what of it is ticked, and who above is told of it."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.meetings.joining import duties_of, parts_in_order
from bot.people.superiors import superiors_of
from bot.plans.guidance.rules import Rules
from bot.problems import Invalid
from bot.reading.readings import documents_to_read
from bot.tables import Duty, Meeting, Membership, Person, Role, Unit

COMMITTEE_FROM = 9
"""A cell of so many members elects a committee (chi ủy): official members, 294-QĐ/TW of 26/5/2025; here all are counted."""
MATERIALS, FOLLOWER = "materials", "follower"
"""The items that the reminder of the last day speaks of, and that telling the follower through the program does."""
PEOPLE = ("chair", "presenter", "clerk")
NAME_LIMIT = 120


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One line of a meeting's checklist; `by` is the last local day that leaves time enough."""

    key: str
    title: str
    short: str
    who: str
    by: date
    done: bool
    optional: bool
    late: bool

    @property
    def open(self) -> bool:
        """Whether it still has to be done: what is done only where it can be is not asked after."""
        return not self.done and not self.optional


def meeting_checklist(
    rules: Rules, meeting: Meeting, duties: Collection[Duty], moment: Moment
) -> list[ChecklistItem]:
    """What the guidance in force on the meeting's day asks for before it, in the order of the file of rules.

    `duties` are those that the meeting answers; `at` is now. Empty for a meeting without a day or a day without guidance.
    """
    if meeting.planned_at is None:
        return []
    day, today = moment.day_of(meeting.planned_at), moment.today
    held = rules.on(day)
    here = _circumstances(meeting, duties)
    found: dict[str, ChecklistItem] = {}
    for one in held.prepare if held else ():
        if one.key not in found and here.issuperset(one.when):
            by, done = day - timedelta(days=one.before), one.key in meeting.ready
            late = not done and not one.optional and today > by
            found[one.key] = ChecklistItem(
                one.key, one.title, one.short or one.title, one.who, by, done, one.optional, late
            )
    return list(found.values())


def _circumstances(meeting: Meeting, duties: Collection[Duty]) -> set[str]:
    unit = meeting.unit
    here = kinds_of(meeting, duties)
    if unit.kind != "chi_bo":
        return {*here, "not_cell"}
    small = unit.members is not None and unit.members < COMMITTEE_FROM
    return {*here, "cell", "no_committee" if small else "committee"}


def kinds_of(meeting: Meeting, duties: Collection[Duty]) -> set[str]:
    """What the meeting is by all that it answers: regular, thematic or both."""
    return {duty.topic.meeting for duty in duties if duty.topic} or {meeting.kind}


def duty_checklists(
    rules: Rules, spoken: Iterable[tuple[Duty, Meeting | None]], moment: Moment
) -> dict[int, list[ChecklistItem]]:
    """The checklists of these duties' meetings by the ids of the duties; where one meeting answers several, by the first."""
    together: dict[int, tuple[Meeting, list[Duty]]] = {}
    for duty, meeting in spoken:
        if meeting is not None:
            together.setdefault(meeting.id, (meeting, []))[1].append(duty)
    return {
        duties[0].id: items
        for meeting, duties in together.values()
        if (items := meeting_checklist(rules, meeting, duties, moment))
    }


def tick_item(meeting: Meeting, key: str, done: bool) -> None:
    """Notes that the item has been done, or not after all; a meeting that is moved keeps what is ticked."""
    others = [one for one in meeting.ready if one != key]
    meeting.ready = [*others, key] if done else others


def parts_of(session: Session, meeting: Meeting) -> list[Duty]:
    """The duties that the meeting answers, in the order of its parts."""
    return parts_in_order(meeting, duties_of(session, meeting))


def meeting_documents(meeting: Meeting, parts: Sequence[Duty]) -> list[Mapping[str, Any]]:
    """The documents of all parts, each once; without a part those of the meeting's own topic."""
    own = meeting.topic.documents if meeting.topic and not parts else []
    every = documents_to_read([*own, *(document for duty in parts for document in duty.documents)])
    return [one for place, one in enumerate(every) if one not in every[:place]]


def guests_of(meeting: Meeting, parts: Sequence[Duty]) -> list[str]:
    """Who else is invited by the topics of the meeting, each once."""
    topics = [duty.topic for duty in parts] or [meeting.topic]
    return list(dict.fromkeys(guest for topic in topics if topic for guest in topic.guests))


def name_from_text(text: str) -> str:
    """The name or role of somebody as it was typed. Raises Invalid: text_empty, text_long."""
    name = " ".join(text.split())
    if not name:
        raise Invalid("text_empty")
    if len(name) > NAME_LIMIT:
        raise Invalid("text_long", most=NAME_LIMIT)
    return name


def known_names(session: Session, meeting: Meeting, role: str, most: int = 2) -> list[tuple[int, str]]:
    """Who did this before in the unit, the latest first: (id of that meeting, name). `role` is one of PEOPLE."""
    column = getattr(Meeting, role)
    rows = session.execute(
        select(Meeting.id, column)
        .where(Meeting.unit_id == meeting.unit_id, Meeting.id != meeting.id, column != "", ~Meeting.rehearsal)
        .order_by(Meeting.id.desc())
        .limit(12)
    )
    names: dict[str, int] = {}
    for number, name in rows:
        names.setdefault(name, number)
    return [(number, name) for name, number in names.items()][:most]


def unit_overseers(session: Session, unit: Unit) -> list[Person]:
    """Who follows the unit for the committee above and can be reached; where nobody does, the leaders of that committee."""
    ids = superiors_of(session, {unit.id: unit.path})[unit.id]
    line = [int(part) for part in unit.path.strip("/").split("/")]
    following = set(
        session.scalars(
            select(Membership.person_id).where(
                Membership.person_id.in_(ids),
                Membership.unit_id.in_(line),
                Membership.role == Role.FOLLOWER,
                Membership.ended_at.is_(None),
            )
        )
    )
    chosen = [one for one in ids if one in following] or ids
    return [session.get_one(Person, one) for one in chosen]


def notice_key(meeting: Meeting, parts: Sequence[Duty], person: Person) -> str:
    """One message a person for the same day, time, place and topics: what has changed may be told again."""
    moment = meeting.planned_at.isoformat() if meeting.planned_at else ""
    facts = "\n".join([moment, meeting.place, *(duty.title for duty in parts)])
    return f"notice:{meeting.id}:{person.id}:{hashlib.sha256(facts.encode()).hexdigest()[:16]}"
