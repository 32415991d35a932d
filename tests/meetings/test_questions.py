"""A kind of question in the meeting is a file, its template, and a line: one that nobody else knows is asked, answered and told."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import get_args

import pytest
import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.meetings.questions import QUESTIONS, question_of
from bot.meetings.questions.question import Came, KnownFact, Outcome, Question, Taken
from bot.papers.collecting import collect_minutes_facts
from bot.papers.walking import Walk
from bot.plans.agenda import Asks
from bot.scores.facts import score_facts
from bot.tables import Aside, Meeting
from tests.kit.desk import RecordingRenderer, sheets
from tests.kit.places import TEMPLATES, ZONE
from tests.kit.talker import Talker
from tests.kit.walking import NOTE_IT
from tests.kit.world import World

SHOWN = """{% extends "meetings/step.html" %}
{% block what_now %}
👉 Đồng chí gõ nơi họp, ví dụ: <i>tại nhà văn hóa</i>{{ ' thay cho ' ~ before if before else '' }}.
{% endblock %}
"""
SAID = {"place_taken": "Đã ghi nơi họp: {{ place }}.", "meant_place": "Đây là nơi họp"}


class PlaceQuestion(Question):
    """Where the meeting is held."""

    name = "place"
    template = "meetings/questions/place"
    kept_as = "place"
    unsaid = "no_place"

    def shows(self, session: Session, meeting: Meeting) -> Mapping[str, object]:
        return {"before": meeting.place}

    def reads(self, session: Session, meeting: Meeting, text: str) -> bool:
        return text.startswith("tại ")

    def may_be_meant(self, session: Session, meeting: Meeting) -> bool:
        return True

    def takes(self, meeting: Meeting, text: str, at: datetime) -> Taken:
        before, meeting.place = meeting.place, text.removeprefix("tại ")
        return Taken("place", "place_taken", {"place": meeting.place}, before)

    def undoes(self, session: Session, meeting: Meeting, aside: Aside) -> None:
        meeting.place = aside.instead_of

    def outcome(self, came: Came) -> Outcome | None:
        return Outcome("placed", {"present": came.present}) if came.present else None

    def knows(self, session: Session, meeting: Meeting) -> Mapping[str, KnownFact]:
        return {"placed": KnownFact(bool(meeting.place))}


def test_the_format_knows_the_same_kinds() -> None:
    assert tuple(QUESTIONS) == get_args(Asks)
    assert [name for name, one in QUESTIONS.items() if one.name != name] == []
    assert question_of("of an older release") is QUESTIONS["none"]


@pytest.fixture
def place_is_asked(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(QUESTIONS, "place", PlaceQuestion())
    folder = shutil.copytree(TEMPLATES, tmp_path / "templates")
    (folder / "meetings/questions/place.html").write_text(SHOWN, "utf-8")
    (folder / "problems/place.yaml").write_text(yaml.safe_dump(SAID, allow_unicode=True), "utf-8")
    world.desk = replace(world.desk, render=RecordingRenderer(folder, ZONE))


def first_step_asks_the_place(world: World) -> Talker:
    secretary = world.registered("CB01", "secretary").says("/hop").taps("Bắt đầu họp: T4")
    with world.db.write() as session:
        meeting = session.scalars(select(Meeting)).one()
        meeting.steps = (replace(meeting.steps[0], asks="place"), *meeting.steps[1:])
    return secretary.presses("meet.walk:1")


def place(world: World) -> str:
    with world.db.read() as session:
        return session.scalars(select(Meeting.place)).one()


@pytest.mark.usefixtures("place_is_asked")
def test_a_kind_that_nobody_else_knows_is_asked_and_taken(world: World) -> None:
    secretary = first_step_asks_the_place(world)
    assert "👉 Đồng chí gõ nơi họp" in secretary.last.text
    secretary.says("tại nhà văn hóa")
    assert secretary.last.text.startswith("Đã ghi nơi họp: nhà văn hóa.")
    assert "thay cho nhà văn hóa." in secretary.last.text
    assert place(world) == "nhà văn hóa"
    secretary.taps(NOTE_IT)
    assert place(world) == ""
    secretary.says("Nhà văn hóa đã sửa xong").taps("Đây là nơi họp")
    assert place(world) == "Nhà văn hóa đã sửa xong"


@pytest.mark.usefixtures("place_is_asked")
def test_the_minutes_and_the_score_say_what_it_says(world: World) -> None:
    first_step_asks_the_place(world).taps("Tiếp")
    words = yaml.safe_load((TEMPLATES / "documents/words.yaml").read_text("utf-8"))
    words["steps"] |= {"no_place": "Không rõ nơi họp.", "placed": "{present} đồng chí ở đó."}

    def said(meeting: Meeting, session: Session) -> object:
        facts = collect_minutes_facts(session, meeting, ZONE)
        return Walk(facts, words, lambda _: None).steps()[0]["said"]

    with world.db.write() as session:
        assert said(session.scalars(select(Meeting)).one(), session) == "Không rõ nơi họp."
    world.registered("CB01", "secretary").presses("meet.count:1:1").says(
        "25/28, vắng 2 có lý do, 1 không"
    ).taps("Đúng")
    with world.db.write() as session:
        meeting = session.scalars(select(Meeting)).one()
        assert said(meeting, session) == "25 đồng chí ở đó."
        sheet = next(iter(sheets().by_key.values()))
        assert score_facts(session, meeting, sheet, None)["placed"].value is False
        meeting.place = "nhà văn hóa"
        assert score_facts(session, meeting, sheet, None)["placed"].value is True
