"""Registration: codes good and bad, the notice, what is asked of a secretary, a second role, a second channel."""

from datetime import date, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import delete, func, select

from bot.calendar import Moment
from bot.people.people import CONSENT_VERSION
from bot.problems import Invalid
from bot.reading.codes import code_in, looks_like_code, never_in_codes
from bot.reading.names import read_name
from bot.tables import Consent, Contact, Invite, Membership, Message, Person, Unit
from handlers.people import admission, register
from schedules import cleanup, reminders
from tests.kit.files import stored
from tests.kit.places import ZONE
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.world import World

ASKS_CODE = "gõ mã mời"


def _change_notice(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    for module in (admission, register):
        monkeypatch.setattr(module, "CONSENT_VERSION", CONSENT_VERSION + times)


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
        ("CB02", "Chi bộ Nước sạch", "chi_bo", "doanh_nghiep", "DUK"),
    )


pytestmark = begins(begin_here)


def roles_of(world: World, talker: Talker) -> list[tuple[str, str]]:
    with world.db.read() as session:
        rows = session.execute(
            select(Unit.code, Membership.role)
            .join(Membership, Membership.unit_id == Unit.id)
            .join(Contact, Contact.person_id == Membership.person_id)
            .where(
                Contact.channel == talker.address.channel,
                Contact.place == talker.address.place,
                Membership.ended_at.is_(None),
            )
            .order_by(Membership.id)
        )
        return [(code, role) for code, role in rows]


def person_of(world: World, talker: Talker) -> Person:
    with world.db.read() as session:
        return session.scalars(
            select(Person)
            .join(Contact, Contact.person_id == Person.id)
            .where(Contact.channel == talker.address.channel, Contact.place == talker.address.place)
        ).one()


def set_unit(world: World, code: str, **facts: int | None) -> None:
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        for name, value in facts.items():
            setattr(unit, name, value)


def spoil(code: str) -> str:
    """Another code of the same shape."""
    return code[:-1] + ("A" if code[-1] != "A" else "B")


def test_deep_link_to_home_screen(world: World) -> None:
    talker = world.person()
    talker.says(f"/start {world.invite('CB01', 'secretary')}")
    assert "<b>Bí thư, người phụ trách đơn vị</b> tại <b>Chi bộ Văn phòng</b>" in talker.last.text
    assert len(talker.last.text.splitlines()) == 7
    assert talker.last.text.endswith("👉 Đồng chí có đồng ý không?")
    talker.taps("Xem đầy đủ")
    assert "/xoadulieu" in talker.last.text
    assert "không có danh sách" in talker.last.text
    assert talker.last.text.endswith("👉 Đồng chí có đồng ý không?")
    talker.taps("Đồng ý")
    assert talker.last.text.startswith("👉 Đồng chí tên gì?")
    talker.says("tôi tên là nguyễn văn an ạ")
    assert talker.last.text.startswith("<b>Chi bộ Văn phòng</b> hiện có bao nhiêu đảng viên")
    talker.says("hai mươi tám")
    assert "ngày nào trong tháng" in talker.last.text
    talker.taps("Ngày 5")
    assert talker.got[-2].text.startswith(
        "✅ Đã đăng ký: Bí thư, người phụ trách đơn vị – <b>Chi bộ Văn phòng</b>"
    )
    assert talker.last.text.startswith("🏠 <b>Chi bộ Văn phòng</b>")
    assert roles_of(world, talker) == [("CB01", "secretary")]
    with world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        assert (unit.members, unit.meeting_day) == (28, 5)
    person = person_of(world, talker)
    assert (person.consent_version, person.name) == (CONSENT_VERSION, "Nguyễn Văn An")


