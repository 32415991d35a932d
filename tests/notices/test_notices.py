"""A committee says something to the units below: to all or a part, with a file, now or later; who has received it is known by name."""

import pytest
from sqlalchemy import func, select, update

from bot.tables import Contact, Membership, Message, Notice, NoticeReceipt, Unit
from schedules import notices
from tests.kit.files import stored
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

WORDS = "Mời các đồng chí dự tập huấn lúc 8 giờ ngày 15/4 tại hội trường."


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy Sở A", "dang_bo_co_so", "", "DUK"),
        ("DUB", "Đảng ủy Sở B", "dang_bo_co_so", "", "DUK"),
        ("A-01", "Chi bộ Văn phòng Sở A", "chi_bo", "co_quan", "DUA"),
        ("A-02", "Chi bộ Thanh tra Sở A", "chi_bo", "co_quan", "DUA"),
        ("B-01", "Chi bộ Văn phòng Sở B", "chi_bo", "co_quan", "DUB"),
    )


pytestmark = begins(begin_here)


@pytest.fixture
def leader(world: World) -> Talker:
    return world.registered("DUA", "leader")


@pytest.fixture
def cells(world: World) -> dict[str, Talker]:
    return {
        code: world.registered(code, "secretary", name=f"Bí thư {code[0]}")
        for code in ("A-01", "A-02", "B-01")
    }


def news(talker: Talker, before: int) -> list[str]:
    talker.looks()
    return [reply.text for reply in talker.got[before:]]


def run(world: World) -> int:
    return world.tick(notices.send_notices)


def written(leader: Talker, to: str = "Tất cả: Đảng ủy Sở A", words: str = WORDS) -> Talker:
    return leader.says("/thongbao").taps("Soạn thông báo").taps(to).says(words)


def test_all_below_hear_it_and_nobody_else(world: World, leader: Talker, cells: dict[str, Talker]) -> None:
    before = {code: len(talker.got) for code, talker in cells.items()}
    written(leader)
    assert "Thông báo của Lãnh đạo Đảng ủy Sở A" in leader.last.text
    assert "(2 đồng chí ở 2 đơn vị)" in leader.last.text
    leader.taps("Gửi ngay")
    assert run(world) == 2
    for code in ("A-01", "A-02"):
        [text] = news(cells[code], before[code])
        assert text.startswith("🔔 <b>Thông báo của Lãnh đạo Đảng ủy Sở A</b>\n" + WORDS)
    assert news(cells["B-01"], before["B-01"]) == []
    leader.looks()
    assert "✅ Đã gửi thông báo: 2 đồng chí" in leader.last.text
    assert run(world) == 0
    reads_well(leader, *cells.values())


def test_cells_that_nobody_leads_are_named_before_it_goes(world: World, leader: Talker) -> None:
    world.registered("A-01", "secretary")
    written(leader)
    assert (
        "(1 đồng chí ở 1 đơn vị)\n⚠️ Chưa có người đăng ký nên không nhận được: Chi bộ Thanh tra Sở A\n"
        in leader.last.text
    )
    world.registered("A-02", "secretary")
    leader.taps("Đưa vào buổi họp tới")
    assert "không nhận được" not in leader.last.text
    leader.taps("Gửi ngay")
    run(world)
    leader.looks()
    assert leader.last.text.startswith("✅ Đã gửi gợi ý: 2 đồng chí")
    reads_well(leader)


def test_who_has_received_it_is_known_by_name_and_the_others_are_told_once_more(
    world: World, leader: Talker, cells: dict[str, Talker]
) -> None:
    written(leader).taps("Gửi ngay")
    run(world)
    for cell in cells.values():
        cell.looks()
    cells["A-01"].taps("Đã nhận")
    assert "✅ Đã ghi: đồng chí đã nhận thông báo." in cells["A-01"].last.text
    leader.looks()
    leader.taps("Ai đã nhận")
    assert "Đã nhận: <b>1/2</b>" in leader.last.text
    leader.taps("Ai chưa nhận")
    assert "⬜ Chi bộ Thanh tra Sở A: Bí thư A" in leader.last.text
    assert "Văn phòng" not in leader.last.text
    leader.taps("Về thông báo").taps("Nhắc người chưa nhận")
    assert "Đã nhắc lại 1 đồng chí" in leader.last.text
    before = {code: len(talker.got) for code, talker in cells.items()}
    [text] = news(cells["A-02"], before["A-02"])
    assert "Nhắc lại: Thông báo của" in text
    assert news(cells["A-01"], before["A-01"]) == []
    leader.says("/thongbao").taps("1. ")
    assert not any("Nhắc người" in label for label in labels(leader))  # once a day
    cells["A-02"].taps("Đã nhận")
    leader.says("/thongbao").taps("1. ")
    assert "Đã nhận: <b>2/2</b>" in leader.last.text
    reads_well(leader, *cells.values())


