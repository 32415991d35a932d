"""Spellings that look alike are made one: foreign letters, letters as signs, what is not seen, marks set in another order."""

import re
import unicodedata

_LOOKALIKES = {
    "A": "\u0391\u0410\u13aa\ua4ee\u1d00",
    "a": "\u03b1\u0430\u0251",
    "E": "\u0395\u0415\u13ac\ua4f0\u1d07",
    "e": "\u03b5\u0435\u04bd",
    "I": "\u0399\u0406\u04c0\u04cf\ua4f2\u026a",
    "i": "\u03b9\u0456\u0131",
    "M": "\u039c\u041c\u043c\u13b7\ua4df\u1d0d\u03fa",
    "m": "\u03bc",
    "O": "\u039f\u041e\u0555\ua4f3\u1d0f",
    "o": "\u03bf\u043e\u0585",
    "T": "\u03a4\u0422\u0442\u13a2\ua4d4\u1d1b",
    "t": "\u03c4",
    "U": "\u054d\ua4f4\u1d1c",
    "u": "\u03c5\u057d",
    "Y": "\u03a5\u0423\u04ae\u04af\u13a9\ua4ec\u028f",
    "y": "\u0443\u03b3",
    "\u0302": "\u0311\u1dcd\u02c6",
    "\u0301": "\u02ca",
    "\u0323": "\u0325",
}
"""What looks like a letter or mark of the stamps. A small letter that looks like a small capital counts as a capital."""
_TABLE = {ord(like): letter for letter, alike in _LOOKALIKES.items() for like in alike}
# Letters white on black, in a circle or a square, and those of flags; others on a ground are taken apart by NFKD.
for _first in (0x1F150, 0x1F170, 0x1F1E6):
    _TABLE |= {_first + at: chr(ord("A") + at) for at in range(26)}

_KEPT_MARKS = "\u0300-\u0304\u0306-\u030c\u031b\u0323\u0327\u0328"
_UNSEEN = re.compile(
    "[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\u20d0-\u20f0\U000e0000-\U000e01ef]"
    f"|(?![{_KEPT_MARKS}])[\u0300-\u036f]"
)
_ORDINARY = re.compile(
    "[\t\n\r -~ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ–—“”…]*"
)  # nothing looks like another among these
_NAME_AT_MOST = 30
_MARKS = re.compile("[\u0300-\u036f]{2,}")
_DOTS = "\u2026"


def fold_lookalikes(text: str) -> str:
    """Give `text` in NFC with Latin letters for those that look like them, without what is not seen; a row of dots stays one sign."""
    if _ORDINARY.fullmatch(text):
        return text
    plain = _DOTS.join(unicodedata.normalize("NFKD", piece) for piece in text.split(_DOTS))
    bare = _UNSEEN.sub("", plain.translate(_TABLE))
    return unicodedata.normalize("NFC", _MARKS.sub(_in_order, bare))


def _in_order(marks: re.Match[str]) -> str:
    # The circumflex and the breve first: above a letter with two marks there is no other order that makes one letter of them.
    return "".join(sorted(set(marks[0]), key=lambda mark: (mark not in "\u0302\u0306", mark)))


def given_name(line: str) -> bool:
    """Whether a line is the one word Mật as a given name is written: in a list it is somebody, and no stamp."""
    return len(line) <= _NAME_AT_MOST and fold_lookalikes(line).strip(" \t,.;") == "Mật"


def mark_given_name(line: str) -> str:
    """A line of a list, where Mật is somebody: dots behind it keep it from being read as a stamp, and it stays where it stands."""
    return line + _DOTS if given_name(line) else line
