"""Files tied to topics: who ties them, which units get them when, who says that they came, what is taken back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot.materials import telling
from bot.materials.materials import distinct_files, files_for, files_seen, path_prefixes
from bot.materials.receipts import material_receipts
from bot.materials.sharing import share_materials
from bot.messages import File, Refusal
from bot.people.roles import units_below
from bot.tables import Audit, Contact, Duty, Material, MaterialReceipt, Membership, Message, Plan, Topic, Unit
from bot.talk.sharing import BYTES_ALONG, MOST_ALONG
from bot.units.rows import UnitRow
from bot.units.tree import write_units
from schedules import cleanup, materials, reminders
from tests.kit.duties import duty_of
from tests.kit.files import stored
from tests.kit.materials import NOTES, PLAN, TALK, album, kept, names
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

ZIP = Refusal("tài liệu.zip", "file_zip", (("name", "tài liệu.zip"),))
OVER = Refusal("to.pdf", "file_over_channel", (("limit_mb", "20"), ("size_mb", "25")))


def begin_here(world: World) -> None:
    """Two committees under one; its plan is loaded two days before April."""
    world.go("2022-03-30 09:00")
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy Sở Công", "dang_bo", "", "DUK"),
        ("DUB", "Đảng ủy Sở Nông", "dang_bo", "", "DUK"),
        ("A1", "Chi bộ Bưu điện", "chi_bo", "co_quan", "DUA"),
        ("A2", "Chi bộ Kho bạc", "chi_bo", "co_quan", "DUA"),
        ("B1", "Chi bộ Thanh tra", "chi_bo", "co_quan", "DUB"),
    )
    world.load(plan_of(PLAN))


pytestmark = begins(begin_here)


def tied(talker: Talker, *files: File, topic: str = "nông thôn mới") -> Talker:
    return album(talker, *files, name=str(next(talker.world.ids))).taps(topic).taps("Gửi")


def told(world: World) -> int:
    world.later(minutes=3)
    return world.tick(materials.send_materials)


def counted(world: World, code: str, key: str = "t4") -> tuple[int, int]:
    with world.db.read() as session:
        plan_id = session.scalars(select(Plan.id)).one()
        path = session.scalars(select(Unit.path).where(Unit.code == code)).one()
        day = world.moment.today
        found = material_receipts(session, plan_id, key, "", units_below(Duty.path, path), day)
        return found.received, found.expected


def test_an_album_goes_along_with_the_reminder_once(world: World) -> None:
    office = world.registered("DUA", "admin")
    cells = {code: world.registered(code, "secretary", meeting_day=20) for code in ("A1", "A2", "B1")}
    before = len(office.got)
    album(office, TALK, NOTES)
    assert len(office.got) == before + 1
    assert office.last.text == (
        "📎 Đã nhận 2 tệp.\n\nChuyên đề:\n1. T4 · Chuyên đề xây dựng nông thôn mới\n"
        "2. T6 · Chuyên đề chuyển đổi số\n3. T2 · Chuyên đề đã qua\n\n👉 Đồng chí gửi kèm chuyên đề nào?"
    )
    office.says("1")
    assert office.last.text == (
        "📎 Gửi kèm chuyên đề: <b>Chuyên đề xây dựng nông thôn mới</b>\n2 tệp, tới 2 đơn vị:\n"
        "📎 noi-dung.pdf (1 KB)\n📎 goi-y.docx (1 KB)\n\n👉 Đồng chí gửi thêm tệp, hoặc bấm “Gửi”."
    )
    assert labels(office) == ["✅ Gửi", "Hủy", "⬅️ Quay lại"]
    office.says("gửi")
    assert "2 tệp, tới 2 đơn vị." in office.last.text
    assert told(world) == 0
    assert None not in kept(world, Material.told_at)

    tick_through(world, "2022-04-01 08:30")
    for code in ("A1", "A2"):
        cells[code].looks()
        assert names(cells[code]) == [["noi-dung.pdf", "goi-y.docx"]]
        assert "📎 <b>Tài liệu kèm theo:</b>\n📎 noi-dung.pdf (1 KB)\n📎 goi-y.docx" in cells[code].last.text
        assert labels(cells[code])[-1] == "✅ Đã nhận tài liệu"
        assert cells[code].last.text.split("\n")[-1].startswith("👉")
    cells["B1"].looks()
    assert names(cells["B1"]) == []
    assert "Đã nhận tài liệu" not in " ".join(labels(cells["B1"]))
    assert told(world) == 0

    cells["A1"].says("/lichhop").says("21/4 14h").taps("Bỏ qua")
    tick_through(world, "2022-04-20 12:00")
    cells["A1"].looks()
    assert names(cells["A1"]) == [["noi-dung.pdf", "goi-y.docx"]]
    reads_well(office, *cells.values())


def test_receipts_are_counted_and_shown(world: World) -> None:
    office, leader = world.registered("DUA", "admin"), world.registered("DUK", "leader")
    first, second = (
        world.registered("A1", "secretary", meeting_day=20),
        world.registered("A1", "secretary", meeting_day=20),
    )
    tied(office, TALK)
    assert counted(world, "DUA") == (0, 0)  # not asked yet
    tick_through(world, "2022-04-01 08:30")
    first.looks()
    assert counted(world, "DUK") == (0, 2)
    first.says("/thangnay")
    assert "📎 Gửi kèm (1 tệp):\n– noi-dung.pdf" in first.last.text
    assert {"📎 Tài liệu T4", "✅ Đã nhận tài liệu T4"} <= set(labels(first))
    first.taps("📎 Tài liệu")
    assert [file.name for file in first.last.files] == ["noi-dung.pdf"]
    assert "Mở được tệp rồi, đồng chí bấm “Đã nhận tài liệu”." in first.last.text
    first.says("/tinhhinh")
    assert "📎 Tài liệu: 1 tệp, chưa xác nhận đã nhận" in first.last.text
    first.taps("Đã nhận tài liệu")
    assert first.last.text.startswith(
        "✅ Cảm ơn đồng chí. Đã ghi nhận Chi bộ Bưu điện nhận đủ tài liệu, thứ Sáu 01/4."
    )

    world.go("2022-04-03 09:00")
    second.presses(f"materials.got:{duty_of(world, 't4', 'A1').id}")
    second.presses(f"papers.got:{duty_of(world, 't4', 'A1').id}")  # a button of an earlier release
    assert "nhận đủ tài liệu, thứ Sáu 01/4." in second.last.text
    with world.db.read() as session:
        receipt = session.scalars(select(MaterialReceipt)).one()
        first_id = session.scalars(
            select(Contact.person_id).where(Contact.place == first.address.place)
        ).one()
        assert receipt.person_id == first_id
        assert session.scalar(select(func.count()).where(Audit.action == "materials received")) == 1
    assert (counted(world, "DUA"), counted(world, "DUB")) == ((1, 2), (0, 0))
    first.says("/tinhhinh")
    assert "📎 Tài liệu: đã nhận thứ Sáu 01/4" in first.last.text
    first.says("/thangnay")
    assert "📎 Gửi kèm (1 tệp, đã nhận thứ Sáu 01/4):" in first.last.text
    assert "✅ Đã nhận tài liệu T4" not in labels(first)
    first.taps("📎 Tài liệu")
    assert "✅ Đã báo nhận đủ, thứ Sáu 01/4." in first.last.text

    leader.says("/tonghop")
    assert "Hạn thứ Bảy 30/4\n📎 Tài liệu: 1/2 đơn vị đã nhận\n" in leader.last.text
    leader.taps("Tài liệu chuyên đề")
    assert "1. T4 · Chuyên đề xây dựng nông thôn mới: 1 tệp, 1/2 đơn vị đã nhận\n" in leader.last.text
    assert "2. T6 · Chuyên đề chuyển đổi số: chưa có tệp\n" in leader.last.text
    leader.taps("1.")
    assert "📎 Tài liệu: 1/2 đơn vị đã nhận" in leader.last.text
    reads_well(office, leader, first, second)


def test_what_is_tied_later_is_told_once_to_who_has_had_the_reminder(world: World) -> None:
    office = world.registered("DUA", "admin")
    cell, other = world.registered("A1", "secretary", meeting_day=20), world.registered("B1", "secretary")
    tied(office, TALK)
    tick_through(world, "2022-04-01 08:30")
    cell.looks()
    cell.taps("Đã nhận tài liệu")
    late = world.registered("A2", "secretary", meeting_day=20)  # nobody of A2 was there for the reminder
    world.go("2022-04-05 21:30")
    tied(office, NOTES, stored("them.pdf", b"them"))
    assert counted(world, "DUA") == (0, 2)
    assert world.tick(materials.send_materials) == 0  # more may follow
    world.later(minutes=1)
    tied(office, stored("nua.pdf", b"nua"))
    assert told(world) == 1
    assert told(world) == 0
    assert cell.looks() == []  # it is night
    world.go("2022-04-06 07:01")
    cell.looks()
    assert names(cell) == [["noi-dung.pdf"], ["goi-y.docx", "them.pdf", "nua.pdf"]]
    assert cell.last.text.startswith(
        "📎 <b>Tài liệu mới: Chuyên đề xây dựng nông thôn mới</b>\nChi bộ Bưu điện\n📎 goi-y.docx (1 KB)\n"
    )
    cell.taps("Đã nhận tài liệu")
    assert counted(world, "DUA") == (1, 2)
    assert late.looks() == []
    late.says("/thangnay").taps("📎 Tài liệu")
    assert len(late.last.files) == 4
    assert names(other) == []
    reads_well(office, cell, late)


def test_the_tick_goes_on_where_it_was_broken_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    office = world.registered("DUK", "leader")
    cells = [world.registered(code, "secretary", meeting_day=20) for code in ("A1", "A2", "B1")]
    tick_through(world, "2022-04-01 08:30")
    tied(office, TALK)
    world.later(minutes=3)
    monkeypatch.setattr(telling, "PORTION", 1)
    real, turns = telling._tell_units, []

    def breaks(*args):  # type: ignore[no-untyped-def]
        turns.append(args)
        if len(turns) == 3:
            raise OSError("killed")
        return real(*args)

    monkeypatch.setattr(telling, "_tell_units", breaks)
    with pytest.raises(OSError, match="killed"):
        world.tick(materials.send_materials)
    assert kept(world, Material.told_at) == [None]
    tied(office, NOTES)
    assert told(world) == 3
    assert told(world) == 0
    for cell in cells:
        cell.looks()
    assert [names(cell) for cell in cells] == [
        [["noi-dung.pdf"], ["goi-y.docx"]],
        [["noi-dung.pdf"], ["goi-y.docx"]],
        [["noi-dung.pdf", "goi-y.docx"]],
    ]


def test_two_replicas_tell_each_unit_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    office = world.registered("DUK", "leader")
    cells = [world.registered(code, "secretary", meeting_day=20) for code in ("A1", "A2", "B1")]
    tick_through(world, "2022-04-01 08:30")
    tied(office, TALK)
    world.later(minutes=3)
    monkeypatch.setattr(telling, "PORTION", 1)
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _: world.tick(materials.send_materials), range(3))) == 3
    for cell in cells:
        cell.looks()
        assert names(cell) == [["noi-dung.pdf"]]


def test_a_meeting_that_was_held_is_not_told_of_new_files(world: World) -> None:
    office, cell = world.registered("DUA", "admin"), world.registered("A1", "secretary", meeting_day=20)
    tick_through(world, "2022-04-05 08:30")
    cell.says("/ketqua").taps("nông thôn mới").taps("Hôm nay").says("đủ").taps("Đúng")
    tied(office, TALK)
    assert told(world) == 0
    assert counted(world, "DUA") == (0, 2)
    cell.presses(f"materials.again:{duty_of(world, 't4', 'A1').id}")
    assert [file.name for file in cell.last.files] == ["noi-dung.pdf"]
    cell.taps("Đã nhận tài liệu")
    assert counted(world, "DUA") == (1, 2)


def test_somebody_else_is_told_when_the_first_cannot_be_reached(world: World) -> None:
    office = world.registered("DUA", "admin")
    gone, there = (
        world.registered("A1", "secretary", meeting_day=20),
        world.registered("A1", "secretary", meeting_day=20),
    )
    tick_through(world, "2022-04-01 08:30")
    with world.db.write() as session:
        session.execute(
            update(Contact)
            .where(Contact.place == gone.address.place)
            .values(lost_at=world.at, lost_reason="x")
        )
    tied(office, TALK)
    assert told(world) == 1
    there.looks()
    assert names(there) == [["noi-dung.pdf"]]


def test_a_cell_whose_only_secretary_is_out_of_reach_holds_up_nobody_elses_files(world: World) -> None:
    office = world.registered("DUA", "admin")
    gone, there = (world.registered(code, "secretary", meeting_day=20) for code in ("A1", "A2"))
    tick_through(world, "2022-04-01 08:30")
    with world.db.write() as session:
        lost = update(Contact).where(Contact.place == gone.address.place)
        session.execute(lost.values(lost_at=world.at, lost_reason="x"))
    tied(office, TALK)
    assert told(world) == 1
    there.looks()
    assert names(there) == [["noi-dung.pdf"]]


def test_a_file_taken_back_is_sent_no_more(world: World) -> None:
    office, cell = world.registered("DUA", "admin"), world.registered("A1", "secretary", meeting_day=20)
    tied(office, TALK, NOTES)
    office.taps("Xem tài liệu")
    assert '1. <a href="https://chibo.example/f/' in office.last.text
    assert "(1 KB), gửi thứ Tư 30/3\n2. <a" in office.last.text
    office.taps("Thu hồi 1.")
    assert office.last.text.startswith("↩️ Thu hồi <b>noi-dung.pdf</b> của chuyên đề Chuyên đề xây dựng")
    office.taps("Giữ lại").taps("Thu hồi 1.")
    button = office.find("Thu hồi").payload
    office.taps("↩️ Thu hồi")
    assert office.last.text.startswith("↩️ Đã thu hồi: noi-dung.pdf\n\n📎 <b>Chuyên đề")
    assert "1. <a" in office.last.text
    assert "2. <a" not in office.last.text
    office.presses(button.replace("materials.back", "materials.drop"))
    with world.db.read() as session:
        assert session.scalar(select(func.count()).where(Audit.action == "material taken back")) == 1
    tick_through(world, "2022-04-01 08:30")
    cell.looks()
    assert names(cell) == [["goi-y.docx"]]
    office.taps("Thu hồi 1.").taps("↩️ Thu hồi")
    assert "Chưa có tệp nào gửi kèm." in office.last.text
    cell.taps("Đã nhận tài liệu")
    assert cell.last.text.startswith("Chuyên đề này hiện không có tài liệu gửi kèm: Chuyên đề xây dựng")
    cell.says("/thangnay")
    assert "Gửi kèm" not in cell.last.text
    assert counted(world, "DUA") == (0, 0)
    tied(office, TALK)
    assert told(world) == 1
    reads_well(office, cell)


def test_a_file_taken_back_leaves_what_still_waits(world: World) -> None:
    office, cell = world.registered("DUA", "admin"), world.registered("A1", "secretary", meeting_day=20)
    cell.says("/caidat").taps("Giờ nhắc").taps("19")
    tied(office, TALK, NOTES)
    world.go("2022-04-01 08:00")
    world.tick(reminders.say_reminders)
    office.taps("Xem tài liệu").taps("Thu hồi 1.").taps("↩️ Thu hồi")
    world.go("2022-04-01 09:00")
    world.tick(reminders.say_reminders)
    world.go("2022-04-01 19:01")
    cell.looks()
    assert names(cell) == [["goi-y.docx"]]

    world.go("2022-04-02 22:00")
    tied(office, stored("mot.pdf", b"1"), stored("hai.pdf", b"2"))
    assert told(world) == 1
    office.taps("Xem tài liệu").taps("hai.pdf").taps("↩️ Thu hồi")
    assert told(world) == 1
    office.taps("Thu hồi 2. mot.pdf").taps("↩️ Thu hồi")
    assert told(world) == 0
    world.go("2022-04-03 07:01")
    cell.looks()
    assert names(cell) == [["goi-y.docx"]]


def test_another_subtree_sees_and_reaches_nothing(world: World) -> None:
    office, stranger = world.registered("DUA", "admin"), world.registered("DUB", "leader")
    follower = world.registered("DUA", "follower")
    cell, sibling = (
        world.registered("A1", "secretary", meeting_day=20),
        world.registered("A2", "secretary", meeting_day=20),
    )
    tied(office, TALK)
    assert kept(world, Material.path) == ["/1/2/"]
    [file_id] = kept(world, Material.id)
    stranger.presses("materials").taps("1.")
    assert "noi-dung.pdf" not in stranger.last.text
    assert "Chưa có tệp nào gửi kèm." in stranger.last.text
    for action in ("back", "drop"):
        stranger.presses(f"materials.{action}:{file_id}")
        assert "không thuộc phạm vi" in stranger.last.text
        follower.presses(f"materials.{action}:{file_id}")
        assert "không thuộc phạm vi" in follower.last.text
    follower.says("/tonghop").taps("Tài liệu chuyên đề").taps("1.")
    assert "noi-dung.pdf" in follower.last.text
    assert labels(follower) == ["📎 Tài liệu chuyên đề", "🏠 Trang chính"]
    follower.hands(NOTES)
    assert "không thuộc phạm vi" in follower.last.text
    tick_through(world, "2022-04-01 08:30")
    sibling.looks()
    sibling.presses(f"materials.got:{duty_of(world, 't4', 'A1').id}")
    assert "không thuộc phạm vi" in sibling.last.text
    sibling.presses(f"materials.again:{duty_of(world, 't4', 'A1').id}")
    assert "không thuộc phạm vi" in sibling.last.text
    cell.looks()
    cell.presses("materials")
    assert "không thuộc phạm vi" in cell.last.text
    assert counted(world, "DUK") == (0, 2)
    tied(stranger, TALK, topic="chuyển đổi số")
    assert kept(world, Material.path) == ["/1/2/", "/1/3/"]
    reads_well(office, stranger, follower, cell, sibling)


def test_the_same_bytes_and_the_same_event_twice(world: World) -> None:
    office, above = world.registered("DUA", "admin"), world.registered("DUK", "leader")
    cell = world.registered("A1", "secretary", meeting_day=20)
    event = office._event(files=(TALK,))
    office.sends(event).sends(event)
    office.hands(stored("ban-sao.pdf", b"noi dung"))
    assert "📎 Đã nhận 1 tệp." in office.last.text
    office.taps("nông thôn mới")
    card = office.find("Gửi")
    press = office._event(payload=card.payload, label=card.label)
    office.sends(press).sends(press)
    office.sends(office._event(payload=card.payload, label=card.label))
    assert "Nút đó là của việc đã qua." in office.last.text
    assert kept(world, Material.name) == ["noi-dung.pdf"]
    tied(office, stored("lan-hai.pdf", b"noi dung"))
    assert office.last.text.startswith("1 tệp trùng với tệp đã gửi kèm, không ghi hai lần.\n\n👉")
    tied(above, stored("cua-khoi.pdf", b"noi dung"))
    assert kept(world, Material.name) == ["noi-dung.pdf", "cua-khoi.pdf"]
    tick_through(world, "2022-04-01 08:30")
    cell.looks()
    assert names(cell) == [["noi-dung.pdf"]]
    assert told(world) == 0
    reads_well(office, above, cell)


def test_who_leads_a_cell_and_a_committee_says_what_the_file_is_for(world: World) -> None:
    both = world.registered("A1", "secretary", meeting_day=20)
    both.says(f"/start {world.invite('DUA', 'leader')}")
    album(both, TALK, NOTES)
    assert both.last.text == "📎 Đã nhận 2 tệp.\n\n👉 Đồng chí gửi tệp này để làm gì?"
    both.says("cả hai")
    assert both.last.text.startswith("Xin đồng chí chọn một trong các nút")
    both.hands(stored("ba.pdf", b"ba"), refused=[ZIP])
    assert "📎 Đã nhận 3 tệp.\n⚠️ “tài liệu.zip” là tệp nén" in both.last.text
    both.taps("Gửi kèm chuyên đề").taps("Quay lại").taps("Nộp báo cáo")
    assert "Hiện không có báo cáo nào phải nộp, nên tệp vừa gửi chưa được ghi vào đâu." in both.last.text
    both.hands(*[stored(f"{n}.pdf", f"{n}".encode()) for n in range(21)]).taps("Gửi kèm chuyên đề")
    assert both.last.text.startswith("Mỗi chuyên đề nhận nhiều nhất 20 tệp")
    assert "📎 Đã nhận 21 tệp." in both.last.text
    both.says(f"/start {world.invite('A2', 'secretary')}").says("30").says("7")
    both.hands(TALK).taps("Nộp báo cáo")
    assert both.last.text.endswith("👉 Tệp vừa gửi là của đơn vị nào?")
    both.hands(NOTES)
    assert "📎 Đã nhận 2 tệp." in both.last.text
    both.taps("Trang chính").hands(TALK).taps("Gửi kèm")
    button = both.find("nông thôn mới").payload
    with world.db.write() as session:
        leading = session.scalars(select(Membership).where(Membership.role == "leader")).one()
        leading.ended_at = world.at
    both.presses(button)
    assert "không thuộc phạm vi" in both.last.text
    assert kept(world, Material.id) == []
    reads_well(both)


def test_more_and_other_files_on_the_way(world: World) -> None:
    office = world.registered("DUA", "admin").says("/quantri").taps("Tài liệu chuyên đề").taps("2.")
    assert labels(office) == ["➕ Gửi thêm tệp", "📎 Tài liệu chuyên đề", "🏠 Trang chính"]
    office.taps("Gửi thêm tệp")
    assert office.last.text.startswith(
        "📎 Gửi kèm chuyên đề: <b>Chuyên đề chuyển đổi số</b>\n\n👉 Đồng chí gửi tệp"
    )
    office.says("đây")
    assert office.last.text.startswith("Trợ lý đang chờ tệp.")
    office.hands(refused=[ZIP])
    assert "⚠️ “tài liệu.zip” là tệp nén" in office.last.text
    office.taps("Hủy")
    assert office.last.text.startswith("Đã hủy, chưa gửi gì: Chuyên đề chuyển đổi số.")
    office.taps("Tài liệu chuyên đề").taps("2.").taps("Gửi thêm tệp").hands(TALK)
    office.hands(NOTES, refused=[OVER])
    assert "2 tệp, tới 3 đơn vị" not in office.last.text
    assert "2 tệp, tới 2 đơn vị:\n📎 noi-dung.pdf (1 KB)\n📎 goi-y.docx (1 KB)\n⚠️ to.pdf" in office.last.text
    assert "Gửi tệp qua trang này" in office.last.text
    office.says("có")
    assert office.last.text.startswith("Xin đồng chí chọn một trong các nút")
    office.taps("Hủy").hands(refused=[OVER])
    assert office.last.text.startswith("⚠️ to.pdf: tệp 25 MB")
    assert labels(office) == ["📎 Tài liệu chuyên đề", "🏠 Trang chính"]
    assert kept(world, Material.id) == []
    reads_well(office)


def test_too_many_files(world: World) -> None:
    office = world.registered("DUA", "admin")
    many = [stored(f"tep-{n}.pdf", f"{n}".encode()) for n in range(25)]
    office.hands(*many[:22])
    assert office.last.text.startswith("Mỗi chuyên đề nhận nhiều nhất 20 tệp gửi kèm của một cấp ủy.")
    assert "📎 Đã nhận 20 tệp." in office.last.text
    office.taps("nông thôn mới")
    assert "📎 tep-19.pdf (1 KB)\n… và 8 tệp trước đó" in office.last.text
    office.taps("Gửi")
    tied(office, many[24])
    assert office.last.text.startswith("Mỗi chuyên đề nhận nhiều nhất 20 tệp")
    assert "1 tệp, tới 2 đơn vị" in office.last.text
    assert len(kept(world, Material.id)) == 20
    cell = world.registered("A1", "secretary", meeting_day=20)
    tick_through(world, "2022-04-01 08:30")
    cell.looks()
    assert [len(some) for some in names(cell)] == [MOST_ALONG]
    assert cell.last.text.count("tải về</a>") == 15
    assert "Đường dẫn tải về dùng được trong 7 ngày." in cell.last.text
    cell.says("/thangnay")
    assert "– và 15 tệp khác" in cell.last.text
    reads_well(office, cell)


def test_a_file_that_is_too_large_goes_as_a_link(world: World) -> None:
    office, cell = world.registered("DUA", "admin"), world.registered("A1", "secretary", meeting_day=20)
    large = replace(stored("to.pdf", b"to"), size=BYTES_ALONG + 1)
    half = replace(stored("vua.pdf", b"vua"), size=BYTES_ALONG - 5)
    tied(office, large, half, TALK)
    tick_through(world, "2022-04-01 08:30")
    cell.looks()
    assert names(cell) == [["vua.pdf"]]
    assert f'📎 to.pdf (20,0 MB): <a href="https://chibo.example/f/{large.digest[:8]}">tải về</a>\n' in (
        cell.last.text
    )
    assert "📎 vua.pdf (20,0 MB)\n📎 noi-dung.pdf (1 KB): <a" in cell.last.text
    tied(office, replace(stored("nua.pdf", b"nua"), size=80 * 2**20))
    assert told(world) == 1
    cell.looks()
    assert names(cell) == [["vua.pdf"]]
    assert "📎 nua.pdf (80,0 MB): <a" in cell.last.text
    cell.presses(f"materials.again:{duty_of(world, 't4', 'A1').id}")
    assert [file.name for file in cell.last.files] == ["vua.pdf"]
    reads_well(cell)


def test_without_a_plan_in_force_the_file_is_written_down_nowhere(world: World) -> None:
    office = world.registered("DUA", "admin")
    with world.db.write() as session:
        session.execute(update(Plan).values(withdrawn_at=world.at))
    office.hands(TALK)
    assert office.last.text.startswith("Hiện chưa có chuyên đề nào trong kế hoạch đang dùng")
    office.presses("materials")
    assert "Chưa có chuyên đề nào trong kế hoạch đang dùng." in office.last.text
    office.presses("materials.topic:1")
    assert "không thuộc phạm vi" in office.last.text
    reads_well(office)


def test_many_topics_are_paged(world: World, tmp_path: Path) -> None:
    lines = "".join(
        f"  - {{key: k{n}, title: Chủ đề số {n}, meeting: regular, period: 2022-{n:02}, who: {{kinds: [chi_bo]}}}}\n"
        for n in range(1, 13)
    )
    world.load(plan_of(PLAN.replace("8-KH", "9-KH").split("topics:")[0] + "topics:\n" + lines, tmp_path))
    leader = world.registered("DUA", "leader").hands(TALK)
    assert "Chuyên đề (trang 1/2):\n1. T3 · Chủ đề số 3\n2. T4 ·" in leader.last.text
    leader.taps("Trang sau")
    assert "trang 2/2" in leader.last.text
    leader.says("trang trước").taps("Trang sau").taps("Chủ đề số 11")
    assert "<b>Chủ đề số 11</b>\n1 tệp, tới 2 đơn vị" in leader.last.text
    leader.taps("Quay lại").taps("Trang chính").presses("materials").taps("Trang sau")
    assert "(trang 2/2)" in leader.last.text
    leader.taps("Trang trước")
    assert "(trang 1/2)\n1. T3 · Chủ đề số 3: chưa có tệp" in leader.last.text
    assert "trang 2/2" in leader.presses("materials:99").last.text
    reads_well(leader)


def test_who_is_forgotten_leaves_the_files_and_the_receipts(world: World) -> None:
    office, cell = world.registered("DUA", "admin"), world.registered("A1", "secretary", meeting_day=20)
    tied(office, TALK)
    office.says("/xoadulieu").taps("Xóa")
    tick_through(world, "2022-04-01 08:30")
    cell.looks()
    cell.taps("Đã nhận tài liệu").says("/xoadulieu").taps("Xóa")
    assert counted(world, "DUA") == (1, 2)
    new = world.registered("A1", "secretary", meeting_day=20).says("/thangnay")
    assert "📎 Gửi kèm (1 tệp, đã nhận thứ Sáu 01/4):\n– noi-dung.pdf" in new.last.text
    world.registered("DUA", "admin").presses("materials").taps("1.").taps("Thu hồi 1.").taps("↩️ Thu hồi")
    assert None not in kept(world, Material.withdrawn_at)


def test_several_topics_of_one_morning(world: World, tmp_path: Path) -> None:
    other = PLAN.replace("8-KH", "10-KH").replace("nông thôn mới", "đô thị văn minh")
    world.load(plan_of(other, tmp_path))
    office, cell = world.registered("DUA", "admin"), world.registered("A1", "secretary", meeting_day=20)
    tied(office, TALK)
    tied(office, NOTES, topic="đô thị")
    tick_through(world, "2022-04-01 08:30")
    cell.looks()
    assert names(cell) == [["noi-dung.pdf", "goi-y.docx"]]
    assert "Tài liệu kèm theo – Chuyên đề xây dựng nông thôn mới:</b>\n📎 noi-dung.pdf" in cell.last.text
    assert labels(cell)[-2:] == ["✅ Đã nhận tài liệu 1", "✅ Đã nhận tài liệu 2"]
    cell.taps("Đã nhận tài liệu 1")
    with world.db.read() as session:
        noted = session.scalars(select(MaterialReceipt)).one()
        plan = session.get_one(Plan, noted.plan_id)
        assert (plan.symbol, noted.key) == ("8-KH/ĐU", "t4")
    cell.says("/thangnay")
    reads_well(cell)


def test_files_follow_a_committee_that_moves(world: World) -> None:
    office, cell = world.registered("DUA", "admin"), world.registered("A1", "secretary", meeting_day=20)
    tied(office, TALK)
    with world.db.write() as session:
        row = UnitRow("", "DUA", "Đảng ủy Sở Công", "dang_bo", "", "DUB", None, None)
        write_units(session, [row], world.moment)
    assert kept(world, Material.path) == ["/1/3/2/"]
    tick_through(world, "2022-04-01 08:30")
    cell.looks()
    assert names(cell) == [["noi-dung.pdf"]]


def test_many_duties_in_one_query(world: World) -> None:
    office = world.registered("DUA", "admin")
    tied(office, TALK)
    tied(office, NOTES, topic="chuyển đổi số")
    with world.db.read() as session:
        duties = session.scalars(select(Duty)).all()
        found = files_for(session, duties)
        shown = {(d.unit.code, d.key, *[f.name for f in found.get(d.id, [])]) for d in duties}
        assert shown == {
            ("A1", "t4", "noi-dung.pdf"),
            ("A2", "t4", "noi-dung.pdf"),
            ("A1", "t6", "goi-y.docx"),
            ("A2", "t6", "goi-y.docx"),
            ("B1", "t4"),
            ("B1", "t6"),
            ("A1", "t2"),
            ("A2", "t2"),
            ("B1", "t2"),
        }
        assert files_for(session, []) == {}
        plan_id = session.scalars(select(Plan.id)).one()
        assert [f.name for f in files_seen(session, plan_id, "t4", "", ["/1/"])] == ["noi-dung.pdf"]
        assert files_seen(session, plan_id, "t4", "", ["/1/3/"]) == []
        assert session.scalar(select(func.count()).select_from(Topic)) == 3


def test_small_pieces() -> None:
    assert path_prefixes("/1/5/23/") == ["/1/", "/1/5/", "/1/5/23/"]
    one = Material(digest="a", name="a", size=1, media_type="x")
    same = Material(digest="a", name="b", size=1, media_type="x")
    assert [f.name for f in distinct_files([one, same])] == ["a"]
    nothing = share_materials([], lambda _file: "")
    assert (nothing.materials, nothing.files, nothing.links) == ((), (), {})


def test_cleaning_up_leaves_files_and_receipts(world: World) -> None:
    office, cell = world.registered("DUA", "admin"), world.registered("A1", "secretary", meeting_day=20)
    tied(office, TALK)
    tick_through(world, "2022-04-01 08:30")
    cell.looks()
    cell.taps("Đã nhận tài liệu")
    world.later(days=500)
    world.tick(cleanup.clean_up)
    assert kept(world, Material.digest) == [TALK.digest]
    assert counted(world, "DUA") == (1, 2)
    with world.db.read() as session:
        assert session.scalar(select(func.count()).where(Message.state == "failed")) == 0
