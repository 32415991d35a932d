"""What a plan's source leaves open about its days: the office is asked when the plan is loaded, nothing is guessed."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.periods import ROMAN
from bot.plans.fields import Window
from bot.plans.plan import DutyText, PlanText, TopicText
from bot.problems import Invalid
from bot.reading.words import fold, quoted_words

SPANS = ("month", "quarter", "half_year", "year")
LEFT_OUT = "none"
"""The answer that leaves a thing out of the plan."""
DAY = re.compile(r"(?:ngay )?(\d{1,2}) (?:thang )?(\d{1,2})(?: (?:nam )?(\d{4}))?")
"""As `fold` leaves it: 31/01, 31.1, "ngày 31 tháng 1", with or without a year."""
PART = re.compile(r"(?:trong |het |cuoi )?(?:quy (iv|i{1,3}|[1-4])|thang (\d{1,2}))")


class Open(StrEnum):
    """What is not said: how often ("định kỳ"), which day of each year ("hằng năm"), the last day of a meeting's window."""

    SPAN = "span"
    DAY = "day"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class OfficeQuestion:
    """One thing that the source leaves open, of the duty or topic `key`. With LAST the day lies in `first`..`last`, with
    DAY the first year that is asked for is that of `last`."""

    key: str
    open: Open
    title: str
    to: str | None
    first: date
    last: date


def plan_questions(plan: PlanText) -> list[OfficeQuestion]:
    """What the office has to say before the plan can be loaded, topics first."""
    return [*_of_topics(plan), *_of_duties(plan)]


def _of_topics(plan: PlanText) -> Iterator[OfficeQuestion]:
    for topic in plan.topics:
        if topic.asks_last and topic.period:
            yield OfficeQuestion(
                topic.key, Open.LAST, topic.title, None, topic.period.first, topic.period.last
            )


def _of_duties(plan: PlanText) -> Iterator[OfficeQuestion]:
    for duty in plan.duties:
        if (open_ := open_of(duty)) is not None:
            first = duty.due.first or plan.head.starts
            yield OfficeQuestion(duty.key, open_, duty.title, duty.to, first, duty.due.last or plan.head.ends)


def open_of(duty: DutyText) -> Open | None:
    """ "Định kỳ" does not say how often; "hằng năm" does not say which day."""
    if duty.due.every == "ask":
        return Open.SPAN
    return Open.DAY if duty.due.every == "year" and duty.due.within is None else None


def read_answer(question: OfficeQuestion, text: str) -> str:
    """What a person has said to a question, as `answered` takes it: a span, "MM-DD", an ISO day, or "none".

    Raises Invalid: plan_answer_span, plan_answer_day, plan_answer_outside and plan_answer_last (first, last).
    """
    if text.strip() == LEFT_OUT:
        return LEFT_OUT
    if question.open is Open.SPAN:
        if text.strip() in SPANS:
            return text.strip()
        raise Invalid("plan_answer_span", said=quoted_words(text))
    if question.open is Open.DAY:
        return _inside(question, _day_of_year(text))
    return _last_day(question, text)


def _day_of_year(text: str) -> str:
    typed = fold(text)
    if found := PART.fullmatch(typed):
        quarter = ROMAN.index(found[1].upper()) if found[1] and found[1][0] == "i" else int(found[1] or 0)
        month = quarter * 3 or int(found[2])
        if 1 <= month <= 12:
            return f"{month:02}-{monthrange(2023, month)[1]:02}"
    if found := DAY.fullmatch(typed):
        day, month = int(found[1]), int(found[2])
        # A day that only leap years have is none of each year.
        if 1 <= month <= 12 and 1 <= day <= monthrange(2023, month)[1] and not found[3]:
            return f"{month:02}-{day:02}"
    raise Invalid("plan_answer_day", said=quoted_words(text))


def _inside(question: OfficeQuestion, day: str) -> str:
    years = range(question.first.year, question.last.year + 1)
    if any(question.first <= date.fromisoformat(f"{year}-{day}") <= question.last for year in years):
        return day
    facts = {"first": question.first, "last": question.last}
    raise Invalid("plan_answer_outside", said=f"{int(day[3:])}/{int(day[:2])}", **facts)


def _last_day(question: OfficeQuestion, text: str) -> str:
    day = _day(question, text)
    if day is None or not question.first <= day <= question.last:
        raise Invalid("plan_answer_last", said=quoted_words(text), first=question.first, last=question.last)
    return day.isoformat()


def _day(question: OfficeQuestion, text: str) -> date | None:
    """A day as it is written here, without its year where only one fits, or as the ISO has it."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        pass
    found = DAY.fullmatch(fold(text))
    if found is None:
        return None
    years = [int(found[3])] if found[3] else range(question.first.year, question.last.year + 1)
    for year in years:
        try:
            day = date(year, int(found[2]), int(found[1]))
        except ValueError:
            continue
        if found[3] or question.first <= day <= question.last:
            return day
    return None


def with_answers(plan: PlanText, answers: Mapping[str, str]) -> PlanText:
    """The plan with the office's answers (key -> what `read_answer` gives) put in.

    "none" leaves the duty or topic out; one without an answer stays as it is. What waits for a duty left out goes along.
    """
    topics = [_topic(topic, answers) for topic in plan.topics]
    duties = [_duty(duty, answers) for duty in plan.duties]
    things: list[TopicText | DutyText] = [*plan.topics, *plan.duties]
    gone = {one.key for one, its in zip(things, [*topics, *duties], strict=True) if its is None}
    left = [duty for duty in duties if duty is not None]
    while more := {duty.key for duty in left if duty.waits in gone and duty.key not in gone}:
        gone |= more
    return plan.model_copy(
        update={
            "topics": tuple(topic for topic in topics if topic is not None),
            "duties": tuple(duty for duty in left if duty.key not in gone),
        }
    )


def _topic(topic: TopicText, answers: Mapping[str, str]) -> TopicText | None:
    answer = answers.get(topic.key) if topic.asks_last else None
    if answer is None or topic.period is None:
        return topic
    if answer == LEFT_OUT:
        return None
    period = Window.model_construct(first=topic.period.first, last=date.fromisoformat(answer))
    return topic.model_copy(update={"period": period, "asks_last": False})


def _duty(duty: DutyText, answers: Mapping[str, str]) -> DutyText | None:
    open_ = open_of(duty)
    answer = answers.get(duty.key) if open_ else None
    if answer is None:
        return duty
    if answer == LEFT_OUT:
        return None
    facts = {"within": answer} if open_ is Open.DAY else _span(answer)
    return duty.model_copy(update={"due": duty.due.model_copy(update=facts)})


def _span(answer: str) -> dict[str, str]:
    """Who chooses "hằng năm" is told beside it that the year's last day is meant."""
    return {"every": answer, "within": "12-31"} if answer == "year" else {"every": answer}
