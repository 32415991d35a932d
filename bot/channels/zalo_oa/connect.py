"""An office lets the assistant speak for its Official Account: by a consent on Zalo's own page, with PKCE; no token is copied by hand."""

import asyncio
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from urllib.parse import parse_qs, urlencode

from pydantic import TypeAdapter, ValidationError

from bot.channels.base import Vault
from bot.channels.zalo.wire import ZaloAway
from bot.channels.zalo_oa.oauth import AppRefused, OAuth, OAuthRefused
from bot.channels.zalo_oa.settings import ZaloOASettings
from bot.channels.zalo_oa.tokens import TokenKeeper

NAME = "zalo_oa_consent"
PATH = "/zalo/oa/connected"
LIFE = timedelta(minutes=15)
VERIFIER_BYTES = 32
"""43 characters, the only length that Zalo takes."""


class Outcome(StrEnum):
    """What has become of a consent; the values are codes of sentences."""

    AWAITED = ""
    TAKEN = "zalo_oa_consent_taken"
    DONE = "zalo_oa_connected"
    OVER = "zalo_oa_consent_over"
    REFUSED = "zalo_oa_consent_refused"
    WRONG_APP = "zalo_oa_app_wrong"
    AWAY = "zalo_oa_consent_away"

    @property
    def is_final(self) -> bool:
        return self not in (Outcome.AWAITED, Outcome.TAKEN)


@dataclass(frozen=True, slots=True)
class Consent:
    """One that was asked for. `state` is what only the page of Zalo and we know; `verifier` is empty once it was used."""

    state: str
    verifier: str
    until: datetime
    outcome: Outcome = Outcome.AWAITED


_CONSENT = TypeAdapter(Consent)


class Consents:
    """The one consent that is asked for at a time: kept in the vault, so that another process may take what comes back. What is
    not awaited is called in a thread."""

    def __init__(self, vault: Vault, oauth: OAuth, keeper: TokenKeeper, now: Callable[[], datetime]) -> None:
        self._vault, self._oauth, self._keeper, self._now = vault, oauth, keeper, now

    def begin(self) -> Consent:
        """A new one, in the place of any other."""
        consent = Consent(
            secrets.token_urlsafe(24), secrets.token_urlsafe(VERIFIER_BYTES), self._now() + LIFE
        )
        self._vault.change(NAME, lambda _: _CONSENT.dump_json(consent).decode())
        return consent

    def address(self, consent: Consent, back: str) -> str:
        """Where the account's owner consents; `back` is where the browser goes then, as the application has registered it."""
        proof = urlsafe_b64encode(sha256(consent.verifier.encode()).digest()).decode().rstrip("=")
        values = {
            "app_id": self._oauth.app_id,
            "redirect_uri": back,
            "code_challenge": proof,
            "state": consent.state,
        }
        return f"{self._oauth.url}/v4/oa/permission?{urlencode(values)}"

    def outcome(self, state: str) -> Outcome:
        """What has become of it so far; OVER when its time is over or another has been begun."""
        consent = _read(self._vault.read(NAME))
        if consent is None or not _same(consent.state, state):
            return Outcome.OVER
        late = not consent.outcome.is_final and self._now() >= consent.until
        return Outcome.OVER if late else consent.outcome

    async def finish(self, state: str, code: str) -> Outcome:
        """Takes what has come back from Zalo's page, once; again, it says what became of it. A stranger's guess changes nothing."""
        verifier = await asyncio.to_thread(self._take, state) if code else ""
        if not verifier:
            found = await asyncio.to_thread(self.outcome, state)
            return Outcome.REFUSED if found == Outcome.AWAITED else found
        outcome = await self._redeem(code, verifier)
        await asyncio.to_thread(self._close, state, outcome)
        return outcome

    async def _redeem(self, code: str, verifier: str) -> Outcome:
        try:
            await self._keeper.accept(await self._oauth.redeem(code, verifier))
        except AppRefused:
            return Outcome.WRONG_APP
        except OAuthRefused:
            return Outcome.REFUSED
        except ZaloAway:
            return Outcome.AWAY
        return Outcome.DONE

    def _take(self, state: str) -> str:
        """The verifier of the consent that is awaited; empty for any other state, and a second time."""
        if self.outcome(state) != Outcome.AWAITED:  # nothing is locked for whoever guesses
            return ""
        taken: list[str] = []

        def take(consent: Consent) -> Consent:
            if consent.outcome != Outcome.AWAITED:
                return consent
            taken.append(consent.verifier)
            return replace(consent, verifier="", outcome=Outcome.TAKEN)

        self._change(state, take)
        return taken[0] if taken else ""

    def _close(self, state: str, outcome: Outcome) -> None:
        self._change(state, lambda consent: replace(consent, outcome=outcome))

    def _change(self, state: str, change: Callable[[Consent], Consent]) -> None:
        def put(value: str) -> str:
            consent = _read(value)
            here = consent is not None and _same(consent.state, state)
            return _CONSENT.dump_json(change(consent)).decode() if consent and here else value

        self._vault.change(NAME, put)


def keys_of(
    settings: ZaloOASettings, vault: Vault, now: Callable[[], datetime]
) -> tuple[TokenKeeper, Consents]:
    """What keeps an account's keys, and what takes them anew."""
    secret = settings.zalo_oa_app_secret.get_secret_value()
    oauth = OAuth(settings.zalo_oa_app_id, secret, settings.zalo_oauth_url)
    keeper = TokenKeeper(vault, oauth, now, settings.zalo_oa_refresh_token.get_secret_value())
    return keeper, Consents(vault, oauth, keeper, now)


def code_and_state(address: str) -> tuple[str, str]:
    """What Zalo has put into the address at which the browser ended; empty where it has not."""
    values = parse_qs(address.strip().partition("?")[2].partition("#")[0])
    return values.get("code", [""])[-1], values.get("state", [""])[-1]


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _read(value: str) -> Consent | None:
    try:
        return _CONSENT.validate_json(value) if value else None
    except ValidationError:
        return None
