"""The picture of a period that a leader can forward."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from PIL import Image, ImageFont
from sqlalchemy import select

from bot.calendar import Moment
from bot.duties.period_counts import Count
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before
from bot.papers.fonts import LETTERS
from bot.periods import summed_period
from bot.summaries.period import PeriodSummary
from bot.summaries.picture import COLOURS, FONTS, MARGIN, TINTS, WIDTH, PictureFacts, draw_picture
from bot.summaries.picturing import picture_facts
from bot.tables import Duty, DutyKind, Errand, Membership, Person, Unit
from tests.kit.desk import renderer
from tests.kit.places import ZONE
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.ticking import runs
from tests.kit.two_committees import NAMES
from tests.kit.wording import labels
from tests.kit.world import World

WORDS = renderer().words["picture"]


def begin_here(world: World) -> None:
    world.units(
        ("DUK", NAMES["DUK"], "dang_uy", "", None),
        ("DUA", NAMES["DUA"], "dang_bo_co_so", "", "DUK"),
        *[(f"A{n}", f"Chi bộ {n}", "chi_bo", "", "DUA") for n in range(1, 5)],
        ("B1", NAMES["B1"], "chi_bo", "", "DUK"),
    )
    world.load(shipped("60-KH-DUK-2022.yaml"))
    with world.db.write() as session:
        session.add(Person(created_at=world.at))
    world.go("2022-06-15 09:00")
    for code, key, day in (
        ("A1", "2022-04", "04-10"),
        ("A2", "2022-04", "05-02"),
        ("A1", "2022-05", "05-10"),
    ):
        _hold(world, code, key, f"2022-{day} 19:00")


def _hold(world: World, code: str, key: str, when: str) -> None:
    with world.db.write() as session:
        person = session.scalars(select(Person.id).order_by(Person.id)).first()
        assert person is not None
        unit = session.scalars(select(Unit).where(Unit.code == code)).one()
        duty = session.scalars(select(Duty).where(Duty.unit_id == unit.id, Duty.key == key)).one()
        at = world.local(when)
        held_before(session, unit, duty, at, AttendanceCounts(9, 9, 0, 0, 0), person, Moment(at, ZONE))


pytestmark = begins(begin_here)


def picture(world: World, talker: Talker) -> Image.Image:
    (file,) = talker.last.files
    return Image.open(BytesIO(world.shelf.read(file.digest)))


def test_asked_for_in_chat_and_sent_as_a_file(world: World) -> None:
    leader = world.registered("DUA", "leader").says("/tonghop tháng 4").taps("Ảnh để gửi")
    assert leader.last.text.startswith("📷 Đang vẽ ảnh tháng 4/2022; xong sẽ gửi ngay vào đây.")
    runs(leader)
    assert leader.last.text == (
        "<b>Tháng 4/2022: 2/4 đã họp</b>, 1 đúng hạn, 1 trễ, 2 chưa (2 quá hạn)\n📍 Đảng ủy Sở Công\n\n"
        "👉 Đồng chí chuyển tiếp được ảnh này."
    )
    assert [file.name for file in leader.last.files] == ["Tổng hợp tháng 4-2022.png"]
    drawn = picture(world, leader)
    assert (drawn.format, drawn.width) == ("PNG", WIDTH)
    leader.taps("Cả kỳ")
    assert leader.last.text.startswith("<b>Tháng 4/2022: 2/4 đã họp</b>")


def test_of_one_committee_below(world: World) -> None:
    leader = world.registered("DUK", "follower").says("đảng ủy sở công quý 2").taps("Ảnh để gửi")
    runs(leader)
    assert "📍 Đảng ủy Sở Công\n" in leader.last.text
    assert "Thanh tra" not in leader.last.text
    leader.says("/tonghop quý 2").taps("Ảnh để gửi")
    runs(leader)
    assert "📍 Đảng ủy Khối mẫu\n" in leader.last.text


def test_a_role_that_ends_before_it_is_drawn(world: World) -> None:
    leader = world.registered("DUA", "leader").says("/tonghop quý 2").taps("Ảnh để gửi")
    with world.db.write() as session:
        for role in session.scalars(select(Membership)):
            role.ended_at = world.at
    runs(leader)
    assert leader.last.text.startswith("⚠️")
    assert not leader.last.files
    with world.db.read() as session:
        assert [errand.state for errand in session.scalars(select(Errand))] == ["dropped"]


def test_no_picture_of_another_committee_or_of_what_is_to_come(world: World) -> None:
    follower = world.registered("B1", "follower")
    with world.db.read() as session:
        foreign = session.scalars(select(Unit.id).where(Unit.code == "DUA")).one()
    assert follower.presses(f"sum.picture:2022-Q2:{foreign}").last.text.startswith("⚠️")
    assert follower.presses("sum.picture:2022-Q4:0").last.text.startswith("Chưa tới quý IV/2022")
    assert not [label for label in labels(follower.says("/tonghop năm 2020")) if "Ảnh" in label]
    with world.db.read() as session:
        assert session.scalars(select(Errand)).all() == []


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_every_vietnamese_letter_has_a_drawing(weight: str) -> None:
    font = ImageFont.truetype(FONTS / f"LiberationSans-{weight}.ttf", 40)
    missing = bytes(font.getmask("\ufdd0"))
    assert [letter for letter in LETTERS if bytes(font.getmask(letter)) == missing] == []


FACTS = PictureFacts(
    "Quý I/2022",
    "Đảng ủy xã Mẫu",
    "Số liệu đến 10/8/2022",
    "30/45 việc đã xong",
    "",
    "10 quá hạn",
    Count(45, 24, 6, 15, 10),
    [("Tháng 1", Count(15, 12, 3, 0)), ("Tháng 2", Count(30, 12, 3, 15, 10))],
)


def columns(drawn: Image.Image, y: int) -> dict[str, int]:
    """How many pixels of a row have each colour of the bars."""
    pixels = [drawn.getpixel((x, y)) for x in range(drawn.width)]
    wanted = {name: tuple(bytes.fromhex(colour[1:])) for name, colour in COLOURS.items()}
    return {name: pixels.count(colour) for name, colour in wanted.items()}


def test_the_bars_are_as_long_as_what_they_count() -> None:
    """The last row is February's: of 30 twelve in time, three late, fifteen open; January's half as long."""
    drawn = Image.open(BytesIO(draw_picture(FACTS, WORDS))).convert("RGB")
    second = columns(drawn, drawn.height - MARGIN - 74)
    first = columns(drawn, drawn.height - MARGIN - 74 - 76)
    whole = sum(second.values())
    assert abs(second["on_time"] / whole - 12 / 30) < 0.01
    assert abs(second["late"] / whole - 3 / 30) < 0.01
    assert abs(second["open"] / whole - 15 / 30) < 0.01
    assert abs(sum(first.values()) / whole - 15 / 30) < 0.01
    assert first["open"] == 0


def test_three_boxes_side_by_side() -> None:
    drawn = Image.open(BytesIO(draw_picture(FACTS, WORDS))).convert("RGB")
    tints = [tuple(bytes.fromhex(colour[1:])) for colour in TINTS.values()]
    rows = [
        [drawn.getpixel((x, y)) for x in (MARGIN + 30, WIDTH // 2 - 140, WIDTH - MARGIN - 30)]
        for y in range(drawn.height)
    ]
    assert tints in rows
    assert drawn.getpixel((0, 0)) == (255, 255, 255)


def test_long_names_and_no_months_fit(world: World) -> None:
    long = replace(FACTS, units=", ".join(["Đảng ủy bộ phận khối Doanh nghiệp"] * 9), months=[], overdue="")
    drawn = Image.open(BytesIO(draw_picture(long, WORDS)))
    assert drawn.width == WIDTH
    assert drawn.height < Image.open(BytesIO(draw_picture(replace(long, months=FACTS.months), WORDS))).height


def test_what_is_written_on_it() -> None:
    summary = PeriodSummary(
        summed_period("2022-Q1"),
        False,
        FACTS.count,
        Count(45, 41, 0, 4),
        [(DutyKind.MEETING, FACTS.count)],
        [],
    )
    facts = picture_facts(renderer(), summary, [], ["Đảng ủy A", "Đảng ủy A"], date(2022, 4, 12))
    assert facts == PictureFacts(
        "Quý I/2022",
        "Đảng ủy A",
        "Số liệu đến 12/4/2022",
        "30/45 buổi đã họp",
        "Quý trước: 41/45",
        "10 quá hạn",
        FACTS.count,
        [],
    )
    mixed = replace(summary, kinds=[*summary.kinds, (DutyKind.REPORT, Count(1))], before=Count())
    facts = picture_facts(renderer(), mixed, [], ["Đảng ủy A"], date(2022, 4, 12))
    assert (facts.told, facts.before) == ("30/45 việc đã xong", "")
