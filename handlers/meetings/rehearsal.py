"""`Họp thử`: walks a whole meeting for practice; it is told on every card, and nothing of it is left."""

from bot.duties.outlook import unit_outlooks
from bot.meetings.meetings import lock_unit, start_meeting
from bot.meetings.rehearsing import new_rehearsal
from bot.meetings.walk import stamp_rules
from bot.tables import Duty, DutyKind
from bot.talk.chat import Chat, row_id
from handlers.meetings import leading
from handlers.meetings.leading import regular_agenda_of

PLAIN = "0"


def begin_rehearsal(chat: Chat, unit_id: str, duty_id: str = "") -> None:
    """Asks which meeting is rehearsed where several are waiting; a regular one where none is."""
    unit = chat.lead_unit(unit_id)
    if unit is None:
        return
    waiting = unit_outlooks(chat.session, unit.id, chat.moment, "meeting")
    if not duty_id and len(waiting) > 1:
        chat.say("meetings/rehearsal/choose", unit=unit, waiting=waiting)
        return
    duty = waiting[0].duty if waiting and not duty_id else None
    if duty_id not in ("", PLAIN):
        duty = chat.session.get(Duty, row_id(duty_id))
        if duty is None or duty.unit_id != unit.id or duty.kind != DutyKind.MEETING:
            chat.say("talk/not_yours")
            return
    lock_unit(chat.session, unit.id)
    meeting = new_rehearsal(chat.session, unit, duty, chat.at)
    agenda = regular_agenda_of(chat)
    start_meeting(chat.session, meeting, agenda, chat.person.id, chat.moment)
    stamp_rules(meeting, leading.rules_on(chat, chat.today))
    leading.show_standing(chat, meeting)
