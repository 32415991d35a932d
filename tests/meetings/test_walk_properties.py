"""Random walks through a meeting, valid and not, on two phones: the counts always add up, and no note is lost or doubled."""

import itertools
import random
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from docx import Document
from sqlalchemy import select

from bot.meetings.attendance import check_counts
from bot.meetings.counts import counts_of
from bot.meetings.vote_line import check_vote
from bot.messages import File, Incoming
from bot.papers.collecting import collect_minutes_facts
from bot.papers.numbering import number_for
from bot.papers.rendering import render_paper
from bot.plans.agenda import Agenda, AgendaStep
from bot.store.db import Database
from bot.store.filetypes import OGG
from bot.tables import Meeting, Note, Task, Topic, Unit, Vote
from bot.talk.receive import receive
from tests.kit.committees import committee
from tests.kit.places import ROOT, ZONE
from tests.kit.plans import shipped
from tests.kit.talker import Talker
from tests.kit.wording import reads_well
from tests.kit.world import World

STEPS = (
    AgendaStep(key="clerk", title="Cử thư ký", optional=True),
    AgendaStep(key="attendance", title="Điểm danh", asks="attendance"),
    AgendaStep(key="last", title="Việc đã giao", asks="last_tasks"),
    AgendaStep(key="plans", title="Từng đồng chí", for_each="member", most_minutes=5),
    AgendaStep(key="advice", title="Góp ý", for_each="member"),
    AgendaStep(key="talk", title="Thảo luận", asks="speakers", least_minutes=3),
    AgendaStep(key="tasks", title="Phân công", asks="tasks"),
    AgendaStep(key="vote", title="Biểu quyết", asks="vote"),
    AgendaStep(key="minutes", title="Đọc lại", asks="read_back"),
)
LINES = (
    "đủ",
    "25/28, 2 có phép, 1 không",
    "27/28, 1 có phép",
    "28 đảng viên, 25 chính thức 3 dự bị, có mặt 27, 1 có phép",
    "25/28",
    "29/28",
    "ba mươi",
    "chính thức 24/25, dự bị 3/3, 1 không phép",
)
LENGTH = 60


@dataclass
class Walkers:
    """Two phones of one cell, what they have noted, and what is expected of it."""

    world: World
    random: random.Random
    phones: list[Talker] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    refs: dict[str, tuple[Talker, str]] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def phone(self) -> Talker:
        return self.random.choice(self.phones)

    def meeting(self) -> Meeting:
        with self.world.db.read() as session:
            return session.scalars(select(Meeting)).one()

    def go(self) -> None:
        moves = (
            *(self.press,) * 5,
            *(self.note,) * 4,
            self.stale,
            self.edit,
            self.count,
            self.vote,
            self.task,
            self.voice,
            self.take_over,
            self.restart,
            self.again,
            self.wait,
            self.nonsense,
        )
        self.random.choice(moves)()

    def press(self) -> None:
        phone = self.phone()
        ends = ("Kết thúc", "Chọn nhầm", "Bỏ ", "Trang chính", "Họp thử", "Việc tháng này", "Đây là ")
        choices = [c for c in phone.choices if not any(name in c.label for name in ends)]
        if choices:
            phone.presses(self.random.choice(choices).payload)

    def note(self) -> None:
        phone = self.at_step()
        text = f"ghi số {next(self.numbers)}"
        ref = str(1000 + len(self.said))
        phone.says(text, message_ref=ref)
        self.said.append(text)
        self.refs[ref] = (phone, text)

    def edit(self) -> None:
        if self.refs:
            ref = self.random.choice(list(self.refs))
            phone, old = self.refs[ref]
            new = f"sửa số {next(self.numbers)}"
            phone.edits(ref, new)
            self.said[self.said.index(old)] = new
            self.refs[ref] = (phone, new)

    def voice(self) -> None:
        phone = self.at_step()
        text = f"ghi âm số {next(self.numbers)}"
        file = File(f"{len(self.said):064}", "ghi-am.ogg", 10, OGG)
        phone.sends(phone._event(files=(file,), text=text))
        self.said.append(text)

    def at_step(self) -> Talker:
        """A phone whose next words are noted, whatever the step asks for."""
        phone, meeting = self.phone(), self.meeting()
        phone.presses(f"meet.note:{meeting.id}:{meeting.step}")
        return phone

    def stale(self) -> None:
        phone, meeting = self.phone(), self.meeting()
        name = self.random.choice(("next", "skip", "back", "note", "spoke", "member", "late", "more"))
        step = meeting.step - self.random.choice((1, 2, -1))
        phone.presses(f"meet.{name}:{meeting.id}:{step}" + (":0" if name == "member" else ""))

    def count(self) -> None:
        phone = self.phone()
        phone.presses(f"meet.count:{self.meeting().id}").says(self.random.choice(LINES))
        if self.random.random() < 0.7 and any(c.label == "✅ Đúng" for c in phone.choices):
            phone.taps("Đúng")

    def vote(self) -> None:
        phone = self.phone()
        phone.presses(f"vote.add:{self.meeting().id}").says(f"Việc {next(self.numbers)}")
        for _ in range(3):
            phone.says(self.random.choice(("tất cả", "24", "25 tán thành, 1 không", "25", "0", "gì đó")))

    def task(self) -> None:
        phone = self.phone()
        phone.presses(f"task.add:{self.meeting().id}")
        phone.says(f"Việc {next(self.numbers)} – bí thư – {self.random.choice(('25/5', 'sớm', '1/1/2020'))}")

    def take_over(self) -> None:
        self.phone().says("/hop")

    def restart(self) -> None:
        """A new process on the same database."""
        again = World(self.world.db, self.world.at)
        again.ids = itertools.count(next(self.world.ids) + 1000)
        self.world = again
        for phone in self.phones:
            phone.world = again

    def again(self) -> None:
        """The same event a second time."""
        phone = self.at_step()
        text = f"hai lần {next(self.numbers)}"
        event = replace(phone._event(text=text), id=f"twice:{next(self.numbers)}:{id(self)}")
        assert isinstance(event, Incoming)
        phone.sends(event)
        assert not receive(self.world.desk, event)
        phone.looks()
        self.said.append(text)

    def wait(self) -> None:
        if self.random.random() < 0.3:
            self.phone().presses(f"meet.pause:{self.meeting().id}:0")
        self.world.later(minutes=self.random.choice((1, 7, 50)))

    def nonsense(self) -> None:
        phone = self.phone()
        phone.presses(
            self.random.choice(("meet.next:x:0", "=1:z", "meet.walk:999", "vote.fix:0", "task.fix:9"))
        )


