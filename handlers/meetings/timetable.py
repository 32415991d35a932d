"""`/lichdonvi`: which of the units below meet when; what somebody above answers: agreed, another day, "I shall come"."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from bot.meetings.leader_words import (
    Speaker,
    agree,
    ask_other_day,
    check_day,
    committee_of,
    day_stamp,
    forget_word,
    overlapping,
    reason_from_text,
    reminder_moments,
    speakers_of,
    tell_cell,
    word_on,
    words_on,
)
from bot.meetings.meetings import lock_meeting
from bot.meetings.timetable import (
    PAGE,
    Habitual,
    meetings_within,
    pilots_together,
    span_named,
    spans_offered,
    units_without,
    usual_within,
    week_of,
)
from bot.people.roles import role_holders
from bot.periods import Period
from bot.problems import Invalid
from bot.reading.span_words import read_span
from bot.tables import LeaderWord, Meeting, MeetingState
from bot.talk.answers import Answers
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings.timetable_part import Part, part_marked, part_named, whole_calendar


@dataclass
class AskingOtherDay(Answers):
    """The meeting, and the moment for which it was set when the reason was asked for."""

    meeting: int
    stamp: str = ""


def _said(chat: Chat) -> str:
    """What stands behind the command."""
    return chat.command.rest if chat.command is not None else ""


def _part(chat: Chat, key: str, mark: str) -> tuple[Part, str]:
    """The part of the tree that a button or the words behind the command name, and what was not understood of these."""
    if key:
        return part_marked(chat, mark), ""
    try:
        return part_named(chat, read_span(_said(chat), chat.today)[1]), ""
    except Invalid as why:
        return whole_calendar(chat), chat.sentence(why)


def _span(chat: Chat, key: str) -> Period | None:
    """The week or month that a button or the words behind the command name, the present week without; else says that nothing was
    understood."""
    if not role_holders(chat.roles(), "sum"):
        chat.refuse()
        return None
    try:
        if key:
            return span_named(key)
        said = read_span(_said(chat), chat.today)[0]
        return span_named(said) if said else week_of(chat.today)
    except Invalid:
        chat.desk.routes.unknown(chat)
        return None


def show_timetable(chat: Chat, key: str = "", page: str = "0", mark: str = "") -> None:
    """Day by day, twenty meetings a page."""
    span = _span(chat, key)
    if span is None:
        return
    part, unread = _part(chat, key, mark)
    scope, first = part.scope, PAGE * row_id(page)
    rows, total = meetings_within(chat.session, scope, span, chat.moment, first)
    words = words_on(chat.session, [row.meeting.id for row in rows])
    chat.say(
        "meetings/timetable/span",
        span=span,
        part=part,
        spans=spans_offered(chat.today),
        rows=rows,
        agreed={one.meeting_id for one in words if one.agreed_at},
        asked={one.meeting_id for one in words if one.asked_at},
        coming={one.meeting_id for one in words if one.attends_at and one.person_id == chat.person.id},
        first=first,
        total=total,
        page=row_id(page),
        more=first + len(rows) < total,
        without=units_without(chat.session, scope, span, chat.moment)[1],
        usual=_by_day(usual_within(chat.session, scope, span, chat.moment)),
        unread=unread,
        pilots=pilots_together(chat.session, scope, span, chat.moment),
    )


def _by_day(found: list[Habitual]) -> list[tuple[date, list[str]]]:
    return [(day, [one.name for one in its]) for day, its in groupby(found, key=lambda one: one.day)]


def show_usual(chat: Chat, key: str = "", page: str = "0", mark: str = "") -> None:
    """The cells that are expected to meet on their usual day and have set nothing, twenty a page."""
    span = _span(chat, key)
    if span is None:
        return
    part, first = _part(chat, key, mark)[0], PAGE * row_id(page)
    found = usual_within(chat.session, part.scope, span, chat.moment)
    chat.say(
        "meetings/timetable/usual",
        span=span,
        part=part,
        days=_by_day(found[first : first + PAGE]),
        first=first,
        total=len(found),
        page=row_id(page),
        more=first + PAGE < len(found),
    )


def show_without(chat: Chat, key: str = "", page: str = "0", mark: str = "") -> None:
    """The cells that have set nothing in the span, by name, twenty a page."""
    span = _span(chat, key)
    if span is None:
        return
    part, first = _part(chat, key, mark)[0], PAGE * row_id(page)
    rows, total = units_without(chat.session, part.scope, span, chat.moment, first)
    chat.say(
        "meetings/timetable/without",
        span=span,
        part=part,
        rows=rows,
        first=first,
        total=total,
        page=row_id(page),
        more=first + len(rows) < total,
    )


def show_planned(chat: Chat, meeting_id: str, *, trouble: str = "") -> None:
    """One meeting as those above see it: its place only where the person has said that they will come."""
    meeting = chat.session.get(Meeting, row_id(meeting_id))
    if meeting is None or meeting.rehearsal or not chat.may("sum", meeting.unit.path):
        chat.refuse()
        return
    if chat.dialog.flow == FLOW.name:
        chat.end()
    speakers = speakers_of(chat.session, meeting)
    own = next((one.word for one in speakers if one.person.id == chat.person.id), None)
    chat.say(
        "meetings/timetable/meeting",
        trouble=trouble,
        meeting=meeting,
        stamp=day_stamp(meeting),
        speakers=speakers,
        own=own,
        coming=own is not None and own.attends_at is not None,
        decides=_decides(chat, meeting),
        clash=overlapping(chat.session, chat.person.id, meeting),
        week=week_of(chat.moment.day_of(meeting.planned_at or chat.at)),
    )


def _decides(chat: Chat, meeting: Meeting) -> bool:
    """Whether there is still something that the person may say of it."""
    waits = meeting.state == MeetingState.PLANNED and meeting.planned_at is not None
    return waits and (meeting.planned_at or chat.at) > chat.at and chat.may("grade", meeting.unit.path)


def _decided(chat: Chat, meeting_id: object, stamp: str) -> tuple[Meeting, LeaderWord] | None:
    """The meeting, locked, as the button showed it, with the person's word on it; else says how it stands now."""
    meeting = lock_meeting(chat.session, row_id(meeting_id))
    if meeting is None or meeting.rehearsal or not chat.may("grade", meeting.unit.path):
        chat.refuse()
        return None
    try:
        return meeting, word_on(chat.session, meeting, chat.person.id, stamp, chat.at)
    except Invalid as why:
        show_planned(chat, str(meeting.id), trouble=chat.sentence(why))
        return None


