"""Trees of units that many tests live in."""

from tests.kit.world import World


def committee(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
        ("CB02", "Chi bộ Công ty Nước sạch", "chi_bo", "doanh_nghiep", "DUK"),
        ("CB03", "Chi bộ Thôn Đông", "chi_bo", "nong_thon", "DUK"),
    )
