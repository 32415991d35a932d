"""A yardstick: the barest bot of aiogram. It runs in an environment of its own, where nothing of ours is installed."""

import asyncio
import logging
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, Message

from benchmarks.children import TOKEN


async def echo(message: Message) -> None:
    await message.answer(message.text or "?")


async def echo_press(press: CallbackQuery) -> None:
    if press.message is not None:
        await press.message.answer(press.data or "?")


def main(url: str) -> None:
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    dispatcher = Dispatcher()
    dispatcher.message.register(echo)
    dispatcher.callback_query.register(echo_press)
    asyncio.run(dispatcher.start_polling(bot))


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    main(sys.argv[1])
