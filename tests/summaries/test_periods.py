"""What a leader asks of a period: sums of what the people of the story have done, counted from their own diary."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.calendar import Moment
from bot.duties.period_counts import count_by_day, count_by_place, count_by_sector, sum_counts
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before
from bot.periods import period_named
from bot.tables import Duty, DutyState, Person, Unit
from bot.units.ends import close_unit
from bot.units.rows import UnitRow
from bot.units.tree import write_units
from tests.kit.places import ZONE
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels, reads_well
from tests.kit.world import World

MONTHS = range(1, 10)
PLAN = """
plan:
  symbol: 9-KH/ĐU
  date: 2021-12-20
  issuer: Đảng ủy xã
  title: Kế hoạch
  starts: 2022-01-01
  ends: 2022-12-31
topics:
""" + "".join(
    f"  - {{key: t{n}, title: Chủ đề số {n}, meeting: regular, period: 2022-{n:02}, who: {{kinds: [chi_bo]}}}}\n"
    for n in MONTHS
)
REPORTS = """
plan:
  symbol: 10-KH/ĐU
  date: 2021-12-21
  issuer: Đảng ủy xã
  title: Kế hoạch báo cáo
  starts: 2022-01-01
  ends: 2022-12-31
duties:
  - {key: bc, do: report, title: "Báo cáo quý {period}", to: Đảng ủy, who: {kinds: [chi_bo]}, due: {every: quarter}}
"""
LAST = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30}
SECTORS = ("nong_thon", "co_quan", "doanh_nghiep")
CELLS = {f"A{n}": ("DUA", SECTORS[n % 3]) for n in range(1, 24)} | {
    f"B{n}": ("DUB", SECTORS[n % 3]) for n in range(1, 8)
}
OF_B = [code for code in CELLS if code[0] == "B"]
TODAY = date(2022, 8, 10)
IN_TIME, LATE, NOT = "in time", "late", "not"


def done(code: str, month: int) -> str:
    """What the people of the cell did about the month's meeting."""
    weight = (int(code[1:]) * 7 + month * 5 + len(code)) % 10
    return IN_TIME if weight < 5 else LATE if weight < 8 else NOT


def begin_here(world: World) -> None:
    world.go("2022-01-03 08:00")
    world.units(
        ("DUK", "Đảng ủy xã Mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy bộ phận A", "dang_bo_bo_phan", "", "DUK"),
        ("DUB", "Đảng ủy bộ phận B", "dang_bo_bo_phan", "", "DUK"),
        *[(code, f"Chi bộ thôn {code}", "chi_bo", sector, above) for code, (above, sector) in CELLS.items()],
    )
    world.load(plan_of(PLAN))
    world.load(plan_of(REPORTS))
    with world.db.write() as session:
        session.add(Person(created_at=world.at))
    for month in MONTHS:
        if date(2022, month, LAST[month]) < TODAY:
            for code in CELLS:
                _hold(world, code, month)
    world.go(f"{TODAY} 09:00")


def _hold(world: World, code: str, month: int) -> None:
    how = done(code, month)
    if how == NOT:
        return
    when = f"2022-{month:02}-12 19:00" if how == IN_TIME else f"2022-{month + 1:02}-03 19:00"
    with world.db.write() as session:
        person = session.scalars(select(Person.id).order_by(Person.id)).first()
        assert person is not None
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        duty = session.scalars(select(Duty).where(Duty.unit_id == unit.id, Duty.key == f"t{month}")).one()
        at = world.local(when)
        held_before(session, unit, duty, at, AttendanceCounts(20, 18, 2, 0, 0), person, Moment(at, ZONE))


pytestmark = begins(begin_here)


def diary(codes: Iterable[str], months: Iterable[int]) -> Counter[str]:
    """Counted from what the story says, never by the program; August has opened and nobody has met in it yet."""
    found: Counter[str] = Counter()
    for code in codes:
        for month in months:
            if month <= TODAY.month:
                found[done(code, month) if month < TODAY.month else NOT] += 1
    return found


def reports(codes: Iterable[object], quarters: int) -> Counter[str]:
    """Nobody has handed in anything."""
    return Counter({NOT: len(list(codes)) * quarters})


