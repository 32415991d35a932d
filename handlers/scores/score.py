"""`Chấm điểm`: the quality score of a held meeting: what is computed, a question for each of the rest, the proposal."""

import re

from bot.problems import Invalid
from bot.reading.words import fold, plain_words, quoted_words, read_number, read_yes_no
from bot.scores.scoring import LONGEST_TEXT, Point, begin_score, propose_score, say_points
from bot.talk.chat import Chat
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.scores.case import Case, Scoring, case_of, changeable_case, score_card, why_point, with_reasons

SHARE = re.compile(r"([0-9]{1,4}) ?(?:/|tren) ?([0-9]{1,4})(?: diem)?\.?")
NONE = frozenset(("khong", "khong co", "khong co gi", "khong co han che", "chua co", "khong han che"))


def show_score(chat: Chat, meeting_id: str) -> None:
    """What is computed and the questions for the rest; the card, once it is whole."""
    case = case_of(chat, meeting_id)
    if case is None:
        return
    if case.proposed:
        score_card(chat, case)
    else:
        chat.begin(Scoring(case.meeting.id))


def ask_start(chat: Chat) -> None:
    case = case_of(chat, chat.answers(Scoring).meeting)
    if case is not None:
        done = [point for point in case.points if point.points is not None]
        chat.say("scores/start", case=case, rows=with_reasons(chat, done), left=len(case.left))


def take_start(chat: Chat, answer: Answer) -> None:
    case = case_of(chat, chat.answers(Scoring).meeting)
    if case is None:
        return
    if answer.value != "go" and not read_yes_no(answer.text):
        raise Invalid("choose_button")
    _next(chat, case)


def _next(chat: Chat, case: Case, trouble: str = "") -> None:
    """The next part that nobody has answered; then the weaknesses."""
    if case.proposed:
        _finished_by_other(chat, case)
    elif not case.left:
        chat.goto("weak", trouble=trouble)
    else:
        chat.answers(Scoring).key = case.left[0].key
        if chat.dialog.step == "part":
            chat.again(trouble=trouble)
        else:
            chat.goto("part", trouble=trouble)


def _finished_by_other(chat: Chat, case: Case) -> None:
    score_card(chat, case, chat.desk.render.sentence("score_finished_by_other", {}))


def _present(chat: Chat) -> tuple[Case, Point] | None:
    """The case and the part that is being asked for."""
    scoring = chat.answers(Scoring)
    case = case_of(chat, scoring.meeting)
    point = case.find(scoring.key) if case else None
    return (case, point) if case and point else None


def ask_part(chat: Chat) -> None:
    found = _present(chat)
    if found is None:
        return
    case, point = found
    chat.say(
        "scores/part",
        point=point,
        place=case.points.index(point) + 1,
        count=len(case.points),
        why=why_point(chat, point),
        fixing=chat.answers(Scoring).fixing,
    )


def take_part(chat: Chat, answer: Answer) -> None:
    found = _present(chat)
    if found is None:
        return
    case, point = found
    scoring = chat.answers(Scoring)
    if scoring.fixing:
        _correct_part(chat, case, point, _points(answer, point.part.most))
    elif answer.value == "back":
        _step_back(chat, point, scoring)
    elif case.proposed:
        _finished_by_other(chat, case)
    elif point.points is not None and point.key not in scoring.seen:
        _next(chat, case, chat.desk.render.sentence("score_said_by_other", {"title": point.part.title}))
    else:
        score = case.score or begin_score(chat.session, case.meeting, case.sheet, chat.at)
        say_points(score, point, _points(answer, point.part.most))
        scoring.seen += [] if point.key in scoring.seen else [point.key]
        news = case_of(chat, case.meeting.id)
        if news is not None:
            _next(chat, news)


def _step_back(chat: Chat, point: Point, scoring: Scoring) -> None:
    """To the question before, of those that this phone has answered; from the first one to the beginning."""
    seen = scoring.seen
    place = seen.index(point.key) if point.key in seen else len(seen)
    if place:
        scoring.key = seen[place - 1]
        chat.again()
    else:
        chat.begin(Scoring(scoring.meeting, seen=scoring.seen))


