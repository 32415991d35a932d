"""How events come in: by webhook or polled, acknowledged after the commit, each once, in order; and what they bring along."""

import asyncio
import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels import waiting
from bot.channels.zalo import fetching
from bot.channels.zalo_bot.channel import ZaloBot, ZaloRefused
from bot.channels.zalo_bot.client import ZaloClient
from bot.channels.zalo_bot.settings import ZaloSettings
from bot.messages import File, Incoming, Refusal, Reply
from tests.channels.zalo_bot.api import (
    JPEG,
    JSON,
    PLACE,
    SECONDS,
    SECRET,
    WORD,
    Api,
    Ear,
    event,
    made,
    said,
    served,
    started,
)
from tests.kit.receiving import in_thread

IMAGE, VOICE = "message.image.received", "message.voice.received"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(fetching, "PAUSES", (0.01, 0.01))


async def brought(bot: ZaloBot, raw: JSON | bytes, secret: str | None = SECRET) -> int:
    body = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    headers = {} if secret is None else {"x-bot-api-secret-token": secret}
    return await bot.ways_in()[0].take(body, headers)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(SECONDS):
        while not true():  # noqa: ASYNC110 - lists have no event
            await asyncio.sleep(0.01)


# By webhook


async def test_an_event_is_acknowledged_after_it_was_received() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as bot:
        assert await brought(bot, said("25")) == 200
        assert await brought(bot, {"ok": True, "result": said("26", "other")}) == 200
        assert [one.text for one in ear.heard] == ["25", "26"]


async def test_what_could_not_be_received_is_brought_again() -> None:
    ear = Ear()
    ear.failing = 1
    async with served(Api()) as api, started(api, ear) as bot:
        assert await brought(bot, said("25")) == 500
        assert ear.heard == []
        assert await brought(bot, said("25")) == 200
        assert [one.text for one in ear.heard] == ["25"]


@pytest.mark.parametrize("secret", [None, "", "x", SECRET + "x", "mật"])
async def test_nobody_else_brings_events(secret: str | None) -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as bot:
        assert await brought(bot, said("25"), secret) == 403
        assert ear.heard == []


async def test_without_a_secret_nothing_is_taken() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear, secret="") as bot:
        assert await brought(bot, said("25"), "") == 403
        assert ear.heard == []


@pytest.mark.parametrize(
    "body", [b"", b" ", b"{}", b"[]", b"7", b'{"ok":true,"result":null}', b'{"event_name":"x"}']
)
async def test_a_try_of_the_address_and_what_is_no_event_are_well(body: bytes) -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as bot:
        assert await brought(bot, body) == 200
        assert ear.heard == []


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
async def test_what_is_no_json_is_refused(body: bytes) -> None:
    async with served(Api()) as api, started(api, Ear()) as bot:
        assert await brought(bot, body) == 400


async def test_a_second_delivery_waits_for_the_first() -> None:
    gate, ear = threading.Event(), Ear()

    def receive(one: Incoming) -> bool:
        gate.wait(SECONDS)
        return ear.receive(one)

    async with served(Api()) as api, started(api, ear) as bot:
        bot._lanes._receive = in_thread(receive)
        twice = [asyncio.create_task(brought(bot, said("25"))) for _ in range(2)]
        await asyncio.sleep(0.05)
        gate.set()
        assert await asyncio.gather(*twice) == [200, 200]
        assert len(ear.heard) == 1


async def test_what_one_person_says_is_taken_in_order() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as bot:
        api.files["/file/a.jpg"] = JPEG
        first = event(IMAGE, "n0", photo_url=f"{api.url}/file/a.jpg")
        rest = [said(str(n), f"n{n}") for n in range(1, 6)]
        await asyncio.gather(*(brought(bot, one) for one in [first, *rest]))
        assert [one.text for one in ear.heard] == ["", "1", "2", "3", "4", "5"]


@pytest.mark.logs_errors
async def test_it_says_where_events_are_to_be_brought(caplog: pytest.LogCaptureFixture) -> None:
    async with served(Api()) as api, started(api, Ear(), webhook_url="https://chibo.example/zalo") as bot:
        api.break_down("setWebhook")
        failed = {"url": "", "verification": {"ok": False, "outcome": "webhook.http.5xx"}}
        api.answers["setWebhook"].append((200, {"ok": True, "result": failed}))
        await bot.listen()
        assert api.called("setWebhook")[-1] == {"url": "https://chibo.example/zalo", "secret_token": SECRET}
    assert "not verified outcome=webhook.http.5xx" in caplog.text


