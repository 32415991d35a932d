"""Which notes of a meeting belong to which part of a resolution or a report: by the step they were made at and by their words.

Each note stands in one part. The patterns read what people type; what a note does not say in so many words it is not made to
say.
"""

import re
from typing import Any

from bot.papers.facts import MinutesFacts, StepFacts
from bot.papers.texts import text_lines
from bot.reading.words import fold

PRAISE, WEAK, AHEAD, IDEAS, RESULTS, OPINIONS, PROPOSALS = (
    *("praise", "weak", "ahead", "ideas", "results", "opinions", "proposals"),
)
STEPS = {
    "praise": PRAISE,
    "correction": PRAISE,
    "information": IDEAS,
    "orientation": IDEAS,
    "report": RESULTS,
    "review": RESULTS,
    "appraisal": RESULTS,
    "fees": RESULTS,
    "commitments": RESULTS,
    "collective": RESULTS,
    "discussion": OPINIONS,
    "opinions": OPINIONS,
    "reply": OPINIONS,
    "advice": OPINIONS,
    "individuals": OPINIONS,
}
WORDS = (
    (
        PROPOSALS,
        re.compile(
            r"\bkien nghi\b|\bde (?:nghi|xuat)\b.{0,30}\b(?:cap tren|dang uy|cap uy|huyen uy|tinh uy)\b"
        ),
    ),
    (AHEAD, re.compile(r"\b(?:thang|thoi gian|ky|quy) (?:toi|sau)\b|\bphuong huong\b")),
    (WEAK, re.compile(r"\b(?:han che|ton tai|khuyet diem|yeu kem|nguyen nhan)\b")),
    (PRAISE, re.compile(r"\b(?:bieu duong|tuyen duong|khen|nhac nho)\b")),
)


def notes_by_part(facts: MinutesFacts) -> dict[str, list[str]]:
    """Every note that belongs to some part, in the order in which they were made."""
    found: dict[str, list[str]] = {}
    for step in facts.steps:
        for text in step.noted.texts:
            if part := _part(step, text):
                found.setdefault(part, []).append(text)
    for text in facts.loose.texts:
        found.setdefault(_worded(text) or OPINIONS, []).append(text)
    return found


def _part(step: StepFacts, text: str) -> str:
    if step.key.startswith("conclusion"):
        return AHEAD
    own = STEPS.get(step.key.partition(":")[0], "")
    return (_worded(text) or own) if own != PRAISE else own


def _worded(text: str) -> str:
    said = fold(text)
    return next((part for part, pattern in WORDS if pattern.search(said)), "")


def appraisal_parts(facts: MinutesFacts, titles: dict[str, str]) -> list[dict[str, Any]]:
    """The parts of a resolution that look back, as far as anything is known for them; `tasks` where the table belongs.

    Where nothing was said of the results they are what the discussion came to.
    """
    notes = notes_by_part(facts)
    results = notes.get(RESULTS) or notes.get(OPINIONS, [])
    told = {"ideas": notes.get(IDEAS, []), "results": results, "tasks": [], "praise": notes.get(PRAISE, [])}
    told["weak"] = sort_weaknesses(facts)
    wanted = [name for name in titles if told[name] or (name == "tasks" and facts.reviewed)]
    return [
        {"title": titles[name], "lines": text_lines(told[name]), "tasks": name == "tasks"} for name in wanted
    ]


def sort_results(facts: MinutesFacts) -> list[str]:
    """What was noted of the work since the last meeting."""
    return notes_by_part(facts).get(RESULTS, [])


def tasks_ahead(facts: MinutesFacts) -> list[str]:
    """What was concluded, and what was noted for the time to come."""
    return notes_by_part(facts).get(AHEAD, [])


def sort_weaknesses(facts: MinutesFacts) -> list[str]:
    """Those that the score names, and those that were noted."""
    scored = [facts.score.weaknesses] if facts.score and facts.score.weaknesses else []
    return [*scored, *notes_by_part(facts).get(WEAK, [])]


def sort_opinions(facts: MinutesFacts) -> list[str]:
    """What was said in the discussion, and how the meeting was appraised."""
    notes = notes_by_part(facts)
    return [*notes.get(RESULTS, []), *notes.get(OPINIONS, []), *notes.get(PRAISE, [])]


def sort_proposals(facts: MinutesFacts) -> list[str]:
    return notes_by_part(facts).get(PROPOSALS, [])
