"""What the server says, and what that is to the outbox: every refusal, every cut line, and how letters begin to go out again."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.channels.base import WebTalk
from bot.channels.mail.channel import Mail
from bot.channels.mail.settings import Cover, MailServer, MailSettings, read_server
from bot.messages import Address, File, Reply, TryLater, Undeliverable, Unsendable
from bot.problems import Rejected
from tests.channels.mail.post import Post, open_post
from tests.kit.certificates import own_certificate

AT = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
TO = "lanhdao@xa.example"
SENDER = "troly@chibo.example"
HELLO = Reply("Chào đồng chí", number=7)
PASSING = "passing"


def mail_to(post: Post, cover: Cover = Cover.NONE, user: str = "", host: str = "127.0.0.1") -> Mail:
    return Mail(MailServer(host, post.port, cover, user, "p:@/ x" if user else "", SENDER), lambda: AT)


async def outcome(mail: Mail, reply: Reply = HELLO) -> tuple[str, str]:
    try:
        await mail.send(TO, reply)
    except Undeliverable as error:
        return "lost", str(error)
    except Unsendable as error:
        return "unsendable", str(error)
    except TryLater as error:
        return ("all wait" if error.everyone else "waits"), f"{error.seconds:.0f}"
    except Exception as error:  # noqa: BLE001 - whatever it is, it passes
        return PASSING, type(error).__name__
    finally:
        await mail.stop()
    return "sent", ""


ANSWERS = [
    ({}, ("sent", ""), ""),
    ({"QUIT": "500 what"}, ("sent", ""), ""),
    ({"QUIT": "DROP"}, ("sent", ""), ""),
    ({"RCPT": "550 5.1.1 no such user lanhdao@xa.example"}, ("lost", "smtp 550 5.1.1"), ""),
    ({"RCPT": "550 No such user"}, ("lost", "smtp 550"), ""),
    ({"RCPT": "553 5.1.3 bad address"}, ("lost", "smtp 553 5.1.3"), ""),
    ({"RCPT": "552 5.2.2 mailbox full"}, ("lost", "smtp 552 5.2.2"), ""),
    ({"RCPT": "450 4.2.0 greylisted"}, (PASSING, "ConnectionError"), ""),
    ({"RCPT": "421 too many"}, ("all wait", "60"), ""),
    ({"RCPT": "550 5.7.1 blocked using a list"}, ("unsendable", "smtp 550 5.7.1"), ""),
    ({"RCPT": "554 5.7.1 Relay access denied"}, ("all wait", "300"), "smtp_no_relay"),
    ({"RCPT": "530 5.7.0 Authentication required"}, ("all wait", "300"), "smtp_no_relay"),
    ({"MAIL": "550 5.1.0 sender rejected"}, ("all wait", "300"), "smtp_sender_refused"),
    ({"MAIL": "552 5.3.4 too large"}, ("unsendable", "smtp 552 5.3.4"), ""),
    ({"MAIL": "451 4.3.0 later"}, ("all wait", "60"), ""),
    ({"DATA": "554 5.6.0 spam"}, ("unsendable", "smtp 554 5.6.0"), ""),
    ({"END": "554 5.6.0 spam"}, ("unsendable", "smtp 554 5.6.0"), ""),
    ({"END": "451 4.3.0 disk"}, (PASSING, "ConnectionError"), ""),
    ({"DATA": "DROP"}, (PASSING, "SMTPServerDisconnected"), ""),
    ({"END": "DROP"}, (PASSING, "SMTPServerDisconnected"), ""),
    ({"GREETING": "DROP"}, (PASSING, "SMTPServerDisconnected"), ""),
    ({"GREETING": "554 no SMTP here"}, ("all wait", "300"), "smtp_refuses"),
    ({"GREETING": "421 busy"}, ("all wait", "60"), ""),
]


@pytest.mark.parametrize(("answers", "expected", "trouble"), ANSWERS)
async def test_what_the_server_answers(
    answers: dict[str, str], expected: tuple[str, str], trouble: str
) -> None:
    with open_post(answers=answers) as post:
        mail = mail_to(post)
        assert await outcome(mail) == expected
        assert mail.trouble == trouble
        assert len(post.letters) == (expected[0] == "sent")


async def test_nobody_there() -> None:
    with open_post() as post:
        mail = mail_to(post)
    assert await outcome(mail) == (PASSING, "ConnectionRefusedError")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of localhost, with its key."""
    return own_certificate(tmp_path_factory.mktemp("tls"), "localhost")


