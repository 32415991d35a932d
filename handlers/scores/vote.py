"""The cell votes on the score of its meeting: who agrees, of how many; the rest against or of another mind."""

import re
from dataclasses import dataclass

from bot.meetings.dialogs import AboutMeeting
from bot.problems import Invalid
from bot.reading.words import fold, plain_words, quoted_words, read_number
from bot.scores.scoring import most_voters, vote_on_score
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.scores.case import Case, case_of, changeable_case, score_card

SHARE = re.compile(
    r"(?:tan thanh )?([0-9]{1,4}) ?(?:/|tren) ?([0-9]{1,4})(?: (?:dong chi|phieu|d/c|dc))?(?: tan thanh)?\.?"
)
ALL = frozenset(("tat ca", "tat ca tan thanh", "tat ca nhat tri", "nhat tri", "nhat tri het", "du ca"))


@dataclass
class VotingOnScore(AboutMeeting):
    agree: int = 0
    voters: int = 0

    @property
    def left(self) -> int:
        return self.voters - self.agree


def begin_score_vote(chat: Chat, meeting_id: str) -> None:
    """`Chi bộ biểu quyết`."""
    case = changeable_case(chat, meeting_id)
    if case is not None:
        chat.begin(VotingOnScore(case.meeting.id))


def ask_score_vote(chat: Chat) -> None:
    case = case_of(chat, chat.answers(VotingOnScore).meeting)
    if case is not None:
        most, exact = most_voters(chat.session, case.meeting)
        chat.say("scores/vote", score=case.score, sheet=case.sheet, most=most, exact=exact)


def take_score_vote(chat: Chat, answer: Answer) -> None:
    case = changeable_case(chat, chat.answers(VotingOnScore).meeting)
    if case is None:
        return
    most, exact = most_voters(chat.session, case.meeting)
    agree, voters = _ballot(answer, most, exact)
    if not 0 < voters <= most or agree > voters:
        raise Invalid("score_vote_range", most=most)
    voting = chat.answers(VotingOnScore)
    voting.agree, voting.voters = agree, voters
    if agree == voters:
        _count(chat, case, 0)
    else:
        chat.goto("against")


def _ballot(answer: Answer, most: int, exact: bool) -> tuple[int, int]:
    """Those who agree and all who voted: "25/26"; "tất cả" and a bare number where it is known who may vote."""
    if answer.value == "all":
        return most, most
    text = plain_words(answer.value or answer.text)
    if share := SHARE.fullmatch(text):
        return int(share[1]), int(share[2])
    if exact and fold(text) in ALL:
        return most, most
    try:
        agree = read_number(text)
    except Invalid:
        raise Invalid("score_vote_unclear", said=quoted_words(answer.text)) from None
    if not exact:
        raise Invalid("score_vote_of", agree=agree)
    return agree, most


def ask_score_against(chat: Chat) -> None:
    chat.say("scores/against", left=chat.answers(VotingOnScore).left)


def take_score_against(chat: Chat, answer: Answer) -> None:
    case = changeable_case(chat, chat.answers(VotingOnScore).meeting)
    if case is None:
        return
    left = chat.answers(VotingOnScore).left
    against = read_number(answer.value or answer.text)
    if against > left:
        raise Invalid("score_against_range", most=left)
    _count(chat, case, against)


def _count(chat: Chat, case: Case, against: int) -> None:
    if case.score is None:
        return
    voting = chat.answers(VotingOnScore)
    counted = (voting.agree, against, voting.voters)
    facts = {"total": case.score.total, "most": case.sheet.most, "grade": case.score.grade}
    subject = chat.desk.render.sentence("score_vote_subject", facts)
    vote_on_score(chat.session, case.meeting, case.score, counted, subject, chat.person.id, chat.at)
    chat.note("score voted", f"meeting:{case.meeting.id}")
    score_card(chat, case)


FLOW = Flow(
    "score_vote",
    FlowStep("vote", ask_score_vote, take_score_vote, numbers=True),
    FlowStep("against", ask_score_against, take_score_against, numbers=True),
    answers=VotingOnScore,
)
