"""Counts of a meeting: the sums that must hold, and the line in which a secretary says them."""

from contextlib import suppress
from dataclasses import asdict, astuple
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.meetings.attendance import (
    AttendanceCounts,
    attendance_rate,
    check_counts,
    count_late_arrival,
    counts_of_values,
    fill_counts,
    kinds_away,
)
from bot.meetings.attendance_line import read_told
from bot.problems import Invalid
from tests.kit.lines import read_line

small = st.integers(0, 300)
WORDS = ("25", "/", "28", "vắng", "2", "có phép", "không", ",", "đủ", "miễn", "tổng")


def five(counts: AttendanceCounts) -> tuple[int, ...]:
    """Total, present, excused, unexcused, exempt; of the kinds nothing was said."""
    assert astuple(counts)[5:] == (0, None, None, 0, None, None, 0, 0)
    return astuple(counts)[:5]


def refusal(text: str, total_known: int | None = None) -> tuple[str, dict[str, object]]:
    with pytest.raises(Invalid) as refused:
        read_line(text, total_known)
    return refused.value.code, refused.value.facts


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("25/28, vắng 2 có phép 1 không", (28, 25, 2, 1, 0)),
        ("25/28 vắng 2 có phép 1 không phép", (28, 25, 2, 1, 0)),
        ("25 / 28; 2 có phép và 1 không", (28, 25, 2, 1, 0)),
        ("25 trên 28, vắng 3 có phép", (28, 25, 3, 0, 0)),
        ("25 đ/c trên tổng số 28 đ/c, 3 vắng phép", (28, 25, 3, 0, 0)),
        ("có mặt 25/28 vắng 3 có lý do", (28, 25, 3, 0, 0)),
        ("co mat 25/28 vang 3 co ly do", (28, 25, 3, 0, 0)),
        ("25/28, vắng 3 có phép", (28, 25, 3, 0, 0)),
        ("25/28, vắng 3 đồng chí đều có lý do", (28, 25, 3, 0, 0)),
        ("vắng 3/28, có phép 2, không phép 1", (28, 25, 2, 1, 0)),
        ("28/28", (28, 28, 0, 0, 0)),
        ("28/28 không vắng", (28, 28, 0, 0, 0)),
        ("28/28, không ai vắng", (28, 28, 0, 0, 0)),
        ("28/28 vắng 0", (28, 28, 0, 0, 0)),
        ("28/28, vắng không", (28, 28, 0, 0, 0)),
        ("đủ 28", (28, 28, 0, 0, 0)),
        ("đủ 28 đồng chí", (28, 28, 0, 0, 0)),
        ("28 đ/c đủ", (28, 28, 0, 0, 0)),
        ("đủ cả 28/28", (28, 28, 0, 0, 0)),
        ("có mặt đủ 28", (28, 28, 0, 0, 0)),
        ("có mặt đầy đủ 28/30, miễn 2", (30, 28, 0, 0, 2)),
        ("tổng 28, có mặt 25, vắng có lý do 2, vắng không lý do 1, miễn 0", (28, 25, 2, 1, 0)),
        ("tong 28 co mat 25 vang co ly do 2 vang khong ly do 1 mien 0", (28, 25, 2, 1, 0)),
        (
            "Tổng số đảng viên: 30; có mặt: 25; vắng có phép: 2; vắng không phép: 1; miễn sinh hoạt: 2",
            (30, 25, 2, 1, 2),
        ),
        ("- Tổng số: 28\n- Có mặt: 25\n- Vắng mặt có lý do: 02\n- Không lý do: 01", (28, 25, 2, 1, 0)),
        ("28 tổng số, 25 có mặt, 2 vắng có phép, 1 vắng không phép", (28, 25, 2, 1, 0)),
        ("28 25 2 1 0", (28, 25, 2, 1, 0)),
        ("30, 25, 2, 1, 2", (30, 25, 2, 1, 2)),
        ("28-25-2-1", (28, 25, 2, 1, 0)),
        ("28 25 2 1", (28, 25, 2, 1, 0)),
        ("25/28 vắng 3 (2 có phép, 1 không phép)", (28, 25, 2, 1, 0)),
        ("25/28; vắng: 3 (có lý do: 2; không lý do: 1)", (28, 25, 2, 1, 0)),
        ("25/28, vắng 3: có phép 2, không phép 1", (28, 25, 2, 1, 0)),
        ("25/28 vắng 3, trong đó 2 có phép, 1 không có lý do", (28, 25, 2, 1, 0)),
        ("25/28, vắng 3 (có lý do)", (28, 25, 3, 0, 0)),
        ("25/28, vắng 3, đều không phép", (28, 25, 0, 3, 0)),
        ("25/28 vắng 3 lý do chính đáng", (28, 25, 3, 0, 0)),
        ("25/28 2p 1kp", (28, 25, 2, 1, 0)),
        ("25/28 vắng 2p1kp", (28, 25, 2, 1, 0)),
        ("25/28, vắng 3 có phép, không phép: không", (28, 25, 3, 0, 0)),
        ("25/30, 3 có phép, 2 miễn công tác", (30, 25, 3, 0, 2)),
        ("hai lăm trên hai mươi tám, vắng hai có phép một không", (28, 25, 2, 1, 0)),
        ("25/28 vang hai co phep, mot khong", (28, 25, 2, 1, 0)),
    ],
)
def test_a_whole_meeting_in_one_line(text: str, counts: tuple[int, ...]) -> None:
    assert five(read_line(text, None)) == counts


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("đủ", (28, 28, 0, 0, 0)),
        ("Đủ cả ạ", (28, 28, 0, 0, 0)),
        ("du", (28, 28, 0, 0, 0)),
        ("có mặt đầy đủ", (28, 28, 0, 0, 0)),
        ("đủ, không vắng", (28, 28, 0, 0, 0)),
        ("không ai vắng", (28, 28, 0, 0, 0)),
        ("vắng 0", (28, 28, 0, 0, 0)),
        ("28", (28, 28, 0, 0, 0)),
        ("đủ, miễn 2", (28, 26, 0, 0, 2)),
        ("vắng 1 có phép, miễn 2", (28, 25, 1, 0, 2)),
        ("vắng 3 (2 có phép, 1 không phép)", (28, 25, 2, 1, 0)),
        ("vắng hai có phép", (28, 26, 2, 0, 0)),
        ("vang 2 co phep", (28, 26, 2, 0, 0)),
        ("2 có phép 1 không", (28, 25, 2, 1, 0)),
        ("2p 1kp", (28, 25, 2, 1, 0)),
        ("vắng 3 có phép 2 không phép 1", (28, 25, 2, 1, 0)),
        ("25, vắng 2 có phép 1 không", (28, 25, 2, 1, 0)),
        ("có mặt 25, 3 có phép", (28, 25, 3, 0, 0)),
        ("29/30, 1 có phép", (30, 29, 1, 0, 0)),
    ],
)
def test_the_known_total_fills_in(text: str, counts: tuple[int, ...]) -> None:
    assert five(read_line(text, 28)) == counts


