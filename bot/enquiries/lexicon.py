"""What a question is about, as a set of things: shortened words written out, other words for a thing made one, empty words left out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from bot.reading.words import fold, phrase_at, word_tokens
from bot.wording import read_words

Words = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """templates/enquiries/words.yaml, folded. `named`: by a phrase (its words) the one word that stands for the thing."""

    short: Mapping[str, Words]
    named: Mapping[Words, str]
    empty: frozenset[str]
    common: frozenset[str]

    @cached_property
    def longest(self) -> int:
        return max(map(len, self.named), default=1)

    @cached_property
    def words(self) -> frozenset[str]:
        """All that are known without any question."""
        phrases = [*self.named, *self.short.values()]
        return self.empty | self.common | {word for phrase in phrases for word in phrase}

    def spelled_out(self, text: str) -> list[str]:
        """The words of a text, without diacritics and signs, nothing shortened: "đc" is "duoc"."""
        said = [token for token in word_tokens(text) if token.isalnum()]
        return [word for token in said for word in self.short.get(token, (token,))]

    def things(self, words: Sequence[str]) -> Iterator[tuple[str, Words]]:
        """What the words speak of, in their order, each with the words that say so."""
        at = 0
        while at < len(words):
            length = phrase_at(words, at, self.named, self.longest)
            said = tuple(words[at : at + max(length, 1)])
            if length:
                yield self.named[said], said
            elif said[0] not in self.empty:
                yield said[0], said
            at += len(said)


@cache
def read_lexicon(path: Path) -> Lexicon:
    """The file is ours and is read once in a run."""
    text = read_words(path)
    named = {tuple(fold(one).split()): _thing(group[0]) for group in text["alike"] for one in group}
    return Lexicon(
        {fold(short): tuple(fold(whole).split()) for short, whole in text["short"].items()},
        named,
        frozenset(fold(text["empty"]).split()),
        frozenset(map(_thing, text["common"])),
    )


def _thing(phrase: str) -> str:
    return "_".join(fold(phrase).split())
