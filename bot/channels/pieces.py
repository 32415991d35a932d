"""A text that goes out in pieces: what has been read is not said again."""

from collections.abc import Awaitable, Callable, Sequence

from bot.messages import TextLater, TryLater, Undeliverable, Unsendable, WindowClosed

FINAL = (Undeliverable, Unsendable, WindowClosed)


async def say_pieces(texts: Sequence[str], gone: int, say: Callable[[str, bool], Awaitable[int]]) -> int:
    """Says what is left of a text of which `gone` pieces are out, in order; answers what that has cost, in VND. `say` is handed a
    piece and whether it is the last, answers its cost, and raises as a channel's `send` does.

    What fails behind a piece said here is TextLater. So is what is final where something has been paid for: it is heard again
    at the next try, when the cost is written down.
    """
    begun = min(gone, len(texts) - 1)  # it may be cut otherwise now: the last bears the choices
    cost = 0
    for place, text in list(enumerate(texts))[max(0, begun) :]:
        try:
            cost += await say(text, place == len(texts) - 1)
        except Exception as error:
            if place == begun or (isinstance(error, FINAL) and not cost):
                raise
            wait = error if isinstance(error, TryLater) else None
            raise TextLater(place - begun, type(error).__name__, wait, cost=cost) from error
    return cost
