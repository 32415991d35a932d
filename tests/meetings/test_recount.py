"""Correcting one figure of a meeting: nothing else changes, old and new stand side by side, what no longer fits is named."""

import pytest
from sqlalchemy import select

from bot.meetings.attendance import AttendanceCounts
from bot.meetings.counts import counts_of
from bot.meetings.dialogs import Counting
from bot.meetings.recounting import amend_counts, read_parts
from bot.problems import Invalid
from bot.tables import Meeting, Paper, Unit
from handlers.meetings import attendance
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

WHOLE = AttendanceCounts(
    total=28,
    present=25,
    absent_excused=1,
    absent_unexcused=1,
    exempt=0,
    elsewhere=1,
    official=25,
    probationary=3,
    present_official=22,
    present_probationary=3,
    guests=2,
)


@pytest.fixture
def secretary(world: World, secretary: Talker) -> Talker:
    """Has held a meeting with everything counted, and a vote of 22."""
    secretary.says("/ketqua").taps("T4 ·").taps("Hôm nay")
    secretary.says("25/28, chính thức 25, dự bị 3, vắng 1 có lý do, 1 không lý do, 1 ở nơi khác, khách mời 2")
    if "👉" in secretary.last.text and "Đúng" not in str(labels(secretary)):
        raise AssertionError(secretary.last.text)
    secretary.taps("Đúng")
    with world.db.write() as session:
        meeting = session.scalars(select(Meeting)).one()
        from bot.meetings.counts import write_counts

        write_counts(session, meeting, WHOLE, meeting.led_by or 0, world.at)
    secretary.presses("vote.add:1").says("Quy chế").says("21 tán thành, 1 không")
    assert "(21/22)" in secretary.last.text
    return secretary


def stored(world: World) -> AttendanceCounts:
    with world.db.read() as session:
        found = counts_of(session, session.scalars(select(Meeting)).one())
    assert found is not None
    return found


def test_one_figure_is_corrected_and_nothing_else(world: World, secretary: Talker) -> None:
    secretary.presses("result.fix:1").taps("Số liệu").says("khách mời 3")
    assert "Khách mời: 2 → <b>3</b>\nCác số khác giữ nguyên" in secretary.last.text
    assert stored(world) == WHOLE
    secretary.taps("Đúng")
    assert stored(world).guests == 3
    assert "Khách mời: 2 → 3" in str(secretary.got)
    with world.db.read() as session:
        assert session.scalars(select(Unit.members).where(Unit.code == "CB01")).one() == 28
    reads_well(secretary)


def test_what_gives_way_is_asked_and_the_vote_that_no_longer_fits_is_named(
    world: World, secretary: Talker
) -> None:
    with world.db.write() as session:
        meeting = session.scalars(select(Meeting)).one()
        facts = {"unit_id": meeting.unit_id, "meeting_id": meeting.id, "kind": "BB", "number": 4}
        session.add(Paper(**facts, term_from=world.at.date(), made_at=world.at))
    secretary.presses("result.fix:1").taps("Số liệu").taps("Có mặt: 25").says("26")
    assert secretary.last.text.startswith("✏️ Có mặt: 25 → <b>26</b>.\n\n👉 Để khớp tổng thì số nào đổi theo?")
    assert "Vắng không lý do: 1 → 0" in labels(secretary)
    secretary.taps("Vắng không lý do: 1 → 0")
    assert stored(world) == WHOLE
    assert (
        "Có mặt: 25 → <b>26</b>\nVắng không lý do: 1 → <b>0</b>\nCó mặt, chính thức: 22 → <b>23</b>"
        in secretary.last.text
    )
    secretary.taps("Đúng")
    found = stored(world)
    assert (found.present, found.absent_excused, found.absent_unexcused, found.elsewhere) == (26, 1, 0, 1)
    assert (found.present_official, found.present_probationary, found.guests) == (23, 3, 2)
    text = secretary.last.text
    assert "⚠️ Nay chưa khớp:\n– Biểu quyết “Quy chế”: 22 người biểu quyết\n– Văn bản đã lập" in text
    assert "📄 Lập lại văn bản" in labels(secretary)
    secretary.taps("Sửa biểu quyết")
    assert "Người biểu quyết: 23 đảng viên chính thức có mặt" in secretary.last.text
    secretary.says("22 tán thành, 1 không")
    assert "(22/23)" in secretary.last.text
    reads_well(secretary)


