"""What the source of a plan leaves open about its days is asked when the plan is loaded; no day is ever made up."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.duties.loading import load_plan
from bot.plans.questions import OfficeQuestion, Open, plan_questions, read_answer
from bot.problems import Invalid, Rejected
from bot.store.db import connect_database
from bot.store.schema import migrate_schema
from bot.tables import Demand, Duty, Errand, ErrandState, Plan, Unit
from bot.tables.asked import GivenWorkbook
from tests.kit.cli import UNITS, run
from tests.kit.committees import committee
from tests.kit.places import PLANS
from tests.kit.plans import plan_of
from tests.kit.shipped.golden import plan
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import reads_well
from tests.kit.workbooks import workbook
from tests.kit.world import World

OPEN = """
plan:
  issuer: Đảng ủy mẫu
  title: Kế hoạch thử
  starts: 2022-03-22
  ends: 2023-12-31
topics:
  - {key: cuoi-nam, title: Kiểm điểm cuối năm, meeting: regular, period: {from: 2022-11-01, to: 2022-12-31}, asks_last: true}
duties:
  - {key: kt, do: report, title: "Kế hoạch kiểm tra năm {period}", due: {every: year}}
  - {key: bc, do: report, title: "Báo cáo (kỳ {period})", to: Ban Thường vụ, due: {every: ask}}
