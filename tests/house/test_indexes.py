"""What people and ticks do every minute reads no large table from end to end, and not much of any, however large the tree is."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.calendar import quiet_since
from bot.store.db import Database, connect_database
from bot.tables import Base
from bot.talk.delivery import claim_messages, lanes_due
from bot.talk.settling import SendOutcome, SendResult, settle_messages
from schedules import TICKS
from schedules.cleanup import STEP, clean_up
from schedules.summaries import tell_leaders
from tests.kit.databases import Ground
from tests.kit.desk import make_desk
from tests.kit.explained import explained
from tests.kit.nation import CELLS, nation
from tests.kit.talker import Talker
from tests.kit.world import World

MOST = {"sqlite": 10_000, "postgresql": 500}
"""What one statement may read: steps of SQLite's machine, rows of PostgreSQL."""
STEPS_A_ROW = 1000
"""So many of SQLite's steps it may take to drop one row, with all that refers to it."""


class Watch:
    """Does things over connections of its own, whose statements are explained; what is looked at beside is not."""

    def __init__(self, world: World, db: Database) -> None:
        with world.db.read() as session:
            tables = Base.metadata.tables.items()
            self.rows = {name: session.scalar(select(func.count()).select_from(t)) or 0 for name, t in tables}
        self.world, self.db = world, db
        world.desk = make_desk(db, shelf=world.shelf)
        self.most = MOST["sqlite" if db.sqlite else "postgresql"]
        self.faults: list[str] = []

    def does(self, what: str, action: Callable[[], object], most: int = 0) -> None:
        with explained(self.db, self.rows) as found:
            action()
        assert found.read, f"{what}: no statement was seen"
        self.faults += [f"{what}: from end to end {scan}" for scan in sorted(found.scans)]
        self.faults += [
            f"{what}: reads {n} {one}" for one, n in found.read.items() if n > (most or self.most)
        ]

    def send(self, at: datetime) -> list[int]:
        """A turn of the sender; what it has claimed."""
        with self.db.write() as session:
            quiet = quiet_since(self.world.desk.moment(at))
            due = lanes_due(session, at, ["telegram", "web"], quiet)
            claimed = claim_messages(session, at, ["telegram"], 32, with_bulk=24, quiet_from=quiet)
            assert bool(claimed) <= bool(due["telegram"])
            settle_messages(session, [SendOutcome(one, SendResult.SENT) for one in claimed], at)
        return [one.id for one in claimed]


@pytest.fixture
def filled(ground: Ground) -> Iterator[tuple[Watch, Talker]]:
    world = World(Database(ground.engine))
    secretary = nation(world)
    with closing(connect_database(ground.url)) as db:
        yield Watch(world, db), secretary


def talks(watch: Watch, secretary: Talker) -> None:
    """A secretary's commands, words and buttons, and a meeting's beginning."""
    for said in (
        "/start",
        "/thangnay",
        "/tinhhinh",
        "/lichhop",
        "/nop",
        "/caidat",
        "/hop",
        "Nguyễn Văn Bình",
    ):
        watch.does(said, lambda said=said: secretary.says(said))  # type: ignore[misc]
    secretary.says("/hop")
    watch.does("a meeting begun", lambda: secretary.taps("Họp thường kỳ ngoài kế hoạch"))
    watch.does("a note", lambda: secretary.says("Nhất trí với báo cáo, đề nghị bổ sung giải pháp"))
    watch.does("Tiếp", lambda: secretary.taps("Tiếp"))
    assert "Bước 2" in secretary.last.text


def sends(watch: Watch) -> None:
    """With something that waits for everybody's next morning: now, in that night, and when it is due for all."""
    morning = watch.world.at + timedelta(days=1)
    watch.does("a turn with nothing due", lambda: watch.send(watch.world.at))
    watch.does("a turn with all due", lambda: watch.send(morning))
    watch.does("a turn in the night after", lambda: watch.send(morning + timedelta(hours=14)))
    assert len(watch.send(morning)) == 24


def cleans(watch: Watch) -> None:
    """With nothing past its time, and with all."""
    portion = watch.most + STEP * (STEPS_A_ROW if watch.db.sqlite else 3)
    watch.does("cleanup with nothing old", lambda: clean_up(watch.world.desk, watch.world.at))
    later = watch.world.at + timedelta(days=2000)
    watch.does("cleanup with all old", lambda: clean_up(watch.world.desk, later), portion)


def test_nothing_that_runs_often_reads_a_large_table(filled: tuple[Watch, Talker]) -> None:
    watch, secretary = filled
    assert watch.rows["units"] > CELLS
    talks(watch, secretary)
    sends(watch)
    often = {name: tick for name, (tick, _) in TICKS.items()} | {"summaries": tell_leaders}
    for name, tick in often.items():  # all but the count of every duty, once a night
        watch.does(f"the tick of {name}", lambda tick=tick: watch.world.tick(tick))  # type: ignore[misc]
    cleans(watch)
    assert not watch.faults, "\n".join(watch.faults)
