"""The aiohttp layer under the Telegram library, against real servers on this machine."""

import asyncio
import errno
import io
import json
import logging
import tempfile
import traceback
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from telegram import InputFile, InputMediaDocument
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import ExtBot
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram.aiohttp_request import AiohttpRequest

SECRET = "AAsecret-Part_of1the2token"
BOT = f"/bot123456:{SECRET}"
PDF = bytes(range(256)) * 40 + b"\r\n--boundary\r\n"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
Open = Callable[..., Awaitable[AiohttpRequest]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:

        async def start(handler: Handler) -> str:
            app = web.Application(client_max_size=2**26)
            app.router.add_route("*", "/{path:.*}", handler)
            server = TestServer(app)
            await server.start_server(access_log=None, shutdown_timeout=0.1)
            stack.push_async_callback(server.close)
            return f"http://127.0.0.1:{server.port}"

        yield start


@pytest.fixture
async def listen() -> AsyncIterator[Callable[[Talk], Awaitable[int]]]:
    """A server below HTTP, which does as the test says."""
    async with AsyncExitStack() as stack:

        async def start(talk: Talk) -> int:
            async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                try:
                    await talk(reader, writer)
                finally:
                    writer.close()

            server = await asyncio.start_server(greet, "127.0.0.1", 0)
            stack.callback(server.close)
            return int(server.sockets[0].getsockname()[1])

        yield start


@pytest.fixture
async def open_request() -> AsyncIterator[Open]:
    async with AsyncExitStack() as stack:

        async def start(**settings: Any) -> AiohttpRequest:
            request = AiohttpRequest(**settings)
            await request.initialize()
            stack.push_async_callback(request.shutdown)
            return request

        yield start


def data(**values: object) -> RequestData:
    return RequestData([RequestParameter.from_input(name, value) for name, value in values.items()])


def replying(status: int, body: bytes | str, **headers: str) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        await request.read()
        raw = body.encode() if isinstance(body, str) else body
        return web.Response(status=status, body=raw, headers=headers)

    return handler


def hanging(seconds: float) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        await asyncio.sleep(seconds)
        return web.Response(body=b'{"ok": true, "result": true}')

    return handler


def saying(first: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(first)
        await writer.drain()

    return talk


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


def assert_no_secret(error: BaseException) -> None:
    seen: BaseException | None = error
    while seen is not None:
        assert SECRET not in f"{seen} {seen!r} {seen.args}"
        seen = seen.__cause__ or seen.__context__
    assert SECRET not in "".join(traceback.format_exception(error))


# What goes out


async def test_parameters_arrive_as_json_of_their_own_kind(serve: Serve, open_request: Open) -> None:
    seen: list[tuple[web.Request, Any]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request, await request.json()))
        return web.Response(body=b'{"ok": true, "result": 7}')

    keyboard = {"inline_keyboard": [[{"text": "Bắt đầu", "callback_data": "x"}]]}
    values = data(
        chat_id=-100, text='Đồng chí "A" & 50% +1 😀', silent=True, reply_markup=keyboard, none=None
    )
    base = await serve(handler)
    assert await (await open_request()).post(f"{base}{BOT}/sendMessage", values) == 7
    (request, body) = seen[0]
    assert body == values.parameters
    assert (body["chat_id"], body["silent"], body["reply_markup"]) == (-100, True, keyboard)
    assert request.method == "POST"
    assert request.content_type == "application/json"
    assert "Transfer-Encoding" not in request.headers
    assert request.headers["User-Agent"] == AiohttpRequest.USER_AGENT


async def test_a_call_without_parameters_has_no_body(serve: Serve, open_request: Open) -> None:
    bodies: list[bytes] = []

    async def handler(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.Response(body=b'{"ok": true, "result": true}')

    url = f"{await serve(handler)}{BOT}/getMe"
    request = await open_request()
    assert await request.post(url) is True
    assert await request.post(url, data(nothing=None)) is True
    assert bodies == [b"", b""]


@pytest.mark.parametrize(
    ("name", "on_the_wire"),
    [
        ("Báo cáo tháng 11 - Chi bộ Đường Lâm.pdf", "Báo cáo tháng 11 - Chi bộ Đường Lâm.pdf"),
        ('Nghị quyết "số 5"; bản\\cuối.pdf', 'Nghị quyết \\"số 5\\"; bản\\\\cuối.pdf'),
        ("Đạt 100%20.pdf", "Đạt 100%2520.pdf"),
        ("a\r\nX-Evil: 1.pdf", "a  X-Evil: 1.pdf"),
    ],
)
async def test_file_names_and_bytes_survive(
    serve: Serve, open_request: Open, name: str, on_the_wire: str
) -> None:
    seen: list[tuple[bytes, bytes]] = []

    async def handler(request: web.Request) -> web.Response:
        assert request.content_type == "multipart/form-data"
        assert "Transfer-Encoding" not in request.headers
        seen.append(
            (request.headers["Content-Type"].partition("boundary=")[2].encode(), await request.read())
        )
        return web.Response(body=b'{"ok": true, "result": true}')

    values = data(chat_id=5, caption="Tháng mười một,\r\nđã họp", document=InputFile(PDF, name))
    base = await serve(handler)
    assert await (await open_request()).post(f"{base}{BOT}/sendDocument", values) is True
    [(boundary, body)] = seen
    assert body.split(b"--" + boundary) == [
        b"",
        b'\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n5\r\n',
        '\r\nContent-Disposition: form-data; name="caption"\r\n\r\nTháng mười một,\r\nđã họp\r\n'.encode(),
        f'\r\nContent-Disposition: form-data; name="document"; filename="{on_the_wire}"\r\n'.encode()
        + b"Content-Type: application/pdf\r\n\r\n%b\r\n" % PDF,
        b"--\r\n",
    ]


async def test_open_files_are_sent_whole_and_left_open(serve: Serve, open_request: Open) -> None:
    received: list[dict[str, bytes]] = []

    async def handler(request: web.Request) -> web.Response:
        form = await request.post()
        received.append({p.filename: p.file.read() for p in form.values() if isinstance(p, web.FileField)})
        return web.Response(body=b'{"ok": true, "result": true}')

    url = f"{await serve(handler)}{BOT}/sendMediaGroup"
    request = await open_request()
    with tempfile.NamedTemporaryFile() as on_disk, io.BytesIO(b"hai" * 700_000) as in_memory:
        on_disk.write(PDF)
        files = [
            InputFile(on_disk.file, "một.pdf", attach=True, read_file_handle=False),
            InputFile(in_memory, "hai.bin", attach=True, read_file_handle=False),
        ]
        values = data(chat_id=1, media=[InputMediaDocument(file) for file in files])
        assert await request.post(url, values) is True
        assert await request.post(url, values) is True
    assert received == [{"một.pdf": PDF, "hai.bin": b"hai" * 700_000}] * 2


# What comes back


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (400, '{"ok":false,"description":"Bad Request: chat not found"}', BadRequest("chat not found")),
        (401, '{"ok":false,"description":"Unauthorized"}', InvalidToken("Unauthorized")),
        (403, '{"ok":false,"description":"Forbidden: blocked"}', Forbidden("Forbidden: blocked")),
        (404, '{"ok":false,"description":"Not Found"}', InvalidToken("Not Found")),
        (409, '{"ok":false,"description":"Conflict: webhook"}', Conflict("Conflict: webhook")),
        (500, '{"ok":false,"description":"Internal"}', NetworkError("Internal")),
        (400, '{"ok":false,"parameters":{"migrate_to_chat_id":-100}}', ChatMigrated(-100)),
    ],
)
async def test_statuses_become_the_librarys_errors(
    serve: Serve, open_request: Open, status: int, answer: str, expected: TelegramError
) -> None:
    base = await serve(replying(status, answer))
    request = await open_request()
    with pytest.raises(TelegramError) as caught:
        await request.post(f"{base}{BOT}/sendMessage", data(chat_id=1))
    assert type(caught.value) is type(expected)
    assert expected.message.lower() in caught.value.message.lower()


