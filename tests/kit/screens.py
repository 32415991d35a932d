"""What a person sees of a talk: the messages, and which of their buttons the channel still lets them tap."""

from dataclasses import dataclass, field, replace

from bot.marks import MORE, choices_of, marked_choices
from bot.messages import Choice, Reply


@dataclass
class Screen:
    """Messages as they came; of `open` ones, by their place among them, the buttons can be tapped."""

    messages: list[Reply] = field(default_factory=list)
    open: list[int] = field(default_factory=list)

    def show(self, reply: Reply) -> None:
        self.messages.append(reply)
        if any(reply.choices):
            self.arrive(len(self.messages) - 1)

    def arrive(self, place: int) -> None:
        self.open.append(place)

    def speak(self) -> None:
        """The person has said, sent or pressed something."""

    def press(self, place: int) -> None:
        self.open.remove(place)

    def again(self) -> "Screen":
        """The same, to go on from there."""
        return replace(self, messages=[*self.messages], open=[*self.open])

    def clear(self) -> None:
        self.messages.clear()
        self.open.clear()

    def typed_for(self, place: int, choice: Choice) -> str:
        """What is typed for a choice of that message which is no button; "" where it is one."""
        return ""

    def tappable(self) -> list[tuple[int, Choice]]:
        """What can be tapped now, the newest message first."""
        return [
            (place, choice)
            for place in reversed(self.open)
            for row in self.messages[place].choices
            for choice in row
        ]


class TelegramScreen(Screen):
    """Inline keyboards: pressing one button takes all of its message away; other messages keep theirs."""


@dataclass
class WebScreen(Screen):
    """The web chat, drawn anew at any time: the buttons of what came since the person last spoke, else those of the newest
    message that has any, unless they have been pressed."""

    fresh: bool = False
    """Something with buttons has come since the person spoke."""

    def arrive(self, place: int) -> None:
        self.open = [*self.open, place] if self.fresh else [place]
        self.fresh = True

    def speak(self) -> None:
        self.open, self.fresh = self.open[-1:], False

    def press(self, place: int) -> None:
        """An older message's buttons do not come back when the newest ones have been pressed."""
        self.open = [one for one in self.open if one != place] if place != self.open[-1] else []


class TypedScreen(Screen):
    """No buttons: what can be chosen is what the newest message with choices lists, and it is typed."""

    def arrive(self, place: int) -> None:
        self.open = [place]

    def press(self, place: int) -> None:
        """Nothing goes away."""

    def typed_for(self, place: int, choice: Choice) -> str:
        """What is typed for it; "0" where the list goes on."""
        return mark_of(self.messages[place], choice)


class ColumnScreen(Screen):
    """A few buttons under a message, which stay for ever; more choices are a list, of which the newest can be typed."""

    def press(self, place: int) -> None:
        """Nothing goes away."""

    def typed_for(self, place: int, choice: Choice) -> str:
        reply = self.messages[place]
        return "" if choice in buttons_of(reply) else mark_of(reply, choice)

    def tappable(self) -> list[tuple[int, Choice]]:
        newest = self.open[-1] if self.open else -1
        return [
            (place, choice)
            for place, choice in super().tappable()
            if place == newest or choice in buttons_of(self.messages[place])
        ]


def mark_of(reply: Reply, choice: Choice) -> str:
    return next((mark for mark, one in marked_choices(reply).items() if one == choice), MORE)


def buttons_of(reply: Reply) -> list[Choice]:
    """As an Official Account draws them: all five, or the first four of more."""
    choices = choices_of(reply)
    return choices if len(choices) <= 5 else choices[:4]


SCREENS: dict[str, type[Screen]] = {
    "telegram": TelegramScreen,
    "web": WebScreen,
    "zalo": TypedScreen,
    "zalo_oa": ColumnScreen,
}
