"""The meeting in full: every shipped agenda walked, time, rounds of members, speakers, kinds, late arrivals, reading back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.meetings.walk import least_minutes
from bot.messages import File, Refusal
from bot.people.people import forget_person
from bot.plans.agenda import AgendaStep
from bot.plans.yaml_in import read_agenda
from bot.store.db import Database
from bot.store.filetypes import OGG
from bot.tables import Attendance, Audit, Meeting, Note, Person, Unit
from bot.talk.receive import receive
from tests.kit.committees import committee
from tests.kit.desk import rules
from tests.kit.files import stored
from tests.kit.places import ROOT
from tests.kit.plans import plan_of
from tests.kit.talker import Talker
from tests.kit.walking import counted, led_by, now_at, row, to_the_end
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

JOINT = """
plan:
  issuer: Đảng ủy mẫu
  title: Kế hoạch thử
  starts: 2026-04-01
  ends: 2026-06-30
  merging: sequential
topics:
  - {key: a, title: Thường kỳ tháng Tư, meeting: regular, period: 2026-04}
  - {key: b, title: Chuyên đề tháng Tư, meeting: thematic, period: 2026-04}
"""
FOLDER = ROOT / "templates" / "agendas"
PLAN = "60-KH-DUK-2022.yaml"
VOICE = File("5" * 64, "ghi-am-7.ogg", 900, OGG)
PHOTO = File("6" * 64, "anh-8.jpg", 900, "image/jpeg")


def opened(talker: Talker) -> Talker:
    return talker.says("/hop").taps("Bắt đầu họp: T4")


def plain(talker: Talker) -> Talker:
    return talker.says("/hop").taps("ngoài kế hoạch")


def counts(world: World) -> Attendance:
    with world.db.read() as session:
        return session.scalars(select(Attendance)).one()


def notes(world: World) -> list[Note]:
    with world.db.read() as session:
        return list(session.scalars(select(Note).order_by(Note.id)))


@pytest.mark.parametrize("channel", ["telegram", "web"])
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_form_is_walked_from_the_first_step_to_the_last(world: World, channel: str, path: Path) -> None:
    secretary = world.registered("CB01", "secretary", channel=channel)
    led_by(world, *read_agenda(path).steps)
    opened(secretary)
    meeting = row(world)
    seen = []
    for _ in range(60):
        if "<b>Đã qua " in secretary.last.text:
            break
        seen.append(row(world).step)
        if "👥 Điểm danh" in labels(secretary):
            counted(secretary)
        elif "Hết" in labels(secretary):
            secretary.taps("Hết")
        else:
            secretary.taps("Tiếp")
    assert seen == list(range(len(meeting.steps)))
    secretary.taps("Kết thúc")
    assert row(world).state == "held"
    assert row(world).rules == "12-HD/BTCTW"
    reads_well(secretary)


# Parts inside of parts, steps that need not be there


def test_nested_parts_and_a_step_that_may_be_missing(world: World, secretary: Talker) -> None:
    led_by(
        world,
        AgendaStep(key="a", title="Giới thiệu đại biểu", phase="Mở đầu > Nghi thức", optional=True),
        AgendaStep(key="b", title="Thảo luận", phase="Tiến hành > Thảo luận", owner="Đảng viên"),
        AgendaStep(key="c", title="Điểm danh", asks="attendance"),
    )
    opened(secretary)
    assert "<i>Mở đầu › Nghi thức</i>" in secretary.last.text
    assert "Không có" in labels(secretary)
    assert "Bỏ qua" not in labels(secretary)
    secretary.taps("Không có")
    assert "<i>Tiến hành › Thảo luận · Đảng viên</i>" in secretary.last.text
    secretary.taps("Bỏ qua")
    counted(secretary)
    assert "bỏ qua 1 bước" in secretary.last.text
    assert row(world).marks.steps == {0: "skipped", 1: "skipped", 2: "done"}
    reads_well(secretary)


# Member by member


def two_parts(world: World, talker: Talker) -> Talker:
    """Stands at the first personal plan."""
    led_by(world, *read_agenda(FOLDER / "two-parts.yaml").steps)
    opened(talker).taps("Tiếp")
    return counted(talker).taps("Tiếp").taps("Tiếp")


def test_personal_plans_member_by_member(world: World, secretary: Talker) -> None:
    two_parts(world, secretary)
    for number in range(1, 4):
        assert now_at(secretary) == "Bước 5/9"
        secretary.taps("Tiếp")
        assert now_at(secretary) == "Bước 6/9"
        secretary.taps("Tiếp")
        assert now_at(secretary) == "Bước 7/9"
        assert secretary.last.text.endswith("👉 Còn đồng chí nào nữa không?")
        assert ("Đã xong" in secretary.last.text) == (number > 1)
        if number < 3:
            secretary.taps("Đồng chí tiếp theo")
            assert f"👥 Đã xong: {number} đồng chí" in secretary.last.text
    secretary.taps("Hết")
    assert now_at(secretary) == "Bước 8/9"
    assert row(world).walk.heard == {4: 3}
    secretary.taps("Lùi")
    assert "👥 Đã xong: 3 đồng chí" in secretary.last.text
    secretary.taps("Thêm").taps("Đọc lại")
    assert "👥 3 đồng chí" in secretary.last.text
    reads_well(secretary)


def test_a_double_press_counts_one_member_and_words_lead_on(world: World, secretary: Talker) -> None:
    two_parts(world, secretary).taps("Tiếp").taps("Tiếp")
    button = secretary.find("Đồng chí tiếp theo").payload
    secretary.presses(button).presses(button)
    assert "đã sang bước khác" in secretary.last.text
    assert row(world).walk.heard == {4: 1}
    secretary.taps("Tiếp").taps("Tiếp").presses(button)
    assert "đã sang bước khác" in secretary.last.text
    assert row(world).walk.heard == {4: 1}
    secretary.says("Đồng chí góp ý: nêu rõ hạn")
    secretary.says("tiếp theo")
    assert now_at(secretary) == "Bước 5/9"
    secretary.says("tiếp").says("tiếp").says("còn").says("tiếp").says("tiếp").says("hết rồi")
    assert now_at(secretary) == "Bước 8/9"
    assert row(world).walk.heard == {4: 4}
    assert [note.text for note in notes(world)] == ["Đồng chí góp ý: nêu rõ hạn"]
    reads_well(secretary)


def test_who_skips_the_round_has_heard_nobody(world: World, secretary: Talker) -> None:
    two_parts(world, secretary).taps("Bỏ qua").taps("Bỏ qua").taps("Bỏ qua")
    assert now_at(secretary) == "Bước 8/9"
    assert row(world).walk.heard == {}
    reads_well(secretary)


# Time


def test_minutes_of_the_step_and_in_all_without_the_pause(world: World, secretary: Talker) -> None:
    opened(secretary)
    assert "⏰" not in secretary.last.text
    world.later(minutes=12)
    secretary.taps("Tiếp")
    assert "⏰ Cả buổi 12 phút" in secretary.last.text
    assert "0 phút" not in secretary.last.text
    world.later(minutes=3)
    secretary.taps("Thêm").taps("Tạm dừng")
    world.later(minutes=60)
    secretary.taps("Họp tiếp")
    assert "⏰ Bước này 3 phút · cả buổi 15 phút" in secretary.last.text
    counted(secretary)
    world.later(minutes=5)
    secretary.taps("Lùi")
    assert "⏰ Cả buổi 20 phút" in secretary.last.text
    secretary.taps("Tiếp")
    to_the_end(secretary)
    assert "⏰ Cả buổi: 20 phút" in secretary.last.text
    secretary.taps("Kết thúc")
    assert "thứ Sáu 01/4 · 20 phút\n" in secretary.last.text
    times = row(world).walk.times
    assert sorted(times) == list(range(8))
    moments = [moment for place in range(8) for moment in times[place] if moment]
    assert len(moments) == 16
    assert moments == sorted(moments)
    reads_well(secretary)


def test_wishes_about_time_are_said_once(world: World, secretary: Talker) -> None:
    led_by(
        world,
        AgendaStep(key="a", title="Thảo luận", asks="speakers", least_minutes=15, most_minutes=30),
        AgendaStep(key="b", title="Điểm danh", asks="attendance", most_minutes=10),
    )
    opened(secretary)
    world.later(minutes=5)
    secretary.taps("Tiếp")
    assert "Bước trước mới 5 phút, nên từ 15 phút" in secretary.last.text
    secretary.says("/hop")
    assert "Bước trước mới" not in secretary.last.text
    secretary.taps("Thêm").taps("Lùi")
    world.later(minutes=60)
    secretary.taps("Tiếp")
    assert "Bước này đã 60 phút, dự kiến 10 phút." in secretary.last.text
    secretary.says("/hop")
    assert "Bước này đã" not in secretary.last.text
    secretary.says("/hop")
    reads_well(secretary)


@pytest.mark.parametrize(("minutes", "short"), [(45, True), (89, True), (90, False), (130, False)])
def test_closing_before_the_least_length_of_the_guidance_in_force(
    db: Database, minutes: int, short: bool
) -> None:
    world = World(db)
    world.go("2026-04-03 08:00")
    committee(world)
    secretary = plain(world.registered("CB01", "secretary"))
    secretary.taps("Tiếp")
    world.later(minutes=minutes)
    to_the_end(secretary)
    assert ("42-HD/BTCTW yêu cầu ít nhất 90 phút" in secretary.last.text) == short
    secretary.says("/hop")
    assert "yêu cầu ít nhất" not in secretary.last.text
    secretary.taps("Kết thúc")
    assert row(world).rules == "42-HD/BTCTW"
    assert row(world).state == "held"
    reads_well(secretary)


@pytest.mark.parametrize(
    ("day", "merged", "least"),
    [
        (date(2026, 4, 3), False, 90),
        (date(2026, 4, 3), True, 120),
        (date(2022, 4, 1), True, None),
        (date(2010, 1, 1), False, None),
    ],
)
def test_a_regular_and_a_thematic_part_want_longer(day: date, merged: bool, least: int | None) -> None:
    assert least_minutes(rules().on(day), merged=merged) == least


def test_a_joint_meeting_in_two_parts_is_too_short_at_a_hundred_minutes(db: Database, tmp_path: Path) -> None:
    world = World(db)
    world.go("2026-04-03 08:00")
    committee(world)
    world.load(plan_of(JOINT, tmp_path))
    secretary = world.registered("CB01", "secretary").says("/hop").taps("Thường kỳ").taps("Tính chung")
    secretary.taps("Tiếp")
    world.later(minutes=100)
    to_the_end(secretary)
    assert "Buổi họp mới 100 phút; 42-HD/BTCTW yêu cầu ít nhất 120 phút" in secretary.last.text
    reads_well(secretary)


# Speakers


def at_discussion(world: World, talker: Talker) -> Talker:
    plain(talker)
    for _ in range(8):
        if "👥 Điểm danh" in labels(talker):
            counted(talker)
        else:
            talker.taps("Tiếp")
    assert "Thảo luận, tự phê bình" in talker.last.text
    return talker


def test_each_opinion_counts_one_speaker_and_one_may_be_added(world: World, secretary: Talker) -> None:
    at_discussion(world, secretary)
    assert "➕ 1 ý kiến" in labels(secretary)
    secretary.says("Ý kiến một").says("Ý kiến hai").says("/hop").taps("➕ 1 ý kiến").taps("➕ 1 ý kiến")
    assert "Đã phát biểu: <b>4</b> lượt" in secretary.last.text
    secretary.taps("Bớt 1").taps("Về bước họp")
    assert "👥 Đã phát biểu: 3 lượt\n\n📝 Đã ghi 2 ý kiến" in secretary.last.text
    secretary.taps("Tiếp").says("Không đếm ở bước này")
    assert row(world).walk.speakers == {8: 3}
    secretary.presses(f"meet.spoke:{row(world).id}:9")
    assert "Bước 10/15" in secretary.last.text
    assert row(world).walk.speakers == {8: 3}
    reads_well(secretary)


def test_two_phones_lose_no_note_and_no_speaker(world: World, secretary: Talker) -> None:
    other = world.registered("CB01", "secretary")
    at_discussion(world, secretary)
    other.says("/hop")
    for number in range(5):
        secretary.says(f"A{number}")
        other.says(f"B{number}")
    assert [note.text for note in notes(world)] == [f"{who}{n}" for n in range(5) for who in "AB"]
    assert row(world).walk.speakers == {8: 10}
    reads_well(secretary, other)


def test_phones_that_speak_at_the_very_same_time_lose_nothing(world: World, secretary: Talker) -> None:
    """The walk is one value of the meeting's row: whoever writes it waits for the other."""
    others = [world.registered("CB01", "secretary") for _ in range(3)]
    at_discussion(world, secretary)
    for other in others:
        other.says("/hop")
    events = [
        [phone._event(text=f"{place}-{n}") for n in range(6)]
        + [phone._event(payload=f"meet.spoke:{row(world).id}:8")]
        for place, phone in enumerate([secretary, *others])
    ]
    with ThreadPoolExecutor(4) as threads:
        done = threads.map(lambda mine: [receive(world.desk, event) for event in mine], events)
        assert all(all(fresh) for fresh in done)
    said = [note.text for note in notes(world)]
    assert sorted(said) == sorted(f"{place}-{n}" for place in range(4) for n in range(6))
    for place in range(4):
        assert [text for text in said if text.startswith(f"{place}-")] == [f"{place}-{n}" for n in range(6)]
    walk = row(world).walk
    assert walk.speakers[8] - walk.unworded[8] == 24
    assert walk.speakers[8] <= 28


