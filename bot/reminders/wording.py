"""What a unit's people are told in one message."""

import logging
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import chain

from bot.calendar import Moment
from bot.duties.needed_before import NeededBefore
from bot.duties.outlook import Outlook, days_overdue, outlook_of
from bot.materials.sharing import share_materials
from bot.meetings.offering import Offer
from bot.meetings.preparing import duty_checklists
from bot.messages import Reply
from bot.reminders.due import BEFORE, DueRung, hour_of
from bot.reminders.materials import Materials, materials_of
from bot.tables import Contact, Duty, DutyKind
from bot.talk import outbox
from bot.talk.desk import Desk

log = logging.getLogger(__name__)

URGENCY = (
    "start",
    "today",
    "late",
    "deputy",
    "last_day",
    "result",
    "minutes",
    "due",
    "upload",
    "ready",
    "set_date",
    "topic",
)
OF_MEETING = frozenset(("ready", "upload", "today", "start", "result"))
"""What is said of the meeting itself, whatever it answers."""
IN_FULL = 5
"""So many duties are told with all that is known of them; of the rest there is a line each."""


@dataclass(frozen=True)
class Wording:
    """The messages of one batch. `offers`: the meeting that is offered in one tap, by duty;
    `needed`: what is to be done before it."""

    desk: Desk
    moment: Moment
    materials: Materials
    offers: Mapping[int, Offer]
    needed: Mapping[int, Sequence[NeededBefore]] = field(default_factory=dict)

    def post(self, contact: Contact, items: list[DueRung], *, named: bool) -> outbox.Post | None:
        """The message; what cannot be put into words is logged and silences nobody else. `named`: it says which unit it is about."""
        items.sort(key=lambda one: _urgency(one, self.moment))
        try:
            reply = self._worded(contact, items, named=named)
        except Exception:
            duties = [one.duty.id for one in items]
            log.exception("reminder.unwritable person=%s duties=%s", contact.person_id, duties)
            return None
        due_at = min(hour_of(contact.person.reminder_hour, one, self.moment) for one in items)
        return outbox.Post(contact, reply, due_at)

    def _worded(self, contact: Contact, items: list[DueRung], *, named: bool) -> Reply:
        views = [(outlook_of(one.duty, one.meeting, self.moment), one.say) for one in items]
        own = materials_of(items, self.materials)
        shared = share_materials(chain(*own.values()), partial(self.desk.file_link, contact=contact))
        before = [(one.duty, one.meeting) for one in items if one.say in BEFORE]
        views, together = told_once(views, own)
        context = {
            "items": views[:IN_FULL],
            "brief": views[IN_FULL:],
            "together": together,
            "catching_up": any(one.anew for one in items),
            "today": self.moment.today,
            "named": named,
            "materials": own,
            "offers": self.offers,
            "needed": self.needed,
            "shared": shared,
            "lists": duty_checklists(self.desk.rules, before, self.moment),
        }
        reply = self.desk.render.reply("reminders/reminder", context)
        return replace(reply, files=shared.files)


def told_once(
    views: Iterable[tuple[Outlook, str]], apart: Container[int]
) -> tuple[list[tuple[Outlook, str]], dict[int, list[Duty]]]:
    """A meeting that answers several duties is spoken of once: the first of them, and by its id the others. `apart`: the duties
    (ids) that have something of their own to be said."""
    left: list[tuple[Outlook, str]] = []
    together: dict[int, list[Duty]] = {}
    first: dict[tuple[int, str], int] = {}
    for view, say in views:
        meeting = view.meeting
        of_meeting = meeting is not None and meeting.planned_at is not None and say in OF_MEETING
        key = (meeting.id, say) if meeting is not None and of_meeting else None
        if key in first and view.duty.id not in apart:
            together.setdefault(first[key], []).append(view.duty)
            continue
        if key is not None:
            first.setdefault(key, view.duty.id)
        left.append((view, say))
    return left, together


def _urgency(one: DueRung, moment: Moment) -> tuple[int, bool, int, int, int]:
    """What a person hears of for the first time comes behind what is pressing: the present by its last days, then what is
    overdue already, the latest first; what has no last day behind everything that has one."""
    due = one.duty.last_day
    day = (due or date.max).toordinal()
    if not (one.anew or one.first):
        return 0, due is None, URGENCY.index(one.say), day, one.duty.id
    if days_overdue(one.duty, moment):
        return 2, False, 0, -day, one.duty.id
    return 1, due is None, day, one.duty.kind != DutyKind.MEETING, one.duty.id
