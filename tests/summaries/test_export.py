"""The leader's workbook, read back cell by cell."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import yaml
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.meetings.counts import keep_heads
from bot.store.db import Database
from bot.summaries.table import summary_workbook
from bot.tables import (
    Attendance,
    Demand,
    Duty,
    DutyState,
    Meeting,
    MeetingDuty,
    Membership,
    Person,
    Plan,
    Score,
    Unit,
)

ROOT = Path(__file__).resolve().parent.parent.parent
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
WORDS = yaml.safe_load((ROOT / "templates" / "web" / "export.yaml").read_text("utf-8"))
NOW = Moment(datetime(2022, 5, 10, 3, tzinfo=UTC), ZONE)
AT = datetime(2022, 4, 20, 18, 0, tzinfo=UTC)  # 01:00 on the 21st in Viet Nam
EVIL = '=HYPERLINK("http://x")'


def _unit(session: Session, code: str, name: str, parent: Unit | None = None) -> Unit:
    unit = Unit(code=code, name=name, kind="chi_bo", parent_id=parent.id if parent else None, path="/")
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    return unit


def _demand(session: Session, plan: Plan, key: str, kind: str, title: str, due: date | None) -> Demand:
    demand = Demand(
        plan_id=plan.id,
        key=key,
        base=key,
        period="",
        kind=kind,
        title=title,
        period_first=date(2022, 4, 1),
        period_last=date(2022, 4, 30),
        opens_on=date(2022, 4, 1),
        due_on=due,
    )
    session.add(demand)
    session.flush()
    return demand


def _duty(session: Session, demand: Demand, unit: Unit, **facts: Any) -> Duty:
    given: dict[str, Any] = {"state": "open", "opens_on": demand.opens_on, "due_on": demand.due_on, **facts}
    duty = Duty(
        plan_id=demand.plan_id,
        demand_id=demand.id,
        unit_id=unit.id,
        path=unit.path,
        key=demand.key,
        kind=demand.kind,
        **given,
    )
    session.add(duty)
    session.flush()
    return duty


@pytest.fixture
def roles(db: Database) -> dict[str, list[Membership]]:
    """A committee with two branches of cells; who sums up what."""
    with db.write() as session:
        root = _unit(session, "DUK", "Đảng ủy Khối")
        left, right = _unit(session, "=1+1", EVIL, root), _unit(session, "B", "@SUM(A1)", root)
        cell = _unit(session, "B1", "-2+3\x07", right)
        plan = Plan(
            mark="60",
            symbol="60-KH/ĐUK",
            issued_on=date(2022, 3, 1),
            issuer="ĐUK",
            title="",
            unit_id=root.id,
            content={},
            loaded_at=AT,
        )
        session.add(plan)
        session.flush()
        meeting = _demand(session, plan, "m", "meeting", "+Chuyên đề tháng 4", date(2022, 4, 30))
        report = _demand(session, plan, "r", "report", "Báo cáo", date(2022, 4, 20))
        later = _demand(session, plan, "l", "report", "Chưa mở", date(2022, 6, 30))
        person = Person(created_at=AT)
        session.add(person)
        session.flush()
        for unit, present in ((left, 20), (cell, 9)):
            duty = _duty(session, meeting, unit, state="done", done_at=AT, on_time=True)
            held = Meeting(unit_id=unit.id, kind="thematic", state="held", created_at=AT)
            session.add(held)
            session.flush()
            session.add(MeetingDuty(meeting_id=held.id, duty_id=duty.id))
            session.add(
                Attendance(
                    meeting_id=held.id,
                    total=present + 3,
                    present=present,
                    absent_excused=2,
                    absent_unexcused=0,
                    exempt=1,
                    entered_by=person.id,
                    entered_at=AT,
                )
            )
            session.flush()
            keep_heads(session, held)
            first = present == 20
            session.add(
                Score(
                    meeting_id=held.id,
                    sheet="x",
                    total=95,
                    grade="Tốt",
                    decided_grade="Khá" if first else "",
                    voted=first,
                    at=AT,
                )
            )
        _duty(session, meeting, right)
        _duty(session, report, left, state="done", done_at=AT, on_time=False)
        _duty(session, report, cell, due_on=None)
        _duty(session, report, right, state="withdrawn")
        _duty(session, later, left, opens_on=NOW.today + timedelta(days=1))
        made = {}
        for name, role, unit in (
            ("all", "leader", root),
            ("right", "follower", right),
            ("own", "secretary", left),
        ):
            made[name] = [Membership(person_id=person.id, unit_id=unit.id, role=role, since=AT, unit=unit)]
            session.add_all(made[name])
        session.flush()
    return made


def _read(db: Database, memberships: list[Membership]) -> list[list[tuple[Any, ...]]]:
    with db.read() as session:
        content = summary_workbook(session, memberships, NOW, WORDS)
    book = openpyxl.load_workbook(BytesIO(content))
    return [list(book[name].iter_rows(min_row=3, values_only=True)) for name in ("Từng đơn vị", "Tổng hợp")]


def test_a_row_for_each_unit_and_demand(db: Database, roles: dict[str, list[Membership]]) -> None:
    units, totals = _read(db, roles["all"])
    assert units[0] == tuple(WORDS["units"]["columns"])
    april, done = datetime(2022, 4, 30), datetime(2022, 4, 21)
    symbol, title = "60-KH/ĐUK", "+Chuyên đề tháng 4"
    assert units[1:] == [
        (
            "=1+1",
            EVIL,
            symbol,
            "Báo cáo",
            datetime(2022, 4, 20),
            "Đã xong",
            done,
            "Trễ",
            None,
            None,
            None,
            None,
        ),
        ("=1+1", EVIL, symbol, title, april, "Đã xong", done, "Đúng hạn", 23, 1, 20, "Khá"),
        ("B", "@SUM(A1)", symbol, title, april, "Quá hạn", None, None, None, None, None, None),
        ("B1", "-2+3", symbol, title, april, "Đã xong", done, "Đúng hạn", 12, 1, 9, None),
        ("B1", "-2+3", symbol, "Báo cáo", None, "Chưa xong", None, None, None, None, None, None),
    ]
    assert totals[0] == tuple(WORDS["totals"]["columns"])
    assert totals[1] == (symbol, "Báo cáo", datetime(2022, 4, 20), 2, 0, 1, 1, 0, None, None, None)
    assert totals[2] == (symbol, title, april, 3, 2, 0, 1, 1, 29, 33, pytest.approx(29 / 33))
    assert totals[3:] == [("Cộng", None, None, 5, 2, 1, 2, 1, None, None, None)]
    assert sum(row[10] or 0 for row in units[1:]) == totals[2][8]


def test_nobody_sees_beyond_the_own_subtree(db: Database, roles: dict[str, list[Membership]]) -> None:
    units, totals = _read(db, roles["right"])
    assert {row[0] for row in units[1:]} == {"B", "B1"}
    assert [row[3] for row in totals[1:]] == [1, 2, 3]
    for name in ("own", "none"):
        empty = _read(db, roles.get(name, []))
        assert [len(rows) for rows in empty] == [1, 1]


def test_no_text_becomes_a_formula(db: Database, roles: dict[str, list[Membership]]) -> None:
    with db.read() as session:
        content = summary_workbook(session, roles["all"], NOW, WORDS)
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames == ["Tổng hợp", "Từng tháng", "Từng đơn vị", "Buổi họp", "Báo cáo"]
    risky = 0
    for sheet in book:
        assert sheet.freeze_panes == "A4"
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.coordinate
                if isinstance(cell.value, str) and cell.value[0] in "=+-@":
                    assert cell.data_type == "s"
                    assert cell.quotePrefix, cell.coordinate
                    risky += 1
    assert risky == 19
    dates = [cell for cell in book["Từng đơn vị"]["E"][3:] if cell.value]
    assert dates
    assert all(cell.number_format == "dd/mm/yyyy" for cell in dates)


@pytest.mark.parametrize("state", DutyState)
def test_whatever_state_a_duty_is_in_the_workbook_is_made(
    db: Database, roles: dict[str, list[Membership]], state: DutyState
) -> None:
    """A unit that was closed with something overdue leaves it as lapsed."""
    with db.write() as session:
        session.execute(update(Duty).values(state=state))
    units, _ = _read(db, roles["all"])
    if state == DutyState.LAPSED:
        assert "Chưa xong, không nhắc nữa" in {row[5] for row in units[1:]}
    assert set(WORDS["states"]) >= set(DutyState)
