"""What one person may send a day, a store that is away, and the end of files that nothing needs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, select

from bot.messages import Address, File, Refusal
from bot.store import intake
from bot.store.aside import Here
from bot.store.files import Store, open_store
from bot.store.intake import Intake
from bot.store.unneeded import drop_unneeded_files
from bot.tables import Contact, Material, Plan, Submission, SubmissionState, Upload
from schedules import cleanup
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.world import World

T = TypeVar("T")
PDF = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối", "dang_bo", "", None), ("A1", "Chi bộ A1", "chi_bo", "nong_thon", "DUK")
    )
    world.load(shipped("60-KH-DUK-2022.yaml"))


pytestmark = begins(begin_here)


@pytest.fixture
def sender(world: World) -> Address:
    return world.registered("A1", "secretary").address


def intake_of(world: World, store: Store) -> Intake:
    return Intake(world.db, store, Here(), lambda: world.at)


def send(taking: Intake, sender: Address, folder: Path, *, number: int = 0, size: int = 0) -> File | Refusal:
    path = folder / "in.png"
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    path.write_bytes(head + b"\0" * 4 + b"\0\0\0\0IEND" + b"\0" * 4 + b"%d" % number + b"\1" * size)
    return taking.take(f"anh {number}.png", path, sender)


def code_of(taken: File | Refusal) -> str:
    return taken.code if isinstance(taken, Refusal) else "stored"


def test_a_person_sends_so_many_files_a_day_and_goes_on_tomorrow(
    world: World, store: Store, sender: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_FILES", 3)
    other = world.registered("A1", "secretary").address
    taking = intake_of(world, store)
    assert [code_of(send(taking, sender, tmp_path, number=n)) for n in range(3)] == ["stored"] * 3
    over = send(taking, sender, tmp_path, number=4)
    assert isinstance(over, Refusal)
    assert "nhận nhiều nhất 3 tệp" in world.desk.render.sentence(over.code, dict(over.facts))
    assert len(list(store.digests())) == 3, "what is over is not stored"
    assert code_of(send(taking, other, tmp_path, number=5)) == "stored", (
        "another person has a day of their own"
    )
    world.at += timedelta(days=1, minutes=1)
    assert code_of(send(taking, sender, tmp_path, number=6)) == "stored"


class AtOnce(Here):
    """Two files are looked into at the same time: by then both have been let in."""

    def __init__(self) -> None:
        self.both = Barrier(2)

    def call(self, work: Callable[..., T], *args: Any, owner: str = "", seconds: float = 5.0) -> T:
        self.both.wait(60)
        return work(*args)


def test_two_files_at_once_do_not_pass_where_the_day_has_room_for_one(
    world: World, store: Store, sender: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_FILES", 1)
    taking = Intake(world.db, store, AtOnce(), lambda: world.at)
    taken: list[str] = []

    def send_one(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        taken.append(code_of(send(taking, sender, folder, number=number)))

    both = [Thread(target=send_one, args=(number,)) for number in (1, 2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(taken) == ["file_quota", "stored"]
    assert len(list(store.digests())) == 1


def test_a_person_sends_so_many_bytes_a_day(
    world: World, store: Store, sender: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_BYTES", 3000)
    taking = intake_of(world, store)
    assert code_of(send(taking, sender, tmp_path, number=1, size=2000)) == "stored"
    assert code_of(send(taking, sender, tmp_path, number=2, size=2000)) == "file_quota"
    assert code_of(send(taking, sender, tmp_path, number=3, size=100)) == "stored", "what still fits is taken"


class Stumbling(Here):
    def call(self, work: Callable[..., T], *args: Any, owner: str = "", seconds: float = 5.0) -> T:
        raise ValueError("a bug that this file brings to light")


@pytest.mark.logs_errors
def test_a_file_that_brings_a_bug_to_light_is_refused_and_does_not_come_for_ever(
    world: World, store: Store, sender: Address, tmp_path: Path
) -> None:
    taking = replace(intake_of(world, store), inspector=Stumbling())
    taken = send(taking, sender, tmp_path)
    assert isinstance(taken, Refusal)
    assert "“anh 0.png”" in world.desk.render.sentence(taken.code, dict(taken.facts))


@pytest.mark.logs_errors
def test_a_store_that_is_away_is_told_to_the_sender_and_raised_to_nobody(
    world: World, store: Store, sender: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bool:
        raise OSError("No space left on device")

    monkeypatch.setattr(Store, "put", full)
    taken = send(intake_of(world, store), sender, tmp_path)
    assert isinstance(taken, Refusal)
    assert "gửi lại sau ít phút" in world.desk.render.sentence(taken.code, dict(taken.facts))


def test_what_nothing_refers_to_is_dropped_after_a_day(world: World, store: Store, tmp_path: Path) -> None:
    secretary = world.registered("A1", "secretary")
    taking = intake_of(world, store)
    left, tied, drafted, open_ = (send(taking, secretary.address, tmp_path, number=n) for n in range(4))
    assert isinstance(left, File)
    assert isinstance(tied, File)
    assert isinstance(drafted, File)
    assert isinstance(open_, File)
    with world.db.write() as session:
        contact = session.scalars(select(Contact).limit(1)).one()
        plan_id = session.scalars(select(Plan.id)).one()
        facts = {"plan_id": plan_id, "key": "t4", "path": "/1/", "name": "x", "size": 1, "media_type": "x"}
        session.add(Material(**facts, digest=tied.digest, person_id=contact.person_id, at=world.at))
    secretary.hands(drafted)
    assert "Báo cáo" in secretary.last.text
    assert secretary.choices
    stays = {tied.digest, drafted.digest}
    assert drop_unneeded_files(world.db, store, world.at + timedelta(hours=23)) == 0, "a day has not gone by"
    assert drop_unneeded_files(world.db, store, world.at + timedelta(hours=25)) == 2
    assert set(store.digests()) == stays
    assert drop_unneeded_files(world.db, store, world.at + timedelta(hours=26)) == 0
    secretary.says("/huy")
    with world.db.write() as session:
        for submission in session.scalars(select(Submission)):
            submission.state = SubmissionState.DROPPED
    world.desk = replace(world.desk, shelf=store)
    world.at += timedelta(days=2)
    world.tick(cleanup.clean_up)
    assert set(store.digests()) == {tied.digest}, "the talk was left: its file goes with the next cleaning"


def test_the_same_bytes_sent_again_today_stay(
    world: World, store: Store, sender: Address, tmp_path: Path
) -> None:
    taking = intake_of(world, store)
    send(taking, sender, tmp_path)
    world.at += timedelta(days=2)
    again = send(taking, sender, tmp_path)
    assert isinstance(again, File)
    assert drop_unneeded_files(world.db, store, world.at) == 0
    assert list(store.digests()) == [again.digest]


def test_bytes_sent_while_the_old_ones_are_dropped_are_there_afterwards(
    world: World, store: Store, sender: Address, tmp_path: Path
) -> None:
    taking = intake_of(world, store)
    for round_ in range(8):
        send(taking, sender, tmp_path, number=round_)
        world.at += timedelta(days=2)
        begin = Barrier(2)
        taken: list[File | Refusal] = []

        def resend(number: int = round_, begin: Barrier = begin, taken: list[File | Refusal] = taken) -> None:
            begin.wait(60)
            taken.append(send(taking, sender, tmp_path, number=number))

        sending = Thread(target=resend)
        sending.start()
        begin.wait(60)
        drop_unneeded_files(world.db, store, world.at)
        sending.join(60)
        assert isinstance(taken[0], File)
        assert taken[0].digest in set(store.digests())
        with world.db.read() as session:
            noted = select(func.count()).where(Upload.digest == taken[0].digest)
            assert session.scalar(noted), "who sent it is still known"
