"""The office's file of questions and answers in chat: taken empty, sent back, looked at, applied; what waits is answered there."""

from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from bot.tables import AskedWords, Audit, Enquiry, Errand
from tests.kit.committees import committee
from tests.kit.enquiries import OFFICE
from tests.kit.files import stored
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import labels, reads_well
from tests.kit.workbooks import on_the_shelf
from tests.kit.world import World

pytestmark = begins(committee)

HEAD = ["Câu hỏi", "Trả lời", "Cách hỏi khác"]


def sheet(world: World, folder: Path, *rows: list[Any]) -> Any:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    path = folder / "hoi-dap.xlsx"
    book.save(path)
    return on_the_shelf(world, path)


def hands_in(world: World, office: Talker, folder: Path, *rows: list[Any]) -> str:
    office.says("/quantri").taps("Hỏi đáp").taps("Nạp tệp").hands(sheet(world, folder, *rows))
    return runs(office).last.text


def kept(world: World) -> dict[str, tuple[str, tuple[str, ...]]]:
    with world.db.read() as session:
        return {one.question: (one.answer, one.others) for one in session.scalars(select(Enquiry))}


def filled(folder: Path, world: World, office: Talker) -> Any:
    """The form that the office has just got, with the 25."""
    path = folder / "mau.xlsx"
    path.write_bytes(world.shelf.read(office.last.files[0].digest))
    book = load_workbook(path)
    for one in OFFICE:
        book.worksheets[0].append([one.question, one.answer, "\n".join(one.others)])
    book.save(path)
    return on_the_shelf(world, path)


def test_an_empty_form_comes_back_filled_in(world: World, office: Talker, tmp_path: Path) -> None:
    office.says("/quantri").taps("Hỏi đáp")
    assert "Chưa có câu nào." in office.last.text
    office.taps("Lấy tệp mẫu")
    assert "Đang lập tệp hỏi đáp" in office.last.text
    runs(office)
    assert office.last.files[0].name == "Hỏi đáp.xlsx"
    book = filled(tmp_path, world, office)
    office.taps("Nạp tệp").hands(book)
    assert "Đang đọc tệp hỏi đáp" in office.last.text
    runs(office)
    assert office.last.text.startswith("❓ <b>Đã đọc 25 câu: thêm 25, sửa 0, bỏ 0, giữ nguyên 0</b>")
    assert "➕ … và 20 câu nữa" in office.last.text
    assert kept(world) == {}
    office.taps("Áp dụng")
    runs(office)
    assert "Đã cập nhật hỏi đáp của Đảng ủy Khối mẫu</b>: thêm 25" in office.last.text
    assert kept(world) == {one.question: (one.answer, one.others) for one in OFFICE}
    secretary = world.registered("CB01", "secretary")
    assert "Mở ứng dụng" in secretary.says("vao so tay the nao").last.text
    with world.db.read() as session:
        assert "enquiries loaded" in session.scalars(select(Audit.action)).all()
    reads_well(office, secretary)


def test_the_file_as_it_stands_changes_nothing(world: World, office: Talker, tmp_path: Path) -> None:
    hands_in(world, office, tmp_path, HEAD, ["Thẻ đảng?", "Gửi đơn.\nChờ ba ngày.", "mất thẻ; thẻ hỏng"])
    office.taps("Áp dụng")
    runs(office)
    assert kept(world) == {"Thẻ đảng?": ("Gửi đơn.\nChờ ba ngày.", ("mất thẻ", "thẻ hỏng"))}
    office.says("/quantri").taps("Hỏi đáp").taps("Lấy tệp Excel")
    assert "1 câu hỏi đáp hiện có" in runs(office).last.text
    path = tmp_path / "lay.xlsx"
    path.write_bytes(world.shelf.read(office.last.files[0].digest))
    office.taps("Nạp tệp").hands(on_the_shelf(world, path))
    assert "thêm 0, sửa 0, bỏ 0, giữ nguyên 1" in runs(office).last.text
    assert "giống hệt" in office.last.text
    office.taps("Hỏi đáp")
    assert "Đang có 1 câu" in office.last.text
    reads_well(office)


