"""Units without a list: a clerk adds, renames and moves them, and changes their numbers, in chat; what it does is shown first."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.tables import Duty, Unit, UnitSpan
from tests.kit.committees import monthly_committee
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


def begin_here(world: World) -> None:
    monthly_committee(world)
    world.units(
        ("DUA", "Đảng ủy Sở A", "dang_bo_co_so", "", "DUK"),
        ("DUB", "Đảng ủy Sở B", "dang_bo_co_so", "", "DUK"),
        ("A1", "Chi bộ 1", "chi_bo", "co_quan", "DUA"),
        ("B1", "Chi bộ 1", "chi_bo", "co_quan", "DUB"),
    )


pytestmark = begins(begin_here)


def unit(world: World, code: str) -> Unit:
    with world.db.read() as session:
        return session.scalars(select(Unit).where(Unit.code == code)).one()


def codes(world: World) -> set[str]:
    with world.db.read() as session:
        return set(session.scalars(select(Unit.code)))


def card(office: Talker, name: str) -> Talker:
    return office.says("/quantri").taps("Đơn vị").says(name)


def changing(office: Talker, name: str, what: str) -> Talker:
    return card(office, name).taps("Sửa đơn vị").taps(what)


def adding(office: Talker, above: str, name: str) -> Talker:
    return card(office, above).taps("Thêm đơn vị trực thuộc").says(name)


def test_the_number_of_members_as_people_say_it(world: World, office: Talker) -> None:
    changing(office, "CB01", "Số đảng viên").says("28 (2 dự bị)")
    assert "✏️ Chi bộ Văn phòng: số đảng viên (trống) → 28" in office.last.text
    assert unit(world, "CB01").members is None
    office.taps("Đồng ý")
    assert "Đã sửa" in office.last.text
    assert unit(world, "CB01").members == 28
    office.taps("Sửa tiếp").taps("Số đảng viên").says("chừng ba chục")
    assert "chưa phải một số đảng viên" in office.last.text
    office.says("28")
    assert "không có gì thay đổi" in office.last.text
    office.says("0")
    assert "0 đảng viên" in office.last.text
    office.taps("Bỏ trống").taps("Đồng ý")
    assert unit(world, "CB01").members is None
    reads_well(office)


@pytest.mark.parametrize(
    ("what", "said", "column", "value"),
    [
        ("Ngày họp", "mùng 3", "meeting_day", 3),
        ("Khi trùng ngày nghỉ", "Đẩy lên trước", "meeting_shift", "before"),
        ("Lĩnh vực", "giáo dục", "sector", "truong_hoc"),
        ("Loại tổ chức", "đảng bộ cơ sở", "kind", "dang_bo_co_so"),
        ("Tên", 'Chi bộ "Ánh Dương" & <b>’số 1’</b>', "name", 'Chi bộ "Ánh Dương" & <b>’số 1’</b>'),
    ],
)
def test_every_column_is_typed_as_in_a_list(
    world: World, office: Talker, what: str, said: str, column: str, value: object
) -> None:
    changing(office, "CB01", what).says(said)
    office.taps("Không, giữ nguyên").taps(what).says(said).taps("Đồng ý")
    assert getattr(unit(world, "CB01"), column) == value
    office.taps("Xem đơn vị")
    assert "mã CB01" in office.last.text
    reads_well(office)


def test_what_is_not_in_a_list_is_named(office: Talker) -> None:
    changing(office, "CB01", "Lĩnh vực").says("vũ trụ")
    assert "Chưa hiểu “vũ trụ”; xin ghi một trong: Cơ quan, Doanh nghiệp" in office.last.text
    office.taps("Trường học").says("để xem")
    assert "chọn một trong các nút" in office.last.text
    reads_well(office)


def test_a_name_that_stands_beside_is_refused_and_a_long_one(world: World, office: Talker) -> None:
    changing(office, "CB01", "Tên").says("chi bộ thôn đông")
    assert "Dưới Đảng ủy Khối mẫu đã có “Chi bộ Thôn Đông” (mã CB03)" in office.last.text
    office.says("Chi bộ " + "a" * 200)
    assert "dài quá 200 ký tự" in office.last.text
    office.says("–")
    assert "không có gì thay đổi" in office.last.text
    assert unit(world, "CB01").name == "Chi bộ Văn phòng"
    reads_well(office)


def test_a_move_takes_along_what_is_open_and_leaves_a_dated_span(world: World, office: Talker) -> None:
    world.at += timedelta(days=40)
    changing(office, "CB01", "Cấp trên").says("Sở A")
    assert "cấp trên Đảng ủy Khối mẫu → Đảng ủy Sở A" in office.last.text
    assert "số liệu các kỳ trước giữ ở cấp trên cũ" in office.last.text
    office.taps("Đồng ý")
    moved, above = unit(world, "CB01"), unit(world, "DUA")
    assert (moved.parent_id, moved.path) == (above.id, f"{above.path}{moved.id}/")
    with world.db.read() as session:
        spans = session.scalars(select(UnitSpan).where(UnitSpan.unit_id == moved.id)).all()
        duties = session.scalars(select(Duty).where(Duty.unit_id == moved.id)).all()
        past = {duty.path for duty in duties if duty.due_on and duty.due_on < world.moment.today}
        coming = {duty.path for duty in duties if duty.due_on and duty.due_on >= world.moment.today}
    assert above.id in {span.parent_id for span in spans}
    assert coming == {moved.path}
    assert past == {f"{unit(world, 'DUK').path}{moved.id}/"}
    reads_well(office)


def test_no_unit_goes_below_itself_or_out_of_the_office_s_reach(world: World, office: Talker) -> None:
    changing(office, "DUA", "Cấp trên").says("Chi bộ 1")
    office.taps("1. Chi bộ 1")
    assert "“DUA” nằm dưới chính nó" in office.last.text
    office.says("DUA")
    assert "“DUA” nằm dưới chính nó" in office.last.text
    small = world.registered("DUA", "admin")
    changing(small, "A1", "Cấp trên").says("DUB")
    assert "Không tìm thấy đơn vị “DUB”" in small.last.text
    card(small, "DUA").taps("Sửa đơn vị")
    assert not [label for label in labels(small) if "Cấp trên" in label]
    assert unit(world, "A1").parent_id == unit(world, "DUA").id
    reads_well(office, small)


def test_of_one_name_there_is_one_below_each(world: World, office: Talker) -> None:
    changing(office, "A1", "Cấp trên").says("DUB")
    assert "Dưới Đảng ủy Sở B đã có “Chi bộ 1” (mã B1)" in office.last.text
    reads_well(office)


def test_a_cell_is_added_and_owes_what_the_plan_asks(world: World, office: Talker) -> None:
    adding(office, "DUA", 'Chi bộ "Bình Minh"')
    office.says("28 (02 đảng viên dự bị)")
    assert "➕ Chi bộ &#34;Bình Minh&#34; (mã CB-BINH-MINH), dưới Đảng ủy Sở A" in office.last.text
    assert "28 đảng viên" in office.last.text
    assert "Kế hoạch “" in office.last.text
    assert "CB-BINH-MINH" not in codes(world)
    office.taps("Đồng ý")
    made = unit(world, "CB-BINH-MINH")
    assert (made.members, made.kind, made.opened_on) == (28, "chi_bo", world.moment.today)
    with world.db.read() as session:
        assert session.scalars(select(Duty).where(Duty.unit_id == made.id)).all()
    office.taps("Mã mời bí thư")
    assert "Mã mời:" in office.last.text
    reads_well(office)


def test_a_code_that_is_taken_is_asked_for_again(world: World, office: Talker) -> None:
    office.says("/quantri").taps("Đơn vị").taps("Thêm đơn vị").says("Tổ Đông")
    assert "là loại tổ chức nào?" in office.last.text
    office.says("gì cũng được")
    assert "Chưa hiểu" in office.last.text
    office.taps("Chi bộ").taps("Bỏ qua").taps("Đặt mã khác").says("cb01")
    assert "Mã “cb01” đã có đơn vị dùng" in office.last.text
    office.says("CB09").taps("Đồng ý")
    assert unit(world, "CB09").name == "Tổ Đông"
    assert unit(world, "CB01").name == "Chi bộ Văn phòng"
    reads_well(office)


def test_a_committee_is_added_and_a_cell_below_it(world: World, office: Talker) -> None:
    adding(office, "DUK", "Đảng bộ Sở C").taps("Bỏ qua").taps("Đồng ý")
    assert "Mã mời bí thư" not in labels(office)
    assert "Cấp mã mời" in labels(office)
    office.taps("Xem đơn vị").taps("Thêm đơn vị trực thuộc").says("Chi bộ 1").says("9").taps("Đồng ý")
    made = [one for one in codes(world) if one.startswith("CB-1")]
    assert [unit(world, code).parent_id for code in made] == [unit(world, "DB-SO-C").id]
    reads_well(office)


def test_a_known_name_adds_nothing_and_changes_nothing(world: World, office: Talker) -> None:
    before = codes(world)
    adding(office, "DUA", "Chi bộ 1")
    assert "đã có “Chi bộ 1” (mã A1)" in office.last.text
    office.says("Chi bộ Hai").says("7").taps("Không thêm")
    assert codes(world) == before
    reads_well(office)


def test_two_clerks_at_once_on_one_number(world: World, office: Talker) -> None:
    other = world.registered("DUK", "admin")
    changing(office, "CB01", "Số đảng viên").says("30")
    changing(other, "CB01", "Số đảng viên").says("31").taps("Đồng ý")
    office.taps("Đồng ý")
    assert "có người vừa sửa" in office.last.text
    assert "số đảng viên 31 → 30" in office.last.text
    assert unit(world, "CB01").members == 31
    office.taps("Đồng ý")
    assert unit(world, "CB01").members == 30
    changing(office, "CB01", "Số đảng viên").says("32")
    changing(other, "CB01", "Số đảng viên").says("32").taps("Đồng ý")
    office.taps("Đồng ý")
    assert "có người vừa sửa" in office.last.text
    reads_well(office, other)


def test_two_clerks_at_once_add_the_same_cell_and_close_the_one_above(world: World, office: Talker) -> None:
    other = world.registered("DUK", "admin")
    adding(office, "DUA", "Chi bộ Hai").says("7")
    adding(other, "DUA", "Chi bộ Hai").says("7").taps("Đồng ý")
    office.taps("Đồng ý")
    assert "đã có “Chi bộ Hai” (mã CB-HAI)" in office.last.text
    assert sum(code.startswith("CB-HAI") for code in codes(world)) == 1
    changing(office, "CB01", "Tên").says("Chi bộ Mới")
    card(other, "CB01").taps("Giải thể").taps("Đồng ý giải thể")
    office.taps("Đồng ý")
    assert unit(world, "CB01").name == "Chi bộ Văn phòng"
    reads_well(office, other)


def test_a_cell_that_is_meeting_is_renamed_and_moved_and_meets_on(
    world: World, office: Talker, secretary: Talker
) -> None:
    secretary.says("/hop").taps("Bắt đầu")
    before = secretary.last.text
    changing(office, "CB01", "Tên").says("Chi bộ Văn phòng Sở").taps("Đồng ý")
    changing(office, "CB01", "Cấp trên").says("DUA").taps("Đồng ý")
    assert unit(world, "CB01").parent_id == unit(world, "DUA").id
    secretary.taps("Tiếp")
    assert secretary.last.text != before
    reads_well(office, secretary)


def test_back_from_every_question(office: Talker) -> None:
    changing(office, "CB01", "Số đảng viên").taps("Quay lại")
    assert "sửa điều gì?" in office.last.text
    office.taps("Cấp trên").taps("Quay lại").taps("Quay lại")
    assert "mã CB01" in office.last.text
    office.says("/quantri").taps("Đơn vị").says("DUA").taps("Thêm đơn vị trực thuộc").taps("Quay lại")
    assert "mã DUA" in office.last.text
    adding(office, "DUA", "Tổ Đông").taps("Quay lại").says("Chi bộ Đông").taps("Quay lại")
    assert "tên là gì?" in office.last.text
    reads_well(office)
