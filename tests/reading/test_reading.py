"""What people type: labels, numbers, days and times, yes and no, with and without diacritics."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.problems import Invalid
from bot.reading.moments import SpokenMoment, read_moment
from bot.reading.words import fold, quoted_words, read_number, read_yes_no, rough_pattern, shown_text
from bot.talk.render import Renderer
from tests.kit.places import ROOT, ZONE

SUNDAY = date(2022, 4, 10)
NOON = time(12)


def outcome(read: Callable[[], object]) -> str:
    """What became of it: "read", "nothing" where the reader hands back True for an empty reading, or the code of the refusal."""
    try:
        return "nothing" if read() is True else "read"
    except Invalid as refused:
        return refused.code


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("tiep", "Tiếp"),
        ("BẮT ĐẦU HỌP", "▶️ Bắt đầu họp"),
        ("bat dau hop", "Bắt\u00a0đầu  họp!"),
        ("thường vụ huyện ủy", "Thường vụ Huyện uỷ"),
        ("dang uy", "ĐẢNG ỦY"),
        ("1 chua", "1️⃣ Chưa"),
        ("quay lại", "« Quay lại »"),
        (unicodedata.normalize("NFD", "Đồng ý"), "✅ Đồng ý"),
        ("gui\u200b bao cao", "📎 Gửi báo cáo…"),
    ],
)
def test_a_typed_label_matches_its_button(typed: str, label: str) -> None:
    assert fold(typed) == fold(label) != ""


def test_other_labels_do_not_match() -> None:
    assert fold("Tiếp") != fold("Tiếp tục")
    assert fold("✅ 👍 …") == ""


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25", 25),
        ("025", 25),
        (" 25. ", 25),
        ("25 đ/c", 25),
        ("25đ/c ạ", 25),
        ("25 đồng chí", 25),
        ("dạ 25 người ạ", 25),
        ("có mặt: 25", 25),
        ("ngày 5 hằng tháng", 5),
        ("90 phút", 90),
        ("0", 0),
        ("99999", 99_999),
        ("không", 0),
        ("khong co ai", 0),
        ("không có", 0),
        ("dạ không có đồng chí nào ạ", 0),
        ("ko", 0),
        ("mười", 10),
        ("mười lăm", 15),
        ("hai lăm", 25),
        ("hai mươi lăm", 25),
        ("hai muoi lam", 25),
        ("Hai mươi lăm đồng chí", 25),
        ("hai mươi nhăm", 25),
        ("hăm mốt", 21),
        ("hai mốt", 21),
        ("ba tư", 34),
        ("hai chục", 20),
        ("bốn mươi", 40),
        ("bay muoi chin", 79),
        ("năm mươi lăm", 55),
        ("sáu", 6),
        ("một trăm", 100),
        ("một trăm linh năm", 105),
        ("một trăm lẻ năm", 105),
        ("mot tram le nam", 105),
        ("một trăm mười", 110),
        ("một trăm hai mươi ba", 123),
        ("hai tám", 28),
        ("hai trăm bốn lăm", 245),
        ("một nghìn", 1000),
        ("một nghìn hai trăm", 1200),
        ("một ngàn không trăm linh năm", 1005),
        ("mười hai nghìn ba trăm bốn mươi lăm", 12_345),
    ],
)
def test_numbers_in_any_form(text: str, value: int) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "hết",
        "nhiều",
        "-5",
        "- 5",
        "có mặt -5",
        "2,5",
        "2.5",
        ".5",
        "1.200",
        "25/28",
        "25 28",
        "25 và 3",
        "25-28",
        "~25",
        "90%",
        "25²",
        "٢٥",
        "123456",
        "một trăm nghìn",
        "hai ba",
        "một trăm hai",
        "hăm",
        "mười mấy",
        "một vài",
        "không biết",
        "không đủ",
        "25 không phép",
        "vắng 2",
        "thứ 5/4",
    ],
)
def test_what_is_not_one_whole_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_number(text)
    assert refused.value.code == "number_unclear"
    assert refused.value.facts == {"said": " ".join(text.split())}


@given(st.integers(0, 99_999), st.sampled_from(["{}", "{} đ/c", "có mặt {}", "dạ {} đồng chí ạ"]))
def test_every_number_in_digits_is_read(value: int, frame: str) -> None:
    assert read_number(frame.format(value)) == value


@given(st.text())
def test_any_text_gives_a_number_or_is_refused(text: str) -> None:
    assert outcome(lambda: read_number(text)) in {"read", "number_unclear"}


def test_quoted_words_are_short() -> None:
    assert quoted_words("  hai \n ba ") == "hai ba"
    assert len(quoted_words("x" * 500)) == 60


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5/4", "2023-04-05"),
        ("21/4", "2022-04-21"),
        ("10/4", "2022-04-10"),
        ("05-04-2022", "2022-04-05"),
        ("5.4.22", "2022-04-05"),
        ("2022-04-05", "2022-04-05"),
        ("5.5", "2022-05-05"),
        ("29/2", "2024-02-29"),
        ("ngày 21/4.", "2022-04-21"),
        ("ngày 15", "2022-04-15"),
        ("ngày 5", "2022-05-05"),
        ("ngày 31", "2022-05-31"),
        ("mùng 3", "2022-05-03"),
        ("ngày mùng một", "2022-05-01"),
        ("ngày 5 tháng 4", "2023-04-05"),
        ("ngay 5 thang 5", "2022-05-05"),
        ("5 tháng 5", "2022-05-05"),
        ("ngày 5 tháng 4 năm 2022", "2022-04-05"),
        ("5 tháng 4/2022", "2022-04-05"),
        ("5/4 năm 2022", "2022-04-05"),
        ("ngày mười lăm tháng tư", "2022-04-15"),
        ("ngày mười tháng mười năm 2022", "2022-10-10"),
        ("ngày 6 tháng sáu", "2022-06-06"),
        ("ngày 6 tháng sau", "2022-05-06"),
        ("ngày 30 tháng này", "2022-04-30"),
        ("ngày 30 tháng trước", "2022-03-30"),
        ("hôm nay", "2022-04-10"),
        ("mai", "2022-04-11"),
        ("ngày mai", "2022-04-11"),
        ("ngày kia", "2022-04-12"),
        ("ngày mốt", "2022-04-12"),
        ("hôm qua", "2022-04-09"),
        ("hôm kia", "2022-04-08"),
        ("tối nay", "2022-04-10"),
        ("tối mai", "2022-04-11"),
        ("tối qua", "2022-04-09"),
        ("thứ năm", "2022-04-14"),
        ("thu nam", "2022-04-14"),
        ("t5", "2022-04-14"),
        ("thứ 2", "2022-04-11"),
        ("thứ bảy", "2022-04-16"),
        ("chủ nhật", "2022-04-10"),
        ("cn", "2022-04-10"),
        ("chủ nhật tới", "2022-04-17"),
        ("thứ 5 tuần sau", "2022-04-14"),
        ("thứ sáu tuần sau", "2022-04-15"),
        ("thu sau tuan sau", "2022-04-15"),
        ("tuần tới thứ tư", "2022-04-13"),
        ("thứ 5 tuần này", "2022-04-07"),
        ("thứ 5 tuần trước", "2022-03-31"),
        ("thứ 5 vừa rồi", "2022-04-07"),
        ("dời sang thứ năm", "2022-04-14"),
        ("thứ năm ngày 14/4", "2022-04-14"),
    ],
)
def test_days(text: str, day: str) -> None:
    assert read_moment(text, today=SUNDAY, now=NOON) == SpokenMoment(date.fromisoformat(day), None)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("19h30", time(19, 30)),
        ("19:30", time(19, 30)),
        ("19g30", time(19, 30)),
        ("19.30", time(19, 30)),
        ("19 giờ 30 phút", time(19, 30)),
        ("19h30p", time(19, 30)),
        ("lúc 19h30'", time(19, 30)),
        ("7h", time(7)),
        ("0h05", time(0, 5)),
        ("14h", time(14)),
        ("7h tối", time(19)),
        ("7 tối", time(19)),
        ("19h tối", time(19)),
        ("7 rưỡi tối", time(19, 30)),
        ("7h rưỡi tối", time(19, 30)),
        ("7 giờ rưỡi", time(7, 30)),
        ("7h toi", time(19)),
        ("8h sáng", time(8)),
        ("8h sang", time(8)),
        ("2 giờ chiều", time(14)),
        ("hai giờ chiều", time(14)),
        ("12h trưa", time(12)),
        ("1h trưa", time(13)),
        ("11h đêm", time(23)),
        ("bảy giờ tối", time(19)),
        ("mười chín giờ ba mươi", time(19, 30)),
        ("8h kém 15", time(7, 45)),
        ("8 giờ kém mười tối", time(19, 50)),
        ("tầm 7h tối", time(19)),
    ],
)
def test_times(text: str, at: time) -> None:
    assert read_moment(text, today=SUNDAY, now=NOON) == SpokenMoment(None, at)


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("thứ năm 19h30", "2022-04-14", time(19, 30)),
        ("19h30 21/4", "2022-04-21", time(19, 30)),
        ("19h 21/4", "2022-04-21", time(19)),
        ("19h 5 tháng 5", "2022-05-05", time(19)),
        ("19h30 - 21/4", "2022-04-21", time(19, 30)),
        ("19h30-21/4", "2022-04-21", time(19, 30)),
        ("21/4 19:30", "2022-04-21", time(19, 30)),
        ("21/4, 7h tối", "2022-04-21", time(19)),
        ("ngày mai lúc 19 giờ 30", "2022-04-11", time(19, 30)),
        ("t5 14/4", "2022-04-14", None),
        ("t5 14/4 19h", "2022-04-14", time(19)),
        ("sáng mai 8h", "2022-04-11", time(8)),
        ("8h sáng mai", "2022-04-11", time(8)),
        ("chiều thứ 6 lúc 2h", "2022-04-15", time(14)),
        ("Tối thứ 5 tuần sau, 7 rưỡi", "2022-04-14", time(19, 30)),
        ("thứ năm tới 8h", "2022-04-14", time(8)),
        ("ngày 15 7h tối", "2022-04-15", time(19)),
        ("7h30 tối nay", "2022-04-10", time(19, 30)),
        ("chủ nhật 19h30", "2022-04-10", time(19, 30)),
        ("chủ nhật 8h", "2022-04-17", time(8)),
        ("bây giờ", "2022-04-10", NOON),
        ("họp ngay bây giờ ạ", "2022-04-10", NOON),
        ("2022-04-21 19:30", "2022-04-21", time(19, 30)),
    ],
)
def test_days_with_their_time(text: str, day: str, at: time | None) -> None:
    assert read_moment(text, today=SUNDAY, now=NOON) == SpokenMoment(date.fromisoformat(day), at)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("5/4", "2022-04-05"),
        ("10/4", "2022-04-10"),
        ("11/4", "2021-04-11"),
        ("29/2", "2020-02-29"),
        ("ngày 5", "2022-04-05"),
        ("ngày 31", "2022-03-31"),
        ("thứ năm", "2022-04-07"),
        ("chủ nhật", "2022-04-10"),
        ("chủ nhật 8h", "2022-04-10"),
        ("chủ nhật 19h30", "2022-04-03"),
        ("5/4/2023", "2023-04-05"),
    ],
)
def test_days_of_a_meeting_already_held(text: str, day: str) -> None:
    assert read_moment(text, today=SUNDAY, now=NOON, past=True).day == date.fromisoformat(day)


def test_without_a_clock_today_counts() -> None:
    assert read_moment("chủ nhật 8h", today=SUNDAY, now=None) == SpokenMoment(SUNDAY, time(8))
    assert read_moment("bây giờ", today=SUNDAY, now=None) == SpokenMoment(SUNDAY, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31/2", "date_impossible"),
        ("32/1", "date_impossible"),
        ("0/4", "date_impossible"),
        ("29/2/2022", "date_impossible"),
        ("5/13", "date_impossible"),
        ("25.30", "date_impossible"),
        ("ngày 32", "date_impossible"),
        ("5/4/0022", "date_impossible"),
        ("thứ 9", "date_impossible"),
        ("thứ 8", "date_impossible"),
        ("thứ 1", "date_impossible"),
        ("25h", "time_impossible"),
        ("24h", "time_impossible"),
        ("19h75", "time_impossible"),
        ("0h kém 5", "time_impossible"),
        ("19h sáng", "time_impossible"),
        ("3h tối", "time_impossible"),
        ("12h đêm", "time_impossible"),
        ("", "date_unclear"),
        ("21", "date_unclear"),
        ("tối", "date_unclear"),
        ("tuần sau", "date_unclear"),
        ("cuối tháng", "date_unclear"),
        ("ngày rằm", "date_unclear"),
        ("mùng 5 âm lịch", "date_unclear"),
        ("4/2022", "date_unclear"),
        ("5/4/222", "date_unclear"),
        ("5/4 hoặc 6/4", "date_unclear"),
        ("5/4 6/4", "date_unclear"),
        ("thứ năm thứ sáu", "date_unclear"),
        ("mai 21/4", "date_unclear"),
        ("8h-10h", "date_unclear"),
        ("8h sáng 7h tối", "date_unclear"),
        ("sáng tối mai", "date_unclear"),
        ("ngày 6 thang", "date_unclear"),
        ("ngay 6 thang sau", "date_unclear"),
        ("ngay mot", "date_unclear"),
        ("bay gio", "date_unclear"),
        ("ngày kìa", "date_unclear"),
        ("năm 2022", "date_unclear"),
        ("19h năm 2022", "date_unclear"),
        ("T11", "date_unclear"),
        ("tuần sau 21/4", "date_unclear"),
        ("khi nào rảnh", "date_unclear"),
        ("ngày 99999999999999999999", "date_unclear"),
        ("2022-004-05", "date_unclear"),
        ("③/④", "date_unclear"),
    ],
)
def test_moments_that_cannot_be_or_be_read(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_moment(text, today=SUNDAY, now=NOON)
    assert (refused.value.code, refused.value.facts["said"]) == (code, text)


def test_a_weekday_that_is_not_the_date_s_own_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        read_moment("thứ sáu 21/4", today=SUNDAY, now=NOON)
    assert refused.value.code == "date_weekday_differs"
    assert refused.value.facts == {"said": "thứ sáu 21/4", "day": date(2022, 4, 21)}


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.times(), st.booleans())
def test_every_written_moment_is_read_back(day: date, at: time, time_first: bool) -> None:
    clock, written = f"{at:%Hh%M}", f"{day:%d/%m/%Y}"
    text = f"{clock} {written}" if time_first else f"{written} {clock}"
    assert read_moment(text, today=SUNDAY) == SpokenMoment(day, at.replace(second=0, microsecond=0))


@given(st.dates(date(2010, 1, 1), date(2089, 12, 31)), st.dates(date(2010, 1, 1), date(2089, 12, 31)))
def test_a_day_without_its_year_is_the_nearest_one(day: date, today: date) -> None:
    ahead, behind = (
        read_moment(f"{day:%d/%m}", today=today).day,
        read_moment(f"{day:%d/%m}", today=today, past=True).day,
    )
    assert ahead is not None
    assert behind is not None
    assert behind <= today <= ahead
    assert (ahead.day, ahead.month) == (behind.day, behind.month) == (day.day, day.month)
    if day != date(day.year, 2, 28) + timedelta(1):
        assert (ahead - behind).days in (0, 365, 366)


WORDS_OF_A_MOMENT = [
    "ngày",
    "5",
    "/",
    "4",
    ":",
    "h",
    "tối",
    "thứ",
    "năm",
    "sau",
    "tuần",
    "30",
    "mai",
    "tháng",
    "-",
    "kém",
]


@given(st.text() | st.lists(st.sampled_from(WORDS_OF_A_MOMENT)).map(" ".join), st.booleans())
def test_any_text_gives_a_moment_or_is_refused(text: str, past: bool) -> None:
    code = outcome(lambda: read_moment(text, today=SUNDAY, now=NOON, past=past) == SpokenMoment(None, None))
    assert code in {"read", "date_unclear", "date_impossible", "time_impossible", "date_weekday_differs"}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *(
            (text, True)
            for text in [
                "có",
                "Có ạ",
                "co",
                "dạ có",
                "ừ",
                "đồng ý",
                "dong y",
                "ok",
                "OK!",
                "vâng",
                "vâng ạ",
                "được",
            ]
        ),
        *(
            (text, True)
            for text in ["dạ", "dạ được ạ", "Đúng rồi", "nhất trí", "có, đồng chí ạ", "đồng ý luôn nhé"]
        ),
        *(
            (text, False)
            for text in [
                "không",
                "khong",
                "dạ không ạ",
                "ko",
                "thôi",
                "chưa",
                "dạ chưa",
                "không đồng ý",
                "chưa được",
            ]
        ),
        *((text, True) for text in ["dung roi", "đúng rồi ạ", "dung het", "đúng vậy", "vang dung roi a"]),
        *((text, False) for text in ["đừng", "thôi không", "không, đồng chí ạ"]),
        *(
            (text, None)
            for text in [
                "",
                "25",
                "có không?",
                "được không",
                "dung",
                "vắng",
                "thôi được",
                "vâng, không",
                "hôm nay",
            ]
        ),
        *((text, None) for text in ["đồng chí", "ạ", "có 2 đồng chí", "không biết"]),
    ],
)
def test_yes_and_no(text: str, answer: bool | None) -> None:
    assert read_yes_no(text) is answer


PARTS = {
    "total": 28,
    "present": 25,
    "excused": 2,
    "unexcused": 1,
    "exempt": 0,
    "elsewhere": 0,
    "absent": None,
}


@pytest.mark.parametrize(
    ("code", "facts", "part"),
    [
        ("number_unclear", {"said": "nhiều"}, "“nhiều”"),
        ("date_unclear", {"said": "rằm"}, "“rằm”"),
        ("date_impossible", {"said": "31/2"}, "“31/2”"),
        (
            "date_weekday_differs",
            {"said": "thứ sáu 21/4", "day": date(2022, 4, 21)},
            "ngày đó là thứ Năm 21/4/2022",
        ),
        ("time_impossible", {"said": "25h"}, "“25h”"),
        ("period_unclear", {"said": "2022-Q5"}, "“2022-Q5”"),
        ("attendance_unclear", {"said": "họp tốt", "word": ""}, "“họp tốt”"),
        ("attendance_unclear", {"said": "họp tốt", "word": "tốt"}, "chưa hiểu “tốt”"),
        ("attendance_percent", {"percent": 90.5, "present": 25, "total": 28}, "90,5%"),
        (
            "attendance_kinds_roll",
            {"official": 14, "probationary": 1, "sum": 15, "roll": 17},
            "là 15, mà tổng số đang ghi là 17",
        ),
        ("vote_unclear", {"said": "25 26", "word": ""}, "“25 26”"),
        ("vote_unclear", {"said": "25 tốt", "word": "tốt"}, "chưa hiểu “tốt”"),
        ("vote_percent", {"percent": 90.0, "voters": 25}, "90% không khớp"),
        ("attendance_total_unknown", {}, "25/28"),
        ("attendance_present_over_total", {"present": 29, "total": 28}, "29 nhiều hơn tổng số 28"),
        ("attendance_sum", {**PARTS, "sum": 29, "difference": 1}, "là 29, nhiều hơn tổng số 28 là 1"),
        ("attendance_sum", {**PARTS, "sum": 26, "difference": -2}, "là 26, ít hơn tổng số 28 là 2"),
        ("attendance_total_zero", {}, "lớn hơn 0"),
        ("attendance_too_large", {"total": 5001, "limit": 5000}, "5001"),
    ],
)
def test_every_refusal_has_its_sentence(code: str, facts: dict[str, object], part: str) -> None:
    assert part in Renderer(ROOT / "templates", ZONE).sentence(code, facts)


NAMED = "aăâbcdđeêghiklmnoôơpqrstuưvxyáảãạấầẩẫậéẻẽẹíỉĩịóỏõọốồổỗộúủũụứừửữựýỷỹỵčñĭŭAĐÔỐTHN019 .-/'()"


@given(st.text(NAMED, min_size=1, max_size=30), st.sampled_from(("NFC", "NFD")), st.data())
def test_a_rough_pattern_leaves_out_nothing_that_is_meant(
    name: str, form: Literal["NFC", "NFD"], data: st.DataObject
) -> None:
    folded = fold(name)
    first = data.draw(st.integers(0, len(folded)))
    words = folded[first : data.draw(st.integers(first, len(folded)))]
    pattern = re.compile(rough_pattern(words).replace("%", ".*"), re.IGNORECASE | re.DOTALL)
    assert pattern.fullmatch(unicodedata.normalize(form, name))


def test_a_rough_pattern_leaves_out_much_that_is_not() -> None:
    pattern = re.compile(rough_pattern("thon 12").replace("%", ".*"), re.IGNORECASE)
    names = ("Chi bộ Thôn 12", "Chi bộ THÔN 1", "Chi bộ Trường 12", "Chi bộ Khu 12")
    assert [name for name in names if pattern.fullmatch(name)] == ["Chi bộ Thôn 12"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Nhất trí\nvới ý này", "Nhất trí\nvới ý này"),
        ("\u200bNha\u0302\u0301t tri\u0301\ufeff", "Nhất trí"),
        ("\u202e82/52\u202c \u2067x\u2069", "82/52 x"),
        ("\u3164\u2060", ""),
        ("👨\u200d👩\u200d👧 ❤\ufe0f", "👨\u200d👩\u200d👧 ❤\ufe0f"),
    ],
)
def test_what_is_kept_is_what_is_seen(typed: str, shown: str) -> None:
    assert shown_text(typed) == shown
