"""What a talk is made with: questions and dialogs, the table of what a person can do, and the tools of the installation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from bot.calendar import Moment
from bot.messages import Abilities, File, Incoming
from bot.plans.agenda import Agenda
from bot.plans.guidance.rules import Rules
from bot.plans.guidance.sheets import ScoreSheets
from bot.store.aside import Elsewhere, Here
from bot.store.db import Database
from bot.tables import Contact, ErrandKind
from bot.talk.answers import Answers, load_answers
from bot.talk.render import Renderer

if TYPE_CHECKING:
    from bot.talk.chat import Chat

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came for a question: the value of a choice, or text, or files."""

    value: str = ""
    text: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A question and what takes its answer. With `numbers` a typed number is the answer itself, not a choice's number: always, or
    where it says so of the talk."""

    name: str
    ask: Callable[["Chat"], object]
    take: Callable[["Chat", Answer], None]
    numbers: "bool | Callable[[Chat], bool]" = False
    files: bool = False
    sounds: bool = False
    """Recorded sound is taken among the files; elsewhere it is refused."""
    tables: bool = False
    """So are tables saved as text."""
    first: bool = False
    """It must be answered before anything else: words are not taken for an older message's button."""
    words: bool = False
    """What is typed is written down as it stands, so that thanks or a greeting alone are no answer."""
    who: bool = False
    """It asks for somebody's name: a courtesy that is one as well is asked about."""
    own_way: bool = False
    """Whatever is shown beside it has a button back to it already."""

    def takes_number(self, chat: "Chat") -> bool:
        """Whether a typed number answers the question."""
        return self.numbers(chat) if callable(self.numbers) else self.numbers


class Flow:
    """A dialog of several questions; the first step opens it. `answers`: the dataclass of what it learns (bot/talk/answers.py)."""

    def __init__(self, name: str, *steps: FlowStep, answers: type[Answers]) -> None:
        self.name = name
        self.answers = answers
        self.first = steps[0].name
        self.steps = {step.name: step for step in steps}

    @cached_property  # not before somebody is asked: there are fifty
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.answers)

    def load(self, data: Mapping[str, Any]) -> Answers:
        """What the JSON of a dialog's row says. Raises ValueError when it lacks what has no default."""
        found: Answers = load_answers(self._adapter, data)
        return found

    def dump(self, answers: Answers) -> dict[str, Any]:
        found: dict[str, Any] = self._adapter.dump_python(answers, mode="json")
        return found


Handler = Callable[..., object]


@dataclass(frozen=True)
class Routes:
    """What a person can do: handlers/__init__ fills it in."""

    commands: Mapping[str, Handler]
    actions: Mapping[str, Handler]
    flows: Mapping[str, Flow]
    admit: Callable[["Chat"], bool]
    """May the talk go on? It asks what must be asked first (a code, the consent) and says no."""
    unknown: Handler
    files: Handler
    edited: Handler
    edit_note: Callable[["Chat"], bool]
    group: Handler
    heard: Callable[[Session, Contact, Incoming, Abilities], bool] = lambda *_: True
    """Is what comes from this place heard at all? Else it leaves no trace."""
    unasked: Callable[["Chat"], bool] = lambda _chat: False
    """Takes words that answer a message which is not the open question, as a reminder; False when they answer none."""
    take_sounds: Callable[["Chat"], bool] = lambda _: False
    """Recorded sound came where the open question takes none: was it wanted elsewhere?"""
    hear: Callable[["Chat"], None] = lambda _: None
    """Words are about to be taken for the answer to the open question."""
    may: Callable[["Chat", str], bool] = lambda *_: False
    """Is this command for somebody of the person's roles?"""
    unhear: Callable[["Chat"], None] = lambda _: None
    """They turned out to be no answer, but the name of something else to do."""
    refuse: Callable[["Chat", str], str] = lambda _, trouble: trouble
    """What was typed could not be taken, for that reason; it may be wanted elsewhere, which the answer says too."""
    offer: Callable[["Chat"], bool] = lambda _: False
    """Words that nothing has asked for: does a room want them?"""
    returned: Callable[["Chat"], None] = lambda _: None
    """Somebody speaks again for whom messages were held (bot/talk/windows.py), which go out as they then stand."""
    former: Mapping[str, str] = field(default_factory=dict)
    """What stood on buttons that earlier releases have sent, and what it is called now: actions, and answers as `flow.step=value`."""
    receipts: frozenset[str] = frozenset()
    """The actions by which a message is said to have come."""
    work: Mapping[ErrandKind, Callable[["Desk", int, datetime], None]] = field(default_factory=dict)
    """What the office has asked for, by the kind of its errand, and the clock does; see bot/talk/errands.py."""
    leave: Callable[["Chat", list[int]], None] = lambda *_: None
    """A dialog is left with words in it (see `Chat.hold`) that have been written down nowhere."""

    @cached_property
    def flow_of(self) -> Mapping[type[Answers], Flow]:
        """The flow by its answers, each of which belongs to one."""
        return {flow.answers: flow for flow in self.flows.values()}


