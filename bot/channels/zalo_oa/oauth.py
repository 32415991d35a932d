"""Zalo's OAuth: gives a pair of keys for a consent or for the last pair. What it refuses comes with HTTP 200 and an error's name."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

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


class OAuthAway(Exception):
    """No answer, or none that says yes or no for good. Never holds an address or a secret."""


class OAuth:
    """The exchanges of one application. `url` has no slash at its end."""

    def __init__(self, app_id: str, app_secret: str, url: str) -> None:
        self.app_id, self.url = app_id, url
        self._secret = app_secret

    async def renew(self, refresh: str) -> Granted:
        """Spends `refresh` and kills its pair. Raises OAuthRefused or OAuthAway."""
        return await self._ask({"grant_type": "refresh_token", "refresh_token": refresh})

    async def redeem(self, code: str, verifier: str) -> Granted:
        """Spends the code of a consent. Raises OAuthRefused or OAuthAway."""
        return await self._ask({"grant_type": "authorization_code", "code": code, "code_verifier": verifier})

    async def _ask(self, form: Mapping[str, str]) -> Granted:
        try:
            async with asyncio.timeout(SECONDS), aiohttp.ClientSession(trust_env=False) as session:
                post = session.post(
                    f"{self.url}/v4/oa/access_token",
                    data={"app_id": self.app_id, **form},
                    headers={"secret_key": self._secret},
                    allow_redirects=False,
                )
                async with post as response:
                    body = await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            away = OAuthAway(type(error).__name__)
        else:
            return _granted(body)
        raise away  # outside: errors of the library quote what was asked


def _granted(body: bytes) -> Granted:
    try:
        answer: Any = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise OAuthAway("no answer of OAuth")
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if isinstance(access, str) and isinstance(refresh, str) and access and refresh:
        life = str(answer.get("expires_in", ""))
        return Granted(access, refresh, int(life) if life.isdecimal() and int(life) else USUAL_LIFE)
    code = answer.get("error")
    said = f"error={code} {answer.get('error_name', '')}"[:120]
    if code in WRONG_APP:
        raise AppRefused(said)
    if code in SPENT:
        raise OAuthRefused(said)
    raise OAuthAway(said)
