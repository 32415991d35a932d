"""The one line in which a secretary says the counts of a meeting, with or without the kinds of members."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.domain.attendance import Counts, check_total, counts_of_values, wrong_sum
from bot.domain.problems import Invalid
from bot.domain.reading import LONGEST_NUMBER, PEOPLE, said, spoken, tokens

Kind = Literal[
    "number", "slash", "break", "no", "full", "total", "present", "absent", "excused", "unexcused", "exempt",
    "official", "probationary", "temporary", "elsewhere", "guests", "late",
    "present_official", "present_probationary", "later_official", "later_probationary",
]  # fmt: skip
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
    "official": ("chinh thuc",),
    "probationary": ("du bi",),
    "elsewhere": (
        *(
            "sinh hoat tam thoi noi khac",
            "sinh hoat tam thoi o noi khac",
            "sinh hoat noi khac",
            "di noi khac",
        ),
        *("di sinh hoat tam thoi", "sinh hoat o noi khac", "o noi khac", "noi khac", "nhiem vu dac biet"),
    ),
    "temporary": ("sinh hoat dang tam thoi", "sinh hoat tam thoi", "sinh hoat tam", "sh tam", "tam thoi"),
    "guests": ("khach moi", "khach", "dai bieu"),
    "late": ("den muon", "di muon", "den tre"),
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
MEMBERS: dict[Kind, tuple[Kind, Kind]] = {
    "official": ("present_official", "later_official"),
    "probationary": ("present_probationary", "later_probationary"),
}
"""A kind of members: those of it that are there, and a number said after that of those present, which may mean either."""
ASIDE: tuple[Kind, ...] = ("elsewhere", "temporary", "guests", "late")
NAMED: dict[Kind, str] = {"excused": "absent_excused", "unexcused": "absent_unexcused"}


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
    values = _values(_understood(text), total_known)
    if values is None:
        raise Invalid("attendance_unclear", said=said(text))
    return counts_of_values(values)


def read_start(text: str, total_known: int | None = None) -> dict[str, int] | None:
    """What a line gives that says nothing yet of those who are away, by the names of `Counts`: "28 đảng viên, 25 chính
    thức 3 dự bị, có mặt 26". None for any other line. Raises Invalid: "attendance_present_over_total"."""
    items = _items(text)
    stated = _stated(items) if items else None
    if not stated or stated.keys() & {"absent", "excused", "unexcused", "exempt", "full"}:
        return None
    _settle_kinds(stated, total_known)
    values = _numbers(stated)
    total = _total(stated, total_known)
    if total is None or not values.keys() & {"official", "probationary", "present_official"}:
        return None
    present = values.get("present")
    if present is not None and present > total:
        raise Invalid("attendance_present_over_total", present=present, total=total)
    return {**values, "total": total}


def _understood(text: str) -> dict[Kind, int]:
    items = _items(text)
    stated = _stated(items) if items else None
    if stated is None:
        raise Invalid("attendance_unclear", said=said(text))
    return stated


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
    # "28 đảng viên, 25 chính thức": a number that opens a line with kinds of members is all of them.
    opening: list[Kind] = (
        ["total", "present"] if {item.kind for item in items} & MEMBERS.keys() else ["present", "total"]
    )
    return next((found for lone in opening if (found := _paired(items, lone)) is not None), None)


def _paired(items: list[_Item], lone: Kind) -> dict[Kind, int] | None:
    pairing = _Pairing(items, lone)
    while pairing.at < len(items):
        if not pairing.step():
            return None
    return pairing.stated if pairing.rest_is_lone() else None


