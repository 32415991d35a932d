"""A corrected file of the same name: the office is asked whether it replaces the one sent before, the cells are told that it does."""

from schedules import materials
from tests.kit.files import stored
from tests.kit.materials import NOTES, PLAN, TALK, album, names
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

CORRECTED = stored("noi-dung.pdf", b"noi dung da sua")


def begin_here(world: World) -> None:
    world.go("2022-03-30 09:00")
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("A1", "Chi bộ Bưu điện", "chi_bo", "co_quan", "DUK"),
        ("A2", "Chi bộ Kho bạc", "chi_bo", "co_quan", "DUK"),
    )
    world.load(plan_of(PLAN))


pytestmark = begins(begin_here)


def reminded(world: World) -> tuple[Talker, Talker]:
    """The office, and a secretary who has been told of the topic."""
    office, cell = world.registered("DUK", "admin"), world.registered("A1", "secretary", meeting_day=20)
    tick_through(world, "2022-04-01 08:30")
    cell.looks()
    return office, cell


def gives(office: Talker, *files: object, say: str = "Gửi") -> Talker:
    return album(office, *files, name=str(next(office.world.ids))).taps("nông thôn mới").taps(say)  # type: ignore[arg-type]


def told(world: World, *talkers: Talker) -> None:
    world.later(minutes=3)
    world.tick(materials.send_materials)
    for talker in talkers:
        talker.looks()


def test_it_replaces_the_old_one_where_the_office_says_so(world: World) -> None:
    office, cell = reminded(world)
    gives(office, TALK)
    told(world, cell)
    album(office, CORRECTED, name="sua").taps("nông thôn mới")
    assert "⚠️ Đã gửi tệp cùng tên: noi-dung.pdf (thứ Sáu 01/4)." in office.last.text
    assert labels(office)[:3] == ["✅ Gửi, thay bản cũ", "Gửi, giữ cả hai", "Hủy"]
    reads_well(office)
    office.taps("thay bản cũ")
    assert "Đã thay 1 tệp cũ cùng tên" in office.last.text
    told(world, cell)
    assert cell.last.text.startswith("📎 <b>Tài liệu có bản mới: Chuyên đề xây dựng nông thôn mới</b>")
    assert "Bản này thay bản đã gửi trước." in cell.last.text
    assert [file.digest for file in cell.last.files] == [CORRECTED.digest]
    cell.says("/thangnay").taps("Tài liệu T4")
    assert [file.digest for file in cell.last.files] == [CORRECTED.digest]
    reads_well(office, cell)


def test_both_stay_where_the_office_wants_both(world: World) -> None:
    office, cell = reminded(world)
    gives(office, TALK)
    told(world, cell)
    gives(office, CORRECTED, say="giữ cả hai")
    told(world, cell)
    assert cell.last.text.startswith("📎 <b>Tài liệu mới: ")
    cell.says("/thangnay").taps("Tài liệu T4")
    assert len(cell.last.files) == 2


def test_before_anybody_was_told_nobody_hears_of_two(world: World) -> None:
    office, cell = world.registered("DUK", "admin"), world.registered("A1", "secretary", meeting_day=20)
    gives(office, TALK, NOTES)
    gives(office, CORRECTED, say="thay bản cũ")
    told(world, cell)
    tick_through(world, "2022-04-01 08:30")
    cell.looks()
    assert names(cell) == [["goi-y.docx", "noi-dung.pdf"]]
    assert cell.last.files[1].digest == CORRECTED.digest


def test_who_comes_later_is_told_of_no_older_one(world: World) -> None:
    """A cell that never had the old file is told of a new one."""
    office, cell = reminded(world)
    gives(office, TALK)
    gives(office, CORRECTED, say="thay bản cũ")
    told(world, cell)
    assert cell.last.text.startswith("📎 <b>Tài liệu mới: ")
    assert [file.digest for file in cell.last.files] == [CORRECTED.digest]


def test_the_same_bytes_and_other_names_are_asked_about_no_more(world: World) -> None:
    office, _ = reminded(world)
    gives(office, TALK)
    for file in (TALK, NOTES):
        album(office, file, name=file.name).taps("nông thôn mới")
        assert "cùng tên" not in office.last.text
        office.taps("Hủy")
