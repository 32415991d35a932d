"""Every pattern of a plan in the database: recurring topics, gaps, chains, hand-ons of a committee, steps without a day."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.duties.changes import Changes
from bot.duties.counting import tally_demands
from bot.duties.life import close_duty
from bot.duties.loading import load_plan
from bot.duties.reloading import reload_all
from bot.duties.taking_back import withdraw_by_portions
from bot.people.roles import units_below
from bot.plans.plan import PlanText
from bot.problems import Rejected
from bot.store.db import Database
from bot.tables import Duty, Plan, Unit
from bot.units.ends import close_unit
from schedules import reminders
from tests.kit.committees import committee
from tests.kit.places import ZONE
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.wording import reads_well
from tests.kit.world import World

HEAD = """
plan:
  symbol: 8-KH/CB
  date: 2022-03-20
  issuer: Đảng ủy mẫu
  title: Kế hoạch thử
  starts: 2022-04-01
  ends: 2023-12-31
"""
TOPIC = """
topics:
  - {key: cd, title: Tự soi, meeting: thematic, period: {from: 2022-04-01, to: 2022-04-29}}
"""
CHAIN = (
    TOPIC
    + """
duties:
  - key: bao-cao
    do: report
    title: "Báo cáo chuyên đề: {topic}"
    due: {before_meeting: 5}
  - key: chuyen
    do: confirm
    for_each: unit
    who: {kinds: [dang_uy]}
    title: "Chuyển báo cáo của {unit}: {topic}"
    due: {before_meeting: 3}
    waits: bao-cao
"""
)


pytestmark = begins(committee)


def put(world: World, text: PlanText, **answers: str) -> Changes:
    with world.db.write() as session:
        owner = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        return load_plan(session, text, owner, world.moment, answers=answers)[1]


def duties(world: World, unit: str, prefix: str = "") -> list[Duty]:
    with world.db.read() as session:
        rows = session.scalars(select(Duty).where(Duty.unit.has(code=unit)).order_by(Duty.key)).all()
        return [row for row in rows if row.key.startswith(prefix)]


def states(world: World, unit: str, prefix: str = "") -> dict[str, str]:
    return {row.key: row.state for row in duties(world, unit, prefix)}


def do(world: World, unit: str, key: str) -> None:
    """The unit does the duty now."""
    with world.db.write() as session:
        row = session.scalars(select(Duty).where(Duty.key == key, Duty.unit.has(code=unit))).one()
        close_duty(session, row, world.at.astimezone(ZONE).date(), world.moment)


def test_the_committee_hands_on_what_each_unit_has_handed_in(world: World, tmp_path: Path) -> None:
    put(world, plan_of(HEAD + CHAIN, tmp_path))
    assert states(world, "DUK") == {
        "chuyen:cd@CB01": "waiting",
        "chuyen:cd@CB02": "waiting",
        "chuyen:cd@CB03": "waiting",
    }
    leads = world.registered("DUK", "secretary")
    secretary = world.registered("CB01", "secretary")
    secretary.says("/lichhop").says("20/4 14h").taps("Bỏ qua")
    (report,) = duties(world, "CB01", "bao-cao")
    assert (report.state, report.due_on) == ("open", date(2022, 4, 15))
    about = {row.key: row for row in duties(world, "DUK")}
    assert about["chuyen:cd@CB01"].due_on == date(2022, 4, 17)
    assert about["chuyen:cd@CB01"].state == "waiting"
    assert about["chuyen:cd@CB02"].due_on is None
    leads.says("/thangnay")
    assert "Chuyển báo cáo" not in leads.last.text

    world.go("2022-04-12 09:00")
    do(world, "CB01", "bao-cao:cd")
    (handed,) = [row for row in duties(world, "DUK") if row.state == "open"]
    assert (handed.key, handed.opens_on) == ("chuyen:cd@CB01", date(2022, 4, 12))
    leads.says("/thangnay")
    assert "Chuyển báo cáo của Chi bộ Văn phòng: Tự soi" in leads.last.text
    world.tick(reminders.say_reminders)
    leads.looks()
    assert "Chuyển báo cáo của Chi bộ Văn phòng: Tự soi" in leads.last.text


def test_a_chain_counts_from_the_day_on_which_the_first_thing_was_done(world: World, tmp_path: Path) -> None:
    steps = """
duties:
  - {key: mo-hinh, do: report, title: Đăng ký mô hình, due: {by: 2022-05-31}}
  - {key: so-ket, do: report, title: Sơ kết mô hình, due: {after_waiting: 10, count: working}, waits: mo-hinh}
  - {key: luu, do: confirm, title: Lưu hồ sơ, due: {undated: true}, waits: so-ket}
