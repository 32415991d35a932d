"""The yardstick: the barest bot of python-telegram-bot, which sends back what it was told, one message an update."""

import logging
import sys
from typing import Any

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, CallbackQueryHandler, MessageHandler, filters

from benchmarks.children import TOKEN
from bot.channels.telegram.aiohttp_request import AiohttpRequest


async def echo(update: Update, _context: Any) -> None:
    said = update.callback_query.data if update.callback_query else update.message and update.message.text
    if update.effective_chat:
        await update.effective_chat.send_message(said or "?")


def build(url: str, *, concurrent: bool, client: str) -> "Application[Any, Any, Any, Any, Any, Any]":
    builder = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").concurrent_updates(concurrent)
    if client == "aiohttp":
        builder = builder.request(AiohttpRequest(connections=256)).get_updates_request(
            AiohttpRequest(connections=1)
        )
    application = builder.build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.add_handler(CallbackQueryHandler(echo))
    return application


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    url, concurrent, client = sys.argv[1:]
    build(url, concurrent=concurrent == "concurrent", client=client).run_polling()
