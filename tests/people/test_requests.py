"""What a person may ask about their own data, and the clock that it has at the office."""

import pytest
from sqlalchemy import select, update

from bot.people.devices import keep_device
from bot.people.people import CONSENT_VERSION
from bot.tables import Contact, DataRequest, Membership, Person, Role
from schedules import people
from tests.kit.talker import Talker
from tests.kit.wording import labels
from tests.kit.world import World


def asks(talker: Talker, button: str, words: str = "") -> Talker:
    talker.says("/caidat").taps("Dữ liệu của tôi").taps(button)
    return talker.says(words) if words else talker.taps("Gửi luôn")


def rows(world: World) -> list[DataRequest]:
    with world.db.read() as session:
        return list(session.scalars(select(DataRequest).order_by(DataRequest.id)))


def test_one_sees_at_once_what_is_kept_of_oneself(secretary: Talker) -> None:
    secretary.says("/caidat").taps("Dữ liệu của tôi")
    text = secretary.last.text
    for said in (
        "Tên: chưa ghi",
        "Bí thư",
        "Chi bộ Văn phòng",
        "Telegram",
        f"Sự đồng ý: bản {CONSENT_VERSION}",
        "báo cáo đã nộp: 0",
    ):
        assert said in text, text
    assert "không lưu số định danh" in text
    assert {"✏️ Tên của tôi", "🗑 Xóa dữ liệu của tôi"} <= set(labels(secretary))


def test_one_sees_the_devices_that_ring(world: World, secretary: Talker) -> None:
    secretary.says("/caidat").taps("Dữ liệu của tôi")
    assert "Thiết bị nhận lời nhắc" not in secretary.last.text
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == secretary.address.place)).one()
        keep_device(session, contact.id, "https://push.example/1", "key", "secret", world.at)
    secretary.says("/caidat").taps("Dữ liệu của tôi")
    assert "Thiết bị nhận lời nhắc của trang trò chuyện: 1\n" in secretary.last.text


@pytest.mark.parametrize(
    ("button", "days", "last"),
    [
        ("Xin cung cấp dữ liệu", "10 ngày", "thứ Hai 11/4"),
        ("Rút hoặc hạn chế", "15 ngày", "thứ Bảy 16/4"),
        ("Xin xóa phần", "20 ngày", "thứ Năm 21/4"),
    ],
)
def test_each_request_has_its_day(
    world: World, secretary: Talker, office: Talker, button: str, days: str, last: str
) -> None:
    asks(secretary, button)
    assert last in secretary.last.text
    assert days in secretary.last.text
    assert "Văn phòng đã được báo" in secretary.last.text
    assert office.looks()
    assert last in office.last.text
    assert "Nghị định 356/2025" in office.last.text


def test_a_correction_is_done_and_the_person_is_told(world: World, secretary: Talker, office: Talker) -> None:
    asks(secretary, "Xin sửa dữ liệu", "Tôi thôi làm bí thư từ tháng 3")
    office.looks()
    assert "Tôi thôi làm bí thư từ tháng 3" in office.last.text
    office.says("/quantri")
    assert "Yêu cầu về dữ liệu cá nhân đang chờ: 1" in office.last.text
    office.taps("Yêu cầu về dữ liệu")
    assert "còn 10 ngày" in office.last.text
    office.taps("1. Chưa ghi tên").taps("Đã làm xong")
    assert "Người hỏi được báo ngay" in office.last.text
    assert secretary.looks()
    assert "đã làm xong" in secretary.last.text
    secretary.taps("Dữ liệu của tôi")
    assert "đã làm xong thứ Sáu 01/4" in secretary.last.text
    office.taps("Yêu cầu về dữ liệu")
    assert "Không có yêu cầu nào đang chờ" in office.last.text
    assert rows(world)[0].answered_by is not None


def test_a_refusal_has_a_reason_that_the_person_reads(
    world: World, secretary: Talker, office: Talker
) -> None:
    asks(secretary, "Xin xóa phần")
    office.looks()
    office.taps("Mở yêu cầu").taps("Không thực hiện được").says("Biên bản phải lưu theo quy định.")
    secretary.looks()
    assert "không thực hiện được" in secretary.last.text
    assert "“Biên bản phải lưu theo quy định.”" in secretary.last.text
    assert "quy định về lưu trữ" in secretary.last.text
    assert rows(world)[0].state == "refused"


def test_what_is_to_be_corrected_must_be_said(world: World, secretary: Talker, office: Talker) -> None:
    secretary.says("/caidat").taps("Dữ liệu của tôi").taps("Xin sửa dữ liệu")
    assert "Gửi luôn" not in labels(secretary)
    question = secretary.last.text
    secretary.says("   ")
    assert rows(world) == []
    secretary.says("Tên tôi sai dấu")
    assert question != secretary.last.text
    assert [row.words for row in rows(world)] == ["Tên tôi sai dấu"]