HEAD = re.compile(
    r"^<b>(?P<name>[^:]+): (?P<done>\d+)/(?P<all>\d+) đã (?:xong|họp|nộp)</b>(?:, (?P<in_time>\d+) đúng hạn)?"
    r"(?:, (?P<late>\d+) trễ)?(?:, (?P<open>\d+) chưa)?(?: \((?P<overdue>\d+) quá hạn\))?"
    r"(?:; (?P<before>[^<]+): (?P<before_done>\d+)/(?P<before_all>\d+))?$"
)


def head(text: str) -> dict[str, str]:
    found = HEAD.match(text.splitlines()[0])
    assert found, text
    return found.groupdict()


def check_head(text: str, expected: Counter[str]) -> dict[str, str]:
    said = head(text)
    assert int(said["all"]) == expected.total()
    assert int(said["in_time"] or 0) == expected[IN_TIME]
    assert int(said["late"] or 0) == expected[LATE]
    assert int(said["open"] or 0) == expected[NOT]
    assert int(said["done"]) == expected[IN_TIME] + expected[LATE]
    return said


PERIODS = {
    "tháng 7": ("Tháng 7/2022", range(7, 8), 0, "tháng 6/2022", range(6, 7), 1),
    "quý 1": ("Quý I/2022", range(1, 4), 1, "", range(0), 0),
    "quý II/2022": ("Quý II/2022", range(4, 7), 1, "quý I/2022", range(1, 4), 1),
    "6 tháng": ("6 tháng đầu năm 2022", range(1, 7), 2, "", range(0), 0),
    "9 tháng": ("9 tháng năm 2022", range(1, 10), 3, "", range(0), 0),
    "nam 2022": ("Năm 2022", range(1, 13), 3, "", range(0), 0),
    "7/2022": ("Tháng 7/2022", range(7, 8), 0, "tháng 6/2022", range(6, 7), 1),
}


@pytest.mark.parametrize("said", PERIODS)
@pytest.mark.parametrize(("home", "role"), [("DUK", "leader"), ("DUA", "follower"), ("DUB", "admin")])
def test_a_period_of_whatever_a_role_reaches(world: World, said: str, home: str, role: str) -> None:
    mine = [code for code, (above, _) in CELLS.items() if home in ("DUK", above)]
    name, months, quarters, before, months_before, quarters_before = PERIODS[said]
    talker = world.registered(home, role).says(f"/tonghop {said}")
    expected = diary(mine, months) + reports(mine, quarters)
    line = check_head(talker.last.text, expected)
    assert line["name"] == name
    assert (line["before"] or "") == before
    if before:
        earlier = diary(mine, months_before) + reports(mine, quarters_before)
        assert int(line["before_all"]) == earlier.total()
        assert int(line["before_done"]) == earlier[IN_TIME] + earlier[LATE]
    assert ("Kỳ chưa hết" in talker.last.text) == (name in ("9 tháng năm 2022", "Năm 2022"))


def test_months_and_kinds_are_sums_of_the_whole(world: World) -> None:
    leader = world.registered("DUK", "leader").says("/tonghop quý 1")
    met = diary(CELLS, range(1, 4))
    assert (
        f"– Họp: {met[IN_TIME] + met[LATE]}/{met.total()} đã họp, {met[IN_TIME]} đúng hạn" in leader.last.text
    )
    assert "– Báo cáo: 0/30 đã nộp, 30 chưa (30 quá hạn)" in leader.last.text
    january = diary(CELLS, range(1, 2))
    assert f"– Tháng 1/2022: {january[IN_TIME] + january[LATE]}/30 đã xong" in leader.last.text
    assert leader.last.text.count("– Tháng") == 3
    assert "Quý I/2022" not in leader.says("/tonghop tháng 7").last.text
    assert "Từng tháng" not in leader.last.text


def test_buttons_instead_of_words(world: World) -> None:
    leader = world.registered("DUK", "leader").says("/tonghop").taps("Theo kỳ")
    assert labels(leader)[:9] == [
        "Tháng 8/2022",
        "Tháng 7/2022",
        "Quý III/2022",
        "Quý II/2022",
        "6 tháng cuối năm 2022",
        "6 tháng đầu năm 2022",
        "Năm 2022",
        "Năm 2021",
        "9 tháng năm 2022",
    ]
    leader.taps("Quý II/2022")
    check_head(leader.last.text, diary(CELLS, range(4, 7)) + reports(CELLS, 1))
    assert (
        leader.taps("Kỳ khác")
        .taps("Năm 2021")
        .last.text.startswith("<b>Năm 2021: không có việc nào đến hạn</b>")
    )