def _points(answer: Answer, most: int) -> int:
    """The points that were pressed or typed: "4", "4/5", "4 điểm"."""
    text = plain_words(answer.value or answer.text)
    share = SHARE.fullmatch(text)
    if share and int(share[2]) == most:
        value = int(share[1])
    else:
        try:
            value = read_number(text.removesuffix("diem"))
        except Invalid:
            raise Invalid("score_points_unclear", said=quoted_words(answer.text), most=most) from None
    if value > most:
        raise Invalid("score_points_range", most=most)
    return value


def _correct_part(chat: Chat, case: Case, point: Point, value: int) -> None:
    if case.score is not None:
        say_points(case.score, point, value)
        _corrected(chat, case.meeting.id, case.score.weaknesses)


def _corrected(chat: Chat, meeting_id: int, weaknesses: str) -> None:
    """A correction is a new proposal."""
    case = case_of(chat, meeting_id)
    if case is not None and case.score is not None:
        propose_score(chat.session, case.score, case.sheet, case.points, weaknesses, chat.at)
        chat.note("score corrected", f"meeting:{meeting_id}")
        score_card(chat, case)


def ask_weak(chat: Chat) -> None:
    case = case_of(chat, chat.answers(Scoring).meeting)
    if case is not None:
        chat.say("scores/weak", case=case, fixing=chat.answers(Scoring).fixing)


def take_weak(chat: Chat, answer: Answer) -> None:
    case = case_of(chat, chat.answers(Scoring).meeting)
    if case is None:
        return
    if answer.value not in ("", "none"):
        raise Invalid("choose_button")
    weaknesses = _weaknesses(chat, answer)
    if chat.answers(Scoring).fixing:
        _corrected(chat, case.meeting.id, weaknesses)
    elif case.proposed:
        _finished_by_other(chat, case)
    elif case.left:
        _next(chat, case)
    else:
        score = case.score or begin_score(chat.session, case.meeting, case.sheet, chat.at)
        propose_score(chat.session, score, case.sheet, case.points, weaknesses, chat.at)
        chat.note("score proposed", f"meeting:{case.meeting.id}")
        show_score(chat, str(case.meeting.id))


def _weaknesses(chat: Chat, answer: Answer) -> str:
    if answer.value == "none" or fold(answer.text) in NONE:
        return ""
    text = chat.event.text.strip()
    if not text:
        raise Invalid("score_weak_empty")
    if len(text) > LONGEST_TEXT:
        raise Invalid("score_weak_long", most=LONGEST_TEXT)
    return text


def fix_score(chat: Chat, meeting_id: str) -> None:
    """`Sửa`: one part, chosen from all of them."""
    case = changeable_case(chat, meeting_id)
    if case is not None:
        chat.begin(Scoring(case.meeting.id, fixing=True), "fix")


def fix_weaknesses(chat: Chat, meeting_id: str) -> None:
    """`Sửa hạn chế`."""
    case = changeable_case(chat, meeting_id)
    if case is not None:
        chat.begin(Scoring(case.meeting.id, fixing=True), "weak")


def ask_fix(chat: Chat) -> None:
    case = case_of(chat, chat.answers(Scoring).meeting)
    if case is not None:
        chat.say("scores/fix", case=case)


def take_fix(chat: Chat, answer: Answer) -> None:
    case = case_of(chat, chat.answers(Scoring).meeting)
    if case is None:
        return
    try:
        place = read_number(answer.value or answer.text)
    except Invalid:
        raise Invalid("choose_button") from None
    if not 1 <= place <= len(case.points):
        raise Invalid("choose_button")
    chat.answers(Scoring).key = case.points[place - 1].key
    chat.goto("part")


FLOW = Flow(
    "score",
    FlowStep("start", ask_start, take_start),
    FlowStep("part", ask_part, take_part, numbers=True),
    FlowStep("weak", ask_weak, take_weak, numbers=True, words=True),
    FlowStep("fix", ask_fix, take_fix, numbers=True),
    answers=Scoring,
)
