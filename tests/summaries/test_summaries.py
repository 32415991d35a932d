"""What leaders are told: asked for (`/tonghop`, `/chuanop`, `/xuat`, `/tinhhinh`) and unasked, each of the own subtree."""

from collections.abc import Sequence

from sqlalchemy import select

from bot.calendar import Moment
from bot.channels.mail.letter import Envelope, LetterWords, letter_of
from bot.channels.mail.settings import Cover, MailServer
from bot.duties.life import close_duty
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before
from bot.messages import Reply
from bot.tables import Contact, Demand, Duty, Membership, Person, Unit
from bot.talk.delivery import claim_messages
from bot.wording import read_words
from schedules import summaries
from tests.kit.places import TEMPLATES, ZONE
from tests.kit.plans import shipped
from tests.kit.stage import begins
from tests.kit.talker import Talker
from tests.kit.wording import labels
from tests.kit.world import World

CELLS = 15


def begin_here(world: World) -> None:
    """Sở A with fifteen cells, Sở B with one."""
    world.units(
        ("DUK", "Đảng ủy Khối mẫu", "dang_uy", "", None),
        ("DUA", "Đảng ủy Sở A", "dang_bo_co_so", "", "DUK"),
        ("DUB", "Đảng ủy Sở B", "dang_bo_co_so", "", "DUK"),
        *[(f"A{n:02}", f"Chi bộ A{n:02}", "chi_bo", "co_quan", "DUA") for n in range(1, CELLS + 1)],
        ("B01", "Chi bộ Thanh tra", "chi_bo", "co_quan", "DUB"),
    )
    world.load(shipped("60-KH-DUK-2022.yaml"))
    with world.db.write() as session:
        session.add(Person(created_at=world.at))


pytestmark = begins(begin_here)


def hold(world: World, codes: Sequence[str], key: str, when: str, present: int = 20) -> None:
    """Enters a held meeting of each cell: `present` of 20."""
    with world.db.write() as session:
        person = session.scalars(select(Person.id).order_by(Person.id)).first()
        assert person is not None
        for code in codes:
            unit = session.scalars(select(Unit).where(Unit.code == code)).one()
            duty = session.scalars(select(Duty).where(Duty.unit_id == unit.id, Duty.key == key)).one()
            counts = AttendanceCounts(20, present, 20 - present, 0, 0)
            at = world.local(when)
            held_before(session, unit, duty, at, counts, person, Moment(max(at, world.at), ZONE))


def cells(first: int, last: int) -> list[str]:
    return [f"A{n:02}" for n in range(first, last + 1)]


def told(world: World, talker: Talker, moment: str) -> list[Reply]:
    """What the summaries' tick brings at this moment."""
    world.go(moment)
    world.tick(summaries.tell_leaders)
    return talker.looks()


def test_one_line_first_then_details(world: World) -> None:
    leader = world.registered("DUA", "leader")
    hold(world, cells(1, 9), "2022-04", "2022-04-10 19:00", present=15)
    hold(world, cells(10, 10), "2022-04", "2022-05-02 19:00")
    world.go("2022-05-03 09:00")
    leader.says("/tonghop")
    assert leader.last.text.splitlines()[:4] == [
        "<b>T4: 10/15 đã họp</b>, 9 đúng hạn, 1 trễ, 5 chưa (5 quá hạn)",
        "Sinh hoạt chính trị tháng 4/2022 về xây dựng, chỉnh đốn Đảng và hệ thống chính trị",
        "Hạn thứ Bảy 30/4",
        "Tỷ lệ dự 77,5% (155/200)",
    ]
    assert "<b>T5: chưa đơn vị nào họp</b>, 15 đơn vị\n" in leader.last.text
    assert "📍 Đảng ủy Sở A\n\n👉 Đồng chí bấm “Chưa” để xem đơn vị nào chưa xong." in leader.last.text
    assert "B01" not in leader.last.text
    assert "⏰ Chưa: T4 (5)" in labels(leader)
    assert "\n\n\n" not in leader.last.text


