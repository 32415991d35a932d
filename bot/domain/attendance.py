"""Attendance as counts, never as a list of people: the sums that must hold, and the one line that says them all."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from bot.domain.problems import Invalid
from bot.domain.reading import LONGEST_NUMBER, PEOPLE, said, spoken, tokens

LARGEST = 5000


@dataclass(frozen=True, slots=True)
class Counts:
    """Members of one meeting: all, there, away with and without a reason, and excused from meetings altogether."""

    total: int
    present: int
    absent_excused: int
    absent_unexcused: int
    exempt: int

    def __post_init__(self) -> None:
        if min(self.total, self.present, self.absent_excused, self.absent_unexcused, self.exempt) < 0:
            raise ValueError("a count below zero")


def check(counts: Counts) -> None:
    """Holds the counts to present + excused + unexcused + exempt = total (12-HD/BTCTW 06/7/2018, 42-HD/BTCTW 28/10/2025).

    Raises Invalid: "attendance_total_zero", "attendance_too_large" (total, limit), "attendance_present_over_total"
    (present, total), "attendance_sum" (total, sum, difference = sum - total).
    """
    _check_total(counts.total)
    if counts.present > counts.total:
        raise Invalid("attendance_present_over_total", present=counts.present, total=counts.total)
    added = counts.present + counts.absent_excused + counts.absent_unexcused + counts.exempt
    if added != counts.total:
        raise _wrong_sum(counts.total, added)


def _check_total(total: int) -> None:
    if total == 0:
        raise Invalid("attendance_total_zero")
    if total > LARGEST:
        raise Invalid("attendance_too_large", total=total, limit=LARGEST)


def _wrong_sum(total: int, added: int) -> Invalid:
    return Invalid("attendance_sum", total=total, sum=added, difference=added - total)


def rate(counts: Counts) -> Fraction | None:
    """Present over those obliged to come, total - exempt (12-HD/BTCTW 06/7/2018); None where nobody was obliged."""
    obliged = counts.total - counts.exempt
    return Fraction(counts.present, obliged) if obliged else None


Kind = Literal[
    "number", "slash", "break", "no", "full", "total", "present", "absent", "excused", "unexcused", "exempt"
]
NAMES: dict[Kind, tuple[str, ...]] = {
    "total": ("tong so", "tong cong", "tong", "si so"),
    "present": ("co mat", "hien dien", "du hop", "tham du", "tham gia", "di hop"),
    "absent": ("vang mat", "vang"),
    "excused": ("co phep", "co ly do", "co li do", "phep", "ly do", "li do", "cp", "p", "cld"),
    "unexcused": (
        *(
            f"{no} {reason}"
            for no in ("khong", "ko", "k")
            for reason in ("phep", "ly do", "li do", "xin phep")
        ),
        *("khong co phep", "khong co ly do", "khong co li do", "ko co phep", "ko co ly do", "kp", "kld"),
    ),
    "exempt": (
        *("mien sinh hoat dang", "mien cong tac sinh hoat", "mien cong tac va sinh hoat", "mien sinh hoat"),
        *("mien cong tac", "mien sh", "mien ct", "mien"),
    ),
    "full": ("day du ca", "du ca", "du het", "day du", "du"),
    "no": ("khong", "ko", "k"),
    "slash": ("/", "tren"),
    "break": (",", ";", ".", "(", ")", "va", "trong do", "gom"),
}
PHRASES = {tuple(name.split()): kind for kind, names in NAMES.items() for name in names}
LONGEST_PHRASE = max(map(len, PHRASES))
IGNORED = (
    PEOPLE
    | {"truong", "hop", "chinh", "co", "ai", "la", "duoc", "deu", "ca", "a", "da", "so", "bo"}
    | set("!\"'")
)
GLUE = set(":=-–")
POSITIONS: tuple[Kind, ...] = ("total", "present", "excused", "unexcused", "exempt")


@dataclass(frozen=True, slots=True)
class _Item:
    kind: Kind
    value: int = 0


def read_line(text: str, total_known: int | None = None) -> Counts:
    """The counts of a whole meeting from one line: "25/28, vắng 2 có phép 1 không", "đủ", "28 25 2 1 0".

    `total_known` is the unit's number of members, used where the line gives no total. Five bare numbers are total,
    present, excused, unexcused, exempt; four leave out the exempt. What is not said of excused, unexcused and exempt
    is 0 only if the sum then holds. Raises what `check` raises and Invalid: "attendance_absent_unexplained"
    (absent = how many lack a reason), "attendance_total_unknown", "attendance_unclear" (said).
    """
    unclear = Invalid("attendance_unclear", said=said(text))
    items = _items(text)
    stated = _stated(items) if items else None
    if stated is None:
        raise unclear
    counts = _completed(stated, total_known)
    if counts is None:
        raise unclear
    check(counts)
    return counts


def _items(text: str) -> list[_Item] | None:
    """The line as numbers, names and breaks; None if it holds anything else."""
    if re.search(r"(?:^|[\s,;(])[-−–][0-9]|[0-9]\.[0-9]", text):  # below zero, decimals, 1.200
        return None
    words = tokens(text.replace("\n", " ; "))
    items: list[_Item] = []
    at = 0
    while at < len(words):
        phrase = _phrase_at(words, at)
        named = at > 0 and words[at - 1] in {"chi", "dc"}  # "đồng chí Ba" is a person, not three
        count = None if named else spoken(words, at)
        if phrase:
            items.append(_Item(PHRASES[phrase]))
            at += len(phrase)
        elif re.fullmatch(f"[0-9]{{1,{LONGEST_NUMBER}}}", words[at]):
            items.append(_Item("number", int(words[at])))
            at += 1
        elif count:
            items.append(_Item("number", count[0]))
            at = count[1]
        elif words[at] in GLUE | IGNORED:
            if words[at] in GLUE and items and items[-1].kind == "number":
                items.append(_Item("break"))
            at += 1
        else:
            return None
    return items


def _phrase_at(words: list[str], at: int) -> tuple[str, ...] | None:
    for length in range(LONGEST_PHRASE, 0, -1):
        phrase = tuple(words[at : at + length])
        if phrase in PHRASES:
            return phrase
    return None


def _stated(items: list[_Item]) -> dict[Kind, int] | None:
    """Each name with its number; None if a number or a name is left over or two contradict each other."""
    numbers = [item.value for item in items if item.kind == "number"]
    if {item.kind for item in items} <= {"number", "break"} and len(numbers) in (4, 5):
        return dict(zip(POSITIONS, numbers, strict=False))
    pairing = _Pairing(items)
    while pairing.at < len(items):
        if not pairing.step():
            return None
    return pairing.stated if pairing.rest_is_present() else None


class _Pairing:
    """Walks over the items once; a name takes the number right before it ("2 có phép"), else the one after ("miễn 2")."""

    def __init__(self, items: list[_Item]) -> None:
        self.items = items
        self.at = 0
        self.waiting: int | None = None
        self.stated: dict[Kind, int] = {}

    def _kind(self, ahead: int) -> Kind:
        return self.items[self.at + ahead].kind if self.at + ahead < len(self.items) else "break"

    def step(self) -> bool:
        kind = self._kind(0)
        if kind == "number":
            return self._number()
        if kind == "break":
            self.at += 1
            return self.rest_is_present()
        if kind == "no":
            return self._no()
        return kind != "slash" and self._name(kind)

    def rest_is_present(self) -> bool:
        """A lone number is those present, but only where it opens the line or says how many "đủ" are."""
        if self.waiting is None:
            return True
        lone = set(self.stated) <= {"full"}
        return lone and self._take("present", self.waiting)

    def _take(self, kind: Kind, value: int) -> bool:
        self.waiting = None
        return self.stated.setdefault(kind, value) == value

    def _number(self) -> bool:
        if self.waiting is not None:
            return False
        value = self.items[self.at].value
        if self._kind(1) == "slash":
            return self._share("present")
        self.waiting = value
        self.at += 1
        return True

    def _share(self, part: Kind) -> bool:
        """The part, then the total: "25/28", "25 trên tổng số 28"."""
        behind = 3 if self._kind(2) == "total" else 2
        if self._kind(behind) != "number":
            return False
        value, total = self.items[self.at].value, self.items[self.at + behind].value
        self.at += behind + 1
        return self._take(part, value) and self._take("total", total)

    def _no(self) -> bool:
        """After a number, those without a reason ("1 không"); before a name, nobody ("không vắng")."""
        self.at += 1
        if self.waiting is not None:
            return self._take("unexcused", self.waiting)
        self.waiting = 0
        return self._kind(0) in {"absent", "excused", "unexcused", "exempt"}

    def _name(self, kind: Kind) -> bool:
        self.at += 1
        following = self._kind(0)
        reasons = {"excused", "unexcused"}
        if (kind == "absent" and following in reasons) or (kind == "present" and following == "full"):
            return True  # one name in two parts: "vắng có phép", "có mặt đủ"
        if kind == "full":
            whole = self.waiting is None or self._take("present", self.waiting)
            return self._take("full", 1) and whole
        if self.waiting is not None:
            return self._take(kind, self.waiting)
        if following == "no":
            self.at += 1
            return self._take(kind, 0)
        if following != "number":
            # "vắng 3 (có phép)": all of them
            all_of_them = kind in reasons and not reasons & self.stated.keys() and "absent" in self.stated
            return all_of_them and self._take(kind, self.stated["absent"])
        if kind == "absent" and self._kind(1) in reasons | {"no"}:
            return True  # the number is the reason's: "vắng 2 có phép", "vắng 1 không"
        if self._kind(1) == "slash":
            return self._share(kind)
        value = self.items[self.at].value
        self.at += 1
        return self._take(kind, value)


def _completed(stated: dict[Kind, int], total_known: int | None) -> Counts | None:
    """The five counts that follow from what was stated; None if it says too little or contradicts itself."""
    exempt, present = stated.get("exempt", 0), stated.get("present")
    away = [stated[kind] for kind in ("absent", "excused", "unexcused") if kind in stated]
    full = "full" in stated
    if (full and any(away)) or (present is None and not away and not full):
        return None
    total = stated.get("total", total_known)
    if total is None and full and present is not None:
        total = present + exempt
    if total is None:
        raise Invalid("attendance_total_unknown")
    _check_total(total)
    excused, unexcused = stated.get("excused", 0), stated.get("unexcused", 0)
    absent = stated.get("absent", excused + unexcused)
    if present is None:
        present = total - exempt - absent
        if present < 0:
            raise _wrong_sum(total, exempt + absent)
    missing = total - exempt - present
    if "absent" in stated and absent != missing:
        raise _wrong_sum(total, present + absent + exempt)
    unexplained = missing - excused - unexcused
    if unexplained > 0 and ("absent" in stated or not {"excused", "unexcused"} <= stated.keys()):
        raise Invalid("attendance_absent_unexplained", absent=unexplained)
    return Counts(total, present, excused, unexcused, exempt)
