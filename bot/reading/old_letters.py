"""Vietnamese letters from before Unicode: what was typed in the fonts of TCVN 5712 (.VnTime), whose codes look like other letters."""

_LETTERS = (
    "µàa¸áa¶ảa·ãa¹ạa¨ăa»ằa¾ắa¼ẳa½ẵaÆặa©âaÇầaÊấaÈẩaÉẫaËậa®đdÌèeÐéeÎẻeÏẽeÑẹeªêeÒềeÕếeÓểeÔễeÖệe"
    "×ìiÝíiØỉiÜĩiÞịißòoãóoáỏoâõoäọo«ôoåồoèốoæổoçỗoéộo¬ơoêờoíớoëởoìỡoîợoïùuóúuñủuòũuôụu\xadưuõừuøứuöửu÷ữuùựu"
    "úỳyýýyûỷyüỹyþỵy¡ĂA¢ÂA§ĐD£ÊE¤ÔO¥ƠO¦ƯU"
)
TABLE = {ord(_LETTERS[at]): _LETTERS[at + 1] for at in range(0, len(_LETTERS), 3)}


def from_tcvn(text: str) -> str:
    """The same text in Unicode; letters without marks stay. Sensible only for text that was typed so."""
    return text.translate(TABLE)
