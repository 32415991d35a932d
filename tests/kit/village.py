"""The people of the diary's committee: its tree and plans, whoever is played by hand, and the many others whose deeds are done at once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import at_local
from bot.meetings.attendance import AttendanceCounts
from bot.meetings.meetings import held_before
from bot.messages import Address
from bot.people.people import CONSENT_VERSION
from bot.reports.figures import keep_figure
from bot.reports.submissions import add_files, draft_of, hand_in
from bot.tables import Contact, Duty, Membership, Person, Unit
from bot.talk import delivery
from bot.talk.settling import SendOutcome, SendResult, settle_messages
from schedules import meetings, notices, reminders, reports, summaries
from tests.kit.diary import COMMITTEE, FIRST, PARTS, Asked, sector
from tests.kit.files import stored
from tests.kit.places import ZONE
from tests.kit.talker import Talker
from tests.kit.world import World

WORK_PLAN = """
plan: {symbol: 12-KH/ĐU, date: 2022-02-15, issuer: Đảng ủy xã Kỳ Mẫu, title: Sinh hoạt chi bộ năm 2022, starts: 2022-03-01, ends: 2022-12-31}
topics:
  - {key: t3, title: Sinh hoạt tháng Ba, meeting: regular, period: 2022-03, who: {kinds: [chi_bo]}}
  - {key: t4, title: Sinh hoạt tháng Tư, meeting: regular, period: 2022-04, who: {kinds: [chi_bo]}}
  - {key: t5, title: Sinh hoạt tháng Năm, meeting: regular, period: 2022-05, who: {kinds: [chi_bo]}}
  - {key: t6, title: Sinh hoạt tháng Sáu, meeting: regular, period: 2022-06, who: {kinds: [chi_bo]}}
  - {key: t7, title: Sinh hoạt tháng Bảy, meeting: regular, period: 2022-07, who: {kinds: [chi_bo]}}
"""
DRIVE_PLAN = """
plan: {symbol: 60-KH/ĐU, date: 2022-03-10, issuer: Đảng ủy xã Kỳ Mẫu, title: Chuyển đổi số trong sinh hoạt chi bộ, starts: 2022-05-01, ends: 2022-12-31}
topics:
  - {key: diem, title: Chuyển đổi số (điểm), meeting: thematic, period: {from: 2022-05-01, to: 2022-05-20}, who: {units: [D1, T1]}}
  - {key: cd, title: Chuyển đổi số, meeting: thematic, period: {from: 2022-05-21, to: 2022-06-20}, who: {kinds: [chi_bo], except: [D1, T1]}, follows: diem}
duties:
  - key: bc
    do: report
    title: Báo cáo chuyển đổi số
    to: Đảng ủy xã Kỳ Mẫu
    who: {kinds: [chi_bo]}
    opens: 2022-06-01
    due: {by: 2022-06-25}
    asks:
      - {key: mo-hinh, title: Mô hình}
      - {key: y-kien, title: Ý kiến, kind: text, optional: true}
"""


def name_of(cell: str) -> str:
    part, number = cell[0], int(cell[1:])
    if part != "K":
        return f"Chi bộ thôn {'Đông' if part == 'D' else 'Tây'} {number}"
    return f"Chi bộ {('Trường', 'Phòng', 'Công ty')[(number - 1) // 4]} số {(number - 1) % 4 + 1}"


def build_tree(world: World) -> None:
    world.units(
        ("TU", "Tỉnh ủy Mẫu", "dang_uy", "", None),
        ("X", COMMITTEE, "dang_uy", "", "TU"),
        *[(part, name, "dang_bo_bo_phan", "", "X") for part, name in PARTS.items()],
        *[(cell, name_of(cell), "chi_bo", sector(cell), cell[0]) for cell in FIRST],
        ("Y", "Đảng ủy xã Láng Giềng", "dang_uy", "", "TU"),
        *[(f"Y{n}", f"Chi bộ thôn Ngoài {n}", "chi_bo", "nong_thon", "Y") for n in (1, 2)],
    )


def people_of(world: World, cells: Iterable[str]) -> None:
    """Somebody who leads each of these cells, registered on Telegram without a word."""
    with world.db.write() as session:
        for unit in session.scalars(select(Unit).where(Unit.code.in_(list(cells))).order_by(Unit.id)):
            facts = {"created_at": world.at, "consent_version": CONSENT_VERSION, "consented_at": world.at}
            person = Person(name=f"Bí thư {unit.code}", **facts)
            session.add(person)
            session.flush()
            session.add(Contact(person_id=person.id, channel="telegram", place=unit.code, used_at=world.at))
            session.add(Membership(person_id=person.id, unit_id=unit.id, role="secretary", since=world.at))
            unit.members = 20


def duty_row(session: Session, cell: str, key: str) -> Duty:
    its = select(Duty).join(Unit, Unit.id == Duty.unit_id).where(Unit.code == cell, Duty.key == key)
    return session.scalars(its).one()


def did(world: World, cell: str, one: Asked, at: datetime) -> None:
    """What a cell has done without a talk, at that moment."""
    world.at = at_local(at.date(), at.time(), ZONE)
    with world.db.write() as session:
        duty = duty_row(session, cell, one.key)
        person = session.scalars(
            select(Membership.person_id).where(Membership.unit_id == duty.unit_id).order_by(Membership.id)
        ).first()
        assert person is not None
        if one.key == "bc":
            draft = draft_of(session, duty, person, world.at)
            add_files(session, draft, [stored(f"bao cao {cell}.pdf", cell.encode())])
            hand_in(session, draft, world.moment)
            for asked, value in zip(duty.demand.asks, (int(cell[1:]), None), strict=True):
                keep_figure(session, duty, asked, value, person, world.at)
        else:
            total = duty.unit.members or 20
            counts = AttendanceCounts(total, total - 2, 1, 1, 0)
            held_before(session, duty.unit, duty, world.at, counts, person, world.moment)


def deliver(world: World) -> None:
    """Everything that is due goes out, to those who are played onto their screens."""
    with world.db.write() as session:
        places = {row.id: Address(row.channel, row.place) for row in session.scalars(select(Contact))}
        channels = sorted({address.channel for address in places.values()})
        while claimed := delivery.claim_messages(session, world.at, channels, 500):
            settle_messages(session, [SendOutcome(one, SendResult.SENT) for one in claimed], world.at)
            for one in claimed:
                talker = world.talkers.get(places[one.contact_id])
                if talker is not None:
                    talker.screen.show(one.reply)


def tick_at(world: World, moment: str) -> None:
    """The clock does all that is due then, and everybody reads what has come."""
    world.go(f"2022-{moment}")
    for tick in (
        reminders.say_reminders,
        reports.look_after_reports,
        notices.send_notices,
        meetings.tell_of_meetings,
        summaries.tell_leaders,
    ):
        world.tick(tick)
    deliver(world)


def loses_contact(world: World, cell: str) -> None:
    """Whoever leads it has blocked the assistant."""
    with world.db.write() as session:
        session.scalars(select(Contact).where(Contact.place == cell)).one().lost_at = world.at


WHO: dict[str, Address] = {}
"""At which place each of the people who are played speaks; the same in every run of the story."""


def played_by(world: World, who: str) -> Talker:
    return world.talkers[WHO[who]]
