"""The quality score: the sheets and their faults, what is computed at every threshold, votes, decisions, the year."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from jinja2 import Environment, StrictUndefined
from sqlalchemy.orm import Session

from bot.calendar import NOT_RELATIVE, Relative, Side
from bot.plans.guidance.fields import RuleSet
from bot.plans.guidance.rules import read_rules
from bot.plans.guidance.sheets import ANSWERS, NUMBERS, ScoreSheet, ScoreSheets
from bot.plans.guidance.sheets_in import read_score_sheet, read_sheets
from bot.problems import Invalid, Problem, Rejected
from bot.scores.scoring import (
    Point,
    begin_score,
    compute_points,
    decide_score,
    last_held,
    most_voters,
    propose_score,
    say_points,
    undecided_scores,
    vote_on,
    vote_on_score,
    with_said,
    year_grades,
)
from bot.scores.sheets import may_be_scored, sheet_for
from bot.store.db import Database
from bot.tables import (
    Attendance,
    Demand,
    Duty,
    Meeting,
    MeetingDuty,
    Note,
    Person,
    Plan,
    Score,
    Task,
    Topic,
    Unit,
    Vote,
)
from tests.kit.walked import as_loaded

ROOT = Path(__file__).parent.parent.parent
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
AT = datetime(2026, 4, 3, 12, 30, tzinfo=UTC)  # 19:30 on 3 April 2026 in Viet Nam
DAY = date(2026, 4, 3)
SENTENCES = yaml.safe_load((ROOT / "templates" / "problems" / "scores.yaml").read_text("utf-8"))


@cache
def sheets() -> ScoreSheets:
    return read_sheets(ROOT / "schedules" / "scores")


def general() -> ScoreSheet:
    return sheets().by_key["42-HD-BTCTW"]


def local() -> ScoreSheet:
    return sheets().by_key["vi-du-phuong"]


@cache
def rules() -> RuleSet:
    held = read_rules(ROOT / "schedules" / "rules.yaml").on(DAY)
    assert held is not None
    return held


def person(session: Session) -> Person:
    one = Person(created_at=AT)
    session.add(one)
    session.flush()
    return one


def unit(session: Session, code: str, above: Unit | None = None, kind: str = "chi_bo") -> Unit:
    row = Unit(
        code=code,
        name=f"Chi bộ {code}",
        kind=kind,
        parent_id=above.id if above else None,
        path="",
        members=28,
    )
    session.add(row)
    session.flush()
    row.path = f"{above.path if above else '/'}{row.id}/"
    session.flush()
    return row


def held(session: Session, where: Unit | None = None, minutes: float = 95, **facts: Any) -> Meeting:
    """A meeting of three steps that was walked, set for half past seven."""
    where = where or unit(session, "CB01")
    given: dict[str, Any] = {
        "kind": "regular",
        "state": "held",
        "planned_at": AT,
        "started_at": AT + timedelta(minutes=3),
        "ended_at": AT + timedelta(minutes=3 + minutes),
        "steps": [{"key": "one", "optional": False}, {"key": "two"}, {"key": "three", "optional": True}],
        "marks": {"0": "done", "1": "done", "2": "skipped"},
        "created_at": AT,
        **facts,
    }
    row = Meeting(unit_id=where.id, **as_loaded(given))
    session.add(row)
    session.flush()
    return row


def heads(session: Session, meeting: Meeting, **facts: Any) -> Attendance:
    given: dict[str, Any] = {
        "total": 28,
        "present": 25,
        "absent_excused": 2,
        "absent_unexcused": 0,
        "exempt": 1,
        **facts,
    }
    row = Attendance(meeting_id=meeting.id, entered_by=person(session).id, entered_at=AT, **given)
    session.add(row)
    session.flush()
    return row


def found(session: Session, meeting: Meeting, sheet: ScoreSheet) -> dict[str, Point]:
    return {point.key: point for point in compute_points(session, meeting, sheet, rules())}


def points(session: Session, meeting: Meeting, sheet: ScoreSheet) -> dict[str, int | None]:
    return {key: point.points for key, point in found(session, meeting, sheet).items()}


def said(point: Point) -> list[str]:
    environment = Environment(undefined=StrictUndefined, autoescape=True)
    environment.filters["percent"] = lambda ratio: f"{float(ratio) * 100:.1f}%"
    return [
        environment.from_string(SENTENCES[f"score_why_{one.code}"]).render(one.facts) for one in point.why
    ]


# The sheets


def test_the_shipped_sheet_has_the_points_and_grades_of_the_guidance() -> None:
    sheet = general()
    assert [criterion.most for criterion in sheet.criteria] == [5, 5, 10, 40, 5, 30, 5]
    assert [[part.most for part in one.parts] for one in sheet.criteria[2:4]] == [[5, 5], [5, 25, 10]]
    assert [(g.name, g.least) for g in sheet.scale] == [(g.name, g.least) for g in rules().quality]
    assert sheet.key == "42-HD-BTCTW"


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        (100, "Tốt"),
        (90, "Tốt"),
        (89, "Khá"),
        (70, "Khá"),
        (69, "Trung bình"),
        (50, "Trung bình"),
        (49, "Kém"),
        (0, "Kém"),
    ],
)
def test_the_grade_of_a_sum(total: int, grade: str) -> None:
    assert general().grade(total) == grade


def test_another_committees_bounds() -> None:
    assert [local().grade(total) for total in (92, 91, 75, 74, 55, 54)] == [
        "Tốt",
        "Khá",
        "Khá",
        "Trung bình",
        "Trung bình",
        "Kém",
    ]


def test_every_fact_has_its_sentence() -> None:
    assert [name for name in (*NUMBERS, *ANSWERS) if f"score_why_{name}" not in SENTENCES] == []


def test_offered_points() -> None:
    offers = {part.key: part.offers for _, part in local().parts} | {
        part.key: part.offers for _, part in general().parts
    }
    assert offers["ty-le"] == [5, 4, 3, 2, 1, 0]
    assert offers["dung-gio"] == [4, 2, 0]
    assert offers["ket-qua"] == [30, 28, 25, 22, 20, 15]


def test_which_sheet_holds(db: Database) -> None:
    with db.write() as session:
        ward = unit(session, "PHUONG-VI-DU", kind="dang_bo_co_so")
        part = unit(session, "BP", ward, "dang_bo_bo_phan")
        cell, other = unit(session, "CB", part), unit(session, "CB9")
        for where, day, key in (
            (other, "2025-10-27", None),
            (other, "2025-10-28", "42-HD-BTCTW"),
            (other, "2030-01-01", "42-HD-BTCTW"),
            (cell, "2026-01-04", "42-HD-BTCTW"),
            (cell, "2026-01-05", "vi-du-phuong"),
            (ward, "2026-04-03", None),
            (part, "2026-04-03", None),
        ):
            sheet = sheet_for(session, sheets(), date.fromisoformat(day), where)
            assert (sheet and sheet.key) == key, (where.code, day)


def test_the_nearest_committees_sheet_wins() -> None:
    near = local().model_copy(update={"units": ("BP",)}).named("gan")
    three = ScoreSheets({**sheets().by_key, "gan": near})
    for codes, key in (
        (["CB", "BP", "PHUONG-VI-DU"], "gan"),
        (["CB", "PHUONG-VI-DU"], "vi-du-phuong"),
        (["CB"], "42-HD-BTCTW"),
    ):
        sheet = three.on(DAY, "chi_bo", codes)
        assert sheet is not None
        assert sheet.key == key


def test_what_may_be_scored(db: Database) -> None:
    with db.write() as session:
        cell = unit(session, "A")
        cases = [
            (held(session, cell), True),
            (held(session, cell, state="running"), False),
            (held(session, cell, rehearsal=True), False),
            (held(session, cell, started_at=datetime(2025, 10, 27, 16, 0, tzinfo=UTC)), False),
            (held(session, cell, started_at=datetime(2025, 10, 27, 18, 0, tzinfo=UTC)), True),
            (held(session, unit(session, "D", kind="dang_uy")), False),
        ]
        assert [may_be_scored(sheets(), meeting, ZONE) for meeting, _ in cases] == [
            wanted for _, wanted in cases
        ]


# Faults

SOUND = """\
symbol: 1-HD/ĐU
date: 2026-01-05
issuer: Đảng ủy
from: 2026-01-05
most: 10
criteria:
  - key: a
    title: A
    most: 10
    parts:
      - key: x
        title: X
        most: 6
        computes:
          - points: 6
            if:
              minutes_short: {at_most: 0}
      - key: y
        title: Y
        most: 4
        asks: {prompt: Mấy điểm, offers: [4, 2], shows: [speakers]}