async def test_a_429_says_how_long_to_wait(
    serve: Serve, open_request: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    base = await serve(replying(429, '{"ok":false,"parameters":{"retry_after":17}}'))
    with pytest.raises(RetryAfter) as caught:
        await (await open_request()).post(f"{base}{BOT}/sendMessage", data(chat_id=1))
    assert caught.value.retry_after == timedelta(seconds=17)


@pytest.mark.parametrize("status", [200, 302, 502])
async def test_a_proxys_page_is_an_error_that_does_not_repeat_the_token(
    serve: Serve, open_request: Open, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    page = f"<html>Bad Gateway: http://x/bot123456%3A{SECRET}/sendMessage</html>"
    base = await serve(replying(status, page, Location=f"http://127.0.0.1:1{BOT}"))
    with caplog.at_level(logging.DEBUG), pytest.raises(TelegramError) as caught:
        await (await open_request()).post(f"{base}/bots{BOT}/sendMessage", data(chat_id=1))
    assert status == 200 or type(caught.value) is NetworkError
    assert "Bad Gateway" in caplog.text
    assert SECRET not in caplog.text
    assert_no_secret(caught.value)


async def test_the_token_stays_where_telegram_answers_it(serve: Serve, open_request: Open) -> None:
    answer = {"ok": True, "result": {"url": f"https://example.org/{SECRET}"}}
    base = await serve(replying(200, json.dumps(answer)))
    assert await (await open_request()).post(f"{base}{BOT}/getWebhookInfo") == answer["result"]


async def test_a_large_file_is_retrieved(serve: Serve, open_request: Open) -> None:
    large = PDF * 300 + SECRET.encode()
    base = await serve(replying(200, large))
    assert await (await open_request()).retrieve(f"{base}/file{BOT}/documents/tệp 1.pdf") == large


# What goes wrong on the way


Attempt = Callable[[AiohttpRequest, str], Coroutine[Any, Any, object]]


async def by_post(request: AiohttpRequest, base: str) -> object:
    return await request.post(f"{base}{BOT}/sendMessage", data(chat_id=1))


async def by_fetch(request: AiohttpRequest, base: str) -> object:
    return await request.fetch(f"{base}/file{BOT}/a.pdf", io.BytesIO(), 1000)


attempts = pytest.mark.parametrize("attempt", [by_post, by_fetch])


@attempts
@pytest.mark.parametrize(
    ("base", "hint"),
    [
        ("http://127.0.0.1:1", "Cannot connect to host 127.0.0.1"),
        ("http://[bad", "InvalidUrl"),
        ("http://", "InvalidUrl"),
        ("ftp://127.0.0.1", "NonHttpUrl"),
        (f"http://{'a' * 70}.invalid", "Error"),
    ],
)
async def test_no_way_to_the_server(open_request: Open, attempt: Attempt, base: str, hint: str) -> None:
    with pytest.raises(NetworkError, match=hint) as caught:
        await attempt(await open_request(), base)
    assert_no_secret(caught.value)


@attempts
@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
    ],
)
async def test_a_broken_answer(
    listen: Callable[[Talk], Awaitable[int]], open_request: Open, attempt: Attempt, first: bytes
) -> None:
    base = f"http://127.0.0.1:{await listen(saying(first))}"
    with pytest.raises(NetworkError) as caught:
        await attempt(await open_request(), base)
    assert not isinstance(caught.value, TimedOut)
    assert_no_secret(caught.value)