def test_a_leader_without_units_or_duties(world: World) -> None:
    world.units(("DUC", "Đảng ủy Sở C", "dang_uy", "", None))
    leader = world.registered("DUC", "leader").says("/tonghop")
    assert leader.last.text.startswith("✅ Hiện không có việc nào đến kỳ.")
    leader.says("/chuanop")
    assert leader.last.text == "✅ Hiện không có việc nào đến kỳ.\n\n👉 Đồng chí không phải làm gì thêm."
    leader.says("/tinhhinh")
    assert leader.last.text.startswith("✅ Hiện không có việc nào đến kỳ.")
    leader.taps("Trang chính")
    assert leader.last.text == "📊 <b>Theo dõi:</b> Đảng ủy Sở C\n\n👉 Đồng chí muốn làm gì?"
    assert told(world, leader, "2022-04-04 08:00") == []


def test_who_is_missing_and_reminding_them_once_a_day(world: World) -> None:
    leader = world.registered("DUA", "leader")
    one, two, away = (world.registered(code, "secretary") for code in ("A01", "A01", "A02"))
    stranger = world.registered("B01", "secretary")
    away.sends(away._event(blocked=True))
    hold(world, cells(4, 15), "2022-04", "2022-04-10 19:00")
    world.go("2022-04-12 09:00")
    leader.says("/chuanop")
    assert leader.last.text.splitlines()[:2] == [
        "⏰ <b>Việc chưa xong</b>",
        "1. T4 · Sinh hoạt chính trị tháng 4/2022 về xây dựng, chỉnh đốn Đảng và hệ thống chính…: còn 3/15",
    ]
    leader.taps("1.")
    assert "Còn 3 đơn vị chưa xong, hạn thứ Bảy 30/4:\n– Chi bộ A01\n– Chi bộ A02" in leader.last.text
    assert "quá hạn" not in leader.last.text
    untold = [
        "⚠️ Mất liên lạc, cần gọi điện (1): Chi bộ A02.",
        "⚠️ Chưa có người đăng ký, văn phòng cần cấp mã mời (1): Chi bộ A03.",
    ]
    assert leader.last.text.splitlines()[-4:-2] == untold
    leader.taps("Nhắc 1 đơn vị")
    assert leader.last.text.splitlines()[:3] == ["🔔 Đã gửi lời nhắc tới 1 đơn vị.", *untold]
    for secretary in (one, two):
        assert ["Cấp ủy cấp trên nhắc" in reply.text for reply in secretary.looks()] == [True]
    assert stranger.looks() == []

    leader.says("/chuanop").taps("1.")
    assert not [label for label in labels(leader) if "Nhắc" in label]
    with world.db.read() as session:
        demand = session.scalars(select(Demand.id).where(Demand.key == "2022-04")).one()
    leader.presses(f"sum.nudge:{demand}")
    assert leader.last.text.startswith(
        "Lần này không gửi thêm lời nhắc nào.\n✅ 1 đơn vị đã được nhắc trong hôm nay."
    )
    assert one.looks() == []
    world.later(days=1)
    leader.says("/chuanop").taps("1.").taps("Nhắc 1 đơn vị")
    assert leader.last.text.startswith("🔔 Đã gửi lời nhắc tới 1 đơn vị.")
    assert one.looks()


def test_two_leaders_do_not_remind_twice_a_day(world: World) -> None:
    upper, lower = world.registered("DUK", "leader"), world.registered("DUA", "leader")
    secretary = world.registered("A01", "secretary")
    lower.says("/chuanop").taps("1.").taps("Nhắc 1 đơn vị")
    assert "tới 1 đơn vị" in lower.last.text
    upper.says("/chuanop").taps("1.")
    assert not [label for label in labels(upper) if "Nhắc" in label]
    with world.db.read() as session:
        demand = session.scalars(select(Demand.id).where(Demand.key == "2022-04")).one()
    upper.presses(f"sum.nudge:{demand}")
    assert "1 đơn vị đã được nhắc trong hôm nay" in upper.last.text
    assert len(secretary.looks()) == 1


