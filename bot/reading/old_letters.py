"""Vietnamese letters from before Unicode, whose codes look like other letters: TCVN 5712 (.VnTime) and VNI (VNI-Times)."""

import re
import unicodedata
from collections.abc import Callable

_LETTERS = (
    "µàa¸áa¶ảa·ãa¹ạa¨ăa»ằa¾ắa¼ẳa½ẵaÆặa©âaÇầaÊấaÈẩaÉẫaËậa®đdÌèeÐéeÎẻeÏẽeÑẹeªêeÒềeÕếeÓểeÔễeÖệe"
    "×ìiÝíiØỉiÜĩiÞịißòoãóoáỏoâõoäọo«ôoåồoèốoæổoçỗoéộo¬ơoêờoíớoëởoìỡoîợoïùuóúuñủuòũuôụu\xadưuõừuøứuöửu÷ữuùựu"
    "úỳyýýyûỷyüỹyþỵy¡ĂA¢ÂA§ĐD£ÊE¤ÔO¥ƠO¦ƯU"
)
TABLE = {ord(_LETTERS[at]): _LETTERS[at + 1] for at in range(0, len(_LETTERS), 3)}

_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT, _HAT, _BREVE = "\u0300\u0301\u0309\u0303\u0323\u0302\u0306"
_TONES = dict(zip("øùûõï", (_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT), strict=True))
_HATS = {"â": _HAT, **{mark: _HAT + tone for mark, tone in zip("àáåãä", _TONES.values(), strict=True)}}
_BREVES = {"ê": _BREVE, **{mark: _BREVE + tone for mark, tone in zip("èéúüë", _TONES.values(), strict=True)}}
_VNI_MARKS = {
    **dict.fromkeys("uyôö", _TONES),
    **dict.fromkeys("eo", _TONES | _HATS),
    "a": _TONES | _HATS | _BREVES,
}
"""By the letter before it: which marks a sign stands for."""
_VNI_ALONE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI = re.compile(
    "|".join([*(f"{letter}[{''.join(marks)}]" for letter, marks in _VNI_MARKS.items()), *_VNI_ALONE]), re.I
)


def from_tcvn(text: str) -> str:
    """The same text in Unicode; letters without marks stay. Sensible only for text that was typed so."""
    return text.translate(TABLE)


def from_vni(text: str) -> str:
    """As `from_tcvn`. A letter and the sign behind it are one there; the letter says whether it is a capital."""
    return unicodedata.normalize("NFC", _VNI.sub(_of_vni, text))


def _of_vni(found: re.Match[str]) -> str:
    letter, mark = found[0][0], found[0][1:].lower()
    plain = _VNI_ALONE.get(letter.lower(), letter)
    plain = plain.upper() if letter.isupper() else plain
    return plain + _VNI_MARKS[letter.lower()][mark] if mark else plain


OLD_LETTERS: tuple[Callable[[str], str], ...] = (from_tcvn, from_vni)
"""Ways in which text that makes no sense as it stands may have been typed."""
