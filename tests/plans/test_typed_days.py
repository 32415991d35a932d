"""Days and periods as clerks type them: without the year of the plan, and days that there are not."""

from datetime import date, datetime
from pathlib import Path

import pytest

from bot.plans.no_days import day_trouble
from tests.kit.forms import RENDER, Form

TOPIC = {"Tên chuyên đề": "Chuyển đổi số", "Loại sinh hoạt": "Chuyên đề"}
DUTY = {"Tên việc": "Báo cáo", "Phải làm gì": "Nộp báo cáo", "Cách tính hạn": "Trước ngày"}


@pytest.fixture
def form(tmp_path: Path) -> Form:
    return Form(tmp_path)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("Quý II", (4, 1), (6, 30)),
        ("tháng 4", (4, 1), (4, 30)),
        ("T4", (4, 1), (4, 30)),
        ("6 tháng cuối năm", (7, 1), (12, 31)),
        ("từ tháng 5 đến tháng 6", (5, 1), (6, 30)),
        ("từ 1/4 đến 20/4", (4, 1), (4, 20)),
    ],
)
def test_a_period_without_a_year_is_of_the_plan_s(
    form: Form, typed: str, first: tuple[int, int], last: tuple[int, int]
) -> None:
    form.line("Chuyên đề", {**TOPIC, "Kỳ thực hiện": typed})
    period = form.read().topics[0].period
    assert period is not None
    assert (period.first, period.last) == (date(2022, *first), date(2022, *last))


@pytest.mark.parametrize("typed", ["30/6", "ngày 30 tháng 6"])
def test_so_is_a_day(form: Form, typed: str) -> None:
    form.line("Chuyên đề", {**TOPIC, "Kỳ thực hiện": "tháng 4"})
    form.line("Việc phải làm", {**DUTY, "Ngày hạn": typed})
    assert form.read().duties[0].due.before == date(2022, 6, 30)


def test_where_the_plan_has_several_years_the_year_is_wanted(form: Form) -> None:
    form.put("Kế hoạch", "Thực hiện đến ngày", datetime(2023, 6, 30))
    form.line("Chuyên đề", {**TOPIC, "Kỳ thực hiện": "Quý II"})
    assert form.faults() == [("Chuyên đề!D2", "sheet_bad_period")]


@pytest.mark.parametrize("typed", ["4", "4-6", "4, 5"])
def test_a_bare_number_is_no_month(form: Form, typed: str) -> None:
    form.line("Chuyên đề", {**TOPIC, "Kỳ thực hiện": typed})
    assert form.faults() == [("Chuyên đề!D2", "sheet_bad_period")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("31/4/2022", "Tháng 4/2022 chỉ có 30 ngày"),
        ("từ 30/2 đến 15/3/2022", "Tháng 2/2022 chỉ có 28 ngày"),
        ("ngày 5 hàng tháng", "chọn mỗi tháng hay mỗi quý ở ô “Lặp lại”"),
        ("2/13/2022", "Ngày ghi trước, tháng ghi sau."),
        ("quý V/2022", "Đồng chí ghi như: tháng 4/2022"),
    ],
)
def test_why_it_is_no_period(form: Form, typed: str, said: str) -> None:
    form.line("Chuyên đề", {**TOPIC, "Kỳ thực hiện": typed})
    (problem,) = form.problems()
    assert said in RENDER.sentence(problem.code, problem.facts)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("31/4/2022", "Tháng 4/2022 chỉ có 30 ngày"),
        ("29/02/2022", "Tháng 2/2022 chỉ có 28 ngày"),
        ("31/6", "Tháng 6 chỉ có 30 ngày"),
        ("2/13/2022", "ngày trước, tháng sau: 13/2/2022"),
        ("13/2/22", "năm bốn chữ số: 13/2/2022"),
        ("ngày 5 hằng tháng", "chọn cách tính hạn “định kỳ”"),
        ("đầu năm", "Đồng chí ghi dạng 18/4/2022"),
    ],
)
def test_why_it_is_no_day(form: Form, typed: str, said: str) -> None:
    form.line("Chuyên đề", {**TOPIC, "Kỳ thực hiện": "tháng 4"})
    form.line("Việc phải làm", {**DUTY, "Ngày hạn": typed})
    (problem,) = form.problems()
    sentence = RENDER.sentence(problem.code, problem.facts)
    assert sentence.startswith(f"“{typed}” không phải là ngày.")
    assert said in sentence


@pytest.mark.parametrize("said", ["32/4/2022", "0/4/2022", "99/99/99", "12:30", "4/2022", "13/13/2022"])
def test_what_cannot_be_told_is_left_open(said: str) -> None:
    assert day_trouble(said)["trouble"] == ""
