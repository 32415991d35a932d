"""What a meeting has counted is offered to the report that tells of it, and what goes up names nobody."""

import pytest
from sqlalchemy import select

from bot.plans.agenda import AgendaStep
from bot.tables import Figure, Meeting, Score
from tests.kit.committees import committee
from tests.kit.duties import duty_of
from tests.kit.figures import ALONE, KNOWN
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.walking import counted, led_by
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

MORE = KNOWN.partition("    asks:")[0] + (
    "    asks:\n"
    "      - {key: phat-bieu, title: Lượt phát biểu, known: speakers}\n"
    "      - {key: bieu-quyet, title: Nội dung biểu quyết, known: votes}\n"
    "      - {key: han-che, title: Hạn chế, kind: text, known: weaknesses, optional: true}\n"
)


def asking(world: World) -> None:
    committee(world)
    world.load(plan_of(MORE))
    world.load(plan_of(ALONE))


pytestmark = begins(asking)


def held(world: World, *steps: AgendaStep) -> Talker:
    """The secretary, at the beginning of a meeting that follows the steps."""
    led_by(world, *steps, key="cd")
    secretary = world.registered("CB01", "secretary")
    world.go("2022-04-20 18:00")
    return counted(secretary.presses(f"meet.begin:{duty_of(world, 'cd').id}"))


def meeting(world: World) -> int:
    with world.db.read() as session:
        return session.scalars(select(Meeting.id)).one()


def scored(world: World, weaknesses: str) -> None:
    with world.db.write() as session:
        session.add(
            Score(meeting_id=meeting(world), sheet="x", points={}, weaknesses=weaknesses, at=world.at)
        )


COUNTS = AgendaStep(key="a", title="Điểm danh", asks="attendance")
SPEAK = AgendaStep(key="b", title="Thảo luận", asks="speakers")
NOTE = AgendaStep(key="c", title="Việc khác", asks="notes")
VOTE = AgendaStep(key="d", title="Biểu quyết", asks="vote")


def to_report(world: World, secretary: Talker) -> Talker:
    secretary.presses(f"meet.end:{meeting(world)}")
    return secretary.presses(f"report.duty:{duty_of(world, 'gui:cd').id}")


def test_speakers_votes_and_weaknesses_are_offered_as_they_were_counted(world: World) -> None:
    """Two opinions in words and two more that were only counted; a note of another step is no speaker."""
    secretary = held(world, COUNTS, SPEAK, NOTE, VOTE)
    secretary.says("Ý kiến một").says("Ý kiến hai").says("/hop").taps("➕ 1 ý kiến").taps("➕ 1 ý kiến")
    secretary.taps("Về bước họp").taps("Tiếp").says("Ghi chú của bước khác").says("/hop").taps("Tiếp")
    secretary.taps("Biểu quyết").says("Quy chế").says("28").says("25").taps("Tất cả 25")
    scored(world, "Ít ý kiến thảo luận")
    to_report(world, secretary)
    assert "Buổi họp đã ghi: 4" in secretary.last.text
    secretary.taps("Đúng: 4")
    assert "Buổi họp đã ghi: 1" in secretary.last.text
    secretary.taps("Đúng: 1")
    assert "Buổi họp đã ghi: Ít ý kiến thảo luận" in secretary.last.text
    secretary.taps("Đúng: Ít ý kiến")
    assert "✅ <b>Đã nộp: Số liệu buổi họp</b>" in secretary.last.text
    with world.db.read() as session:
        rows = session.scalars(select(Figure).order_by(Figure.id)).all()
        assert [(row.key, row.number, row.text) for row in rows] == [
            ("phat-bieu", 4, ""),
            ("bieu-quyet", 1, ""),
            ("han-che", None, "Ít ý kiến thảo luận"),
        ]
    reads_well(secretary)


def test_where_no_meeting_has_counted_speakers_none_are_offered(world: World) -> None:
    secretary = held(world, COUNTS, NOTE)
    secretary.says("Ghi chú thôi")
    to_report(world, secretary)
    assert "📝 <b>Lượt phát biểu</b>" in secretary.last.text
    assert "Buổi họp đã ghi" not in secretary.last.text
    secretary.says("3")
    assert "Buổi họp đã ghi: 0" in secretary.last.text  # of votes the meeting has had none


def test_a_weakness_that_names_somebody_is_offered_without_the_name(world: World) -> None:
    secretary = held(world, COUNTS)
    scored(world, "Đồng chí Lê Văn Lượng đến muộn")
    to_report(world, secretary).says("3").says("1").taps("Đúng: Đồng chí")
    assert "có vẻ nêu tên người: Đồng chí Lê Văn Lượng." in secretary.last.text
    assert "Bỏ tên thì thành: Một đồng chí đến muộn" in secretary.last.text
    secretary.taps("Gửi câu đã bỏ tên")
    assert texts(world) == ["Một đồng chí đến muộn"]
    reads_well(secretary)


def texts(world: World) -> list[str]:
    with world.db.read() as session:
        rows = session.scalars(select(Figure).where(Figure.text != "").order_by(Figure.id))
        return [row.text for row in rows if row.replaced_at is None]


@pytest.fixture
def asked(world: World) -> Talker:
    """A secretary who is asked for the cell's opinion."""
    secretary = world.registered("CB01", "secretary")
    return secretary.says("/nop").taps("Báo cáo kết quả").says("1 mô hình, 2 kế hoạch cá nhân")


NAMED = "Ông Bình và đ/c Nguyễn Thị Mận đề nghị sửa đường Nguyễn Văn Trỗi"


def test_a_name_that_was_typed_is_asked_about_and_taken_out(world: World, asked: Talker) -> None:
    asked.says(NAMED)
    assert "có vẻ nêu tên người: Ông Bình; đ/c Nguyễn Thị Mận." in asked.last.text
    assert texts(world) == []
    asked.taps("Gửi câu đã bỏ tên")
    assert texts(world) == ["Một đồng chí và một đồng chí đề nghị sửa đường Nguyễn Văn Trỗi"]
    assert "✅ <b>Đã nộp: Báo cáo kết quả</b>" in asked.last.text
    reads_well(asked)


def test_what_is_no_name_is_kept_on_their_word(world: World, asked: Talker) -> None:
    asked.says("Noi gương chị Võ Thị Sáu").taps("Không phải tên người")
    assert texts(world) == ["Noi gương chị Võ Thị Sáu"]
    reads_well(asked)


def test_another_sentence_takes_the_place_of_the_doubtful_one(world: World, asked: Talker) -> None:
    asked.says(NAMED).says("Đề nghị sửa đường")
    assert texts(world) == ["Đề nghị sửa đường"]


def test_what_waits_for_a_word_may_be_left_or_named_again(world: World, asked: Talker) -> None:
    asked.says(NAMED).says("Ông Ba nói thế")
    assert "có vẻ nêu tên người: Ông Ba." in asked.last.text
    asked.taps("Để sau")
    assert texts(world) == []
    assert "Còn 1 điều chưa trả lời" in asked.last.text
    asked.presses(f"report.figures:{duty_of(world, 'so').id}")
    assert "Đồng chí gõ một câu ngắn, không ghi tên người." in asked.last.text
    assert "Gửi câu đã bỏ tên" not in "".join(labels(asked))


def test_a_sentence_that_is_too_long_is_told_so_first(world: World, asked: Talker) -> None:
    asked.says("Ông Bình nói " + "dài " * 150)
    assert asked.last.text.startswith("Câu này dài ")
    assert texts(world) == []