LINE = re.compile(r"^– (?P<name>.+?)(?: \((?P<turns>\d+) kỳ\))?: (?P<done>\d+)/(?P<all>\d+) ", re.MULTILINE)


def lines(text: str) -> dict[str, tuple[int, int]]:
    return {found["name"]: (int(found["done"]), int(found["all"])) for found in LINE.finditer(text)}


def pair(counts: Counter[str]) -> tuple[int, int]:
    return counts[IN_TIME] + counts[LATE], counts.total()


def test_by_what_stands_below_and_down_to_the_card(world: World) -> None:
    leader = world.registered("DUK", "leader").says("/tonghop quý 1").taps("Từng đơn vị")
    ours = {home: [code for code, (above, _) in CELLS.items() if above == home] for home in ("DUA", "DUB")}
    assert lines(leader.last.text) == {
        f"Đảng ủy bộ phận {home[2]}": pair(diary(codes, range(1, 4)) + reports(codes, 1))
        for home, codes in ours.items()
    }
    leader.taps("Đảng ủy bộ phận A")
    first = leader.last.text
    assert first.startswith("📊 <b>Quý I/2022, từng đơn vị</b>: 1–20 trong 23\n– Chi bộ thôn A1: ")
    leader.taps("Trang sau")
    shown = lines(first) | lines(leader.last.text)
    assert list(shown) == [f"Chi bộ thôn A{n}" for n in range(1, 24)], "as one counts"
    assert shown == {
        f"Chi bộ thôn {code}": pair(diary([code], range(1, 4)) + reports([code], 1)) for code in ours["DUA"]
    }
    leader.taps("Chi bộ thôn A23")
    assert leader.last.text.startswith("🏢 <b>Chi bộ thôn A23: ")
    leader.taps("Đảng ủy bộ phận A")
    assert "Năm 2022, từng đơn vị" in leader.last.text


@pytest.mark.parametrize(("said", "button"), [("theo lĩnh vực quý 1", ""), ("quý 1", "Theo lĩnh vực")])
def test_by_sector(world: World, said: str, button: str) -> None:
    leader = world.registered("DUK", "leader").says(f"/tonghop {said}")
    if button:
        leader.taps(button)
    names = {"nong_thon": "Nông thôn", "co_quan": "Cơ quan", "doanh_nghiep": "Doanh nghiệp"}
    by = {sector: [code for code, (_, own) in CELLS.items() if own == sector] for sector in names}
    assert lines(leader.last.text) == {
        names[sector]: pair(diary(codes, range(1, 4)) + reports(codes, 1)) for sector, codes in by.items()
    }


def test_the_name_of_a_sector_narrows_the_figures_down(world: World) -> None:
    rural = [code for code, (_, own) in CELLS.items() if own == "nong_thon"]
    leader = world.registered("DUK", "leader")
    for said in ("/tonghop nông thôn quý 1", "nông thôn quý 1", "/tonghop lĩnh vực nong thon quý 1"):
        leader.says(said)
        check_head(leader.last.text, diary(rural, range(1, 4)) + reports(rural, 1))
        assert "\n🔎 Chỉ lĩnh vực Nông thôn\n" in leader.last.text
    assert not [label for label in labels(leader) if "Word" in label or "Ảnh" in label]
    leader.taps("Từng đơn vị")
    ours = [code for code in rural if code[0] == "A"]
    assert lines(leader.last.text)["Đảng ủy bộ phận A"] == pair(diary(ours, range(1, 4)) + reports(ours, 1))
    leader.taps("Cả kỳ").taps("Đúng hạn")
    names = [f"Chi bộ thôn {code}" for code in rural if any(done(code, n) == IN_TIME for n in range(1, 4))]
    assert f"{len(names)} đơn vị</b> · quý I/2022" in leader.last.text
    leader.says("/tonghop nông thôn")
    assert leader.last.text.startswith("<b>Quý III/2022: "), "the present quarter"
    reads_well(leader)


