"""The whole main job in one conversation: plan, registration, reminder, meeting, report, summary."""

from sqlalchemy import select

from bot.store.db import Database
from bot.tables import Attendance, Duty, Meeting, Note, Submission
from schedules import reminders, summaries
from tests.kit.files import stored
from tests.kit.plans import shipped
from tests.kit.world import World


def committee(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
        ("CB02", "Chi bộ Công ty Nước sạch", "chi_bo", "doanh_nghiep", "DUK"),
    )
    world.load(shipped("60-KH-DUK-2022.yaml"))


def test_a_month_from_reminder_to_summary(db: Database) -> None:
    world = World(db)
    committee(world)
    secretary = world.registered("CB01", "secretary")
    other = world.registered("CB02", "secretary")
    leader = world.registered("DUK", "leader")

    world.go("2022-04-01 08:05")
    assert world.tick(reminders.say_reminders) == 2
    assert [r for r in secretary.looks() if "03-NQ/TW" in r.text]
    assert "tháng 4" in secretary.last.text

    secretary.taps("Ngày khác").says("5/4 19h30").says("Hội trường tầng 2")
    assert "19h30 thứ Ba 05/4" in secretary.last.text

    world.go("2022-04-05 19:31")
    world.tick(reminders.say_reminders)
    secretary.looks()
    secretary.taps("Bắt đầu họp")
    assert "Bước 1/" in secretary.last.text
    while "Đã qua" not in secretary.last.text:
        if "Điểm danh" in [c.label[2:].strip() for c in secretary.choices]:
            secretary.taps("Điểm danh").says("25/28, vắng 2 có phép, 1 không phép").taps("Đúng")
        else:
            secretary.says("Nhất trí với báo cáo")
            secretary.taps("Tiếp")
    secretary.taps("Kết thúc")
    assert "Đã kết thúc" in secretary.last.text
    assert "đúng hạn" in secretary.last.text

    secretary.taps("Nộp")
    secretary.hands(stored("bao-cao.pdf")).taps("Xong")
    assert "bao-cao.pdf" in secretary.last.text
    assert "đúng hạn" in secretary.last.text

    world.go("2022-05-04 09:00")
    world.tick(reminders.say_reminders)  # the other cell hears that it is late, and has the day for it
    world.tick(summaries.tell_leaders)
    leader.looks()
    assert "T4" not in leader.last.text
    world.go("2022-05-05 09:00")
    world.tick(summaries.tell_leaders)
    leader.looks()
    assert leader.last.text.startswith("<b>T4: 1/2 đã họp</b>, 1 đúng hạn, 1 chưa (1 quá hạn)")
    assert "Chi bộ Công ty Nước sạch" in leader.last.text
    leader.taps("Chưa: T4").taps("Nhắc 1 đơn vị")
    assert "1 đơn vị" in leader.last.text
    assert any("Cấp ủy cấp trên nhắc" in r.text for r in other.looks())

    with db.read() as session:
        meeting = session.scalars(select(Meeting)).one()
        assert meeting.state == "held"
        counts = session.scalars(select(Attendance)).one()
        assert (counts.total, counts.present, counts.absent_excused, counts.absent_unexcused) == (
            28,
            25,
            2,
            1,
        )
        assert session.scalars(select(Note)).all()
        assert session.scalars(select(Submission).where(Submission.state == "handed")).one().version == 1
        done = session.scalars(select(Duty).where(Duty.state == "done")).all()
        assert {duty.key for duty in done} == {"2022-04", "bao-cao-quy:2022-Q2"}
