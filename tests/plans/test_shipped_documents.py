"""The documents that the plans 60-KH/ĐUK and 42-KH/ĐUK list, each as its source cites it."""

import pytest

from bot.plans.fields import Document, Documents
from bot.plans.plan import topic_of
from tests.kit.shipped.golden import plan

STUDY, THEMES = "60-KH-DUK-2022", "42-KH-DUK-2022"

# type, symbol, day, issuer, title; what the source does not say is empty
MONTHS = {
    "2022-04": [
        (
            "Nghị quyết",
            "03-NQ/TW",
            "26/6/1992",
            "Hội nghị Trung ương 3 khóa VII",
            "về một số nhiệm vụ đổi mới và chỉnh đốn Đảng",
        ),
        (
            "Nghị quyết",
            "10-NQ/TW",
            "2/2/1999",
            "Hội nghị Trung ương 6 (lần 2) khóa VIII",
            "về một số vấn đề cơ bản và cấp bách trong công tác xây dựng Đảng hiện nay",
        ),
        (
            "Chương trình hành động",
            "18-CTr/TU",
            "6/4/1999",
            "Ban Thường vụ Tỉnh ủy",
            "về “thực hiện Nghị quyết Trung ương 6 (lần 2) khoá VIII về một số vấn đề cấp bách trong công "
            "tác xây dựng Đảng hiện nay”",
        ),
        (
            "Nghị quyết",
            "03-NQ/TU",
            "12/12/2001",
            "Tỉnh ủy",
            "về tăng cường công tác xây dựng, chỉnh đốn Đảng và công tác vận động quần chúng (năm 2001 - "
            "2005)",
        ),
    ],
    "2022-05": [
        (
            "Nghị quyết",
            "06-NQ/TU",
            "29/10/2008",
            "Tỉnh ủy",
            "về tiếp tục xây dựng, chỉnh đốn Đảng từ nay đến năm 2010",
        ),
        (
            "Nghị quyết",
            "12-NQ/TW",
            "16/1/2012",
            "Hội nghị Trung ương 4 khóa XI",
            "về một số vấn đề cấp bách về xây dựng Đảng hiện nay",
        ),
        (
            "Kế hoạch",
            "15-KH/TU",
            "4/4/2012",
            "Tỉnh ủy",
            "một số vấn đề cấp bách về xây dựng Đảng hiện nay",
        ),
        (
            "Quy định",
            "2400-QĐ/TU",
            "27/8/2012",
            "Ban Thường vụ Tỉnh ủy",
            "về “Một số nội dung tự giác đi đầu, gương mẫu của cán bộ lãnh đạo chủ chốt, người đứng đầu "
            "các cấp, các ngành trong việc học tập và làm theo tấm gương đạo đức Hồ Chí Minh”",
        ),
    ],
    "2022-06": [
        (
            "Kế hoạch",
            "07-KH/TU",
            "18/2/2016",
            "Ban Thường vụ Tỉnh ủy",
            "về tiếp tục thực hiện Nghị quyết Trung ương 4 (khóa XI) “Một số vấn đề cấp bách về xây dựng "
            "Đảng hiện nay”",
        ),
        (
            "Quy định",
            "1031-QĐ/TU",
            "22/9/2016",
            "",
            "về trách nhiệm và xử lý trách nhiệm đối với người đứng đầu và cấp phó của người đứng đầu",
        ),
        (
            "Kế hoạch",
            "53-KH/ĐUK",
            "3/3/2022",
            "Ban Thường vụ Đảng ủy Khối",
            "về “nghiên cứu, học tập, quán triệt và triển khai thực hiện kết luận, quy định của Hội nghị "
            "Trung ương 4 khóa XIII; tổ chức đợt sinh hoạt chính trị về xây dựng, chỉnh đốn Đảng và hệ "
            "thống chính trị”",
        ),
    ],
    "2022-07": [
        (
            "Nghị quyết",
            "04-NQ/TW",
            "30/10/2016",
            "Hội nghị Trung ương 4 khóa XII",
            "về tăng cường xây dựng, chỉnh đốn Đảng; ngăn chặn, đẩy lùi suy thoái về tư tưởng chính trị, "
            "đạo đức, lối sống, những biểu hiện “tự diễn biến”, “tự chuyển hóa” trong nội bộ",
        ),
        (
            "Chương trình hành động",
            "11-CTr/TU",
            "17/1/2017",
            "",
            "thực hiện Nghị quyết Hội nghị lần thứ tư Ban Chấp hành Trung ương Đảng (khoá XII) “về tăng "
            "cường xây dựng, chỉnh đốn Đảng; ngăn chặn, đẩy lùi sự suy thoái về tư tưởng chính trị, đạo "
            "đức, lối sống, những biểu hiện “tự diễn biến”, “tự chuyển hóa” trong nội bộ",
        ),
        (
            "Kế hoạch",
            "31-KH/ĐUK",
            "19/12/2016",
            "Ban Thường vụ Đảng ủy Khối các cơ quan",
            "về “Tổ chức học tập, quán triệt và triển khai thực hiện Nghị quyết Hội nghị lần thứ tư Ban "
            "Chấp hành Trung ương Đảng (khoá XII)”",
        ),
    ],
    "2022-08": [
        (
            "Kế hoạch",
            "41-KH/TU",
            "14/12/2021",
            "Ban Thường vụ Tỉnh ủy",
            "về “Xây dựng, củng cố, nâng cao chất lượng và nhân rộng mô hình, điển hình tiên tiến trong "
            "học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh trên địa bàn tỉnh, giai đoạn "
            "2021 -2025”",
        ),
        (
            "Kế hoạch",
            "12-KH/ĐUK",
            "29/4/2021",
            "Ban Thường vụ Đảng ủy Khối",
            "về “Thực hiện 03 nhiệm vụ trọng tâm nhiệm kỳ 2020 - 2025”",
        ),
        (
            "Quy định",
            "724-QĐ/TU",
            "30/8/2021",
            "Ban Thường vụ Tỉnh ủy",
            "về “Trách nhiệm và xử lý trách nhiệm đối với người đứng đầu các sở, ban, ngành, đoàn thể "
            "tỉnh, Bí thư, Chủ tịch Hội đồng nhân dân, Chủ tịch Ủy ban nhân dân huyện, thị xã, thành phố”",
        ),
    ],
    "2022-09": [
        (
            "Kế hoạch",
            "24-KH/TU",
            "26/8/2021",
            "Ban Thường vụ Tỉnh ủy",
            "về “tổ chức thực hiện phương châm hành động của Tỉnh ủy nhiệm kỳ 2020-2025 “Đoàn kết - Kỷ "
            "cương - Hành động - Sáng tạo - Đột phá - Phát triển”",
        ),
        (
            "Kế hoạch",
            "35-KH/ĐUK",
            "26/10/2021",
            "Ban Thường vụ Đảng ủy Khối các cơ quan và doanh nghiệp",
            "về tổ chức thực hiện phương châm hành động của Tỉnh ủy nhiệm kỳ 2020 - 2025 “Đoàn kết, Kỷ "
            "cương, Hành động, Sáng tạo, Đột phá, Phát triển”",
        ),
        (
            "Quy định",
            "02-QĐ/ĐUK",
            "10/2/2022",
            "Ban Thường vụ Đảng ủy Khối",
            "về “Trách nhiệm và xử lý trách nhiệm đối với người đứng đầu các cơ quan, đoàn thể trực thuộc "
            "Đảng ủy Khối”",
        ),
    ],
    "2022-10": [
        (
            "Kế hoạch",
            "35-KH/TU",
            "26/9/2021",
            "Ban Thường vụ Tỉnh ủy",
            "về “Thực hiện Kết luận số 01-KL/TW ngày 18/5/2021 của Bộ Chính trị về tiếp tục thực hiện Chỉ "
            "thị số 05-CT/TW về đẩy mạnh học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh”",
        ),
        (
            "Quy định",
            "1352-QĐ/TU",
            "18/2/2022",
            "Ban Thường vụ Tỉnh ủy",
            "“về trách nhiệm và xử lý trách nhiệm đối với cán bộ, công chức, viên chức”",
        ),
        (
            "Kế hoạch",
            "34-KH/ĐUK",
            "20/10/2021",
            "Ban Thường vụ Đảng ủy Khối",
            "về “Thực hiện Kết luận số 01-KL/TW ngày 18/5/2021 của Bộ Chính trị về tiếp tục thực hiện Chỉ "
            'thị số 05-CT/TW về đẩy mạnh học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh"',
        ),
        (
            "Kế hoạch",
            "43-KH/ĐUK",
            "5/1/2022",
            "Ban Thường vụ Đảng ủy Khối",
            'về "Xây dựng, củng cố, nâng cao chất lượng và nhân rộng mô hình, điển hình tiên tiến trong '
            "học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh trong Đảng bộ Khối, giai đoạn "
            '2021 -2025"',
        ),
    ],
    "2022-11": [
        (
            "Kết luận",
            "21-KL/TW",
            "25/10/2021",
            "Ban Chấp hành Trung ương khóa XIII",
            "về đẩy mạnh xây dựng, chỉnh đốn Đảng và hệ thống chính trị; kiên quyết ngăn chặn, đẩy lùi, "
            "xử lý nghiêm cán bộ, đảng viên suy thoái về tư tưởng chính trị, đạo đức, lối sống, những "
            'biểu hiện "tự diễn biến", "tự chuyển hóa"',
        ),
        (
            "Kế hoạch",
            "49-KH/TU",
            "27/1/2022",
            "Ban Thường vụ Tỉnh ủy",
            "về đẩy mạnh xây dựng, chỉnh đốn Đảng và hệ thống chính trị; kiên quyết ngăn chặn, đẩy lùi, "
            "xử lý nghiêm cán bộ, đảng viên suy thoái về tư tưởng chính trị, đạo đức, lối sống, biểu hiện "
            '"tự diễn biến", "tự chuyển hóa"',
        ),
        (
            "Kế hoạch",
            "52-KH/ĐUK",
            "1/3/2022",
            "Ban Thường vụ Đảng ủy Khối",
            "về đẩy mạnh xây dựng, chỉnh đốn Đảng và hệ thống chính trị; kiên quyết ngăn chặn, đẩy lùi, "
            "xử lý nghiêm cán bộ, đảng viên suy thoái về tư tưởng chính trị, đạo đức, lối sống, biểu hiện "
            '"tự diễn biến", "tự chuyển hóa"',
        ),
    ],
}
CORE = [
    (
        "Kết luận",
        "21-KL/TW",
        "",
        "Ban Chấp hành Trung ương Đảng",
        "",
    ),
    (
        "Quy định",
        "37-QĐ/TW",
        "",
        "Ban Chấp hành Trung ương Đảng",
        "về những điều đảng viên không được làm",
    ),
    (
        "Bài phát biểu",
        "",
        "",
        "Tổng Bí thư Ban Chấp hành Trung ương Đảng",
        "tại Hội nghị cán bộ toàn quốc quán triệt, triển khai thực hiện Nghị quyết Hội nghị Trung "
        "ương 4 (khoá XIII) về đẩy mạnh xây dựng, chỉnh đốn Đảng",
    ),
    (
        "Quy định",
        "22-QĐ/TW",
        "28/7/2021",
        "Ban Chấp hành Trung ương Đảng",
        "về công tác kiểm tra, giám sát và kỷ luật của Đảng",
    ),
    (
        "Quy định",
        "24-QĐ/TW",
        "30/7/2021",
        "Ban Chấp hành Trung ương Đảng",
        "về thi hành Điều lệ Đảng",
    ),
    (
        "Quy định",
        "41-QĐ/TW",
        "3/11/2021",
        "Bộ Chính trị",
        "về việc miễn nhiệm, từ chức đối với cán bộ",
    ),
    (
        "Kết luận",
        "01-KL/TW",
        "18/5/2021",
        "Bộ Chính trị",
        "về tiếp tục thực hiện Chỉ thị số 05-CT/TW ngày 15/5/2016 của Bộ Chính trị khóa XII “về đẩy "
        "mạnh học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh”",
    ),
    (
        "Kết luận",
        "14-KL/TW",
        "22/9/2021",
        "Bộ Chính trị",
        "về chủ trương khuyến khích và bảo vệ cán bộ năng động, sáng tạo vì lợi ích chung",
    ),
]
BASIS_STUDY = [
    (
        "Hướng dẫn",
        "40-HD/BTGTU",
        "9/3/2022",
        "Ban Tuyên giáo Tỉnh ủy",
        "về “nội dung đợt sinh hoạt chính trị về xây dựng, chỉnh đốn Đảng và hệ thống chính trị”",
    ),
]
BASIS_THEMES = [
    (
        "Đề án",
        "16-ĐA/TU",
        "3/1/2020",
        "Ban Thường vụ Tỉnh ủy",
        "về nâng cao chất lượng sinh hoạt chi bộ",
    ),
    (
        "Chỉ thị",
        "01-CT/TU",
        "10/9/2021",
        "Ban Thường vụ Tỉnh ủy",
        "về tiếp tục nâng cao chất lượng sinh hoạt cấp ủy và sinh hoạt chi bộ giai đoạn 2021-2025",
    ),
    (
        "Nghị quyết",
        "11-NQ/ĐUK",
        "10/3/2021",
        "Ban Chấp hành Đảng bộ Khối",
        "về nâng cao chất lượng hoạt động của cấp ủy cơ sở và chất lượng sinh hoạt chi bộ, đáp ứng "
        "yêu cầu nhiệm vụ trong tình hình mới",
    ),
    (
        "Chương trình công tác",
        "",
        "",
        "Đảng ủy Khối các cơ quan và doanh nghiệp tỉnh",
        "năm 2022",
    ),
]
FOURTH = [
    (
        "Kế hoạch",
        "31-KH/ĐUK",
        "24/9/2021",
        "Ban Thường vụ Đảng ủy Khối",
        "",
    ),
    (
        "Kết luận",
        "21-KL/TW",
        "25/10/2021",
        "Hội nghị lần thứ 4 Ban Chấp hành Trung ương Đảng khóa XIII",
        "",
    ),
]


