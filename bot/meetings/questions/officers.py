"""Who writes, who chairs, who presents: the clerk is asked for, and all three may be named where the clerk is."""

import re
from typing import Literal

from bot.meetings.preparing import name_from_text
from bot.meetings.questions.question import LONGEST, Taken
from bot.reading.courtesy import is_addressed
from bot.reading.words import fold, read_yes_no, words_of
from bot.tables import Meeting

NameOf = Literal["clerk", "chair", "presenter"]
NAMES: dict[NameOf, tuple[str, ...]] = {
    "clerk": ("thu ky", "thu ky hop", "nguoi ghi bien ban"),
    "chair": ("chu tri", "chu toa", "dieu hanh"),
    "presenter": ("trinh bay", "nguoi trinh bay", "bao cao vien"),
}
TITLES = (
    *(("dong", "chi"), ("d", "c"), ("dc",), ("ong",), ("ba",), ("anh",), ("chi",)),
    *(("pho", "bi", "thu"), ("bi", "thu"), ("chi", "uy", "vien"), ("uy", "vien"), ("cap", "uy", "vien")),
)
CHOOSING = frozenset(("cu", "bau", "chon", "moi", "giao", "thieu", "nghi", "cong"))
AS = (("lam", "thu", "ky"), ("la", "thu", "ky"), ("ghi", "bien", "ban"), ("thu", "ky"))
NO_NAME = words_of(
    "nhat tri khong y kien de nghi thong qua xin bao cao co va cac chung toi cam on vang mat du het tiep buoc ly do"
)
FEW = 3
MOST_WORDS = 6


def named_role(text: str) -> NameOf | None:
    """ "Thư ký: đồng chí Lan" says who it is."""
    head, colon, name = text.partition(":")
    return next((role for role in NAMES if fold(head) in NAMES[role]), None) if colon and fold(name) else None


def name_officer(meeting: Meeting, role: NameOf, text: str) -> Taken:
    """Writes down who it is. Raises Invalid: text_empty, text_long."""
    named = text.partition(":")[2] if named_role(text) == role else ""
    name = name_from_text(named or read_clerk(text, alone=True) or text)
    before = getattr(meeting, role)
    setattr(meeting, role, name)
    return Taken(role, f"{role}_taken", {"name": name}, before)


def read_clerk(text: str, *, alone: bool) -> str:
    """Who was chosen to write: "Lan", "đồng chí Lan", "Chi bộ cử đồng chí Nguyễn Thị Lan làm thư ký"; "" for other words.

    `alone`: the step asks nothing else, so that a short name in small letters is one too.
    """
    if is_addressed(text):
        return text.strip(" .,!")
    if len(text) > LONGEST or "\n" in text.strip() or read_yes_no(text) is not None:
        return ""
    typed = [(word, fold(word)) for word in re.split(r"\s+", text.strip().strip(".,;:!"))]
    words, folded = [word for word, bare in typed if bare], [bare for _, bare in typed if bare]
    chosen = _chosen(words, folded)
    if chosen is not None:
        return " ".join(chosen)
    return " ".join(words) if _is_name(words, folded, alone=alone) else ""


def _chosen(words: list[str], folded: list[str]) -> list[str] | None:
    """The name before "làm thư ký" and behind the word of choosing, if there is one."""
    for role in AS:
        for at in range(1, len(words) - len(role) + 1):
            if tuple(folded[at : at + len(role)]) != role:
                continue
            verbs = [place for place in range(at) if folded[place] in CHOOSING]
            name = words[verbs[-1] + 1 : at] if verbs else words[:at]
            named = bool(verbs) or _is_name(name, folded[:at], alone=False)
            return name if named and 0 < len(name) <= MOST_WORDS else None
    return None


def _is_name(words: list[str], folded: list[str], *, alone: bool) -> bool:
    if not words or len(words) > MOST_WORDS or any(re.search(r"[0-9.,;:?!()]", word) for word in words[:-1]):
        return False
    parts = tuple(" ".join(folded).split())
    titled = next((len(title) for title in TITLES if parts[: len(title)] == title), 0)
    rest = parts[titled:]
    if not rest or NO_NAME & set(rest) or any(not part.isalpha() for part in rest):
        return False
    capital = all(word[:1].isupper() for word in words)
    small = all(word == word.lower() for word in words)
    return titled > 0 or (capital and len(words) > 1) or (alone and (capital or small) and len(words) <= FEW)
