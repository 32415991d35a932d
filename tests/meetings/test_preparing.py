"""Before a meeting: the checklist of its day's guidance, who does what, the texts to forward, the notice to who is above."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.calendar import Moment, at_local
from bot.materials.materials import tie_materials
from bot.meetings.meetings import set_meeting
from bot.meetings.preparing import ChecklistItem, duty_checklists, meeting_checklist
from bot.plans.guidance.rules import Rules, read_rules
from bot.problems import Rejected
from bot.store.db import Database
from bot.tables import Contact, Duty, Meeting, Membership, Message, Topic, Unit
from schedules import reminders
from tests.kit.committees import committee
from tests.kit.desk import rules
from tests.kit.files import stored
from tests.kit.joining import CHUYEN_DE, THANG, joint_plan
from tests.kit.places import ZONE
from tests.kit.plans import plan_of
from tests.kit.talker import Talker
from tests.kit.ticking import tick_through
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

PLAN = """
plan:
  symbol: 15-KH/ĐU
  date: 2026-01-15
  issuer: Đảng ủy mẫu
  title: Sinh hoạt năm 2026
  starts: 2026-01-01
  ends: 2026-12-31
  merging: sequential
topics:
  - key: thang
    title: Sinh hoạt tháng Hai
    meeting: regular
    period: 2026-02
    documents:
      - {type: Nghị quyết, symbol: 1-NQ/ĐU, date: 2026-01-05, title: về nhiệm vụ năm 2026}
      - {type: Tài liệu, title: Đề cương báo cáo}
  - key: cd
    title: Chuyên đề chuyển đổi số
    meeting: thematic
    period: 2026-Q1
    guests: [Đại diện Ban Tuyên giáo, Trưởng thôn]
    documents:
      - {type: Tài liệu, title: Đề cương báo cáo}
      - {type: Kết luận, symbol: 2-KL/TW, url: "https://vi-du.example/2-kl"}