"""
DAY = OfficeQuestion("kt", Open.DAY, "Kế hoạch", None, date(2022, 3, 22), date(2023, 12, 31))
LAST = OfficeQuestion("cuoi-nam", Open.LAST, "Kiểm điểm", None, date(2022, 11, 1), date(2022, 12, 31))
SPAN = OfficeQuestion("bc", Open.SPAN, "Báo cáo", None, date(2022, 3, 22), date(2023, 12, 31))


pytestmark = begins(committee)


@pytest.mark.parametrize(
    ("question", "text", "meant"),
    [
        (DAY, "31/01", "01-31"),
        (DAY, "31/1", "01-31"),
        (DAY, "ngày 31 tháng 1", "01-31"),
        (DAY, "Ngày 05.02", "02-05"),
        (DAY, "quý I", "03-31"),
        (DAY, "hết quý 4", "12-31"),
        (DAY, "tháng 6", "06-30"),
        (DAY, "none", "none"),
        (LAST, "10/12", "2022-12-10"),
        (LAST, "10/12/2022", "2022-12-10"),
        (LAST, "ngày 5 tháng 12 năm 2022", "2022-12-05"),
        (LAST, "2022-12-10", "2022-12-10"),
        (SPAN, "quarter", "quarter"),
        (SPAN, "none", "none"),
    ],
)
def test_an_answer_is_read_as_people_write_it(question: OfficeQuestion, text: str, meant: str) -> None:
    assert read_answer(question, text) == meant


@pytest.mark.parametrize(
    ("question", "text", "code"),
    [
        (DAY, "32/1", "plan_answer_day"),
        (DAY, "29/2", "plan_answer_day"),
        (DAY, "31/1/2023", "plan_answer_day"),
        (DAY, "tháng 13", "plan_answer_day"),
        (DAY, "đầu năm", "plan_answer_day"),
        (DAY, "", "plan_answer_day"),
        (LAST, "10/10", "plan_answer_last"),
        (LAST, "31/11", "plan_answer_last"),
        (LAST, "đầu tháng 12", "plan_answer_last"),
        (SPAN, "thỉnh thoảng", "plan_answer_span"),
    ],
)
def test_what_is_no_answer_is_asked_again(question: OfficeQuestion, text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_answer(question, text)
    assert refused.value.code == code


def test_a_day_that_no_year_of_the_plan_has_is_refused() -> None:
    short = OfficeQuestion("kt", Open.DAY, "x", None, date(2022, 4, 1), date(2022, 12, 31))
    with pytest.raises(Invalid) as refused:
        read_answer(short, "31/1")
    assert refused.value.code == "plan_answer_outside"
    assert read_answer(short, "1/4") == "04-01"


def test_nothing_is_loaded_before_all_is_answered(world: World, tmp_path: Path) -> None:
    text = plan_of(OPEN, tmp_path)
    with world.db.write() as session:
        owner = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        with pytest.raises(Rejected) as refused:
            load_plan(session, text, owner, world.moment, answers={"kt": "01-31"})
        assert [(p.place, p.code) for p in refused.value.problems] == [
            ("topics.cuoi-nam", "plan_ask_last"),
            ("duties.bc", "plan_ask_span"),
        ]
        with pytest.raises(Rejected) as refused:
            load_plan(session, text, owner, world.moment)
        assert "plan_ask_day" in {p.code for p in refused.value.problems}
        assert session.scalars(select(Duty.id)).all() == []


def test_the_office_is_asked_one_thing_at_a_time_in_chat(world: World, tmp_path: Path) -> None:
    office = world.registered("DUK", "admin").says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(workbook(world, plan_of(OPEN, tmp_path), tmp_path))
    runs(office)
    assert office.last.text.startswith(
        "❓ <b>Câu 1/3: họp chậm nhất ngày nào?</b>\nKế hoạch không ghi rõ ngày cuối:\nKiểm điểm cuối năm"
    )
    office.taps("Chọn ngày").says("đầu tháng 12")
    assert office.last.text.startswith("“đầu tháng 12” không phải là một ngày từ")
    office.says("10/12")
    assert office.last.text == (
        "❓ <b>Câu 2/3: hạn ngày nào?</b>\nKế hoạch chỉ ghi “hằng năm”:\nKế hoạch kiểm tra năm …\n\n"
        "👉 Việc của năm nào thì hạn ngày nào trong năm đó?"
    )
    office.taps("Ngày khác").taps("Quay lại")
    assert "Câu 2/3" in office.last.text
    office.taps("Ngày khác").says("mồng 3")
    assert office.last.text.startswith("“mồng 3” chưa rõ là ngày nào của mỗi năm.")
    office.says("31/01")
    assert "Câu 3/3: bao lâu một lần?" in office.last.text
    assert "hạn là ngày cuối kỳ" in office.last.text
    office.taps("Hằng năm")
    runs(office).taps("Áp dụng")
    runs(office)
    with world.db.read() as session:
        days = {row.key: row.due_on for row in session.execute(select(Demand.key, Demand.due_on))}
    assert days == {
        "cuoi-nam": date(2022, 12, 10),
        "kt:2023": date(2023, 1, 31),
        "bc:2022": date(2022, 12, 31),
        "bc:2023": date(2023, 12, 31),
    }
    reads_well(office)


def test_buttons_and_answers_that_are_out_of_place(world: World, tmp_path: Path) -> None:
    office = world.registered("DUK", "admin").says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(workbook(world, plan_of(OPEN, tmp_path), tmp_path))
    runs(office)
    with world.db.read() as session:
        errand = session.scalars(select(Errand.id)).one()
    office.presses(f"office.ask_day:{errand}:9")
    office.presses(f"office.ask:{errand}:2:32/13")
    with world.db.read() as session:
        assert session.get_one(Errand, errand).about(GivenWorkbook).answers == {}
    office.says("/quantri").taps("Kế hoạch").presses(f"office.ask:{errand}:1:none")
    assert "Câu 2/3" in office.last.text
    office.taps("31/12").taps("Không theo dõi")
    runs(office)
    assert office.last.text.startswith("📄 ")
    office.taps("Áp dụng")
    runs(office)
    with world.db.read() as session:
        assert {duty.key for duty in session.scalars(select(Duty))} == {"kt:2022", "kt:2023"}
    office.presses(f"office.ask_day:{errand}:1")
    assert office.last.text.startswith("Việc này đã xong hoặc đã hủy.")


def test_on_the_command_line(url: str, tmp_path: Path) -> None:
    file = tmp_path / "mo.yaml"
    file.write_text(OPEN, "utf-8")
    run("units", "import", UNITS)
    checked = run("plan", "check", file).output
    for line in ("--answer kt=31/01", "--answer bc=quarter", "--answer cuoi-nam=NGÀY/THÁNG"):
        assert line in checked
    refused = run("plan", "load", file, code=1).output
    for line in ("không nói ngày nào", "bao lâu một lần", "không nói họp chậm nhất ngày nào"):
        assert line in refused
    late = run("plan", "load", file, "--answer", "cuoi-nam=1/10", code=1).output
    assert "không phải là một ngày từ 01/11/2022 đến 31/12/2022" in late
    bad = run("plan", "load", file, "--answer", "kt=mai", code=1).output
    assert "“mai” chưa rõ là ngày nào của mỗi năm" in bad
    said = [word for one in ("cuoi-nam=10/12", "kt=31/01", "bc=none") for word in ("--answer", one)]
    assert "Kế hoạch thử" in run("plan", "load", file, *said).output
    assert "Không có gì thay đổi" in run("plan", "load", file).output


def test_no_shipped_plan_makes_up_a_day_of_the_year() -> None:
    asked = {
        path.stem: {one.key: one.open for one in plan_questions(plan(path.stem))}
        for path in PLANS.glob("*.yaml")
    }
    assert asked == {
        "42-KH-DUK-2022": {},
        "60-KH-DUK-2022": {},
        "ket-luan-01-21-ky-loi-2022": {
            "danh-gia-mo-hinh": Open.DAY,
            "so-ket-hang-nam": Open.DAY,
            "ke-hoach-kiem-tra-hang-nam": Open.DAY,
            "dinh-ky-kiem-tra": Open.SPAN,
        },
        "tu-soi-tu-sua-huyen-uy-2022": {"dot-cuoi-nam": Open.LAST, "dinh-ky": Open.SPAN},
        "tu-soi-tu-sua-ky-loi-2022": {"dinh-ky-doan-cong-tac": Open.SPAN, "dinh-ky-van-phong": Open.SPAN},
    }


def test_a_plan_loaded_before_keeps_the_days_it_had(tmp_path: Path) -> None:
    old = connect_database(f"sqlite:///{tmp_path}/old.db")
    migrate_schema(old, "0004")
    content = '{"duties": [{"key": "kt", "due": {"every": "year"}}, {"key": "q1", "due": {"every": "year", "within": "Q1"}}]}'
    with old.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO units (id, code, name, kind, sector, path) VALUES (1, 'DU', 'Đảng ủy', 'dang_uy', '', '/1/')"
        )
        connection.exec_driver_sql(
            "INSERT INTO plans (id, mark, symbol, issuer, title, unit_id, content, answers, loaded_at)"
            " VALUES (1, 'm', '', 'x', 'x', 1, ?, '{\"bc\": \"quarter\"}', '2022-04-18')",
            (content,),
        )
    migrate_schema(old)
    with old.read() as session:
        assert session.scalars(select(Plan.answers)).one() == {"bc": "quarter", "kt": "12-31"}
    old.close()


def test_the_talk_ends_where_the_office_is_no_office_any_more(world: World, tmp_path: Path) -> None:
    office: Talker = world.registered("DUK", "admin").says("/quantri").taps("Kế hoạch").taps("Nạp kế hoạch")
    office.hands(workbook(world, plan_of(OPEN, tmp_path), tmp_path))
    runs(office).taps("Chọn ngày")
    with world.db.write() as session:
        for errand in session.scalars(select(Errand)):
            errand.state = ErrandState.DROPPED
    office.says("10/12")
    assert office.last.choices
    assert office.last.text.split("\n")[-1].startswith("👉")
