"""A reply as a letter: what it says as plain text and as HTML, and its headers, whatever stands in the reply."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import cast

import pytest

from bot.channels.mail.letter import Envelope, LetterWords, letter_of
from bot.channels.mail.settings import Cover, MailServer
from bot.messages import Choice, File, Reply
from bot.wording import read_words
from tests.channels.mail.post import read_letter
from tests.kit.places import TEMPLATES

AT = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
SERVER = MailServer("post.example", 587, Cover.STARTTLS, "trợ-lý", "mật khẩu", "troly@chibo.example")
TO = "lanhdao@xa.example"
TALK = "https://chibo.example/w/abc&x"
WORDS = LetterWords(**read_words(TEMPLATES / "talk" / "smtp.yaml"))


def sent(reply: Reply, **facts: object) -> EmailMessage:
    """As whoever gets it reads it."""
    usual: dict[str, object] = {"talk": TALK, "words": WORDS}
    envelope = Envelope(SERVER, TO, AT, "một nơi", **{**usual, **facts})  # type: ignore[arg-type]
    content = letter_of(reply, envelope).as_bytes()
    assert max(map(len, content.split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert content.isascii()
    return read_letter(content)


def plain(letter: EmailMessage) -> str:
    part = cast(EmailMessage, letter.get_body(("plain",)))
    return str(part.get_content()).replace("\r\n", "\n")


def page(letter: EmailMessage) -> str:
    part = cast(EmailMessage, letter.get_body(("html",)))
    return str(part.get_content()).replace("\r\n", "\n")


def seen(letter: EmailMessage) -> str:
    """The words of its page."""
    body = page(letter).partition("<body")[2].partition(">")[2]
    return html.unescape(re.sub(r"<[^>]*>", "", body))


SUMMARY = Reply(
    "<b>T11: 38/45 đã họp</b>, 35 đúng hạn\nChưa họp: Chi bộ 3 &amp; 4\n\n👉 Đồng chí mở trợ lý để nhắc.",
    ((Choice("Nhắc tất cả", "nudge:1"),),),
    number=12,
)


def test_a_summary() -> None:
    letter = sent(SUMMARY)
    assert letter["Subject"] == "T11: 38/45 đã họp, 35 đúng hạn"
    assert letter["From"] == "Trợ lý chi bộ <troly@chibo.example>"
    assert letter["To"] == TO
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Reply-To"] is None
    assert parsedate_to_datetime(letter["Date"]) == AT
    assert plain(letter).startswith(
        "T11: 38/45 đã họp, 35 đúng hạn\nChưa họp: Chi bộ 3 & 4\n\n👉 Đồng chí mở trợ lý để nhắc.\n\n"
        f"Mở trợ lý:\n{TALK}\n\n--\nThư gửi tự động"
    )
    assert "<b>T11: 38/45 đã họp</b>, 35 đúng hạn<br>\nChưa họp: Chi bộ 3 &amp; 4<br>" in page(letter)
    assert f'<a href="{html.escape(TALK)}"' in page(letter)
    assert "Nhắc tất cả" not in plain(letter) + seen(letter)  # nobody can press it there
    assert seen(letter).split() == plain(letter).replace(f":\n{TALK}", "").replace("--", "").split()


def test_buttons_are_spoken_of_as_they_stand_in_the_talk() -> None:
    text = "… và 3 việc nữa, bấm “Tổng hợp” để xem.\n\n👉 Đồng chí bấm “Chưa bấm” để nhắc."
    letter = sent(Reply(text, ((Choice("Chưa bấm", "x"),),)))
    assert plain(letter).startswith(
        "… và 3 việc nữa, mở trợ lý, bấm “Tổng hợp” để xem.\n\n👉 Đồng chí mở trợ lý, bấm “Chưa bấm” để nhắc."
    )
    assert plain(sent(Reply("Đồng chí bấm vào đây."))).startswith("Đồng chí bấm vào đây.")


def test_the_same_message_is_known_again() -> None:
    first, again = sent(SUMMARY), sent(SUMMARY)
    assert first["Message-ID"] == again["Message-ID"]
    assert re.fullmatch(r"<12\.[0-9a-f]{16}@chibo\.example>", first["Message-ID"])
    other = sent(Reply("khác", number=13))
    assert other["Message-ID"] != first["Message-ID"]
    assert (
        sent(Reply("a"))["Message-ID"] != sent(Reply("a"))["Message-ID"]
    )  # of no number: a new one each time


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("✅\n\n<b>Đã nhận báo cáo</b>", "Đã nhận báo cáo"),
        ("Chuyên đề &lt;quý 4&gt;\nBcc: x@y.example", "Chuyên đề <quý 4>"),
        ("Chào\rBcc: gian@xa.example\r\nX: y", "Chào Bcc: gian@xa.example"),
        ("Chào\u2028Bcc: gian@xa.example\x85X: y\x0bZ\0", "Chào Bcc: gian@xa.example X: y Z"),
        ("", "Tin của Trợ lý chi bộ"),
        ("👉 …", "Tin của Trợ lý chi bộ"),
        ("Nghị quyết " * 40, ("Nghị quyết " * 40)[:119].rstrip() + "…"),
        ("dài" * 100, ("dài" * 100)[:119] + "…"),
        ("Một nửa \ud83d dấu", "Một nửa ? dấu"),
    ],
)
def test_subjects(text: str, subject: str) -> None:
    letter = sent(Reply(text, files=(File("0" * 64, "a.pdf", 1, "application/pdf"),)))
    assert letter["Subject"] == subject
    assert letter["Bcc"] is None
    assert letter["X"] is None
    assert letter.get_all("To") == [TO]
    assert letter.defects == []


def test_files_are_links() -> None:
    file = File("0" * 64, 'Biên bản "số\r\n3" <1>.docx', 9, "application/msword")
    letter = sent(Reply("Văn bản đã xong.", files=(file,)), links=["https://chibo.example/f/x?a=1&b=2"])
    assert '📎 Biên bản "số 3" <1>.docx\nhttps://chibo.example/f/x?a=1&b=2\n' in plain(letter)
    assert (
        '<a href="https://chibo.example/f/x?a=1&amp;b=2">Biên bản &quot;số 3&quot; &lt;1&gt;.docx</a>'
        in page(letter)
    )
    assert list(letter.iter_attachments()) == []


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("<b>đậm</b> <i>nghiêng</i>", "<b>đậm</b> <i>nghiêng</i>"),
        ("<b>hở", "<b>hở</b>"),
        ("thừa</b>", "thừa"),
        ("<script>x</script>", "x"),
        ("<b onclick='x'>y</b>", "<b>y</b>"),
        ('<a href="https://a.example/?b=1&amp;c">đây</a>', '<a href="https://a.example/?b=1&amp;c">đây</a>'),
        ('<a href="javascript:x">đây</a>', "đây"),
        ("&lt;b&gt; 2 &amp; 3", "&lt;b&gt; 2 &amp; 3"),
        ("a\nb", "a<br>\nb"),
    ],
)
def test_markup(text: str, drawn: str) -> None:
    assert f'<p style="margin:0">{drawn}</p>' in page(sent(Reply(text)))


def test_links_in_the_text_can_be_read_in_both() -> None:
    letter = sent(Reply('Xem <a href="https://a.example/x">văn bản</a>.'))
    assert plain(letter).startswith("Xem văn bản.\nhttps://a.example/x\n")
    assert '<a href="https://a.example/x">văn bản</a>' in page(letter)


def test_very_long_lines_and_dots() -> None:
    text = ".một dấu chấm\n" + "Dân vận khéo " * 2000 + "\n.\ncuối"
    letter = sent(Reply(text))
    assert plain(letter).startswith(text + "\n")


def test_where_somebody_reads_answers() -> None:
    server = replace(SERVER, answers_to="vanphong@chibo.example")
    envelope = Envelope(server, TO, AT, "một nơi", talk=TALK, words=WORDS)
    letter = read_letter(letter_of(SUMMARY, envelope).as_bytes())
    assert letter["Reply-To"] == "vanphong@chibo.example"
    assert "--\nThư gửi tự động; thư trả lời đến văn phòng, không đến trợ lý. Muốn trả lời" in plain(letter)


def test_whoever_belongs_to_nothing_is_given_no_link() -> None:
    letter = sent(Reply("Mã: 123456"), talk="")
    assert "http" not in plain(letter)
    assert "Mở trợ lý:" not in plain(letter)
    assert "<a " not in page(letter)