"""
OF_2026 = ["assign", "groups", "agree", "notify", "follower", "materials"]
OF_2022 = OF_2026
THEMATIC = ["assign", "write", "groups", "agree", "approve", "notify", "follower", "send", "materials"]


@pytest.fixture
def later(db: Database, tmp_path: Path) -> World:
    """2026: a regular and a thematic topic under 42-HD/BTCTW."""
    world = World(db)
    world.go("2026-02-02 08:00")
    committee(world)
    world.load(plan_of(PLAN, tmp_path))
    return world


def prepared(world: World, said: str = "12/2 19h30", place: str = "Hội trường", topic: str = "") -> Talker:
    """A secretary whose meeting is set, at its list."""
    secretary = world.registered("CB01", "secretary").says("/lichhop")
    if topic:
        secretary.taps(topic)
    secretary.says(said)
    if "xin đồng chí lưu ý" in secretary.last.text:
        secretary.taps("Giữ ngày này")
    if "tính chung" in secretary.last.text:
        secretary.taps("Họp riêng")
    if place:
        secretary.says(place)
    else:
        secretary.taps("Bỏ qua")
    return secretary.taps("Chuẩn bị buổi họp")


def of(world: World) -> Meeting:
    with world.db.read() as session:
        return session.scalars(select(Meeting).where(Meeting.state != "cancelled")).one()


def ticked(world: World) -> set[str]:
    return set(of(world).ready)


def before(talker: Talker) -> str:
    """The message before the last one."""
    return talker.got[-2].text


# The list, by the rules.


def listed(
    day: str,
    at: str,
    *,
    kind: str = "chi_bo",
    members: int | None = 28,
    topic: str = "regular",
    **more: list[str],
) -> list[ChecklistItem]:
    moment = at_local(date.fromisoformat(day), datetime.min.time().replace(hour=19), ZONE)
    unit = Unit(name="x", kind=kind, members=members)
    meeting = Meeting(unit=unit, kind=topic, planned_at=moment, ready=more.get("ready", []))
    now = at_local(date.fromisoformat(at), datetime.min.time().replace(hour=8), ZONE)
    return meeting_checklist(rules(), meeting, [], Moment(now, ZONE))


@pytest.mark.parametrize(
    ("day", "facts", "keys"),
    [
        ("2022-04-12", {}, OF_2022),
        ("2022-04-12", {"topic": "thematic"}, THEMATIC),
        ("2025-10-27", {}, OF_2022),
        ("2025-10-28", {}, OF_2026),
        ("2026-02-12", {"topic": "thematic"}, THEMATIC),
        ("2026-02-12", {"kind": "dang_bo_co_so"}, ["assign", "notify", "materials"]),
        ("2017-04-12", {}, []),
        ("2011-04-12", {}, []),
    ],
)
def test_the_items_are_those_of_the_guidance_of_the_day(
    day: str, facts: Mapping[str, str], keys: list[str]
) -> None:
    found = listed(day, "2011-01-01", **facts)  # type: ignore[arg-type]
    assert [item.key for item in found] == keys
    assert not [item for item in found if item.late]


def test_the_electronic_handbook_is_asked_for_since_42_hd_alone() -> None:
    old, new = listed("2025-10-27", "2025-10-01")[-1], listed("2025-10-28", "2025-10-01")[-1]
    assert (old.key, "Sổ tay" in old.title, old.optional) == ("materials", False, True)
    assert (new.key, "Sổ tay" in new.title, new.optional) == ("materials", True, False)
    assert new.by == date(2025, 10, 27)


@pytest.mark.parametrize(("members", "committee_meets"), [(None, True), (9, True), (8, False), (3, False)])
def test_the_committee_meets_where_there_is_one(members: int | None, committee_meets: bool) -> None:
    agree = [item for item in listed("2026-02-12", "2026-02-01", members=members) if item.key == "agree"]
    assert [item.title.startswith("Họp chi ủy") for item in agree] == [committee_meets]


def test_what_is_late_open_and_done() -> None:
    found = {item.key: item for item in listed("2026-02-12", "2026-02-10", ready=["assign"])}
    assert {key for key, item in found.items() if item.late} == {"agree"}
    assert (found["assign"].done, found["assign"].open, found["assign"].late) == (True, False, False)
    assert (found["notify"].by, found["notify"].open, found["notify"].late) == (
        date(2026, 2, 10),
        True,
        False,
    )
    assert (found["groups"].open, found["groups"].late) == (False, False)
    assert found["materials"].by == date(2026, 2, 11)


def test_no_list_without_rules_or_without_a_day() -> None:
    meeting = Meeting(unit=Unit(name="x", kind="chi_bo"), kind="regular", planned_at=None, ready=[])
    at = datetime(2026, 2, 1, tzinfo=UTC)
    assert meeting_checklist(rules(), meeting, [], Moment(at, ZONE)) == []
    meeting.planned_at = at
    assert meeting_checklist(Rules(), meeting, [], Moment(at, ZONE)) == []
    assert duty_checklists(rules(), [(Duty(id=1), None)], Moment(at, ZONE)) == {}


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("plan_choice", "{key: a, title: Việc, who: Bí thư, before: 1, when: [moon]}"),
        ("plan_too_long", "{key: a23456789012345678901, title: Việc, who: Bí thư, before: 1}"),
        ("plan_bad_key", "{key: Việc, title: Việc, who: Bí thư, before: 1}"),
        ("rules_not_a_number", "{key: a, title: Việc, who: Bí thư, before: hai}"),
        ("plan_missing", "{key: a, title: Việc, before: 1}"),
    ],
)
def test_a_broken_list_is_told_where_and_what(tmp_path: Path, code: str, line: str) -> None:
    head = "guidance:\n  - {symbol: 1-HD/X, date: 2001-01-01, issuer: Ban X, from: 2001-01-01, prepare: ["
    file = tmp_path / "rules.yaml"
    file.write_text(f"{head}{line}]}}\n", "utf-8")
    with pytest.raises(Rejected) as caught:
        read_rules(file)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert caught.value.problems[0].place.startswith("rules.yaml:2 guidance[0].prepare[0].")


# The list, in chat.


def test_the_list_after_the_meeting_is_set(world: World) -> None:
    secretary = prepared(world, "12/4 19h30")
    assert secretary.last.text == (
        "<b>Chuẩn bị họp – Chi bộ Văn phòng</b>\n"
        "19h30 thứ Ba 12/4 (<b>còn 11 ngày</b>), Hội trường\n"
        "Sinh hoạt chính trị tháng 4/2022 về xây dựng, chỉnh đốn Đảng và hệ thống chính trị\n\n"
        "⬜ 1. Chuẩn bị nội dung, dự thảo (đến thứ Ba 05/4)\n"
        "⬜ 2. Tổ đảng họp trước (nếu có)\n"
        "⬜ 3. Họp chi ủy thống nhất nội dung (đến thứ Bảy 09/4)\n"
        "⬜ 4. Báo đảng viên (đến Chủ nhật 10/4)\n"
        "⬜ 5. Báo cấp ủy viên theo dõi (đến Chủ nhật 10/4)\n"
        "⬜ 6. Gửi trước tài liệu (nếu có)\n\n"
        "👉 Còn 4 việc; xong việc nào, đồng chí bấm số của việc đó."
    )
    assert labels(secretary)[:6] == ["1", "2", "3", "4", "5", "6"]
    secretary.says("1")
    assert "\n✅ 1. Chuẩn bị nội dung, dự thảo\n" in secretary.last.text
    assert labels(secretary)[:3] == ["✅ 1", "2", "3"]
    assert "👉 Còn 3 việc" in secretary.last.text
    assert ticked(world) == {"assign"}
    reads_well(secretary)


def test_a_tick_is_taken_back_and_a_second_press_changes_nothing(world: World) -> None:
    secretary = prepared(world, "12/4 19h30")
    tick = secretary.find("3").payload
    secretary.presses(tick).presses(tick)
    assert ticked(world) == {"agree"}
    assert len(of(world).ready) == 1
    secretary.taps("✅ 3")
    assert ticked(world) == set()
    reads_well(secretary)


def test_all_done_and_the_hour_has_come(world: World) -> None:
    secretary = prepared(world, "12/4 19h30")
    for number in (1, 3, 4, 5):
        secretary.taps(f"⬜ {number}.")
    assert secretary.last.text.endswith("👉 Đã chuẩn bị xong; đến giờ, đồng chí bấm “Bắt đầu họp”.")
    assert "▶️ Bắt đầu họp" not in labels(secretary)
    world.go("2022-04-11 08:00")
    secretary.says("/thangnay").taps("Chuẩn bị")
    assert "(<b>ngày mai</b>)" in secretary.last.text
    world.go("2022-04-12 08:00")
    secretary.says("/thangnay").taps("Chuẩn bị")
    assert "(<b>hôm nay</b>)" in secretary.last.text
    world.go("2022-04-12 19:30")
    secretary.says("/thangnay").taps("Chuẩn bị")
    assert "(<b>đã đến giờ</b>)" in secretary.last.text
    assert secretary.last.text.endswith("👉 Đã đến giờ họp: đồng chí bấm “Bắt đầu họp”.")
    assert "▶️ Bắt đầu họp" in labels(secretary)
    reads_well(secretary)


def test_what_is_late_is_said_gently(world: World) -> None:
    secretary = prepared(world, "12/4 19h30")
    world.go("2022-04-11 09:00")
    secretary.says("/thangnay").taps("Chuẩn bị")
    assert "⬜ 5. Báo cấp ủy viên theo dõi (nên xong từ Chủ nhật 10/4)\n" in secretary.last.text
    assert secretary.last.text.count("nên xong từ") == 4
    assert "⚠️" not in secretary.last.text
    reads_well(secretary)


def test_a_key_that_the_list_does_not_have_is_not_ticked(world: World) -> None:
    secretary = prepared(world, "12/4 19h30")
    number = of(world).id
    for wrong in ("write:1", "assign:2", "assign:x", ":1"):
        secretary.presses(f"prepare.tick:{number}:{wrong}")
        assert secretary.last.text.startswith("Nút đó là của việc đã qua."), wrong
    assert ticked(world) == set()


def test_two_phones_at_once_lose_no_tick(world: World) -> None:
    first = prepared(world, "12/4 19h30")
    second = world.registered("CB01", "secretary").says("/thangnay").taps("Chuẩn bị")
    payloads = [
        (talker, choice.payload)
        for talker, part in ((first, first.choices[:3]), (second, second.choices[3:6]))
        for choice in part
    ]
    assert all(payload.startswith("prepare.tick:") for _, payload in payloads)

    def press_own(talker: Talker) -> None:
        for who, payload in payloads:
            if who is talker:
                talker.presses(payload)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(press_own, (first, second)))
    assert ticked(world) == set(OF_2022)


def test_a_moved_meeting_keeps_its_ticks(world: World) -> None:
    secretary = prepared(world, "12/4 19h30").taps("⬜ 1.").taps("⬜ 3.")
    secretary.taps("Đổi lịch họp").says("21/4 14h").taps("Vẫn ở")
    assert "Lịch cũ" not in secretary.last.text
    secretary.taps("Chuẩn bị buổi họp")
    assert "14h00 thứ Năm 21/4 (<b>còn 20 ngày</b>), " in secretary.last.text
    assert secretary.last.text.count("✅") == 2
    assert ticked(world) == {"assign", "agree"}
    secretary.taps("⬜ 4.").taps("Đổi lịch họp").says("22/4 14h").taps("Vẫn ở")
    assert "⚠️ Lịch cũ đã báo đảng viên; đồng chí báo lại lịch mới" in secretary.last.text
    reads_well(secretary)


def test_a_meeting_that_is_running_held_or_off_is_no_more_prepared(world: World) -> None:
    secretary = prepared(world, "12/4 19h30")
    number = of(world).id
    world.go("2022-04-12 19:30")
    secretary.says("/hop").taps("T4 ·").presses(f"prepare:{number}")
    assert secretary.last.text == (
        "▶️ Buổi này đang họp, phần chuẩn bị đã xong.\n\n👉 Đồng chí bấm “Họp tiếp”."
    )
    secretary.taps("Họp tiếp")
    assert "Bước 1/" in secretary.last.text
    for state, words in (("held", "✅ Buổi này đã họp xong."), ("cancelled", "Buổi này đã hủy.")):
        with world.db.write() as session:
            session.execute(update(Meeting).values(state=state))
        for action in ("prepare", "prepare.people", "prepare.invite", "prepare.notice", "prepare.tell"):
            secretary.presses(f"{action}:{number}")
            assert secretary.last.text.startswith(words), action
        secretary.presses(f"prepare.tick:{number}:assign:1").presses(f"prepare.banner:{number}")
    with world.db.write() as session:
        session.execute(update(Meeting).values(state="planned", planned_at=None))
    secretary.presses(f"prepare:{number}")
    assert secretary.last.text.startswith("📅 Buổi này chưa đặt lịch")
    with world.db.read() as session:
        assert session.scalars(select(Meeting)).one().ready == []
    reads_well(secretary)


def test_others_may_neither_see_nor_tick(world: World) -> None:
    prepared(world, "12/4 19h30", place="Phòng kín")
    number = of(world).id
    people = [world.registered("CB02", "secretary"), world.registered("DUK", "leader")]
    texts = []
    for talker in people:
        for payload in (
            *(
                f"prepare{part}:{number}"
                for part in ("", ".people", ".invite", ".notice", ".tell", ".banner")
            ),
            f"prepare.tick:{number}:assign:1",
            *(f"letterhead.{part}:2" for part in ("place", "heading", "term")),
            "prepare:999",
            "prepare:x",
        ):
            texts.append(talker.presses(payload).last.text)
            assert "không thuộc phạm vi" in texts[-1], payload
    assert not any("Phòng kín" in text for text in texts)
    assert ticked(world) == set()


def test_a_role_that_ends_in_the_midst_takes_nothing(world: World) -> None:
    secretary = prepared(world, "12/4 19h30").taps("Chủ trì, trình bày")
    other = world.registered("CB01", "secretary").presses("letterhead.term:2")
    with world.db.write() as session:
        session.execute(update(Membership).values(ended_at=world.at))
        unit = session.scalars(select(Unit).where(Unit.code == "CB02")).one()
        for membership in session.scalars(select(Membership)).all():
            facts = {"person_id": membership.person_id, "unit_id": unit.id, "role": "secretary"}
            session.add(Membership(since=world.at, **facts))
    assert "không thuộc phạm vi" in secretary.says("đồng chí A").last.text
    assert "không thuộc phạm vi" in other.says("1/1/2022").last.text
    assert of(world).chair == ""


# Who does what.


def test_who_chairs_presents_and_takes_the_minutes(world: World) -> None:
    secretary = prepared(world, "12/4 19h30").taps("Chủ trì, trình bày")
    assert secretary.last.text == (
        "👥 <b>Ai chủ trì buổi họp?</b>\nBuổi họp 19h30 thứ Ba 12/4\n\n"
        "👉 Đồng chí gõ tên hoặc chức danh, ví dụ: đồng chí bí thư; chưa rõ thì bấm “Bỏ qua”."
    )
    assert labels(secretary) == ["Bỏ qua", "Về danh sách chuẩn bị"]
    secretary.says("  Đồng chí   bí thư ").says("x" * 121)
    assert secretary.last.text.startswith("Nội dung dài quá 120 ký tự.")
    secretary.taps("Bỏ qua").says("Phó bí thư & <chi ủy>")
    assert "Chủ trì: Đồng chí bí thư; trình bày: chưa ghi; thư ký: Phó bí thư &amp; &lt;chi ủy&gt;" in (
        secretary.last.text
    )
    secretary.taps("Chủ trì, trình bày")
    assert "Đang ghi: Đồng chí bí thư\n" in secretary.last.text
    assert labels(secretary)[:2] == ["Giữ nguyên", "Xóa tên"]
    secretary.taps("Xóa tên").says("An").taps("Quay lại").says("Bình").taps("Giữ nguyên")
    found = of(world)
    assert (found.chair, found.presenter, found.clerk) == ("", "Bình", "Phó bí thư & <chi ủy>")
    reads_well(secretary)


def test_the_names_of_earlier_meetings_are_offered(world: World) -> None:
    secretary = (
        prepared(world, "12/4 19h30").taps("Chủ trì, trình bày").says("Bí thư").taps("Bỏ qua").says("An")
    )
    with world.db.write() as session:
        session.execute(update(Meeting).values(state="held"))
        session.execute(update(Duty).where(Duty.due_on == date(2022, 4, 30)).values(state="done"))
    world.go("2022-05-03 08:00")
    secretary.says("/lichhop").says("12/5 14h").taps("📍 Hội trường")
    secretary.taps("Chuẩn bị buổi họp").taps("Chủ trì, trình bày")
    assert labels(secretary)[0] == "Bí thư"
    secretary.says("1")
    assert labels(secretary)[0] == "Bỏ qua"
    question = secretary.choices[0].payload.rpartition(":")[0]
    secretary.presses(f"{question}:999")
    assert secretary.last.text.startswith("Xin đồng chí chọn một trong các nút")
    secretary.taps("Bỏ qua").taps("An")
    assert "Chủ trì: Bí thư; trình bày: chưa ghi; thư ký: An" in secretary.last.text
    reads_well(secretary)


def test_the_list_is_gone_back_to_in_the_midst_of_a_question(world: World) -> None:
    secretary = prepared(world, "12/4 19h30").taps("Chủ trì, trình bày").taps("Về danh sách")
    assert "<b>Chuẩn bị họp" in secretary.last.text
    secretary.says("một câu bất kỳ")
    assert of(world).chair == ""
    secretary.presses(f"prepare.people:{of(world).id}")
    with world.db.write() as session:
        session.execute(update(Meeting).values(state="cancelled"))
    assert secretary.says("An").last.text.startswith("Buổi này đã hủy.")


# The texts.


def test_the_invitation_of_a_joint_meeting_names_all(later: World) -> None:
    secretary = later.registered("CB01", "secretary").says("/lichhop").taps("Quý 1")
    secretary.says("12/2 19h30").taps("Tính chung").says("Hội trường & sân").taps("Chuẩn bị buổi họp")
    assert [item.split(".")[1].strip()[:20] for item in secretary.last.text.split("\n") if item[:1] == "⬜"][
        2:4
    ] == [
        "Tổ đảng họp trước (n",
        "Họp chi ủy thống nhấ",
    ]
    assert "Mời: Đại diện Ban Tuyên giáo; Trưởng thôn" in secretary.last.text
    secretary.taps("Chủ trì, trình bày").says("Bí thư").says("Phó bí thư").says("Chi ủy viên")
    secretary.taps("Thư mời")
    assert before(secretary) == (
        "<b>THÔNG BÁO MỜI HỌP</b>\n"
        "Chi bộ Văn phòng kính mời các đồng chí đảng viên dự sinh hoạt chi bộ thường kỳ tháng 2/2026 kết hợp chuyên đề:\n\n"
        "– Thời gian: 19h30 thứ Năm 12/02\n"
        "– Địa điểm: Hội trường &amp; sân\n"
        "– Nội dung:\n1. Sinh hoạt tháng Hai\n2. Chuyên đề chuyển đổi số\n"
        "– Chủ trì: Bí thư\n– Trình bày: Phó bí thư\n– Thư ký: Chi ủy viên\n"
        "– Khách mời: Đại diện Ban Tuyên giáo; Trưởng thôn\n\n"
        "Tài liệu:\n"
        "1. Nghị quyết 1-NQ/ĐU (05/01/2026): về nhiệm vụ năm 2026\n"
        "2. Tài liệu Đề cương báo cáo\n"
        "3. Kết luận 2-KL/TW; https://vi-du.example/2-kl\n\n"
        "Đề nghị các đồng chí:\n"
        "– Đọc trước tài liệu, chuẩn bị ý kiến thảo luận;\n"
        "– Dự đầy đủ, đúng giờ; nếu vắng, báo trước lý do với chủ trì;\n"
        "– Nhắn lại khi đã nhận được thông báo này."
    )
    assert secretary.got[-2].choices == ()
    assert secretary.last.text.endswith(
        "👉 Đồng chí chuyển tiếp tin trên vào nhóm của chi bộ, rồi bấm “Đã báo”."
    )
    secretary.taps("Đã báo")
    assert ticked(later) == {"notify"}
    secretary.taps("Thư mời")
    assert labels(secretary) == ["Về danh sách chuẩn bị"]
    reads_well(secretary)


def test_what_is_not_known_stays_a_blank(world: World) -> None:
    secretary = prepared(world, "12/4 19h30", place="").taps("Thư mời")
    assert "– Địa điểm: ……………………\n– Nội dung: Sinh hoạt chính trị tháng 4/2022" in before(secretary)
    assert "Chủ trì" not in before(secretary)
    assert "Chưa ghi địa điểm" in secretary.last.text
    secretary.taps("Đổi lịch họp")
    assert "👉 Họp ngày nào?" in secretary.last.text
    secretary.says("/thangnay").taps("Chuẩn bị").taps("Báo cấp trên").taps("Đổi lịch họp")
    assert "👉 Họp ngày nào?" in secretary.last.text
    reads_well(secretary)


def test_a_meeting_outside_of_all_plans(world: World) -> None:
    secretary = world.registered("CB01", "secretary").says("/lichhop").taps("Buổi khác").says("12/4 19h30")
    if "xin đồng chí lưu ý" in secretary.last.text:
        secretary.taps("Giữ ngày này")
    secretary.taps("Bỏ qua").taps("Chuẩn bị buổi họp")
    assert "Sinh hoạt chính trị" not in secretary.last.text
    secretary.taps("Thư mời")
    assert "dự sinh hoạt chi bộ thường kỳ tháng 4/2022:\n\n– Thời gian: " in before(secretary)
    assert "Nội dung" not in before(secretary)
    assert "– Chuẩn bị ý kiến thảo luận;" in before(secretary)
    secretary.taps("Đổi lịch họp").says("/huy")
    secretary.presses(f"prepare.banner:{of(world).id}").says("Kỳ Lợi")
    assert before(secretary) == (
        "ĐẢNG ỦY KHỐI MẪU\nCHI BỘ VĂN PHÒNG\n-----\n\nSINH HOẠT CHI BỘ THƯỜNG KỲ\n\nKỳ Lợi, ngày 12 tháng 4 năm 2022"
    )
    world.go("2022-04-12 19:30")
    secretary.taps("Về danh sách").taps("Bắt đầu họp")
    assert "Bước 1/" in secretary.last.text
    reads_well(secretary)


def test_a_committee_s_own_meeting(world: World) -> None:
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        moment = world.local("2022-04-12 19:30")
        number = set_meeting(session, unit, None, moment, "Trụ sở", world.moment).meeting.id
    secretary = world.registered("DUK", "secretary").presses(f"prepare:{number}")
    assert [label[:2] for label in labels(secretary)[:4]] == ["1", "2", "3", "👥 "]
    secretary.taps("Thư mời")
    assert "Đảng ủy Khối mẫu kính mời các đồng chí dự sinh hoạt thường kỳ tháng 4/2022:" in before(secretary)
    assert "vào nhóm của đơn vị" in secretary.last.text
    secretary.presses(f"prepare.banner:{number}").says("Kỳ Lợi")
    assert before(secretary).startswith("ĐẢNG ỦY KHỐI MẪU\n-----\n\nSINH HOẠT THƯỜNG KỲ\n\nKỳ Lợi")
    secretary.presses("letterhead:1")
    assert "Dòng cơ quan cấp trên: <b>chưa ghi</b>" in secretary.last.text
    reads_well(secretary)


def test_no_guidance_is_no_list_but_the_texts_are_there(world: World) -> None:
    secretary = prepared(world, "12/4 19h30")
    world.desk = replace(world.desk, rules=Rules())
    secretary.presses(f"prepare:{of(world).id}")
    assert "⬜" not in secretary.last.text
    assert "👉 Đồng chí lấy thư mời, ma két dưới đây" in secretary.last.text
    secretary.taps("Thư mời")
    assert labels(secretary) == ["Về danh sách chuẩn bị"]
    secretary.presses(f"prepare.tell:{of(world).id}")
    assert "Chưa có đồng chí nào ở cấp trên đăng ký" in secretary.last.text
    reads_well(secretary)


def test_files_of_the_topic_are_offered_with_the_invitation(world: World) -> None:
    secretary = prepared(world, "12/4 19h30")
    with world.db.write() as session:
        topic = session.get_one(Topic, of(world).topic_id)
        person = session.scalars(select(Membership.person_id)).one()
        tie_materials(session, topic, "", ["/1/"], [stored("de-cuong.pdf")], person, world.at)
    secretary.taps("Thư mời")
    assert "📎 Chuyên đề có tệp tài liệu" in secretary.last.text
    secretary.taps("Tệp tài liệu")
    assert [file.name for file in secretary.last.files] == ["de-cuong.pdf"]
    reads_well(secretary)


# Who is above.


def test_the_follower_is_told_once_and_again_when_it_moves(world: World) -> None:
    leader, follower = world.registered("DUK", "leader"), world.registered("DUK", "follower")
    secretary = prepared(world, "12/4 19h30").taps("Báo cấp trên")
    assert before(secretary) == (
        "<b>BÁO CÁO LỊCH HỌP</b>\n"
        "Kính gửi đồng chí cấp ủy viên theo dõi Chi bộ Văn phòng,\n"
        "Chi bộ Văn phòng xin báo cáo lịch sinh hoạt chi bộ thường kỳ tháng 4/2022:\n\n"
        "– Thời gian: 19h30 thứ Ba 12/4\n– Địa điểm: Hội trường\n"
        "– Nội dung: Sinh hoạt chính trị tháng 4/2022 về xây dựng, chỉnh đốn Đảng và hệ thống chính trị\n\n"
        "Kính mời đồng chí sắp xếp dự và cho ý kiến chỉ đạo."
    )
    assert secretary.got[-2].choices == ()
    assert "báo giúp được 1 đồng chí ở cấp trên" in secretary.last.text
    tell = secretary.find("Báo đồng chí theo dõi").payload
    secretary.presses(tell)
    assert secretary.last.text.startswith("✅ Đã báo 1 đồng chí ở cấp trên lịch họp 19h30 thứ Ba 12/4.\n")
    assert ticked(world) == {"follower"}
    follower.looks()
    assert follower.last.text.startswith(
        "🔔 <b>Lịch họp: Chi bộ Văn phòng</b>\nSinh hoạt chi bộ thường kỳ tháng 4/2022\n"
        "– Thời gian: 19h30 thứ Ba 12/4\n– Địa điểm: Hội trường\n– Nội dung: Sinh hoạt chính trị"
    )
    secretary.presses(tell)
    assert secretary.last.text.startswith("Lịch họp này đã báo rồi")
    assert follower.looks() == leader.looks() == []
    secretary.taps("Về danh sách").taps("Báo cấp trên")
    assert "✅ Đã báo qua trợ lý: 1/1 đồng chí." in secretary.last.text
    secretary.taps("Về danh sách").taps("Đổi lịch họp").says("21/4 14h").taps("Vẫn ở")
    secretary.presses(tell)
    follower.looks()
    assert follower.last.text.startswith("🔔 <b>Đổi lịch họp: Chi bộ Văn phòng</b>")
    assert "14h00 thứ Năm 21/4" in follower.last.text
    with world.db.read() as session:
        assert len(session.scalars(select(Message).where(Message.key.startswith("notice:"))).all()) == 2
    reads_well(secretary, follower)


def test_without_a_follower_the_leaders_are_told_and_at_night_in_the_morning(world: World) -> None:
    leader = world.registered("DUK", "leader")
    secretary = prepared(world, "12/4 19h30")
    world.go("2022-04-01 22:00")
    secretary.taps("Báo cấp trên").taps("Báo đồng chí theo dõi")
    assert "; ngoài giờ nên tin đến lúc 7h00 thứ Bảy 02/4." in secretary.last.text
    assert leader.looks() == []
    world.go("2022-04-02 07:30")
    assert "Lịch họp: Chi bộ Văn phòng" in leader.looks()[0].text


def test_nobody_above_can_be_told(world: World) -> None:
    follower = world.registered("DUK", "follower")
    with world.db.write() as session:
        lost = update(Contact).where(Contact.place == follower.address.place)
        session.execute(lost.values(lost_at=world.at))
    secretary = prepared(world, "12/4 19h30").taps("Báo cấp trên")
    assert "Chưa có đồng chí nào ở cấp trên đăng ký với trợ lý" in secretary.last.text
    assert labels(secretary) == ["✅ Đã báo", "Về danh sách chuẩn bị"]
    secretary.presses(f"prepare.tell:{of(world).id}")
    assert labels(secretary)[0] == "🔔 Báo cấp trên"
    assert ticked(world) == set()
    secretary.taps("Báo cấp trên").taps("Đã báo")
    assert ticked(world) == {"follower"}
    secretary.taps("Báo cấp trên")
    assert labels(secretary) == ["Về danh sách chuẩn bị"]
    reads_well(secretary)


def test_who_is_above_oneself_is_not_told_by_oneself(world: World) -> None:
    secretary = prepared(world, "12/4 19h30")
    secretary.says(f"/start {world.invite('DUK', 'follower')}")
    secretary.presses(f"prepare.notice:{of(world).id}")
    assert "Chưa có đồng chí nào ở cấp trên đăng ký" in secretary.last.text


# The backdrop, and what stands at the head of papers.


def test_the_backdrop_asks_for_the_place_once(later: World) -> None:
    secretary = prepared(later, "5/2 19h30", topic="Quý 1").taps("Ma két")
    assert "📍 <b>Địa danh ghi trên văn bản của Chi bộ Văn phòng</b>" in secretary.last.text
    secretary.says("x" * 101)
    assert secretary.last.text.startswith("Nội dung dài quá 100 ký tự.")
    secretary.says(" Kỳ   Lợi ")
    assert before(secretary) == (
        "ĐẢNG ỦY KHỐI MẪU\nCHI BỘ VĂN PHÒNG\n-----\n\nSINH HOẠT CHUYÊN ĐỀ\n“CHUYÊN ĐỀ CHUYỂN ĐỔI SỐ”\n\n"
        "Kỳ Lợi, ngày 05 tháng 02 năm 2026"
    )
    assert secretary.got[-2].choices == ()
    secretary.taps("Về danh sách").taps("Ma két")
    assert before(secretary).startswith("ĐẢNG ỦY KHỐI MẪU\n")
    secretary.taps("Thông tin văn bản")
    assert "Địa danh: <b>Kỳ Lợi</b>" in secretary.last.text
    reads_well(secretary)


def test_the_backdrop_of_a_joint_meeting_is_that_of_the_thematic_part(later: World) -> None:
    secretary = later.registered("CB01", "secretary").says("/lichhop").taps("Quý 1")
    secretary.says("12/2 19h30").taps("Tính chung").taps("Bỏ qua").taps("Chuẩn bị buổi họp")
    secretary.taps("Ma két").taps("Về danh sách").taps("Ma két").says("Kỳ Lợi")
    assert "SINH HOẠT CHUYÊN ĐỀ\n“CHUYÊN ĐỀ CHUYỂN ĐỔI SỐ”\n\nKỳ Lợi" in before(secretary)
    reads_well(secretary)


def test_what_stands_at_the_head_of_papers_is_entered_once(world: World) -> None:
    secretary = world.registered("CB01", "secretary").says("/tinhhinh").taps("Thông tin văn bản")
    assert secretary.last.text == (
        "<b>Thông tin văn bản – Chi bộ Văn phòng</b>\nDùng cho ma két, biên bản, nghị quyết, báo cáo.\n\n"
        "Địa danh: <b>chưa ghi</b>\n"
        "Dòng cơ quan cấp trên: <b>ĐẢNG ỦY KHỐI MẪU</b> (theo tên đơn vị cấp trên)\n"
        "Nhiệm kỳ tính từ: <b>chưa ghi</b>\n\n👉 Đồng chí ghi các mục còn thiếu."
    )
    secretary.taps("📍 Địa danh").says("Kỳ Lợi")
    secretary.taps("Dòng cơ quan").says("Đảng bộ xã Kỳ Lợi")
    assert "Dòng cơ quan cấp trên: <b>ĐẢNG BỘ XÃ KỲ LỢI</b>\n" in secretary.last.text
    secretary.taps("Ngày bắt đầu nhiệm kỳ").says("chưa nhớ")
    assert "chưa hiểu “chưa nhớ” là ngày giờ nào" in secretary.last.text
    for wrong in ("1/1/1999", "5/4/2022", "20h"):
        secretary.says(wrong)
        assert "📅 <b>Nhiệm kỳ của cấp ủy" in secretary.last.text, wrong
    secretary.says("20/5/2020")
    assert "Nhiệm kỳ tính từ: <b>20/5/2020</b>" in secretary.last.text
    assert secretary.last.text.endswith("👉 Đồng chí bấm vào mục cần sửa.")
    secretary.taps("Dòng cơ quan").taps("Theo tên cấp trên")
    assert "<b>ĐẢNG ỦY KHỐI MẪU</b> (theo tên đơn vị cấp trên)" in secretary.last.text
    secretary.taps("Ngày bắt đầu nhiệm kỳ")
    assert "Đang ghi: 20/5/2020" in secretary.last.text
    secretary.taps("⬅️ Thông tin văn bản").says("20/5/2021").taps("📍 Địa danh")
    assert "Đang ghi: Kỳ Lợi" in secretary.last.text
    with world.db.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        assert (unit.place_name, unit.heading, unit.term_from) == ("Kỳ Lợi", "", date(2020, 5, 20))
    reads_well(secretary)


def test_no_button_answers_what_is_to_be_typed(world: World) -> None:
    secretary = world.registered("CB01", "secretary")
    for step in ("place", "heading", "term"):
        secretary.presses(f"letterhead.{step}:2")
        with world.db.read() as session:
            question = session.scalars(select(Message.body).order_by(Message.id.desc())).first()
        assert question is not None
        secretary.presses(f"={_question(world)}:zzz")
        assert secretary.last.text.startswith("Xin đồng chí chọn một trong các nút"), step
    with world.db.read() as session:
        unit = session.get_one(Unit, 2)
        assert (unit.place_name, unit.heading, unit.term_from) == ("", "", None)


def _question(world: World) -> int:
    from bot.tables import Dialog

    with world.db.read() as session:
        return session.scalars(select(Dialog.question)).one()


# Reminders.


def test_the_reminder_says_what_is_still_open(world: World) -> None:
    with world.db.write() as session:
        session.execute(update(Duty).where(Duty.key == "ke-hoach").values(next_reminder_at=None))
    secretary = prepared(world, "21/4 19h30").taps("⬜ 1.")
    tick_through(world, "2022-04-18 09:00")
    secretary.looks()
    assert secretary.last.text == (
        "<b>Sắp họp: 19h30 thứ Năm 21/4</b>\n"
        "Họp thường kỳ: Sinh hoạt chính trị tháng 4/2022 về xây dựng, chỉnh đốn Đảng và hệ thống chính trị\n"
        "📄 Tài liệu (4): Nghị quyết 03-NQ/TW; Nghị quyết 10-NQ/TW; Chương trình hành động 18-CTr/TU; "
        "Nghị quyết 03-NQ/TU\n"
        "Còn 3 việc chuẩn bị:\n"
        "⬜ Họp chi ủy thống nhất nội dung\n"
        "⬜ Báo đảng viên\n"
        "⬜ Báo cấp ủy viên theo dõi\n\n"
        "👉 Đồng chí bấm “Chuẩn bị” để xem và đánh dấu việc đã làm; đến giờ, bấm “Bắt đầu họp”."
    )
    secretary.taps("Chuẩn bị").taps("⬜ 3.").taps("⬜ 4.").taps("⬜ 5.")
    tick_through(world, "2022-04-20 12:00")
    secretary.looks()
    assert "⬜ Gửi trước tài liệu: đã làm chưa, thưa đồng chí?" in (secretary.last.text)
    assert "Sổ tay" not in secretary.last.text
    reads_well(secretary)


def test_the_upload_is_not_spoken_of_once_it_is_ticked(later: World) -> None:
    secretary = prepared(later, topic="T2 ·")
    tick_through(later, "2026-02-09 09:00")
    for number in (1, 3, 4, 5, 6):
        secretary.says("/thangnay").taps("Chuẩn bị").taps(f"⬜ {number}.")
    assert "materials" in ticked(later)
    count = len(secretary.got)
    tick_through(later, "2026-02-12 08:00")
    secretary.looks()
    new = [reply.text for reply in secretary.got[count:]]
    assert len(new) == 1
    assert new[0].startswith("🔔 <b>Hôm nay họp lúc 19h30</b>")


def test_the_upload_is_spoken_of_by_42_hd(later: World) -> None:
    secretary = prepared(later, topic="T2 ·")
    for number in (1, 3, 4, 5):
        secretary.taps(f"⬜ {number}.")
    secretary.presses(f"prepare.tick:{of(later).id}:materials:1")
    tick_through(later, "2026-02-09 09:00")
    secretary.looks()
    assert "✅ Các việc chuẩn bị đã xong.\n" in secretary.last.text
    secretary.taps("Chuẩn bị").taps("✅ 6.")
    tick_through(later, "2026-02-11 12:00")
    secretary.looks()
    assert "⬜ Đăng tài liệu lên Sổ tay: đã làm chưa" in secretary.last.text
    assert labels(secretary)[0] == "Chuẩn bị"
    reads_well(secretary)


def test_one_meeting_of_two_plans_has_its_list_said_once(db: Database, tmp_path: Path) -> None:
    world = World(db)
    committee(world)
    world.load(plan_of(joint_plan("01-KH/ĐU", THANG + CHUYEN_DE, "sequential"), tmp_path))
    secretary = world.registered("CB01", "secretary").says("/lichhop").taps("Quý 2").says("20/4 19h30")
    secretary.taps("Tính chung").taps("Bỏ qua")
    tick_through(world, "2022-04-17 09:00")
    world.tick(reminders.say_reminders)
    tick_through(world, "2022-04-18 09:00")
    secretary.looks()
    assert secretary.last.text.count("<b>Sắp họp") == 1
    assert "Sinh hoạt tháng Tư\n🔗 Tính chung: Chuyên đề quý Hai\n" in secretary.last.text
    assert secretary.last.text.count("việc chuẩn bị:") == 1
    assert "Còn 7 việc chuẩn bị:" in secretary.last.text
    assert "… và 2 việc nữa" in secretary.last.text
    assert labels(secretary)[0] == "Chuẩn bị"
    secretary.taps("Chuẩn bị")
    assert "⬜ 9." in secretary.last.text
    reads_well(secretary)


def test_a_list_of_several_units_in_one_message(later: World) -> None:
    """The lists of two cells that one person leads are told apart."""
    secretary = prepared(later, topic="T2 ·")
    secretary.says(f"/start {later.invite('CB02', 'secretary')}").says("8").says("5")
    secretary.says("/lichhop").taps("Nước sạch").taps("T2 ·").says("12/2 14h")
    if "xin đồng chí lưu ý" in secretary.last.text:
        secretary.taps("Giữ ngày này")
    if "tính chung" in secretary.last.text:
        secretary.taps("Họp riêng")
    secretary.taps("Bỏ qua")
    tick_through(later, "2026-02-09 09:00")
    secretary.looks()
    assert secretary.last.text.count("Còn 5 việc chuẩn bị:") == 2
    assert "⬜ Bí thư, phó bí thư thống nhất\n" in secretary.last.text
    assert timedelta() <= later.at - later.local("2026-02-09 09:00") < timedelta(minutes=1)
    reads_well(secretary)
