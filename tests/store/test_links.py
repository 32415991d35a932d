"""Signed links: each opens its own kind, for as long as it should, and nothing else does."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.channels.web.channel import Web
from bot.messages import File
from bot.store.db import Database
from bot.store.links import EXPORT_LIFE, FILE_LIFE, UPLOAD_LIFE, SignedLinks, own_secret
from bot.tables import Constant

FILE = File("ab" * 32, "Báo cáo quý I.pdf", 4711, "application/pdf")
ENTRANCES = {
    "telegram": lambda code: f"https://t.me/bot?start={code}",
    "web": lambda code: f"https://chibo.example/w/new/{code}",
}
LINKS = SignedLinks("secret", "https://chibo.example/", ENTRANCES)


def _token(link: str, kind: str) -> str:
    head = f"https://chibo.example/{kind}/"
    assert link.startswith(head)
    return link.removeprefix(head)


def tokens() -> dict[str, str]:
    return {
        "web_chat": _token(LINKS.web_chat(7), "w"),
        "upload": _token(LINKS.upload(7), "u"),
        "export": _token(LINKS.export(7), "x"),
        "file": _token(LINKS.file(FILE, 7), "f"),
        "entry": LINKS.entry("7"),
    }


TOKENS = tokens()
VALUES = {"web_chat": (7, 0), "upload": (7, 0), "export": (7, 0), "file": (FILE, (7, 0)), "entry": "7"}


@pytest.mark.parametrize("reading", TOKENS)
@pytest.mark.parametrize("made", TOKENS)
def test_a_token_opens_its_own_kind_alone(made: str, reading: str) -> None:
    found = getattr(LINKS, f"read_{reading}")(TOKENS[made])
    assert found == (VALUES[made] if made == reading else None)


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize(
    "change", [lambda t: "", lambda t: t[:-1], lambda t: t + "x", lambda t: "é" + t, lambda t: "." + t]
)
def test_what_was_changed_opens_nothing(kind: str, change) -> None:  # type: ignore[no-untyped-def]
    assert getattr(LINKS, f"read_{kind}")(change(TOKENS[kind])) is None


@pytest.mark.parametrize("kind", TOKENS)
def test_another_secret_opens_nothing(kind: str) -> None:
    other = SignedLinks("another", "https://chibo.example")
    assert getattr(other, f"read_{kind}")(TOKENS[kind]) is None


@pytest.mark.parametrize(
    ("kind", "life"),
    [("upload", UPLOAD_LIFE), ("export", EXPORT_LIFE), ("file", FILE_LIFE), ("web_chat", None)],
)
def test_links_expire(kind: str, life: timedelta | None, monkeypatch: pytest.MonkeyPatch) -> None:
    began = int(time.time())
    token = tokens()[kind]

    def read_after(span: timedelta) -> object:
        monkeypatch.setattr(
            "itsdangerous.timed.TimestampSigner.get_timestamp",
            lambda _self: began + int(span.total_seconds()),
        )
        return getattr(LINKS, f"read_{kind}")(token)

    if life is None:
        assert read_after(timedelta(days=3650)) == (7, 0)
        return
    assert read_after(life - timedelta(minutes=1)) == VALUES[kind]
    assert read_after(life + timedelta(minutes=1)) is None


@pytest.mark.parametrize("facts", ["7", None, [7], [7, True], [7, 1, 1], True, {"a": 1}])
def test_signed_nonsense_is_no_contact(facts: object) -> None:
    signer = LINKS._signer("w")
    assert LINKS.read_web_chat(signer.dumps(facts)) is None


def test_a_link_bears_the_number_of_its_key() -> None:
    assert LINKS.read_web_chat(_token(LINKS.web_chat(7, 3), "w")) == (7, 3)
    assert LINKS.read_upload(_token(LINKS.upload(7, 3), "u")) == (7, 3)
    assert LINKS.read_export(_token(LINKS.export(7, 3), "x")) == (7, 3)
    assert LINKS.read_file(_token(LINKS.file(FILE, 7, 3), "f")) == (FILE, (7, 3))


@pytest.mark.parametrize("facts", [["ab", "a.pdf", 1, "x"], ["ab", "a.pdf", 1, "x", 7, 0, 0], "ab", 7])
def test_a_file_link_without_its_reader_opens_nothing(facts: object) -> None:
    assert LINKS.read_file(LINKS._signer("f").dumps(facts)) is None


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def test_a_link_to_a_file_of_a_message_is_short() -> None:
    long = File("0123456789abcdef" * 4, "Biên bản chi bộ tháng 11.docx", 15000, WORD)
    link = LINKS.file_of_message(12345, long, 678, 3)
    assert LINKS.read_file_of_message(_token(link, "f")) == (12345, "01234567", (678, 3))
    assert LINKS.read_file(_token(link, "f")) is None
    assert LINKS.read_file_of_message(_token(LINKS.file(long, 678, 3), "f")) is None
    assert len(link) < 0.5 * len(LINKS.file(long, 678, 3))


def test_an_invitation_names_every_way_in() -> None:
    assert LINKS.invitation("ABCD-EFGH") == [
        ("telegram", "https://t.me/bot?start=ABCD-EFGH"),
        ("web", "https://chibo.example/w/new/ABCD-EFGH"),
    ]
    assert SignedLinks("s", "http://x", {"web": Web("http://x").link}).invitation("A") == [
        ("web", "http://x/w/new/A")
    ]


def test_tokens_fit_into_a_path() -> None:
    assert LINKS.path(LINKS.web_chat(7)) == f"/w/{TOKENS['web_chat']}"
    assert all(
        set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
        for token in TOKENS.values()
    )


def test_the_secret_is_made_once(db: Database) -> None:
    found: list[str] = []
    start = threading.Barrier(4)

    def fetch() -> None:
        start.wait()
        with db.write() as session:
            found.append(own_secret(session))

    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.write() as session:
        found.append(own_secret(session))
        kept = session.scalars(select(Constant)).one()
        assert (kept.name, kept.value) == ("link_secret", found[0])
    assert len(found) == 5
    assert len(set(found)) == 1
    assert len(found[0]) >= 40
