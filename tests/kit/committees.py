"""Trees of units that many tests live in."""

from tests.kit.plans import MONTHLY, shipped
from tests.kit.world import World, registration


def committee(world: World) -> None:
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("CB01", "Chi bộ Văn phòng", "chi_bo", "co_quan", "DUK"),
        ("CB02", "Chi bộ Công ty Nước sạch", "chi_bo", "doanh_nghiep", "DUK"),
        ("CB03", "Chi bộ Thôn Đông", "chi_bo", "nong_thon", "DUK"),
    )


def monthly_committee(world: World) -> None:
    """The committee with a topic a month since April 2022; it is the first of April."""
    committee(world)
    world.load(shipped(MONTHLY))


secretary_of_first = registration("CB01", "secretary")
office_of_committee = registration("DUK", "admin")
