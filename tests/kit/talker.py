"""Somebody at a phone: what they say and tap, and what came back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.marks import MORE
from bot.messages import Address, Choice, File, Incoming, Refusal, Reply
from bot.reading.words import fold
from bot.tables import Contact, Message
from bot.talk import delivery
from bot.talk.receive import receive
from bot.talk.settling import SendOutcome, SendResult, settle_messages
from tests.kit.screens import SCREENS, Screen

if TYPE_CHECKING:
    from tests.kit.world import World


@dataclass
class Talker:
    """A person at one place of one channel."""

    world: "World"
    address: Address
    screen: Screen = field(init=False)

    def __post_init__(self) -> None:
        self.screen = SCREENS[self.address.channel]()

    @property
    def got(self) -> tuple[Reply, ...]:
        return tuple(self.screen.messages)

    @property
    def last(self) -> Reply:
        return self.screen.messages[-1] if self.screen.messages else Reply("")

    def _event(self, **facts: object) -> Incoming:
        event = Incoming(f"{self.address}:{next(self.world.ids)}", self.address, self.world.at)
        return replace(event, **facts)  # type: ignore[arg-type]

    def sends(self, event: Incoming) -> "Talker":
        receive(self.world.desk, event)
        self.screen.speak()
        self.world.later(seconds=2)
        self.looks()
        return self

    def says(self, text: str, **facts: object) -> "Talker":
        return self.sends(self._event(text=text, **facts))

    def taps(self, label: str) -> "Talker":
        """Taps a button of the newest message that still shows it; its label may be given in part.

        As on the channel itself, the buttons of the message are gone afterwards."""
        place, choice = self._shown(label)
        if mark := self.screen.typed_for(place, choice):
            return self.says(mark) if mark != MORE else self.says(mark).taps(label)
        self.screen.press(place)
        return self.sends(self._event(payload=choice.payload, label=choice.label))

    def presses(self, payload: str) -> "Talker":
        """What no button on the screen says: a forged press, or one that was on its way while the buttons went."""
        return self.sends(self._event(payload=payload))

    def hands(self, *files: File, album: str = "", refused: Sequence[Refusal] = ()) -> "Talker":
        return self.sends(self._event(files=files, album=album, refused=tuple(refused)))

    def edits(self, ref: str, text: str) -> "Talker":
        return self.sends(self._event(text=text, message_ref=ref, edited=True))

    def find(self, label: str) -> Choice:
        return self._shown(label)[1]

    def _shown(self, label: str) -> tuple[int, Choice]:
        wanted = fold(label)
        tappable = self.screen.tappable()
        for place, choice in tappable:
            if wanted in fold(choice.label):
                return place, choice
        raise AssertionError(
            f"no button {label!r} in {[c.label for _, c in tappable]}; last: {self.last.text}"
        )

    @property
    def choices(self) -> list[Choice]:
        """The buttons that stand under the newest message."""
        newest = len(self.screen.messages) - 1
        return [choice for place, choice in self.screen.tappable() if place == newest]

    def looks(self) -> list[Reply]:
        """Delivers what is due for this place and shows what is new."""
        new = []
        with self.world.db.write() as session:
            contact = session.scalar(
                select(Contact).where(
                    Contact.channel == self.address.channel, Contact.place == self.address.place
                )
            )
            if contact is None:
                return []
            while True:
                claimed = [
                    c
                    for c in delivery.claim_messages(session, self.world.at, [self.address.channel], 1000)
                    if c.contact_id == contact.id
                ]
                if not claimed:
                    break
                settle_messages(
                    session,
                    [SendOutcome(c, SendResult.SENT) for c in claimed],
                    self.world.at,
                )
                new += [c.reply for c in claimed]
            self._unclaim(session, contact.id)
        for reply in new:
            self.screen.show(reply)
        return new

    def _unclaim(self, session: Session, contact_id: int) -> None:
        """Gives back what the claim took for others, so that everyone looks for oneself."""
        for message in session.scalars(
            select(Message).where(
                Message.state == "waiting", Message.contact_id != contact_id, Message.attempts > 0
            )
        ):
            message.due_at, message.attempts = min(message.due_at, self.world.at), 0

    def __iter__(self) -> Iterator[Reply]:
        return iter(self.got)
