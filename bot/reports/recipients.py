"""Which unit looks at a report, and who of it decides: what a plan says with "gửi … (qua …)", put to the tree as it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.people.reviewers import reviewers_of
from bot.reading.bodies import means_directly_above, named_bodies, names_unit
from bot.tables import Duty, DutyState, Plan, Reviewers, Submission, Unit

OFFICES = (
    "ban_to_chuc",
    "ban_tuyen_giao",
    "van_phong",
    "uy_ban_kiem_tra",
    "doan_the",
    "mat_tran",
    "doan_cong_tac",
    "co_quan_khac",
)


@dataclass(frozen=True, slots=True)
class _Around:
    """The committees over a unit, those of the plan's own first and upward, then those between; and their offices."""

    committees: Sequence[Unit]
    offices: Sequence[tuple[Unit, Unit]]
    """Each with the committee that it belongs to."""
    parent: Unit | None


def address_report(session: Session, submission: Submission) -> None:
    """Writes down who looks at the report: the first of these that has somebody. The office that it goes through (`via`);
    whoever owes it to pass it on; whom it is for (`to`); the office of the plan's committee with whoever follows the unit;
    the committee itself; the committees above. What finds nobody waits with the plan's committee."""
    duty = submission.duty
    home = session.get_one(Plan, duty.plan_id).unit_id
    submission.reviewer_id, submission.reviewers = home, Reviewers.OFFICE
    for unit_id, who in _choices(session, duty, home):
        if reviewers_of(session, unit_id, who, duty):
            submission.reviewer_id, submission.reviewers = unit_id, who
            return


def recipient_beyond(session: Session, submission: Submission) -> int | None:
    """The unit (id) that the plan has the report for (`to`), where somebody else looks at it first and there is anybody now."""
    duty = submission.duty
    home = session.get_one(Plan, duty.plan_id).unit_id
    for unit in _named(duty.demand.recipient, _around(session, duty, home)):
        if reviewers_of(session, unit.id, Reviewers.BODY, duty):
            return unit.id if unit.id != submission.reviewer_id else None
    return None


def _choices(session: Session, duty: Duty, home: int) -> Iterable[tuple[int, Reviewers]]:
    around = _around(session, duty, home)
    for unit in _named(duty.demand.via, around):
        yield unit.id, Reviewers.BODY
    for unit_id in _passing_on(session, duty):
        yield unit_id, Reviewers.BODY
    for unit in _named(duty.demand.recipient, around):
        yield unit.id, Reviewers.BODY
    yield home, Reviewers.OFFICE
    for unit in around.committees:
        yield unit.id, Reviewers.BODY
        yield unit.id, Reviewers.OFFICE


def _around(session: Session, duty: Duty, home: int) -> _Around:
    unit = duty.unit
    line = [int(part) for part in unit.path.strip("/").split("/")]
    found = {one.id: one for one in session.scalars(select(Unit).where(Unit.id.in_({*line, home})))}
    upward = [found[one] for one in reversed(line) if one != unit.id or one == home]
    place = [one.id for one in upward].index(home) if home in line else 0
    committees = [*upward[place:], *upward[:place]]
    below = select(Unit).where(Unit.parent_id.in_([one.id for one in committees]), Unit.kind.in_(OFFICES))
    below = below.where(Unit.closed_on.is_(None), Unit.id != unit.id).order_by(Unit.listed_as)
    offices = session.scalars(below).all()
    its = [(office, over) for over in committees for office in offices if office.parent_id == over.id]
    return _Around(committees, its, found.get(unit.parent_id or 0))


def _named(said: str, around: _Around) -> Iterable[Unit]:
    """The units that the words name, in the order of the words."""
    for body in named_bodies(said):
        if means_directly_above(body):
            yield from [around.parent] if around.parent else []
            continue
        yield from (office for office, over in around.offices if names_unit(body, office.name, over.name))
        yield from (one for one in around.committees if names_unit(body, one.name))


def _passing_on(session: Session, duty: Duty) -> Iterable[int]:
    """Who owes something about this unit that waits for its report: they look at it before they pass it on."""
    chained = select(Duty.unit_id).where(
        Duty.plan_id == duty.plan_id,
        Duty.about_id == duty.unit_id,
        Duty.waits == duty.demand.key,
        Duty.state.not_in((DutyState.WITHDRAWN, DutyState.LAPSED)),
    )
    return session.scalars(chained.order_by(Duty.id)).all()