@dataclass(frozen=True)
class Desk:
    """All that `receive` needs; made once at the composition root."""

    db: Database
    render: Renderer
    routes: Routes
    zone: ZoneInfo
    links: "Links"
    wake: Callable[[], None] = lambda: None
    shelf: "FileShelf | None" = None
    regular_agenda: Agenda | None = None
    """The agenda of a regular meeting that no plan asks for."""
    rules: Rules = field(default_factory=Rules)
    """The guidance on meetings, of all times."""
    sheets: ScoreSheets = field(default_factory=lambda: ScoreSheets({}))
    aside: "Elsewhere" = field(default_factory=lambda: Here())
    """Where files that anybody may have made are read."""
    abilities: Mapping[str, Abilities] = field(default_factory=dict)
    """What each channel carries, by its name."""
    channels: frozenset[str] = frozenset()
    """The names of those that are open here."""
    workshop: "Workshop | None" = None

    def apart(self, work: Callable[..., T], *args: Any) -> T:
        """What `work(desk, *args)` answers, done in another process where there is one for it: it takes long, or its libraries take memory.
        Raises as `Workshop.call`."""
        return self.workshop.call(work, *args) if self.workshop else work(self, *args)

    def abilities_of(self, contact: Contact) -> Abilities:
        return self.abilities.get(contact.channel, Abilities())

    def moment(self, at: datetime) -> Moment:
        return Moment(at, self.zone)

    def file_link(self, file: File, contact: Contact, number: int = 0) -> str:
        """Opens for whoever speaks from that contact, for as long as they may read the file; shorter where a message brings it."""
        if number:
            return self.links.file_of_message(number, file, contact.id, contact.key)
        return self.links.file(file, contact.id, contact.key)


class Workshop(Protocol):
    """Another process with a desk of its own."""

    def call(self, work: Callable[..., T], *args: Any) -> T:
        """What `work(desk, *args)` answers there; it is a public function of a module, its arguments and answer can be pickled.
        Raises OSError where a file store or the database was away, and Invalid(file_unseen) when it broke, which the log explains.
        """
        ...


class FileShelf(Protocol):
    """Where files lie; only what runs outside of a talk may use it, for it may be a network away."""

    def read(self, digest: str) -> bytes: ...
    def keep(self, name: str, source: Path) -> File: ...
    def drop(self, digest: str) -> None: ...


class Links(Protocol):
    """Makes the links that people are handed; each is signed and, where it gives more than a page, expires."""

    def web_chat(self, contact_id: int, key: int = 0) -> str: ...
    def upload(self, contact_id: int, key: int = 0) -> str: ...
    def export(self, contact_id: int, key: int = 0) -> str: ...
    def file(self, file: File, contact_id: int, key: int = 0) -> str: ...
    def file_of_message(self, number: int, file: File, contact_id: int, key: int = 0) -> str: ...
    def calendar(self, person_id: int, key: int) -> str: ...
    def invitation(self, code: str) -> list[tuple[str, str]]: ...
