"""An outline that a plan asks a board for reaches the cells by itself, in the version that stands."""

import pytest
from sqlalchemy import select

from bot.materials.from_reports import follow_reports
from bot.tables import Demand, Material, Message, Unit
from schedules import materials
from schedules.reports import tell_reviewers
from tests.kit.files import stored
from tests.kit.materials import kept, names
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

PLAN = """
plan:
  symbol: 42-KH/ĐUK
  date: 2022-02-08
  issuer: Ban Thường vụ Đảng ủy Khối
  title: Sinh hoạt chuyên đề năm 2022
  starts: 2022-01-01
  ends: 2022-12-31
topics:
  - {key: cd-2, title: Tự lực tự cường, meeting: thematic, period: 2022-Q2}
  - key: cd-3
    title: Cải cách hành chính
    meeting: thematic
    period: 2022-Q2
    variants:
      - {key: dn, who: {sectors: [doanh_nghiep]}, title: Cải cách ở doanh nghiệp}
      - {key: cq, title: Cải cách ở cơ quan}
  - {key: thang, title: Chuyên đề tháng, meeting: regular, every: month}
duties:
  - key: de-cuong-2
    do: report
    title: Đề cương tự lực tự cường
    who: {kinds: [ban_tuyen_giao], direct: true}
    to: Các chi, đảng bộ cơ sở
    due: {before: 2022-05-30}
    opens: 2022-03-01
    material_for: cd-2
  - key: de-cuong-3
    do: report
    title: Đề cương cải cách
    who: {kinds: [van_phong], direct: true}
    due: {before: 2022-05-30}
    opens: 2022-03-01
    material_for: cd-3
    material_variant: dn
  - key: goi-y
    do: report
    title: Gợi ý tháng {period}
    who: {kinds: [uy_ban_kiem_tra], direct: true}
    due: {every: month}
    material_for: thang
"""
TREE = (
    ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
    ("BTG", "Ban Tuyên giáo", "ban_tuyen_giao", "", "DUK"),
    ("VP", "Văn phòng", "van_phong", "", "DUK"),
    ("KT", "Ủy ban Kiểm tra", "uy_ban_kiem_tra", "", "DUK"),
    ("DB", "Đảng bộ Sở Công", "dang_bo_co_so", "", "DUK"),
    ("A1", "Chi bộ Bưu điện", "chi_bo", "co_quan", "DUK"),
    ("A2", "Chi bộ Xây lắp", "chi_bo", "doanh_nghiep", "DB"),
)


def with_boards(world: World) -> None:
    world.go("2022-03-15 09:00")
    world.units(*TREE)
    world.load(plan_of(PLAN))


pytestmark = begins(with_boards)
OUTLINE, BETTER = stored("de-cuong.docx", b"de cuong"), stored("de-cuong-2.docx", b"de cuong sua")


@pytest.fixture
def board(world: World) -> Talker:
    return world.registered("BTG", "secretary")


def hands_in(talker: Talker, *files: object, what: str = "Đề cương") -> Talker:
    return talker.says("/nop").taps(what).hands(*files).taps("Xong")  # type: ignore[arg-type]


def told(world: World, *talkers: Talker) -> int:
    world.later(minutes=3)
    written = world.tick(materials.send_materials)
    for talker in talkers:
        talker.looks()
    return written


def announced(world: World, *talkers: Talker) -> None:
    """Both topics have been told of by the morning of 1 April."""
    tick_through(world, "2022-04-01 09:00", *talkers)
    for talker in talkers:
        talker.looks()
        talker.screen.clear()


def names_of(talker: Talker) -> list[str]:
    return [name for some in names(talker) for name in some]


def test_what_is_handed_in_early_goes_with_the_announcement(world: World, board: Talker) -> None:
    cells = [world.registered(code, "secretary", meeting_day=20) for code in ("A1", "A2")]
    hands_in(board, OUTLINE)
    assert "Tệp đi kèm chuyên đề tới 2 đơn vị" in board.last.text
    assert told(world, *cells) == 0
    tick_through(world, "2022-04-01 09:00", *cells)
    for cell in cells:
        assert names_of(cell) == ["de-cuong.docx"]
    newcomer = world.registered("A1", "secretary")
    newcomer.says("/thangnay")
    assert "– de-cuong.docx" in newcomer.last.text
    reads_well(board, *cells)


