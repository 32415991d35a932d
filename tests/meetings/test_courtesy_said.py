"""Thanks, a greeting and "vâng" typed where words are written down: answered in kind, never a place, a name or a note."""

import unicodedata

import pytest
from sqlalchemy import select

from bot.reading.courtesy import read_courtesy
from bot.reading.names import read_name
from bot.tables import Aside, Meeting, Note, Task, Vote
from tests.kit.talker import Talker
from tests.kit.walking import counted, row, to_the_end
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

ANSWERS = {
    "cảm ơn": "Rất vui được giúp đồng chí.",
    "Cám ơn trợ lý nhiều ạ": "Rất vui được giúp đồng chí.",
    "chào đồng chí": "Chào đồng chí!",
    "Vâng ạ": "Vâng, thưa đồng chí.",
    "ok": "Vâng, thưa đồng chí.",
    "đã rõ": "Vâng, thưa đồng chí.",
    "Đã nhận": "Vâng, thưa đồng chí.",
    "em nhận được rồi ạ": "Vâng, thưa đồng chí.",
    "Rõ, thưa đồng chí": "Vâng, thưa đồng chí.",
}
NOTE_IT = "📝 Ghi vào biên bản"


def notes(world: World) -> list[str]:
    with world.db.read() as session:
        return list(session.scalars(select(Note.text).order_by(Note.id)))


def refused(talker: Talker, said: str) -> None:
    """It is answered in kind, and the question stands below as before."""
    asked, offered = talker.last.text, labels(talker)
    talker.says(said)
    assert talker.last.text.startswith(ANSWERS[said])
    assert talker.last.text.endswith(asked.rpartition("👉")[2])
    assert [label for label in labels(talker) if label != NOTE_IT] == offered
    reads_well(talker)


def answered(talker: Talker, said: str) -> Talker:
    """It is answered in kind and shortly, with the way back to the meeting."""
    talker.says(said)
    first, _, rest = talker.last.text.partition("\n\n")
    assert first == ANSWERS[said]
    assert rest.startswith("👉 Đang họp ")
    assert labels(talker) == ["⬅️ Về bước họp"]
    reads_well(talker)
    return talker


def to_the_clerk(secretary: Talker) -> Talker:
    secretary.says("/hop").taps("ngoài kế hoạch")
    for _ in range(15):
        if "thư ký" in secretary.last.text.lower() and "Điểm danh" not in secretary.last.text:
            break
        secretary.taps("Tiếp") if "👥 Điểm danh" not in labels(secretary) else counted(secretary)
    return secretary


@pytest.mark.parametrize("said", ANSWERS)
def test_it_is_no_place(world: World, secretary: Talker, said: str) -> None:
    secretary.says("/lichhop").taps("Ngày thường lệ").taps("19h30")
    refused(secretary, said)
    with world.db.read() as session:
        assert session.scalars(select(Meeting)).all() == []
    secretary.says("Nhà văn hóa thôn Vàng")
    assert row(world).place == "Nhà văn hóa thôn Vàng"


@pytest.mark.parametrize("said", ["cảm ơn", "ok"])
def test_it_is_no_place_of_a_meeting_that_was_held(world: World, secretary: Talker, said: str) -> None:
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay").says("25/28, vắng 2 có phép, 1 không").taps("Đúng")
    secretary.says("/ketqua")
    meeting = row(world).id
    secretary.presses(f"result.place:{meeting}")
    assert "👉 Buổi họp ở đâu?" in secretary.last.text
    refused(secretary, said)
    assert row(world).place == ""
    secretary.says("Phòng 2")
    assert row(world).place == "Phòng 2"


@pytest.mark.parametrize("said", ANSWERS)
def test_it_is_no_note_of_a_running_meeting(world: World, secretary: Talker, said: str) -> None:
    secretary.says("/hop").taps("T4 ·")
    step = secretary.last.text
    answered(secretary, said)
    assert secretary.taps("Về bước họp").last.text == step
    secretary.taps("Thêm").taps("Ghi ý kiến")
    refused(secretary, said)
    assert f"Câu “{said}” chưa ghi vào biên bản." in secretary.last.text
    assert NOTE_IT in labels(secretary)
    secretary.says("Cảm ơn các đồng chí đã góp ý")
    assert notes(world) == ["Cảm ơn các đồng chí đã góp ý"]
    answered(secretary, said)


@pytest.mark.parametrize("said", ANSWERS)
def test_beside_a_running_meeting_it_is_answered_shortly_and_kept_nowhere(
    world: World, secretary: Talker, said: str
) -> None:
    secretary.says("/hop").taps("T4 ·").says("/start")
    answered(secretary, said)
    with world.db.read() as session:
        assert session.scalars(select(Aside)).all() == []


