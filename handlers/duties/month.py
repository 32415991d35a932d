"""`/thangnay`: this month's topic with its documents, what is due when, what is done, a button for each next step."""

from datetime import date, timedelta

from bot.duties.life import reopen_duty
from bot.duties.outlook import Outlook, coming_meeting, done_since, duty_outlook, unit_outlooks
from bot.duties.reports_on import behind_meetings
from bot.materials.receipts import materials_for
from bot.meetings.choosing import addable_topics, documents_pickable, replacement_topics
from bot.meetings.joining import duties_of
from bot.meetings.offering import offers_for
from bot.meetings.tasks import count_unfinished
from bot.reminders.asked_duty import close_own_duty, own_duty
from bot.tables import Duty, DutyKind, DutyState, MeetingState, Unit
from bot.talk.chat import Chat

SHOWN_DONE = timedelta(days=45)
SHOWN_WAITING = 6
SECOND_THOUGHTS = timedelta(days=1)


def show_month(chat: Chat, unit_id: str = "") -> None:
    unit = chat.unit_for("month", unit_id)
    if unit is None:
        return
    every, awaited = behind_meetings(chat.session, _waiting(chat, unit))
    tied = materials_for(chat.session, [view.duty for view in every])
    earlier = _earlier([view for view in every if view.duty.id not in tied], len(every) - SHOWN_WAITING)
    waiting = [view for view in every if view not in earlier]
    done = done_since(chat.session, unit.id, chat.today - SHOWN_DONE)
    chat.say(
        "duties/month/month",
        unit=unit,
        waiting=waiting,
        earlier=earlier,
        awaited=awaited,
        offers=offers_for(chat.session, [view.duty for view in waiting if not view.scheduled], chat.moment),
        done=done,
        choices={view.duty.id: _choices(chat, view) for view in waiting},
        joint={view.duty.id: _joint(chat, view) for view in waiting},
        tied=tied,
        addable=bool(addable_topics(chat.session, unit, chat.today)),
        given=count_unfinished(chat.session, unit.id),
    )


def _waiting(chat: Chat, unit: Unit) -> list[Outlook]:
    """What the unit still has to do; when no meeting is left of what has been announced, the next one too."""
    found = unit_outlooks(chat.session, unit.id, chat.moment)
    if not any(view.duty.kind == DutyKind.MEETING for view in found):
        coming = coming_meeting(chat.session, unit.id, chat.today)
        found += [duty_outlook(chat.session, coming, chat.moment)] if coming else []
    return sorted(found, key=lambda view: view.duty.due_on or date.max)


def _earlier(views: list[Outlook], most: int) -> list[Outlook]:
    """Of a long list the oldest of what is overdue and has nothing further to it: they are named in a line."""
    plain = [
        v for v in views if v.overdue and not v.scheduled and v.duty.kind != DutyKind.CONFIRM and not _runs(v)
    ]
    return plain[: max(0, most)]


def _runs(view: Outlook) -> bool:
    return view.meeting is not None and view.meeting.state == MeetingState.RUNNING


def _choices(chat: Chat, view: Outlook) -> list[str]:
    """What the unit may choose about this duty now."""
    if view.duty.kind != DutyKind.MEETING or _runs(view):
        return []
    found = {
        "topic": bool(view.duty.chosen or replacement_topics(chat.session, view.duty)),
        "documents": documents_pickable(view.duty),
        "drop": view.duty.added,
    }
    return [name for name, offered in found.items() if offered]


def _joint(chat: Chat, view: Outlook) -> list[Duty]:
    """What the duty's meeting is to answer beside it."""
    linked = duties_of(chat.session, view.meeting) if view.meeting else []
    return [one for one in linked if one.id != view.duty.id]


def confirm_duty(chat: Chat, duty_id: str) -> None:
    """A duty that only asks for a yes is done by one tap."""
    duty = own_duty(chat, duty_id, "confirm")
    if duty is None:
        return
    close_own_duty(chat, duty)
    chat.say("duties/month/confirmed", duty=duty)


def unconfirm_duty(chat: Chat, duty_id: str) -> None:
    """`Chọn nhầm`: takes a yes back within a day; later the office has counted it."""
    duty = own_duty(chat, duty_id, "confirm", done_too=True)
    if duty is None:
        return
    if duty.state == DutyState.DONE and (duty.done_at is None or chat.at - duty.done_at > SECOND_THOUGHTS):
        chat.say("talk/duty_closed", duty=duty)
        return
    if duty.state == DutyState.DONE:
        reopen_duty(chat.session, duty, chat.moment)
        chat.note("duty reopened", f"duty:{duty.id}")
    chat.say("duties/month/unconfirmed", duty=duty)