"""
    put(world, plan_of(HEAD + steps, tmp_path))
    assert states(world, "CB01") == {"luu": "waiting", "mo-hinh": "open", "so-ket": "waiting"}
    world.go("2022-04-28 09:00")
    do(world, "CB01", "mo-hinh")
    (second,) = duties(world, "CB01", "so-ket")
    # Ten working days after Thursday 28 April: Friday is the first, 30/4 to 3/5 are no working days.
    assert (second.state, second.due_on) == ("open", date(2022, 5, 16))
    assert states(world, "CB02") == {"luu": "waiting", "mo-hinh": "open", "so-ket": "waiting"}
    do(world, "CB01", "so-ket")
    (last,) = duties(world, "CB01", "luu")
    assert (last.state, last.due_on) == ("open", None)
    assert last.next_reminder_at is not None


def test_a_link_put_in_afterwards_finds_the_first_thing_done(world: World, tmp_path: Path) -> None:
    first = "duties:\n  - {key: a, do: confirm, title: Việc một, due: {by: 2022-05-31}}\n"
    put(world, plan_of(HEAD + first, tmp_path))
    do(world, "CB01", "a")
    second = first + "  - {key: b, do: confirm, title: Việc hai, due: {after_waiting: 5}, waits: a}\n"
    put(world, plan_of(HEAD + second, tmp_path))
    (there,) = duties(world, "CB01", "b")
    assert (there.state, there.due_on) == ("open", date(2022, 4, 6))
    assert states(world, "CB02", "b") == {"b": "waiting"}


def test_what_waits_goes_on_waiting_when_its_plan_is_loaded_with_another_day(
    world: World, tmp_path: Path
) -> None:
    chain = """
duties:
  - {key: a, do: confirm, title: Việc một, due: {by: 2022-05-31}}
  - {key: b, do: confirm, title: Việc hai, due: {after_waiting: 5}, waits: a}
"""
    put(world, plan_of(HEAD + chain, tmp_path))
    put(world, plan_of(HEAD + chain.replace("after_waiting: 5", "after_waiting: 9"), tmp_path))
    assert states(world, "CB01") == {"a": "open", "b": "waiting"}
    do(world, "CB01", "a")
    (then,) = duties(world, "CB01", "b")
    assert (then.state, then.due_on) == ("open", date(2022, 4, 10))


def test_a_topic_every_year_and_a_report_in_a_quarter_of_each_year(world: World, tmp_path: Path) -> None:
    yearly = """
topics:
  - {key: theo-bac, title: Học tập và làm theo Bác, meeting: thematic, every: year}
duties:
  - {key: ket-qua, do: report, title: "Kết quả quý {period}", due: {every: year, within: Q1}}
"""
    put(world, plan_of(HEAD + yearly, tmp_path))
    found = {row.key: (row.opens_on, row.due_on) for row in duties(world, "CB01")}
    assert found == {
        "theo-bac:2022": (date(2022, 4, 1), date(2022, 12, 31)),
        "theo-bac:2023": (date(2023, 1, 1), date(2023, 12, 31)),
        "ket-qua:2023-Q1": (date(2023, 1, 1), date(2023, 3, 31)),
    }


def test_a_least_number_asks_only_where_nothing_else_does(world: World, tmp_path: Path) -> None:
    least = """
topics:
  - {key: q2, title: Chuyên đề quý hai, meeting: thematic, period: 2022-Q2}
  - {key: rieng, title: Chuyên đề của cơ quan, meeting: thematic, period: 2022-Q3, who: {sectors: [co_quan]}}
  - {key: moi-quy, title: Sinh hoạt chuyên đề, meeting: thematic, every: quarter, gaps: true, period: {from: 2022-04-01, to: 2022-12-31}}
