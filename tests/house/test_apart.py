"""What takes long or much memory is done in a process of its own, which goes again; the program itself stays small."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pydantic import SecretStr
from sqlalchemy import select

from bot.channels import CHANNELS
from bot.composition import work_apart
from bot.problems import Invalid
from bot.service.workshop import OwnProcess
from bot.settings import with_channels
from bot.store.aside import Inspector
from bot.store.files import open_store
from bot.summaries.export import export_workbook
from bot.tables import Contact
from bot.talk.errands import do_all
from handlers import ROUTES
from tests.kit.places import ROOT
from tests.kit.talker import Talker
from tests.kit.world import World
from tests.store import aside_tasks

pytestmark = pytest.mark.process

HEAVY = (
    *("openpyxl", "docx", "docxtpl", "lxml", "pypdf", "PIL", "pi_heif", "icalendar", "alembic", "holidays"),
    *("cryptography", "rich", "pygments", "puremagic", "obstore", "smtplib", "segno", "prometheus_client"),
)


@pytest.fixture
def workshop(
    world: World, database_url: str, tmp_path: Path, one_process_apart: None
) -> Iterator[OwnProcess]:
    """Another process, whose desk is of the same database and file store as the world's."""
    files = (tmp_path / "files").as_posix()
    facts: dict[str, Any] = {"database_url": SecretStr(database_url), "files_url": SecretStr(files)}
    settings = with_channels(CHANNELS)(_env_file=None, **facts)
    store = open_store(files)
    world.desk = replace(world.desk, shelf=store)
    with closing(OwnProcess(work_apart, settings, ("web",))) as process:
        yield process


def person_of(world: World, talker: Talker) -> int:
    with world.db.read() as session:
        place = select(Contact.person_id).where(Contact.place == talker.address.place)
        return session.scalars(place).one()


def test_nothing_heavy_is_loaded_at_the_start() -> None:
    names = f"print([name for name in {HEAVY!r} if name in sys.modules])"
    code = f"import sys, bot.__main__, bot.calendar, datetime; bot.calendar.rest_day(datetime.date(2026, 2, 17)); {names}"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_picture_is_drawn_in_another_process(world: World, workshop: OwnProcess) -> None:
    leader = world.registered("DUK", "leader").says("/tonghop tháng 4").taps("Ảnh để gửi")
    assert do_all(replace(world.desk, workshop=workshop), world.at, ROUTES.work) == 1
    leader.looks()
    (file,) = leader.last.files
    assert file.name == "Tổng hợp tháng 4-2022.png"
    assert world.desk.shelf is not None
    assert world.desk.shelf.read(file.digest).startswith(b"\x89PNG")


def test_so_is_the_workbook_of_everything(world: World, workshop: OwnProcess) -> None:
    desk = replace(world.desk, workshop=workshop)
    leader, secretary = world.registered("DUK", "leader"), world.registered("CB01", "secretary")
    book = load_workbook(BytesIO(desk.apart(export_workbook, person_of(world, leader), world.at)))
    assert len(book.worksheets) == 5
    assert desk.apart(export_workbook, person_of(world, secretary), world.at) == b""


@pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
def test_paths_of_the_settings_begin_where_the_program_runs(
    world: World, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    facts: dict[str, Any] = {
        "database_url": SecretStr(f"sqlite:///{Path(database_url.removeprefix('sqlite:///')).name}"),
        "files_url": SecretStr("files"),
    }
    leader = world.registered("DUK", "leader")
    settings = with_channels(CHANNELS)(_env_file=None, **facts)
    with closing(OwnProcess(work_apart, settings, ("web",))) as process:
        assert process.call(export_workbook, person_of(world, leader), world.at).startswith(b"PK")


@pytest.mark.logs_errors
def test_whoever_asked_is_told_when_it_breaks(world: World, workshop: OwnProcess) -> None:
    leader = world.registered("DUK", "leader").says("/tonghop tháng 4").taps("Ảnh để gửi")
    kinds = dict.fromkeys(ROUTES.work, aside_tasks.die_with_desk)
    assert do_all(replace(world.desk, workshop=workshop), world.at, kinds) == 1
    leader.looks()
    assert not leader.last.files
    assert "chưa làm được" in leader.last.text


def test_what_finds_no_store_waits(world: World, workshop: OwnProcess) -> None:
    leader = world.registered("DUK", "leader").says("/tonghop tháng 4").taps("Ảnh để gửi")
    desk = replace(world.desk, workshop=workshop)
    do_all(desk, world.at, dict.fromkeys(ROUTES.work, aside_tasks.lose_the_store))
    assert leader.looks() == []
    do_all(desk, world.at, ROUTES.work)
    leader.looks()
    assert leader.last.files


def test_a_process_without_work_goes_and_comes_again() -> None:
    with closing(Inspector(workers=1, idle_seconds=0.2)) as aside:
        first = aside.call(aside_tasks.own_number)
        end = time.monotonic() + 60
        while Path(f"/proc/{first}").exists():
            assert time.monotonic() < end, "the idle process is still there"
            time.sleep(0.05)
        assert aside.call(aside_tasks.own_number) != first


def test_work_that_nobody_can_do_says_so(workshop: OwnProcess) -> None:
    with pytest.raises(Invalid, match="file_unseen"):
        workshop.call(aside_tasks.die_with_desk, 1, None)
