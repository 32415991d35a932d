"""No word typed in a running meeting is lost: read as what its step asks, else a note, else quoted and offered as one."""

import pytest
from sqlalchemy import select

from bot.meetings.counts import counts_of
from bot.meetings.questions.attendance import is_counts
from bot.meetings.questions.officers import read_clerk
from bot.meetings.questions.read_back import agrees_to_minutes
from bot.meetings.questions.speakers import read_speakers
from bot.meetings.questions.vote import is_vote
from bot.messages import File
from bot.plans.agenda import Agenda, AgendaStep
from bot.plans.yaml_in import read_agenda
from bot.tables import Meeting, Note, Task, Topic, Vote
from tests.kit.places import ROOT
from tests.kit.talker import Talker
from tests.kit.walking import NOTE_IT
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

FOLDER = ROOT / "templates" / "agendas"


def led_by(world: World, *steps: AgendaStep) -> None:
    with world.db.write() as session:
        topic = session.scalars(select(Topic).where(Topic.key == "2022-04")).one()
        topic.agenda = Agenda(key="x", title="x", steps=steps).model_dump(mode="json", by_alias=True)


def opened(world: World, talker: Talker, asks: str = "none", **facts: object) -> Talker:
    """Stands at the one step of a meeting, which asks for this."""
    step = {"key": "a", "title": "Một bước", "asks": asks, **facts}
    led_by(world, AgendaStep.model_validate(step), AgendaStep(key="z", title="Bước cuối"))
    return talker.says("/hop").taps("Bắt đầu họp: T4")


def notes(world: World) -> list[str]:
    with world.db.read() as session:
        return [note.text for note in session.scalars(select(Note).order_by(Note.id))]


def meeting(world: World) -> Meeting:
    with world.db.read() as session:
        return session.scalars(select(Meeting).order_by(Meeting.id.desc())).first() or Meeting()


def figures(world: World) -> tuple[int, ...] | None:
    with world.db.read() as session:
        found = counts_of(session, session.scalars(select(Meeting)).one())
    return (
        None if found is None else (found.total, found.present, found.absent_excused, found.absent_unexcused)
    )


# What a step asks is what is read first at it


def forms_with(asks: str) -> list[str]:
    return sorted(p.stem for p in FOLDER.glob("*.yaml") if asks in {s.asks for s in read_agenda(p).steps})


@pytest.mark.parametrize("form", forms_with("attendance"))
def test_counts_typed_at_the_counts_step_of_every_form(world: World, secretary: Talker, form: str) -> None:
    line = (
        "25/28, vắng 2 có lý do, 1 không" if len(form) % 2 else "hai mươi lăm trên 28, 2 phép, 1 không phép"
    )
    led_by(world, *read_agenda(FOLDER / f"{form}.yaml").steps)
    secretary.says("/hop").taps("Bắt đầu họp: T4")
    while "👥 Điểm danh" not in labels(secretary):
        secretary.taps("Tiếp")
    secretary.says(line)
    assert NOTE_IT in labels(secretary), secretary.last.text
    secretary.taps("Đúng")
    assert secretary.last.text.startswith("✅ Đã ghi là số dự họp: 25/28.")
    assert figures(world) == (28, 25, 2, 1)
    assert notes(world) == []
    reads_well(secretary)


def test_a_share_asks_only_for_what_is_missing_and_any_question_can_make_it_a_note(
    world: World, secretary: Talker
) -> None:
    opened(world, secretary, "attendance").says("25/28")
    assert "<b>có lý do</b>" in secretary.last.text
    assert NOTE_IT in labels(secretary)
    secretary.says("2")
    assert NOTE_IT in labels(secretary)
    secretary.taps("Ghi vào biên bản")
    assert secretary.last.text.startswith("📝 Đã ghi vào biên bản, bước 1.\n\n")
    assert notes(world) == ["25/28"]
    assert figures(world) is None
    secretary.says("/hop")
    assert "– 25/28" in secretary.last.text