scale:
  - {name: Đạt, from: 5}
  - {name: Chưa đạt, from: 0}
"""


def written(folder: Path, text: str, name: str = "bang.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ("most: 10\ncriteria", "most: 11\ncriteria", "5 most", "score_sum"),
        ("        most: 4", "        most: 3", "9 criteria[0].most", "score_sum"),
        ("points: 6", "points: 7", "15 criteria[0].parts[0].computes[0].points", "score_points_over"),
        ("points: 6", "points: sáu", "15 criteria[0].parts[0].computes[0].points", "rules_not_a_number"),
        (
            "minutes_short",
            "minute_short",
            "17 criteria[0].parts[0].computes[0].if.minute_short",
            "score_fact_unknown",
        ),
        (
            "{at_most: 0}",
            "{is: yes}",
            "17 criteria[0].parts[0].computes[0].if.minutes_short",
            "score_needs_bound",
        ),
        (
            "minutes_short: {at_most: 0}",
            "steps_complete: {at_most: 0}",
            "17 criteria[0].parts[0].computes[0].if.steps_complete",
            "score_needs_answer",
        ),
        (
            "{at_most: 0}",
            "{at_most: 0, of: [agree]}",
            "17 criteria[0].parts[0].computes[0].if.minutes_short",
            "score_needs_ticks",
        ),
        (
            "              minutes_short: {at_most: 0}\n",
            "",
            "16 criteria[0].parts[0].computes[0].if",
            "plan_empty",
        ),
        ("key: y", "key: x", "18 criteria[0].parts[1].key", "score_key_twice"),
        (
            "        asks: {prompt: Mấy điểm, offers: [4, 2], shows: [speakers]}\n",
            "",
            "18 criteria[0].parts[1]",
            "score_part_empty",
        ),
        ("[4, 2]", "[5, 2]", "21 criteria[0].parts[1].asks.offers[0]", "score_points_over"),
        ("[speakers]", "[speaker]", "21 criteria[0].parts[1].asks.shows[0]", "score_fact_unknown"),
        ("from: 5", "from: 0", "22 scale", "score_scale_order"),
        ("Chưa đạt, from: 0", "Chưa đạt, from: 1", "22 scale", "score_scale_order"),
        ("name: Chưa đạt", "name: Đạt", "24 scale[1].name", "score_key_twice"),
        ("name: Chưa đạt", "name: Chưa đạt yêu cầu đề ra", "24 scale[1].name", "plan_too_long"),
        ("issuer: Đảng ủy", "issue: Đảng ủy", "3 issue", "plan_unknown_field"),
        ("from: 2026-01-05\n", "from: 2026-01-05\nto: 2025-01-01\n", "5 to", "plan_period_order"),
        ("most: 10\ncriteria", "kinds: [chi_doan]\nmost: 10\ncriteria", "5 kinds[0]", "plan_unknown_kind"),
    ],
)
def test_a_broken_sheet(tmp_path: Path, old: str, new: str, place: str, code: str) -> None:
    assert old in SOUND
    with pytest.raises(Rejected) as caught:
        read_score_sheet(written(tmp_path, SOUND.replace(old, new)))
    assert (f"bang.yaml:{place}", code) in [(p.place, p.code) for p in caught.value.problems]
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    sentences = SENTENCES | {
        code: text
        for name in ("plan", "rules")
        for code, text in yaml.safe_load(
            (ROOT / f"templates/problems/{name}.yaml").read_text("utf-8")
        ).items()
    }
    for problem in caught.value.problems:
        words = environment.from_string(sentences[problem.code]).render(problem.facts)
        assert "Đồng chí" in words, words


def test_sheets_of_a_folder_are_told_apart(tmp_path: Path) -> None:
    written(tmp_path, SOUND, "a.yaml")
    written(tmp_path, SOUND.replace("from: 2026-01-05", "from: 2026-02-05"), "b.yaml")
    written(tmp_path, SOUND.replace("issuer: Đảng ủy\n", "issuer: Đảng ủy\nfor: [X]\n"), "c.yaml")
    with pytest.raises(Rejected) as caught:
        read_sheets(tmp_path)
    assert caught.value.problems == [Problem("b.yaml", "score_overlap", {"value": "a.yaml"})]
    written(tmp_path, SOUND.replace("from: 2026-01-05", "from: 2026-01-05\nto: 2026-02-04"), "a.yaml")
    assert set(read_sheets(tmp_path).by_key) == {"a", "b", "c"}
    written(tmp_path, SOUND.replace("points: 6", "points: 60"), "c.yaml")
    written(tmp_path, SOUND, f"{'d' * 61}.yaml")
    with pytest.raises(Rejected) as caught:
        read_sheets(tmp_path)
    assert [p.code for p in caught.value.problems] == ["score_points_over", "score_file_name"]


# What is computed


@pytest.mark.parametrize(
    ("minutes", "general_points", "local_points"),
    [(95, 5, 6), (90, 5, 6), (89.9, None, 4), (75, None, 4), (74, None, 2), (60, None, 2), (59, None, 0)],
)
def test_the_length(db: Database, minutes: float, general_points: int | None, local_points: int) -> None:
    with db.write() as session:
        meeting = held(session, minutes=minutes)
        assert points(session, meeting, general())["thoi-gian:thoi-luong"] == general_points
        assert points(session, meeting, local())["thoi-gian:thoi-luong"] == local_points


def test_the_length_is_explained(db: Database) -> None:
    with db.write() as session:
        long, short = held(session, minutes=95), held(session, unit(session, "B"), minutes=80)
        assert said(found(session, long, general())["thoi-gian:thoi-luong"]) == [
            "Họp 95 phút, đủ tối thiểu 90 phút"
        ]
        assert said(found(session, short, general())["thoi-gian:thoi-luong"]) == [
            "Họp 80 phút, thiếu 10 phút so với tối thiểu 90 phút"
        ]


@pytest.mark.parametrize(
    ("total", "minutes", "short"), [(29, 90, 0), (30, 119, 1), (30, 120, 0), (31, 90, 30)]
)
def test_larger_cells_meet_longer_where_their_sheet_says_so(
    db: Database, total: int, minutes: int, short: int
) -> None:
    with db.write() as session:
        meeting = held(session, minutes=minutes)
        heads(session, meeting, total=total)
        (why,) = found(session, meeting, local())["thoi-gian:thoi-luong"].why
        assert why.facts["short"] == short
        assert points(session, meeting, general())["thoi-gian:thoi-luong"] == 5


@pytest.mark.parametrize(
    "facts",
    [
        {"steps": []},
        {"ended_at": None},
        {"ended_at": AT + timedelta(hours=9)},
        {"ended_at": AT + timedelta(minutes=3)},
    ],
)
def test_a_length_that_nobody_knows_is_asked(db: Database, facts: dict[str, Any]) -> None:
    with db.write() as session:
        meeting = held(session, **facts)
        point = found(session, meeting, local())["thoi-gian:thoi-luong"]
        assert (point.points, point.why) == (None, ())


def test_pauses_are_no_part_of_the_length(db: Database) -> None:
    began, ended = AT.isoformat(), (AT + timedelta(minutes=50)).isoformat()
    with db.write() as session:
        walk = {"at": {"0": [began, ended], "1": [ended, None]}, "off": {"1": 600}}
        meeting = held(session, started_at=AT, ended_at=AT + timedelta(minutes=95), walk=walk)
        (why,) = found(session, meeting, local())["thoi-gian:thoi-luong"].why
        assert why.facts["minutes"] == 85


@pytest.mark.parametrize(("late", "given"), [(0, 4), (5, 4), (6, 2), (15, 2), (16, 0), (-10, 4)])
def test_beginning_in_time(db: Database, late: int, given: int) -> None:
    with db.write() as session:
        meeting = held(session, planned_at=AT, started_at=AT + timedelta(minutes=late, seconds=1))
        assert points(session, meeting, local())["thoi-gian:dung-gio"] == given


def test_a_meeting_that_was_not_set_is_never_late(db: Database) -> None:
    with db.write() as session:
        meeting = held(session, planned_at=AT, started_at=AT)
        assert points(session, meeting, local())["thoi-gian:dung-gio"] is None


def both(session: Session, cell: Unit, merging: str) -> Meeting:
    """One meeting that answers a regular topic and a thematic one."""
    plan = Plan(
        mark="1",
        symbol="1",
        issued_on=DAY,
        issuer="x",
        title="",
        unit_id=cell.id,
        content={"plan": {}},
        merging=merging,
        loaded_at=AT,
    )
    session.add(plan)
    meeting = held(session, cell, minutes=100)
    session.flush()
    for kind in ("regular", "thematic"):
        topic = Topic(plan_id=plan.id, key=kind, title=kind, meeting=kind)
        session.add(topic)
        session.flush()
        _duty(session, cell, plan, meeting, key=kind, topic_id=topic.id)
    return meeting


def _duty(session: Session, cell: Unit, plan: Plan, meeting: Meeting | None, **facts: Any) -> Duty:
    demand = Demand(
        plan_id=plan.id,
        kind=facts.pop("kind", "meeting"),
        title="x",
        period_first=DAY,
        period_last=DAY,
        opens_on=DAY,
        key=facts["key"],
        base=facts["key"],
        period="",
        uploads=facts.pop("uploads", False),
        topic_id=facts.pop("topic_id", None),
        relative=facts.pop("relative", NOT_RELATIVE),
    )
    session.add(demand)
    session.flush()
    duty = Duty(
        plan_id=plan.id,
        demand_id=demand.id,
        unit_id=cell.id,
        path=cell.path,
        kind=demand.kind,
        opens_on=DAY,
        **{"state": "done", **facts},
    )
    session.add(duty)
    session.flush()
    if meeting is not None:
        session.add(MeetingDuty(meeting_id=meeting.id, duty_id=duty.id))
        session.flush()
    return duty


@pytest.mark.parametrize(
    ("merging", "least", "least_local"), [("sequential", 120, 150), ("embedded", 90, 90)]
)
def test_two_meetings_in_one_session_last_longer(
    db: Database, merging: str, least: int, least_local: int
) -> None:
    with db.write() as session:
        meeting = both(session, unit(session, "A"), merging)
        for sheet, wanted in ((general(), least), (local(), least_local)):
            (why,) = found(session, meeting, sheet)["thoi-gian:thoi-luong"].why
            assert why.facts["least"] == wanted


@pytest.mark.parametrize(
    ("present", "unexcused", "general_points", "rate", "absent"),
    [
        (27, 0, 5, 10, 5),
        (26, 1, None, 10, 3),
        (25, 0, 5, 8, 5),
        (25, 2, None, 8, 0),
        (24, 0, None, 5, 5),
        (21, 0, None, 0, 5),
    ],
)
def test_the_attendance(
    db: Database, present: int, unexcused: int, general_points: int | None, rate: int, absent: int
) -> None:
    """Of 27 obliged: 28 without the one exempt. 25 of them are 92.6 per cent, 24 are 88.9."""
    with db.write() as session:
        meeting = held(session)
        heads(session, meeting, present=present, absent_unexcused=unexcused)
        assert points(session, meeting, general())["du-hop:ty-le"] == general_points
        found_local = points(session, meeting, local())
        assert (found_local["du-hop:ty-le"], found_local["du-hop:vang"]) == (rate, absent)


def test_who_meets_elsewhere_is_not_obliged(db: Database) -> None:
    with db.write() as session:
        meeting = held(session)
        heads(session, meeting, total=28, exempt=1, elsewhere=7, present=18, absent_excused=2)
        point = found(session, meeting, general())["du-hop:ty-le"]
        assert point.points == 5
        assert said(point) == [
            "Có mặt 18/20 (90.0%), yêu cầu từ 90%",
            "Không có ai vắng không lý do",
        ]


def test_without_a_count_nothing_is_computed(db: Database) -> None:
    with db.write() as session:
        meeting = held(session)
        assert found(session, meeting, general())["du-hop:ty-le"].points is None
        heads(session, meeting, total=2, exempt=2, present=0)
        point = found(session, meeting, general())["du-hop:ty-le"]
        assert (point.points, [one.code for one in point.why]) == (None, ["absent_unexcused"])


@pytest.mark.parametrize(
    ("marks", "general_points", "local_points"),
    [
        ({"0": "done", "1": "done", "2": "skipped"}, 5, 6),
        ({"0": "skipped", "1": "done", "2": "done"}, None, 4),
        ({"0": "skipped", "1": "skipped", "2": "done"}, None, 2),
    ],
)
def test_the_steps(
    db: Database, marks: dict[str, str], general_points: int | None, local_points: int
) -> None:
    with db.write() as session:
        meeting = held(session, marks=marks)
        assert points(session, meeting, general())["to-chuc:cac-buoc"] == general_points
        assert points(session, meeting, local())["to-chuc:cac-buoc"] == local_points


def test_many_steps_left_out(db: Database) -> None:
    with db.write() as session:
        steps = [{"key": str(n)} for n in range(6)]
        cell = unit(session, "A")
        for left_out, given in ((3, 2), (4, 0)):
            marks = {str(n): "skipped" if n < left_out else "done" for n in range(6)}
            meeting = held(session, cell, steps=steps, marks=marks)
            assert points(session, meeting, local())["to-chuc:cac-buoc"] == given


@pytest.mark.parametrize(
    ("ready", "general_points", "local_points"),
    [
        ([], None, None),
        (["assign"], None, None),
        (["agree"], None, 2),
        (["agree", "notify"], None, 4),
        (["agree", "notify", "materials", "assign"], 5, 6),
    ],
)
def test_the_preparations(
    db: Database, ready: list[str], general_points: int | None, local_points: int | None
) -> None:
    with db.write() as session:
        meeting = held(session, ready=ready)
        point = found(session, meeting, general())["chuan-bi:hop-chi-uy"]
        assert point.points == general_points
        assert said(point) == ([f"Đã làm {len(set(ready) - {'assign'})}/3 việc chuẩn bị"] if ready else [])
        assert points(session, meeting, local())["chuan-bi:viec"] == local_points


@pytest.mark.parametrize(
    ("speakers", "given"), [({}, None), ({"1": 1}, 3), ({"1": 2, "2": 1}, 6), ({"1": 4}, 6), ({"1": 5}, 9)]
)
def test_who_spoke(db: Database, speakers: dict[str, int], given: int | None) -> None:
    with db.write() as session:
        meeting = held(session, walk={"speakers": speakers} if speakers else {})
        assert points(session, meeting, local())["to-chuc:y-kien"] == given


def test_what_is_asked_is_shown_with_what_is_known(db: Database) -> None:
    with db.write() as session:
        meeting = held(session, walk={"speakers": {"1": 4}})
        writer = person(session).id
        session.add_all(Note(meeting_id=meeting.id, step=1, person_id=writer, at=AT, text="x") for _ in "ab")
        session.flush()
        point = found(session, meeting, general())["to-chuc:noi-dung"]
        assert point.points is None
        assert said(point) == ["Có 4 lượt phát biểu", "Đã ghi 2 ý kiến"]


@pytest.mark.parametrize(
    ("states", "given"),
    [
        ([], None),
        (["dropped"], None),
        (["done", "done", "dropped"], 10),
        (["done"] * 7 + ["open"] * 3, 7),
        (["done"] * 6 + ["going"] * 4, 4),
        (["done", "open"], 4),
        (["open", "going", "done"], 0),
    ],
)
def test_last_months_tasks(db: Database, states: list[str], given: int | None) -> None:
    with db.write() as session:
        cell = unit(session, "A")
        before, meeting = held(session, cell), held(session, cell)
        writer = person(session).id
        for state in states:
            session.add(
                Task(
                    unit_id=cell.id,
                    meeting_id=before.id,
                    step=0,
                    what="x",
                    state=state,
                    reviewed_id=meeting.id,
                    person_id=writer,
                    at=AT,
                )
            )
        session.flush()
        assert points(session, meeting, local())["ket-qua:nhiem-vu"] == given
        assert points(session, before, local())["ket-qua:nhiem-vu"] is None


@pytest.mark.parametrize(
    ("state", "on_time", "read_back", "general_points", "local_points"),
    [
        ("done", True, True, 5, (2, 3)),
        ("done", True, False, None, (0, 3)),
        ("done", False, True, None, (2, 0)),
        ("lapsed", None, True, None, (2, 0)),
        ("open", None, True, None, (2, None)),
        ("withdrawn", None, True, None, (2, None)),
    ],
)
def test_the_minutes(
    db: Database,
    state: str,
    on_time: bool | None,
    read_back: bool,
    general_points: int | None,
    local_points: tuple[int | None, int | None],
) -> None:
    with db.write() as session:
        cell = unit(session, "A")
        meeting = both(session, cell, "sequential")
        meeting.read_back_at = AT if read_back else None
        plan = session.query(Plan).one()
        relative = Relative(Side.AFTER, 2, "regular")
        _duty(
            session,
            cell,
            plan,
            None,
            key="dang-so-tay",
            uploads=True,
            kind="confirm",
            relative=relative,
            state=state,
            on_time=on_time,
        )
        other = Relative(Side.AFTER, 2, "another")
        _duty(
            session,
            cell,
            plan,
            None,
            key="dang-so-tay-2",
            uploads=True,
            kind="confirm",
            relative=other,
            state="open",
        )
        assert points(session, meeting, general())["ket-thuc:ket-thuc"] == general_points
        found_local = points(session, meeting, local())
        assert (found_local["ket-thuc:bien-ban"], found_local["ket-thuc:dang-tai"]) == local_points


def test_a_resolution(db: Database, tmp_path: Path) -> None:
    """More than half of the cell's official members, not of those who were there."""
    text = SOUND.replace("minutes_short: {at_most: 0}", "resolution_passed: {is: yes}")
    sheet = read_score_sheet(written(tmp_path, text))
    with db.write() as session:
        writer = person(session).id
        for number, (agree, members, given) in enumerate([(14, 28, None), (15, 28, 6), (0, 0, None)]):
            meeting = held(session, unit(session, f"R{number}"))
            if members:
                session.add(
                    Vote(
                        meeting_id=meeting.id,
                        step=1,
                        subject="x",
                        resolution=True,
                        agree=agree,
                        against=0,
                        other=0,
                        voters=agree,
                        members=members,
                        person_id=writer,
                        at=AT,
                    )
                )
                session.flush()
            assert points(session, meeting, sheet)["a:x"] == given