def test_what_changes_goes_and_stays_is_said_first(world: World, office: Talker, tmp_path: Path) -> None:
    hands_in(world, office, tmp_path, HEAD, ["Câu một?", "Một."], ["Câu hai?", "Hai."], ["Câu ba?", "Ba."])
    office.taps("Áp dụng")
    runs(office)
    said = hands_in(
        world, office, tmp_path, HEAD, ["câu MỘT?", "Một sửa."], ["Câu hai?", "–"], ["Câu bốn?", "Bốn."]
    )
    assert "thêm 1, sửa 1, bỏ 1, giữ nguyên 0" in said
    assert "➕ Câu bốn?" in said
    assert "✏️ câu MỘT?" in said
    assert "🗑 Câu hai?" in said
    office.taps("Áp dụng")
    runs(office)
    assert kept(world) == {"câu MỘT?": ("Một sửa.", ()), "Câu ba?": ("Ba.", ()), "Câu bốn?": ("Bốn.", ())}
    reads_well(office)


def test_faults_are_told_by_cell(world: World, office: Talker, tmp_path: Path) -> None:
    rows = [["Một?", ""], ["", "Hai."], ["Ba?", "x" * 1501], ["Bốn?", "4"], ["bốn", "4"], ["d" * 201, "5"]]
    said = hands_in(
        world, office, tmp_path, ["DANH SÁCH"], ["TT", *HEAD], *([n, *row] for n, row in enumerate(rows))
    )
    for line in (
        "<b>C3</b>: Câu này chưa có trả lời.",
        "<b>B4</b>: Dòng này chưa có câu hỏi.",
        "<b>C5</b>: Ô “Trả lời” dài quá 1500 ký tự.",
        "<b>B7</b>: Câu này đã có ở dòng 6.",
        "<b>B8</b>: Ô “Câu hỏi” dài quá 200 ký tự.",
    ):
        assert line in said
    assert kept(world) == {}
    office.taps("Gửi lại tệp")
    assert "Nạp tệp hỏi đáp của Đảng ủy Khối mẫu" in office.last.text
    reads_well(office)


def test_what_is_no_such_file_says_what_to_do(world: World, office: Talker, tmp_path: Path) -> None:
    assert "Chưa thấy bảng hỏi đáp" in hands_in(world, office, tmp_path, ["nháp"], ["x", "y"])
    assert "Tệp chưa có câu hỏi nào" in hands_in(world, office, tmp_path, HEAD, ["(ví dụ) Gì?", "Thế."])
    many = ([f"Câu số {n}?", "x"] for n in range(501))
    assert "nhiều hơn 500 câu" in hands_in(world, office, tmp_path, HEAD, *many)
    office.taps("Gửi lại tệp").hands(stored("a.pdf"))
    assert "Đồng chí gửi một tệp Excel (.xlsx)" in office.last.text
    office.says("gì cơ")
    assert "Đồng chí gửi một tệp Excel (.xlsx)" in office.last.text
    reads_well(office)


def test_it_may_be_dropped_or_looked_at_once_more(world: World, office: Talker, tmp_path: Path) -> None:
    hands_in(world, office, tmp_path, HEAD, ["Câu một?", "Một."])
    agree = office.find("Áp dụng").payload
    office.says("/quantri").taps("Hỏi đáp").taps("Xem lại: hoi-dap.xlsx")
    runs(office)
    assert "thêm 1" in office.last.text
    office.taps("Hủy")
    assert "Đã hủy, không có gì thay đổi." in office.last.text
    office.presses(agree)
    assert "Tệp ấy đã xong hoặc đã hủy." in office.last.text
    runs(office)
    assert kept(world) == {}
    with world.db.read() as session:
        assert session.scalars(select(Errand.state)).all() == ["dropped"]
    reads_well(office)


def asks(world: World, *questions: str) -> None:
    secretary = world.registered("CB01", "secretary")
    for question in questions:
        secretary.says(question)


def test_what_waits_is_answered_in_chat(world: World, office: Talker) -> None:
    asks(world, "bia so dang bi rach doi o dau", "ai trông xe hôm đại hội?", "ai trong xe hom dai hoi")
    assert "Câu hỏi chưa có trả lời: 2" in office.says("/quantri").last.text
    office.taps("Hỏi đáp").taps("Câu chưa có trả lời (2)")
    assert "1. ai trông xe hôm đại hội? (hỏi 2 lần)\n2. bia so dang bi rach doi o dau" in office.last.text
    office.taps("2. bia")
    assert "“bia so dang bi rach doi o dau”" in office.last.text
    office.says("Thẻ đảng bị rách đổi ở đâu khi hết hạn?")
    assert office.last.text.startswith("❓ <b>Thẻ đảng bị rách đổi ở đâu khi hết hạn?</b>")
    office.taps("Quay lại").says("Thẻ đảng hỏng thì đổi ở đâu?")
    office.says("…").says("Tại văn phòng, sáng thứ Hai.")
    assert "Đã thêm vào hỏi đáp của Đảng ủy Khối mẫu" in office.last.text
    assert "không báo cho ai" in office.last.text
    assert kept(world) == {
        "Thẻ đảng hỏng thì đổi ở đâu?": ("Tại văn phòng, sáng thứ Hai.", ("bia so dang bi rach doi o dau",))
    }
    office.taps("Câu chưa có trả lời").taps("1. ai").taps("Giữ nguyên").says("Đội tự quản.")
    assert kept(world)["ai trông xe hôm đại hội?"] == ("Đội tự quản.", ())
    office.taps("Câu chưa có trả lời")
    assert "Mọi câu đều đã có trả lời." in office.last.text
    secretary = world.registered("CB02", "secretary").says("doi bia so dang bi rach o dau")
    assert "Tại văn phòng, sáng thứ Hai." in secretary.last.text
    reads_well(office, secretary)