@pytest.mark.parametrize("channel", ["telegram", "zalo", "zalo_oa", "web"])
def test_whoever_has_been_told_hears_of_it_at_once_and_once(world: World, channel: str) -> None:
    board = world.registered("BTG", "secretary", channel=channel)
    cells = [
        world.registered("A1", "secretary", meeting_day=20),
        world.registered("A2", "secretary", meeting_day=20, channel="zalo"),
    ]
    announced(world, *cells)
    hands_in(board, OUTLINE)
    assert told(world, *cells) == 2
    for cell in cells:
        assert "Tài liệu mới: Tự lực tự cường" in cell.last.text
        assert "de-cuong.docx" in cell.last.text
    assert told(world, *cells) == 0
    cells[0].taps("Đã nhận tài liệu")
    assert "nhận đủ tài liệu" in cells[0].last.text
    tick_through(world, "2022-04-30 09:00", *cells)
    assert names_of(cells[0]) == ["de-cuong.docx"]


def test_in_quiet_hours_it_waits_for_the_morning(world: World, board: Talker) -> None:
    cell = world.registered("A1", "secretary", meeting_day=20)
    announced(world, cell)
    world.go("2022-04-05 21:30")
    hands_in(board, OUTLINE)
    assert told(world, cell) == 1
    assert names_of(cell) == []
    world.go("2022-04-06 07:05")
    cell.looks()
    assert names_of(cell) == ["de-cuong.docx"]


def test_a_cell_that_joins_later_gets_it_with_its_announcement(world: World, board: Talker) -> None:
    cell = world.registered("A1", "secretary", meeting_day=20)
    announced(world, cell)
    hands_in(board, OUTLINE)
    told(world, cell)
    world.units(("A3", "Chi bộ Mới", "chi_bo", "co_quan", "DUK"))
    world.load(plan_of(PLAN))
    late = world.registered("A3", "secretary", meeting_day=20)
    tick_through(world, "2022-04-08 09:00", late)
    assert names_of(late) == ["de-cuong.docx"]


def test_a_new_version_takes_its_place_and_is_said(world: World, board: Talker) -> None:
    cell = world.registered("A1", "secretary", meeting_day=20)
    announced(world, cell)
    hands_in(board, OUTLINE)
    told(world, cell)
    board.says("/nop").taps("Đề cương").hands(BETTER).taps("Xong")
    assert told(world, cell) == 1
    assert cell.last.text.startswith("📎 <b>Tài liệu có bản mới: Tự lực tự cường</b>")
    assert "Bản này thay bản đã gửi trước." in cell.last.text
    assert names_of(cell) == ["de-cuong.docx", "de-cuong-2.docx"]
    cell.says("/thangnay")
    assert "– de-cuong-2.docx" in cell.last.text
    assert "– de-cuong.docx" not in cell.last.text
    reads_well(cell, board)


def test_who_was_not_told_of_the_old_version_hears_of_no_replacement(world: World, board: Talker) -> None:
    cell = world.registered("A1", "secretary", meeting_day=20)
    announced(world, cell)
    hands_in(board, OUTLINE)
    board.says("/nop").taps("Đề cương").hands(BETTER).taps("Xong")
    assert told(world, cell) == 1
    assert cell.last.text.startswith("📎 <b>Tài liệu mới:")
    assert names_of(cell) == ["de-cuong-2.docx"]


def test_what_is_returned_goes_to_nobody_any_more(world: World, board: Talker) -> None:
    cell, office = world.registered("A1", "secretary", meeting_day=20), world.registered("DUK", "admin")
    hands_in(board, OUTLINE)
    world.later(minutes=3)
    world.tick(tell_reviewers)
    office.looks()
    office.taps("Mở xem").taps("Trả lại").says("Thiếu phần thảo luận")
    assert "Tệp không gửi kèm chuyên đề nữa, chờ bản mới." in office.last.text
    tick_through(world, "2022-04-01 09:00", cell)
    assert names_of(cell) == []
    board.looks()
    board.says("/nop").taps("Đề cương").hands(BETTER).taps("Xong")
    assert told(world, cell) == 1
    assert names_of(cell) == ["de-cuong-2.docx"]
    reads_well(office)


def test_what_waits_in_the_night_is_taken_back_with_its_return(world: World, board: Talker) -> None:
    cell, office = world.registered("A1", "secretary", meeting_day=20), world.registered("DUK", "admin")
    announced(world, cell, office)
    world.go("2022-04-05 21:30")
    hands_in(board, OUTLINE)
    told(world, cell)
    office.says("/start").taps("Báo cáo chờ xem").taps("1. Ban Tuyên giáo").taps("Trả lại").says(
        "Thiếu phần thảo luận"
    )
    world.go("2022-04-06 09:00")
    world.tick(materials.send_materials)
    cell.looks()
    assert names_of(cell) == []


