"""The report that was made of a meeting is handed in by one tap, where a report about it is owed."""

import pytest
from sqlalchemy import select

from bot.tables import Duty, Meeting, Submission, Unit
from tests.kit.files import stored
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

PLAN = """
plan:
  symbol: 3-HD/BTG
  date: 2022-03-23
  issuer: Ban Tuyên giáo
  title: Hướng dẫn
  starts: 2022-04-01
  ends: 2022-12-31
topics:
  - {key: cd, title: Tự soi tự sửa, meeting: thematic, period: {from: 2022-04-01, to: 2022-06-30}}
  - {key: sau, title: Chuyên đề sau, meeting: thematic, period: {from: 2022-04-01, to: 2022-09-30}}
duties:
  - {key: gui, do: report, title: Báo cáo sau buổi sinh hoạt, due: {after_meeting: 2, topics: [cd]}}
  - {key: bc, do: report, title: Báo cáo đợt một, due: {before: 2022-06-15}, reports_on: cd, opens: 2022-04-01}
  - {key: khac, do: report, title: Báo cáo việc khác, due: {before: 2022-06-15}, opens: 2022-04-01}
"""


def met(world: World) -> None:
    """A thematic meeting was held, and its report has been made."""
    world.units(("DU", "Đảng ủy", "dang_uy", "", None), ("CB1", "Chi bộ 1", "chi_bo", "nong_thon", "DU"))
    world.load(plan_of(PLAN), "DU")
    talker = world.registered("CB1", "secretary")
    world.go("2022-05-10 19:00")
    with world.db.read() as session:
        duty = session.scalars(select(Duty.id).where(Duty.key == "cd")).one()
    talker.presses(f"meet.begin:{duty}")
    meeting = number(world)
    talker.presses(f"meet.count:{meeting}:0").says("25/28, vắng 2 có phép, 1 không phép").taps("Đúng")
    talker.presses(f"meet.end:{meeting}")
    runs(talker.presses(f"paper.make:{meeting}:BC"))


pytestmark = begins(met)


@pytest.fixture
def talker(world: World) -> Talker:
    return next(iter(world.talkers.values()))


def number(world: World) -> int:
    with world.db.read() as session:
        return session.scalars(select(Meeting.id).order_by(Meeting.id.desc())).first() or 0


def handed(world: World) -> list[tuple[str, bool | None, list[str]]]:
    with world.db.read() as session:
        rows = session.scalars(select(Submission).where(Submission.state == "handed").order_by(Submission.id))
        return [(one.duty.key, one.on_time, [file.name for file in one.files]) for one in rows]


def test_one_tap_under_the_report(world: World, talker: Talker) -> None:
    assert [label for label in labels(talker) if "Nộp" in label] == [
        "📎 Nộp luôn: Báo cáo sau buổi sinh hoạt",
        "📎 Nộp luôn: Báo cáo đợt một",
    ]
    assert talker.last.text.endswith("đủ rồi thì nộp luôn, thiếu thì điền, ký rồi nộp tệp ấy.")
    (file,) = talker.last.files
    talker.taps("Báo cáo sau buổi")
    assert talker.last.text.startswith(f"✅ <b>Đã nộp: Báo cáo sau buổi sinh hoạt</b>\n📎 {file.name}")
    assert handed(world) == [("gui:cd", True, [file.name])]
    talker.presses(f"paper:{number(world)}")
    assert [label for label in labels(talker) if "Nộp" in label] == [
        "📎 Nộp báo cáo đã soạn: Báo cáo đợt một"
    ]
    talker.taps("Báo cáo đợt một")
    assert [key for key, _, _ in handed(world)] == ["gui:cd", "bc"]
    talker.taps("Chọn nhầm")
    assert [key for key, _, _ in handed(world)] == ["gui:cd"]
    reads_well(talker)


def test_what_it_is_no_report_about_is_not_handed_in(world: World, talker: Talker) -> None:
    with world.db.read() as session:
        other = session.scalars(select(Duty.id).where(Duty.key == "khac")).one()
    talker.presses(f"paper.hand:{number(world)}:{other}")
    assert talker.last.text.startswith("📄 <b>Văn bản của buổi họp ngày thứ Ba 10/5</b>")
    assert handed(world) == []


def test_pressed_twice_it_is_handed_in_once(world: World, talker: Talker) -> None:
    press = talker.find("Báo cáo sau buổi").payload
    talker.presses(press).presses(press)
    assert talker.last.text.startswith("✅ Việc này đã xong: Báo cáo sau buổi sinh hoạt.")
    assert len(handed(world)) == 1


def test_beside_files_of_a_draft_it_is_looked_at_first(world: World, talker: Talker) -> None:
    press = talker.find("Báo cáo đợt một").payload
    talker.says("/nop").taps("Báo cáo đợt một").hands(stored("phu-luc.pdf", b"phu luc")).presses(press)
    assert "Đã nhận 2 tệp:\n📎 phu-luc.pdf" in talker.last.text
    assert handed(world) == []
    talker.taps("Xong")
    assert len(handed(world)[0][2]) == 2
    reads_well(talker)


def test_a_report_that_was_not_made_yet_is_made_first(world: World, talker: Talker) -> None:
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB1")).one()
        duty = session.scalars(select(Duty.id).where(Duty.key == "sau", Duty.unit_id == unit.id)).one()
    talker.presses(f"meet.begin:{duty}")
    second = number(world)
    talker.presses(f"meet.count:{second}:0").says("25/28, vắng 2 có phép, 1 không phép").taps("Đúng")
    talker.presses(f"meet.end:{second}").presses(f"paper:{second}")
    assert not [label for label in labels(talker) if "Nộp" in label]
    runs(talker.presses(f"paper.make:{second}:BC"))
    assert talker.last.text.endswith("👉 Đồng chí mở tệp, đọc lại rồi in và ký.")


def test_what_the_report_asks_for_beside_its_file_is_asked_then(world: World, talker: Talker) -> None:
    asks = "after_meeting: 2, topics: [cd]}, asks: [{key: y, title: Số ý kiến}]}"
    world.load(plan_of(PLAN.replace("after_meeting: 2, topics: [cd]}}", asks)), "DU")
    talker.taps("Báo cáo sau buổi")
    assert talker.got[-2].text.startswith("✅ <b>Đã nộp: Báo cáo sau buổi sinh hoạt</b>")
    assert talker.last.text.startswith("📝 <b>Số ý kiến</b>")
    reads_well(talker)
