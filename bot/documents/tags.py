"""What a template may fill in: the facts of a meeting as short texts under names; docs/papers.md lists them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from bot.documents.forms import Form, Organ, numerals_of
from bot.domain.number_words import in_words
from bot.domain.paper_facts import (
    AttendanceFacts,
    MinutesFacts,
    Noted,
    PlanFacts,
    StepFacts,
    TaskFacts,
    VoteFacts,
)
from bot.domain.signers import deputy, name_in, secretary

Tags = dict[str, Any]
ILLEGAL = re.compile("[^\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u007f-\u0084\u0086-\u009f]")
"""What XML cannot hold, or should not."""
COUNTS = tuple(AttendanceFacts.__dataclass_fields__)


class Wording:
    """Turns facts into the words of one form; what is not known becomes None, which the template shows as a blank."""

    def __init__(self, form: Form, organ: Organ, words: dict[str, Any]) -> None:
        self.form = form
        self.organ = organ
        self.words = words
        self.numerals = numerals_of(words)

    def tags(self, kind: str, facts: MinutesFacts) -> Tags:
        """Every tag of a paper of this kind, clean of what a document cannot hold."""
        tags = {
            **self._head(kind, facts),
            **self._meeting(facts),
            **self._attendance(facts.attendance),
            **self._walk(facts),
            **self._outcome(facts),
            **self._signatures(facts),
        }
        cleaned: Tags = clean(tags)
        return cleaned

    def _head(self, kind: str, facts: MinutesFacts) -> Tags:
        words, paper = self.words, next((one for one in facts.papers if one.kind == kind), None)
        number = f"{paper.number:0{self.form.number_digits}}" if paper else ""
        day = paper.made_on if paper and kind == "BC" else facts.day
        topics = "; ".join(words["topic"].format(topic=topic) for topic in facts.topics) or words["blank"]
        names = {"session": self.organ.session, "month": self._month(facts.day), "topics": topics}
        return {
            "superior": facts.unit.superior,
            "superior_caps": facts.unit.superior.upper(),
            "unit": facts.unit.name,
            "unit_caps": facts.unit.name.upper(),
            "number": number,
            "number_line": words["number"].format(
                number=number or words["blank"], kind=kind, symbol=self.organ.symbol or words["blank"]
            ),
            "place_and_date": words["place_and_date"].format(
                place=facts.unit.place_name or words["blank"], date=self._date(day)
            ),
            "title": words["titles_of_papers"][kind],
            "about": words["about"][kind][facts.kind].format(**names),
            "ending": self.form.ending,
            "between_recipients": self.form.between_recipients,
            "form": self.form.symbol,
        }

    def _meeting(self, facts: MinutesFacts) -> Tags:
        return {
            "session": self.organ.session,
            "body": self.organ.body,
            "kind": self.words["kinds"][facts.kind],
            "thematic": facts.kind == "thematic",
            "topics": list(facts.topics),
            "plans": [self._plan(plan) for plan in facts.plans],
            "documents": list(facts.documents),
            "rules": facts.rules,
            "place": facts.place,
            "date": self._date(facts.day),
            "short_date": self._short(facts.day),
            "month": self._month(facts.day),
            "began_clock": self._clock(facts.began),
            "ended_clock": self._clock(facts.ended),
            "chair": facts.chair,
            "clerk": facts.clerk,
            "presenter": facts.presenter,
            "unknown": None,
        }

    def _attendance(self, facts: AttendanceFacts | None) -> Tags:
        counts = {name: getattr(facts, name) if facts else None for name in COUNTS}
        present = counts["present"]
        return {
            **{name: two_digits(count) for name, count in counts.items()},
            **{f"{name}_count": count for name, count in counts.items()},
            "obliged": two_digits(facts.obliged) if facts else None,
            "total_words": self._words(counts["total"]),
            "present_words": self._words(present),
            "rate": percent(facts.rate) if facts else None,
        }

    def _walk(self, facts: MinutesFacts) -> Tags:
        told: list[Tags] = []
        before: tuple[str, ...] = ()
        for step in facts.steps:
            told.append(self._step(step, _new(step.phases, before)))
            before = step.phases
        return {
            "agenda": [step.title for step in facts.steps],
            "steps": told,
            "loose": {"lines": lines(facts.loose.texts), "enclosed": self._enclosed(facts.loose)},
            "appraisal": _at(facts, "review", "appraisal"),
            "opinions": [*_at(facts, "discussion", "opinions", "appraisal"), *lines(facts.loose.texts)],
            "conclusions": lines(facts.conclusions),
            "homework": list(facts.homework),
            "speakers": two_digits(facts.speakers),
        }

    def _step(self, step: StepFacts, phases: Sequence[str]) -> Tags:
        skipped = step.state == "skipped"
        asked = step.asks in ("notes", "speakers") or step.key.startswith("conclusion")
        return {
            "number": str(step.number),
            "title": step.title,
            "phase": " – ".join(phases),
            "owner": step.owner,
            "skipped": self.words["skipped"] if skipped else "",
            "lines": lines(step.noted.texts),
            "enclosed": self._enclosed(step.noted),
            "speakers": two_digits(step.speakers),
            "speakers_count": step.speakers,
            "turns": two_digits(step.turns),
            "turns_count": step.turns,
            "began_clock": self._clock(step.begun),
            "ended_clock": self._clock(step.ended),
            "unknown": asked and not skipped and not step.noted,
        }

    def _outcome(self, facts: MinutesFacts) -> Tags:
        score = facts.score
        votes = [self._vote(vote) for vote in facts.votes]
        resolved = [one for vote, one in zip(facts.votes, votes, strict=True) if vote.resolved]
        return {
            "tasks": [self._task(task) for task in facts.tasks],
            "reviewed": [self._task(task) for task in facts.reviewed],
            "votes": votes,
            "resolution": resolved[-1] if resolved else dict.fromkeys(VOTE),
            "score": {
                "sheet": score.sheet if score else None,
                "total": str(score.total) if score and score.total is not None else None,
                "grade": score.grade if score else None,
                "weaknesses": lines([score.weaknesses] if score else []),
                "decided_grade": score.decided_grade if score else None,
            },
            "read_back_clock": self._clock(facts.read_back),
        }

    def _task(self, task: TaskFacts) -> Tags:
        return {
            "what": " ".join(task.what.split()),
            "who": task.who,
            "due": self._short(task.due_on) if task.due_on else None,
            "state": self.words["states"].get(task.state),
            "outcome": " ".join(task.outcome.split()),
        }

    def _vote(self, vote: VoteFacts) -> Tags:
        numbers = {name: two_digits(getattr(vote, name)) for name in VOTE[1:6]}
        return {
            "subject": " ".join(vote.subject.split()),
            **numbers,
            "of_voters": percent(vote.of_voters),
            "of_members": percent(vote.of_members),
            "agree_words": self._words(vote.agree),
        }

    def _signatures(self, facts: MinutesFacts) -> Tags:
        titles = self.words["titles"]
        return {
            "chair_name": name_in(facts.chair),
            "clerk_name": name_in(facts.clerk),
            "on_behalf": self.organ.on_behalf,
            "keep": self.organ.keep,
            "signer_title": titles["deputy" if deputy(facts.chair) else "secretary"],
            # The chair signs for the whole only as secretary: another name under that title would be invented.
            "signer_name": name_in(facts.chair) if secretary(facts.chair) else "",
        }

    def _plan(self, plan: PlanFacts) -> str:
        words = self.words["plan"]
        if not plan.symbol:
            return str(words["plain"].format(title=plan.title, issuer=plan.issuer))
        mark = plan.symbol.partition("/")[0].rpartition("-")[2]
        day = self._short(plan.issued_on) if plan.issued_on else self.words["blank"]
        return str(
            words["numbered"].format(
                type=words["types"].get(mark, words["other"]),
                symbol=plan.symbol,
                date=words["day"].format(day=day),
                issuer=plan.issuer,
                title=plan.title,
            )
        )

    def _enclosed(self, noted: Noted) -> str:
        kinds = {"voices": noted.voices, "photos": noted.photos}
        told = [self.words[name].format(count=two_digits(count)) for name, count in kinds.items() if count]
        return str(self.words["enclosed"].format(kinds="; ".join(told))) if told else ""

    def _padded(self, day: date) -> dict[str, str]:
        return {
            "day": f"{day.day:02}" if day.day < self.form.pad_days_below else str(day.day),
            "month": f"{day.month:02}" if day.month < self.form.pad_months_below else str(day.month),
            "year": str(day.year),
        }

    def _date(self, day: date) -> str:
        return str(self.words["date"].format(**self._padded(day)))

    def _short(self, day: date) -> str:
        return str(self.words["short_date"].format(**self._padded(day)))

    def _month(self, day: date) -> str:
        return str(self.words["month"].format(**self._padded(day)))

    def _clock(self, moment: datetime | None) -> str | None:
        return self.words["clock"].format(hour=moment.hour, minute=moment.minute) if moment else None

    def _words(self, number: int | None) -> str | None:
        return None if number is None else in_words(number, self.numerals)


VOTE = ("subject", "agree", "against", "other", "voters", "members", "of_voters", "of_members", "agree_words")


def _new(phases: Sequence[str], before: Sequence[str]) -> Sequence[str]:
    """The phases from the first one on that was not there at the step before."""
    same = 0
    while same < min(len(phases), len(before)) and phases[same] == before[same]:
        same += 1
    return phases[same:]


def _at(facts: MinutesFacts, *keys: str) -> list[str]:
    return [line for step in facts.steps if step.key in keys for line in lines(step.noted.texts)]


def lines(texts: Iterable[str]) -> list[str]:
    """Each text as paragraphs; its first one with a dash, unless it has one."""
    found: list[str] = []
    for text in texts:
        parts = [part.strip() for part in clean(text).splitlines() if part.strip()]
        if parts and parts[0][0] not in "-–+•":
            parts[0] = f"- {parts[0]}"
        found += parts
    return found


def two_digits(number: int | None) -> str | None:
    """Papers write counts below ten with a nought before them."""
    return None if number is None else f"{number:02}" if number else "0"


def percent(ratio: Fraction | None) -> str | None:
    """To a tenth, as the chat shows it."""
    return None if ratio is None else f"{float(ratio) * 100:.1f}%".replace(".", ",").replace(",0%", "%")


def clean(value: Any) -> Any:
    """`value` with every text in it free of characters that a document cannot hold."""
    if isinstance(value, str):
        return ILLEGAL.sub("", value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    if isinstance(value, list):
        return [clean(one) for one in value]
    if isinstance(value, dict):
        return {key: clean(one) for key, one in value.items()}
    return value
