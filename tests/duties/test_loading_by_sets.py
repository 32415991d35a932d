"""Whatever tree, plan and past: loading by sets writes the rows that one reckons one by one."""

from datetime import date, time, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from bot.calendar import Moment, at_local
from bot.duties.life import close_duty
from bot.duties.loading import load_plan
from bot.store.db import Database
from bot.tables import Demand, Duty, DutyState, Meeting, MeetingDuty, MeetingKind, Unit
from tests.kit.owed import Load, Owed
from tests.kit.places import ZONE
from tests.kit.plans import plan_of

HEAD = """
plan: {symbol: 8-KH/CB, date: 2022-03-20, issuer: Đảng ủy mẫu, title: Kế hoạch thử, starts: 2022-04-01, ends: 2022-12-31}
"""
TOPICS = (
    "{key: thang, title: Sinh hoạt tháng, meeting: regular, every: month, who: {kinds: [chi_bo]}}",
    "{key: cd, title: Tự soi, meeting: thematic, period: {from: 2022-04-01, to: 2022-04-29}}",
    "{key: quy, title: Chuyên đề quý, meeting: thematic, period: 2022-Q3, who: {sectors: [nong_thon]}}",
    "{key: bu, title: Bù, meeting: thematic, every: quarter, gaps: true, who: {except: [U3]}}",
    "{key: nam, title: Cả năm, meeting: thematic, period: {from: 2022-04-01, to: 2022-12-31}, variants: "
    "[{key: nt, title: Về nông thôn, who: {sectors: [nong_thon]}}, {key: khac}]}",
)
DUTIES = (
    "{key: bc, do: report, title: Báo cáo, due: {by: 2022-06-15}, who: {units: [U2, U4, U5]}}",
    "{key: dk, do: report, title: 'Báo cáo quý {period}', due: {every: quarter}, who: {direct: true}}",
    "{key: a, do: confirm, title: Việc một, due: {by: 2022-05-20}}",
    "{key: b, do: confirm, title: Việc hai, due: {after_waiting: 5}, waits: a}",
    "{key: c, do: confirm, title: Việc ba, due: {by: 2022-09-30}, waits: a}",
    "{key: chuyen, do: confirm, for_each: unit, who: {kinds: [dang_uy, dang_bo_co_so, van_phong]}, "
    "title: 'Chuyển của {unit}', due: {by: 2022-07-01}, waits: a}",
    "{key: xem, do: confirm, for_each: unit, of: {kinds: [chi_bo]}, who: {kinds: [dang_uy, van_phong]}, "
    "title: 'Xem {unit}', due: {every: quarter}}",
    "{key: gui, do: report, title: 'Gửi: {topic}', due: {after_meeting: 2}}",
    "{key: moi, do: confirm, title: 'Mời: {topic}', due: {before_meeting: 3}}",
    "{key: mai, do: report, title: Không hạn, due: {undated: true}}",
)
EDITS = (
    ("2022-04-29", "2022-04-22"),
    ("2022-06-15", "2022-06-30"),
    ("2022-05-20", "2022-06-10"),
    ("Việc", "Công việc"),
    ("after_waiting: 5", "after_waiting: 8"),
    ("sectors: [nong_thon]", "sectors: [nong_thon, co_quan]"),
    ("waits: a", "waits: bc"),
    ("kinds: [chi_bo]", "kinds: [chi_bo, dang_bo_co_so]"),
)
KINDS = ("chi_bo", "chi_bo", "chi_bo", "dang_bo_co_so", "van_phong")
OTHERS = ("dang_uy", "van_phong")


def plan_text(random: Random) -> str:
    """Some of the lines, in their order; what waits stands beside what it waits for."""
    topics = [line for line in TOPICS if random.random() < 0.6]
    duties = [line for line in DUTIES if random.random() < 0.6]
    if any("waits: a" in line for line in duties) and DUTIES[2] not in duties:
        duties.insert(0, DUTIES[2])
    if not any("meeting" in line for line in topics):
        duties = [line for line in duties if "_meeting" not in line]
    if not topics and not duties:
        topics = [TOPICS[0]]
    parts = [HEAD]
    for name, lines in (("topics", topics), ("duties", duties)):
        if lines:
            parts.append(f"{name}:\n" + "".join(f"  - {line}\n" for line in lines))
    return "".join(parts)


def grow(session: Session, random: Random) -> list[Unit]:
    root = Unit(code="U1", name="Đảng ủy", kind=random.choice(OTHERS), sector="")
    units = [root]
    session.add(root)
    session.flush()
    root.path = f"/{root.id}/"
    for number in range(2, random.randint(5, 16)):
        above = random.choice([unit for unit in units if unit.kind != "chi_bo"])
        unit = Unit(
            code=f"U{number}",
            name=f"Chi bộ {number}",
            kind=random.choice(KINDS),
            sector=random.choice(("", "co_quan", "nong_thon")),
            parent_id=above.id,
            meeting_day=random.choice((None, 3, 5, 5, 28)),
            meeting_shift=random.choice(("after", "before", "keep")),
            opened_on=random.choice((None, None, date(2022, 5, 10))),
            closed_on=random.choice((None, None, None, date(2022, 4, 10))),
        )
        session.add(unit)
        session.flush()
        unit.path = f"{above.path}{unit.id}/"
        units.append(unit)
    session.flush()
    return units