def test_who_was_asked_for_a_note_may_still_make_it_one(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("T4 ·").taps("Thêm").taps("Ghi ý kiến").says("Rõ").taps("Ghi vào biên bản")
    assert notes(world) == ["Rõ"]


@pytest.mark.parametrize("said", ["cảm ơn", "chào đồng chí"])
def test_it_is_no_number_either(world: World, secretary: Talker, said: str) -> None:
    counted(secretary.says("/hop").taps("T4 ·").taps("Tiếp"))
    secretary.taps("Thêm").taps("Biểu quyết").says("Thông qua quy chế")
    refused(secretary, said)
    assert NOTE_IT not in labels(secretary)


@pytest.mark.parametrize(
    "said", ["đã nhận tài liệu", "Đã xem xét các ý kiến", "rõ việc, rõ người", "năm rồi", "Nhân"]
)
def test_what_says_more_is_no_courtesy(world: World, secretary: Talker, said: str) -> None:
    assert read_courtesy(said) is None
    secretary.says("/hop").taps("T4 ·").says(said)
    assert notes(world) == [said]


@pytest.mark.parametrize("said", ["cảm ơn", "chào đồng chí", "Vâng ạ"])
def test_it_is_no_clerk(world: World, secretary: Talker, said: str) -> None:
    answered(to_the_clerk(secretary), said)
    assert (row(world).clerk, notes(world)) == ("", [])


@pytest.mark.parametrize("said", ["cảm ơn", "ok"])
def test_it_is_no_task_and_nobody_who_does_it(world: World, secretary: Talker, said: str) -> None:
    secretary.says("/hop").taps("T4 ·").taps("Thêm").taps("Phân công")
    refused(secretary, said)
    secretary.says("Quét vôi nhà văn hóa")
    refused(secretary, said)
    secretary.says("đồng chí Vàng A Dạ").taps("Không có hạn")
    with world.db.read() as session:
        assert [(task.what, task.who) for task in session.scalars(select(Task))] == [
            ("Quét vôi nhà văn hóa", "đồng chí Vàng A Dạ")
        ]


@pytest.mark.parametrize(("said", "who"), [("Vang", "đồng chí Vang"), ("được", "Đ/c Được")])
def test_what_may_be_a_name_is_asked_about_where_a_name_is_asked(
    world: World, secretary: Talker, said: str, who: str
) -> None:
    secretary.says("/hop").taps("T4 ·").taps("Thêm").taps("Phân công").says("Quét vôi nhà văn hóa").says(said)
    assert secretary.last.text.startswith(f"“{said}” có phải là tên không?")
    secretary.says(who).taps("Không có hạn")
    with world.db.read() as session:
        assert session.scalars(select(Task.who)).all() == [who]


@pytest.mark.parametrize("who", ["đồng chí Vang", "đ/c Được"])
def test_a_clerk_may_have_such_a_name(world: World, secretary: Talker, who: str) -> None:
    to_the_clerk(secretary).says("Vang")
    assert secretary.last.text.startswith("“Vang” có phải là tên không?")
    secretary.says(who)
    assert row(world).clerk == who


@pytest.mark.parametrize("said", ["Vàng", "vàng.", "Lâm, Vàng!", unicodedata.normalize("NFD", "Vàng A")])
def test_names_that_only_look_like_it_without_their_marks_are_names(said: str) -> None:
    assert read_courtesy(said) is None
    assert read_name(said)


@pytest.mark.parametrize("said", ["cảm ơn", "ok"])
def test_nothing_is_voted_on_by_it(world: World, secretary: Talker, said: str) -> None:
    counted(secretary.says("/hop").taps("T4 ·").taps("Tiếp"))
    secretary.taps("Thêm").taps("Biểu quyết")
    refused(secretary, said)
    with world.db.read() as session:
        assert session.scalars(select(Vote)).all() == []


@pytest.mark.parametrize("said", ["cảm ơn", "chào đồng chí", "ok"])
def test_it_is_no_name_of_a_person(world: World, secretary: Talker, said: str) -> None:
    talker = world.person().says(world.invite("CB02", "leader")).taps("Đồng ý").says(said)
    assert "họ và tên" in talker.last.text
    talker.says("Vàng A Dạ")
    assert "Vàng A Dạ" in talker.says("/caidat").last.text


def test_to_the_end_nothing_of_it_is_in_the_minutes(world: World, secretary: Talker) -> None:
    """Who says thanks at every step still has minutes with nothing but what was said in the meeting."""
    secretary.says("/hop").taps("T4 ·")
    for _ in range(20):
        if "<b>Đã qua " in secretary.last.text:
            break
        answered(secretary, "cảm ơn").taps("Về bước họp")
        if "👥 Điểm danh" in labels(secretary):
            counted(secretary)
        else:
            secretary.taps("Tiếp")
    to_the_end(secretary).says("cảm ơn")
    assert notes(world) == []
    secretary.taps("Kết thúc")
    assert row(world).state == "held"
