"""What is reported upward: counts that agree with the leader's own, nobody's name, a signature that nothing passes."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import yaml
from sqlalchemy import Enum, String, Text, select
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before
from bot.problems import Invalid
from bot.summaries.collecting import count_upward
from bot.summaries.localities import (
    distrust_locality,
    take_upward,
    trust_locality,
    trusted_localities,
)
from bot.summaries.table import summary_workbook
from bot.summaries.upward import (
    MonthMeetings,
    PeriodDuties,
    Signed,
    Upward,
    fingerprint,
    public_key,
    read_upward,
    sign_upward,
)
from bot.tables import (
    Base,
    Duty,
    DutyKind,
    LocalityDuties,
    LocalityMeetings,
    MeetingKind,
    Membership,
    Person,
    Plan,
    Unit,
)
from tests.kit.places import TEMPLATES, ZONE
from tests.kit.walking import counted, past_clerk, to_the_end
from tests.kit.wording import reads_well
from tests.kit.world import World

SECRET, OTHER = "A" * 43, "B" * 42 + "A"
KEY, OTHER_KEY = public_key(SECRET), public_key(OTHER)
AT = datetime(2022, 5, 10, 3, tzinfo=UTC)
NOW = Moment(AT, ZONE)


def period(month: int, plan: str = "60-KH/ĐUK", **counts: int) -> PeriodDuties:
    given = {"expected": 10, "on_time": 6, "late": 1, "open": 3, "overdue": 2} | counts
    first = date(2022, month, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return PeriodDuties(plan, date(2022, 4, 18), DutyKind.MEETING, first, last, **given)


def report(*duties: PeriodDuties, at: datetime = AT, **facts: Any) -> Upward:
    meetings = (MonthMeetings(date(2022, 4, 1), MeetingKind.REGULAR, 7, 140, 160),)
    given: dict[str, Any] = {"since": date(2021, 4, 1), "units": 12, "cells": 10, "meetings": meetings}
    return Upward(1, at, duties=duties, **{**given, **facts})


def signed(upward: Upward, secret: str = SECRET) -> Signed:
    return read_upward(sign_upward(upward, secret).encode())


def take(session: Session, upward: Upward, moment: Moment = NOW) -> bool:
    return take_upward(session, signed(upward), moment)[1]


def hold(world: World, code: str, key: str, when: str, present: int) -> None:
    with world.db.write() as session:
        person = session.scalars(select(Person.id).order_by(Person.id)).first()
        assert person is not None
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        duty = session.scalars(select(Duty).where(Duty.unit_id == unit.id, Duty.key == key)).one()
        counts = AttendanceCounts(20, present, 19 - present, 0, 1)
        held_before(session, unit, duty, world.local(when), counts, person, world.moment)


def test_the_counts_are_those_of_the_installation(world: World) -> None:
    world.registered("CB01", "secretary")
    world.go("2022-05-03 09:00")
    hold(world, "CB01", "2022-04", "2022-04-10 19:00", 15)
    hold(world, "CB02", "2022-04", "2022-05-02 19:00", 19)
    with world.db.read() as session:
        upward = count_upward(session, world.moment)
        symbol = session.scalars(select(Plan.symbol)).one()
    assert (upward.units, upward.cells, upward.since) == (4, 3, date(2021, 3, 1))
    april = [row for row in upward.duties if row.first == date(2022, 4, 1) and row.kind == "meeting"]
    assert [(row.plan, row.expected, row.on_time, row.late, row.open, row.overdue) for row in april] == [
        (symbol, 3, 1, 1, 1, 1)
    ]
    assert [(one.month, one.held, one.present, one.obliged) for one in upward.meetings] == [
        (date(2022, 4, 1), 1, 15, 19),
        (date(2022, 5, 1), 1, 19, 19),
    ]


def test_no_word_of_the_database_is_in_the_file_but_the_symbols_of_plans(world: World) -> None:
    secretary = world.registered("CB01", "secretary", name="Nguyễn Thị Xuân Hoa")
    world.registered("DUK", "leader", name="Trần Quốc Bình")
    world.go("2022-04-05 19:30")
    secretary.says("/hop")
    secretary.taps("Bắt đầu")
    past_clerk(secretary)
    secretary.taps("Tiếp")
    counted(secretary)
    secretary.says("Đồng chí Lê Văn Lượng đề nghị sửa đường làng")
    to_the_end(secretary).taps("Kết thúc")
    with world.db.read() as session:
        text = sign_upward(count_upward(session, world.moment), SECRET)
        symbols = set(session.scalars(select(Plan.symbol)))
        words = set(_texts(session))
    assert {"Nguyễn Thị Xuân Hoa", "Chi bộ Văn phòng", "CB01"} <= words
    assert "Lê Văn Lượng" in "\n".join(words)
    assert read_upward(text.encode()).upward.meetings[0].present == 25
    assert [word for word in words - symbols if word in text] == []


def _texts(session: Session) -> list[str]:
    """Everything with a letter in it that stands as text in any table, the names of kinds and what is shorter than a code excepted."""
    return [
        value
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String | Text) and not isinstance(column.type, Enum)
        for value in session.scalars(select(column).distinct())
        if value and len(value) > 3 and re.search(r"[^\W\d_]", value)
        if value not in ("meeting", "regular", "report", "confirm")
    ]


def test_a_plan_without_a_symbol_and_a_period_of_long_ago_are_told_apart(world: World) -> None:
    with world.db.write() as session:
        session.scalars(select(Plan)).one().symbol = ""
    world.go("2024-05-03 09:00")
    with world.db.read() as session:
        upward = count_upward(session, world.moment)
    assert {row.plan for row in upward.duties} <= {""}
    assert all(row.last >= upward.since == date(2023, 3, 1) for row in upward.duties)


def test_what_was_written_is_read_again() -> None:
    upward = report(period(4), period(5))
    text = sign_upward(upward, SECRET)
    assert read_upward(text.encode()) == signed(upward)
    assert signed(upward).upward == upward
    assert signed(upward).key == KEY
    shaken = text.replace("\n", "\r\n").replace(" ", "  ")
    assert read_upward(b"\xef\xbb\xbf" + shaken.encode()).upward == upward
    assert len(fingerprint(KEY)) == 19


def _changed(**facts: Any) -> Callable[[dict[str, Any]], None]:
    return lambda file: file["summary"].update(facts)


def _of_other_key(file: dict[str, Any]) -> None:
    file["key"] = OTHER_KEY


def _signature(value: str) -> Callable[[dict[str, Any]], None]:
    return lambda file: file.update(signature=value)


def _one_more_done(file: dict[str, Any]) -> None:
    file["summary"]["duties"][0]["on_time"] += 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_one_more_done, "summary_tampered"),
        (_changed(taken_at="2022-05-11T03:00:00Z"), "summary_tampered"),
        (_changed(added=1), "summary_tampered"),
        (_of_other_key, "summary_tampered"),
        (_signature("00" * 64), "summary_tampered"),
        (_signature(""), "summary_tampered"),
        (_signature("xyz"), "summary_broken"),
        (_changed(format=2), "summary_newer"),
        (_changed(format="1"), "summary_broken"),
        (lambda file: file.pop("signature"), "summary_broken"),
        (lambda file: file.update(key=KEY + "00"), "summary_broken"),
        (lambda file: file.update(summary=[]), "summary_broken"),
    ],
)
def test_a_file_that_was_touched_is_refused(change: Callable[[dict[str, Any]], object], code: str) -> None:
    file = json.loads(sign_upward(report(period(4)), SECRET))
    change(file)
    with pytest.raises(Invalid) as refused:
        read_upward(json.dumps(file).encode())
    assert refused.value.code == code


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b'{"summary": ' + b"9" * 9000 + b"}"]
)
def test_what_is_no_such_file_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match="summary_broken"):
        read_upward(content)


def test_a_file_that_broke_off_is_refused_wherever() -> None:
    whole = sign_upward(report(period(4)), SECRET).rstrip().encode()
    for length in range(0, len(whole), 7):
        with pytest.raises(Invalid, match="summary_broken"):
            read_upward(whole[:length])


@pytest.mark.parametrize(
    "wrong",
    [
        replace(report(), units=-1),
        replace(report(), units=2**31),
        report(period(4, plan="x" * 61)),
        report(period(4, open=-3)),
    ],
)
def test_counts_that_cannot_be_are_refused_although_they_are_signed(wrong: Upward) -> None:
    with pytest.raises(Invalid, match="summary_broken"):
        signed(wrong)


def test_each_period_keeps_its_last(world: World) -> None:
    """What is told anew takes the place of what was told; what is not spoken of any more stays."""
    with world.db.write() as session:
        place = trust_locality(session, "Tỉnh ủy A", KEY, OTHER_KEY, NOW)
        assert take(session, report(period(3), period(4, plan="old")))
        later = report(period(4, on_time=9, open=0), at=AT + timedelta(days=1), since=date(2022, 4, 1))
        assert take(session, later)
        rows = session.scalars(select(LocalityDuties).order_by(LocalityDuties.first))
        assert [(row.first.month, row.plan, row.on_time) for row in rows] == [
            (3, "60-KH/ĐUK", 6),
            (4, "60-KH/ĐUK", 9),
        ]
        assert [row.held for row in session.scalars(select(LocalityMeetings))] == [7]
        assert (place.units, place.cells, place.taken_at) == (12, 10, AT + timedelta(days=1))


def test_an_older_file_never_takes_the_place_of_a_newer_one(world: World) -> None:
    with world.db.write() as session:
        trust_locality(session, "Tỉnh ủy A", KEY, OTHER_KEY, NOW)
        newest = report(period(4))
        assert take(session, newest)
        assert not take(session, newest)
        for at in (AT, AT - timedelta(seconds=1)):
            with pytest.raises(Invalid, match="summary_stale"):
                take(session, report(period(4, on_time=0), at=at))
        with pytest.raises(Invalid, match="summary_ahead"):
            take(session, report(at=AT + timedelta(days=2)))
        assert session.scalars(select(LocalityDuties.on_time)).all() == [6]


def test_only_who_is_trusted_is_heard(world: World) -> None:
    with world.db.write() as session:
        with pytest.raises(Invalid, match="summary_stranger"):
            take(session, report())
        trust_locality(session, "Tỉnh ủy A", KEY, OTHER_KEY, NOW)
        assert take(session, report(period(4)))
        distrust_locality(session, "Tỉnh ủy A")
        with pytest.raises(Invalid, match="summary_stranger"):
            take(session, report(at=AT + timedelta(hours=1)))
        assert not session.scalars(select(LocalityDuties)).all()
        assert not session.scalars(select(LocalityMeetings)).all()


def test_a_place_may_change_its_key_or_its_name(world: World) -> None:
    with world.db.write() as session:
        own = public_key("C" * 42 + "A")
        trust_locality(session, "Tỉnh ủy  A ", KEY, own, NOW)
        take(session, report(period(4)))
        trust_locality(session, "Tỉnh ủy A", OTHER_KEY, own, NOW)
        with pytest.raises(Invalid, match="summary_stranger"):
            take(session, report(at=AT + timedelta(hours=1)))
        trust_locality(session, "Tỉnh ủy A mới", OTHER_KEY, own, NOW)
        assert [(one.name, one.key) for one in trusted_localities(session)] == [("Tỉnh ủy A mới", OTHER_KEY)]
        assert session.scalars(select(LocalityDuties.on_time)).all() == [6]
        trust_locality(session, "Tỉnh ủy B", KEY, own, NOW)
        for name, key, code in (
            ("Tỉnh ủy B", OTHER_KEY, "summary_name_taken"),
            ("", KEY, "summary_name_wrong"),
            ("x" * 121, KEY, "summary_name_wrong"),
            ("C", KEY[:-1], "summary_key_wrong"),
            ("C", own, "summary_key_own"),
        ):
            with pytest.raises(Invalid, match=code):
                trust_locality(session, name, key, own, NOW)
        with pytest.raises(Invalid, match="summary_name_unknown"):
            distrust_locality(session, "C")


def _three_places(world: World) -> None:
    with world.db.write() as session:
        own = public_key("C" * 42 + "A")
        trust_locality(session, "Tỉnh ủy B", OTHER_KEY, own, world.moment)
        trust_locality(session, "Tỉnh ủy A", KEY, own, world.moment)
        trust_locality(session, "Tỉnh ủy C", public_key("D" * 42 + "A"), own, world.moment)
        take(session, report(period(2), period(4), period(5, late=0), at=AT - timedelta(days=10)), NOW)
        reported = signed(report(period(4, late=0, open=4), period(6)), OTHER)
        take_upward(session, reported, world.moment)


def test_the_leader_of_the_centre_sees_a_line_for_each_place_and_the_sum(world: World) -> None:
    leader = world.registered("DUK", "leader")
    world.at = AT
    leader.says("/tonghop")
    assert "địa phương" not in leader.last.text
    _three_places(world)
    leader.says("/tonghop")
    lines = leader.last.text.splitlines()
    start = lines.index("🏢 <b>Các địa phương báo lên</b>, số liệu từ 01/4/2022")
    assert lines[start - 1] == ""
    assert lines[start + 1 : start + 6] == [
        "<b>Cộng 2 nơi: 19/30 việc đã xong, 1 trễ, 10 chưa (6 quá hạn); 14 buổi họp, dự 87,5%</b>",
        "– Tỉnh ủy A: 13/20 việc đã xong, 1 trễ, 6 chưa (4 quá hạn); 7 buổi họp, dự 87,5% (ngày 30/4/2022, ⚠️ số liệu cũ)",
        "– Tỉnh ủy B: 6/10 việc đã xong, 4 chưa (2 quá hạn); 7 buổi họp, dự 87,5% (ngày 10/5/2022)",
        "– Tỉnh ủy C: chưa báo lên",
        "",
    ]
    reads_well(leader)


def test_who_leads_a_part_of_the_centre_sees_no_other_place(world: World) -> None:
    follower = world.registered("CB01", "follower")
    world.at = AT
    _three_places(world)
    follower.says("/tonghop")
    assert "Tỉnh ủy" not in follower.last.text


def test_the_workbook_has_every_place_every_period_and_the_sum(world: World) -> None:
    world.registered("DUK", "leader")
    words = yaml.safe_load((TEMPLATES / "web" / "export.yaml").read_text("utf-8"))
    world.at = AT
    _three_places(world)
    with world.db.read() as session:
        roles = session.scalars(select(Membership)).all()
        book = openpyxl.load_workbook(BytesIO(summary_workbook(session, roles, NOW, words)))
    names = [words[sheet]["name"] for sheet in ("places", "place_periods", "place_answers", "place_months")]
    assert book.sheetnames[5:] == names
    places, periods, answers, months = (
        [*book[name].iter_rows(min_row=4, values_only=True)] for name in names
    )
    assert [row[0] for row in places] == ["Tỉnh ủy A", "Tỉnh ủy B", "Tỉnh ủy C", "Cộng"]
    assert places[1][2:] == (12, 10, 10, 6, 0, 4, 2, 7, 140, 160, 0.875)
    assert places[-1][2:] == (24, 20, 30, 18, 1, 10, 6, 14, 280, 320, 0.875)
    assert [(row[0], str(row[4])[5:7]) for row in periods] == [
        ("Tỉnh ủy B", "06"),
        ("Tỉnh ủy A", "05"),
        ("Tỉnh ủy A", "04"),
        ("Tỉnh ủy B", "04"),
        ("Tỉnh ủy A", "02"),
    ]
    assert answers == []
    assert [(row[0], row[2], row[3]) for row in months] == [
        ("Tỉnh ủy A", "Thường kỳ", 7),
        ("Tỉnh ủy B", "Thường kỳ", 7),
    ]
