"""The door of the web app against connections that say half a sentence and stay."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web.guard import Limits, guarded_protocol
from tests.kit.processes import free_port

SECONDS = 120


async def size(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def slow(request: Request) -> Response:
    await asyncio.sleep(2)
    return PlainTextResponse("done")


@asynccontextmanager
async def served(limits: Limits) -> AsyncIterator[int]:
    port = free_port()
    app = Starlette(routes=[Route("/", size, methods=["GET", "POST"]), Route("/slow", slow)])
    config = uvicorn.Config(
        app, "127.0.0.1", port, log_config=None, access_log=False, http=guarded_protocol(limits), ws="none"
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    async with asyncio.timeout(SECONDS):
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.02)
    try:
        yield port
    finally:
        server.should_exit = True
        await running


async def ended(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(SECONDS):
        try:
            return await reader.read() == b""
        except ConnectionResetError:
            return True


async def answers(port: int, path: str = "/") -> bool:
    async with httpx.AsyncClient(timeout=SECONDS, verify=False) as client:
        return (await client.get(f"http://127.0.0.1:{port}{path}")).status_code == 200


QUICK = Limits(header_seconds=0.5, body_seconds=0.5)


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab",
    ],
)
async def test_what_is_half_said_ends(half: bytes) -> None:
    async with served(QUICK) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(half)
        assert await ended(reader)
        writer.close()
        assert await answers(port)


async def test_the_second_request_of_a_connection_is_watched_too() -> None:
    async with served(QUICK) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n0")
        writer.write(b"GET / HTTP/1.1\r\nHos")
        assert await ended(reader)
        writer.close()


async def test_an_answer_that_takes_long_and_a_body_that_goes_on_are_left_in_peace() -> None:
    async with served(QUICK) as port:
        assert await answers(port, "/slow")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\n")
        for _ in range(10):
            await asyncio.sleep(0.1)
            writer.write(b"x")
            await writer.drain()
        async with asyncio.timeout(SECONDS):
            assert (await reader.read()).endswith(b"\r\n\r\n10")
        writer.close()


async def test_one_address_cannot_take_every_place() -> None:
    limits = Limits(header_seconds=30, connections=100, connections_a_client=20)
    async with served(limits) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await ended(reader)
        writer.close()
        held.pop()[1].close()
        async with asyncio.timeout(SECONDS):
            while True:
                try:
                    assert await answers(port)
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        for _, writer in held:
            writer.close()


async def test_a_proxy_speaks_for_many(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    limits = Limits(header_seconds=30, connections=50, connections_a_client=5, trusted=["127.0.0.1"])
    async with served(limits) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(30)]
        assert await answers(port)
        for _, writer in held:
            writer.close()
    assert "web.full" not in caplog.text