def test_what_is_no_count_is_a_note_and_one_button_makes_it_the_count(
    world: World, secretary: Talker
) -> None:
    opened(world, secretary, "attendance").says("Đồng chí Ba xin đến muộn 10 phút")
    assert secretary.last.text.startswith("📝 Đã ghi vào biên bản · bước 1/2")
    assert "👥 Đây là số dự họp" in labels(secretary)
    secretary.taps("Đây là số dự họp")
    assert NOTE_IT not in labels(secretary)
    assert notes(world) == ["Đồng chí Ba xin đến muộn 10 phút"]
    secretary.says("28/28").taps("Đúng")
    assert figures(world) == (28, 28, 0, 0)
    assert notes(world) == ["Đồng chí Ba xin đến muộn 10 phút"]


def test_counts_told_before_they_are_asked_are_one_tap_away(world: World, secretary: Talker) -> None:
    """At the opening somebody types the numbers: kept as words, and offered as what they are."""
    opened(world, secretary, "none").says("đi 25/28 vắng 3 phép")
    assert secretary.last.text.startswith("📝 Đã ghi vào biên bản · bước 1/2")
    secretary.taps("Đây là số dự họp").taps("Đúng")
    assert figures(world) == (28, 25, 3, 0)
    assert notes(world) == []
    secretary.says("/hop").says("thu quỹ được 25/28 đồng chí")
    assert "👥 Đây là số dự họp" not in labels(secretary)
    reads_well(secretary)


def test_a_vote_told_at_another_step_is_one_tap_away(world: World, secretary: Talker) -> None:
    opened(world, secretary, "none").says("biểu quyết 24 đồng ý, 1 không")
    secretary.taps("Đây là kết quả biểu quyết")
    assert "Về việc gì?" in secretary.last.text
    secretary.says("/hop").says("2/3 số hộ đồng ý hiến đất")
    assert "🗳 Đây là kết quả biểu quyết" not in labels(secretary)
    reads_well(secretary)


def test_there_and_back_again_loses_nothing(world: World, secretary: Talker) -> None:
    opened(world, secretary, "attendance").says("25/28, 2 có phép, 1 không").taps("Ghi vào biên bản")
    assert notes(world) == ["25/28, 2 có phép, 1 không"]
    secretary.taps("Thêm").taps("Ghi ý kiến").says("26/28, 2 có phép")
    assert len(notes(world)) == 2
    secretary.taps("Đây là số dự họp")
    assert len(notes(world)) == 2
    secretary.taps("Đúng")
    assert notes(world) == ["25/28, 2 có phép, 1 không"]
    assert figures(world) == (28, 26, 2, 0)


def test_a_vote_typed_at_the_vote_step(world: World, secretary: Talker) -> None:
    opened(world, secretary, "vote").says("24 tán thành, 1 không")
    assert "Về việc gì?" in secretary.last.text
    assert NOTE_IT in labels(secretary)
    secretary.says("Quy chế làm việc").says("25").says("25")
    assert "Đã ghi biểu quyết" in secretary.last.text
    with world.db.read() as session:
        vote = session.scalars(select(Vote)).one()
        assert (vote.subject, vote.agree, vote.against, vote.voters) == ("Quy chế làm việc", 24, 1, 25)
    assert notes(world) == []
    secretary.taps("Về bước họp").says("Chi bộ bàn kỹ trước khi biểu quyết")
    assert "🗳 Đây là kết quả biểu quyết" in labels(secretary)
    assert notes(world) == ["Chi bộ bàn kỹ trước khi biểu quyết"]
    reads_well(secretary)


def test_a_vote_that_does_not_fit_is_asked_again_and_can_be_a_note(world: World, secretary: Talker) -> None:
    opened(world, secretary, "vote").says("24 tán thành, 4 không").says("Quy chế").says("25").says("25")
    assert "cộng lại là 28" in secretary.last.text
    secretary.taps("Ghi vào biên bản")
    assert notes(world) == ["24 tán thành, 4 không"]
    assert "Chưa ghi vào đâu: “Quy chế" in str(secretary.got)
    reads_well(secretary)


