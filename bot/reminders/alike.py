"""Who hears one thing that many others hear: found among what is due, each thing put into words once, written together."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, exists, select, union_all
from sqlalchemy.orm import Session, aliased

from bot.calendar import Moment
from bot.duties.life import LIVE_MEETING
from bot.duties.needed_before import ask_before
from bot.meetings.offering import Offer, last_meetings, offers_alike
from bot.messages import Choice, Reply
from bot.people.reaching import told_first
from bot.people.staff import Staff
from bot.reminders.claiming import SHAPE, Claimed, duties_claimed
from bot.reminders.due import DueRung, hour_of, speaks_to_own
from bot.reminders.own import note_rungs_told
from bot.reminders.wording import Wording
from bot.store.given import among
from bot.tables import (
    Contact,
    Duty,
    Material,
    Meeting,
    MeetingDuty,
    Membership,
    Message,
    MessageState,
    Person,
    Reminder,
    Role,
)
from bot.talk import outbox
from bot.talk.desk import Desk

OFFERED, OFFER = "\ue001", "\ue002"
"""Where a message differs from others alike besides the duty's number: the label and payload of the button that offers a meeting. They
are letters that no alphabet has."""
USUAL = "plan.usual"


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears of a duty, and where; `hour`: the person's own."""

    duty_id: int
    unit_id: int
    person_id: int
    hour: int
    contact_id: int
    channel: str


Alike = Mapping[int, Sequence[Listener]]
"""Those who hear the same, by the id of the duty that stands for theirs; it is the first one's."""


def part_alike(
    session: Session, due: Sequence[Claimed], apart: Collection[int], moment: Moment
) -> tuple[list[Duty], Alike]:
    """Of what is due, the duties that are looked at one by one, with those that stand for many; `apart`: units that hear more than
    what is due."""
    found = {some[0].duty_id: some for some in _find_alike(session, due, apart, moment.today) if some[1:]}
    standing = duties_claimed(session, found)
    brought = _with_materials(session) if standing else set()
    asking = ask_before(session, {one.plan_id for one in standing}) if standing else set()
    for duty in standing:
        topic = duty.topic
        named = topic is not None and (topic.plan_id, topic.key) in brought
        if named or (duty.plan_id, duty.key) in asking or not speaks_to_own(duty, moment):
            del found[duty.id]
    followers = {one.duty_id for some in found.values() for one in some}
    rest = {row.id for row in due} - followers
    duties = duties_claimed(session, rest) + [duty for duty in standing if duty.id in found]
    return sorted(duties, key=lambda duty: duty.id), found


def _find_alike(
    session: Session, due: Sequence[Claimed], apart: Collection[int], today: date
) -> list[list[Listener]]:
    """Duties that are all that is due of their units, of which these have made nothing yet, and whose people lead no other unit."""
    first_own, number = 2 + len(SHAPE), Counter(row.unit_id for row in due)
    plain = [row for row in due if number[row.unit_id] == 1 and not any(row[first_own:])]
    plain = [row for row in plain if row.unit_id not in apart]
    if len(plain) < 2:
        return []
    busy = _busy(session, [row.id for row in plain])
    plain = [row for row in plain if row.id not in busy]
    listeners = _listeners(session, [row.unit_id for row in plain], today)
    alike: dict[Any, list[Listener]] = {}
    for row in plain:
        if (one := listeners.get(row.unit_id)) is not None:
            person, place = one
            key = (*row[2:first_own], person.weekends)
            heard = Listener(row.id, row.unit_id, person.person_id, person.reminder_hour, *place)
            alike.setdefault(key, []).append(heard)
    return list(alike.values())


_MET = (
    select(MeetingDuty.duty_id)
    .join(Meeting, Meeting.id == MeetingDuty.meeting_id)
    .where(among(MeetingDuty.duty_id, "duties"), Meeting.state.in_(LIVE_MEETING))
)
_STUCK = (
    select(Reminder.duty_id)
    .join(Message, Message.id == Reminder.message_id)
    .where(among(Reminder.duty_id, "duties"), Message.state == MessageState.WAITING, Message.attempts > 0)
)
_BUSY = union_all(_MET, _STUCK)


def _busy(session: Session, duties: list[int]) -> set[int]:
    """Those for which a meeting is set or running, or of which a message was tried in vain."""
    return set(session.scalars(_BUSY, {"duties": duties}))


_other = aliased(Membership)
_LED_BY = (
    select(
        *(Membership.unit_id, Membership.person_id),
        *(Person.away_until, Person.weekends, Person.reminder_hour),
        exists()
        .where(
            _other.person_id == Membership.person_id,
            _other.unit_id != Membership.unit_id,
            _other.role == Role.SECRETARY,
            _other.ended_at.is_(None),
        )
        .label("elsewhere"),
    )
    .join(Person, Person.id == Membership.person_id)
    .where(
        among(Membership.unit_id, "units"),
        Membership.role == Role.SECRETARY,
        Membership.ended_at.is_(None),
    )
    .order_by(Membership.rank, Membership.id)
)
_PLACES = (
    select(Contact.person_id, Contact.id, Contact.channel)
    .where(among(Contact.person_id, "people"), Contact.lost_at.is_(None))
    .order_by(*told_first())
)


