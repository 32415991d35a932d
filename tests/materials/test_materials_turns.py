"""Files of a topic that recurs: each goes with the turn that it was tied to, and is received there, unless it goes with all."""

from pathlib import Path

from sqlalchemy import inspect, select

from bot.materials.receipts import material_receipts
from bot.people.roles import units_below
from bot.store.db import Database, connect_database
from bot.store.schema import migrate_schema
from bot.tables import Duty, Material, MaterialReceipt, Plan
from schedules import materials
from tests.kit.files import stored
from tests.kit.materials import NOTES, TALK, album, kept, names
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

PLAN = """
plan:
  symbol: 8-KH/ĐU
  date: 2021-12-20
  issuer: Đảng ủy mẫu
  title: Kế hoạch sinh hoạt
  starts: 2022-01-01
  ends: 2022-12-31
topics:
  - {key: thuong-ky, title: Sinh hoạt thường kỳ, meeting: regular, every: month}
  - {key: quy, title: Chuyên đề quý, meeting: thematic, every: quarter}
  - {key: ca-nam, title: Chuyên đề toàn khóa, meeting: thematic, period: 2022}
"""
MORE = stored("them.pdf", b"them")


def begin_here(world: World) -> None:
    world.go("2021-12-28 09:00")
    world.units(
        ("DU", "Đảng ủy xã", "dang_uy", "", None),
        ("CB1", "Chi bộ thôn 1", "chi_bo", "nong_thon", "DU"),
        ("CB2", "Chi bộ thôn 2", "chi_bo", "nong_thon", "DU"),
    )
    world.load(plan_of(PLAN), "DU")


pytestmark = begins(begin_here)


def got(talker: Talker) -> list[str]:
    talker.looks()
    return [name for some in names(talker) for name in some]


def counted(world: World, period: str, key: str = "thuong-ky") -> tuple[int, int]:
    with world.db.read() as session:
        plan_id = session.scalars(select(Plan.id)).one()
        found = material_receipts(
            session, plan_id, key, period, units_below(Duty.path, "/1/"), world.at.date()
        )
        return found.received, found.expected


def test_a_file_of_january_goes_out_in_january_alone(world: World) -> None:
    office, cell = world.registered("DU", "admin"), world.registered("CB1", "secretary")
    world.go("2022-01-03 09:00")
    album(office, TALK).taps("Sinh hoạt thường kỳ")
    assert office.last.text == "📎 <b>Sinh hoạt thường kỳ</b>\n1 tệp\n\n👉 Gửi kèm cho kỳ nào?"
    assert labels(office)[:3] == ["Tháng 1/2022", "Tháng 2/2022", "Tháng 3/2022"]
    assert {"Mọi kỳ", "Kỳ sau ➡️", "⬅️ Quay lại"} <= set(labels(office))
    office.taps("Tháng 1/2022")
    assert office.last.text.startswith(
        "📎 Gửi kèm chuyên đề: <b>Sinh hoạt thường kỳ</b>\nKỳ: tháng 1/2022\n1 tệp, tới 2 đơn vị:"
    )
    office.taps("Gửi")
    assert "Kỳ: tháng 1/2022\n1 tệp, tới 2 đơn vị." in office.last.text
    tick_through(world, "2022-01-20 08:30")
    assert got(cell) == ["noi-dung.pdf"]
    cell.taps("Đã nhận tài liệu")
    assert (counted(world, "2022-01"), counted(world, "2022-02")) == ((1, 2), (0, 0))

    tick_through(world, "2022-03-28 08:30")
    assert got(cell) == ["noi-dung.pdf"]
    assert counted(world, "2022-02") == (0, 0)
    cell.says("/thangnay")
    assert cell.last.text.count("noi-dung.pdf") == 1  # under January's, which is still open
    album(office, NOTES, name="b").taps("Sinh hoạt thường kỳ").taps("Tháng 3/2022").taps("Gửi")
    world.later(minutes=3)
    world.tick(materials.send_materials)
    tick_through(world, "2022-03-29 08:30")
    assert got(cell) == ["noi-dung.pdf", "goi-y.docx"]
    assert "Kỳ: tháng 3/2022" in cell.last.text
    assert counted(world, "2022-03") == (0, 2)
    assert counted(world, "2022-01") == (1, 2)
    leader = world.registered("DU", "leader").says("/tonghop")
    assert leader.last.text.count("📎 Tài liệu:") == 2
    assert "📎 Tài liệu: 1/2 đơn vị đã nhận" in leader.last.text
    assert "📎 Tài liệu: 0/2 đơn vị đã nhận" in leader.last.text
    reads_well(office, cell)


