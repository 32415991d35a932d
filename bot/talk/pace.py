"""How fast a channel may be sent to."""

import time


class Pace:
    """A token bucket; what is left is how many messages may go out now."""

    def __init__(self, rate: float | None) -> None:
        self._rate = rate
        self._tokens = self._most
        self._seen = time.monotonic()
        self._closed_until = 0.0

    @property
    def _most(self) -> float:
        return max(1.0, self._rate or 0.0)

    def keep_to(self, rate: float | None) -> None:
        """A channel may learn of its limit only when it is first answered."""
        self._rate = rate

    def ready(self, most: int) -> int:
        moment = time.monotonic()
        if moment < self._closed_until:
            return 0
        if self._rate is None:
            return most
        self._tokens = min(self._most, self._tokens + (moment - self._seen) * self._rate)
        self._seen = moment
        return min(most, int(self._tokens))

    def spend(self, count: int) -> None:
        self._tokens -= count

    def close(self, seconds: float) -> None:
        self._closed_until = max(self._closed_until, time.monotonic() + seconds)
