"""Which cells meet when, as those above read it, and what they answer: agreed, another day, "I shall come"."""

import pytest
from sqlalchemy import select

from bot.tables import LeaderWord, Meeting, Membership, Unit
from schedules import meetings
from tests.kit.committees import monthly_committee
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

pytestmark = begins(monthly_committee)
PLACE = "Nhà văn hóa thôn"


@pytest.fixture
def cell(world: World) -> Talker:
    return world.registered("CB01", "secretary", name="Nguyễn Văn An")


@pytest.fixture
def leader(world: World) -> Talker:
    return world.registered("DUK", "leader", name="Trần Văn Bình")


def set_for(talker: Talker, when: str, which: str = "T4") -> None:
    """Sets the first meeting, or moves it."""
    talker.says("/lichhop")
    for _ in range(5):
        if any(label.startswith("Giữ") for label in labels(talker)):
            talker.taps("Giữ")
        elif "ở đâu" in talker.last.text.lower() or "địa điểm" in talker.last.text.lower():
            talker.says(PLACE)
        elif "Đã đặt lịch" in talker.last.text or "Đã đổi lịch" in talker.last.text:
            return
        elif "cho buổi nào" in talker.last.text:
            talker.taps(which)
        else:
            talker.says(when)
    assert "lịch họp</b>" in talker.last.text, talker.last.text


def heard(world: World, talker: Talker) -> list[str]:
    """What comes by itself now."""
    before = len(talker.got)
    world.tick(meetings.tell_leaders)
    talker.looks()
    return [reply.text for reply in talker.got[before:]]


def opened(leader: Talker, name: str = "Văn phòng") -> Talker:
    """The card of the next meeting of a cell."""
    return leader.says(f"chi bộ {name}").taps("Buổi họp tới")


def test_a_week_and_a_month_at_a_glance(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "5/4 19h30")
    other = world.registered("CB03", "secretary")
    set_for(other, "20/4 19h")
    leader.says("/lichdonvi")
    assert leader.last.text.startswith(
        "<b>Lịch họp các đơn vị: 0 buổi</b>\nTuần thứ Hai 28/3 – Chủ nhật 03/4\n"
    )
    assert "Chưa đặt lịch: 3 chi bộ" in leader.last.text
    leader.taps("Tuần tới")
    assert "<b>Thứ Ba 05/4</b>\n1. 19h30 Chi bộ Văn phòng: Sinh hoạt chính trị" in leader.last.text
    assert "Chưa đặt lịch: 2 chi bộ" in leader.last.text
    leader.taps("Chưa đặt lịch")
    assert leader.last.text.startswith(
        "<b>Chưa đặt lịch họp: 2 chi bộ</b>\nTuần thứ Hai 04/4 – Chủ nhật 10/4\n"
    )
    assert "– Chi bộ Công ty Nước sạch\n– Chi bộ Thôn Đông" in leader.last.text
    leader.taps("Lịch các đơn vị").taps("Tháng này")
    assert leader.last.text.startswith("<b>Lịch họp các đơn vị: 2 buổi</b>\nTháng 4/2022\n")
    assert "\n\n<b>Thứ Tư 20/4</b>\n2. 19h00 Chi bộ Thôn Đông" in leader.last.text
    leader.taps("2")
    assert leader.last.text.startswith("<b>Chi bộ Thôn Đông</b>\n19h00 thứ Tư 20/4: ")
    assert PLACE not in " ".join(reply.text for reply in leader.got)
    leader.says("/tonghop").taps("Lịch các đơn vị").taps("Trang chính").taps("Lịch các đơn vị").taps(
        "Tháng tới"
    )
    assert "Chưa đơn vị nào đặt lịch họp." in leader.last.text
    reads_well(leader, cell)