def test_a_code_as_people_write_it(world: World) -> None:
    forms = (
        "{code}",
        "{plain}",
        "{lower}",
        "{first} {last}",
        "  {spaced} ",
        "Mã mời: {code}",
        "https://chibo.example/w/new/{code}",
        "{first}–{last}",
    )
    for form in forms:
        code = world.invite("CB01", "follower")
        plain = code.replace("-", "")
        talker = world.person().says("xin chào")
        assert ASKS_CODE in talker.last.text
        talker.says(
            form.format(
                code=code,
                plain=plain,
                lower=code.lower(),
                first=plain[:4],
                last=plain[4:],
                spaced=" ".join(plain.lower()),
            )
        )
        assert "<b>Cấp ủy viên theo dõi</b> tại <b>Chi bộ Văn phòng</b>" in talker.last.text, form
        talker.taps("Đồng ý")
        assert roles_of(world, talker) == [("CB01", "follower")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abcd-efgh", "ABCD-EFGH"),
        ("ab cd ef gh", "ABCD-EFGH"),
        ("t.me/bot?start=ABCD-EFGH", "ABCD-EFGH"),
        ("OOOO-0000", "OOOO-0000"),
        ("123456789", ""),
        ("ABCD-EFG", ""),
        ("Kính chào", ""),
        ("", ""),
        ("ABCD – EFGH", "ABCD-EFGH"),
        ("abcd.efgh", "ABCD-EFGH"),
        ("“ABCD-EFGH”.", "ABCD-EFGH"),
        ("ＡＢＣＤ－ＥＦＧＨ", "ABCD-EFGH"),
        ("ABCD-\u200bEFGH", "ABCD-EFGH"),
        ("Mã: abcdefgh", "ABCD-EFGH"),
        ("mã mời của tôi là abcd efgh", "ABCD-EFGH"),
        ("Ma moi la ABCDEFGH ạ", "ABCD-EFGH"),
        ("start abcd efgh", "ABCD-EFGH"),
        ("văn phòng gửi tôi mã k7mp x2qr", "K7MP-X2QR"),
        ("KẾT-LUẬN, mã ABCD-EFGH", "ABCD-EFGH"),
        ("chúc mừng năm 2022", ""),
    ],
)
def test_what_may_be_meant_as_a_code(text: str, code: str) -> None:
    assert code_in(text) == code


@pytest.mark.parametrize(
    "form",
    [
        "/start {code}",
        "/Start {code}",
        "/START {lower}",
        "/start@chibo_bot {code}",
        "/start  {code}  ",
        "/start\n{code}",
        "／start {code}",
        "\\start {code}",
        "/ start {code}",
        "/start, {code}.",
        "/start: {first} {last}",
        "/start {plain}",
        "/start{code}",
        "/start_{plain}",
        "/start={code}",
        "/stảt {code}",
        "start {lower}",
        "Start {plain}",
        "/start “{code}”",
        "/start mã {code}",
    ],
)
@pytest.mark.parametrize("channel", ["telegram", "web"])
def test_start_and_a_code_in_any_spelling(world: World, form: str, channel: str) -> None:
    code = world.invite("CB01", "follower")
    plain = code.replace("-", "")
    talker = world.person(channel=channel).says(
        form.format(code=code, plain=plain, lower=code.lower(), first=plain[:4], last=plain[4:].lower())
    )
    assert "<b>Cấp ủy viên theo dõi</b> tại <b>Chi bộ Văn phòng</b>" in talker.last.text


def test_a_sign_that_no_code_has_is_named_and_costs_no_try(world: World) -> None:
    talker = world.person()
    for said in ("O7MP-X2Q0", "k7mp x2ql", "/start I7MPX2Q1"):
        for _ in range(6):
            talker.says(said)
            assert "Mã không dùng chữ I, L, O và số 0, 1" in talker.last.text
    assert "mã không có I, 1" in talker.last.text
    assert ASKS_CODE in talker.last.text
    talker.says(world.invite("CB01", "leader"))
    assert "Lãnh đạo cấp trên" in talker.last.text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Nguyễn Văn An", "Nguyễn Văn An"),
        ("nguyễn văn an", "Nguyễn Văn An"),
        ("NGUYỄN VĂN AN", "Nguyễn Văn An"),
        ("nguyen van an", "Nguyen Van An"),
        ("Tôi tên là Lê Thị Bình ạ", "Lê Thị Bình"),
        ("Dạ, em là Bình.", "Bình"),
        ("tên: Trần Cường", "Trần Cường"),
        ("họ và tên: trần cường", "Trần Cường"),
        ("đồng chí Dung", "Dung"),
        ("đ/c Dung nhé", "Dung"),
        ("Y Kdăm Niê", "Y Kdăm Niê"),
        ("H'Hen Niê", "H'Hen Niê"),
        ("Hoa 🌸🌸", "Hoa"),
        ("Lâm Tên", "Lâm Tên"),
        ("Minh Lan", "Minh Lan"),
        ("Vàng A Páo", "Vàng A Páo"),
        ("Em Lan", "Em Lan"),
        ("Toi la Lan", "Lan"),
        ("sai rồi, tên tôi là nguyễn thị lan", "Nguyễn Thị Lan"),
        ("Không phải, tôi là Lê Minh", "Lê Minh"),
        ("chưa đúng. Nguyễn Văn An", "Nguyễn Văn An"),
        ("Phải Văn A", "Phải Văn A"),
    ],
)
def test_a_name_as_people_give_it(text: str, name: str) -> None:
    assert read_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "28",
        "…",
        "A1",
        "/hop",
        "a@b.vn",
        "🌸",
        "để xem đã",
        "tôi là ai nhỉ",
        "x" * 61,
        "là " * 11,
        "đồng chí",
        "cảm ơn",
        "chào đồng chí",
    ],
)
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_name(text)
    assert refused.value.code == "name_unclear"


