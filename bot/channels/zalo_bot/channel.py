"""Zalo Bot: takes a webhook's events or polls for them, receives them in order, sends replies as text alone."""

import asyncio
import hmac
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Self

from bot.channels.base import Channel, ChannelRefused, FileLink, Known, Receive, TakeIn, Tools, WayIn
from bot.channels.pieces import say_pieces
from bot.channels.text import split_html
from bot.channels.typed import TypedWords, draw_typed
from bot.channels.waiting import insist_on, run_in_thread
from bot.channels.zalo.fetching import Fetcher
from bot.channels.zalo.lanes import EventLanes
from bot.channels.zalo_bot.client import ZaloBadToken, ZaloClient, ZaloError, api_answer
from bot.channels.zalo_bot.events import NAME, attached_of, incoming_of_event, number_of
from bot.channels.zalo_bot.sending import QUOTA, TEXT_LIMIT, message_of, outcome_of_error
from bot.channels.zalo_bot.settings import ZaloSettings, webhook_fault
from bot.messages import Abilities, Address, Incoming, Reply, Undeliverable, Unsendable

log = logging.getLogger(__name__)

PATH = "/zalo"
SECRET_HEADER = "x-bot-api-secret-token"  # noqa: S105 - the name of a header
LONG_POLL, EMPTY_SECONDS = 25, 1.0
IDLE = 408
REFUSALS = 3


class ZaloRefused(ChannelRefused):
    """The Bot API refuses the token."""

    def __init__(self) -> None:
        super().__init__("ZALO_TOKEN", "zalo_token_refused")


