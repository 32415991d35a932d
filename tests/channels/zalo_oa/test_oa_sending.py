"""What goes out by an Official Account: the requests for a reply, what they cost, and what an error means."""

import logging
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.channels.text import utf16_length
from bot.channels.zalo.wire import ZaloAway
from bot.channels.zalo_oa.channel import ZaloOA
from bot.messages import (
    Carried,
    Choice,
    File,
    FilesLater,
    Reply,
    TextLater,
    TryLater,
    Undeliverable,
    Unsendable,
    WindowClosed,
)
from tests.channels.zalo_oa.api import (
    APP_SECRET,
    FREE,
    GETOA,
    JSON,
    OAUTH,
    PDF,
    PLACE,
    SHEET,
    UPLOAD,
    V2,
    V3,
    Api,
    Ear,
    served,
    settings_of,
    started,
)

YES, NO = Choice("✅ Đồng ý", "=4:yes"), Choice("Không <b>", "=4:no")
TASKS = [Choice(f"Việc {n}", f"do:{n}") for n in range(1, 12)]
KINDS = [Choice(f"Loại {c}", f"=4:{c}") for c in "ABCDEF"]
LONG = Choice("a" * 150, "do:1")


def button(label: str, payload: str) -> JSON:
    return {"title": label, "type": "oa.query.hide", "payload": f"{label} [[{payload}]]"}


def below(*buttons: JSON) -> JSON:
    return {"attachment": {"type": "template", "payload": {"buttons": list(buttons)}}}


def listed(numbers: range) -> str:
    return "\n".join(f"{n}. Việc {n}" for n in numbers)


TAPPED = [button(f"Việc {n}", f"do:{n}") for n in range(1, 5)]
MORE = {"title": "Xem thêm", "type": "oa.query.hide", "payload": "Xem thêm [[0]]"}

OUT: dict[str, tuple[Reply, list[JSON]]] = {
    "text": (Reply("Xin chào"), [{"text": "Xin chào"}]),
    "small HTML": (
        Reply("<b>a</b> &lt; b <code>ABCD</code> <pre>x</pre>"),
        [{"text": "a < b ABCD x"}],
    ),
    "words about buttons stay": (Reply("Đồng chí bấm nút"), [{"text": "Đồng chí bấm nút"}]),
    "choices": (
        Reply("Đồng ý không?", ((YES, NO),)),
        [
            {
                "text": "Đồng ý không?",
                **below(button("✅ Đồng ý", "=4:yes"), button("Không <b>", "=4:no")),
            }
        ],
    ),
    "five choices": (
        Reply("Chọn", tuple((one,) for one in TASKS[:5])),
        [{"text": "Chọn", **below(*TAPPED, button("Việc 5", "do:5"))}],
    ),
    "six choices": (
        Reply("Chọn", tuple((one,) for one in TASKS[:6])),
        [{"text": f"Chọn\n\n{listed(range(1, 7))}\nBấm, hoặc gõ số.", **below(*TAPPED)}],
    ),
    "eleven choices": (
        Reply("Chọn", tuple((one,) for one in TASKS)),
        [
            {
                "text": f"Chọn\n\n{listed(range(1, 10))}\n0. Xem thêm\nBấm, hoặc gõ số.",
                **below(*TAPPED, MORE),
            }
        ],
    ),
    "six choices with numbers of their own": (
        Reply(
            "Chọn",
            ((Choice("Đã nhận", "got:1"),), *((Choice(f"{n}. Việc", f"do:{n}"),) for n in range(1, 6))),
        ),
        [
            {
                "text": "Chọn\n\n1. Đã nhận\n2. Việc\n3. Việc\n4. Việc\n5. Việc\n6. Việc\nBấm, hoặc gõ số.",
                **below(button("Đã nhận", "got:1"), *(button("Việc", f"do:{n}") for n in range(1, 4))),
            }
        ],
    ),
    "six choices where a number answers": (
        Reply("Có mặt?", tuple((one,) for one in KINDS), numbered=False),
        [
            {
                "text": "Có mặt?\n\n" + "\n".join(f"{c}. Loại {c}" for c in "ABCDEF") + "\nBấm, hoặc gõ chữ.",
                **below(*(button(one.label, one.payload) for one in KINDS[:4])),
            }
        ],
    ),
    "a long label": (
        Reply("Chọn", ((LONG,),)),
        [{"text": "Chọn", **below(button("a" * 99 + "…", "do:1"))}],
    ),
    "links": (
        Reply('Tệp lớn: <a href="https://a.vn/u?x=1&amp;y=2">tải lên</a>.\nXong'),
        [{"text": "Tệp lớn: tải lên.\nhttps://a.vn/u?x=1&y=2\nXong"}],
    ),
    "a sheet": (
        Reply("Đây", ((YES,),), (SHEET,)),
        [
            {
                "text": "Đây\n\n📎 Danh sách.xlsx\nhttps://chibo.example/cccc",
                **below(button("✅ Đồng ý", "=4:yes")),
            }
        ],
    ),
    "a document": (
        Reply("Đây", (), (PDF,)),
        [{"text": "Đây"}, {"attachment": {"type": "file", "payload": {"token": "tep-1"}}}],
    ),
    "a document alone": (
        Reply("", (), (PDF,)),
        [{"attachment": {"type": "file", "payload": {"token": "tep-1"}}}],
    ),
    "a document that is too large": (
        Reply("Đây", (), (File("d" * 64, "Sách.pdf", 5_000_001, "application/pdf"),)),
        [{"text": "Đây\n\n📎 Sách.pdf\nhttps://chibo.example/dddd"}],
    ),
}


