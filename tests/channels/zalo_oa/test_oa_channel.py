"""How an Official Account's events come in: signed, acknowledged after the commit, each once, in order; and what they bring along."""

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels import waiting
from bot.channels.zalo import fetching
from bot.channels.zalo_oa.channel import ZaloOA
from bot.messages import File, Incoming, Refusal
from tests.channels.zalo_oa.api import (
    ACCOUNT,
    GETOA,
    JPEG,
    JSON,
    SECONDS,
    SECRET,
    Api,
    Ear,
    brought,
    event,
    followed,
    made,
    said,
    served,
    settings_of,
    signature,
    started,
)
from tests.kit.receiving import in_thread


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(fetching, "PAUSES", (0.01, 0.01))


async def bring(channel: ZaloOA, raw: Any, **headers: str) -> int:
    """As Zalo does, signed over exactly the bytes that come."""
    body = json.dumps(raw, separators=(",", ":"), ensure_ascii=False).encode()
    time = str(raw.get("timestamp", ""))
    usual = {"x-zevent-signature": signature(body, time), "x-zevent-timestamp": time}
    [way] = channel.ways_in()
    assert way.path == "/zalo/oa"
    return await way.take(body, {**usual, **headers})


# The signature


async def test_signed_events_are_taken_with_and_without_a_prefix() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as channel:
        body = b'{"event_name": "user_send_text",\n "sender":{"id":"1"},"message":{"msg_id":"a","text":"25"},"timestamp":"7"}'
        for prefix in ("mac=", ""):
            assert await channel.webhook(body, {"x-zevent-signature": signature(body, "7", prefix)}) == 200
    assert [one.text for one in ear.heard] == ["25", "25"]


async def test_the_time_that_is_signed_may_be_that_of_the_header() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as channel:
        body = json.dumps(said("25")).encode()
        headers = {
            "x-zevent-signature": signature(body, "1650270600130"),
            "x-zevent-timestamp": "1650270600130",
        }
        assert await channel.webhook(body, headers) == 200
        assert await channel.webhook(body, {"x-zevent-signature": headers["x-zevent-signature"]}) == 403
    assert len(ear.heard) == 1


@pytest.mark.parametrize("given", ["", "mac=", "mac=" + "0" * 64, "mật", "x" * 1000])
async def test_nobody_else_brings_events(given: str) -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as channel:
        assert await bring(channel, said("25"), **{"x-zevent-signature": given}) == 403
        assert await channel.webhook(json.dumps(said("25")).encode(), {}) == 403
    assert ear.heard == []


async def test_a_body_that_was_changed_is_refused() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as channel:
        body = json.dumps(said("25")).encode()
        headers = {"x-zevent-signature": signature(body, "1650270600123")}
        assert await channel.webhook(body.replace(b"25", b"26"), headers) == 403
        assert await channel.webhook(body + b" ", headers) == 403
    assert ear.heard == []


async def test_without_a_secret_nothing_is_taken() -> None:
    ear = Ear()
    async with served(Api()) as api:
        channel = ZaloOA.open(settings_of(api.url, zalo_oa_secret=SecretStr("")), ear.tools())
        assert channel is not None
        assert await bring(channel, said("25")) == 403
        await channel.stop()
    assert ear.heard == []


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 200), (b"{}", 200), (b" {} ", 200), (b"[]", 403), (b"7", 403)]
)
async def test_a_try_of_the_address_is_answered_well(body: bytes, status: int) -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        assert await channel.webhook(body, {}) == status


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
async def test_what_is_no_json_is_refused(body: bytes) -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        assert await channel.webhook(body, {}) == 400


# Each once, after the commit, in order


async def test_what_could_not_be_received_is_brought_again() -> None:
    ear = Ear()
    ear.failing = 1
    async with served(Api()) as api, started(api, ear) as channel:
        assert await bring(channel, said("25")) == 500
        assert await bring(channel, said("25")) == 200
    assert [one.text for one in ear.heard] == ["25"]


OTHERS: list[JSON] = [
    event("user_seen_message"),
    event("user_received_message"),
    event("oa_send_text", text="25"),
    event("user_click_button", text="25"),
    event("something_new"),
    {"event_name": "user_submit_info", "info": {"name": "x"}},
    {"event_name": 7},
]


@pytest.mark.parametrize("raw", OTHERS)
async def test_what_is_none_of_ours_is_well(raw: JSON) -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as channel:
        assert await bring(channel, raw) == 200
    assert ear.heard == []


async def test_a_second_delivery_waits_for_the_first() -> None:
    gate, ear = threading.Event(), Ear()

    def receive(one: Incoming) -> bool:
        gate.wait(SECONDS)
        return ear.receive(one)

    async with served(Api()) as api, started(api, ear, receive=in_thread(receive)) as channel:
        twice = [asyncio.create_task(bring(channel, said("25"))) for _ in range(2)]
        await asyncio.sleep(0.05)
        assert not any(one.done() for one in twice)  # nothing is acknowledged before the commit
        gate.set()
        assert await asyncio.gather(*twice) == [200, 200]
    assert len(ear.heard) == 1


async def test_what_one_person_says_is_taken_in_order() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as channel:
        api.files["/file/a.jpg"] = JPEG
        first = brought("image", "n0", url=f"{api.url}/file/a.jpg")
        rest = [said(str(n), f"n{n}") for n in range(1, 6)]
        await asyncio.gather(*(bring(channel, one) for one in [first, *rest]))
    assert [one.text for one in ear.heard] == ["", "1", "2", "3", "4", "5"]


