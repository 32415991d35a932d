"""The shipped plans say what their sources say: typed out by hand from 60-KH/ĐUK and 42-KH/ĐUK of 2022."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from bot.domain.expected import Expected, Relative, UnitFacts, expected
from bot.domain.plan import Plan, documents_of, plan_from_json, plan_to_json, topic_of
from bot.domain.plan_fields import Document, SourceKey
from bot.domain.plan_file import read_plan

ROOT = Path(__file__).parent.parent
PLANS = ROOT / "schedules" / "plans"
STUDY, THEMES = "60-KH-DUK-2022", "42-KH-DUK-2022"

AGENCY_CELL = UnitFacts("CB01", "chi_bo", "co_quan", direct=True)
BUSINESS_CELL_BELOW = UnitFacts("CB02", "chi_bo", "doanh_nghiep", direct=False)
GRASSROOTS_COMMITTEE = UnitFacts("DB01", "dang_bo_co_so", "doanh_nghiep", direct=True)
PROPAGANDA = UnitFacts("BTG", "ban_tuyen_giao", None, direct=True)
ORGANISATION = UnitFacts("BTC", "ban_to_chuc", None, direct=True)
OFFICE = UnitFacts("VP", "van_phong", None, direct=True)
INSPECTION = UnitFacts("UBKT", "uy_ban_kiem_tra", None, direct=True)

# topic, first day, last day, last working day
MONTHS = [
    ("2022-04", "2022-04-01", "2022-04-30", "2022-04-29"),  # 30/4 is a holiday and a Saturday
    ("2022-05", "2022-05-01", "2022-05-31", "2022-05-31"),
    ("2022-06", "2022-06-01", "2022-06-30", "2022-06-30"),
    ("2022-07", "2022-07-01", "2022-07-31", "2022-07-29"),
    ("2022-08", "2022-08-01", "2022-08-31", "2022-08-31"),
    ("2022-09", "2022-09-01", "2022-09-30", "2022-09-30"),
    ("2022-10", "2022-10-01", "2022-10-31", "2022-10-31"),
    ("2022-11", "2022-11-01", "2022-11-30", "2022-11-30"),
]
QUARTERS = [
    ("bao-cao-quy:2022-Q2", "2022-04-01", "2022-06-30", "2022-06-30"),
    ("bao-cao-quy:2022-Q3", "2022-07-01", "2022-09-30", "2022-09-30"),
    ("bao-cao-quy:2022-Q4", "2022-10-01", "2022-12-31", "2022-12-30"),
]
THEME_1 = ("cd-1", "2022-01-01", "2022-03-31", "2022-03-31")
THEME_2 = ("cd-2", "2022-04-01", "2022-06-30", "2022-06-30")
THEME_3 = ("cd-3", "2022-07-01", "2022-09-30", "2022-09-30")
THEME_4 = ("cd-4", "2022-10-01", "2022-12-31", "2022-12-30")
OWN_PLAN = ("ke-hoach", "2022-01-28", "2022-02-27", "2022-02-25")
OWN_REPORT = ("ket-qua", "2022-11-24", "2022-12-24", "2022-12-23")
AFTERWARDS = [
    ("gui-chuyen-de:cd-1", "2022-01-01", None, None),
    ("gui-chuyen-de:cd-2", "2022-04-01", None, None),
    ("gui-chuyen-de:cd-3", "2022-07-01", None, None),
    ("gui-chuyen-de:cd-4", "2022-10-01", None, None),
]

GOLDEN = [
    (STUDY, AGENCY_CELL, [*MONTHS[:3], QUARTERS[0], *MONTHS[3:6], QUARTERS[1], *MONTHS[6:], QUARTERS[2]]),
    (STUDY, BUSINESS_CELL_BELOW, MONTHS),
    (STUDY, GRASSROOTS_COMMITTEE, QUARTERS),
    (STUDY, PROPAGANDA, [
        ("tong-hop-quy-2", "2022-05-31", "2022-06-30", "2022-06-30"),
        ("tong-hop-cuoi-nam", "2022-11-01", "2022-11-30", "2022-11-30"),
    ]),
    (STUDY, ORGANISATION, []),
    (STUDY, OFFICE, []),
    (STUDY, INSPECTION, []),
    (THEMES, AGENCY_CELL, [OWN_PLAN, THEME_1, THEME_2, THEME_3, OWN_REPORT, THEME_4, *AFTERWARDS]),
    (THEMES, BUSINESS_CELL_BELOW, [THEME_1, THEME_2, THEME_3, THEME_4, *AFTERWARDS]),
    (THEMES, GRASSROOTS_COMMITTEE, [OWN_PLAN, OWN_REPORT]),
    (THEMES, PROPAGANDA, [
        ("de-cuong-2", "2022-02-27", "2022-03-29", "2022-03-29"),
        ("tong-hop", "2022-11-30", "2022-12-30", "2022-12-30"),
    ]),
    (THEMES, ORGANISATION, [("de-cuong-1", "2022-01-20", "2022-02-19", "2022-02-18")]),
    (THEMES, OFFICE, [("de-cuong-3-doanh-nghiep", "2022-02-27", "2022-03-29", "2022-03-29")]),
    (THEMES, INSPECTION, [("de-cuong-3-co-quan", "2022-02-27", "2022-03-29", "2022-03-29")]),
]  # fmt: skip

DOCUMENTS = {
    4: ["03-NQ/TW 26/6/1992", "10-NQ/TW 2/2/1999", "18-CTr/TU 6/4/1999", "03-NQ/TU 12/12/2001"],
    5: ["06-NQ/TU 29/10/2008", "12-NQ/TW 16/1/2012", "15-KH/TU 4/4/2012", "2400-QĐ/TU 27/8/2012"],
    6: ["07-KH/TU 18/2/2016", "1031-QĐ/TU 22/9/2016", "53-KH/ĐUK 3/3/2022"],
    7: ["04-NQ/TW 30/10/2016", "11-CTr/TU 17/1/2017", "31-KH/ĐUK 19/12/2016"],
    8: ["41-KH/TU 14/12/2021", "12-KH/ĐUK 29/4/2021", "724-QĐ/TU 30/8/2021"],
    9: ["24-KH/TU 26/8/2021", "35-KH/ĐUK 26/10/2021", "02-QĐ/ĐUK 10/2/2022"],
    10: ["35-KH/TU 26/9/2021", "1352-QĐ/TU 18/2/2022", "34-KH/ĐUK 20/10/2021", "43-KH/ĐUK 5/1/2022"],
    11: ["21-KL/TW 25/10/2021", "49-KH/TU 27/1/2022", "52-KH/ĐUK 1/3/2022"],
}


@cache
def plan(name: str) -> Plan:
    return read_plan(PLANS / f"{name}.yaml", agendas=ROOT / "templates" / "agendas")


def days(found: Iterable[Expected]) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (e.key, str(e.opens_on), str(e.due_on) if e.due_on else None, str(e.safe_on) if e.safe_on else None)
        for e in found
    ]


def cited(document: Document) -> str:
    day = document.date
    return f"{document.symbol} {day.day}/{day.month}/{day.year}" if day else str(document.symbol)


@pytest.mark.parametrize(("name", "unit", "table"), GOLDEN)
def test_what_each_unit_is_expected_to_do(
    name: str, unit: UnitFacts, table: list[tuple[str, str, str | None, str | None]]
) -> None:
    assert days(expected(plan(name), unit)) == table


def test_who_reports_to_whom() -> None:
    standing, office = "Ban Thường vụ Đảng ủy Khối", "Ban Tuyên giáo Đảng ủy Khối"
    addresses = {
        (e.key, e.to, e.via)
        for name in (STUDY, THEMES)
        for unit in (GRASSROOTS_COMMITTEE, PROPAGANDA, ORGANISATION, OFFICE, INSPECTION)
        for e in expected(plan(name), unit)
    }
    below = "Các chi, đảng bộ cơ sở"
    assert addresses == {
        ("bao-cao-quy:2022-Q2", standing, office),
        ("bao-cao-quy:2022-Q3", standing, office),
        ("bao-cao-quy:2022-Q4", standing, office),
        ("tong-hop-quy-2", f"{standing}, Ban Tuyên giáo Tỉnh ủy", None),
        ("tong-hop-cuoi-nam", f"{standing}, Ban Tuyên giáo Tỉnh ủy", None),
        ("ke-hoach", standing, office),
        ("ket-qua", standing, office),
        ("tong-hop", standing, None),
        ("de-cuong-1", below, None),
        ("de-cuong-2", below, None),
        ("de-cuong-3-doanh-nghiep", below, None),
        ("de-cuong-3-co-quan", below, None),
    }


def test_the_heads() -> None:
    assert plan(STUDY).key == SourceKey(
        "60-KH/ĐUK",
        date(2022, 4, 18),
        "Ban Thường vụ Đảng ủy Khối các cơ quan và doanh nghiệp tỉnh Trà Vinh",
    )
    assert plan(THEMES).key == SourceKey(
        "42-KH/ĐUK",
        date(2022, 2, 8),
        "Ban Thường vụ Đảng ủy Khối các cơ quan và doanh nghiệp tỉnh Tuyên Quang",
    )
    assert (plan(STUDY).head.merging, plan(THEMES).head.merging) == ("embedded", "forbidden")
    assert [cited(d) for d in plan(STUDY).head.basis] == ["40-HD/BTGTU 9/3/2022"]
    assert [cited(d) for d in plan(STUDY).head.documents] == [
        "21-KL/TW",
        "37-QĐ/TW",
        "None",
        "22-QĐ/TW 28/7/2021",
        "24-QĐ/TW 30/7/2021",
        "41-QĐ/TW 3/11/2021",
        "01-KL/TW 18/5/2021",
        "14-KL/TW 22/9/2021",
    ]
    assert [cited(d) for d in plan(THEMES).head.basis] == [
        "16-ĐA/TU 3/1/2020",
        "01-CT/TU 10/9/2021",
        "11-NQ/ĐUK 10/3/2021",
        "None",
    ]


def test_the_documents_of_each_month() -> None:
    months = {int(topic.key[5:]): topic for topic in plan(STUDY).topics}
    assert {month: [cited(d) for d in topic.documents] for month, topic in months.items()} == DOCUMENTS
    assert [len(topic.documents) for topic in months.values()] == [4, 4, 3, 3, 3, 3, 4, 3]
    assert sum(len(topic.documents) for topic in months.values()) == 27
    assert {(t.meeting, t.agenda) for t in months.values()} == {("regular", "monthly-documents")}


def test_documents_as_the_list_has_them() -> None:
    found = {str(d.symbol): d for topic in plan(STUDY).topics for d in topic.documents}
    july = found["04-NQ/TW"]
    assert (july.type, july.issuer) == ("Nghị quyết", "Hội nghị Trung ương 4 khóa XII")
    assert july.title == (
        "về tăng cường xây dựng, chỉnh đốn Đảng; ngăn chặn, đẩy lùi suy thoái về tư tưởng chính trị, đạo đức, "
        "lối sống, những biểu hiện “tự diễn biến”, “tự chuyển hóa” trong nội bộ"
    )
    october = found["34-KH/ĐUK"]
    assert october.title == (
        "về “Thực hiện Kết luận số 01-KL/TW ngày 18/5/2021 của Bộ Chính trị về tiếp tục thực hiện Chỉ thị số "
        '05-CT/TW về đẩy mạnh học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh"'
    )
    assert found["18-CTr/TU"].type == "Chương trình hành động"
    assert "khoá VIII" in str(found["18-CTr/TU"].title)
    assert found["15-KH/TU"].title == "một số vấn đề cấp bách về xây dựng Đảng hiện nay"
    assert found["31-KH/ĐUK"].issuer == "Ban Thường vụ Đảng ủy Khối các cơ quan"
    assert [symbol for symbol, d in found.items() if d.issuer is None] == ["1031-QĐ/TU", "11-CTr/TU"]


def test_the_themes_and_their_pool() -> None:
    topics = plan(THEMES).topics
    assert [t.key for t in topics] == [f"cd-{number}" for number in range(1, 11)]
    assert [t.key for t in topics if t.period is None] == ["cd-5", "cd-6", "cd-7", "cd-8", "cd-9", "cd-10"]
    assert {(t.meeting, t.agenda) for t in topics} == {("thematic", "eight-steps")}
    assert [cited(d) for d in topic_of(plan(THEMES), "cd-4").documents] == [
        "31-KH/ĐUK 24/9/2021",
        "21-KL/TW 25/10/2021",
    ]


@pytest.mark.parametrize(
    ("sector", "variant", "title"),
    [
        (
            "doanh_nghiep",
            "doanh_nghiep",
            "Cải cách hành chính, nâng cao hiệu quả sản xuất, kinh doanh và năng lực cạnh tranh của doanh nghiệp",
        ),
        (
            "co_quan",
            "co_quan",
            "Cải cách hành chính, nâng cao hiệu lực, hiệu quả hoạt động của cơ quan, đơn vị",
        ),
        (
            "truong_hoc",
            "co_quan",
            "Cải cách hành chính, nâng cao hiệu lực, hiệu quả hoạt động của cơ quan, đơn vị",
        ),
    ],
)
def test_the_third_theme_by_kind_of_unit(sector: str, variant: str, title: str) -> None:
    cell = UnitFacts("CB", "chi_bo", sector, direct=True)
    meeting, after = (e for e in expected(plan(THEMES), cell) if e.topic == "cd-3")
    assert (meeting.variant, meeting.title, meeting.kind) == (variant, title, "meeting")
    assert after.relative == Relative("after", 2, "cd-3")
    assert after.title == f"Báo cáo hoàn thiện sau sinh hoạt chuyên đề: {title}"


def test_two_plans_of_one_number_are_two_documents() -> None:
    ours = documents_of(topic_of(plan(STUDY), "2022-07"), None)[2]
    theirs = documents_of(topic_of(plan(THEMES), "cd-4"), None)[0]
    assert ours.symbol == theirs.symbol == "31-KH/ĐUK"
    assert ours.key != theirs.key


@pytest.mark.parametrize("path", sorted(PLANS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_plan_is_sound_and_survives_the_database(path: Path) -> None:
    shipped = read_plan(path, agendas=ROOT / "templates" / "agendas")
    assert plan_from_json(plan_to_json(shipped)) == shipped
    assert not re.search(r"\S+@\S+", path.read_text("utf-8"))
