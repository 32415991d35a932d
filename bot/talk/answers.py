"""What an open dialog knows: a dataclass of its flow while an event is handled, JSON in its row until the next one.

A flow's dataclass has a field for each thing that its steps learn from each other, with a default unless every `begin` gives it:

    @dataclass
    class Naming(Answers):
        unit: int | None = None
        person: int | None = None

    FLOW = Flow("naming", FlowStep("whose", ask_whose, take_whose), FlowStep("name", ask_name, take_name), answers=Naming)

`chat.begin(Naming(unit=unit.id), step="name")` starts the dialog: the class names the flow. `chat.answers(Naming)` are its answers,
and what is changed in them is kept: `chat.answers(Naming).person = person.id`. Dates, moments, enums and nested dataclasses are fields
like any other. `receive` writes them to the row at the end of the event, and nobody else reads or writes that JSON.

The dialogs that an older release has left open go on: what it did not know has its default, what it knew and nobody asks for any
more is dropped, what cannot be read has its default too. So a new field needs a default, and a field that means something new needs a
new name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from bot.messages import Choice, File

A = TypeVar("A", bound="Answers")


def _unpacked(kind: type[Any]) -> BeforeValidator:
    """Dialogs of older releases hold such a value as the plain list of its fields."""
    return BeforeValidator(lambda said: kind(*said) if isinstance(said, list) else said)


KeptFile = Annotated[File, _unpacked(File)]


@dataclass
class Album:
    """The pieces of the album that is just arriving: the channel's numbers of their messages by digest."""

    album: str = ""
    at: dict[str, int] = field(default_factory=dict)


@dataclass(kw_only=True)
class Answers:
    """What every dialog may know besides the answers to its own questions."""

    offer: Annotated[Choice | None, _unpacked(Choice)] = None
    """The button that stands under each of its questions."""
    words: list[int] = field(default_factory=list)
    """See `Chat.hold`."""
    sent: Album = field(default_factory=Album)


BARE = TypeAdapter(Answers)


def load_answers(adapter: TypeAdapter[A], data: Mapping[str, Any]) -> A:
    """The answers in the JSON of a dialog's row. Raises ValueError when something is missing that has no default."""
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        bad = {problem["loc"][0] for problem in error.errors()}
        return adapter.validate_python({key: data[key] for key in data if key not in bad})