# The proposal, the vote, the decision


@pytest.fixture
def scored(db: Database) -> Callable[..., tuple[Meeting, Score, list[Point]]]:
    def make(session: Session, where: Unit | None = None, total: int = 92, **facts: Any) -> Any:
        meeting = held(session, where, **facts)
        heads(session, meeting, official=26, present_official=24, probationary=2, present_probationary=1)
        score = begin_score(session, meeting, general(), AT)
        left = total
        for point in with_said(compute_points(session, meeting, general(), rules()), None):
            value = min(left, point.part.most)
            say_points(score, point, value)
            left -= value
        known = with_said(compute_points(session, meeting, general(), rules()), score)
        return meeting, score, known

    return make


def test_the_sum_and_its_grade(db: Database, scored: Any) -> None:
    with db.write() as session:
        for number, (total, grade) in enumerate([(100, "Tốt"), (90, "Tốt"), (89, "Khá"), (49, "Kém")]):
            _, score, known = scored(session, unit(session, f"S{number}"), total)
            propose_score(session, score, general(), known, "  Ít ý kiến  ", AT)
            assert (score.total, score.grade, score.weaknesses, score.voted) == (
                total,
                grade,
                "Ít ý kiến",
                False,
            )
            assert sum(score.points.values()) == total
            assert set(score.points) == {point.key for point in known}


