"""What is voted on, and how it went."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.meetings.attendance import LARGEST
from bot.meetings.questions.question import LONGEST, KnownFact, Question
from bot.meetings.vote_line import read_vote
from bot.meetings.votes import meeting_electors
from bot.problems import Invalid
from bot.reading.words import fold, read_yes_no
from bot.tables import Aside, Meeting, Vote


class VoteQuestion(Question):
    name = "vote"
    template = "meetings/questions/vote"
    kept_as = "vote"
    counted = True
    unsaid = "no_votes"

    def reads(self, session: Session, meeting: Meeting, text: str) -> bool:
        return is_vote(text, meeting_electors(session, meeting).voters)

    def may_be_meant(self, session: Session, meeting: Meeting) -> bool:
        return True

    def overhears(self, session: Session, meeting: Meeting, text: str) -> bool:
        said = fold(text)
        named = "bieu quyet" in said or "tan thanh" in said
        return named and any(map(str.isdigit, said)) and self.reads(session, meeting, text)

    def undoes(self, session: Session, meeting: Meeting, aside: Aside) -> None:
        vote = session.get(Vote, aside.kept_id) if aside.kept_id else None
        if vote is not None and vote.meeting_id == meeting.id:
            session.delete(vote)

    def knows(self, session: Session, meeting: Meeting) -> Mapping[str, KnownFact]:
        """More than half of the official members of the cell, not of those present (Điều lệ Đảng, article 9)."""
        resolutions = select(Vote).where(Vote.meeting_id == meeting.id, Vote.resolution.is_(True))
        outcomes = [2 * vote.agree > vote.members for vote in session.scalars(resolutions)]
        return {"resolution_passed": KnownFact(any(outcomes), {"yes": any(outcomes)})} if outcomes else {}


def is_vote(text: str, voters: int | None) -> bool:
    """Whether somebody says how a vote went; "không" alone says that there was none."""
    if len(text) > LONGEST or not fold(text) or read_yes_no(text) is False:
        return False
    try:
        read_vote(text, voters or LARGEST)
    except Invalid as problem:
        return problem.code != "vote_unclear"  # figures that do not go together are a vote all the same
    return True
