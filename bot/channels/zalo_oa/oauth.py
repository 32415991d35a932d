"""Zalo's OAuth: gives a pair of keys for a consent or for the last pair. What it refuses comes with HTTP 200 and an error's name."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.zalo.wire import ZaloAway, ZaloWire

SECONDS = 8.0
"""So long one exchange may take in all: the vault is locked meanwhile, and a small database with it."""
USUAL_LIFE = 90_000
"""Seconds of an access token, where the answer does not say (25 hours)."""
SPENT, WRONG_APP = {-118, -14014}, {-14002, -14004}
"""Errors of a code or refresh token that is used up or over, and of an application that is none: as others have seen them."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A new pair; `seconds` is the life of the access token."""

    access: str
    refresh: str
    seconds: int


class OAuthRefused(Exception):
    """What was given for new keys is not taken, now or later."""


class AppRefused(OAuthRefused):
    """The application's own number or secret is not taken."""


class OAuth:
    """The exchanges of one application. `url` has no slash at its end."""

    def __init__(self, app_id: str, app_secret: str, url: str) -> None:
        self.app_id, self.url = app_id, url
        self._secret = app_secret

    async def renew(self, refresh: str) -> Granted:
        """Spends `refresh` and kills its pair. Raises OAuthRefused or ZaloAway."""
        return await self._ask({"grant_type": "refresh_token", "refresh_token": refresh})

    async def redeem(self, code: str, verifier: str) -> Granted:
        """Spends the code of a consent. Raises OAuthRefused or ZaloAway."""
        return await self._ask({"grant_type": "authorization_code", "code": code, "code_verifier": verifier})

    async def _ask(self, form: Mapping[str, str]) -> Granted:
        form = {"app_id": self.app_id, **form}
        values = await ask_once(
            "POST", f"{self.url}/v4/oa/access_token", data=form, headers={"secret_key": self._secret}
        )
        return _granted(values)


async def ask_once(method: str, url: str, **request: Any) -> Mapping[str, Any]:
    """What Zalo answers to one question over a connection of its own, in SECONDS at most. Raises ZaloAway."""
    wire = ZaloWire(url)
    await wire.start()
    try:
        async with asyncio.timeout(SECONDS):
            return (await wire.ask(method, url, **request)).values
    except TimeoutError:
        raise ZaloAway("TimeoutError") from None
    finally:
        await wire.stop()


def _granted(answer: Mapping[str, Any]) -> Granted:
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if isinstance(access, str) and isinstance(refresh, str) and access and refresh:
        life = str(answer.get("expires_in", ""))
        return Granted(access, refresh, int(life) if life.isdecimal() and int(life) else USUAL_LIFE)
    code = number_of(answer)
    said = f"error={code} {answer.get('error_name', '')}"[:120]
    if code in WRONG_APP:
        raise AppRefused(said)
    if code in SPENT:
        raise OAuthRefused(said)
    raise ZaloAway(said)


def number_of(answer: Mapping[str, Any]) -> int | None:
    """Zalo's number of an error, 0 for none; None where the answer has no number."""
    try:
        return int(str(answer.get("error")))
    except ValueError:
        return None