# By polling


async def test_it_polls_and_says_that_this_is_for_trying_out(caplog: pytest.LogCaptureFixture) -> None:
    ear = Ear()
    ear.failing = 2
    async with served(Api()) as api, started(api, ear) as bot:
        api.updates = [said("1", "a"), {"event_name": "message.unsupported.received"}, said("2", "b")]
        api.break_down("getUpdates")
        api.refuse("getUpdates", 408, "Request timeout", status=408)
        polling = asyncio.create_task(bot.listen())
        await until(lambda: len(ear.heard) == 2)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        assert [one.text for one in ear.heard] == ["1", "2"]
        assert [name for name, _ in api.calls[:3]] == ["getMe", "deleteWebhook", "getUpdates"]
        assert api.called("getUpdates")[0] == {"timeout": 25}
    assert "for trying out only" in caplog.text
    assert WORD not in caplog.text


async def test_a_poll_that_the_token_no_longer_opens_is_noticed() -> None:
    async with served(Api()) as api, started(api, Ear()) as bot:
        api.refuse("getUpdates", 401, "Unauthorized", times=3)
        polling = asyncio.create_task(bot.poll())
        await until(lambda: bot.refused)
        await until(lambda: not bot.refused)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)


# The start


async def test_it_starts_when_the_other_side_is_there_and_knows_its_link() -> None:
    async with served(Api()) as api:
        api.break_down("getMe", times=2)
        api.refuse("getMe", 500, "Internal")
        async with started(api, Ear()) as bot:
            assert bot.link("ABCD-EFGH") == "https://zalo.me/bot.VDKyGxQvc"


async def test_a_wrong_token_ends_the_start(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with served(Api()) as api:
        api.refuse("getMe", 401, "Unauthorized")
        with pytest.raises(ZaloRefused) as caught:
            await made(api, Ear()).start()
        assert (caught.value.setting, caught.value.code) == ("ZALO_TOKEN", "zalo_token_refused")
        assert WORD not in caplog.text + repr(caught.getrepr(chain=True))


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"zalo_secret": SecretStr("")}, "https://chibo.example"),
    ({"zalo_secret": SecretStr("1234567")}, "https://chibo.example"),
    ({"zalo_secret": SecretStr("x" * 257)}, "https://chibo.example"),
    ({"zalo_token": SecretStr("")}, "https://chibo.example"),
    ({}, "http://chibo.example"),
    ({}, ""),
]


@pytest.mark.parametrize(("more", "url"), WRONG)
def test_a_webhook_needs_all_that_belongs_to_it(more: dict[str, Any], url: str) -> None:
    right: dict[str, Any] = {
        "zalo_token": SecretStr("t"),
        "zalo_secret": SecretStr(SECRET),
        "zalo_webhook": True,
    }
    assert ZaloBot.faults(ZaloSettings(**right), "https://chibo.example") == {}
    assert ZaloBot.faults(ZaloSettings(**right | more), url) == {"zalo_webhook": "setting_zalo_webhook"}
    assert ZaloBot.faults(ZaloSettings(**right | more | {"zalo_webhook": False}), url) == {}


def test_polling_is_warned_of() -> None:
    token = SecretStr("t")
    assert ZaloBot.warnings(ZaloSettings(zalo_token=token)) == ("zalo_polls",)
    assert ZaloBot.warnings(ZaloSettings(zalo_token=token, zalo_webhook=True)) == ()
    assert ZaloBot.warnings(ZaloSettings()) == ()


# Pictures and spoken words


async def fetched(raw: Callable[[Api], JSON], prepare: Callable[[Api], None], **more: Any) -> Incoming:
    ear = Ear()
    async with served(Api()) as api, started(api, ear, **more) as bot:
        prepare(api)
        assert await brought(bot, raw(api)) == 200
    return ear.heard[0]


def picture(api: Api) -> JSON:
    return event(IMAGE, photo_url=f"{api.url}/file/a.jpg", caption="trang 1")


