"""Photographs of a report into one PDF, in chat: the offer, the sheet, pages dropped, moved and turned, what takes their place."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select, update

from bot.messages import File
from bot.tables import Audit, Duty, Errand, Submission
from bot.tables.asked import ScannedPages
from bot.talk.receive import receive
from schedules import plans as errands
from schedules import reports as scans
from tests.kit.files import MemoryShelf, stored
from tests.kit.photos import keep_bytes, photo, photos
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


@pytest.fixture
def secretary(secretary: Talker) -> Iterator[Talker]:
    yield secretary
    reads_well(secretary)


def begun(secretary: Talker) -> Talker:
    return secretary.says("/nop").taps("Báo cáo")


def shown(secretary: Talker, *numbers: int) -> Talker:
    """So many photographs are sent and shown as pages."""
    begun(secretary).hands(*photos(secretary.world, *numbers)).taps("Ghép ảnh")
    assert secretary.last.text.startswith(f"⏰ Đang xếp {len(numbers)} trang")
    return runs(secretary)


def pages(world: World, file: File) -> list[tuple[int, str]]:
    """Of a PDF: which photograph each page is, and where its corner is."""
    reader = PdfReader(io.BytesIO(world.shelf.read(file.digest)))
    pictures = [page.images[0].image for page in reader.pages]
    return [_read(picture) for picture in pictures if picture is not None]


def _read(picture: Image.Image) -> tuple[int, str]:
    grey = picture.convert("L")
    level = grey.getpixel((grey.width // 2, grey.height // 2))
    places = {"top left": (9, 9), "top right": (grey.width - 9, 9), "left": (9, grey.height - 9)}
    places["right"] = (grey.width - 9, grey.height - 9)
    assert isinstance(level, int)
    dark = [name for name, place in places.items() if int(grey.getpixel(place)) < 50]
    return round((level - 100) / 10), dark[0]


def order(world: World, file: File) -> list[int]:
    return [number for number, _ in pages(world, file)]


def files(world: World, state: str = "draft") -> list[str]:
    with world.db.read() as session:
        found = session.scalars(select(Submission).where(Submission.state == state)).all()
        return [file.name for one in found for file in one.files]


def made(secretary: Talker) -> File:
    """Presses `Xong` under the sheet and gives the PDF."""
    secretary.taps("Xong")
    assert secretary.last.text.startswith("⏰ Đang ghép")
    runs(secretary)
    assert secretary.last.text.startswith("📄 <b>Đã ghép "), secretary.last.text
    (file,) = secretary.last.files
    return file


def state(world: World) -> str:
    with world.db.read() as session:
        return session.scalars(select(Errand.state)).one()


def test_two_pictures_are_offered_to_be_joined(world: World, secretary: Talker) -> None:
    begun(secretary).hands(stored("bao-cao.pdf"), photo(world, 1))
    assert "📄 Ghép ảnh thành một PDF" not in labels(secretary)
    secretary.hands(photo(world, 2))
    assert "📄 Ghép ảnh thành một PDF" in labels(secretary)
    secretary.says("/nop").taps("Báo cáo")
    assert "📄 Ghép ảnh thành một PDF" in labels(secretary)
    secretary.says("ghép ảnh thành một pdf")
    assert secretary.last.text.startswith("⏰ Đang xếp 2 trang")


def test_shown_joined_and_handed_in(world: World, secretary: Talker) -> None:
    begun(secretary).hands(stored("truoc.pdf", b"1"), *photos(world, 1, 2), stored("sau.pdf", b"2"))
    secretary.hands(photo(world, 3)).taps("Ghép ảnh")
    assert runs(secretary).last.text.startswith("📄 <b>Bản ghép có 3 trang</b>, đánh số như trong ảnh")
    (sheet,) = secretary.last.files
    assert sheet.name == "Xem trước.jpg"
    with Image.open(io.BytesIO(world.shelf.read(sheet.digest))) as picture:
        assert picture.size == (960, 320)
    assert files(world) == ["truoc.pdf", "anh-1.jpg", "anh-2.jpg", "sau.pdf", "anh-3.jpg"]
    file = made(secretary)
    assert pages(world, file) == [(1, "top left"), (2, "top left"), (3, "top left")]
    assert file.name == (
        "Báo cáo kết quả tổ chức đợt sinh hoạt chính trị về xây dựng, chỉnh đốn Đảng quý II-2022.pdf"
    )
    assert "Đã ghép 3 trang thành một PDF</b>\n📎 Báo cáo kết quả" in secretary.last.text
    assert "còn 2 tệp khác" in secretary.last.text
    assert files(world) == ["truoc.pdf", file.name, "sau.pdf"]
    secretary.taps("Xong")
    assert secretary.last.text.startswith("✅ <b>Đã nộp: Báo cáo kết quả")
    assert files(world, "handed") == ["truoc.pdf", file.name, "sau.pdf"]
    assert {file.digest for file in photos(world, 1, 2, 3)} <= set(world.shelf.files)
    with world.db.read() as session:
        assert "pages joined" in session.scalars(select(Audit.action)).all()


def test_done_may_be_typed_at_each_place(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2).says("xong")
    assert secretary.last.text.startswith("⏰ Đang ghép 2 trang")
    runs(secretary).says("Xong")
    assert secretary.last.text.startswith("✅ <b>Đã nộp")
    assert len(files(world, "handed")) == 1


def test_pages_are_dropped_moved_and_turned(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2, 3, 4, 5, 6).taps("Bỏ trang")
    assert labels(secretary) == [*"123456", "⬅️ Thôi, giữ nguyên"]
    secretary.taps("2")
    assert "xếp 5 trang" in secretary.last.text
    runs(secretary).taps("Chuyển trang").taps("5")
    assert labels(secretary) == [*"1234", "Về cuối", "⬅️ Thôi, giữ nguyên"]
    secretary.says("trang 2")
    runs(secretary).taps("Chuyển trang").says("một").taps("Về cuối")
    runs(secretary).taps("Xoay trang").says("1, 3-4")
    assert secretary.last.text.startswith("🔁 <b>Xoay trang 1, 3, 4 về phía nào?</b>")
    secretary.taps("Sang phải")
    runs(secretary).taps("Xoay trang").taps("2").taps("Sang trái")
    runs(secretary).taps("Xoay trang").says("3").taps("Lộn ngược lại")
    file = made(runs(secretary))
    assert pages(world, file) == [
        (6, "top right"),
        (3, "left"),
        (4, "left"),
        (5, "top right"),
        (1, "top left"),
    ]
    assert files(world) == [file.name]


def test_all_pages_may_be_turned_at_once(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2, 3).taps("Xoay trang").taps("Tất cả các trang")
    assert "tất cả các trang" in secretary.last.text
    secretary.says("chếch một chút")
    assert secretary.last.text.startswith("Xin đồng chí chọn một trong các nút")
    secretary.taps("Lộn ngược lại")
    assert [corner for _, corner in pages(world, made(runs(secretary)))] == ["right"] * 3


@pytest.mark.parametrize(
    ("button", "said", "answer"),
    [
        ("Bỏ trang", "1-3", "Phải giữ ít nhất một trang."),
        ("Bỏ trang", "4", "Không có trang 4. Đồng chí chọn một số từ 1 đến 3."),
        ("Bỏ trang", "đầu tiên", "Trợ lý chưa hiểu “đầu tiên”"),
        ("Chuyển trang", "1, 2", "Mỗi lần chuyển một trang."),
        ("Xoay trang", "không", "Không có trang 0."),
    ],
)
def test_what_names_no_page_is_asked_again(
    world: World, secretary: Talker, button: str, said: str, answer: str
) -> None:
    shown(secretary, 1, 2, 3).taps(button).says(said)
    assert secretary.last.text.startswith(answer)
    question = secretary.last.text
    secretary.taps("Thôi, giữ nguyên")
    assert question != secretary.last.text
    assert secretary.last.text.startswith("📄 <b>Bản ghép có 3 trang</b>")
    assert order(world, made(secretary)) == [1, 2, 3]


def test_one_page_is_left(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2).taps("Bỏ trang").says("2")
    runs(secretary)
    assert "🗑 Bỏ trang…" not in labels(secretary)
    secretary.taps("Xoay trang")
    assert labels(secretary) == ["1", "⬅️ Thôi, giữ nguyên"]
    secretary.taps("1")
    assert secretary.last.text.startswith("🔁 <b>Xoay trang 1 về")
    secretary.taps("Thôi")
    assert order(world, made(secretary)) == [1]
    assert len(files(world)) == 1


def test_the_pieces_of_an_album_stand_in_the_order_of_their_messages(world: World, secretary: Talker) -> None:
    begun(secretary).hands(photo(world, 9))
    for number in (3, 1, 4, 2):
        event = secretary._event(files=(photo(world, number),), message_ref=str(500 + number))
        receive(world.desk, replace(event, album="album-1"))
    world.later(seconds=2)
    secretary.looks()
    assert [line[2:11] for line in secretary.last.text.split("\n")[1:6]] == [
        f"anh-{number}.jpg" for number in (9, 1, 2, 3, 4)
    ]
    secretary.taps("Ghép ảnh")
    assert order(world, made(runs(secretary))) == [9, 1, 2, 3, 4]


def test_an_album_that_came_unasked_stands_in_order_too(world: World, secretary: Talker) -> None:
    for number in (3, 1, 2):
        event = secretary._event(files=(photo(world, number),), message_ref=str(99 + number))
        receive(world.desk, replace(event, album="album-2"))
    world.later(seconds=2)
    secretary.looks()
    secretary.taps("Ghép ảnh, gửi thêm")
    late = secretary._event(files=(photo(world, 0),), message_ref="99", album="album-2")
    secretary.sends(late)
    world.later(seconds=2)
    secretary.looks()
    assert files(world) == ["anh-0.jpg", "anh-1.jpg", "anh-2.jpg", "anh-3.jpg"]


def test_pictures_that_come_later_are_put_at_the_end(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2, 3).taps("Bỏ trang").says("1")
    runs(secretary).taps("Chuyển trang").says("2").says("1")
    runs(secretary).taps("Xoay trang").hands(photo(world, 4))
    assert secretary.last.text.startswith("Đã nhận 4 tệp:")
    secretary.taps("Ghép ảnh")
    assert secretary.last.text.startswith("⏰ Đang xếp 3 trang")
    file = made(runs(secretary))
    assert order(world, file) == [3, 2, 4]
    assert files(world) == [file.name]


def test_a_picture_that_comes_while_it_is_being_joined_stays_beside(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2).taps("Xong").hands(photo(world, 3))
    secretary.taps("Ghép ảnh")
    assert secretary.last.text.startswith("⏰ Đang ghép 2 trang")
    runs(secretary)
    assert "còn 1 tệp khác" in secretary.last.text
    assert files(world) == [secretary.last.files[0].name, "anh-3.jpg"]


BROKEN_HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)


def test_pages_that_cannot_be_read_are_named(world: World, secretary: Talker) -> None:
    whole = world.shelf.read(photo(world, 7).digest)
    cut = keep_bytes(world, "hong.jpg", whole[:100])
    heic = keep_bytes(world, "anh.heic", BROKEN_HEIC, "image/heic")
    begun(secretary).hands(photo(world, 1), cut, photo(world, 2), heic).taps("Ghép ảnh")
    runs(secretary)
    assert "⚠️ Trang 2 không đọc được, có thể ảnh bị hỏng" in secretary.last.text
    assert "⚠️ Trang 4 không đọc được, có thể ảnh bị hỏng" in secretary.last.text
    assert secretary.last.text.endswith("👉 Đồng chí bỏ trang không dùng được rồi bấm “Xong”.")
    runs(secretary.taps("Xong"))
    assert secretary.last.text.startswith("⚠️ <b>Chưa ghép được, ảnh vẫn còn nguyên</b>\nTrang 2 không đọc")
    assert len(files(world)) == 4
    secretary.taps("Bỏ trang").says("2 và 4")
    assert "⚠️" not in runs(secretary).last.text
    assert order(world, made(secretary)) == [1, 2]
    assert len(files(world)) == 1


@pytest.mark.parametrize("how", ["handed in", "dropped"])
@pytest.mark.parametrize("when", ["shown", "joined"])
def test_a_draft_that_is_gone_meanwhile(world: World, secretary: Talker, how: str, when: str) -> None:
    begun(secretary).hands(*photos(world, 1, 2)).taps("Ghép ảnh")
    if when == "joined":
        runs(secretary).taps("Xong")
    if how == "handed in":
        secretary.says("/nop").taps("Báo cáo").says("xong")
        assert files(world, "handed") == ["anh-1.jpg", "anh-2.jpg"]
    else:
        secretary.says("/nop").taps("Báo cáo").taps("Bỏ, không nộp nữa")
    runs(secretary)
    assert secretary.last.text.startswith("Báo cáo đã nộp hoặc đã bỏ trước khi ghép xong")
    assert files(world, "handed" if how == "handed in" else "dropped") == ["anh-1.jpg", "anh-2.jpg"]
    assert files(world) == []
    assert state(world) == "dropped"
    assert world.tick(scans.join_scans) == 0


def test_buttons_of_an_earlier_sheet_change_nothing(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2, 3)
    old = secretary.find("Bỏ trang").payload
    secretary.taps("Bỏ trang").says("1")
    secretary.presses(old)
    assert secretary.last.text.startswith("⏰ Đang xếp 2 trang")
    runs(secretary).presses(old)
    assert secretary.last.text.startswith("Các trang đã được xếp lại sau tin đó; đây là bản hiện tại.")
    done = secretary.find("Xong").payload
    made(secretary)
    for payload in (old, done):
        secretary.presses(payload)
        assert secretary.last.text.startswith("Bản ghép đó không còn nữa.")
        assert "Đã nhận 1 tệp:" in secretary.last.text


def test_an_answer_to_a_question_of_before(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2, 3).taps("Bỏ trang")
    one = secretary.find("1").payload
    secretary.taps("Thôi").presses(one)
    assert secretary.last.text.startswith("Nút đó là của câu hỏi đã qua.")
    assert len(files(world)) == 3


def test_leaving_it_hands_in_the_pictures(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2).taps("Không ghép")
    assert "Đã nhận 2 tệp:\n📎 anh-1.jpg" in secretary.last.text
    secretary.taps("✅ Xong")
    assert files(world, "handed") == ["anh-1.jpg", "anh-2.jpg"]
    secretary.presses(
        next(c.payload for r in secretary for row in r.choices for c in row if "scan.done" in c.payload)
    )
    assert secretary.last.text.startswith("Bản ghép đó không còn nữa.")


def test_what_was_arranged_is_there_again(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2, 3).taps("Chuyển trang").says("3").says("1")
    runs(secretary).says("/huy")
    begun(secretary).taps("Ghép ảnh")
    assert order(world, made(runs(secretary))) == [3, 1, 2]


def test_handing_in_twice_from_under_the_pdf(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2)
    made(secretary)
    button = secretary.find("Xong").payload
    secretary.presses(button).presses(button)
    assert secretary.last.text.startswith("Lần nộp đó đã xong hoặc đã bỏ.")
    assert len(files(world, "handed")) == 1


def test_a_draft_of_one_picture_is_not_joined(world: World, secretary: Talker) -> None:
    begun(secretary).hands(photo(world, 1))
    with world.db.read() as session:
        draft = session.scalars(select(Submission.id)).one()
    secretary.presses(f"scan:{draft}")
    assert secretary.last.text.startswith("Phải có từ hai ảnh trở lên mới ghép được.")


def test_a_draft_is_its_own_persons(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2)
    payloads = [choice.payload for choice in secretary.choices if choice.payload.startswith("scan")]
    begin = next(c.payload for r in secretary for row in r.choices for c in row if c.payload[:5] == "scan:")
    other, foreign = world.registered("CB01", "secretary"), world.registered("CB02", "secretary")
    for payload in [*payloads, begin]:
        other.presses(payload)
        assert other.last.text.startswith("Bản ghép đó không còn nữa."), payload
        foreign.presses(payload)
        assert "không thuộc phạm vi" in foreign.last.text, payload
    assert state(world) == "shown"
    assert order(world, made(secretary)) == [1, 2]


def test_a_duty_withdrawn_while_pages_are_arranged(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2).taps("Bỏ trang")
    with world.db.write() as session:
        session.execute(update(Duty).where(Duty.kind == "report").values(state="withdrawn"))
    secretary.says("1")
    assert secretary.last.text.startswith("Việc này không còn trong kế hoạch")


class OddShelf(MemoryShelf):
    """Does something of its own whenever it is asked."""

    def __init__(self, old: MemoryShelf, then: Callable[[], None]) -> None:
        super().__init__()
        self.files, self.then = old.files, then

    def keep(self, name: str, source: Path) -> File:
        self.then()
        return super().keep(name, source)


def with_shelf(world: World, then: Callable[[], None]) -> None:
    world.desk = replace(world.desk, shelf=OddShelf(world.shelf, then))


def test_a_store_that_is_away_is_asked_again_for_half_an_hour(world: World, secretary: Talker) -> None:
    def away() -> None:
        raise OSError("away")

    plain = world.desk
    shown(secretary, 1, 2).taps("Xong")
    with_shelf(world, away)
    before = secretary.last
    runs(secretary)
    world.later(minutes=20)
    assert runs(secretary).last == before
    world.later(minutes=11)
    assert runs(secretary).last.text.startswith("⚠️ Việc ghép ảnh chưa làm được do lỗi của hệ thống")
    assert (world.tick(scans.join_scans), state(world)) == (0, "done")
    secretary.taps("Thử lại")
    before = secretary.last
    assert runs(secretary).last == before
    world.desk = plain
    assert order(world, made(runs(secretary))) == [1, 2]


@pytest.mark.logs_errors
def test_a_fault_of_ours_is_said_and_may_be_tried_again(
    world: World, secretary: Talker, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ValueError("a fault")

    begun(secretary).hands(*photos(world, 1, 2)).taps("Ghép ảnh")
    plain = world.desk
    with_shelf(world, broken)
    assert runs(secretary).last.text.startswith("⚠️ Việc ghép ảnh chưa làm được")
    assert "errand failed" in caplog.text
    world.desk = plain
    runs(secretary.taps("Thử lại"))
    assert order(world, made(secretary)) == [1, 2]


@pytest.mark.parametrize("step", ["shown", "joined"])
def test_of_two_that_do_it_at_once_one_wins(world: World, secretary: Talker, step: str) -> None:
    begun(secretary).hands(*photos(world, 1, 2)).taps("Ghép ảnh")
    if step == "joined":
        runs(secretary).taps("Xong")
    plain = world.desk

    def other() -> None:
        scans.join_scans(plain, world.at)

    before = len(secretary.got)
    with_shelf(world, other)
    runs(secretary)
    assert len(secretary.got) == before + 1
    if step == "joined":
        assert files(world) == [secretary.last.files[0].name]


def test_what_was_changed_while_the_sheet_was_made_is_not_shown(world: World, secretary: Talker) -> None:
    shown(secretary, 1, 2, 3).taps("Xoay trang").says("1").taps("Sang phải")

    def newer() -> None:
        with world.db.write() as session:
            errand = session.scalars(select(Errand)).one()
            errand.args = replace(errand.about(ScannedPages), round=9)

    plain = world.desk
    with_shelf(world, newer)
    before = secretary.last
    assert runs(secretary).last == before
    world.desk = plain
    assert runs(secretary).last.text.startswith("📄 <b>Bản ghép có 3 trang")


def test_the_office_leaves_these_errands_alone(world: World, secretary: Talker) -> None:
    begun(secretary).hands(*photos(world, 1, 2)).taps("Ghép ảnh")
    assert world.tick(errands.do_plan_errands) == 0
    assert runs(secretary).last.text.startswith("📄 <b>Bản ghép có 2 trang")
