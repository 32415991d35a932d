"""`Chuẩn bị`: the checklist before a meeting, who does what, the texts that are forwarded, the notice to who is above."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.calendar import next_allowed
from bot.materials.receipts import materials_for
from bot.meetings.dialogs import AboutMeeting, about
from bot.meetings.leader_words import speakers_of
from bot.meetings.meetings import lock_meeting
from bot.meetings.preparing import (
    FOLLOWER,
    PEOPLE,
    guests_of,
    kinds_of,
    known_names,
    meeting_checklist,
    meeting_documents,
    name_from_text,
    notice_key,
    parts_of,
    tick_item,
    unit_overseers,
)
from bot.papers.letterhead import superior_line
from bot.problems import Invalid
from bot.tables import Duty, Meeting, MeetingState, Message, Person
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep


@dataclass
class Preparing(AboutMeeting):
    """Each name is written down at once."""


OWN_FLOWS = ("prepare", "letterhead")
"""Dialogs that the list may be gone back to in the midst of."""


def show_preparations(chat: Chat, meeting_id: str) -> None:
    meeting = _own(chat, meeting_id)
    if meeting is not None:
        _show(chat, meeting)


def _own(chat: Chat, meeting_id: object) -> Meeting | None:
    """The meeting, locked, if it is set and the person leads its unit; else says why not."""
    meeting = lock_meeting(chat.session, row_id(meeting_id))
    if meeting is None or not chat.may("lead", meeting.unit.path):
        chat.refuse()
        return None
    if meeting.state != MeetingState.PLANNED or meeting.planned_at is None:
        chat.end()
        chat.say("meetings/prepare/over", meeting=meeting)
        return None
    return meeting


def _facts(chat: Chat, meeting: Meeting) -> dict[str, Any]:
    """What all texts about the meeting are made of."""
    parts = parts_of(chat.session, meeting)
    day = chat.moment.day_of(meeting.planned_at or chat.at)
    return {
        "meeting": meeting,
        "unit": meeting.unit,
        "parts": parts,
        "day": day,
        "left": (day - chat.today).days,
        "kinds": kinds_of(meeting, parts),
        "guests": guests_of(meeting, parts),
        "speakers": speakers_of(chat.session, meeting),
        "items": meeting_checklist(chat.desk.rules, meeting, parts, chat.moment),
    }


def _show(chat: Chat, meeting: Meeting, trouble: str = "") -> None:
    if chat.dialog.flow in OWN_FLOWS:
        chat.end()
    passed = meeting.planned_at is not None and meeting.planned_at <= chat.at
    chat.say("meetings/prepare/list", trouble=trouble, passed=passed, **_facts(chat, meeting))


def tick_preparation(chat: Chat, meeting_id: str, key: str, done: str) -> None:
    """Ticks an item of the list, or takes its tick back; the button says which, so that a second press changes nothing."""
    meeting = _own(chat, meeting_id)
    if meeting is None:
        return
    facts = _facts(chat, meeting)
    if done not in ("0", "1") or key not in [item.key for item in facts["items"]]:
        _show(chat, meeting, chat.sentence(Invalid("button_passed")))
        return
    tick_item(meeting, key, done == "1")
    _show(chat, meeting)


def assign_people(chat: Chat, meeting_id: str) -> None:
    """`Phân công`: who chairs, who presents, who takes the minutes."""
    meeting = _own(chat, meeting_id)
    if meeting is not None:
        chat.begin(Preparing(*about(meeting)))


def _asks(role: str) -> Callable[[Chat], None]:
    def ask(chat: Chat) -> None:
        meeting = chat.session.get_one(Meeting, chat.answers(Preparing).meeting)
        chat.say(
            "meetings/prepare/person",
            meeting=meeting,
            role=role,
            now=getattr(meeting, role),
            known=[
                one for one in known_names(chat.session, meeting, role) if one[1] != getattr(meeting, role)
            ],
            trail=bool(chat.dialog.trail),
        )

    return ask


def _takes(role: str) -> Callable[[Chat, Answer], None]:
    def take(chat: Chat, answer: Answer) -> None:
        meeting = _own(chat, chat.answers(Preparing).meeting)
        if meeting is None:
            return
        if answer.value == "none":
            setattr(meeting, role, "")
        elif answer.value != "skip":
            setattr(meeting, role, _name(chat, meeting, role, answer))
        following = PEOPLE[PEOPLE.index(role) + 1 :]
        if following:
            chat.goto(following[0])
        else:
            _show(chat, meeting)

    return take


def _name(chat: Chat, meeting: Meeting, role: str, answer: Answer) -> str:
    if not answer.value:
        return name_from_text(answer.text)
    known = {str(number): name for number, name in known_names(chat.session, meeting, role)}
    if answer.value not in known:
        raise Invalid("choose_button")
    return known[answer.value]


def show_invitation(chat: Chat, meeting_id: str) -> None:
    """`Thư mời`: one message that is nothing but the text, to be forwarded as it is."""
    meeting = _own(chat, meeting_id)
    if meeting is None:
        return
    facts = _facts(chat, meeting)
    parts: list[Duty] = facts["parts"]
    chat.say("meetings/prepare/invitation", documents=meeting_documents(meeting, parts), **facts)
    tied = materials_for(chat.session, parts)
    chat.say("meetings/prepare/invited", tied=[duty for duty in parts if duty.id in tied], **facts)


def show_notice(chat: Chat, meeting_id: str) -> None:
    """`Báo cấp trên`: the text for who follows the unit, and the offer to send it where that person is registered."""
    meeting = _own(chat, meeting_id)
    if meeting is None:
        return
    facts = _facts(chat, meeting)
    people = _overseers(chat, meeting)
    chat.say("meetings/prepare/notice", **facts)
    untold = [person for person in people if not _told(chat, meeting, facts["parts"], person)]
    chat.say("meetings/prepare/noticed", people=people, untold=untold, **facts)


def _overseers(chat: Chat, meeting: Meeting) -> list[Person]:
    return [one for one in unit_overseers(chat.session, meeting.unit) if one.id != chat.person.id]


def _told(chat: Chat, meeting: Meeting, parts: list[Duty], person: Person) -> bool:
    key = notice_key(meeting, parts, person)
    return chat.session.scalar(select(Message.id).where(Message.key == key)) is not None


def send_notice(chat: Chat, meeting_id: str) -> None:
    """Sends the notice, once for the same day, time, place and topics; that much is ticked."""
    meeting = _own(chat, meeting_id)
    if meeting is None:
        return
    facts = _facts(chat, meeting)
    people = _overseers(chat, meeting)
    sent = [person for person in people if _tell(chat, meeting, facts, person)]
    if people and FOLLOWER in [item.key for item in facts["items"]]:
        tick_item(meeting, FOLLOWER, True)
    if sent:
        chat.note("notice sent", f"meeting:{meeting.id}")
    arrives = next_allowed(chat.moment)
    chat.say("meetings/prepare/told", people=people, sent=sent, told_at=chat.at, arrives=arrives, **facts)


def _tell(chat: Chat, meeting: Meeting, facts: dict[str, Any], person: Person) -> bool:
    key = notice_key(meeting, facts["parts"], person)
    before = (
        select(Message.id).where(Message.person_id == person.id, Message.meeting_id == meeting.id).limit(1)
    )
    changed = chat.session.scalar(before) is not None
    message = chat.tell(person, "meetings/prepare/notice_above", key=key, changed=changed, **facts)
    if message is not None:
        message.meeting_id = meeting.id
    return message is not None


def show_backdrop(chat: Chat, meeting_id: str) -> None:
    """`Ma két`: the text of the backdrop; the place is asked once and kept with the unit."""
    meeting = _own(chat, meeting_id)
    if meeting is None:
        return
    if not meeting.unit.place_name:
        chat.open("letterhead.place", str(meeting.unit_id), str(meeting.id))
        return
    facts = _facts(chat, meeting)
    chat.say("meetings/prepare/banner", superior=superior_line(chat.session, meeting.unit), **facts)
    chat.say("meetings/prepare/bannered", **facts)


FLOW = Flow(
    "prepare",
    *(FlowStep(role, _asks(role), _takes(role), words=True, who=True) for role in PEOPLE),
    answers=Preparing,
)
