"""Votes: one line read, sums held, both shares shown; probationary members are kept out; several, corrected, dropped."""

from contextlib import suppress
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.meetings.vote_line import check_vote, read_vote
from bot.meetings.votes import AFTER, vote_shares
from bot.problems import Invalid
from bot.tables import Attendance, Audit, Meeting, Vote
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("25 tán thành, 1 không", (25, 1, 0)),
        ("tán thành 25, không tán thành 1", (25, 1, 0)),
        ("25 tan thanh 1 khong", (25, 1, 0)),
        ("25 đồng ý; 1 không đồng ý", (25, 1, 0)),
        ("đồng ý 24, không đồng ý 1, ý kiến khác 1", (24, 1, 1)),
        ("24 tán thành, 2 ý kiến khác", (24, 0, 2)),
        ("15 tán thành, 11 ý kiến khác (42,3%)", (15, 0, 11)),
        ("25, 1 không", (25, 1, 0)),
        ("tất cả", (26, 0, 0)),
        ("Tất cả đồng chí tán thành", (26, 0, 0)),
        ("nhất trí 100%", (26, 0, 0)),
        ("nhất trí", (26, 0, 0)),
        ("cả 26 đồng chí đều tán thành", (26, 0, 0)),
        ("26/26 tán thành", (26, 0, 0)),
        ("25/26 tán thành, 1 không tán thành", (25, 1, 0)),
        ("không ai phản đối", (26, 0, 0)),
        ("1 không tán thành", (25, 1, 0)),
        ("26", (26, 0, 0)),
        ("hai mươi lăm tán thành, một không", (25, 1, 0)),
        ("25", (25, None, None)),
        ("25 tán thành", (25, None, None)),
        ("25/26", (25, None, None)),
        ("không tán thành 26", (0, 26, 0)),
        ("26/26 (100%)", (26, 0, 0)),
        ("25/26 đạt 96,2%", (25, None, None)),
        ("25/26 tán thành, đạt tỷ lệ 96,2 %", (25, None, None)),
        ("25 tán thành (96,2%), 1 không tán thành (3,8%)", (25, 1, 0)),
        ("cả 26 đồng chí tán thành, chiếm 100%", (26, 0, 0)),
        ("100%", (26, 0, 0)),
    ],
)
def test_a_vote_in_one_line(text: str, result: tuple[int, int | None, int | None]) -> None:
    assert read_vote(text, 26) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("25/25", (25, 0, 0)),
        ("nhất trí 100%", (25, 0, 0)),
        ("24 tán thành 1 không", (24, 1, 0)),
        ("2 không tán thành, 1 ý kiến khác", (22, 2, 1)),
        ("24 tán thành, 1 trắng", (24, 0, 1)),
        ("24 tán thành, 1 phiếu trắng", (24, 0, 1)),
        ("24 đồng ý 1 bỏ trắng", (24, 0, 1)),
        ("100 % (25/25)", (25, 0, 0)),
        ("100%", (25, 0, 0)),
        ("toàn bộ nhất trí", (25, 0, 0)),
        ("tất cả tán thành", (25, 0, 0)),
        ("100% tán thành", (25, 0, 0)),
        ("25/25 đạt 100%", (25, 0, 0)),
        ("25/25 (100%)", (25, 0, 0)),
        ("hai lăm tán thành", (25, 0, 0)),
        ("hai mươi tư tán thành, một không", (24, 1, 0)),
        ("nhất trí", (25, 0, 0)),
        ("nhất trí hết", (25, 0, 0)),
        ("đồng ý hết", (25, 0, 0)),
        ("nhất trí cả", (25, 0, 0)),
        ("thống nhất 100%", (25, 0, 0)),
        ("ok hết", None),
        ("đa số", None),
        ("quá bán", None),
        ("24/25", (24, None, None)),
        ("24", (24, None, None)),
        ("24/25 tán thành, 1 không tán thành", (24, 1, 0)),
        ("24/25 96%", (24, None, None)),
        ("24/25 đạt 100%", None),
        ("24 tán thành 100%", None),
        ("23 tán thành, 1 không, 1 không ý kiến", (23, 1, 1)),
        ("23 tán thành, 1 phản đối, 1 không biểu quyết", (23, 1, 1)),
        ("24 nhất trí, 0 không, 1 khác", (24, 0, 1)),
        ("không ai phản đối", (25, 0, 0)),
        ("không có ai không tán thành", (25, 0, 0)),
        ("0 phản đối", (25, 0, 0)),
        ("1 không", (24, 1, 0)),
        ("1 không tán thành", (24, 1, 0)),
        ("một đồng chí không tán thành", (24, 1, 0)),
        ("tán thành: 24; không tán thành: 1; ý kiến khác: 0", (24, 1, 0)),
        ("tán thành 24, không tán thành 1", (24, 1, 0)),
        ("TT 24 KTT 1", (24, 1, 0)),
        ("24 tt, 1 ktt", (24, 1, 0)),
        ("tán thành 24/25, không tán thành 1/25", (24, 1, 0)),
        ("26 tán thành", None),
        ("24 tán thành, 2 không", None),
        ("20 tán thành, 5 vắng", None),
        ("đồng ý", (25, 0, 0)),
        ("dong y 24, khong dong y 1", (24, 1, 0)),
        ("taans thanhf 24", (24, None, None)),
        ("24 thuận 1 chống", (24, 1, 0)),
        ("25 giơ tay", None),
        ("25 đ/c giơ tay", None),
        ("25 biểu quyết tán thành", (25, 0, 0)),
        ("25 phiếu thuận", (25, 0, 0)),
        ("không tán thành", None),
        ("không", None),
        ("24-1", None),
        ("24 + 1", None),
        ("２５/２５", (25, 0, 0)),
        ("đồng ý cao", None),
        ("tuyệt đối", (25, 0, 0)),
        ("tuyệt đối nhất trí", (25, 0, 0)),
        ("25/25 nhất trí ạ 👍", (25, 0, 0)),
        ("cơ bản nhất trí", None),
        ("25 đồng chí nhất trí", (25, 0, 0)),
        ("1 đồng chí không nhất trí, còn lại nhất trí", (24, 1, 0)),
        ("1 ý kiến khác", (24, 0, 1)),
        ("24 tán thành, còn lại không", None),
        ("10 tán thành, 10 không, 5 trắng", (10, 10, 5)),
        ("tán thành 100% (25/25 đồng chí)", (25, 0, 0)),
        ("25/26", None),
        ("25/25 tán thành, 0 không tán thành, 0 ý kiến khác", (25, 0, 0)),
        ("96% tán thành", None),
        ("24 tán thành (96%), 1 không tán thành (4%)", (24, 1, 0)),
        ("24 tán thành (90%), 1 không tán thành", None),
    ],
)
def test_a_vote_of_25_as_it_is_typed_in_haste(
    text: str, result: tuple[int, int | None, int | None] | None
) -> None:
    """None: a person would ask back."""
    try:
        found = read_vote(text, 25)
    except Invalid:
        assert result is None
    else:
        assert found == result


