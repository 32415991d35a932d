"""The guidance “Tự soi, tự sửa” of a district's Ban Tuyên giáo, 2022: monthly meetings with two peaks, and the reports on them."""

import pytest

from bot.plans.expected import expected_about, expected_duties
from bot.plans.fields import SourceKey
from bot.plans.plan import topic_of
from bot.plans.questions import Open, plan_questions, with_answers
from bot.plans.yaml_in import read_agenda
from tests.kit.places import AGENDAS
from tests.kit.shipped.district import GOLDEN, NAME, OPENS, TREE
from tests.kit.shipped.golden import cited, own, plan, row, said, tree

UNITS = tree(*TREE)


@pytest.mark.parametrize("code", UNITS)
def test_what_each_unit_is_expected_to_do(code: str) -> None:
    assert own(NAME, UNITS[code]) == sorted(GOLDEN[code])
    assert expected_about(plan(NAME), UNITS[code]) == []


def test_a_june_meeting_may_come_too_late_for_the_report_and_one_of_december_does_not() -> None:
    due = {e.key: e.due_on for e in expected_duties(said(NAME), UNITS["CBCS"])}
    may, june = due["dot-19-5"], due["bao-cao-19-5"]
    assert may is not None
    assert june is not None
    assert may > june
    peak, report = due["dot-cuoi-nam"], due["bao-cao-cuoi-nam"]
    assert peak is not None
    assert report is not None
    assert peak <= report


def test_the_head() -> None:
    head = plan(NAME).head
    title = "Tổ chức đợt sinh hoạt chính trị về xây dựng, chỉnh đốn Đảng và hệ thống chính trị"
    assert plan(NAME).key == SourceKey(None, None, "Ban Tuyên giáo Huyện ủy", title)
    assert (head.merging, head.choosing) == ("embedded", ("add",))
    assert head.recipients == (
        "Ban Tuyên giáo Tỉnh uỷ (để báo cáo)",
        "Thường trực Huyện uỷ (để báo cáo)",
        "Các đ/c Ủy viên Ban TVHU",
        "Cấp uỷ các TCCS đảng",
        "Trung tâm Văn hoá thông tin và thể thao huyện, trang thông tin điện tử huyện",
        "Lưu",
    )
    assert [(cited(d), d.issuer) for d in head.basis] == [
        ("54-HD/BTGHU 23/3/2022", "Ban Tuyên giáo Tỉnh ủy"),
        ("31-KH/HU 12/2/2022", "Ban Thường vụ Huyện ủy"),
    ]


def test_the_documents() -> None:
    documents = topic_of(plan(NAME), "hang-thang").documents
    assert [(d.type, cited(d), d.issuer) for d in documents] == [
        ("Kết luận", "21-KL/TW", "Ban Chấp hành Trung ương Đảng"),
        ("Quy định", "37-QĐ/TW 25/10/2021", "Ban Chấp hành Trung ương Đảng"),
        ("Bài phát biểu", "Bài phát biểu", "Tổng Bí thư Ban Chấp hành Trung ương Đảng"),
        ("Quy định", "22-QĐ/TW 28/7/2021", "Ban Chấp hành Trung ương Đảng"),
        ("Quy định", "24-QĐ/TW 30/7/2021", "Ban Chấp hành Trung ương Đảng"),
        ("Quy định", "41-QĐ/TW 3/11/2021", "Bộ Chính trị"),
        ("Kết luận", "01-KL/TW 18/5/2021", "Bộ Chính trị"),
        ("Kết luận", "14-KL/TW 22/9/2021", "Bộ Chính trị"),
    ]
    assert [d.title for d in documents] == [
        "về đẩy mạnh xây dựng, chỉnh đốn Đảng và hệ thống chính trị; kiên quyết ngăn chặn, đẩy lùi, xử lý nghiêm cán bộ, "
        "đảng viên suy thoái về tư tưởng chính trị, đạo đức, lối sống, biểu hiện “tự diễn biến”, “tự chuyển hóa”",
        "về những điều đảng viên không được làm",
        "tại Hội nghị cán bộ toàn quốc quán triệt, triển khai thực hiện Nghị quyết Hội nghị Trung ương 4 (khóa XIII) về "
        "đẩy mạnh xây dựng, chỉnh đốn Đảng",
        "về công tác kiểm tra, giám sát và kỷ luật của Đảng",
        "về thi hành Điều lệ Đảng",
        "về việc miễn nhiệm, từ chức đối với cán bộ",
        "về tiếp tục thực hiện Chỉ thị số 05-CT/TW, ngày 15/5/2016 của Bộ Chính trị khóa XII “Về đẩy mạnh học tập và làm "
        "theo tư tưởng, đạo đức, phong cách Hồ Chí Minh”",
        "về chủ trương khuyến khích và bảo vệ cán bộ năng động, sáng tạo vì lợi ích chung",
    ]


def test_the_footnote_belongs_to_the_end_of_the_year() -> None:
    of = {t.key: [(cited(d), d.issuer) for d in t.documents] for t in plan(NAME).topics}
    assert of["dot-19-5"] == []
    assert of["dot-cuoi-nam"] == [
        ("08-QĐ/HU 29/11/2019", "Ban Thường vụ Huyện ủy"),
        ("24-KH/HU 16/11/2021", "Ban Thường vụ Huyện ủy"),
    ]


