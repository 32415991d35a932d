"""What a plan's workbook would do is decided: its open days are said, it is applied or dropped."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.plans.plan import PlanText
from bot.plans.questions import OfficeQuestion, plan_questions, read_answer, with_answers
from bot.problems import Invalid
from bot.tables import Errand, ErrandState
from bot.tables.asked import GivenWorkbook, Nothing
from bot.talk.answers import Answers
from bot.talk.chat import Chat, row_id
from bot.talk.desk import Answer, Flow, FlowStep
from handlers.plans.offices import UNDECIDED, own_errand, plan_given


@dataclass
class DayOfPlan(Answers):
    """The errand and the number of its question."""

    errand: int
    place: str


def agree_errand(chat: Chat, errand_id: str) -> None:
    errand = own_errand(chat, errand_id, ErrandState.SHOWN)
    if errand is not None:
        errand.state = ErrandState.AGREED
        chat.end()
        chat.say("plans/working", kind="apply")


def show_again(chat: Chat, errand_id: str) -> None:
    """What a workbook would do, or what it leaves open, once more: the buttons of the first time are gone."""
    errand = own_errand(chat, errand_id, *UNDECIDED)
    if errand is None:
        return
    if errand.state == ErrandState.ASKING:
        _ask_question(chat, errand, *plan_given(errand))
        return
    errand.state = ErrandState.READ
    chat.end()
    chat.say("plans/working", kind=errand.kind)


def drop_errand(chat: Chat, errand_id: str) -> None:
    errand = own_errand(chat, errand_id, *UNDECIDED)
    if errand is not None:
        errand.state, errand.args, errand.done_at = ErrandState.DROPPED, Nothing(), chat.at
        chat.end()
        chat.say("plans/dropped")


def answer_question(chat: Chat, errand_id: str, place: str, said: str) -> None:
    """What the plan leaves open about one of its days, by a button: the next question, or the plan is shown."""
    found = _question(chat, errand_id, place)
    if found is None:
        return
    try:
        _note_answer(chat, *found, said)
    except Invalid:
        chat.desk.routes.unknown(chat)


def begin_day(chat: Chat, errand_id: str, place: str) -> None:
    """`Ngày khác`: the day is typed."""
    if _question(chat, errand_id, place) is not None:
        chat.begin(DayOfPlan(row_id(errand_id), place))


def ask_errand_day(chat: Chat) -> None:
    asked = chat.answers(DayOfPlan)
    found = _question(chat, str(asked.errand), asked.place)
    if found is not None:
        chat.say("plans/ask_day", errand=found[0], question=found[1])


def take_errand_day(chat: Chat, answer: Answer) -> None:
    asked = chat.answers(DayOfPlan)
    found = _question(chat, str(asked.errand), asked.place)
    if found is not None:
        _note_answer(chat, *found, answer.text)


def _question(chat: Chat, errand_id: str, place: str) -> tuple[Errand, OfficeQuestion] | None:
    """The question of that number, if the errand still asks; else says what has become of it."""
    errand = own_errand(chat, errand_id, ErrandState.ASKING)
    if errand is None:
        return None
    asked = plan_questions(plan_given(errand)[0])
    number = row_id(place)
    if not 1 <= number <= len(asked):
        chat.desk.routes.unknown(chat)
        return None
    return errand, asked[number - 1]


def _note_answer(chat: Chat, errand: Errand, question: OfficeQuestion, text: str) -> None:
    plan, before = plan_given(errand)
    answers = {**before, question.key: read_answer(question, text)}
    errand.args = replace(errand.about(GivenWorkbook), answers=answers)
    if plan_questions(with_answers(plan, answers)):
        _ask_question(chat, errand, plan, answers)
        return
    errand.state = ErrandState.READ
    chat.end()
    chat.say("plans/working", kind="plan")


def _ask_question(chat: Chat, errand: Errand, text: PlanText, answers: Mapping[str, str]) -> None:
    asked, left = plan_questions(text), plan_questions(with_answers(text, answers))
    number_of = [one.key for one in asked].index(left[0].key) + 1
    chat.end()
    chat.say("plans/ask", errand=errand, question=left[0], number=number_of, total=len(asked))


FLOW = Flow("office_day", FlowStep("day", ask_errand_day, take_errand_day, numbers=True), answers=DayOfPlan)
