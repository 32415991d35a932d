"""Notices that were written: which, who has received them, those told once more who have not."""

from dataclasses import replace
from datetime import datetime

from bot.notices.notices import (
    Received,
    confirm_notice,
    drop_notice,
    notices_in_reach,
    open_receipts,
    received,
)
from bot.notices.sending import PORTION, remind_portion
from bot.people.roles import role_holders
from bot.tables import Errand, ErrandKind, ErrandState, Notice, NoticeState
from bot.tables.asked import RemindedNotice
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Desk
from bot.talk.errands import locked_errand, tell_asker

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
    total = found.open + found.lost
    start = min(row_id(first), max(0, total - 1)) // PAGE * PAGE
    rows = open_receipts(chat.session, notice, start, PAGE)
    chat.say("notices/open", notice=notice, rows=rows, all=total, start=start, page=PAGE)


def remind_again(chat: Chat, notice_id: str) -> None:
    """`Nhắc người chưa nhận`: once a day; at once, or by and by where they are very many."""
    notice = _own(chat, notice_id)
    if notice is None:
        return
    if notice.state != NoticeState.SENT or (
        notice.nudged_at and chat.moment.day_of(notice.nudged_at) == chat.today
    ):
        _say_card(chat, notice)
        return
    notice.nudged_at = chat.at
    chat.note("notice again", f"notice:{notice.id}")
    found = received(chat.session, notice)
    if found.open > PORTION:
        _remind_by_and_by(chat, notice, found)
        return
    told = remind_portion(chat.desk, chat.session, notice, 0, chat.at).told
    chat.say("notices/again", told=told)


def _remind_by_and_by(chat: Chat, notice: Notice, found: Received) -> None:
    facts = {"person_id": chat.person.id, "unit_id": notice.unit_id, "created_at": chat.at}
    asked = RemindedNotice(notice.id)
    chat.session.add(Errand(kind=ErrandKind.NOTICE, state=ErrandState.NEW, args=asked, **facts))
    chat.say("notices/reminding", open=found.open)


def remind_portions(desk: Desk, errand_id: int, at: datetime) -> None:
    """Goes on behind the last person that was told: the errand knows it, and that in the transaction which told them."""
    while _remind_next(desk, errand_id, at):
        desk.wake()


def _remind_next(desk: Desk, errand_id: int, at: datetime) -> bool:
    """Whether there may be more."""
    with desk.db.write() as session:
        errand = locked_errand(session, errand_id, ErrandState.NEW)
        if errand is None:
            return False
        so_far = errand.about(RemindedNotice)
        notice = session.get_one(Notice, so_far.notice)
        done = remind_portion(desk, session, notice, so_far.after, at)
        if done.through:
            errand.args = replace(so_far, after=done.through, told=so_far.told + done.told)
            return True
        errand.state, errand.done_at = ErrandState.DONE, at
        tell_asker(desk, session, errand, at, "notices/again", told=so_far.told)
        return False


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