@pytest.mark.parametrize("seed", range(6))
def test_a_random_walk_keeps_every_note_once_and_counts_that_add_up(
    db: Database, seed: int, tmp_path: Path
) -> None:
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    with db.write() as session:
        topic = session.scalars(select(Topic).where(Topic.key == "2022-04")).one()
        topic.agenda = Agenda(key="x", title="x", steps=STEPS).model_dump(mode="json", by_alias=True)
    walkers = Walkers(world, random.Random(seed))
    walkers.phones = [world.registered("CB01", "secretary") for _ in range(2)]
    walkers.phones[0].says("/hop").taps("T4 ·")
    for _ in range(LENGTH):
        walkers.go()
        _holds(walkers)
    _ended(walkers)
    _holds(walkers)
    _minutes_hold_every_note_once(walkers, tmp_path)
    reads_well(*walkers.phones)
    assert all(
        "Xin lỗi đồng chí, trợ lý gặp lỗi" not in reply.text for p in walkers.phones for reply in p.got
    )


def _holds(walkers: Walkers) -> None:
    with walkers.world.db.read() as session:
        meeting = session.scalars(select(Meeting)).one()
        notes = session.scalars(select(Note).order_by(Note.id)).all()
        noted = [note.text for note in notes if note.text.startswith(("ghi ", "sửa ", "hai lần "))]
        assert noted == walkers.said
        assert 0 <= meeting.step <= len(STEPS)
        found = counts_of(session, meeting)
        if found is not None:
            check_counts(found)
            unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
            assert unit.members == found.total
        for vote in session.scalars(select(Vote)):
            check_vote(vote.agree, vote.against, vote.other, vote.voters)
            assert vote.voters <= vote.members
        for task in session.scalars(select(Task)):
            assert task.meeting_id == meeting.id
            assert task.state == "open"
        speakers = meeting.walk.speakers.get(5, 0)
        assert speakers >= 0


def _minutes_hold_every_note_once(walkers: Walkers, folder: Path) -> None:
    """The minutes as a file say each thing that was noted once, and no more than was noted."""
    with walkers.world.db.write() as session:
        meeting = session.scalars(select(Meeting)).one()
        number_for(session, meeting, "BB", walkers.world.moment)
        facts = collect_minutes_facts(session, meeting, ZONE)
    target = folder / "minutes.docx"
    render_paper("BB", facts, ROOT / "templates" / "documents", target)
    document = Document(str(target))
    lines = [paragraph.text for paragraph in document.paragraphs]
    for said in walkers.said:
        assert sum(bool(re.search(rf"{re.escape(said)}(?!\d)", line)) for line in lines) == 1, said


def _ended(walkers: Walkers) -> None:
    """Whatever has come before, the meeting is walked to its end."""
    phone = walkers.phones[0]
    phone.presses(f"meet.count:{walkers.meeting().id}").says("27/28, 1 có phép")
    while "Để khớp tổng thì số nào đổi theo?" in phone.last.text:
        phone.presses(phone.choices[0].payload)
    if "không có gì đổi" not in phone.last.text:
        phone.taps("Đúng")
    for _ in range(60):
        meeting = walkers.meeting()
        if meeting.step >= len(STEPS):
            break
        phone.presses(f"meet.next:{meeting.id}:{meeting.step}")
    phone.presses(f"meet.end:{walkers.meeting().id}")
    if "họp ngày nào" in phone.last.text:
        phone.taps("Hôm nay")
    assert walkers.meeting().state == "held"
    at = walkers.meeting().walk.times
    assert sorted(at) == list(range(len(STEPS)))
    ended = [moment for place in range(len(STEPS)) for moment in at[place]]
    assert all(ended)
