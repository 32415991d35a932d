"""The rules in force by date: the shipped file, what it says of plans, and what a broken file is told."""

from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, StrictUndefined

from bot.calendar import Relative, Side
from bot.plans.expected import expected_duties
from bot.plans.fields import Document
from bot.plans.guidance.fields import RuleSet
from bot.plans.guidance.rules import (
    Rules,
    meets_target,
    read_rules,
    superseded_notices,
    with_minutes,
    without_minutes,
)
from bot.plans.ladders import LADDERS
from bot.plans.plan import PlanText
from bot.plans.who import UnitProfile
from bot.plans.yaml_in import read_plan
from bot.problems import Problem, Rejected

ROOT = Path(__file__).parent.parent.parent
PLANS = sorted((ROOT / "schedules" / "plans").glob("*.yaml"))
AGENDAS = ROOT / "templates" / "agendas"
CENTRE = "Ban Chấp hành Trung ương Đảng"
CELL = UnitProfile("CB01", "chi_bo", "co_quan", direct=True)


@cache
def shipped() -> Rules:
    return read_rules(ROOT / "schedules" / "rules.yaml")


@cache
def plan(stem: str) -> PlanText:
    return read_plan(ROOT / "schedules" / "plans" / f"{stem}.yaml", agendas=AGENDAS)


def written(folder: Path, text: str) -> PlanText:
    path = folder / "plan.yaml"
    path.write_text(text, "utf-8")
    return read_plan(path, agendas=AGENDAS)


def rule_set(day: str) -> RuleSet:
    found = shipped().on(date.fromisoformat(day))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("day", "symbol"),
    [
        ("2012-03-01", None),
        ("2012-03-02", "09-HD/BTCTW"),
        ("2018-07-05", "09-HD/BTCTW"),
        ("2018-07-06", "12-HD/BTCTW"),
        ("2022-11-30", "12-HD/BTCTW"),
        ("2025-10-27", "12-HD/BTCTW"),
        ("2025-10-28", "42-HD/BTCTW"),
        ("2099-01-01", "42-HD/BTCTW"),
    ],
)
def test_the_guidance_of_a_day(day: str, symbol: str | None) -> None:
    found = shipped().on(date.fromisoformat(day))
    assert (found and found.symbol) == symbol


def test_what_the_guidance_asks_for() -> None:
    old, new = rule_set("2022-01-01"), rule_set("2026-11-22")
    assert (old.least_minutes, old.least_minutes_merged, old.upload_days) == (None, None, None)
    assert (old.excused_in_a_row, old.quality, old.replaced_by) == (3, (), "42-HD/BTCTW")
    assert (new.least_minutes, new.least_minutes_merged, new.upload_days) == (90, 120, 2)
    assert [(grade.name, grade.least) for grade in new.quality] == [
        ("Tốt", 90),
        ("Khá", 70),
        ("Trung bình", 50),
        ("Kém", 0),
    ]
    assert (new.excused_in_a_row, new.replaced_by, new.last) == (None, None, None)


@pytest.mark.parametrize(
    ("day", "present", "of", "met"),
    [
        ("2022-01-01", 85, 100, False),
        ("2022-01-01", 86, 100, True),
        ("2022-01-01", 851, 1000, True),
        ("2026-01-01", 89, 100, False),
        ("2026-01-01", 899, 1000, False),
        ("2026-01-01", 9, 10, True),
        ("2015-01-01", 0, 10, True),
    ],
)
def test_attendance_is_more_than_85_and_later_at_least_90(day: str, present: int, of: int, met: bool) -> None:
    assert meets_target(Fraction(present, of), rule_set(day)) is met