# Voice and photographs


def test_a_voice_message_and_a_photo_are_kept_as_notes(world: World, secretary: Talker) -> None:
    opened(secretary).sends(secretary._event(files=(VOICE,), message_ref="70"))
    assert "🎤 Đã giữ ghi âm vào biên bản · bước 1/8" in secretary.last.text
    secretary.sends(secretary._event(files=(PHOTO,), text="Bảng tổng hợp", message_ref="71"))
    assert "📷 Đã giữ ảnh vào biên bản · bước 1/8" in secretary.last.text
    secretary.says("/hop")
    assert "📝 Đã ghi 2 ý kiến:\n– 🎤 Ghi âm\n– 📷 Bảng tổng hợp" in secretary.last.text
    secretary.edits("70", "Ý kiến của đồng chí phó bí thư").edits("71", "Bảng tổng hợp quý I")
    assert [(n.kind, n.digest[:1], n.text) for n in notes(world)] == [
        ("voice", "5", "Ý kiến của đồng chí phó bí thư"),
        ("photo", "6", "Bảng tổng hợp quý I"),
    ]
    assert (notes(world)[0].name, notes(world)[0].media_type) == ("ghi-am-7.ogg", OGG)
    secretary.taps("Họp tiếp").taps("Thêm").taps("Ghi ý kiến").hands(VOICE)
    assert len(notes(world)) == 3
    reads_well(secretary)