def test_the_cell_sees_who_has_agreed_until_it_moves(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    opened(leader).taps("Đồng ý lịch")
    assert leader.last.text.startswith("✅ Đồng chí đã đồng ý lịch 19h30 thứ Tư 20/4 của Chi bộ Văn phòng.")
    opened(leader)
    assert "✅ Đồng ý lịch: đồng chí Trần Văn Bình, Đảng ủy Khối mẫu" in leader.last.text
    assert not [label for label in labels(leader) if "Đồng ý" in label]
    stale = leader.find("Tôi sẽ dự").payload
    cell.says("/lichhop").says("/huy")
    prepared(cell)
    assert "✅ Cấp trên đã đồng ý lịch: đồng chí Trần Văn Bình, Đảng ủy Khối mẫu" in cell.last.text
    assert heard(world, leader) == []
    set_for(cell, "21/4 19h30")
    prepared(cell)
    assert "đồng ý lịch" not in cell.last.text
    leader.presses(stale)  # pressed at the day that is no more
    assert leader.last.text.startswith("Đơn vị đã đổi lịch buổi này.")
    [text] = heard(world, leader)
    assert text.startswith(
        "📅 <b>Chi bộ Văn phòng đổi lịch họp</b>\n19h30 thứ Năm 21/4 (trước là 19h30 thứ Tư 20/4)\n"
        "Lời đồng ý lịch của đồng chí không còn tính cho lịch này."
    )
    assert heard(world, leader) == []
    leader.taps("Xem lịch này").taps("Đồng ý lịch")
    reads_well(leader, cell)


def prepared(cell: Talker) -> Talker:
    """The cell's own card of its meeting."""
    with cell.world.db.read() as session:
        number = session.scalars(select(Meeting.id).order_by(Meeting.id)).first()
    return cell.presses(f"prepare:{number}")


def test_another_day_is_asked_for_with_a_reason(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    opened(leader).taps("Đề nghị đổi ngày")
    assert leader.last.text.startswith("📅 <b>Vì sao cần đổi ngày họp?</b>")
    leader.says(" " * 3 + "Trùng họp cấp ủy, xin chuyển sang 21/4")
    assert leader.last.text.startswith("✅ Đã gửi đề nghị đổi ngày họp: Chi bộ Văn phòng.")
    [told] = [reply.text for reply in cell.looks()]
    assert told.startswith(
        "📅 <b>Cấp trên đề nghị đổi ngày họp</b>\nChi bộ Văn phòng, 19h30 thứ Tư 20/4\n"
        "Đồng chí Trần Văn Bình, Đảng ủy Khối mẫu. Lý do: Trùng họp cấp ủy, xin chuyển sang 21/4"
    )
    prepared(cell)
    assert "⚠️ Đồng chí Trần Văn Bình, Đảng ủy Khối mẫu đề nghị đổi ngày: Trùng họp" in cell.last.text
    leader.says("/lichdonvi").taps("Tháng này")
    assert "; có đề nghị đổi ngày" in leader.last.text
    set_for(cell, "21/4 19h30")
    [text] = heard(world, leader)
    assert "Đồng chí đã đề nghị đổi ngày." in text
    leader.taps("Xem lịch này").taps("Đề nghị đổi ngày").says("Vẫn bận")
    opened(leader).taps("Đồng ý lịch").taps("Tôi sẽ dự")
    wish, taken_back, coming = (reply.text for reply in cell.looks())
    assert "Lý do: Vẫn bận" in wish
    assert taken_back.startswith(
        "✅ <b>Cấp trên không đề nghị đổi ngày họp nữa</b>\nChi bộ Văn phòng: đồng chí"
    )
    assert coming.startswith("👥 <b>Cấp trên dự họp")
    reads_well(leader, cell)


def test_said_shortly_before_it_begins(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    world.go("2022-04-20 09:00")
    opened(leader).taps("Tôi sẽ dự")
    assert leader.last.text.endswith("👉 Trợ lý nhắc đồng chí trước giờ họp 2 tiếng.")
    opened(leader).taps("Thôi không dự")
    world.go("2022-04-20 18:00")
    opened(leader).taps("Tôi sẽ dự")
    assert leader.last.text.endswith("👉 Sắp đến giờ họp, đồng chí chuẩn bị đi.")
    assert heard(world, leader) == []


def test_a_reason_in_the_night_comes_in_the_morning(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    world.go("2022-04-18 22:10")
    opened(leader).taps("Đề nghị đổi ngày").says("x" * 501)
    assert leader.last.text.startswith("Nội dung dài quá 500 ký tự.")
    leader.says("Bận họp tỉnh")
    assert cell.looks() == []
    world.go("2022-04-19 07:00")
    assert "Bận họp tỉnh" in cell.looks()[-1].text
    cell.taps("Đổi lịch họp").says("21/4 19h")
    assert "21/4" in cell.last.text


def test_a_guest_is_on_the_invitation_and_is_reminded_twice(
    world: World, cell: Talker, leader: Talker
) -> None:
    set_for(cell, "20/4 19h30")
    opened(leader).taps("Tôi sẽ dự")
    assert f"📍 {PLACE}" in leader.last.text
    assert "Đã báo đơn vị; tên đồng chí có trong thư mời." in leader.last.text
    assert cell.looks()[-1].text.startswith(
        "👥 <b>Cấp trên dự họp Chi bộ Văn phòng</b>\n19h30 thứ Tư 20/4: đồng chí Trần"
    )
    cell.taps("Thư mời")
    assert "– Khách mời: đồng chí Trần Văn Bình, Đảng ủy Khối mẫu" in cell.got[-2].text
    assert heard(world, leader) == []
    world.go("2022-04-19 07:59")
    assert heard(world, leader) == []
    world.go("2022-04-19 08:00")
    [text] = heard(world, leader)
    assert text.startswith("🔔 <b>Ngày mai đồng chí dự họp Chi bộ Văn phòng</b>\n19h30 thứ Tư 20/4: ")
    assert f"📍 {PLACE}" in text
    world.go("2022-04-20 17:29")
    assert heard(world, leader) == []
    world.go("2022-04-20 17:30")
    [text] = heard(world, leader)
    assert text.startswith("🔔 <b>Hôm nay đồng chí dự họp Chi bộ Văn phòng</b>")
    assert heard(world, leader) == []
    leader.taps("Xem lịch này").taps("Thôi không dự")
    assert leader.last.text.startswith("✅ Đồng chí không dự họp Chi bộ Văn phòng 19h30 thứ Tư 20/4 nữa.")
    assert "không dự họp Chi bộ Văn phòng nữa" in cell.looks()[-1].text
    cell.taps("Thư mời")
    assert "Khách mời" not in cell.got[-2].text
    reads_well(leader, cell)


def test_moved_on_the_day_itself(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    opened(leader).taps("Tôi sẽ dự")
    world.go("2022-04-20 15:00")
    heard(world, leader)
    set_for(cell, "20/4 20h30")
    [text] = heard(world, leader)
    assert "20h30 thứ Tư 20/4 (trước là 19h30 thứ Tư 20/4)" in text
    assert "Lời nhận dự của đồng chí không còn tính" in text
    world.go("2022-04-20 18:30")
    assert heard(world, leader) == []  # they have not said it of the new hour
    leader.taps("Xem lịch này")
    assert PLACE not in leader.last.text
    world.go("2022-04-20 20:40")
    leader.taps("Tôi sẽ dự")
    assert leader.last.text.startswith("Buổi này không còn chờ họp")


def test_moved_twice_in_the_night_is_told_once(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    opened(leader).taps("Đồng ý lịch")
    world.go("2022-04-11 22:00")
    set_for(cell, "21/4 19h30")
    assert heard(world, leader) == []
    world.go("2022-04-11 22:30")
    set_for(cell, "22/4 19h30")
    assert heard(world, leader) == []
    world.go("2022-04-12 07:00")
    [text] = heard(world, leader)
    assert "19h30 thứ Sáu 22/4 (trước là 19h30 thứ Tư 20/4)" in text


def test_moved_and_moved_back_in_the_night(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    opened(leader).taps("Tôi sẽ dự")
    world.go("2022-04-12 22:00")
    set_for(cell, "21/4 19h30")
    heard(world, leader)
    set_for(cell, "20/4 19h30")
    heard(world, leader)
    world.go("2022-04-13 07:00")
    [text] = heard(world, leader)
    assert text.startswith("📅 <b>Chi bộ Văn phòng đổi rồi giữ lịch cũ</b>\n19h30 thứ Tư 20/4\n")
    assert "Lời đồng chí đã trả lời trước đây không còn tính" in text
    reads_well(leader)


def test_called_off_and_held_earlier(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    opened(leader).taps("Tôi sẽ dự")
    with world.db.write() as session:
        session.scalars(select(Meeting)).one().state = session.scalars(select(Meeting)).one().state.CANCELLED
    world.go("2022-04-20 09:00")
    [text] = heard(world, leader)
    assert text.startswith("<b>Chi bộ Văn phòng: buổi họp đã hủy</b>\nLịch cũ: 19h30 thứ Tư 20/4\n")
    assert heard(world, leader) == []
    assert words(world) == 0
    reads_well(leader)


def test_held_before_its_day(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    opened(leader).taps("Tôi sẽ dự")
    world.go("2022-04-12 19:00")
    cell.says("/hop").taps("Bắt đầu").taps("Bắt đầu")
    [text] = heard(world, leader)
    assert text.startswith("<b>Chi bộ Văn phòng: đã họp thứ Ba 12/4</b>")
    assert words(world) == 0


def words(world: World) -> int:
    with world.db.read() as session:
        return len(session.scalars(select(LeaderWord)).all())


def test_a_leader_who_loses_the_role(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    opened(leader).taps("Tôi sẽ dự")
    cell.looks()
    with world.db.write() as session:
        role = session.scalars(select(Membership).where(Membership.role == "leader")).one()
        role.ended_at = world.at
    prepared(cell)
    assert "Trần Văn Bình" not in cell.last.text
    assert heard(world, leader) == []
    assert "không dự họp Chi bộ Văn phòng nữa" in cell.looks()[-1].text
    assert words(world) == 0
    world.go("2022-04-20 17:30")
    assert heard(world, leader) == []


def test_the_role_goes_while_the_reason_is_asked_for(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    opened(leader).taps("Đề nghị đổi ngày")
    with world.db.write() as session:
        role = session.scalars(select(Membership).where(Membership.role == "leader")).one()
        role.ended_at = world.at
        other = session.scalars(select(Unit.id).where(Unit.code == "CB02")).one()
        session.add(
            Membership(person_id=role.person_id, unit_id=other, role="follower", since=role.since, rank=0)
        )
    leader.says("Bận họp")
    assert leader.last.text.startswith("⚠️ Việc này không thuộc phạm vi")
    assert words(world) == 0
    assert cell.looks() == []


def test_the_day_changes_while_the_reason_is_asked_for(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    opened(leader).taps("Đề nghị đổi ngày").says("   ")
    assert leader.last.text.startswith("Xin đồng chí gõ lý do bằng chữ")
    set_for(cell, "21/4 19h30")
    leader.says("Bận họp")
    assert leader.last.text.startswith("Đơn vị đã đổi lịch buổi này.")
    assert "19h30 thứ Năm 21/4" in leader.last.text
    assert words(world) == 0
    opened(leader).taps("Đề nghị đổi ngày").taps("Không đổi nữa")
    assert leader.last.text.startswith("<b>Chi bộ Văn phòng</b>")


def test_around_tet(world: World, cell: Talker, leader: Talker) -> None:
    """Tết 2023 is given from 20/1 to 26/1; a meeting on the first working day."""
    world.go("2023-01-18 09:00")
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        when = world.local("2023-01-27 19:00")
        session.add(
            Meeting(unit_id=unit.id, kind="regular", state="planned", planned_at=when, created_at=world.at)
        )
    opened(leader).taps("Tôi sẽ dự")
    cell.looks()
    world.go("2023-01-26 08:00")
    assert heard(world, leader) == []  # nobody is written to on a holiday
    world.go("2023-01-27 17:00")
    [text] = heard(world, leader)
    assert text.startswith("🔔 <b>Hôm nay đồng chí dự họp")


def test_a_wish_in_the_holidays_comes_before_the_meeting(world: World, cell: Talker, leader: Talker) -> None:
    world.go("2022-04-30 10:00")
    set_for(cell, "2/5 19h", "T5")
    opened(leader).taps("Đề nghị đổi ngày").says("Đang đi công tác")
    assert "Đang đi công tác" in cell.looks()[-1].text


def test_two_meetings_of_one_evening(world: World, cell: Talker, leader: Talker) -> None:
    set_for(cell, "20/4 19h30")
    set_for(world.registered("CB03", "secretary"), "20/4 18h")
    opened(leader).taps("Tôi sẽ dự")
    opened(leader, "Thôn Đông").taps("Tôi sẽ dự")
    assert "⚠️ Trùng giờ: đồng chí đã nhận dự Chi bộ Văn phòng lúc 19h30 thứ Tư 20/4." in leader.last.text
    reads_well(leader)


def test_a_follower_of_one_cell_sees_that_cell_alone_and_the_office_decides_nothing(
    world: World, cell: Talker
) -> None:
    set_for(cell, "20/4 19h30")
    follower = world.registered("CB02", "follower").says("/lichdonvi").taps("Tháng này")
    assert follower.last.text.startswith("<b>Lịch họp các đơn vị: 0 buổi</b>")
    assert "Chưa đặt lịch: 1 chi bộ" in follower.last.text
    for action in ("meeting", "agree", "other", "come", "stay"):
        assert follower.presses(f"cells.{action}:1").last.text.startswith("⚠️ Việc này không thuộc phạm vi")
    office = world.registered("DUK", "admin").says("/lichdonvi").taps("Tháng này").taps("1")
    assert not [label for label in labels(office) if "dự" in label or "Đồng ý" in label or "Đề nghị" in label]
    for action in ("agree", "other", "come", "stay"):
        assert office.presses(f"cells.{action}:1").last.text.startswith("⚠️ Việc này không thuộc phạm vi")
    assert cell.says("/lichdonvi").last.text.startswith("⚠️ Việc này không thuộc phạm vi")
    assert words(world) == 0
    reads_well(office, follower)


def test_twenty_lines_a_page_in_natural_order(world: World) -> None:
    world.units(*[(f"T{n}", f"Chi bộ Tổ {n}", "chi_bo", "nong_thon", "DUK") for n in range(1, 26)])
    with world.db.write() as session:
        for unit in session.scalars(select(Unit).where(Unit.code.startswith("T"))):
            when = world.local("2022-04-20 19:00")
            session.add(
                Meeting(
                    unit_id=unit.id, kind="regular", state="planned", planned_at=when, created_at=world.at
                )
            )
    leader = world.registered("DUK", "leader").says("/lichdonvi").taps("Tháng này")
    assert "Tháng 4/2022, buổi 1–20\n" in leader.last.text
    assert "\n2. 19h00 Chi bộ Tổ 2: Họp thường kỳ\n3. 19h00 Chi bộ Tổ 3:" in leader.last.text
    leader.taps("Trang sau")
    assert "Tháng 4/2022, buổi 21–25\n\n<b>Thứ Tư 20/4</b>\n21. 19h00 Chi bộ Tổ 21" in leader.last.text
    leader.taps("Trang trước").taps("Tuần này").taps("Chưa đặt lịch: 28")
    assert ": 1–20\n" in leader.last.text
    leader.taps("Trang sau").taps("Trang trước")
    leader.presses("cells:sai").presses("cells:w2022-99-99")
    reads_well(leader)


PILOTS = """\
plan:
  symbol: 7-KH/ĐU
  date: 2022-03-25
  issuer: Đảng ủy mẫu
  title: Kế hoạch thử
  starts: 2022-04-01
  ends: 2022-06-30
topics:
  - {key: diem, title: Sinh hoạt điểm, meeting: thematic, period: {from: 2022-04-01, to: 2022-04-25}, who: {units: [CB01, CB02]}}
  - {key: sau, title: Sinh hoạt rộng, meeting: thematic, period: 2022-Q2, who: {units: [CB03]}, follows: diem}
"""


def test_two_pilots_of_one_evening_are_warned_of(world: World, cell: Talker, leader: Talker) -> None:
    world.load(plan_of(PILOTS))
    second = world.registered("CB02", "secretary")
    set_for(cell, "20/4 19h30", "Sinh hoạt điểm")
    leader.says("/lichdonvi").taps("Tháng này")
    assert "họp điểm" not in leader.last.text
    set_for(second, "20/4 18h", "Sinh hoạt điểm")
    leader.says("/lichdonvi").taps("Tháng này")
    assert (
        "⚠️ Cùng ngày thứ Tư 20/4 có 2 buổi họp điểm: Chi bộ Công ty Nước sạch 18h00, Chi bộ Văn phòng 19h30\n"
        in leader.last.text
    )
    one = world.registered("CB02", "follower").says("/lichdonvi").taps("Tháng này")
    assert "họp điểm" not in one.last.text  # nobody hears of what lies beyond their cells
    reads_well(leader)


def test_a_usual_day_that_nobody_has_set_is_shown_as_such(world: World, cell: Talker, leader: Talker) -> None:
    """The cell meets on the fifth of each month; of April 2022 that is a Tuesday."""
    leader.says("/lichdonvi").taps("Tuần tới")
    assert (
        "Ngày thường lệ, chưa hẹn:\n– Thứ Ba 05/4: Chi bộ Văn phòng\n\nChưa đặt lịch: 2" in leader.last.text
    )
    leader.taps("Ngày thường lệ, chưa hẹn")
    assert leader.last.text.startswith(
        "<b>Ngày thường lệ, chưa hẹn: 1 chi bộ</b>\nTuần thứ Hai 04/4 – Chủ nhật 10/4\n\n"
        "<b>Thứ Ba 05/4</b>\n– Chi bộ Văn phòng\n"
    )
    set_for(cell, "7/4 19h30")
    leader.taps("Lịch các đơn vị")
    assert "Ngày thường lệ" not in leader.last.text
    leader.says("/lichdonvi tháng 5")
    assert "– Thứ Năm 05/5: Chi bộ Văn phòng" in leader.last.text
    world.go("2022-05-06 08:00")
    leader.says("/lichdonvi tháng này")
    assert "Ngày thường lệ" not in leader.last.text, "it is past"
    assert "Chưa đặt lịch: 3 chi bộ" in leader.last.text
    reads_well(leader)


def test_many_usual_days_twenty_a_page(world: World, leader: Talker) -> None:
    world.units(*[(f"T{n}", f"Chi bộ Tổ {n}", "chi_bo", "nong_thon", "DUK") for n in range(1, 26)])
    with world.db.write() as session:
        for unit in session.scalars(select(Unit).where(Unit.code.startswith("T"))):
            unit.meeting_day = 4 + int(unit.code[1:]) % 20
    leader.says("/lichdonvi tháng 5/2022")
    assert "\n… và " in leader.last.text
    leader.taps("Ngày thường lệ, chưa hẹn").taps("Trang sau")
    assert "Tháng 5/2022, tiếp theo\n" in leader.last.text
    leader.taps("Trang trước").presses("cells.usual:2021-01")
    assert "Không có chi bộ nào." in leader.last.text
    reads_well(leader)


@pytest.mark.parametrize(
    ("said", "span", "unread"),
    [
        ("tuần tới", "Tuần thứ Hai 04/4 – Chủ nhật 10/4", ""),
        ("tuan truoc", "Tuần thứ Hai 21/3 – Chủ nhật 27/3", ""),
        ("tháng sau", "Tháng 5/2022", ""),
        ("5/2022", "Tháng 5/2022", ""),
        ("tháng 6 năm 2022 gì đó", "Tháng 6/2022", "gì đó"),
        ("lung tung", "Tuần thứ Hai 28/3 – Chủ nhật 03/4", "lung tung"),
        ("cả lĩnh vực mây", "Tuần thứ Hai 28/3 – Chủ nhật 03/4", "cả lĩnh vực mây"),
    ],
)
def test_words_behind_the_command_are_read_or_said(leader: Talker, said: str, span: str, unread: str) -> None:
    leader.says(f"/lichdonvi {said}")
    assert f"\n{span}\n" in leader.last.text
    assert (f"Chưa hiểu “{unread}”. " in leader.last.text) == bool(unread)
    reads_well(leader)


def test_the_calendar_of_a_sector_or_of_one_unit(world: World, cell: Talker, leader: Talker) -> None:
    """What it has been narrowed down to goes along with the buttons."""
    set_for(cell, "5/4 19h30")
    set_for(world.registered("CB03", "secretary"), "6/4 19h")
    leader.says("/lichdonvi nong thon tuan toi")
    assert leader.last.text.startswith("<b>Lịch họp Nông thôn: 1 buổi</b>\nTuần thứ Hai 04/4")
    assert "Chi bộ Văn phòng" not in leader.last.text
    leader.taps("Tháng này")
    assert leader.last.text.startswith("<b>Lịch họp Nông thôn: 1 buổi</b>\nTháng 4/2022")
    leader.taps("Cả các đơn vị")
    assert leader.last.text.startswith("<b>Lịch họp các đơn vị: 2 buổi</b>")
    leader.says("/lichdonvi tháng 4 chi bộ văn phòng")
    assert leader.last.text.startswith("<b>Lịch họp Chi bộ Văn phòng: 1 buổi</b>\nTháng 4/2022")
    leader.says("/lichdonvi lĩnh vực doanh nghiệp").taps("Chưa đặt lịch")
    assert leader.last.text.startswith("<b>Chưa đặt lịch họp: 1 chi bộ</b>\nDoanh nghiệp\nTuần")
    leader.taps("Lịch các đơn vị")
    assert leader.last.text.startswith("<b>Lịch họp Doanh nghiệp: 0 buổi</b>")
    leader.says("/lichdonvi chi bộ tuần tới")
    assert (
        "“chi bộ” có thể là Chi bộ Văn phòng, Chi bộ Công ty Nước sạch, Chi bộ Thôn Đông; đây là"
        in leader.last.text
    )
    assert "<b>Lịch họp các đơn vị: 2 buổi</b>" in leader.last.text
    reads_well(leader)


def test_a_forged_part_of_the_calendar_shows_nothing_more(world: World, cell: Talker) -> None:
    set_for(cell, "5/4 19h30")
    world.units(("DUZ", "Đảng ủy khác", "dang_uy", "", None))
    other = world.registered("DUZ", "leader")
    with world.db.read() as session:
        foreign = session.scalars(select(Unit.id).where(Unit.code == "DUK")).one()
    for mark in (f"u{foreign}", "sco_quan", "u", "x9", "s"):
        other.presses(f"cells:2022-04:0:{mark}")
        assert ": 0 buổi</b>" in other.last.text
        assert "Khối mẫu" not in other.last.text