def test_reminding_when_all_is_done_meanwhile(world: World) -> None:
    leader = world.registered("DUB", "leader")
    world.registered("B01", "secretary")
    leader.says("/chuanop").taps("1.")
    payload = leader.find("Nhắc 1 đơn vị").payload
    hold(world, ["B01"], "2022-04", "2022-04-01 07:00")
    leader.presses(payload)
    assert leader.last.text.startswith("Lần này không gửi thêm lời nhắc nào.\n\n👉")
    leader.presses(payload.replace("sum.nudge", "sum.units"))
    assert "✅ Tất cả đã xong." in leader.last.text


def test_a_follower_sees_and_does_not_remind(world: World) -> None:
    follower = world.registered("DUA", "follower").says("/chuanop").taps("1.")
    assert "Còn 15 đơn vị chưa xong" in follower.last.text
    assert not [label for label in labels(follower) if "Nhắc" in label]
    with world.db.read() as session:
        demand = session.scalars(select(Demand.id).where(Demand.key == "2022-04")).one()
    follower.presses(f"sum.nudge:{demand}")
    assert follower.last.text.startswith("⚠️")


def test_follower_of_one_committee_and_leader_of_another_reminds_where_it_leads(world: World) -> None:
    talker = world.registered("DUA", "follower").says(world.invite("DUB", "leader"))
    talker.says("/chuanop").taps("1.")
    assert "Còn 16 đơn vị chưa xong" in talker.last.text
    assert "Chưa có người đăng ký, văn phòng cần cấp mã mời (1): Chi bộ Thanh tra." in talker.last.text
    world.registered("B01", "secretary")
    talker.says("/chuanop").taps("1.").taps("Nhắc 1 đơn vị")
    assert "Đã gửi lời nhắc tới 1 đơn vị." in talker.last.text


def test_numbers_that_name_no_demand(world: World) -> None:
    leader = world.registered("DUA", "leader")
    for wrong in ("", ":0", ":999999999", ":" + "9" * 30, ":abc", ":²", ":-1"):
        for action in ("sum.units", "sum.nudge"):
            assert leader.presses(action + wrong).last.text.startswith("⚠️"), wrong


def test_a_demand_of_another_committee_is_not_shown(world: World) -> None:
    world.load(shipped("42-KH-DUK-2022.yaml"), owner="DUB")
    leader = world.registered("DUA", "leader")
    with world.db.read() as session:
        foreign = session.scalars(
            select(Duty.demand_id).join(Unit, Unit.id == Duty.unit_id).where(Unit.code == "B01")
        ).all()
        own = session.scalars(
            select(Duty.demand_id).join(Unit, Unit.id == Duty.unit_id).where(Unit.code == "A01")
        ).all()
    assert set(foreign) - set(own)
    for demand_id in set(foreign) - set(own):
        for action in ("sum.units", "sum.nudge"):
            leader.presses(f"{action}:{demand_id}")
            assert leader.last.text.startswith("⚠️")


def test_more_units_than_a_message_holds(world: World) -> None:
    world.units(*[(f"C{n}", f"Chi bộ C{n}", "chi_bo", "co_quan", "DUA") for n in range(40)])
    world.load(shipped("60-KH-DUK-2022.yaml"))
    leader = world.registered("DUA", "leader").says("/chuanop").taps("1.")
    assert "Còn 55 đơn vị chưa xong" in leader.last.text
    assert leader.last.text.count("– ") == 40
    assert "… và 15 đơn vị nữa" in leader.last.text
    assert "mã mời (55): Chi bộ A01, Chi bộ A02" in leader.last.text
    assert "Chi bộ A12 và 43 đơn vị nữa." in leader.last.text
    assert not [label for label in labels(leader) if "Nhắc" in label]