@pytest.mark.parametrize(
    ("symbol", "day", "issuer", "on", "by", "standing"),
    [
        ("37-QĐ/TW", "2021-10-25", CENTRE, "2026-07-26", "207-QĐ/TW", "reported"),
        ("37-QĐ/TW", "2021-10-25", CENTRE, "2026-07-25", None, None),
        ("37-QĐ/TW", None, CENTRE, "2026-11-22", "207-QĐ/TW", "reported"),
        ("37-QĐ/TW", "2021-10-25", None, "2026-11-22", "207-QĐ/TW", "reported"),
        ("số 37 – QĐi/TW", "2021-10-25", "Ban Chấp hành TW", "2026-11-22", "207-QĐ/TW", "reported"),
        ("37-QĐ/TW", "2016-10-25", CENTRE, "2026-11-22", None, None),
        ("37-QĐ/TW", "2021-10-25", "Đảng ủy xã Kỳ Lợi", "2026-11-22", None, None),
        ("37-QĐ/TU", "2021-10-25", None, "2026-11-22", None, None),
        ("24-QĐ/TW", "2021-07-30", CENTRE, "2025-06-30", None, None),
        ("24-QĐ/TW", "2021-07-30", CENTRE, "2025-07-01", "294-QĐ/TW", "official"),
        ("24-QĐ/TW", "2021-07-30", CENTRE, "2026-07-25", "294-QĐ/TW", "official"),
        ("24-QĐ/TW", "2021-07-30", CENTRE, "2026-07-26", "208-QĐ/TW", "reported"),
        ("294-QĐ/TW", "2025-05-26", CENTRE, "2026-07-25", None, None),
        ("294-QĐ/TW", "2025-05-26", CENTRE, "2026-07-26", "208-QĐ/TW", "reported"),
        ("20-QĐ/TW", None, None, "2026-07-26", "208-QĐ/TW", "reported"),
        ("20-QĐ/TW", "2026-04-01", CENTRE, "2026-07-26", "208-QĐ/TW", "reported"),
        ("20-QĐ/TW", "2021-07-22", CENTRE, "2026-07-26", None, None),
        ("208-QĐ/TW", "2026-07-26", CENTRE, "2026-11-22", None, None),
        ("22-QĐ/TW", "2021-07-28", CENTRE, "2025-05-30", "296-QĐ/TW", "reported"),
        ("66-QĐ/TW", "2017-02-06", "Ban Bí thư", "2026-01-09", "399-QĐ/TW", "official"),
        ("36-HD/VPTW", "2018-04-03", "Văn phòng Trung ương Đảng", "2026-05-27", "05-HD/VPTW", "reported"),
        ("9-HD/BTCTW", "2012-03-02", "Ban Tổ chức Trung ương", "2018-07-06", "12-HD/BTCTW", "official"),
        ("09-HD/BTCTW", "2012-03-02", "Ban Tổ chức Trung ương", "2026-11-22", "42-HD/BTCTW", "later"),
        ("12-HD/BTCTW", "2018-07-06", "Ban Tổ chức Trung ương", "2025-10-27", None, None),
        ("12-HD/BTCTW", "2018-07-06", "Ban Tổ chức Trung ương", "2025-10-28", "42-HD/BTCTW", "later"),
        ("29/2018/QH14", "2018-11-15", "Quốc hội", "2026-02-28", None, None),
        ("29/2018/QH14", "2018-11-15", "Quốc hội", "2026-03-01", "117/2025/QH15", "official"),
        ("13/2023/NĐ-CP", None, None, "2026-01-01", "356/2025/NĐ-CP", "official"),
        (None, None, CENTRE, "2026-11-22", None, None),
    ],
)
def test_what_took_the_place_of_a_document(
    symbol: str | None, day: str | None, issuer: str | None, on: str, by: str | None, standing: str | None
) -> None:
    cited = Document.model_validate(
        {"type": "Văn bản", "symbol": symbol, "date": day, "issuer": issuer, "title": "về một việc"}
    )
    found = shipped().replaced(cited, date.fromisoformat(on))
    assert (found and found.by.symbol) == by
    assert (found and found.standing) == standing
    assert found is None or found.established is (standing == "official")
    assert found is None or (found.document == cited and found.since <= date.fromisoformat(on))


def test_a_chain_of_replacements_names_every_step() -> None:
    cited = Document(type="Quy định", symbol="24-QĐ/TW", date=date(2021, 7, 30))
    found = shipped().replaced(cited, date(2026, 11, 22))
    assert found is not None
    assert [step.by.symbol for step in found.steps] == ["294-QĐ/TW", "20-QĐ/TW", "208-QĐ/TW"]
    assert [step.first for step in found.steps] == [date(2025, 7, 1), None, date(2026, 7, 26)]
    assert found.since == date(2025, 7, 1)