@attempts
@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"])
async def test_a_server_that_falls_silent(
    listen: Callable[[Talk], Awaitable[int]], open_request: Open, attempt: Attempt, first: bytes
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await saying(first)(reader, writer)
        await reader.read()

    base = f"http://127.0.0.1:{await listen(talk)}"
    with pytest.raises(TimedOut) as caught:
        await attempt(await open_request(read_timeout=0.1), base)
    assert_no_secret(caught.value)


@attempts
async def test_connecting_times_out_with_the_tls_handshake(
    listen: Callable[[Talk], Awaitable[int]], open_request: Open, attempt: Attempt
) -> None:
    base = f"https://127.0.0.1:{await listen(silent)}"
    with pytest.raises(TimedOut, match="Connection") as caught:
        await attempt(await open_request(connect_timeout=0.1), base)
    assert_no_secret(caught.value)


async def test_a_given_timeout_goes_before_the_default(serve: Serve, open_request: Open) -> None:
    url = f"{await serve(hanging(0.3))}{BOT}/getUpdates"
    request = await open_request(read_timeout=0.1)
    assert request.read_timeout == 0.1
    assert await request.post(url, read_timeout=5) is True
    assert await request.post(url, read_timeout=None) is True
    with pytest.raises(TimedOut):
        await request.post(url)


@pytest.mark.parametrize(
    ("values", "defaults"),
    [
        (data(text="x" * 20_000_000), {"write_timeout": 0.1, "media_write_timeout": 30}),
        (data(document=InputFile(bytes(20_000_000))), {"write_timeout": 30, "media_write_timeout": 0.1}),
    ],
    ids=["text", "file"],
)
async def test_a_server_that_does_not_take_the_upload(
    listen: Callable[[Talk], Awaitable[int]],
    open_request: Open,
    values: RequestData,
    defaults: dict[str, float],
) -> None:
    url = f"http://127.0.0.1:{await listen(silent)}{BOT}/sendDocument"
    request = await open_request(**defaults)
    async with asyncio.timeout(120):
        with pytest.raises(TimedOut) as caught:
            await request.post(url, values)
        with pytest.raises(TimedOut):
            await request.post(url, values, write_timeout=0.05)
    assert_no_secret(caught.value)


@attempts
async def test_a_full_pool_is_told_apart_and_recovers(
    serve: Serve, open_request: Open, attempt: Attempt
) -> None:
    arrived = 0

    async def handler(request: web.Request) -> web.Response:
        nonlocal arrived
        arrived += 1
        await asyncio.sleep(0.3)
        return web.Response(body=b'{"ok": true, "result": true}')

    base = await serve(handler)
    request = await open_request(connections=2, pool_timeout=0.1)
    running = [asyncio.create_task(attempt(request, base)) for _ in range(2)]
    await asyncio.sleep(0.05)
    with pytest.raises(TimedOut, match="Pool timeout"):
        await attempt(request, base)
    assert arrived == 2
    running[0].cancel()
    await asyncio.sleep(0)
    await attempt(request, base)
    await running[1]
    assert await asyncio.gather(attempt(request, base), attempt(request, base))


async def test_a_redirect_is_not_followed(serve: Serve, open_request: Open) -> None:
    elsewhere: list[str] = []

    async def other(request: web.Request) -> web.Response:
        elsewhere.append(request.path)
        return web.Response(body=b'{"ok": true, "result": true}')

    target = await serve(other)
    base = await serve(replying(307, b"", Location=f"{target}{BOT}/sendMessage"))
    request = await open_request()
    for attempt in (by_post, by_fetch):
        with pytest.raises(NetworkError):
            await attempt(request, base)
    assert elsewhere == []


# Proxies


async def test_the_proxy_sees_the_request(serve: Serve, open_request: Open) -> None:
    seen: list[tuple[str, str]] = []

    async def forward(request: web.Request) -> web.Response:
        seen.append((request.raw_path, request.headers["Proxy-Authorization"]))
        async with (
            ClientSession() as session,
            session.request(request.method, request.raw_path, data=await request.read()) as answer,
        ):
            return web.Response(status=answer.status, body=await answer.read())

    base = await serve(replying(200, b'{"ok": true, "result": 1}'))
    proxy = (await serve(forward)).replace("http://", "http://user:word@")
    request = await open_request(proxy=proxy)
    assert await request.post(f"{base}{BOT}/sendMessage", data(chat_id=1)) == 1
    assert await request.fetch(f"{base}{BOT}/a", io.BytesIO(), 100) == 25
    login = f"Basic {b64encode(b'user:word').decode()}"
    assert seen == [(f"{base}{BOT}/sendMessage", login), (f"{base}{BOT}/a", login)]


@attempts
async def test_a_proxy_that_refuses(
    listen: Callable[[Talk], Awaitable[int]], open_request: Open, attempt: Attempt
) -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    proxy = f"http://user:{SECRET}@127.0.0.1:{await listen(saying(refusal))}"
    with pytest.raises(NetworkError, match="407") as caught:
        await attempt(await open_request(proxy=proxy), "https://127.0.0.1:1")
    assert_no_secret(caught.value)
    dead = f"http://user:{SECRET}@127.0.0.1:1"
    with pytest.raises(NetworkError, match="ClientProxyConnectionError") as caught:
        await attempt(await open_request(proxy=dead), "http://127.0.0.1:1")
    assert_no_secret(caught.value)


def test_a_proxy_of_another_kind_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="http") as caught:
        AiohttpRequest(proxy=f"socks5://user:{SECRET}@127.0.0.1:1080")
    assert_no_secret(caught.value)