def test_a_task_typed_at_the_task_step(world: World, secretary: Talker) -> None:
    opened(world, secretary, "tasks").says("Rà soát hộ nghèo – đồng chí phó bí thư – 25/5")
    assert "Đã ghi việc" in secretary.last.text
    secretary.taps("Về bước họp").says("Quét dọn nhà văn hóa")
    assert "Giao cho ai?" in secretary.last.text
    secretary.taps("Ghi vào biên bản")
    assert notes(world) == ["Quét dọn nhà văn hóa"]
    assert "Rà soát hộ nghèo" in secretary.last.text
    with world.db.read() as session:
        assert [task.what for task in session.scalars(select(Task))] == ["Rà soát hộ nghèo"]
    reads_well(secretary)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Chi bộ cử đồng chí Nguyễn Thị Lan làm thư ký", "đồng chí Nguyễn Thị Lan"),
        ("đồng chí Lan", "đồng chí Lan"),
        ("Nguyễn Thị Lan", "Nguyễn Thị Lan"),
        ("lan", "lan"),
        ("thư ký: đ/c Hoa", "đ/c Hoa"),
    ],
)
def test_a_name_typed_where_the_clerk_is_chosen(
    world: World, secretary: Talker, said: str, name: str
) -> None:
    opened(world, secretary, key="clerk", title="Cử thư ký")
    assert "👉 Ai làm thư ký?" in secretary.last.text
    secretary.says(said)
    assert secretary.last.text.startswith(f"Đã ghi thư ký: {name}.")
    assert (meeting(world).clerk, notes(world)) == (name, [])
    secretary.taps("Ghi vào biên bản")
    assert (meeting(world).clerk, notes(world)) == ("", [said])
    secretary.says("Chi bộ nhất trí với đề nghị của đồng chí phó bí thư về việc này")
    secretary.taps("Đây là tên thư ký") if len(secretary.last.text) < 100 else None
    reads_well(secretary)


def test_counts_typed_where_the_clerk_is_asked_for_are_offered_as_counts(
    world: World, secretary: Talker
) -> None:
    opened(world, secretary, key="clerk", title="Cử thư ký").says("25/28 vang 2 co phep, 1 ko phep")
    assert "Đây là tên thư ký" not in labels(secretary)
    secretary.taps("Đây là số dự họp").taps("Đúng")
    assert figures(world) == (28, 25, 2, 1)
    assert (meeting(world).clerk, notes(world)) == ("", [])
    reads_well(secretary)


def test_the_counts_do_not_jump_past_the_clerk_of_the_same_step(world: World, secretary: Talker) -> None:
    secretary.says("/hop").taps("Bắt đầu họp: T4").taps("Tiếp").says("28/28").taps("Đúng")
    assert "Bước 2/8 · Thông báo tình hình đảng viên, cử thư ký" in secretary.last.text
    assert "👉 Ai làm thư ký?" in secretary.last.text
    secretary.says("đồng chí Hoa")
    assert "Đã ghi thư ký: đồng chí Hoa." in secretary.last.text
    assert meeting(world).clerk == "đồng chí Hoa"
    secretary.taps("Tiếp")
    assert "Bước 3/8" in secretary.last.text
    reads_well(secretary)


def test_speakers_typed_and_tapped_are_counted_once(world: World, secretary: Talker) -> None:
    opened(world, secretary, "speakers").taps("➕ 1 ý kiến").says("Đồng chí Ba: nhất trí với dự thảo")
    assert "1 lượt phát biểu" in secretary.last.text
    assert meeting(world).walk.speakers == {0: 1}
    secretary.says("Đồng chí Tư: bổ sung hạn").says("7 lượt phát biểu")
    assert secretary.last.text.startswith("👥 Đã ghi số lượt phát biểu: 7.")
    assert meeting(world).walk.speakers == {0: 7}
    secretary.taps("Ghi vào biên bản")
    assert meeting(world).walk.speakers[0] == 3
    assert len(notes(world)) == 3
    reads_well(secretary)