"""
    put(world, plan_of(HEAD + least, tmp_path))
    assert sorted(states(world, "CB01")) == ["moi-quy:2022-Q4", "q2", "rieng"]
    assert sorted(states(world, "CB02")) == ["moi-quy:2022-Q3", "moi-quy:2022-Q4", "q2"]


def test_now_and_then_is_asked_and_never_guessed(world: World, tmp_path: Path) -> None:
    text = plan_of(
        HEAD
        + "duties:\n"
        + "  - {key: bao-cao, do: report, title: 'Báo cáo kỳ {period}', due: {every: ask}}\n"
        + "  - {key: nhac, do: confirm, title: Nhắc việc, due: {after_waiting: 3}, waits: bao-cao}\n",
        tmp_path,
    )
    with pytest.raises(Rejected) as refused:
        put(world, text)
    assert [(p.code, str(p.facts["one"]).count("bao-cao")) for p in refused.value.problems] == [
        ("plan_ask_span", 1)
    ]
    with world.db.read() as session:
        assert session.scalars(select(Plan)).all() == []
    put(world, text, **{"bao-cao": "quarter"})
    first = states(world, "CB01")
    assert first["bao-cao:2022-Q2"] == "open"
    assert first["nhac:2022-Q2"] == "waiting"
    assert put(world, text).nothing, "the answer holds"
    changes = put(world, text, **{"bao-cao": "none"})
    assert changes.withdrawn == len(first) * 3


def test_a_plan_with_open_decisions_is_not_loaded(world: World, tmp_path: Path) -> None:
    text = plan_of(HEAD + TOPIC + "decide:\n  - {field: plan.symbol, why: Số của kế hoạch mới.}\n", tmp_path)
    with pytest.raises(Rejected) as refused:
        put(world, text)
    assert [(p.place, p.code) for p in refused.value.problems] == [("plan.symbol", "plan_decide")]


def test_a_plan_without_a_number_is_known_by_its_title(world: World, tmp_path: Path) -> None:
    nameless = HEAD.replace("  symbol: 8-KH/CB\n  date: 2022-03-20\n", "")
    put(world, plan_of(nameless + TOPIC, tmp_path))
    put(world, plan_of(nameless.replace("Kế hoạch thử", "Kế hoạch khác") + TOPIC, tmp_path))
    assert put(world, plan_of(nameless + TOPIC, tmp_path)).nothing
    with world.db.read() as session:
        assert len(session.scalars(select(Plan)).all()) == 2


def test_what_was_due_stays_in_the_figures_when_a_plan_is_taken_back(world: World, tmp_path: Path) -> None:
    two = TOPIC + "  - {key: cd-2, title: Chuyên đề hai, meeting: thematic, period: 2022-06}\n"
    text = plan_of(HEAD + two, tmp_path)
    put(world, text)
    do(world, "CB01", "cd")
    world.go("2022-05-10 09:00")

    def figures() -> list[tuple[str, int, int, int]]:
        with world.db.read() as session:
            path = session.scalars(select(Unit.path).where(Unit.code == "DUK")).one()
            found = tally_demands(session, units_below(Duty.path, path), date(2022, 5, 10))
            return [(t.key, t.expected, t.done, t.overdue) for t in found]

    before = figures()
    assert before == [("cd", 3, 1, 2)]
    with world.db.read() as session:
        number = session.scalars(select(Plan.id)).one()
    changes = withdraw_by_portions(world.db, number, world.moment)
    assert (changes.done, changes.lapsed, changes.withdrawn) == (1, 2, 3)
    assert figures() == before
    assert states(world, "CB02") == {"cd": "lapsed", "cd-2": "withdrawn"}
    assert not [d for d in duties(world, "CB02") if d.next_reminder_at]
    with world.db.write() as session:
        assert reload_all(session, world.moment) == [], "it is not in force"
    changes = put(world, text)
    assert states(world, "CB02") == {"cd": "open", "cd-2": "open"}
    assert changes.done == 1


def test_a_hand_on_ends_with_the_unit_that_it_is_about(world: World, tmp_path: Path) -> None:
    put(world, plan_of(HEAD + CHAIN, tmp_path))
    with world.db.write() as session:
        session.scalars(select(Unit).where(Unit.code == "CB02")).one().closed_on = date(2022, 4, 1)
    with world.db.write() as session:
        reload_all(session, world.moment)
    assert states(world, "DUK") == {
        "chuyen:cd@CB01": "waiting",
        "chuyen:cd@CB02": "withdrawn",
        "chuyen:cd@CB03": "waiting",
    }
    assert set(states(world, "CB02").values()) == {"withdrawn"}


def test_more_units_than_one_portion(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.duties.portions.UNITS", 2)
    monkeypatch.setattr("bot.duties.portions.ROWS", 6)
    for module in ("following", "leaving"):
        monkeypatch.setattr(f"bot.duties.{module}.ROWS", 3)
    text = plan_of(HEAD + CHAIN, tmp_path)
    changes = put(world, text)
    assert (changes.units, changes.added) == (4, 9)
    assert put(world, text).nothing
    moved = plan_of(HEAD + CHAIN.replace("2022-04-29", "2022-04-28"), tmp_path)
    assert put(world, moved).moved >= 3
    assert {row.due_on for row in duties(world, "CB03", "cd")} == {date(2022, 4, 28)}


def test_a_committee_hands_on_for_the_units_below_itself_alone(db: Database, tmp_path: Path) -> None:
    world = World(db)
    world.units(
        ("DUK", "Đảng ủy mẫu", "dang_uy", "", None),
        ("BTG", "Ban Tuyên giáo", "ban_tuyen_giao", "", "DUK"),
        ("DB1", "Đảng bộ Một", "dang_bo_co_so", "", "DUK"),
        ("DB2", "Đảng bộ Hai", "dang_bo_co_so", "", "DUK"),
        ("A", "Chi bộ A", "chi_bo", "co_quan", "DB1"),
        ("B", "Chi bộ B", "chi_bo", "co_quan", "DB2"),
    )
    both = CHAIN.replace("{kinds: [dang_uy]}", "{kinds: [dang_bo_co_so, ban_tuyen_giao]}")
    put(world, plan_of(HEAD + both, tmp_path))
    assert list(states(world, "DB1")) == ["chuyen:cd@A"]
    assert list(states(world, "DB2")) == ["chuyen:cd@B"]
    assert list(states(world, "BTG")) == ["chuyen:cd@A", "chuyen:cd@B"]


def test_picked_documents_are_forgotten_when_the_list_changes(world: World, tmp_path: Path) -> None:
    papers = """