async def test_the_environments_proxy_is_not_used(
    serve: Serve, open_request: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    base = await serve(replying(200, b'{"ok": true, "result": 1}'))
    assert await by_post(await open_request(), base) == 1


# Fetching


def chunked(body: bytes) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(body)
        return response

    return handler


@pytest.mark.parametrize("answer", [replying, chunked])
async def test_fetch_streams_up_to_the_limit(
    serve: Serve, open_request: Open, answer: Callable[..., Handler]
) -> None:
    large = PDF * 300
    base = await serve(chunked(large) if answer is chunked else replying(200, large))
    request = await open_request(connections=1, pool_timeout=0.2)
    for _ in range(2):
        with pytest.raises(ValueError, match="more than"):
            await request.fetch(f"{base}{BOT}/a", to := io.BytesIO(), len(large) - 1)
        assert len(to.getvalue()) < len(large)
    assert await request.fetch(f"{base}{BOT}/a", to := io.BytesIO(), len(large)) == len(large)
    assert to.getvalue() == large


@pytest.mark.parametrize(
    ("status", "final"), [(404, True), (403, True), (302, False), (429, False), (502, False)]
)
async def test_fetch_tells_final_errors_from_passing_ones(
    serve: Serve, open_request: Open, status: int, final: bool
) -> None:
    base = await serve(replying(status, "no"))
    with pytest.raises(NetworkError, match=str(status)) as caught:
        await by_fetch(await open_request(), base)
    assert isinstance(caught.value, BadRequest) is final
    assert_no_secret(caught.value)


async def test_a_full_disk_is_no_network_error(serve: Serve, open_request: Open) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    base = await serve(replying(200, PDF))
    with pytest.raises(OSError, match="No space left"):
        await (await open_request()).fetch(f"{base}{BOT}/a", Full(), 100_000)


# Life


@attempts
async def test_it_is_opened_closed_and_opened_again(serve: Serve, attempt: Attempt) -> None:
    base = await serve(replying(200, b'{"ok": true, "result": 1}'))
    request = AiohttpRequest()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="not initialized"):
            await request.do_request(f"{base}{BOT}/getMe", "POST")
        with pytest.raises(RuntimeError, match="not initialized"):
            await request.fetch(f"{base}{BOT}/a", io.BytesIO(), 1)
        await request.initialize()
        await request.initialize()
        assert await attempt(request, base)
        await request.shutdown()
        await request.shutdown()