def _listeners(
    session: Session, units: list[int], today: date
) -> dict[int, tuple[Row[*tuple[Any, ...]], tuple[int, str]]]:
    """Who is spoken to in each of these units, and where; none of a unit of whose people somebody is away, nobody can be reached, or
    who is spoken to leads another one."""
    led: dict[int, list[Row[*tuple[Any, ...]]]] = {}
    for row in session.execute(_LED_BY, {"units": units}):
        led.setdefault(row.unit_id, []).append(row)
    people = {"people": list({row.person_id for rows in led.values() for row in rows})}
    places: dict[int, tuple[int, str]] = {}
    for person_id, contact_id, channel in session.execute(_PLACES, people):
        places.setdefault(person_id, (contact_id, channel))
    found = {}
    for unit_id, rows in led.items():
        away = any(row.away_until is not None and row.away_until >= today for row in rows)
        speaks = next((row for row in rows if row.person_id in places), None)
        if speaks is not None and not away and not speaks.elsewhere:
            found[unit_id] = speaks, places[speaks.person_id]
    return found


def _with_materials(session: Session) -> set[tuple[int, str]]:
    """The topics, by plan and key, to which files are tied."""
    tied = select(Material.plan_id, Material.key).where(Material.withdrawn_at.is_(None)).distinct()
    return {(row.plan_id, row.key) for row in session.execute(tied)}


def tell_alike(
    desk: Desk, session: Session, spoken: Sequence[DueRung], alike: Alike, at: datetime, staff: Staff
) -> int:
    """Writes what is said of each of these duties to all for whom it stands; answers how many messages. What their unit has been told
    of a rung is not said again."""
    moment = desk.moment(at)
    told = _told(session, [one.duty_id for due in spoken for one in alike[due.duty.id]])
    units = [one.unit_id for due in spoken if due.meeting is None for one in alike[due.duty.id]]
    last = last_meetings(session, units)
    patterns = _Patterns(desk, moment)
    copies, rungs = [], {}
    for due in spoken:
        number, rung = due.as_told
        heard = [one for one in alike[number] if (one.duty_id, rung.name) not in told]
        offers = offers_alike(due.duty, [one.unit_id for one in heard], last, moment)
        hours = {hour: hour_of(hour, due, moment) for hour in {one.hour for one in heard}}
        for one in heard:
            contact = staff.contacts[alike[number][0].person_id]
            said = patterns.of(due, contact, offers.get(one.unit_id))
            if said is not None:
                place = one.person_id, one.contact_id, one.channel
                copies.append(outbox.Copy(*place, said, one.duty_id, hours[one.hour]))
                rungs[one.person_id] = [(one.duty_id, rung)]
    written = outbox.post_copies(session, copies, at)
    note_rungs_told(session, [(number, who, rungs[who]) for who, number in written.items()], at)
    return len(written)


_SAID = select(Reminder.duty_id, Reminder.rung).where(among(Reminder.duty_id, "duties"))


def _told(session: Session, duties: list[int]) -> set[tuple[int, str]]:
    return {(duty, rung) for duty, rung in session.execute(_SAID, {"duties": duties})}


class _Patterns:
    """The messages of a portion as JSON with places for what differs; what is said alike is put into words once."""

    def __init__(self, desk: Desk, moment: Moment) -> None:
        self._desk, self._moment = desk, moment
        self._worded: dict[Any, str | None] = {}
        self._offered: dict[Any, str] = {}

    def of(self, due: DueRung, contact: Contact, offer: Offer | None) -> str | None:
        """What is said of such a duty; `contact` is anybody's. None where it cannot be put into words."""
        duty = due.duty
        key = duty.demand_id, due.say, duty.announced_on, duty.opens_on, duty.due_on, duty.safe_on
        if (key, offer) not in self._offered:
            if (key, offer is None) not in self._worded:
                self._worded[key, offer is None] = self._pattern(due, contact, offer)
            pattern = self._worded[key, offer is None]
            if pattern is None:
                return None
            self._offered[key, offer] = self._with_offer(pattern, offer)
        return self._offered[key, offer]

    def _pattern(self, due: DueRung, contact: Contact, offer: Offer | None) -> str | None:
        number = due.duty.id
        wording = Wording(self._desk, self._moment, {}, {number: offer} if offer else {})
        post = wording.post(contact, [due], named=False)
        return json.dumps(outbox.to_body(_with_places(post.reply, number))) if post else None

    def _with_offer(self, pattern: str, offer: Offer | None) -> str:
        if offer is None:
            return pattern
        told = {"offer": offer, "number": outbox.PLACE, "today": self._moment.today}
        ((button,),) = self._desk.render.reply("meetings/schedule/usual", told).choices
        pattern = pattern.replace(_in_json(OFFERED), _in_json(button.label))
        return pattern.replace(_in_json(OFFER), _in_json(button.payload))


def _in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _with_places(reply: Reply, number: int) -> Reply:
    """The same with places in its buttons: what a button does stands before the first colon, what it is about behind it."""

    def opened(choice: Choice) -> Choice:
        action, *about = choice.payload.split(":")
        if about[:1] != [str(number)]:
            return choice
        if action == USUAL:
            return Choice(OFFERED, OFFER)
        return Choice(choice.label, ":".join((action, outbox.PLACE, *about[1:])))

    rows = tuple(tuple(opened(choice) for choice in row) for row in reply.choices)
    return replace(reply, choices=rows, quick=tuple(opened(choice) for choice in reply.quick))
