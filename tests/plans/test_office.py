"""The office's plans in chat: a workbook sent, its faults by cell, what it would do, `Áp dụng`; a look ahead; another year."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from bot.plans.workbook import read_plan_workbook, write_plan
from bot.store.db import Database
from bot.tables import Audit, Duty, Errand, Message, Plan, Unit
from schedules import reminders
from tests.kit.committees import committee
from tests.kit.files import stored
from tests.kit.forms import Form, type_two_pages
from tests.kit.places import ROOT
from tests.kit.plans import VAGUE, plan_of, shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import reads_well
from tests.kit.workbooks import on_the_shelf, workbook
from tests.kit.world import World

TEMPLATES = ROOT / "templates"


pytestmark = begins(committee)


def count(world: World, model: type[Plan | Duty]) -> int:
    with world.db.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_plan_by_workbook_is_shown_and_then_applied(world: World, office: Talker, tmp_path: Path) -> None:
    secretary = world.registered("CB01", "secretary")
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path))
    assert "Đang đọc kế hoạch" in office.last.text
    runs(office)
    assert office.last.text.startswith(
        "📄 <b>8 chuyên đề, 5 mốc báo cáo, 27 văn bản, áp dụng cho 3 chi bộ</b>"
    )
    assert "Thêm " in office.last.text
    assert count(world, Duty) == 0
    office.taps("Áp dụng")
    runs(office)
    assert "Đã áp dụng kế hoạch 60-KH/ĐUK" in office.last.text
    assert count(world, Duty) > 20
    assert "tháng 4/2022" in secretary.says("/thangnay").last.text
    with world.db.read() as session:
        assert "plan loaded" in session.scalars(select(Audit.action)).all()
        assert session.scalars(select(Errand.state)).all() == ["done"]
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path))
    runs(office)
    assert "Không có gì khác với kế hoạch đang áp dụng" in office.last.text
    reads_well(office)


def test_a_plan_that_was_looked_at_is_applied_from_there(
    world: World, office: Talker, tmp_path: Path
) -> None:
    """The keyboard with "Áp dụng" went when the look ahead was asked for."""
    office.hands(workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path)).taps("Nạp kế hoạch")
    runs(office).taps("Xem trước lời nhắc").says("CB01")
    runs(office)
    assert office.last.text.endswith("👉 Kế hoạch chưa áp dụng. Đồng chí bấm “Áp dụng” nếu đã đúng.")
    office.taps("Xem đơn vị khác").says("không có đơn vị này").taps("Quay lại")
    runs(office).taps("Xem trước").says("CB02")
    runs(office).taps("Xem lại kế hoạch")
    runs(office).taps("Áp dụng")
    runs(office)
    assert "Đã áp dụng kế hoạch 60-KH/ĐUK" in office.last.text
    office.says("/quantri").taps("Kế hoạch").taps("60-KH").taps("Xem trước").says("CB01")
    runs(office)
    assert {"🔎 Xem đơn vị khác", "📄 Kế hoạch"} <= {choice.label for choice in office.choices}
    office.taps("Xem đơn vị khác").taps("Quay lại")
    assert "Rút kế hoạch" in [choice.label for choice in office.choices][-2]
    reads_well(office)


@pytest.mark.parametrize("channel", ["telegram", "web"])
def test_what_waits_for_a_decision_is_found_again_on_the_page_of_plans(
    world: World, tmp_path: Path, channel: str
) -> None:
    office = world.registered("DUK", "admin", channel=channel)
    office.hands(workbook(world, plan_of(VAGUE, tmp_path), tmp_path)).taps("Nạp kế hoạch")
    runs(office).says("/quantri").taps("Kế hoạch")
    assert "Có tệp chưa áp dụng" in office.last.text
    office.taps("Xem lại: ke-hoach.xlsx")
    assert "Câu 1/2" in office.last.text
    office.taps("Hằng quý").says("để sau")
    office.says("/quantri").taps("Kế hoạch").taps("Xem lại")
    assert "Câu 2/2" in office.last.text
    office.taps("Không theo dõi")
    runs(office).says("/start").says("/quantri").taps("Kế hoạch").taps("Xem lại")
    runs(office).taps("Áp dụng")
    runs(office)
    assert "Đã áp dụng kế hoạch 8-KH/CB" in office.last.text
    assert "chưa áp dụng" not in office.says("/quantri").taps("Kế hoạch").last.text
    reads_well(office)


def test_it_may_be_dropped(world: World, office: Talker, tmp_path: Path) -> None:
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(workbook(world, shipped("42-KH-DUK-2022.yaml"), tmp_path))
    apply = runs(office).find("Áp dụng").payload
    office.taps("Hủy")
    assert "Đã hủy" in office.last.text
    assert count(world, Plan) == 0
    office.presses(apply)
    assert "đã xong hoặc đã hủy" in office.last.text
    runs(office)
    assert count(world, Plan) == 0
    reads_well(office)


def test_faults_are_told_by_sheet_and_cell(world: World, office: Talker, tmp_path: Path) -> None:
    path = tmp_path / "sai.xlsx"
    write_plan(plan_of(VAGUE, tmp_path), path, templates=TEMPLATES)
    book = load_workbook(path)
    rows = [row for sheet in book for row in sheet.iter_rows() if "Tự soi" in [c.value for c in row]]
    cells = [c for c in rows[0] if c.value == "chuyên đề"]
    assert cells
    cells[0].value = "Họp đột xuất"
    place = f"{cells[0].parent.title}!{cells[0].coordinate}"
    book.save(path)
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(on_the_shelf(world, path))
    runs(office)
    assert "Chưa nạp được, chưa có gì thay đổi" in office.last.text
    assert place in office.last.text
    office.taps("Gửi lại tệp")
    assert "Nạp kế hoạch" in office.last.text
    reads_well(office)


def test_now_and_then_is_asked_one_by_one(world: World, office: Talker, tmp_path: Path) -> None:
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(workbook(world, plan_of(VAGUE, tmp_path), tmp_path))
    runs(office)
    assert "Câu 1/2" in office.last.text
    assert "Báo cáo tình hình" in office.last.text
    office.taps("Hằng quý")
    assert "Câu 2/2" in office.last.text
    office.taps("Không theo dõi")
    runs(office)
    assert "1 chuyên đề" in office.last.text
    office.taps("Áp dụng")
    runs(office)
    with world.db.read() as session:
        keys = set(session.scalars(select(Duty.key)))
        assert keys == {"cd", "bc:2022-Q2", "bc:2022-Q3", "bc:2022-Q4"}
        assert session.scalars(select(Plan)).one().answers == {"bc": "quarter", "gs": "none"}
    reads_well(office)


def test_a_look_ahead_says_what_would_come_and_keeps_nothing(
    world: World, office: Talker, tmp_path: Path
) -> None:
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path))
    runs(office).taps("Xem trước lời nhắc")
    assert "Đồng chí gõ mã đơn vị" in office.last.text
    office.says("chi bộ")
    assert "Có 3 đơn vị khớp" in office.last.text
    office.says("CB02")
    with world.db.read() as session:
        before = session.scalar(select(func.count()).select_from(Message))
    said = len(office.got)
    runs(office)
    parts = office.got[said:]
    assert "Lời nhắc sẽ gửi về Chi bộ Công ty Nước sạch" in parts[0].text
    assert "Bí thư" in parts[0].text
    assert "thứ Sáu 01/4" in parts[0].text
    assert count(world, Duty) == count(world, Plan) == 0
    with world.db.read() as session:
        after = session.scalar(select(func.count()).select_from(Message))
        assert after == (before or 0) + len(parts)
        assert session.scalars(select(Unit).where(Unit.code == "CB02")).one()
    reads_well(office)


def test_a_loaded_plan_goes_out_as_a_workbook_and_to_another_year(
    world: World, office: Talker, tmp_path: Path
) -> None:
    text = shipped("42-KH-DUK-2022.yaml")
    world.load(text)
    office.says("/quantri").taps("Kế hoạch").taps("1. 42-KH/ĐUK").taps("Lấy tệp Excel")
    runs(office)
    (book,) = office.last.files
    path = tmp_path / "lay.xlsx"
    path.write_bytes(world.shelf.read(book.digest))
    assert read_plan_workbook(path, TEMPLATES) == text
    office.says("/quantri").taps("Kế hoạch").taps("1. 42-KH/ĐUK").taps("Chép sang năm khác").says("2027")
    runs(office)
    assert "điểm cần đồng chí quyết định" in office.last.text
    (book,) = office.last.files
    path.write_bytes(world.shelf.read(book.digest))
    moved = read_plan_workbook(path, TEMPLATES)
    assert moved.head.starts.year == 2027
    assert moved.decide
    office.taps("Nạp kế hoạch").hands(on_the_shelf(world, path))
    runs(office)
    assert "Chưa nạp được" in office.last.text, "what is to be decided comes first"
    office.says("/quantri").taps("Kế hoạch").taps("1. 42-KH/ĐUK").taps("Chép sang năm khác").says("năm sau")
    assert "Sang năm nào?" in office.last.text
    reads_well(office)


def test_empty_workbooks_are_given(world: World, office: Talker) -> None:
    for button in ("Tệp mẫu kế hoạch", "Tệp mẫu đơn vị", "Lấy danh sách đơn vị"):
        office.says("/quantri").taps("Kế hoạch").taps(button)
        runs(office)
        assert [file.name.rpartition(".")[2] for file in office.last.files] == ["xlsx"]
    reads_well(office)


def test_the_units_by_workbook(world: World, office: Talker, tmp_path: Path) -> None:
    world.load(shipped("60-KH-DUK-2022.yaml"))
    office.says("/quantri").taps("Kế hoạch").taps("Lấy danh sách đơn vị")
    runs(office)
    path = tmp_path / "don-vi.xlsx"
    path.write_bytes(world.shelf.read(office.last.files[0].digest))
    book = load_workbook(path)
    sheet = book.worksheets[0]
    (row,) = [cells for cells in sheet.iter_rows() if any(c.value == "CB03" for c in cells)]
    for cell in row:
        if cell.value == "Chi bộ Thôn Đông":
            cell.value = "Chi bộ Thôn Đông Hải"
    book.save(path)
    office.taps("Nạp danh sách đơn vị").hands(on_the_shelf(world, path))
    runs(office)
    assert "4 đơn vị: thêm 0, sửa 1, giữ nguyên 3" in office.last.text
    office.taps("Áp dụng")
    runs(office)
    assert "Đã cập nhật 4 đơn vị" in office.last.text
    with world.db.read() as session:
        assert session.scalars(select(Unit.name).where(Unit.code == "CB03")).one() == "Chi bộ Thôn Đông Hải"
    reads_well(office)


def test_a_plan_is_taken_back(world: World, office: Talker) -> None:
    world.load(shipped("60-KH-DUK-2022.yaml"))
    office.says("/quantri").taps("Kế hoạch").taps("1. 60-KH/ĐUK").taps("Rút kế hoạch").taps("Giữ lại")
    assert "60-KH/ĐUK" in office.last.text
    office.taps("Rút kế hoạch").taps("🗑 Rút kế hoạch")
    runs(office)
    assert "Đã rút kế hoạch 60-KH/ĐUK" in office.last.text
    with world.db.read() as session:
        assert set(session.scalars(select(Duty.state))) == {"withdrawn"}
    reads_well(office)


def test_what_is_no_workbook(world: World, office: Talker, tmp_path: Path) -> None:
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(stored("bao-cao.pdf"))
    assert "một tệp Excel" in office.last.text
    broken = tmp_path / "hong.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing that opens")
    office.hands(on_the_shelf(world, broken))
    runs(office)
    assert "Chưa nạp được" in office.last.text
    reads_well(office)


def test_a_shelf_that_does_not_answer_is_asked_again_and_then_given_up(
    world: World, office: Talker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path))

    def away(_digest: str) -> bytes:
        raise OSError("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(world.shelf, "read", away)
        said = len(office.got)
        runs(office)
        assert len(office.got) == said
    runs(office)
    assert "8 chuyên đề" in office.last.text
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(workbook(world, shipped("42-KH-DUK-2022.yaml"), tmp_path))
    monkeypatch.setattr(world.shelf, "read", away)
    world.later(minutes=31)
    runs(office)
    assert "lỗi của hệ thống" in office.last.text
    reads_well(office)


def test_the_office_of_two_committees_says_whose_plan_it_is(world: World, tmp_path: Path) -> None:
    world.units(("DB2", "Đảng ủy Hai", "dang_uy", "", None), ("X1", "Chi bộ Hai", "chi_bo", "co_quan", "DB2"))
    office = world.registered("DUK", "admin")
    office.says(world.invite("DB2", "admin"))
    office.says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(
        workbook(world, plan_of(VAGUE.replace("{every: ask}", "{by: 2022-05-01}"), tmp_path), tmp_path)
    )
    assert "của tổ chức đảng nào" in office.last.text
    office.taps("Đảng ủy Hai")
    runs(office)
    assert "áp dụng cho 1 chi bộ" in office.last.text
    reads_well(office)


def test_a_workbook_that_just_comes_is_asked_what_it_is(world: World, office: Talker, tmp_path: Path) -> None:
    book = workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path)
    office.hands(book)
    assert "Tệp này là gì?" in office.last.text
    office.taps("Nạp kế hoạch")
    runs(office)
    assert "8 chuyên đề" in office.last.text
    office.taps("Áp dụng")
    runs(office)
    office.hands(book).taps("Gửi kèm chuyên đề")
    assert "chuyên đề" in office.last.text.lower()
    assert "tháng 4/2022" in office.last.text
    reads_well(office)


def test_a_long_look_ahead_comes_whole(world: World, office: Talker, tmp_path: Path) -> None:
    world.load(shipped("60-KH-DUK-2022.yaml"))
    world.registered("CB01", "secretary")
    world.registered("CB01", "secretary")
    office.says("/quantri").taps("Kế hoạch").taps("1. 60-KH/ĐUK").taps("Xem trước lời nhắc").says("CB01")
    said = len(office.got)
    runs(office)
    parts = office.got[said:]
    assert len(parts) > 1
    assert f"phần {len(parts)}/{len(parts)}" in parts[-1].text
    total = sum(reply.text.count(" → ") for reply in parts)
    assert f"Tất cả {total} tin" in parts[0].text
    whole = "".join(reply.text for reply in parts)
    assert "Sắp họp" in whole
    assert "(người thay)" in whole
    reads_well(office)


def test_a_plan_typed_into_the_form_is_asked_about_looked_at_and_applied(
    db: Database, tmp_path: Path
) -> None:
    """Two pages of paper that nobody has seen before, typed by a clerk: from the file in chat to the first reminder."""
    world = World(db)
    world.go("2022-08-08 08:00")
    world.units(
        ("DU", "Đảng ủy xã", "dang_uy", "", None),
        ("VP", "Văn phòng Đảng ủy", "van_phong", "", "DU"),
        ("DCT", "Đoàn công tác", "doan_cong_tac", "", "DU"),
        ("TPT3", "Chi bộ Tân Phúc Thành 3", "chi_bo", "nong_thon", "DU"),
        ("TH", "Chi bộ Trường học", "chi_bo", "truong_hoc", "DU"),
    )
    office, pilot = world.registered("DU", "admin"), world.registered("TPT3", "secretary")
    form = Form(tmp_path)
    type_two_pages(form)
    form.book.save(form.path)
    office.hands(on_the_shelf(world, form.path)).taps("Nạp kế hoạch")
    runs(office)
    assert "Kết quả theo dõi" in office.last.text
    office.taps("Hằng quý")
    runs(office)
    assert "2 chuyên đề, 3 mốc báo cáo, 1 việc xác nhận, 0 văn bản" in office.last.text
    assert "áp dụng cho 2 chi bộ" in office.last.text
    office.taps("Xem trước lời nhắc").says("TPT3")
    runs(office)
    assert "Tự soi, tự sửa (sinh hoạt điểm)" in office.last.text
    assert "Đăng ký thời gian" in office.last.text
    office.taps("Áp dụng")
    runs(office)
    assert "Đã áp dụng kế hoạch 12-KH/ĐU" in office.last.text
    world.tick(reminders.say_reminders)
    pilot.looks()
    assert "Tự soi, tự sửa (sinh hoạt điểm)" in pilot.last.text
    with world.db.read() as session:
        keys = set(session.scalars(select(Duty.key)))
    assert "chuyen-du-thao-cua-don-vi:diem@TPT3" in keys
    assert {"ket-qua-theo-doi:2022-Q3", "ket-qua-theo-doi:2022-Q4"} <= keys
    reads_well(office, pilot)


def test_who_also_leads_a_cell_is_asked_about_a_report(world: World, office: Talker, tmp_path: Path) -> None:
    office.says(world.invite("CB01", "secretary"))
    office.hands(workbook(world, shipped("60-KH-DUK-2022.yaml"), tmp_path))
    assert "Tệp này là gì?" not in office.last.text
    assert any("báo cáo" in choice.label.lower() for choice in office.choices), office.last.text


def test_a_table_of_units_that_unpacks_without_end_is_refused(
    world: World, office: Talker, tmp_path: Path
) -> None:
    path = tmp_path / "bom.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b" " * 60 * 2**20)
    office.says("/quantri").taps("Kế hoạch").taps("Nạp danh sách đơn vị").hands(on_the_shelf(world, path))
    runs(office)
    assert "Chưa nạp được, chưa có gì thay đổi" in office.last.text
    reads_well(office)


def test_a_report_that_comes_before_the_last_day_of_its_meeting_is_said(
    world: World, office: Talker, tmp_path: Path
) -> None:
    text = shipped("tu-soi-tu-sua-huyen-uy-2022.yaml")
    window = next(topic for topic in text.topics if topic.key == "dot-19-5")
    report = next(duty for duty in text.duties if duty.key == "bao-cao-19-5")
    text = text.model_copy(update={"topics": (window,), "duties": (report,)})
    office.hands(workbook(world, text, tmp_path)).taps("Nạp kế hoạch")
    runs(office)
    assert "trợ lý sẽ nhắc họp chậm nhất thứ Hai 13/6 để kịp báo cáo." in office.last.text
    assert "Áp dụng" in str([choice.label for choice in office.choices])
