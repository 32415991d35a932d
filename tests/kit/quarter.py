"""The first quarter of a committee, as its diary tells it: who met when, how many were there, who handed in what."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before, set_meeting
from bot.reports.submissions import add_files, draft_of, hand_in
from bot.tables import Duty, Person, Score, Unit
from tests.kit.files import stored
from tests.kit.plans import plan_of
from tests.kit.world import World

PROVINCE, COMMITTEE, OTHER = "Tỉnh ủy Mẫu", "Đảng ủy xã Kỳ Mẫu", "Đảng bộ Công ty Mẫu"
CELLS = {"C1": "nong_thon", "C2": "nong_thon", "C3": "truong_hoc", "C4": "co_quan", "C5": ""}
FOREIGN = ("D1", "D2")
PLAN = """
plan: {symbol: 12-KH/ĐU, date: 2021-12-20, issuer: Đảng ủy xã, title: Kế hoạch năm 2022, starts: 2022-01-01, ends: 2022-12-31}
topics:
  - {key: t1, title: Chủ đề tháng Một, meeting: regular, period: 2022-01, who: {kinds: [chi_bo]}}
  - {key: t2, title: Chủ đề tháng Hai, meeting: regular, period: 2022-02, who: {kinds: [chi_bo]}}
  - {key: diem, title: Tự soi tự sửa (điểm), meeting: thematic, period: 2022-03, who: {units: [C1]}}
  - {key: cd, title: Tự soi tự sửa, meeting: thematic, period: 2022-03, who: {kinds: [chi_bo], except: [C1]}, follows: diem}
duties:
  - {key: bc, do: report, title: "Báo cáo quý {period}", to: Đảng ủy, who: {kinds: [chi_bo]}, due: {every: quarter}}
"""


@dataclass(frozen=True, slots=True)
class Held:
    """On which day of 2022, how many of `total` were there, away with and without a reason; the grade that was voted."""

    key: str
    day: str
    total: int
    present: int
    excused: int
    unexcused: int
    exempt: int = 0
    grade: str = ""


DIARY: dict[str, tuple[Held, ...]] = {
    "C1": (
        Held("t1", "01-12", 20, 18, 1, 0, 1, "Tốt"),
        Held("t2", "02-10", 20, 19, 0, 1, 0, "Khá"),
        Held("diem", "03-05", 20, 20, 0, 0),
    ),
    "C2": (Held("t1", "02-03", 31, 25, 4, 2, 0, "Tốt"), Held("cd", "03-12", 31, 28, 3, 0)),
    "C3": (Held("t1", "01-20", 12, 12, 0, 0), Held("t2", "03-02", 12, 10, 2, 0)),
    "C4": (),
    "C5": (Held("t2", "02-28", 9, 7, 1, 1),),
    "D1": (Held("t1", "01-15", 99, 98, 1, 0),),
    "D2": (),
}
DUE = {"t1": "01-31", "t2": "02-28", "diem": "03-31", "cd": "03-31"}
TITLES = {
    "t1": "Chủ đề tháng Một",
    "t2": "Chủ đề tháng Hai",
    "diem": "Tự soi tự sửa (điểm)",
    "cd": "Tự soi tự sửa",
}
HANDED = {"C1": "03-30", "C2": "04-02", "D1": "03-20"}
"""The report of the quarter, due on 31 March."""
TODAY = date(2022, 4, 5)


def asked_of(code: str) -> list[str]:
    """The topics that a cell is to meet about."""
    return ["t1", "t2", "diem" if code == "C1" else "cd"]


def stands(code: str, key: str) -> str:
    """By the diary: a topic done on time or late, else open and overdue, for it is April."""
    held = [one for one in DIARY[code] if one.key == key]
    return "open" if not held else "on_time" if held[0].day <= DUE[key] else "late"


def counted(codes: Iterable[str], keys: Iterable[str] = DUE) -> Counter[str]:
    wanted = set(keys)
    return Counter(stands(code, key) for code in codes for key in asked_of(code) if key in wanted)


def reported(codes: Iterable[str]) -> Counter[str]:
    days = [HANDED.get(code) for code in codes]
    return Counter("open" if day is None else "on_time" if day <= "03-31" else "late" for day in days)


def build_quarter(world: World) -> None:
    world.go("2022-01-03 08:00")
    world.units(
        ("TU", PROVINCE, "dang_uy", "", None),
        ("DUX", COMMITTEE, "dang_uy", "", "TU"),
        *[(code, f"Chi bộ thôn {code[1:]}", "chi_bo", sector, "DUX") for code, sector in CELLS.items()],
        ("DUK", OTHER, "dang_bo_co_so", "", "TU"),
        *[(code, f"Chi bộ phân xưởng {code[1:]}", "chi_bo", "doanh_nghiep", "DUK") for code in FOREIGN],
    )
    world.load(plan_of(PLAN), "TU")
    with world.db.write() as session:
        session.add(Person(created_at=world.at))
    for day, code, held in sorted((one.day, code, one) for code, many in DIARY.items() for one in many):
        _hold(world, code, held, f"2022-{day} 19:00")
    for code, day in HANDED.items():
        _hand_in(world, code, f"2022-{day} 09:00")
    world.go(f"{TODAY} 09:00")
    with world.db.write() as session:
        unit, duty = _duty(session, "C4", "cd")
        set_meeting(session, unit, duty, world.local("2022-04-20 19:00"), "Nhà văn hóa", world.moment)


def _duty(session: Session, code: str, key: str) -> tuple[Unit, Duty]:
    unit = session.scalars(select(Unit).where(Unit.code == code)).one()
    its = select(Duty).where(Duty.unit_id == unit.id, Duty.key.startswith(key))
    return unit, session.scalars(its.order_by(Duty.due_on).limit(1)).one()


def _person(session: Session) -> int:
    return session.scalars(select(Person.id).order_by(Person.id).limit(1)).one()


def _hold(world: World, code: str, held: Held, when: str) -> None:
    world.go(when)
    with world.db.write() as session:
        unit, duty = _duty(session, code, held.key)
        counts = AttendanceCounts(held.total, held.present, held.excused, held.unexcused, held.exempt)
        meeting = held_before(session, unit, duty, world.at, counts, _person(session), world.moment)
        if held.grade:
            graded = {"sheet": "x", "total": 90, "grade": held.grade, "voted": True, "at": world.at}
            session.add(Score(meeting_id=meeting.id, **graded))


def _hand_in(world: World, code: str, when: str) -> None:
    world.go(when)
    with world.db.write() as session:
        _, duty = _duty(session, code, "bc")
        draft = draft_of(session, duty, _person(session), world.at)
        add_files(session, draft, [stored(f"=bao cao {code}.pdf", code.encode())])
        hand_in(session, draft, world.moment)
