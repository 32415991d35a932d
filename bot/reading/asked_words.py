"""Whether typed words ask something: a question mark, or one of the words with which people ask."""

from itertools import pairwise

from bot.reading.words import is_one_of, plain_words, typed_text, words_of

ASKING = words_of("sao mấy nào đâu ai gì chưa hả nhỉ ntn bn j cách hỏi")
AT_THE_END = words_of("không ko k khg kg hok chưa à được đc dc")
"""They ask where nothing but a polite word follows."""
POLITE_ENDS = words_of("ạ a nhỉ vậy thế đồng chí đ c nhé ta")
BOTH = frozenset({"may", "dau", "chua", "cach"})
"""Without diacritics they are other words as often: máy, đầu, chùa, cách."""
MEASURES = words_of("phut gio ngay thang nam buoi lan nguoi dong chi cap muc phan loai")
ASKED_IN_TWO = frozenset(
    {
        *(("bao", measure) for measure in ("nhieu", "gio", "lau")),
        *(("may", measure) for measure in MEASURES),
        *((before, "dau") for before in ("o", "tai", "den")),
        ("the", "nao"),
        ("co", "phai"),
    }
)


def asks_something(text: str) -> bool:
    """Whether it looks like a question, typed with or without diacritics."""
    if "?" in text:
        return True
    words = "".join(char if char.isalnum() else " " for char in typed_text(text).lower()).split()
    bare = [plain_words(word) for word in words]
    pairs = set(pairwise(bare))
    if any(is_one_of(word, ASKING, BOTH) for word in words) or pairs & ASKED_IN_TWO:
        return True
    while words and is_one_of(words[-1], POLITE_ENDS, BOTH) and not is_one_of(words[-1], AT_THE_END, BOTH):
        words.pop()
    counted = len(words) > 1 and words[-2].isdecimal()  # "2 có phép, 1 không" is a count
    return bool(words) and not counted and is_one_of(words[-1], AT_THE_END, BOTH)


def looks_like_a_question(text: str) -> bool:
    """The same, in three words or more: what an office may be asked to answer."""
    return asks_something(text) and len(text.split()) >= 3