def test_an_album_of_photos_is_so_many_notes_and_is_said_once(world: World, secretary: Talker) -> None:
    opened(secretary)
    before = len(secretary.got)
    for number in range(3):
        secretary.hands(File(f"{number}" * 64, f"anh-{number}.jpg", 9, "image/jpeg"), album="44")
    assert [note.digest[0] for note in notes(world)] == ["0", "1", "2"]
    world.later(seconds=3)
    secretary.looks()
    assert len(secretary.got) - before <= 3
    assert "(3 ý kiến)" in secretary.last.text


def test_other_files_are_still_reports_and_sound_is_none(world: World, secretary: Talker) -> None:
    opened(secretary).hands(stored("bao-cao.pdf"))
    assert "Nộp làm “Báo cáo" in secretary.last.text
    assert notes(world) == []
    secretary.hands(VOICE)
    assert secretary.last.text.startswith("🎤 Ghi âm vừa gửi\nĐang họp bước 1/8.\n\n👉 Ghi vào biên bản?")
    secretary.says("/huy").sends(secretary._event(files=(PHOTO,), text="Danh sách hộ nghèo"))
    assert secretary.last.text.startswith("📷 Ảnh vừa gửi: “Danh sách hộ nghèo”")
    secretary.taps("Ghi vào biên bản")
    assert "📝 Đã ghi vào biên bản, bước 1." in secretary.last.text
    assert [(note.kind, note.text) for note in notes(world)] == [("photo", "Danh sách hộ nghèo")]
    secretary.says("/hop").hands(refused=[Refusal("to.ogg", "file_fetch_failed")])
    assert "⚠️ Chưa ghi được vào buổi họp:\n– to.ogg: đường truyền trục trặc" in secretary.last.text
    assert len(notes(world)) == 1
    reads_well(secretary)


