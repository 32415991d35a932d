"""The fake Bot API that calls: what people say is brought to one bot host after the other, and to the next one when a host fails."""

import asyncio
import itertools
import sys
from collections.abc import Sequence

import aiohttp

from benchmarks.cluster.hosts import BOTS, HERE, PORT, SECRET
from benchmarks.crowd import Update
from benchmarks.fake_api import FakeApi, Values, serve

TIMES = aiohttp.ClientTimeout(total=60, sock_connect=3)
PAUSE = 1.0


class CallingApi(FakeApi):
    """Brings each update until a host has said 200, as Telegram does through a proxy that spreads."""

    def __init__(self, hosts: Sequence[str]) -> None:
        super().__init__()
        self.turns = itertools.cycle([f"http://{host}/telegram" for host in hosts])
        self.under_way: set[asyncio.Task[None]] = set()
        self.client: aiohttp.ClientSession | None = None

    def put(self, update: Update) -> None:
        task = asyncio.create_task(self._bring(update))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)

    async def _bring(self, update: Update) -> None:
        self.client = self.client or aiohttp.ClientSession(
            timeout=TIMES, connector=aiohttp.TCPConnector(limit=0)
        )
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        for url in self.turns:
            try:
                async with self.client.post(url, json=update, headers=headers) as answer:
                    if answer.status == 200:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(PAUSE)

    async def counted(self, _values: Values) -> object:
        return {"received": self.received, "under_way": len(self.under_way)}


if __name__ == "__main__":
    here, *hosts = sys.argv[1:] or [HERE, *(f"{address}:{PORT}" for address in BOTS.values())]
    asyncio.run(serve(CallingApi(hosts), here))