@pytest.mark.parametrize(("reply", "messages"), OUT.values(), ids=OUT.keys())
async def test_outgoing(reply: Reply, messages: list[JSON]) -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        assert await channel.send(PLACE, reply) == Carried(0)
        assert api.messages == messages
        assert {name for name, _ in api.calls} <= {V3, UPLOAD}
        assert all(values["recipient"] == {"user_id": PLACE} for values in api.called(V3))


async def test_long_text_is_split_by_utf16_units_and_its_buttons_stand_last() -> None:
    paragraph = "Đồng chí " + "😀" * 60
    async with served(Api()) as api, started(api, Ear()) as channel:
        await channel.send(PLACE, Reply("\n\n".join([paragraph] * 20), ((YES,),)))
        assert len(api.texts) > 1
        assert all(utf16_length(text) <= 2000 for text in api.texts)
        assert ["attachment" in one for one in api.messages] == [False] * (len(api.texts) - 1) + [True]


async def test_nothing_to_say_is_said_to_nobody() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        with pytest.raises(Unsendable):
            await channel.send(PLACE, Reply("<b> </b>"))
        assert api.calls == []


# How it is spoken to


async def test_buttons_are_written_as_they_are_taken() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.nested = True
        for _ in range(2):
            await channel.send(PLACE, Reply("Đồng ý?", ((YES,),)))
        first, second, third = api.messages
        assert first["text"] == "Đồng ý?"
        payload = {"template_type": "button", "text": "Đồng ý?", "buttons": [button("✅ Đồng ý", "=4:yes")]}
        assert second == third == {"attachment": {"type": "template", "payload": payload}}


async def test_what_is_refused_for_another_reason_does_not_change_how_buttons_are_written() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.refuse(V3, -201, "text is invalid!", times=2)
        with pytest.raises(Unsendable):
            await channel.send(PLACE, Reply("x", ((YES,),)))
        api.refuse(V3, -201, "user_id is invalid!")
        with pytest.raises(Undeliverable):
            await channel.send(PLACE, Reply("x", ((YES,),)))
        await channel.send(PLACE, Reply("x", ((YES,),)))
        assert "text" in api.messages[-1]
        assert len(api.messages) == 4


async def test_an_account_of_the_state_is_spoken_to_by_the_older_call() -> None:
    api = Api()
    api.government = True
    async with served(api), started(api, Ear()) as channel:
        await channel.send(PLACE, Reply("x", ((YES,),)))
        assert [name for name, _ in api.calls] == [V2]