async def test_a_picture_is_fetched_at_once() -> None:
    got = await fetched(picture, lambda api: api.files.update({"/file/a.jpg": JPEG}))
    assert got.files == (File("a" * 64, "anh-600123.jpg", len(JPEG), "image/jpeg"),)
    assert (got.text, got.refused) == ("trang 1", ())


async def test_spoken_words_are_fetched() -> None:
    def raw(api: Api) -> JSON:
        return event(VOICE, voice_url=f"{api.url}/file/a.aac")

    got = await fetched(raw, lambda api: api.files.update({"/file/a.aac": b"\xff\xf1spoken"}))
    assert [file.name for file in got.files] == ["ghi-am-600123.aac"]


@pytest.mark.logs_errors
async def test_redirects_are_followed_to_allowed_hosts_alone() -> None:
    def moved(api: Api) -> None:
        api.files |= {"/file/a.jpg": "/file/b.jpg", "/file/b.jpg": JPEG}

    def led_astray(api: Api) -> None:
        api.files |= {"/file/a.jpg": "https://169.254.169.254/latest"}

    assert (await fetched(picture, moved)).files
    assert (await fetched(picture, led_astray)).refused == (Refusal("anh-600123.jpg", "file_fetch_failed"),)


@pytest.mark.logs_errors
@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "https://zdn.vn.example/a.jpg",
        "https://evilzdn.vn/a.jpg",
        "http://f23-zpc.zdn.vn/a.jpg",
        "file:///etc/passwd",
        "https://[zdn.vn/a.jpg",
    ],
)
async def test_a_strange_host_is_not_asked(url: str) -> None:
    got = await fetched(lambda _: event(IMAGE, photo_url=url), lambda _: None)
    assert got.refused == (Refusal("anh-600123.jpg", "file_fetch_failed"),)


@pytest.mark.parametrize(
    "url", ["https://f23-zpc.zdn.vn/a.jpg", "https://zalo.me/a", "https://a.b.zadn.vn/x"]
)
def test_hosts_of_zalo_are_asked(url: str) -> None:
    assert ZaloClient("t", "https://bot-api.zaloplatforms.com").wire.is_allowed(url)


async def test_a_picture_that_is_gone_or_too_large_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    got = await fetched(picture, lambda _: None)
    assert [one.code for one in got.refused] == ["file_fetch_failed"]
    monkeypatch.setattr(fetching, "IN_LIMIT", 2**20)
    got = await fetched(picture, lambda api: api.files.update({"/file/a.jpg": bytes(2**20 + 1)}))
    assert got.refused == (
        Refusal("anh-600123.jpg", "file_over_channel", (("size_mb", ">1"), ("limit_mb", "1"))),
    )


async def test_a_strangers_picture_is_not_fetched() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear, known=lambda place: False) as bot:
        await brought(bot, picture(api))
        assert api.called("file") == []
        assert ear.heard[0].refused == (Refusal.of_stranger("anh-600123.jpg"),)


async def test_pictures_that_come_together_are_one_album() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as bot:
        api.files["/file/a.jpg"] = JPEG
        for number, date in ("a", 1000), ("b", 2500), ("c", 60_000):
            raw = event(IMAGE, number, photo_url=f"{api.url}/file/a.jpg", date=date)
            assert await brought(bot, raw) == 200
    assert [one.album for one in ear.heard] == ["zalo:a", "zalo:a", "zalo:c"]
    assert [one.message_ref for one in ear.heard] == ["1000", "2500", "60000"]


async def test_it_ends_with_what_is_just_being_received() -> None:
    ear, gate = Ear(), threading.Event()

    def receive(one: Incoming) -> bool:
        gate.wait(SECONDS)
        return ear.receive(one)

    async with served(Api()) as api:
        bot = made(api, ear)
        await bot.start()
        bot._lanes._receive = in_thread(receive)
        task = asyncio.create_task(brought(bot, said("25")))
        await asyncio.sleep(0.05)
        asyncio.get_running_loop().call_later(0.05, gate.set)
        await bot.stop()
        assert await task == 200
    assert [one.text for one in ear.heard] == ["25"]


async def test_a_message_goes_to_its_place() -> None:
    async with served(Api()) as api, started(api, Ear()) as bot:
        await bot.send(PLACE, Reply("x"))
        assert api.called("sendMessage") == [{"chat_id": PLACE, "text": "x"}]
