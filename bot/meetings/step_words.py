"""What is typed at a step of a meeting, read as what the step asks for: counts, a name, a vote, speakers, a yes to the minutes."""

import re

from bot.meetings.attendance import LARGEST
from bot.meetings.awaiting import line_of
from bot.meetings.vote_line import read_vote
from bot.problems import Invalid
from bot.reading.words import fold, read_number, read_yes_no, words_of

LONGEST = 200
"""Nobody says counts or a result at greater length."""
SPEAKERS = re.compile(
    r"(?:(?:co|da co|tong cong|tong so|tat ca) )?(\S+(?: \S+){0,3}?) "
    r"(?:luot(?: (?:phat bieu|y kien))?|y kien(?: phat bieu)?|(?:dong chi|dc|d c|nguoi|dang vien)(?: da)? (?:phat bieu|co y kien|y kien))"
)
AGREED = re.compile(
    r"(?:chi bo |hoi nghi |toan chi bo |ca chi bo )?(?:da )?(?:100 )?(?:nhat tri|dong y|thong nhat|thong qua)"
    r"(?: (?:100|thong qua|bien ban|toan bo|voi bien ban|noi dung bien ban))*"
)
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


def is_counts(text: str, total_known: int | None) -> bool:
    """Whether somebody says how many are there or away, be it with figures that do not go together."""
    return len(text) <= LONGEST and read_yes_no(text) is not False and line_of(text, total_known) != ""


def is_vote(text: str, voters: int | None) -> bool:
    """Whether somebody says how a vote went; "không" alone says that there was none."""
    if len(text) > LONGEST or not fold(text) or read_yes_no(text) is False:
        return False
    try:
        read_vote(text, voters or LARGEST)
    except Invalid as problem:
        return problem.code != "vote_unclear"  # figures that do not go together are a vote all the same
    return True


def read_speakers(text: str) -> int | None:
    """How many have spoken: "5 lượt", "có 7 đồng chí phát biểu"; None for anything else."""
    said = SPEAKERS.fullmatch(fold(text))
    if said is None or len(text) > LONGEST:
        return None
    try:
        return read_number(said[1])
    except Invalid:
        return None


def agrees_to_minutes(text: str) -> bool:
    """ "Nhất trí", "thông qua biên bản", "đúng rồi"."""
    return len(text) <= LONGEST and (read_yes_no(text) is True or AGREED.fullmatch(fold(text)) is not None)


def read_clerk(text: str, *, alone: bool) -> str:
    """Who was chosen to write: "Lan", "đồng chí Lan", "Chi bộ cử đồng chí Nguyễn Thị Lan làm thư ký"; "" for other words.

    `alone`: the step asks nothing else, so that a short name in small letters is one too.
    """
    if len(text) > LONGEST or "\n" in text.strip() or read_yes_no(text) is not None:
        return ""
    words = [word for word in re.split(r"\s+", text.strip().strip(".,;:!")) if fold(word)]
    folded = [fold(word) for word in words]
    chosen = _chosen(words, folded)
    if chosen is not None:
        return " ".join(chosen)
    return " ".join(words) if _is_name(words, alone=alone) else ""


def _chosen(words: list[str], folded: list[str]) -> list[str] | None:
    """The name before "làm thư ký" and behind the word of choosing, if there is one."""
    for role in AS:
        for at in range(1, len(words) - len(role) + 1):
            if tuple(folded[at : at + len(role)]) != role:
                continue
            verbs = [place for place in range(at) if folded[place] in CHOOSING]
            name = words[verbs[-1] + 1 : at] if verbs else words[:at]
            named = bool(verbs) or _is_name(name, alone=False)
            return name if named and 0 < len(name) <= MOST_WORDS else None
    return None


def _is_name(words: list[str], *, alone: bool) -> bool:
    folded = tuple(" ".join(fold(word) for word in words).split())
    if not words or len(words) > MOST_WORDS or any(re.search(r"[0-9.,;:?!()]", word) for word in words[:-1]):
        return False
    titled = next((len(title) for title in TITLES if folded[: len(title)] == title), 0)
    rest = folded[titled:]
    if not rest or NO_NAME & set(rest) or any(not part.isalpha() for part in rest):
        return False
    capital = all(word[:1].isupper() for word in words)
    small = all(word == word.lower() for word in words)
    return titled > 0 or (capital and len(words) > 1) or (alone and (capital or small) and len(words) <= FEW)
