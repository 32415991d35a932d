"""A role that ends in the middle of a dialog: whatever is answered then is refused, and changes nothing.

One person leads a cell and sits in its committee's office, and leads another cell besides, which remains. Every question of
every flow that can be brought up is answered in every way offered after the first roles have gone.
"""

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from bot.tables import Contact, Dialog, Errand, ErrandKind, ErrandState, Membership, Unit
from handlers import FLOWS, ROUTES
from schedules.papers import make_papers
from schedules.plans import do_plan_errands
from schedules.reports import join_scans
from tests.kit.pressed import PRESSED
from tests.kit.stage import begins
from tests.kit.two_committees import TwoCommittees, two_committees
from tests.kit.world import World

MOST_QUESTIONS, MOST_BUTTONS = 16, 6
TYPED = ("25", "25/28, vắng 2 có lý do, 1 không lý do", "Đồng chí Nguyễn Văn An", "10/4 lúc 19h", "có")


pytestmark = begins(two_committees)


@pytest.fixture
def committees(world: World) -> TwoCommittees:
    return TwoCommittees(world)


class Holder:
    """Somebody with several roles, all but one of which can be taken and given back."""

    def __init__(self, committees: TwoCommittees) -> None:
        self.committees, self.world = committees, committees.world
        self.talker = self.world.registered("B1", "secretary")
        for unit, role in (("A1", "secretary"), ("DUA", "leader"), ("DUA", "admin"), ("DUA", "follower")):
            self.talker.says(self.world.invite(unit, role)).says("/huy")
        with self.world.db.read() as session:
            place = self.talker.address.place
            self.id = session.scalars(select(Contact.person_id).where(Contact.place == place)).one()
        self.talker.screen.clear()

    def dialog(self) -> dict[str, object]:
        with self.world.db.read() as session:
            row = session.get_one(Dialog, self.id)
            names = ("flow", "step", "data", "trail", "question", "touched_at")
            return {name: getattr(row, name) for name in names}

    def put(self, dialog: dict[str, object]) -> None:
        with self.world.db.write() as session:
            session.execute(update(Dialog).where(Dialog.person_id == self.id).values(**dialog))

    def roles(self, *, held: bool) -> None:
        with self.world.db.write() as session:
            rest = select(Unit.id).where(Unit.code != "B1")
            mine = update(Membership).where(Membership.person_id == self.id, Membership.unit_id.in_(rest))
            session.execute(mine.values(ended_at=None if held else self.world.at))

    def where(self) -> tuple[str, str]:
        found = self.dialog()
        return str(found["flow"]), str(found["step"])

    def answers(self) -> list[str]:
        """The buttons that answer the open question, but for the way back."""
        payloads = [choice.payload for choice in self.talker.choices]
        return [one for one in payloads if one.startswith("=") and not one.endswith(":<")]

    def says(self, answer: str) -> None:
        self.talker.presses(answer) if answer.startswith("=") else self.talker.says(answer)


LEFT_ALONE = frozenset(("hearing", "settings", "naming", "register", "own_data", "mail_address"))
"""Dialogs about the person: what they say of themselves is theirs whatever they lead."""
ELSEWHERE = frozenset(
    (
        "choice",
        "close",
        "grade",
        "line",
        "look",
        "mail_address",
        "office_day",
        "prepare",
        "register",
        "scan",
        "score",
        "score_vote",
        "timetable",
    )
)
"""Flows that no press begins on this stage: it has no plan with a choice, no score, no task of an earlier meeting; its one meeting runs."""


def refused_all(holder: Holder) -> None:
    """Answers the open question in every way without the role that it was asked for."""
    dialog, choices = holder.dialog(), holder.answers()
    holder.roles(held=False)
    before = holder.committees.snapshot()
    for answer in (*choices[:MOST_BUTTONS], *TYPED):
        holder.put(dialog)
        holder.says(answer)
        assert holder.committees.snapshot() == before, (dialog["flow"], dialog["step"], answer)
    holder.roles(held=True)
    holder.put(dialog)


def go_on(holder: Holder, seen: set[tuple[str, str]], choices: list[str]) -> None:
    """To a question that has not been seen yet, by whichever answer leads there."""
    dialog = holder.dialog()
    for answer in (*choices, *TYPED):
        holder.put(dialog)
        holder.says(answer)
        if holder.where() not in seen:
            return


def test_an_answer_after_the_role_is_gone_changes_nothing(committees: TwoCommittees) -> None:
    holder, seen = Holder(committees), set[tuple[str, str]]()
    for action, (argument, _) in PRESSED.items():
        if action == "settings.forget":
            continue
        holder.talker.screen.clear()
        holder.talker.presses(f"{action}:{argument.format(**committees.facts)}".rstrip(":"))
        for _ in range(MOST_QUESTIONS):
            if not holder.where()[0] or holder.where() in seen:
                break
            seen.add(holder.where())
            choices = holder.answers()
            if holder.where()[0] not in LEFT_ALONE:
                refused_all(holder)
            go_on(holder, seen, choices)
        holder.talker.says("/huy")
    assert {flow for flow, _ in seen} == set(FLOWS) - ELSEWHERE


def test_every_errand_belongs_to_somebody_s_tick() -> None:
    assert {*ROUTES.work, ErrandKind.SCAN, ErrandKind.PAPER} == set(ErrandKind)


@pytest.mark.parametrize("kind", ErrandKind)
def test_what_was_asked_for_is_not_done_after_the_role_is_gone(
    committees: TwoCommittees, kind: ErrandKind
) -> None:
    """The state and what it is about never come up: nobody reads them."""
    holder = Holder(committees)
    unit = "A1" if kind in (ErrandKind.SCAN, ErrandKind.PAPER) else "DUA"
    with committees.world.db.write() as session:
        session.execute(update(Errand).values(state=ErrandState.DONE))
        unit_id = session.scalars(select(Unit.id).where(Unit.code == unit)).one()
        facts = {"person_id": holder.id, "unit_id": unit_id, "created_at": committees.world.at}
        session.add(Errand(kind=kind, state=ErrandState.AGREED, **facts))
    holder.roles(held=False)
    before = committees.snapshot("errands")
    for tick in (do_plan_errands, join_scans, make_papers):
        committees.world.tick(tick)
    holder.talker.looks()
    assert "không thuộc phạm vi vai trò" in holder.talker.last.text
    assert holder.talker.last.files == ()
    assert committees.snapshot("errands") == before
    with committees.world.db.read() as session:
        dropped = session.scalars(select(Errand.kind).where(Errand.state == ErrandState.DROPPED)).all()
        assert dropped == [kind]


@pytest.fixture(autouse=True)
def nothing_breaks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No answer may end in the apology for a fault of ours."""
    yield
    said = caplog.get_records("call")
    assert [record.getMessage() for record in said if record.levelno >= logging.ERROR] == []
