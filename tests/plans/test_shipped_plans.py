"""The shipped plans say what their sources say: typed out by hand from 60-KH/ĐUK and 42-KH/ĐUK of 2022."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.calendar import Relative, Side
from bot.plans.expected import expected_duties
from bot.plans.fields import SourceKey
from bot.plans.plan import plan_from_json, plan_to_json, topic_documents, topic_of
from bot.plans.who import UnitProfile
from tests.kit.places import AGENDAS, PLANS, ROOT
from tests.kit.shipped.golden import about, cited, own, plan, row, tree
from tests.kit.shipped.themes import GOLDEN, STUDY, THEMES, TREE

COMMUNE, CONCLUSIONS = "tu-soi-tu-sua-ky-loi-2022", "ket-luan-01-21-ky-loi-2022"
DISTRICT = "tu-soi-tu-sua-huyen-uy-2022"

UNITS = tree(*TREE)


# "trước ngày": the plan, whose duty, its key; the day itself, the last day before it, the last working day
BEFORE = [
    (THEMES, "ban_to_chuc", "de-cuong-1", "Sun 20/02/2022", "Sat 19/02/2022", "Fri 18/02/2022"),
    (THEMES, "chi_bo", "ke-hoach", "Mon 28/02/2022", "Sun 27/02/2022", "Fri 25/02/2022"),
    (THEMES, "ban_tuyen_giao", "de-cuong-2", "Wed 30/03/2022", "Tue 29/03/2022", "Tue 29/03/2022"),
    (CONCLUSIONS, "dang_uy", "hoi-nghi", "Fri 20/05/2022", "Thu 19/05/2022", "Thu 19/05/2022"),
    (CONCLUSIONS, "mat_tran", "pho-bien", "Fri 10/06/2022", "Thu 09/06/2022", "Thu 09/06/2022"),
    (DISTRICT, "dang_bo_co_so", "bao-cao-19-5", "Wed 15/06/2022", "Tue 14/06/2022", "Tue 14/06/2022"),
    (COMMUNE, "chi_bo", "ke-hoach", "Thu 25/08/2022", "Wed 24/08/2022", "Wed 24/08/2022"),
    (DISTRICT, "doan_the", "bao-cao-cuoi-nam", "Thu 15/12/2022", "Wed 14/12/2022", "Wed 14/12/2022"),
    (THEMES, "dang_bo_co_so", "ket-qua", "Sun 25/12/2022", "Sat 24/12/2022", "Fri 23/12/2022"),
    (THEMES, "ban_tuyen_giao", "tong-hop", "Sat 31/12/2022", "Fri 30/12/2022", "Fri 30/12/2022"),
]


@pytest.mark.parametrize("code", UNITS)
@pytest.mark.parametrize("name", [STUDY, THEMES])
def test_what_each_unit_is_expected_to_do(name: str, code: str) -> None:
    assert own(name, UNITS[code]) == sorted(GOLDEN[name][code])
    assert about(name, UNITS[code]) == []


@pytest.mark.parametrize(("name", "kind", "key", "deadline", "last", "safe"), BEFORE)
def test_before_a_day_that_is_a_rest_day_or_follows_one(
    name: str, kind: str, key: str, deadline: str, last: str, safe: str
) -> None:
    (one,) = (
        e for e in expected_duties(plan(name), UnitProfile("U", kind, None, direct=True)) if e.key == key
    )
    assert one.due_on is not None
    shown = [f"{day:%a %d/%m/%Y}" for day in (one.due_on + timedelta(days=1), one.due_on, one.safe_on) if day]
    assert shown == [deadline, last, safe]


def test_who_reports_to_whom() -> None:
    standing, office = "Ban Thường vụ Đảng ủy Khối", "Ban Tuyên giáo Đảng ủy Khối"
    addresses = {
        (e.key, e.to, e.via)
        for name in (STUDY, THEMES)
        for code in ("DB01", "BTG", "BTC", "VP", "UBKT")
        for e in expected_duties(plan(name), UNITS[code])
        if e.to
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
    assert (plan(STUDY).head.choosing, plan(THEMES).head.choosing) == ((), ("add", "replace"))
    assert [cited(d) for d in plan(STUDY).head.basis] == ["40-HD/BTGTU 9/3/2022"]
    assert [cited(d) for d in plan(STUDY).head.documents] == [
        "21-KL/TW",
        "37-QĐ/TW",
        "Bài phát biểu",
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
        "Chương trình công tác",
    ]


def test_who_the_plans_are_sent_to() -> None:
    assert plan(STUDY).head.recipients == (
        "Ban Tuyên giáo Tỉnh ủy (b/c)",
        "Các chi bộ, đảng bộ cơ sở trực thuộc",
        "Các cơ quan tham mưu, giúp việc và đoàn thể trực thuộc Đảng ủy Khối",
        "Lưu BTG. VPĐUK",
    )
    assert plan(THEMES).head.recipients == (
        "Ban Thường vụ Tỉnh ủy (báo cáo)",
        "Ban Tổ chức Tỉnh ủy",
        "Các đ/c Ủy viên BCH Đảng bộ Khối",
        "Các ban đảng, Văn phòng Đảng ủy Khối",
        "Các đoàn thể Khối",
        "Các chi, đảng bộ cơ sở",
        "Lưu Văn phòng Đảng ủy Khối",
    )


def test_a_unit_chooses_from_the_documents_of_a_month() -> None:
    assert {(t.meeting, t.agenda, t.choose) for t in plan(STUDY).topics} == {
        ("regular", "monthly-documents", True)
    }


def test_the_themes_and_their_pool() -> None:
    topics = plan(THEMES).topics
    assert [t.title for t in topics if t.period] == [
        "Nâng cao chất lượng sinh hoạt chi bộ",
        "Học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh về ý chí tự lực tự cường và khát vọng phát triển đất "
        "nước phồn vinh, hạnh phúc",
        "Cải cách hành chính",
        "Cán bộ, đảng viên “tự soi, tự sửa”",
    ]
    assert [(t.key, t.title) for t in topics if t.pool] == [
        ("cd-5", "Giải pháp nâng cao chất lượng quán triệt, học tập các chỉ thị, nghị quyết của Đảng"),
        ("cd-6", "Giải pháp khắc phục, sửa chữa khuyết điểm sau kiểm điểm tự phê bình và phê bình hằng năm"),
        ("cd-7", "Thực hiện việc chuyển đổi số trong cơ quan, đơn vị, doanh nghiệp"),
        ("cd-8", "Sản xuất kinh doanh trong tình hình dịch bệnh Covid-19"),
        ("cd-9", "Nâng cao chất lượng, hiệu quả công tác chuyên môn của cơ quan, đơn vị, doanh nghiệp"),
        (
            "cd-10",
            "Giải pháp lãnh đạo, chỉ đạo nâng cao chất lượng hoạt động của các đoàn thể trong cơ quan, đơn vị, doanh nghiệp",
        ),
    ]
    assert {(t.meeting, t.agenda) for t in topics} == {("thematic", "eight-steps")}


def test_a_quarter_without_a_theme_asks_for_one_of_the_unit_s_own() -> None:
    whole = plan(THEMES)
    without = whole.model_copy(update={"topics": tuple(t for t in whole.topics if t.key != "cd-3")})
    found = [row(e) for e in expected_duties(without, UNITS["CB01"]) if e.topic == "moi-quy"]
    assert found == [
        ("moi-quy:2022-Q3", "meeting", "2022-07-01", "2022-09-30", "2022-09-30"),
        ("gui-chuyen-de:moi-quy:2022-Q3", "report", "2022-07-01", "+2 moi-quy:2022-Q3", ""),
    ]
    assert not [e for e in expected_duties(whole, UNITS["CB01"]) if e.topic == "moi-quy"]


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
    cell = UnitProfile("CB", "chi_bo", sector, direct=True)
    meeting, after = (e for e in expected_duties(plan(THEMES), cell) if e.topic == "cd-3")
    assert (meeting.variant, meeting.title, meeting.kind) == (variant, title, "meeting")
    assert after.relative == Relative(Side.AFTER, 2, "cd-3")
    assert after.title == f"Báo cáo hoàn thiện sau sinh hoạt chuyên đề: {title}"


def test_two_plans_of_one_number_are_two_documents() -> None:
    ours = topic_documents(topic_of(plan(STUDY), "2022-07"), None)[2]
    theirs = topic_documents(topic_of(plan(THEMES), "cd-4"), None)[0]
    assert ours.symbol == theirs.symbol == "31-KH/ĐUK"
    assert ours.key != theirs.key


def test_one_meeting_may_answer_the_two_plans_of_a_commune() -> None:
    def open_in_september(name: str) -> set[tuple[str | None, str]]:
        here = plan(name)
        cell = UnitProfile("CB01", "chi_bo", "nong_thon", direct=True)
        day = date(2022, 9, 15)
        meetings = [e for e in expected_duties(here, cell) if e.kind == "meeting" and e.topic and e.due_on]
        return {
            (topic_of(here, e.topic).theme, topic_of(here, e.topic).meeting)
            for e in meetings
            if e.topic and e.due_on and e.opens_on <= day <= e.due_on
        }

    theme = ("tu-soi-tu-sua", "thematic")
    assert open_in_september(COMMUNE) == {theme}
    assert theme in open_in_september(CONCLUSIONS)
    assert open_in_september(DISTRICT) == {("tu-soi-tu-sua", "regular")}
    assert "forbidden" not in {plan(name).head.merging for name in (COMMUNE, CONCLUSIONS, DISTRICT)}


SHIPPED = [STUDY, THEMES, COMMUNE, CONCLUSIONS, DISTRICT]


def test_all_five_are_shipped() -> None:
    assert sorted(path.stem for path in PLANS.glob("*.yaml")) == sorted(SHIPPED)
    assert len({plan(name).key for name in SHIPPED}) == 5


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_plan_is_sound_and_survives_the_database(name: str) -> None:
    assert plan_from_json(plan_to_json(plan(name))) == plan(name)
    assert plan(name).decide == ()


@pytest.mark.parametrize(
    "path",
    [*sorted(PLANS.glob("*.yaml")), *sorted(AGENDAS.glob("*.yaml")), ROOT / "docs" / "plans.md"],
    ids=lambda path: path.name,
)
def test_nothing_holds_an_address_or_a_telephone_number(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\S+@\S+\.\S+|(?<!\d)0\d{8,9}(?!\d)", text)


def test_every_shipped_agenda_is_used_by_a_plan_or_by_default() -> None:
    used = {topic.agenda for name in SHIPPED for topic in plan(name).topics}
    assert {path.stem for path in AGENDAS.glob("*.yaml")} == used | {"regular", "thematic"}
