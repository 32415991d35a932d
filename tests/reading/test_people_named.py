"""Whom a sentence names: found behind a courtesy or by the surname, and not where it is a street, a school, an office."""

import pytest

from bot.reading.people_named import people_named, without_people


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Đồng chí Lê Văn Lượng đề nghị sửa đường làng", ["Đồng chí Lê Văn Lượng"]),
        ("đ/c Lượng và đ/c Mận vắng nhiều", ["đ/c Lượng", "đ/c Mận"]),
        ("Ông Bình nói, bà Nguyễn Thị Hoa đồng tình", ["Ông Bình", "bà Nguyễn Thị Hoa"]),
        ("đồng chí Bí thư Trần Quốc Bình chưa nêu gương", ["đồng chí Bí thư Trần Quốc Bình"]),
        ("Ý kiến của Nguyễn Văn An: thiếu tài liệu", ["Nguyễn Văn An"]),
        ("dong chi nguyen van an hay vang", ["dong chi nguyen van an"]),
        ("lê thị mận chưa đóng đảng phí", ["lê thị mận"]),
        ("ĐỒNG CHÍ NGUYỄN VĂN AN VẮNG", ["ĐỒNG CHÍ NGUYỄN VĂN AN"]),
        ("Thiếu tài liệu. Anh Hùng sẽ bổ sung", ["Anh Hùng"]),
    ],
)
def test_people_are_found(text: str, names: list[str]) -> None:
    assert people_named(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Thiếu tài liệu, đề nghị Đảng ủy cấp thêm",
        "Học tập tư tưởng Hồ Chí Minh chưa sâu; tấm gương Bác Hồ",
        "Sửa đường Nguyễn Văn Trỗi và trường Lê Quý Đôn",
        "Chi bộ Trần Hưng Đạo họp muộn",
        "Các đồng chí Chi ủy viên chưa chủ động",
        "Đồng chí Bí thư chi bộ còn nể nang",
        "Một số đồng chí đảng viên trẻ ít phát biểu",
        "đảng viên đi làm ăn xa ở Hà Nội, Thái Bình",
        "TUYÊN TRUYỀN CHƯA RỘNG, CÁN BỘ THÔN THIẾU",
        "Vai trò của anh chị em công nhân chưa rõ",
        "do văn hóa đọc còn yếu; ho van dong nhan dan",
        "",
    ],
)
def test_what_names_nobody_is_left_alone(text: str) -> None:
    assert people_named(text) == []
    assert without_people(text, "một đồng chí") == text


def test_the_names_are_taken_out_and_all_else_stays() -> None:
    said = "Đồng chí Lê Văn Lượng đề nghị sửa đường; đ/c Mận đồng tình. Ông Bình nói thêm."
    assert without_people(said, "một đồng chí") == (
        "Một đồng chí đề nghị sửa đường; một đồng chí đồng tình. Một đồng chí nói thêm."
    )
