"""A reply as a letter: plain text, and the same as HTML; choices are no buttons there but one link to the talk."""

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from bot.channels.mail.settings import MailServer
from bot.channels.text import plain_text
from bot.channels.typed import say_instead, spread_links
from bot.messages import File, Reply, storable_text

SUBJECT = 120
"""Characters of a subject; the letter itself has the whole line."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>")
_HREF = re.compile(r'href="(https?://[^"<>\s]*)"')
_KEPT = frozenset({"b", "i", "u", "s", "code", "pre"})
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")
_PAGE = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light"></head>
<body style="margin:0;background:#f4f4f2">
<div style="max-width:560px;margin:0 auto;padding:20px;background:#ffffff;color:#1a1a1a;font:18px/1.5 Arial,sans-serif">
%s
</div></body></html>
"""
_BUTTON = (
    '<p style="margin:24px 0"><a href="%s" style="display:inline-block;padding:14px 24px;border-radius:8px;'
    'background:#b3261e;color:#ffffff;text-decoration:none;font-weight:bold">%s</a></p>'
)
_FOOT = '<p style="margin:24px 0 0;padding-top:12px;border-top:1px solid #d8d8d4;color:#555555;font-size:15px">%s</p>'


@dataclass(frozen=True, slots=True)
class LetterWords:
    """What is said in every letter, from templates/talk/smtp.yaml."""

    sender: str = ""
    open: str = ""
    foot: str = ""
    foot_answers: str = ""
    """Instead of it, where somebody reads answers."""
    foot_talk: str = ""
    """After it, where there is a talk to go to."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """Other words about buttons: they stand in the talk."""
    subject: str = ""
    """Of a letter that begins with no words."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a letter is besides its words. `links`: an address for each of the reply's files; `talk`: empty where there is none."""

    server: MailServer
    to: str
    at: datetime
    mark: str
    links: Sequence[str] = ()
    talk: str = ""
    words: LetterWords = field(default_factory=LetterWords)


def letter_of(reply: Reply, envelope: Envelope) -> EmailMessage:
    """The letter, as it is handed in. Sent again it bears the same Message-ID."""
    from email.headerregistry import Address  # they take memory that most installations need not
    from email.policy import SMTP

    server, words = envelope.server, envelope.words
    said = say_instead(reply.text, tuple(words.instead.items())) if reply.choices else reply.text
    text = _CONTROLS.sub(" ", storable_text(said)).strip()
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(words.sender, addr_spec=server.sender)
    letter["To"] = envelope.to
    if server.answers_to:
        letter["Reply-To"] = server.answers_to
    letter["Subject"] = subject_of(text) or words.subject
    letter["Date"] = format_datetime(envelope.at)
    letter["Message-ID"] = message_id(reply.number, envelope)
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter.set_content(_plain(text, reply.files, envelope), cte="quoted-printable")
    page = _html(text, reply.files, envelope)
    letter.add_alternative(page, subtype="html", cte="quoted-printable")
    return letter


def message_id(number: int, envelope: Envelope) -> str:
    """Made from the message's number and whom it goes to, so that a second delivery is known for one."""
    domain = envelope.server.domain
    if not number:
        return make_msgid(domain=domain)
    whose = hashlib.sha256(f"{envelope.mark} {envelope.to}".encode()).hexdigest()[:16]
    return f"<{number}.{whose}@{domain}>"


def subject_of(text: str) -> str:
    """The first line that says something, without its markup."""
    lines = (" ".join(plain_text(line).split()) for line in text.split("\n"))
    line = next((line for line in lines if any(map(str.isalnum, line))), "")
    return line if len(line) <= SUBJECT else line[: SUBJECT - 1].rstrip() + "…"


def _plain(text: str, files: Sequence[File], envelope: Envelope) -> str:
    words, talk = envelope.words, envelope.talk
    parts = [
        plain_text(spread_links(text)),
        *(f"📎 {_line(file.name)}\n{link}" for file, link in zip(files, envelope.links, strict=False)),
        *([f"{words.open}:\n{talk}"] if talk else []),
        f"--\n{_foot(envelope)}",
    ]
    return "\n\n".join(parts) + "\n"


def _html(text: str, files: Sequence[File], envelope: Envelope) -> str:
    words, talk = envelope.words, envelope.talk
    parts = [
        f'<p style="margin:0">{drawn_html(text)}</p>',
        *(_file(file, link) for file, link in zip(files, envelope.links, strict=False)),
        *([_BUTTON % (html.escape(talk), html.escape(words.open))] if talk else []),
        _FOOT % html.escape(_foot(envelope)),
    ]
    return _PAGE % "\n".join(parts)


def _file(file: File, link: str) -> str:
    return (
        f'<p style="margin:16px 0 0">📎 <a href="{html.escape(link)}">{html.escape(_line(file.name))}</a></p>'
    )


def _foot(envelope: Envelope) -> str:
    words = envelope.words
    foot = words.foot_answers if envelope.server.answers_to else words.foot
    return f"{foot} {words.foot_talk}" if envelope.talk else foot


def _line(name: str) -> str:
    return " ".join(_CONTROLS.sub(" ", storable_text(name)).split())


def drawn_html(text: str) -> str:
    """The small HTML of a reply with its lines broken; what is none of its tags is left out."""
    opened: list[str] = []
    return _TAG.sub(lambda tag: _drawn(tag, opened), text).replace("\n", "<br>\n") + "".join(
        f"</{name}>" for name in reversed(opened)
    )


def _drawn(tag: re.Match[str], opened: list[str]) -> str:
    closes, name, rest = tag[1], tag[2].lower(), tag[3]
    address = _HREF.search(rest) if name == "a" and not closes else None
    if closes:
        if not opened or opened[-1] != name:
            return ""
        opened.pop()
        return f"</{name}>"
    if name not in _KEPT and address is None:
        return ""
    opened.append(name)
    return f'<a href="{address[1]}">' if address else f"<{name}>"