@pytest.mark.parametrize("channel", ["telegram", "web"])
def test_the_name_is_asked_once_and_may_be_left_out(world: World, channel: str) -> None:
    talker = world.person(channel=channel).says(world.invite("CB01", "leader")).taps("Đồng ý")
    assert talker.last.text.startswith("👉 Đồng chí tên gì?")
    talker.says("28")
    assert talker.last.text.startswith("“28” chưa giống họ và tên.")
    talker.says("đúng")
    assert talker.last.text.startswith("Xin đồng chí gõ họ và tên.")
    talker.taps("Bỏ qua")
    assert talker.last.text.startswith("📊")
    assert person_of(world, talker).name == ""
    talker.says(world.invite("CB02", "leader"))
    assert "tên gì" not in talker.last.text


def test_the_name_that_the_channel_shows_is_confirmed_or_changed(world: World) -> None:
    for said, name in (("đúng rồi", "An"), ("Lê Văn An", "Lê Văn An"), ("bỏ qua nhập sau", "")):
        talker = world.person().says(world.invite("CB01", "leader"), sender="An 🌸")
        talker.says("đồng ý", sender="An 🌸")
        assert talker.last.text.startswith("Trợ lý ghi tên đồng chí là <b>An</b>.")
        talker.says(said, sender="An 🌸")
        assert talker.last.text.startswith("📊"), said
        assert person_of(world, talker).name == name


def test_who_leaves_before_the_name_has_the_role_already(world: World) -> None:
    talker = world.person().says(world.invite("CB01", "leader")).taps("Đồng ý").says("/tonghop")
    assert roles_of(world, talker) == [("CB01", "leader")]
    talker.taps("Làm tiếp").says("Lan")
    assert person_of(world, talker).name == "Lan"


def test_codes_have_no_letters_that_are_mistaken() -> None:
    assert looks_like_code("ABCD-2345")
    assert not looks_like_code("ABCD-2340")
    assert never_in_codes("OOAB-L230") == "OL0"


def test_the_first_words_may_be_the_code(world: World) -> None:
    talker = world.person().says(world.invite("CB01", "leader").lower())
    assert "Lãnh đạo cấp trên" in talker.last.text


def test_refusing_leaves_nothing_and_the_code_good(world: World) -> None:
    code = world.invite("CB01", "secretary")
    talker = world.person().says(f"/start {code}").taps("Không đồng ý")
    assert "không giữ lại gì" in talker.last.text
    assert talker.last.text.endswith("👉 Khi muốn đăng ký, đồng chí gõ lại mã mời.")
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Membership)) == 0
        assert session.scalars(select(Invite)).one().used_at is None
    world.tick(cleanup.clean_up)
    with world.db.read() as session:
        assert not session.scalars(select(Contact).where(Contact.place == talker.address.place)).all()
        assert {message.body["text"] for message in session.scalars(select(Message))} == {""}
    talker.says(code).taps("Đồng ý").taps("Bỏ qua").taps("Bỏ qua").taps("Không cố định")
    assert talker.last.text.startswith("🏠")
    assert roles_of(world, talker) == [("CB01", "secretary")]


