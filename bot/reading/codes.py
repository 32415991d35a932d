"""Invitation codes as people type and paste them: eight letters and digits, `XXXX-XXXX`."""

import re
import unicodedata

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""No letters or digits that are taken for one another on paper."""
CODE_LENGTH = 8

_DASH = r"\s*[-–—‐‑−_.]\s*"
_PART = "[A-Z0-9]{4}"
WRITTEN_CODE = re.compile(rf"(?<![A-Z0-9])({_PART}){_DASH}({_PART})(?![A-Z0-9])")
_APART = re.compile(rf"(?<![A-Z0-9])({_PART})\s?({_PART})(?![A-Z0-9])")
_BEFORE = re.compile(
    r"^\W*(?:/?START|CODE|(?:MÃ|MA)(?:\s+(?:MỜI|MOI|SỐ|SO))?(?:\s+(?:CỦA|CUA)\s+(?:TÔI|TOI|EM))?)(?:\s+(?:LÀ|LA))?[\s:=]+"
)


def _plain(text: str) -> str:
    """Capitals of the ordinary width, without signs that cannot be seen."""
    wide = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in wide if unicodedata.category(sign) != "Cf")


def normal_code(text: str) -> str:
    """ "abcd efgh" and "ABCDEFGH" become "ABCD-EFGH"; anything of another length stays as it is, in capitals."""
    letters = "".join(c for c in _plain(text) if c.isalnum())
    return f"{letters[:4]}-{letters[4:]}" if len(letters) == CODE_LENGTH else text.strip().upper()


def looks_like_code(text: str) -> bool:
    letters = normal_code(text).replace("-", "")
    return len(letters) == CODE_LENGTH and all(c in LETTERS for c in letters)


def never_in_codes(code: str) -> str:
    """The signs of a normal code that no code has, such as O and 0: each once, in order."""
    return "".join(dict.fromkeys(c for c in code if c != "-" and c not in LETTERS))


def code_in(text: str) -> str:
    """What a text holds that may be meant as a code: what is written like one, else all of it; "" without any."""
    plain = _plain(text)
    if written := _best(WRITTEN_CODE.findall(plain)):
        return written
    named = _BEFORE.match(plain)
    whole = normal_code(plain[named.end() :] if named else plain)
    if re.fullmatch(f"{_PART}-{_PART}", whole):
        return whole
    if named and (after := _APART.match(plain, named.end())):
        return f"{after[1]}-{after[2]}"
    digits = [found for found in _APART.findall(plain) if any(c.isdigit() for c in "".join(found))]
    return _best([found for found in digits if not never_in_codes("".join(found))])


def _best(found: list[tuple[str, str]]) -> str:
    """One whose signs all occur in codes, else the first."""
    codes = [f"{first}-{last}" for first, last in found]
    return next((code for code in codes if not never_in_codes(code)), codes[0] if codes else "")
