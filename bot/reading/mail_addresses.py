"""Reads an e-mail address and the code that came by mail, as people type them."""

import re

from bot.problems import Invalid
from bot.reading.words import quoted_words

LONGEST_ADDRESS = 100
CODE_DIGITS = 6
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
_LOOSE_SIGN = re.compile(r"\s*([@.])\s*")
_AROUND = " \t\n<>()[]\"“”',;:.!"


def read_mail_address(text: str) -> str:
    """The address in small letters, 100 characters at most; it may stand within a sentence, with spaces around its signs.

    Raises Invalid: mail_address_unclear for what holds none, or more than one.
    """
    joined = _LOOSE_SIGN.sub(r"\1", text.lower().replace("mailto:", " "))
    found = {word for part in joined.split() if "@" in part and (word := part.strip(_AROUND))}
    address = found.pop() if len(found) == 1 else ""
    if not _ADDRESS.fullmatch(address) or len(address) > LONGEST_ADDRESS:
        raise Invalid("mail_address_unclear", said=quoted_words(text))
    return address


def read_mail_code(text: str) -> str:
    """Its six digits, however they are spaced. Raises Invalid: mail_code_unclear."""
    digits = re.sub(r"[\s.\-–]", "", text)
    found = re.findall(rf"(?<!\d)\d{{{CODE_DIGITS}}}(?!\d)", digits)
    if len(found) != 1 or not found[0].isascii():
        raise Invalid("mail_code_unclear", said=quoted_words(text))
    return str(found[0])
