"""Whom a plan means by "gửi … (qua …)": whether its words name a body of the tree."""

import re

from bot.reading.words import fold, plain_words

_ASIDE = re.compile(r"\([^)]*\)?")
_BETWEEN = re.compile(r"[,;/]|\b(?:va|hoac)\b")
_STANDING = re.compile(r"^(?:ban (?:thuong vu|chap hanh)|thuong (?:truc|vu)|btv|bch|tap the) ")
_ABOVE = re.compile(r"^(?:cap uy )?(?:cap tren|cap quan ly)\b")


def named_bodies(said: str) -> list[str]:
    """Each body that the words name, folded: without what stands in brackets, parted at commas and "và"."""
    parts = (fold(part) for part in _BETWEEN.split(_ASIDE.sub(" ", plain_words(said))))
    return [part for part in parts if part]


def means_directly_above(body: str) -> bool:
    """Whether a body (folded) is whoever stands directly above: "cấp ủy cấp trên trực tiếp"."""
    return _ABOVE.match(body) is not None


def names_unit(body: str, name: str, over: str = "") -> bool:
    """Whether a body (folded) is the unit of that name; `over` is the name of the committee above it, which may be added
    in words: "Ban Tuyên giáo Đảng ủy" is the Ban Tuyên giáo below Đảng ủy xã, and not the one of Thị ủy."""
    said, own, above = _plain(body), _plain(fold(name)), _plain(fold(over))
    if not own:
        return False
    if _begins(own, said):
        return True
    if not _begins(said, own):
        return False
    rest = said[len(own) :].strip()
    return not above or _begins(above, rest) or f" {rest} " in f" {above} "


def _plain(folded: str) -> str:
    """A committee's standing bodies are the committee; đảng bộ and đảng ủy of one name are one."""
    return _STANDING.sub("", folded).replace("dang bo", "dang uy")


def _begins(longer: str, shorter: str) -> bool:
    return bool(shorter) and f"{longer} ".startswith(f"{shorter} ")
