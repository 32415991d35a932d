"""What is wrong with something a person gave, as a code and facts; templates/problems turns it into a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where it is (file, line, field; sheet and cell), which one, and the facts that its sentence needs."""

    place: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


class Invalid(Exception):
    """The person's input cannot be taken; `code` names the sentence that says why and what to do."""

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Rejected(Exception):
    """A whole file (plan, units, settings) cannot be taken; all of its problems at once."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{p.place}: {p.code}" for p in problems))
        self.problems = problems
