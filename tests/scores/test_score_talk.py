"""Scoring in chat: what is computed, a question for each of the rest, the vote, corrections, the decision above."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.tables import Attendance, Audit, Meeting, Person, Score, Unit, Vote
from tests.kit.committees import committee
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.walked import as_loaded
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


def begin_here(world: World) -> None:
    committee(world)
    world.go("2026-04-03 21:10")


pytestmark = begins(begin_here)


def held(world: World, code: str = "CB01", begin: str = "2026-04-03 19:30", **facts: Any) -> int:
    """A meeting of 95 minutes with all steps walked, 25 of 27 there, everything prepared."""
    counts = {"official": 26, "present_official": 24, **facts.pop("counts", {})}
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        began = world.local(begin)
        given: dict[str, Any] = {
            "kind": "regular",
            "state": "held",
            "planned_at": began,
            "started_at": began,
            "ended_at": began + timedelta(minutes=95),
            "steps": [{"key": "a", "title": "A"}, {"key": "b", "title": "B"}],
            "marks": {"0": "done", "1": "done"},
            "ready": ["agree", "notify", "materials"],
            "walk": {"speakers": {"1": 4}},
            "created_at": began,
            **facts,
        }
        meeting = Meeting(unit_id=unit.id, **as_loaded(given))
        session.add(meeting)
        session.flush()
        session.add(
            Attendance(
                meeting_id=meeting.id,
                total=28,
                present=25,
                absent_excused=2,
                absent_unexcused=0,
                exempt=1,
                entered_by=session.scalars(select(Person.id)).first(),
                entered_at=began,
                **counts,
            )
        )
        return meeting.id


def begun(talker: Talker, meeting: int) -> Talker:
    return talker.presses(f"score:{meeting}").taps("Chấm tiếp")


def answered(talker: Talker, *points: str) -> Talker:
    for said in points or ("5", "25", "10", "5", "30", "3"):
        talker.says(said)
    return talker


def proposed(talker: Talker, meeting: int) -> Talker:
    """78 asked and 20 computed: 98 points."""
    return answered(begun(talker, meeting)).taps("Không có")


def score(world: World, meeting: int) -> Score:
    with world.db.read() as session:
        return session.get_one(Score, meeting)


def actions(world: World) -> list[str]:
    with world.db.read() as session:
        found = session.scalars(
            select(Audit.action).where(Audit.action.startswith("score")).order_by(Audit.id)
        )
        return list(found)


def test_the_whole_way(world: World, secretary: Talker) -> None:
    meeting = held(world)
    secretary.presses(f"score:{meeting}")
    text = secretary.last.text
    assert text.startswith("⭐ <b>Chấm điểm buổi sinh hoạt</b>\nChi bộ Văn phòng · thứ Sáu 03/4\n")
    assert "Theo 42-HD/BTCTW, 10 mục, 100 điểm." in text
    assert "– Thời gian, thời lượng sinh hoạt: Họp 95 phút, đủ tối thiểu 90 phút: <b>5/5</b>" in text
    assert "Có mặt 25/27 (92,6%), yêu cầu từ 90%, không có ai vắng không lý do: <b>5/5</b>" in text
    assert "Đã làm 3/3 việc chuẩn bị: <b>5/5</b>" in text
    assert "– Đủ các bước: Đủ 2 bước: <b>5/5</b>" in text
    assert "👉 Còn 6 mục" in text
    secretary.taps("Chấm tiếp 6 mục")
    assert secretary.last.text.startswith("⭐ <b>Mục 3/10 · Chuẩn bị nội dung</b> (tối đa 5 điểm)")
    assert labels(secretary)[:6] == [f"{n} điểm" for n in (5, 4, 3, 2, 1, 0)]
    secretary.taps("4 điểm")
    assert "Mục 6/10 · Nội dung; biểu dương, phê bình; nhiều ý kiến" in secretary.last.text
    assert "Có 4 lượt phát biểu, đã ghi 0 ý kiến" in secretary.last.text
    secretary.says("22").says("9/10").says("năm").says("25 điểm")
    assert "Mục 10/10 · Kết luận, thông qua biên bản, đăng tải" in secretary.last.text
    assert "Chưa đọc lại biên bản" in secretary.last.text
    secretary.taps("3 điểm")
    assert secretary.last.text.startswith("📝 <b>Hạn chế của buổi sinh hoạt</b>")
    assert score(world, meeting).total is None
    secretary.says("Ít ý kiến thảo luận")
    text = secretary.last.text
    assert text.startswith("⭐ <b>Chi ủy đề xuất: 88 điểm, Khá</b>\n")
    assert "3. Công tác chuẩn bị: 9/10\n4. Tổ chức sinh hoạt: 36/40\n" in text
    assert "Tổng: <b>88/100 điểm, xếp loại Khá</b>\nHạn chế: Ít ý kiến thảo luận" in text
    secretary.taps("Chi bộ biểu quyết")
    assert "Đảng viên chính thức có mặt: 24" in secretary.last.text
    secretary.says("23/24")
    assert secretary.last.text.startswith("🗳 Còn 1 đồng chí chưa tán thành.")
    secretary.taps("Không có")
    assert "🗳 Chi bộ biểu quyết: 23/24 tán thành, 1 ý kiến khác" in secretary.last.text
    assert "👉 Chờ cấp trên công nhận." in secretary.last.text
    row = score(world, meeting)
    assert (row.total, row.grade, row.voted, row.sheet) == (88, "Khá", True, "42-HD-BTCTW")
    assert row.points["to-chuc:noi-dung"] == 22
    with world.db.read() as session:
        vote = session.scalars(select(Vote)).one()
        assert (vote.agree, vote.against, vote.other, vote.voters, vote.members) == (23, 0, 1, 24, 26)
        assert vote.subject == "Tự chấm điểm chất lượng buổi sinh hoạt: 88/100 điểm, xếp loại Khá"
    assert actions(world) == ["score proposed", "score voted"]
    reads_well(secretary)


def test_what_cannot_be_computed_is_asked_with_what_is_known(world: World, secretary: Talker) -> None:
    meeting = held(
        world, ended_at=world.local("2026-04-03 20:50"), ready=[], marks={"0": "skipped", "1": "done"}
    )
    secretary.presses(f"score:{meeting}")
    assert "👉 Còn 9 mục" in secretary.last.text
    secretary.says("có")
    assert "Họp 80 phút, thiếu 10 phút so với tối thiểu 90 phút" in secretary.last.text
    assert "👉 Chi ủy chấm mấy điểm cho thời gian, thời lượng sinh hoạt? Bấm, hoặc gõ" in secretary.last.text
    secretary.says("4").says("5")
    assert "Mục 4/10 · Họp chi ủy" in secretary.last.text
    assert "điểm)\n\n👉" in secretary.last.text
    secretary.says("0")
    assert "Bỏ qua 1 trong 2 bước" in secretary.last.text
    reads_well(secretary)


def test_a_meeting_entered_afterwards_has_no_length(world: World, secretary: Talker) -> None:
    secretary.presses(f"score:{held(world, steps=[], marks={}, ready=[], walk={})}")
    assert "phút" not in secretary.last.text
    assert "👉 Còn 9 mục" in secretary.last.text


def test_what_is_typed_wrong_is_asked_again(world: World, secretary: Talker) -> None:
    meeting = held(world)
    secretary.presses(f"score:{meeting}").says("để xem đã")
    assert secretary.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây.")
    secretary.taps("Chấm tiếp").says("6")
    assert secretary.last.text.startswith("Mục này nhiều nhất 5 điểm.")
    secretary.says("khá tốt")
    assert secretary.last.text.startswith(
        "Trợ lý chưa đọc được số điểm trong “khá tốt”. Xin đồng chí gõ một số từ 0 đến 5."
    )
    secretary.says("4/10")
    assert secretary.last.text.startswith("Trợ lý chưa đọc được số điểm trong “4/10”.")
    assert "Mục 3/10" in secretary.last.text
    answered(secretary)
    secretary.says("x" * 2100)
    assert secretary.last.text.startswith("Nội dung dài quá 2000 ký tự.")
    secretary.says("không có").taps("Chi bộ biểu quyết").says("nhiều")
    assert secretary.last.text.startswith("Trợ lý chưa đọc được kết quả trong “nhiều”.")
    secretary.says("25/25")
    assert secretary.last.text.startswith("Số biểu quyết phải từ 1 đến 24")
    secretary.says("20").says("5")
    assert secretary.last.text.startswith("Chỉ còn 4 đồng chí không tán thành")
    secretary.taps("Cả 4")
    assert "20/24 tán thành, 4 không tán thành" in secretary.last.text
    reads_well(secretary)


def test_back_through_the_questions(world: World, secretary: Talker) -> None:
    meeting = held(world)
    begun(secretary, meeting).says("4").says("20")
    assert "Mục 7/10" in secretary.last.text
    secretary.taps("Quay lại")
    assert "Mục 6/10" in secretary.last.text
    assert "Đang là 20/25" in secretary.last.text
    secretary.says("quay lại")
    assert "Mục 3/10" in secretary.last.text
    secretary.taps("Quay lại")
    assert secretary.last.text.startswith("⭐ <b>Chấm điểm buổi sinh hoạt</b>")
    assert "👉 Còn 4 mục" in secretary.last.text
    assert "– Chuẩn bị nội dung: <b>4/5</b>" in secretary.last.text
    secretary.taps("Chấm tiếp").taps("Quay lại").says("23")
    assert "Mục 7/10" in secretary.last.text
    secretary.says("10").says("5").says("30").says("5")
    assert "Hạn chế của buổi sinh hoạt" in secretary.last.text
    secretary.taps("Quay lại")
    assert "Mục 10/10" in secretary.last.text
    assert "Đang là 5/5" in secretary.last.text
    secretary.says("4").taps("Không có")
    assert "Chi ủy đề xuất: 96 điểm, Tốt" in secretary.last.text
    reads_well(secretary)


def test_it_goes_on_where_it_was_left_days_later(world: World, secretary: Talker) -> None:
    meeting = held(world)
    begun(secretary, meeting).says("4").says("/huy")
    world.later(days=3)
    begun(secretary, meeting)
    assert "Mục 6/10" in secretary.last.text
    answered(secretary, "20", "8", "5", "25", "5").says("/start")
    secretary.presses(f"score:{meeting}").taps("Chấm tiếp")
    assert "Hạn chế của buổi sinh hoạt" in secretary.last.text
    secretary.taps("Không có")
    assert "Chi ủy đề xuất: 87 điểm, Khá" in secretary.last.text


def test_two_phones(world: World, secretary: Talker) -> None:
    meeting = held(world)
    other = world.registered("CB01", "secretary")
    begun(secretary, meeting)
    begun(other, meeting)
    assert "Mục 3/10" in other.last.text
    secretary.says("4")
    other.says("2")
    assert other.last.text.startswith("“Chuẩn bị nội dung” vừa được một đồng chí khác chấm.")
    assert "Mục 6/10" in other.last.text
    assert score(world, meeting).points == {"chuan-bi:noi-dung": 4}
    other.says("20").says("9")
    secretary.says("25")
    assert "vừa được một đồng chí khác chấm" in secretary.last.text
    assert "Mục 8/10" in secretary.last.text
    other.says("5").says("25")
    secretary.says("3")
    assert "Mục 10/10" in secretary.last.text
    secretary.says("5").taps("Không có")
    assert "Chi ủy đề xuất: 88 điểm, Khá" in secretary.last.text
    other.says("1")
    assert other.last.text.startswith(
        "Một đồng chí khác vừa chấm xong; đây là kết quả.\n\n⭐ <b>Chi ủy đề xuất: 88"
    )
    assert score(world, meeting).total == 88
    assert actions(world) == ["score proposed"]
    reads_well(secretary, other)


def test_two_phones_at_the_weaknesses(world: World, secretary: Talker) -> None:
    meeting = held(world)
    other = world.registered("CB01", "secretary")
    answered(begun(secretary, meeting))
    begun(other, meeting)
    secretary.says("Họp còn chậm")
    other.taps("Không có")
    assert other.last.text.startswith("Một đồng chí khác vừa chấm xong")
    assert score(world, meeting).weaknesses == "Họp còn chậm"


def test_a_correction_calls_for_another_vote(world: World, secretary: Talker) -> None:
    meeting = held(world)
    proposed(secretary, meeting).taps("Chi bộ biểu quyết").says("tất cả")
    assert "Chi bộ biểu quyết: 24/24 tán thành" in secretary.last.text
    assert score(world, meeting).voted
    secretary.taps("Sửa điểm")
    assert "1. Thời gian, thời lượng sinh hoạt: 5/5\n" in secretary.last.text
    secretary.says("11")
    assert secretary.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây.")
    secretary.taps("1. Thời gian").taps("Quay lại").says("1").taps("2 điểm")
    assert "Chi ủy đề xuất: 95 điểm, Tốt" in secretary.last.text
    assert "Chi bộ biểu quyết:" not in secretary.last.text
    assert not score(world, meeting).voted
    secretary.taps("Sửa điểm")
    assert "1. Thời gian, thời lượng sinh hoạt: 2/5 (trợ lý tính 5)" in secretary.last.text
    secretary.taps("Quay lại").taps("Sửa hạn chế")
    assert "Đang ghi: không có" in secretary.last.text
    secretary.says("Phát biểu chưa sâu")
    assert "Hạn chế: Phát biểu chưa sâu" in secretary.last.text
    secretary.taps("Sửa hạn chế").taps("Quay lại").taps("Chi bộ biểu quyết").taps("Tất cả 24")
    assert score(world, meeting).voted
    assert actions(world) == [
        "score proposed",
        "score voted",
        "score corrected",
        "score corrected",
        "score voted",
    ]
    reads_well(secretary)


def test_a_proposal_that_is_voted_down(world: World, secretary: Talker) -> None:
    meeting = held(world)
    proposed(secretary, meeting).taps("Chi bộ biểu quyết").says("12/24").says("12")
    assert "⚠️ Chưa quá nửa số biểu quyết tán thành." in secretary.last.text
    assert not score(world, meeting).voted
    leader = world.registered("DUK", "leader").presses(f"score.decide:{meeting}")
    assert leader.last.text.startswith("Chi bộ chưa biểu quyết thông qua điểm này")
    secretary.taps("Biểu quyết lại").says("20/24").taps("Không có")
    assert score(world, meeting).voted
    reads_well(secretary, leader)


def test_where_the_official_members_were_not_counted_both_numbers_are_typed(
    world: World, secretary: Talker
) -> None:
    meeting = held(world, counts={"official": None, "present_official": None})
    proposed(secretary, meeting).taps("Chi bộ biểu quyết")
    assert "Đảng viên dự bị không biểu quyết." in secretary.last.text
    secretary.says("tất cả")
    assert secretary.last.text.startswith("Trợ lý chưa đọc được kết quả trong “tất cả”.")
    secretary.says("24")
    assert secretary.last.text.startswith("24 trên tổng số bao nhiêu đồng chí biểu quyết?")
    secretary.says("24/24 đồng chí")
    assert "24/24 tán thành" in secretary.last.text
    with world.db.read() as session:
        assert session.scalars(select(Vote.members)).one() == 28
    reads_well(secretary)


def test_the_decision_above(world: World, secretary: Talker) -> None:
    first, second = held(world), held(world, "CB02", "2026-04-02 19:30")
    follower, leader = world.registered("DUK", "follower"), world.registered("DUK", "leader")
    proposed(secretary, first).taps("Chi bộ biểu quyết").says("tất cả")
    proposed(world.registered("CB02", "secretary"), second).taps("Chi bộ biểu quyết").says("24/24")
    leader.says("/tonghop")
    assert "⭐ Chất lượng năm 2026: 2 Tốt" in leader.last.text
    leader.taps("Công nhận chất lượng (2)")
    assert "2 buổi chờ công nhận:\n1. Chi bộ Công ty Nước sạch, thứ Năm 02/4: <b>98 điểm" in leader.last.text
    leader.taps("2. Chi bộ Văn phòng")
    assert (
        "Chi bộ tự chấm: <b>98/100 điểm, xếp loại Tốt</b>\n1. Thời gian, thời lượng: 5/5\n"
        in leader.last.text
    )
    follower.presses(f"score.decide:{first}").says("công nhận giúp")
    assert follower.last.text.startswith("Xin đồng chí chọn một trong các nút dưới đây.")
    follower.says("Khá")
    assert follower.last.text.startswith("✅ <b>Đã ghi: Khá</b>\nChi bộ Văn phòng")
    assert "Chi bộ tự xếp loại Tốt." in follower.last.text
    leader.taps("✅ Công nhận Tốt")
    assert leader.last.text.startswith("Một đồng chí khác vừa ghi quyết định; đây là kết quả hiện nay.")
    assert "Đã công nhận: <b>Khá</b>" in leader.last.text
    assert score(world, first).decided_grade == "Khá"
    world.go("2026-04-04 09:00")
    secretary.looks()
    assert secretary.last.text.startswith("⭐ Cấp trên công nhận chất lượng buổi sinh hoạt: <b>Khá</b>")
    secretary.taps("Xem điểm")
    assert "⭐ Cấp trên công nhận: <b>Khá</b>" in secretary.last.text
    assert not [label for label in labels(secretary) if "Sửa" in label]
    secretary.presses(f"score.fix:{first}")
    assert secretary.last.text.startswith("Cấp trên đã công nhận loại Khá nên không sửa điểm được nữa.")
    secretary.says("/tinhhinh")
    assert (
        "⭐ Chất lượng năm 2026: 1 Khá\nBuổi thứ Sáu 03/4: 98 điểm, Tốt; cấp trên công nhận Khá"
        in secretary.last.text
    )
    leader.taps("Công nhận Tốt")
    follower.says("/tonghop")
    assert "⭐ Chất lượng năm 2026: 2 Tốt" in follower.last.text
    assert "Công nhận chất lượng (1)" in " ".join(labels(follower))
    follower.presses(f"score.decide:{second}").says("đồng ý").taps("Buổi khác")
    assert "✅ Không có buổi nào chờ công nhận." in follower.last.text
    assert actions(world).count("score decided") == 3
    reads_well(secretary, leader, follower)


def test_the_leader_sees_no_weaknesses(world: World, secretary: Talker) -> None:
    meeting = held(world)
    answered(begun(secretary, meeting)).says("Đồng chí X nói ít").taps("Chi bộ biểu quyết").says("tất cả")
    leader = world.registered("DUK", "leader").presses(f"score.decide:{meeting}")
    assert "Chi bộ tự chấm" in leader.last.text
    assert "Đồng chí X" not in leader.last.text


def test_wrong_roles(world: World, secretary: Talker) -> None:
    meeting = held(world)
    proposed(secretary, meeting).taps("Chi bộ biểu quyết").says("tất cả")
    before = score(world, meeting)
    people = {
        "secretary": (secretary, ("score.list", "score.decide")),
        "sibling": (world.registered("CB02", "secretary"), None),
        "leader": (world.registered("DUK", "leader"), ("score", "score.fix", "score.weak", "score.vote")),
        "admin": (world.registered("DUK", "admin"), None),
    }
    every = ("score", "score.fix", "score.weak", "score.vote", "score.list", "score.decide")
    for name, (talker, pressed) in people.items():
        for action in pressed or every:
            talker.presses(action if action == "score.list" else f"{action}:{meeting}")
            assert talker.last.text.startswith("⚠️"), (name, action, talker.last.text)
    after = score(world, meeting)
    assert (after.total, after.voted, after.decided_grade) == (before.total, True, "")


def test_a_role_that_ends_in_the_middle(world: World, secretary: Talker) -> None:
    meeting = held(world)
    begun(secretary, meeting)
    with world.db.write() as session:
        session.get_one(Meeting, meeting).unit_id = session.scalars(
            select(Unit.id).where(Unit.code == "CB02")
        ).one()
    secretary.says("4")
    assert secretary.last.text.startswith("⚠️")
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Score)) == 0


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"rehearsal": True}, "Đây là buổi họp thử nên không chấm điểm."),
        ({"state": "running"}, "Buổi họp này chưa kết thúc nên chưa chấm điểm được."),
        ({"begin": "2022-04-05 19:30"}, "Vào ngày họp chưa có bảng điểm nào áp dụng cho đơn vị"),
    ],
)
def test_what_is_not_scored(world: World, secretary: Talker, facts: dict[str, Any], why: str) -> None:
    secretary.presses(f"score:{held(world, **facts)}")
    assert secretary.last.text.startswith(why)
    secretary.says("/tinhhinh")
    assert not [label for label in labels(secretary) if "Chấm điểm" in label]
    reads_well(secretary)


def test_the_units_card_offers_the_last_meeting(world: World, secretary: Talker) -> None:
    held(world, begin="2026-03-03 19:30")
    meeting = held(world)
    secretary.says("/tinhhinh").taps("Chấm điểm buổi thứ Sáu 03/4")
    secretary.taps("Chấm tiếp")
    answered(secretary).taps("Không có").says("/tinhhinh")
    assert "Buổi thứ Sáu 03/4: 98 điểm, Tốt; chi bộ chưa biểu quyết" in secretary.last.text
    secretary.taps("Chấm điểm buổi").taps("Chi bộ biểu quyết").says("tất cả").says("/tinhhinh")
    assert "⭐ Chất lượng năm 2026: 1 Tốt" in secretary.last.text
    assert "chờ cấp trên công nhận" in secretary.last.text
    assert not [label for label in labels(secretary) if "Chấm điểm" in label]
    assert score(world, meeting).voted
    reads_well(secretary)


def test_votes_and_corrections_of_what_is_not_whole_lead_to_the_questions(
    world: World, secretary: Talker
) -> None:
    meeting = held(world)
    for action in ("score.fix", "score.weak", "score.vote"):
        secretary.presses(f"{action}:{meeting}")
        assert secretary.last.text.startswith("⭐ <b>Chấm điểm buổi sinh hoạt</b>")


def test_a_committees_own_sheet(world: World) -> None:
    world.units(
        ("PHUONG-VI-DU", "Đảng ủy phường", "dang_bo_co_so", "", "DUK"),
        ("TDP1", "Chi bộ Tổ dân phố 1", "chi_bo", "nong_thon", "PHUONG-VI-DU"),
    )
    secretary = world.registered("TDP1", "secretary").presses(f"score:{held(world, 'TDP1')}")
    text = secretary.last.text
    assert "Theo 01-HD/ĐU, 13 mục, 100 điểm." in text
    assert "– Ý kiến phát biểu: Có 4 lượt phát biểu: <b>6/9</b>" in text
    assert "– Đọc lại và thông qua biên bản: Chưa đọc lại biên bản: <b>0/2</b>" in text
    secretary.taps("Chấm tiếp")
    assert "Mục 1/13 · Họp đúng giờ" in secretary.last.text
    assert "👉 Đồng chí chấm mấy điểm? Bấm, hoặc gõ một số từ 0 đến 4." in secretary.last.text
    reads_well(secretary)


def test_a_held_meeting_offers_its_score(world: World, secretary: Talker) -> None:
    meeting, old = held(world), held(world, begin="2022-04-05 19:30")
    secretary.presses(f"meet.walk:{old}")
    assert not [label for label in labels(secretary) if "Chấm điểm" in label]
    secretary.presses(f"meet.walk:{meeting}").taps("Chấm điểm")
    assert secretary.last.text.startswith("⭐ <b>Chấm điểm buổi sinh hoạt</b>")


def test_an_old_meeting_is_scored_with_leave_only(world: World, secretary: Talker) -> None:
    late, whole, doing = held(world), held(world), held(world)
    proposed(secretary, whole)
    begun(secretary, doing)
    world.go("2026-05-03 20:00")
    secretary.says("5")
    world.go("2026-05-04 08:00")
    secretary.says("25")
    assert secretary.last.text.startswith("Buổi họp thứ Sáu 03/4 đã quá 30 ngày")
    assert len(score(world, doing).points) == 1
    for payload in (f"score:{late}", *(f"score.{name}:{whole}" for name in ("fix", "weak", "vote"))):
        secretary.presses(payload)
        assert secretary.last.text.startswith("Buổi họp thứ Sáu 03/4 đã quá 30 ngày"), payload
        assert "Xin sửa" in labels(secretary)
    secretary.presses(f"score:{whole}")
    assert secretary.last.text.startswith("⭐ <b>Chi ủy đề xuất: 98 điểm")
    with world.db.write() as session:
        for number in (late, whole):
            session.get_one(Meeting, number).unlocked_until = world.local("2026-05-07 08:00")
    secretary.presses(f"score.fix:{whole}")
    assert "đã quá 30 ngày" not in secretary.last.text
    proposed(secretary, late)
    assert score(world, late).total == 98
    reads_well(secretary)


def test_the_step_of_the_score_leads_to_it_and_back(world: World) -> None:
    secretary = world.registered("CB01", "secretary").says("/hop").taps("ngoài kế hoạch")
    while "Chấm điểm, xếp loại" not in secretary.last.text:
        if "👥 Điểm danh" in labels(secretary):
            secretary.says("28/28").taps("Đúng")
        else:
            assert "⭐ Chấm điểm" not in labels(secretary)
            secretary.taps("Tiếp")
    assert labels(secretary) == ["⭐ Chấm điểm", "Tiếp ➡️", "⬅️ Lùi", "⋯ Thêm"]
    secretary.taps("Chấm điểm")
    assert "⭐ <b>Chấm điểm buổi sinh hoạt</b>" in secretary.last.text
    secretary.taps("Về bước họp")
    assert "Chấm điểm, xếp loại" in secretary.last.text
    reads_well(secretary)
