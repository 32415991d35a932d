"""Counts of a meeting: the sums that must hold, and the line in which a secretary says them."""

from dataclasses import astuple
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attendance import Counts, check, rate, read_line
from bot.domain.problems import Invalid

small = st.integers(0, 300)


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
    assert astuple(read_line(text, None)) == counts


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
        ("25, vắng 2 có phép 1 không", (28, 25, 2, 1, 0)),
        ("có mặt 25, 3 có phép", (28, 25, 3, 0, 0)),
        ("29/30, 1 có phép", (30, 29, 1, 0, 0)),
    ],
)
def test_the_known_total_fills_in(text: str, counts: tuple[int, ...]) -> None:
    assert astuple(read_line(text, 28)) == counts


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
        ("25/28, miễn 1", None, 2),
    ],
)
def test_absences_without_a_reason_are_to_be_asked(text: str, total_known: int | None, absent: int) -> None:
    assert refusal(text, total_known) == ("attendance_absent_unexplained", {"absent": absent})


@pytest.mark.parametrize(
    ("text", "total", "added"),
    [
        ("25/28, vắng 2", 28, 27),
        ("25/28, vắng 2 có phép 2 không", 28, 29),
        ("25/28, vắng 1 có phép 1 không", 28, 27),
        ("25/28, vắng 3 (2 có phép, 2 không phép)", 28, 29),
        ("25/28, 4 có phép", 28, 29),
        ("28/28, miễn 1", 28, 29),
        ("28 25 2 1 1", 28, 29),
        ("vắng 30 có phép", 28, 30),
    ],
)
def test_a_sum_that_does_not_hold_says_by_how_much(text: str, total: int, added: int) -> None:
    facts = {"total": total, "sum": added, "difference": added - total}
    assert refusal(text, 28) == ("attendance_sum", facts)


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ("29/28", "attendance_present_over_total", {"present": 29, "total": 28}),
        ("0/0", "attendance_total_zero", {}),
        ("5000/5001", "attendance_too_large", {"total": 5001, "limit": 5000}),
        ("đủ", "attendance_total_unknown", {}),
        ("vắng 1 có phép", "attendance_total_unknown", {}),
        ("25", "attendance_total_unknown", {}),
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
        "tổng 28",
        "miễn 2",
        "vắng có phép",
        "vắng không phép",
        "không",
        "1 /",
        "/28",
        "25/28/30",
        "25/28, 3",
        "tổng 28, tổng 30, đủ",
        "có mặt 25, có mặt 26",
        "vắng 3 có phép 2 không phép 1",
        "vắng 3 không phép 1",
        "đủ, vắng 2 có phép",
        "25/28 (89%)",
        "25/28, vắng -3",
        "2.5/28",
        "1.200/1.200",
        "123456/123456",
        "25/28, đồng chí Năm Lan ốm",
        "đồng chí Ba vắng có phép",
        "hai lăm trên hai tám",
    ],
)
def test_a_line_that_cannot_be_read_is_refused(text: str) -> None:
    assert refusal(text, 28) == ("attendance_unclear", {"said": text})


@given(small, small, small, small)
def test_what_is_written_is_read_back(present: int, excused: int, unexcused: int, exempt: int) -> None:
    total = present + excused + unexcused + exempt
    if total == 0:
        return
    counts = Counts(total, present, excused, unexcused, exempt)
    check(counts)
    for line in (
        f"{total} {present} {excused} {unexcused} {exempt}",
        f"{present}/{total}, vắng {excused} có phép {unexcused} không, miễn {exempt}",
        f"tổng {total}, có mặt {present}, vắng có lý do {excused}, vắng không lý do {unexcused}, miễn {exempt}",
        f"{excused}p {unexcused}kp, miễn {exempt}",
    ):
        assert read_line(line, total) == counts


@given(
    st.text()
    | st.lists(
        st.sampled_from(["25", "/", "28", "vắng", "2", "có phép", "không", ",", "đủ", "miễn", "tổng"])
    ).map(" ".join)
)
def test_whatever_is_read_holds(text: str) -> None:
    try:
        counts = read_line(text, 28)
    except Invalid:
        return
    check(counts)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(28, 25, 2, 1, 0), Fraction(25, 28)),
        (Counts(30, 25, 2, 1, 2), Fraction(25, 28)),
        (Counts(28, 28, 0, 0, 0), Fraction(1)),
        (Counts(2, 0, 0, 0, 2), None),
    ],
)
def test_the_rate_leaves_out_the_exempt(counts: Counts, expected: Fraction | None) -> None:
    assert rate(counts) == expected


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        (Counts(0, 0, 0, 0, 0), "attendance_total_zero"),
        (Counts(5001, 5001, 0, 0, 0), "attendance_too_large"),
        (Counts(28, 29, 0, 0, 0), "attendance_present_over_total"),
        (Counts(28, 25, 2, 0, 0), "attendance_sum"),
        (Counts(28, 25, 2, 1, 1), "attendance_sum"),
    ],
)
def test_counts_that_cannot_be_are_refused(counts: Counts, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        check(counts)
    assert refused.value.code == code


def test_the_largest_count_is_taken() -> None:
    check(Counts(5000, 4990, 5, 0, 5))


def test_a_count_below_zero_is_no_count() -> None:
    with pytest.raises(ValueError, match="below zero"):
        Counts(28, 29, 0, -1, 0)
