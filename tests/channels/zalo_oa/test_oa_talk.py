"""A talk by an Official Account: five choices are buttons; of more the first four, and each is answered by its number as well."""

import pytest
from sqlalchemy import select

from bot.marks import MORE, choices_of
from bot.messages import Choice, Reply
from bot.plans.agenda import AgendaStep
from bot.store.db import Database
from bot.tables import Attendance, Contact, Meeting, Note, Submission, Unit
from bot.talk.outbox import post_message
from schedules import reminders, summaries
from tests.kit.committees import monthly_committee
from tests.kit.files import stored
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.walking import led_by, now_at
from tests.kit.world import World

pytestmark = begins(monthly_committee)


@pytest.fixture
def an(world: World) -> Talker:
    return world.registered("CB01", "secretary", channel="zalo_oa")


def labels(reply: Reply) -> list[str]:
    return [choice.label for choice in choices_of(reply)]


def in_meeting(world: World, talker: Talker, members: int = 28) -> Talker:
    with world.db.write() as session:
        session.scalars(select(Unit).where(Unit.code == "CB01")).one().members = members
    world.go("2022-04-05 19:31")
    talker.says("/hop").taps("Bắt đầu họp")
    return talker


def at_counts(world: World, talker: Talker, members: int = 28) -> Talker:
    in_meeting(world, talker, members)
    while "số dự họp" not in talker.last.text:
        talker.taps("Tiếp")
    return talker


def at_long_list(world: World, talker: Talker) -> Talker:
    in_meeting(world, talker)
    while "Bước 3/" not in talker.last.text:
        talker.says("Tiếp")
    talker.taps("Thêm")
    assert len(choices_of(talker.last)) > 9
    return talker


# Numbers of a list


@pytest.mark.parametrize("typed", ["6", "6.", "Số 6", "chọn 6"])
def test_a_line_of_a_list_is_said_by_its_number(world: World, an: Talker, typed: str) -> None:
    sixth = choices_of(at_long_list(world, an).last)[5]
    again = an.says(typed).last
    pressed = at_long_list_again(an)
    assert choices_of(pressed)[5] == sixth
    assert an.taps(sixth.label).last.text == again.text


def at_long_list_again(talker: Talker) -> Reply:
    talker.says("/hop").taps("Thêm")
    return talker.last


def test_a_long_list_goes_on_when_asked(world: World, an: Talker) -> None:
    at_long_list(world, an).says("0")
    assert "Các lựa chọn còn lại" in an.last.text
    assert "⬅️ Về bước họp" in labels(an.last)
    an.taps("Về bước họp")
    assert now_at(an).startswith("Bước 3/")
    an.says("0")
    assert "Các lựa chọn còn lại" not in an.last.text


def test_the_button_for_the_rest_shows_it(world: World, an: Talker) -> None:
    at_long_list(world, an).presses(MORE)
    assert "Các lựa chọn còn lại" in an.last.text


def test_the_button_for_the_rest_never_answers_a_question(world: World, an: Talker) -> None:
    """It stays under its message, and 0 is a number."""
    at_counts(world, an).taps("Điểm danh").taps("Có đồng chí vắng")
    an.presses(MORE)
    assert an.last.text.startswith("Nút đó là của câu hỏi đã qua")
    assert "có mặt bao nhiêu" in an.last.text


def test_a_short_one_needs_no_numbers_and_takes_them(world: World) -> None:
    talker = world.person(channel="zalo_oa")
    talker.says(world.invite("CB01", "secretary"))
    assert len(choices_of(talker.last)) <= 5
    assert "tên gì" in talker.says("1").last.text


# A number that answers the question


def test_the_count_of_a_small_cell_is_never_a_line(world: World, an: Talker) -> None:
    at_counts(world, an, members=5).says("5")
    assert "Có mặt: <b>5</b>" in an.last.text or "5/5" in an.last.text, an.last.text
    an.taps("Đúng")
    with world.db.read() as session:
        assert session.scalars(select(Attendance.present)).one() == 5


def test_nor_is_what_a_vote_was_counted_as(world: World, an: Talker) -> None:
    led_by(world, AgendaStep(key="v", title="Biểu quyết", asks="vote"), AgendaStep(key="e", title="Kết thúc"))
    in_meeting(world, an).says("3").says("Thông qua quy chế").says("28").says("27")
    assert "tán thành 3" in an.last.text.lower() or "3/27" in an.last.text, an.last.text