@pytest.mark.logs_errors
async def test_an_account_that_does_not_say_what_it_is_is_refused_once() -> None:
    api = Api()
    api.government = True
    async with served(api):
        api.refuse(GETOA, -209)
        async with started(api, Ear()) as channel:
            await channel.send(PLACE, Reply("x"))
            await channel.send(PLACE, Reply("y"))
            assert [name for name, _ in api.calls] == [V3, V2, V2]
            api.government = False
            await channel.send(PLACE, Reply("z"))
            assert [name for name, _ in api.calls][3:] == [V2, V3]


# What it costs


COSTS: dict[str, tuple[JSON | None, int]] = {
    "an answer": (FREE, 0),
    "an answer that is counted": (FREE | {"remain": 7, "total": 8}, 0),
    "the package's own": ({"quota_type": "sub_quota", "remain": 0, "total": 500}, 0),
    "charged": (None, 55),
    "of another shape": ({"remain": 7}, 55),
}


@pytest.mark.parametrize(("quota", "cost"), COSTS.values(), ids=COSTS.keys())
async def test_what_a_message_costs(quota: JSON | None, cost: int) -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.quota = quota
        assert await channel.send(PLACE, Reply("x")) == Carried(cost)
        assert await channel.send(PLACE, Reply("x", (), (PDF,))) == Carried(2 * cost)


LONG_TEXT = "\n\n".join(f"Mục {n} {'x' * 900}" for n in range(5))


async def test_what_has_been_read_of_a_long_text_is_neither_said_nor_paid_for_again() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.quota = None
        api.answers[V3] = [(200, {"error": 0, "data": {}}), (502, "<html>")]
        with pytest.raises(TextLater) as later:
            await channel.send(PLACE, Reply(LONG_TEXT, ((YES,),)))
        assert (later.value.pieces_gone, later.value.wait, later.value.cost) == (1, None, 55)
        api.refuse(V3, -32)
        with pytest.raises(TryLater):  # nothing more has gone out
            await channel.send(PLACE, Reply(LONG_TEXT, ((YES,),), pieces_gone=1))
        assert [text.split()[1] for text in api.texts] == ["0", "2", "2"]
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.quota = None
        assert await channel.send(PLACE, Reply(LONG_TEXT, ((YES,),), pieces_gone=1)) == Carried(110)
        assert [text.split()[1] for text in api.texts] == ["2", "4"]
        assert ["attachment" in one for one in api.messages] == [False, True]


async def test_a_wait_that_is_asked_for_inside_a_text_is_kept() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.answers[V3] = [(200, {"error": 0, "data": {"quota": FREE}})]
        api.refuse(V3, -32)
        with pytest.raises(TextLater) as later:
            await channel.send(PLACE, Reply(LONG_TEXT))
        assert later.value.wait is not None
        assert later.value.wait.everyone


async def test_what_is_final_is_heard_again_once_what_was_paid_for_is_written_down() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.answers[V3] = [(200, {"error": 0, "data": {}}), (200, {"error": -213, "message": ""})] * 2
        with pytest.raises(TextLater) as later:
            await channel.send(PLACE, Reply(LONG_TEXT))
        assert later.value.cost == 55
        with pytest.raises(FilesLater) as behind:
            await channel.send(PLACE, Reply("Đây", (), (PDF,)))
        assert (behind.value.files_gone, behind.value.cost) == (0, 55)
        api.refuse(V3, -213)
        with pytest.raises(Undeliverable):
            await channel.send(PLACE, Reply("", (), (PDF,)))


async def test_what_is_final_and_has_cost_nothing_is_final_at_once() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.answers[V3] = [
            (200, {"error": 0, "data": {"quota": FREE}}),
            (200, {"error": -213, "message": ""}),
        ]
        with pytest.raises(Undeliverable):
            await channel.send(PLACE, Reply(LONG_TEXT))


# Documents


async def test_a_document_is_uploaded_under_its_own_name() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        await channel.send(PLACE, Reply("Đây", (), (PDF,)))
        assert api.called(UPLOAD) == [{"name": "Biên bản tháng 4.pdf", "content": b"%PDF-1.4 content"}]


