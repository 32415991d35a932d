"""A cell's card as those above read it."""

from sqlalchemy import select

from bot.calendar import Moment
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before
from bot.tables import Duty, Membership, Unit
from tests.kit.committees import monthly_committee
from tests.kit.files import stored
from tests.kit.places import ZONE
from tests.kit.plans import CONFIRM, plan_of
from tests.kit.stage import begins
from tests.kit.wording import labels
from tests.kit.world import World

pytestmark = begins(monthly_committee)
PLACE = "Nhà văn hóa thôn"
REPORT = CONFIRM.replace("do: confirm", "do: report").replace("key: so-tay", "key: bc")


def met(world: World, key: str, when: str, present: int) -> None:
    with world.db.write() as session:
        person = session.scalars(select(Membership.person_id)).first()
        assert person is not None
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        duty = session.scalars(select(Duty).where(Duty.unit_id == unit.id, Duty.key == key)).one()
        counts = AttendanceCounts(28, present, 28 - present, 0, 0)
        held_before(session, unit, duty, world.local(when), counts, person, Moment(world.at, ZONE))


def test_all_that_is_known_of_a_cell(world: World) -> None:
    secretary = world.registered("CB01", "secretary", name="Nguyễn Văn An")
    world.go("2022-05-20 09:00")
    met(world, "2022-04", "2022-04-20 19:00", 25)
    met(world, "2022-05", "2022-05-19 19:00", 21)
    world.go("2022-06-10 09:00")
    secretary.says("/lichhop").says("20/6 19h30").says(PLACE)
    world.go("2022-06-15 10:00")
    leader = world.registered("DUK", "leader").says("chi bo van phong")
    text = leader.last.text
    assert text.startswith("🏢 <b>Chi bộ Văn phòng: 3 việc đang mở</b>\nCấp trên: Đảng ủy Khối mẫu\n")
    assert "Phụ trách: Nguyễn Văn An\nLần cuối có tin: thứ Sáu 10/6\n" in text
    assert "📅 Họp tới: 19h30 thứ Hai 20/6, Sinh hoạt chính trị tháng 6/2022" in text
    assert "Năm 2022, đã đến kỳ 4 việc: 2 đúng hạn, 0 trễ, 2 chưa.\n" in text
    assert "Đang mở:\n– Sinh hoạt chính trị tháng 6/2022" in text
    assert "– thứ Năm 19/5: Sinh hoạt chính trị tháng 5/2022" in text
    assert "; dự 21/28 (75%)\n– thứ Tư 20/4: " in text
    assert "; dự 25/28 (89,3%)" in text
    assert PLACE not in text
    assert text.endswith("👉 Đồng chí gõ tên chi bộ khác, hoặc bấm “Tổng hợp”.")
    leader.taps("Theo kỳ").taps("Quý II/2022")
    assert leader.last.text.startswith("<b>Quý II/2022: 2/4 đã xong</b>, 2 đúng hạn, 2 chưa\n")
    assert "📍 Chi bộ Văn phòng\n" in leader.last.text


def test_reports_that_were_handed_in(world: World) -> None:
    world.load(plan_of(REPORT))
    secretary = world.registered("CB01", "secretary")
    secretary.says("/nop").taps("Cập nhật Sổ tay").hands(stored("bao-cao.pdf")).says("nộp")

    leader = world.registered("DUK", "follower").says("chi bộ văn phòng")
    assert (
        "Báo cáo đã nộp:\n– Cập nhật Sổ tay đảng viên tháng 4/2022: thứ Sáu 01/4, đúng hạn"
        in leader.last.text
    )


def test_nobody_leads_or_nobody_is_reached(world: World) -> None:
    leader = world.registered("DUK", "leader").says("thôn đông")
    assert "⚠️ Chưa có đồng chí nào đăng ký phụ trách.\n📅 Chưa đặt lịch họp tới.\n" in leader.last.text
    away = world.registered("CB03", "secretary")
    away.sends(away._event(blocked=True))
    leader.says("thôn đông")
    assert "Phụ trách: một đồng chí chưa ghi tên\n⚠️ Mất liên lạc; lần cuối có tin: " in leader.last.text
    world.go("2022-05-10 09:00")
    assert leader.says("thôn đông").last.text.startswith("🏢 <b>Chi bộ Thôn Đông: 1 việc quá hạn</b>")


def test_from_the_committee_down_and_up_again(world: World) -> None:
    leader = world.registered("DUK", "leader").says("/tonghop").taps("Từng đơn vị")
    assert labels(leader)[:3] == ["Chi bộ Văn phòng", "Chi bộ Công ty Nước sạch", "Chi bộ Thôn Đông"]
    leader.taps("Thôn Đông").taps("Đảng ủy Khối mẫu")
    assert leader.last.text.startswith("📊 <b>Năm 2022, từng đơn vị</b>\n– Chi bộ Văn phòng: ")
    with world.db.read() as session:
        top = session.scalars(select(Unit.id).where(Unit.code == "DUK")).one()
    leader.presses(f"unit.card:{top}").taps("Đơn vị trực thuộc: 3")
    assert leader.last.text.startswith("📊 <b>Năm 2022, từng đơn vị</b>")


def test_a_card_of_another_committee_is_refused(world: World) -> None:
    follower = world.registered("CB02", "follower")
    with world.db.read() as session:
        foreign, own = (
            session.scalars(select(Unit.id).where(Unit.code == code)).one() for code in ("CB01", "CB02")
        )
    for wrong in (foreign, 999, "x"):
        assert follower.presses(f"unit.card:{wrong}").last.text.startswith("⚠️ Việc này không thuộc phạm vi")
    follower.presses(f"unit.card:{own}")
    assert follower.last.text.startswith("🏢 <b>Chi bộ Công ty Nước sạch")
    assert not [label for label in labels(follower) if "Đảng ủy Khối" in label]