def test_the_word_of_a_vote_that_was_not_understood_is_quoted() -> None:
    for text, word in (("24 tán thành, 1 bâng khuâng", "bâng"), ("đa số tán thành", "đa số"), ("25 26", "")):
        with pytest.raises(Invalid) as refused:
            read_vote(text, 25)
        assert refused.value.facts["word"] == word


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ("27", "vote_sum", {"agree": 27, "sum": 27, "difference": 1, "voters": 26}),
        ("25 tán thành, 2 không", "vote_sum", {"agree": 25, "against": 2, "sum": 27, "difference": 1}),
        ("20 tán thành, 1 không", "vote_sum", {"sum": 21, "difference": -5}),
        ("30 không tán thành", "vote_sum", {"against": 30, "difference": 4}),
        ("20 không tán thành, 10 ý kiến khác", "vote_sum", {"against": 20, "other": 10, "difference": 4}),
        ("25/28 tán thành", "vote_voters_differ", {"said": 28, "voters": 26}),
        ("", "vote_unclear", {}),
        ("họp tốt", "vote_unclear", {}),
        ("25 26", "vote_unclear", {}),
        ("tán thành 25, tán thành 24", "vote_unclear", {}),
        ("phản đối", "vote_unclear", {}),
        ("25 tán thành phản đối", "vote_unclear", {}),
        ("/", "vote_unclear", {}),
        ("96,2%", "vote_unclear", {}),
    ],
)
def test_a_vote_that_cannot_be_is_explained(text: str, code: str, facts: dict[str, int]) -> None:
    with pytest.raises(Invalid) as refused:
        read_vote(text, 26)
    assert refused.value.code == code
    assert {name: refused.value.facts[name] for name in facts} == facts


