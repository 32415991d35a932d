"""Reads that a meeting has been held: "họp rồi hôm 3/11, đủ 12/12", "hôm qua chi bộ họp xong". What is said besides is handed back."""

import re
from dataclasses import dataclass

from bot.reading.patterns import unmarked_too
from bot.reading.words import NO_WORDS, is_sentence, plain_words, typed_text, words_of

MEETS = (("sinh", "hoat"), ("hop",))
DONE = words_of("roi xong da vua")
NOT_DONE = words_of("chua neu se sap can phai")
FILLING = words_of("nhe nha a")
NOT_MEANT = words_of("dạ hợp hộp")
"""Words that folding makes like "đã" and "họp"."""
AROUND = words_of(
    "chi bo toi em minh chung bon ben don vi thuong ky dinh cuoc buoi dc dong bao cao thua ngay xin oi kinh gui to chuc da chuyen de"
)
OF_AN_EVENING = words_of("qua hom ngay thu nay chu cn")
SIGNS = ",.;:!()"
ASIDE = unmarked_too(
    r"(?:^|[\s,.;]+)(?:(?:nhờ|em|cháu|đồng chí|đ/c|trợ lý|báo cáo để)\s+)*(?:ghi|nhập)\s+(?:giúp|hộ|lại|nhận|vào)"
    r"(?:\s+(?:cho|giúp|hộ|tôi|chị|anh|bác|cô|chú|em|chi bộ|nhé|nha|với|ạ))*[\s.!]*$"
)
"""What is said to whoever is to write it down."""


@dataclass(frozen=True, slots=True)
class HeldWords:
    """`rest`: the words that may say the day and the counts, as they were typed; `done`: whether it was said that it is over."""

    rest: tuple[str, ...]
    done: bool


def read_held_words(text: str) -> HeldWords | None:
    """None for what does not say of a meeting that it was held, for a question, and for what is still to come."""
    if not is_sentence(text):
        return None
    typed = ASIDE.sub("", typed_text(text)).split()
    words = [plain_words(word).strip(SIGNS) for word in typed]
    if "?" in text or NOT_DONE & set(words):
        return None
    meant = [
        "" if word.lower().strip(SIGNS) in NOT_MEANT else plain
        for word, plain in zip(typed, words, strict=True)
    ]
    verb = next(((at, name) for at in range(len(meant)) for name in MEETS if _stands(meant, at, name)), None)
    if verb is None:
        return None
    at, name = verb
    if at and plain_words(typed[at - 1]) in NO_WORDS:
        return None
    done = any(word in DONE for word in meant)
    rest = [
        n
        for n in range(len(meant))
        if n not in range(at, at + len(name)) and meant[n] and meant[n] not in DONE | FILLING
    ]
    while rest and _is_around(words[rest[0]], typed[rest[0]]) and words[rest[0]] != "ngay":
        if typed[rest[0]].lower() == "toi" and len(rest) > 1 and words[rest[1]] in OF_AN_EVENING:
            break  # "tối qua" without its marks
        rest = rest[1:]
    while rest and _is_around(words[rest[-1]], typed[rest[-1]]) and not _counted(words, rest):
        rest = rest[:-1]
    return HeldWords(tuple(typed[n] for n in rest), done)


def without_name(text: str, name: str) -> str:
    """The text without the name of the unit that speaks: "Chi bộ Thôn Đoài: 22/25"; as it is where the name does not stand in it."""
    words = r"\s+".join(map(re.escape, name.split()))
    left = unmarked_too(rf"(?<!\w){words}(?![\w/])[\s:,–-]*").sub("", text, count=1)
    return left if left.strip() else text


def _is_around(word: str, typed: str) -> bool:
    return word in AROUND and typed.lower() != "tối"


def _counted(words: list[str], rest: list[int]) -> bool:
    """Whether the last of them are members who have been counted: "26 đồng chí"."""
    end = [words[n] for n in rest]
    people = next((some for some in (["dong", "chi"], ["dc"]) if end[-len(some) :] == some), [])
    return bool(people) and end[: -len(people)][-1:] != [] and end[-len(people) - 1].isdecimal()


def _stands(words: list[str], at: int, name: tuple[str, ...]) -> bool:
    return tuple(words[at : at + len(name)]) == name
