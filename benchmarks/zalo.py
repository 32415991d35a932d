"""Reminders a second through the outbox and Zalo's channels, against a bare loop of sends over the same HTTP client."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial

from pydantic import SecretStr

from benchmarks.children import TOKEN, Api
from benchmarks.figures import Row
from benchmarks.grounds import Grounds, opened
from benchmarks.outbox import (
    CONCURRENCY,
    MANY,
    Letters,
    Sending,
    noon,
    send_through,
    told,
    waiting,
    write_reminders,
)
from bot.channels.base import Channel, Tools
from bot.channels.typed import draw_typed
from bot.channels.zalo.wire import ZaloWire
from bot.channels.zalo_bot.channel import ZaloBot
from bot.channels.zalo_bot.client import ZaloClient
from bot.channels.zalo_bot.sending import message_of
from bot.channels.zalo_bot.settings import ZaloSettings
from bot.channels.zalo_oa.channel import ZaloOA
from bot.channels.zalo_oa.sending import buttons_of, texts_of
from bot.channels.zalo_oa.settings import ZaloOASettings
from bot.composition import typed_words
from bot.messages import Reply
from bot.store.db import Database
from bot.store.vault import DatabaseVault

Say = Callable[[int, Reply], Awaitable[object]]


def measure(grounds: Grounds, api: Api) -> Iterator[Row]:
    kinds = (
        ("Zalo Bot", ZaloBot.name, open_bot, loop_of_bot),
        ("Zalo OA", ZaloOA.name, open_account, loop_of_account),
    )
    for title, name, channel_of, loop in kinds:
        bare: Row | None = None
        for kind in ("sqlite", "postgresql"):
            with grounds.fresh(kind) as url, opened(url) as db:
                write_reminders(db, MANY, name)
                letters = waiting(db)
                bare = bare or told(
                    api, None, letters, f"zalo.{name}.loop.sent_per_s", "a bare loop", partial(loop, api)
                )
                send: Sending = partial(send_through, api, channel_of(api, db), db)
                figure = f"zalo.{name}.{kind}.sent_per_s"
                row = told(api, None, letters, figure, f"{title}, {kind}, its rate lifted", send)
                yield replace(row, yardstick=bare.figure)


def tools_for(db: Database) -> Tools:
    def none(*_: object) -> None:
        raise AssertionError("nothing comes in here")

    return Tools(none, none, none, none, noon, "", typed=typed_words(), vault=DatabaseVault(db))  # type: ignore[arg-type]


def open_bot(api: Api, db: Database) -> Channel:
    settings = ZaloSettings(zalo_token=SecretStr(TOKEN), zalo_api_url=api.url)
    return without_limit(ZaloBot.open(settings, tools_for(db)))


def open_account(api: Api, db: Database) -> Channel:
    settings = ZaloOASettings(
        zalo_oa_app_id="1",
        zalo_oa_app_secret=SecretStr("s"),
        zalo_oa_secret=SecretStr("s"),
        zalo_oa_refresh_token=SecretStr("first"),
        zalo_oa_api_url=api.url,
        zalo_oauth_url=api.url,
        zalo_oa_template_url=api.url,
    )
    return without_limit(ZaloOA.open(settings, tools_for(db)))


def without_limit(channel: Channel | None) -> Channel:
    assert channel is not None
    channel.rate = None
    return channel


async def loop_of_bot(api: Api, letters: Letters) -> None:
    client, words = ZaloClient(TOKEN, api.url), typed_words()

    async def say(chat: int, reply: Reply) -> None:
        await client.call("sendMessage", chat_id=str(chat), **message_of(draw_typed(reply, words)))

    await loop_over(client.wire, say, letters)


async def loop_of_account(api: Api, letters: Letters) -> None:
    wire, words, abilities = ZaloWire(api.url), typed_words(), ZaloOA.abilities

    async def say(person: int, reply: Reply) -> None:
        for text in texts_of(reply, words, (), abilities):
            message = {"text": text, "payload": {"buttons": buttons_of(reply, words, abilities)}}
            values = {"recipient": {"user_id": str(person)}, "message": message}
            await wire.ask("POST", f"{api.url}/v3.0/oa/message/cs", headers={}, json=values)

    await loop_over(wire, say, letters)


async def loop_over(wire: ZaloWire, say: Say, letters: Letters) -> None:
    places = asyncio.Semaphore(CONCURRENCY)

    async def send(person: int, reply: Reply) -> None:
        async with places:
            await say(person, reply)

    await wire.start()
    try:
        await asyncio.gather(*(send(person, reply) for person, reply in letters))
    finally:
        await wire.stop()
