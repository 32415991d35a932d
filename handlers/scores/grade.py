"""The superior committee decides the grade of a meeting that its cell has scored and voted on."""

from dataclasses import dataclass

from bot.meetings.dialogs import AboutMeeting
from bot.people.roles import role_holders, within_subtree
from bot.people.staff import secretaries_of
from bot.problems import Invalid
from bot.reading.words import fold, read_yes_no
from bot.scores.scoring import decide_score, undecided_scores, vote_on
from bot.tables import Meeting, Unit
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.scores.case import Case, case_of

SHOWN = 10


@dataclass
class Grading(AboutMeeting):
    """The grade that was decided when it was asked for another."""

    found: str = ""


def show_grading(chat: Chat) -> None:
    """The scores that wait for a decision, the oldest meeting first."""
    if not role_holders(chat.roles(), "grade"):
        chat.say("talk/not_yours")
        return
    scores, count = undecided_scores(chat.session, within_subtree(Unit.path, chat.roles(), "grade"), SHOWN)
    rows = [(score, chat.session.get_one(Meeting, score.meeting_id)) for score in scores]
    chat.say("scores/waiting", rows=rows, count=count)


def begin_grading(chat: Chat, meeting_id: str) -> None:
    """`Công nhận`, or another grade; also to change a decision."""
    case = _voted(chat, meeting_id)
    if case is not None and case.score is not None:
        chat.begin(Grading(case.meeting.id, found=case.score.decided_grade))


def _voted(chat: Chat, meeting_id: object) -> Case | None:
    """The case of a meeting below, if its cell has voted on it; else says that it has not."""
    case = case_of(chat, meeting_id, "grade")
    if case is not None and (case.score is None or not case.score.voted):
        chat.end()
        chat.say("scores/refused", why=chat.desk.render.sentence("score_not_voted", {}))
        return None
    return case


def ask_grade(chat: Chat) -> None:
    case = _voted(chat, chat.answers(Grading).meeting)
    if case is not None and case.score is not None:
        chat.say("scores/decide", case=case, score=case.score, vote=vote_on(chat.session, case.score))


def take_grade(chat: Chat, answer: Answer) -> None:
    case = _voted(chat, chat.answers(Grading).meeting)
    if case is None or case.score is None:
        return
    grading = chat.answers(Grading)
    if case.score.decided_grade != grading.found:
        grading.found = case.score.decided_grade
        chat.again(trouble=chat.desk.render.sentence("score_decided_by_other", {}))
        return
    decide_score(case.score, case.sheet, _grade(answer, case), chat.person.id)
    chat.note("score decided", f"meeting:{case.meeting.id}")
    chat.end()
    for people in secretaries_of(chat.session, [case.meeting.unit_id]).values():
        for person in people:
            if person.id != chat.person.id:
                chat.tell(person, "scores/told", meeting=case.meeting, score=case.score)
    chat.say("scores/decided", meeting=case.meeting, score=case.score)


def _grade(answer: Answer, case: Case) -> str:
    """The grade that was pressed (its place on the scale) or typed; a plain yes agrees with the cell's."""
    names = [grade.name for grade in case.sheet.scale]
    if answer.value:
        place = int(answer.value) if answer.value.isdecimal() else len(names)
        if place >= len(names):
            raise Invalid("choose_button")
        return names[place]
    typed = next((name for name in names if fold(name) == fold(answer.text)), None)
    if typed is None and read_yes_no(answer.text) and case.score is not None:
        return case.score.grade
    if typed is None:
        raise Invalid("choose_button")
    return typed


FLOW = Flow("grade", FlowStep("decide", ask_grade, take_grade), answers=Grading)
