"""What people ask about their own data: which office answers, by which day, and when that office is reminded (Decree 356/2025/NĐ-CP)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from bot.people.roles import within_subtree
from bot.tables import DataRequest, Membership, Person, RequestKind, RequestState, Role, Unit

DAYS = {RequestKind.SEE: 10, RequestKind.CORRECT: 10, RequestKind.WITHDRAW: 15, RequestKind.DELETE: 20}
"""So many days after it was asked may a request be answered. That it has come is said at once, within the 2 working days."""
NEAR = timedelta(days=3)
"""So long before its day the office is reminded."""
MOST_OPEN = 10
"""So many may one person have waiting."""


def ask_office(
    session: Session, person: Person, kind: RequestKind, words: str, at: datetime, today: date
) -> DataRequest:
    """`today` is the local day. The same question that still waits is not doubled."""
    same = select(DataRequest).where(
        DataRequest.person_id == person.id,
        DataRequest.kind == kind,
        DataRequest.state == RequestState.OPEN,
        DataRequest.words == words,
    )
    found = session.scalars(same.limit(1)).first()
    if found is None:
        due_on = today + timedelta(days=DAYS[kind])
        found = DataRequest(person=person, kind=kind, words=words, created_at=at, due_on=due_on)
        session.add(found)
        session.flush()
    return found


def requests_of(session: Session, person_id: int) -> Sequence[DataRequest]:
    """What the person has asked, the newest first."""
    asked = select(DataRequest).where(DataRequest.person_id == person_id)
    return session.scalars(asked.order_by(DataRequest.id.desc()).limit(MOST_OPEN)).all()


def waiting_requests(session: Session, offices: Iterable[Membership]) -> Sequence[DataRequest]:
    """The open requests of people who hold or held a role in the offices' units, the most urgent first."""
    return session.scalars(
        select(DataRequest)
        .where(DataRequest.state == RequestState.OPEN, DataRequest.person_id.in_(people_under(offices)))
        .options(joinedload(DataRequest.person))
        .order_by(DataRequest.due_on, DataRequest.id)
    ).all()


def request_for(session: Session, offices: Iterable[Membership], request_id: int) -> DataRequest | None:
    """The request, locked, whatever has become of it; None when it is none of a person of these offices."""
    return session.scalar(
        select(DataRequest)
        .where(DataRequest.id == request_id, DataRequest.person_id.in_(people_under(offices)))
        .with_for_update(of=DataRequest)
        .execution_options(populate_existing=True)
    )


def people_under(offices: Iterable[Membership]) -> Select[int]:
    """The ids of those who hold or held a role in the offices' units."""
    return (
        select(Membership.person_id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(within_subtree(Unit.path, offices, "administer"))
    )


def offices_of(session: Session, person_id: int) -> list[Person]:
    """Who answers for the person's data: the admins of the nearest committee over each of their units, past ones too, that has
    some."""
    paths = session.scalars(
        select(Unit.path)
        .join(Membership, Membership.unit_id == Unit.id)
        .where(Membership.person_id == person_id)
        .distinct()
    ).all()
    admins = session.scalars(
        select(Membership)
        .where(Membership.role == Role.ADMIN, Membership.ended_at.is_(None))
        .options(joinedload(Membership.unit), joinedload(Membership.person))
        .order_by(Membership.rank, Membership.id)
    ).all()
    found: dict[int, Person] = {}
    for path in paths:
        above = [one for one in admins if path.startswith(one.unit.path)]
        nearest = max((one.unit.path for one in above), key=len, default="")
        found |= {one.person_id: one.person for one in above if one.unit.path == nearest}
    return list(found.values())


def answer_request(
    request: DataRequest, state: RequestState, answered_by: int, at: datetime, reason: str = ""
) -> None:
    request.state, request.answered_by, request.answered_at, request.reason = state, answered_by, at, reason


def requests_to_remind(session: Session, at: datetime, today: date) -> Sequence[DataRequest]:
    """Open requests whose day is near or has passed, and of which the office has not been told so; they count as told."""
    near = DataRequest.reminded_at.is_(None) & (DataRequest.due_on <= today + NEAR)
    passed = DataRequest.overdue_at.is_(None) & (DataRequest.due_on < today)
    rows = session.scalars(
        select(DataRequest)
        .where(DataRequest.state == RequestState.OPEN, near | passed)
        .options(joinedload(DataRequest.person))
        .order_by(DataRequest.due_on, DataRequest.id)
        .with_for_update(of=DataRequest)
    ).all()
    for row in rows:
        row.reminded_at = at
        if row.due_on < today:
            row.overdue_at = at
    return rows