async def test_a_document_is_handed_by_the_name_that_zalo_gave_its_token() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.token_key = "attachment_id"
        await channel.send(PLACE, Reply("", (), (PDF,)))
        assert api.messages == [{"attachment": {"type": "file", "payload": {"attachment_id": "tep-1"}}}]


@pytest.mark.parametrize("code", [0, -201, -210, -211])
async def test_a_document_that_zalo_does_not_want_goes_as_a_link(code: int) -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.token_key = ""
        if code:
            api.refuse(UPLOAD, code)
        await channel.send(PLACE, Reply("Đây", (), (PDF,)))
        assert api.texts == ["Đây\n\n📎 Biên bản tháng 4.pdf\nhttps://chibo.example/bbbb"]


async def test_a_document_that_cannot_be_uploaded_now_holds_its_words_back() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.break_down(UPLOAD)
        with pytest.raises(ZaloAway):
            await channel.send(PLACE, Reply("Đây", (), (PDF,)))
        api.refuse(UPLOAD, -32)
        with pytest.raises(TryLater):
            await channel.send(PLACE, Reply("Đây", (), (PDF,)))
        assert api.messages == []


async def test_a_document_that_is_gone_is_said() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        with pytest.raises(Unsendable, match="file_missing"):
            await channel.send(PLACE, Reply("Đây", (), (File("f" * 64, "a.pdf", 5, "x"),)))


async def test_a_document_that_fails_behind_the_words_follows_later() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.answers[V3] = [(200, {"error": 0, "data": {}})] * 2 + [(502, "<html>")]
        with pytest.raises(FilesLater) as later:
            await channel.send(PLACE, Reply("Đây", (), (PDF, SHEET, PDF)))
        assert (later.value.files_gone, later.value.wait, later.value.cost) == (2, None, 110)
        api.refuse(V3, -32)
        with pytest.raises(TryLater):  # nothing has gone before it
            await channel.send(PLACE, Reply("", (), (PDF,)))


# What errors mean


ERRORS: dict[str, tuple[int, str, type[Exception]]] = {
    "not followed": (-213, "User has not followed OA", Undeliverable),
    "never wrote": (-232, "User has not interacted with the OA", Undeliverable),
    "a sleeping account": (-227, "", Undeliverable),
    "refuses such messages": (-244, "", Undeliverable),
    "nobody there": (-201, "user_id is invalid!", Undeliverable),
    "window": (-230, "User has not interacted with the OA in the past 7 days", WindowClosed),
    "too long": (-210, "text", Unsendable),
    "wrong": (-201, "text is invalid!", Unsendable),
    "against the rules": (-248, "", Unsendable),
    "this person's number": (-218, "", TryLater),
    "night": (-234, "", TryLater),
}


@pytest.mark.parametrize(("code", "message", "kind"), ERRORS.values(), ids=ERRORS.keys())
async def test_what_an_error_means_to_one_person(code: int, message: str, kind: type[Exception]) -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.refuse(V3, code, message)
        with pytest.raises(kind) as caught:
            await channel.send(PLACE, Reply("x"))
        assert not getattr(caught.value, "everyone", False)
        await channel.send(PLACE, Reply("others are served"))
        assert channel.trouble == ""


async def test_a_reason_is_kept() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.refuse(V3, -210, "text is too long")
        with pytest.raises(Unsendable, match="-210 text is too long"):
            await channel.send(PLACE, Reply("x"))


STOPS = {
    -204: "zalo_oa_gone",
    -205: "zalo_oa_gone",
    -208: "zalo_oa_no_rights",
    -209: "zalo_oa_no_rights",
    -211: "zalo_oa_quota",
    -212: "zalo_oa_no_rights",
    -219: "zalo_oa_no_rights",
    -221: "zalo_oa_unverified",
    -224: "zalo_oa_package",
}