@pytest.mark.parametrize(
    ("text", "total_known", "absent"),
    [
        ("25/28", None, 3),
        ("25", 28, 3),
        ("vắng 3", 28, 3),
        ("25/28, vắng 3", None, 3),
        ("25/28, 2 có phép", None, 1),
        ("25/28, vắng 3, 2 có phép", None, 1),
        ("vắng 3 (1 không phép)", 28, 2),
        ("đủ 28", 30, 2),
        ("vắng 3 không phép 1", 28, 2),
        ("25/28 (89%)", None, 3),
        ("hai lăm trên hai tám", None, 3),
        ("25/28, miễn 1", None, 2),
        ("25/28, vắng 1 có phép 1 không", 28, 1),
    ],
)
def test_absences_without_a_reason_are_to_be_asked(text: str, total_known: int | None, absent: int) -> None:
    assert refusal(text, total_known) == ("away", {"left": absent})


@pytest.mark.parametrize(
    ("text", "total", "added"),
    [
        ("25/28, vắng 2", 28, 27),
        ("25/28, vắng 2 có phép 2 không", 28, 29),
        ("25/28, vắng 3 (2 có phép, 2 không phép)", 28, 29),
        ("25/28, 4 có phép", 28, 29),
        ("28/28, miễn 1", 28, 29),
        ("28 25 2 1 1", 28, 29),
        ("vắng 30 có phép", 28, 30),
    ],
)
def test_a_sum_that_does_not_hold_says_by_how_much(text: str, total: int, added: int) -> None:
    code, facts = refusal(text, 28)
    assert code == "attendance_sum"
    assert (facts["total"], facts["sum"], facts["difference"]) == (total, added, added - total)
    parts = ("present", "excused", "unexcused", "exempt", "elsewhere")
    assert sum(int(str(facts[part])) for part in parts) <= added


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ("29/28", "attendance_present_over_total", {"present": 29, "total": 28}),
        ("0/0", "attendance_total_zero", {}),
        ("5000/5001", "attendance_too_large", {"total": 5001, "limit": 5000}),
        ("đủ", "total", {"left": 0}),
        ("vắng 1 có phép", "total", {"left": 0}),
        ("25", "total", {"left": 0}),
        ("tổng 28", "present", {"left": 0}),
        ("25/28 đạt 100%", "attendance_percent", {"percent": 100.0, "present": 25, "total": 28}),
    ],
)
def test_other_impossible_counts(text: str, code: str, facts: dict[str, int]) -> None:
    assert refusal(text) == (code, facts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "...",
        "họp tốt",
        "28 25",
        "28 25 2",
        "28 25 2 1 0 0",
        "vắng có phép",
        "vắng không phép",
        "không",
        "1 /",
        "/28",
        "25/28/30",
        "25/28, 3",
        "tổng 28, tổng 30, đủ",
        "có mặt 25, có mặt 26",
        "đủ, vắng 2 có phép",
        "25/28, vắng -3",
        "2.5/28",
        "1.200/1.200",
        "123456/123456",
        "25/28, đồng chí Năm Lan ốm",
        "đồng chí Ba vắng có phép",
    ],
)
def test_a_line_that_cannot_be_read_is_refused(text: str) -> None:
    code, facts = refusal(text, 28)
    assert (code, facts["said"]) == ("attendance_unclear", text)


