"""Finds which of some questions is meant by other words: without diacritics, in any order, with one typing mistake in a longer word."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from math import log

from bot.enquiries.lexicon import Lexicon, Words
from bot.reading.asked_words import asks_something
from bot.reading.words import undo_telex

CLAIMED, STATED = 0.52, 0.75
"""Less likeness than this (0 to 1) is none: of a question, of words that ask nothing, or of a question with a must."""
MOST_COMMON, MISTYPED, STRANGE = 0.3, 0.8, 0.6
"""What words weigh that stand nearly everywhere; those that were mended; those that no question has."""
LONGER = 4
"""From so many letters on one may be wrong."""
HEARD, MEANT = 0.75, 0.25
"""How much it counts that what was said is in the question, and that what the question says was said."""


@dataclass(frozen=True, slots=True)
class Match:
    """A question by its place among those that were given, and its likeness."""

    place: int
    score: float


@lru_cache(maxsize=10_000)
def _spelled(lexicon: Lexicon, text: str) -> Words:
    return tuple(lexicon.spelled_out(text))


class Index:
    """Over the forms of each question: how it may be asked. `musts`: a phrase by the question's place that must be said."""

    def __init__(
        self, lexicon: Lexicon, questions: Sequence[Sequence[str]], musts: Mapping[int, str] | None = None
    ) -> None:
        self.lexicon = lexicon
        self.musts = {
            at: {t for t, _ in lexicon.things(_spelled(lexicon, must))} for at, must in (musts or {}).items()
        }
        self.spelled = [[_spelled(lexicon, form) for form in forms] for forms in questions]
        self.things = [
            [frozenset(t for t, _ in lexicon.things(form)) for form in forms] for forms in self.spelled
        ]

    @cached_property
    def words(self) -> frozenset[str]:
        return self.lexicon.words.union(*(form for forms in self.spelled for form in forms))

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Words that stand side by side somewhere."""
        texts = [*(form for forms in self.spelled for form in forms), *self.lexicon.named]
        return frozenset(pair for text in texts for pair in pairwise(text))

    @cached_property
    def rarity(self) -> Mapping[str, float]:
        found = Counter(thing for forms in self.things for thing in frozenset[str]().union(*forms))
        return {thing: log(1 + (len(self.things) + 10) / count) for thing, count in found.items()}

    def weight(self, thing: str) -> float:
        """What is said in two words says more than what is said in one."""
        rare = self.rarity.get(thing, STRANGE * log(11 + len(self.things)))
        return rare * (MOST_COMMON if thing in self.lexicon.common else 1.5 if "_" in thing else 1)

    def find(self, text: str) -> list[Match]:
        """The questions that are meant, the likeliest first; none below CLAIMED, or STATED."""
        said = self._said(text)
        whole = sum(self.weight(thing) for thing in said)
        if not whole:
            return []
        least = CLAIMED if asks_something(text) else STATED
        found = [
            Match(place, max(self._likeness(said, whole, form) for form in forms))
            for place, forms in enumerate(self.things)
            if self.musts.get(place, set()) <= said.keys()
        ]
        found = [match for match in found if match.score >= (STATED if match.place in self.musts else least)]
        return sorted(found, key=lambda match: (-match.score, match.place))

    def _likeness(self, said: Mapping[str, float], whole: float, form: frozenset[str]) -> float:
        shared = sum(self.weight(thing) * sure for thing, sure in said.items() if thing in form)
        asked = sum(self.weight(thing) for thing in form)
        return float((shared / whole) ** HEARD * (shared / asked) ** MEANT) if shared else 0.0

    def _said(self, text: str) -> dict[str, float]:
        """What was said, and how sure it is."""
        words = self.lexicon.spelled_out(text)
        mended = [self._mended(words, at) for at in range(len(words))]
        wrong = {one for one, word in zip(mended, words, strict=True) if one != word}
        return {
            thing: MISTYPED if wrong.intersection(said) else 1.0
            for thing, said in self.lexicon.things(mended)
        }

    def _mended(self, words: Sequence[str], at: int) -> str:
        """The word, or the known one that it was to be."""
        word = words[at]
        if word in self.words or not word.isalpha():
            return word
        plain = undo_telex(word, self.words)
        if plain != word or len(word) < LONGER:
            return plain
        near = [known for known in _one_off(word) if known in self.words and len(known) >= LONGER]
        beside = [
            k
            for k in near
            if (*words[at - 1 : at], k) in self.pairs or (k, *words[at + 1 : at + 2]) in self.pairs
        ]
        return min(beside or near, default=word)


def _one_off(word: str) -> Iterator[str]:
    """What the word may have been to be, if one letter behind the first is wrong, too much, missing, or two are crossed."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for at in range(1, len(word) + 1):
        head, tail = word[:at], word[at:]
        yield from (head + letter + tail for letter in letters)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in letters)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def nearest_first(found: Iterable[Match], nearness: Sequence[int], share: float = 0.85) -> list[Match]:
    """Of those that are nearly as likely as the likeliest, that of the nearest office comes first."""
    matches = list(found)
    if not matches:
        return []
    least = share * matches[0].score
    return sorted(
        matches, key=lambda m: (m.score < least, nearness[m.place] if m.score >= least else 0, -m.score)
    )
