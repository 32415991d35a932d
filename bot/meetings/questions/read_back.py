"""All that was noted, read back before it is passed."""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from bot.meetings.questions.question import LONGEST, Came, KnownFact, Outcome, Question, Taken
from bot.meetings.walk import at_closing, mark_step, present_step
from bot.reading.words import fold, read_yes_no
from bot.tables import Aside, Meeting
from bot.tables.walked import StepMark

AGREED = re.compile(
    r"(?:chi bo |hoi nghi |toan chi bo |ca chi bo )?(?:da )?(?:100 )?(?:nhat tri|dong y|thong nhat|thong qua)"
    r"(?: (?:100|thong qua|bien ban|toan bo|voi bien ban|noi dung bien ban))*"
)


class ReadBackQuestion(Question):
    name = "read_back"
    template = "meetings/questions/read_back"
    kept_as = "read_back"
    ends = True

    def reads(self, session: Session, meeting: Meeting, text: str) -> bool:
        return agrees_to_minutes(text)

    def takes(self, meeting: Meeting, text: str, at: datetime) -> Taken:
        note_minutes_passed(meeting, at)
        return Taken("read_back", "read_back_taken")

    def undoes(self, session: Session, meeting: Meeting, aside: Aside) -> None:
        meeting.read_back_at = None

    def outcome(self, came: Came) -> Outcome | None:
        return Outcome("read_back") if came.passed else None

    def knows(self, session: Session, meeting: Meeting) -> Mapping[str, KnownFact]:
        passed = meeting.read_back_at is not None
        return {"minutes_read_back": KnownFact(passed, {"yes": passed})} if meeting.steps else {}


def note_minutes_passed(meeting: Meeting, at: datetime) -> None:
    """The minutes were read back and passed: the step that asked for it is done."""
    meeting.read_back_at = at
    if not at_closing(meeting) and present_step(meeting).asks == ReadBackQuestion.name:
        mark_step(meeting, StepMark.DONE, at)


def agrees_to_minutes(text: str) -> bool:
    """ "Nhất trí", "thông qua biên bản", "đúng rồi"."""
    return len(text) <= LONGEST and (read_yes_no(text) is True or AGREED.fullmatch(fold(text)) is not None)
