"""The walk through a meeting's agenda: where it stands, how long its steps take, the rounds of members."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.plans.guidance.fields import RuleSet
from bot.tables import Meeting, MeetingState
from bot.tables.walked import MeetingStep, StepMark, StepTime

SCORE = "score"
"""The step at which the meeting scores itself, by its key in the agendas."""
MINUTE = 60
LONGEST = 24 * 60
"""Minutes: whoever has not ended a meeting after a day has forgotten it."""

Wish = Literal["step_short", "step_long", "whole_short"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something gently said about time, once: how many minutes it took and how many are wished for."""

    wish: Wish
    minutes: int
    wished: int


def at_closing(meeting: Meeting) -> bool:
    """Whether all steps are behind."""
    return meeting.step >= len(meeting.steps)


def present_step(meeting: Meeting) -> MeetingStep:
    """The step at which the meeting stands; its last one once all are behind; an empty one without an agenda."""
    return meeting.steps[current_place(meeting)] if meeting.steps else MeetingStep()


def current_place(meeting: Meeting) -> int:
    """The step that a note, a vote or a task of now belongs to."""
    return min(meeting.step, max(0, len(meeting.steps) - 1))


def enter_step(meeting: Meeting, at: datetime) -> None:
    """The present step begins now, unless the meeting has been there before."""
    if not at_closing(meeting) and meeting.step not in meeting.walk.times:
        _time_step(meeting, StepTime(at))


def mark_step(meeting: Meeting, what: StepMark, at: datetime) -> None:
    """Notes what became of the present step and goes on to the next; past the last one is the close."""
    meeting.marks = replace(meeting.marks, steps={**meeting.marks.steps, meeting.step: what})
    time = meeting.walk.times.get(meeting.step)
    if time and not time.ended:
        _time_step(meeting, StepTime(time.begun, at))
    meeting.step += 1
    enter_step(meeting, at)


def _time_step(meeting: Meeting, time: StepTime) -> None:
    meeting.walk = replace(meeting.walk, times={**meeting.walk.times, meeting.step: time})


def step_back(meeting: Meeting) -> None:
    meeting.step = max(0, meeting.step - 1)


def count_skipped(meeting: Meeting) -> int:
    """How many steps were passed over that should have been there."""
    return sum(
        meeting.marks.steps.get(place) == StepMark.SKIPPED and not step.optional
        for place, step in enumerate(meeting.steps)
    )


def pause_walk(meeting: Meeting, at: datetime) -> None:
    meeting.walk = replace(meeting.walk, paused_at=at)


def resume_walk(meeting: Meeting, at: datetime) -> None:
    """Whoever goes on ends the pause; it counts for no step."""
    walk = meeting.walk
    if walk.paused_at:
        seconds = max(0, round((at - walk.paused_at).total_seconds()))
        pauses = {**walk.pauses, meeting.step: walk.pauses.get(meeting.step, 0) + seconds}
        meeting.walk = replace(walk, pauses=pauses, paused_at=None)


def minutes_of_step(meeting: Meeting, step: int, at: datetime) -> int | None:
    """Whole minutes that the step took, or has taken so far, without pauses; None where it has not begun."""
    time = meeting.walk.times.get(step)
    if time is None:
        return None
    return _minutes((time.ended or at) - time.begun, meeting.walk.pauses.get(step, 0))


def minutes_in_all(meeting: Meeting, at: datetime) -> int | None:
    """Whole minutes since the walk began, without pauses; None for a meeting that was entered afterwards, or left open."""
    begun = [time.begun for time in meeting.walk.times.values()]
    if not begun:
        return None
    whole = _minutes((meeting.ended_at or at) - min(begun), sum(meeting.walk.pauses.values()))
    return whole if whole < LONGEST else None


def _minutes(span: timedelta, off: int) -> int:
    return max(0, int(span.total_seconds()) - off) // MINUTE


def time_remarks(meeting: Meeting, least: int | None, at: datetime) -> list[Remark]:
    """What is to be said about time now, and noted as said; `least` is that of the whole meeting, of the guidance in force."""
    found = []
    if meeting.step and meeting.marks.steps.get(meeting.step - 1) == StepMark.DONE:
        found.append(_of_step(meeting, meeting.step - 1, "step_short", at))
    if not at_closing(meeting) and meeting.step not in meeting.marks.steps:
        found.append(_of_step(meeting, meeting.step, "step_long", at))
    whole = minutes_in_all(meeting, at)
    if at_closing(meeting) and least and whole is not None and whole < least:
        found.append(("whole_short", Remark("whole_short", whole, least)))
    said = meeting.walk.remarks
    fresh = [one for one in found if one is not None and one[0] not in said]
    if fresh:
        meeting.walk = replace(meeting.walk, remarks=(*said, *(key for key, _ in fresh)))
    return [remark for _, remark in fresh]


def _of_step(meeting: Meeting, place: int, wish: Wish, at: datetime) -> tuple[str, Remark] | None:
    step, minutes = meeting.steps[place], minutes_of_step(meeting, place, at)
    wished = step.least_minutes if wish == "step_short" else step.most_minutes
    if not wished or minutes is None:
        return None
    off = minutes < wished if wish == "step_short" else minutes > wished
    return (f"{wish}:{place}", Remark(wish, minutes, wished)) if off else None


def least_minutes(rules: RuleSet | None, *, merged: bool) -> int | None:
    """How long the guidance wants a meeting to last; `merged`: a regular and a thematic one in one session (42-HD/BTCTW,
    28/10/2025: 90 and 120 minutes; 12-HD/BTCTW of 06/7/2018 sets none)."""
    if rules is None:
        return None
    return (merged and rules.least_minutes_merged) or rules.least_minutes


def stamp_rules(meeting: Meeting, rules: RuleSet | None) -> None:
    """Notes the guidance in force on the meeting's day."""
    meeting.rules = rules.symbol if rules else ""


def round_of(meeting: Meeting, step: int) -> range | None:
    """The steps that are gone through together, member by member; None for a step that is not of such a round."""
    if not _each_member(meeting, step):
        return None
    first = last = step
    while _each_member(meeting, first - 1):
        first -= 1
    while _each_member(meeting, last + 1):
        last += 1
    return range(first, last + 1)


def _each_member(meeting: Meeting, step: int) -> bool:
    return 0 <= step < len(meeting.steps) and meeting.steps[step].for_each == "member"


def count_heard(meeting: Meeting, step: int) -> int:
    """Of how many members the round has been gone through."""
    whole = round_of(meeting, step)
    return meeting.walk.heard.get(whole.start, 0) if whole else 0


def ends_round(meeting: Meeting, step: int) -> bool:
    """Whether this step is the last of a round, where the next member may follow."""
    whole = round_of(meeting, step)
    return whole is not None and step == whole[-1]


def hear_member(meeting: Meeting) -> None:
    """One more member has been gone through; nobody is named."""
    whole = round_of(meeting, meeting.step)
    if whole is not None:
        heard = {**meeting.walk.heard, whole.start: count_heard(meeting, meeting.step) + 1}
        meeting.walk = replace(meeting.walk, heard=heard)


def next_member(meeting: Meeting) -> None:
    """Back to the first step of the round, for the next member."""
    hear_member(meeting)
    whole = round_of(meeting, meeting.step)
    meeting.step = whole.start if whole else meeting.step


def scores_itself(meeting: Meeting) -> bool:
    """Whether a running meeting has come to the step at which it scores itself."""
    return meeting.state == MeetingState.RUNNING and any(
        step.key == SCORE and place <= meeting.step for place, step in enumerate(meeting.steps)
    )