def test_a_set_time_and_it_can_be_called_off_until_then(
    world: World, leader: Talker, cells: dict[str, Talker]
) -> None:
    written(leader).taps("Hẹn giờ").says("8h30 ngày 5/4")
    assert "Sẽ gửi lúc 8h30 thứ Ba 05/4." in leader.last.text
    assert run(world) == 0
    world.go("2022-04-05 08:29")
    assert run(world) == 0
    world.go("2022-04-05 08:30")
    assert run(world) == 2
    written(leader).taps("Hẹn giờ").taps("8h ")
    leader.taps("Không gửi nữa")
    assert "Đã hủy, không gửi cho ai." in leader.last.text
    world.go("2022-04-20 08:30")
    assert run(world) == 0
    leader.presses("notices.drop:1")
    assert "Đã nhận" in leader.last.text  # what has gone out cannot be called off


def test_a_time_that_has_passed_or_is_far_is_asked_again(leader: Talker, cells: dict[str, Talker]) -> None:
    written(leader).taps("Hẹn giờ").says("31/3/2022")
    assert "đã qua" in leader.last.text
    leader.says("30/12/2022")
    assert "Chỉ hẹn gửi được trong 90 ngày tới" in leader.last.text
    leader.says("mai mốt")
    assert "chưa hiểu" in leader.last.text
    leader.says("9h sáng mai")
    assert "Sẽ gửi lúc 9h00" in leader.last.text


def test_in_the_night_it_waits_for_the_morning(
    world: World, leader: Talker, cells: dict[str, Talker]
) -> None:
    world.go("2022-04-04 22:00")
    written(leader).taps("Gửi ngay")
    before = len(cells["A-01"].got)
    run(world)
    assert news(cells["A-01"], before) == []
    world.go("2022-04-05 07:00")
    assert len(news(cells["A-01"], before)) == 1


def test_a_part_of_the_tree_by_name_and_more_of_it(
    world: World, leader: Talker, cells: dict[str, Talker]
) -> None:
    leader.says("/thongbao").taps("Soạn thông báo").says("thanh tra").says(WORDS)
    assert "Gửi: Chi bộ Thanh tra Sở A (1 đồng chí ở 1 đơn vị)" in leader.last.text
    leader.taps("Thêm nơi nhận").says("văn phòng sở a")
    assert "(2 đồng chí ở 2 đơn vị)" in leader.last.text
    leader.taps("Thêm nơi nhận").says("B-01")
    assert "Không tìm thấy đơn vị “B-01” trong phạm vi của đồng chí." in leader.last.text
    leader.taps("Không thêm nữa").taps("Gửi ngay")
    assert run(world) == 2


def test_a_file_goes_along(world: World, leader: Talker, cells: dict[str, Talker]) -> None:
    leader.says("/thongbao").taps("Soạn thông báo").taps("Tất cả")
    leader.hands(stored("giay-moi.pdf"))
    assert "📎 Đã nhận 1 tệp." in leader.last.text
    leader.says(WORDS)
    assert "📎 giay-moi.pdf" in leader.last.text
    leader.taps("Gửi ngay")
    run(world)
    cells["A-01"].looks()
    assert [file.name for file in cells["A-01"].last.files] == ["giay-moi.pdf"]


def test_who_cannot_be_reached_is_told_by_name(
    world: World, leader: Talker, cells: dict[str, Talker]
) -> None:
    with world.db.write() as session:
        lost = (
            select(Membership.person_id).join(Unit, Unit.id == Membership.unit_id).where(Unit.code == "A-02")
        )
        session.execute(update(Contact).where(Contact.person_id.in_(lost)).values(lost_at=world.at))
    written(leader).taps("Gửi ngay")
    assert run(world) == 1
    leader.looks()
    assert "⚠️ Không tới được 1 đồng chí, cần gọi điện:\n– Chi bộ Thanh tra Sở A: Bí thư A" in leader.last.text
    reads_well(leader)


def test_in_the_offices_name_by_whoever_holds_both(world: World, cells: dict[str, Talker]) -> None:
    leader = world.registered("DUA", "leader")
    leader.says(f"/start {world.invite('DUA', 'admin')}")
    if "tên gì" in leader.last.text:
        leader.taps("Bỏ qua")
    written(leader)
    assert "Thông báo của Lãnh đạo Đảng ủy Sở A" in leader.last.text
    leader.taps("Đứng tên: Văn phòng Đảng ủy Sở A")
    assert "Thông báo của Văn phòng Đảng ủy Sở A" in leader.last.text


