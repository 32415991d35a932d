"""Reports that have come: who is told, who looks at them, `Đạt`, `Trả lại` with a remark, and handing in again."""

from datetime import date

import pytest
from sqlalchemy import select, update

from bot.messages import File
from bot.people.people import end_role
from bot.tables import Contact, Duty, Membership, Submission, Unit
from bot.units.ends import close_unit
from schedules.reports import tell_reviewers
from tests.kit.files import stored
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

PLAN = """
plan:
  symbol: 11-KH/ĐUK
  date: 2022-03-25
  issuer: Ban Thường vụ Đảng ủy Khối
  title: Kế hoạch thử
  starts: 2022-04-01
  ends: 2022-12-31
duties:
  - key: bc
    do: report
    title: Báo cáo kết quả quý II
    to: Ban Thường vụ Đảng ủy Khối
    via: Ban Tuyên giáo Đảng ủy Khối
    who: {kinds: [chi_bo]}
    opens: 2022-04-01
    due: {by: 2022-05-27}
"""


def with_board(world: World) -> None:
    """Three cells below a committee with a Ban Tuyên giáo, through which their report goes."""
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("BTG", "Ban Tuyên giáo", "ban_tuyen_giao", "", "DUK"),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
        ("CB02", "Chi bộ Nước sạch", "chi_bo", "doanh_nghiep", "DUK"),
        ("CB03", "Chi bộ Thôn Đông", "chi_bo", "nong_thon", "DUK"),
    )
    world.load(plan_of(PLAN))


pytestmark = begins(with_board)


@pytest.fixture
def board(world: World) -> Talker:
    return world.registered("BTG", "leader", name="Trần Thị Lan")


@pytest.fixture
def cell(world: World) -> Talker:
    return world.registered("CB01", "secretary", name="Lê Văn Minh")


def hands_in(talker: Talker, *files: File) -> Talker:
    return talker.says("/nop").taps("Báo cáo kết quả").hands(*(files or (stored("bc.pdf"),))).taps("Xong")


def told(world: World, *talkers: Talker) -> None:
    """The clock tells whoever looks, and everybody reads what has come."""
    world.later(minutes=3)
    world.tick(tell_reviewers)
    for talker in talkers:
        talker.looks()


def the_duty(world: World, code: str = "CB01") -> Duty:
    with world.db.read() as session:
        return session.scalars(
            select(Duty).join(Unit, Unit.id == Duty.unit_id).where(Unit.code == code)
        ).one()


def states(world: World) -> list[tuple[int | None, str]]:
    with world.db.read() as session:
        rows = session.scalars(
            select(Submission).where(Submission.version.is_not(None)).order_by(Submission.version)
        )
        return [(one.version, one.state) for one in rows]


def test_it_is_told_opened_and_taken(world: World, board: Talker, cell: Talker) -> None:
    world.go("2022-05-20 09:00")
    hands_in(cell)
    world.tick(tell_reviewers)
    before = len(board.got)
    assert board.looks() == []  # it may have been pressed by mistake
    told(world, board)
    assert len(board.got) == before + 1
    assert board.last.text == (
        "📥 <b>Chi bộ Văn phòng đã nộp báo cáo</b>\nBáo cáo kết quả quý II\n"
        "⏰ Nộp 9h00 thứ Sáu 20/5, đúng hạn\n\n👉 Đồng chí mở xem rồi chọn “Đạt” hoặc “Trả lại”."
    )
    board.taps("Mở xem")
    assert "Chi bộ Văn phòng · bản 1, chờ xem" in board.last.text
    assert "– Lê Văn Minh, đúng hạn" in board.last.text
    assert [file.name for file in board.last.files] == ["bc.pdf"]
    board.taps("Đạt")
    assert board.last.text.startswith("✅ <b>Đạt: Báo cáo kết quả quý II</b>")
    cell.looks()
    assert cell.last.text.startswith("✅ <b>Báo cáo đạt: Báo cáo kết quả quý II</b>")
    assert states(world) == [(1, "accepted")]
    board.says("/start")
    assert "📥 Báo cáo chờ xem (1)" not in labels(board)
    reads_well(board, cell)


