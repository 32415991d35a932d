"""Makes of a plan the draft of the same plan for another year."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date

from bot.plans.cloning.questions import anniversary_questions, asked_before, cloning_questions
from bot.plans.cloning.written_years import Move
from bot.plans.fields import Window
from bot.plans.guidance.rules import Rules, with_minutes, without_minutes
from bot.plans.plan import Decision, Due, DutyText, Head, PlanText, TopicText, Variant
from bot.problems import Invalid

FIRST_YEAR, LAST_YEAR = 1900, 2099


def clone_plan(plan: PlanText, year: int, rules: Rules, sentences: Mapping[str, str]) -> PlanText:
    """The plan with all of its days moved from its first year to `year`; one of several years keeps its length.

    Whole months, quarters, half years and years stay whole; other days keep their day and month, 29/2 becomes 28/2. Years of
    the plan's window move in keys (what refers to them too) and in titles; documents stay as they are cited.
    The draft has no number and no date, and `decide` holds what a person must settle: `sentences` (templates/plans/cloning.yaml) say
    why. What `plan` had open beside that stays open. Raises Invalid("clone_year") where a day would leave 1900..2099.
    """
    head = plan.head
    move = Move(head.starts.year, head.ends.year, year - head.starts.year)
    if year < FIRST_YEAR or head.ends.year + move.by > LAST_YEAR:
        raise Invalid("clone_year", year=year, first=FIRST_YEAR, last=LAST_YEAR)
    bare = without_minutes(plan, rules)
    keys = _moved_keys(bare, move)
    moved = bare.model_copy(
        update={
            "head": _head(head, move),
            "decide": (),
            "topics": tuple(_topic(topic, move, keys) for topic in bare.topics),
            "duties": tuple(_duty(duty, move, keys) for duty in bare.duties),
        }
    )
    draft = moved.model_copy(update={"decide": _decisions(bare, moved, rules, sentences)})
    return draft if bare is plan else with_minutes(draft, rules)


def _decisions(
    plan: PlanText, moved: PlanText, rules: Rules, sentences: Mapping[str, str]
) -> tuple[Decision, ...]:
    """What is to be asked of the new plan, then what `plan` had open of its own."""
    before = asked_before(plan, rules, sentences)
    kept = (one for one in plan.decide if one not in before)
    return (
        *cloning_questions(moved, rules, sentences),
        *anniversary_questions(plan, moved, sentences),
        *kept,
    )


def _moved_keys(plan: PlanText, move: Move) -> dict[str, str]:
    """Old keys to new; the old ones stay if two things would get the same."""
    keys = [*(topic.key for topic in plan.topics), *(duty.key for duty in plan.duties)]
    moved = {key: move.key(key) for key in keys}
    return moved if len(set(moved.values())) == len(moved) else {key: key for key in keys}


def _head(head: Head, move: Move) -> Head:
    return head.model_copy(
        update={
            "symbol": None,
            "date": None,
            "title": move.title(head.title),
            "starts": move.day(head.starts),
            "ends": _last(head.ends, move),
        }
    )


def _topic(topic: TopicText, move: Move, keys: Mapping[str, str]) -> TopicText:
    return topic.model_copy(
        update={
            "key": keys[topic.key],
            "title": move.title(topic.title),
            "period": topic.period and _window(topic.period, move, recurring=topic.every is not None),
            "variants": tuple(_variant(variant, move) for variant in topic.variants),
            "theme": topic.theme and move.key(topic.theme),
            "follows": topic.follows and keys.get(topic.follows, topic.follows),
        }
    )


def _variant(variant: Variant, move: Move) -> Variant:
    return variant.model_copy(update={"title": variant.title and move.title(variant.title)})


def _duty(duty: DutyText, move: Move, keys: Mapping[str, str]) -> DutyText:
    return duty.model_copy(
        update={
            "key": keys[duty.key],
            "title": move.title(duty.title),
            "due": _due(duty.due, move, keys),
            "opens": duty.opens and move.day(duty.opens),
            "waits": duty.waits and keys.get(duty.waits, duty.waits),
            "reports_on": duty.reports_on and keys.get(duty.reports_on, duty.reports_on),
            "material_for": duty.material_for and keys.get(duty.material_for, duty.material_for),
        }
    )


def _due(due: Due, move: Move, keys: Mapping[str, str]) -> Due:
    return due.model_copy(
        update={
            "before": due.before and move.day(due.before),
            "by": due.by and move.day(due.by),
            "first": due.first and move.day(due.first),
            "last": due.last and _last(due.last, move),
            "topics": tuple(keys.get(key, key) for key in due.topics),
        }
    )


def _window(window: Window, move: Move, *, recurring: bool) -> Window:
    """Whole months stay whole; so does the last month of a window in which something recurs."""
    whole = window.first.day == 1 or recurring
    last = _last(window.last, move) if whole else move.day(window.last)
    return window.model_copy(update={"first": move.day(window.first), "last": last})


def _last(day: date, move: Move) -> date:
    """The last day of a span: the end of a month stays one, for a period counts when it ends inside of the span."""
    moved = move.day(day)
    ends_month = day.day == monthrange(day.year, day.month)[1]
    return moved.replace(day=monthrange(moved.year, moved.month)[1]) if ends_month else moved
