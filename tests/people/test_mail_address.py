"""`/caidat` → e-mail: the address, the code that comes there, wrong ones, somebody else's, and a letter that nobody takes."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.messages import Address, Choice, Reply
from bot.people.mail_addresses import CODE_LIFE, MOST_LETTERS, MOST_TRIES
from bot.people.places import KEY_LIFE, opened_by
from bot.people.reaching import reachable_contact
from bot.problems import Invalid
from bot.reading.mail_addresses import read_mail_address, read_mail_code
from bot.tables import Contact, Message, MessageState, Person
from bot.talk import delivery
from bot.talk.letters import link_to_talk, show_in_talk
from bot.talk.outbox import post_message
from bot.talk.settling import SendOutcome, SendResult, settle_messages
from tests.kit.desk import make_desk
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels
from tests.kit.world import World

ADDRESS = "an.nguyen@xa.example"


def begin_here(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
        ("CB02", "Chi bộ Nước sạch", "chi_bo", "doanh_nghiep", "DUK"),
    )
    world.load(shipped("60-KH-DUK-2022.yaml"))


pytestmark = begins(begin_here)


@pytest.fixture(autouse=True)
def with_mail(world: World) -> None:
    world.desk = make_desk(world.db, shelf=world.shelf, channels=frozenset({"telegram", "web", "smtp"}))


def letters(world: World, address: str = ADDRESS, result: str = "sent", reason: str = "") -> list[Reply]:
    """What goes out to the address now, and what becomes of it."""
    with world.db.write() as session:
        claimed = [
            one
            for one in delivery.claim_messages(session, world.at, ["smtp"], 100)
            if one.address.place == address
        ]
        outcomes = [SendOutcome(one, SendResult(result), reason=reason) for one in claimed]
        settle_messages(session, outcomes, world.at)
    return [one.reply for one in claimed]


def code_in(letter: Reply) -> str:
    return str(re.findall(r"<code>(\d{6})</code>", letter.text)[0])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def contact_at(world: World, address: str = ADDRESS) -> Contact:
    with world.db.read() as session:
        return session.scalars(
            select(Contact).where(Contact.channel == "smtp", Contact.place == address)
        ).one()


def owner(world: World, talker: Talker) -> int:
    with world.db.read() as session:
        return session.scalars(select(Contact.person_id).where(Contact.place == talker.address.place)).one()


def asking(world: World, unit: str = "CB01", address: str = ADDRESS) -> Talker:
    return world.registered(unit, "secretary").says("/caidat").taps("Thư điện tử").says(address)


def linked(world: World) -> Talker:
    talker = asking(world)
    return talker.says(code_in(letters(world)[0]))


def test_without_a_server_nobody_is_asked(world: World) -> None:
    world.desk = make_desk(world.db, shelf=world.shelf)
    talker = world.registered("CB01", "secretary").says("/caidat")
    assert not any("Thư điện tử" in label for label in labels(talker))
    talker.presses("settings.mail")
    assert talker.last.text.startswith("⚙️ <b>Cài đặt</b>")


def test_an_address_is_linked(world: World) -> None:
    talker = world.registered("CB01", "secretary").says("/caidat").taps("Thư điện tử")
    assert talker.last.text.endswith("👉 Đồng chí gõ địa chỉ muốn nhận thư, ví dụ: ten@example.vn")
    talker.says("Của tôi là An.Nguyen @ xa.example.")
    assert "Đã gửi thư có mã 6 chữ số đến an.nguyen@xa.example." in talker.last.text
    letter = letters(world)[0]
    assert "dùng một lần, trong 30 phút" in letter.text
    assert letter.choices == ()
    assert contact_at(world).person_id != owner(world, talker)  # not theirs yet
    code = code_in(letter)
    talker.says(f"{code[:3]} {code[3:]}")
    assert talker.last.text.startswith(f"✅ Đã nối thư điện tử: {ADDRESS}.")
    assert contact_at(world).person_id == owner(world, talker)
    talker.says("/caidat").taps("Thư điện tử")
    assert f"Đang nhận thư: {ADDRESS}." in talker.last.text


def test_it_is_used_last(world: World) -> None:
    talker = linked(world)
    with world.db.write() as session:
        first = reachable_contact(session, owner(world, talker))
        assert first is not None
        assert first.channel == "telegram"
        first.lost_at = world.at
        session.flush()
        second = reachable_contact(session, owner(world, talker))
        assert second is not None
        assert (second.channel, second.place) == ("smtp", ADDRESS)


def test_wrong_codes_are_counted(world: World) -> None:
    talker = asking(world)
    code = code_in(letters(world)[0])
    for left in range(MOST_TRIES - 1, 0, -1):
        talker.says(wrong(code))
        assert f"còn {left} lần thử" in talker.last.text
    talker.says(wrong(code))
    assert talker.last.text.startswith("Mã này không đúng.")
    talker.says(code)
    assert "gõ sai nhiều lần" in talker.last.text
    assert talker.last.text.endswith("👉 Đồng chí gõ mã trong thư.")
    talker.taps("Gửi lại mã").says(code_in(letters(world)[0]))
    assert talker.last.text.startswith("✅ Đã nối thư điện tử")


def test_an_older_code_is_wrong_and_a_late_one_has_expired(world: World) -> None:
    talker = asking(world)
    old = code_in(letters(world)[0])
    talker.taps("Gửi lại mã")
    new = code_in(letters(world)[0])
    if new != old:
        talker.says(old)
        assert "Mã này không đúng" in talker.last.text
    talker.says("không thấy thư")
    assert "“không thấy thư” chưa phải mã" in talker.last.text
    world.at += CODE_LIFE
    talker.says(new)
    assert "Mã này đã hết hạn" in talker.last.text
    talker.taps("Gửi lại mã").says(code_in(letters(world)[0]))
    assert talker.last.text.startswith("✅ Đã nối thư điện tử")


def test_nobody_is_flooded(world: World) -> None:
    talker = asking(world)
    for _ in range(MOST_LETTERS - 1):
        talker.taps("Gửi lại mã")
    talker.taps("Gửi lại mã")
    assert f"Hôm nay đã gửi {MOST_LETTERS} thư" in talker.last.text
    assert len(letters(world)) == 1  # each waits for the one before it
    other = asking(world, "CB02")
    assert f"Hôm nay đã gửi {MOST_LETTERS} thư" in other.last.text
    assert other.last.text.endswith("ví dụ: ten@example.vn")
    world.later(hours=25)
    other.says(ADDRESS)
    assert "Đã gửi thư có mã" in other.last.text


def test_somebody_elses_address(world: World) -> None:
    linked(world)
    other = asking(world, "CB02")
    assert f"Địa chỉ {ADDRESS} đang của một đồng chí khác" in other.last.text
    assert letters(world) == []


def test_two_ask_for_one_address_and_the_first_code_wins(world: World) -> None:
    one = asking(world)
    code = code_in(letters(world)[0])
    other = asking(world, "CB02")
    other_code = code_in(letters(world)[0])
    one.says(code)
    assert one.last.text.startswith("✅ Đã nối")
    other.says(other_code)
    assert "đang của một đồng chí khác" in other.last.text
    assert contact_at(world).person_id == owner(world, one)


def test_ones_own_address_again(world: World) -> None:
    talker = linked(world).says("/caidat").taps("Thư điện tử").says(ADDRESS.upper())
    assert f"Địa chỉ {ADDRESS} đã là của đồng chí rồi." in talker.last.text
    assert letters(world) == []


def test_a_code_that_nobody_takes(world: World) -> None:
    """Its code goes nowhere else: who can read it elsewhere has not proved the address."""
    talker = asking(world)
    assert len(letters(world, result="lost", reason="smtp 550 5.1.1")) == 1
    with world.db.read() as session:
        message = session.scalars(select(Message).where(Message.channel == "smtp")).one()
        assert message.state == MessageState.FAILED
    assert talker.looks() == []
    talker.taps("Gửi lại mã")
    assert f"không có ai nhận thư ở {ADDRESS}" in talker.last.text
    talker.taps("Quay lại").says("khac@xa.example")
    talker.says(code_in(letters(world, "khac@xa.example")[0]))
    assert talker.last.text.startswith("✅ Đã nối thư điện tử: khac@xa.example")


def test_one_that_was_lost_is_proved_anew(world: World) -> None:
    talker = linked(world)
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.channel == "smtp")).one()
        contact.lost_at, contact.lost_reason = world.at, "smtp 550"
    talker.says("/caidat").taps("Thư điện tử").says(ADDRESS)
    assert contact_at(world).person_id != owner(world, talker)
    talker.says(code_in(letters(world)[0]))
    again = contact_at(world)
    assert (again.person_id, again.lost_at) == (owner(world, talker), None)


def test_it_is_withdrawn_and_given_again(world: World) -> None:
    talker = linked(world).says("/caidat").taps("Nơi đang dùng")
    assert f"– Thư điện tử: {ADDRESS}" in talker.last.text
    key = contact_at(world).key
    talker.taps(f"Thu hồi: Thư điện tử, {ADDRESS}")
    assert talker.last.text.startswith("✅ Đã thu hồi: Thư điện tử. Không còn thư nào gửi đến đó nữa.")
    assert contact_at(world).person_id != owner(world, talker)
    other = asking(world, "CB02")  # another may have it from now on
    other.says(code_in(letters(world)[0]))
    assert contact_at(world).person_id == owner(world, other)
    assert contact_at(world).key > key


def test_a_forgotten_address_is_anybodys(world: World) -> None:
    talker = linked(world).says("/xoadulieu").taps("Xóa")
    assert "Đã xóa dữ liệu" in talker.last.text
    other = asking(world, "CB02")
    other.says(code_in(letters(world)[-1]))
    assert other.last.text.startswith("✅ Đã nối")


def test_the_dialog_is_left_and_begun_again(world: World) -> None:
    talker = asking(world)
    old = code_in(letters(world)[0])
    talker.says("/caidat")
    talker.says(old)
    assert "Đã nối" not in talker.last.text
    assert contact_at(world).person_id != owner(world, talker)
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Contact).where(Contact.channel == "smtp")) == 1


def test_a_letter_leads_to_the_talk_and_ends_no_link(world: World) -> None:
    talker = linked(world)
    reader = Address("smtp", ADDRESS)
    made = link_to_talk(world.desk, reader, world.at)
    assert link_to_talk(world.desk, reader, world.at + timedelta(days=1)) == made
    talker.says("/caidat").taps("Mở trên máy tính")  # a new link of one's own ends the old
    own = re.findall(r'href="([^"]*)"', talker.last.text)[0]
    assert own != made
    assert link_to_talk(world.desk, reader, world.at) == own
    later = world.at + KEY_LIFE + timedelta(days=1)  # by then nothing opens any more
    fresh = link_to_talk(world.desk, reader, later)
    assert fresh != own
    with world.db.read() as session:
        web = session.scalars(select(Contact).where(Contact.channel == "web")).one()
        assert opened_by(session, (web.id, web.key), later) is not None


def test_a_letter_stands_in_the_talk_too_with_its_buttons(world: World) -> None:
    talker = linked(world)
    reader = Address("smtp", ADDRESS)
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.channel == "smtp")).one()
        buttons = ((Choice("📅 Việc tháng này", "month"),),)
        message = post_message(session, contact, Reply("Có việc mới.", buttons), world.at)
        session.flush()
        number = message.id
    assert len(letters(world)) == 1
    for _ in range(2):  # a letter may go out twice
        show_in_talk(world.desk, reader, number, world.at)
    with world.db.read() as session:
        shown = session.scalars(select(Message).where(Message.channel == "web")).all()
        assert [(one.state, one.body["text"], one.seq) for one in shown] == [("sent", "Có việc mới.", 1)]
        web = session.get_one(Contact, shown[0].contact_id)
        assert web.person_id == owner(world, talker)
    there = Talker(world, Address("web", web.place)).says("việc tháng này")
    assert "Chi bộ Văn phòng" in there.last.text


def test_the_code_stands_in_no_talk(world: World) -> None:
    asking(world)
    with world.db.read() as session:
        number = session.scalars(select(Message.id).where(Message.channel == "smtp")).one()
    show_in_talk(world.desk, Address("smtp", ADDRESS), number, world.at)
    with world.db.read() as session:
        assert session.scalars(select(Message).where(Message.channel == "web")).all() == []


def test_an_address_that_is_not_proved_leads_nowhere(world: World) -> None:
    asking(world)
    assert link_to_talk(world.desk, Address("smtp", ADDRESS), world.at) == ""
    with world.db.read() as session:
        stranger = session.get_one(Person, contact_at(world).person_id)
        assert stranger.name == ""


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("an@xa.example", "an@xa.example"),
        ("  An.Nguyen+2@Mail.XA.example. ", "an.nguyen+2@mail.xa.example"),
        ("mailto:an@xa.example", "an@xa.example"),
        ("địa chỉ là an @ xa . example nhé", "an@xa.example"),
        ("<an@xa.example>", "an@xa.example"),
        ("“an_2@xa-moi.example”", "an_2@xa-moi.example"),
    ],
)
def test_addresses_as_people_type_them(said: str, address: str) -> None:
    assert read_mail_address(said) == address


@pytest.mark.parametrize(
    "said",
    [
        "an", "an@", "@xa.example", "an@xa", "ân@xa.example", "an@xã.example", "a b@", "an..b@xa.example",
        "an@xa.example, ba@xa.example", "an@-xa.example", "an\r\n@xa.example bcc:b@c.example", f"{'a' * 95}@xa.example",
        "an@xa.example\0b", "",
    ],
)  # fmt: skip
def test_what_is_no_address(said: str) -> None:
    with pytest.raises(Invalid, match="mail_address_unclear"):
        read_mail_address(said)


@pytest.mark.parametrize("said", ["482913", "482 913", "mã là 482913", "482-913.", " 48 29 13"])
def test_codes_as_people_type_them(said: str) -> None:
    assert read_mail_code(said) == "482913"


@pytest.mark.parametrize("said", ["48291", "4829134", "mã", "", "482913 555111", "٤٨٢٩١٣"])
def test_what_is_no_code(said: str) -> None:
    with pytest.raises(Invalid, match="mail_code_unclear"):
        read_mail_code(said)
