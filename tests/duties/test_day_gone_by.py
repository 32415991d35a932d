"""A meeting that was set for a day which has gone by is not spoken of as still to come."""

from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


def test_after_the_day_that_was_set_the_result_is_offered(world: World, secretary: Talker) -> None:
    secretary.says("/lichhop").says("20/4 19h30").taps("Bỏ qua").says("/thangnay")
    assert "👉 Đến giờ họp, đồng chí bấm “Bắt đầu họp”." in secretary.last.text
    assert not [one for one in labels(secretary) if "Nhập kết quả" in one]
    world.go("2022-04-20 21:30")
    assert "Đến giờ họp" in secretary.says("/thangnay").last.text
    world.go("2022-04-22 09:00")
    secretary.says("/thangnay")
    assert "Đến giờ họp" not in secretary.last.text
    assert "👉 Ngày đã đặt qua rồi: đã họp thì đồng chí bấm “Nhập kết quả”" in secretary.last.text
    assert [one for one in labels(secretary) if "Nhập kết quả" in one]
    assert [one for one in labels(secretary) if "Đổi lịch họp" in one]
    reads_well(secretary)