def test_minutes_passed_in_words(world: World, secretary: Talker) -> None:
    opened(world, secretary, "read_back").says("Chi bộ nhất trí thông qua biên bản")
    assert secretary.last.text.startswith("Đã ghi: biên bản được thông qua.")
    assert meeting(world).read_back_at is not None
    secretary.taps("Ghi vào biên bản")
    assert meeting(world).read_back_at is None
    assert notes(world) == ["Chi bộ nhất trí thông qua biên bản"]


# Beside the walk: every side dialog, commands, pauses, edits, files

ASIDE = (
    ("/thangnay",),
    ("/trogiup",),
    ("/caidat",),
    ("/start",),
    ("/tinhhinh",),
    ("/huy",),
    ("/hop", "meet.pause:1:0"),
    ("/hop", "meet.more:1:0"),
    ("task.add:1", "Việc A – bí thư – 25/5"),
    ("vote.add:1", "Quy chế", "25", "25", "tất cả"),
    ("prepare:1",),
    ("letterhead:2",),
    ("score:1",),
    ("=1:cu",),
    ("plan:2", "/huy"),
    ("meet.read:1",),
)
SENTENCE = "Đồng chí Bảy: đề nghị sửa đường thôn"


@pytest.mark.parametrize("way", ASIDE, ids=lambda way: way[0].strip("/=").replace(":", "-"))
def test_after_every_side_dialog_words_are_offered_as_a_note(
    world: World, secretary: Talker, way: tuple[str, ...]
) -> None:
    opened(world, secretary)
    for move in way:
        if ":" in move and " " not in move:
            secretary.presses(move)
        else:
            secretary.says(move)
    secretary.says(SENTENCE)
    if notes(world) != [SENTENCE]:
        assert SENTENCE in secretary.last.text
        assert "Trợ lý chưa hiểu" not in secretary.last.text
        secretary.taps("Ghi vào biên bản")
    assert notes(world) == [SENTENCE]
    reads_well(secretary)


@pytest.mark.parametrize("typed", ["ghi vao bien ban", "Ghi vào biên bản", "1"])
def test_the_offer_is_answered_in_words_too(world: World, secretary: Talker, typed: str) -> None:
    opened(world, secretary).says("/huy").says(SENTENCE)
    assert secretary.last.text == f"“{SENTENCE}”\n\n👉 Đang họp bước 1/2. Ghi câu này vào biên bản?"
    secretary.says(typed)
    assert notes(world) == [SENTENCE]
    assert "<b>Bước 1/2" in secretary.last.text
    secretary.presses("meet.keep:1")
    assert notes(world) == [SENTENCE]
    assert "Câu này đã có trong biên bản." in secretary.last.text


def test_misspelt_commands_and_several_sentences_are_all_offered(world: World, secretary: Talker) -> None:
    opened(world, secretary).says("/huy").says("Câu một").says("/hpo").says("Câu ba")
    offered = [reply.text for reply in secretary.got if "Ghi câu này vào biên bản?" in reply.text]
    assert [text.partition("”")[0] for text in offered] == ["“Câu một", "“/hpo", "“Câu ba"]
    for number in (1, 3):
        secretary.presses(f"meet.keep:{number}")
    assert notes(world) == ["Câu một", "Câu ba"]
    secretary.says("/hpo nay").taps("Không ghi")
    assert "<b>Bước 1/2" in secretary.last.text
    assert notes(world) == ["Câu một", "Câu ba"]


def test_what_a_question_refuses_is_quoted_and_offered(world: World, secretary: Talker) -> None:
    opened(world, secretary).presses("meet.count:1:0").says(SENTENCE)
    assert SENTENCE in secretary.last.text
    assert "hôm nay có mặt thế nào?" in secretary.last.text
    secretary.taps("Ghi vào biên bản")
    assert secretary.last.text.startswith("📝 Đã ghi vào biên bản, bước 1.")
    assert "hôm nay có mặt thế nào?" in secretary.last.text
    secretary.says("28/28").taps("Đúng")
    assert figures(world) == (28, 28, 0, 0)
    assert notes(world) == [SENTENCE]
    reads_well(secretary)


