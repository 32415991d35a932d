"""The door of the web app against connections that say half a sentence and stay."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web.guard import UNREAD_LIMIT, Limits, guarded_protocol
from tests.kit.processes import free_port

SECONDS = 120


async def size(request: Request) -> Response:
    with suppress(ClientDisconnect):
        return PlainTextResponse(str(len(await request.body())))
    return Response(status_code=400)


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


async def said_no(reader: asyncio.StreamReader) -> bool:
    """The connection has ended, with a word why where it still came through."""
    async with asyncio.timeout(SECONDS):
        try:
            return (await reader.read())[:12] in {b"", b"HTTP/1.1 400"}
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


PIECE = b"x" * 1000
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "said",
    [
        b"GET /",  # an address,
        b"GET / HTTP/1.1\r\nHost: x\r\nA: ",  # a header,
        CHUNKED + b"1;",  # what a chunk may say of itself,
        CHUNKED + b"1\r\na\r\n0\r\nA: ",  # and what may follow the last one: none of it ends
    ],
)
async def test_what_never_ends_is_not_kept(said: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async with served(Limits()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said)
        with suppress(ConnectionError):
            for _ in range(100 * UNREAD_LIMIT // len(PIECE)):
                writer.write(PIECE)
                await writer.drain()
                await asyncio.sleep(0)
        assert await said_no(reader)
        writer.close()
        assert await answers(port)
    assert "web.endless" in caplog.text


async def test_a_long_body_in_small_chunks_is_read_whole() -> None:
    many = 3 * UNREAD_LIMIT // 6
    async with served(Limits()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(CHUNKED)
        for start in range(0, many, 100):
            writer.write(b"1\r\na\r\n" * min(100, many - start))
            await writer.drain()
        writer.write(b"0\r\nA: b\r\n\r\n")
        async with asyncio.timeout(SECONDS):
            assert (await reader.readuntil(str(many).encode())).startswith(b"HTTP/1.1 200")
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")  # and the connection goes on
        async with asyncio.timeout(SECONDS):
            assert b"HTTP/1.1 200" in await reader.read()
        writer.close()


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # somebody speaks TLS to it
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    ],
)
async def test_nonsense_is_refused(nonsense: bytes) -> None:
    async with served(Limits()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(nonsense)
        assert await said_no(reader)
        writer.close()
        assert await answers(port)


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
