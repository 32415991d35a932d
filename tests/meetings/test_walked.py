"""What a meeting's row keeps as JSON: a row of an older release loads whole, and nothing of it is lost when it is written."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import column, select, table, update
from sqlalchemy.orm.attributes import flag_modified

from bot.store.db import Database
from bot.tables import Meeting, Unit
from bot.tables.base import Json
from bot.tables.walked import MeetingMarks, MeetingStep, MeetingWalk, StepMark, StepTime, TaskReview

ROW = table("meetings", *(column(name, Json) for name in ("steps", "marks", "walk")))
BEGUN, ENDED = "2022-04-01T01:00:00+00:00", "2022-04-01T01:05:00.500000+00:00"
STEP = {
    "key": "vote", "for_each": None, "phase": "Tiến hành", "title": "Biểu quyết", "words": None, "after": False,
    "owner": None, "asks": "vote", "optional": True, "least_minutes": None, "most_minutes": 10,
}  # fmt: skip
MARKS = {"0": "done", "1": "skipped", "after": ["Gửi báo cáo"], "asked": [4, 9], "closed": BEGUN}
WALK = {
    "at": {"0": [BEGUN, ENDED], "1": [ENDED, None]}, "off": {"0": 30}, "paused": ENDED, "told": ["step_short:0"],
    "speakers": {"0": 4}, "unworded": {"0": 1}, "loops": {"4": 3}, "reviews": {"17": ["going", "còn 3 hộ"]},
}  # fmt: skip
"""As the releases before wrote it: numbers of steps and of tasks as text, moments with their zone."""


def _kept(db: Database) -> tuple[Any, ...]:
    with db.read() as session:
        return tuple(session.execute(select(*ROW.c)).one())


def test_a_row_of_an_older_release_loads_whole_and_is_written_without_loss(db: Database) -> None:
    begun, ended = datetime.fromisoformat(BEGUN), datetime.fromisoformat(ENDED)
    with db.write() as session:
        unit = Unit(code="CB", name="Chi bộ", kind="chi_bo", path="/1/")
        session.add(unit)
        session.flush()
        session.add(Meeting(unit_id=unit.id, kind="regular", created_at=begun))
        session.flush()
        session.execute(update(ROW).values(steps=[STEP], marks=MARKS, walk=WALK))
    for _ in range(2):  # as it was, and as it has been written since
        with db.write() as session:
            meeting = session.scalars(select(Meeting)).one()
            assert meeting.steps == (
                MeetingStep(
                    "vote", "Biểu quyết", phase="Tiến hành", asks="vote", optional=True, most_minutes=10
                ),
            )
            marks = {0: StepMark.DONE, 1: StepMark.SKIPPED}
            assert meeting.marks == MeetingMarks(marks, ("Gửi báo cáo",), (4, 9), begun)
            assert meeting.walk == MeetingWalk(
                times={0: StepTime(begun, ended), 1: StepTime(ended)},
                pauses={0: 30},
                paused_at=ended,
                remarks=("step_short:0",),
                speakers={0: 4},
                unworded={0: 1},
                heard={4: 3},
                reviews={17: TaskReview("going", "còn 3 hộ")},
            )
            for name in ("steps", "marks", "walk"):
                flag_modified(meeting, name)
    _, kept, walk = _kept(db)
    assert kept == MARKS
    assert set(walk) == set(WALK)


def test_a_meeting_of_which_nothing_is_known_yet(db: Database) -> None:
    with db.write() as session:
        unit = Unit(code="CB", name="Chi bộ", kind="chi_bo", path="/1/")
        session.add(unit)
        session.flush()
        session.add(Meeting(unit_id=unit.id, kind="regular", created_at=datetime(2022, 4, 1, tzinfo=UTC)))
    assert _kept(db) == ([], {}, {})
    with db.read() as session:
        meeting = session.scalars(select(Meeting)).one()
        assert (meeting.steps, meeting.marks, meeting.walk) == ((), MeetingMarks(), MeetingWalk())
