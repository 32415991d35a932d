"""What is typed for a line of a list: its number or letter, alone or with a word before it."""

import re

_MARK = re.compile(r"(?:(?:em|toi|minh|chon|lua chon|so|muc|dong) )*([0-9]|[a-z])")


def choice_mark(folded: str) -> str:
    """ "chon so 1" is "1", "b" is "B"; "" for anything else. `folded`: as `words.fold` gives it."""
    found = _MARK.fullmatch(folded)
    return found[1].upper() if found else ""
