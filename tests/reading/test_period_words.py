"""The period that a leader asks for, as people type it."""

from datetime import date

import pytest

from bot.periods import period_before, periods_ending, summed_period
from bot.reading.focus_words import without_asking
from bot.reading.period_words import read_asked_period

TODAY = date(2022, 8, 10)


def key_of(text: str, today: date = TODAY) -> str:
    asked = read_asked_period(text, today)
    assert asked.rest == "", asked
    return asked.period.key if asked.period else ""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("quý 1", "2022-Q1"),
        ("quy 1", "2022-Q1"),
        ("Quý I", "2022-Q1"),
        ("QUÝ II/2021", "2021-Q2"),
        ("quý hai", "2022-Q2"),
        ("quý tư", "2021-Q4"),
        ("Q3", "2022-Q3"),
        ("q1/2022", "2022-Q1"),
        ("quý 1 năm 2020", "2020-Q1"),
        ("quý này", "2022-Q3"),
        ("quý trước", "2022-Q2"),
        ("quý vừa qua", "2022-Q2"),
        ("tháng 7", "2022-07"),
        ("thang 7", "2022-07"),
        ("T7", "2022-07"),
        ("tháng 9", "2021-09"),
        ("tháng 07/2022", "2022-07"),
        ("tháng 7 năm 2022", "2022-07"),
        ("tháng bảy", "2022-07"),
        ("tháng tư", "2022-04"),
        ("tháng năm", "2022-05"),
        ("tháng năm năm 2021", "2021-05"),
        ("tháng năm 2021", "2021-05"),
        ("tháng mười năm 2020", "2020-10"),
        ("tháng mười hai", "2021-12"),
        ("tháng sáu", "2022-06"),
        ("thang sau", "2022-06"),
        ("tháng giêng", "2022-01"),
        ("tháng này", "2022-08"),
        ("tháng trước", "2022-07"),
        ("7/2022", "2022-07"),
        ("7/22", ""),
        ("tháng 7/22", "2022-07"),
        ("7-2022", "2022-07"),
        ("07.2022", "2022-07"),
        ("2022-07", "2022-07"),
        ("2022-Q1", "2022-Q1"),
        ("6 tháng", "2022-H1"),
        ("sáu tháng", "2022-H1"),
        ("6 tháng đầu năm", "2022-H1"),
        ("6 tháng đầu năm 2021", "2021-H1"),
        ("6 tháng cuối năm 2021", "2021-H2"),
        ("6 tháng cuối năm", "2022-H2"),
        ("6 tháng năm 2020", "2020-H1"),
        ("nửa năm", "2022-H1"),
        ("nửa đầu năm 2021", "2021-H1"),
        ("nửa cuối năm 2021", "2021-H2"),
        ("nửa năm 2021", "2021-H1"),
        ("9 tháng", "2022-9M"),
        ("9 tháng năm 2021", "2021-9M"),
        ("chín tháng đầu năm", "2022-9M"),
        ("3 tháng đầu năm", "2022-Q1"),
        ("năm 2022", "2022"),
        ("2021", "2021"),
        ("năm nay", "2022"),
        ("năm ngoái", "2021"),
        ("cả năm", "2022"),
        ("cả năm 2020", "2020"),
        ("tổng hợp quý 1 nhé", "2022-Q1"),
        ("", ""),
    ],
)
def test_periods_as_people_type_them(text: str, key: str) -> None:
    if text == "7/22":
        assert read_asked_period(text, TODAY).rest == "7/22", "a day or a month: nobody knows"
    else:
        assert key_of(text) == key


@pytest.mark.parametrize(
    ("text", "key", "part", "rest"),
    [
        ("quý 1 chi bộ thôn 1", "2022-Q1", "", "chi bộ thôn 1"),
        ("chi bo thon 3 thang 7", "2022-07", "", "chi bo thon 3"),
        ("chi bộ thôn 3 tháng 7/2021 ạ", "2021-07", "", "chi bộ thôn 3"),
        ("xem Đảng ủy Sở A", "", "", "Đảng ủy Sở A"),
        ("quý 1 quý 2", "2022-Q1", "", "quý 2"),
        ("quý 5", "", "", "quý 5"),
        ("tháng 13", "", "", "tháng 13"),
        ("tháng sau", "", "", "tháng sau"),
        ("01/7/2022", "", "", "01/7/2022"),
        ("quý 1 theo lĩnh vực", "2022-Q1", "sectors", ""),
        ("theo ke hoach 6 thang", "2022-H1", "plans", ""),
        ("từng chuyên đề năm 2021", "2021", "topics", ""),
        ("tháng 7 theo đơn vị", "2022-07", "units", ""),
        ("lung tung", "", "", "lung tung"),
    ],
)
def test_what_is_no_period_is_handed_back(text: str, key: str, part: str, rest: str) -> None:
    asked = read_asked_period(text, TODAY)
    assert (asked.period.key if asked.period else "", asked.part, asked.rest) == (key, part, rest)


@pytest.mark.parametrize(
    ("key", "before"),
    [
        ("2022-01", "2021-12"),
        ("2022-Q1", "2021-Q4"),
        ("2022-H1", "2021-H2"),
        ("2022-9M", "2021-9M"),
        ("2022", "2021"),
    ],
)
def test_the_period_before(key: str, before: str) -> None:
    assert period_before(summed_period(key)).key == before


def test_what_ends_on_a_day() -> None:
    ending = {
        date(2022, 5, 30): [],
        date(2022, 5, 31): ["2022-05"],
        date(2022, 3, 31): ["2022-Q1", "2022-03"],
        date(2022, 6, 30): ["2022-H1", "2022-Q2", "2022-06"],
        date(2022, 12, 31): ["2022", "2022-H2", "2022-Q4", "2022-12"],
    }
    for day, keys in ending.items():
        assert [period.key for period in periods_ending(day)] == keys


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Chi bộ Thanh tra  họp\n chưa?", "Chi bộ Thanh tra"),
        ("tình hình   chi bộ Thanh tra thế nào ạ", "chi bộ Thanh tra"),
        ("quý" + " " * 200_000 + "1", "quý 1"),  # pasted out of a table; blank by blank it would take hours
    ],
)
def test_blanks_in_a_question_are_one(said: str, asked: str) -> None:
    assert without_asking(said) == asked
