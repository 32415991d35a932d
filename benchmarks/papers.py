"""The minutes of a meeting of fifteen steps and forty notes, as a Word file: read from the database and written."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from docx import Document
from sqlalchemy.orm import Session

from benchmarks.children import Api
from benchmarks.figures import Row
from benchmarks.grounds import ZONE, Grounds, opened, write_people, write_units
from benchmarks.whole import APRIL
from bot.calendar import Moment
from bot.meetings.meetings import start_meeting
from bot.meetings.notes import add_note
from bot.papers.collecting import collect_minutes_facts
from bot.papers.rendering import render_paper
from bot.plans.yaml_in import read_agenda
from bot.settings import ROOT
from bot.tables import Attendance, Meeting, Unit

NOTES = 40
ROUNDS = 20
FOLDER = ROOT / "templates" / "documents"
SAID = "Nhất trí với dự thảo; đề nghị nêu rõ người làm và thời hạn của từng việc. " * 3


def measure(grounds: Grounds, _api: Api) -> Iterator[Row]:
    for kind in ("sqlite", "postgresql"):
        with grounds.fresh(kind) as url, opened(url) as db, TemporaryDirectory() as folder:
            with db.write() as session:
                meeting_id = _meeting(session)
            with db.read() as session:
                meeting = session.get_one(Meeting, meeting_id)
                facts = collect_minutes_facts(session, meeting, ZONE)
                gathered = _each(partial(collect_minutes_facts, session, meeting, ZONE))
            target = Path(folder) / "minutes.docx"
            written = _each(partial(render_paper, "BB", facts, FOLDER, target))
            plain = _each(partial(_plain, target))
        yield Row(f"papers.facts.{kind}.ms", f"facts of a meeting with {NOTES} notes, {kind}", gathered, "ms")
        yield Row(
            f"papers.minutes.{kind}.ms",
            "its minutes written",
            written,
            "ms",
            plain,
            "python-docx opens and saves the same file",
        )


def _meeting(session: Session) -> int:
    write_units(session, 1)
    (person,) = write_people(session, 1)
    unit = session.get_one(Unit, 3)
    agenda = read_agenda(ROOT / "templates" / "agendas" / "regular.yaml")
    meeting = Meeting(
        unit_id=unit.id,
        kind="regular",
        state="planned",
        planned_at=APRIL,
        created_at=APRIL,
    )
    session.add(meeting)
    session.flush()
    start_meeting(session, meeting, agenda, person, Moment(APRIL, ZONE))
    for number in range(NOTES):
        meeting.step = number % len(meeting.steps)
        add_note(session, meeting, person, SAID, APRIL, f"n{number}")
    session.add(
        Attendance(
            meeting_id=meeting.id,
            total=28,
            present=25,
            absent_excused=2,
            absent_unexcused=1,
            exempt=0,
            entered_by=person,
            entered_at=APRIL,
        )
    )
    session.flush()
    return meeting.id


def _each(work: Callable[[], object]) -> float:
    """Seconds of one run, after one that warms up."""
    work()
    began = time.perf_counter()
    for _ in range(ROUNDS):
        work()
    return (time.perf_counter() - began) / ROUNDS


def _plain(path: Path) -> None:
    document = Document(str(path))
    document.save(str(path))
