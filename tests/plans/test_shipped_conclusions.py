"""The commune's plan on conclusions 01 and 21, 2022 to 2025: conferences, yearly topics, personal plans, models, milestones."""

import pytest

from bot.plans.expected import expected_about, expected_duties
from bot.plans.fields import SourceKey
from bot.plans.plan import topic_of
from bot.plans.questions import Open, plan_questions, with_answers
from bot.plans.yaml_in import read_agenda
from tests.kit.places import AGENDAS
from tests.kit.shipped.conclusions import ABOUT, GOLDEN, NAME, OPENS, TREE
from tests.kit.shipped.golden import about, cited, own, plan, row, said, tree

UNITS = tree(*TREE)

OFFICE = "Ban Tuyên giáo Đảng ủy"


@pytest.mark.parametrize("code", UNITS)
def test_what_each_unit_is_expected_to_do(code: str) -> None:
    assert own(NAME, UNITS[code]) == sorted(GOLDEN[code])
    assert about(NAME, UNITS[code]) == ABOUT.get(code, [])


def test_the_head() -> None:
    head = plan(NAME).head
    title = (
        "Thực hiện Kết luận số 01 - KL/TW, ngày 18/5/2021 của Bộ Chính trị và Kết luận số 21-KL/TW, ngày 25/10/2021 của "
        "Ban Chấp hành Trung ương"
    )
    assert plan(NAME).key == SourceKey(None, None, "Ban Thường vụ Đảng ủy xã Kỳ Lợi", title)
    assert (head.merging, head.choosing) == ("embedded", ("add", "replace"))
    assert (str(head.starts), str(head.ends)) == ("2022-03-22", "2025-12-31")
    assert head.recipients == (
        "Ban Tuyên giáo, Văn phòng Thị uỷ (Báo cáo)",
        "UBKT Đảng uỷ",
        "Ban Tuyên giáo Đảng uỷ",
        "MTTQ và Trưởng các đoàn thể cấp xã",
        "Bí thư các chi bộ trực thuộc",
        "Lưu BTG, Văn phòng Đảng ủy",
    )


def test_the_documents() -> None:
    head = plan(NAME).head
    assert [f"{d.type} {cited(d)}" for d in head.basis] == [
        "Kế hoạch 33-KH/ThU 22/11/2021",
        "Kế hoạch 45-KH/ThU 10/3/2022",
        "Công văn 327-CV/ThU 11/3/2022",
        "Hướng dẫn 22-HD/BTG 22/3/2022",
    ]
    assert [f"{d.type} {cited(d)}" for d in head.documents] == [
        "Hướng dẫn 01-HD/BTC 15/6/2021",
        "Quy định 22-QĐ/TW 28/7/2021",
        "Quy định 890-QĐi/TU 5/3/2019",
        "Phụ lục 01",
        "Phụ lục 02",
        "Phụ lục 05",
    ]
    of = {t.key: [(d.issuer, cited(d)) for d in t.documents] for t in plan(NAME).topics if t.documents}
    assert of == {
        "hoi-nghi": [
            ("Ban Tuyên giáo Trung ương", "Tài liệu"),
            ("Ban Chấp hành Trung ương", "21-KL/TW 25/10/2021"),
            ("Ban Tuyên giáo Tỉnh ủy", "Tài liệu"),
        ],
        "chuyen-de-toan-khoa": [("Ban Tuyên giáo Trung ương", "Tài liệu"), (None, "01"), (None, "03")],
        "chu-de-2022": [
            ("Ban Tuyên giáo Tỉnh ủy", "Tài liệu"),
            ("Ban Chấp hành Trung ương", "21-KL/TW 25/10/2021"),
            (None, "05-Qđi/ThU 31/5/2019"),
            ("Trung ương", "37-QĐ/TW 25/10/2021"),
            ("Ban Thường vụ Tỉnh ủy", "29-KL/TU 22/7/2021"),
            (None, "02"),
            (None, "04"),
        ],
    }


