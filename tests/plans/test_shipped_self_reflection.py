"""The commune's plan “Tự soi, tự sửa” of 2022: committee, pilot, the others; what hangs on each meeting; the two agendas."""

from datetime import date, timedelta

import pytest

from bot.calendar import last_day_before, safe_day
from bot.plans.expected import expected_about, expected_duties
from bot.plans.fields import SourceKey
from bot.plans.plan import topic_of
from bot.plans.questions import plan_questions, with_answers
from bot.plans.yaml_in import read_agenda
from tests.kit.places import AGENDAS
from tests.kit.shipped.commune import GOLDEN, NAME, PASSED_ON, TREE
from tests.kit.shipped.golden import about, cited, own, plan, row, tree

UNITS = tree(*TREE)

# unit; the deadline of its meeting, its last day; five days before with the safe day, three days before with the safe day
MEETINGS = [
    ("KYLOI", "2022-09-06", "Mon 2022-09-05", "Wed 2022-08-31", "Wed 2022-08-31", "Fri 2022-09-02", "Wed 2022-08-31"),
    ("TPT3", "2022-09-10", "Fri 2022-09-09", "Sun 2022-09-04", "Wed 2022-08-31", "Tue 2022-09-06", "Tue 2022-09-06"),
    ("CB01", "2022-09-20", "Mon 2022-09-19", "Wed 2022-09-14", "Wed 2022-09-14", "Fri 2022-09-16", "Fri 2022-09-16"),
]  # fmt: skip

CONTENTS = ["Quan điểm của Đảng", "21-KL/TW", "37-QĐ/TW", "05-CT/TW 15/5/2016", "29-KL/TU"]


@pytest.mark.parametrize("code", UNITS)
def test_what_each_unit_is_expected_to_do(code: str) -> None:
    assert own(NAME, UNITS[code]) == GOLDEN[code]
    assert about(NAME, UNITS[code]) == PASSED_ON.get(code, [])


@pytest.mark.parametrize(
    ("code", "deadline", "meeting", "five", "five_safe", "three", "three_safe"), MEETINGS
)
def test_the_days_before_the_last_permitted_meeting(
    code: str, deadline: str, meeting: str, five: str, five_safe: str, three: str, three_safe: str
) -> None:
    held = next(e.due_on for e in expected_duties(plan(NAME), UNITS[code]) if e.kind == "meeting")
    assert held == last_day_before(date.fromisoformat(deadline))
    assert f"{held:%a %Y-%m-%d}" == meeting
    found = list(expected_duties(plan(NAME), UNITS[code]))
    found += [e for _, passed in expected_about(plan(NAME), UNITS[code]) for e in passed]
    (report,) = (e for e in found if e.key.startswith("bao-cao-chuyen-de:"))
    (passed_on,) = (e for e in found if e.key.startswith("chuyen-thi-uy"))
    for one, day, safe in ((report, five, five_safe), (passed_on, three, three_safe)):
        assert one.relative.side
        last = held - timedelta(days=one.relative.days)
        assert (f"{last:%a %Y-%m-%d}", f"{safe_day(last):%a %Y-%m-%d}") == (day, safe)


def test_the_head() -> None:
    head = plan(NAME).head
    title = "Tổ chức đợt sinh hoạt chính trị về xây dựng, chỉnh đốn Đảng và hệ thống chính trị với chủ đề “Tự soi, tự sửa”"
    assert plan(NAME).key == SourceKey(None, None, "Ban Thường vụ Đảng ủy xã Kỳ Lợi", title)
    assert (head.merging, head.choosing) == ("sequential", ())
    assert head.recipients == (
        "Thường trực ThU",
        "Ban Tuyên giáo ThU",
        "Đoàn 183 của Thị uỷ",
        "Các đồng chí Ủy viên BCH Đảng ủy",
        "MTTQ và Trưởng đoàn thể xã",
        "Bí thư các Chi bộ trực thuộc",
        "Lưu VP",
    )


