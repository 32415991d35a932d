"""What the dialog of handing in a report knows; files that a person has sent for something else may turn out to be one."""

from dataclasses import dataclass, field

from bot.talk.answers import Answers, KeptFile


@dataclass
class HandingIn(Answers):
    """The unit, or the units whose reports are offered; the report; the files that belong to none yet."""

    unit: int | None = None
    units: list[int] = field(default_factory=list)
    duty: int | None = None
    files: list[KeptFile] = field(default_factory=list)
