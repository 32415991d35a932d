"""`/caidat`: the hour, away with a delegate, the web link, and one's data deleted."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bot.store.db import Database
from bot.tables import (
    Attendance,
    Contact,
    Duty,
    Event,
    Invite,
    Meeting,
    Membership,
    Message,
    Note,
    Person,
    Submission,
)
from schedules import cleanup, reminders
from tests.kit.files import stored
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels
from tests.kit.world import World


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
        ("CB02", "Chi bộ Nước sạch", "chi_bo", "doanh_nghiep", "DUK"),
    )
    world.load(shipped("60-KH-DUK-2022.yaml"))


pytestmark = begins(begin_here)


def person_of(world: World, talker: Talker) -> Person:
    with world.db.read() as session:
        return session.scalars(
            select(Person).join(Contact).where(Contact.place == talker.address.place)
        ).one()


def heard(talker: Talker) -> bool:
    """Whether a reminder has come."""
    return any("Nghị quyết" in reply.text for reply in talker.looks())


def test_the_hour_as_people_say_it(world: World) -> None:
    talker = world.registered("CB01", "secretary")
    said = {"9": 9, "7h tối": 19, "7 giờ sáng": 7, "17h": 17, "20h30": 20, "bảy giờ": 7, "8h": 8}
    for words, hour in said.items():
        talker.says("/caidat").taps("Giờ nhắc").says(words)
        assert talker.last.text.startswith(f"✅ Từ nay trợ lý nhắc lúc {hour}h."), words
        assert person_of(world, talker).reminder_hour == hour


def test_the_hour_by_button_and_what_cannot_be(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/caidat").taps("Giờ nhắc")
    for said in ("23h", "6", "0h"):
        talker.says(said)
        assert talker.last.text.startswith("Xin chọn một giờ từ 7 đến 20")
        assert talker.last.text.endswith("👉 Đồng chí chọn, hoặc gõ một giờ từ 7 đến 20.")
    for said in ("hôm qua", "khi nào cũng được", "25h"):
        talker.says(said)
        assert f"“{said}”" in talker.last.text
        assert "mấy giờ?" in talker.last.text
    assert person_of(world, talker).reminder_hour == 8
    talker.taps("12h")
    assert person_of(world, talker).reminder_hour == 12
    talker.says("/caidat")
    assert "Giờ nhận lời nhắc: 12h" in talker.last.text


def test_the_hour_is_the_one_at_which_reminders_come(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/caidat").taps("Giờ nhắc").taps("17h")
    world.go("2022-04-01 08:30")
    world.tick(reminders.say_reminders)
    assert talker.looks() == []
    world.go("2022-04-01 17:00")
    world.tick(reminders.say_reminders)
    assert heard(talker)


def test_back_leaves_the_question(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/caidat").taps("Giờ nhắc").taps("Quay lại")
    assert talker.last.text.startswith("⚙️ <b>Cài đặt</b>")
    talker.says("9")
    assert person_of(world, talker).reminder_hour == 8


def test_away_alone(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/caidat").taps("Đi vắng")
    assert "Tôi đã về" not in " ".join(labels(talker))
    talker.taps("Thứ Sáu 08/4")
    assert talker.last.text.startswith("✅ Đã ghi: đi vắng đến hết thứ Sáu 08/4.")
    assert "lời nhắc vẫn đến đồng chí" in talker.last.text
    talker.says("/caidat")
    assert "Đi vắng đến hết thứ Sáu 08/4\n\n👉" in talker.last.text
    world.go("2022-04-09 08:00")
    talker.says("/caidat")
    assert "Đi vắng đến" not in talker.last.text


def test_away_days_that_cannot_be(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/caidat").taps("Đi vắng")
    talker.says("31/3")  # yesterday, not next year
    assert "thứ Năm 31/3 đã qua" in talker.last.text
    talker.says("7h tối")
    assert "“7h tối”" in talker.last.text
    talker.says("không biết")
    assert "“không biết”" in talker.last.text
    talker.says("31/12/2022")
    assert "đi vắng đến hết thứ Bảy 31/12" in talker.last.text
    talker.says("/caidat").taps("Đi vắng").says("thứ sáu tuần sau")
    assert person_of(world, talker).away_until == date(2022, 4, 8)
    talker.says("/caidat").taps("Đi vắng").says("đến hết 30/6")
    assert person_of(world, talker).away_until == date(2022, 6, 30)


def test_the_delegate_gets_the_reminders_until_the_other_is_back(world: World) -> None:
    one, other = world.registered("CB01", "secretary"), world.registered("CB01", "secretary")
    delegate = world.registered("CB02", "secretary")  # no colleague: is not offered
    one.says("/caidat").taps("Đi vắng").says("15/4")
    assert one.last.text.startswith("Trong lúc đồng chí vắng, ai nhận lời nhắc thay?")
    assert len(one.choices) == 3
    one.says("đồng chí kia")
    assert one.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây.")
    one.taps("1. Đồng chí đăng ký")
    assert "Lời nhắc sẽ đến đồng chí cùng phụ trách." in one.last.text
    other.looks()
    assert "ủy quyền cho đồng chí nhận lời nhắc" in other.last.text
    assert "Đi vắng đến hết thứ Sáu 15/4, ủy quyền cho đồng chí cùng phụ trách" in (
        one.says("/caidat").last.text
    )
    world.go("2022-04-01 08:05")
    world.tick(reminders.say_reminders)
    assert heard(other)
    assert not heard(one)
    assert heard(delegate)  # its own duty

    one.says("/caidat").taps("Đi vắng").taps("Tôi đã về")
    assert one.last.text.startswith("✅ Chào đồng chí đã về.")
    other.looks()
    assert "đã về. Từ nay lời nhắc đến đồng chí ấy." in other.last.text
    assert person_of(world, one).delegate_id is None
    world.load(shipped("42-KH-DUK-2022.yaml"))
    world.go("2022-04-04 08:05")
    world.tick(reminders.say_reminders)
    assert any("chuyên đề" in reply.text for reply in one.looks())


def test_without_a_delegate_the_other_secretary_is_reminded(world: World) -> None:
    one, other = world.registered("CB01", "secretary"), world.registered("CB01", "secretary")
    one.says("/caidat").taps("Đi vắng").says("15/4").taps("Không ủy quyền")
    assert "đồng chí khác cùng phụ trách" in one.last.text
    world.go("2022-04-01 08:05")
    world.tick(reminders.say_reminders)
    assert heard(other)
    assert not heard(one)


def test_the_way_back_from_the_delegate(world: World) -> None:
    one = world.registered("CB01", "secretary")
    world.registered("CB01", "secretary")
    one.says("/caidat").taps("Đi vắng").says("15/4").taps("Quay lại")
    assert "đến hết ngày nào?" in one.last.text


def test_a_leader_is_not_offered_to_be_away(world: World) -> None:
    talker = world.registered("DUK", "leader").says("/caidat")
    assert "Đi vắng" not in " ".join(labels(talker))
    talker.presses("settings.away")
    assert talker.last.text.startswith("⚠️")


def test_the_web_link_is_the_persons_own(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/caidat").taps("Mở trên máy tính")
    assert 'href="https://chibo.example/w/' in talker.last.text
    first = talker.last.text
    assert talker.says("/caidat").taps("Mở trên máy tính").last.text != first, "a new link ends the old"
    assert "Đường dẫn trước đây không còn dùng được." in talker.last.text
    with world.db.read() as session:
        web = session.scalars(select(Contact).where(Contact.channel == "web")).one()
        assert web.person_id == person_of(world, talker).id
    talker.says("/tinhhinh")
    assert talker.last.text.startswith("🔎")  # what is never opened does not draw messages away


def test_how_a_phone_comes_to_ring_is_said_where_it_is_done(world: World) -> None:
    how = "Nhận lời nhắc trên điện thoại: mở trang"
    assert how in world.registered("CB01", "secretary", channel="web").says("/caidat").last.text
    talker = world.registered("CB02", "secretary").says("/caidat")
    assert how not in talker.last.text  # it is no page
    assert f"{how} ấy bằng điện thoại, bấm 🔔 ở đầu trang." in talker.taps("Mở trên máy tính").last.text


def test_a_web_link_that_lies_unused_is_lost(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/caidat").taps("Mở trên máy tính")
    for days, lost in ((89, ""), (2, "expired")):
        world.at += timedelta(days=days)
        cleanup.clean_up(world.desk, world.at)
        with world.db.read() as session:
            web = session.scalars(select(Contact).where(Contact.channel == "web")).one()
            assert web.lost_reason == lost
    talker.says("/caidat").taps("Mở trên máy tính")
    with world.db.read() as session:
        assert session.scalars(select(Contact).where(Contact.channel == "web")).one().lost_at is None


def test_a_place_is_withdrawn_from_another(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/caidat").taps("Nơi đang dùng")
    assert "Telegram: đang dùng" in talker.last.text
    assert not any("Thu hồi" in label for label in labels(talker)), "nobody shuts out themselves"
    other = world.registered("CB02", "secretary")
    with world.db.read() as session:
        whose = session.scalars(select(Contact).where(Contact.place == other.address.place)).one().id
    talker.says("/caidat").taps("Mở trên máy tính").says("/caidat").taps("Nơi đang dùng")
    question = talker.find("Thu hồi").payload.rpartition(":")[0]
    talker.presses(f"{question}:{whose}")
    with world.db.read() as session:
        assert session.get_one(Contact, whose).lost_at is None
    talker.says("/caidat").taps("Nơi đang dùng").says("xóa đi")
    assert "bấm" in talker.last.text
    talker.taps("Thu hồi: Trang web")
    assert talker.last.text.startswith("✅ Đã thu hồi: Trang web.")
    with world.db.read() as session:
        web = session.scalars(select(Contact).where(Contact.channel == "web")).one()
        assert (web.lost_reason, web.key) == ("withdrawn", 2)
    talker.says("/caidat").taps("Nơi đang dùng")
    assert "Trang web" not in talker.last.text


def test_a_withdrawn_account_of_a_messenger_is_a_strangers(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/caidat").taps("Nối kênh khác")
    code = talker.last.text.partition("<code>")[2].partition("</code>")[0]
    other = world.person("second phone").says(code)
    assert "Đã nối kênh này" in other.last.text
    talker.says("/caidat").taps("Nơi đang dùng").taps("Thu hồi")
    other.says("/tinhhinh")
    assert "mã mời" in other.last.text
    assert talker.says("/tinhhinh").last.text.startswith("🔎")


def hold_a_meeting(talker: Talker) -> None:
    talker.says("/hop").taps("Bắt đầu họp").says("Ý kiến của tôi về báo cáo")
    while "Đã qua" not in talker.last.text:
        if "Điểm danh" in [choice.label[2:].strip() for choice in talker.choices]:
            talker.taps("Điểm danh").says("25/28, vắng 2 có phép, 1 không phép").taps("Đúng")
        else:
            talker.taps("Tiếp")
    talker.taps("Kết thúc")


def test_deleting_ones_data(world: World) -> None:
    world.go("2022-04-05 19:30")
    talker = world.registered("CB01", "secretary")
    other = world.registered("CB01", "secretary")
    other.says("/caidat").taps("Đi vắng").says("15/4").taps("1. Đồng chí đăng ký")
    hold_a_meeting(talker)
    talker.says("/nop").taps("Báo cáo").hands(stored("nhap.pdf"))
    link = talker.says("/caidat").taps("Nối kênh").last.text.partition("<code>")[2][:9]
    with world.db.write() as session:
        found = session.scalars(select(Person).join(Contact).where(Contact.place == talker.address.place))
        found.one().name = "Một đồng chí"

    talker.says("/xoadulieu")
    assert talker.last.text.startswith("🗑 <b>Xóa dữ liệu của đồng chí?</b>")
    talker.says("vâng")
    assert talker.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây.")
    talker.says("thôi")
    assert talker.last.text.startswith("🏠")
    talker.says("/caidat").taps("Xóa dữ liệu").taps("Xóa")
    assert talker.last.text.startswith("✅ Đã xóa dữ liệu cá nhân của đồng chí.")
    assert talker.choices == []

    person = person_of(world, talker)
    assert (person.name, person.consent_version, person.consented_at) == ("", 0, None)
    with world.db.read() as session:
        assert {note.text for note in session.scalars(select(Note))} == {""}
        assert session.scalars(select(Attendance)).one().present == 25
        assert session.scalars(select(Meeting)).one().state == "held"
        assert session.scalars(select(Duty).where(Duty.state == "done")).one().on_time is True
        assert session.scalars(select(Submission)).one().state == "dropped"
        mine = select(Membership).where(Membership.person_id == person.id)
        assert session.scalars(mine).one().ended_at is not None
        told = [m.body["text"] for m in session.scalars(select(Message)) if m.person_id == person.id]
        assert [text for text in told if text] == [talker.last.text]
    assert person_of(world, other).delegate_id is None
    assert world.person("w", channel="web").says(link).last.text.startswith("Mã này đã được dùng.")
    world.tick(reminders.say_reminders)
    assert talker.looks() == []


def register_anew(world: World, talker: Talker) -> None:
    talker.says("chào trợ lý")
    assert talker.last.text.startswith("Kính chào đồng chí.")
    talker.says(world.invite("CB01", "secretary")).taps("Đồng ý").taps("Bỏ qua")
    assert talker.last.text.startswith("🏠")
    talker.says("/tinhhinh")
    assert talker.last.text.startswith("🔎 <b>Chi bộ Văn phòng</b>")


@pytest.mark.parametrize("cleaned", [True, False])
def test_registering_anew_before_and_after_the_cleanup(world: World, cleaned: bool) -> None:
    talker = world.registered("CB01", "secretary").says("/xoadulieu").taps("Xóa")
    old = person_of(world, talker)
    if cleaned:
        world.tick(cleanup.clean_up)
        with world.db.read() as session:
            contact = session.scalars(select(Contact).where(Contact.person_id == old.id)).one()
            assert contact.place == f"-{contact.id}"
            assert not session.scalars(select(Contact).where(Contact.place == talker.address.place)).all()
            assert {message.body["text"] for message in session.scalars(select(Message))} == {""}
    register_anew(world, talker)
    fresh = person_of(world, talker)
    assert fresh.id != old.id
    assert fresh.anonymised_at is None
    world.tick(cleanup.clean_up)
    world.load(shipped("42-KH-DUK-2022.yaml"))
    world.later(days=3)  # a Monday
    world.tick(reminders.say_reminders)
    world.later(hours=8)
    assert talker.looks()  # the place is still known


def test_a_waiting_reminder_does_not_follow_who_was_forgotten(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/caidat").taps("Giờ nhắc").taps("17h")
    world.go("2022-04-01 08:30")
    world.tick(reminders.say_reminders)
    talker.says("/xoadulieu").taps("Xóa")
    world.go("2022-04-01 17:30")
    assert talker.looks() == []


def test_what_was_said_in_the_web_chat_is_emptied(world: World) -> None:
    web = world.person("w", channel="web").says(world.invite("CB01", "leader")).taps("Đồng ý")
    web.says("một lời riêng").says("/xoadulieu").taps("Xóa")
    with world.db.read() as session:
        assert {event.said for event in session.scalars(select(Event))} == {""}


def test_settings_are_not_for_nobody(world: World, db: Database) -> None:
    ways: list[Callable[[Talker], Talker]] = [
        lambda t: t.says("/caidat"),
        lambda t: t.presses("settings.channel"),
        lambda t: t.presses("settings.web"),
        lambda t: t.presses("settings.forget"),
    ]
    for way in ways:
        assert "gõ mã mời" in way(world.person()).last.text
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Invite)) == 0
