"""What stands between this installation and Zalo, how far it reaches, and until when nothing is tried."""

from collections.abc import Callable
from datetime import datetime

from bot.channels.zalo_oa.codes import Obstacle, Scope
from bot.messages import TryLater


class Obstacles:
    """Each stays known until something of its scope has gone out again."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._standing: dict[Scope, Obstacle] = {}

    @property
    def trouble(self) -> str:
        """The code of what the office is to hear of, the gravest first."""
        codes = (self._standing[scope].code for scope in Scope if scope in self._standing)
        return next((code for code in codes if code), "")

    def put_up(self, obstacle: Obstacle) -> TryLater:
        self._standing[obstacle.scope] = obstacle
        return self._wait(obstacle)

    def take_away(self, *scopes: Scope) -> None:
        for scope in scopes:
            self._standing.pop(scope, None)

    def prove_passable(self, *scopes: Scope) -> None:
        """Raises TryLater while one of these is not to be tried."""
        for scope in scopes:
            obstacle = self._standing.get(scope)
            if obstacle is not None and self._now() < obstacle.until:
                raise self._wait(obstacle)

    def _wait(self, obstacle: Obstacle) -> TryLater:
        seconds = max(1.0, (obstacle.until - self._now()).total_seconds())
        return TryLater(seconds, everyone=obstacle.scope == Scope.ALL)
