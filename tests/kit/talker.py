"""Somebody at a phone: what they say and tap, and what came back."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.marks import MORE
from bot.messages import Address, Choice, File, Incoming, Refusal, Reply
from bot.reading.words import fold
from bot.store.known import Known
from bot.tables import Contact, Message, MessageState, Priority
from bot.tables.base import UtcDateTime
from bot.talk import delivery
from bot.talk.receive import receive
from bot.talk.settling import SendOutcome, SendResult, settle_messages
from tests.kit.screens import SCREENS, Screen

if TYPE_CHECKING:
    from tests.kit.world import World

DUE_HERE = Known(
    select(Message.priority)
    .join(Contact, Contact.id == Message.contact_id)
    .where(
        Contact.channel == bindparam("channel"),
        Contact.place == bindparam("place"),
        Message.state == MessageState.WAITING,
        Message.due_at <= bindparam("now", type_=UtcDateTime()),
    )
)
GIVE_BACK = (
    update(Message)
    .where(Message.id.in_(bindparam("ids", expanding=True)))
    .values(due_at=bindparam("now"), attempts=0)
)
"""What one's own claim took of others', so that everyone looks for oneself."""


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
        with self.world.db.read() as session:
            place = {"channel": self.address.channel, "place": self.address.place}
            due = [priority for (priority,) in DUE_HERE.rows(session, {**place, "now": self.world.at})]
        new = self._deliver(due) if due else []
        for reply in new:
            self.screen.show(reply)
        return new

    def _deliver(self, due: Collection[Priority]) -> list[Reply]:
        """As many messages as are due, of these priorities; fewer where something holds them back."""
        at, channels, bulk = self.world.at, [self.address.channel], Priority.BULK in due
        new: list[Reply] = []
        of_others: list[int] = []
        with self.world.db.write() as session:
            while len(new) < len(due):
                claimed = delivery.claim_messages(session, at, channels, 1000, bulk=bulk)
                own = [one for one in claimed if one.address == self.address]
                of_others += [one.id for one in claimed if one.address != self.address]
                if not own:
                    break
                settle_messages(session, [SendOutcome(one, SendResult.SENT) for one in own], at)
                new += [one.reply for one in own]
            if of_others:
                session.execute(GIVE_BACK, {"ids": of_others, "now": at})
        return new

    def __iter__(self) -> Iterator[Reply]:
        return iter(self.got)
