"""Reads that a secretary asks after the unit's own work: "khi nào chi bộ tôi họp?", "thang nay phai lam gi", "bao giờ nộp báo cáo"."""

from bot.reading.words import phrase_at, plain_words, typed_text

LONGEST = 20
SIGNS = ".,;:!?"
ROLES: dict[str, str] = {
    "when": "khi nao|bao gio|hom nao|ngay nao|luc nao|may gio|buoi nao|o dau|cho nao|tai dau",
    "what": "lam gi|lam nhung gi|viec gi|nhung viec gi|viec nao|noi dung gi|chu de gi|chuyen de gi|chuan bi gi|hop gi|nop gi",
    "which": "la gi|gi",
    "whether": "chua|khong|ko",
    "work": "hop|sinh hoat|lich hop|lich sinh hoat|nop|nop bao cao|bao cao|han nop|han nop bao cao|han|den han|lam|chuan bi|viec|chu de"
    "|chuyen de|noi dung|hop chi bo",
    "time": "thang nay|thang toi|thang sau|tuan nay|tuan toi|hom nay|ngay mai|quy nay|sap toi|lan toi|ky toi|ky nay|toi day|bay gio|gio",
    "": "luc|vao|o|tai|toi|em|chi|anh|minh|chung toi|chung em|ben em|ben toi|chi bo|chi bo toi|chi bo em|chi bo minh|don vi|phai|can|con|co|duoc|se|da|roi|nua|thi"
    "|la|cua|cho hoi|cho biet|oi|a|nhi|the|vay|nhe|dong chi|dc|xin|thua|van|nhung|tiep theo|nay",
}
PHRASES = {tuple(phrase.split()): role for role, listed in ROLES.items() for phrase in listed.split("|")}
MOST = max(map(len, PHRASES))


def asks_own_work(text: str) -> bool:
    """Whether all of the words ask when the unit meets or hands in, or what it has to do; one word more and it is another question."""
    words = [plain_words(word).strip(SIGNS) for word in typed_text(text.replace("/", "")).split()]
    words = [word for word in words if word]
    if not 2 <= len(words) <= LONGEST:
        return False
    said, at = [], 0
    while at < len(words):
        length = phrase_at(words, at, PHRASES, MOST)
        if not length:
            return False
        said.append(PHRASES[tuple(words[at : at + length])])
        at += length
    asked = {one for one in said if one}
    last = next((one for one in reversed(said) if one), "")
    return (
        "what" in asked
        or {"which", "time"} <= asked
        or ("work" in asked and ("when" in asked or last == "whether"))
    )