def test_the_titles_of_the_documents() -> None:
    study = [d.title for d in topic_of(plan(NAME), "hoi-nghi").documents]
    assert study == [
        "“Học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh về ý chí tự lực, tự cường và khát vọng phát triển "
        "đất nước phồn vinh, hạnh phúc” (Tài liệu sinh hoạt chi bộ, đoàn thể, cơ quan, đơn vị năm 2021 và toàn khóa)",
        "về đẩy mạnh xây dựng, chỉnh đốn Đảng và hệ thống chính trị; kiên quyết ngăn chặn, đẩy lùi, xử lý nghiêm cán bộ, "
        "đảng viên suy thoái về tư tưởng chính trị, đạo đức, lối sống, biểu hiện “tự diễn biến”, “tự chuyển hóa”",
        "“Học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh về phát huy ý chí tự lực, tự cường, khơi dậy khát "
        "vọng và truyền thống văn hóa con người Hà Tĩnh, phục hồi và phát triển kinh tế - xã hội”",
    ]
    year = [d.title for d in topic_of(plan(NAME), "chu-de-2022").documents]
    assert year[:2] == [study[2], study[1]]
    assert year[2:] == [
        "về trách nhiệm nêu gương của cán bộ, đảng viên, trước hết là Ủy viên Ban Thường vụ Thị ủy, Ủy viên BCH và cán bộ "
        "lãnh đạo, quản lý chủ chốt trên địa bàn",
        "về những điều đảng viên không được làm",
        "về tiếp tục siết chặt kỷ luật, kỷ cương hành chính, nâng cao đạo đức công vụ trong cán bộ công chức, viên chức và "
        "cán bộ chiến sĩ lực lượng vũ trang, đáp ứng yêu cầu nhiệm vụ",
        "cấp uỷ viên, cán bộ, đảng viên, công chức, viên chức khối cơ quan, trường học (tối thiểu 1 đến 2 nội dung)",
        "đảng viên nông thôn, đoàn viên và hội viên (tối thiểu 1 đến 2 nội dung)",
    ]
    term = [d.title for d in topic_of(plan(NAME), "chuyen-de-toan-khoa").documents]
    assert term == [
        study[0],
        "cấp uỷ viên, cán bộ, đảng viên, công chức, viên chức khối cơ quan, trường học (tối thiểu 3 đến 5 nội dung)",
        "đảng viên nông thôn, đoàn viên và hội viên (tối thiểu 3 đến 5 nội dung)",
    ]
    assert [d.title for d in plan(NAME).head.basis] == [
        None,
        "về thực hiện Kết luận số 21-KL/TW, ngày 25/10/2021 của Ban Chấp hành Trung ương " + str(study[1]),
        "về đẩy mạnh học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh theo Chủ đề năm 2022",
        "về thực hiện Kết luận số 01-KL/TW, ngày 18/5/2021 của Bộ Chính trị và Kết luận số 21-KL/TW, ngày 25/10/2021 của "
        "Ban Chấp hành Trung ương",
    ]


def test_the_topics_of_the_year_and_of_the_term_stand_side_by_side() -> None:
    topics = {t.key: t for t in plan(NAME).topics}
    assert topics["chu-de-2022"].title == (
        "Học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh về phát huy ý chí tự lực, tự cường, khơi dậy khát "
        "vọng và truyền thống văn hóa con người Hà Tĩnh, phục hồi và phát triển kinh tế - xã hội"
    )
    assert topics["chuyen-de-toan-khoa"].title == (
        "Học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh về ý chí tự lực, tự cường và khát vọng phát triển đất "
        "nước phồn vinh, hạnh phúc"
    )
    assert topics["hoi-nghi"].guests == ("Báo cáo viên cấp trên (trường hợp cần thiết)",)
    assert [t.key for t in topics.values() if t.choose] == ["chuyen-de-toan-khoa", "chu-de-2022"]
    assert [(t.key, t.title) for t in topics.values() if t.pool] == [
        (
            "trong-tam-1",
            "Tiếp tục đề cao trách nhiệm nêu gương của cán bộ, đảng viên, đặc biệt là cán bộ lãnh đạo, quản lý các cấp, "
            "người đứng đầu",
        ),
        ("trong-tam-2", "Thực hành dân chủ, kỷ cương trong công tác xây dựng, chỉnh đốn Đảng"),
        (
            "trong-tam-3",
            "Đẩy mạnh cải cách hành chính, tập trung xây dựng chính quyền điện tử, chính quyền số",
        ),
    ]


def test_a_meeting_about_it_in_every_year() -> None:
    meetings = [e for e in expected_duties(plan(NAME), UNITS["CB01"]) if e.kind == "meeting"]
    yearly = [e for e in meetings if e.topic != "chuyen-de-toan-khoa"]
    assert [e.due_on.year for e in yearly if e.due_on] == [2022, 2023, 2024, 2025]