def test_the_name_of_a_plan_or_topic_narrows_them_down_too(world: World) -> None:
    leader = world.registered("DUB", "leader")
    for said in ("kế hoạch 9", "9-KH/ĐU", "theo kế hoạch 9"):
        leader.says(f"/tonghop {said} 6 tháng")
        check_head(leader.last.text, diary(OF_B, range(1, 7)))
        assert "\n🔎 Chỉ kế hoạch 9-KH/ĐU\n" in leader.last.text
    leader.says("/tonghop chu de so 3")
    check_head(leader.last.text, diary(OF_B, [3]))
    assert leader.last.text.startswith("<b>Năm 2022: ")
    assert "\n🔎 Chỉ việc: Chủ đề số 3\n" in leader.last.text
    leader.says("/tonghop chủ đề 1/2022").says("/tonghop chủ đề số")
    assert leader.last.text.startswith("🔎 Có 9 kết quả khớp “chủ đề số”.")
    assert labels(leader)[0] == "1. Chỉ việc: Chủ đề số 1"
    leader.taps("Chủ đề số 5")
    check_head(leader.last.text, diary(OF_B, [5]))
    leader.says("/tonghop kế hoạch 77")
    assert leader.last.text.startswith("Chưa hiểu “kế hoạch 77”: ")
    leader.presses("sum.period:2022:0.p99999").presses("sum.period:2022:0.x")
    assert leader.last.text.startswith("⚠️")
    leader.says("/tonghop nông thôn 12/2022")
    assert leader.last.text.startswith("Chưa tới tháng 12/2022")
    reads_well(leader)


def test_a_unit_that_is_no_more_is_found_by_its_name(world: World) -> None:
    leader = world.registered("DUK", "leader")
    with world.db.write() as session:
        unit, into = (session.scalars(select(Unit).where(Unit.code == code)).one() for code in ("B7", "B6"))
        close_unit(session, unit, TODAY, Moment(world.at, ZONE), into=into)
    for said in ("chi bo thon b7", "/tonghop thôn B7"):
        leader.says(said)
        assert leader.last.text.startswith("🏢 <b>Chi bộ thôn B7: đã giải thể từ thứ Tư 10/8</b>")
        assert "Đã sáp nhập vào: Chi bộ thôn B6" in leader.last.text
    assert leader.says("/tonghop thôn B7 quý 1").last.text.startswith("<b>Quý I/2022: ")
    other = world.registered("DUA", "leader").says("/tonghop thôn B7")
    assert other.last.text.startswith("Chưa hiểu “thôn B7”")
    reads_well(leader, other)


def test_by_plan_and_by_topic(world: World) -> None:
    leader = world.registered("DUK", "leader").says("/tonghop 6 tháng").taps("Theo kế hoạch")
    assert lines(leader.last.text) == {
        "9-KH/ĐU": pair(diary(CELLS, range(1, 7))),
        "10-KH/ĐU": (0, 60),
    }
    leader.taps("Cả kỳ").taps("Theo chuyên đề")
    topics = {f"Chủ đề số {n}": pair(diary(CELLS, [n])) for n in range(1, 7)}
    assert lines(leader.last.text) == topics | {"Báo cáo quý": (0, 60)}
    assert "– Báo cáo quý (2 kỳ): 0/60" in leader.last.text


@pytest.mark.parametrize(("label", "how"), [("Đúng hạn", IN_TIME), ("Trễ", LATE), ("Chưa", NOT)])
def test_the_names_behind_a_figure(world: World, label: str, how: str) -> None:
    leader = world.registered("DUK", "leader").says("/tonghop tháng 7").taps(label)
    wanted = [f"Chi bộ thôn {code}" for code in CELLS if done(code, 7) == how]
    got = re.findall(r"^– (.+)$", leader.last.text, re.MULTILINE)
    assert f": {len(wanted)} đơn vị</b> · tháng 7/2022" in leader.last.text
    assert got == wanted[:20]


def test_twenty_names_a_page(world: World) -> None:
    leader = world.registered("DUK", "leader").says("/tonghop quý 1").taps("Chưa")
    assert "⏰ Chưa xong: 30 đơn vị</b> · quý I/2022: 1–20" in leader.last.text
    missed = Counter(code for code in CELLS for month in range(1, 4) if done(code, month) == NOT)
    shown = re.findall(r"^– (.+)$", leader.last.text, re.MULTILINE)
    leader.taps("Trang sau")
    assert ": 21–30\n" in leader.last.text
    shown += re.findall(r"^– (.+)$", leader.last.text, re.MULTILINE)
    assert shown == [
        f"Chi bộ thôn {code}" + (f" ({missed[code] + 1} việc)" if missed[code] else "") for code in CELLS
    ]
    assert not [label for label in labels(leader) if "Trang sau" in label]
    leader.taps("Trang trước")
    assert ": 1–20\n" in leader.last.text