@pytest.mark.logs_errors
@pytest.mark.parametrize(("code", "trouble"), STOPS.items())
async def test_what_the_office_has_to_mend_stops_everybody_until_it_is(code: int, trouble: str) -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as channel:
        api.refuse(V3, code)
        for _ in range(3):
            with pytest.raises(TryLater) as later:
                await channel.send(PLACE, Reply("x"))
            assert later.value.everyone
            assert channel.trouble == trouble
        assert len(api.messages) == 1  # it is not asked again and again
        ear.at += timedelta(seconds=later.value.seconds)
        await channel.send(PLACE, Reply("x"))
        assert channel.trouble == ""


@pytest.mark.logs_errors
async def test_an_account_that_may_not_write_at_all_stops() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.refuse(V3, -235)
        api.refuse(V2, -235)
        with pytest.raises(TryLater):
            await channel.send(PLACE, Reply("x"))
        assert channel.trouble == "zalo_oa_kind"


async def test_the_rate_is_waited_for_until_the_next_minute() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as channel:
        api.refuse(V3, -32)
        for _ in range(2):
            with pytest.raises(TryLater) as later:
                await channel.send(PLACE, Reply("x"))
        assert (later.value.seconds, later.value.everyone) == (40, True)
        assert channel.trouble == ""
        assert len(api.messages) == 1


async def test_the_packages_rate_is_kept_to() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        assert channel.rate == pytest.approx(1.5)
        api.headers = {"X-RateLimit-Limit": "2000"}
        await channel.send(PLACE, Reply("x"))
        assert channel.rate == pytest.approx(30)


@pytest.mark.logs_errors
@pytest.mark.parametrize(("code", "trouble"), [(-320, "zalo_oa_no_wallet"), (-321, "zalo_oa_no_money")])
async def test_without_money_what_is_free_still_goes_out(code: int, trouble: str) -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.refuse(V3, code)
        with pytest.raises(TryLater) as later:
            await channel.send(PLACE, Reply("x", unasked=True))
        assert not later.value.everyone
        with pytest.raises(TryLater):
            await channel.send(PLACE, Reply("x", unasked=True))
        assert len(api.messages) == 1
        await channel.send(PLACE, Reply("an answer"))
        assert channel.trouble == trouble
        api.quota = None
        await channel.send(PLACE, Reply("another, which was paid"))
        assert channel.trouble == ""


# Keys


async def test_a_key_that_was_replaced_is_renewed_once_and_the_call_repeated() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.kill_key()
        assert await channel.send(PLACE, Reply("x", (), (PDF,))) == Carried(0)
        assert [name for name, _ in api.calls] == [UPLOAD, OAUTH, UPLOAD, V3, V3]


@pytest.mark.logs_errors
async def test_keys_that_zalo_never_takes_stop_everybody() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.refuse(V3, -216, times=2)
        with pytest.raises(TryLater) as later:
            await channel.send(PLACE, Reply("x"))
        assert later.value.everyone
        assert channel.trouble == "zalo_oa_key_refused"


@pytest.mark.logs_errors
async def test_without_keys_everything_waits_and_what_comes_in_is_still_heard() -> None:
    ear = Ear()
    async with served(Api()) as api:
        channel = ZaloOA.open(settings_of(api.url, zalo_oa_refresh_token=SecretStr("")), ear.tools())
        assert channel is not None
        await channel.start()
        with pytest.raises(TryLater) as later:
            await channel.send(PLACE, Reply("x"))
        assert later.value.everyone
        assert channel.trouble == "zalo_oa_not_connected"
        await channel.stop()


async def test_a_page_of_a_proxy_and_a_dropped_answer_may_pass(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.break_down(V3)
        api.answers[V3].append((200, {"data": {}}))
        for _ in range(2):
            with pytest.raises(ZaloAway):
                await channel.send(PLACE, Reply("x"))
        api.dropped = 1
        with pytest.raises(ZaloAway):
            await channel.send(PLACE, Reply("x"))
        api.refuse(V3, -200, "Send message failed")
        with pytest.raises(Exception, match="-200 Send message failed"):
            await channel.send(PLACE, Reply("x"))
    assert APP_SECRET not in caplog.text
    assert not any(key in caplog.text for key in api.keys)