async def test_follow_and_unfollow_are_heard() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as channel:
        for name in ("follow", "unfollow"):
            assert await bring(channel, followed(name)) == 200
    assert [one.blocked for one in ear.heard] == [False, True]


# Files


async def fetched(raw: Callable[[Api], JSON], prepare: Callable[[Api], None], **more: Any) -> Incoming:
    ear = Ear()
    async with served(Api()) as api, started(api, ear, **more) as channel:
        prepare(api)
        assert await bring(channel, raw(api)) == 200
    return ear.heard[0]


def report(api: Api) -> JSON:
    return brought("file", url=f"{api.url}/file/a.pdf", name="Báo cáo.pdf", size="5")


async def test_a_file_of_any_kind_is_fetched_at_once() -> None:
    got = await fetched(report, lambda api: api.files.update({"/file/a.pdf": b"%PDF."}))
    assert got.files == (File("a" * 64, "Báo cáo.pdf", 5, "image/jpeg"),)
    assert got.refused == ()


async def test_pictures_that_come_together_are_one_album() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as channel:
        api.files["/file/a.jpg"] = JPEG
        for number, time in ("a", "1000000001000"), ("b", "1000000002500"), ("c", "1000000060000"):
            raw = brought("image", number, url=f"{api.url}/file/a.jpg") | {"timestamp": time}
            assert await bring(channel, raw) == 200
    assert [one.album for one in ear.heard] == ["zalo_oa:a", "zalo_oa:a", "zalo_oa:c"]


async def test_two_pictures_of_one_event_are_both_there() -> None:
    def raw(api: Api) -> JSON:
        parts = [{"payload": {"url": f"{api.url}/file/{name}"}} for name in ("a", "gone")]
        return event("user_send_image", attachments=parts)

    got = await fetched(raw, lambda api: api.files.update({"/file/a": JPEG}))
    assert len(got.files) == 1
    assert got.refused == (Refusal("anh-600123-2.jpg", "file_fetch_failed"),)


@pytest.mark.logs_errors
async def test_a_strange_host_is_not_asked() -> None:
    got = await fetched(
        lambda _: brought("file", url="http://169.254.169.254/x", name="x.pdf"), lambda _: None
    )
    assert got.refused == (Refusal("x.pdf", "file_fetch_failed"),)


async def test_a_file_that_says_it_is_too_large_is_not_fetched() -> None:
    got = await fetched(
        lambda api: brought("file", url=f"{api.url}/file/a.pdf", name="x.pdf", size=str(30 * 2**20)),
        lambda _: None,
    )
    assert got.refused == (Refusal("x.pdf", "file_over_channel", (("size_mb", "30"), ("limit_mb", "20"))),)


async def test_a_file_that_lies_about_its_size_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "IN_LIMIT", 2**20)
    got = await fetched(report, lambda api: api.files.update({"/file/a.pdf": bytes(2**20 + 1)}))
    assert got.refused == (
        Refusal("Báo cáo.pdf", "file_over_channel", (("size_mb", ">1"), ("limit_mb", "1"))),
    )


async def test_a_strangers_file_is_not_fetched() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear, known=lambda place: False) as channel:
        await bring(channel, report(api))
        assert api.called("file") == []
    assert ear.heard[0].refused == (Refusal.of_stranger("Báo cáo.pdf"),)


# The start and the end


async def test_it_starts_when_zalo_is_there_and_knows_its_link() -> None:
    async with served(Api()) as api:
        api.break_down(GETOA, times=2)
        async with started(api, Ear()) as channel:
            assert channel.link("ABCD-EFGH") == f"https://zalo.me/{ACCOUNT}"
            assert channel.token_ends is not None
            assert channel.trouble == ""


@pytest.mark.logs_errors
async def test_an_account_that_is_refused_still_hears() -> None:
    ear = Ear()
    async with served(Api()) as api:
        api.refuse(GETOA, -209)
        async with started(api, ear) as channel:
            assert await bring(channel, said("25")) == 200
    assert [one.text for one in ear.heard] == ["25"]


async def test_it_ends_with_what_is_just_being_received() -> None:
    ear, gate = Ear(), threading.Event()

    def receive(one: Incoming) -> bool:
        gate.wait(SECONDS)
        return ear.receive(one)

    async with served(Api()) as api:
        channel = made(api, ear, receive=in_thread(receive))
        await channel.start()
        task = asyncio.create_task(bring(channel, said("25")))
        await asyncio.sleep(0.05)
        asyncio.get_running_loop().call_later(0.05, gate.set)
        await channel.stop()
        assert await task == 200
    assert [one.text for one in ear.heard] == ["25"]


def test_an_account_needs_both_secrets() -> None:
    assert ZaloOA.faults(settings_of("http://x"), "") == {}
    none = SecretStr("")
    for lacking in (
        settings_of("http://x", zalo_oa_secret=none),
        settings_of("http://x", zalo_oa_app_secret=none),
    ):
        assert ZaloOA.faults(lacking, "") == {"zalo_oa_app_id": "setting_zalo_oa"}
    assert ZaloOA.faults(settings_of("http://x", zalo_oa_app_id="", zalo_oa_secret=none), "") == {}
    assert SECRET not in repr(settings_of("http://x"))
