"""Reports that have come are looked at: they are taken, or returned with a remark; only the newest version, and once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from bot.calendar import Moment, days_from
from bot.duties.life import return_duty
from bot.people.file_readers import GIVEN, READ_ABOVE
from bot.people.reviewers import decided_by, may_look, passed_on_by, reviewing_units
from bot.people.roles import may_act
from bot.problems import Invalid
from bot.reports.recipients import recipient_beyond
from bot.tables import (
    Demand,
    Duty,
    DutyKind,
    DutyState,
    Membership,
    Person,
    Submission,
    SubmissionState,
    Unit,
)

WORKING_DAYS = 3
"""So long a unit has for handing in again: no source gives a day."""
LONGEST_REMARK = 500
NOT_CLOSED = tuple(state for state in DutyState if state != DutyState.DONE)


@cache
def is_newest() -> ColumnElement[bool]:
    """That no newer version (a condition on Submission) has been handed in."""
    newer = aliased(Submission)
    return ~exists().where(newer.duty_id == Submission.duty_id, newer.version > Submission.version)


def waits_for_review() -> ColumnElement[bool]:
    """That a report (a condition on Submission joined to Duty) is to be looked at: the newest, of a duty that it has closed."""
    closed = Duty.state.not_in(
        NOT_CLOSED
    )  # said so, SQLite finds by the index of reports, not by that of duties
    return and_(Submission.state == SubmissionState.HANDED, closed, is_newest())


def waiting_reviews(
    session: Session, roles: Iterable[Membership], person_id: int, most: int
) -> Sequence[Submission]:
    """Those that wait for these roles, the oldest first; nobody looks at what they have handed in themselves."""
    found = (
        select(Submission)
        .join(Duty, Duty.id == Submission.duty_id)
        .where(_waiting(session, roles, person_id))
    )
    page = found.order_by(Submission.handed_at, Submission.id).limit(most)
    return session.scalars(page.options(_worded())).all()


def count_waiting(session: Session, roles: Sequence[Membership], person_id: int) -> int:
    return _count(session, roles, person_id) if any(map(may_look, roles)) else 0


def _count(session: Session, roles: Iterable[Membership], person_id: int) -> int:
    found = select(func.count(Submission.id)).join(Duty, Duty.id == Submission.duty_id)
    return session.scalar(found.where(_waiting(session, roles, person_id))) or 0


def _waiting(session: Session, roles: Iterable[Membership], person_id: int) -> ColumnElement[bool]:
    roles = list(roles)
    asked = Submission.reviewer_id.in_(reviewing_units(session, roles))
    return and_(asked, waits_for_review(), decided_by(roles), Submission.person_id != person_id)


def may_review(session: Session, roles: Iterable[Membership], person_id: int, submission: Submission) -> bool:
    """Whether these roles decide on it, and it is not the person's own."""
    found = select(Submission.id).join(Duty, Duty.id == Submission.duty_id)
    its = found.where(Submission.id == submission.id, Submission.person_id != person_id, decided_by(roles))
    return session.scalar(its) is not None


def may_open(session: Session, roles: Sequence[Membership], person_id: int, submission: Submission) -> bool:
    """Whether they may read it: who leads its unit and its reviewers what was ever handed in, who is above what stands."""
    if submission.state not in GIVEN:
        return False
    path = submission.duty.path
    if may_act(roles, "lead", submission.duty.unit.path) or may_review(session, roles, person_id, submission):
        return True
    return submission.state in READ_ABOVE and (
        may_act(roles, "read", path) or _passes_on(session, roles, submission)
    )


def _passes_on(session: Session, roles: Iterable[Membership], submission: Submission) -> bool:
    its = (
        select(Submission.id).join(Duty, Duty.id == Submission.duty_id).where(Submission.id == submission.id)
    )
    return session.scalar(its.where(passed_on_by(roles))) is not None


def awaited_report(session: Session, duty: Duty) -> Submission | None:
    """The report of the unit that a duty is about, which the duty was to wait for; the newest that stands."""
    its = (
        select(Submission).join(Duty, Duty.id == Submission.duty_id).join(Demand, Demand.id == Duty.demand_id)
    )
    found = its.where(
        Duty.plan_id == duty.plan_id,
        Duty.unit_id == duty.about_id,
        Demand.key == duty.waits,
        Submission.state.in_(READ_ABOVE),
        is_newest(),
    )
    return session.scalars(found.order_by(Submission.id.desc()).limit(1)).first()


@dataclass(frozen=True, slots=True)
class Version:
    """One of the versions of a report, and who handed it in; `opens`: the reader may open it."""

    submission: Submission
    by: str
    opens: bool


