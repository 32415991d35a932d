"""Whole numbers written out in words, as the forms want them: 25 is read "twenty" and a special "five"."""

from dataclasses import dataclass

LARGEST = 999_999


@dataclass(frozen=True, slots=True)
class Numerals:
    """The words of which numbers are made; `digits` are those of 0 to 9. After tens, 1 and 5 have words of their own."""

    digits: tuple[str, ...]
    ten: str
    tens: str
    hundred: str
    thousand: str
    odd: str
    """Stands for the missing tens: 105, 1,005."""
    one_after_tens: str
    five_after_ten: str


def in_words(number: int, numerals: Numerals) -> str:
    """`number`, 0 to 999,999, in words without a capital: 21, 25, 105 and 1,005 as they are said in the north.

    Raises ValueError outside of that range.
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(f"no words for {number}")
    if number == 0:
        return numerals.digits[0]
    thousands, rest = divmod(number, 1000)
    words: list[str] = []
    if thousands:
        words += [*_below_thousand(thousands, numerals, whole=False), numerals.thousand]
    if rest:
        words += _below_thousand(rest, numerals, whole=bool(thousands))
    return " ".join(words)


def _below_thousand(number: int, numerals: Numerals, *, whole: bool) -> list[str]:
    """`whole`: something stands before it, so that missing hundreds are said too."""
    hundreds, rest = divmod(number, 100)
    words = [numerals.digits[hundreds], numerals.hundred] if hundreds or whole else []
    if 0 < rest < 10 and words:
        return [*words, numerals.odd, numerals.digits[rest]]
    return words + _below_hundred(rest, numerals)


def _below_hundred(number: int, numerals: Numerals) -> list[str]:
    tens, ones = divmod(number, 10)
    if tens == 0:
        return [numerals.digits[ones]] if ones else []
    words = [numerals.ten] if tens == 1 else [numerals.digits[tens], numerals.tens]
    if ones == 0:
        return words
    if ones == 1 and tens > 1:
        return [*words, numerals.one_after_tens]
    return [*words, numerals.five_after_ten if ones == 5 else numerals.digits[ones]]