@pytest.mark.parametrize(
    ("addressee", "on", "body"),
    [
        ("Ban Thường vụ Đảng ủy Khối", "2026-01-01", "Đảng ủy Khối"),
        ("BTV Đảng uỷ khối các cơ quan", "2026-01-01", "Đảng ủy Khối"),
        ("Lưu BTG. VPĐUK", "2026-01-01", "Đảng ủy Khối"),
        ("Ban Tuyên giáo Thị uỷ", "2025-07-01", "cấp huyện (huyện, quận, thị xã)"),
        ("Ban Tuyên giáo Thị uỷ", "2025-06-30", None),
        ("Uỷ viên BTVHU", "2026-01-01", "cấp huyện (huyện, quận, thị xã)"),
        ("Thường trực ThU", "2026-01-01", "cấp huyện (huyện, quận, thị xã)"),
        ("Chi bộ Thu ngân", "2026-01-01", None),
        ("Khối Dân vận xã", "2026-01-01", None),
        ("Ban Tuyên giáo Tỉnh ủy", "2026-01-01", None),
        ("Ban Thường vụ Đảng ủy xã", "2026-01-01", None),
        ("Thành ủy", "2026-01-01", None),
    ],
)
def test_bodies_that_are_no_more(addressee: str, on: str, body: str | None) -> None:
    found = shipped().gone(addressee, date.fromisoformat(on))
    assert (found and found.name) == body
    assert found is None or "Đồng chí" in found.advice


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_no_plan_was_overtaken_when_it_came_out(path: Path) -> None:
    head = plan(path.stem).head
    assert superseded_notices(plan(path.stem), shipped(), head.date or head.starts) == []


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_each_thing_is_noticed_once_with_every_field(path: Path) -> None:
    found = superseded_notices(plan(path.stem), shipped(), date(2026, 11, 22))
    assert found
    fields = [field for notice in found for field in notice.fields]
    assert len(fields) == len(set(fields))
    names = [notice.addressee or (notice.replacement and notice.replacement.by.symbol) for notice in found]
    assert len(names) == len(set(names))


def test_what_is_noticed_about_the_study_plan() -> None:
    found = superseded_notices(plan("60-KH-DUK-2022"), shipped(), date(2026, 11, 22))
    documents = [
        (notice.fields, notice.replacement.by.symbol) for notice in found if notice.replacement is not None
    ]
    assert documents == [
        (("plan.documents[1]",), "207-QĐ/TW"),
        (("plan.documents[3]",), "296-QĐ/TW"),
        (("plan.documents[4]",), "208-QĐ/TW"),
    ]
    assert [(notice.fields, notice.addressee) for notice in found if notice.body][-3:] == [
        (("duties[0].to",), "Ban Thường vụ Đảng ủy Khối"),
        (("duties[0].via",), "Ban Tuyên giáo Đảng ủy Khối"),
        (("duties[1].to", "duties[2].to"), "Ban Thường vụ Đảng ủy Khối, Ban Tuyên giáo Tỉnh ủy"),
    ]


def test_one_document_in_many_lists_is_noticed_once() -> None:
    found = superseded_notices(plan("tu-soi-tu-sua-ky-loi-2022"), shipped(), date(2026, 11, 22))
    assert [notice.fields for notice in found if notice.replacement] == [
        ("plan.basis[5]", "topics[0].documents[2]", "topics[1].documents[2]", "topics[2].documents[2]")
    ]


def test_an_undated_document_is_not_one_that_came_after_the_plan(tmp_path: Path) -> None:
    text = MINUTES_PLAN.replace("  title: Kế hoạch thử\n", UNDATED)
    young, old = written(tmp_path, text), written(tmp_path, text.replace("date: 2026", "date: 2024"))
    on = date(2026, 11, 22)
    assert [notice.fields for notice in superseded_notices(young, shipped(), on)] == [("plan.documents[0]",)]
    assert superseded_notices(old, shipped(), on) == []