def test_the_notice_is_answered_in_words_too(world: World) -> None:
    code = world.invite("CB01", "leader")
    talker = world.person().says(f"/start {code}").says("để xem đã")
    assert talker.last.text.endswith("👉 Đồng chí có đồng ý với thông báo ở trên không?")
    talker.says("không")
    assert roles_of(world, talker) == []
    talker.says(code).says("đồng ý ạ")
    assert roles_of(world, talker) == [("CB01", "leader")]


def test_commands_and_files_wait_for_the_notice_to_be_answered(world: World) -> None:
    talker = world.person().says(f"/start {world.invite('CB01', 'leader')}")
    for word in ("/caidat", "/thangnay", "/xoadulieu", "/khongco", "/trogiup"):
        talker.says(word)
        assert talker.last.text.endswith("👉 Đồng chí có đồng ý không?"), word
    talker.presses("home")
    assert talker.last.text.endswith("👉 Đồng chí có đồng ý không?")
    talker.hands(stored("bao-cao.pdf"))
    assert talker.last.text.endswith("👉 Đồng chí có đồng ý không?")
    talker.taps("Đồng ý")
    assert roles_of(world, talker) == [("CB01", "leader")]


def test_what_is_known_of_the_unit_is_not_asked(world: World) -> None:
    set_unit(world, "CB01", members=28, meeting_day=5)
    talker = world.person().says(f"/start {world.invite('CB01', 'secretary')}").taps("Đồng ý").taps("Bỏ qua")
    assert talker.last.text.startswith("🏠")

    set_unit(world, "CB02", members=None, meeting_day=3)
    talker = world.person().says(f"/start {world.invite('CB02', 'secretary')}").taps("Đồng ý").taps("Bỏ qua")
    assert "bao nhiêu đảng viên" in talker.last.text
    talker.says("31 đ/c")
    assert talker.last.text.startswith("🏠")

    set_unit(world, "CB02", members=31, meeting_day=None)
    talker = world.person().says(f"/start {world.invite('CB02', 'secretary')}").taps("Đồng ý").taps("Bỏ qua")
    assert "ngày nào trong tháng" in talker.last.text


def test_only_a_secretary_is_asked_about_the_unit(world: World) -> None:
    for role in ("follower", "leader", "admin"):
        talker = world.person().says(f"/start {world.invite('CB01', role)}").taps("Đồng ý").taps("Bỏ qua")
        assert "👉 Đồng chí muốn làm gì?" in talker.last.text


def test_numbers_that_cannot_be(world: World) -> None:
    talker = world.person().says(f"/start {world.invite('CB01', 'secretary')}").taps("Đồng ý").taps("Bỏ qua")
    talker.says("rất đông")
    assert "“rất đông”" in talker.last.text
    assert "bao nhiêu đảng viên" in talker.last.text
    talker.says("0")
    assert talker.last.text.startswith("Số đảng viên phải từ 1 đến 5000.")
    talker.says("5001")
    assert talker.last.text.startswith("Số đảng viên phải từ 1 đến 5000.")
    talker.taps("Bỏ qua").says("32")
    assert talker.last.text.startswith("Xin gõ một ngày từ 1 đến 31.")
    talker.says("ngày 31")
    assert talker.last.text.startswith("🏠")
    with world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        assert (unit.members, unit.meeting_day) == (None, 31)


def test_bad_codes_each_say_so_and_what_to_do(world: World) -> None:
    talker = world.person().says("tôi là bí thư chi bộ")
    assert ASKS_CODE in talker.last.text
    talker.says("ABCD-EFG")
    assert talker.last.text.startswith("“ABCD-EFG” chưa phải mã mời. Mã gồm 8 chữ và số")
    code = world.invite("CB01", "leader")
    talker.says(spoil(code))
    assert talker.last.text.startswith("Mã này không đúng.")
    world.person().says(f"/start {code}").taps("Đồng ý")
    talker.says(code)
    assert talker.last.text.startswith("Mã này đã được dùng. Xin văn phòng cấp mã mới")
    old = world.invite("CB02", "leader")
    world.later(days=14, seconds=1)
    talker.says(old)
    assert talker.last.text.startswith("Mã này đã hết hạn. Xin văn phòng cấp mã mới")
    for reply in talker.got[-3:]:
        assert reply.text.endswith("ví dụ <code>ABCD-EFGH</code>.")
        assert "Kính chào" not in reply.text
    assert roles_of(world, talker) == []


