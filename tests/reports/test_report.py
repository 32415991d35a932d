"""`/nop`: files for a report: one, several, an album, loose ones, refused ones; the receipt and its versions."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from bot.messages import File, Refusal
from bot.store.db import Database
from bot.tables import Duty, Message, Submission, SubmissionFile
from bot.talk.receive import receive
from tests.kit.committees import committee
from tests.kit.files import stored
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

ZIP = Refusal("tài liệu.zip", "file_zip", (("name", "tài liệu.zip"),))
SECRET = Refusal("tep.pdf", "file_secret")
BIG = Refusal("to.pdf", "file_over_channel", (("limit_mb", "20"), ("size_mb", "25")))


def files(count: int, name: str = "anh") -> list[File]:
    return [stored(f"{name}-{n}.jpg", f"{name} {n}".encode()) for n in range(1, count + 1)]


def handed(world: World) -> list[tuple[int | None, bool | None, list[str]]]:
    """(version, on time, names of files) of what was handed in."""
    with world.db.read() as session:
        rows = session.scalars(
            select(Submission).where(Submission.state == "handed").order_by(Submission.version)
        ).all()
        return [(row.version, row.on_time, [file.name for file in row.files]) for row in rows]


def second_quarter(world: World) -> Duty:
    with world.db.read() as session:
        return session.scalars(
            select(Duty).where(Duty.key == "bao-cao-quy:2022-Q2", Duty.unit.has(code="CB01"))
        ).one()


def begun(secretary: Talker) -> Talker:
    return secretary.says("/nop").taps("Báo cáo")


def test_choose_send_and_hand_in(world: World, secretary: Talker) -> None:
    secretary.says("/nop")
    assert secretary.last.text.startswith("Báo cáo đang chờ nộp:\n– Báo cáo kết quả tổ chức")
    assert secretary.last.text.endswith("👉 Đồng chí nộp báo cáo nào?")
    secretary.says("báo cáo quý")
    assert secretary.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây.")
    secretary.says("1")
    assert "📤 Gửi: Ban Thường vụ Đảng ủy Khối (qua Ban Tuyên giáo Đảng ủy Khối)\n\n👉" in secretary.last.text
    assert "✅ Xong" not in labels(secretary)
    secretary.hands(stored("bao-cao.pdf"))
    assert secretary.last.text == (
        "Đã nhận 1 tệp:\n📎 bao-cao.pdf (1 KB)\n\n👉 Đồng chí gửi thêm, hoặc bấm “Xong” để nộp."
    )
    secretary.hands(*files(2)).taps("Xong")
    assert "quý II/2022</b>\n📎 bao-cao.pdf (1 KB)\n📎 anh-1.jpg (1 KB)\n📎 anh-2.jpg" in secretary.last.text
    assert "· <b>đúng hạn</b>\n\n👉 Đồng chí xem việc tiếp theo." in secretary.last.text
    assert handed(world) == [(1, True, ["bao-cao.pdf", "anh-1.jpg", "anh-2.jpg"])]
    assert (second_quarter(world).state, second_quarter(world).next_reminder_at) == ("done", None)
    reads_well(secretary)


@pytest.mark.parametrize("word", ["xong", "Xong rồi", "nộp", "hết rồi ạ"])
def test_done_may_be_said(world: World, secretary: Talker, word: str) -> None:
    begun(secretary).hands(stored("a.pdf")).says(word)
    assert bool(handed(world)) == (word != "hết rồi ạ")
    assert ("Trợ lý đang chờ tệp." in secretary.last.text) == (word == "hết rồi ạ")


def test_nothing_sent_then_done(world: World, secretary: Talker) -> None:
    begun(secretary).says("xong")
    assert secretary.last.text.startswith("Chưa có tệp nào. Xin đồng chí gửi tệp trước khi bấm “Xong”.\n\n📎")
    assert handed(world) == []
    assert second_quarter(world).state == "open"
    reads_well(secretary)


def test_done_pressed_twice_hands_in_once(world: World, secretary: Talker) -> None:
    begun(secretary).hands(stored("a.pdf"))
    button = secretary.find("Xong").payload
    secretary.presses(button).presses(button)
    assert handed(world) == [(1, True, ["a.pdf"])]


def test_an_album_is_answered_once(world: World, secretary: Talker) -> None:
    begun(secretary)
    before = len(secretary.got)
    for file in files(5):
        receive(world.desk, replace(secretary._event(files=(file,)), album="album-1"))
    assert secretary.looks() == []
    world.later(seconds=1.3)
    assert len(secretary.looks()) == 1
    assert len(secretary.got) == before + 1
    assert secretary.last.text.startswith("Đã nhận 5 tệp:\n📎 anh-1.jpg")
    receive(world.desk, replace(secretary._event(files=(stored("sau.jpg", b"6"),)), album="album-1"))
    world.later(seconds=1.3)
    assert [reply.text.split("\n")[0] for reply in secretary.looks()] == ["Đã nhận 6 tệp:"]
    secretary.taps("Xong")
    assert len(handed(world)[0][2]) == 6
    reads_well(secretary)


def test_loose_files_are_kept_until_it_is_said_what_they_are_for(world: World, secretary: Talker) -> None:
    world.go("2022-07-02 08:00")
    before = len(secretary.got)
    for file in files(3):
        receive(world.desk, replace(secretary._event(files=(file,)), album="album-2"))
    world.later(seconds=2)
    assert len(secretary.looks()) == 1
    assert len(secretary.got) == before + 1
    assert secretary.last.text.startswith("📎 Đã nhận 3 tệp.\n\nBáo cáo đang chờ nộp:\n1. Báo cáo")
    assert secretary.last.text.endswith("👉 Tệp vừa gửi là của báo cáo nào? Bấm vào là nộp luôn.")
    secretary.hands(stored("them.pdf", b"them"))
    assert secretary.last.text.startswith("📎 Đã nhận 4 tệp.")
    secretary.says("2")
    assert secretary.last.text.startswith("✅ <b>Đã nộp: Báo cáo")
    assert "quý III/2022</b>\n📎 anh-1.jpg" in secretary.last.text
    assert handed(world) == [(1, True, ["anh-1.jpg", "anh-2.jpg", "anh-3.jpg", "them.pdf"])]
    reads_well(secretary)


@pytest.mark.parametrize("no", ["tap", "thoi khong nop", "chưa nộp", "không", "Không nộp"])
def test_loose_files_may_be_no_report(world: World, secretary: Talker, no: str) -> None:
    secretary.hands(stored("anh.jpg"))
    assert "Không nộp" in labels(secretary)
    secretary.taps("Không nộp") if no == "tap" else secretary.says(no)
    assert secretary.last.text.startswith("Đã bỏ, chưa nộp gì.")
    secretary.says("/huy")
    assert handed(world) == []


@pytest.mark.parametrize(
    "yes", ["dung roi", "vang nop di", "Nộp luôn nhé", "ừ nộp báo cáo giúp tôi", "gửi đi"]
)
def test_loose_files_are_handed_in_by_a_yes(world: World, secretary: Talker, yes: str) -> None:
    secretary.hands(stored("bao-cao.pdf")).says(yes)
    assert handed(world) == [(1, True, ["bao-cao.pdf"])]


def test_what_was_left_before_it_was_said_what_for_is_not_said_to_be_there(secretary: Talker) -> None:
    secretary.hands(stored("anh.jpg")).says("/huy")
    assert secretary.last.text.startswith("Đã dừng, chưa nộp gì. Muốn nộp, đồng chí gửi lại tệp.")
    begun(secretary).hands(stored("bao-cao.pdf")).says("/huy")
    assert secretary.last.text.startswith("Đã dừng. Tệp đã gửi vẫn còn;")
    assert "📎 bao-cao.pdf" in begun(secretary).last.text


def test_who_speaks_is_told_to_write(secretary: Talker) -> None:
    secretary.hands(replace(stored("ghi-am-7.ogg"), media_type="audio/ogg"))
    assert secretary.last.text.startswith("⚠️ Trợ lý chưa nghe được tin thoại;")
    assert "👉 Đồng chí gõ lại bằng chữ, hoặc bấm “Trang chính”." in secretary.last.text
    assert "ghi-am" not in secretary.last.text


def test_loose_files_go_along_with_the_button_of_a_report(world: World, secretary: Talker) -> None:
    secretary.says("/thangnay")
    button = secretary.find("Nộp:").payload
    secretary.hands(stored("a.pdf")).presses(button)
    assert "Đã nhận 1 tệp:\n📎 a.pdf" in secretary.last.text
    secretary.taps("Xong")
    assert handed(world) == [(1, True, ["a.pdf"])]


def test_loose_files_when_nothing_is_asked_for(db: Database) -> None:
    world = World(db)
    committee(world)
    secretary = world.registered("CB01", "secretary").hands(stored("a.pdf"))
    assert "Hiện không có báo cáo nào phải nộp, nên tệp vừa gửi chưa được ghi vào đâu." in secretary.last.text
    secretary.says("/nop")
    assert secretary.last.text.startswith("Hiện không có báo cáo nào phải nộp.\n\n👉 Trợ lý sẽ nhắc")
    leader = world.registered("DUK", "leader").hands(stored("a.pdf"))
    assert "Hiện chưa có chuyên đề nào trong kế hoạch đang dùng, nên tệp" in leader.last.text
    follower = world.registered("DUK", "follower").hands(stored("a.pdf"))
    assert "không thuộc phạm vi" in follower.last.text
    reads_well(secretary, leader, follower)


def test_who_leads_two_units_says_in_one_tap_which_the_files_are_of(world: World, secretary: Talker) -> None:
    secretary.says(f"/start {world.invite('CB02', 'secretary')}").says("40").says("10")
    secretary.hands(stored("a.pdf"))
    assert (
        "📎 Đã nhận 1 tệp: a.pdf.\n\nBáo cáo đang chờ nộp:\n1. Chi bộ Văn phòng: Báo" in secretary.last.text
    )
    assert "\n2. Chi bộ Công ty Nước sạch: Báo cáo" in secretary.last.text
    secretary.says("cái kia")
    assert secretary.last.text.startswith("Xin đồng chí chọn một trong các nút")
    secretary.hands(stored("b.pdf", b"b"), refused=[BIG])
    assert "📎 Đã nhận 2 tệp.\n⚠️ to.pdf: tệp 25 MB" in secretary.last.text
    secretary.taps("2. Chi bộ")
    assert secretary.last.text.startswith("✅ <b>Đã nộp: ")
    assert "</b>\nChi bộ Công ty Nước sạch\n📎 a.pdf" in secretary.last.text
    with world.db.read() as session:
        assert session.scalars(select(Duty.unit_id).where(Duty.state == "done")).all() == [3]
    reads_well(secretary)


@pytest.mark.parametrize("where", ["files", "duty", "nowhere"])
def test_refused_files_are_explained_wherever_they_come(world: World, secretary: Talker, where: str) -> None:
    if where != "nowhere":
        secretary.says("/nop")
    if where == "files":
        secretary.taps("Báo cáo")
    secretary.hands(refused=[ZIP, SECRET])
    assert "⚠️ “tài liệu.zip” là tệp nén nên không nhận được." in secretary.last.text
    assert "⚠️ tep.pdf: Tệp này có dấu hiệu là tài liệu mật" in secretary.last.text
    assert "href" not in secretary.last.text.split("👉")[0]
    secretary.hands(refused=[BIG])
    assert "⚠️ to.pdf: tệp 25 MB, lớn hơn 20 MB mà kênh này nhận được." in secretary.last.text
    assert '⬆️ <a href="https://chibo.example/u/1">Gửi tệp qua trang này</a>\n' in secretary.last.text
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(SubmissionFile)) == 0
    reads_well(secretary)


def test_a_name_with_signs_is_shown_as_it_is(world: World, secretary: Talker) -> None:
    name = "A&B <1>.zip"
    secretary.hands(refused=[Refusal(name, "file_zip", (("name", name),))])
    assert "⚠️ “A&amp;B &lt;1&gt;.zip” là tệp nén" in secretary.last.text
    begun(secretary).hands(stored("C&D.pdf"))
    assert "📎 C&amp;D.pdf (1 KB)" in secretary.last.text


def test_some_taken_some_refused_and_the_same_bytes_once(world: World, secretary: Talker) -> None:
    begun(secretary).hands(stored("a.pdf"), refused=[ZIP])
    assert secretary.last.text.startswith("Đã nhận 1 tệp:\n📎 a.pdf (1 KB)\n⚠️ “tài liệu.zip”")
    secretary.hands(stored("ban-sao.pdf"), stored("b.pdf", b"b"))
    assert "1 tệp trùng với tệp đã có, không ghi hai lần." in secretary.last.text
    assert "Đã nhận 2 tệp:\n📎 a.pdf (1 KB)\n📎 b.pdf (1 KB)\n" in secretary.last.text
    secretary.taps("Xong")
    assert handed(world) == [(1, True, ["a.pdf", "b.pdf"])]
    reads_well(secretary)


def test_more_than_thirty_files(world: World, secretary: Talker) -> None:
    begun(secretary).hands(*files(32))
    assert "⚠️ Mỗi lần nộp nhận nhiều nhất 30 tệp. Xin đồng chí gộp bớt." in secretary.last.text
    assert secretary.last.text.startswith("Đã nhận 30 tệp, mới nhất:\n📎 anh-19.jpg")
    secretary.says("/nop").taps("Báo cáo").taps("Bỏ, không nộp nữa")
    secretary.hands(*files(31, "khac"))
    assert secretary.last.text.startswith("Mỗi lần nộp nhận nhiều nhất 30 tệp.")
    assert "📎 Đã nhận 30 tệp." in secretary.last.text
    secretary.taps("✅ Nộp")
    assert len(handed(world)[0][2]) == 30
    reads_well(secretary)


def test_loose_files_that_do_not_fit_the_draft_are_said(world: World, secretary: Talker) -> None:
    begun(secretary).hands(*files(29)).says("/huy")
    secretary.hands(*files(3, "khac")).taps("✅ Nộp")
    assert secretary.last.text.startswith("Mỗi lần nộp nhận nhiều nhất 30 tệp.")
    assert "Đã nhận 30 tệp:" in secretary.last.text
    reads_well(secretary)


def test_handed_in_again_is_the_second_version(world: World, secretary: Talker) -> None:
    begun(secretary).hands(stored("a.pdf")).taps("Xong").taps("Nộp lại bản khác")
    assert "⏰ Đã xong thứ Sáu 01/4, đúng hạn\n" in secretary.last.text
    assert "Báo cáo này đã nộp; lần này là bản thay thế." in secretary.last.text
    secretary.hands(stored("b.pdf", b"b")).taps("Xong")
    assert "Đây là bản nộp lần 2; các bản trước vẫn được giữ." in secretary.last.text

    world.go("2022-07-05 08:00")
    other = world.registered("CB01", "secretary").says("/nop")
    assert "🔁 Nộp lại: Báo cáo kết quả… quý II/2022" in labels(other)
    other.taps("Nộp lại").hands(stored("c.pdf", b"c")).taps("Xong")
    assert "· <b>trễ hạn</b> (hạn thứ Năm 30/6)\nĐây là bản nộp lần 3" in other.last.text
    assert handed(world) == [(1, True, ["a.pdf"]), (2, True, ["b.pdf"]), (3, False, ["c.pdf"])]
    assert second_quarter(world).on_time is True
    other.says("/nop").taps("Nộp lại").taps("Bỏ, không nộp nữa")
    assert other.last.text.startswith("Đã bỏ; bản đã nộp trước đây vẫn giữ nguyên.")
    reads_well(secretary, other)


def test_two_people_each_hand_in_their_own_draft(world: World, secretary: Talker) -> None:
    other = world.registered("CB01", "secretary")
    begun(secretary).hands(stored("a.pdf"))
    begun(other).hands(stored("b.pdf", b"b")).taps("Xong")
    secretary.taps("Xong")
    assert handed(world) == [(1, True, ["b.pdf"]), (2, True, ["a.pdf"])]


def test_late_is_said(world: World, secretary: Talker) -> None:
    world.go("2022-07-02 08:00")
    secretary.says("/nop").taps("1.").hands(stored("a.pdf")).taps("Xong")
    assert "8h00 thứ Bảy 02/7 · <b>trễ hạn</b> (hạn thứ Năm 30/6)" in secretary.last.text
    assert handed(world) == [(1, False, ["a.pdf"])]
    reads_well(secretary)


def test_dropped_and_left_drafts(world: World, secretary: Talker) -> None:
    begun(secretary).hands(stored("a.pdf")).taps("Bỏ, không nộp nữa")
    assert secretary.last.text.startswith("Đã bỏ, chưa nộp gì.")
    begun(secretary)
    assert "✅ Xong" not in labels(secretary)
    secretary.hands(stored("b.pdf", b"b")).says("/huy")
    begun(secretary)
    assert "Đã nhận 1 tệp:\n📎 b.pdf" in secretary.last.text
    secretary.taps("Xong")
    assert handed(world) == [(1, True, ["b.pdf"])]
    reads_well(secretary)


@pytest.mark.parametrize("then", ["done", "file", "choose"])
def test_a_duty_withdrawn_meanwhile(world: World, secretary: Talker, then: str) -> None:
    secretary.says("/nop")
    if then != "choose":
        secretary.taps("Báo cáo").hands(stored("a.pdf"))
    with world.db.write() as session:
        session.execute(update(Duty).where(Duty.kind == "report").values(state="withdrawn"))
    if then == "file":
        secretary.hands(stored("b.pdf", b"b"))
    else:
        secretary.taps("Xong" if then == "done" else "Báo cáo")
    assert secretary.last.text.startswith("Việc này không còn trong kế hoạch: Báo cáo kết quả")
    assert handed(world) == []
    reads_well(secretary)


def test_another_units_report_is_refused(world: World, secretary: Talker) -> None:
    with world.db.read() as session:
        other = session.scalars(select(Duty).where(Duty.kind == "report", Duty.unit_id == 3)).first()
        assert other is not None
    secretary.presses(f"report.duty:{other.id}")
    assert "không thuộc phạm vi" in secretary.last.text
    question = secretary.says("/nop").find("Báo cáo").payload.split(":")[0]
    secretary.presses(f"{question}:{other.id}")
    assert "không thuộc phạm vi" in secretary.last.text
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 0
        assert session.scalar(select(func.count()).where(Message.state == "failed")) == 0
