"""The walk as the minutes tell it: each step once, with what came of it; never a heading with nothing under it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.meetings.officers import chooses_clerk
from bot.meetings.programme import OPENING
from bot.meetings.questions import question_of
from bot.meetings.questions.question import Question
from bot.meetings.questions.tasks import TasksQuestion
from bot.meetings.questions.vote import VoteQuestion
from bot.papers.facts import MinutesFacts, Noted, StepFacts
from bot.papers.texts import percent_text, text_lines, two_digits
from bot.reading.words import fold

Tags = dict[str, Any]


class Walk:
    """`words` are those of the papers; `clock` writes a time of day."""

    def __init__(
        self, facts: MinutesFacts, words: dict[str, Any], clock: Callable[[datetime | None], str | None]
    ) -> None:
        self.facts, self.words, self.clock = facts, words, clock
        self.said: dict[str, str] = words["steps"]

    def steps(self) -> list[Tags]:
        told: list[Tags] = []
        before: tuple[str, ...] = ()
        for step in self.facts.steps:
            told.append(self._step(step, _new(step.phases, before)))
            before = step.phases
        return told

    def _step(self, step: StepFacts, phases: Sequence[str]) -> Tags:
        skipped = step.state == "skipped"
        outcome = "" if skipped else " ".join(self._outcome(step))
        counted = step.speakers is not None or step.turns is not None
        told = bool(step.noted) or counted
        return {
            "number": str(step.number),
            "title": step.title.rstrip(" .:;"),
            "phase": " – ".join(phases),
            "owner": step.owner,
            "skipped": self.words["skipped"] if skipped else "",
            "lines": text_lines(step.noted.texts),
            "enclosed": self.enclosed(step.noted),
            "speakers": two_digits(step.speakers),
            "speakers_count": step.speakers,
            "turns": two_digits(step.turns),
            "turns_count": step.turns,
            "began_clock": self.clock(step.begun),
            "ended_clock": self.clock(step.ended),
            "told": told,
            "outcome": outcome,
            "said": outcome or self._nothing(step),
            "unknown": not step.state and not told and not outcome,
        }

    def _nothing(self, step: StepFacts) -> str:
        """What is said in one line of a step of which nothing is known but whether it was taken."""
        if step.state == "skipped":
            return ""
        question = question_of(step.asks)
        if not step.state or question.opens:
            return str(self.words["blank"])
        opened = step.key in OPENING or question.ends
        general = "scored" if _scores(step) else "opened" if opened else "silent"
        return self.said[question.unsaid or general]

    def _outcome(self, step: StepFacts) -> list[str]:
        """What is known of the step from elsewhere."""
        facts, found, question = self.facts, [], question_of(step.asks)
        score, came = facts.score, question.outcome(facts.came)
        own = [self.said[came.name].format(**came.facts)] if came else []
        if chooses_clerk(step.title) and facts.clerk and not _says(step, facts.clerk):
            found.append(self.said["clerk"].format(clerk=facts.clerk))
        if any(vote.step == step.number - 1 for vote in facts.votes):
            found.append(self.said["votes"])
        if _scores(step) and score and score.total is not None:
            found.append(
                self.said["score"].format(total=score.total, grade=score.grade or self.words["blank"])
            )
        return [*found, *own] if question.ends else [*own, *found]

    def enclosed(self, noted: Noted) -> str:
        kinds = {"voices": noted.voices, "photos": noted.photos}
        told = [self.words[name].format(count=two_digits(count)) for name, count in kinds.items() if count]
        return str(self.words["enclosed"].format(kinds="; ".join(told))) if told else ""

    def tasks_said(self) -> str:
        """What stands where no task was written down; "" where nobody knows."""
        return self._elsewhere(TasksQuestion())

    def votes_said(self) -> str:
        """What stands where no vote was counted; "" where nobody knows."""
        return self._elsewhere(VoteQuestion())

    def _elsewhere(self, question: Question) -> str:
        noted = [s.number for s in self.facts.steps if s.asks == question.name and s.noted.texts]
        if noted:
            return self.said["noted_at"].format(number=noted[0])
        return self.said[question.unsaid] if self.facts.walked else ""

    def scored(self) -> bool:
        """Whether the minutes speak of the score: where there is one, or might be one to be written in."""
        return self.facts.score is not None or not self.facts.steps or any(map(_scores, self.facts.steps))

    def passed(self) -> str:
        """Who agreed to the minutes: by the vote on them, else the whole that heard them read; "" where nobody has said."""
        on_minutes = [vote for vote in self.facts.votes if "bien ban" in fold(vote.subject)]
        if on_minutes:
            vote = on_minutes[-1]
            counts = {"agree": two_digits(vote.agree), "voters": two_digits(vote.voters)}
            return self.said["minutes_voted"].format(share=percent_text(vote.of_voters), **counts)
        return self.said["minutes_passed"] if self.facts.read_back else ""


def _says(step: StepFacts, words: str) -> bool:
    return any(words in text for text in step.noted.texts)


def _scores(step: StepFacts) -> bool:
    return step.key == "score" or "cham diem" in fold(step.title)


def _new(phases: Sequence[str], before: Sequence[str]) -> Sequence[str]:
    """The phases from the first one on that was not there at the step before."""
    same = 0
    while same < min(len(phases), len(before)) and phases[same] == before[same]:
        same += 1
    return phases[same:]