class ZaloBot(Channel):
    """One bot. `start` it, then either `poll` or hand it what comes to the `webhook`; `stop` it at the end.

    A webhook's event is acknowledged only after `receive` has returned; a poll has no acknowledgement, so what comes while
    nobody polls is lost. Those of one chat are taken in order, one at a time.
    """

    name = NAME
    abilities = Abilities(
        text_limit=TEXT_LIMIT,
        buttons=False,
        sounds=True,
        documents_in=False,
        people=50,
        messages_a_month=3000,
    )
    Settings = ZaloSettings
    loggers = ("aiohttp",)
    rate: float | None = 10.0

    @classmethod
    def open(cls, settings: ZaloSettings, tools: Tools) -> Self | None:
        token = settings.zalo_token.get_secret_value()
        if not token:
            return None
        return cls(
            ZaloClient(token, settings.zalo_api_url),
            tools.receive,
            tools.take_in,
            tools.now,
            known=tools.known,
            file_link=tools.file_link,
            typed=tools.typed,
            secret=settings.zalo_secret.get_secret_value(),
            webhook_url=f"{tools.public_url}{PATH}" if settings.zalo_webhook else "",
        )

    @classmethod
    def faults(cls, settings: ZaloSettings, public_url: str) -> dict[str, str]:
        return {"zalo_webhook": "setting_zalo_webhook"} if webhook_fault(settings, public_url) else {}

    @classmethod
    def warnings(cls, settings: ZaloSettings) -> Sequence[str]:
        polls = settings.zalo_token.get_secret_value() and not settings.zalo_webhook
        return ("zalo_polls",) if polls else ()

    def __init__(
        self,
        client: ZaloClient,
        receive: Receive,
        take_in: TakeIn,
        now: Callable[[], datetime],
        *,
        known: Known = lambda place: True,
        file_link: FileLink = lambda file, reader, number: "",
        typed: TypedWords = TypedWords(),
        secret: str = "",
        webhook_url: str = "",
    ) -> None:
        self._client, self._now = client, now
        self._file_link, self._typed = file_link, typed
        self._secret, self._webhook_url = secret, webhook_url
        self._lanes = EventLanes(receive, known, Fetcher(client.wire, take_in))
        self._account = ""
        self._refusals = 0
        self._sent = 0
        self._no_seat: dict[str, int] = {}

    def link(self, code: str) -> str:
        """No link carries a code on Zalo: it is typed."""
        return f"https://zalo.me/{self._account}"

    async def start(self) -> None:
        """Raises ZaloRefused; waits for as long as the Bot API cannot be reached."""
        await self._client.wire.start()
        try:
            found = await insist_on("zalo.start", partial(self._client.call, "getMe"), ZaloBadToken)
        except ZaloBadToken:
            await self.stop()
            raise ZaloRefused from None
        if isinstance(found, dict):
            self._account = str(found.get("account_name") or found.get("id") or "")

    async def stop(self) -> None:
        await self._lanes.stop()
        await self._client.wire.stop()

    async def listen(self) -> None:
        if self._webhook_url:
            await self.set_webhook(self._webhook_url)
        else:
            await self.poll()

    def ways_in(self) -> Sequence[WayIn]:
        return (WayIn(PATH, lambda body, headers: self.webhook(body, headers.get(SECRET_HEADER))),)

    async def set_webhook(self, url: str) -> None:
        """Says where events are to be brought; Zalo tries the address at once and says how that went."""
        call = partial(self._client.call, "setWebhook", url=url, secret_token=self._secret)
        found = await insist_on("zalo.set_webhook", call)
        verified = found.get("verification") if isinstance(found, dict) else None
        if isinstance(verified, dict) and verified.get("ok") is False:
            log.error("zalo.webhook not verified outcome=%s", verified.get("outcome"))

    async def poll(self) -> None:
        """Runs until it is cancelled; then waits for what is just being received."""
        log.warning("zalo.poll what comes while nobody polls is lost: for trying out only, set ZALO_WEBHOOK")
        await insist_on("zalo.delete_webhook", partial(self._client.call, "deleteWebhook"))
        try:
            while True:
                asked = time.monotonic()
                raw = await insist_on("zalo.poll", self._next_event)
                if raw is None:  # a proxy may answer at once that there is nothing
                    await asyncio.sleep(asked + EMPTY_SECONDS - time.monotonic())
                else:
                    self._begin(raw, patient=True)
        finally:
            await self._lanes.land()

    async def _next_event(self) -> Mapping[str, Any] | None:
        try:
            found = await self._client.call("getUpdates", wait=LONG_POLL, timeout=LONG_POLL)
        except ZaloError as error:
            self._note_refusal(isinstance(error, ZaloBadToken))
            if error.code == IDLE:
                return None
            raise
        self._note_refusal(False)
        return api_answer(found)

    async def webhook(self, body: bytes, secret_header: str | None) -> int:
        """Takes one event; returns the HTTP status. Without a secret nothing is taken: anybody could send it."""
        given = (secret_header or "").encode()
        if not self._secret or not hmac.compare_digest(given, self._secret.encode()):
            return 403
        if not body.strip():
            return 200  # the address is tried
        try:
            raw = api_answer(json.loads(body))
        except (ValueError, RecursionError):
            return 400
        try:
            if raw and (task := self._begin(raw, patient=False)):
                await asyncio.shield(task)
        except Exception as error:  # noqa: BLE001 - whatever it was, Zalo is to bring it again
            log.warning("zalo.webhook failed error=%s", type(error).__name__)
            return 500
        return 200

    def _begin(self, raw: Mapping[str, Any], *, patient: bool) -> asyncio.Task[None] | None:
        """Takes an event; None for what is not the bot's."""
        event = self._read(raw)
        if event is None:
            return None
        attached = attached_of(raw)
        return self._lanes.begin(event, (attached,) if attached else (), patient=patient)

    def _read(self, raw: Mapping[str, Any]) -> Incoming | None:
        try:
            event = incoming_of_event(raw, self._now())
        except Exception as error:  # noqa: BLE001 - one that cannot be read must not come again for ever
            log.error("zalo.read dropped message=%s error=%s", number_of(raw), type(error).__name__)
            return None
        if event is None:
            log.info("zalo.read ignored event=%s", str(raw.get("event_name", ""))[:60])
        return event

    async def send(self, place: str, reply: Reply) -> None:
        """The text, with files as links and choices as lines. What fails behind a piece of it is TextLater."""
        reader = Address(NAME, place)
        links = [
            await run_in_thread(self._lanes.threads, partial(self._file_link, file, reader, reply.number))
            for file in reply.files
        ]
        texts = split_html(draw_typed(reply, self._typed, links), TEXT_LIMIT)
        if not texts:
            raise Unsendable("empty")
        await say_pieces(texts, reply.pieces_gone, partial(self._say, place))
        self._note_refusal(False)
        self._no_seat.pop(place, None)
        self._sent += 1

    async def _say(self, place: str, text: str, _last: bool) -> int:
        try:
            await self._client.call("sendMessage", chat_id=place, **message_of(text))
        except ZaloError as error:
            self._note_refusal(isinstance(error, ZaloBadToken))
            if error.code == QUOTA and self._has_no_seat(place):
                raise Undeliverable("no_seat") from error
            meaning = outcome_of_error(error)
            if meaning is error:
                raise
            raise meaning from error
        return 0

    def _has_no_seat(self, place: str) -> bool:
        """Zalo says the same of a month that is used up and of a person beyond its number: while others are written to, it
        is the person."""
        before = self._no_seat.setdefault(place, self._sent)
        return self._sent > before

    def _note_refusal(self, refused: bool) -> None:
        """A proxy may say once that it knows no such address; a token that was taken back is refused every time."""
        self._refusals = self._refusals + 1 if refused else 0
        self.refused = self._refusals >= REFUSALS