def test_what_the_office_asked_and_answered_keeps_its_other_forms(
    world: World, office: Talker, tmp_path: Path
) -> None:
    hands_in(world, office, tmp_path, HEAD, ["Thẻ đảng hỏng?", "Đổi.", "thẻ rách"])
    office.taps("Áp dụng")
    runs(office)
    asks(world, "bìa giấy bị ướt thì tính sao?")
    office.says("/quantri").taps("Hỏi đáp").taps("Câu chưa có trả lời").taps("1. bìa")
    office.says("Thẻ đảng hỏng").says("Đổi tại văn phòng.")
    assert kept(world) == {
        "Thẻ đảng hỏng": ("Đổi tại văn phòng.", ("thẻ rách", "bìa giấy bị ướt thì tính sao?"))
    }


def test_bad_answers_are_asked_again(world: World, office: Talker) -> None:
    asks(world, "vì sao " + "tàu thuyền " * 40 + "?", "ai trông xe hôm đại hội?")
    office.says("/quantri").taps("Hỏi đáp").taps("Câu chưa có trả lời").taps("vì sao")
    assert "Câu này dài." in office.last.text
    assert not any("Giữ nguyên" in label for label in labels(office))
    office.says("x" * 201)
    assert "dài quá 200 ký tự" in office.last.text
    office.says("?!").says("Câu gọn?").says("y" * 1501)
    assert "dài quá 1500 ký tự" in office.last.text
    office.says("?")
    assert "Xin đồng chí gõ câu trả lời." in office.last.text
    office.says("Vì thế.")
    assert kept(world)["Câu gọn?"][0] == "Vì thế."
    reads_well(office)


def test_one_is_passed_over_and_comes_back_when_it_is_asked_again(world: World, office: Talker) -> None:
    asks(world, "ai trông xe hôm đại hội?")
    office.says("/quantri").taps("Hỏi đáp").taps("Câu chưa có trả lời").taps("1. ai").taps("Bỏ câu này")
    assert "Đã bỏ câu ấy." in office.last.text
    with world.db.read() as session:
        assert session.scalars(select(AskedWords)).all() == []
    asks(world, "ai trông xe hôm đại hội?")
    assert "Câu hỏi chưa có trả lời: 1" in office.says("/quantri").last.text
    reads_well(office)


def test_the_list_has_pages(world: World, office: Talker) -> None:
    asks(world, *(f"ai trông cổng số {n} hôm đại hội?" for n in range(1, 11)))
    office.says("/quantri").taps("Hỏi đáp").taps("Câu chưa có trả lời").taps("Trang sau")
    assert "9. ai trông" in office.last.text
    assert "8. " not in office.last.text
    office.taps("Trang trước")
    assert "8. ai trông" in office.last.text
    reads_well(office)


def test_the_office_of_two_committees_says_which(world: World, office: Talker) -> None:
    world.units(("DUB", "Đảng ủy Sở B", "dang_bo_co_so", "", "DUK"))
    office.says(world.invite("DUB", "admin"))
    office.says("/quantri").taps("Hỏi đáp")
    assert office.last.text.startswith("❓ Hỏi đáp của đơn vị nào?")
    office.taps("Đảng ủy Sở B")
    assert "Hỏi đáp của Đảng ủy Sở B" in office.last.text
    reads_well(office)


def test_where_no_file_can_be_sent_the_page_is_named(world: World) -> None:
    office = world.registered("DUK", "admin", channel="zalo")
    office.says("/quantri").taps("Hỏi đáp").taps("Nạp tệp")
    assert "trang gửi tệp" in office.last.text
    reads_well(office)
