"""An Official Account of Zalo: takes a webhook's events in order, sends plain text with buttons and documents, knocks by template."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Self

from bot.channels.base import Channel, Tools, WayBack, WayIn
from bot.channels.waiting import insist_on
from bot.channels.zalo.fetching import Fetcher
from bot.channels.zalo.lanes import EventLanes
from bot.channels.zalo_oa.account import Line, read_account, say_account
from bot.channels.zalo_oa.carrying import Carrier
from bot.channels.zalo_oa.client import Tokens, ZaloOAClient, ZaloOAError
from bot.channels.zalo_oa.connect import PATH as CONNECTED
from bot.channels.zalo_oa.connect import Consents, Outcome, keys_of
from bot.channels.zalo_oa.events import NAME, attached_of, incoming_of_event, number_of
from bot.channels.zalo_oa.sending import MOST_BUTTONS, TEXT_LIMIT
from bot.channels.zalo_oa.settings import ZaloOASettings, lacks_a_secret
from bot.channels.zalo_oa.signature import is_signed
from bot.channels.zalo_oa.tokens import KeysTrouble
from bot.messages import Abilities, Carried, Incoming, Knock, Reply

log = logging.getLogger(__name__)

PATH = "/zalo/oa"
SIGNATURE, TIME = "x-zevent-signature", "x-zevent-timestamp"
WINDOW = timedelta(days=7)
LOOK_SECONDS, TROUBLED_SECONDS = 600.0, 60.0
SHARE = 0.9
"""Of the calls that the package allows, for messages; the rest is for uploads and for what asks about the account."""
SMALLEST_PACKAGE = 100
"""Calls a minute."""


class ZaloOA(Channel):
    """One account. `start` it, then hand it what comes to the `webhook`; `stop` it at the end.

    An event is acknowledged only after `receive` has returned. Those of one person are taken in order, one at a time.
    What Zalo refuses this installation stops what goes out, never what comes in: `trouble` says why.
    """

    name = NAME
    abilities = Abilities(
        text_limit=TEXT_LIMIT, most_buttons=MOST_BUTTONS, sounds=True, costs=True, window=WINDOW
    )
    Settings = ZaloOASettings
    loggers = ("aiohttp",)
    rate = SHARE * SMALLEST_PACKAGE / 60

    @classmethod
    def open(cls, settings: ZaloOASettings, tools: Tools) -> Self | None:
        if not settings.is_configured or tools.vault is None:
            return None
        keeper, consents = keys_of(settings, tools.vault, tools.now)
        return cls(settings, tools, keeper, consents)

    @classmethod
    def faults(cls, settings: ZaloOASettings, public_url: str) -> dict[str, str]:
        return {"zalo_oa_app_id": "setting_zalo_oa"} if lacks_a_secret(settings) else {}

    def __init__(self, settings: ZaloOASettings, tools: Tools, tokens: Tokens, consents: Consents) -> None:
        self._settings, self._tools = settings, tools
        self._tokens, self._consents = tokens, consents
        self._client = ZaloOAClient(tokens, settings.zalo_oa_api_url, settings.zalo_oa_template_url)
        self._lanes = EventLanes(tools.receive, tools.known, Fetcher(self._client.wire, tools.take_in))
        template = settings.zalo_oa_template
        self._carrier = Carrier(self._client, tools, self.abilities, self._lanes.threads, template)
        self._account = ""
        self.knocks = bool(template)

    def link(self, code: str) -> str:
        """No link carries a code on Zalo: it is typed."""
        return f"https://zalo.me/{self._account}"

    async def start(self) -> None:
        """Waits for as long as Zalo cannot be reached. An account that it refuses is no reason to end: what comes in is still
        heard, and the office told."""
        await self._client.wire.start()
        await insist_on("zalo_oa.start", self._look)

    async def listen(self) -> None:
        """Looks at the account now and then, which renews the keys in time when nobody speaks, and sees what was mended."""
        while True:
            await asyncio.sleep(TROUBLED_SECONDS if self.trouble else LOOK_SECONDS)
            await self._try_look()

    async def stop(self) -> None:
        await self._lanes.stop()
        await self._tokens.stop()
        await self._client.wire.stop()

    async def _try_look(self) -> None:
        try:
            await self._look()
        except Exception as error:  # noqa: BLE001 - Zalo or the database is away: the program goes on
            log.warning("zalo_oa.look failed error=%s", type(error).__name__)

    async def _look(self) -> None:
        """What the account says of itself: its number, its kind. Raises ZaloAway."""
        try:
            account = await read_account(self._client)
        except (KeysTrouble, ZaloOAError) as error:
            log.error("zalo_oa.look refused error=%s", error)
        else:
            self._account, self.paid_until = account.number, account.paid_until
            self._carrier.speaking.pin(government=account.is_government)
        self._note_state()

    def ways_in(self) -> Sequence[WayIn]:
        return (WayIn(PATH, self.webhook),)

    def ways_back(self) -> Sequence[WayBack]:
        return (WayBack(CONNECTED, self._take_consent),)

    async def _take_consent(self, query: Mapping[str, str]) -> tuple[bool, str]:
        outcome = await self._consents.finish(query.get("state", ""), query.get("code", ""))
        if outcome == Outcome.DONE:
            await self._try_look()
        return outcome == Outcome.DONE, outcome

    async def account(self) -> Sequence[Line]:
        await self._client.wire.start()
        try:
            return await say_account(self._client)
        finally:
            await self.stop()

    async def webhook(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Takes one event; returns the HTTP status. What is not signed is not taken: anybody could send it."""
        try:
            raw = json.loads(body or b"{}")
        except (ValueError, RecursionError):
            return 400
        if raw == {}:
            return 200  # the address is tried, without a signature
        if not isinstance(raw, dict) or not self._is_zalos(body, raw, headers):
            return 403
        event = self._read(raw)
        if event is not None:
            try:
                await asyncio.shield(self._lanes.begin(event, attached_of(raw), patient=False))
            except Exception as error:  # noqa: BLE001 - whatever it was, Zalo is to bring it again
                log.warning("zalo_oa.webhook failed error=%s", type(error).__name__)
                return 500
        return 200

    def _is_zalos(self, body: bytes, raw: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
        times = {str(raw.get("timestamp", "")), headers.get(TIME, "")}
        secret = self._settings.zalo_oa_secret.get_secret_value()
        return is_signed(body, headers.get(SIGNATURE, ""), times, self._settings.zalo_oa_app_id, secret)

    def _read(self, raw: Mapping[str, Any]) -> Incoming | None:
        try:
            event = incoming_of_event(raw, self._tools.now())
        except Exception as error:  # noqa: BLE001 - one that cannot be read must not come again for ever
            log.error("zalo_oa.read dropped message=%s error=%s", number_of(raw), type(error).__name__)
            return None
        if event is None:
            log.info("zalo_oa.read ignored event=%s", str(raw.get("event_name", ""))[:60])
        return event

    async def send(self, place: str, reply: Reply) -> Carried:
        try:
            return await self._carrier.carry(place, reply)
        finally:
            self._note_state()

    async def knock(self, place: str, knock: Knock) -> Carried:
        if not self.knocks:
            return await super().knock(place, knock) or Carried()
        try:
            return await self._carrier.knock(place, knock)
        finally:
            self._note_state()

    def _note_state(self) -> None:
        self.trouble = self._tokens.trouble or self._carrier.obstacles.trouble
        self.token_ends = self._tokens.token_ends
        if self._client.calls_a_minute:
            self.rate = SHARE * self._client.calls_a_minute / 60
