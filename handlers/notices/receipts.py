"""Notices that were written: which, who has received them, those told once more who have not."""

from bot.notices.notices import confirm_notice, drop_notice, notices_in_reach, received
from bot.notices.sending import remind_of_notice
from bot.people.roles import role_holders
from bot.tables import Notice, NoticeState
from bot.talk.chat import Chat, row_id

PAGE = 20


def show_notices(chat: Chat) -> None:
    if not role_holders(chat.roles(), "nudge"):
        chat.say("talk/not_yours")
        return
    chat.say("notices/list", notices=notices_in_reach(chat.session, chat.roles(), chat.at))


def _own(chat: Chat, notice_id: str) -> Notice | None:
    notice = chat.session.get(Notice, row_id(notice_id))
    if notice is not None and chat.may("nudge", notice.unit.path):
        return notice
    chat.say("talk/not_yours")
    return None


def show_notice(chat: Chat, notice_id: str) -> None:
    notice = _own(chat, notice_id)
    if notice is not None:
        _say_card(chat, notice)


def _say_card(chat: Chat, notice: Notice, trouble: str = "") -> None:
    today = chat.moment.day_of(notice.nudged_at) if notice.nudged_at else None
    found = received(chat.session, notice)
    chat.say("notices/card", notice=notice, found=found, may_nudge=today != chat.today, trouble=trouble)


def show_open(chat: Chat, notice_id: str, first: str = "0") -> None:
    """Who has not said that it has come, and who could not be told, twenty a page."""
    notice = _own(chat, notice_id)
    if notice is None:
        return
    found = received(chat.session, notice)
    rows = [*found.open, *found.lost]
    start = min(row_id(first), max(0, len(rows) - 1)) // PAGE * PAGE
    chat.say(
        "notices/open", notice=notice, rows=rows[start : start + PAGE], all=len(rows), start=start, page=PAGE
    )


def remind_again(chat: Chat, notice_id: str) -> None:
    """`Nhắc người chưa nhận`: once a day."""
    notice = _own(chat, notice_id)
    if notice is None:
        return
    if notice.state != NoticeState.SENT or (
        notice.nudged_at and chat.moment.day_of(notice.nudged_at) == chat.today
    ):
        _say_card(chat, notice)
        return
    told = remind_of_notice(chat.desk, chat.session, notice, chat.at)
    chat.note("notice again", f"notice:{notice.id}")
    chat.say("notices/again", notice=notice, told=told)


def call_off(chat: Chat, notice_id: str) -> None:
    notice = _own(chat, notice_id)
    if notice is None:
        return
    if drop_notice(notice):
        chat.note("notice called off", f"notice:{notice.id}")
        chat.say("notices/dropped")
    else:
        _say_card(chat, notice)


def confirm_receipt(chat: Chat, notice_id: str) -> None:
    units = {held.unit_id for held in role_holders(chat.roles(), "lead")}
    notice = confirm_notice(chat.session, row_id(notice_id), chat.person.id, units, chat.at)
    if notice is None:
        chat.say("talk/not_yours")
    else:
        chat.say("notices/got")