def test_more_than_a_few_are_reminded_after_one_question(world: World) -> None:
    told = [world.registered(code, "secretary") for code in cells(1, 7)]
    told[3].sends(told[3]._event(blocked=True))
    leader = world.registered("DUA", "leader").says("/chuanop").taps("1.").taps("Nhắc 6 đơn vị")
    assert leader.last.text.splitlines()[1:] == [
        "Lời nhắc tới 6 đơn vị, mỗi đơn vị một tin. Còn 9 đơn vị chưa có ai nhận được tin.",
        "",
        "👉 Nhắc 6 đơn vị?",
    ]
    assert [len(secretary.looks()) for secretary in told] == [0] * 7
    leader.taps("Không nhắc")
    assert "Còn 15 đơn vị chưa xong" in leader.last.text
    leader.taps("Nhắc 6 đơn vị").taps("Nhắc 6 đơn vị")
    assert leader.last.text.splitlines()[:3] == [
        "🔔 Đã gửi lời nhắc tới 6 đơn vị.",
        "⚠️ Mất liên lạc, cần gọi điện (1): Chi bộ A04.",
        "⚠️ Chưa có người đăng ký, văn phòng cần cấp mã mời (8): "
        + ", ".join(f"Chi bộ {code}" for code in cells(8, 15))
        + ".",
    ]
    assert [len(secretary.looks()) for secretary in told] == [1, 1, 1, 0, 1, 1, 1]


def test_the_table_is_a_link(world: World) -> None:
    leader = world.registered("DUA", "leader").says("/xuat")
    assert '<a href="https://chibo.example/x/' in leader.last.text
    assert leader.last.text.endswith("👉 Đồng chí bấm “Tải bảng về”; đường dẫn dùng được trong 1 giờ.")


def test_how_my_unit_stands(world: World) -> None:
    secretary = world.registered("A01", "secretary", members=20, meeting_day=5)
    hold(world, ["A01"], "2022-04", "2022-04-01 07:00", present=15)
    world.go("2022-05-20 09:00")
    hold(world, ["A01"], "2022-05", "2022-05-19 19:00", present=18)
    secretary.says("/tinhhinh")
    assert secretary.last.text.splitlines()[:5] == [
        "🔎 <b>Chi bộ A01</b>",
        "Số đảng viên: 20 · thường họp ngày 5",
        "",
        "Năm 2022 phải làm 2 việc: 2 đúng hạn, 0 trễ, 0 chưa.",
        "Tỷ lệ dự, cộng các buổi theo kế hoạch trong năm: <b>82,5%</b> (33/40)",
    ]
    assert "Chưa có đồng chí nào" not in secretary.last.text
    assert "tháng 6/2022" in secretary.last.text, "it is announced ahead of its month"
    assert secretary.last.text.endswith("👉 Đồng chí bấm “Việc tháng này” để làm tiếp.")


def test_a_unit_that_owes_and_has_nobody(world: World) -> None:
    follower = world.registered("A01", "follower").says("/tinhhinh")
    assert "Năm 2022 phải làm 1 việc: 0 đúng hạn, 0 trễ, 1 chưa." in follower.last.text
    assert "còn 29 ngày" in follower.last.text
    assert "⚠️ Chưa có đồng chí nào đăng ký phụ trách.\n\n👉" in follower.last.text


def test_which_unit_is_asked_of_who_has_several(world: World) -> None:
    talker = world.registered("A01", "secretary").says(world.invite("A02", "secretary"))
    talker.taps("Bỏ qua").taps("Không cố định").says("/tinhhinh")
    assert labels(talker) == ["Chi bộ A01", "Chi bộ A02"]
    talker.says("chi bo a02")
    assert talker.last.text.startswith("🔎 <b>Chi bộ A02</b>")
    assert talker.presses("unit:99").last.text.startswith("⚠️")


# What comes unasked.