@given(small, small, small, small)
def test_what_is_written_is_read_back(present: int, excused: int, unexcused: int, exempt: int) -> None:
    total = present + excused + unexcused + exempt
    if total == 0:
        return
    counts = AttendanceCounts(total, present, excused, unexcused, exempt)
    check_counts(counts)
    for line in (
        f"{total} {present} {excused} {unexcused} {exempt}",
        f"{present}/{total}, vắng {excused} có phép {unexcused} không, miễn {exempt}",
        f"tổng {total}, có mặt {present}, vắng có lý do {excused}, vắng không lý do {unexcused}, miễn {exempt}",
        f"{excused}p {unexcused}kp, miễn {exempt}",
    ):
        assert read_line(line, total) == counts


@given(st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_whatever_is_read_holds(text: str) -> None:
    try:
        counts = read_line(text, 28)
    except Invalid:
        return
    check_counts(counts)


def test_whatever_is_read_of_a_few_words_holds() -> None:
    """Every line of up to three of them: more than a hundred are read, as a dozen different counts."""
    read = []
    for length in (1, 2, 3):
        for words in product(WORDS, repeat=length):
            with suppress(Invalid):
                read.append(read_line(" ".join(words), 28))
    for counts in read:
        check_counts(counts)
    assert len(read) > 100
    assert len({astuple(counts) for counts in read}) >= 12


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (AttendanceCounts(28, 25, 2, 1, 0), Fraction(25, 28)),
        (AttendanceCounts(30, 25, 2, 1, 2), Fraction(25, 28)),
        (AttendanceCounts(28, 28, 0, 0, 0), Fraction(1)),
        (AttendanceCounts(2, 0, 0, 0, 2), None),
    ],
)
def test_the_rate_leaves_out_the_exempt(counts: AttendanceCounts, expected: Fraction | None) -> None:
    assert attendance_rate(counts) == expected


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        (AttendanceCounts(0, 0, 0, 0, 0), "attendance_total_zero"),
        (AttendanceCounts(5001, 5001, 0, 0, 0), "attendance_too_large"),
        (AttendanceCounts(28, 29, 0, 0, 0), "attendance_present_over_total"),
        (AttendanceCounts(28, 25, 2, 0, 0), "attendance_sum"),
        (AttendanceCounts(28, 25, 2, 1, 1), "attendance_sum"),
    ],
)
def test_counts_that_cannot_be_are_refused(counts: AttendanceCounts, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_counts(counts)
    assert refused.value.code == code


def test_the_largest_count_is_taken() -> None:
    check_counts(AttendanceCounts(5000, 4990, 5, 0, 5))


def test_a_count_below_zero_is_no_count() -> None:
    with pytest.raises(ValueError, match="below zero"):
        AttendanceCounts(28, 29, 0, -1, 0)


# Kinds of members


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "28 đảng viên, 25 chính thức 3 dự bị, có mặt 26",
            {"total": 28, "official": 25, "probationary": 3, "present": 26},
        ),
        (
            "28 đảng viên (25 chính thức, 3 dự bị), có mặt 26",
            {"total": 28, "official": 25, "probationary": 3, "present": 26},
        ),
        (
            "28 đảng viên 25 chính thức 3 dự bị có mặt 26",
            {"total": 28, "official": 25, "probationary": 3, "present": 26},
        ),
        ("chính thức 25, dự bị 3", {"total": 28, "official": 25, "probationary": 3}),
        (
            "26/28, chính thức 25, dự bị 3",
            {"total": 28, "official": 25, "probationary": 3, "present": 26},
        ),
        (
            "có mặt 26/28: 24 chính thức, 2 dự bị",
            {"total": 28, "present": 26, "present_official": 24, "present_probationary": 2},
        ),
        (
            "chính thức 24/25, dự bị 2/3",
            {
                "total": 28,
                "official": 25,
                "probationary": 3,
                "present": 26,
                "present_official": 24,
                "present_probationary": 2,
            },
        ),
        (
            "28 đảng viên, 25 chính thức, 2 dự bị, 1 sinh hoạt tạm thời, có mặt 26",
            {"total": 28, "official": 25, "probationary": 2, "temporary": 1, "present": 26},
        ),
    ],
)
def test_a_line_that_says_nothing_of_those_away_yet(text: str, facts: dict[str, int]) -> None:
    assert read_told(text).known() == facts


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "28 đảng viên, 25 chính thức 3 dự bị, có mặt 26, vắng 2 có phép",
            {"total": 28, "present": 26, "absent_excused": 2, "official": 25, "probationary": 3},
        ),
        (
            "28 đảng viên, 25 chính thức, 3 dự bị, có mặt 26 (23 chính thức, 3 dự bị), 2 có phép",
            {"official": 25, "probationary": 3, "present_official": 23, "present_probationary": 3},
        ),
        ("26/28, 2 có phép, khách mời 2", {"total": 28, "present": 26, "guests": 2}),
        ("25/28, 2 có phép, 1 nhiệm vụ đặc biệt", {"elsewhere": 1, "absent_excused": 2, "present": 25}),
        ("đủ, 1 sinh hoạt nơi khác", {"elsewhere": 1, "present": 27}),
        ("28/28, 3 dự bị", {"official": 25, "present_official": 25, "present_probationary": 3}),
        ("28 đảng viên, có mặt 26, vắng 2 có phép", {"total": 28, "present": 26, "official": None}),
        ("26/28, 2 có phép, không có dự bị", {"official": 28, "probationary": 0, "present_official": 26}),
        ("đủ, không có khách", {"guests": 0, "present": 28}),
        ("27/28, 1 không phép, 2 đến muộn", {"late": 2, "present": 27}),
    ],
)
def test_kinds_in_a_whole_line(text: str, facts: dict[str, int | None]) -> None:
    found = asdict(read_line(text, 28))
    assert {name: found[name] for name in facts} == facts


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        (
            "28/28, 20 chính thức, 3 dự bị",
            "attendance_kinds_sum",
            {"total": 28, "sum": 23, "difference": -5, "official": 20, "probationary": 3, "temporary": 0},
        ),
        (
            "26/28, 2 có phép, chính thức 26/25, dự bị 0/3",
            "attendance_kind_over",
            {"kind": "official", "present": 26, "members": 25},
        ),
        (
            "26/28, 2 có phép, chính thức 25/25, dự bị 3/3",
            "attendance_present_kinds",
            {"present": 26, "sum": 28, "official": 25, "probationary": 3, "temporary": 0},
        ),
        (
            "25/28, 2 có phép, 1 không phép, 1 sinh hoạt nơi khác",
            "attendance_sum",
            {
                "total": 28,
                "sum": 29,
                "difference": 1,
                "present": 25,
                "excused": 2,
                "unexcused": 1,
                "exempt": 0,
                "elsewhere": 1,
                "absent": None,
            },
        ),
        ("2/28, 26 có phép, 3 đến muộn", "attendance_late_over", {"late": 3, "present": 2}),
    ],
)
def test_kinds_that_do_not_add_up_are_said_with_their_numbers(
    text: str, code: str, facts: dict[str, object]
) -> None:
    got, known = refusal(text, 28)
    assert (got, {name: known[name] for name in facts}) == (code, facts)