def test_returned_on_friday_evening_and_handed_in_again_on_monday(
    world: World, board: Talker, cell: Talker
) -> None:
    world.go("2022-05-27 16:00")  # a Friday, the last day
    hands_in(cell)
    told(world, board)
    world.go("2022-05-27 20:10")
    board.taps("Mở xem").taps("Trả lại")
    assert board.last.text.endswith("👉 Đồng chí viết cần sửa, cần bổ sung điều gì.")
    board.says("???")
    assert board.last.text.startswith("Trợ lý cần biết vì sao trả lại.")
    board.says("x" * 501)
    assert board.last.text.startswith("Nhận xét dài 501 ký tự")
    board.says("Bổ sung số liệu dự họp tháng 4")
    assert "nộp lại đến hết thứ Tư 01/6" in board.last.text
    assert "📝 Bổ sung số liệu dự họp tháng 4" in board.last.text
    assert [reply.text.split("\n")[0] for reply in cell.looks()] == [
        "↩️ <b>Báo cáo được trả lại để bổ sung</b>"
    ]
    assert (
        "📝 Bổ sung số liệu dự họp tháng 4\n🔎 Nơi xem: Ban Tuyên giáo\n⏰ Nộp lại đến hết" in cell.last.text
    )
    world.go("2022-05-28 10:00")
    cell.says("/thangnay")
    assert "📎 Cần nộp lại: <b>Báo cáo kết quả quý II</b>" in cell.last.text
    assert "nộp lại đến hết thứ Tư 01/6, còn 4 ngày" in cell.last.text
    assert "📝 Trả lại thứ Sáu 27/5: Bổ sung số liệu dự họp tháng 4" in cell.last.text
    assert "👉 Việc tiếp theo: sửa và nộp lại báo cáo." in cell.last.text
    world.go("2022-05-30 08:30")
    cell.taps("Nộp lại").hands(stored("bc-2.pdf", b"2")).taps("Xong")
    assert cell.last.text.startswith("✅ <b>Đã nộp: Báo cáo")
    assert "Đây là bản nộp lần 2" in cell.last.text
    duty = the_duty(world)
    assert (duty.state, duty.on_time, duty.done_at) == (
        "done",
        True,
        world.local("2022-05-27 16:00").replace(second=6),
    )
    told(world, board)
    assert board.last.text.startswith("📥 <b>Chi bộ Văn phòng đã nộp báo cáo (bản 2)</b>")
    board.taps("Mở xem").taps("Các bản đã nộp (2)")
    assert (
        "<b>Bản 1</b>: trả lại\nNộp 16h00 thứ Sáu 27/5 – Lê Văn Minh, đúng hạn, 1 tệp\n📝 Bổ sung"
        in board.last.text
    )
    assert "<b>Bản 2</b>: chờ xem\nNộp 8h30 thứ Hai 30/5 – Lê Văn Minh, đúng hạn, 1 tệp" in board.last.text
    board.taps("Mở bản 1")
    assert "👉 Đơn vị đã nộp bản 2, đồng chí xem bản ấy." in board.last.text
    board.taps("Mở bản 2").taps("Đạt")
    assert states(world) == [(1, "returned"), (2, "accepted")]
    reads_well(board, cell)


def test_its_own_ladder_and_who_misses_its_own_day_is_late(world: World, board: Talker, cell: Talker) -> None:
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, board)
    world.go("2022-05-26 15:00")
    board.taps("Mở xem").taps("Trả lại").says("Thiếu phụ lục")
    assert the_duty(world).again_on == date(2022, 5, 31)
    cell.looks()
    before = len(cell.got)
    tick_through(world, "2022-05-31 12:00", cell)
    said = [reply.text for reply in cell.got[before:]]
    assert len(said) == 2
    assert "⏰ <b>Báo cáo kết quả quý II</b>\n⏰ Nộp lại đến hết thứ Ba 31/5, còn 1 ngày" in said[0]
    assert "📝 Trả lại thứ Năm 26/5: Thiếu phụ lục" in said[0]
    assert said[1].startswith("⏰ <b>Hôm nay là hạn cuối</b>")
    tick_through(world, "2022-06-01 12:00", cell)
    assert cell.last.text.startswith("⚠️ <b>Quá hạn nộp lại 1 ngày</b>")
    assert "📝 Trả lại thứ Năm 26/5: Thiếu phụ lục" in cell.last.text
    cell.taps("Nộp báo cáo").hands(stored("bc-2.pdf", b"2")).taps("Xong")
    assert "trễ hạn</b> (hạn thứ Ba 31/5)" in cell.last.text
    duty = the_duty(world)
    assert (duty.state, duty.on_time) == ("done", False)
    reads_well(board, cell)