@pytest.mark.parametrize(("choices", "said"), [(5, "4/5"), (6, "chưa rõ là trả lời câu nào")])
def test_a_list_that_has_come_after_the_question_has_numbers_of_its_own(
    world: World, an: Talker, choices: int, said: str
) -> None:
    """Five are buttons without numbers: there a number answers the question."""
    at_counts(world, an, members=5).taps("Điểm danh").taps("Có đồng chí vắng")
    assert "có mặt bao nhiêu" in an.last.text
    offered = tuple((Choice(f"Việc {n}", f"task:{n}"),) for n in range(1, choices + 1))
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.channel == "zalo_oa")).one()
        post_message(session, contact, Reply("Các việc còn lại", offered), world.at)
    an.looks()
    an.says("4")
    assert said in an.last.text


# Buttons stay under their messages


def test_a_button_of_a_passed_question_is_not_taken_for_an_answer(world: World) -> None:
    talker = world.person(channel="zalo_oa")
    talker.says(world.invite("CB01", "secretary"))
    agreed = talker.find("Đồng ý")
    talker.taps("Đồng ý")
    assert "tên gì" in talker.last.text
    talker.presses(agreed.payload)
    assert "tên gì" in talker.last.text
    assert talker.last.text.startswith("Nút đó là của câu hỏi đã qua")


def test_whoever_types_what_a_button_carries_gets_no_further_than_the_button(
    world: World, an: Talker
) -> None:
    stranger = world.person(channel="zalo_oa")
    stranger.presses("admin")
    assert "mã" in stranger.last.text
    an.presses("admin")
    assert "Quản trị" not in an.last.text


def test_whoever_follows_again_is_written_to_again(world: World, an: Talker) -> None:
    for blocked in (True, False):
        an.sends(an._event(blocked=blocked))
        with world.db.read() as session:
            lost = session.scalars(select(Contact.lost_at).where(Contact.channel == "zalo_oa")).one()
            assert (lost is not None) == blocked


# The whole main job


def test_a_month_from_reminder_to_summary(db: Database) -> None:
    world = World(db)
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
        ("CB02", "Chi bộ Công ty Nước sạch", "chi_bo", "doanh_nghiep", "DUK"),
    )
    world.load(shipped("60-KH-DUK-2022.yaml"))
    an, binh = (world.registered(code, "secretary", channel="zalo_oa") for code in ("CB01", "CB02"))
    leader = world.registered("DUK", "leader", channel="zalo_oa")

    world.go("2022-04-01 08:05")
    assert world.tick(reminders.say_reminders) == 2
    assert [reply for reply in an.looks() if "03-NQ/TW" in reply.text]
    an.taps("Ngày khác").says("5/4 19h30").says("Hội trường tầng 2")
    world.go("2022-04-05 19:31")
    world.tick(reminders.say_reminders)
    an.looks()
    an.taps("Bắt đầu họp")
    while "Đã qua" not in an.last.text:
        if "👥 Điểm danh" in labels(an.last):
            an.taps("Điểm danh").says("25/28, vắng 2 có phép, 1 không phép").taps("Đúng")
        else:
            an.says("Nhất trí với báo cáo")
            an.taps("Tiếp")
    an.taps("Kết thúc")
    assert "đúng hạn" in an.last.text
    an.taps("Nộp")
    for number in (1, 2, 3):
        an.hands(stored(f"anh-{number}.jpg", bytes([number])), album="zalo_oa:1")
    an.taps("Xong")

    world.go("2022-05-05 09:00")
    world.tick(reminders.say_reminders)
    world.tick(summaries.tell_leaders)
    leader.looks()
    leader.taps("Chưa: T4").taps("Nhắc 1 đơn vị")
    assert any("Cấp ủy cấp trên nhắc" in reply.text for reply in binh.looks())
    with db.read() as session:
        assert session.scalars(select(Meeting.state)).one() == "held"
        assert session.scalars(select(Note)).all()
        assert session.scalars(select(Submission).where(Submission.state == "handed")).one()