def test_the_documents() -> None:
    head = plan(NAME).head
    assert [f"{d.type} {cited(d)}" for d in head.basis] == [
        "Hướng dẫn 27-HD/BTG 5/8/2022",
        "Hướng dẫn 22-HD/BTG 22/3/2022",
        "Kết luận 01-KL/TW 18/5/2021",
        "Kết luận 21-KL/TW 25/10/2021",
        "Kế hoạch 38-KH/ĐU 11/5/2022",
        "Quy định 37-QĐ/TW 25/10/2021",
        "Kết luận 29-KL/TU 22/7/2021",
    ]
    assert [cited(d) for d in head.documents] == ["183-QĐ/ThU", "82-QĐ/ĐU"]
    of = {t.key: [cited(d) for d in t.documents] for t in plan(NAME).topics}
    assert of["dang-uy"] == CONTENTS
    assert (
        of["diem"] == of["con-lai"] == [*CONTENTS, "Đề cương"]
    )  # the backdrop (ma két) is no document to read
    titles = [d.title for d in topic_of(plan(NAME), "con-lai").documents]
    assert titles == [
        "về công tác xây dựng, chỉnh đốn Đảng đã được đề ra trong các kỳ đại hội, hội nghị Trung ương, nhất là từ Hội "
        "nghị Trung ương 3 khoá VII (năm 1992), Hội nghị Trung ương 6 (lần 2) khoá VIII (năm 1999), các Hội nghị Trung "
        "ương 4 (khóa XI, khóa XII và khóa XIII)",
        "về đẩy mạnh xây dựng, chỉnh đốn Đảng và hệ thống chính trị; kiên quyết ngăn chặn, đẩy lùi, xử lý nghiêm cán bộ, "
        'đảng viên suy thoái về tư tưởng chính trị, đạo đức, lối sống, biểu hiện "tự diễn biến", "tự chuyển hoá"',
        "về những điều đảng viên không được làm",
        '"về đẩy mạnh học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh"',
        "về tiếp tục siết chặt kỷ luật, kỷ cương hành chính, nâng cao đạo đức công vụ trong cán bộ, công chức và cán bộ "
        "chiến sỹ lực lượng vũ trang, đáp ứng yêu cầu nhiệm vụ",
        "báo cáo chuyên đề “tự soi, tự sửa”",
    ]


def test_the_committee_before_the_pilot_before_the_others() -> None:
    topics = {t.key: t for t in plan(NAME).topics}
    assert [(t.key, t.follows) for t in topics.values()] == [
        ("dang-uy", None),
        ("diem", "dang-uy"),
        ("con-lai", "diem"),
    ]
    assert topics["diem"].guests == (
        "Đại diện Đoàn công tác theo Quyết định 183-QĐ/ThU",
        "Đại diện lãnh đạo Ban Tuyên giáo Thị uỷ",
    )
    assert {(t.title, t.meeting, t.theme) for t in topics.values()} == {
        ("Tự soi, tự sửa", "thematic", "tu-soi-tu-sua")
    }


def test_who_receives_what() -> None:
    here = plan(NAME)
    found = [e for unit in UNITS.values() for e in expected_duties(here, unit)]
    found += [e for unit in UNITS.values() for _, passed in expected_about(here, unit) for e in passed]
    assert {(e.key.partition(":")[0], e.to, e.via) for e in found if e.to} == {
        ("ke-hoach", "Thường trực Đảng uỷ", "Văn phòng Đảng uỷ"),
        ("bao-cao-chuyen-de", "Thường trực Đảng uỷ", None),
        ("chuyen-thi-uy", "Ban Tuyên giáo Thị uỷ", None),
        ("chuyen-thi-uy-dang-uy", "Ban Tuyên giáo Thị uỷ", None),
        (
            "gui-chuyen-de",
            "Đảng viên trong chi bộ (chi bộ đông đảng viên có thể gửi tới tổ đảng) và cấp ủy cấp trên trực tiếp",
            None,
        ),
        (
            "gui-chuyen-de-dang-uy",
            "Các đồng chí Đảng ủy viên, Trưởng các đoàn thể, cán bộ, công chức và cấp ủy cấp trên trực tiếp",
            None,
        ),
    }
    ((duty, (one,)),) = expected_about(here, UNITS["TPT3"])
    assert duty.who.kinds == ("dang_uy", "dang_bo_co_so")
    assert one.title == (
        "Xem xét, gửi báo cáo chuyên đề “Tự soi, tự sửa” của {unit} trước ngày tổ chức hội nghị 03 ngày"
    )


