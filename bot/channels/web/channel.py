"""The web chat as a channel: what the outbox sends to, who is woken by it, how a reply is drawn as HTML."""

import asyncio
import html
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from threading import Lock
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel

from bot.channels.base import Channel, Tools
from bot.channels.web.icons import draw_signs
from bot.channels.web.services import KNOWN_HOSTS, Hand, PushClient, is_push_service
from bot.messages import Abilities, Address, Reply

if TYPE_CHECKING:
    from bot.channels.web.pusher import Pusher

TAGS = frozenset({"b", "i", "u", "s", "code", "pre", "a"})
_URL = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}»”]")


VAPID_KEY = "vapid_key"


class WebSettings(BaseModel):
    """Hosts of push services beside the known ones, with commas; ".example" names those below it."""

    web_push_hosts: str = ""


class Web(Channel):
    """Takes every message at once: it is seen when the outbox marks it sent and gives it its number. On the devices that ring
    for it, it is said by push services, which want an address of https to be found at."""

    name = "web"
    abilities = Abilities()
    Settings = WebSettings

    def __init__(
        self,
        public_url: str = "",
        hosts: str = "",
        tools: Tools | None = None,
        hand: Hand | None = None,
    ) -> None:
        self._public_url, self._tools = public_url, tools
        self._hosts = (*KNOWN_HOSTS, *(host.strip().lower() for host in hosts.split(",") if host.strip()))
        self._client = PushClient()
        self._hand = hand or self._client.hand_over
        self._pusher: Pusher | None = None
        self.push_key = ""
        """What a browser subscribes with; empty where nothing can be pushed."""

    @classmethod
    def open(cls, settings: WebSettings, tools: Tools) -> Self:
        return cls(tools.public_url, settings.web_push_hosts, tools)

    async def start(self) -> None:
        """The key by which push services know this installation is made here, once."""
        tools = self._tools
        if tools is None or tools.vault is None or tools.pushes is None:
            return
        if not self._public_url.startswith("https://"):
            return
        from bot.channels.web.pusher import Pusher  # its library takes memory
        from bot.channels.web.sealing import Vapid, new_vapid_key

        key = await asyncio.to_thread(tools.vault.change, VAPID_KEY, lambda old: old or new_vapid_key())
        vapid = Vapid(key, self._public_url)
        self._pusher = Pusher(tools.pushes, vapid, self._hand, tools.now)
        self.push_key = vapid.public

    async def listen(self) -> None:
        if self._pusher is not None:
            await self._pusher.run()

    async def stop(self) -> None:
        if self._pusher is not None:
            self._pusher.stop()
        await self._client.stop()

    def takes_device(self, endpoint: str) -> bool:
        """Whether it is spoken to there: at one of the known push services."""
        return is_push_service(endpoint, self._hosts)

    def link(self, code: str) -> str:
        return f"{self._public_url}/w/new/{code}"

    async def send(self, place: str, reply: Reply) -> None:
        """Nothing to do: the message lies in the database already."""


class Bell:
    """Rings in one event loop when there is something new for one place."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._rung.set)

    def quiet(self) -> None:
        """To be called before one looks: what comes while one looks rings again."""
        self._rung.clear()

    async def wait(self, seconds: float) -> bool:
        """Waits until it rings, `seconds` at most; whether it has rung."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        return True


class Hub:
    """Which open pages wait for which place. `notify` and `close` may be called from any thread."""

    def __init__(self) -> None:
        self._bells: dict[str, set[Bell]] = {}
        self._lock = Lock()
        self.closed = False

    def notify(self, addresses: Iterable[Address]) -> None:
        with self._lock:
            bells = [
                bell
                for one in addresses
                if one.channel == Web.name
                for bell in self._bells.get(one.place, ())
            ]
        for bell in bells:
            bell.ring()

    @contextmanager
    def listen(self, place: str) -> Iterator[Bell]:
        bell = Bell()
        with self._lock:
            self._bells.setdefault(place, set()).add(bell)
        try:
            yield bell
        finally:
            with self._lock:
                self._bells[place].discard(bell)
                if not self._bells[place]:
                    del self._bells[place]

    async def wait(self, place: str, seconds: float) -> bool:
        with self.listen(place) as bell:
            return await bell.wait(seconds)

    def close(self) -> None:
        """Ends every open stream: a server that is to stop would wait for them."""
        self.closed = True
        with self._lock:
            bells = [bell for waiting in self._bells.values() for bell in waiting]
        for bell in bells:
            bell.ring()


def plain_html(text: str) -> str:
    """What a person has typed, as HTML."""
    return draw_signs(html.escape(text)).replace("\n", "<br>")


def safe_html(text: str) -> str:
    """A reply's text as HTML that holds our few tags and nothing else; addresses in it become links."""
    drawing = _Drawing()
    drawing.feed(text)
    drawing.close()
    return drawing.finished()


class _Drawing(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._open: list[str] = []
        self._after_block = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._out.append("<br>")
        if tag not in TAGS:
            return
        if tag == "a":
            address = dict(attrs).get("href") or ""
            if not address.lower().startswith(("http://", "https://")) or "a" in self._open:
                return
            self._out.append(_link(address))
        else:
            self._out.append(f"<{tag}>")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while (last := self._open.pop()) != tag:
                self._out.append(f"</{last}>")
            self._out.append(f"</{tag}>")
            self._after_block = tag == "pre"

    def handle_data(self, data: str) -> None:
        # A block ends its own line.
        end = int(self._after_block and data.startswith("\n"))
        self._after_block = False
        for found in () if {"a", "pre", "code"} & set(self._open) else _URL.finditer(data, end):
            self._out.append(self._text(data[end : found.start()]))
            self._out.append(_link(found[0]) + html.escape(found[0]) + "</a>")
            end = found.end()
        self._out.append(self._text(data[end:]))

    def _text(self, text: str) -> str:
        return draw_signs(html.escape(text)) if "pre" in self._open else plain_html(text)

    def finished(self) -> str:
        return "".join(self._out) + "".join(f"</{tag}>" for tag in reversed(self._open))


def _link(address: str) -> str:
    return f'<a href="{html.escape(address)}" target="_blank" rel="noopener noreferrer">'