def test_the_topics() -> None:
    assert [(t.key, t.title, t.meeting, t.theme) for t in plan(NAME).topics] == [
        ("hang-thang", "Tự soi, tự sửa", "regular", "tu-soi-tu-sua"),
        (
            "dot-19-5",
            "Tự soi, tự sửa dịp kỷ niệm 132 năm Ngày sinh Chủ tịch Hồ Chí Minh (19/5/1890-19/5/2022)",
            "regular",
            "tu-soi-tu-sua",
        ),
        (
            "dot-cuoi-nam",
            "Kiểm điểm, đánh giá, xếp loại chất lượng tổ chức đảng, đảng viên cuối năm 2022",
            "regular",
            "tu-soi-tu-sua",
        ),
        (
            "toa-dam",
            "Hội thảo, tọa đàm khoa học về chủ đề xây dựng, chỉnh đốn Đảng và hệ thống chính trị",
            "thematic",
            None,
        ),
    ]
    assert [t.key for t in plan(NAME).topics if t.pool] == ["toa-dam"]


def test_who_receives_what() -> None:
    found = {
        (e.key, e.to, e.via) for unit in UNITS.values() for e in expected_duties(plan(NAME), unit) if e.to
    }
    district = (
        "Ban Tuyên giáo Huyện uỷ (để tổng hợp, báo cáo Ban Thường vụ Huyện uỷ và Ban Tuyên giáo Tỉnh uỷ)"
    )
    above = "Ban Thường vụ Huyện uỷ và Ban Tuyên giáo Tỉnh uỷ"
    assert found == {
        ("bao-cao-19-5", district, None),
        ("bao-cao-cuoi-nam", district, None),
        ("tong-hop-19-5", above, None),
        ("tong-hop-cuoi-nam", above, None),
    }


def test_the_report_without_a_period_is_asked_about() -> None:
    assert [(one.key, one.open) for one in plan_questions(plan(NAME))] == [
        ("dot-cuoi-nam", Open.LAST),
        ("dinh-ky", Open.SPAN),
    ]
    settled = with_answers(plan(NAME), {"dinh-ky": "half_year"})
    found = [(row(e), e.to) for e in expected_duties(settled, UNITS["BTG"]) if e.key.startswith("dinh-ky")]
    above = "Ban Thường vụ Huyện uỷ và Tỉnh uỷ"
    assert found == [
        (("dinh-ky:2022-H1", "report", OPENS, "2022-06-30", "2022-06-30"), above),
        (("dinh-ky:2022-H2", "report", "2022-07-01", "2022-12-31", "2022-12-30"), above),
    ]


@pytest.mark.parametrize(
    ("name", "contents"),
    [
        (
            "self-review-monthly",
            [
                "Đưa nội dung Kết luận, Quy định của Hội nghị Trung ương 4 (khóa XIII) và những nội dung được nghiên cứu, "
                "học tập, quán triệt vào sinh hoạt",
                "Thảo luận, kiểm điểm tự phê bình và phê bình",
            ],
        ),
        (
            "self-review-may",
            [
                "Góp ý vào việc thực hiện các nhiệm vụ, giải pháp đã đề ra của tập thể, cá nhân (bản cam kết rèn luyện của "
                "cá nhân trong năm 2022)",
                "Biểu dương những cách làm hay, hiệu quả",
                "Chấn chỉnh, phê bình những biểu hiện trì trệ, nói không đi đôi với làm",
            ],
        ),
        (
            "self-review-year-end",
            [
                "Nêu yêu cầu kiểm điểm theo hướng dẫn của Ban Tổ chức Trung ương và Ban Thường vụ Tỉnh ủy",
                "Kiểm điểm, tự phê bình và phê bình đối với tập thể",
                "Kiểm điểm, tự phê bình và phê bình đối với cá nhân",
                "Liên hệ, đánh giá kết quả thực hiện các Kết luận, Quy định của Hội nghị Trung ương 4 (khóa XIII)",
            ],
        ),
    ],
)
def test_what_each_review_looks_at(name: str, contents: list[str]) -> None:
    steps = read_agenda(AGENDAS / f"{name}.yaml").steps
    assert [s.title for s in steps][2:-1] == contents
    assert [s.asks for s in steps][:2] == ["none", "attendance"]
    assert [t.agenda for t in plan(NAME).topics].count(name) == 1


def test_no_notes_are_asked_for_where_single_members_are_criticised() -> None:
    noted = {
        (name, step.key)
        for name in ("self-review-may", "self-review-year-end", "two-parts")
        for step in read_agenda(AGENDAS / f"{name}.yaml").steps
        if step.asks in ("notes", "speakers")
    }
    assert noted == {
        ("self-review-may", "commitments"),
        ("self-review-may", "praise"),
        ("self-review-may", "conclusion"),
        ("self-review-year-end", "collective"),
        ("self-review-year-end", "conclusions"),
        ("self-review-year-end", "conclusion"),
        ("two-parts", "discussion"),
        ("two-parts", "conclusion"),
    }