def test_returned_by_night_and_handed_in_again_before_morning(
    world: World, board: Talker, cell: Talker
) -> None:
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, board)
    world.go("2022-05-23 21:40")
    board.taps("Mở xem").taps("Trả lại").says("Thiếu phụ lục")
    assert cell.looks() == []  # by night nobody is woken
    cell.says("/thangnay").taps("Nộp lại").hands(stored("bc-2.pdf", b"2")).taps("Xong")
    before = len(cell.got)
    world.go("2022-05-24 08:00")
    told(world, board, cell)
    assert len(cell.got) == before  # what has been answered is not said any more
    assert board.last.text.startswith("📥 <b>Chi bộ Văn phòng đã nộp báo cáo (bản 2)</b>")


def test_returned_by_night_it_is_told_in_the_morning(world: World, board: Talker, cell: Talker) -> None:
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, board)
    world.go("2022-05-23 21:40")
    board.taps("Mở xem").taps("Trả lại").says("Thiếu phụ lục")
    world.go("2022-05-24 06:59")
    assert cell.looks() == []
    world.go("2022-05-24 07:00")
    assert [reply.text.split("\n")[0] for reply in cell.looks()] == [
        "↩️ <b>Báo cáo được trả lại để bổ sung</b>"
    ]


def test_what_was_late_stays_late(world: World, board: Talker, cell: Talker) -> None:
    world.go("2022-05-30 09:00")
    hands_in(cell)
    told(world, board)
    board.taps("Mở xem").taps("Trả lại").says("Thiếu phụ lục")
    cell.looks()
    cell.taps("Nộp lại").hands(stored("bc-2.pdf", b"2")).taps("Xong")
    assert the_duty(world).on_time is False


def test_one_message_a_morning_when_many_come(world: World, board: Talker, cell: Talker) -> None:
    world.go("2022-05-26 09:00")
    hands_in(cell)
    told(world, board)
    before = len(board.got)
    for code in ("CB02", "CB03"):
        hands_in(world.registered(code, "secretary"), stored("b.pdf", code.encode()))
    told(world, board)
    world.go("2022-05-26 20:00")
    told(world, board)
    assert len(board.got) == before
    world.go("2022-05-27 06:30")
    told(world, board)
    assert len(board.got) == before
    world.go("2022-05-27 07:00")
    told(world, board)
    assert len(board.got) == before  # the reader's own hour is eight
    world.go("2022-05-27 08:00")
    told(world, board)
    assert len(board.got) == before + 1
    assert board.last.text.startswith("📥 <b>3 báo cáo chờ đồng chí xem</b>\n1. Chi bộ Nước sạch: Báo cáo")
    board.taps("2. Chi bộ Thôn Đông").taps("Đạt").taps("Báo cáo chờ xem (2)")
    assert board.last.text.startswith(
        "📥 <b>Báo cáo chờ xem: 2</b>\n1. Chi bộ Văn phòng: Báo cáo kết quả quý II. Nộp"
    )
    reads_well(board)


def test_what_comes_at_the_weekend_is_told_on_monday(world: World, board: Talker, cell: Talker) -> None:
    world.go("2022-05-21 09:00")
    hands_in(cell)
    told(world, board)
    world.go("2022-05-22 09:00")
    before = len(board.got)
    told(world, board)
    assert len(board.got) == before
    world.go("2022-05-23 08:00")
    told(world, board)
    assert "Nộp 9h00 thứ Bảy 21/5" in board.last.text


