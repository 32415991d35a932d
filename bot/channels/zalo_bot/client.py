"""Calls of the Zalo Bot API: whether one succeeded stands in its answer, for its HTTP status is 200 all the same."""

from collections.abc import Mapping
from typing import Any

from bot.channels.zalo.wire import ZaloAway, ZaloWire

BAD_TOKEN = 401


class ZaloError(Exception):
    """The API has said no; `code` is its own."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code} {description}"[:200])
        self.code, self.description = code, description


class ZaloBadToken(ZaloError):
    """The token is none, or was taken back."""


class ZaloClient:
    """One bot's calls over the wire."""

    def __init__(self, token: str, api_url: str) -> None:
        self._base = f"{api_url}/bot{token}"
        self.wire = ZaloWire(api_url)

    async def call(self, method: str, *, wait: float = 0.0, **values: object) -> Any:
        """The result of a method, None where it has none. Raises ZaloError or ZaloAway; `wait`: seconds that the other side
        may hold it open."""
        answer = (await self.wire.ask("POST", f"{self._base}/{method}", wait=wait, json=values)).values
        if not isinstance(answer.get("ok"), bool):
            raise ZaloAway("no answer of the API")
        if answer["ok"]:
            return answer.get("result")
        code = answer.get("error_code")
        kind = ZaloBadToken if code == BAD_TOKEN else ZaloError
        raise kind(code if isinstance(code, int) else 0, str(answer.get("description", "")))


def api_answer(event: Any) -> Mapping[str, Any] | None:
    """An event as it is, out of the envelope that some deliveries have around it; None for what is none."""
    inner = event.get("result", event) if isinstance(event, dict) else None
    return inner if isinstance(inner, dict) else None