def test_who_receives_what() -> None:
    standing = "Ban Thường vụ Đảng ủy"
    found = {
        (e.key.partition(":")[0], e.to, e.via)
        for unit in UNITS.values()
        for e in expected_duties(plan(NAME), unit)
        if e.to
    }
    assert found == {
        ("nop-ke-hoach-ca-nhan", "Chi bộ hoặc cấp trên quản lý trực tiếp", None),
        ("xac-nhan-ke-hoach-ca-nhan", "Cấp trên theo quy định", None),
        ("bao-cao-mo-hinh", standing, OFFICE),
        ("bao-cao-ket-qua", standing, OFFICE),
        ("bao-cao-thi-uy", "Ban Tuyên giáo Thị ủy", None),
        ("ke-hoach-so-tong-ket", standing, None),
        ("so-ket-3-nam", standing, None),
        ("tong-ket", standing, None),
    }
    ((duty, _),) = expected_about(plan(NAME), UNITS["CB01"])
    assert (duty.key, duty.who.kinds) == ("tham-dinh-mo-hinh", ("dang_uy", "dang_bo_co_so"))


def test_titles_name_their_period() -> None:
    titles = {e.key: e.title for e in expected_duties(said(NAME), UNITS["CB01"])}
    assert titles["bao-cao-ket-qua:2023-Q1"] == "Báo cáo kết quả thực hiện (quý I/2023)"
    assert titles["kiem-tra:2022-H2"] == "Tổ chức kiểm tra, giám sát 6 tháng một lần (kỳ II/2022)"
    assert titles["so-ket-hang-nam:2024"] == "Báo cáo và tổ chức sơ, tổng kết năm 2024"
    assert "đảng bộ: 02 - 03 tập thể và 02 - 04 cá nhân; chi bộ: 01 - 02 cá nhân" in titles["dang-ky-mo-hinh"]


def test_what_has_no_day_or_no_period_is_asked_about() -> None:
    assert [(one.key, one.open) for one in plan_questions(plan(NAME))] == [
        ("danh-gia-mo-hinh", Open.DAY),
        ("so-ket-hang-nam", Open.DAY),
        ("ke-hoach-kiem-tra-hang-nam", Open.DAY),
        ("dinh-ky-kiem-tra", Open.SPAN),
    ]
    settled = with_answers(plan(NAME), {"dinh-ky-kiem-tra": "year"})
    found = [row(e) for e in expected_duties(settled, UNITS["UBKT"]) if e.key.startswith("dinh-ky")]
    assert found == [
        ("dinh-ky-kiem-tra:2022", "report", OPENS, "2022-12-31", "2022-12-30"),
        ("dinh-ky-kiem-tra:2023", "report", "2023-01-01", "2023-12-31", "2023-12-29"),
        ("dinh-ky-kiem-tra:2024", "report", "2024-01-01", "2024-12-31", "2024-12-31"),
        ("dinh-ky-kiem-tra:2025", "report", "2025-01-01", "2025-12-31", "2025-12-31"),
    ]


def test_the_meeting_has_two_contents() -> None:
    steps = read_agenda(AGENDAS / "two-parts.yaml").steps
    first, second = "Nội dung 1: Thảo luận báo cáo của chi bộ", "Nội dung 2: Góp ý kiến bản kế hoạch cá nhân"
    assert [s.phase for s in steps] == [
        "Mở đầu",
        "Mở đầu",
        first,
        first,
        second,
        second,
        second,
        "Kết thúc",
        None,
    ]
    assert [s.title for s in steps if s.phase == second] == [
        "Từng đảng viên trình bày kế hoạch cá nhân (toàn khóa và trong năm)",
        "Chi bộ thảo luận, góp ý kế hoạch cá nhân",
        "Bí thư chi bộ xác nhận kế hoạch của đảng viên",
    ]
    assert [s.key for s in steps if s.for_each == "member"] == ["own-plans", "advice", "confirmation"]
    assert [s.key for s in steps if s.after] == ["after"]


def test_the_conference_goes_through_the_documents() -> None:
    steps = read_agenda(AGENDAS / "study-conference.yaml").steps
    assert [(s.key, s.for_each, s.asks) for s in steps] == [
        ("opening", None, "none"),
        ("attendance", None, "attendance"),
        ("document", "document", "none"),
        ("discussion", None, "speakers"),
        ("conclusion", None, "notes"),
    ]