def test_a_file_for_every_turn_is_brought_and_received_each_time(world: World) -> None:
    office, cell = world.registered("DU", "admin"), world.registered("CB1", "secretary")
    album(office, TALK).taps("Sinh hoạt thường kỳ").says("mọi kỳ")
    assert "Kỳ: mọi kỳ\n1 tệp, tới 2 đơn vị:" in office.last.text
    office.taps("Gửi")
    assert kept(world, Material.period) == [""]
    tick_through(world, "2022-01-20 08:30")
    assert got(cell) == ["noi-dung.pdf"]
    cell.taps("Đã nhận tài liệu")
    tick_through(world, "2022-02-10 08:30")
    assert got(cell) == ["noi-dung.pdf"] * 2
    assert (counted(world, "2022-01"), counted(world, "2022-02")) == ((1, 2), (0, 2))
    album(office, stored("khac.pdf", b"noi dung"), name="b").taps("Sinh hoạt thường kỳ").taps("Tháng 2")
    office.taps("Gửi")
    assert "1 tệp trùng với tệp đã gửi kèm" in office.last.text
    reads_well(office, cell)


def test_the_next_turn_is_prepared_while_this_one_runs(world: World) -> None:
    office, cell = world.registered("DU", "admin"), world.registered("CB1", "secretary")
    tick_through(world, "2022-01-14 08:30")
    album(office, TALK).taps("Sinh hoạt thường kỳ").taps("Tháng 2/2022").taps("Gửi")
    world.later(minutes=3)
    assert world.tick(materials.send_materials) == 0
    tick_through(world, "2022-02-15 08:30")
    assert got(cell) == ["noi-dung.pdf"]
    quarter = album(office, NOTES, name="b").taps("Chuyên đề quý")
    assert labels(quarter)[:4] == ["Quý I/2022", "Quý II/2022", "Quý III/2022", "Quý IV/2022"]
    reads_well(office, cell)


def test_a_topic_that_comes_once_asks_nothing_of_turns(world: World) -> None:
    office = album(world.registered("DU", "admin"), TALK).taps("toàn khóa")
    assert office.last.text.startswith(
        "📎 Gửi kèm chuyên đề: <b>Chuyên đề toàn khóa</b>\n1 tệp, tới 2 đơn vị:"
    )
    office.taps("Gửi")
    assert kept(world, Material.period) == [""]


def test_turns_are_gone_through_and_other_answers_asked_again(world: World) -> None:
    world.go("2022-08-10 09:00")
    office = album(world.registered("DU", "admin"), TALK).taps("Sinh hoạt thường kỳ")
    assert labels(office)[:5] == [
        "Tháng 8/2022",
        "Tháng 9/2022",
        "Tháng 10/2022",
        "Tháng 11/2022",
        "Tháng 12/2022",
    ]
    office.taps("Kỳ trước")
    assert labels(office)[0] == "Tháng 2/2022"
    office.taps("Kỳ sau").says("tháng nào cũng được")
    assert office.last.text.startswith("Xin đồng chí chọn một trong các nút")
    office.hands(NOTES)
    assert "2 tệp" in office.last.text
    office.taps("Tháng 9/2022").taps("Quay lại").taps("Tháng 8/2022").taps("Gửi")
    assert kept(world, Material.period) == ["2022-08", "2022-08"]
    reads_well(office)


def test_the_page_of_a_topic_shows_one_turn_and_those_beside_it(world: World) -> None:
    office = world.registered("DU", "admin")
    world.go("2022-02-10 09:00")
    for number, (file, turn) in enumerate([(TALK, "Tháng 1"), (NOTES, "Tháng 2"), (MORE, "Mọi kỳ")]):
        office.hands(file).taps("Sinh hoạt thường kỳ")
        if turn == "Tháng 1":
            office.taps("Kỳ trước")
        office.taps(turn).taps("Gửi")
        assert len(kept(world, Material.id)) == number + 1
    office.taps("Xem tài liệu")
    assert "<b>Sinh hoạt thường kỳ</b>\nKỳ: tháng 2/2022\n1. <a" in office.last.text
    assert "goi-y.docx" in office.last.text
    assert "noi-dung.pdf" not in office.last.text
    assert ", mọi kỳ" in office.last.text
    assert "📎 Tài liệu: 0/2 đơn vị đã nhận" in office.last.text
    office.taps("⬅️ Tháng 1/2022")
    assert "Kỳ: tháng 1/2022\n1. <a" in office.last.text
    assert "noi-dung.pdf" in office.last.text
    assert "goi-y.docx" not in office.last.text
    assert not any(label.startswith("⬅️") for label in labels(office))
    office.taps("Thu hồi 1.")
    assert office.last.text.startswith(
        "↩️ Thu hồi <b>noi-dung.pdf</b> của chuyên đề Sinh hoạt thường kỳ?\nKỳ: tháng 1/2022"
    )
    office.taps("↩️ Thu hồi")
    assert office.last.text.startswith(
        "↩️ Đã thu hồi: noi-dung.pdf\n\n📎 <b>Sinh hoạt thường kỳ</b>\nKỳ: tháng 1/2022"
    )
    office.taps("Tài liệu chuyên đề")
    assert "1. T2 · Sinh hoạt thường kỳ: 2 tệp, 0/2 đơn vị đã nhận" in office.last.text
    office.taps("1.").taps("Tháng 3/2022 ➡️").taps("Gửi thêm tệp").hands(TALK)
    assert "👉 Gửi kèm cho kỳ nào?" in office.last.text
    reads_well(office)