def test_a_refusal_in_a_dialog_of_something_else(world: World, secretary: Talker) -> None:
    opened(world, secretary).says("/caidat").taps("Giờ nhắc").says(SENTENCE)
    assert SENTENCE in secretary.last.text
    secretary.taps("Ghi vào biên bản")
    assert notes(world) == [SENTENCE]


def test_a_dialog_that_is_left_hands_back_its_words(world: World, secretary: Talker) -> None:
    opened(world, secretary).presses("task.add:1").says("Quét dọn nhà văn hóa").says("/hop")
    left = [reply for reply in secretary.got if reply.text.startswith("📝 Chưa ghi vào đâu")]
    assert [reply.text for reply in left] == [
        "📝 Chưa ghi vào đâu: “Quét dọn nhà văn hóa”\n\n👉 Ghi vào biên bản?"
    ]
    assert secretary.last.text.startswith("<b>Bước 1/2")
    secretary.taps("Ghi vào biên bản")
    assert notes(world) == ["Quét dọn nhà văn hóa"]
    secretary.presses("task.add:1").says("Việc B").says("bí thư").taps("Không có hạn").says("/hop")
    assert [reply for reply in secretary.got if reply.text.startswith("📝 Chưa ghi vào đâu")] == left
    reads_well(secretary)


def test_between_the_end_and_its_answer(world: World, secretary: Talker) -> None:
    opened(world, secretary, "attendance").says("28/28").taps("Đúng").taps("Tiếp")
    assert "<b>Đã qua " in secretary.last.text
    secretary.says("Một ý cuối")
    world.later(days=3)
    secretary.says("kết thúc")
    assert "Buổi này họp ngày nào?" in secretary.last.text
    secretary.says("Quên chưa ghi: đồng chí Sáu đề nghị")
    assert "Quên chưa ghi: đồng chí Sáu đề nghị" in secretary.last.text
    secretary.taps("Ghi vào biên bản")
    assert "Buổi này họp ngày nào?" in secretary.last.text
    secretary.taps("thứ Sáu 01/4")
    assert notes(world) == ["Một ý cuối", "Quên chưa ghi: đồng chí Sáu đề nghị"]
    assert meeting(world).state == "held"


def test_an_edit_of_what_was_no_note_is_offered(world: World, secretary: Talker) -> None:
    opened(world, secretary).presses("task.add:1").says("Việc A – bí thư – 25/5", message_ref="40")
    secretary.edits("40", "Việc A và B – bí thư – 25/5")
    assert "điều đã ghi không đổi theo" in secretary.last.text
    secretary.taps("Ghi vào biên bản")
    assert notes(world) == ["Việc A và B – bí thư – 25/5"]


def test_photos_of_two_kinds_and_the_words_beside_them(world: World, secretary: Talker) -> None:
    opened(world, secretary).says("/huy")
    photo = File("7" * 64, "anh.jpg", 9, "image/jpeg")
    paper = File("8" * 64, "bao-cao.pdf", 9, "application/pdf")
    secretary.sends(secretary._event(files=(photo, paper), text="Biểu trang 2"))
    assert any("📷 Ảnh vừa gửi: “Biểu trang 2”" in reply.text for reply in secretary.got)
    assert "bao-cao.pdf" in str(secretary.got)
    secretary.taps("Ghi vào biên bản")
    assert notes(world) == ["Biểu trang 2"]
    secretary.says("/huy").sends(secretary._event(files=(paper,), text="Đồng chí Ba: nhất trí"))
    assert any("“Đồng chí Ba: nhất trí”" in reply.text for reply in secretary.got)


def test_two_people_type_at_once_each_into_a_dialog(world: World, secretary: Talker) -> None:
    other = world.registered("CB01", "secretary")
    opened(world, secretary).presses("task.add:1")
    other.says("/hop").presses("vote.add:1")
    secretary.says("Việc của tôi")
    other.says("Quy chế").says("/hop").taps("Ghi vào biên bản")
    secretary.says("bí thư").says("25/5")
    assert notes(world) == ["Quy chế"]
    with world.db.read() as session:
        assert [task.what for task in session.scalars(select(Task))] == ["Việc của tôi"]
    reads_well(secretary, other)


