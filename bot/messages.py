"""The neutral message model: what a channel brings in and what it takes out."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Address:
    """A place on one channel, such as a private chat."""

    channel: str
    place: str


@dataclass(frozen=True, slots=True)
class File:
    """A file that lies in the file store under its SHA-256 digest (64 hex digits); `size` is in bytes."""

    digest: str
    name: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not stored; `code` names a sentence of templates/problems, `facts` fill it in."""

    name: str
    code: str
    facts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_stranger(cls, name: str) -> "Refusal":
        """The file of somebody who holds no role here: it was neither fetched nor stored."""
        return cls(name, "file_stranger", (("name", name),))


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event of one person. The same `id` comes again when a channel redelivers it."""

    id: str
    address: Address
    at: datetime
    text: str = ""
    payload: str = ""
    """What the pressed button carried; never trusted."""
    label: str = ""
    """What the pressed button said, where the channel knows it."""
    files: tuple[File, ...] = ()
    refused: tuple[Refusal, ...] = ()
    album: str = ""
    message_ref: str = ""
    """The channel's own number of the person's message, so that an edit finds what it changed."""
    edited: bool = False
    group: bool = False
    blocked: bool | None = None
    """True: the person has shut the bot out; False: has let it in again; None: an ordinary event."""
    sender: str = ""
    """The name that the person shows on the channel."""


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    payload: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Text in a small HTML (b, i, u, s, code, pre, a), rows of choices, files."""

    text: str
    choices: tuple[tuple[Choice, ...], ...] = ()
    files: tuple[File, ...] = ()
    numbered: bool = True
    """Where there are no buttons, a choice is answered by its number; False where a number answers the question itself."""
    quick: tuple[Choice, ...] = ()
    """What a notification may be answered by without opening anything."""
    number: int = 0
    """Its number in the outbox, known once it is on its way."""
    pieces_gone: int = 0
    """So many pieces of its text have gone out already, where it is too long for one. Known once it is on its way."""
    unasked: bool = False
    """Nobody waits for it: it comes by the clock, or of what somebody else has done. Known once it is on its way."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel carries; None is no limit of its own."""

    text_limit: int | None = None
    """Characters of one message as the channel counts them; longer text is split by bot.channels.text."""
    buttons: bool = True
    """Whether choices are buttons; else they are numbered lines that are answered by typing."""
    most_buttons: int | None = None
    """So many buttons stand under one message; more choices than that are numbered lines, the first of them buttons too."""
    hears: bool = True
    """Whether a person can answer there."""
    sounds: bool = False
    """Whether spoken words come in as files."""
    documents_in: bool = True
    """Whether files of any kind can be sent here; else pictures at most, and what asks for a file names the upload page."""
    window: timedelta | None = None
    """So long after a person's last word does the other side take what comes for them."""
    costs: bool = False
    """Whether the other side may ask for money for a message."""
    people: int | None = None
    """So many people may write here; the other side serves no more."""
    messages_a_month: int | None = None
    """So many messages, in and out, does the other side carry in a calendar month."""


class Undeliverable(Exception):
    """The channel will never deliver to this place: blocked, deactivated, a bad address."""


class Unsendable(Exception):
    """The channel will never take this message, though the place is good."""


class WindowClosed(Exception):
    """The other side takes nothing more for this place until the person speaks there again; the place is good."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a message that was taken has cost, in VND."""

    cost: int = 0


@dataclass(frozen=True, slots=True)
class Knock:
    """That something lies ready, and nothing of what: the person's name (may be empty), and when it was written."""

    name: str
    at: datetime


class TryLater(Exception):
    """The channel asks to wait `seconds`; with `everyone`, nothing at all goes out before that."""

    def __init__(self, seconds: float, *, everyone: bool = False) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds
        self.everyone = everyone


class FilesLater(Exception):
    """What stands before the file that failed has gone out: the text and `files_gone` files, for `cost` VND. The others are to
    follow, after what the channel asks to `wait`, if it does."""

    def __init__(self, files_gone: int, reason: str, wait: TryLater | None = None, *, cost: int = 0) -> None:
        super().__init__(reason)
        self.files_gone = files_gone
        self.wait = wait
        self.cost = cost


class TextLater(Exception):
    """Of the pieces of a text so many more have gone out, for `cost` VND. The others are to follow, after what the channel asks to
    `wait`, if it does."""

    def __init__(self, pieces_gone: int, reason: str, wait: TryLater | None = None, *, cost: int = 0) -> None:
        super().__init__(reason)
        self.pieces_gone = pieces_gone
        self.wait = wait
        self.cost = cost


def storable_text(text: str) -> str:
    """Without what a database does not take: NUL, and halves of surrogate pairs that JSON lets through."""
    return text.replace("\0", "").replace("\r\n", "\n").encode("utf-8", "replace").decode()