def test_once_the_units_were_told_and_had_a_day_at_the_leaders_own_hour(world: World) -> None:
    """Due on Tuesday; the units are told on Wednesday that it is late, who is above them on Thursday."""
    early, late = world.registered("DUA", "leader"), world.registered("DUA", "leader")
    late.says("/caidat").taps("Giờ nhắc").taps("17h")
    told(world, early, "2022-05-30 17:00")
    late.looks()
    hold(world, cells(1, 14), "2022-05", "2022-05-20 19:00")
    for day in ("2022-05-31", "2022-06-01"):
        assert told(world, early, f"{day} 08:00") == []
        assert told(world, late, f"{day} 17:00") == []
    assert told(world, early, "2022-06-02 07:59") == []
    assert [r.text.splitlines()[:2] for r in told(world, early, "2022-06-02 08:00")] == [
        [
            "<b>T5: 14/15 đã họp</b>, 14 đúng hạn, 1 chưa (1 quá hạn)",
            "📊 Vừa qua hạn · Đảng ủy Sở A",
        ]
    ]
    assert early.last.text.endswith(
        "Chưa họp T5: Chi bộ A15.\n⚠️ 1 đơn vị chưa có người đăng ký phụ trách.\n\n"
        "👉 Đồng chí bấm “Chưa” để xem và nhắc các đơn vị."
    )
    assert told(world, early, "2022-06-02 12:00") == []
    assert told(world, late, "2022-06-02 16:59") == []
    assert len(told(world, late, "2022-06-02 17:00")) == 1
    assert told(world, early, "2022-06-03 08:00") == []
    assert told(world, late, "2022-06-03 17:00") == []


def test_every_monday(world: World) -> None:
    leader = world.registered("DUA", "leader")
    assert told(world, leader, "2022-04-03 08:00") == []
    found = told(world, leader, "2022-04-04 08:00")
    assert [reply.text.splitlines()[1] for reply in found] == ["📊 Tổng hợp tuần · Đảng ủy Sở A"]
    assert told(world, leader, "2022-04-05 08:00") == []
    assert told(world, leader, "2022-04-11 08:00") == []  # given for the Hùng kings' day, which was a Sunday
    assert len(told(world, leader, "2022-04-12 08:00")) == 1
    assert told(world, leader, "2022-04-17 08:00") == []
    assert len(told(world, leader, "2022-04-18 08:00")) == 1


def test_whoever_is_reached_by_mail_alone_reads_the_same(world: World) -> None:
    """Who is out of touch stands in it; its buttons are spoken of as they stand in the talk."""
    leader, lost = world.registered("DUA", "leader"), world.registered("A03", "secretary")
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == leader.address.place)).one()
        contact.channel, contact.place = "smtp", "lanhdao@xa.example"
        gone = session.scalars(select(Contact).where(Contact.place == lost.address.place)).one()
        gone.lost_at, gone.lost_reason = world.at, "blocked"
    hold(world, cells(4, 15), "2022-04", "2022-04-20 19:00")
    world.go("2022-04-25 08:00")
    world.tick(summaries.tell_leaders)
    with world.db.write() as session:
        (claimed,) = claim_messages(session, world.at, ["smtp"], 10)
    server = MailServer("post.example", 587, Cover.STARTTLS, "a", "b", "troly@chibo.example")
    words = LetterWords(**read_words(TEMPLATES / "talk" / "smtp.yaml"))
    letter = letter_of(
        claimed.reply,
        Envelope(server, claimed.address.place, world.at, "", talk="https://t.example", words=words),
    )
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert letter["Subject"].startswith("T4: 12/15 đã họp, 12 đúng hạn")
    assert "Chưa họp T4: Chi bộ A01, Chi bộ A02, Chi bộ A03." in text
    assert "⚠️ Mất liên lạc 1 đơn vị: Chi bộ A03." in text
    assert "👉 Đồng chí mở trợ lý, bấm “Chưa” để xem và nhắc các đơn vị." in text
    assert "sum.units" not in letter.as_string()


def test_names_are_cut_at_twelve(world: World) -> None:
    leader = world.registered("DUA", "leader")
    told(world, leader, "2022-04-04 08:00")
    names = ", ".join(f"Chi bộ A{n:02}" for n in range(1, 13))
    assert f"Chưa họp T4: {names} và 3 đơn vị nữa." in leader.last.text
    hold(world, cells(1, 3), "2022-04", "2022-04-04 07:00")
    told(world, leader, "2022-04-12 08:00")
    assert "Chi bộ A14, Chi bộ A15.\n" in leader.last.text
    assert "đơn vị nữa" not in leader.last.text