def test_a_forgotten_person_leaves_no_voice(world: World, secretary: Talker) -> None:
    opened(secretary).hands(VOICE)
    with world.db.write() as session:
        forget_person(session, session.get_one(Person, notes(world)[0].person_id), world.at)
    (note,) = notes(world)
    assert (note.kind, note.text, note.digest, note.name) == ("voice", "", "", "")


# Kinds of members


def test_kinds_in_one_line_ask_only_for_those_away(world: World, secretary: Talker) -> None:
    opened(secretary).taps("Tiếp").taps("Điểm danh")
    secretary.says("28 đảng viên, 25 chính thức 3 dự bị, có mặt 26")
    assert secretary.last.text.startswith("26/28, vắng 2.\nTrong đó mấy đồng chí <b>có lý do</b>?")
    secretary.says("2")
    assert "Tổng số: <b>28</b> (chính thức 25, dự bị 3)\nCó mặt: <b>26</b>\n" in secretary.last.text
    assert "✅ Đạt yêu cầu trên 85% (12-HD/BTCTW)" in secretary.last.text
    secretary.taps("Đúng")
    found = counts(world)
    assert (found.total, found.present, found.official, found.probationary) == (28, 26, 25, 3)
    assert found.present_official is None
    reads_well(secretary)


def test_kinds_one_by_one(world: World, secretary: Talker) -> None:
    opened(secretary).taps("Tiếp").taps("Điểm danh").says("24/28, 3 có phép, 1 không").taps("Chi tiết")
    assert "bao nhiêu đảng viên <b>dự bị</b>?" in secretary.last.text
    secretary.says("30")
    assert "Chính thức 0, dự bị 30 cộng lại là 30, nhiều hơn tổng số 28 là 2" in secretary.last.text
    secretary.says("3")
    assert "<b>sinh hoạt tạm thời</b>" in secretary.last.text
    secretary.says("1")
    assert "Trong 3 đồng chí vắng có lý do hoặc được miễn" in secretary.last.text
    secretary.says("4")
    assert "cộng lại chỉ có 3, nên không thể có 4" in secretary.last.text
    secretary.says("2")
    assert "Có mặt 24. Trong đó bao nhiêu đảng viên <b>chính thức</b>?" in secretary.last.text
    secretary.taps("Quay lại").says("1").says("21")
    assert "chính thức 21. Bao nhiêu đảng viên <b>dự bị</b> có mặt?" in secretary.last.text
    secretary.says("1")
    assert "chính thức 21 và dự bị 1 cộng lại là 22, sinh hoạt tạm thời nhiều nhất 1" in secretary.last.text
    secretary.says("3")
    assert "<b>khách mời</b>" in secretary.last.text
    secretary.says("2")
    text = secretary.last.text
    assert "Tổng số: <b>28</b> (chính thức 24, dự bị 3)\nTrong đó sinh hoạt tạm thời: 1\n" in text
    assert "Có mặt: <b>24</b> (chính thức 21, dự bị 3)\nVắng có lý do: 2\nVắng không lý do: 1\n" in text
    assert "Sinh hoạt nơi khác, nhiệm vụ đặc biệt: 1\nKhách mời: 2\nTỷ lệ dự: <b>88,9%</b>" in text
    assert "Chi tiết" not in str(labels(secretary))
    secretary.taps("Đúng")
    found = counts(world)
    assert (found.official, found.probationary, found.temporary, found.elsewhere) == (24, 3, 1, 1)
    assert (found.present_official, found.present_probationary, found.guests) == (21, 3, 2)
    reads_well(secretary)


