"""What belongs to no task: help, cancel, snooze, whatever is not understood, an edited message, a group."""

from datetime import timedelta

from sqlalchemy import select

from bot.people.roles import role_holders
from bot.reading.codes import code_in
from bot.reading.courtesy import read_courtesy
from bot.tables import Message
from bot.talk.chat import Chat
from handlers.people.admission import Registering

GROUP_SILENCE = timedelta(hours=12)
NEEDS = {
    **dict.fromkeys(("/thangnay", "/lichhop", "/hop", "/ketqua", "/nop", "/tinhhinh"), "lead"),
    **dict.fromkeys(("/tonghop", "/lichdonvi", "/chuanop", "/xuat"), "sum"),
    "/thongbao": "nudge",
    "/quantri": "administer",
}
"""What somebody must be allowed for a command to be of any use; the others are for everybody."""


def is_for_role(chat: Chat, command: str) -> bool:
    needed = NEEDS.get(command)
    return needed is None or bool(role_holders(chat.roles(), needed))


def help_me(chat: Chat) -> None:
    may = {
        action: bool(role_holders(chat.roles(), action)) for action in ("lead", "sum", "nudge", "administer")
    }
    chat.say("talk/help", leads=may["lead"], sums=may["sum"], nudges=may["nudge"], admin=may["administer"])


def cancel_dialog(chat: Chat) -> None:
    """`/huy`: leaves the present dialog; what a meeting or a draft has already kept stays."""
    flow, drafted = chat.dialog.flow, chat.dialog.step == "files"
    chat.end()
    chat.say("talk/cancelled", flow=flow, drafted=drafted)


def ask_again(chat: Chat) -> None:
    """Asks the open question once more; home, where none is open any more."""
    if chat.dialog.flow:
        chat.again()
    else:
        chat.open("home", trouble=chat.desk.render.sentence("button_passed", {}))


def answer_unknown(chat: Chat) -> None:
    """An answer to anything that is not understood, which says what can be done now; a code is taken for one more role."""
    if not chat.dialog.flow and _is_code(chat.event.text):
        chat.begin(Registering(chat.event.text))
        return
    if chat.desk.routes.offer(chat):
        return
    chat.say(
        "talk/unknown",
        meeting=None,
        courtesy=read_courtesy(chat.event.text),
        leads=bool(role_holders(chat.roles(), "lead")),
        sums=bool(role_holders(chat.roles(), "sum")),
        admin=bool(role_holders(chat.roles(), "administer")),
    )


def _is_code(text: str) -> bool:
    """Two plain words of eight letters are no code, nor is a command that there is not."""
    said = code_in(text)
    plain = " " in text.strip() or text.strip().startswith("/")
    return said != "" and (not plain or any(sign.isdigit() for sign in said))


def answer_edit(chat: Chat) -> None:
    """An edit changes nothing but a note of a running meeting; the person is told, and the new words are offered as a note."""
    if chat.desk.routes.edit_note(chat):
        return
    chat.run(_offer_edited, trouble=chat.desk.render.sentence("edited_late", {}))


def _offer_edited(chat: Chat) -> None:
    if not chat.desk.routes.offer(chat):
        chat.say("talk/edited")


def refuse_group(chat: Chat) -> None:
    """Says once in a while that the bot talks to one person at a time."""
    recent = chat.session.scalars(
        select(Message.id)
        .where(Message.contact_id == chat.contact.id, Message.created_at > chat.at - GROUP_SILENCE)
        .limit(1)
    ).first()
    if recent is None:
        chat.say("talk/group")
