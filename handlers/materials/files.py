"""Files tied to topics: a leader lists them and takes one back, a unit has them sent again and says that they came."""

from dataclasses import dataclass

from sqlalchemy import select

from bot.duties.turns import EVERY, at_hand, topic_turns, turn_of
from bot.materials.materials import files_seen, take_material_back
from bot.materials.receipts import Receipts, confirm_materials, material_receipts, materials_for
from bot.materials.sharing import share_materials
from bot.materials.shelves import TopicShelf, topic_in_reach, topic_shelves
from bot.messages import File
from bot.people.roles import may_act, role_holders, within_subtree
from bot.periods import Period
from bot.reminders.asked_duty import own_duty
from bot.tables import Duty, Material, Topic
from bot.talk.chat import Chat

PAGE = 8
DIGITS = 9
"""The longest number that a row's id is taken for."""


@dataclass(frozen=True, slots=True)
class FileLine:
    """A topic in the list, with how many files there are for the reader's units."""

    shelf: TopicShelf
    files: int
    receipts: Receipts


def show_shelves(chat: Chat, page: str = "0") -> None:
    """The topics that the person's roles reach, a page of them, each with its files and receipts."""
    if not role_holders(chat.roles(), "sum"):
        chat.say("talk/not_yours")
        return
    found = topic_shelves(chat.session, chat.roles(), "sum", chat.today)
    last = max(0, (len(found) - 1) // PAGE)
    number = min(_number(page), last)
    chat.say(
        "materials/topics",
        lines=[_line(chat, shelf) for shelf in found[number * PAGE : (number + 1) * PAGE]],
        page=number,
        last=last,
        sends=bool(role_holders(chat.roles(), "nudge")),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else 0


def _line(chat: Chat, shelf: TopicShelf) -> FileLine:
    files = _seen(chat, shelf.topic, shelf.period)
    its = _receipts(chat, shelf.topic, shelf.period) if files else Receipts(0, 0)
    return FileLine(shelf, len(files), its)


def _seen(chat: Chat, topic: Topic, period: str) -> list[Material]:
    """The files for units that the person's roles reach."""
    paths = [held.unit.path for held in role_holders(chat.roles(), "sum")]
    return files_seen(chat.session, topic.plan_id, topic.key, period, paths)


def _receipts(chat: Chat, topic: Topic, period: str) -> Receipts:
    where = within_subtree(Duty.path, chat.roles(), "sum")
    return material_receipts(chat.session, topic.plan_id, topic.key, period, where, chat.today)


def show_topic_files(chat: Chat, topic_id: str, period: str = EVERY) -> None:
    """One topic's files, with a link to each and a button to take it back where the person may.

    Of a topic that recurs those of one turn are shown, by default of the one at hand, and the turns beside it are offered.
    """
    found = topic_in_reach(chat.session, chat.roles(), "sum", _number(topic_id))
    if found is None:
        chat.say("talk/not_yours")
        return
    _show_topic(chat, found[0], period)


def _beside(found: list[Period], turn: Period | None) -> tuple[Period | None, Period | None]:
    """The turns before and after this one."""
    if turn is None:
        return None, None
    place = found.index(turn)
    return found[place - 1] if place else None, found[place + 1] if place + 1 < len(found) else None


def _show_topic(chat: Chat, found: Topic, period: str, gone: str = "") -> None:
    its = topic_turns(chat.session, found)
    turn = next((one for one in its if one.key == period), at_hand(its, chat.today))
    period = turn.key if turn else EVERY
    before, after = _beside(its, turn)
    files = _seen(chat, found, period)
    chat.say(
        "materials/files",
        topic=found,
        turn=turn,
        before=before,
        after=after,
        gone=gone,
        rows=[(file, _link(chat, file), may_act(chat.roles(), "nudge", file.path)) for file in files],
        receipts=_receipts(chat, found, period),
        sends=topic_in_reach(chat.session, chat.roles(), "nudge", found.id) is not None,
    )


def _link(chat: Chat, file: Material) -> str:
    return chat.file_link(File(file.digest, file.name, file.size, file.media_type))


def _own_file(chat: Chat, file_id: str) -> tuple[Material, Topic] | None:
    """The file and its topic, if the person may take it back; else says no."""
    file = chat.session.get(Material, _number(file_id), with_for_update=True, populate_existing=True)
    if file is not None and may_act(chat.roles(), "nudge", file.path):
        its = select(Topic).where(Topic.plan_id == file.plan_id, Topic.key == file.key).order_by(Topic.id)
        found = chat.session.scalars(its.limit(1)).first()
        if found is not None:
            return file, found
    chat.say("talk/not_yours")
    return None


def ask_back(chat: Chat, file_id: str) -> None:
    found = _own_file(chat, file_id)
    if found is not None:
        recurs = bool(topic_turns(chat.session, found[1]))
        chat.say("materials/back", file=found[0], topic=found[1], recurs=recurs)


def take_file_back(chat: Chat, file_id: str) -> None:
    """Takes a file back: it goes to nobody any more; who has it keeps it."""
    found = _own_file(chat, file_id)
    if found is None:
        return
    file, its_topic = found
    if file.withdrawn_at is None:
        take_material_back(chat.session, file, chat.at, by=chat.person.id)
        chat.note("material taken back", f"material:{file.id}")
    _show_topic(chat, its_topic, file.period, gone=file.name)


def send_again(chat: Chat, duty_id: str) -> None:
    """Sends the files of a duty's topic to who leads its unit."""
    duty = own_duty(chat, duty_id, "meeting", done_too=True)
    if duty is None:
        return
    materials = materials_for(chat.session, [duty]).get(duty.id)
    if materials is None:
        chat.say("materials/gone", duty=duty)
        return
    shared = share_materials(materials.files, chat.file_link)
    chat.say(
        "materials/again",
        files=shared.files,
        duty=duty,
        period=turn_of(duty),
        shared=shared,
        received=materials.received,
    )


def confirm_receipt(chat: Chat, duty_id: str) -> None:
    """`Đã nhận`: the unit has the files of the topic."""
    duty = own_duty(chat, duty_id, "meeting", done_too=True)
    if duty is None:
        return
    receipt = confirm_materials(chat.session, duty, chat.person.id, chat.at)
    if receipt is None:
        chat.say("materials/gone", duty=duty)
        return
    if receipt.at == chat.at:
        chat.note("materials received", f"duty:{duty.id}")
    chat.say("materials/got", duty=duty, receipt=receipt)
