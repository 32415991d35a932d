"""Random histories of a small committee: whatever a leader is told of a unit, that day, is so.

The test keeps a diary of its own of what was done through the channel; every number, name and day in what the leader reads is
reckoned anew from that diary and from the calendar, never through the counting that wrote the sentence.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.tables import Contact, Demand, Duty, Message, Priority, Unit
from schedules import reminders, summaries
from tests.kit.files import stored
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

PLAN = """
plan:
  symbol: 9-KH/ĐU
  date: 2022-03-20
  issuer: Đảng ủy xã
  title: Kế hoạch
  starts: 2022-04-01
  ends: 2022-12-31
  merging: embedded
topics:
  - {key: thang-4, title: Chủ đề tháng tư, meeting: regular, period: 2022-04}
  - {key: thang-5, title: Chủ đề tháng năm, meeting: regular, period: 2022-05}
duties:
  - {key: bc, do: report, title: Báo cáo hai tháng, to: Đảng ủy, due: {by: 2022-06-06}}
"""
DUE = {"thang-4": date(2022, 4, 30), "thang-5": date(2022, 5, 31), "bc": date(2022, 6, 6)}
FIRST = {"thang-4": date(2022, 4, 1), "thang-5": date(2022, 5, 1), "bc": date(2022, 5, 7)}
TITLES = {"thang-4": "Chủ đề tháng tư", "thang-5": "Chủ đề tháng năm", "bc": "Báo cáo hai tháng"}
SHORT = {"T4": "thang-4", "T5": "thang-5", "Báo cáo hai tháng": "bc"}
CELLS = {f"CB{n}": f"Chi bộ thôn {n}" for n in (1, 2, 3, 10, 11, 12, 20)}
START, END = date(2022, 4, 1), date(2022, 6, 20)
FIGURES = re.compile(
    r"<b>(?P<name>T4|T5|Báo cáo hai tháng)[^:]*: (?:(?P<done>\d+)/(?P<all>\d+) đã (?:họp|xong)|chưa (?:đơn vị nào )?(?:họp|xong))</b>"
    r"(?:, (?P<in_time>\d+) đúng hạn)?(?:, (?P<late>\d+) trễ)?(?:, (?P<open>\d+) (?:chưa|đơn vị))?(?: \((?P<overdue>\d+) quá hạn\))?"
)
CLIMBED = re.compile(r"^– (?P<unit>Chi bộ thôn \d+): (?P<state>.*)$")
HEADING = re.compile(r"^(?:\d+\. )?<b>(?P<what>[^<]*)</b>: (?P<total>\d+) đơn vị$")


@dataclass
class Cell:
    """What the test has seen this cell do."""

    name: str
    secretary: Talker | None = None
    lost: bool = False
    done: dict[str, date] = field(default_factory=dict)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    nudged: set[tuple[str, date]] = field(default_factory=set)


class Walk:
    """One history; `checked` counts the sentences that were held against the diary."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance = world, random.Random(seed)
        self.cells = {name: Cell(name) for name in CELLS.values()}
        self.codes = {name: code for code, name in CELLS.items()}
        self.leader = world.registered("DU", "leader")
        self.read = len(self.leader.got)
        self.checked: Counter[str] = Counter()

    @property
    def today(self) -> date:
        return (self.world.at + timedelta(hours=7)).date()

    def days(self) -> Iterator[date]:
        day = START
        while day <= END:
            yield day
            day += timedelta(days=self.chance.choice((1, 1, 2)))

    def run(self) -> None:
        for day in self.days():
            self.world.go(f"{day} 07:05")
            self.tick()
            self.world.go(f"{day} 08:05")
            self.tick()
            self.world.go(f"{day} 14:00")
            for _ in range(self.chance.choice((0, 1, 1, 2))):
                self.act()
            self.tick()

    def tick(self) -> None:
        for tick in (reminders.say_reminders, summaries.tell_leaders):
            self.world.tick(tick)
        self.world.later(minutes=15)
        for cell in self.cells.values():
            if cell.secretary and not cell.lost:
                cell.secretary.looks()
        self.leader.looks()
        self.hold_against()

    def act(self) -> None:
        acts = (
            self.register,
            self.meet,
            self.meet,
            self.report,
            self.lose,
            self.come_back,
            self.sum_up,
            self.nudge,
        )
        self.chance.choice(acts)()
        self.hold_against()

    def some(self, *, lost: bool = False) -> Cell | None:
        found = [cell for cell in self.cells.values() if cell.secretary and cell.lost is lost]
        return self.chance.choice(found) if found else None

    def register(self) -> None:
        free = [cell for cell in self.cells.values() if cell.secretary is None]
        if free:
            cell = self.chance.choice(free)
            cell.secretary = self.world.registered(self.codes[cell.name], "secretary", members=20)

    def duty(self, cell: Cell, key: str) -> int:
        with self.world.db.read() as session:
            return session.scalars(
                select(Duty.id)
                .join(Unit, Unit.id == Duty.unit_id)
                .where(Unit.name == cell.name, Duty.key == key)
            ).one()

    def meet(self) -> None:
        cell = self.some()
        open_ = [
            key
            for key in ("thang-4", "thang-5")
            if cell and key not in cell.done and FIRST[key] <= self.today
        ]
        if cell is None or cell.secretary is None or not open_:
            return
        key = self.chance.choice(open_)
        first = FIRST[key]
        held = first + timedelta(days=self.chance.randrange((self.today - first).days + 1))
        total, away = 20, self.chance.randrange(4)
        talker = cell.secretary.presses(f"result.duty:{self.duty(cell, key)}")
        talker.says(f"{held:%d/%m/%Y}").says(
            f"{total - away}/{total}, vắng {away} có lý do" if away else "đủ 20/20"
        ).taps("Đúng")
        assert "Đã ghi kết quả" in talker.last.text, talker.last.text
        cell.done[key] = held
        cell.counts[key] = (total - away, total)

    def report(self) -> None:
        cell = self.some()
        if cell is None or cell.secretary is None or "bc" in cell.done or self.today < FIRST["bc"]:
            return
        talker = cell.secretary.presses(f"report.duty:{self.duty(cell, 'bc')}")
        talker.hands(stored("bao-cao.pdf", cell.name.encode())).says("xong")
        assert "Đã nộp" in talker.last.text, talker.last.text
        cell.done["bc"] = self.today

    def lose(self) -> None:
        cell = self.some()
        if cell and cell.secretary:
            cell.secretary.sends(cell.secretary._event(blocked=True))
            cell.lost = True

    def come_back(self) -> None:
        cell = self.some(lost=True)
        if cell and cell.secretary:
            cell.secretary.sends(cell.secretary._event(blocked=False))
            cell.lost = False

    # What is true, by the diary

    def missing(self, key: str) -> list[Cell]:
        return [cell for cell in self.cells.values() if key not in cell.done]

    def in_time(self, key: str) -> int:
        return sum(cell.done.get(key, date.max) <= DUE[key] for cell in self.cells.values())

    def reached(self, key: str) -> list[Cell]:
        """Whom a reminder of today can still reach."""
        return [
            cell
            for cell in self.missing(key)
            if cell.secretary and not cell.lost and (key, self.today) not in cell.nudged
        ]

    # What the leader reads

    def sum_up(self) -> None:
        self.leader.says("/tonghop")
        lost = [cell.name for cell in self.cells.values() if cell.secretary and cell.lost and self.owes(cell)]
        found = re.search(r"Mất liên lạc (\d+) đơn vị: ([^\n]*)\.", self.leader.last.text)
        assert (int(found[1]) if found else 0) == len(lost), self.leader.last.text
        if found and len(lost) <= 5:
            assert found[2].split(", ") == sorted(lost, key=lambda name: int(name.rpartition(" ")[2]))

    def owes(self, cell: Cell) -> bool:
        return any(key not in cell.done and FIRST[key] <= self.today for key in DUE)

    def nudge(self) -> None:
        key = self.chance.choice([key for key in DUE if FIRST[key] <= self.today])
        with self.world.db.read() as session:
            demand = session.scalars(select(Demand.id).where(Demand.key == key)).one()
        self.leader.presses(f"sum.units:{demand}")
        self.read_units(key)
        reached = self.reached(key)
        buttons = [choice.label for choice in self.leader.choices if "Nhắc" in choice.label]
        assert buttons == ([f"🔔 Nhắc {len(reached)} đơn vị"] if reached else []), (
            buttons,
            self.leader.last.text,
        )
        if not reached:
            return
        self.leader.taps("Nhắc")
        if len(reached) > 5:
            assert self.leader.last.text.endswith(f"👉 Nhắc {len(reached)} đơn vị?")
            self.leader.taps(f"Nhắc {len(reached)} đơn vị")
        assert f"tới {len(reached)} đơn vị" in self.leader.last.text, self.leader.last.text
        self.read_untold(key)
        for cell in reached:
            cell.nudged.add((key, self.today))
            assert cell.secretary is not None
            before = len(cell.secretary.got)
            cell.secretary.looks()
            if not self.waits():
                assert any("Cấp ủy cấp trên nhắc" in reply.text for reply in cell.secretary.got[before:])

    def waits(self) -> bool:
        return "sẽ gửi" in self.leader.last.text

    def read_units(self, key: str) -> None:
        text = self.leader.last.text
        missing = sorted(self.missing(key), key=lambda cell: int(cell.name.rpartition(" ")[2]))
        listed = re.findall(r"^(⚠️|–) (Chi bộ thôn \d+)", text, re.M)
        mark = "⚠️" if DUE[key] < self.today else "–"
        assert listed == [(mark, cell.name) for cell in missing], text
        assert (f"Còn {len(missing)} đơn vị chưa xong" in text) is bool(missing), text
        self.checked["missing"] += len(listed)
        self.read_untold(key)

    def read_untold(self, key: str) -> None:
        text = self.leader.last.text
        for sign, meant in (
            ("Mất liên lạc, cần gọi điện", [c for c in self.missing(key) if c.secretary and c.lost]),
            ("Chưa có người đăng ký", [c for c in self.missing(key) if c.secretary is None]),
        ):
            found = re.search(rf"{sign}[^\n(]*\((\d+)\): ([^\n]*)\.", text)
            names = sorted((c.name for c in meant), key=lambda name: int(name.rpartition(" ")[2]))
            assert (found[2].split(", ") if found else []) == names, text
            assert not found or int(found[1]) == len(names)

    def hold_against(self) -> None:
        """Every sentence that has reached the leader since the last look."""
        for reply in self.leader.got[self.read :]:
            for found in FIGURES.finditer(reply.text):
                self.read_figures(found, reply.text)
            self.read_climbed(reply.text)
        self.read = len(self.leader.got)

    def read_figures(self, found: re.Match[str], text: str) -> None:
        key = SHORT[found["name"]]
        done = len(self.cells) - len(self.missing(key))
        meant = {
            "done": done,
            "in_time": self.in_time(key),
            "late": done - self.in_time(key),
            "open": len(self.cells) - done,
            "overdue": len(self.cells) - done if DUE[key] < self.today else 0,
        }
        told = {name: int(found[name] or 0) for name in meant}
        assert told == meant, (self.today, key, text)
        assert not found["all"] or int(found["all"]) == len(self.cells)
        counts = [cell.counts[key] for cell in self.cells.values() if key in cell.counts]
        shares = re.search(r"Tỷ lệ dự [\d,]+% \((\d+)/(\d+)\)", text[found.end() :].split("\n<b>")[0])
        if counts:
            assert shares is not None, text
            assert (int(shares[1]), int(shares[2])) == tuple(map(sum, zip(*counts, strict=True))), text
        self.checked["figures"] += 1

    def read_climbed(self, text: str) -> None:
        key, names = "", []
        for line in text.split("\n"):
            if found := HEADING.match(line):
                key = next((k for k, title in TITLES.items() if title in found["what"]), "")
                assert key, line
                assert int(found["total"]) <= len(self.missing(key)), text
            elif (found := CLIMBED.match(line)) and key:
                self.read_late(self.cells[found["unit"]], key, found["state"], line)
                names.append(found["unit"])
            elif line.startswith("✅ <b>Đã xong"):
                key = ""
            elif found := re.match(r"^– (Chi bộ thôn \d+): ([^(]*) \(", line):
                its = next(k for k, title in TITLES.items() if title in found[2])
                assert its in self.cells[found[1]].done, line
                assert ("đúng hạn" in line) is (self.cells[found[1]].done[its] <= DUE[its]), line
                self.checked["done"] += 1

    def read_late(self, cell: Cell, key: str, state: str, line: str) -> None:
        assert key not in cell.done, line
        if days := re.search(r"quá hạn (\d+) ngày", state):
            assert int(days[1]) == (self.today - DUE[key]).days > 0, (self.today, line)
        assert ("chưa có người đăng ký" in state) is (cell.secretary is None), line
        assert ("mất liên lạc" in state) is bool(cell.secretary and cell.lost), line
        told = re.search(r"nhắc người phụ trách (\d+) lần", state)
        assert (int(told[1]) if told else 0) == self.written(cell, key), (self.today, line)
        self.checked["late"] += 1

    def written(self, cell: Cell, key: str) -> int:
        """How many messages have gone or will go to the cell's secretary by themselves or by a leader's wish, of this thing."""
        if cell.secretary is None:
            return 0
        with self.world.db.read() as session:
            rows = session.scalars(
                select(Message)
                .join(Contact, Contact.id == Message.contact_id)
                .where(
                    Contact.place == cell.secretary.address.place,
                    Message.state.in_(("sent", "waiting")),
                    Message.priority != Priority.ANSWER,
                )
            ).all()
            return sum(TITLES[key] in message.body["text"] for message in rows)


def begin_here(world: World) -> None:
    world.go("2022-03-28 09:00")
    cells = ((code, name, "chi_bo", "nong_thon", "DU") for code, name in CELLS.items())
    world.units(("DU", "Đảng ủy xã", "dang_uy", "", None), *cells)
    world.load(plan_of(PLAN), "DU")


pytestmark = begins(begin_here)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_a_leader_reads_of_a_unit_is_so(world: World, seed: int) -> None:
    walk = Walk(world, seed)
    walk.run()
    assert walk.checked["figures"] > 10
    assert walk.checked["missing"] > 5
    assert walk.checked["late"] > 3