def test_nobody_to_hear_it_is_said_and_what_was_typed_stays(world: World, leader: Talker) -> None:
    written(leader).taps("Gửi ngay")
    assert "chưa có đồng chí nào đăng ký phụ trách" in leader.last.text
    world.registered("A-01", "secretary")
    leader.taps("Gửi ngay")
    assert run(world) == 1


def test_the_role_lost_before_it_is_due_sends_nothing(
    world: World, leader: Talker, cells: dict[str, Talker]
) -> None:
    written(leader).taps("Hẹn giờ").taps("8h ")
    with world.db.write() as session:
        session.execute(update(Membership).where(Membership.role == "leader").values(ended_at=world.at))
    world.go("2022-04-06 09:00")
    assert run(world) == 0
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(NoticeReceipt)) == 0


def test_one_who_leads_two_units_hears_it_once(world: World, leader: Talker) -> None:
    both = world.registered("A-01", "secretary")
    both.says(f"/start {world.invite('A-02', 'secretary')}")
    while not any("Cài đặt" in label for label in labels(both)):
        both.taps("Không cố định") if "ngày nào" in both.last.text else both.says("20")
    before = len(both.got)
    written(leader).taps("Gửi ngay")
    assert run(world) == 1
    assert len(news(both, before)) == 1


def test_a_crash_between_portions_tells_nobody_twice(
    world: World, leader: Talker, cells: dict[str, Talker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.notices.sending.PORTION", 1)
    written(leader).taps("Gửi ngay")
    calls = 0

    def die() -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise KeyboardInterrupt

    object.__setattr__(world.desk, "wake", die)
    with pytest.raises(KeyboardInterrupt):
        run(world)
    run(world)
    with world.db.read() as session:
        told = [one.body["text"] for one in session.scalars(select(Message))]
        assert sum(text.startswith("🔔 <b>Thông báo của") for text in told) == 2
        assert session.scalar(select(func.count()).select_from(NoticeReceipt)) == 2


def test_a_hint_comes_up_in_the_next_meeting_of_the_cell_and_in_no_later_one(
    world: World, leader: Talker, cells: dict[str, Talker]
) -> None:
    written(leader, words="Bàn việc giữ vệ sinh trụ sở.").taps("Đưa vào buổi họp tới")
    assert "Gợi ý thảo luận của Lãnh đạo Đảng ủy Sở A" in leader.last.text
    leader.taps("Gửi ngay")
    run(world)
    cell = cells["A-01"]
    cell.looks()
    assert "Gợi ý này sẽ hiện lại ở buổi họp tới của đơn vị." in cell.last.text
    first = meeting(cell)
    hinted = [text.split("\n")[0] for text in first if "Bàn việc giữ vệ sinh trụ sở." in text]
    assert hinted == [
        "<b>Bước 1/15 · Tuyên bố lý do, giới thiệu đại biểu</b>",
        "<b>Bước 9/15 · Thảo luận, tự phê bình và phê bình</b>",
    ]
    assert not any("vệ sinh" in text for text in meeting(cell))
    reads_well(cell, leader)


def meeting(talker: Talker) -> list[str]:
    """What a whole meeting has said."""
    before = len(talker.got)
    talker.says("/hop").taps("ngoài kế hoạch")
    for _ in range(40):
        if "<b>Đã qua " in talker.last.text:
            talker.taps("Kết thúc")
            return [reply.text for reply in talker.got[before:]]
        if any("Điểm danh" in label for label in labels(talker)):
            talker.taps("Điểm danh").says("đủ").taps("Đúng")
        else:
            talker.taps("Tiếp")
    raise AssertionError(talker.last.text)


def test_another_committees_notice_is_not_ours(
    world: World, leader: Talker, cells: dict[str, Talker]
) -> None:
    written(leader).taps("Gửi ngay")
    run(world)
    other = world.registered("DUB", "leader")
    for action in ("card", "open", "again", "drop"):
        other.presses(f"notices.{action}:1")
        assert "tập huấn" not in other.last.text
    other.says("/thongbao")
    assert "Chưa gửi thông báo nào." in other.last.text
    cells["B-01"].presses("notices.got:1")
    assert "Đã ghi" not in cells["B-01"].last.text
    follower = world.registered("DUA", "follower")
    follower.says("/thongbao")
    assert "Soạn" not in str(labels(follower))
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 1


def test_words_that_are_a_command_or_too_long_are_no_notice(leader: Talker, cells: dict[str, Talker]) -> None:
    leader.says("/thongbao").taps("Soạn thông báo").taps("Tất cả").says("x" * 3001)
    assert "Nội dung dài quá 3000 ký tự" in leader.last.text
    leader.says(WORDS)
    assert "Xem lại trước khi gửi" in leader.last.text
    leader.taps("Soạn lại").says("Nội dung khác")
    assert "Nội dung khác" in leader.last.text
    leader.taps("Hủy")
    assert "Đã hủy" in leader.last.text
