"""What a committee of forty cells was asked for in the second quarter of 2022 and what each has done, as its people wrote it down; the
sums of every period are counted here, by hand, from nothing else."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

COMMITTEE = "Đảng ủy xã Kỳ Mẫu"
PARTS = {"D": "Đảng ủy bộ phận Đông", "T": "Đảng ủy bộ phận Tây", "K": "Đảng ủy bộ phận Khối cơ quan"}
SECTORS = {
    "nong_thon": "Nông thôn",
    "truong_hoc": "Trường học",
    "co_quan": "Cơ quan",
    "doanh_nghiep": "Doanh nghiệp",
}
FOUNDED, MOVED = "D15", "K12"
"""D15 was founded on 4 April, when March was over; K12 moved to the west on 16 May."""
FIRST = [f"{part}{n}" for part, most in (("D", 14), ("T", 13), ("K", 12)) for n in range(1, most + 1)]
CELLS = (*FIRST[:14], FOUNDED, *FIRST[14:])
ALONE = ("D14", "T13")
"""Nobody has taken their code."""
PILOTS = ("D1", "T1")
IN_TIME, LATE, NOT = "in time", "late", "not"


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a plan asks of some cells: from when on it counts and its last day."""

    plan: str
    key: str
    title: str
    opens: date
    due: date
    cells: tuple[str, ...]


def day(text: str) -> date:
    """ "04-30" of 2022."""
    return date.fromisoformat(f"2022-{text}")


MOVED_ON = day("05-16")
WORK, DRIVE = "12-KH/ĐU", "60-KH/ĐU"
FOLLOWERS = tuple(cell for cell in CELLS if cell not in PILOTS)
ASKED = (
    Asked(WORK, "t3", "Sinh hoạt tháng Ba", day("03-01"), day("03-31"), tuple(FIRST)),
    Asked(WORK, "t4", "Sinh hoạt tháng Tư", day("04-01"), day("04-30"), CELLS),
    Asked(WORK, "t5", "Sinh hoạt tháng Năm", day("05-01"), day("05-31"), CELLS),
    Asked(WORK, "t6", "Sinh hoạt tháng Sáu", day("06-01"), day("06-30"), CELLS),
    Asked(WORK, "t7", "Sinh hoạt tháng Bảy", day("07-01"), day("07-31"), CELLS),
    Asked(DRIVE, "diem", "Chuyển đổi số (điểm)", day("05-01"), day("05-20"), PILOTS),
    Asked(DRIVE, "cd", "Chuyển đổi số", day("05-21"), day("06-20"), FOLLOWERS),
    Asked(DRIVE, "bc", "Báo cáo chuyển đổi số", day("06-01"), day("06-25"), CELLS),
)
OWN: dict[tuple[str, str], str] = {
    ("D1", "t4"): "04-07 19:30",
    ("D2", "t4"): "04-19 19:30",  # entered on the day after
    ("D15", "t4"): "04-28 17:00",
    ("T1", "t4"): "04-30 23:40",  # a Saturday and a holiday, twenty minutes before the month is over
    ("K1", "t4"): "04-30 22:50",  # ended after midnight
    ("D1", "diem"): "05-18 19:30",
    ("T2", "t5"): "05-31 19:00",  # led by a new secretary
    ("D1", "bc"): "06-20 10:00",
    ("D2", "bc"): "06-22 21:30",
    ("T1", "bc"): "06-24 16:00",
    ("K1", "bc"): "06-26 00:10",  # ten minutes too late, a Sunday
    ("T2", "bc"): "06-28 09:00",  # after it was nudged
}
"""What the people of the story have done in their own words; of the others and the rest the rule below tells."""
GIVEN_BACK = ("D2", "bc")
"""Returned on 23 June and never handed in again."""
MODELS = {"D1": 3, "D2": 4, "T1": 2, "K1": 0, "T2": 1}
"""How many models these have reported; the others as many as their number."""


def sector(cell: str) -> str:
    """D15 was founded without one."""
    if cell == FOUNDED:
        return ""
    return "nong_thon" if cell[0] != "K" else list(SECTORS)[1:][(int(cell[1:]) - 1) // 4]


def deed(cell: str, one: Asked) -> datetime | None:
    """When the cell did it: most in time, some late, some never; on any day of the week and late in the evening."""
    if (cell, one.key) in OWN:
        return datetime.fromisoformat(f"2022-{OWN[cell, one.key]}")
    if cell in ALONE or one.key == "t7":
        return None
    at = CELLS.index(cell)
    weight = (7 * at + 3 * ASKED.index(one)) % 10
    if weight < 6:
        return _on(one.due, -(at % 12), "23:40" if at % 12 == 0 else "19:30")
    if weight < 8:
        return _on(one.due, 1 + at % 4, "00:10" if at % 4 == 0 else "20:00")
    return None


def _on(due: date, later: int, clock: str) -> datetime:
    return datetime.combine(due + timedelta(days=later), time.fromisoformat(clock))


def stands(cell: str, one: Asked, now: datetime) -> str:
    done = deed(cell, one)
    if done is None or done > now or (cell, one.key) == GIVEN_BACK:
        return NOT
    return IN_TIME if done.date() <= one.due else LATE


def part_of(cell: str, one: Asked) -> str:
    """Below which sub-committee it counts: what was over when a cell moved stays where it was."""
    done = deed(cell, one)
    over = one.due < MOVED_ON or (done is not None and done.date() < MOVED_ON)
    return cell[0] if cell != MOVED or over else "T"


def lines(first: date, last: date, now: datetime) -> list[tuple[str, Asked]]:
    """What was due in these days and had been opened: (cell, what was asked)."""
    due = [one for one in ASKED if first <= one.due <= last and one.opens <= now.date()]
    return [(cell, one) for one in due for cell in one.cells]


def counted(rows: Iterable[tuple[str, Asked]], now: datetime) -> Counter[str]:
    return Counter(stands(cell, one, now) for cell, one in rows)


def models() -> tuple[int, int]:
    """The sum of the models, and how many cells have told theirs."""
    report = ASKED[-1]
    told = [cell for cell in CELLS if deed(cell, report) is not None]
    return sum(MODELS.get(cell, int(cell[1:])) for cell in told), len(told)
