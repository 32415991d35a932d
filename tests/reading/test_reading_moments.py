"""Days and times as secretaries type them in haste, on Friday 27 November 2026 at 8 in the morning."""

import unicodedata
from datetime import date, time

import pytest

from bot.problems import Invalid
from bot.reading.moments import read_moment, without_put_off, without_until

TODAY, NOW = date(2026, 11, 27), time(8)
ASK = "?"
LINES = [
    ("19h30 thứ 5 tuần tới nha anh", "2026-12-03 19:30"),
    ("8:30 AM 1/12", "2026-12-01 08:30"),
    ("7:30 PM thứ 5", "2026-12-03 19:30"),
    ("7h30pm 3/12", "2026-12-03 19:30"),
    ("19.30 thứ 5", "2026-12-03 19:30"),
    ("19.30 3/12", "2026-12-03 19:30"),
    ("thứ 5 tuần sau nữa", "2026-12-10"),
    ("hai tuần nữa thứ 5", ASK),
    ("3 ngày nữa", "2026-11-30"),
    ("ba ngày nữa", "2026-11-30"),
    ("14h30ph 3/12", "2026-12-03 14:30"),
    ("19h30 ngày 5 tây", "2026-12-05 19:30"),
    ("mùng 5 tây", "2026-12-05"),
    ("thứ 3 ngày 1 tháng 12 2026", "2026-12-01"),
    ("1 tháng 12 năm 2026", "2026-12-01"),
    ("3/12/2026 19:30:00", "2026-12-03 19:30"),
    ("2026-12-03T19:30", "2026-12-03 19:30"),
    ("2026-12-03 19:30", "2026-12-03 19:30"),
    ("chúa nhật 8h", "2026-11-29 08:00"),
    ("１９ｈ３０ ３/１２", "2026-12-03 19:30"),
    ("thuws 5 tuaafn sau 19h30", "2026-12-03 19:30"),
    ("toois mai", "2026-11-28"),
    ("ngayf mai 8h", "2026-11-28 08:00"),
    ("thứ 5, 19h30 👍", "2026-12-03 19:30"),
    ("19h30\xa03/12", "2026-12-03 19:30"),
    ("tối thứ Tư tuần sau", "2026-12-02"),
    ("4/5 19h30", "2027-05-04 19:30"),
    ("mùng 4", "2026-12-04"),
    ("ngày kia", "2026-11-29"),
    ("20 tháng này", "2026-11-20"),
    ("ngày 20 tháng này", "2026-11-20"),
    ("28 tháng này", "2026-11-28"),
    ("20 tháng sau", "2026-12-20"),
    ("20 tháng tới", "2026-12-20"),
    ("đầu tháng sau", ASK),
    ("cuối tháng này", ASK),
    ("mùng 4 tháng sau", "2026-12-04"),
    ("mồng 4 tháng 12", "2026-12-04"),
    ("ngày 4", "2026-12-04"),
    ("4 tháng 12", "2026-12-04"),
    ("04/12", "2026-12-04"),
    ("4.12", "2026-12-04"),
    ("4-12-2026", "2026-12-04"),
    ("4/12/26", "2026-12-04"),
    ("ngày 4/12 lúc 7 giờ rưỡi tối", "2026-12-04 19:30"),
    ("7h kém 15 tối mai", "2026-11-28 18:45"),
    ("7 giờ 15 sáng thứ bảy", "2026-11-28 07:15"),
    ("8h sáng chủ nhật này", "2026-11-29 08:00"),
    ("sáng thứ 2 tuần sau lúc 8h", "2026-11-30 08:00"),
    ("chiều nay 2h", "2026-11-27 14:00"),
    ("tối nay", "2026-11-27"),
    ("trưa nay 11h", "2026-11-27 11:00"),
    ("bây giờ", "2026-11-27 08:00"),
    ("mai", "2026-11-28"),
    ("hôm nay", "2026-11-27"),
    ("chiều mai", "2026-11-28"),
    ("14h", "14:00"),
    ("2h chiều", "14:00"),
    ("19 giờ", "19:00"),
    ("25h", ASK),
    ("19h75", ASK),
    ("31/2", ASK),
    ("29/2", "2028-02-29"),
    ("0/12", ASK),
    ("32/12", ASK),
    ("5/13", ASK),
    ("thứ 9", ASK),
    ("thứ 1", ASK),
    ("thứ năm 4/12", ASK),
    ("thứ sáu 4/12", "2026-12-04"),
    ("3/12 hay 4/12", ASK),
    ("3/12 hoặc mai", ASK),
    ("khoảng 19h 3/12", "2026-12-03 19:00"),
    ("không họp", ASK),
    ("tháng sau", ASK),
    ("sau tết", ASK),
    ("mùng 5 tết", ASK),
    ("rằm", ASK),
    ("15 âm", ASK),
    ("mùng 5 âm", ASK),
    ("mung 5 am", ASK),
    ("5/12 am", ASK),
    ("8h am 5/12", "2026-12-05 08:00"),
    ("ngày 15 âm lịch", ASK),
    ("15/10 al", ASK),
    ("hôm nào cũng được", ASK),
    ("khi nào rảnh", ASK),
    ("tuần này", ASK),
    ("thứ 5 hàng tuần", ASK),
    ("thứ 5 hoặc thứ 6", ASK),
    ("thứ 5, 6", ASK),
    ("trước thứ 5", ASK),
    ("sau thứ 5", ASK),
    ("trước ngày 5", ASK),
    ("đến 5/12", ASK),
    ("từ 5/12 đến 7/12", ASK),
    ("5-7/12", ASK),
    ("5,6/12", ASK),
    ("hạn 5/12", ASK),
    ("19h30 tối mai", "2026-11-28 19:30"),
    ("7h30 tối", "19:30"),
    ("7 rưỡi tối thứ 5", "2026-12-03 19:30"),
    ("hai giờ chiều mai", "2026-11-28 14:00"),
    ("mười chín giờ thứ năm", "2026-12-03 19:00"),
    ("thứ năm ngày ba tháng mười hai", "2026-12-03"),
    ("ngày mùng ba tháng mười hai năm 2026", "2026-12-03"),
    ("19g30 t5", "2026-12-03 19:30"),
    ("T5 19g30", "2026-12-03 19:30"),
    ("t5 3/12", "2026-12-03"),
    ("CN", "2026-11-29"),
    ("cn này", "2026-11-29"),
    ("19:30", "19:30"),
    ("19h30'", "19:30"),
    ("19h30p", "19:30"),
    ("1930", ASK),
    ("03122026", ASK),
    ("3/12/2026 lúc 19h30 tại hội trường", ASK),
    ("đổi sang 4/12 19h", "2026-12-04 19:00"),
    ("dời đến 4/12", ASK),
    ("lùi lại 4/12", ASK),
    ("12h trưa 4/12", "2026-12-04 12:00"),
    ("12h đêm 4/12", ASK),
    ("0h30 4/12", "2026-12-04 00:30"),
    ("24h", ASK),
    ("8h-10h 4/12", ASK),
    ("1 tuần nữa", "2026-12-04"),
    ("tuần sau thứ hai", "2026-11-30"),
    ("thứ hai tuần này", "2026-11-23"),
    ("10 ngày nữa lúc 8h", "2026-12-07 08:00"),
    ("nửa tháng nữa", ASK),
    ("2 hôm nữa", "2026-11-29"),
]