class _Pairing:
    """Walks over the items once; a name takes the number right before it ("2 có phép"), else the one after ("miễn 2")."""

    def __init__(self, items: list[_Item], lone: Kind) -> None:
        self.items = items
        self.lone = lone
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
            return self.rest_is_lone()
        if kind == "no":
            return self._no()
        return kind != "slash" and self._name(kind)

    def rest_is_lone(self) -> bool:
        """A lone number is those present (or all), but only where it opens the line or says how many "đủ" are."""
        if self.waiting is None:
            return True
        lone = set(self.stated) <= {"full"}
        return lone and self._take(self.lone, self.waiting)

    def _take(self, kind: Kind, value: int) -> bool:
        self.waiting = None
        if kind in MEMBERS and "present" in self.stated:
            kind = MEMBERS[kind][1]
        return self.stated.setdefault(kind, value) == value

    def _number(self) -> bool:
        if self.waiting is not None and not (self.lone == "total" and self.rest_is_lone()):
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
        if part in MEMBERS:
            self.waiting = None
            there = self.stated.setdefault(MEMBERS[part][0], value) == value
            return there and self.stated.setdefault(part, total) == total
        return self._take(part, value) and self._take("total", total)

    def _no(self) -> bool:
        """After a number, those without a reason ("1 không"); before a name, nobody ("không vắng")."""
        self.at += 1
        if self.waiting is not None:
            return self._take("unexcused", self.waiting)
        self.waiting = 0
        return self._kind(0) in {"absent", "excused", "unexcused", "exempt", *MEMBERS, *ASIDE}

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


def _settle_kinds(stated: dict[Kind, int], total_known: int | None) -> None:
    """Kinds said after those present are of them if others were said before, or if they add up to them alone."""
    later = {kind: names[1] for kind, names in MEMBERS.items() if names[1] in stated}
    if not later:
        return
    added = sum(stated[name] for name in later.values())
    before = bool(stated.keys() & MEMBERS.keys())
    total = stated.get("total", total_known)
    of_present = before or (len(later) == 2 and added == stated.get("present") and added != total)
    for kind, name in later.items():
        value = stated.pop(name)
        stated[MEMBERS[kind][0] if of_present else kind] = value


def _total(stated: dict[Kind, int], total_known: int | None) -> int | None:
    if "total" in stated:
        return stated["total"]
    if MEMBERS.keys() <= stated.keys():
        return stated["official"] + stated["probationary"] + stated.get("temporary", 0)
    return total_known


def _numbers(stated: dict[Kind, int]) -> dict[str, int]:
    """What was stated, by the names of `Counts`; those present from their kinds where only these were said."""
    unnamed = {"absent", "full"}
    values = {NAMED.get(kind, kind): value for kind, value in stated.items() if kind not in unnamed}
    if "present" not in values and {"present_official", "present_probationary"} <= values.keys():
        values["present"] = values["present_official"] + values["present_probationary"]
    return values


def _values(stated: dict[Kind, int], total_known: int | None) -> dict[str, int] | None:
    """The counts that follow from what was stated; None if it says too little or contradicts itself."""
    _settle_kinds(stated, total_known)
    values = _numbers(stated)
    aside = values.get("exempt", 0) + values.get("elsewhere", 0)
    present = values.get("present")
    away = [stated[kind] for kind in ("absent", "excused", "unexcused") if kind in stated]
    full = "full" in stated
    if (full and any(away)) or (present is None and not away and not full):
        return None
    total = _total(stated, total_known)
    if total is None and full and present is not None:
        total = present + aside
    if total is None:
        raise Invalid("attendance_total_unknown")
    check_total(total)
    excused, unexcused = stated.get("excused", 0), stated.get("unexcused", 0)
    absent = stated.get("absent", excused + unexcused)
    known = {**values, "total": total, "absent_excused": excused, "absent_unexcused": unexcused}
    if present is None:
        present = total - aside - absent
        if present < 0:
            raise wrong_sum({**known, "present": 0}, aside + absent)
    missing = total - aside - present
    if "absent" in stated and absent != missing:
        raise wrong_sum({**known, "present": present}, present + absent + aside)
    unexplained = missing - excused - unexcused
    if unexplained > 0 and ("absent" in stated or not {"excused", "unexcused"} <= stated.keys()):
        raise Invalid("attendance_absent_unexplained", absent=unexplained)
    return {**known, "present": present}
