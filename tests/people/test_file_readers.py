"""Who may fetch a file by the link that was made for them: for as long as a role lets them read it."""

import pytest
from sqlalchemy import select, update

from bot.people.file_readers import may_fetch_file
from bot.tables import (
    Contact,
    Duty,
    Material,
    Meeting,
    MeetingKind,
    Membership,
    Note,
    Reviewers,
    Submission,
    SubmissionFile,
    SubmissionState,
    Unit,
)
from tests.kit.talker import Talker
from tests.kit.world import World

NOTED, HANDED, TIED, NOBODYS = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)
FACTS = {"name": "a.pdf", "size": 1, "media_type": "application/pdf"}


@pytest.fixture
def files(world: World, secretary: Talker) -> None:
    """One noted in a meeting of CB01, one that CB01 has handed in, one that is tied to a topic for CB01 alone."""
    with world.db.write() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "CB01")).one()
        person = session.scalars(select(Membership.person_id).where(Membership.unit_id == unit.id)).one()
        duty = session.scalars(select(Duty).where(Duty.unit_id == unit.id).order_by(Duty.id)).first()
        assert duty is not None
        meeting = Meeting(unit_id=unit.id, kind=MeetingKind.REGULAR, created_at=world.at)
        submission = Submission(duty_id=duty.id, person_id=person, created_at=world.at)
        submission.state, submission.version, submission.handed_at = SubmissionState.HANDED, 1, world.at
        session.add_all([meeting, submission])
        session.flush()
        session.add(
            Note(
                meeting_id=meeting.id, step=0, person_id=person, at=world.at, text="", digest=NOTED, name="a"
            )
        )
        session.add(SubmissionFile(submission_id=submission.id, position=0, digest=HANDED, **FACTS))
        tied = {"plan_id": duty.plan_id, "key": "x", "path": unit.path, "person_id": person, "at": world.at}
        session.add(Material(digest=TIED, **tied, **FACTS))


def fetched_by(world: World, talker: Talker) -> set[str]:
    with world.db.read() as session:
        contact = session.scalars(select(Contact).where(Contact.place == talker.address.place)).one()
        return {
            digest for digest in (NOTED, HANDED, TIED, NOBODYS) if may_fetch_file(session, contact, digest)
        }


def end_roles(world: World) -> None:
    with world.db.write() as session:
        session.execute(update(Membership).values(ended_at=world.at))


@pytest.mark.usefixtures("files")
def test_who_fetches_what(world: World, secretary: Talker, office: Talker) -> None:
    leader, sibling = world.registered("DUK", "leader"), world.registered("CB02", "secretary")
    assert fetched_by(world, secretary) == {NOTED, HANDED, TIED, NOBODYS}
    assert fetched_by(world, leader) == fetched_by(world, office) == {HANDED, TIED, NOBODYS}
    assert fetched_by(world, sibling) == {NOBODYS}
    assert fetched_by(world, world.person().says("chào")) == set()


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("state", ["draft", "returned", "dropped"])
def test_what_was_not_handed_in_or_was_returned_is_read_by_its_cell_alone(
    world: World, secretary: Talker, office: Talker, state: SubmissionState
) -> None:
    with world.db.write() as session:
        session.execute(update(Submission).values(state=state))
    assert HANDED in fetched_by(world, secretary)
    assert HANDED not in fetched_by(world, office) | fetched_by(world, world.registered("DUK", "leader"))


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("state", ["handed", "accepted", "returned"])
def test_who_looks_at_a_report_reads_every_version(world: World, state: SubmissionState) -> None:
    world.units(("BTG", "Ban Tuyên giáo", "ban_tuyen_giao", "", "DUK"))
    reader = world.registered("BTG", "leader")
    assert HANDED not in fetched_by(world, reader)
    with world.db.write() as session:
        body = session.scalars(select(Unit.id).where(Unit.code == "BTG")).one()
        session.execute(update(Submission).values(state=state, reviewer_id=body, reviewers=Reviewers.BODY))
    assert HANDED in fetched_by(world, reader)
    end_roles(world)
    assert fetched_by(world, reader) == set()


@pytest.mark.usefixtures("files")
def test_with_the_role_the_files_go(world: World, secretary: Talker) -> None:
    end_roles(world)
    assert fetched_by(world, secretary) == set()
    secretary.says(world.invite("CB02", "secretary"))
    assert fetched_by(world, secretary) == {NOBODYS}


@pytest.mark.usefixtures("files")
def test_what_a_committee_has_tied_is_read_all_below_it(world: World) -> None:
    with world.db.write() as session:
        top = session.scalars(select(Unit).where(Unit.code == "DUK")).one()
        session.execute(update(Material).values(path=top.path))
    assert TIED in fetched_by(world, world.registered("CB03", "secretary"))