def test_chosen_by_mistake_it_goes_to_nobody_and_the_earlier_version_stands(
    world: World, board: Talker
) -> None:
    cell = world.registered("A1", "secretary", meeting_day=20)
    announced(world, cell)
    hands_in(board, OUTLINE)
    told(world, cell)
    board.says("/nop").taps("Đề cương").hands(BETTER).taps("Xong").taps("Chọn nhầm")
    assert told(world, cell) == 0
    assert names_of(cell) == ["de-cuong.docx"]
    cell.says("/thangnay")
    assert "– de-cuong.docx" in cell.last.text
    first = world.registered("KT", "secretary")
    hands_in(first, OUTLINE, what="Gợi ý tháng").taps("Chọn nhầm")
    assert len(kept(world, Material.id)) == 3
    assert [one for one in kept(world, Material.withdrawn_at) if one is None] == [None]


def test_it_is_for_the_units_of_its_variant(world: World) -> None:
    office = world.registered("VP", "secretary")
    cells = [world.registered(code, "secretary", meeting_day=20) for code in ("A1", "A2")]
    announced(world, *cells)
    hands_in(office, OUTLINE)
    assert "tới 1 đơn vị" in office.last.text
    assert told(world, *cells) == 1
    assert [names_of(cell) for cell in cells] == [[], ["de-cuong.docx"]]
    leader = world.registered("DUK", "leader")
    leader.presses("materials").taps("Cải cách")
    assert "Tài liệu: 0/1 đơn vị đã nhận" in leader.last.text


def test_what_recurs_is_for_the_turn_of_its_own_month(world: World) -> None:
    body = world.registered("KT", "secretary")
    hands_in(body, OUTLINE, what="Gợi ý tháng 3")
    assert kept(world, Material.key, Material.period) == [("thang", "2022-03")]


def test_what_somebody_took_back_by_hand_stays_back(world: World, board: Talker) -> None:
    office = world.registered("DUK", "admin")
    hands_in(board, OUTLINE)
    leader = world.registered("DUK", "leader")
    leader.presses("materials").taps("Tự lực").taps("Thu hồi 1").taps("Thu hồi")
    world.tick(materials.send_materials)
    assert None not in kept(world, Material.withdrawn_at)
    reads_well(office, leader)


def test_what_the_committee_has_sent_by_hand_is_not_told_twice(world: World, board: Talker) -> None:
    cell, leader = world.registered("A1", "secretary", meeting_day=20), world.registered("DUK", "leader")
    announced(world, cell)
    leader.hands(OUTLINE).taps("Tự lực").taps("Gửi")
    told(world, cell)
    hands_in(board, OUTLINE)
    assert told(world, cell) == 0
    assert names_of(cell) == ["de-cuong.docx"]


def test_a_plan_that_learns_later_what_it_is_for_is_followed(world: World, board: Talker) -> None:
    """As an installation whose plan was loaded by an earlier release."""
    with world.db.write() as session:
        demand = session.scalars(select(Demand).where(Demand.key == "de-cuong-2")).one()
        demand.material_for = ""
    hands_in(board, OUTLINE)
    assert labels(board)
    assert kept(world, Material.id) == []
    world.load(plan_of(PLAN))
    assert follow_reports(world.desk, world.at) == 1
    assert follow_reports(world.desk, world.at) == 0
    assert kept(world, Material.key, Material.name) == [("cd-2", "de-cuong.docx")]
    world.load(plan_of(PLAN.replace("    material_for: cd-2\n", "")))
    assert follow_reports(world.desk, world.at) == 1
    assert None not in kept(world, Material.withdrawn_at)


def test_a_board_of_a_committee_below_reaches_only_its_cells(world: World) -> None:
    world.units(("KT2", "Ủy ban Kiểm tra Sở Công", "uy_ban_kiem_tra", "", "DB"))
    world.load(plan_of(PLAN.replace("[uy_ban_kiem_tra], direct: true", "[uy_ban_kiem_tra]")))
    body = world.registered("KT2", "secretary")
    hands_in(body, OUTLINE, what="Gợi ý tháng 3")
    with world.db.read() as session:
        path = session.scalars(select(Unit.path).where(Unit.code == "DB")).one()
        assert session.scalars(select(Material.path)).all() == [path]
        assert session.scalars(select(Message.id).where(Message.material_id.is_not(None))).all() == []