def test_reports_without_a_period_are_asked_about() -> None:
    assert [one.key for one in plan_questions(plan(NAME))] == ["dinh-ky-doan-cong-tac", "dinh-ky-van-phong"]
    settled = with_answers(plan(NAME), {"dinh-ky-doan-cong-tac": "quarter", "dinh-ky-van-phong": "none"})
    assert plan_questions(settled) == []
    assert [row(e) for e in expected_duties(settled, UNITS["D82"])] == [
        ("dinh-ky-doan-cong-tac:2022-Q3", "report", "2022-08-05", "2022-09-30", "2022-09-30"),
        ("dinh-ky-doan-cong-tac:2022-Q4", "report", "2022-10-01", "2022-12-31", "2022-12-30"),
    ]
    (first, _) = expected_duties(settled, UNITS["D82"])
    assert first.title.endswith("(kỳ III/2022)")
    assert expected_duties(settled, UNITS["VP"]) == []


def test_a_commune_that_stands_in_the_tree_as_a_grassroots_committee_is_asked_the_same() -> None:
    units = tree(("KYLOI", "dang_bo_co_so", None, None), ("TPT3", "chi_bo", "nong_thon", "KYLOI"))
    assert own(NAME, units["KYLOI"]) == GOLDEN["KYLOI"]
    assert own(NAME, units["TPT3"]) == GOLDEN["TPT3"]


@pytest.mark.parametrize(
    ("name", "owners"),
    [
        (
            "self-reflection-cell",
            [
                "Bí thư chi bộ",
                "Cấp ủy, đảng viên được phân công",
                "Đảng viên",
                "Cấp ủy",
                "Bí thư chi bộ",
                "Bí thư chi bộ",
            ],
        ),
        (
            "self-reflection-committee",
            [
                "Bí thư Đảng ủy",
                "Phó Bí thư Thường trực Đảng ủy",
                "Đảng ủy viên và các thành phần tham dự",
                "Đảng ủy",
                "Bí thư Đảng ủy",
                "Bí thư Đảng ủy",
            ],
        ),
    ],
)
def test_ten_steps_in_three_phases(name: str, owners: list[str]) -> None:
    steps = read_agenda(AGENDAS / f"{name}.yaml").steps
    phases = ["Mở đầu"] * 4 + ["Tiến hành sinh hoạt"] * 4 + ["Kết thúc sinh hoạt chuyên đề"] * 2
    assert [s.phase for s in steps] == phases
    assert [s.owner for s in steps] == [None] * 4 + owners
    asked = ["none", "none", "attendance", *["none"] * 3, "speakers", *["notes"] * 3]
    assert [s.asks for s in steps] == asked
    assert [s.key for s in steps if s.after or s.optional] == []


def test_the_questions_of_the_discussion() -> None:
    def questions(name: str) -> list[str]:
        steps = {s.key: s for s in read_agenda(AGENDAS / f"{name}.yaml").steps}
        return [line[2:] for line in str(steps["discussion"].words).splitlines() if line.startswith("- ")]

    assert questions("self-reflection-cell") == [
        "Tồn tại của đơn vị, của cấp ủy chi bộ là gì? Vai trò của cá nhân mình như thế nào?",
        "Mình sửa, khắc phục những nội dung gì?",
        "Đồng chí mình khắc phục những nội dung gì?",
        "Cấp ủy mình khắc phục những nội dung gì?",
    ]
    assert questions("self-reflection-committee") == [
        "Tồn tại của địa phương, đơn vị, của cấp ủy là gì? Vai trò, trách nhiệm của cá nhân như thế nào?",
        "Sửa, khắc phục những nội dung gì?",
        "Cấp ủy cần tập trung lãnh đạo, chỉ đạo khắc phục những nội dung gì?",
    ]
