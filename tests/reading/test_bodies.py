"""Whom a plan means by "gửi … (qua …)"."""

import pytest

from bot.reading.bodies import means_directly_above, named_bodies, names_unit


@pytest.mark.parametrize(
    ("said", "bodies"),
    [
        ("Ban Thường vụ Đảng ủy Khối", ["ban thuong vu dang uy khoi"]),
        (
            "Ban Thường vụ Huyện uỷ và Ban Tuyên giáo Tỉnh uỷ",
            ["ban thuong vu huyen uy", "ban tuyen giao tinh uy"],
        ),
        ("Thường trực Đảng ủy (để tổng hợp, báo cáo Ban Thường vụ)", ["thuong truc dang uy"]),
        (
            "Đảng viên trong chi bộ (hoặc tổ đảng) và cấp ủy cấp trên trực tiếp",
            ["dang vien trong chi bo", "cap uy cap tren truc tiep"],
        ),
        ("", []),
        (" (báo cáo", []),
    ],
)
def test_bodies_are_told_apart(said: str, bodies: list[str]) -> None:
    assert named_bodies(said) == bodies


@pytest.mark.parametrize(
    ("said", "name", "over", "means"),
    [
        ("Ban Tuyên giáo Đảng ủy Khối", "Ban Tuyên giáo", "Đảng ủy Khối mẫu", True),
        ("Ban Tuyên giáo Đảng uỷ", "Ban Tuyên giáo Đảng ủy xã Kỳ Lợi", "Đảng bộ xã Kỳ Lợi", True),
        ("Ban Tuyên giáo Đảng ủy", "Ban Tuyên giáo", "Đảng bộ xã Kỳ Lợi", True),
        ("Ban Tuyên giáo Thị ủy", "Ban Tuyên giáo", "Đảng ủy xã Kỳ Lợi", False),
        ("Ban Tuyên giáo Tỉnh ủy", "Ban Tuyên giáo Đảng ủy", "Đảng ủy Khối", False),
        ("Văn phòng Đảng ủy", "Ban Tuyên giáo", "Đảng ủy xã", False),
        ("Ban Thường vụ Đảng ủy Khối", "Đảng ủy Khối mẫu", "", True),
        ("Thường trực Đảng ủy", "Đảng bộ xã Kỳ Lợi", "", True),
        ("Ban Thường vụ Huyện ủy", "Đảng ủy xã Kỳ Lợi", "", False),
        ("Đảng viên trong chi bộ", "Đảng ủy xã", "", False),
        ("Đảng ủy", "", "", False),
    ],
)
def test_a_body_is_a_unit(said: str, name: str, over: str, means: bool) -> None:
    assert names_unit(named_bodies(said)[0], name, over) is means


@pytest.mark.parametrize(
    ("said", "means"),
    [("cấp ủy cấp trên trực tiếp", True), ("Cấp trên theo quy định", True), ("Ban Tổ chức cấp trên", False)],
)
def test_who_stands_directly_above(said: str, means: bool) -> None:
    assert means_directly_above(named_bodies(said)[0]) is means