def test_a_code_lives_fourteen_days(world: World) -> None:
    code = world.invite("CB01", "leader")
    world.later(days=14, seconds=-5)
    assert "Mã đúng" in world.person().says(code).last.text


def test_a_code_that_ran_out_while_the_notice_was_read(world: World) -> None:
    code = world.invite("CB01", "leader")
    talker = world.person().says(code)
    world.later(days=15)
    talker.taps("Đồng ý")
    assert talker.last.text.startswith("Mã này đã hết hạn.")
    assert ASKS_CODE in talker.last.text
    assert roles_of(world, talker) == []
    assert person_of(world, talker).consent_version == 0


def test_two_people_read_the_notice_with_one_code(world: World) -> None:
    code = world.invite("CB01", "secretary")
    first, second = world.person().says(code), world.person().says(code)
    first.taps("Đồng ý")
    second.taps("Đồng ý")
    assert second.last.text.startswith("Mã này đã được dùng.")
    assert roles_of(world, first) == [("CB01", "secretary")]
    assert roles_of(world, second) == []


def test_ten_wrong_codes_and_the_person_waits(world: World) -> None:
    code, talker = world.invite("CB01", "leader"), world.person()
    talker.says("/start")
    for number in range(10):
        talker.says(spoil(code))
        assert talker.last.text.startswith("Mã này không đúng.")
        left = 9 - number
        assert (f"còn {left} lần thử" in talker.last.text) == (0 < left < 4)
    talker.says(code)
    assert talker.last.text.startswith("Đồng chí đã nhập sai nhiều lần. Xin chờ 60 phút")
    talker.says(f"/start {code}")
    assert "Xin chờ" in talker.last.text
    assert "Mã đúng" in world.person().says(code).last.text  # somebody else need not wait
    world.later(minutes=58)
    talker.says(code)
    assert "Xin chờ 2 phút" in talker.last.text
    world.later(minutes=2)
    talker.says(code)
    assert talker.last.text.startswith("Mã đúng:")


def test_words_are_no_tries_and_an_hour_forgives(world: World) -> None:
    code, talker = world.invite("CB01", "leader"), world.person()
    for _ in range(12):
        talker.says("mã ở đâu ạ")
    for _ in range(9):
        talker.says(spoil(code))
    world.later(hours=1)
    talker.says(spoil(code))
    assert talker.last.text.startswith("Mã này không đúng. Xin")
    talker.says(code)
    assert talker.last.text.startswith("Mã đúng:")


@pytest.mark.parametrize("way", ["/start {code}", "{code}"])
def test_a_second_code_gives_a_second_role(world: World, way: str) -> None:
    talker = world.registered("CB01", "secretary")
    talker.says(way.format(code=world.invite("DUK", "leader")))
    assert "Đã đăng ký: Lãnh đạo cấp trên – <b>Đảng ủy Khối mẫu</b>" in talker.got[-2].text
    assert "Tổng hợp" in [choice.label[2:].strip() for choice in talker.choices]
    assert roles_of(world, talker) == [("CB01", "secretary"), ("DUK", "leader")]
    talker.says(way.format(code=world.invite("CB02", "secretary"))).taps("Bỏ qua").taps("Không cố định")
    assert roles_of(world, talker)[-1] == ("CB02", "secretary")
    talker.says(way.format(code=world.invite("CB02", "secretary")))
    assert len(roles_of(world, talker)) == 3


def test_a_registered_person_hears_why_a_code_is_not_taken(world: World) -> None:
    talker = world.registered("CB01", "secretary")
    talker.says("/start ABCD-2345")
    assert talker.last.text.startswith("Mã này không đúng.")
    assert "👉 Đồng chí muốn làm gì?" in talker.last.text
    talker.says("/start abc")
    assert talker.last.text.startswith("“abc” chưa phải mã mời.")
    talker.says("28")  # no question is left open
    assert "chưa hiểu" in talker.last.text


def test_the_same_link_pressed_again_opens_the_home_screen(world: World) -> None:
    code, talker = world.invite("CB01", "leader"), world.person()
    talker.says(f"/start {code}").taps("Đồng ý").says(f"/start {code}")
    assert talker.last.text.startswith("📊 <b>Theo dõi:</b> Chi bộ Văn phòng")


