"""What a template may fill in: the facts of a meeting as short texts under names; docs/papers.md lists them."""

from bot.papers.facts import AttendanceFacts, MinutesFacts, TaskFacts, VoteFacts
from bot.papers.sorting import (
    appraisal_parts,
    sort_opinions,
    sort_proposals,
    sort_results,
    sort_weaknesses,
    tasks_ahead,
)
from bot.papers.texts import clean_text, percent_text, text_lines, two_digits
from bot.papers.walking import Walk
from bot.papers.wording import FormWords, Tags
from bot.reading.signers import name_in, speaks_of_deputy, speaks_of_secretary
from bot.tables import MeetingKind

COUNTS = tuple(AttendanceFacts.__dataclass_fields__)


class Wording(FormWords):
    """Turns the facts of a meeting into the words of one form."""

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
        cleaned: Tags = clean_text(tags)
        return cleaned

    def _head(self, kind: str, facts: MinutesFacts) -> Tags:
        words, paper = self.words, facts.paper(kind)
        topics = "; ".join(words["topic"].format(topic=topic) for topic in facts.topics) or words["blank"]
        names = {"session": self.organ.session, "month": self.month(facts.day), "topics": topics}
        about = words["about"][kind][facts.kind].format(**names)
        number = f"{paper.number:0{self.form.number_digits}}" if paper else ""
        return self.head(kind, facts.unit, number, facts.dated(kind), about)

    def _meeting(self, facts: MinutesFacts) -> Tags:
        return {
            "session": self.organ.session,
            "body": self.organ.body,
            "kind": self.words["kinds"][facts.kind],
            "thematic": facts.kind == MeetingKind.THEMATIC,
            "topics": list(facts.topics),
            "plans": [self.plan(plan) for plan in facts.plans],
            "documents": list(facts.documents),
            "rules": facts.rules,
            "place": facts.place,
            "date": self.long_date(facts.day),
            "short_date": self.short_date(facts.day),
            "month": self.month(facts.day),
            "began_clock": self.clock(facts.began),
            "ended_clock": self.clock(facts.ended),
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
            "total_words": self.in_words(counts["total"]),
            "present_words": self.in_words(present),
            "rate": percent_text(facts.rate) if facts else None,
        }

    def _walk(self, facts: MinutesFacts) -> Tags:
        walk = Walk(facts, self.words, self.clock)
        return {
            "agenda": [step.title for step in facts.steps],
            "agenda_count": two_digits(len(facts.steps)),
            "steps": walk.steps(),
            "loose": {"lines": text_lines(facts.loose.texts), "enclosed": walk.enclosed(facts.loose)},
            "tasks_said": walk.tasks_said(),
            "votes_said": walk.votes_said(),
            "scored": walk.scored(),
            "passed": walk.passed(),
            "parts": appraisal_parts(facts, self.words["parts"]),
            "appraisal": text_lines(sort_results(facts)),
            "opinions": text_lines(sort_opinions(facts)),
            "conclusions": text_lines(tasks_ahead(facts)),
            "weaknesses": text_lines(sort_weaknesses(facts)),
            "proposals": text_lines(sort_proposals(facts)),
            "homework": list(facts.homework),
            "speakers": two_digits(facts.speakers),
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
                "weaknesses": text_lines([score.weaknesses] if score else []),
                "decided_grade": score.decided_grade if score else None,
            },
            "read_back_clock": self.clock(facts.read_back),
        }

    def _task(self, task: TaskFacts) -> Tags:
        return {
            "what": " ".join(task.what.split()),
            "who": task.who,
            "due": self.short_date(task.due_on) if task.due_on else None,
            "state": self.words["states"].get(task.state),
            "outcome": " ".join(task.outcome.split()),
        }

    def _vote(self, vote: VoteFacts) -> Tags:
        numbers = {name: two_digits(getattr(vote, name)) for name in VOTE[1:6]}
        return {
            "subject": " ".join(vote.subject.split()),
            **numbers,
            "of_voters": percent_text(vote.of_voters),
            "of_members": percent_text(vote.of_members),
            "agree_words": self.in_words(vote.agree),
        }

    def _signatures(self, facts: MinutesFacts) -> Tags:
        titles = self.words["titles"]
        stands_in, named = speaks_of_deputy(facts.chair), name_in(facts.chair)
        # The chair signs for the whole only as secretary, or for the secretary: another name under the title would be invented.
        signer = named if named and speaks_of_secretary(facts.chair) else "" if stands_in else facts.secretary
        return {
            "chair_name": named or (signer if speaks_of_secretary(facts.chair) else ""),
            "clerk_name": name_in(facts.clerk),
            "on_behalf": self.organ.on_behalf,
            "keep": self.organ.keep,
            "signer_title": titles["deputy" if stands_in else "secretary"],
            "signer_name": signer,
        }


VOTE = ("subject", "agree", "against", "other", "voters", "members", "of_voters", "of_members", "agree_words")
