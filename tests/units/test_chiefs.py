"""Who answers for a unit that is no party organisation of its own is no "bí thư"."""

import pytest

from bot.tables import Unit
from tests.kit.desk import RecordingRenderer
from tests.kit.places import ROOT, ZONE
from tests.kit.stage import begins
from tests.kit.wording import labels
from tests.kit.world import World


def begin_here(world: World) -> None:
    world.units(
        ("DU", "Đảng ủy xã mẫu", "dang_uy", "", None),
        ("BTG", "Ban Tuyên giáo Đảng ủy xã mẫu", "ban_tuyen_giao", "", "DU"),
        ("CB1", "Chi bộ Thôn Tây", "chi_bo", "nong_thon", "DU"),
    )


pytestmark = begins(begin_here)


@pytest.mark.parametrize(
    ("code", "label"), [("CB1", "Thay bí thư: "), ("DU", "Thay bí thư: "), ("BTG", "Thay người phụ trách: ")]
)
def test_who_is_replaced_is_called_what_they_are(world: World, code: str, label: str) -> None:
    world.registered(code, "secretary")
    office = world.registered("DU", "admin").says("/quantri").taps("Đơn vị").says(code)
    assert next(one for one in labels(office) if one.startswith("Thay ")).startswith(label)
    office.taps("Thay ")
    assert office.last.text.startswith("Thay người phụ trách ở <b>")
    assert "kết thúc ngay, trợ lý báo tin cho đồng chí ấy\n" in office.last.text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Đảng ủy xã mẫu", "Văn phòng Đảng ủy xã mẫu"),
        ("Văn phòng Đảng ủy xã mẫu", "Văn phòng Đảng ủy xã mẫu"),
        ("VĂN PHÒNG ĐẢNG ỦY", "VĂN PHÒNG ĐẢNG ỦY"),
    ],
)
def test_an_office_is_called_an_office_once(name: str, said: str) -> None:
    template = '{% from "_parts.html" import office %}{{ office(unit) }}'
    words = RecordingRenderer(ROOT / "templates", ZONE).environment.from_string(template)
    assert words.render(unit=Unit(name=name)) == said