def test_names_of_one_thing_that_is_asked_for(world: World) -> None:
    leader = world.registered("DUB", "leader").says("/chuanop").taps("Chủ đề số 7")
    leader.taps("Đúng hạn")
    wanted = [f"– Chi bộ thôn {code}" for code in CELLS if code[0] == "B" and done(code, 7) == IN_TIME]
    assert [line for line in leader.last.text.splitlines() if line.startswith("– ")] == wanted
    assert "Chủ đề số 7" in leader.last.text


def test_words_that_are_not_understood_are_said(world: World) -> None:
    leader = world.registered("DUB", "leader")
    leader.says("/tonghop quý 1 lung tung")
    assert leader.last.text.startswith("Chưa hiểu “lung tung”: ")
    check_head(
        leader.last.text.split("\n\n", 1)[1],
        diary(OF_B, range(1, 4)) + reports(OF_B, 1),
    )
    leader.says("/tonghop lung tung")
    assert leader.last.text.startswith("Chưa hiểu “lung tung”: ")
    assert "📍 Đảng ủy bộ phận B" in leader.last.text, "what stands now is not lost"
    leader.says("/tonghop tháng 12/2022")
    assert leader.last.text.startswith("Chưa tới tháng 12/2022 nên chưa có số liệu.")
    assert "Đồng chí xem kỳ nào?" in leader.last.text
    leader.says("/tonghop tháng 12/2022 lung tung")
    assert leader.last.text.startswith("Chưa hiểu “lung tung”")
    assert "\nChưa tới tháng 12/2022" in leader.last.text
    leader.presses("sum.period:2022-12:0")
    assert leader.last.text.startswith("Chưa tới tháng 12/2022")
    leader.presses("sum.period:gì đó:0")
    assert "chưa hiểu ý đồng chí" in leader.last.text
    leader.presses("sum.names:2022-07:nothing:0")
    assert leader.last.text.startswith("⚠️")


def test_a_name_typed_with_or_without_marks(world: World) -> None:
    leader = world.registered("DUK", "leader")
    for said in ("chi bộ thôn A7", "chi bo thon a7", "thôn A7", "/tonghop chi bo thon a7"):
        assert leader.says(said).last.text.startswith("🏢 <b>Chi bộ thôn A7: "), said
    leader.says("đảng ủy bộ phận B")
    assert "Năm" not in leader.last.text.splitlines()[0]
    assert list(lines(leader.last.text)) == [f"Chi bộ thôn B{n}" for n in range(1, 8)]
    leader.says("bo phan")
    assert leader.last.text.startswith("🔎 Có 2 đơn vị khớp “bo phan”.")
    leader.taps("Đảng ủy bộ phận A")
    assert "Chi bộ thôn A1: " in leader.last.text
    leader.says("/tonghop bộ phận quý 1").taps("Đảng ủy bộ phận B")
    check_head(leader.last.text, diary(OF_B, range(1, 4)) + reports(OF_B, 1))
    leader.says("chi bộ")
    assert "Có 30 đơn vị khớp “chi bộ”, đây là 12 đơn vị đầu." in leader.last.text
    for other in ("trời hôm nay đẹp quá", "thô", "uy b"):
        assert "chưa hiểu ý đồng chí" in leader.says(other).last.text, other
    for yes in ("dạ", "ok"):
        assert leader.says(yes).last.text.startswith("Vâng, thưa đồng chí."), yes
    assert "Có 2 đơn vị khớp “uy b”" in leader.says("/tonghop uy b").last.text, "asked for, a part will do"


