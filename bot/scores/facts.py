"""What is known of a held meeting that may count for its quality, and whether a condition of a sheet holds."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.meetings.joining import duties_of, merging_of
from bot.meetings.questions import QUESTIONS
from bot.meetings.questions.question import KnownFact
from bot.meetings.walk import count_skipped, minutes_in_all
from bot.plans.guidance.fields import RuleSet
from bot.plans.guidance.rules import meets_target
from bot.plans.guidance.sheets import Condition, ScoreSheet
from bot.tables import Attendance, Demand, Duty, DutyKind, DutyState, Meeting, MeetingKind

LONGEST = 8 * 60
"""A walk of more minutes had been left open: how long the meeting was is not known then."""


Facts = Mapping[str, KnownFact]


def score_facts(session: Session, meeting: Meeting, sheet: ScoreSheet, rules: RuleSet | None) -> Facts:
    """What is known of the meeting by the names of the sheet's facts; what is not known is not there."""
    attendance = session.get(Attendance, meeting.id)
    duties = duties_of(session, meeting)
    found: dict[str, KnownFact] = {}
    found |= _time(meeting, _least(meeting, sheet, rules, duties, attendance))
    found |= _heads(attendance, rules) if attendance else {}
    found |= _walk(meeting) if meeting.steps else {}
    for question in QUESTIONS.values():
        found |= question.knows(session, meeting)
    found |= _upload(session, meeting, duties)
    return found


def _least(
    meeting: Meeting,
    sheet: ScoreSheet,
    rules: RuleSet | None,
    duties: list[Duty],
    attendance: Attendance | None,
) -> int | None:
    """The least length: the sheet's own, else that of the guidance; longer for two meetings in one session."""
    if _merged(duties):
        merged = sheet.minutes_merged or (rules.least_minutes_merged if rules else None)
        if merged:
            return merged
    members = attendance.total if attendance else meeting.unit.members
    return sheet.least_minutes(members) or (rules.least_minutes if rules else None)


def _merged(duties: list[Duty]) -> bool:
    """Whether a regular and a thematic meeting were held one after the other; an item of the regular one is none."""
    regular = any(duty.topic and duty.topic.meeting == MeetingKind.REGULAR for duty in duties)
    themes = [duty for duty in duties if duty.topic and duty.topic.meeting == MeetingKind.THEMATIC]
    return regular and any(merging_of(duty) != "embedded" for duty in themes)


def _time(meeting: Meeting, least: int | None) -> dict[str, KnownFact]:
    found = {}
    began = meeting.started_at
    if minutes := _minutes(meeting):
        found["duration_minutes"] = KnownFact(minutes, {"minutes": minutes})
        if least is not None:
            short = max(0, least - minutes)
            found["minutes_short"] = KnownFact(short, {"minutes": minutes, "least": least, "short": short})
    if meeting.steps and began and meeting.planned_at and meeting.planned_at != began:
        late = max(0, _whole_minutes(meeting.planned_at, began))
        found["minutes_late"] = KnownFact(late, {"late": late})
    return found


def _minutes(meeting: Meeting) -> int | None:
    """How long it was, in whole minutes and without pauses; what was only entered afterwards has no length."""
    if not meeting.steps or meeting.started_at is None or meeting.ended_at is None:
        return None
    walked = minutes_in_all(meeting, meeting.ended_at)
    minutes = _whole_minutes(meeting.started_at, meeting.ended_at) if walked is None else walked
    return minutes if 0 < minutes <= LONGEST else None


def _whole_minutes(since: datetime, until: datetime) -> int:
    return int((until - since).total_seconds()) // 60


def _heads(row: Attendance, rules: RuleSet | None) -> dict[str, KnownFact]:
    """Of those obliged to come: without the exempt, and those elsewhere (12-HD/BTCTW, 06/7/2018)."""
    absent = row.absent_unexcused
    found = {"absent_unexcused": KnownFact(absent, {"absent": absent})}
    if obliged := row.total - row.exempt - row.elsewhere:
        share = Fraction(row.present, obliged)
        facts = {"ratio": share, "present": row.present, "obliged": obliged}
        found["attendance"] = KnownFact(share, facts)
        if rules and (target := rules.attendance_target):
            wanted = target.at_least if target.above is None else target.above
            facts = {**facts, "wanted": wanted or 0, "above": target.above is not None}
            found["attendance_target"] = KnownFact(meets_target(share, rules), facts)
    return found


def _walk(meeting: Meeting) -> dict[str, KnownFact]:
    """What only the walk step by step can tell."""
    missing = count_skipped(meeting)
    facts = {"steps": len(meeting.steps), "missing": missing}
    return {"steps_missing": KnownFact(missing, facts), "steps_complete": KnownFact(missing == 0, facts)}


def _upload(session: Session, meeting: Meeting, duties: list[Duty]) -> dict[str, KnownFact]:
    """Whether the minutes were confirmed as uploaded by their day; not known while that is still asked for."""
    answered = {(duty.plan_id, duty.key) for duty in duties}
    confirmed = session.scalars(
        select(Duty).where(
            Duty.unit_id == meeting.unit_id,
            Duty.plan_id.in_({plan_id for plan_id, _ in answered}),
            Duty.kind == DutyKind.CONFIRM,
            Duty.demand.has(Demand.uploads),
            Duty.state.in_((DutyState.OPEN, DutyState.DONE, DutyState.LAPSED)),
        )
    )
    own = [duty for duty in confirmed if (duty.plan_id, duty.demand.relative.topic) in answered]
    if not own or any(duty.state == DutyState.OPEN for duty in own):
        return {}
    kept = all(duty.state == DutyState.DONE and bool(duty.on_time) for duty in own)
    return {"uploaded_in_time": KnownFact(kept, {"yes": kept})}


def known_fact(name: str, condition: Condition, facts: Facts, ready: frozenset[str]) -> KnownFact | None:
    """The fact that a condition speaks of. Of the checklist: how many of the keys that it names are ticked."""
    if name != "prepared_checklist":
        return facts.get(name)
    if not ready:
        return None
    ticked = len(ready & set(condition.of))
    return KnownFact(ticked, {"ticked": ticked, "all": len(set(condition.of))})


def condition_holds(condition: Condition, fact: KnownFact) -> bool:
    """Whether the fact is as the condition says; a share is compared in per cent."""
    if condition.answer is not None:
        return bool(fact.value) is condition.answer
    value = fact.value * 100 if isinstance(fact.value, Fraction) else fact.value
    return (condition.at_least is None or value >= condition.at_least) and (
        condition.at_most is None or value <= condition.at_most
    )


def ticked_preparations(meeting: Meeting) -> frozenset[str]:
    """The keys of the preparations that are ticked; empty where nobody has used the checklist."""
    return frozenset(str(key) for key in meeting.ready)