def cited(document: Document) -> tuple[str, ...]:
    day = document.date
    return (
        document.type,
        document.symbol or "",
        f"{day.day}/{day.month}/{day.year}" if day else "",
        document.issuer or "",
        document.title or "",
    )


@pytest.mark.parametrize("month", MONTHS)
def test_the_documents_of_a_month(month: str) -> None:
    documents = topic_of(plan(STUDY), month).documents
    assert [cited(d) for d in documents] == MONTHS[month]
    where = "Trang thông tin điện tử Đảng ủy Khối các cơ quan và doanh nghiệp"
    assert {d.via for d in documents} == {where}


def test_there_are_27_in_eight_months() -> None:
    assert [len(documents) for documents in MONTHS.values()] == [4, 4, 3, 3, 3, 3, 4, 3]
    assert sum(len(topic.documents) for topic in plan(STUDY).topics) == 27


@pytest.mark.parametrize(
    ("documents", "table"),
    [
        (plan(STUDY).head.documents, CORE),
        (plan(STUDY).head.basis, BASIS_STUDY),
        (plan(THEMES).head.basis, BASIS_THEMES),
        (topic_of(plan(THEMES), "cd-4").documents, FOURTH),
    ],
    ids=["core", "basis-60", "basis-42", "fourth-theme"],
)
def test_the_other_lists(documents: Documents, table: list[tuple[str, ...]]) -> None:
    assert [cited(d) for d in documents] == table