topics:
  - key: cd
    title: Tự soi
    meeting: thematic
    period: {from: 2022-04-01, to: 2022-04-29}
    choose: true
    documents:
      - {type: Kế hoạch, symbol: 1-KH/ĐU}
      - {type: Kế hoạch, symbol: 2-KH/ĐU}
"""
    put(world, plan_of(HEAD + papers, tmp_path))
    with world.db.write() as session:
        for duty in session.scalars(select(Duty)):
            duty.picks = [1]
    put(world, plan_of(HEAD + papers, tmp_path))
    assert [d.picks for d in duties(world, "CB01")] == [[1]]
    put(world, plan_of(HEAD + papers.replace("1-KH/ĐU", "3-KH/ĐU"), tmp_path))
    assert [d.picks for d in duties(world, "CB01")] == [[]]


def test_what_only_waited_leaves_the_figures_with_its_unit(world: World, tmp_path: Path) -> None:
    put(world, plan_of(HEAD + CHAIN, tmp_path))
    secretary = world.registered("CB01", "secretary")
    secretary.says("/lichhop").says("20/4 14h").taps("Bỏ qua")
    world.go("2022-05-10 09:00")
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        close_unit(session, unit, date(2022, 5, 10), world.moment)
    assert states(world, "CB01") == {"bao-cao:cd": "lapsed", "cd": "lapsed"}
    assert states(world, "DUK")["chuyen:cd@CB01"] == "withdrawn"


def test_another_sector_does_not_change_what_was_due_before(world: World, tmp_path: Path) -> None:
    variants = """
topics:
  - key: cd
    title: Cải cách
    meeting: thematic
    period: {from: 2022-04-01, to: 2022-04-29}
    variants:
      - {key: dn, who: {sectors: [doanh_nghiep]}, title: Của doanh nghiệp}
      - {key: cq, title: Của cơ quan}
"""
    text = plan_of(HEAD + variants, tmp_path)
    put(world, text)
    world.go("2022-05-10 09:00")
    with world.db.write() as session:
        session.scalars(select(Unit).where(Unit.code == "CB01")).one().sector = "doanh_nghiep"
    put(world, text)
    with world.db.read() as session:
        duty = session.scalars(select(Duty).where(Duty.unit.has(code="CB01"))).one()
        assert (duty.state, duty.title) == ("open", "Của cơ quan")


def test_a_yes_by_mistake_is_taken_back_and_what_it_opened_waits_again(world: World, tmp_path: Path) -> None:
    steps = """
duties:
  - {key: dang, do: confirm, title: Đăng tài liệu, due: {by: 2022-05-31}, opens: 2022-04-01}
  - {key: bao, do: confirm, title: Báo cấp trên, due: {after_waiting: 5}, waits: dang}
"""
    put(world, plan_of(HEAD + steps, tmp_path))
    secretary = world.registered("CB01", "secretary")
    (first,) = duties(world, "CB01", "dang")
    secretary.presses(f"confirm:{first.id}")
    assert states(world, "CB01") == {"dang": "done", "bao": "open"}
    mistake = secretary.find("Chọn nhầm").payload
    secretary.taps("Chọn nhầm")
    assert "vẫn còn phải làm" in secretary.last.text
    assert states(world, "CB01") == {"dang": "open", "bao": "waiting"}
    assert not [d for d in duties(world, "CB01", "bao") if d.next_reminder_at]
    secretary.presses(mistake)
    assert "vẫn còn phải làm" in secretary.last.text
    secretary.taps("Đã làm")
    world.later(days=2)
    secretary.presses(f"confirm.undo:{first.id}")
    assert states(world, "CB01") == {"dang": "done", "bao": "open"}
    reads_well(secretary)