@pytest.fixture
def covered(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_behind_starttls_it_logs_in(covered: ssl.SSLContext) -> None:
    with open_post(tls=covered) as post:
        mail = mail_to(post, Cover.STARTTLS, "troly@chibo.example", "localhost")
        assert await outcome(mail) == ("sent", "")
    assert post.heard[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]
    assert post.logins == [("troly@chibo.example", "p:@/ x")]
    sender, to, _ = post.letters[0]
    assert (sender, to) == (SENDER, TO)


@pytest.mark.parametrize(
    ("said", "expected", "trouble"),
    [
        ("535 5.7.8 bad password", ("all wait", "300"), "smtp_login_refused"),
        ("454 4.7.0 later", ("all wait", "60"), ""),
    ],
)
async def test_a_login_that_is_refused(
    covered: ssl.SSLContext, said: str, expected: tuple[str, str], trouble: str
) -> None:
    with open_post(tls=covered, answers={"AUTH": said}) as post:
        mail = mail_to(post, Cover.STARTTLS, "troly", "localhost")
        assert await outcome(mail) == expected
        assert mail.trouble == trouble
    assert post.letters == []


async def test_it_goes_on_when_the_login_is_good_again(covered: ssl.SSLContext) -> None:
    with open_post(tls=covered, answers={"AUTH": "535 no"}) as post:
        mail = mail_to(post, Cover.STARTTLS, "troly", "localhost")
        with pytest.raises(TryLater):
            await mail.send(TO, HELLO)
        assert mail.trouble == "smtp_login_refused"
        post.answers.clear()
        assert await outcome(mail) == ("sent", "")
    assert mail.trouble == ""


async def test_no_password_goes_over_an_open_line() -> None:
    with open_post() as post:  # offers no STARTTLS
        mail = mail_to(post, Cover.STARTTLS, "troly")
        assert await outcome(mail) == ("all wait", "300")
        assert mail.trouble == "smtp_no_tls"
    assert post.logins == []


async def test_a_server_that_takes_no_login(covered: ssl.SSLContext) -> None:
    with open_post(tls=covered, with_login=False) as post:
        mail = mail_to(post, Cover.STARTTLS, "troly", "localhost")
        assert await outcome(mail) == ("all wait", "300")
        assert mail.trouble == "smtp_no_login"


async def test_a_certificate_that_nobody_knows(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with open_post(tls=context) as post:
        mail = mail_to(post, Cover.STARTTLS, "troly", "localhost")
        assert await outcome(mail) == ("all wait", "300")
        assert mail.trouble == "smtp_certificate"
    assert post.logins == []


async def test_a_letter_is_written_with_its_links(certificate: Path) -> None:
    with open_post() as post:
        server = MailServer("127.0.0.1", post.port, Cover.NONE, "", "", SENDER)
        places: list[Address] = []

        def link(reader: Address) -> str:
            places.append(reader)
            return "https://chibo.example/w/k"

        shown: list[tuple[Address, int]] = []
        talk = WebTalk(link, lambda reader, number: shown.append((reader, number)))
        mail = Mail(
            server, lambda: AT, lambda file, reader, number: f"https://chibo.example/f/{reader.place}", talk
        )
        file = File("0" * 64, "a.pdf", 1, "application/pdf")
        assert await outcome(mail, Reply("Xem", files=(file,), number=7)) == ("sent", "")
    assert places == [Address("smtp", TO)]
    assert shown == [(Address("smtp", TO), 7)]
    assert f"https://chibo.example/f/{TO}" in str(post.last)
    assert "https://chibo.example/w/k" in str(post.last)


async def test_what_cannot_be_shown_in_the_talk_has_gone_out_all_the_same() -> None:
    def away(reader: Address, number: int) -> None:
        raise OSError("the database is away")

    with open_post() as post:
        server = MailServer("127.0.0.1", post.port, Cover.NONE, "", "", SENDER)
        assert await outcome(Mail(server, lambda: AT, talk=WebTalk(show=away))) == ("sent", "")
        assert len(post.letters) == 1


async def test_what_the_server_refuses_is_not_shown_in_the_talk() -> None:
    shown: list[int] = []
    with open_post(answers={"END": "554 5.6.0 spam"}) as post:
        server = MailServer("127.0.0.1", post.port, Cover.NONE, "", "", SENDER)
        talk = WebTalk(show=lambda reader, number: shown.append(number))
        assert (await outcome(Mail(server, lambda: AT, talk=talk)))[0] == "unsendable"
    assert shown == []


async def test_nothing_to_say() -> None:
    with open_post() as post:
        assert await outcome(mail_to(post), Reply("  ")) == ("unsendable", "empty")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtp://troly:x@post.example:2525?from=a@chibo.example",
            MailServer("post.example", 2525, Cover.STARTTLS, "troly", "x", "a@chibo.example"),
        ),
        (
            "smtps://troly%40chibo.example:p%3A%40%2F@post.example",
            MailServer("post.example", 465, Cover.TLS, "troly@chibo.example", "p:@/", "troly@chibo.example"),
        ),
        (
            "smtp://relay.local:25?tls=none&from=a@chibo.example&reply=vp@chibo.example",
            MailServer("relay.local", 25, Cover.NONE, "", "", "a@chibo.example", "vp@chibo.example"),
        ),
    ],
)
def test_an_address_of_a_server(url: str, server: MailServer) -> None:
    assert read_server(url) == server
    assert MailSettings(smtp_url=SecretStr(url)).smtp_url.get_secret_value() == url


@pytest.mark.parametrize(
    "url",
    [
        "post.example",
        "http://post.example",
        "smtp://post.example",  # from whom?
        "smtp://troly:x@post.example",  # troly is no address
        "smtp://troly@post.example?from=a@chibo.example",  # no password
        "smtp://troly:x@post.example?from=a@chibo.example&tls=none",  # the password would be seen
        "smtp://post.example?from=a@chibo.example%0d%0aBcc:b@c.example",
        "smtp://post.example?from=a@chibo.example&reply=x",
        "smtp://post.example?from=a@chibo.example&what=1",
        "smtp://post.example:99999?from=a@chibo.example",
        "smtp://post.example?tls=some&from=a@chibo.example",
        "smtp://troly:m%E1%BA%ADt@post.example?from=a@chibo.example",  # no server reads it alike
        "smtp://[post?from=a@chibo.example",
    ],
)
def test_what_is_no_address_of_a_server(url: str) -> None:
    with pytest.raises(ValidationError, match="setting_smtp"):
        MailSettings(smtp_url=SecretStr(url))


def test_the_operator_is_told_what_to_write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from bot.settings import read_settings

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMTP_URL", "post.example")
    with pytest.raises(Rejected) as refused:
        read_settings()
    assert [(one.place, one.code) for one in refused.value.problems] == [("SMTP_URL", "setting_smtp")]