def _speaker(chat: Chat, word: LeaderWord, meeting: Meeting) -> Speaker:
    return Speaker(
        word, chat.person, committee_of(chat.session, chat.person.id, meeting.unit) or meeting.unit
    )


def agree_to_day(chat: Chat, meeting_id: str, stamp: str = "") -> None:
    """`Đồng ý lịch`: the cell sees it on its card of the meeting."""
    found = _decided(chat, meeting_id, stamp)
    if found is not None:
        meeting, word = found
        asked = word.asked_at is not None
        agree(word, chat.at)
        chat.session.flush()
        if asked:  # the cell need not look for another day
            _tell(chat, meeting, word, "agreed_told")
        chat.note("meeting day agreed", f"meeting:{meeting.id}")
        coming = word.attends_at is not None
        chat.say("meetings/timetable/agreed", meeting=meeting, coming=coming, stamp=day_stamp(meeting))


def begin_other_day(chat: Chat, meeting_id: str, stamp: str = "") -> None:
    """`Đề nghị đổi ngày`: asks for the reason."""
    meeting = chat.session.get(Meeting, row_id(meeting_id))
    if meeting is None or meeting.rehearsal or not chat.may("grade", meeting.unit.path):
        chat.refuse()
        return
    try:
        check_day(meeting, stamp, chat.at)
    except Invalid as why:
        show_planned(chat, str(meeting.id), trouble=chat.sentence(why))
    else:
        chat.begin(AskingOtherDay(meeting.id, stamp))


def ask_reason(chat: Chat) -> None:
    meeting = chat.session.get_one(Meeting, chat.answers(AskingOtherDay).meeting)
    chat.say("meetings/timetable/reason", meeting=meeting)


def take_reason(chat: Chat, answer: Answer) -> None:
    asking, reason = chat.answers(AskingOtherDay), reason_from_text(answer.text)
    found = _decided(chat, asking.meeting, asking.stamp)
    if found is None:
        return
    meeting, word = found
    ask_other_day(word, reason, chat.at)
    chat.session.flush()
    chat.note("other day asked", f"meeting:{meeting.id}")
    chat.end()
    told = _tell(chat, meeting, word, "other_day_told")
    chat.say("meetings/timetable/asked", meeting=meeting, told=told)


def attend_meeting(chat: Chat, meeting_id: str, stamp: str = "") -> None:
    """`Tôi sẽ dự`: stands on the invitation, and the cell is told."""
    found = _decided(chat, meeting_id, stamp)
    if found is None:
        return
    meeting, word = found
    told = 0
    if word.attends_at is None:
        word.attends_at = chat.at
        chat.session.flush()
        chat.note("attendance announced", f"meeting:{meeting.id}")
        told = _tell(chat, meeting, word, "coming_told")
    clash = overlapping(chat.session, chat.person.id, meeting)
    ahead, shortly = reminder_moments(word, chat.moment)
    facts: dict[str, Any] = {"told": told, "clash": clash, "at": chat.at, "ahead": ahead, "shortly": shortly}
    chat.say("meetings/timetable/coming", meeting=meeting, **facts)


def stay_away(chat: Chat, meeting_id: str, stamp: str = "") -> None:
    """`Thôi không dự`: taken off the invitation again, and the cell is told."""
    found = _decided(chat, meeting_id, stamp)
    if found is None:
        return
    meeting, word = found
    if word.attends_at is not None:
        agreed, asked, reason = word.agreed_at, word.asked_at, word.reason
        forget_word(chat.session, word)
        word.agreed_at, word.asked_at, word.reason = agreed, asked, reason
        chat.session.flush()
        chat.note("attendance withdrawn", f"meeting:{meeting.id}")
        _tell(chat, meeting, word, "absent_told")
    chat.say("meetings/timetable/absent", meeting=meeting)


def _tell(chat: Chat, meeting: Meeting, word: LeaderWord, what: str) -> int:
    return tell_cell(chat.desk, chat.session, meeting, what, _speaker(chat, word, meeting), chat.at)


FLOW = Flow(
    "timetable", FlowStep("reason", ask_reason, take_reason, numbers=True, words=True), answers=AskingOtherDay
)