def test_two_press_at_once(world: World, board: Talker, cell: Talker) -> None:
    second = world.registered("BTG", "follower", name="Phạm Hữu Bình")
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, board, second)
    board.taps("Mở xem")
    second.taps("Mở xem").taps("Trả lại")
    board.taps("Đạt")
    second.says("Thiếu phụ lục")
    assert second.last.text.startswith("Báo cáo này vừa có người xem xong.")
    assert "bản 1, đạt" in second.last.text
    assert "Nơi xem: Ban Tuyên giáo, Trần Thị Lan" in second.last.text
    assert states(world) == [(1, "accepted")]
    second.taps("Trả lại").says("Thiếu phụ lục thật")
    assert states(world) == [(1, "returned")]
    board.taps("Chọn nhầm")
    assert board.last.text.startswith("Báo cáo này vừa có người xem xong.")
    reads_well(board, second, cell)


def test_handed_in_again_while_somebody_looks(world: World, board: Talker, cell: Talker) -> None:
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, board)
    board.taps("Mở xem")
    press = board.find("Đạt").payload
    board.taps("Trả lại")
    world.later(minutes=10)
    cell.taps("Nộp lại bản khác").hands(stored("moi.pdf", b"moi")).taps("Xong")
    board.says("Thiếu phụ lục")
    assert board.last.text.startswith("Đơn vị đã nộp bản 2 lúc 9h1")
    assert [file.name for file in board.last.files] == ["moi.pdf"]
    board.presses(press)
    assert board.last.text.startswith("Đơn vị đã nộp bản 2 lúc 9h1")
    assert states(world) == [(1, "handed"), (2, "handed")]
    board.taps("Đạt")
    assert states(world) == [(1, "handed"), (2, "accepted")]
    reads_well(board, cell)


def test_taken_back_while_somebody_looks(world: World, board: Talker, cell: Talker) -> None:
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, board)
    board.taps("Mở xem")
    cell.taps("Chọn nhầm")
    board.taps("Đạt")
    assert board.last.text.startswith("Đơn vị đã rút lại bản này.\n\n👉")
    board.taps("Báo cáo chờ xem")
    assert board.last.text.startswith("✅ Không còn báo cáo nào chờ đồng chí xem.")
    assert the_duty(world).state == "open"
    reads_well(board)


def test_handed_in_again_and_taken_back_it_is_returned_still(
    world: World, board: Talker, cell: Talker
) -> None:
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, board)
    board.taps("Mở xem").taps("Trả lại").says("Thiếu phụ lục")
    cell.looks()
    cell.taps("Nộp lại").hands(stored("bc-2.pdf", b"2")).taps("Xong").taps("Chọn nhầm")
    duty = the_duty(world)
    assert (duty.state, duty.again_on, duty.on_time) == ("open", date(2022, 5, 27), True)
    cell.says("/thangnay")
    assert "📝 Trả lại thứ Sáu 20/5: Thiếu phụ lục" in cell.last.text


def test_the_unit_is_closed_meanwhile(world: World, board: Talker, cell: Talker) -> None:
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, board)
    board.taps("Mở xem")
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        close_unit(session, unit, world.moment.today, world.moment)
    board.taps("Trả lại")
    assert board.last.text.startswith("Chi bộ Văn phòng đã kết thúc hoạt động nên không trả lại được.")
    board.taps("Đạt")
    assert states(world) == [(1, "accepted")]
    assert the_duty(world).state == "done"
    reads_well(board)


def test_returned_and_then_the_unit_is_closed(world: World, board: Talker, cell: Talker) -> None:
    world.go("2022-05-27 09:00")
    hands_in(cell)
    told(world, board)
    board.taps("Mở xem").taps("Trả lại").says("Thiếu phụ lục")
    world.go("2022-05-30 09:00")
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        close_unit(session, unit, world.moment.today, world.moment)
    assert the_duty(world).state == "withdrawn"  # its own day had not come