def test_plain_words_of_eight_letters_are_no_code(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("chua thay")
    assert "chưa hiểu" in talker.last.text


def link_code(talker: Talker) -> str:
    talker.says("/caidat").taps("Nối kênh")
    assert "30 phút" in talker.last.text
    return talker.last.text.partition("<code>")[2].partition("</code>")[0]


def test_a_second_channel_becomes_the_same_person(world: World) -> None:
    world.load(shipped("60-KH-DUK-2022.yaml"))
    phone = world.registered("CB01", "secretary")
    web = world.person("laptop", channel="web").says("chào")
    empty = person_of(world, web).id
    web.says(link_code(phone).lower())
    assert "Đã nối kênh này" in web.last.text
    web.taps("Trang chính")
    assert web.last.text.startswith("🏠 <b>Chi bộ Văn phòng</b>")
    assert person_of(world, web).id == person_of(world, phone).id
    with world.db.read() as session:
        assert not session.scalars(select(Contact).where(Contact.person_id == empty)).all()
        assert not session.scalars(select(Message).where(Message.person_id == empty)).all()

    world.go("2022-04-01 09:00")
    web.says("/tinhhinh")
    world.tick(reminders.say_reminders)
    assert [r for r in phone.looks() if "🔔" in r.text]  # it rings; a web chat that is merely a link does not
    assert not [r for r in web.looks() if "🔔" in r.text]


def test_a_link_code_serves_once_and_for_half_an_hour(world: World) -> None:
    phone = world.registered("CB01", "secretary")
    code = link_code(phone)
    assert "Đã nối" in world.person("a", channel="web").says(code).last.text
    assert world.person("b", channel="web").says(code).last.text.startswith("Mã này đã được dùng.")
    late = link_code(phone)
    world.later(minutes=30)
    assert world.person("c", channel="web").says(late).last.text.startswith("Mã này đã hết hạn.")
    own = link_code(phone)
    phone.says(own)
    assert phone.last.text.startswith("Mã này là của chính tài khoản đồng chí")
    assert phone.choices
    assert (
        "Đã nối" in world.person("d", channel="web").says(own).last.text
    )  # still good where it is meant for


def test_somebody_elses_contact_is_not_taken_over(world: World) -> None:
    one, other = world.registered("CB01", "secretary"), world.registered("CB02", "secretary")
    code = link_code(one)
    other.says(code)
    assert other.last.text.startswith("Kênh này đã gắn với một tài khoản khác")
    assert roles_of(world, other) == [("CB02", "secretary")]
    assert person_of(world, one).id != person_of(world, other).id
    assert "Đã nối" in world.person("w", channel="web").says(code).last.text


def test_a_new_notice_is_shown_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    talker = world.registered("CB01", "secretary")
    _change_notice(monkeypatch, 1)
    talker.says("/thangnay")
    assert talker.last.text.startswith("<b>Thông báo đã được sửa đổi")
    talker.taps("Không đồng ý")
    assert "vai trò của đồng chí vẫn giữ nguyên" in talker.last.text
    talker.says("/tinhhinh")
    assert talker.last.text.startswith("<b>Thông báo đã được sửa đổi")
    talker.taps("✅ Đồng ý")
    assert talker.last.text.startswith("👉 Đồng chí tên gì?")
    talker.says("Lan")
    assert talker.last.text.startswith("🔎")  # what was asked for before the notice
    assert person_of(world, talker).consent_version == CONSENT_VERSION + 1
    assert roles_of(world, talker) == [("CB01", "secretary")]


def consents(world: World, talker: Talker) -> list[Consent]:
    person = person_of(world, talker)
    with world.db.read() as session:
        rows = select(Consent).where(Consent.person_id == person.id).order_by(Consent.id)
        return list(session.scalars(rows))


def test_what_was_agreed_to_can_be_proved(world: World) -> None:
    talker = world.person().says(f"/start {world.invite('CB01', 'follower')}")
    assert "<b>dữ liệu cá nhân nhạy cảm</b>" in talker.last.text
    short = talker.last.text
    world.go("2022-04-05 09:00")
    talker.taps("Xem đầy đủ")
    assert "<b>dữ liệu cá nhân nhạy cảm</b> (Nghị định 356/2025/NĐ-CP)" in talker.last.text
    whole = talker.last.text
    assert {row.agreed for row in consents(world, talker)} == {None}
    world.go("2022-04-05 09:10")
    talker.taps("✅ Đồng ý")
    rows = consents(world, talker)
    assert [row.text_hash for row in rows] == [sha256(text.encode()).hexdigest() for text in (short, whole)]
    assert [Moment(row.shown_at, ZONE).today for row in rows] == [date(2022, 4, 1), date(2022, 4, 5)]
    assert [(Moment(row.answered_at or world.at, ZONE).today, row.agreed) for row in rows] == [
        (date(2022, 4, 5), True)
    ] * 2
    assert all(row.answered_at is not None for row in rows)
    assert {row.version for row in rows} == {CONSENT_VERSION}
    talker.says("Lan").says("/caidat").taps("Sự đồng ý")
    for row in rows:
        assert f"Thông báo bản {CONSENT_VERSION}" in talker.last.text
        assert row.text_hash in talker.last.text
    assert "6. Rút lại sự đồng ý" in talker.last.text


def test_a_refusal_is_written_down_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    talker = world.registered("CB01", "secretary", name="Lan")
    _change_notice(monkeypatch, 1)
    talker.says("/caidat").taps("Không đồng ý")
    assert [(row.version, row.agreed) for row in consents(world, talker)] == [
        (CONSENT_VERSION, True),
        (CONSENT_VERSION + 1, False),
    ]


def test_who_agreed_before_it_was_written_down_is_told_so(world: World) -> None:
    talker = world.registered("CB01", "secretary", name="Lan")
    with world.db.write() as session:
        session.execute(delete(Consent))
    talker.says("/caidat").taps("Sự đồng ý")
    assert "Chưa có lần đồng ý nào được ghi lại" in talker.last.text
    assert talker.last.text.endswith("bấm “Xóa dữ liệu của tôi”.")


def test_a_new_notice_loses_nothing_of_what_was_going_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    talker = world.registered("CB01", "secretary", name="Lan").says("/caidat").taps("Giờ nhắc")
    _change_notice(monkeypatch, 1)
    talker.says("9h")
    assert talker.last.text.startswith("<b>Thông báo đã được sửa đổi")
    talker.says("/thangnay").taps("✅ Đồng ý")
    assert talker.last.text.startswith("✅ Từ nay trợ lý nhắc lúc 9h.")

    talker.taps("Cài đặt").taps("Giờ nhắc")
    _change_notice(monkeypatch, 2)
    talker.says("23h").taps("✅ Đồng ý")
    assert talker.last.text.startswith("Xin chọn một giờ từ 7 đến 20")
    talker.says("10h")
    assert person_of(world, talker).reminder_hour == 10

    _change_notice(monkeypatch, 3)
    talker.says("xin chào").taps("✅ Đồng ý")
    assert talker.last.text.startswith("🏠")


def test_data_can_be_deleted_without_the_new_notice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    talker = world.registered("CB01", "secretary")
    _change_notice(monkeypatch, 1)
    talker.says("/xoadulieu")
    assert "Xóa dữ liệu của đồng chí?" in talker.last.text
    talker.taps("Xóa")
    assert "Đã xóa dữ liệu cá nhân" in talker.last.text
    assert roles_of(world, talker) == []


def test_a_leader_who_has_just_come_waits_for_the_next_day(world: World) -> None:
    world.go("2022-04-04 06:00")  # still Sunday in UTC
    talker = world.registered("DUK", "leader")
    with world.db.read() as session:
        membership = session.scalars(select(Membership)).one()
        assert membership.summed_on == date(2022, 4, 4)
        assert membership.next_summary_at is not None
        assert membership.next_summary_at < world.at + timedelta(seconds=1)
    assert talker.choices


def test_what_now_stands_apart_from_the_notice(world: World) -> None:
    talker = world.person()
    talker.says(f"/start {world.invite('CB01', 'secretary')}").taps("Xem đầy đủ")
    assert talker.last.text.splitlines()[-2:] == ["", "👉 Đồng chí có đồng ý không?"]
    assert "có thể không nhận ra dấu mật trên ảnh chụp" in talker.last.text
    talker.taps("✅ Đồng ý").says("Lan").says("/caidat").taps("Sự đồng ý")
    before, last = talker.last.text.splitlines()[-2:]
    assert (before, last[:2]) == ("", "👉 ")
