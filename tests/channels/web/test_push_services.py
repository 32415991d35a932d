"""To which push services one speaks, and what is made of their answers; against a server of this machine."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import pytest_asyncio
from aiohttp import web

from bot.channels.pushes import Push, PushResult
from bot.channels.web.channel import Web
from bot.channels.web.pusher import outcome_of
from bot.channels.web.services import Handed, PushClient, is_push_service, seconds_of

AT = datetime(2026, 4, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("endpoint", "known"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc:def", True),
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", True),
        ("https://web.push.apple.com/QAbc", True),
        ("https://db5p.notify.windows.com/w/?token=abc", True),
        ("https://fcm.googleapis.com:443/fcm/send/abc", True),
        ("http://fcm.googleapis.com/fcm/send/abc", False),
        ("https://fcm.googleapis.com:8080/x", False),
        ("https://fcm.googleapis.com@10.0.0.1/x", False),
        ("https://10.0.0.1/x", False),
        ("https://localhost/x", False),
        ("https://fcm.googleapis.com.example/x", False),
        ("https://evilpush.apple.com/x", False),
        ("https://notfcm.googleapis.com/x", False),
        ("https://[::1/x", False),
        ("https://fcm.googleapis.com:x/x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_nobody_makes_us_speak_to_another_address(endpoint: str, known: bool) -> None:
    assert is_push_service(endpoint) is known
    assert Web("https://chibo.example").takes_device(endpoint) is known


def test_an_office_may_name_others() -> None:
    named = Web("https://chibo.example", " push.example , .below.example ")
    taken = [
        host
        for host in ("push", "a.push", "a.below", "below")
        if named.takes_device(f"https://{host}.example/x")
    ]
    assert taken == ["push", "a.below"]
    assert named.takes_device("https://web.push.apple.com/x")


PUSH = Push(7, "https://push.example/secret", "", "", b"", "d1", True, timedelta(days=1))


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, "taken"),
        (201, "taken"),
        (202, "taken"),
        (400, "refused"),
        (401, "refused"),
        (403, "refused"),
        (413, "refused"),
        (302, "refused"),
        (404, "gone"),
        (410, "gone"),
        (429, "later"),
        (500, "later"),
        (503, "later"),
    ],
)
def test_what_an_answer_means(status: int, result: PushResult, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert outcome_of(PUSH, Handed(status), AT).result == result
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        (format_datetime(AT + timedelta(minutes=5), usegmt=True), 300.0),
        (format_datetime(AT - timedelta(minutes=5), usegmt=True), 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
        ("9" * 40, 999999999.0),
    ],
)
def test_how_long_it_asks_to_wait(said: str, seconds: float | None) -> None:
    assert seconds_of(said, AT.timestamp()) == seconds
    assert outcome_of(PUSH, Handed(429, said), AT).wait == seconds


@pytest_asyncio.fixture
async def server() -> AsyncIterator[str]:
    """Answers with the status that stands in its path."""

    async def answer(request: web.Request) -> web.Response:
        status = int(request.match_info["status"])
        seen = f"{request.headers.get('topic')} {(await request.read()).decode()}"
        return web.Response(status=status, headers={"retry-after": "9", "location": "/201"}, text=seen)

    app = web.Application()
    app.router.add_post("/{status}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_handing_over(server: str) -> None:
    client = PushClient()
    for status in (201, 302, 410, 429, 503):  # not led on to another address
        handed = await client.hand_over(f"{server}/{status}", {"Topic": "d1"}, b"sealed")
        assert handed == Handed(status, "9")
    await client.stop()


async def test_no_answer_is_said_without_the_endpoint() -> None:
    client = PushClient()
    with pytest.raises(ConnectionError) as failed:
        await client.hand_over("http://127.0.0.1:9/secret", {}, b"")
    assert "secret" not in repr(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None
    await client.stop()