WORDS = ("25", "/", "26", "tán thành", "không", "ý kiến khác", "tất cả", ",", "1", "ai")


def test_every_line_of_three_words_that_is_read_adds_up() -> None:
    read = []
    for words in product(WORDS, repeat=3):
        with suppress(Invalid):
            read.append(read_vote(" ".join(words), 26))
    assert len(read) > 200
    whole = {(agree, against, other) for agree, against, other in read if against is not None}
    assert whole >= {(26, 0, 0), (25, 1, 0), (25, 0, 1), (1, 25, 0), (0, 26, 0), (0, 0, 26)}
    assert {agree + against + (other or 0) for agree, against, other in whole} == {26}


@given(st.integers(1, 60), st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_whatever_is_read_adds_up(voters: int, text: str) -> None:
    try:
        agree, against, other = read_vote(text, voters)
    except Invalid:
        return
    assert 0 <= agree <= voters
    if against is not None and other is not None:
        check_vote(agree, against, other, voters)


def test_both_shares_and_the_majority_of_all() -> None:
    vote = Vote(agree=14, against=6, other=0, voters=20, members=28)
    assert vote_shares(vote).of_voters == Fraction(7, 10)
    assert vote_shares(vote).of_members == Fraction(1, 2)
    assert not vote_shares(vote).majority  # half is not more than half
    assert vote_shares(Vote(agree=15, against=5, other=0, voters=20, members=28)).majority
    assert vote_shares(Vote(agree=0, against=0, other=0, voters=0, members=1)).of_voters is None


@pytest.fixture
def secretary(secretary: Talker) -> Talker:
    return secretary.says("/hop").taps("ngoài kế hoạch")


def counted(talker: Talker, line: str) -> Talker:
    while "👥 Điểm danh" not in labels(talker):
        talker.taps("Tiếp")
    return talker.taps("Điểm danh").says(line).taps("Đúng")


def rows(world: World) -> list[Vote]:
    with world.db.read() as session:
        return list(session.scalars(select(Vote).order_by(Vote.id)))


def test_a_resolution_with_everything_asked(world: World, secretary: Talker) -> None:
    counted(secretary, "26/28, 2 có phép").taps("Thêm").taps("Biểu quyết")
    assert "Về việc gì?" in secretary.last.text
    secretary.taps("Nghị quyết")
    assert "bao nhiêu đảng viên <b>chính thức</b>" in secretary.last.text
    secretary.says("30")
    assert "Tổng số đảng viên là 28, nên không thể có 30" in secretary.last.text
    secretary.says("25")
    assert "Có mặt 26. Trong 25 đảng viên chính thức" in secretary.last.text
    secretary.says("26")
    assert "từ 23 đến 25 đảng viên chính thức có mặt, nên 26 chưa đúng" in secretary.last.text
    secretary.says("24")
    assert "24 đảng viên chính thức có mặt, trên tổng số 25" in secretary.last.text
    secretary.says("23 tán thành, 2 không")
    assert "cộng lại là 25, nhiều hơn số người biểu quyết 24 là 1" in secretary.last.text
    secretary.says("23 tán thành, 1 không")
    text = secretary.last.text
    assert "1. Thông qua nghị quyết của buổi họp\nTán thành: <b>23</b> · không tán thành: 1" in text
    assert "95,8% số đảng viên chính thức có mặt (23/24), 92% tổng số đảng viên chính thức (23/25)" in text
    assert "✅ Nghị quyết được trên một nửa tổng số" in text
    (vote,) = rows(world)
    assert (vote.agree, vote.against, vote.other) == (23, 1, 0)
    assert (vote.voters, vote.members, vote.resolution, vote.step) == (24, 25, True, 3)
    with world.db.read() as session:
        found = session.scalars(select(Attendance)).one()
        assert (found.official, found.probationary) == (25, 3)
        assert (found.present_official, found.present_probationary) == (24, 2)
    secretary.taps("Về bước họp")
    assert "🗳 Thông qua nghị quyết của buổi họp: tán thành 23/24, không tán thành 1" in secretary.last.text
    reads_well(secretary)


def test_one_message_at_the_vote_step_where_the_kinds_are_known(world: World, secretary: Talker) -> None:
    counted(secretary, "28 đảng viên, 25 chính thức 3 dự bị, có mặt 26, 2 có phép")
    with world.db.read() as session:
        assert session.scalars(select(Attendance)).one().present_official is None
    secretary.taps("Lùi").taps("Sửa điểm danh").says("chính thức 25/25, dự bị 1/3, 2 có phép").taps("Đúng")
    while "Kết luận, biểu quyết" not in secretary.last.text:
        secretary.taps("Tiếp")
    assert labels(secretary)[0] == "🗳 Biểu quyết"
    secretary.taps("Biểu quyết").says("Khen thưởng đồng chí đảng viên trẻ")
    assert "25 đảng viên chính thức có mặt, trên tổng số 25" in secretary.last.text
    secretary.says("tất cả")
    assert "Nghị quyết" not in secretary.last.text
    secretary.taps("Biểu quyết nữa").says("Nghị quyết tháng 4")
    assert "Đây có phải là biểu quyết thông qua một nghị quyết không?" in secretary.last.text
    secretary.taps("Có").says("12")
    assert "Tán thành 12, còn 13" in secretary.last.text
    secretary.says("14")
    assert "chỉ còn 13; 14 không tán thành là quá số" in secretary.last.text
    secretary.says("10")
    assert "⚠️ Nghị quyết cần trên một nửa tổng số đảng viên chính thức tán thành (13/25); mới có 12." in (
        secretary.last.text
    )
    assert [(v.agree, v.against, v.other) for v in rows(world)] == [(25, 0, 0), (12, 10, 3)]
    reads_well(secretary)


def test_a_vote_is_corrected_and_dropped_and_stands_on_the_closing_card(
    world: World, secretary: Talker
) -> None:
    counted(secretary, "đủ")
    secretary.taps("Thêm").taps("Biểu quyết").says("Quy chế").says("28").says("27, 1 không")
    secretary.taps("Sửa 1").says("26 tán thành, 1 không, 1 ý kiến khác")
    (vote,) = rows(world)
    assert (vote.agree, vote.against, vote.other, vote.subject) == (26, 1, 1, "Quy chế")
    secretary.taps("Biểu quyết nữa").says("Việc khác nữa").taps("Tất cả 28")
    assert "2. Việc khác nữa" in secretary.last.text
    secretary.taps("Bỏ 2").taps("Thêm").taps("Biểu quyết (1)")
    assert "Biểu quyết trong buổi họp" in secretary.last.text
    assert len(rows(world)) == 1
    secretary.taps("Về bước họp")
    while "<b>Đã qua " not in secretary.last.text:
        secretary.taps("Tiếp")
    assert "🗳 Quy chế: tán thành 26/28, không tán thành 1, ý kiến khác 1" in secretary.last.text
    secretary.taps("Kết thúc")
    assert "🗳 Quy chế: tán thành 26/28" in secretary.last.text
    with world.db.read() as session:
        noted = session.scalars(select(Audit.subject).where(Audit.action == "vote corrected")).all()
    assert noted == [f"meeting:{vote.meeting_id} 27/1/0>26/1/1"]
    reads_well(secretary)


@pytest.mark.parametrize(
    ("line", "official", "voters"),
    [("đủ", 28, 28), ("đủ", 25, 25), ("26/28, 2 có phép", 28, 26), ("26/28, 2 có phép", 25, None)],
)
def test_who_may_vote_and_is_there_is_asked_only_where_it_is_not_sure(
    world: World, secretary: Talker, line: str, official: int, voters: int | None
) -> None:
    """Where nobody is away all official members are there; where all are official, those who are there are."""
    counted(secretary, line).taps("Thêm").taps("Biểu quyết").says("Quy chế").says(str(official))
    if voters is None:
        assert (
            f"Trong {official} đảng viên chính thức, bao nhiêu đồng chí <b>có mặt</b>?" in secretary.last.text
        )
        secretary.says("24")
    assert f"{voters or 24} đảng viên chính thức có mặt, trên tổng số {official}" in secretary.last.text
    secretary.taps("Tất cả")
    (vote,) = rows(world)
    assert (vote.agree, vote.voters, vote.members) == (voters or 24, voters or 24, official)
    with world.db.read() as session:
        found = session.scalars(select(Attendance)).one()
        assert (found.official, found.present_official) == (official, voters or 24)


def test_what_was_said_before_the_count_is_not_written_into_it_by_the_next_vote(
    world: World, secretary: Talker
) -> None:
    secretary.taps("Thêm").taps("Biểu quyết").says("Việc một").says("20").says("18").taps("Tất cả 18")
    counted(secretary.taps("Về bước họp"), "26/28, 2 có phép")
    secretary.taps("Thêm").taps("Biểu quyết").taps("Biểu quyết nữa").says("Việc hai").taps("Tất cả")
    assert [(vote.voters, vote.members) for vote in rows(world)] == [(18, 20), (18, 20)]
    with world.db.read() as session:
        found = session.scalars(select(Attendance)).one()
        assert (found.official, found.present_official) == (None, None)


def test_before_the_count_who_may_vote_is_asked_and_kept_for_the_next(
    world: World, secretary: Talker
) -> None:
    secretary.taps("Thêm").taps("Biểu quyết").says("Việc một").says("20").says("21")
    assert "từ 0 đến 20 đảng viên chính thức có mặt, nên 21 chưa đúng" in secretary.last.text
    secretary.says("18").taps("Tất cả 18").taps("Biểu quyết nữa").says("Việc hai")
    assert "18 đảng viên chính thức có mặt, trên tổng số 20" in secretary.last.text
    secretary.taps("Quay lại")
    assert "Biểu quyết trong buổi họp" in secretary.last.text
    assert len(rows(world)) == 1
    reads_well(secretary)


def test_a_full_house_that_agrees_types_one_number_throughout(world: World, secretary: Talker) -> None:
    secretary.taps("Thêm").taps("Biểu quyết").says("Quy chế làm việc").says("25").says("25").says("25")
    assert [(vote.agree, vote.voters) for vote in rows(world)] == [(25, 25)]
    assert "25/25" in secretary.last.text


def test_answers_that_are_none_are_asked_again(world: World, secretary: Talker) -> None:
    counted(secretary, "đủ").taps("Thêm").taps("Biểu quyết")
    question = secretary.find("Nghị quyết").payload.split(":")[0]
    secretary.presses(f"{question}:other")
    assert "Xin đồng chí chọn một trong các nút" in secretary.last.text
    secretary.says("Nghị quyết quý").says("gì cơ")
    assert "Xin đồng chí chọn một trong các nút" in secretary.last.text
    secretary.says("không").says("18")
    assert "18 đảng viên chính thức có mặt, trên tổng số 18" in secretary.last.text
    secretary.taps("Quay lại").says("Quy chế làm việc")
    assert (
        "bao nhiêu đảng viên <b>chính thức</b>" in secretary.last.text
    )  # 18 was a slip, and is written nowhere
    secretary.taps("Cả 28").says("tốt lắm")
    assert "Trợ lý chưa hiểu “tốt”" in secretary.last.text
    secretary.says("27").taps("Không có")
    assert [(v.agree, v.against, v.other) for v in rows(world)] == [(27, 0, 1)]
    assert not rows(world)[0].resolution
    reads_well(secretary)


def test_nobody_else_touches_a_vote_and_none_after_the_end(world: World, secretary: Talker) -> None:
    counted(secretary, "đủ").taps("Thêm").taps("Biểu quyết")
    secretary.says("A").says("28").says("28").says("tất cả")
    number = rows(world)[0].id
    stranger = world.registered("CB02", "secretary")
    for payload in (f"vote.fix:{number}", f"vote.drop:{number}", "vote.fix:999", "vote:x"):
        stranger.presses(payload)
        assert "không thuộc phạm vi" in stranger.last.text, payload
    assert len(rows(world)) == 1
    with world.db.read() as session:
        assert session.scalars(select(Meeting.state).where(Meeting.id == rows(world)[0].meeting_id)).one()


def test_the_vote_on_the_score_is_none_of_these(world: World, secretary: Talker) -> None:
    secretary.taps("Thêm").taps("Biểu quyết").says("A").says("20").says("18").taps("Tất cả 18")
    own = rows(world)[0]
    with world.db.write() as session:
        facts = {"agree": 9, "against": 0, "other": 0, "voters": 9, "members": 10, "person_id": own.person_id}
        score = Vote(meeting_id=own.meeting_id, step=AFTER, subject="Điểm", resolution=False, **facts)
        score.at = own.at
        session.add(score)
        session.flush()
        number = score.id
    for payload in (f"vote.fix:{number}", f"vote.drop:{number}"):
        secretary.presses(payload)
        assert "không thuộc phạm vi" in secretary.last.text, payload
    secretary.presses(f"vote:{own.meeting_id}")
    assert "Điểm" not in secretary.last.text
    secretary.taps("Biểu quyết nữa").says("B")
    assert "18 đảng viên chính thức có mặt, trên tổng số 20" in secretary.last.text
    assert [vote.agree for vote in rows(world)] == [18, 9]
    reads_well(secretary)


def test_of_many_votes_every_one_can_be_corrected(world: World, secretary: Talker) -> None:
    secretary.taps("Thêm").taps("Biểu quyết").says("Việc 1").says("20").says("18").taps("Tất cả 18")
    for number in range(2, 9):
        secretary.taps("Biểu quyết nữa").says(f"Việc {number}").taps("Tất cả 18")
    assert [label for label in labels(secretary) if "Sửa" in label] == [f"✏️ Sửa {n}" for n in range(3, 9)]
    assert "8. Việc 8" in secretary.last.text
    secretary.taps("Xem biểu quyết trước")
    assert [label for label in labels(secretary) if "Sửa" in label] == ["✏️ Sửa 1", "✏️ Sửa 2"]
    secretary.taps("Sửa 1").says("17, 1 không")
    assert "1. Việc 1\nTán thành: <b>17</b>" in secretary.last.text
    assert rows(world)[0].against == 1
    secretary.taps("Xem biểu quyết sau").taps("Bỏ 3")
    assert [vote.subject for vote in rows(world)] == [f"Việc {n}" for n in (1, 2, 4, 5, 6, 7, 8)]
    reads_well(secretary)
