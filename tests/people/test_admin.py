"""`/quantri`: codes for a unit found by code or name, who cannot be reached, the office's counts, all in its own tree."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.store.db import Database
from bot.tables import Audit, Contact, Duty, Event, Invite, Meeting, Membership, Message, Person, Unit
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy Sở A", "dang_bo_co_so", "", "DUK"),
        ("DUB", "Đảng ủy Sở B", "dang_bo_co_so", "", "DUK"),
        ("A-01", "Chi bộ Văn phòng Sở A", "chi_bo", "co_quan", "DUA"),
        ("A-02", "Chi bộ Thanh tra Sở A", "chi_bo", "co_quan", "DUA"),
        ("7", "Chi bộ Kế hoạch Sở A", "chi_bo", "co_quan", "DUA"),
        ("B-01", "Chi bộ Văn phòng Sở B", "chi_bo", "co_quan", "DUB"),
    )


pytestmark = begins(begin_here)


@pytest.fixture
def office(world: World) -> Talker:
    """The office of Sở A."""
    return world.registered("DUA", "admin")


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


def test_an_unused_invitation_is_withdrawn_by_a_tap(world: World, office: Talker) -> None:
    office.says("/quantri").taps("Cấp mã mời").says("A-01").taps("Bí thư")
    code = invited(office)
    office.says("/quantri").taps("Cấp mã mời").says("A-01")
    assert "Mã mời chưa dùng: 1" in office.last.text
    office.taps("Thu hồi mã")
    assert "Mã này không còn dùng được." in office.last.text
    assert not any("Thu hồi" in label for label in labels(office))
    guest = world.person("guest").says(code)
    assert "hết hạn" in guest.last.text


def test_the_office_withdraws_links_to_the_web_chat(world: World, office: Talker) -> None:
    talker = world.registered("A-01", "secretary").says("/caidat").taps("Mở trên máy tính")
    office.says("/quantri").taps("Cấp mã mời").says("A-01").taps("Thu hồi trang web")
    assert "Đã thu hồi đường dẫn trang web" in office.last.text
    assert not any("trang web" in label for label in labels(office))
    with world.db.read() as session:
        web = session.scalars(select(Contact).where(Contact.channel == "web")).one()
        assert (web.lost_reason, web.key) == ("withdrawn", 2)
    assert talker.says("/tinhhinh").last.text.startswith("🔎")


def test_several_units_match(office: Talker) -> None:
    office.says("/quantri").taps("Cấp mã mời").says("chi bộ")
    assert "Có 3 đơn vị khớp:" in office.last.text
    assert office.last.text.endswith("👉 Đồng chí chọn, hoặc gõ rõ hơn.")
    assert labels(office) == [
        "1. Chi bộ Kế hoạch Sở A",
        "2. Chi bộ Văn phòng Sở A",
        "3. Chi bộ Thanh tra Sở A",
        "⬅️ Quay lại",
    ]
    office.says("3")
    assert office.last.text.startswith("<b>Chi bộ Thanh tra Sở A</b>")
    office.taps("Quay lại")
    assert office.last.text.startswith("Cấp mã mời cho đơn vị nào?")
    office.says("chi bộ").taps("1. Chi bộ Kế hoạch")
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
    assert office.last.text.startswith("⚠️")
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
    assert "⚠️ Mất liên lạc: 2" in office.last.text
    office.taps("Mất liên lạc")
    assert office.last.text.splitlines()[:3] == [
        "⚠️ <b>Mất liên lạc</b>",
        "– Chi bộ Thanh tra Sở A: Bí thư, người phụ trách đơn vị, Telegram, từ thứ Bảy 02/4",
        "– Chi bộ Văn phòng Sở A: Bí thư, người phụ trách đơn vị, Telegram, từ thứ Sáu 01/4",
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
    assert "\nMất liên lạc: không có ai\n" in office.last.text


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
    office.taps("✖️ Kết thúc vai trò").taps("Không, giữ nguyên")
    assert "mời vào vai trò nào" in office.last.text
    office.taps("✖️ Kết thúc vai trò").taps("Kết thúc vai trò")
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
    secretary.sends(secretary._event(payload=yes.payload, sender="An 🌸"))
    assert secretary.last.text.startswith("Trợ lý ghi tên đồng chí là <b>An</b>.")
    secretary.taps("Đúng")
    office.says("/quantri").taps("Cấp mã mời").says("A-01")
    assert "Bí thư, người phụ trách đơn vị: An" in office.last.text


def test_the_office_mends_a_name_and_its_holder_may_mend_it_again(world: World, office: Talker) -> None:
    secretary = world.registered("A-01", "secretary", name="Anh Ba")
    card(office, "A-01").taps("Sửa tên")
    assert office.last.text.startswith("Đang ghi tên là <b>Anh Ba</b>.")
    office.says("25").says("lê văn ba")
    assert "✅ Đã ghi tên: <b>Lê Văn Ba</b>" in office.last.text
    (told,) = secretary.looks()
    assert told.text.startswith("Văn phòng đã ghi tên đồng chí là <b>Lê Văn Ba</b>.")
    secretary.taps("Sửa tên").says("Lê Văn Bá")
    assert "Tên: Lê Văn Bá" in secretary.taps("Cài đặt").last.text
    assert "Lê Văn Bá" in card(office, "A-01").last.text
    secretary.says("/xoadulieu").taps("Xóa")
    assert "Lê Văn Bá" not in card(office, "A-01").last.text
    with world.db.read() as session:
        assert session.scalars(select(Person.name).where(Person.name == "Lê Văn Bá")).all() == []
    reads_well(office, secretary)


def test_of_several_people_the_office_says_whose_name(world: World, office: Talker) -> None:
    world.registered("A-01", "secretary", name="An")
    other = world.registered("A-01", "follower")
    card(office, "A-01").taps("Sửa tên")
    assert office.choices[0].label == "1. An"
    office.says("ai đó").taps("2. Cấp ủy viên theo dõi").says("Bình")
    assert "✅ Đã ghi tên: <b>Bình</b>" in office.last.text
    other.says("/xoadulieu").taps("Xóa")
    card(office, "A-01").taps("Sửa tên").says("An Thị")
    assert "<b>An Thị</b>" in office.last.text


def test_a_name_is_not_mended_by_who_has_no_say(world: World, office: Talker) -> None:
    secretary = world.registered("A-01", "secretary", name="An")
    card(office, "A-01").taps("Sửa tên")
    secretary.says("/xoadulieu").taps("Xóa")
    assert office.says("Lê An").last.text.startswith("⚠️")
    card(office, "A-01")
    assert "Sửa tên" not in str(office.choices)
    office.presses(f"admin.names:{unit(world, 'A-01').id}")
    assert "Chưa có ai giữ vai trò." in office.last.text


def card(office: Talker, code: str) -> Talker:
    """The office looks at a unit."""
    return office.says("/quantri").taps("🏢 Đơn vị").says(code)


def named(world: World, unit_code: str, role: str, name: str) -> Talker:
    talker = world.registered(unit_code, role)
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()
        contact.person.name = name
    return talker


def unit(world: World, code: str) -> Unit:
    with world.db.read() as session:
        return session.scalars(select(Unit).where(Unit.code == code)).one()


def test_the_card_of_a_unit(world: World, office: Talker) -> None:
    card(office, "A-01")
    assert office.last.text.splitlines() == [
        "🏢 <b>Chi bộ Văn phòng Sở A</b> (mã A-01)",
        "Chi bộ, Cơ quan",
        "Cấp trên: Đảng ủy Sở A",
        "Số đảng viên: chưa có",
        "Việc đang mở: 0",
        "",
        "⚠️ Chưa có đồng chí nào giữ vai trò.",
        "",
        "👉 Đồng chí chọn một việc dưới đây.",
    ]
    assert labels(office) == [
        "✏️ Sửa đơn vị",
        "Mã mời bí thư",
        "✖️ Giải thể",
        "Sáp nhập vào…",
        "🏢 Đơn vị khác",
        "Quản trị",
    ]
    named(world, "A-01", "secretary", "An")
    named(world, "A-01", "follower", "Bình")
    world.load(shipped("60-KH-DUK-2022.yaml"))
    world.go("2022-05-02 09:00")
    card(office, "văn phòng")
    assert office.last.text.splitlines()[3:10] == [
        "Số đảng viên: 28",
        "Thường họp ngày 5; trùng ngày nghỉ thì lùi sau",
        "Việc đang mở: 2, trong đó 1 quá hạn",
        "",
        "Đang giữ vai trò:",
        "– Bí thư, người phụ trách đơn vị: An, từ thứ Sáu 01/4",
        "– Cấp ủy viên theo dõi: Bình, từ thứ Sáu 01/4",
    ]
    card(office, "DUA")
    assert "Đơn vị trực thuộc: 3" in office.last.text
    office.taps("Quản trị")
    assert office.last.text.startswith("<b>Quản trị</b>")
    assert office.says("linh tinh").last.text.startswith("Trợ lý chưa hiểu ý đồng chí.")


def test_units_of_others_are_neither_seen_nor_closed(world: World, office: Talker) -> None:
    office.says("/quantri").taps("🏢 Đơn vị")
    assert office.last.text == "🏢 Đồng chí xem đơn vị nào?\n\n👉 Đồng chí gõ mã đơn vị hoặc một phần tên."
    for said in ("B-01", "Sở B", "DUK"):
        office.says(said)
        assert office.last.text.startswith(f"Không tìm thấy đơn vị “{said}” trong phạm vi của đồng chí.")
    office.says("chi bộ").says("3")
    assert office.last.text.startswith("🏢 <b>Chi bộ Thanh tra Sở A</b>")
    office.taps("Sáp nhập vào").says("B-01")
    assert office.last.text.startswith("Không tìm thấy đơn vị “B-01”")
    office.taps("Quay lại").taps("🏢 Đơn vị khác").taps("Quay lại")
    assert office.last.text.startswith("<b>Quản trị</b>")


def test_a_unit_is_closed_in_chat_and_opened_again(world: World, office: Talker) -> None:
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary, follower = named(world, "A-01", "secretary", "An"), named(world, "A-01", "follower", "Bình")
    world.go("2022-05-04 09:00")
    secretary.says("/lichhop").taps("2. T5").says("20/5 19h30").says("Phòng 1")
    card(office, "A-01").taps("Giải thể")
    question = office.last.text.splitlines()
    assert question[0] == "✖️ Giải thể <b>Chi bộ Văn phòng Sở A</b> từ hôm nay, thứ Tư 04/5?"
    coming = question[2].removeprefix("– ").removesuffix(" việc chưa đến hạn sẽ bỏ")
    assert int(coming) > 3
    assert question[3:7] == [
        "– 1 việc quá hạn giữ nguyên trong số liệu, không nhắc nữa",
        "– 1 buổi họp đã đặt lịch sẽ hủy",
        "– 2 người hết vai trò và được báo tin",
        "– việc đã xong và số liệu các kỳ trước không đổi",
    ]
    office.taps("Không, giữ nguyên")
    assert office.last.text.startswith("🏢 <b>Chi bộ Văn phòng Sở A</b>")
    office.taps("Giải thể").says("ừ thì")
    assert office.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây.")
    secretary.looks()
    follower.looks()
    office.taps("Đồng ý giải thể")
    assert office.last.text.startswith(
        f"✅ Đã giải thể <b>Chi bộ Văn phòng Sở A</b>.\n– {coming} việc chưa đến hạn đã bỏ\n– 1 việc quá hạn giữ nguyên"
    )
    for person in (secretary, follower):
        (told,) = person.looks()
        assert told.text.startswith("<b>Chi bộ Văn phòng Sở A</b> đã giải thể từ thứ Tư 04/5.")
        assert told.text.endswith("👉 Nếu có nhầm lẫn, đồng chí liên hệ văn phòng.")
    assert "mã mời" in secretary.says("/thangnay").last.text
    office.says("/quantri")
    assert "Chi bộ có người phụ trách: 0/2" in office.last.text
    office.taps("🏢 Đơn vị").says("A-01")
    assert office.last.text.startswith("Chi bộ Văn phòng Sở A đã giải thể từ thứ Tư 04/5. Xin gõ mã")

    reopen = office.find("↩️ Mở lại").payload
    office.taps("↩️ Mở lại")
    assert office.last.text.startswith(
        "↩️ <b>Chi bộ Văn phòng Sở A</b> đã mở lại như trước.\nViệc đang mở: 2, trong đó 1"
    )
    (told,) = follower.looks()
    assert told.text.startswith("↩️ Văn phòng đã mở lại <b>Chi bộ Văn phòng Sở A</b>.")
    assert "20/5" in secretary.says("/thangnay").last.text
    office.presses(reopen)
    assert office.last.text.startswith("Chi bộ Văn phòng Sở A đang hoạt động, không cần mở lại.\n\n")
    with world.db.read() as session:
        noted = session.scalars(
            select(Audit).where(Audit.subject == f"unit:{unit(world, 'A-01').id}").order_by(Audit.id)
        ).all()
        assert [one.action for one in noted] == ["unit closed", "unit reopened"]
        assert all(one.person_id for one in noted)


def test_a_closing_cannot_be_taken_back_the_next_day(world: World, office: Talker) -> None:
    card(office, "A-01").taps("Giải thể").taps("Đồng ý")
    world.later(days=1)
    office.taps("↩️ Mở lại")
    assert office.last.text.startswith("Chi bộ Văn phòng Sở A chỉ mở lại được trong ngày vừa giải thể.")
    assert unit(world, "A-01").closed_on is not None


def test_two_cells_are_merged_in_chat(world: World, office: Talker) -> None:
    secretary = world.registered("A-01", "secretary", members=12)
    world.registered("A-02", "secretary", members=20)
    world.load(shipped("42-KH-DUK-2022.yaml"))
    tick_through(world, "2022-04-02 09:00")
    secretary.looks()
    card(office, "A-01").taps("Sáp nhập vào")
    assert office.last.text.startswith("<b>Chi bộ Văn phòng Sở A</b> sáp nhập vào đơn vị nào?")
    office.says("A-01")
    assert office.last.text.startswith("Một đơn vị không sáp nhập vào chính nó được.")
    office.says("chi bộ")
    assert "Có 3 đơn vị khớp:" in office.last.text
    office.taps("3. Chi bộ Thanh tra")
    assert "– số đảng viên của Chi bộ Thanh tra Sở A: 20 thành 32" in office.last.text
    office.taps("Đồng ý sáp nhập")
    assert office.last.text.startswith(
        "✅ <b>Chi bộ Văn phòng Sở A</b> đã sáp nhập vào <b>Chi bộ Thanh tra Sở A</b>."
    )
    (told,) = secretary.looks()
    assert "nay là một phần của <b>Chi bộ Thanh tra Sở A</b>" in told.text
    assert unit(world, "A-02").members == 32
    office.says("/quantri").taps("🏢 Đơn vị").says("văn phòng sở a")
    assert "đã giải thể từ thứ Bảy 02/4, sáp nhập vào Chi bộ Thanh tra Sở A." in office.last.text
    reads_well(office)
    tick_through(world, "2022-12-31 20:00")
    assert secretary.looks() == []


def test_what_stands_in_the_way_of_a_closing(world: World, office: Talker) -> None:
    card(office, "DUA").taps("Giải thể")
    assert office.last.text.startswith(
        "Đảng ủy Sở A còn đơn vị trực thuộc: Chi bộ Kế hoạch Sở A, Chi bộ Văn phòng Sở A, Chi bộ Thanh tra Sở A. Xin"
    )
    assert "🏢 <b>Đảng ủy Sở A</b>" in office.last.text
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary = world.registered("A-01", "secretary")
    card(office, "A-01").taps("Giải thể")
    with world.db.write() as session:
        duty = (
            select(Duty.id)
            .join(Unit, Unit.id == Duty.unit_id)
            .where(Unit.code == "A-01", Duty.kind == "meeting")
        )
        first = session.scalars(duty.order_by(Duty.due_on)).first()
    secretary.presses(f"meet.begin:{first}")
    with world.db.read() as session:
        assert session.scalars(select(Meeting)).one().state == "running"
    office.taps("Đồng ý giải thể")
    assert office.last.text.startswith("Chi bộ Văn phòng Sở A đang họp dở. Xin kết thúc buổi họp trước.")
    assert unit(world, "A-01").closed_on is None


def test_two_of_the_office_close_one_unit(world: World, office: Talker) -> None:
    other = world.registered("DUA", "admin")
    card(office, "A-01").taps("Giải thể")
    card(other, "A-01").taps("Giải thể").taps("Đồng ý")
    office.taps("Đồng ý")
    assert office.last.text.startswith(
        "Chi bộ Văn phòng Sở A đã giải thể từ thứ Sáu 01/4. Xin chọn đơn vị khác"
    )
    assert "🏢 Đồng chí xem đơn vị nào?" in office.last.text


def test_the_role_is_checked_again_when_a_unit_is_closed(world: World, office: Talker) -> None:
    office.says(world.invite("A-02", "secretary")).taps("Bỏ qua").taps("Không cố định")
    card(office, "A-01").taps("Sáp nhập vào").says("A-02")
    with world.db.write() as session:
        session.scalars(select(Membership).where(Membership.role == "admin")).one().ended_at = world.at
    office.taps("Đồng ý")
    assert office.last.text.startswith("⚠️")
    assert unit(world, "A-01").closed_on is None
    office.presses(f"admin.reopen:{unit(world, 'A-01').id}")
    assert office.last.text.startswith("⚠️")


def test_an_office_closes_its_own_unit(world: World, office: Talker) -> None:
    for code in ("A-01", "A-02", "7", "DUA"):
        card(office, code).taps("Giải thể").taps("Đồng ý")
        assert office.last.text.startswith("✅ Đã giải thể"), code
    assert "mã mời" in office.says("/quantri").last.text


def test_a_second_secretary_comes_first(world: World, office: Talker) -> None:
    named(world, "A-01", "secretary", "An")
    world.later(days=3)
    named(world, "A-01", "secretary", "Bình")
    card(office, "A-01")
    assert "đơn vị: An, từ thứ Sáu 01/4 (phụ trách chính)" in office.last.text
    office.taps("⬆️ Đưa lên phụ trách chính: Bình")
    assert "đơn vị: Bình, từ thứ Hai 04/4 (phụ trách chính)" in office.last.text
    assert "An, từ thứ Sáu 01/4 (phụ trách chính)" not in office.last.text
    office.taps("⬆️ Đưa lên phụ trách chính: An")
    assert "An, từ thứ Sáu 01/4 (phụ trách chính)" in office.last.text
    question = office.find("Giải thể").payload.partition(":")[0]
    office.presses(f"{question}:first999")
    assert office.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây.")
