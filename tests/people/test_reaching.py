"""Where a person of several places is told first: by choice, else where it rings; never where nothing comes through."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.people.reaching import reachable_contact
from bot.people.staff import contacts_of
from bot.tables import Contact
from schedules import reminders
from tests.kit.committees import committee
from tests.kit.contacts import also_on, alters_contact, contact_of, rings_on_a_device
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


def begin_here(world: World) -> None:
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))


pytestmark = begins(begin_here)


@pytest.fixture
def phone(world: World) -> Talker:
    return world.registered("CB01", "secretary")


def first_of(world: World, talker: Talker) -> str:
    """The channel on which the person is told first, alone and among many."""
    with world.db.read() as session:
        person = session.scalars(
            select(Contact.person_id).where(Contact.id == contact_of(world, talker).id)
        ).one()
        alone, among = reachable_contact(session, person), contacts_of(session, [person]).get(person)
        assert (alone and alone.id) == (among and among.id)
        return alone.channel if alone else ""


def test_what_rings_comes_first_and_of_that_what_was_used_last(world: World, phone: Talker) -> None:
    zalo, web = also_on(world, phone, "zalo"), also_on(world, phone, "web")
    zalo.says("/tinhhinh")
    web.says("/tinhhinh")
    assert first_of(world, phone) == "zalo"  # the web chat was used last, and is a mere link
    phone.says("/tinhhinh")
    assert first_of(world, phone) == "telegram"
    web.says("/tinhhinh")
    rings_on_a_device(world, web)
    assert first_of(world, phone) == "web"
    alters_contact(world, web, lost_at=world.at, lost_reason="blocked")
    assert first_of(world, phone) == "telegram"
    alters_contact(world, phone, closed_at=world.at)
    assert first_of(world, phone) == "zalo"
    alters_contact(world, zalo, lost_at=world.at, lost_reason="blocked")
    assert first_of(world, phone) == "telegram"  # nothing else is open


def test_mail_comes_before_a_silent_link_and_behind_what_rings(world: World, phone: Talker) -> None:
    web = also_on(world, phone, "web")
    with world.db.write() as session:
        person = session.scalars(select(Contact.person_id).where(Contact.place == phone.address.place)).one()
        session.add(
            Contact(person_id=person, channel="smtp", place="a@b.vn", used_at=world.at + timedelta(hours=1))
        )
    assert first_of(world, phone) == "telegram"
    alters_contact(world, phone, lost_at=world.at, lost_reason="blocked")
    assert first_of(world, web) == "smtp"
    alters_contact(world, web, closed_at=world.at)
    assert first_of(world, web) == "smtp"


def test_the_person_chooses_by_button_or_words(world: World, phone: Talker) -> None:
    assert "🔔 Nơi nhận lời nhắc" not in labels(phone.says("/caidat"))  # there is nothing to choose
    zalo, web = also_on(world, phone, "zalo"), also_on(world, phone, "web")
    phone.says("/caidat")
    assert "\nLời nhắc đến trước: Telegram\n" in phone.last.text
    phone.taps("Nơi nhận lời nhắc")
    assert phone.last.text == (
        "🔔 <b>Lời nhắc đến nơi nào trước?</b>\n"
        "Hiện là: Telegram, do trợ lý chọn.\n"
        "– Telegram: dùng gần nhất thứ Sáu 01/4\n"
        "– Zalo: dùng gần nhất thứ Sáu 01/4\n"
        "– Trang web: không reo, đồng chí mở ra mới thấy\n\n"
        "👉 Đồng chí chọn một nơi, hoặc gõ tên nơi ấy."
    )
    phone.says("nhà tôi")
    assert "👉 Đồng chí chọn một nơi" in phone.last.text
    assert first_of(world, phone) == "telegram"
    phone.says("cho tôi qua Zalo nhé")
    assert phone.last.text.startswith("✅ Từ nay lời nhắc đến Zalo trước.\n")
    phone.says("/tinhhinh")
    assert first_of(world, phone) == "zalo"
    alters_contact(world, zalo, closed_at=world.at)
    assert first_of(world, phone) == "telegram"
    phone.says("/caidat").taps("Nơi nhận lời nhắc").taps("Zalo")
    assert "Zalo đang tạm không nhận tin" in phone.last.text
    assert "lời nhắc đến Telegram." in phone.last.text
    phone.says("/caidat").taps("Nơi nhận lời nhắc").taps("Trang web")
    assert "✅ Từ nay lời nhắc đến Trang web trước. Nơi này không reo" in phone.last.text
    assert first_of(world, phone) == "web"
    phone.says("/caidat").taps("Nơi nhận lời nhắc").taps("Để trợ lý chọn")
    assert "hiện là Telegram." in phone.last.text
    assert first_of(world, phone) == "telegram"
    reads_well(phone, zalo, web)


def test_a_reminder_and_what_is_put_off_come_to_the_chosen_place(world: World, phone: Talker) -> None:
    zalo = also_on(world, phone, "zalo")
    phone.says("/caidat").taps("Nơi nhận lời nhắc").taps("Zalo")
    world.go("2022-04-19 08:05")
    world.tick(reminders.say_reminders)
    assert phone.looks() == []
    assert len(zalo.looks()) == 1
    duty = next(one.payload for row in zalo.last.choices for one in row if one.label == "Đã nhận").split(":")[
        1
    ]
    phone.presses(f"snooze.at:{duty}:1h")
    world.go("2022-04-19 09:10")
    assert phone.looks() == []
    assert zalo.looks()[-1].text.startswith("🔔 <b>Nhắc lại")


def test_the_office_reads_the_truth_about_who_hears_nothing(world: World, phone: Talker) -> None:
    office = world.registered("DUK", "admin")
    web = world.registered("CB02", "secretary", channel="web")
    office.says("/quantri")
    assert "\nMất liên lạc: không có ai\nChỉ có đường dẫn web, không reo: 1\n" in office.last.text
    office.taps("Mất liên lạc")
    assert office.last.text == (
        "⚠️ <b>Mất liên lạc</b>\n✅ Không có ai.\n\n"
        "<b>Chỉ có đường dẫn web, không reo</b>: mở ra mới thấy lời nhắc\n"
        "– Chi bộ Công ty Nước sạch: Bí thư, người phụ trách đơn vị, dùng gần nhất thứ Sáu 01/4\n\n"
        "👉 Đồng chí nhắc các đồng chí này nối thêm kênh, hoặc bấm “Lời nhắc” ở đầu trang web."
    )
    rings_on_a_device(world, web)
    assert "không reo" not in office.says("/quantri").last.text
    alters_contact(world, phone, closed_at=world.at)
    alters_contact(world, web, lost_at=world.at, lost_reason="expired")
    office.says("/quantri")
    assert "\n⚠️ Mất liên lạc: 1\n⚠️ Tạm không nhận tin: 1\n" in office.last.text
    office.taps("Mất liên lạc")
    assert "Telegram, từ thứ Sáu 01/4, chưa gửi được lời mời mở\n" in office.last.text
    alters_contact(world, phone, knocked_at=world.at)
    office.says("/quantri").taps("Mất liên lạc")
    assert "từ thứ Sáu 01/4, đã gửi lời mời mở thứ Sáu 01/4\n" in office.last.text
    reads_well(office)
