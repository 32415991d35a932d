"""Random meetings of random forms, words, taps, side dialogs and phones: no typed text is lost, no confirmed figure moves by
itself."""

import random
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from bot.meetings.attendance import AttendanceCounts
from bot.meetings.counts import counts_of
from bot.plans.agenda import Agenda
from bot.plans.yaml_in import read_agenda
from bot.store.db import Database
from bot.tables import Aside, Attendance, Meeting, Note, Task, Topic, Vote
from tests.kit.committees import committee
from tests.kit.places import ROOT
from tests.kit.plans import shipped
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

FORMS = sorted((ROOT / "templates" / "agendas").glob("*.yaml"))
WORDS = (
    "Đồng chí số {n} nêu: đường thôn hỏng",
    "đề nghị số {n} ghi vào nghị quyết",
    "Nội dung {n} – đồng chí bí thư – 25/5",
    "đồng chí Nguyễn {a}",
    "việc thứ {n}",
    "/lenh{n} sai",
    "Ý {n}: " + "dài " * 700,
)
FIGURES = ("25/28, 2 có phép, 1 không", "đủ", "26/28", "tất cả", "24 tán thành, 1 không", "1", "27")
SIDE = ("/thangnay", "/caidat", "/trogiup", "/hop", "/huy", "/start", "/lichhop", "/tinhhinh")
FREE = ("task.add:{m}", "vote.add:{m}", "meet.people:{m}", "meet.count:{m}:{s}", "meet.more:{m}:{s}",
        "meet.walk:{m}", "meet.pause:{m}:{s}", "meet.note:{m}:{s}", "meet.next:{m}:{s}", "meet.read:{m}")  # fmt: skip
NEVER = ("Kết thúc", "Chọn nhầm", "Bỏ ", "Quay lại", "Không ghi", "Họp thử", "Xóa", "Sửa", "ngoài kế hoạch")
"""What takes something back, or away, or begins another meeting, because somebody says so."""


@dataclass
class Diary:
    """What was typed and what was confirmed, kept by the test."""

    world: World
    random: random.Random
    phones: list[Talker]
    typed: list[str] = field(default_factory=list)
    confirmed: AttendanceCounts | None = None

    def meeting(self) -> Meeting:
        with self.world.db.read() as session:
            return session.scalars(select(Meeting)).one()

    def counts(self) -> AttendanceCounts | None:
        with self.world.db.read() as session:
            return counts_of(session, session.scalars(select(Meeting)).one())

    def move(self) -> None:
        phone = self.random.choice(self.phones)
        self.random.choice((self.say, self.say, self.say, self.figure, self.side, self.free, self.tap))(phone)
        if self.counts() != self.confirmed:
            raise AssertionError((self.confirmed, self.counts(), phone.last.text))

    def say(self, phone: Talker) -> None:
        number = 1000 + len(self.typed)
        name = "".join(chr(97 + int(digit)) for digit in str(number)).capitalize()
        text = self.random.choice(WORDS).format(n=number, a=name)
        phone.says(text)
        self.typed.append(text.strip())

    def figure(self, phone: Talker) -> None:
        phone.says(self.random.choice(FIGURES))
        self.agree(phone)

    def agree(self, phone: Talker) -> None:
        """A figure counts once somebody has agreed to it, and only then."""
        if any(label.startswith("✅ Đúng") and "thông qua" not in label for label in labels(phone)):
            assert self.counts() == self.confirmed
            phone.taps("✅ Đúng")
            self.confirmed = self.counts()

    def side(self, phone: Talker) -> None:
        phone.says(self.random.choice(SIDE))

    def free(self, phone: Talker) -> None:
        meeting = self.meeting()
        phone.presses(self.random.choice(FREE).format(m=meeting.id, s=meeting.step))

    def tap(self, phone: Talker) -> None:
        choices = [c for c in phone.choices if not any(name in c.label for name in NEVER)]
        choices = [c for c in choices if not c.label.startswith(("✅ Đúng", "➕ 1 đến muộn"))]
        if choices:
            phone.taps(self.random.choice(choices).label)

    def lost(self) -> list[str]:
        """Typed texts that stand nowhere and were not quoted with an offer to note them."""
        with self.world.db.read() as session:
            kept = " \n ".join(
                [note.text for note in session.scalars(select(Note))]
                + [
                    f"{task.what} – {task.who} – 25/5 {task.outcome}"
                    for task in session.scalars(select(Task))
                ]
                + [vote.subject for vote in session.scalars(select(Vote))]
                + [f"{m.clerk} {m.chair} {m.presenter}" for m in session.scalars(select(Meeting))]
                + [aside.instead_of for aside in session.scalars(select(Aside))]  # another name was answered
            )
            offered = {aside.text: aside.id for aside in session.scalars(select(Aside)) if not aside.kept_as}
        buttons = {c.payload for p in self.phones for reply in p.got for row in reply.choices for c in row}
        held = {text for text, number in offered.items() if f"meet.keep:{number}" in buttons}
        return [text for text in self.typed if text not in kept and not any(text in one for one in held)]


@pytest.mark.parametrize("seed", range(5))
def test_no_word_is_lost_and_no_confirmed_figure_moves(db: Database, seed: int) -> None:
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    chance = random.Random(seed)
    steps = list(read_agenda(chance.choice(FORMS)).steps)
    with db.write() as session:
        topic = session.scalars(select(Topic).where(Topic.key == "2022-04")).one()
        topic.agenda = Agenda(key="x", title="x", steps=tuple(steps)).model_dump(mode="json", by_alias=True)
    phones = [world.registered("CB01", "secretary") for _ in range(2)]
    phones[0].says("/hop").taps("T4 ·")
    diary = Diary(world, chance, phones)
    for _ in range(70):
        diary.move()
    for phone in phones:
        phone.says("/hop")  # whatever dialog is open is left
    assert diary.lost() == []
    with db.read() as session:
        assert len(session.scalars(select(Attendance)).all()) <= 1
    reads_well(*phones)
    assert all("trợ lý gặp lỗi" not in reply.text for phone in phones for reply in phone.got)