def test_the_rate_leaves_out_those_who_meet_elsewhere() -> None:
    assert attendance_rate(AttendanceCounts(28, 24, 1, 0, 1, elsewhere=2)) == Fraction(24, 25)
    assert attendance_rate(AttendanceCounts(3, 0, 0, 0, 1, elsewhere=2)) is None


def test_what_follows_is_filled_in() -> None:
    assert counts_of_values({"total": 28, "present": 28, "probationary": 3}) == AttendanceCounts(
        28, 28, 0, 0, 0, 0, 25, 3, 0, 25, 3
    )
    some = counts_of_values(
        {"total": 28, "present": 26, "absent_excused": 2, "probationary": 3, "temporary": 1}
    )
    assert (some.official, some.present_official, some.present_probationary) == (24, None, None)
    none = counts_of_values({"total": 5, "present": 4, "absent_excused": 1, "probationary": 0})
    assert (none.official, none.present_official, none.present_probationary) == (5, 4, 0)


@pytest.mark.parametrize(
    ("counts", "kind", "present", "absences", "there"),
    [
        (AttendanceCounts(28, 25, 2, 1, 0), "", 26, (2, 0), (None, None)),
        (AttendanceCounts(28, 25, 3, 0, 0), "", 26, (2, 0), (None, None)),
        (AttendanceCounts(28, 26, 1, 1, 0, 0, 25, 3, 0, 23, 3), "official", 27, (1, 0), (24, 3)),
        (AttendanceCounts(28, 26, 1, 1, 0, 0, 25, 3, 0, 24, 2), "probationary", 27, (1, 0), (24, 3)),
        (AttendanceCounts(28, 25, 2, 1, 0, 0, 25, 2, 1, 23, 2), "temporary", 26, (2, 0), (23, 2)),
    ],
)
def test_one_who_comes_late(
    counts: AttendanceCounts,
    kind: str,
    present: int,
    absences: tuple[int, int],
    there: tuple[int | None, int | None],
) -> None:
    later = count_late_arrival(counts, kind)
    assert (later.present, later.late) == (present, 1)
    assert (later.absent_excused, later.absent_unexcused) == absences
    assert (later.present_official, later.present_probationary) == there