def test_who_loses_the_role_on_the_way_ties_nothing(world: World) -> None:
    office = album(world.registered("DU", "admin"), TALK).taps("Sinh hoạt thường kỳ")
    office.says("/xoadulieu").taps("Xóa")
    office.presses("materials.topic:1")
    assert kept(world, Material.id) == []


def test_files_and_receipts_of_before_go_to_the_turn_they_were_tied_at(tmp_path: Path) -> None:
    old = connect_database(f"sqlite:///{tmp_path}/old.db")
    migrate_schema(old, "0003")
    with old.engine.begin() as connection:
        for line in OLD.strip().split("\n"):
            connection.exec_driver_sql(line)
    migrate_schema(old)
    with old.read() as session:
        rows = session.execute(select(Material.name, Material.period).order_by(Material.id)).all()
        assert [tuple(row) for row in rows] == [
            ("jan", "2022-01"),
            ("feb", "2022-02"),
            ("late", "2022-02"),
            ("once", ""),
        ]
        kept_receipts = session.execute(
            select(MaterialReceipt.key, MaterialReceipt.unit_id, MaterialReceipt.period).order_by(
                MaterialReceipt.key, MaterialReceipt.unit_id
            )
        ).all()
        assert [tuple(row) for row in kept_receipts] == [
            ("hang-thang", 2, "2022-02"),
            ("hang-thang", 3, "2022-01"),
            ("mot-lan", 2, ""),
        ]
    old.close()


def test_a_unit_may_have_a_receipt_for_each_turn(db: Database) -> None:
    key = inspect(db.engine).get_pk_constraint("material_receipts")["constrained_columns"]
    assert key == ["plan_id", "key", "period", "unit_id"]


OLD = """
INSERT INTO units (id, code, name, kind, sector, path) VALUES (1, 'DU', 'Đảng ủy', 'dang_uy', '', '/1/')
INSERT INTO units (id, code, name, kind, sector, path, parent_id) VALUES (2, 'A', 'A', 'chi_bo', '', '/1/2/', 1)
INSERT INTO units (id, code, name, kind, sector, path, parent_id) VALUES (3, 'B', 'B', 'chi_bo', '', '/1/3/', 1)
INSERT INTO persons (id, name, created_at, consent_version, reminder_hour) VALUES (1, '', '2022-01-01', 1, 8)
INSERT INTO plans (id, mark, symbol, issuer, title, unit_id, content, answers, loaded_at) VALUES (1, 'm', '1-KH', 'x', 'x', 1, '{}', '{}', '2022-01-01')
INSERT INTO demands (plan_id, key, variant, kind, title, period_first, period_last, opens_on, recipient, via, rungs, relative) VALUES (1, 'hang-thang:2022-01', '', 'meeting', 'x', '2022-01-01', '2022-01-31', '2022-01-01', '', '', '[]', '{}')
INSERT INTO demands (plan_id, key, variant, kind, title, period_first, period_last, opens_on, recipient, via, rungs, relative) VALUES (1, 'hang-thang:2022-02', '', 'meeting', 'x', '2022-02-01', '2022-02-28', '2022-02-01', '', '', '[]', '{}')
INSERT INTO demands (plan_id, key, variant, kind, title, period_first, period_last, opens_on, recipient, via, rungs, relative) VALUES (1, 'mot-lan', '', 'meeting', 'x', '2022-02-01', '2022-02-28', '2022-02-01', '', '', '[]', '{}')
INSERT INTO topic_files (plan_id, key, path, digest, name, size, media_type, person_id, at) VALUES (1, 'hang-thang', '/1/', 'a', 'jan', 1, 'x', 1, '2022-01-31 16:30:00')
INSERT INTO topic_files (plan_id, key, path, digest, name, size, media_type, person_id, at) VALUES (1, 'hang-thang', '/1/2/', 'b', 'feb', 1, 'x', 1, '2022-01-31 17:30:00')
INSERT INTO topic_files (plan_id, key, path, digest, name, size, media_type, person_id, at) VALUES (1, 'hang-thang', '/1/3/', 'c', 'late', 1, 'x', 1, '2022-05-01 00:00:00')
INSERT INTO topic_files (plan_id, key, path, digest, name, size, media_type, person_id, at) VALUES (1, 'mot-lan', '/1/', 'a', 'once', 1, 'x', 1, '2022-01-31 16:30:00')
INSERT INTO topic_receipts (plan_id, key, unit_id, person_id, at) VALUES (1, 'hang-thang', 2, 1, '2022-02-02 00:00:00')
INSERT INTO topic_receipts (plan_id, key, unit_id, person_id, at) VALUES (1, 'hang-thang', 3, 1, '2022-02-02 00:00:00')
INSERT INTO topic_receipts (plan_id, key, unit_id, person_id, at) VALUES (1, 'mot-lan', 2, 1, '2022-02-02 00:00:00')
"""
