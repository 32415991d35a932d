"""The commands about Zalo: `python -m bot zalo …`."""

import asyncio
import sys
from html import unescape
from threading import Thread
from typing import Annotated, cast

import typer

from bot.channels.base import Vault
from bot.channels.zalo_oa.account import Line, say_account
from bot.channels.zalo_oa.channel import ZaloOA
from bot.channels.zalo_oa.client import ZaloOAClient
from bot.channels.zalo_oa.connect import LIFE, PATH, Consents, Outcome, code_and_state, keys_of
from bot.channels.zalo_oa.settings import ZaloOASettings
from bot.commands.common import (
    configured_database,
    explain_problems,
    message_renderer,
    picture_of,
    say_line,
)
from bot.problems import Problem, Rejected
from bot.store.vault import DatabaseVault
from bot.talk.receive import utc_now

LOOK_SECONDS = 1.0
"""So often the command looks whether the running program has taken the consent."""

zalo_app = typer.Typer(no_args_is_help=True, help="Zalo.")


@zalo_app.callback()
def zalo() -> None:
    """Zalo."""


@zalo_app.command("connect")
def zalo_connect(
    back: Annotated[
        str, typer.Option(help="Callback that the application has registered, if it is another.")
    ] = "",
) -> None:
    """Leads the owner of an Official Account through the consent; says then what the account is and what it lacks."""
    with explain_problems(), configured_database() as (settings, db):
        own = cast(ZaloOASettings, settings.of(ZaloOA))
        if not own.is_configured:
            raise Rejected([Problem("ZALO_OA_APP_ID", "zalo_oa_unset")])
        lines = asyncio.run(_connect(own, DatabaseVault(db), back or f"{settings.url}{PATH}"))
        words = message_renderer(settings)
        say_line("zalo_connected", lines=[unescape(words.sentence(code, facts)) for code, facts in lines])


async def _connect(own: ZaloOASettings, vault: Vault, back: str) -> list[Line]:
    keeper, consents = keys_of(own, vault, utc_now)
    consent = await asyncio.to_thread(consents.begin)
    address = consents.address(consent, back)
    minutes = round(LIFE.total_seconds() / 60)
    say_line("zalo_connect", address=address, picture=picture_of(address), back=back, minutes=minutes)
    outcome = await _outcome(consents, consent.state)
    if outcome != Outcome.DONE:
        raise Rejected([Problem("zalo_oa", outcome)])
    client = ZaloOAClient(keeper, own.zalo_oa_api_url, own.zalo_oa_template_url)
    await client.wire.start()
    try:
        return await say_account(client, at_first=True)
    finally:
        await client.wire.stop()
        await keeper.stop()


async def _outcome(consents: Consents, state: str) -> Outcome:
    """Waits until the consent is taken, by the running program or by the address that is typed here."""
    typed = _typed_lines()
    while True:
        try:
            line = await asyncio.wait_for(typed.get(), LOOK_SECONDS)
        except TimeoutError:
            found = await asyncio.to_thread(consents.outcome, state)
        else:
            code, its_state = code_and_state(line)
            if not code or its_state not in ("", state):
                say_line("zalo_paste_again")
                continue
            found = await consents.finish(state, code)
        if found.is_final:
            return found


def _typed_lines() -> "asyncio.Queue[str]":
    """What is typed, a line each. Its thread dies with the program: nobody may type anything."""
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    source = sys.stdin

    def read() -> None:
        for line in source:
            if line.strip():
                loop.call_soon_threadsafe(lines.put_nowait, line)

    Thread(target=read, daemon=True, name="typed").start()
    return lines
