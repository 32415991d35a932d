"""`/quantri`: codes for a unit found by code or name, who cannot be reached, the office's counts, all in its own tree."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.db import Database
from bot.models import Contact, Event, Invite, Membership, Message, Unit
from tests.kit import Talker, World, shipped


@pytest.fixture
def world(db: Database) -> World:
    world = World(db)
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy Sở A", "dang_bo_co_so", "", "DUK"),
        ("DUB", "Đảng ủy Sở B", "dang_bo_co_so", "", "DUK"),
        ("A-01", "Chi bộ Văn phòng Sở A", "chi_bo", "co_quan", "DUA"),
        ("A-02", "Chi bộ Thanh tra Sở A", "chi_bo", "co_quan", "DUA"),
        ("7", "Chi bộ Kế hoạch Sở A", "chi_bo", "co_quan", "DUA"),
        ("B-01", "Chi bộ Văn phòng Sở B", "chi_bo", "co_quan", "DUB"),
    )
    return world


@pytest.fixture
def office(world: World) -> Talker:
    """The office of Sở A."""
    return world.registered("DUA", "admin")


def labels(talker: Talker) -> list[str]:
    return [choice.label for choice in talker.choices]


def invited(talker: Talker) -> str:
    return talker.last.text.partition("<code>")[2].partition("</code>")[0]


def test_a_unit_is_found_by_its_code_or_a_part_of_its_name(office: Talker) -> None:
    for said in ("A-01", "a-01", "a 01", "thanh tra", "Chi bộ Thanh tra Sở A", "THANH TRA"):
        office.says("/quantri").taps("Cấp mã mời")
        assert office.last.text.endswith("👉 Đồng chí gõ mã đơn vị hoặc một phần tên.")
        office.says(said)
        name = "Chi bộ Văn phòng Sở A" if "01" in said else "Chi bộ Thanh tra Sở A"
        assert office.last.text == f"<b>{name}</b>\n\n👉 Đồng chí mời vào vai trò nào?", said


def test_the_code_that_the_office_hands_on(world: World, office: Talker) -> None:
    name = "Chi bộ Văn phòng Sở A"
    office.says("/quantri").taps("Cấp mã mời").says("A-01").taps("Bí thư")
    assert f"Bí thư, người phụ trách đơn vị – {name}" in office.last.text
    assert "Dùng một lần, trong 14 ngày." in office.last.text
    assert f"Trang web: https://chibo.example/w/new/{invited(office)}" in office.last.text
    assert office.last.text.endswith("👉 Đồng chí chuyển mã hoặc đường dẫn cho người được mời.")
    guest = world.person().says(invited(office))
    assert f"tại <b>{name}</b>" in guest.last.text


def test_several_units_match(office: Talker) -> None:
    office.says("/quantri").taps("Cấp mã mời").says("chi bộ")
    assert "Có 3 đơn vị khớp:" in office.last.text
    assert office.last.text.endswith("👉 Đồng chí chọn, hoặc gõ rõ hơn.")
    assert labels(office) == [
        "1. Chi bộ Văn phòng Sở A",
        "2. Chi bộ Thanh tra Sở A",
        "3. Chi bộ Kế hoạch Sở A",
        "⬅️ Quay lại",
    ]
    office.says("2")
    assert office.last.text.startswith("<b>Chi bộ Thanh tra Sở A</b>")
    office.taps("Quay lại")
    assert office.last.text.startswith("🎫 Cấp mã mời cho đơn vị nào?")
    office.says("chi bộ").taps("3. Chi bộ Kế hoạch")
    assert office.last.text.startswith("<b>Chi bộ Kế hoạch Sở A</b>")


def test_a_code_that_is_a_number_is_a_code(office: Talker) -> None:
    office.says("/quantri").taps("Cấp mã mời").says("7")
    assert office.last.text.startswith("<b>Chi bộ Kế hoạch Sở A</b>")


def test_more_units_than_buttons(world: World, office: Talker) -> None:
    world.units(*[(f"T{n}", f"Chi bộ Trường {n}", "chi_bo", "truong_hoc", "DUA") for n in range(11)])
    office.says("/quantri").taps("Cấp mã mời").says("trường")
    assert "Có 11 đơn vị khớp, đây là 8 đơn vị đầu:" in office.last.text
    assert len(office.choices) == 9


def test_unknown_units_and_those_of_others(office: Talker) -> None:
    office.says("/quantri").taps("Cấp mã mời")
    for said in ("chi bộ thuế", "👍", "B-01", "Sở B", "DUK", "9"):
        office.says("chi bộ").says(said)
        assert office.last.text.startswith(f"Không tìm thấy đơn vị “{said}” trong phạm vi của đồng chí.")
        assert labels(office) == ["⬅️ Quay lại"], said  # no stale candidates
        assert "Sở B" not in office.last.text.replace("“Sở B”", "")


def test_a_forged_choice_of_another_unit(world: World, office: Talker) -> None:
    with world.db.read() as session:
        other = session.scalars(select(Unit.id).where(Unit.code == "B-01")).one()
    office.says("/quantri").taps("Cấp mã mời").says("chi bộ")
    question = office.choices[0].payload.partition(":")[0]
    office.presses(f"{question}:{other}")
    assert office.last.text.startswith("Không tìm thấy đơn vị")
    office.says("A-01")
    question = office.choices[0].payload.partition(":")[0]
    office.presses(f"{question}:owner")
    assert office.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây.")


def test_the_role_is_checked_again_when_the_code_is_made(world: World, office: Talker) -> None:
    world_code = world.invite("A-01", "secretary")
    office.says(world_code).taps("Bỏ qua").taps("Không cố định")
    office.says("/quantri").taps("Cấp mã mời").says("A-01")
    with world.db.write() as session:
        session.scalars(select(Membership).where(Membership.role == "admin")).one().ended_at = world.at
    office.taps("Bí thư")
    assert office.last.text.startswith("⛔")
    with world.db.read() as session:
        assert len(session.scalars(select(Invite)).all()) == 2


def test_the_counts_are_the_offices_own(world: World, office: Talker) -> None:
    office.says("/quantri")
    assert "Chi bộ có người phụ trách: 0/3" in office.last.text
    assert "Chưa có kế hoạch nào." in office.last.text
    world.registered("A-01", "secretary")
    world.registered("A-01", "secretary")
    world.registered("B-01", "secretary")
    world.load(shipped("60-KH-DUK-2022.yaml"))
    world.load(shipped("42-KH-DUK-2022.yaml"), owner="DUB")
    office.says("/quantri")
    assert "Chi bộ có người phụ trách: 1/3" in office.last.text
    assert "– 60-KH/ĐUK ngày 18/4/2022" in office.last.text  # of the committee above
    assert "42-KH/ĐUK" not in office.last.text
    assert office.last.text.endswith("👉 Đồng chí chọn một việc dưới đây.")


def lose(world: World, talker: Talker) -> None:
    """The person has shut the bot out, and a message to them has failed."""
    talker.sends(talker._event(blocked=True))


def test_who_cannot_be_reached(world: World, office: Talker) -> None:
    office.says("/quantri").taps("Mất liên lạc")
    assert "✅ Không có ai." in office.last.text
    assert office.last.text.endswith("👉 Đồng chí không phải làm gì.")
    first, second = world.registered("A-01", "secretary"), world.registered("A-02", "secretary")
    other = world.registered("B-01", "secretary")
    lose(world, first)
    world.later(days=1)
    lose(world, second)
    lose(world, other)
    office.says("/quantri")
    assert "📵 Mất liên lạc: 2" in office.last.text
    office.taps("Mất liên lạc")
    assert office.last.text.splitlines()[:3] == [
        "📵 <b>Mất liên lạc</b>",
        "– Chi bộ Thanh tra Sở A: Bí thư, người phụ trách đơn vị, Telegram, từ thứ Bảy, 02/4/2022",
        "– Chi bộ Văn phòng Sở A: Bí thư, người phụ trách đơn vị, Telegram, từ thứ Sáu, 01/4/2022",
    ]
    assert "Sở B" not in office.last.text
    assert office.last.text.endswith("👉 Đồng chí gọi điện cho các đồng chí này, hoặc cấp mã mời mới.")
    first.says("tôi đây")  # speaks again: is reached again
    office.says("/quantri").taps("Mất liên lạc")
    assert "Văn phòng Sở A" not in office.last.text


def test_who_has_another_contact_is_not_lost(world: World, office: Talker) -> None:
    talker = world.registered("A-01", "secretary").says("/caidat").taps("Mở trên máy tính")
    lose(world, talker)
    office.says("/quantri")
    assert "📵 Mất liên lạc: 0" in office.last.text


def test_failures_of_the_last_month_and_of_ones_own_people(world: World, office: Talker) -> None:
    own, other = world.registered("A-01", "secretary"), world.registered("B-01", "secretary")
    with world.db.write() as session:
        for talker, days in ((own, 1), (own, 31), (other, 1)):
            contact = session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()
            at = world.at - timedelta(days=days)
            session.add(
                Message(
                    person_id=contact.person_id,
                    contact_id=contact.id,
                    channel="telegram",
                    priority=0,
                    state="failed",
                    body={"text": ""},
                    created_at=at,
                    due_at=at,
                    failed_at=at,
                )
            )
            session.add(Event(id=f"{talker.address}-{days}", contact_id=contact.id, at=at, error="abc"))
    office.says("/quantri")
    assert "Trong 30 ngày qua: 1 tin không gửi được, 2 lỗi" in office.last.text


def test_a_role_can_be_ended_by_the_office(world: World, office: Talker, db: Database) -> None:
    secretary = world.registered("A-01", "secretary")
    office.says("/quantri").taps("Cấp mã mời").says("A-01")
    assert "Đang giữ vai trò" in office.last.text
    office.taps("🚫 Kết thúc vai trò").taps("Không, giữ nguyên")
    assert "mời vào vai trò nào" in office.last.text
    office.taps("🚫 Kết thúc vai trò").taps("Kết thúc vai trò")
    assert "Đã kết thúc vai trò" in office.last.text
    assert any("Văn phòng đã kết thúc vai trò" in reply.text for reply in secretary.looks())
    secretary.taps("Việc tháng này")
    assert "mã mời" in secretary.last.text
    with db.read() as session:
        ended = session.scalars(select(Membership).where(Membership.ended_at.is_not(None))).one()
        assert ended.role == "secretary"


def test_the_name_on_the_channel_is_kept_with_the_consent(world: World, office: Talker) -> None:
    secretary = world.person()
    secretary.says(f"/start {world.invite('A-01', 'secretary')}", sender="An")
    yes = secretary.find("Đồng ý")
    secretary.sends(secretary._event(payload=yes.payload, sender="An"))
    office.says("/quantri").taps("Cấp mã mời").says("A-01")
    assert "Bí thư, người phụ trách đơn vị: An" in office.last.text
