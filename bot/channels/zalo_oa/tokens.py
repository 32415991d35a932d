"""The keys of the Official Account: a pair in the vault that renews itself, once over all replicas, and says when it cannot."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.channels.base import Vault
from bot.channels.waiting import run_in_thread
from bot.channels.zalo.wire import ZaloAway
from bot.channels.zalo_oa.oauth import SECONDS, AppRefused, Granted, OAuth, OAuthRefused

log = logging.getLogger(__name__)

NAME = "zalo_oa_keys"
USED = 0.8
"""Renewed after so much of an access token's life: after 20 of 25 hours, which leaves five for a Zalo that is away."""
REFRESH_LIFE = timedelta(days=90)
"""Of a refresh token; Zalo says three months."""
PAUSE, LONG_PAUSE = timedelta(minutes=1), timedelta(minutes=10)
"""So long this process does not ask again after Zalo was away, the longer one while a key lives: each try holds the vault."""
PATIENCE = timedelta(minutes=30)
"""The office hears of a Zalo that renews nothing after so long, or when the last key is over."""

NOT_YET, CONNECT, CONNECT_SOON, WRONG_APP, AWAY = (
    "zalo_oa_not_connected",
    "zalo_oa_connect",
    "zalo_oa_connect_soon",
    "zalo_oa_app_wrong",
    "zalo_oa_keys_late",
)


@dataclass(frozen=True, slots=True)
class Pair:
    access: str
    refresh: str
    at: datetime
    """When it was given."""
    ends: datetime
    """When the access token ends."""

    @property
    def due(self) -> datetime:
        return self.at + (self.ends - self.at) * USED


@dataclass(frozen=True, slots=True)
class Keys:
    """What the vault holds. `before` is the pair that `pair` came of, until `pair` has worked; `seen` are marks of the first
    refresh tokens that were spent here, so that an old line of .env is never taken for a new one."""

    app_id: str = ""
    pair: Pair | None = None
    before: Pair | None = None
    seen: tuple[str, ...] = ()


_KEYS = TypeAdapter(Keys)


