"""One person at three places: a talk begun at one goes on at another, and nothing is asked or told twice."""

import pytest
from sqlalchemy import select

from bot.messages import Choice, Reply
from bot.tables import Attendance, Contact, Meeting, Message, MessageState
from bot.talk import outbox
from bot.talk.chat import GO_ON
from bot.web.going_on import GoingOn, going_on
from tests.kit.committees import monthly_committee
from tests.kit.contacts import also_on, contact_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.walking import past_clerk, row, to_the_end
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

pytestmark = begins(monthly_committee)
LINE = "25/28, vắng 2 có phép, 1 không phép"


@pytest.fixture
def zalo(world: World) -> Talker:
    return world.registered("CB01", "secretary", channel="zalo")


def offered(world: World, talker: Talker) -> GoingOn | None:
    """What the page offers to go on with, when the person opens it."""
    with world.db.read() as session:
        return going_on(session, session.get_one(Contact, contact_of(world, talker).id))


def at_counts(world: World, talker: Talker) -> None:
    world.go("2022-04-05 19:31")
    talker.says("/hop").taps("Bắt đầu họp")
    while "Điểm danh" not in str(talker.choices):
        talker.taps("Tiếp")
    talker.taps("Điểm danh")


def test_a_meeting_begun_on_zalo_goes_on_in_the_web_chat_and_ends_on_telegram(
    world: World, zalo: Talker
) -> None:
    web, phone = also_on(world, zalo, "web"), also_on(world, zalo, "telegram")
    assert offered(world, web) is None  # nothing is open
    at_counts(world, zalo)
    asked = zalo.last.text
    going = offered(world, web)
    assert going is not None
    assert (going.payload, going.left.channel, going.meeting) == (GO_ON, "zalo", False)
    web.presses(going.payload)
    assert web.last.text.splitlines()[-1] == asked.splitlines()[-1]
    assert offered(world, web) is None
    web.says(LINE)
    assert "Đúng" in str(labels(web))
    old = web.find("Đúng").payload
    phone.says("dung")  # words count wherever they are said
    past_clerk(phone)
    with world.db.read() as session:
        counted = session.scalars(select(Attendance).where(Attendance.meeting_id == row(world).id)).one()
        assert (counted.total, counted.present, counted.absent_excused) == (28, 25, 2)
    told = len(phone.got)
    web.presses(old)
    assert len(phone.got) == told
    assert "đã qua" in web.last.text.splitlines()[0]
    assert web.last.text.splitlines()[-1] == phone.last.text.splitlines()[-1]  # the present question
    to_the_end(phone).taps("Kết thúc")
    assert row(world).state == "held"
    world.later(minutes=5)
    assert [talker.looks() for talker in (zalo, web, phone)] == [[], [], []]
    with world.db.read() as session:
        assert session.query(Meeting).count() == 1
    reads_well(zalo, web, phone)


def test_between_two_questions_the_page_offers_the_meeting(world: World, zalo: Talker) -> None:
    web = also_on(world, zalo, "web")
    world.go("2022-04-05 19:31")
    zalo.says("/hop").taps("Bắt đầu họp").taps("Tiếp")
    shown = zalo.last.text
    zalo.says("/huy")
    going = offered(world, web)
    assert going is not None
    assert (going.payload, going.meeting) == (f"meet.walk:{row(world).id}", True)
    assert web.presses(going.payload).last.text == shown


def test_a_number_is_that_of_a_line_on_the_present_screen(world: World, zalo: Talker) -> None:
    phone = also_on(world, zalo, "telegram")
    here = phone.says("/caidat").choices
    zalo.says("/caidat").taps("Cuối tuần")
    place = next(n for n, choice in enumerate(here, 1) if "Giờ nhắc" in choice.label)
    phone.says(str(place))  # not the first answer to the question that Zalo shows
    assert phone.last.text.startswith("⏰ Mỗi ngày trợ lý nhắc")


def test_the_question_of_another_place_is_answered_by_the_words_on_its_buttons(
    world: World, zalo: Talker
) -> None:
    phone = also_on(world, zalo, "telegram")
    phone.says("/caidat").taps("Cuối tuần")
    zalo.says("cả cuối tuần")
    assert "✅ Từ nay trợ lý nhắc cả vào thứ Bảy, Chủ nhật." in zalo.last.text
    phone.taps("Ngày làm việc")
    assert phone.last.text.startswith("Nút đó là của việc đã qua.\n\n🏠")
    with world.db.read() as session:
        assert session.get_one(Contact, contact_of(world, phone).id).person.weekends is True


def test_a_question_that_has_not_gone_out_is_taken_back_when_it_is_answered_elsewhere(
    world: World, zalo: Talker
) -> None:
    phone = also_on(world, zalo, "telegram")
    phone.says("/caidat").taps("Cuối tuần")
    question = phone.find("Cả cuối tuần").payload
    with world.db.write() as session:
        contact = session.get_one(Contact, contact_of(world, zalo).id)
        late = Reply("Câu hỏi", ((Choice("Cả cuối tuần", question),),))
        plain = Reply("Tin khác", ((Choice("Trang chính", "home"),),))
        waits = [outbox.post_message(session, contact, reply, world.at) for reply in (late, plain)]
        session.flush()
        ids = [message.id for message in waits]
    phone.taps("Cả cuối tuần")
    with world.db.read() as session:
        states = [session.get_one(Message, number).state for number in ids]
    assert states == [MessageState.WITHDRAWN, MessageState.WAITING]


def test_a_number_of_a_list_shown_beside_a_question_for_a_day_is_no_day(world: World) -> None:
    """/hop lists the meetings as 1, 2, 3 while the day of another is still asked for: "1" means the first meeting to a reader."""
    world.go("2022-06-20 09:00")
    for channel in ("telegram", "zalo"):
        secretary = world.registered("CB01", "secretary", channel=channel)
        secretary.says("/thangnay").taps("Đặt lịch họp")
        assert "Họp ngày nào?" in secretary.last.text
        secretary.says("/hop")
        assert "1. " in secretary.last.text
        secretary.says("1")
        assert secretary.last.text.startswith("Số “1” chưa rõ là trả lời câu nào.")
        assert "Họp ngày nào?" in secretary.last.text
        secretary.says("21")
        assert "lúc mấy giờ?" in secretary.last.text
        secretary.says("/huy")