def test_what_is_asked_after_may_stand_in_a_question(world: World) -> None:
    leader = world.registered("DUK", "leader")
    for said in (
        "tình hình chi bộ thôn A7",
        "Tình hình của thôn A7 thế nào?",
        "Chi bộ thôn A7 họp chưa?",
        "thôn A7 đã nộp báo cáo chưa ạ?",
        "cho tôi hỏi chi bộ thôn A7 đến đâu rồi",
    ):
        assert leader.says(said).last.text.startswith("🏢 <b>Chi bộ thôn A7: "), said
    plain = leader.says("tháng 3").last.text
    assert plain.startswith("<b>")
    for said in (
        "cho tôi xem kết quả tháng 3",
        "Tình hình tháng 3 ra sao?",
    ):
        assert leader.says(said).last.text == plain, said
    met = diary(CELLS, range(3, 4))
    text = leader.says("Bao nhiêu chi bộ đã họp tháng 3?").last.text
    assert text.startswith(f"<b>Tháng 3/2022: {met[IN_TIME] + met[LATE]}/{met.total()} đã họp</b>")
    assert "\n🔎 Chỉ các buổi họp\n" in text
    for other in ("tình hình hôm nay thế nào", "họp chưa", "đã họp chưa?"):
        assert not leader.says(other).last.text.startswith(("🏢", plain[:20])), other


def test_a_name_of_another_committee_is_not_found(world: World) -> None:
    leader = world.registered("DUB", "leader")
    assert "chưa hiểu ý đồng chí" in leader.says("chi bộ thôn A7").last.text
    assert leader.says("/tonghop chi bộ thôn A7").last.text.startswith("Chưa hiểu “chi bộ thôn A7”")
    secretary = world.registered("B1", "secretary")
    assert "chưa hiểu ý đồng chí" in secretary.says("chi bộ thôn B2").last.text
    assert secretary.says("/tonghop quý 1").last.text.startswith("⚠️")


def test_a_period_typed_by_itself(world: World) -> None:
    leader: Talker = world.registered("DUK", "leader")
    for said in ("quý 1", "tổng hợp quý 1", "Tổng hợp quý I nhé"):
        assert leader.says(said).last.text.startswith("<b>Quý I/2022: "), said
    assert leader.says("từng lĩnh vực").last.text.startswith("📊 <b>Quý III/2022, theo lĩnh vực</b>")


def test_units_that_have_closed_or_moved_keep_their_past(world: World) -> None:
    """A7 is closed, A8 goes over to B: the first quarter stays as it was."""
    with world.db.write() as session:
        row = UnitRow("x:2", "A8", "Chi bộ thôn A8", "chi_bo", CELLS["A8"][1], "DUB", None, None)
        write_units(session, [row], world.moment)
    office = world.registered("DUK", "admin")
    office.says("/quantri").taps("Đơn vị").says("A7").taps("Giải thể").taps("Giải thể")
    leader = world.registered("DUK", "leader").says("/tonghop quý 1")
    check_head(leader.last.text, diary(CELLS, range(1, 4)) + reports(CELLS, 1))
    leader.taps("Từng đơn vị").taps("Đảng ủy bộ phận A")
    assert "– Chi bộ thôn A7 (đã giải thể): " in leader.last.text
    leader.taps("Chi bộ thôn A7")
    assert leader.last.text.startswith("🏢 <b>Chi bộ thôn A7: đã giải thể từ ")
    for home in "AB":
        codes = [code for code in CELLS if code[0] == home]
        leader.says(f"/tonghop đảng ủy bộ phận {home} quý 1")
        check_head(leader.last.text, diary(codes, range(1, 4)) + reports(codes, 1))


def test_what_was_returned_is_overdue_by_its_own_day_in_every_cut(world: World) -> None:
    """A report of the first quarter that was returned has three days more: the whole and each part say the same of it."""
    with world.db.write() as session:
        report = session.scalars(select(Duty).where(Duty.kind == "report").order_by(Duty.id)).first()
        assert report is not None
        assert report.due_on is not None
        report.state, report.done_at, report.on_time = DutyState.OPEN, None, None
        report.again_on = TODAY + timedelta(days=3)
        session.flush()
        year = period_named("2022")
        scope = Duty.plan_id == report.plan_id
        whole = sum_counts(one.count for one in count_by_day(session, scope, year.first, year.last, TODAY))
        places = sum_counts(
            count_by_place(session, scope, year, TODAY, lambda path: (path, path + " ")).values()
        )
        sectors = sum_counts(count_by_sector(session, scope, year, TODAY).values())
    assert whole == places == sectors
    assert whole.overdue < whole.open
