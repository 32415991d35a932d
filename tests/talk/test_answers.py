"""What a dialog knows goes to its row and back; what an older release has left open goes on."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from bot.messages import Choice, File
from bot.talk.answers import Album, Answers, KeptFile
from bot.talk.desk import Flow, FlowStep
from handlers import FLOWS

LEFT_OPEN: list[dict[str, Any]] = json.loads((Path(__file__).parent / "open_dialogs.json").read_text("utf-8"))
"""Dialogs as release 0.1 has left them in its database: those of each flow that together show all it knew."""

NEWER = {
    "enquiries",
    "enquiry_answer",
    "figures",
    "hearing",
    "invite_all",
    "mail_address",
    "notice",
    "own_data",
    "picking",
    "requests",
    "review",
    "timetable",
    "unit_add",
    "unit_change",
    "unit_replace",
}
"""Dialogs that release 0.1 did not have."""

FOLLOWS = {"counts": {"then", "back", "card", "unit_name", "title"}}
"""What follows from the rest: a dialog keeps it no more."""


class Size(StrEnum):
    SMALL = "s"
    LARGE = "l"


@dataclass
class Place:
    name: str
    floor: int = 0


@dataclass
class Order(Answers):
    table: int
    on: date | None = None
    at: datetime | None = None
    size: Size = Size.SMALL
    place: Place | None = None
    files: list[KeptFile] = field(default_factory=list)


FLOW = Flow("order", FlowStep("size", lambda _: None, lambda *_: None), answers=Order)


def test_every_kind_of_value_goes_to_the_row_and_back() -> None:
    said = Order(
        3,
        date(2022, 4, 5),
        datetime(2022, 4, 5, 12, 30, tzinfo=UTC),
        Size.LARGE,
        Place("a", 2),
        [File("d" * 64, "a.pdf", 8, "application/pdf")],
        offer=Choice("b", "c"),
        words=[1, 2],
        sent=Album("album", {"d": 7}),
    )
    row = json.loads(json.dumps(FLOW.dump(said)))
    assert (row["on"], row["size"], row["place"]) == ("2022-04-05", "l", {"name": "a", "floor": 2})
    assert FLOW.load(row) == said


def test_what_is_not_known_any_more_goes_and_what_cannot_be_read_has_its_default() -> None:
    row = {"table": 3, "colour": "red", "on": "someday", "size": "xl", "files": [["d", "a.pdf", 8, "x"]]}
    assert FLOW.load(row) == Order(3, files=[File("d", "a.pdf", 8, "x")])


def test_what_has_no_default_must_be_there() -> None:
    with pytest.raises(ValueError, match="table"):
        FLOW.load({"table": "three"})


def test_each_flow_has_a_dataclass_of_its_own_with_typed_fields() -> None:
    kinds = [flow.answers for flow in FLOWS.values()]
    assert len({*kinds} - {Answers}) == len(FLOWS)
    loose = [
        (kind.__name__, field)
        for kind in kinds
        for field, hint in get_type_hints(kind).items()
        if "Any" in repr(hint) or "object" in repr(hint) or hint in (dict, list)
    ]
    assert loose == []


def test_every_flow_has_dialogs_that_were_left_open() -> None:
    assert {one["flow"] for one in LEFT_OPEN} == set(FLOWS) - NEWER


@pytest.mark.parametrize("left", LEFT_OPEN, ids=lambda one: f"{one['flow']}-{one['step']}")
def test_a_dialog_that_was_left_open_goes_on_with_all_it_knew(left: dict[str, Any]) -> None:
    flow = FLOWS[left["flow"]]
    assert left["step"] in flow.steps
    answers = flow.load(left["data"])
    row = flow.dump(answers)
    assert flow.load(row) == answers
    told = {key for key, value in left["data"].items() if value} - FOLLOWS.get(left["flow"], set())
    assert {key for key in told if row.get(key)} == told
