"""Who speaks: notes, each of which counts one who has spoken; others are counted without a note."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bot.meetings.questions.question import LONGEST, KnownFact, Question, Taken
from bot.problems import Invalid
from bot.reading.words import fold, read_number
from bot.tables import Aside, Meeting

SPEAKERS = re.compile(
    r"(?:(?:co|da co|tong cong|tong so|tat ca) )?(\S+(?: \S+){0,3}?) "
    r"(?:luot(?: (?:phat bieu|y kien))?|y kien(?: phat bieu)?|(?:dong chi|dc|d c|nguoi|dang vien)(?: da)? (?:phat bieu|co y kien|y kien))"
)


class SpeakersQuestion(Question):
    name = "speakers"
    template = "meetings/questions/speakers"
    kept_as = "speakers"

    def reads(self, session: Session, meeting: Meeting, text: str) -> bool:
        return read_speakers(text) is not None

    def takes(self, meeting: Meeting, text: str, at: datetime) -> Taken:
        count, before = read_speakers(text), speakers_at(meeting, meeting.step)
        if count is None:
            raise Invalid("number_unclear", said=text)
        count_speakers(meeting, meeting.step, count - before)
        return Taken("speakers", "speakers_taken", {"count": count}, str(before))

    def undoes(self, session: Session, meeting: Meeting, aside: Aside) -> None:
        count_speakers(meeting, aside.step, int(aside.instead_of) - speakers_at(meeting, aside.step))

    def hears_note(self, meeting: Meeting, place: int) -> None:
        """The words of one who was counted already, else of one more."""
        number, unworded = speakers_at(meeting, place), count_unworded(meeting, place)
        _put(meeting, place, number + (not unworded), max(0, unworded - 1))

    def knows(self, session: Session, meeting: Meeting) -> Mapping[str, KnownFact]:
        spoke = sum(meeting.walk.speakers.values())
        known = meeting.steps and meeting.walk.speakers
        return {"speakers": KnownFact(spoke, {"speakers": spoke})} if known else {}


def read_speakers(text: str) -> int | None:
    """How many have spoken: "5 lượt", "có 7 đồng chí phát biểu"; None for anything else."""
    said = SPEAKERS.fullmatch(fold(text))
    if said is None or len(text) > LONGEST:
        return None
    try:
        return read_number(said[1])
    except Invalid:
        return None


def speakers_at(meeting: Meeting, step: int) -> int:
    return meeting.walk.speakers.get(step, 0)


def count_unworded(meeting: Meeting, step: int) -> int:
    """How many of those who have spoken were counted by themselves, and nothing of their words is noted yet."""
    return meeting.walk.unworded.get(step, 0)


def count_speakers(meeting: Meeting, step: int, more: int = 1) -> None:
    """Counts more who have spoken at the step (below zero: fewer), whose words are still to come."""
    number = max(0, speakers_at(meeting, step) + more)
    _put(meeting, step, number, min(number, max(0, count_unworded(meeting, step) + more)))


def _put(meeting: Meeting, step: int, number: int, unworded: int) -> None:
    walk = meeting.walk
    meeting.walk = replace(
        walk, speakers={**walk.speakers, step: number}, unworded={**walk.unworded, step: unworded}
    )