def versions_of(session: Session, roles: Sequence[Membership], person_id: int, duty: Duty) -> list[Version]:
    """What was handed in for the duty, the first first, as far as these roles may know of it."""
    rows = session.execute(
        select(Submission, Person.name)
        .join(Person, Person.id == Submission.person_id)
        .where(Submission.duty_id == duty.id, Submission.state.in_(GIVEN))
        .order_by(Submission.version)
        .options(selectinload(Submission.files))
    ).all()
    found = [Version(one, by, may_open(session, roles, person_id, one)) for one, by in rows]
    return [one for one in found if one.opens]


def newest_of(session: Session, duty: Duty) -> Submission | None:
    given = select(Submission).where(Submission.duty_id == duty.id, Submission.state.in_(GIVEN))
    return session.scalars(given.order_by(Submission.version.desc()).limit(1)).first()


def lock_report(session: Session, submission_id: int) -> Submission | None:
    """The submission as it stands now; its duty is locked first, as handing in does."""
    duty_id = session.scalar(select(Submission.duty_id).where(Submission.id == submission_id))
    if duty_id is None:
        return None
    locked = select(Duty).where(Duty.id == duty_id).with_for_update()
    session.scalars(locked.execution_options(populate_existing=True)).one()
    return session.get_one(Submission, submission_id, populate_existing=True)


def check_undecided(session: Session, submission: Submission, seen: SubmissionState) -> None:
    """Raises Invalid, as it stands now: review_newer (version, at) when the unit has handed in again; review_gone when it took
    it back; review_waits when it waits for its meeting; review_decided when somebody has decided on it since it was `seen`."""
    newest = newest_of(session, submission.duty)
    if submission.state not in GIVEN:
        raise Invalid("review_gone")
    if newest is not None and newest.id != submission.id:
        raise Invalid("review_newer", version=newest.version, at=newest.handed_at)
    if submission.state != seen or submission.state == SubmissionState.RETURNED:
        raise Invalid("review_decided")
    if submission.duty.state != DutyState.DONE:
        raise Invalid("review_waits" if submission.waits_for_id else "review_over")


def check_returnable(submission: Submission) -> None:
    """Raises Invalid(review_unit_closed, review_over): there is nobody who would hand in again."""
    if submission.duty.unit.closed_on is not None:
        raise Invalid("review_unit_closed", unit=submission.duty.unit.name)
    if submission.duty.demand.plan.withdrawn_at is not None:
        raise Invalid("review_over")


def accept_report(session: Session, submission: Submission, person_id: int, moment: Moment) -> None:
    """The report is taken; where it has come to an office for somebody else, it goes on to them."""
    submission.state, submission.reviewed_by, submission.reviewed_at = (
        SubmissionState.ACCEPTED,
        person_id,
        moment.at,
    )
    submission.recipient_id, submission.recipient_told_at = recipient_beyond(session, submission), None
    session.flush()


def return_report(
    session: Session, submission: Submission, remark: str, person_id: int, moment: Moment
) -> None:
    """Gives the report back: its duty is open again, to be handed in within some working days, never before the plan's own
    last day. Raises Invalid: review_remark_missing, review_remark_long (most)."""
    remark = remark.strip()
    if not any(char.isalnum() for char in remark):
        raise Invalid("review_remark_missing")
    if len(remark) > LONGEST_REMARK:
        raise Invalid("review_remark_long", most=LONGEST_REMARK, length=len(remark))
    duty = submission.duty
    submission.state, submission.remark = SubmissionState.RETURNED, remark
    submission.reviewed_by, submission.reviewed_at = person_id, moment.at
    again_on = days_from(moment.today, WORKING_DAYS, working=True)
    return_duty(session, duty, max(again_on, duty.due_on or again_on), moment)


def handed_in(
    session: Session, demand_id: int, where: ColumnElement[bool], first: int, most: int
) -> Sequence[Submission]:
    """A page of the reports that stand for a demand, the newest of each duty that `where` (a condition on Duty) lets through, by
    the units' codes in natural order."""
    found = select(Submission).join(Duty, Duty.id == Submission.duty_id).join(Unit, Unit.id == Duty.unit_id)
    page = found.where(_stands(demand_id), where).order_by(Unit.listed_as, Submission.id)
    return session.scalars(page.offset(first).limit(most).options(_worded())).all()


def count_handed_in(session: Session, demand: Demand, where: ColumnElement[bool]) -> int:
    if demand.kind != DutyKind.REPORT:
        return 0
    found = select(func.count(Submission.id)).join(Duty, Duty.id == Submission.duty_id)
    return session.scalar(found.where(_stands(demand.id), where)) or 0


def _stands(demand_id: int) -> ColumnElement[bool]:
    return and_(Duty.demand_id == demand_id, Submission.state.in_(READ_ABOVE), is_newest())


def _worded() -> ORMOption:
    """What is loaded with reports that are put into words."""
    its = (joinedload(Duty.demand), joinedload(Duty.unit), joinedload(Duty.about))
    return selectinload(Submission.duty).options(*its)
