"""What a person can do: the table of contents, a line a room. A room's own contents stand in its `__init__`."""

from bot.people.strangers import is_heard
from bot.reminders.returned import say_anew
from bot.talk.desk import Handler, Routes
from handlers import (
    duties,
    enquiries,
    materials,
    meetings,
    notices,
    papers,
    people,
    plans,
    reminders,
    reports,
    scores,
    summaries,
    units,
)
from handlers.enquiries import asking as enquiring
from handlers.meetings import asides, notes, overhearing, result_line, said_day
from handlers.people import admission, talk
from handlers.plans import office
from handlers.reminders import snooze
from handlers.reports import report
from handlers.summaries import asking

ROOMS = (
    plans,
    duties,
    reminders,
    meetings,
    scores,
    papers,
    reports,
    materials,
    notices,
    enquiries,
    summaries,
    units,
    people,
)

COMMANDS: dict[str, Handler] = {name: handler for room in ROOMS for name, handler in room.COMMANDS.items()}
ACTIONS: dict[str, Handler] = {name: handler for room in ROOMS for name, handler in room.ACTIONS.items()}
FLOWS = {flow.name: flow for room in ROOMS for flow in room.FLOWS}

FORMER = {
    "papers": "materials",
    "papers.topic": "materials.topic",
    "papers.add": "materials.add",
    "papers.back": "materials.back",
    "papers.drop": "materials.drop",
    "papers.again": "materials.again",
    "papers.got": "materials.got",
    "choice.papers": "choice.documents",
    "office.purpose=paper": "material",
}
"""Buttons of messages that were sent before a thing had its present name: they go on working."""

ROUTES = Routes(
    commands=COMMANDS,
    actions=ACTIONS,
    flows=FLOWS,
    former=FORMER,
    receipts=frozenset(("got", "notices.got")),
    work={**plans.WORK, **summaries.WORK, **units.WORK, **people.WORK, **enquiries.WORK, **notices.WORK},
    admit=admission.admit_person,
    heard=is_heard,
    unknown=talk.answer_unknown,
    files=asides.files_first(office.books_first(report.take_loose_files)),
    edited=talk.answer_edit,
    edit_note=notes.edit_note,
    group=talk.refuse_group,
    unasked=lambda chat: (
        result_line.take_unasked(chat) or said_day.take_said_day(chat) or snooze.take_said_later(chat)
    ),
    take_sounds=overhearing.offer_sounds,
    offer=lambda chat: (
        overhearing.offer_note(chat) or asking.take_loose_words(chat) or enquiring.answer_words(chat)
    ),
    hear=overhearing.hear_words,
    may=talk.is_for_role,
    unhear=overhearing.drop_words,
    refuse=overhearing.refuse_words,
    leave=overhearing.leave_dialog,
    returned=say_anew,
)
