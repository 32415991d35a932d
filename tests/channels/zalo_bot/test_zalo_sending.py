"""What goes out on Zalo: the request for a reply, and what an error means."""

import logging
from dataclasses import replace

import pytest

from bot.channels.text import utf16_length
from bot.channels.typed import TypedWords
from bot.channels.zalo.wire import ZaloAway
from bot.channels.zalo_bot.sending import message_of
from bot.messages import Address, Choice, File, Reply, TextLater, TryLater, Undeliverable, Unsendable
from tests.channels.zalo_bot.api import PLACE, STORED, WORD, Api, Ear, served, started

WORDS = TypedWords(
    "Xem thêm",
    "Gõ số để chọn.",
    "Gõ chữ để chọn.",
    "Gõ {mark} để chọn.",
    open_link="mở đường dẫn ở trên",
    instead=(("bấm nút", "gõ"), ("bấm", "chọn")),
)
YES, NO = Choice("✅ Đồng ý", "=4:yes"), Choice("Không <b>", "=4:no")

OUT: dict[str, tuple[Reply, list[str]]] = {
    "text": (Reply("Xin chào"), ["Xin chào"]),
    "small HTML": (Reply("a &lt; b <code>ABCD-EFGH</code> <pre>x</pre>"), ["a < b ABCD-EFGH x"]),
    "choices": (
        Reply("Đồng ý không?", ((YES, NO),)),
        ["Đồng ý không?\n\n1. ✅ Đồng ý\n2. Không <b>\nGõ số để chọn."],
    ),
    "one choice": (Reply("Xong.", ((YES,),)), ["Xong.\n\n1. ✅ Đồng ý\nGõ 1 để chọn."]),
    "a number answers": (
        Reply("Có mặt?", ((Choice("Đủ 28", "=4:full"), Choice("Số 5", "=4:5")), (NO,)), numbered=False),
        ["Có mặt?\n\nA. Đủ 28\nB. Không <b>\nGõ chữ để chọn."],
    ),
    "eleven choices": (
        Reply("Chọn", tuple((Choice(f"việc {n}", f"do:{n}"),) for n in range(1, 12))),
        ["Chọn\n\n" + "\n".join(f"{n}. việc {n}" for n in range(1, 10)) + "\n0. Xem thêm\nGõ số để chọn."],
    ),
    "lines that the text tells already": (
        Reply(
            "1. Họp tháng 4\n▶️ 2. Họp tháng 5",
            tuple((Choice(label, "x"),) for label in ("▶️ 1. T4", "Tháng 5 · 2", "3. Khác", "Trang chính")),
        ),
        ["1. Họp tháng 4\n▶️ 2. Họp tháng 5\n\n3. Khác\n4. Trang chính\nGõ số để chọn."],
    ),
    "words about buttons": (
        Reply("Đồng chí bấm “Bấm nút”, hoặc bấm nút <i>bấm</i>"),
        ["Đồng chí chọn “Bấm nút”, hoặc gõ chọn"],
    ),
    "links": (
        Reply('Tệp lớn: <a href="https://a.vn/u?x=1&amp;y=2">tải lên</a>.\nXong'),
        ["Tệp lớn: tải lên.\nhttps://a.vn/u?x=1&y=2\nXong"],
    ),
    "a link that is to be pressed": (
        Reply('<a href="https://a.vn/1">Mở [trang]</a>\nBấm “Xong”, hoặc bấm “Mở [trang]”.'),
        ["Mở [trang]\nhttps://a.vn/1\nBấm “Xong”, hoặc mở đường dẫn ở trên."],
    ),
    "a link that says itself": (
        Reply('<a href="https://a.vn/1">https://a.vn/1</a>'),
        ["https://a.vn/1"],
    ),
    "files": (
        Reply("Đây", ((YES,),), (STORED, File("b" * 64, "BB <1>.docx", 5, "x"))),
        [
            "Đây\n\n📎 anh.jpg\nhttps://chibo.example/aaaa\n\n📎 BB <1>.docx\nhttps://chibo.example/bbbb"
            "\n\n1. ✅ Đồng ý\nGõ 1 để chọn."
        ],
    ),
    "files alone": (Reply("", (), (STORED,)), ["📎 anh.jpg\nhttps://chibo.example/aaaa"]),
}


def link_of(file: File, reader: Address, number: int) -> str:
    assert reader == Address("zalo", PLACE)
    return f"https://chibo.example/{file.digest[:4]}"


@pytest.mark.parametrize(("reply", "texts"), OUT.values(), ids=OUT.keys())
async def test_outgoing(reply: Reply, texts: list[str]) -> None:
    async with served(Api()) as api, started(api, Ear(), typed=WORDS, file_link=link_of) as bot:
        await bot.send(PLACE, reply)
        assert api.texts == texts
        assert {values["chat_id"] for values in api.called("sendMessage")} == {PLACE}