def test_kinds_of_the_last_meeting_are_offered_again_and_stay_at_a_recount(
    world: World, secretary: Talker
) -> None:
    opened(secretary).taps("Tiếp").taps("Điểm danh").says("đủ").taps("Chi tiết")
    secretary.says("25 chính thức, 3 dự bị").taps("Không có").taps("Đúng")
    assert (counts(world).present_official, counts(world).present_probationary) == (25, 3)
    secretary.taps("Sửa điểm danh").says("26/28, 2 có phép")
    assert "Để khớp tổng thì số nào đổi theo?" in secretary.last.text
    assert labels(secretary)[:2] == ["Có mặt, chính thức: 25 → 23", "Có mặt, dự bị: 3 → 1"]
    secretary.taps("Có mặt, dự bị").taps("Đúng")
    found = counts(world)
    assert (found.present, found.official, found.probationary) == (26, 25, 3)
    assert (found.present_official, found.present_probationary) == (25, 1)
    secretary.taps("Sửa điểm danh").says("28/28").taps("Đúng")
    assert (counts(world).present_official, counts(world).present_probationary) == (25, 3)
    to_the_end(secretary).taps("Kết thúc")
    world.later(days=30)
    plain(secretary).taps("Tiếp").taps("Tiếp").taps("Điểm danh").says("27/28, 1 có phép").taps("Chi tiết")
    assert labels(secretary) == ["Vẫn là 3", "Không có", "⬅️ Quay lại"]
    reads_well(secretary)