def test_the_same_in_a_running_meeting_leads_back_to_its_step(world: World) -> None:
    talker = world.registered("CB02", "secretary").says("/hop").taps("Bắt đầu họp: T4").taps("Tiếp")
    talker.says("25/28, 2 có phép, 1 không").taps("Đúng").taps("Sửa điểm danh").says("vắng có lý do 1")
    assert "Để khớp tổng thì số nào đổi theo?" in talker.last.text
    talker.says("có mặt 26")
    assert "Có mặt: 25 → <b>26</b>\nVắng có lý do: 2 → <b>1</b>" in talker.last.text
    talker.taps("Đúng")
    assert talker.last.text.startswith("✅ Đã sửa. Có mặt: 25 → 26; Vắng có lý do: 2 → 1.\n\n<b>Bước 2/8")
    talker.taps("Sửa điểm danh").says("gì đó")
    assert "gì" in talker.last.text
    assert "📝 Ghi vào biên bản" in labels(talker)
    talker.says("26/28")
    assert "không có gì đổi" in talker.last.text
    talker.taps("Quay lại").taps("Sửa điểm danh").taps("Nhập lại cả").says("27/28, 1 có phép").taps("Đúng")
    assert "27" in talker.last.text
    reads_well(talker)


def test_a_new_total_is_said_to_be_the_membership_before_it_is(world: World, secretary: Talker) -> None:
    secretary.presses("result.fix:1").taps("Số liệu").taps("Tổng số: 28").says("29")
    while "Để khớp tổng" in secretary.last.text:
        secretary.presses(secretary.choices[0].payload)
    assert "Tổng số nay là 29?" in secretary.last.text
    secretary.taps("Đúng, nay là 29")
    assert stored(world).total == 29
    with world.db.read() as session:
        assert session.scalars(select(Unit.members).where(Unit.code == "CB01")).one() == 29


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("có mặt 26", {"present": 26}),
        ("26/28", {"total": 28, "present": 26}),
        ("khách mời 3", {"guests": 3}),
        ("1 có lý do", {"absent_excused": 1}),
        ("có mặt 26 chứ không phải 25", {"present": 26}),
        ("co mat 26 chu ko phai 25", {"present": 26}),
        ("có mặt từ 25 thành 26", {"present": 26}),
        ("có mặt 25 đồng chí sửa thành 26", {"present": 26}),
        ("sửa có mặt thành 26 giúp em", {"present": 26}),
        ("có mặt 25 -> 26", {"present": 26}),
        ("nhầm, có mặt phải là 26", {"present": 26}),
        ("có mặt 26 mới đúng ạ", {"present": 26}),
        ("đổi vắng có phép còn 1", {"absent_excused": 1}),
        ("sửa lại: có mặt 26, vắng không phép 0", {"present": 26, "absent_unexcused": 0}),
    ],
)
def test_only_what_is_said_is_read(line: str, said: dict[str, int]) -> None:
    found = read_parts(line, WHOLE)
    assert {name: found[name] for name in said} == said
    assert found.keys() <= {*said, "total"}


def test_what_was_just_said_of_the_members_never_gives_way() -> None:
    follows = amend_counts(WHOLE, {"probationary": 4})
    assert (follows.gives, follows.values["official"]) == ((), 24)
    asked = amend_counts(WHOLE, {"official": 24})
    assert [(one.name, one.old, one.new) for one in asked.gives] == [
        ("probationary", 3, 4),
        ("temporary", 0, 1),
    ]


def test_sums_that_nothing_unsaid_can_mend_are_refused() -> None:
    with pytest.raises(Invalid, match="attendance_sum"):
        amend_counts(WHOLE, {"total": 28, "present": 40})
    with pytest.raises(Invalid):
        read_parts("hôm nay trời mưa", WHOLE)


@pytest.mark.parametrize(("then", "held"), [("result.recounted:7", True), ("meet.counted:7", False)])
def test_a_dialog_of_an_older_release_knows_which_meeting_it_counts(then: str, held: bool) -> None:
    old = {"meeting": 7, "rehearsal": False, "counts": {"total": 28}, "then": then, "back": "meet.walk:7"}
    counting = attendance.FLOW.load(old)
    assert isinstance(counting, Counting)
    assert (counting.meeting, counting.held, counting.counts) == (7, held, {"total": 28})
    assert attendance.FLOW.load(attendance.FLOW.dump(counting)) == counting