def test_the_role_is_lost_meanwhile(world: World, board: Talker, cell: Talker) -> None:
    office = world.registered("DUK", "admin")
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, board, office)
    assert "📥" not in office.last.text
    board.taps("Mở xem").taps("Trả lại")
    with world.db.write() as session:
        for role in session.scalars(
            select(Membership).join(Unit, Unit.id == Membership.unit_id).where(Unit.code == "BTG")
        ):
            end_role(session, role, world.at)
    board.says("Thiếu phụ lục")
    assert "gõ mã mời" in board.last.text
    assert states(world) == [(1, "handed")]
    office.says("/start").taps("Báo cáo chờ xem (1)").taps("1. Chi bộ Văn phòng").taps("Đạt")
    assert states(world) == [(1, "accepted")]
    reads_well(office)


def test_nobody_decides_on_the_own_report(world: World, cell: Talker) -> None:
    cell.says(f"/start {world.invite('BTG', 'leader')}")
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, cell)
    cell.says("/start")
    assert not [label for label in labels(cell) if "chờ xem" in label]
    with world.db.read() as session:
        handed = session.scalars(select(Submission.id)).one()
    cell.presses(f"review.pass:{handed}")
    assert "không thuộc phạm vi" in cell.last.text


def test_what_was_returned_is_seen_by_its_cell_and_its_reviewers_alone(
    world: World, board: Talker, cell: Talker
) -> None:
    leader, office = world.registered("DUK", "leader"), world.registered("DUK", "admin")
    sibling = world.registered("CB02", "secretary")
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, board, leader, office)
    duty = the_duty(world)
    with world.db.read() as session:
        handed = session.scalars(select(Submission.id)).one()
    leader.says("/chuanop").taps("Báo cáo kết quả").taps("Đã nộp (1)").taps("1. Chi bộ Văn phòng")
    assert [file.name for file in leader.last.files] == ["bc.pdf"]
    assert labels(leader) == ["🏠 Trang chính"]  # who is above reads, the board decides
    board.taps("Mở xem").taps("Trả lại").says("Nhận xét riêng")
    for talker in (leader, office, sibling):
        for press in (f"review.open:{handed}", f"review.versions:{duty.id}", f"review.back:{handed}"):
            talker.presses(press)
            assert "không thuộc phạm vi" in talker.last.text
    leader.says("/tonghop")
    assert "chưa đơn vị nào xong</b>, 3 đơn vị, 1 trả lại, chờ nộp lại" in leader.last.text
    leader.taps("Chưa: Báo cáo")
    assert "– Chi bộ Văn phòng (trả lại, nộp lại đến hết thứ Sáu 27/5)" in leader.last.text
    everything = " ".join(reply.text for talker in (leader, office, sibling) for reply in talker.got)
    assert "Nhận xét riêng" not in everything
    reads_well(leader, office, sibling, board)


def test_a_reader_who_is_away_is_not_waited_for(world: World, board: Talker, cell: Talker) -> None:
    second = world.registered("BTG", "follower")
    with world.db.write() as session:
        first = session.scalars(select(Contact).where(Contact.place == board.address.place)).one()
        first.person.away_until = date(2022, 6, 10)
    world.go("2022-05-20 09:00")
    hands_in(cell)
    before = len(board.got)
    told(world, board, second)
    assert len(board.got) == before
    assert second.last.text.startswith("📥 <b>Chi bộ Văn phòng đã nộp báo cáo</b>")


def test_the_cell_is_told_when_nobody_of_it_can_be_reached(world: World, board: Talker, cell: Talker) -> None:
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, board)
    with world.db.write() as session:
        session.execute(update(Contact).where(Contact.place == cell.address.place).values(lost_at=world.at))
    board.taps("Mở xem").taps("Trả lại").says("Thiếu phụ lục")
    assert "⚠️ Mất liên lạc với người phụ trách, cần gọi điện." in board.last.text
    with world.db.write() as session:
        for role in session.scalars(select(Membership).where(Membership.role == "secretary")):
            end_role(session, role, world.at)
        session.execute(update(Submission).values(state="handed"))
        session.execute(update(Duty).where(Duty.again_on.is_not(None)).values(state="done"))
        handed = session.scalars(select(Submission.id)).one()
    board.presses(f"review.back:{handed}").says("Thiếu phụ lục")
    assert "⚠️ Đơn vị chưa có người đăng ký phụ trách, văn phòng cần cấp mã mời." in board.last.text