def test_the_same_request_twice_is_one(world: World, secretary: Talker, office: Talker) -> None:
    asks(secretary, "Xin cung cấp")
    assert len(office.looks()) == 1
    asks(secretary, "Xin cung cấp")
    assert office.looks() == []
    assert len(rows(world)) == 1


def test_so_many_requests_wait_at_most(world: World, secretary: Talker, office: Talker) -> None:
    for number in range(10):
        asks(secretary, "Xin sửa dữ liệu", f"Điều thứ {number}")
    asks(secretary, "Xin sửa dữ liệu", "Một điều nữa")
    assert "đang có 10 yêu cầu chờ trả lời" in secretary.last.text
    assert len(rows(world)) == 10


def test_the_office_is_reminded_before_the_day_and_told_after_it(
    world: World, secretary: Talker, office: Talker
) -> None:
    asks(secretary, "Xin cung cấp")
    office.looks()
    world.go("2022-04-07 09:00")
    assert world.tick(people.tell_office) == 0
    world.go("2022-04-08 09:00")
    assert world.tick(people.tell_office) == 1
    office.looks()
    assert "Còn 3 ngày (hạn thứ Hai 11/4)" in office.last.text
    assert world.tick(people.tell_office) == 0
    world.go("2022-04-12 09:00")
    assert world.tick(people.tell_office) == 1
    office.looks()
    assert "đã quá hạn" in office.last.text
    assert "Quá hạn 1 ngày" in office.last.text
    assert world.tick(people.tell_office) == 0
    office.says("/quantri").taps("Yêu cầu về dữ liệu")
    assert "quá hạn 1 ngày" in office.last.text


def test_what_is_answered_is_not_reminded_of(world: World, secretary: Talker, office: Talker) -> None:
    asks(secretary, "Xin cung cấp")
    office.looks()
    office.taps("Mở yêu cầu").taps("Đã làm xong")
    world.go("2022-04-20 09:00")
    assert world.tick(people.tell_office) == 0


def test_without_an_office_the_person_is_told_to_speak_to_it(world: World, secretary: Talker) -> None:
    asks(secretary, "Xin cung cấp")
    assert "báo trực tiếp với văn phòng" in secretary.last.text
    later = world.registered("DUK", "admin").says("/quantri").taps("Yêu cầu về dữ liệu")
    assert "Xin cung cấp dữ liệu" in later.last.text


def test_a_colleague_has_answered_already(world: World, secretary: Talker, office: Talker) -> None:
    colleague = world.registered("DUK", "admin")
    asks(secretary, "Xin cung cấp")
    office.looks(), colleague.looks()
    office.taps("Mở yêu cầu").taps("Đã làm xong")
    colleague.taps("Mở yêu cầu")
    assert "đã được trả lời" in colleague.last.text


def test_who_deletes_their_data_leaves_no_words_and_the_office_its_duty(
    world: World, secretary: Talker, office: Talker
) -> None:
    asks(secretary, "Xin xóa phần", "Cả bản sao lưu tháng 3")
    secretary.says("/xoadulieu").taps("Xóa")
    assert [(row.words, row.state) for row in rows(world)] == [("", "open")]
    office.says("/quantri").taps("Yêu cầu về dữ liệu").taps("1.")
    assert "đã tự xóa dữ liệu" in office.last.text
    office.taps("Đã làm xong")
    assert "không còn cách nhắn" in office.last.text


def test_the_office_sees_who_has_agreed(world: World, secretary: Talker, office: Talker) -> None:
    world.person().says(world.invite("CB02", "secretary"))
    world.registered("CB03", "secretary", name="Trần Văn Bình").says("/xoadulieu").taps("Xóa")
    office.says("/quantri").taps("Yêu cầu về dữ liệu").taps("Sự đồng ý")
    text = office.last.text
    assert "Đã đồng ý: 2" in text
    assert f"bản {CONSENT_VERSION}, lúc" in text
    assert "Đã mời, chưa đăng ký nên chưa đồng ý: 1" in text
    assert "(bản cũ)" not in text
    assert "Đã rút lại và xóa dữ liệu: 1" in text
    assert "Trần Văn Bình" not in text


def test_whoever_has_agreed_to_an_older_text_stands_first(
    world: World, secretary: Talker, office: Talker
) -> None:
    with world.db.write() as session:
        leads = select(Membership.person_id).where(Membership.role == Role.SECRETARY)
        older = update(Person).where(Person.id.in_(leads)).values(consent_version=CONSENT_VERSION - 1)
        session.execute(older)
    office.says("/quantri")
    office.taps("Yêu cầu về dữ liệu").taps("Sự đồng ý")
    assert f"bản {CONSENT_VERSION - 1} (bản cũ)" in office.last.text
    assert "được hỏi lại" in office.last.text