def test_two_leaders_of_two_subtrees(world: World) -> None:
    first, second = world.registered("DUA", "leader"), world.registered("DUB", "leader")
    both = world.registered("DUK", "leader")
    told(world, first, "2022-04-04 08:00")
    second.looks()
    both.looks()
    assert first.last.text.startswith("<b>T4: chưa đơn vị nào họp</b>, 15 đơn vị\n")
    assert second.last.text.startswith("<b>T4: chưa họp</b>\n")
    assert both.last.text.startswith("<b>T4: chưa đơn vị nào họp</b>, 16 đơn vị\n")
    assert "Thanh tra" not in first.last.text
    assert "Chi bộ A" not in second.last.text
    assert "Chưa họp T4: Chi bộ Thanh tra." in second.last.text


def test_nothing_to_say_nothing_sent(world: World) -> None:
    leader, other = world.registered("DUB", "leader"), world.registered("DUA", "leader")
    with world.db.write() as session:
        for duty in session.scalars(select(Duty).where(Duty.unit.has(Unit.code.in_(("DUB", "B01"))))):
            close_duty(session, duty, duty.opens_on, Moment(world.at, world.desk.zone))
    assert len(told(world, leader, "2022-04-04 08:00")) == 1  # what was done this week is worth a line
    assert "👉 Đồng chí không phải làm gì thêm." in leader.last.text
    other.looks()
    for moment in ("2022-04-12 08:00", "2022-12-26 08:00"):
        assert told(world, leader, moment) == []
        assert other.looks(), "whose cells have not met is told by the same tick"


def test_not_on_holidays_but_once_after_them(world: World) -> None:
    """30/4 is due and a holiday, as are 1/5 to 3/5/2022 with their substitutes; 2/5 is a Monday."""
    leader = world.registered("DUA", "leader")
    told(world, leader, "2022-04-25 08:00")
    for day in ("2022-04-30", "2022-05-01", "2022-05-02", "2022-05-03"):
        for clock in ("07:00", "08:00", "20:59"):
            assert told(world, leader, f"{day} {clock}") == [], day
    assert told(world, leader, "2022-05-04 07:59") == []
    assert len(told(world, leader, "2022-05-04 08:00")) == 1
    assert leader.last.text.startswith("<b>T5: chưa đơn vị nào họp</b>, 15 đơn vị\n")
    assert "T4" not in leader.last.text, "the units are told this very morning"
    assert len(told(world, leader, "2022-05-05 08:00")) == 1
    assert leader.last.text.startswith("<b>T4: chưa đơn vị nào họp</b>, 15 đơn vị (15 quá hạn)\n")
    assert told(world, leader, "2022-05-06 08:00") == []


def test_not_at_tet(world: World) -> None:
    """Tết 2023: holidays from Friday 20/1 to Thursday 26/1; Monday is the second day of the year."""
    leader = world.registered("DUA", "leader")
    with world.db.write() as session:
        for duty in session.scalars(select(Duty).where(Duty.key == "2022-11")):
            duty.due_on = world.local("2023-01-20 00:00").date()
            duty.demand.due_on = duty.due_on
    told(world, leader, "2023-01-19 08:00")
    for day in range(20, 27):
        assert told(world, leader, f"2023-01-{day} 08:00") == []
    found = told(world, leader, "2023-01-27 08:00")
    assert len(found) == 1
    assert "đơn vị nào họp" not in found[0].text, "the units are told this very morning"
    found = told(world, leader, "2023-01-30 08:00")
    assert len(found) == 1
    assert "chưa đơn vị nào họp</b>, 15 đơn vị (15 quá hạn)" in found[0].text


def test_not_in_quiet_hours_after_an_outage(world: World) -> None:
    leader = world.registered("DUA", "leader")
    assert told(world, leader, "2022-04-04 21:30") == []  # the hour went by while nothing ran
    assert told(world, leader, "2022-04-05 06:59") == []
    assert len(told(world, leader, "2022-04-05 08:00")) == 1
    assert told(world, leader, "2022-04-06 08:00") == []