UNDATED = """\
  title: Kế hoạch thử
  date: 2026-04-01
  documents:
    - {type: Quy định, symbol: 20-QĐ/TW}
"""
MINUTES_PLAN = """\
plan:
  issuer: Đảng ủy xã
  title: Kế hoạch thử
  starts: 2022-01-01
  ends: 2027-12-31
topics:
  - {key: old, title: Trước hướng dẫn mới, meeting: thematic, period: 2025-09}
  - {key: edge, title: Ngày cuối, meeting: thematic, period: {from: 2025-10-01, to: 2025-10-27}}
  - {key: new, title: Tháng có hướng dẫn mới, meeting: thematic, period: 2025-10}
  - {key: school, title: Trường học, meeting: thematic, period: 2026-Q1, who: {sectors: [truong_hoc]}}
  - {key: monthly, title: Hằng tháng, meeting: regular, every: month, period: {from: 2025-01-01, to: 2026-03-31}}
  - {key: past, title: Hằng tháng cũ, meeting: regular, every: month, period: 2024}
  - {key: pool, title: Tự chọn, meeting: thematic}
"""


def test_minutes_are_confirmed_where_the_guidance_sets_days(tmp_path: Path) -> None:
    bare = written(tmp_path, MINUTES_PLAN)
    found = with_minutes(bare, shipped())
    assert found.topics == bare.topics
    assert [(duty.key, duty.due.topics, duty.who.sectors) for duty in found.duties] == [
        ("dang-so-tay", ("new", "monthly"), ()),
        ("dang-so-tay-2", ("school",), ("truong_hoc",)),
    ]
    first = found.duties[0]
    assert (first.do, first.due.after_meeting, first.ladder) == ("confirm", 2, "minutes")
    assert first.title == rule_set("2026-01-01").upload_title
    assert found.ladders["minutes"] == LADDERS["minutes"]
    asked = [one for one in expected_duties(found, CELL) if one.key == "dang-so-tay:new"]
    assert [one.relative for one in asked] == [Relative(Side.AFTER, 2, "new")]
    assert "Tháng có hướng dẫn mới" in asked[0].title


def test_minutes_are_added_once_and_can_be_taken_off(tmp_path: Path) -> None:
    bare = written(tmp_path, MINUTES_PLAN)
    found = with_minutes(bare, shipped())
    assert with_minutes(found, shipped()) is found
    assert without_minutes(found, shipped()) == bare
    assert without_minutes(bare, shipped()) is bare


def test_what_a_plan_asks_itself_is_left_alone(tmp_path: Path) -> None:
    own = "duties:\n  - {key: dang-so-tay, do: confirm, title: Của kế hoạch, due: {after_meeting: 5}}\n"
    kept = written(tmp_path, MINUTES_PLAN + own)
    assert with_minutes(kept, shipped()) is kept
    assert without_minutes(kept, shipped()) is kept
    second = written(tmp_path, MINUTES_PLAN + own.replace("so-tay,", "so-tay-2,"))
    assert [duty.key for duty in with_minutes(second, shipped()).duties] == [
        "dang-so-tay-2",
        "dang-so-tay",
        "dang-so-tay-3",
    ]


def test_a_ladder_of_the_plan_goes_before_the_default(tmp_path: Path) -> None:
    own = "ladders:\n  minutes:\n    - {key: once, at: due+0d, say: minutes}\n"
    found = with_minutes(written(tmp_path, MINUTES_PLAN + own), shipped())
    assert [line.key for line in found.ladders["minutes"]] == ["once"]


@pytest.mark.parametrize("stem", ["60-KH-DUK-2022", "42-KH-DUK-2022", "tu-soi-tu-sua-ky-loi-2022"])
def test_plans_of_2022_ask_for_no_upload(stem: str) -> None:
    assert with_minutes(plan(stem), shipped()) is plan(stem)