@pytest.mark.parametrize(
    ("day", "line", "said"),
    [
        ("2022-04-03 08:00", "24/28, 4 có phép", "✅ Đạt yêu cầu trên 85% (12-HD/BTCTW)"),
        ("2022-04-03 08:00", "23/28, 5 có phép", "⚠️ Chưa đạt yêu cầu trên 85% (12-HD/BTCTW)"),
        ("2026-04-03 08:00", "18/20, 2 có phép", "✅ Đạt yêu cầu từ 90% (42-HD/BTCTW)"),
        ("2026-04-03 08:00", "17/20, 3 có phép", "⚠️ Chưa đạt yêu cầu từ 90% (42-HD/BTCTW)"),
    ],
)
def test_the_target_of_the_guidance_in_force(db: Database, day: str, line: str, said: str) -> None:
    world = World(db)
    world.go(day)
    committee(world)
    secretary = plain(world.registered("CB01", "secretary"))
    secretary.taps("Tiếp").taps("Tiếp").taps("Điểm danh").says(line)
    if "/20" in line:  # the unit is known to have 28
        secretary.taps("Đúng, nay là 20")
    assert said in secretary.last.text
    secretary.taps("Đúng").taps("Lùi")
    assert said in secretary.last.text


# Late arrivals


def test_one_comes_late(world: World, secretary: Talker) -> None:
    opened(secretary).taps("Tiếp")
    counted(secretary).taps("Thêm").taps("đến muộn")
    assert "có mặt 25 → 26, vắng không lý do 1 → 0" in secretary.last.text
    secretary.taps("➕ 1 đến muộn")
    assert "có mặt 26 → 27, vắng có lý do 2 → 1" in secretary.last.text
    assert "Đến muộn: 2" in secretary.last.text
    found = counts(world)
    assert (found.present, found.absent_excused, found.absent_unexcused, found.late) == (27, 1, 0, 2)
    secretary.taps("Họp tiếp")
    assert "Bước 3/8" in secretary.last.text
    secretary.taps("Thêm").taps("đến muộn").presses(f"meet.late:{row(world).id}")
    assert "Có mặt đã đủ, không còn ai vắng" in secretary.last.text
    secretary.taps("Thêm")
    assert "đến muộn" not in str(labels(secretary))
    reads_well(secretary)


def test_of_which_kind_is_asked_where_it_matters(world: World, secretary: Talker) -> None:
    opened(secretary).presses("meet.late:1")
    assert "Chưa điểm danh nên chưa biết ai đến muộn" in secretary.last.text
    secretary.taps("Tiếp")
    counted(secretary, "chính thức 23/25, dự bị 2/3, 3 có phép").taps("Thêm").taps("đến muộn")
    assert labels(secretary)[:2] == ["Đảng viên chính thức", "Đảng viên dự bị"]
    secretary.taps("dự bị")
    assert "Có mặt: <b>26</b> (chính thức 23, dự bị 3)" in secretary.last.text
    secretary.taps("➕ 1 đến muộn")
    assert "Có mặt: <b>27</b> (chính thức 24, dự bị 3)" in secretary.last.text
    reads_well(secretary)