class KeysTrouble(Exception):
    """There is no key to speak with; `code` names the sentence. What waits goes on waiting."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TokenKeeper:
    """Gives the access token. `first` is the refresh token that somebody has put in by hand, or empty.

    `trouble` is the code of what is wrong with the keys, empty while nothing is. A process that is killed between Zalo's
    answer and the commit leaves a pair that Zalo has killed: nothing mends that but a new consent, and it is said so.
    """

    def __init__(self, vault: Vault, oauth: OAuth, now: Callable[[], datetime], first: str = "") -> None:
        self._vault, self._oauth, self._now, self._first = vault, oauth, now, first
        self._keys = Keys()
        self._dead = ""
        self._refused: set[str] = set()
        self._unsaved: tuple[Pair | None, Keys] | None = None
        self._failing_since: datetime | None = None
        self._away_at: datetime | None = None
        self._turn = asyncio.Lock()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="zalo-oa-keys")
        self.trouble = ""

    @property
    def token_ends(self) -> datetime | None:
        """When the refresh token ends, unless it is renewed before."""
        return self._keys.pair.at + REFRESH_LIFE if self._keys.pair else None

    async def token(self) -> str:
        """An access token that should work; renewed first where that is due. Raises KeysTrouble."""
        pair = self._keys.pair
        if pair is None or self.trouble or self._wants_new(self._keys):
            pair = await self._fresh()
        return pair.access

    async def renew(self, stale: str) -> str:
        """Another token than `stale`, which Zalo no longer takes: the one that somebody else has fetched meanwhile, or a new
        one. Raises KeysTrouble."""
        pair = self._keys.pair
        if pair is None or pair.access == stale:
            self._dead = stale
            pair = await self._fresh()
        return pair.access

    async def note_works(self, access: str) -> None:
        """Zalo has taken this token: the pair before it is forgotten. Never fails: what was sent is sent."""

        def forget(keys: Keys) -> Keys:
            return replace(keys, before=None) if keys.pair and keys.pair.access == access else keys

        if self._keys.before is not None:
            try:
                await self._change(forget)
            except Exception as error:  # noqa: BLE001 - the database is away: the next call forgets it
                log.warning("zalo_oa.keys not forgotten error=%s", type(error).__name__)

    async def accept(self, granted: Granted) -> None:
        """Puts the pair of a new consent in the place of whatever was there."""
        await self._change(lambda keys: self._with(replace(keys, pair=None), granted))
        self._end_trouble()

    async def stop(self) -> None:
        """Lets an exchange that is under way end."""
        async with self._turn:
            self._threads.shutdown(wait=False)

    def _wants_new(self, keys: Keys) -> bool:
        pair = keys.pair
        return (
            pair is None or pair.access == self._dead or self._now() >= pair.due or self._has_new_first(keys)
        )

    def _has_new_first(self, keys: Keys) -> bool:
        mark = _mark(self._first)
        return bool(self._first) and mark not in keys.seen and mark not in self._refused

    async def _fresh(self) -> Pair:
        """The pair as the vault has it, which somebody else may have renewed or mended; else renewed here."""
        async with self._turn:
            self._keys = self._read(await run_in_thread(self._threads, partial(self._vault.read, NAME)))
            if self._wants_new(self._keys):
                try:
                    self._prove_worth_asking(self._keys)
                    await self._change(partial(self._exchanged, asyncio.get_running_loop()))
                    self._unsaved = None
                except (OAuthRefused, ZaloAway) as error:
                    return self._living_in_spite_of(error)
            self._end_trouble()
            return self._pair()

    def _pair(self) -> Pair:
        if self._keys.pair is None:
            raise KeysTrouble(CONNECT)
        return self._keys.pair

    def _prove_worth_asking(self, keys: Keys) -> None:
        """Raises what was answered last, where Zalo would say no other: each question holds the vault."""
        if self._unsaved is not None:
            return
        if not self._ways(keys):
            raise OAuthRefused("nothing to renew by")
        pause = LONG_PAUSE if self._is_living(keys.pair) else PAUSE
        if self._away_at is not None and self._now() - self._away_at < pause:
            raise ZaloAway("a moment ago")
        self._away_at = None

    def _is_living(self, pair: Pair | None) -> bool:
        return pair is not None and pair.access != self._dead and self._now() < pair.ends

    async def _change(self, change: Callable[[Keys], Keys]) -> None:
        value = await run_in_thread(
            self._threads, partial(self._vault.change, NAME, lambda old: _written(change(self._read(old))))
        )
        self._keys = self._read(value)

    def _exchanged(self, loop: asyncio.AbstractEventLoop, keys: Keys) -> Keys:
        """In a thread, under the vault's lock. Raises OAuthRefused where nothing is left to renew by, ZaloAway.

        What was given and could not be written, because the database gave way, is written now: Zalo does not give it twice.
        """
        unsaved, self._unsaved = self._unsaved, None
        if not self._wants_new(keys):
            return keys
        if unsaved is not None and unsaved[0] == keys.pair:
            self._unsaved = unsaved
            return unsaved[1]
        refused = OAuthRefused("nothing to renew by")
        for refresh in self._ways(keys):
            try:
                new = self._with(keys, _answer_of(self._oauth.renew(refresh), loop))
            except AppRefused:
                raise
            except OAuthRefused as error:
                log.error("zalo_oa.keys refused %s", error)
                self._refused.add(_mark(refresh))
                refused = error
            else:
                self._unsaved = keys.pair, new
                return new
        raise refused

    def _ways(self, keys: Keys) -> list[str]:
        """What may be given for a new pair, none that this process has seen refused."""
        found = [self._first] if self._has_new_first(keys) else []
        found += [pair.refresh for pair in (keys.pair, keys.before) if pair is not None]
        return [one for one in found if _mark(one) not in self._refused]

    def _with(self, keys: Keys, granted: Granted) -> Keys:
        at = self._now()
        pair = Pair(granted.access, granted.refresh, at, at + timedelta(seconds=granted.seconds))
        seen = {*keys.seen, _mark(self._first)} if self._first else keys.seen
        return Keys(self._oauth.app_id, pair, keys.pair, tuple(sorted(seen)))

    def _read(self, value: str) -> Keys:
        """Empty for what another application has left, and for what cannot be read."""
        try:
            keys = _KEYS.validate_json(value) if value else Keys()
        except ValidationError:
            keys = Keys()
        else:
            return keys if keys.app_id == self._oauth.app_id else Keys()
        log.error("zalo_oa.keys unreadable")  # no more of it: the error quotes the keys
        return keys

    def _living_in_spite_of(self, error: Exception) -> Pair:
        """The pair that could not be renewed, while its access token lives; says what is wrong. Raises KeysTrouble."""
        at, pair = self._now(), self._keys.pair
        living = self._is_living(pair)
        self._failing_since = self._failing_since or at
        before = self.trouble
        if isinstance(error, ZaloAway | AppRefused):
            self._away_at = self._away_at or at
            late = not living or at - self._failing_since >= PATIENCE
            self.trouble = WRONG_APP if isinstance(error, AppRefused) else before or (AWAY if late else "")
        elif pair is None and not self._first:
            self.trouble = NOT_YET
        else:
            self.trouble = CONNECT_SOON if living else CONNECT
        if before != self.trouble or not before:
            log.warning("zalo_oa.keys not renewed trouble=%s error=%s", self.trouble, error)
        if pair is None or not living:
            raise KeysTrouble(self.trouble)
        return pair

    def _end_trouble(self) -> None:
        self.trouble, self._failing_since, self._away_at = "", None, None


def _answer_of(asking: Coroutine[Any, Any, Granted], loop: asyncio.AbstractEventLoop) -> Granted:
    """What is asked in the loop, waited for in this thread."""
    asked = asyncio.run_coroutine_threadsafe(asking, loop)
    try:
        return asked.result(SECONDS * 2)
    except TimeoutError:
        asked.cancel()
        raise ZaloAway("TimeoutError") from None


def _mark(refresh: str) -> str:
    """By which a token is known again, without being kept."""
    return hashlib.sha256(refresh.encode()).hexdigest()[:16]


def _written(keys: Keys) -> str:
    return _KEYS.dump_json(keys).decode()