async def test_a_whole_bot_works_on_it(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    calls: list[tuple[str, dict[str, Any]]] = []
    message = {"message_id": 9, "date": 1, "chat": {"id": 5, "type": "private"}}
    results: dict[str, object] = {
        "getMe": {"id": 123456, "is_bot": True, "first_name": "Trợ lý", "username": "tro_ly_bot"},
        "sendMessage": message | {"text": "Chào đồng chí"},
        "sendDocument": message
        | {"document": {"file_id": "f", "file_unique_id": "u", "file_name": "Báo cáo.pdf"}},
        "getUpdates": [{"update_id": 3, "message": message}],
    }

    async def handler(request: web.Request) -> web.Response:
        method = request.path.removeprefix(f"{BOT}/")
        if method == "sendDocument":
            form = await request.post()
            document = form["document"]
            assert isinstance(document, web.FileField)
            calls.append((method, dict(form) | {"document": (document.filename, document.file.read())}))
        else:
            calls.append((method, await request.json() if request.can_read_body else {}))
        return web.json_response({"ok": True, "result": results[method]})

    base = await serve(handler)
    bot = ExtBot(
        f"123456:{SECRET}",
        base_url=f"{base}/bot",
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(connections=1),
    )
    with caplog.at_level(logging.DEBUG):
        async with bot:
            assert (await bot.get_me()).username == "tro_ly_bot"
            assert (await bot.send_message(5, "Chào đồng chí")).text == "Chào đồng chí"
            sent = await bot.send_document(5, PDF, filename="Báo cáo.pdf", caption="Tháng 11")
            assert sent.document is not None
            assert sent.document.file_name == "Báo cáo.pdf"
            assert [update.update_id for update in await bot.get_updates(timeout=1)] == [3]
    assert SECRET not in caplog.text
    assert [method for method, _ in calls] == ["getMe", "getMe", "sendMessage", "sendDocument", "getUpdates"]
    assert calls[2][1]["text"] == "Chào đồng chí"
    assert calls[3][1] == {"chat_id": "5", "caption": "Tháng 11", "document": ("Báo cáo.pdf", PDF)}