# Who writes, who chairs


def test_clerk_chair_and_presenter(world: World, secretary: Talker) -> None:
    plain(secretary).taps("Tiếp")
    assert "Thư ký, chủ trì" in labels(secretary)
    secretary.says("Thư ký: đồng chí Lan")
    assert "Thư ký: đồng chí Lan" in secretary.last.text
    secretary.taps("Thư ký, chủ trì")
    assert "Ai làm <b>thư ký</b> ghi biên bản? Đang ghi: đồng chí Lan" in secretary.last.text
    secretary.taps("Giữ nguyên").says("đồng chí bí thư").says("   ")
    assert "Xin đồng chí gõ nội dung" in secretary.last.text
    secretary.taps("Bỏ qua")
    assert "👥 Chủ trì: đồng chí bí thư" in secretary.last.text
    meeting = row(world)
    assert (meeting.clerk, meeting.chair, meeting.presenter) == ("đồng chí Lan", "đồng chí bí thư", "")
    secretary.taps("Tiếp")
    assert "Thư ký, chủ trì" not in str(labels(secretary))
    secretary.says("Chủ trì: kết luận rõ hơn")
    assert [note.text for note in notes(world)] == ["Chủ trì: kết luận rõ hơn"]
    secretary.says("/hop")
    to_the_end(secretary).taps("Kết thúc")
    world.later(days=30)
    plain(secretary).taps("Thêm").taps("Thư ký, chủ trì").taps("đồng chí Lan")
    assert row(world).clerk == "đồng chí Lan"
    reads_well(secretary)


def test_with_the_attendance_where_no_step_is_there_for_the_clerk(world: World, secretary: Talker) -> None:
    opened(secretary)
    assert "Thư ký, chủ trì" not in str(labels(secretary))
    secretary.taps("Tiếp").says("thư ký: đồng chí Hoa")
    assert row(world).clerk == "đồng chí Hoa"
    assert notes(world) == []


def test_a_picture_is_kept_where_speakers_are_counted_and_is_none(world: World, secretary: Talker) -> None:
    at_discussion(world, secretary).says("Ý kiến A")
    assert "(1 ý kiến, 1 lượt phát biểu)" in secretary.last.text
    secretary.hands(PHOTO)
    assert "(2 ý kiến, 1 lượt phát biểu)" in secretary.last.text
    secretary.hands(VOICE)
    assert "(3 ý kiến, 2 lượt phát biểu)" in secretary.last.text


# Reading back


def test_everything_is_read_back_in_order_and_passed(world: World, secretary: Talker) -> None:
    at_discussion(world, secretary).says("Ý kiến A & B").says("Ý kiến C").says("/hop")
    secretary.taps("Thêm").taps("Biểu quyết").says("Quy chế").says("25").says("22").says("tất cả")
    secretary.taps("Về bước họp").taps("Thêm").taps("Phân công").says("Việc A – bí thư – 25/5")
    secretary.taps("Về bước họp").taps("Tiếp").says("Tổng hợp lại").says("/hop")
    while "Thư ký đọc lại biên bản" not in secretary.last.text:
        secretary.taps("Tiếp")
    assert labels(secretary)[0] == "Đọc lại biên bản"
    secretary.taps("Đọc lại biên bản")
    text = secretary.last.text
    assert text.startswith("<b>Đọc lại biên bản</b>\nChi bộ Văn phòng · 8h00 thứ Sáu 01/4")
    assert (
        "<b>9. Thảo luận, tự phê bình và phê bình</b>\n👥 2 lượt phát biểu\n(1) Ý kiến A &amp; B\n(2)" in text
    )
    assert "🗳 Quy chế: tán thành 22/22\nViệc A – bí thư – hạn thứ Tư 25/5" in text
    assert "<b>10. Tổng hợp ý kiến</b>\n(3) Tổng hợp lại" in text
    secretary.taps("Sửa").says("9")
    assert "Không có ý kiến số 9" in secretary.last.text
    secretary.says("2")
    assert "Đang ghi: Ý kiến C" in secretary.last.text
    secretary.says("Ý kiến C sửa")
    assert "(2) Ý kiến C sửa" in secretary.last.text
    secretary.taps("Sửa").says("1").taps("Bỏ ý kiến này")
    assert "(1) Ý kiến C sửa" in secretary.last.text
    secretary.taps("Đúng, đã thông qua")
    assert "<b>Đã qua 15 bước" in secretary.last.text
    assert "Đã đọc lại và thông qua biên bản lúc 8h" in secretary.last.text
    assert row(world).read_back_at is not None
    assert row(world).marks.steps[14] == "done"
    with world.db.read() as session:
        actions = session.scalars(
            select(Audit.action).where(Audit.action.startswith("note ")).order_by(Audit.id)
        ).all()
    assert actions == ["note corrected", "note dropped"]
    reads_well(secretary)


