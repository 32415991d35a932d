"""What an office has taken goes on to whom the plan has it for; whoever is to pass a report on can open it; what came before the
upgrade is told once."""

import pytest
from sqlalchemy import func, select, update

from bot.messages import File
from bot.people.people import end_role
from bot.reports import notices
from bot.tables import Duty, Membership, Message, Submission, Unit
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
  - key: chuyen
    do: confirm
    title: Chuyển báo cáo của {unit}
    who: {kinds: [van_phong]}
    for_each: unit
    waits: bc
    due: {after_waiting: 3}
"""


def with_offices(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("BTG", "Ban Tuyên giáo", "ban_tuyen_giao", "", "DUK"),
        ("VP", "Văn phòng Đảng ủy", "van_phong", "", "DUK"),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
        ("CB02", "Chi bộ Nước sạch", "chi_bo", "doanh_nghiep", "DUK"),
        ("CB03", "Chi bộ Thôn Đông", "chi_bo", "nong_thon", "DUK"),
    )
    world.load(plan_of(PLAN))


pytestmark = begins(with_offices)


def hands_in(talker: Talker, *files: File) -> Talker:
    return talker.says("/nop").taps("Báo cáo kết quả").hands(*(files or (stored("bc.pdf"),))).taps("Xong")


def told(world: World, *talkers: Talker) -> None:
    world.later(minutes=3)
    world.tick(tell_reviewers)
    for talker in talkers:
        talker.looks()


def heard(talker: Talker, words: str) -> list[str]:
    return [reply.text for reply in talker.got if words in reply.text]


def handed_id(world: World, code: str) -> int:
    with world.db.read() as session:
        its = select(Submission.id).join(Submission.duty).join(Duty.unit)
        return session.scalars(its.where(Unit.code == code).order_by(Submission.id.desc())).first() or 0


def test_the_committee_hears_when_its_board_has_taken_it(world: World) -> None:
    board, leader = world.registered("BTG", "leader"), world.registered("DUK", "leader")
    cell = world.registered("CB01", "secretary")
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, board, leader)
    assert heard(leader, "Báo cáo gửi đồng chí") == []  # the board first
    board.taps("Mở xem").taps("Đạt")
    told(world, leader, board)
    assert leader.last.text == (
        "📥 <b>Báo cáo gửi đồng chí: Báo cáo kết quả quý II</b>\nChi bộ Văn phòng, đúng hạn\n"
        "✅ Ban Tuyên giáo đã xem, đạt, thứ Sáu 20/5\n\n👉 Đồng chí mở xem; nếu cần bổ sung thì bấm “Trả lại”."
    )
    told(world, leader)
    assert len(heard(leader, "Báo cáo gửi đồng chí")) == 1
    leader.taps("Mở xem")
    assert [file.name for file in leader.last.files] == ["bc.pdf"]
    leader.taps("Trả lại").says("Thiếu phụ lục số liệu")
    cell.looks()
    assert "Thiếu phụ lục số liệu" in cell.last.text
    cell.says("/nop").taps("Báo cáo kết quả").hands(stored("bc2.pdf", b"hai")).taps("Xong")
    world.go("2022-05-23 09:00")
    told(world, board)
    board.taps("Mở xem").taps("Đạt")
    told(world, leader)
    assert len(heard(leader, "Báo cáo gửi đồng chí")) == 2
    reads_well(leader, board, cell)


def test_what_comes_later_that_day_is_one_message_the_next_working_morning(world: World) -> None:
    board, leader = world.registered("BTG", "leader"), world.registered("DUK", "leader")
    cells = [world.registered(code, "secretary") for code in ("CB01", "CB02", "CB03")]
    world.go("2022-05-20 09:00")
    for cell in cells:
        hands_in(cell)
    for code in ("CB01", "CB02", "CB03"):
        board.presses(f"review.pass:{handed_id(world, code)}")
        told(world, leader)
    assert len(heard(leader, "đạt")) == 1
    world.go("2022-05-21 09:00")  # a Saturday
    told(world, leader)
    assert len(heard(leader, "đạt")) == 1
    world.go("2022-05-23 08:30")
    told(world, leader)
    assert leader.last.text.startswith(
        "📥 <b>2 báo cáo gửi đồng chí, nơi tiếp nhận đã xem, đạt</b>\n1. Chi bộ Nước sạch"
    )
    assert [label[:2] for label in labels(leader)] == ["1.", "2."]
    leader.taps("2. Chi bộ Thôn Đông")
    assert "Chi bộ Thôn Đông · bản 1, đạt" in leader.last.text
    reads_well(leader)


def test_more_than_a_page_of_them_are_counted(world: World) -> None:
    board, leader = world.registered("BTG", "leader"), world.registered("DUK", "leader")
    world.units(*((f"X{n}", f"Chi bộ thôn {n}", "chi_bo", "nong_thon", "DUK") for n in range(1, 13)))
    world.load(plan_of(PLAN))
    world.go("2022-05-20 09:00")
    for n in range(1, 13):
        hands_in(world.registered(f"X{n}", "secretary"))
        board.presses(f"review.pass:{handed_id(world, f'X{n}')}")
    told(world, leader)
    assert "📥 <b>12 báo cáo gửi đồng chí" in leader.last.text
    assert "… và 2 báo cáo nữa, đồng chí xem trong phần tổng hợp." in leader.last.text
    reads_well(leader)


def test_who_takes_it_for_both_hears_of_nothing(world: World) -> None:
    """The same person leads the board and the committee; and where the committee itself looks, nothing goes on."""
    both, cell = world.registered("BTG", "leader"), world.registered("CB01", "secretary")
    both.says(f"/start {world.invite('DUK', 'leader')}")
    world.go("2022-05-20 09:00")
    hands_in(cell)
    told(world, both)
    both.taps("Mở xem").taps("Đạt")
    told(world, both)
    assert heard(both, "Báo cáo gửi đồng chí") == []
    with world.db.write() as session:
        for role in session.scalars(select(Membership).join(Membership.unit).where(Unit.code == "BTG")):
            end_role(session, role, world.at)
    second = world.registered("CB02", "secretary")
    hands_in(second)
    both.presses(f"review.pass:{handed_id(world, 'CB02')}")
    assert "Đạt" in both.last.text
    with world.db.read() as session:
        last = session.get_one(Submission, handed_id(world, "CB02"))
        assert (last.reviewer and last.reviewer.code, last.recipient_id) == ("DUK", None)


def test_a_returned_or_strange_report_does_not_go_on(world: World) -> None:
    board, leader = world.registered("BTG", "leader"), world.registered("DUK", "leader")
    follower, cell = world.registered("CB02", "follower"), world.registered("CB01", "secretary")
    world.go("2022-05-20 09:00")
    hands_in(cell)
    handed = handed_id(world, "CB01")
    leader.presses(f"review.back:{handed}:taken")
    assert "không thuộc phạm vi" in leader.last.text  # the board has not taken it yet
    board.presses(f"review.pass:{handed}")
    board.presses(f"review.back:{handed}:taken")
    board.says("Thiếu phụ lục số liệu")
    told(world, leader)
    assert heard(leader, "Báo cáo gửi đồng chí") == []
    leader.presses(f"review.open:{handed}")
    assert "không thuộc phạm vi" in leader.last.text
    follower.presses(f"review.open:{handed}")
    assert "không thuộc phạm vi" in follower.last.text


def test_who_is_to_pass_it_on_opens_it_though_a_board_decides(world: World) -> None:
    board, office = world.registered("BTG", "leader"), world.registered("VP", "secretary")
    other, cell = world.registered("CB02", "secretary"), world.registered("CB01", "secretary")
    world.go("2022-05-20 09:00")
    hands_in(cell)
    tick_through(world, "2022-05-20 10:00", office)
    assert "Chuyển báo cáo của Chi bộ Văn phòng" in office.last.text
    with world.db.read() as session:
        chain = select(Duty.id).join(Duty.about).where(Unit.code == "CB01")
        press = f"review.awaited:{session.scalars(chain).one()}"
    office.taps("Mở báo cáo của đơn vị")
    assert [file.name for file in office.last.files] == ["bc.pdf"]
    assert not {"✅ Đạt", "↩️ Trả lại"} & set(labels(office))
    for stranger in (other, board):
        stranger.looks()
        stranger.presses(press)
        assert "không thuộc phạm vi" in stranger.last.text
    other.presses(f"review.open:{handed_id(world, 'CB01')}")
    assert "không thuộc phạm vi" in other.last.text
    office.presses(press.replace("review.awaited", "confirm"))
    board.presses(f"review.back:{handed_id(world, 'CB01')}")
    board.says("Thiếu phụ lục số liệu")
    office.presses(press)
    assert (
        "Chưa có báo cáo nào của Chi bộ Văn phòng để mở." in office.last.text
    )  # what was returned is not passed on
    reads_well(office)


def test_what_was_handed_in_before_anybody_looked_is_told_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As migrated: without a reader, and told of to nobody."""
    monkeypatch.setattr(notices, "PORTION", 2)
    cells = [world.registered(code, "secretary") for code in ("CB01", "CB02", "CB03")]
    world.go("2022-05-19 09:00")
    for cell in cells:
        hands_in(cell)
    board, leader = world.registered("BTG", "leader"), world.registered("DUK", "leader")
    with world.db.write() as session:
        session.execute(update(Submission).values(reviewer_id=None, reviewers="office", told_at=None))
    world.go("2022-05-20 09:00")
    for _ in range(5):
        told(world, board, leader)
    assert [text.split("\n")[0] for text in heard(board, "báo cáo chờ đồng chí xem")] == [
        "📥 <b>3 báo cáo chờ đồng chí xem</b>"
    ]
    assert heard(leader, "đã nộp báo cáo") + heard(leader, "chờ đồng chí xem") == []
    world.go("2022-05-23 09:00")
    told(world, board, leader)
    assert len(heard(board, "báo cáo chờ đồng chí xem")) == 1
    with world.db.read() as session:
        assert session.scalar(select(func.count(Message.id)).where(Message.kind == "review")) == 1
