"""Reminders a second through the outbox and the Telegram channel, against a bare loop of sends over the same HTTP client."""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.ext import AIORateLimiter, ExtBot

from benchmarks.children import TOKEN, Api
from benchmarks.figures import Row
from benchmarks.grounds import ZONE, Grounds, desk_of, opened, shipped_plan, write_people, write_units
from benchmarks.spent import as_the_program_runs, costs_of, spent_by
from benchmarks.subjects import server_of
from benchmarks.whole import APRIL
from bot.calendar import Moment
from bot.channels.base import Channel, Tools
from bot.channels.telegram.aiohttp_request import AiohttpRequest
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.settings import TelegramSettings
from bot.duties.loading import load_plan
from bot.messages import Reply
from bot.store.db import Database
from bot.tables import Contact, Message
from bot.talk.outbox import from_body
from bot.talk.sender import Sender
from schedules import reminders

MANY, FEW = 1500, 180
CONCURRENCY = 64
LIMIT = 30
NOON = APRIL + timedelta(hours=3)
PATIENCE = 120.0

Letters = list[tuple[int, Reply]]
Sending = Callable[[Letters], Coroutine[Any, Any, None]]


def measure(grounds: Grounds, api: Api) -> Iterator[Row]:
    for limit, count in ((None, MANY), (LIMIT, FEW)):
        held, part = (f"{limit}/s enforced", "outbox.limited") if limit else ("no limit", "outbox")
        bare: Row | None = None
        for kind in ("sqlite", "postgresql"):
            with grounds.fresh(kind) as url, opened(url) as db:
                seconds = write_reminders(db, count)
                if limit is None:
                    yield Row(
                        f"outbox.{kind}.written_per_s", f"reminders written, {kind}", count / seconds, "/s"
                    )
                letters = waiting(db)
                if bare is None:
                    send: Sending = partial(send_bare, api, limit)
                    bare = told(api, limit, letters, f"{part}.loop.sent_per_s", f"a bare loop, {held}", send)
                    yield bare
                send = partial(send_out, api, limit, db)
                what, server = f"the outbox, {kind}, {held}", server_of(grounds, kind)
                row = told(api, limit, letters, f"{part}.{kind}.sent_per_s", what, send, server)
                beside_loop = {
                    "ratio_to_loop": row.figure / bare.figure,
                    "cpu_ratio_to_loop": row.costs["cpu_ms"] / bare.costs["cpu_ms"],
                }
                yield replace(row, yardstick=limit or bare.figure, costs={**row.costs, **beside_loop})


def write_reminders(db: Database, count: int, channel: str = "telegram") -> float:
    """One reminder to each of `count` secretaries, as the clock writes them; answers how many seconds that took."""
    with db.write() as session:
        root = write_units(session, count)
        load_plan(session, shipped_plan(), root, Moment(APRIL, ZONE))
        write_people(session, count, channel)
    began = time.perf_counter()
    written = reminders.say_reminders(desk_of(db), APRIL)
    if written != count:
        raise RuntimeError(f"{written} reminders instead of {count}")
    return time.perf_counter() - began


def waiting(db: Database) -> Letters:
    with db.read() as session:
        rows = session.execute(
            select(Contact.place, Message.body).join(Contact, Contact.id == Message.contact_id)
        )
        return [(int(place), from_body(body)) for place, body in rows]


def told(
    api: Api,
    limit: int | None,
    letters: Letters,
    key: str,
    what: str,
    send: Sending,
    server: Sequence[int] = (),
) -> Row:
    """How fast all of them arrived, and what each cost this process; raises RuntimeError if one did not, or came twice."""
    api.tell("gather", limit=limit)
    before, served, began = spent_by([os.getpid()]), spent_by(server), time.perf_counter()
    with as_the_program_runs():
        asyncio.run(send(letters))
    seconds = time.perf_counter() - began
    figures = api.tell("figures")
    if figures["reached"] != len(letters) or figures["twice"]:
        raise RuntimeError(f"{what}: {figures}")
    costs = costs_of(spent_by([os.getpid()]) - before, spent_by(server) - served, len(letters))
    costs |= {f"{part}_ms": figures[f"arrived_{part}"] * 1000 for part in ("p50", "p95")}
    beside = f"{figures['refused']} × 429, none lost, none twice"
    return Row(key, what, len(letters) / seconds, "/s", beside=beside, costs=costs)


async def send_bare(api: Api, limit: int | None, letters: Letters) -> None:
    limiter = AIORateLimiter(overall_max_rate=limit, max_retries=10) if limit else None
    bot: ExtBot[object] = ExtBot(
        TOKEN,
        base_url=f"{api.url}/bot",
        request=AiohttpRequest(),
        rate_limiter=limiter,  # type: ignore[arg-type]
    )
    places = asyncio.Semaphore(CONCURRENCY)

    async def send(chat: int, reply: Reply) -> None:
        buttons = [
            [InlineKeyboardButton(c.label, callback_data=c.payload) for c in row] for row in reply.choices
        ]
        async with places:
            markup = InlineKeyboardMarkup(buttons)
            await bot.send_message(chat, reply.text, parse_mode=ParseMode.HTML, reply_markup=markup)

    async with bot:
        await asyncio.gather(*(send(chat, reply) for chat, reply in letters))


async def send_out(api: Api, limit: int | None, db: Database, letters: Letters) -> None:
    tools = Tools(_none, _none, _none, _none, noon, "")  # type: ignore[arg-type]
    settings = TelegramSettings(telegram_token=SecretStr(TOKEN), telegram_api_url=api.url)
    await send_through(api, Telegram(settings, tools, rate=limit), db, letters)


def noon() -> datetime:
    return NOON


async def send_through(api: Api, channel: Channel, db: Database, letters: Letters) -> None:
    """The outbox sends all of them; raises RuntimeError if it does not know so at the end."""
    sender = Sender(db, [channel], noon, concurrency=CONCURRENCY)
    await channel.start()
    sending = asyncio.create_task(sender.run())
    try:
        async with asyncio.timeout(PATIENCE):
            while sender.results.total() < len(letters):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        sender.stop()
        await sending
        await channel.stop()
    with db.read() as session:
        unsettled = session.scalar(select(func.count()).select_from(Message).where(Message.state != "sent"))
    if unsettled:
        raise RuntimeError(f"{unsettled} messages are not marked as sent")


def _none(*_: object) -> None:
    raise AssertionError("nothing comes in here")
