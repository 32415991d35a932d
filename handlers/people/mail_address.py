"""`/caidat` → e-mail: the address, the code that was sent there, and then letters go to it."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from bot.people.mail_addresses import (
    CODE_LIFE,
    MAIL,
    MOST_TRIES,
    hashed,
    hold_address,
    mail_places,
    new_code,
    take_address,
)
from bot.problems import Invalid
from bot.reading.mail_addresses import read_mail_address, read_mail_code
from bot.tables import Contact
from bot.talk.answers import Answers
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from bot.talk.outbox import post_message


@dataclass
class Proving(Answers):
    """The contact of the address that is being proved, and the code that was sent there last."""

    contact: int = 0
    code_hash: str = ""
    sent_at: datetime | None = None
    tries: int = 0


def begin_mail(chat: Chat) -> None:
    if MAIL in chat.desk.channels:
        chat.begin(Proving())
    else:
        chat.open("settings")


def ask_mail_address(chat: Chat) -> None:
    chat.say("people/settings/mail", places=mail_places(chat.session, chat.person.id))


def take_mail_address(chat: Chat, answer: Answer) -> None:
    address = read_mail_address(answer.text)
    _send_code(chat, hold_address(chat.session, chat.person, address, chat.at))
    chat.goto("code")


def _send_code(chat: Chat, contact: Contact) -> None:
    code = new_code(chat.session, chat.person.id, contact, chat.at)
    reply = chat.desk.render.reply("people/settings/mail_code", {"code": code, "minutes": _minutes()})
    post_message(chat.session, contact, reply, chat.at)
    proving = chat.answers(Proving)
    proving.contact, proving.code_hash = contact.id, hashed(code, contact.id)
    proving.sent_at, proving.tries = chat.at, 0


def _minutes() -> int:
    return int(CODE_LIFE.total_seconds()) // 60


def ask_mail_code(chat: Chat) -> None:
    contact = chat.session.get_one(Contact, chat.answers(Proving).contact)
    chat.say("people/settings/mail_sent", address=contact.place, minutes=_minutes())


def take_mail_code(chat: Chat, answer: Answer) -> None:
    proving = chat.answers(Proving)
    contact = chat.session.get_one(Contact, proving.contact)
    if contact.lost_at is not None:
        raise Invalid("mail_bounced", address=contact.place)
    if answer.value == "again":
        _send_code(chat, contact)
        chat.again()
        return
    _prove(proving, answer.text, chat.at)
    linked = take_address(chat.session, chat.person, contact.id, chat.at)
    chat.note("mail linked", f"contact:{linked.id}")
    chat.end()
    chat.say("people/settings/mail_linked", address=linked.place)


def _prove(proving: Proving, said: str, at: datetime) -> None:
    """Raises Invalid; what was typed wrong is counted all the same."""
    code = read_mail_code(said)
    if proving.sent_at is None or at - proving.sent_at >= CODE_LIFE:
        raise Invalid("mail_code_expired")
    if proving.tries >= MOST_TRIES:
        raise Invalid("mail_code_spent")
    if not hmac.compare_digest(hashed(code, proving.contact), proving.code_hash):
        proving.tries += 1
        raise Invalid("mail_code_wrong", left=MOST_TRIES - proving.tries)


FLOW = Flow(
    "mail_address",
    FlowStep("address", ask_mail_address, take_mail_address, numbers=True),
    FlowStep("code", ask_mail_code, take_mail_code, numbers=True),
    answers=Proving,
)
