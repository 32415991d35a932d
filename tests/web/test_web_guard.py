"""The door of the web app against connections that say half a sentence and stay."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web.guard import MOST_AHEAD, MOST_HEADERS, UNREAD_LIMIT, Limits, guarded_protocol
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


async def answer_body(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    assert head.startswith("HTTP/1.1 200")
    (length,) = re.findall(r"content-length: (\d+)", head)
    return await reader.readexactly(int(length))


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


SLOW = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
PIECE = b"x" * 1000
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"GET /", id="address"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nA: ", id="header"),
        pytest.param(CHUNKED + b"1;", id="what a chunk says of itself"),
        pytest.param(CHUNKED + b"1\r\na\r\n0\r\nA: ", id="what follows the last chunk"),
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
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * MOST_HEADERS + b"\r\n",
        CHUNKED + b"1\r\na\r\n0\r\n" + b"a: b\r\n" * MOST_HEADERS + b"\r\n",
        SLOW * (MOST_AHEAD + 2),
    ],
)
async def test_nonsense_and_too_much_are_refused(nonsense: bytes) -> None:
    async with served(Limits()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(nonsense)
        async with asyncio.timeout(SECONDS):
            assert (await reader.read()).startswith(b"HTTP/1.1 400")
        writer.close()
        assert await answers(port)


async def test_some_requests_ahead_are_all_answered_in_order_however_long_the_first_takes() -> None:
    async with served(Limits(header_seconds=1.5, body_seconds=1.5)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b"
        ahead = [post % (n, b"x" * n) for n in range(1, MOST_AHEAD)]
        # The last one is half said while the program does not read: that is not held against it.
        writer.write(SLOW + b"".join(ahead) + b"GET / HT")
        async with asyncio.timeout(SECONDS):
            bodies = [await answer_body(reader) for _ in range(1 + len(ahead))]
            assert bodies == [b"done", *(str(n).encode() for n in range(1, MOST_AHEAD))]
            writer.write(b"TP/1.1\r\nHost: x\r\n\r\n")
            assert await answer_body(reader) == b"0"
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
