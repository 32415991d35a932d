"""`Biểu quyết`: what is voted on, who may vote, how many agreed; both shares are shown, and nothing is decided by them."""

from dataclasses import dataclass
from typing import Any

from bot.meetings.counts import counts_of
from bot.meetings.dialogs import AboutMeeting, about
from bot.meetings.vote_line import read_vote
from bot.meetings.votes import (
    SUBJECT_LIMIT,
    check_electors,
    meeting_electors,
    note_electors,
    sure_voters,
    vote_of,
    vote_shares,
    votes_of,
    write_vote,
)
from bot.problems import Invalid
from bot.reading.words import fold, read_number, read_yes_no
from bot.tables import Meeting, Vote
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.meetings import leading, overhearing

RESOLUTION = "nghi quyet"


@dataclass
class Voting(AboutMeeting):
    """`vote`: the one that is corrected; `line`: its result, said before anything was asked. `members` and `voters` are 0 until
    somebody has looked who may vote, None where that is not known and is asked."""

    vote: int = 0
    subject: str = ""
    resolution: bool = False
    members: int | None = 0
    voters: int | None = 0
    agree: int = 0
    line: str = ""


def show_votes(chat: Chat, meeting_id: str, until: str = "") -> None:
    """The votes of the meeting, the last ones or those up to the number `until`; without any, the first one is begun."""
    meeting = leading.own_meeting(chat, meeting_id, held=True)
    if meeting is None:
        return
    votes = votes_of(chat.session, meeting)
    if votes:
        chat.end()
        _say_votes(chat, meeting, votes, until=row_id(until))
    else:
        chat.begin(Voting(*about(meeting)))


def _say_votes(chat: Chat, meeting: Meeting, votes: Any, now: Vote | None = None, until: int = 0) -> None:
    page = leading.page_of(votes, now, until)
    shown = [(vote, vote_shares(vote)) for vote in page.rows]
    leading.say_of_meeting(chat, "meetings/votes/votes", meeting, votes=shown, page=page, now=now)


def begin_vote(chat: Chat, meeting_id: str) -> None:
    """`Biểu quyết` once more."""
    meeting = leading.own_meeting(chat, meeting_id, held=True)
    if meeting is not None:
        chat.begin(Voting(*about(meeting)))


def fix_vote(chat: Chat, vote_id: str) -> None:
    """`Sửa` one: its numbers anew, by those who may vote as the attendance stands now."""
    found = _own_vote(chat, vote_id)
    if found is None:
        return
    vote, meeting = found
    voting = Voting(*about(meeting), vote=vote.id, subject=vote.subject, resolution=vote.resolution)
    who = _electors_now(chat, meeting, vote)
    if who is None:
        chat.begin(voting, "members")
    else:
        voting.members, voting.voters = who
        chat.begin(voting, "agree")


def _electors_now(chat: Chat, meeting: Meeting, vote: Vote) -> tuple[int, int] | None:
    """Members and voters: those of the attendance where it tells the kinds apart, else those of the vote as long as they
    can be; None where they have to be asked for."""
    counts = counts_of(chat.session, meeting)
    if counts and counts.official is not None and counts.present_official is not None:
        return counts.official, counts.present_official
    try:
        check_electors(chat.session, meeting, vote.members, vote.voters)
    except Invalid:
        return None
    return vote.members, vote.voters


def drop_vote(chat: Chat, vote_id: str) -> None:
    found = _own_vote(chat, vote_id)
    if found is None:
        return
    vote, meeting = found
    chat.session.delete(vote)
    chat.session.flush()
    chat.note("vote dropped", f"meeting:{meeting.id} vote {vote.id}")
    leading.show_standing(chat, meeting)


def _own_vote(chat: Chat, vote_id: object) -> tuple[Vote, Meeting] | None:
    found = vote_of(chat.session, row_id(vote_id))
    if found is None:
        chat.refuse()
        return None
    meeting = leading.own_meeting(chat, found.meeting_id, held=True)
    vote = vote_of(chat.session, row_id(vote_id)) if meeting else None
    return (vote, meeting) if vote and meeting else None


def ask_subject(chat: Chat) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is not None:
        leading.say_of_meeting(chat, "meetings/votes/subject", meeting)


def take_subject(chat: Chat, answer: Answer) -> None:
    voting = chat.answers(Voting)
    if answer.value == "resolution":
        voting.subject, voting.resolution = chat.desk.render.sentence("vote_on_resolution", {}), True
        _next(chat)
        return
    if answer.value or not answer.text.strip():
        raise Invalid("choose_button" if answer.value else "text_empty")
    if len(chat.event.text.strip()) > SUBJECT_LIMIT:
        raise Invalid("text_long", most=SUBJECT_LIMIT)
    voting.subject = answer.text.strip()
    if RESOLUTION in fold(answer.text):
        chat.goto("resolution")
    else:
        voting.resolution = False
        _next(chat)


def ask_resolution(chat: Chat) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is not None:
        leading.say_of_meeting(
            chat, "meetings/votes/resolution", meeting, subject=chat.answers(Voting).subject
        )