def test_points_beyond_a_part_are_refused(db: Database, scored: Any) -> None:
    with db.write() as session:
        _, score, known = scored(session)
        for value in (6, -1):
            with pytest.raises(Invalid) as caught:
                say_points(score, known[0], value)
            assert (caught.value.code, caught.value.facts) == ("score_points_range", {"most": 5})


@pytest.mark.parametrize(
    ("counted", "voted"),
    [
        ((24, 0, 24), True),
        ((13, 11, 24), True),
        ((12, 12, 24), False),
        ((12, 5, 23), True),
        ((1, 0, 1), True),
    ],
)
def test_the_vote(db: Database, scored: Any, counted: tuple[int, int, int], voted: bool) -> None:
    with db.write() as session:
        meeting, score, known = scored(session)
        propose_score(session, score, general(), known, "", AT)
        writer = person(session).id
        assert most_voters(session, meeting) == (24, True)
        row = vote_on_score(session, meeting, score, counted, "Chấm điểm", writer, AT)
        assert score.voted is voted
        assert (row.agree, row.against, row.other) == (*counted[:2], counted[2] - counted[0] - counted[1])
        assert (row.voters, row.members, row.resolution) == (counted[2], 26, False)
        vote_on_score(session, meeting, score, (20, 0, 20), "Chấm điểm", writer, AT)
        assert session.query(Vote).count() == 1
        propose_score(session, score, general(), known, "", AT)
        assert (score.voted, vote_on(session, score)) == (False, None)


