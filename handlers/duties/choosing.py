"""What a unit may choose for itself: asked for by a button, refused where there is nothing to choose now."""

from dataclasses import dataclass, field

from bot.duties.life import meeting_of
from bot.meetings.choosing import (
    addable_topics,
    documents_pickable,
    picked_places,
    replacement_topics,
)
from bot.meetings.joining import duties_of, unlink_duty
from bot.meetings.meetings import lock_unit
from bot.reminders.asked_duty import own_duty
from bot.tables import Duty, MeetingState
from bot.talk.answers import Answers
from bot.talk.chat import Chat


@dataclass
class Choosing(Answers):
    """For which unit, in the place of which duty's topic; the topic (None: the plan's own), or the documents by their places."""

    unit: int
    duty: int | None = None
    page: int = 0
    topic: int | None = None
    picks: list[int] = field(default_factory=list)


def choose_topic_of(chat: Chat, duty_id: str) -> None:
    """`Chọn chuyên đề khác`: puts a topic of the pool in the place of the plan's."""
    duty = own_duty(chat, duty_id, "meeting")
    if duty is None or _refused(chat, duty, bool(duty.chosen or replacement_topics(chat.session, duty))):
        return
    chat.begin(Choosing(duty.unit_id, duty.id))


def for_unit(chat: Chat, unit_id: str = "") -> None:
    """`Thêm chuyên đề`: takes a topic of the pool on top of what the plan asks for."""
    unit = chat.unit_for("choice.add", unit_id)
    if unit is None:
        return
    if addable_topics(chat.session, unit, chat.today):
        chat.begin(Choosing(unit.id))
    else:
        back_to_month(chat, unit.id, "choice_none")


def choose_documents(chat: Chat, duty_id: str) -> None:
    """`Chọn văn bản`: of the topic's documents those that suit the unit."""
    duty = own_duty(chat, duty_id, "meeting")
    if duty is not None and not _refused(chat, duty, documents_pickable(duty)):
        chat.begin(Choosing(duty.unit_id, duty.id, picks=picked_places(duty)), "documents")


def drop_added_topic(chat: Chat, duty_id: str) -> None:
    """`Bỏ chuyên đề đã thêm`."""
    duty = own_duty(chat, duty_id, "meeting")
    if duty is not None and not _refused(chat, duty, duty.added):
        chat.begin(Choosing(duty.unit_id, duty.id), "drop")


def meet_apart(chat: Chat, duty_id: str) -> None:
    """`Tách ra, họp riêng`: the joint meeting goes on without this duty, which gets a day of its own."""
    duty = own_duty(chat, duty_id, "meeting")
    if duty is None:
        return
    lock_unit(chat.session, duty.unit_id)
    meeting = meeting_of(chat.session, duty)
    if (
        meeting is not None
        and meeting.state == MeetingState.PLANNED
        and len(duties_of(chat.session, meeting)) > 1
    ):
        unlink_duty(chat.session, meeting, duty, chat.moment)
        chat.note("meeting parted", f"meeting:{meeting.id}")
        chat.open("plan.duty", str(duty.id), trouble=chat.desk.render.sentence("joint_apart", {}))
    else:
        chat.open("plan.duty", str(duty.id))


def _refused(chat: Chat, duty: Duty, offered: bool) -> bool:
    """Says why there is nothing to choose for this duty now."""
    meeting = meeting_of(chat.session, duty)
    if meeting is not None and meeting.state == MeetingState.RUNNING:
        back_to_month(chat, duty.unit_id, "choice_running")
    elif not offered:
        back_to_month(chat, duty.unit_id, "choice_none")
    else:
        return False
    return True


def back_to_month(chat: Chat, unit_id: int, code: str) -> None:
    chat.end()
    chat.open("month", str(unit_id), trouble=chat.desk.render.sentence(code, {}))