def take_resolution(chat: Chat, answer: Answer) -> None:
    agreed = {"yes": True, "no": False}.get(answer.value, None if answer.value else read_yes_no(answer.text))
    if agreed is None:
        raise Invalid("choose_button")
    chat.answers(Voting).resolution = agreed
    _next(chat)


def _next(chat: Chat) -> None:
    """Asks who may vote, as far as nobody has said, then for the result."""
    meeting = leading.present_meeting(chat, held=True)
    if meeting is None:
        return
    known, voting = meeting_electors(chat.session, meeting), chat.answers(Voting)
    voting.members = known.members if voting.members == 0 else voting.members
    voting.voters = known.voters if voting.voters == 0 else voting.voters
    if voting.members is not None and voting.voters is None:
        voting.voters = sure_voters(chat.session, meeting, voting.members)
    if voting.members is None or voting.voters is None:
        chat.goto("members" if voting.members is None else "voters")
    elif voting.line:
        _take_line(chat, voting)
    else:
        chat.goto("agree")


def _take_line(chat: Chat, voting: Voting) -> None:
    """The result was said before anything was asked; where it does not fit those who may vote it is asked for."""
    line, voting.line = voting.line, ""
    try:
        take_agree(chat, Answer(text=line))
    except Invalid as problem:
        chat.goto("agree", trouble=chat.sentence(problem))


def ask_electors(chat: Chat) -> None:
    _ask_number(chat, "meetings/votes/members")


def ask_voters(chat: Chat) -> None:
    _ask_number(chat, "meetings/votes/voters")


def _ask_number(chat: Chat, template: str) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is not None:
        counts = counts_of(chat.session, meeting)
        leading.say_of_meeting(
            chat, template, meeting, counts=counts, members=chat.answers(Voting).members or None
        )


def take_electors(chat: Chat, answer: Answer) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is None:
        return
    members = read_number(answer.value or answer.text)
    check_electors(chat.session, meeting, members)
    chat.answers(Voting).members = members
    _next(chat)


def take_voters(chat: Chat, answer: Answer) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is None:
        return
    voting = chat.answers(Voting)
    voters, members = read_number(answer.value or answer.text), voting.members or 0
    check_electors(chat.session, meeting, members, voters)
    voting.voters = voters
    _next(chat)


def ask_agree(chat: Chat) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is not None:
        said = chat.answers(Voting)
        facts: dict[str, Any] = {"subject": said.subject, "voters": said.voters, "members": said.members}
        leading.say_of_meeting(chat, "meetings/votes/agree", meeting, **facts)


def take_agree(chat: Chat, answer: Answer) -> None:
    if answer.value not in ("", "all"):
        raise Invalid("choose_button")
    voting = chat.answers(Voting)
    voters = voting.voters or 0
    agree, against, other = (voters, 0, 0) if answer.value else read_vote(answer.text, voters)
    if against is None or other is None:
        voting.agree = agree
        chat.goto("against")
    else:
        _write(chat, agree, against, other)


def ask_votes_against(chat: Chat) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is not None:
        said = chat.answers(Voting)
        facts: dict[str, Any] = {"left": (said.voters or 0) - said.agree, "agree": said.agree}
        leading.say_of_meeting(chat, "meetings/votes/against", meeting, **facts)


def take_votes_against(chat: Chat, answer: Answer) -> None:
    agree, voters = chat.answers(Voting).agree, chat.answers(Voting).voters or 0
    against = read_number(answer.value or answer.text)
    if against > voters - agree:
        raise Invalid("vote_left", against=against, left=voters - agree, agree=agree, voters=voters)
    _write(chat, agree, against, voters - agree - against)


def _write(chat: Chat, agree: int, against: int, other: int) -> None:
    meeting = leading.present_meeting(chat, held=True)
    if meeting is None:
        return
    said = chat.answers(Voting)
    old = vote_of(chat.session, said.vote, meeting.id) if said.vote else None
    before = f"{old.agree}/{old.against}/{old.other}" if old else ""
    if old is None and meeting_electors(chat.session, meeting).voters is None:
        note_electors(chat.session, meeting, said.members or 0, said.voters or 0, chat.person.id, chat.at)
    vote = write_vote(
        chat.session,
        meeting,
        said.subject,
        said.resolution,
        (agree, against, other),
        (said.voters or 0, said.members or 0),
        chat.person.id,
        chat.at,
        old,
    )
    result = f"{agree}/{against}/{other}"
    change = f"{before}>{result}" if before else result
    chat.note("vote corrected" if before else "vote taken", f"meeting:{meeting.id} {change}")
    overhearing.note_written(chat, "vote", vote.id)
    chat.end()
    _say_votes(chat, meeting, votes_of(chat.session, meeting), vote)


FLOW = Flow(
    "vote",
    FlowStep("subject", ask_subject, take_subject, numbers=True, words=True),
    FlowStep("resolution", ask_resolution, take_resolution),
    FlowStep("members", ask_electors, take_electors, numbers=True),
    FlowStep("voters", ask_voters, take_voters, numbers=True),
    FlowStep("agree", ask_agree, take_agree, numbers=True),
    FlowStep("against", ask_votes_against, take_votes_against, numbers=True),
    answers=Voting,
)