@pytest.mark.parametrize("counted", [(25, 0, 25), (0, 0, 0), (5, 0, 4), (3, 3, 5), (-1, 0, 5)])
def test_a_vote_that_cannot_be(db: Database, scored: Any, counted: tuple[int, int, int]) -> None:
    with db.write() as session:
        meeting, score, known = scored(session)
        propose_score(session, score, general(), known, "", AT)
        with pytest.raises(Invalid) as caught:
            vote_on_score(session, meeting, score, counted, "x", 1, AT)
        assert caught.value.code == "score_vote_range"
        assert vote_on(session, score) is None


def test_who_may_vote_is_not_exact_where_probationary_members_were_not_counted(db: Database) -> None:
    with db.write() as session:
        meeting = held(session)
        assert most_voters(session, meeting) == (0, False)
        heads(session, meeting)
        assert most_voters(session, meeting) == (25, False)


def test_nothing_is_voted_on_before_it_is_proposed_nor_decided_before_it_is_voted_on(
    db: Database, scored: Any
) -> None:
    with db.write() as session:
        meeting, score, known = scored(session)
        writer = person(session).id
        with pytest.raises(Invalid, match="score_not_proposed"):
            vote_on_score(session, meeting, score, (24, 0, 24), "x", writer, AT)
        propose_score(session, score, general(), known, "", AT)
        with pytest.raises(Invalid, match="score_not_voted"):
            decide_score(score, general(), "Tốt", writer)
        vote_on_score(session, meeting, score, (24, 0, 24), "x", writer, AT)
        with pytest.raises(Invalid, match="choose_button"):
            decide_score(score, general(), "Xuất sắc", writer)
        decide_score(score, general(), "Khá", writer)
        assert (score.grade, score.decided_grade, score.decided_by) == ("Tốt", "Khá", writer)
        for change in (
            lambda: say_points(score, known[0], 1),
            lambda: propose_score(session, score, general(), known, "", AT),
            lambda: vote_on_score(session, meeting, score, (24, 0, 24), "x", writer, AT),
        ):
            with pytest.raises(Invalid, match="score_decided"):
                change()


