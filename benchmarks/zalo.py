"""Reminders a second through the outbox and Zalo's channels, against a bare loop of sends over the same HTTP client."""

import asyncio
from collections.abc import Iterator
from functools import partial

from pydantic import SecretStr

from benchmarks.children import TOKEN, Api
from benchmarks.figures import Row
from benchmarks.grounds import Grounds, opened
from benchmarks.outbox import CONCURRENCY, MANY, Letters, noon, send_through, told, waiting, write_reminders
from bot.channels.base import Channel, Tools
from bot.channels.typed import draw_typed
from bot.channels.zalo_bot.channel import ZaloBot
from bot.channels.zalo_bot.client import ZaloClient
from bot.channels.zalo_bot.sending import message_of
from bot.channels.zalo_bot.settings import ZaloSettings
from bot.composition import typed_words


def measure(grounds: Grounds, api: Api) -> Iterator[Row]:
    bare: Row | None = None
    for kind in ("sqlite", "postgresql"):
        with grounds.fresh(kind) as url, opened(url) as db:
            write_reminders(db, MANY, ZaloBot.name)
            letters = waiting(db)
            bare = bare or told(api, None, letters, "a bare loop", partial(send_bare, api))
            send = partial(send_through, api, zalo_bot(api), db)
            row = told(api, None, letters, f"Zalo Bot, {kind}, its rate lifted", send)
            yield Row(row.what, row.figure, row.unit, bare.figure, row.beside)


def zalo_bot(api: Api) -> Channel:
    def none(*_: object) -> None:
        raise AssertionError("nothing comes in here")

    tools = Tools(none, none, none, none, noon, "", typed=typed_words())  # type: ignore[arg-type]
    channel = ZaloBot.open(ZaloSettings(zalo_token=SecretStr(TOKEN), zalo_api_url=api.url), tools)
    assert channel is not None
    channel.rate = None
    return channel


async def send_bare(api: Api, letters: Letters) -> None:
    client = ZaloClient(TOKEN, api.url)
    places, words = asyncio.Semaphore(CONCURRENCY), typed_words()

    async def send(chat: int, text: str) -> None:
        async with places:
            await client.call("sendMessage", chat_id=str(chat), **message_of(text))

    await client.wire.start()
    try:
        await asyncio.gather(*(send(chat, draw_typed(reply, words)) for chat, reply in letters))
    finally:
        await client.wire.stop()
