"""A notice to very many: counted by the database, names by pages, those who have not received it reminded by the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select, update

from bot.tables import Errand, ErrandState, Membership, Message, Notice, NoticeReceipt
from handlers.notices import receipts
from schedules import notices, plans
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

CELLS = [f"C{number}" for number in range(1, 26)]


def many_cells(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        *((code, f"Chi bộ {code}", "chi_bo", "co_quan", "DUK") for code in CELLS),
    )
    for code in CELLS:
        world.registered(code, "secretary", name="Lê Văn Bí")
    leader = world.registered("DUK", "leader")
    leader.says("/thongbao").taps("Soạn thông báo").taps("Tất cả").says("Mời họp").taps("Gửi ngay")
    world.tick(notices.send_notices)
    for talker in world.talkers.values():
        talker.looks()


pytestmark = begins(many_cells)


@pytest.fixture
def leader(world: World) -> Talker:
    return list(world.talkers.values())[-1]


@pytest.fixture
def cells(world: World) -> list[Talker]:
    return list(world.talkers.values())[:-1]


def by_portions(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr("bot.notices.sending.PORTION", size)
    monkeypatch.setattr(receipts, "PORTION", size)


def again(cells: list[Talker]) -> list[int]:
    """How often each of them was told once more."""
    return [sum("Nhắc lại: Thông báo của" in reply.text for reply in cell.looks()) for cell in cells]


def card(leader: Talker) -> Talker:
    return leader.says("/thongbao").taps("1. ")


def test_names_come_twenty_a_page_in_the_order_of_the_units(
    world: World, leader: Talker, cells: list[Talker]
) -> None:
    cells[0].taps("Đã nhận")
    with world.db.write() as session:
        last = session.scalars(
            select(NoticeReceipt.person_id).order_by(NoticeReceipt.person_id.desc())
        ).first()
        session.execute(
            update(NoticeReceipt)
            .where(NoticeReceipt.person_id == last)
            .values(reached=False, message_id=None)
        )
    card(leader)
    assert "Đã nhận: <b>1/24</b>; không tới được: 1" in leader.last.text
    leader.taps("Ai chưa nhận")
    lines = leader.last.text.splitlines()
    assert lines[0] == "👥 <b>Chưa nhận: 24 đồng chí</b>"
    assert [line[2:] for line in lines if line.startswith("⬜")] == [
        f"Chi bộ {code}: Lê Văn Bí" for code in CELLS[1:21]
    ]
    leader.taps("Trang sau")
    assert [line[:10] for line in leader.last.text.splitlines() if line.startswith(("⬜", "⚠"))] == [
        *(f"⬜ Chi bộ C{number}"[:10] for number in (22, 23, 24)),
        "⚠️ Chi bộ C25"[:10],
    ]
    leader.taps("Trang trước")
    assert "Chi bộ C2:" in leader.last.text
    reads_well(leader)


@contextmanager
def counting(world: World) -> Iterator[list[str]]:
    found: list[str] = []

    def note(*args: Any) -> None:
        found.append(args[2])

    event.listen(world.db.engine, "after_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(world.db.engine, "after_cursor_execute", note)


def test_the_card_reads_no_receipt_one_by_one(world: World, leader: Talker) -> None:
    with world.db.read() as session:
        number = session.scalars(select(Notice.id)).one()
    with counting(world) as statements:
        leader.presses(f"notices.card:{number}")
    assert "Đã nhận: <b>0/25</b>" in leader.last.text
    asked = [one for one in statements if "notice_receipts" in one]
    assert len(asked) == 1
    assert "count(" in asked[0]
    assert "GROUP BY" in asked[0]


def test_a_few_are_reminded_at_once(world: World, leader: Talker, cells: list[Talker]) -> None:
    for cell in cells[3:]:
        cell.taps("Đã nhận")
    card(leader).taps("Nhắc người chưa nhận")
    assert "Đã nhắc lại 3 đồng chí" in leader.last.text
    assert again(cells) == [1, 1, 1] + [0] * 22
    with world.db.read() as session:
        assert session.scalars(select(Errand)).all() == []


def test_very_many_are_reminded_by_the_clock_once_each(
    world: World, leader: Talker, cells: list[Talker], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_portions(monkeypatch, 10)
    cells[7].taps("Đã nhận")
    card(leader).taps("Nhắc người chưa nhận")
    assert leader.last.text.startswith("🔔 Đang nhắc 24 đồng chí chưa nhận")
    assert sum(again(cells)) == 0
    card(leader)
    assert not [label for label in labels(leader) if "Nhắc người" in label]
    assert world.tick(plans.do_plan_errands) == 1
    assert "✅ Đã nhắc lại 24 đồng chí chưa nhận." in leader.looks()[-1].text
    assert again(cells) == [1] * 7 + [0] + [1] * 17
    world.tick(plans.do_plan_errands)
    assert sum(again(cells)) == 0
    reads_well(leader, *cells)


def test_a_crash_between_the_portions_reminds_nobody_twice(
    world: World, leader: Talker, cells: list[Talker], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_portions(monkeypatch, 10)
    card(leader).taps("Nhắc người chưa nhận")
    with world.db.read() as session:
        errand = session.scalars(select(Errand.id)).one()

    def die() -> None:
        raise KeyboardInterrupt

    object.__setattr__(world.desk, "wake", die)
    with pytest.raises(KeyboardInterrupt):
        receipts.remind_portions(world.desk, errand, world.at)
    object.__setattr__(world.desk, "wake", lambda: None)
    receipts.remind_portions(world.desk, errand, world.at)
    assert again(cells) == [1] * 25
    with world.db.read() as session:
        assert session.scalars(select(Errand.state)).one() == ErrandState.DONE


def test_whoever_has_lost_the_role_in_between_reminds_nobody(
    world: World, leader: Talker, cells: list[Talker], monkeypatch: pytest.MonkeyPatch
) -> None:
    by_portions(monkeypatch, 10)
    card(leader).taps("Nhắc người chưa nhận")
    with world.db.write() as session:
        session.execute(update(Membership).where(Membership.role == "leader").values(ended_at=world.at))
    world.tick(plans.do_plan_errands)
    assert sum(again(cells)) == 0
    with world.db.read() as session:
        assert session.scalars(select(Errand.state)).one() == ErrandState.DROPPED


def test_whose_first_message_still_waits_is_not_told_twice(
    world: World, leader: Talker, cells: list[Talker]
) -> None:
    with world.db.write() as session:
        waits = session.scalars(select(NoticeReceipt.message_id).order_by(NoticeReceipt.person_id)).first()
        session.execute(update(Message).where(Message.id == waits).values(state="waiting", due_at=world.at))
    card(leader).taps("Nhắc người chưa nhận")
    assert "Đã nhắc lại 24 đồng chí" in leader.last.text
