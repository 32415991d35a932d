"""A Bot API server on loopback, in a process of its own: it hands out updates, takes messages, and counts."""

import asyncio
import itertools
import json
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from benchmarks.crowd import BOT, Crowd, Update, keyboard_of, message, parts_of, person

Values = dict[str, Any]
AT_MOST = 100


class FakeApi:
    """One bot's side of the Bot API.

    `limit` is how many messages a second it takes before it answers 429, `wire` how many seconds a call is under way.
    """

    def __init__(self) -> None:
        self.updates: dict[int, Update] = {}
        self.arrived = asyncio.Event()
        self.crowd = Crowd(self.put)
        self.limit: float | None = None
        self.wire = 0.0
        self.taken: deque[float] = deque()
        self.arrivals: list[float] = []
        """When messages came to those who do not talk, in seconds since the last mark."""
        self.told: dict[tuple[str, str], int] = {}
        """How often each text went to somebody who does not talk."""
        self.received: Counter[str] = Counter()
        """How many messages each chat has had."""
        self.counts = {"sent": 0, "refused": 0, "fetched": 0}
        self.talk: asyncio.Task[None] | None = None

    def put(self, update: Update) -> None:
        self.updates[update["update_id"]] = update
        self.arrived.set()

    async def get_updates(self, values: Values) -> list[Update]:
        offset, limit = int(values.get("offset") or 0), int(values.get("limit") or AT_MOST)
        while self.updates and (first := next(iter(self.updates))) < offset:
            del self.updates[first]
        if not self.updates:
            self.arrived.clear()
            try:
                async with asyncio.timeout(float(values.get("timeout") or 0)):
                    await self.arrived.wait()
            except TimeoutError:
                return []
        return list(itertools.islice(self.updates.values(), min(limit, AT_MOST)))

    async def send_message(self, values: Values) -> object:
        now = time.perf_counter()
        while self.taken and self.taken[0] <= now - 1:
            self.taken.popleft()
        if self.limit is not None and len(self.taken) >= self.limit:
            self.counts["refused"] += 1
            return web.json_response(
                {
                    "ok": False,
                    "error_code": 429,
                    "description": "Too Many Requests: retry after 1",
                    "parameters": {"retry_after": 1},
                },
                status=429,
            )
        self.taken.append(now)
        self.counts["sent"] += 1
        chat, text = int(values["chat_id"]), str(values["text"])
        self.received[str(chat)] += 1
        if chat not in self.crowd.talkers:
            self.arrivals.append(now - self.crowd.since)
            self.told[str(chat), text] = self.told.get((str(chat), text), 0) + 1
        self.crowd.answered(chat, keyboard_of(values.get("reply_markup")))
        return message(chat, text)

    async def get_me(self, _values: Values) -> object:
        return {
            **BOT,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def get_file(self, values: Values) -> object:
        """As a Bot API server on the bot's own disk: the id is the path."""
        self.counts["fetched"] += 1
        path = str(values["file_id"])
        return {"file_id": path, "file_unique_id": path, "file_path": path}

    async def agree(self, _values: Values) -> object:
        return True

    async def call(self, request: web.Request) -> web.Response:
        """/bot<token>/<method>"""
        known: dict[str, Callable[[Values], Awaitable[object]]] = {
            "getupdates": self.get_updates,
            "sendmessage": self.send_message,
            "getme": self.get_me,
            "getfile": self.get_file,
        }
        values = await _values(request)
        if self.wire:
            await asyncio.sleep(self.wire)
        result = await known.get(request.match_info["method"].lower(), self.agree)(values)
        return result if isinstance(result, web.Response) else _json({"ok": True, "result": result})

    async def zalo_account(self, request: web.Request) -> web.Response:
        """An Official Account: keys, what it is, messages that are all free."""
        values = await _values(request)
        if request.path.endswith("access_token"):
            return _json({"access_token": "a", "refresh_token": "r", "expires_in": "90000"})
        if request.path.endswith("getoa"):
            return _json({"error": 0, "message": "Success", "data": {"oa_id": "1", "oa_type": 2}})
        place, text = values["recipient"]["user_id"], values["message"]["text"]
        await self.send_message({"chat_id": place, "text": text})
        data = {"message_id": str(self.counts["sent"]), "quota": {"quota_type": "reply"}}
        return _json({"error": 0, "message": "Success", "data": data})

    # What the benchmark tells it

    async def gather(self, values: Values) -> object:
        """A fresh start with these people; nobody says anything yet."""
        self.updates.clear()
        self.taken.clear()
        self.arrivals.clear()
        self.told.clear()
        self.received.clear()
        self.limit = values.get("limit")
        self.counts = {"sent": 0, "refused": 0, "fetched": 0}
        await self.quiet({})
        self.crowd.gather(values.get("people", []))
        return True

    async def closed(self, _values: Values) -> object:
        """Everybody talks at once."""
        self.crowd.closed = True
        for number in self.crowd.talkers:
            self.crowd.ask(number)
        return True

    async def ask(self, _values: Values) -> object:
        """Everybody says one thing."""
        for number in self.crowd.talkers:
            self.crowd.ask(number)
        return True

    async def open(self, values: Values) -> object:
        """So many a second talk, whoever has not done so longest."""
        self.talk = asyncio.create_task(self._talk(float(values["rate"])))
        return True

    async def _talk(self, rate: float) -> None:
        start = time.perf_counter()
        for turn, number in enumerate(itertools.cycle(self.crowd.talkers)):
            await asyncio.sleep(max(0.0, start + turn / rate - time.perf_counter()))
            self.crowd.ask(number)

    async def distance(self, values: Values) -> object:
        """From now on a call takes so many seconds."""
        self.wire = float(values["seconds"])
        return True

    async def quiet(self, _values: Values) -> object:
        """Nobody says anything more."""
        self.crowd.closed = False
        if self.talk is not None:
            self.talk.cancel()
            self.talk = None
        return True

    async def mark(self, _values: Values) -> object:
        self.arrivals.clear()
        self.crowd.mark()
        return True

    async def figures(self, _values: Values) -> object:
        arrived = {f"arrived_{name}": value for name, value in parts_of(self.arrivals).items()}
        twice = sum(count - 1 for count in self.told.values())
        return {**self.crowd.figures(), **self.counts, "reached": len(self.told), "twice": twice, **arrived}

    async def hand(self, values: Values) -> object:
        """Somebody hands in the file at `path`, of `size` bytes, as a document."""
        number, path = int(values["number"]), Path(values["path"])
        document = {
            "file_id": str(path),
            "file_unique_id": path.name,
            "file_name": path.name,
            "file_size": values["size"],
        }
        said = {**message(number, ""), "from": person(number), "document": document}
        del said["text"]
        self.put({"update_id": self.crowd.next_number(), "message": said})
        return True

    async def counted(self, _values: Values) -> object:
        """What each chat has had, and how many updates are still on their way to the bot."""
        return {"received": self.received, "under_way": len(self.updates)}

    def orders(self) -> tuple[Callable[[Values], Awaitable[object]], ...]:
        return (
            *(self.gather, self.ask, self.closed, self.open),
            *(self.distance, self.quiet, self.mark, self.figures, self.counted),
            self.hand,
        )

    async def control(self, request: web.Request) -> web.Response:
        order = next(order for order in self.orders() if order.__name__ == request.match_info["order"])
        return _json(await order(await _values(request)))


def _json(value: object) -> web.Response:
    return web.Response(body=json.dumps(value).encode(), content_type="application/json")


async def _values(request: web.Request) -> Values:
    if not request.can_read_body:
        return dict(request.query)
    if request.content_type == "application/json":
        given: Values = json.loads(await request.read())
        return given
    return dict(await request.post())


async def serve(api: FakeApi, address: str = "127.0.0.1") -> None:
    """Prints the port it has taken and serves until it is ended."""
    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_post("/control/{order}", api.control)
    app.router.add_route("*", "/bot{token}/{method}", api.call)
    for path in ("/v4/oa/access_token", "/v2.0/oa/getoa", "/v3.0/oa/message/cs"):
        app.router.add_route("*", path, api.zalo_account)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, address, 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(FakeApi()))