def test_a_long_account_comes_in_several_messages_and_loses_nothing(world: World, secretary: Talker) -> None:
    at_discussion(world, secretary)
    said = [f"Ý kiến {n}: " + "nội dung " * 40 for n in range(1, 31)]
    for text in said:
        secretary.says(text)
    secretary.says("/hop").taps("Thêm")
    before = len(secretary.got)
    secretary.taps("Đọc lại biên bản")
    parts = secretary.got[before:]
    assert len(parts) > 3
    assert all(len(part.text) < 4096 for part in parts)
    assert all(part.text.endswith("👉 Còn tiếp ở tin sau.") for part in parts[:-1])
    whole = "\n".join(part.text for part in parts)
    places = [whole.index(f"({n}) Ý kiến {n}: ") for n in range(1, 31)]
    assert places == sorted(places)
    assert whole.count("Ý kiến ") - whole.count("Tổng hợp ý kiến") == 30
    assert "✅ Đúng, đã thông qua" in labels(secretary)
    reads_well(secretary)


def test_nothing_noted_is_said_and_may_be_passed(world: World, secretary: Talker) -> None:
    opened(secretary).taps("Thêm").taps("Đọc lại biên bản")
    assert "Chưa ghi ý kiến, biểu quyết hay phân công nào." in secretary.last.text
    secretary.taps("Sửa")
    assert "Chưa có ý kiến nào" in secretary.last.text
    secretary.taps("Về bước họp")
    assert now_at(secretary) == "Bước 1/8"
    assert row(world).read_back_at is None
    reads_well(secretary)


def test_a_note_that_somebody_else_dropped_is_not_corrected(world: World, secretary: Talker) -> None:
    other = world.registered("CB01", "secretary")
    opened(secretary).says("A").says("/hop").taps("Thêm").taps("Đọc lại").taps("Sửa").says("1")
    other.says("/hop").taps("Thêm").taps("Đọc lại").taps("Sửa").says("1").taps("Bỏ ý kiến này")
    secretary.says("A sửa")
    assert notes(world) == []
    assert "Chưa ghi ý kiến" in secretary.last.text
    reads_well(secretary, other)


def test_a_start_with_a_vote_is_not_called_off(world: World, secretary: Talker) -> None:
    opened(secretary).taps("Thêm").taps("Phân công").says("Việc A – bí thư – 25/5")
    secretary.taps("Về bước họp").taps("Thêm").taps("Tạm dừng").taps("Chọn nhầm")
    assert "nên không hủy được" in secretary.last.text
    assert row(world).state == "running"


def test_members_of_the_unit_follow_the_latest_meeting_alone(world: World, secretary: Talker) -> None:
    opened(secretary).taps("Tiếp")
    counted(secretary, "30/30")
    to_the_end(secretary).taps("Kết thúc")
    world.later(days=2)
    secretary.says("/ketqua").taps("ngoài kế hoạch").says("31/3").says("20/20").taps("Đúng, nay là 20").taps(
        "Đúng"
    )
    with world.db.read() as session:
        assert session.scalar(select(Unit.members).where(Unit.code == "CB01")) == 30
        assert session.scalar(select(func.count()).select_from(Meeting)) == 2
    assert timedelta(days=1) < world.at - (row(world).started_at or world.at)