def rows(session: Session) -> list[Owed]:
    about = aliased(Unit)
    found = session.execute(
        select(Duty, Unit.code, about.code, Demand, Meeting.planned_at)
        .join(Unit, Unit.id == Duty.unit_id)
        .join(Demand, Demand.id == Duty.demand_id)
        .outerjoin(about, about.id == Duty.about_id)
        .outerjoin(MeetingDuty, MeetingDuty.duty_id == Duty.id)
        .outerjoin(Meeting, Meeting.id == MeetingDuty.meeting_id)
        .order_by(Unit.code, Duty.key)
        .execution_options(populate_existing=True)
    )
    return [
        Owed(
            unit=unit,
            key=duty.key,
            about=other or "",
            path=duty.path,
            demand=(demand.key, demand.variant),
            state=duty.state.value,
            waits=duty.waits,
            announced_on=duty.announced_on,
            opens_on=duty.opens_on,
            due_on=duty.due_on,
            safe_on=duty.safe_on,
            next_reminder_at=duty.next_reminder_at,
            reminded_until=duty.reminded_until,
            done_at=duty.done_at,
            hurry=duty.hurry.value,
            meeting_at=planned_at,
        )
        for duty, unit, other, demand, planned_at in found
    ]


def demands(session: Session) -> dict[tuple[str, str], tuple[Any, ...]]:
    columns = [column for column in Demand.__table__.c if column.name != "id"]
    return {(row.key, row.variant): tuple(map(repr, row)) for row in session.execute(select(*columns)).all()}


def live(session: Session, random: Random, moment: Moment, *, meetings: bool) -> None:
    """Something is done, something has been said, some meetings are set, a unit is closed, one has moved its usual day."""
    met = set(session.scalars(select(MeetingDuty.duty_id)))
    for duty in session.scalars(select(Duty).order_by(Duty.id)).all():
        fate = random.random()
        if fate < 0.15 and duty.state == DutyState.OPEN and duty.opens_on <= moment.today:
            close_duty(session, duty, moment.today, moment)
        elif fate < 0.5 and duty.state == DutyState.OPEN and duty.next_reminder_at:
            duty.reminded_until = moment.at
        elif fate < 0.6 and meetings and duty.kind == "meeting" and duty.id not in met:
            held_at = at_local(random.choice((date(2022, 7, 5), date(2022, 9, 6))), moment.local.time(), ZONE)
            meeting = Meeting(
                unit_id=duty.unit_id, kind=MeetingKind.THEMATIC, planned_at=held_at, created_at=moment.at
            )
            session.add(meeting)
            session.flush()
            session.add(MeetingDuty(meeting_id=meeting.id, duty_id=duty.id))
    for unit in session.scalars(select(Unit).where(Unit.parent_id.is_not(None)).order_by(Unit.id)).all():
        if random.random() < 0.15:
            unit.closed_on = None if unit.closed_on else moment.today
        if random.random() < 0.2:
            unit.meeting_day, unit.sector = (
                random.choice((None, 7, 20)),
                random.choice(("co_quan", "nong_thon")),
            )
    session.flush()


def edited(text: str, random: Random) -> str:
    for old, new in EDITS:
        if random.random() < 0.3 and (new != "waits: bc" or "key: bc" in text):
            text = text.replace(old, new)
    lines = text.splitlines(keepends=True)
    found = [n for n, line in enumerate(lines) if line.startswith("  - ")]
    losable = [
        n for n in found if n - 1 in found and "key: a," not in lines[n] and "key: bc," not in lines[n]
    ]
    if losable and random.random() < 0.4:
        del lines[random.choice(losable)]
    return "".join(lines)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_by_sets_as_one_by_one(db: Database, seed: int) -> None:
    random = Random(seed)
    text = plan_text(random)
    moment = Moment(at_local(date(2022, 4, 6), time(random.randint(0, 23)), ZONE), ZONE)
    with db.trial() as session, pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.duties.portions.UNITS", random.choice((2, 250)))
        units = grow(session, random)
        for _ in range(3):
            before, known, plan = rows(session), demands(session), plan_of(text)
            load_plan(session, plan, units[0], moment)
            other = {name for name, facts in demands(session).items() if known.get(name) != facts}
            assert rows(session) == Load(plan, units[0], units, moment, other).owed(before)
            moment = Moment(moment.at + timedelta(days=random.randint(0, 60)), ZONE)
            live(session, random, moment, meetings="_meeting" not in text)
            text = edited(text, random)