def test_words_longer_than_a_task_may_be_are_refused_whole_and_offered(
    world: World, secretary: Talker
) -> None:
    long = "việc dài " * 300
    opened(world, secretary).presses("task.add:1").says(long)
    assert "Giao cho ai?" not in secretary.last.text
    secretary.taps("Ghi vào biên bản")
    assert notes(world) == [long.strip()]


def test_nothing_is_offered_where_no_meeting_runs(world: World, secretary: Talker) -> None:
    secretary.says(SENTENCE)
    assert secretary.last.text.startswith("Trợ lý chưa hiểu ý đồng chí.")
    opened(world, secretary)
    leader = world.registered("DUK", "leader").says(SENTENCE)
    assert leader.last.text.startswith("Trợ lý chưa hiểu ý đồng chí.")
    leader.presses("meet.keep:1").presses("meet.drop:1").presses("meet.turn:1")
    assert notes(world) == []


@pytest.mark.parametrize("form", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_four_buttons_at_most_at_every_step_of_every_form(world: World, secretary: Talker, form: str) -> None:
    led_by(world, *read_agenda(FOLDER / f"{form}.yaml").steps)
    secretary.says("/hop").taps("Bắt đầu họp: T4")
    for _ in range(40):
        if "<b>Đã qua " in secretary.last.text:
            break
        assert len(labels(secretary)) <= 4, labels(secretary)
        assert labels(secretary)[-1] == "⋯ Thêm"
        if "👥 Điểm danh" in labels(secretary):
            secretary.says("28/28").taps("Đúng")
        else:
            secretary.taps("Hết" if "Hết" in labels(secretary) else "Tiếp")


# The readers of what is typed at a step


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Đồng chí Lan", "Đồng chí Lan"),
        ("Cử đ/c Trần Văn Ba ghi biên bản", "đ/c Trần Văn Ba"),
        ("bầu đồng chí Tư làm thư ký", "đồng chí Tư"),
        ("Phó bí thư chi bộ", "Phó bí thư chi bộ"),
        ("Nhất trí", ""),
        ("đồng ý", ""),
        ("không có ý kiến", ""),
        ("Tuyên bố lý do", ""),
        ("Đồng chí Ba nêu: đường hỏng", ""),
        ("25/28", ""),
        ("Thư ký báo cáo tình hình đảng phí của chi bộ trong tháng", ""),
    ],
)
def test_who_was_chosen(text: str, name: str) -> None:
    assert read_clerk(text, alone=True) == name


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("5 lượt", 5),
        ("có 7 đồng chí phát biểu", 7),
        ("mười hai ý kiến", 12),
        ("5 đồng chí có ý kiến", 5),
        ("5 đồng chí nhất trí", None),
        ("ý kiến", None),
        ("2 ý kiến trái ngược về đường thôn", None),
    ],
)
def test_how_many_spoke(text: str, count: int | None) -> None:
    assert read_speakers(text) == count


@pytest.mark.parametrize(
    ("text", "passed"),
    [("Nhất trí", True), ("đúng rồi ạ", True), ("thông qua", True), ("Nhất trí nhưng sửa trang 2", False)],
)
def test_minutes_agreed_to(text: str, passed: bool) -> None:
    assert agrees_to_minutes(text) == passed


@pytest.mark.parametrize(
    ("text", "counts", "vote"),
    [
        ("25/28", True, True),
        ("đủ", True, True),
        ("27/28, vắng 1 có phép", True, False),
        ("Đồng chí Ba vắng 2 buổi liền không phép, đề nghị nhắc", False, False),
        ("không", False, False),
        ("tất cả tán thành", False, True),
        ("Nhất trí với báo cáo", False, False),
        ("2022 là năm học tập", False, False),
    ],
)
def test_what_is_a_count_and_what_a_vote(text: str, counts: bool, vote: bool) -> None:
    assert (is_counts(text, 28), is_vote(text, None)) == (counts, vote)