def test_nobody_comes_late_where_nobody_is_away_or_no_place_of_the_kind_is_left() -> None:
    with pytest.raises(Invalid, match="attendance_nobody_away"):
        count_late_arrival(AttendanceCounts(28, 27, 0, 0, 1))
    whole = AttendanceCounts(28, 26, 1, 1, 0, 0, 25, 3, 0, 23, 3)
    assert kinds_away(whole) == ["official"]
    assert kinds_away(AttendanceCounts(28, 26, 1, 1, 0)) == []
    with pytest.raises(Invalid, match="attendance_kind_over"):
        count_late_arrival(whole, "probationary")
    with pytest.raises(Invalid, match="attendance_present_kinds"):
        count_late_arrival(whole)


small_kinds = st.integers(0, 30)


@given(small_kinds, small_kinds, small_kinds, small_kinds, small_kinds, small_kinds, small_kinds)
def test_kinds_that_add_up_are_written_and_read_back(
    official: int, beginners: int, guests: int, off_there: int, new_there: int, excused: int, elsewhere: int
) -> None:
    off_there, new_there = min(off_there, official), min(new_there, beginners)
    total, present = official + beginners, off_there + new_there
    excused = min(excused, total - present)
    elsewhere = total - present - excused
    if total == 0:
        return
    counts = fill_counts(
        AttendanceCounts(
            total, present, excused, 0, 0, elsewhere, official, beginners, 0, off_there, new_there, guests
        )
    )
    check_counts(counts)
    line = (
        f"{total} đảng viên, {official} chính thức, {beginners} dự bị, có mặt {present}, trong đó "
        f"{off_there} chính thức, {new_there} dự bị, vắng {excused} có phép, {elsewhere} ở nơi khác, {guests} khách"
    )
    assert read_line(line, None) == counts