def test_once_after_a_long_outage(world: World) -> None:
    leader = world.registered("DUA", "leader")
    told(world, leader, "2022-04-04 08:00")
    found = told(world, leader, "2022-06-08 10:00")  # nine Mondays and two due days have passed
    assert len(found) == 1
    assert "Tổng hợp tuần" in found[0].text
    assert told(world, leader, "2022-06-08 10:05") == []
    assert told(world, leader, "2022-06-09 08:00") == []


def test_a_due_day_of_an_outage_is_said_once(world: World) -> None:
    leader = world.registered("DUA", "leader")
    told(world, leader, "2022-05-30 08:00")
    found = told(world, leader, "2022-06-03 10:00")  # due on Tuesday 31/5, down until Friday
    assert [reply.text.splitlines()[1] for reply in found] == ["📊 Vừa qua hạn · Đảng ủy Sở A"]
    assert told(world, leader, "2022-06-04 08:00") == []


def test_two_replicas_say_it_once(world: World) -> None:
    leader = world.registered("DUA", "leader")
    world.go("2022-04-04 08:00")
    assert world.tick(summaries.tell_leaders) == 1
    assert world.tick(summaries.tell_leaders) == 0
    assert len(leader.looks()) == 1


def test_whoever_cannot_be_reached_or_has_no_role_any_more_is_left_out(world: World) -> None:
    lost, ended = world.registered("DUA", "leader"), world.registered("DUA", "leader")
    lost.sends(lost._event(blocked=True))
    with world.db.write() as session:
        contact = session.scalars(select(Contact).where(Contact.place == ended.address.place)).one()
        role = session.scalars(select(Membership).where(Membership.person_id == contact.person_id)).one()
        role.ended_at = world.at
    world.go("2022-04-04 08:00")
    assert world.tick(summaries.tell_leaders) == 0


def test_when_the_next_leader_is_looked_after(world: World) -> None:
    with world.db.read() as session:
        assert summaries.next_summary_moment(session) is None
    leader = world.registered("DUA", "leader")
    told(world, leader, "2022-04-29 08:00")
    with world.db.read() as session:
        assert summaries.next_summary_moment(session) == world.local("2022-05-04 08:00")


def test_secretaries_followers_and_the_office_get_none(world: World) -> None:
    people = [world.registered("DUA", role) for role in ("follower", "admin")]
    people.append(world.registered("A01", "secretary"))
    world.go("2022-04-04 08:00")
    assert world.tick(summaries.tell_leaders) == 0
    assert [person.looks() for person in people] == [[], [], []]


def test_a_reminder_asked_for_at_night_goes_out_in_the_morning(world: World) -> None:
    leader, secretary = world.registered("DUA", "leader"), world.registered("A01", "secretary")
    world.go("2022-04-05 22:30")
    leader.says("/chuanop").taps("1.").taps("Nhắc")
    assert leader.last.text.startswith("🔔 Lời nhắc tới 1 đơn vị sẽ gửi lúc 7h00 thứ Tư 06/4.")
    world.go("2022-04-06 06:59")
    assert secretary.looks() == []
    world.go("2022-04-06 07:01")
    assert any("Cấp ủy cấp trên nhắc" in reply.text for reply in secretary.looks())


def test_the_card_speaks_of_this_year_and_of_what_is_still_open(world: World) -> None:
    """A cell that has done all of 2022 is not told of it for ever; what it still owes of 2022 stays."""
    secretary = world.registered("A01", "secretary", members=20, meeting_day=5)
    hold(world, ["A01"], "2022-04", "2022-04-01 07:00", present=15)
    world.go("2023-02-01 09:00")
    secretary.says("/tinhhinh")
    with world.db.read() as session:
        still = session.scalars(
            select(Duty).where(Duty.unit.has(Unit.code == "A01"), Duty.state == "open")
        ).all()
    assert f"Năm 2023 phải làm {len(still)} việc: 0 đúng hạn, 0 trễ, {len(still)} chưa" in secretary.last.text
    assert "Tỷ lệ dự" not in secretary.last.text
