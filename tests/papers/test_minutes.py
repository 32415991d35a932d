"""What the papers say of a meeting comes from its rows, and their numbers run on over the term."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.meetings.correcting import correct_day
from bot.meetings.officers import clerk_among
from bot.meetings.votes import AFTER
from bot.papers.collecting import collect_minutes_facts, kinds_for
from bot.papers.facts import MinutesFacts, Noted, PlanFacts
from bot.papers.numbering import UNKNOWN_TERM, number_for
from bot.problems import Invalid
from bot.reading.signers import name_in, speaks_of_deputy, speaks_of_secretary
from bot.store.db import Database
from bot.tables import (
    Attendance,
    Demand,
    Duty,
    Meeting,
    MeetingDuty,
    Membership,
    Note,
    Paper,
    Person,
    Plan,
    Score,
    Task,
    Topic,
    Unit,
    UnitSpan,
    Vote,
)
from bot.tables.walked import MeetingWalk, TaskReview
from tests.kit.walked import as_loaded

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EVENING = datetime(2026, 8, 5, 12, 30, tzinfo=UTC)  # 19:30 in Viet Nam
TERM = date(2025, 6, 1)
STEPS = [
    {"key": "opening", "title": "Tuyên bố lý do", "phase": "Mở đầu"},
    {"key": "fees", "title": "Đảng phí", "phase": "Mở đầu › Thông báo"},
    {
        "key": "discussion",
        "title": "Thảo luận",
        "phase": "Tiến hành",
        "asks": "speakers",
        "owner": "Đảng viên",
    },
    {"key": "conclusion", "title": "Kết luận", "asks": "notes"},
]


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    with db.write() as session:
        yield session


def _person(session: Session) -> Person:
    person = session.scalars(select(Person)).first()
    if person is None:
        person = Person(name="", created_at=EVENING)
        session.add(person)
        session.flush()
    return person


def _unit(session: Session, code: str, name: str, parent: Unit | None = None, **facts: Any) -> Unit:
    unit = Unit(code=code, name=name, kind="chi_bo", parent_id=parent.id if parent else None, **facts)
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    return unit


def _cell(session: Session, **facts: Any) -> Unit:
    over = _unit(session, "KL", "Đảng bộ xã Kỳ Lợi")
    return _unit(session, "CB", "Chi bộ thôn Đông", over, **{"term_from": TERM, **facts})


def _meeting(session: Session, unit: Unit, at: datetime = EVENING, **facts: Any) -> Meeting:
    given: dict[str, Any] = {
        "kind": "regular",
        "state": "held",
        "started_at": at,
        "ended_at": at + timedelta(minutes=105),
        "created_at": at,
        "steps": STEPS,
        **facts,
    }
    meeting = Meeting(unit_id=unit.id, **as_loaded(given))
    session.add(meeting)
    session.flush()
    return meeting


def _note(session: Session, meeting: Meeting, step: int, text: str, **facts: Any) -> None:
    session.add(
        Note(meeting_id=meeting.id, step=step, person_id=_person(session).id, at=EVENING, text=text, **facts)
    )


def _task(session: Session, meeting: Meeting, what: str, **facts: Any) -> Task:
    given = {"unit_id": meeting.unit_id, "step": 3, "person_id": _person(session).id, "at": EVENING, **facts}
    task = Task(meeting_id=meeting.id, what=what, **given)
    session.add(task)
    session.flush()
    return task


def _vote(session: Session, meeting: Meeting, **facts: Any) -> None:
    given: dict[str, Any] = {
        "subject": "Nghị quyết tháng 8",
        "agree": 20,
        "against": 2,
        "other": 1,
        "voters": 23,
        "members": 26,
        "step": 3,
        **facts,
    }
    session.add(Vote(meeting_id=meeting.id, person_id=_person(session).id, at=EVENING, **given))


def _answers(session: Session, meeting: Meeting, symbol: str, topic_kind: str, title: str) -> Plan:
    plan = Plan(
        mark=symbol,
        symbol=symbol,
        issued_on=date(2026, 1, 8),
        issuer="Đảng ủy xã Kỳ Lợi",
        title="Sinh hoạt chuyên đề",
        unit_id=meeting.unit_id,
        content={"plan": {}},
        loaded_at=EVENING,
    )
    session.add(plan)
    session.flush()
    documents = [{"type": "Kết luận", "symbol": "21-KL/TW", "date": "2021-10-25"}]
    topic = Topic(plan_id=plan.id, key="cd", title=title, meeting=topic_kind, documents=documents)
    session.add(topic)
    session.flush()
    days: dict[str, Any] = {"opens_on": date(2026, 8, 1), "due_on": date(2026, 8, 31)}
    period = {"base": "cd", "period": "", "period_first": date(2026, 8, 1), "period_last": date(2026, 8, 31)}
    demand = Demand(
        plan_id=plan.id, topic_id=topic.id, key="cd", kind="meeting", title=title, **period, **days
    )
    session.add(demand)
    session.flush()
    unit = session.get_one(Unit, meeting.unit_id)
    duty = Duty(
        plan_id=plan.id,
        demand_id=demand.id,
        unit_id=unit.id,
        path=unit.path,
        key="cd",
        kind="meeting",
        **days,
    )
    session.add(duty)
    session.flush()
    session.add(MeetingDuty(meeting_id=meeting.id, duty_id=duty.id))
    session.flush()
    return plan


def _facts(session: Session, meeting: Meeting) -> MinutesFacts:
    session.flush()
    return collect_minutes_facts(session, meeting, ZONE)


def test_a_bare_meeting_knows_nothing(session: Session) -> None:
    unit = _unit(session, "CB", "Chi bộ thôn Đông")
    facts = _facts(session, _meeting(session, unit, steps=[], started_at=None, ended_at=None))
    assert (facts.unit.superior, facts.unit.place_name, facts.place) == ("", "", "")
    assert (facts.began, facts.ended, facts.attendance, facts.score) == (None, None, None, None)
    assert (facts.steps, facts.tasks, facts.votes, facts.plans, facts.papers) == ((), (), (), (), ())
    assert facts.speakers is None
    assert not facts.loose


def test_the_walk_is_told_in_order_and_each_note_once(session: Session) -> None:
    marks = {"0": "done", "1": "skipped", "2": "done", "after": ["Đăng Sổ tay"]}
    walk = {
        "at": {
            "2": ["2026-08-05T12:40:00+00:00", "2026-08-05T13:30:00+00:00"],
            "3": [EVENING.isoformat(), None],
        },
        "speakers": {"2": 4},
        "loops": {"2": 3},
    }
    meeting = _meeting(session, _cell(session), marks=marks, walk=walk, read_back_at=EVENING)
    _note(session, meeting, 3, "Thống nhất")
    _note(session, meeting, 2, "Ý kiến một")
    _note(session, meeting, 2, "", kind="voice", digest="a" * 64)
    _note(session, meeting, 2, "Ảnh chụp bảng", kind="photo", digest="b" * 64)
    _note(session, meeting, 2, "Ý kiến hai")
    facts = _facts(session, meeting)
    assert [step.state for step in facts.steps] == ["done", "skipped", "done", ""]
    assert [step.phases for step in facts.steps] == [("Mở đầu",), ("Mở đầu", "Thông báo"), ("Tiến hành",), ()]
    spoken = facts.steps[2]
    assert spoken.noted == Noted(("Ý kiến một", "Ảnh chụp bảng", "Ý kiến hai"), 1, 1)
    assert (spoken.speakers, spoken.turns, spoken.owner, facts.speakers) == (4, 3, "Đảng viên", 4)
    assert spoken.begun is not None
    assert spoken.ended is not None
    assert (spoken.begun.hour, spoken.ended.minute) == (19, 30)
    assert facts.conclusions == ("Thống nhất",)
    assert facts.homework == ("Đăng Sổ tay",)
    assert facts.read_back is not None
    assert (facts.began, facts.ended) == (EVENING, EVENING + timedelta(minutes=105))
    assert facts.began is not None
    assert facts.began.hour == 19


def test_attendance_and_votes_have_their_ratios(session: Session) -> None:
    meeting = _meeting(session, _cell(session))
    session.add(
        Attendance(
            meeting_id=meeting.id,
            total=30,
            present=25,
            absent_excused=2,
            absent_unexcused=0,
            exempt=2,
            elsewhere=1,
            official=26,
            entered_by=_person(session).id,
            entered_at=EVENING,
        )
    )
    _vote(session, meeting, resolution=True)
    facts = _facts(session, meeting)
    assert facts.attendance is not None
    assert facts.attendance.rate == Fraction(25, 27)
    assert (facts.attendance.official, facts.attendance.probationary) == (26, None)
    [vote] = facts.votes
    assert (vote.of_voters, vote.of_members) == (Fraction(20, 23), Fraction(20, 26))


def test_tasks_of_the_last_meeting_come_back_with_what_came_of_them(session: Session) -> None:
    unit = _cell(session)
    before = _meeting(session, unit, EVENING - timedelta(days=31))
    practice = _meeting(session, unit, EVENING - timedelta(days=2), rehearsal=True)
    meeting = _meeting(session, unit)
    later = _meeting(session, unit, EVENING + timedelta(days=30))
    _task(session, before, "Thu đảng phí", state="done", outcome="Đủ", reviewed_id=meeting.id)
    panel = _task(session, before, "Kẻ pa nô", state="done", outcome="Xong", reviewed_id=later.id)
    _task(session, before, "Sửa hội trường", state="done", outcome="Đã sửa", reviewed_id=later.id)
    _task(session, practice, "Tập dượt")
    _task(session, meeting, "Rà soát hộ nghèo", who="Chi ủy", due_on=date(2026, 8, 20))
    facts = _facts(session, meeting)
    told = [(one.what, one.state, one.outcome) for one in facts.reviewed]
    assert told == [("Thu đảng phí", "done", "Đủ"), ("Kẻ pa nô", "", ""), ("Sửa hội trường", "", "")]
    meeting.walk = MeetingWalk(reviews={panel.id: TaskReview("going", "Đã kẻ một nửa ")})
    told = [(one.what, one.state, one.outcome) for one in _facts(session, meeting).reviewed]
    assert told[1:] == [("Kẻ pa nô", "going", "Đã kẻ một nửa"), ("Sửa hội trường", "", "")]
    assert [(one.what, one.who, one.due_on) for one in facts.tasks] == [
        ("Rà soát hộ nghèo", "Chi ủy", date(2026, 8, 20))
    ]


def test_what_was_known_of_a_task_before_the_meeting_is_told(session: Session) -> None:
    unit = _cell(session)
    oldest = _meeting(session, unit, EVENING - timedelta(days=62))
    before = _meeting(session, unit, EVENING - timedelta(days=31))
    meeting = _meeting(session, unit)
    later = _meeting(session, unit, EVENING + timedelta(days=30))
    old = _task(session, oldest, "Làm đường", state="done", outcome="Xong", reviewed_id=later.id)
    _task(session, oldest, "Vệ sinh", state="done", outcome="Xong", reviewed_id=later.id)
    _task(session, before, "Thăm hộ nghèo", state="done", outcome="Đã thăm 3 hộ")
    _task(session, before, "Trồng cây", state="dropped", reviewed_id=oldest.id)
    for days, what in ((-3, "Sơn cổng"), (3, "Nạo mương")):
        _task(session, before, what, state="done", outcome="Xong", settled_at=EVENING + timedelta(days=days))
    _task(session, before, "Rà soát")
    meeting.walk = MeetingWalk(reviews={old.id: TaskReview("going", "")})
    told = [(one.what, one.state, one.outcome) for one in _facts(session, meeting).reviewed]
    assert told == [
        ("Làm đường", "going", ""),
        ("Thăm hộ nghèo", "done", "Đã thăm 3 hộ"),
        ("Trồng cây", "dropped", ""),
        ("Sơn cổng", "done", "Xong"),
        ("Nạo mương", "", ""),
        ("Rà soát", "", ""),
    ]


def test_plans_topics_and_documents_are_those_it_answers(session: Session) -> None:
    meeting = _meeting(session, _cell(session))
    _answers(session, meeting, "42-KH/ĐU", "thematic", "Tự soi, tự sửa")
    session.add(
        Score(meeting_id=meeting.id, sheet="42-HD/BTCTW", points={"a": 5}, total=92, grade="Tốt", at=EVENING)
    )
    facts = _facts(session, meeting)
    assert facts.topics == ("Tự soi, tự sửa",)
    assert facts.plans == (
        PlanFacts("42-KH/ĐU", date(2026, 1, 8), "Đảng ủy xã Kỳ Lợi", "Sinh hoạt chuyên đề"),
    )
    assert facts.documents == ("Kết luận 21-KL/TW (25/10/2021)",)
    assert facts.score is not None
    assert (facts.score.total, facts.score.grade, facts.score.points) == (92, "Tốt", (("a", 5),))


def test_a_unit_is_what_it_was_on_the_day(session: Session) -> None:
    unit = _cell(session)
    huyen = _unit(session, "HU", "Đảng bộ huyện Kỳ Anh")
    spans = (
        ("Chi bộ cũ", huyen, date(2020, 1, 1), date(2026, 8, 6)),
        (unit.name, None, date(2026, 8, 6), None),
    )
    for name, parent, first, until in spans:
        session.add(
            UnitSpan(
                unit_id=unit.id,
                parent_id=parent.id if parent else unit.parent_id,
                name=name,
                kind="chi_bo",
                sector="",
                from_on=first,
                until_on=until,
            )
        )
    then = _facts(session, _meeting(session, unit)).unit
    now = _facts(session, _meeting(session, unit, EVENING + timedelta(days=1))).unit
    assert (then.name, then.superior) == ("Chi bộ cũ", "Đảng bộ huyện Kỳ Anh")
    assert (now.name, now.superior) == ("Chi bộ thôn Đông", "Đảng bộ xã Kỳ Lợi")
    unit.heading, unit.place_name = "Đảng ủy xã Kỳ Lợi", "Kỳ Lợi"
    told = _facts(session, _meeting(session, unit)).unit
    assert (told.superior, told.place_name) == ("Đảng ủy xã Kỳ Lợi", "Kỳ Lợi")


@pytest.mark.parametrize(
    ("facts", "began", "ended"),
    [
        ({}, True, True),
        ({"ended_at": EVENING + timedelta(hours=14)}, True, False),  # closed in the morning after
        ({"steps": []}, True, False),  # entered afterwards, its hour was said
        (
            {"steps": [], "started_at": datetime(2026, 8, 5, 1, tzinfo=UTC)},
            False,
            False,
        ),  # 08:00: nobody said it
        ({"steps": [], "ended_at": EVENING}, False, False),
    ],
)
def test_only_times_that_somebody_gave_are_told(
    session: Session, facts: dict[str, Any], began: bool, ended: bool
) -> None:
    told = _facts(session, _meeting(session, _cell(session), **facts))
    assert (told.began is not None, told.ended is not None) == (began, ended)
    assert told.day == date(2026, 8, 5)


def test_the_papers_that_a_meeting_calls_for(session: Session) -> None:
    unit = _cell(session)
    plain = _meeting(session, unit)
    voted = _meeting(session, unit)
    _vote(session, voted, resolution=True)
    other = _meeting(session, unit)
    _vote(session, other, resolution=False)
    joint = _meeting(session, unit)
    _answers(session, joint, "42-KH/ĐU", "thematic", "Tự soi, tự sửa")
    session.flush()
    assert kinds_for(plain) == ("BB",)
    assert kinds_for(voted) == ("BB", "NQ")
    assert kinds_for(other) == ("BB",)
    assert kinds_for(joint) == ("BB", "BC")
    assert kinds_for(_meeting(session, unit, kind="thematic")) == ("BB", "BC")
    assert kinds_for(_meeting(session, unit, rehearsal=True)) == ()
    assert kinds_for(_meeting(session, unit, state="planned")) == ()
    assert kinds_for(_meeting(session, unit, state="cancelled")) == ()


@pytest.mark.parametrize(
    ("agree", "step", "passed"), [(13, 3, False), (14, 3, True), (3, 3, False), (20, AFTER, False)]
)
def test_a_resolution_is_one_that_more_than_half_of_all_official_members_passed(
    session: Session, agree: int, step: int, passed: bool
) -> None:
    meeting = _meeting(session, _cell(session))
    _vote(session, meeting, resolution=True, agree=agree, against=23 - agree, other=0, step=step)
    [vote] = _facts(session, meeting).votes
    assert vote.resolved is passed
    assert ("NQ" in kinds_for(meeting)) is passed


@pytest.mark.parametrize("days", [-3, 2])
def test_the_end_of_a_meeting_moves_with_its_day(session: Session, days: int) -> None:
    meeting = _meeting(session, _cell(session))
    day, at = date(2026, 8, 5) + timedelta(days=days), EVENING + timedelta(days=10)
    correct_day(session, meeting, day, date(2026, 8, 15), Moment(at, ZONE))
    facts = _facts(session, meeting)
    assert facts.day == day
    assert facts.began == EVENING + timedelta(days=days)
    assert facts.ended == EVENING + timedelta(days=days, minutes=105)


def test_numbers_run_on_for_each_kind_and_unit(session: Session) -> None:
    unit = _cell(session)
    other = _unit(session, "CB2", "Chi bộ thôn Tây", term_from=TERM)
    first, second = _meeting(session, unit), _meeting(session, unit, datetime(2027, 1, 5, 12, tzinfo=UTC))
    given = [
        (number_for(session, meeting, kind, Moment(EVENING, ZONE))).number
        for meeting, kind in [(first, "BB"), (first, "NQ"), (second, "BB"), (first, "BB"), (second, "BC")]
    ]
    assert given == [1, 1, 2, 1, 1]
    assert number_for(session, _meeting(session, other), "BB", Moment(EVENING, ZONE)).number == 1
    assert session.scalars(select(Paper.term_from)).unique().all() == [TERM]
    facts = _facts(session, first)
    assert [(one.kind, one.number, one.made_on) for one in facts.papers] == [
        ("BB", 1, date(2026, 8, 5)),
        ("NQ", 1, date(2026, 8, 5)),
    ]


def test_a_new_term_begins_with_one_and_the_old_one_goes_on(session: Session) -> None:
    unit = _cell(session)
    assert number_for(session, _meeting(session, unit), "BB", Moment(EVENING, ZONE)).number == 1
    unit.term_from = date(2026, 9, 1)
    later = number_for(
        session, _meeting(session, unit, EVENING + timedelta(days=30)), "BB", Moment(EVENING, ZONE)
    )
    late = number_for(session, _meeting(session, unit), "BB", Moment(EVENING, ZONE))
    assert (later.number, later.term_from) == (1, date(2026, 9, 1))
    assert (late.number, late.term_from) == (2, TERM)


def test_a_term_that_becomes_known_gives_no_number_again(session: Session) -> None:
    unit = _cell(session, term_from=None)
    known = [number_for(session, _meeting(session, unit), "BB", Moment(EVENING, ZONE)) for _ in range(3)]
    assert {paper.term_from for paper in known} == {UNKNOWN_TERM}
    unit.term_from = TERM
    assert number_for(session, _meeting(session, unit), "BB", Moment(EVENING, ZONE)).number == 4
    unit.term_from = date(2025, 7, 1)
    assert number_for(session, _meeting(session, unit), "BB", Moment(EVENING, ZONE)).number == 5
    unit.term_from = date(2025, 5, 1)
    assert number_for(session, _meeting(session, unit), "BB", Moment(EVENING, ZONE)).number == 6


@pytest.mark.parametrize(
    ("facts", "code"),
    [({"rehearsal": True}, "paper_rehearsal"), ({"state": "planned"}, "paper_not_held")],
)
def test_what_was_not_held_gets_no_number(session: Session, facts: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as raised:
        number_for(session, _meeting(session, _cell(session), **facts), "BB", Moment(EVENING, ZONE))
    assert raised.value.code == code
    assert session.scalars(select(Paper)).all() == []


def test_two_phones_never_get_one_number(db: Database) -> None:
    with db.write() as session:
        unit = _cell(session)
        meetings = [_meeting(session, unit).id for _ in range(4)]
    start = Barrier(8)

    def take(meeting_id: int) -> int:
        start.wait(120)
        with db.write() as session:
            return number_for(
                session, session.get_one(Meeting, meeting_id), "BB", Moment(EVENING, ZONE)
            ).number

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, meetings * 2))
    assert sorted(taken[:4]) == [1, 2, 3, 4]
    assert taken[:4] == taken[4:]
    with db.read() as session:
        assert len(session.scalars(select(Paper)).all()) == 4


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Nguyễn Văn A", "Nguyễn Văn A"),
        ("đ/c Nguyễn Văn A, Bí thư chi bộ", "Nguyễn Văn A"),
        ("Đồng chí Phó Bí thư Lê Thị Hoa", "Lê Thị Hoa"),
        ("Trần Văn Bảy - Phó bí thư", "Trần Văn Bảy"),
        ("Bí thư chi bộ, đồng chí Trần Văn Bảy", "Trần Văn Bảy"),
        ("lê thị ba", "Lê Thị Ba"),
        ("Bà Y Lan Niê", "Y Lan Niê"),
        ("Ông Văn Tám", "Ông Văn Tám"),
        ("Bí thư chi bộ", ""),
        ("Bí thư Chi bộ Trần Phú", ""),
        ("bí thư chi bộ tân phúc", ""),
        ("giáo viên", ""),
        ("Trưởng thôn", ""),
        ("thư ký", ""),
        ("Đảng viên 3", ""),
        ("", ""),
    ],
)
def test_a_name_is_read_only_where_it_is_sure(text: str, name: str) -> None:
    assert name_in(text) == name


def test_who_signs_is_read() -> None:
    assert speaks_of_deputy("Phó Bí thư Lê Thị Hoa")
    assert not speaks_of_deputy("Bí thư")
    assert speaks_of_secretary("pho bi thu")
    assert not speaks_of_secretary("Thư ký")


def _registered(session: Session, unit: Unit, name: str, **facts: Any) -> Person:
    person = Person(name=name, created_at=EVENING)
    session.add(person)
    session.flush()
    given = {"role": "secretary", "since": EVENING - timedelta(days=300), **facts}
    session.add(Membership(person_id=person.id, unit_id=unit.id, **given))
    session.flush()
    return person


def test_the_secretary_is_who_was_registered_on_the_day(session: Session) -> None:
    unit = _cell(session)
    meeting = _meeting(session, unit)
    assert collect_minutes_facts(session, meeting, ZONE).secretary == ""
    _registered(session, unit, "Nguyễn Văn An", ended_at=EVENING + timedelta(days=30))
    _registered(session, unit, "Lê Thị Hoa", since=EVENING + timedelta(days=30))
    _registered(session, unit, "Trần Văn Bảy", role="follower")
    assert collect_minutes_facts(session, meeting, ZONE).secretary == "Nguyễn Văn An"
    later = _meeting(session, unit, EVENING + timedelta(days=60))
    assert collect_minutes_facts(session, later, ZONE).secretary == "Lê Thị Hoa"
    earlier = _meeting(session, unit, EVENING - timedelta(days=400))
    assert (
        collect_minutes_facts(session, earlier, ZONE).secretary == "Lê Thị Hoa"
    )  # nobody was then: who is it now


@pytest.mark.parametrize("name", ["", "b🐯", "hoa_86", "Bí thư"])
def test_a_nickname_does_not_sign(session: Session, name: str) -> None:
    unit = _cell(session)
    _registered(session, unit, name)
    assert collect_minutes_facts(session, _meeting(session, unit), ZONE).secretary == ""


def test_the_secretary_who_led_it_chaired_it_unless_somebody_else_is_named(session: Session) -> None:
    unit = _cell(session)
    first = _registered(session, unit, "Nguyễn Văn An")
    second = _registered(session, unit, "Lê Thị Hoa")
    for led_by, said, chair in (
        (first.id, "", "Nguyễn Văn An"),
        (second.id, "", ""),
        (None, "", ""),
        (first.id, "Phó Bí thư Lê Thị Hoa", "Phó Bí thư Lê Thị Hoa"),
    ):
        meeting = _meeting(session, unit, led_by=led_by, chair=said)
        assert collect_minutes_facts(session, meeting, ZONE).chair == chair


@pytest.mark.parametrize(
    ("noted", "clerk"),
    [
        ("Cử đ/c Lê Thị Hoa làm thư ký", "đ/c Lê Thị Hoa"),
        ("chi bộ nhất trí cử đồng chí Hoa làm thư ký buổi họp.", "đồng chí Hoa"),
        ("Thư ký: đ/c Lan", "đ/c Lan"),
        ("thu ky la dong chi Lan.", "dong chi Lan"),
        ("Đ/c Lan", "Đ/c Lan"),
        (
            "Đã thông qua quy chế.\nBầu ông Nguyễn Văn Tư, chi ủy viên, làm thư ký",
            "ông Nguyễn Văn Tư, chi ủy viên",
        ),
        ("Đ/c Lan đề nghị bàn thêm về thư ký của chi bộ trong kỳ tới", ""),
        ("Nhất trí", ""),
    ],
)
def test_a_clerk_who_was_only_noted(session: Session, noted: str, clerk: str) -> None:
    steps = [{"key": "clerk", "title": "Cử thư ký"}, *STEPS]
    meeting = _meeting(session, _cell(session), steps=steps)
    _note(session, meeting, 0, noted)
    assert collect_minutes_facts(session, meeting, ZONE).clerk == clerk
    meeting.clerk = "Trần Văn Bảy"
    assert collect_minutes_facts(session, meeting, ZONE).clerk == "Trần Văn Bảy"


def test_where_more_is_spoken_of_a_bare_name_is_no_clerk() -> None:
    assert clerk_among(["Đ/c Lan"], alone=False) == ""
    assert clerk_among(["Có mặt 25", "Cử đ/c Lan làm thư ký"], alone=False) == "đ/c Lan"