def reading(text: str) -> str:
    try:
        found = read_moment(text, today=TODAY, now=NOW)
    except Invalid:
        return ASK
    parts = (found.day and found.day.isoformat(), found.at and f"{found.at:%H:%M}")
    return " ".join(part for part in parts if part)


@pytest.mark.parametrize(("text", "right"), LINES)
def test_a_moment_as_it_is_typed(text: str, right: str) -> None:
    assert reading(text) == right


def test_a_moment_written_otherwise_is_the_same() -> None:
    wrong = [
        text
        for text, right in LINES
        for written in (
            unicodedata.normalize("NFD", text),
            text.replace(" ", "\u00a0"),
            f"{text} 🙏",
            text.upper(),
        )
        if reading(written) != right
    ]
    assert wrong == []


def test_a_moment_without_marks_is_the_same_or_a_question() -> None:
    def bare(text: str) -> str:
        apart = unicodedata.normalize("NFD", text.replace("đ", "d"))
        return "".join(char for char in apart if unicodedata.category(char) != "Mn")

    assert [text for text, right in LINES if reading(bare(text)) not in (right, ASK)] == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("19h30 3/12 chắc chắn", "chắc"),
        ("thứ 5 hoặc thứ 6", "hoặc"),
        ("thuws 5 ddungs hen", "ddungs"),
        ("1930", ""),
        ("hôm nào đó", ""),
    ],
)
def test_the_word_of_a_moment_that_was_not_understood_is_quoted(text: str, word: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_moment(text, today=TODAY, now=NOW)
    assert refused.value.facts.get("word", "") == word


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("đến 3/12", date(2026, 12, 3)),
        ("đến hết 3/12", date(2026, 12, 3)),
        ("tôi đi vắng đến hết ngày 3/12 ạ", date(2026, 12, 3)),
        ("Hết ngày 3/12", date(2026, 12, 3)),
        ("tới thứ Năm tới", date(2026, 12, 3)),
        ("den het 3/12", date(2026, 12, 3)),
        ("cho đến mai", date(2026, 11, 28)),
        ("thứ Năm tới", date(2026, 12, 3)),
        ("3/12", date(2026, 12, 3)),
    ],
)
def test_a_last_day_is_told_with_until(line: str, day: date) -> None:
    assert read_moment(without_until(line), today=TODAY, now=NOW).day == day


def test_a_day_that_begins_later_is_no_last_day() -> None:
    with pytest.raises(Invalid, match="date_unclear"):
        read_moment(without_until("từ 1/12 đến 3/12"), today=TODAY, now=NOW)


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("hoãn đến thứ Ba tuần sau", (date(2026, 12, 1), None)),
        ("Xin hoãn lại sang 19h 3/12", (date(2026, 12, 3), time(19))),
        ("lùi lịch họp đến 3/12", (date(2026, 12, 3), None)),
        ("hoan den mai", (date(2026, 11, 28), None)),
        ("dời sang 3/12", (date(2026, 12, 3), None)),
        ("chuyển qua thứ Năm tới", (date(2026, 12, 3), None)),
        ("hoãn 3/12", (date(2026, 12, 3), None)),
        ("3/12", (date(2026, 12, 3), None)),
    ],
)
def test_a_meeting_is_put_off_to_a_day(line: str, moment: tuple[date, time | None]) -> None:
    found = read_moment(without_put_off(line), today=TODAY, now=NOW)
    assert (found.day, found.at) == moment
