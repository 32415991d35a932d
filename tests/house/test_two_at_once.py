"""Two people, or two replicas, at the same thing in the same moment: who comes second waits, and finds what the first has done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.duties.life import close_duty
from bot.duties.loading import load_plan
from bot.meetings.meetings import new_meeting, start_meeting
from bot.people.invitations import accept_invitation, find_invite, open_invite
from bot.plans.plan import PlanText, plan_to_json
from bot.problems import Invalid
from bot.reports.submissions import add_files, draft_of, hand_in, take_submission_back
from bot.tables import (
    Contact,
    Duty,
    Errand,
    ErrandKind,
    ErrandState,
    Invite,
    Meeting,
    MeetingState,
    Membership,
    Person,
    Submission,
    Unit,
)
from bot.tables.asked import GivenWorkbook, Nothing
from bot.talk.errands import finish_errand
from tests.kit.committees import committee
from tests.kit.files import stored
from tests.kit.plans import plan_of
from tests.kit.stage import begins
from tests.kit.world import World

T = TypeVar("T")
WAIT = 120
A_WHILE = 0.3
"""So long has the first not committed: whoever does not wait for it is through by then."""
HEAD = """
plan: {symbol: 8-KH/CB, date: 2022-03-20, issuer: Đảng ủy mẫu, title: Kế hoạch, starts: 2022-04-01, ends: 2022-06-30}
duties:
"""
REPORT = "  - {{key: bao-cao, do: report, title: Báo cáo, due: {{by: {day}}}, who: {{kinds: [chi_bo]}}}}\n"
MORE = "  - {key: them, do: report, title: Báo cáo thêm, due: {by: 2022-06-20}, who: {kinds: [chi_bo]}}\n"

pytestmark = begins(committee)


def at_once(world: World, first: Callable[[Session], object], second: Callable[[], T]) -> T:
    """Begins the second while the first, who has done all, has not committed."""
    inside = Event()

    def go_first() -> None:
        with world.db.write() as session:
            first(session)
            session.flush()
            inside.set()
            Event().wait(A_WHILE)

    def go_second() -> T:
        assert inside.wait(WAIT)
        return second()

    with ThreadPoolExecutor(2) as threads:
        before, after = threads.submit(go_first), threads.submit(go_second)
        before.result(WAIT)
        return after.result(WAIT)


def writing(world: World, deed: Callable[[Session], T]) -> Callable[[], T]:
    def do() -> T:
        with world.db.write() as session:
            return deed(session)

    return do


def report(day: str, *more: str) -> PlanText:
    return plan_of(HEAD + REPORT.format(day=day) + "".join(more))


def duty_of(session: Session) -> Duty:
    return session.scalars(select(Duty).where(Duty.key == "bao-cao", Duty.unit.has(code="CB01"))).one()


def newcomers(world: World) -> list[int]:
    """Two contacts of people who have no role yet."""
    with world.db.write() as session:
        found = [
            Contact(person=Person(created_at=world.at), channel="web", place=place, used_at=world.at)
            for place in ("a", "b")
        ]
        session.add_all(found)
        session.flush()
        return [one.id for one in found]


def test_one_code_on_two_phones(world: World) -> None:
    code = world.invite("CB01", "secretary")
    one, other = newcomers(world)

    def enters(contact_id: int) -> Callable[[Session], Membership]:
        def enter(session: Session) -> Membership:
            contact = session.get_one(Contact, contact_id)
            invite = find_invite(session, contact, code, world.at)
            return accept_invitation(session, invite, contact.person, world.at, world.moment.today)

        return enter

    with pytest.raises(Invalid, match="code_used"):
        at_once(world, enters(one), writing(world, enters(other)))
    with world.db.read() as session:
        members = session.scalars(select(Membership)).all()
        assert [member.person_id for member in members] == [session.get_one(Contact, one).person_id]


def test_an_invitation_that_two_have_read_is_taken_by_one(world: World) -> None:
    world.invite("CB01", "secretary")
    one, other = newcomers(world)

    def agrees(contact_id: int) -> Callable[[Session], Membership]:
        def agree(session: Session) -> Membership:
            invite_id = session.scalars(select(Invite.id)).one()
            invite = open_invite(session, invite_id, world.at)
            person = session.get_one(Contact, contact_id).person
            return accept_invitation(session, invite, person, world.at, world.moment.today)

        return agree

    with pytest.raises(Invalid, match="code_used"):
        at_once(world, agrees(one), writing(world, agrees(other)))


def test_two_meetings_of_one_kind_begun_at_once(world: World) -> None:
    world.registered("CB01", "secretary")

    def begin(session: Session) -> None:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        person = session.scalars(select(Person.id).order_by(Person.id.desc())).first()
        assert person is not None
        meeting = new_meeting(session, unit, None, world.at)
        assert world.desk.regular_agenda is not None
        start_meeting(session, meeting, world.desk.regular_agenda, person, world.moment)

    with pytest.raises(Invalid, match="meeting_other_running"):
        at_once(world, begin, writing(world, begin))
    with world.db.read() as session:
        assert session.scalars(select(Meeting.state)).all() == [MeetingState.RUNNING]


def drafts(world: World) -> tuple[int, int]:
    """Of two secretaries, each with a file of their own."""
    made = []
    for name in ("a.pdf", "b.pdf"):
        world.registered("CB01", "secretary")
        with world.db.write() as session:
            person = session.scalars(select(Person.id).order_by(Person.id.desc())).first()
            assert person is not None
            draft = draft_of(session, duty_of(session), person, world.at)
            add_files(session, draft, [stored(name, name.encode())])
            made.append(draft.id)
    return made[0], made[1]


def test_two_hand_in_the_same_report(world: World) -> None:
    world.load(report("2022-05-20"))
    one, other = drafts(world)

    def hands_in(draft: int) -> Callable[[Session], object]:
        return lambda session: hand_in(session, session.get_one(Submission, draft), world.moment)

    at_once(world, hands_in(one), writing(world, hands_in(other)))
    with world.db.read() as session:
        versions = session.scalars(select(Submission.version).order_by(Submission.id)).all()
        assert versions == [1, 2]


def test_what_is_taken_back_while_another_hands_in_stays(world: World) -> None:
    world.load(report("2022-05-20"))
    one, other = drafts(world)
    with world.db.write() as session:
        hand_in(session, session.get_one(Submission, one), world.moment)

    def takes_back(session: Session) -> bool:
        mine = session.get_one(Submission, one)
        assert mine.person_id is not None
        return take_submission_back(session, mine, mine.person_id, world.moment)

    def hands_in(session: Session) -> None:
        hand_in(session, session.get_one(Submission, other), world.moment)

    assert at_once(world, hands_in, writing(world, takes_back)) is False
    with world.db.read() as session:
        assert duty_of(session).state == "done"


def loads(world: World, text: PlanText) -> Callable[[Session], int]:
    def load(session: Session) -> int:
        owner = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        return load_plan(session, text, owner, world.moment)[1].added

    return load


def test_one_plan_loaded_twice_at_once(world: World) -> None:
    world.load(report("2022-05-20"))
    longer = report("2022-05-20", MORE)
    assert at_once(world, loads(world, longer), writing(world, loads(world, longer))) == 0
    with world.db.read() as session:
        assert len(session.scalars(select(Duty)).all()) == 6


def test_what_is_done_while_its_plan_is_loaded_keeps_its_day(world: World) -> None:
    world.load(report("2022-05-20"))

    def does(session: Session) -> None:
        close_duty(session, duty_of(session), date(2022, 4, 1), world.moment)

    at_once(world, does, writing(world, loads(world, report("2022-06-10"))))
    with world.db.read() as session:
        duty = duty_of(session)
        assert (duty.state, duty.due_on, duty.on_time) == ("done", date(2022, 5, 20), True)


def asked_for(world: World, kind: ErrandKind, state: ErrandState = ErrandState.NEW) -> int:
    """Something that the committee's office, whose one admin is there, has asked for."""
    with world.db.write() as session:
        person = session.scalars(select(Person.id)).one()
        unit = session.scalars(select(Unit.id).where(Unit.code == "DUK")).one()
        args = GivenWorkbook("ke-hoach.xlsx", "", plan_to_json(report("2022-05-20")))
        facts = {"person_id": person, "unit_id": unit, "created_at": world.at}
        errand = Errand(kind=kind, state=state, args=args if kind == ErrandKind.PLAN else Nothing(), **facts)
        session.add(errand)
        session.flush()
        return errand.id


def moves(errand: int, state: ErrandState) -> Callable[[Session], None]:
    def move(session: Session) -> None:
        session.get_one(Errand, errand, with_for_update=True).state = state

    return move


def test_an_errand_that_another_replica_has_finished_is_told_once(world: World) -> None:
    office = world.registered("DUK", "admin")
    number = asked_for(world, ErrandKind.TEMPLATE)
    at_once(
        world,
        moves(number, ErrandState.DONE),
        lambda: finish_errand(world.desk, number, world.at, "plans/failed"),
    )
    assert office.looks() == []


def test_a_workbook_that_a_colleague_has_just_dropped_is_not_applied(world: World) -> None:
    office = world.registered("DUK", "admin")
    number = asked_for(world, ErrandKind.PLAN, ErrandState.SHOWN)
    at_once(world, moves(number, ErrandState.DROPPED), lambda: office.presses(f"office.yes:{number}"))
    assert office.last.text.startswith("Việc này đã xong hoặc đã hủy.")
    with world.db.read() as session:
        assert session.get_one(Errand, number).state == ErrandState.DROPPED