async def test_long_text_is_split_by_utf16_units_and_its_choices_stand_last() -> None:
    paragraph = "Đồng chí " + "😀" * 60
    async with served(Api()) as api, started(api, Ear(), typed=WORDS) as bot:
        await bot.send(PLACE, Reply("\n\n".join([paragraph] * 20), ((YES,),)))
        assert len(api.texts) > 1
        assert all(utf16_length(text) <= 2000 for text in api.texts)
        assert api.texts[-1].endswith("1. ✅ Đồng ý\nGõ 1 để chọn.")


async def test_what_has_been_read_of_a_long_text_is_not_said_again() -> None:
    long = Reply("\n\n".join(f"Mục {n} {'x' * 1500}" for n in range(3)), ((YES,),))
    async with served(Api()) as api, started(api, Ear(), typed=WORDS) as bot:
        api.answers["sendMessage"] = [(200, {"ok": True, "result": {}})]
        api.refuse("sendMessage", 429, "Quota exceeded")
        with pytest.raises(TextLater) as later:
            await bot.send(PLACE, long)
        assert later.value.pieces_gone == 1
        assert later.value.wait is not None
        await bot.send(PLACE, replace(long, pieces_gone=1))
        assert [text.split()[1] for text in api.texts] == ["0", "1", "1", "2"]
        await bot.send(PLACE, replace(long, pieces_gone=9))
        assert api.texts[-1].endswith("Gõ 1 để chọn."), (
            "cut otherwise since: its choices are offered all the same"
        )


def test_what_is_bold_is_told_by_its_place() -> None:
    assert message_of("😀 <b>Bước 1</b> · <i>mở <u>đầu</u></i> a&amp;b <code>x</code>") == {
        "text": "😀 Bước 1 · mở đầu a&b x",
        "text_styles": [
            {"start": 3, "len": 6, "st": ["b"]},
            {"start": 15, "len": 3, "st": ["u"]},
            {"start": 12, "len": 6, "st": ["i"]},
        ],
    }


ERRORS: dict[str, tuple[int, str, type[Exception]]] = {
    "quota": (429, "Quota exceeded", TryLater),
    "unreachable": (403, "internal error", Undeliverable),
    "nobody there": (400, "Bad request: chat not found", Undeliverable),
    "this message": (400, "Bad request: text", Unsendable),
}


@pytest.mark.parametrize(("code", "description", "kind"), ERRORS.values(), ids=ERRORS.keys())
@pytest.mark.parametrize("as_status", [False, True])
async def test_what_an_error_means(
    code: int, description: str, kind: type[Exception], as_status: bool
) -> None:
    async with served(Api()) as api, started(api, Ear()) as bot:
        api.refuse("sendMessage", code, description, status=code if as_status else 200)
        with pytest.raises(kind):
            await bot.send(PLACE, Reply("x"))
        await bot.send(PLACE, Reply("y"))
        assert not bot.refused


async def test_a_page_of_a_proxy_and_a_dropped_answer_may_pass(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with served(Api()) as api, started(api, Ear()) as bot:
        api.break_down("sendMessage")
        with pytest.raises(ZaloAway):
            await bot.send(PLACE, Reply("x"))
        api.dropped = 1
        with pytest.raises(ZaloAway) as caught:
            await bot.send(PLACE, Reply("x"))
    assert caught.value.__cause__ is None
    assert WORD not in caplog.text
    assert WORD not in repr(caught.getrepr(chain=True))


async def test_a_person_beyond_the_number_is_told_from_a_month_that_is_used_up() -> None:
    async with served(Api()) as api, started(api, Ear()) as bot:
        api.refuse("sendMessage", 429, "Quota exceeded", times=2)
        for _ in range(2):
            with pytest.raises(TryLater):
                await bot.send("thứ 51", Reply("x"))
        await bot.send(PLACE, Reply("others are served"))
        api.refuse("sendMessage", 429, "Quota exceeded")
        with pytest.raises(Undeliverable):
            await bot.send("thứ 51", Reply("x"))


async def test_a_token_that_is_taken_back_is_noticed() -> None:
    async with served(Api()) as api, started(api, Ear()) as bot:
        api.refuse("sendMessage", 401, "Unauthorized", times=3)
        for _ in range(3):
            assert not bot.refused
            with pytest.raises(Exception, match="Unauthorized"):
                await bot.send(PLACE, Reply("x"))
        assert bot.refused
        await bot.send(PLACE, Reply("a new one was put in"))
        assert not bot.refused


async def test_nothing_to_say_is_said_to_nobody() -> None:
    async with served(Api()) as api, started(api, Ear()) as bot:
        with pytest.raises(Unsendable):
            await bot.send(PLACE, Reply("<b> </b>"))
        assert api.texts == []