SOUND = """\
guidance:
  - symbol: 01-HD/X
    date: 2001-01-01
    issuer: Ban X
    from: 2001-01-01
    to: 2001-12-31
    replaced_by: 02-HD/X
    attendance_target: {above: 80}
  - symbol: 02-HD/X
    date: 2002-01-01
    issuer: Ban X
    from: 2002-01-01
    upload_days: 2
    upload_title: >-
      Đăng biên bản: {topic}
replaced:
  - document: {type: Hướng dẫn, symbol: 01-HD/X, date: 2001-01-01}
    issuers: [Ban X]
    by: {type: Hướng dẫn, symbol: 02-HD/X}
    from: 2002-01-01
    standing: official
bodies:
  - {name: Ban Y, names: [Ban Y], from: 2010-01-01, standing: reported, advice: Ghi ban khác.}
"""
BROKEN = [
    ("rules_not_a_number", "upload_days: 2", "upload_days: hai", 13, "guidance[1].upload_days"),
    ("rules_not_a_number", "upload_days: 2", "upload_days: 1001", 13, "guidance[1].upload_days"),
    ("rules_target_choice", "{above: 80}", "{}", 8, "guidance[0].attendance_target"),
    ("rules_target_choice", "{above: 80}", "{above: 80, at_least: 90}", 8, "guidance[0].attendance_target"),
    ("rules_upload_half", "    upload_days: 2\n", "", 9, "guidance[1]"),
    ("rules_overlap", "to: 2001-12-31", "to: 2002-01-01", 12, "guidance[1].from"),
    ("rules_overlap", "    to: 2001-12-31\n", "", 11, "guidance[1].from"),
    ("rules_unknown_set", "replaced_by: 02-HD/X", "replaced_by: 03-HD/X", 7, "guidance[0].replaced_by"),
    ("plan_period_order", "to: 2001-12-31", "to: 2000-12-31", 2, "guidance[0]"),
    ("plan_placeholder", "{topic}", "{period}", 9, "guidance[1]"),
    ("plan_unknown_field", "    issuers:", "    issuer:", 18, "replaced[0].issuer"),
    ("plan_choice", "standing: official", "standing: sure", 21, "replaced[0].standing"),
    ("plan_missing", ", advice: Ghi ban khác.", "", 23, "bodies[0].advice"),
    ("plan_not_a_date", "from: 2010-01-01", "from: 2010", 23, "bodies[0].from"),
]


@pytest.mark.parametrize(("code", "old", "new", "line", "path"), BROKEN)
def test_a_broken_file_is_told_where_and_what(
    tmp_path: Path, code: str, old: str, new: str, line: int, path: str
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(SOUND, "utf-8")
    assert read_rules(file).guidance[1].upload_days == 2
    assert SOUND.count(old) == 1
    file.write_text(SOUND.replace(old, new), "utf-8")
    found = broken(file)
    assert (f"rules.yaml:{line} {path}", code) in [(problem.place, problem.code) for problem in found]
    for problem in found:
        assert "đồng chí" in sentence(problem).lower()


def test_a_document_is_replaced_once(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    entry = SOUND[SOUND.index("  - document") : SOUND.index("bodies:")]
    file.write_text(SOUND.replace("bodies:\n", f"{entry}bodies:\n"), "utf-8")
    problem = broken(file)[0]
    assert (problem.place, problem.code) == ("rules.yaml:22 replaced[1].document", "rules_replaced_twice")
    assert "01-HD/X" in sentence(problem)


def test_replacements_in_a_ring_come_to_an_end(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    back = """\
  - document: {type: Hướng dẫn, symbol: 02-HD/X}
    issuers: [Ban X]
    by: {type: Hướng dẫn, symbol: 01-HD/X}
    from: 2003-01-01
    standing: official
bodies:
"""
    file.write_text(SOUND.replace("bodies:\n", back), "utf-8")
    found = read_rules(file).replaced(Document(type="Hướng dẫn", symbol="01-HD/X"), date(2010, 1, 1))
    assert found is not None
    assert [step.by.symbol for step in found.steps] == ["02-HD/X", "01-HD/X"]


def broken(file: Path) -> list[Problem]:
    with pytest.raises(Rejected) as caught:
        read_rules(file)
    return caught.value.problems


def sentence(problem: Problem) -> str:
    known: dict[str, str] = {}
    for path in (ROOT / "templates" / "problems").glob("*.yaml"):
        known |= yaml.safe_load(path.read_text("utf-8"))
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    return environment.from_string(known[problem.code]).render(problem.facts)
