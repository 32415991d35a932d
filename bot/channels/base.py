"""What every channel is to the rest: it declares itself, brings events in and carries replies out."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Protocol, Self

from pydantic import AfterValidator, BaseModel

from bot.channels.pushes import PushBook
from bot.channels.typed import TypedWords
from bot.messages import Abilities, Address, Carried, File, Incoming, Knock, Refusal, Reply, Unsendable

Receive = Callable[[Incoming], Awaitable[bool]]
"""Handles one event, and has committed it when it answers. Raises when the event could not be handled: no acknowledgement."""

TakeIn = Callable[[str, Path, Address], File | Refusal]
"""Checks a file (its name, where it lies, the place of who sent it) and stores it; may take seconds: called in a thread
of its own, which answers nobody."""

Known = Callable[[str], bool]
"""Whether whoever writes from this place of the channel is somebody here; called in a thread. Nobody else's files are fetched."""

ReadFile = Callable[[File], bytes]
"""The bytes of a stored file; called in a thread."""

FileLink = Callable[[File, Address, int], str]
"""Where whoever is at this place fetches a stored file, which the message of this number brings (0: none): good for several reads, for
them alone, and it expires; called in a thread."""


@dataclass(frozen=True, slots=True)
class WebTalk:
    """The web chat of whoever is reached at a place where nobody can answer; called in a thread.

    `link`: where they talk there, without ending the link that they have; empty for who belongs to nothing here. `show`: the message
    of this number, which has gone out to that place, stands there too, with its buttons."""

    link: Callable[[Address], str] = lambda reader: ""
    show: Callable[[Address, int], None] = lambda reader, number: None


def _web_address(value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise ValueError("setting_url")
    return value.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]
"""A setting that is an address, without a slash at its end; wrong ones are `setting_url`."""


class ChannelRefused(Exception):
    """The other side does not take this installation. `setting` is the one to look at, `code` names the sentence."""

    def __init__(self, setting: str, code: str) -> None:
        super().__init__(code)
        self.setting, self.code = setting, code


class Vault(Protocol):
    """Secrets that a channel is given by its other side and has to keep: one value by its name, over all replicas."""

    def read(self, name: str) -> str:
        """The value, empty where there is none; called in a thread."""

    def change(self, name: str, change: Callable[[str], str]) -> str:
        """Puts what `change` makes of the value in its place, and answers it; nobody else reads or writes it meanwhile. What `change`
        raises leaves it as it was. Called in a thread."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a channel is given when it is opened. `public_url` has no slash at its end; `commands` are (name, what it does)."""

    receive: Receive
    take_in: TakeIn
    read_file: ReadFile
    known: Known
    now: Callable[[], datetime]
    public_url: str
    commands: Sequence[tuple[str, str]] = ()
    file_link: FileLink = lambda file, reader, number: ""
    talk: WebTalk = field(default_factory=WebTalk)
    typed: TypedWords = field(default_factory=TypedWords)
    words: Callable[[str], Mapping[str, Any]] = lambda name: {}
    """What a channel says by itself, from templates/talk/<its name>.yaml."""
    vault: Vault | None = None
    pushes: PushBook | None = None


@dataclass(frozen=True, slots=True)
class WayIn:
    """An address under which the other side brings events: `take(body, headers)` answers the HTTP status; header names
    are in lower case."""

    path: str
    take: Callable[[bytes, Mapping[str, str]], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class WayBack:
    """An address to which a person's browser comes from the other side: `take(query)` answers whether it went well and the code of the
    sentence that is shown. Anybody can call it."""

    path: str
    take: Callable[[Mapping[str, str]], Awaitable[tuple[bool, str]]]


class Channel(ABC):
    """One channel. `send` returns when the channel has taken the message, with what that has cost where it costs; else it
    raises Undeliverable, Unsendable, WindowClosed, TryLater, TextLater or FilesLater where a part has gone out, or anything else for
    a passing fault. `rate` is its limit in messages a second, None without one."""

    name: ClassVar[str]
    abilities: ClassVar[Abilities]
    Settings: ClassVar[type[BaseModel]]
    """Its own settings; their names begin with the channel's, and the environment has them in capitals."""
    loggers: ClassVar[tuple[str, ...]] = ()
    """Of its libraries that would write tokens, or a line for every poll."""
    rate: float | None = None
    refused: bool = False
    """The other side no longer takes the token of this running channel: somebody has to put a new one in."""
    token_ends: datetime | None = None
    """When what lets this running channel in ends by itself; None: it does not."""
    trouble: str = ""
    """Why the other side takes nothing from this installation, by the code of the sentence; empty while it does."""
    knocks: bool = False
    """Whether it can knock where it may not speak."""
    paid_until: date | None = None
    """The last day for which the other side is paid to serve this installation; None: nothing is to be paid, or it does not say."""

    @classmethod
    @abstractmethod
    def open(cls, settings: Any, tools: Tools) -> Self | None:
        """A channel by its settings; None where they leave it out."""

    @classmethod
    def faults(cls, settings: Any, public_url: str) -> dict[str, str]:
        """What is wrong with its settings beside one another: setting -> the code of the sentence."""
        return {}

    @classmethod
    def warnings(cls, settings: Any) -> Sequence[str]:
        """What works but is not meant to last, by the codes of its sentences: `check` and the start say it."""
        return ()

    async def start(self) -> None:  # noqa: B027 - not every channel has something to do here
        """Raises ChannelRefused; waits for as long as the other side cannot be reached."""

    async def listen(self) -> None:  # noqa: B027
        """Fetches until it is cancelled, or says where events are to be brought; the other side may also know."""

    async def stop(self) -> None:  # noqa: B027
        """Lets what is just being received end."""

    def ways_in(self) -> Sequence[WayIn]:
        return ()

    def ways_back(self) -> Sequence[WayBack]:
        return ()

    async def account(self) -> Sequence[tuple[str, Mapping[str, object]]]:
        """What the other side says of this installation's account, as codes of sentences and their facts: `check` shows it. Works
        without `start`; raises whatever kept it from asking."""
        return ()

    @abstractmethod
    def link(self, code: str) -> str:
        """Where somebody who holds an invitation's code begins; a started channel knows. Empty where nobody can begin."""

    @abstractmethod
    async def send(self, place: str, reply: Reply) -> Carried | None: ...

    async def knock(self, place: str, knock: Knock) -> Carried | None:
        """Says that something lies ready where `send` finds the window closed; raises as `send` does."""
        raise Unsendable("no_knock")