def test_the_year(db: Database, scored: Any) -> None:
    with db.write() as session:
        root = unit(session, "ROOT", kind="dang_uy")
        left, right = unit(session, "L", root), unit(session, "R", root)
        writer = person(session).id
        new_year = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # midnight in Viet Nam
        for where, total, decided, facts in (
            (left, 92, "", {}),
            (left, 95, "Khá", {}),
            (left, 80, "", {}),
            (right, 91, "Tốt", {}),
            (right, 60, "", {"rehearsal": True}),
            (right, 99, "", {"started_at": new_year}),
            (right, 55, "", {"started_at": new_year - timedelta(seconds=1)}),
        ):
            meeting, score, known = scored(session, where, total, **facts)
            propose_score(session, score, general(), known, "", AT)
            vote_on_score(session, meeting, score, (24, 0, 24), "x", writer, AT)
            if decided:
                decide_score(score, general(), decided, writer)
        _, score, known = scored(session, right, 40)
        propose_score(session, score, general(), known, "", AT)  # not voted on
        everywhere = Unit.path.startswith(root.path)
        assert year_grades(session, everywhere, 2026, ZONE) == {"Tốt": 2, "Khá": 2, "Trung bình": 1}
        assert year_grades(session, Unit.id == left.id, 2026, ZONE) == {"Tốt": 1, "Khá": 2}
        assert year_grades(session, everywhere, 2027, ZONE) == {"Tốt": 1}
        assert year_grades(session, everywhere, 2025, ZONE) == {}
        rows, count = undecided_scores(session, everywhere, 2)
        assert (len(rows), count) == (2, 4)
        assert [row.total for row in rows] == [92, 80]
        last = last_held(session, right)
        assert last is not None
        assert last.started_at == new_year
        assert last_held(session, root) is None
        order = sorted(["Kém", "Lạ", "Tốt", "Trung bình", "Khá"], key=sheets().order)
        assert order == ["Tốt", "Khá", "Trung bình", "Kém", "Lạ"]


def test_the_sheet_in_the_documentation_can_be_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "scores.md").read_text("utf-8")
    sheet = read_score_sheet(written(tmp_path, text.split("```yaml\n")[1].split("```")[0]))
    assert sheet.least_minutes(30) == 120
    assert [name for name in (*NUMBERS, *ANSWERS) if f"`{name}`" not in text] == []
