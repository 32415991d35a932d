"""The web application: its pages, what it takes in, what it refuses; against a real server and a real outbox."""

import asyncio
import json
import logging
import re
import shutil
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bot.channels.web.channel import Hub, safe_html
from bot.channels.web.icons import draw_signs
from bot.messages import Address, Choice, File, Reply
from bot.people.invitations import create_invitation
from bot.people.places import KEY_LIFE, own_web_chat, withdraw_place
from bot.problems import Invalid
from bot.store import files
from bot.store.db import connect_database
from bot.store.links import SignedLinks
from bot.tables import Contact, Dialog, Event, Membership, Message, Person, Role, Unit
from bot.talk import outbox
from bot.talk.desk import Desk
from bot.web import app as web
from bot.web import tries as tries_module
from bot.web.site import Site
from tests.kit.installation import LIMIT, PNG, Installation, running
from tests.kit.places import ROOT
from tests.kit.processes import SECONDS


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    with running(database_url, tmp_path) as site:
        yield site


@pytest.fixture
def browser(site: Installation) -> Iterator[httpx.Client]:
    with client_of(site) as client:
        yield client


JSON = {"accept": "application/json"}


def say(client: httpx.Client, chat: str, text: str, own_id: str = "") -> httpx.Response:
    return client.post(f"{chat}/say", json={"id": own_id or str(uuid.uuid4()), "text": text}, headers=JSON)


def lines_after(client: httpx.Client, chat: str, after: int = 0, wanted: int = 1) -> list[dict]:  # type: ignore[type-arg]
    """The talk as JSON, asked for until it has `wanted` lines."""
    for _ in range(4_000):
        found = client.get(f"{chat}/talk", params={"after": after}, headers=JSON).json()["lines"]
        if len(found) >= wanted:
            return list(found)
        threading.Event().wait(0.03)
    raise AssertionError(found)


def test_a_talk_by_json(site: Installation, browser: httpx.Client) -> None:
    chat = site.chat()
    own_id = str(uuid.uuid4())
    assert say(browser, chat, "Xin chào <b>\ncả nhà", own_id).json() == {"seq": 1}
    mine, told = lines_after(browser, chat, wanted=2)
    assert (mine["seq"], mine["side"], mine["id"]) == (1, "me", own_id)
    assert mine["html"] == "Xin chào &lt;b&gt;<br>cả nhà"
    assert mine["choices"] == []
    assert (told["seq"], told["side"]) == (2, "bot")
    assert told["html"] == "Đồng chí vừa viết:<br><b>Xin chào &lt;b&gt;<br>cả nhà</b>"
    assert told["choices"] == [
        [{"label": "Xem <việc> tháng này", "payload": "month"}],
        [{"label": "Có", "payload": "yes:1"}, {"label": "Không", "payload": "no:1"}],
    ]
    assert set(told) == {"seq", "side", "id", "number", "html", "choices", "files", "at", "clock", "day"}
    press = {"id": str(uuid.uuid4()), "payload": "yes:1", "label": "Có"}
    assert browser.post(f"{chat}/say", json=press).json() == {"seq": 3}
    pressed, answer = lines_after(browser, chat, after=2, wanted=2)
    assert (pressed["html"], answer["html"]) == ("Có", "Đã nhận lựa chọn yes 1.")


def test_the_same_line_twice_is_one_event(site: Installation, browser: httpx.Client) -> None:
    chat, own_id = site.chat(), str(uuid.uuid4())
    first, second = say(browser, chat, "một lần", own_id), say(browser, chat, "một lần", own_id)
    assert first.json() == second.json() == {"seq": 1}
    assert len(lines_after(browser, chat, wanted=2)) == 2
    assert site.count(Event) == 1
    other = site.chat()
    assert say(browser, other, "của người khác", own_id).json() == {"seq": 1}
    assert site.count(Event) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nothing",
        b'{"text": "x"}',
        b'{"id": "short", "text": "x"}',
        b'{"id": "../../../../etc", "text": "x"}',
        b'{"id": "12345678"}',
        b'{"id": "12345678", "text": "  "}',
        b'{"id": "12345678", "text": ["x"]}',
        b'{"id": "12345678", "text": {"a": 1}}',
        b'{"id": 12345678, "text": "x"}',
        b'{"id": "12345678", "payload": "' + b"x" * 101 + b'"}',
        b"[" * 50_000,
    ],
)
def test_what_say_does_not_take(shared: Installation, body: bytes) -> None:
    with client_of(shared) as browser:
        answer = browser.post(f"{shared.chat()}/say", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json() == {"error": 400}
    assert not shared.received


@pytest.fixture(scope="module")
def module_site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Installation]:
    """One server on SQLite for the tests in which the database plays no part."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(sqlite_template, folder / "test.db")
    with running(f"sqlite:///{folder}/test.db", folder) as site:
        yield site


@pytest.fixture
def shared(module_site: Installation) -> Installation:
    module_site.received.clear()
    module_site.broken = False
    module_site.at = None
    return module_site


def client_of(site: Installation) -> httpx.Client:
    """It speaks plain HTTP: reading who may sign certificates would be most of its beginning."""
    return httpx.Client(base_url=f"http://127.0.0.1:{site.port}", timeout=SECONDS, verify=False)


def test_text_that_no_database_takes(site: Installation, browser: httpx.Client) -> None:
    chat = site.chat()
    body = b'{"id": "12345678", "text": "a\\u0000b \\ud800 c"}'
    assert browser.post(f"{chat}/say", content=body).status_code == 200
    assert lines_after(browser, chat)[0]["html"] == "ab ? c"


@pytest.mark.logs_errors
def test_a_failed_commit_asks_to_try_again(shared: Installation, caplog: pytest.LogCaptureFixture) -> None:
    with client_of(shared) as browser:
        chat = shared.chat()
        shared.broken = True
        assert say(browser, chat, "thử", "12345678").status_code == 503
        shared.broken = False
        assert say(browser, chat, "thử", "12345678").status_code == 200
    assert "event not handled" in caplog.text
    assert chat.removeprefix("/w/") not in caplog.text


@pytest.mark.logs_errors
def test_a_handler_that_raises_is_apologised_for_once(site: Installation, browser: httpx.Client) -> None:
    chat = site.chat()
    assert say(browser, chat, "nổ").json() == {"seq": 1}
    assert lines_after(browser, chat, wanted=2)[1]["html"].startswith("Lỗi ")


@pytest.mark.parametrize("path", ["", "/events", "/talk", "/say", "/files"])
def test_forged_tokens_open_nothing(shared: Installation, path: str) -> None:
    mine, other = shared.contact(), shared.contact("telegram")
    good = shared.links.path(shared.links.web_chat(mine)).removeprefix("/w/")
    elsewhere = SignedLinks("another secret", "").web_chat(mine).removeprefix("/w/")
    others = shared.links.path(shared.links.web_chat(other)).removeprefix("/w/")
    strange = [
        "x",
        good[:-2],
        good + "A",
        elsewhere,
        shared.links.path(shared.links.upload(mine)).removeprefix("/u/"),
        others,
        shared.links.path(shared.links.web_chat(10**9)).removeprefix("/w/"),
        others.partition(".")[0] + good[good.index(".") :],
    ]
    with client_of(shared) as browser:
        for token in strange:
            method = "POST" if path in ("/say", "/files") else "GET"
            answer = browser.request(method, f"/w/{token}{path}")
            assert answer.status_code == 403, token
            assert "Không mở được cuộc trò chuyện" in answer.text
    assert not shared.received


def _tries_every_page(browser: httpx.Client, chat: str, upload: str) -> dict[str, int]:
    """Each page behind the two links, by its status."""
    own, parts = {"id": str(uuid.uuid4())}, [("files", ("ảnh.png", PNG, "image/png"))]
    pages = {path: browser.get(f"{chat}{path}", headers=JSON) for path in ("", "/events", "/talk")}
    pages["/say"] = browser.post(f"{chat}/say", json={**own, "text": "xem"}, headers=JSON)
    pages["/files"] = browser.post(f"{chat}/files", data=own, files=parts, headers=JSON)
    pages["/u"] = browser.get(upload, headers=JSON)
    pages["/u POST"] = browser.post(upload, data=own, files=parts, headers=JSON)
    return {path: answer.status_code for path, answer in pages.items()}


@pytest.mark.parametrize("how", ["new link", "withdrawn", "unused"])
def test_links_that_have_ended_open_nothing(site: Installation, browser: httpx.Client, how: str) -> None:
    contact, at = site.contact(), datetime.now(UTC)
    chat, upload = site.chat(contact), site.links.path(site.links.upload(contact))
    assert browser.get(chat).status_code == 200
    with site.db.write() as session:
        row = session.get_one(Contact, contact)
        if how == "new link":
            assert own_web_chat(session, row.person, at) is row
        elif how == "withdrawn":
            withdraw_place(session, row, at)
        else:
            row.used_at = row.opened_at = at - KEY_LIFE
    assert set(_tries_every_page(browser, chat, upload).values()) == {403}
    assert "Đường dẫn đã hết hạn hoặc bị thu hồi" in browser.get(chat).text
    assert not site.received
    assert [path for path in (site.folder / "store").rglob("*") if path.is_file()] == []
    if how == "new link":
        with site.db.read() as session:
            key = session.get_one(Contact, contact).key
        assert browser.get(site.links.path(site.links.web_chat(contact, key))).status_code == 200


def test_reading_alone_keeps_a_link(site: Installation, browser: httpx.Client) -> None:
    chat, begun = site.chat(), datetime.now(UTC)
    for days in (60, 120, 180):
        site.at = begun + timedelta(days=days)
        assert browser.get(chat).status_code == 200
    site.at = begun + timedelta(days=270)
    assert browser.get(chat).status_code == 403


def test_an_open_page_ends_with_its_link(
    site: Installation, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.chat.LOOK_AGAIN", 0.2)
    contact = site.contact()
    with browser.stream("GET", f"{site.chat(contact)}/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: ready"
        with site.db.write() as session:
            withdraw_place(session, session.get_one(Contact, contact), site.now())
        rest = list(islice(lines, 40))  # of one that does not end the pings would go on coming
        assert len(rest) < 40, "it ends by itself"
        assert not any(line.startswith("id:") for line in rest)


def test_who_has_lost_the_role_reads_nothing_of_before(site: Installation, browser: httpx.Client) -> None:
    contact = site.contact()
    chat = site.chat(contact)
    say(browser, chat, "việc của chi bộ")
    assert len(lines_after(browser, chat, wanted=2)) == 2
    with site.db.write() as session:
        row = session.get_one(Contact, contact)
        session.scalars(
            select(Membership).where(Membership.person_id == row.person_id)
        ).one().ended_at = site.now()
    assert browser.get(f"{chat}/talk").json()["lines"] == []
    assert "việc của chi bộ" not in browser.get(chat).text
    say(browser, chat, "tôi vào lại")
    assert [line["side"] for line in lines_after(browser, chat, wanted=2)] == ["me", "bot"]


def test_each_chat_shows_its_own_lines_alone(site: Installation, browser: httpx.Client) -> None:
    first, second = site.chat(), site.chat()
    say(browser, first, "bí mật của tôi")
    lines_after(browser, first, wanted=2)
    assert browser.get(f"{second}/talk").json() == {"lines": [], "last": 0}
    assert "bí mật" not in browser.get(second).text


def test_the_page_bears_the_talk(site: Installation, browser: httpx.Client) -> None:
    contact = site.contact()
    chat = site.chat(contact)
    say(browser, chat, "<script>alert(1)</script>")
    lines_after(browser, chat, wanted=2)
    page = browser.get(chat)
    assert page.status_code == 200
    assert "<script>alert(1)" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert 'data-last="2"' in page.text
    assert page.text.count('name="press"') == 3
    assert "Xem &lt;việc&gt; tháng này" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert not re.search(r"<script(?![^>]*(src=|application/json))|\son\w+=|\sstyle=", page.text)
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page.text)


def test_labels_and_file_names_are_escaped(site: Installation, browser: httpx.Client) -> None:
    contact = site.contact()
    chat = site.chat(contact)
    evil = "\"'><img src=x onerror=alert(1)>"
    file = File("0" * 64, f"{evil}.pdf", 5000, "application/pdf")
    site.tell(contact, Reply("Tệp đây", ((Choice(evil, "yes:'>\"<"),),), (file,)))
    line = lines_after(browser, chat)[0]
    assert line["choices"] == [[{"label": evil, "payload": "yes:'>\"<"}]]
    assert line["files"][0]["name"] == file.name
    assert line["files"][0]["size"] == "5 KB"
    assert line["files"][0]["url"].startswith("/f/")
    page = browser.get(chat).text
    assert "<img src=x" not in page
    value = re.search(r"name=\"press\" value='([^']*)'", page)
    assert value is not None
    assert json.loads(value[1]) == {"label": evil, "payload": "yes:'>\"<"}
    own = {"id": str(uuid.uuid4()), "payload": "yes:1", "label": evil}
    browser.post(f"{chat}/say", json=own)
    assert "<img" not in lines_after(browser, chat, after=1)[0]["html"]


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ("a\nb", "a<br>b"),
        ("<b>đậm</b> <i>x</i> <u>x</u> <s>x</s> <code>x</code>", None),
        ("<pre>a\nb</pre>", None),
        ("<pre>a</pre>\nb\nc", "<pre>a</pre>b<br>c"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<img src=x onerror=alert(1)>a", "a"),
        ('<b onclick="alert(1)">a</b>', "<b>a</b>"),
        ('<a href="javascript:alert(1)">a</a>', "a"),
        ('<a href="data:text/html,x">a</a>', "a"),
        (
            '<a href="https://a.vn/?x=1&amp;y=&quot;">a</a>',
            '<a href="https://a.vn/?x=1&amp;y=&quot;" target="_blank" rel="noopener noreferrer">a</a>',
        ),
        (
            "xem https://a.vn/b?c=1&amp;d=2.",
            'xem <a href="https://a.vn/b?c=1&amp;d=2" target="_blank" rel="noopener noreferrer">'
            "https://a.vn/b?c=1&amp;d=2</a>.",
        ),
        ("<b>chưa đóng", "<b>chưa đóng</b>"),
        ("<b><i>lẫn</b></i>", "<b><i>lẫn</i></b>"),
        ("5 &lt; 6 &amp; <!-- ẩn -->7", "5 &lt; 6 &amp; 7"),
        ("<tg-spoiler>a</tg-spoiler></div>", "a"),
        (
            '<a href="https://a.vn/✅">✅</a>',
            f'<a href="https://a.vn/✅" target="_blank" rel="noopener noreferrer">{draw_signs("✅")}</a>',
        ),
    ],
)
def test_only_our_tags_are_drawn(given: str, right: str | None) -> None:
    assert safe_html(given) == (given if right is None else right)


def test_the_stream_tells_what_comes(site: Installation, browser: httpx.Client) -> None:
    contact = site.contact()
    chat = site.chat(contact)
    say(browser, chat, "một")
    lines_after(browser, chat, wanted=2)
    with browser.stream("GET", f"{chat}/events", params={"after": 1}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        found = _events(stream)
        assert next(found) == ("", "ready")
        assert json.loads(next(found)[1])["seq"] == 2
        say(browser, chat, "hai")
        assert [next(found)[0], next(found)[0]] == ["3", "4"]
        site.tell(contact, Reply("bất ngờ"))
        number, text = next(found)
        assert (number, json.loads(text)["html"]) == ("5", "bất ngờ")
    with browser.stream(
        "GET", f"{chat}/events", params={"after": 1}, headers={"last-event-id": "4"}
    ) as stream:
        found = _events(stream)
        assert next(found) == ("", "ready")
        assert next(found)[0] == "5"


def test_what_is_open_at_another_place_is_gone_on_with_by_one_button(
    site: Installation, browser: httpx.Client
) -> None:
    own = site.contact()
    chat = site.chat(own)
    old = Reply("Câu hỏi cũ", ((Choice("Có", "=6:yes"),), (Choice("Trang chính", "home"),)))
    site.tell(own, old)
    lines_after(browser, chat)
    with site.db.write() as session:
        contact = session.get_one(Contact, own)
        later = contact.used_at + timedelta(minutes=5)
        phone = Contact(person_id=contact.person_id, channel="zalo", place="phone", used_at=later)
        session.add(phone)
        session.add(Dialog(person_id=contact.person_id, flow="x", step="y", data={}, trail=[], question=7))
        session.flush()
        asked = Reply("<b>Bao nhiêu &amp; ai?</b>\nSố", ((Choice("Có", "=7:yes"),),))
        outbox.post_message(session, phone, asked, later)
    page = browser.get(chat).text
    assert "<p>Đồng chí đang làm dở ở Zalo: Bao nhiêu &amp; ai?</p>" in page
    assert "go_on" in page
    assert "=6:yes" not in page  # another place's answer has made it void
    assert "home" in page
    with site.db.write() as session:
        session.get_one(Contact, own).used_at = later + timedelta(minutes=1)
    assert "Đồng chí đang làm dở" not in browser.get(chat).text


def test_an_open_page_hears_that_a_question_is_answered_elsewhere(
    site: Installation, browser: httpx.Client
) -> None:
    own = site.contact()
    with site.db.write() as session:
        person = session.get_one(Contact, own).person_id
        session.add(Dialog(person_id=person, flow="x", step="y", data={}, trail=[], question=7))
    with browser.stream("GET", f"{site.chat(own)}/events") as stream:
        found = _events(stream)
        site.tell(own, Reply("Một"))
        assert next(data for number, data in found if number)  # it has looked once
        with site.db.write() as session:
            session.get_one(Dialog, person).question = 8
        assert next(data for _, data in found if data == "asked")


def _events(stream: httpx.Response) -> Iterator[tuple[str, str]]:
    """(id, data) of each event; of a named one, its name as data."""
    number, name, text = "", "", ""
    for line in stream.iter_lines():
        key, _, value = line.partition(": ")
        if key == "id":
            number = value
        elif key == "event":
            name = value
        elif key == "data":
            text = value
        elif not line and (text or name):
            yield number, name or text
            number, name, text = "", "", ""


def test_a_line_of_another_replica_is_seen_without_a_bell(site: Installation, browser: httpx.Client) -> None:
    contact = site.contact()
    chat = site.chat(contact)
    with browser.stream("GET", f"{chat}/events") as stream:
        found = _events(stream)
        assert next(found) == ("", "ready")
        with site.db.write() as session:
            session.add(
                Message(
                    person_id=session.get_one(Contact, contact).person_id,
                    contact_id=contact,
                    channel="web",
                    priority=0,
                    body={"text": "từ máy khác"},
                    state="sent",
                    created_at=site.now(),
                    due_at=site.now(),
                    sent_at=site.now(),
                    seq=outbox.next_seq(session, contact),
                )
            )
        assert json.loads(next(found)[1])["html"] == "từ máy khác"


def test_a_long_talk_comes_in_parts(site: Installation, browser: httpx.Client) -> None:
    contact = site.contact()
    chat = site.chat(contact)
    with site.db.write() as session:
        row = session.get_one(Contact, contact)
        for number in range(1, 501):
            session.add(
                Event(
                    id=f"web:{contact}:n{number}",
                    contact_id=contact,
                    at=site.now(),
                    seq=number,
                    said=f"tin {number}",
                )
            )
        row.seq = 500
    page = browser.get(chat).text
    assert len(re.findall(r'data-seq="\d+"', page)) == 60
    assert "tin 500" in page
    assert "lines=240" in page
    assert len(re.findall(r'data-seq="\d+"', browser.get(f"{chat}?lines=9999").text)) == 500
    talk = browser.get(f"{chat}/talk").json()
    assert (len(talk["lines"]), talk["last"]) == (200, 200)
    with browser.stream("GET", f"{chat}/events") as stream:
        found = _events(stream)
        next(found)
        assert [next(found)[0] for _ in range(500)] == [str(number) for number in range(1, 501)]


def test_buttons_stay_where_they_still_mean_something(site: Installation, browser: httpx.Client) -> None:
    contact = site.contact()
    chat = site.chat(contact)

    def shown() -> list[str]:
        return re.findall(r'name="press" value=\'{"label":\s*"([^"]*)"', browser.get(chat).text)

    for number, letter in enumerate("AB", 1):
        site.tell(contact, Reply(letter, ((Choice(letter, "yes:1"),),)))
        lines_after(browser, chat, wanted=number)
    assert shown() == ["A", "B"]
    say(browser, chat, "gì đó")
    lines_after(browser, chat, wanted=4)
    assert len(shown()) == 3
    assert "A" not in shown()
    browser.post(f"{chat}/say", json={"id": str(uuid.uuid4()), "payload": "yes:1", "label": "Có"})
    lines_after(browser, chat, wanted=6)
    assert shown() == []


def test_without_javascript(site: Installation, browser: httpx.Client) -> None:
    chat = site.chat()
    form = {"id": str(uuid.uuid4()), "text": "bằng biểu mẫu"}
    sent = browser.post(f"{chat}/say", data=form)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{chat}#l1")
    page = browser.get(chat).text
    assert "Đồng chí vừa viết" in page, "the answer is waited for"
    value = re.search(r"name=\"press\" value='({[^']*yes[^']*})'", page)
    assert value is not None
    assert browser.post(f"{chat}/say", data={"id": "87654321", "press": value[1]}).status_code == 303
    assert "Đã nhận lựa chọn yes 1." in browser.get(chat).text
    assert browser.post(f"{chat}/say", data={"id": "87654322", "text": " "}).status_code == 303
    assert browser.post(f"{chat}/say", data={"id": "87654322", "press": "[]"}).status_code == 400
    upload = browser.post(
        f"{chat}/files", data={"id": "87654323"}, files={"files": ("ảnh.png", PNG, "image/png")}
    )
    assert (upload.status_code, upload.headers["location"]) == (303, f"{chat}#l5")
    assert "Đã nhận 1 tệp" in browser.get(chat).text
    empty = browser.post(f"{chat}/files", data={"id": "87654324"}, files={"files": ("", b"")})
    assert empty.status_code == 303
    assert len(site.received) == 3


def test_without_javascript_a_slow_answer_is_not_waited_for_long(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.web.chat.ANSWER_SECONDS", 0.2)
    db = connect_database(database_url)
    site = Installation(database_url, db, tmp_path, mute=True)
    site.start()
    try:
        with client_of(site) as browser:
            assert browser.post(f"{site.chat()}/say", data={"id": "12345678", "text": "a"}).status_code == 303
    finally:
        site.stop()
        db.close()


def test_pages_come_packed_and_streams_do_not(site: Installation, browser: httpx.Client) -> None:
    contact = site.contact()
    chat = site.chat(contact)
    for number in range(20):
        site.tell(contact, Reply(f"Lời nhắc số {number}: đồng chí đặt lịch họp."))
    lines_after(browser, chat, wanted=20)
    for path in (chat, f"{chat}/talk?after=0"):
        asked = browser.get(path, headers={"accept-encoding": "gzip"})
        assert asked.headers["content-encoding"] == "gzip"
        assert int(asked.headers["content-length"]) * 2 < len(asked.content)
        plain = browser.get(path, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
    with browser.stream("GET", f"{chat}/events", headers={"accept-encoding": "gzip"}) as stream:
        assert "content-encoding" not in stream.headers


def test_who_holds_no_role_stores_nothing(site: Installation, browser: httpx.Client) -> None:
    parts = [("files", ("ảnh.png", PNG, "image/png"))]
    for channel, path in (("web", "files"), ("telegram", "")):
        contact = site.contact(channel, role="")
        link = site.links.path(
            site.links.web_chat(contact) if channel == "web" else site.links.upload(contact)
        )
        address = f"{link}/{path}" if path else link
        answer = browser.post(address, data={"id": str(uuid.uuid4())}, files=parts, headers=JSON)
        assert answer.status_code == 200
    assert [one.code for event in site.received for one in event.refused] == ["file_stranger"] * 2
    assert [event.files for event in site.received] == [(), ()]
    assert [path for path in (site.folder / "store").rglob("*") if path.is_file()] == []


def test_files_from_the_chat(site: Installation, browser: httpx.Client) -> None:
    chat, own_id = site.chat(), str(uuid.uuid4())
    parts = [
        ("files", ('Báo "cáo" <1>.png', PNG, "application/x-evil")),
        ("files", ("../../etc/passwd", b"root", "text/plain")),
        ("files", ("trống.pdf", b"", "application/pdf")),
    ]
    for _ in range(2):
        answer = browser.post(f"{chat}/files", data={"id": own_id}, files=parts, headers=JSON)
        assert answer.json() == {"seq": 1}
    assert site.count(Event) == 1
    event = site.received[0]
    assert [(f.name, f.media_type, f.size) for f in event.files] == [
        ('Báo "cáo" <1>.png', "image/png", len(PNG))
    ]
    assert [(r.name, r.code) for r in event.refused] == [("passwd", "file_type"), ("trống.pdf", "file_empty")]
    assert event.album
    assert site.store.read(event.files[0].digest) == PNG
    mine, told = lines_after(browser, chat, wanted=2)
    clip = draw_signs("📎")
    assert mine["html"] == f"{clip} Báo &quot;cáo&quot; &lt;1&gt;.png<br>{clip} passwd<br>{clip} trống.pdf"
    assert told["html"] == "Đã nhận 1 tệp, từ chối 2."
    browser.post(f"{chat}/files", data={"id": str(uuid.uuid4())}, files=parts[:1], headers=JSON)
    assert site.received[-1].album == ""


def _multipart(*parts: bytes) -> tuple[bytes, dict[str, str]]:
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"
    return body, {"content-type": "multipart/form-data; boundary=x", **JSON}


ID_PART = b'Content-Disposition: form-data; name="id"\r\n\r\n12345678'
FILE_PART = b'Content-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n' + PNG


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ((FILE_PART,), 400),
        ((ID_PART,), 400),
        ((ID_PART.replace(b"12345678", b"../../../"), FILE_PART), 400),
        ((ID_PART, *[FILE_PART] * 21), 413),
        ((ID_PART + b"x" * 20_000, FILE_PART), 413),
        ((b"no header at all",), 400),
    ],
)
def test_forms_that_are_not_taken(shared: Installation, parts: tuple[bytes, ...], status: int) -> None:
    body, headers = _multipart(*parts)
    with client_of(shared) as browser:
        answer = browser.post(f"{shared.chat()}/files", content=body, headers=headers)
    assert answer.status_code == status
    assert not shared.received


@pytest.mark.parametrize(
    "kind", ["", "application/json", "multipart/form-data", "multipart/form-data; boundary="]
)
def test_bodies_that_are_no_form(shared: Installation, kind: str) -> None:
    with client_of(shared) as browser:
        answer = browser.post(f"{shared.chat()}/files", content=b"x", headers={"content-type": kind, **JSON})
    assert answer.status_code == 400


def _endless(size: int) -> Iterator[bytes]:
    yield b"--x\r\n" + FILE_PART.removesuffix(PNG)
    for _ in range(size // 2**16):
        yield b"\0" * 2**16


@pytest.mark.parametrize("streamed", [False, True])
def test_bodies_over_their_limits(shared: Installation, streamed: bool) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x", **JSON}
    contact = shared.contact()
    chat, upload = shared.chat(contact), shared.links.path(shared.links.upload(contact))
    with client_of(shared) as browser:
        for path, size in (
            (f"{chat}/say", 2**17),
            (f"{chat}/files", 2 * LIMIT),
            (upload, 2 * LIMIT),
            ("/telegram", 2**21),
        ):
            body = b"".join(_endless(size))
            try:
                answer = browser.post(path, content=iter([body]) if streamed else body, headers=headers)
            except (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
                continue  # refused before all of it was sent
            assert answer.status_code == 413, path
    assert not shared.received
    assert not shared.updates


@pytest.mark.logs_errors
def test_a_store_that_fails(shared: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> File:
        raise OSError("disk full")

    monkeypatch.setattr(shared.store, "put", fail)
    body, headers = _multipart(ID_PART, FILE_PART)
    with client_of(shared) as browser:
        answer = browser.post(f"{shared.chat()}/files", content=body, headers=headers)
    assert answer.status_code == 200, "the sender is told and the talk goes on; nothing is tried for ever"
    assert [refused.code for refused in shared.received[0].refused] == ["file_store_away"]


def test_the_upload_page(site: Installation, browser: httpx.Client) -> None:
    contact = site.contact("telegram")
    path = site.links.path(site.links.upload(contact))
    page = browser.get(path)
    assert page.status_code == 200
    assert "multiple" in page.text
    own_id = re.search(r'name="id" value="([^"]+)"', page.text)
    assert own_id is not None
    big = PNG + b"\1" * (2 * 2**20)
    form = {
        "data": {"id": own_id[1]},
        "files": [("files", ("lớn.png", big)), ("files", ("x.zip", b"PK\x03\x04"))],
    }
    answer = browser.post(path, headers=JSON, **form).json()  # type: ignore[arg-type]
    assert answer["results"][0] == {"name": "lớn.png", "stored": True, "sentence": ""}
    assert answer["results"][1]["stored"] is False
    assert "x.zip" in answer["results"][1]["sentence"]
    shown = browser.post(path, **form)  # type: ignore[arg-type]
    assert "✓ Đã nhận: lớn.png" in shown.text
    assert site.count(Event) == 1
    event = site.received[0]
    assert event.id == f"up:{contact}:{own_id[1]}"
    assert event.address.channel == "telegram"
    assert site.store.read(event.files[0].digest) == big
    assert browser.post(path, data={"id": "87654321"}, files={"files": ("", b"")}, headers=JSON).json() == {
        "results": []
    }
    for strange in ("x", site.links.path(site.links.web_chat(contact)).removeprefix("/w/")):
        assert browser.get(f"/u/{strange}").status_code == 403
        assert browser.post(f"/u/{strange}").status_code == 403
    assert "trong 24 giờ" in browser.get("/u/x").text


def test_a_stored_file_comes_back(site: Installation, browser: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(PNG)
    stored = files.take_in(site.store, 'Biên bản "số 1"\r\nx: y.png', tmp_path / "a")
    reader = site.contact()
    answer = browser.get(site.links.path(site.links.file(stored, reader)))
    assert answer.content == PNG
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-length"] == str(len(PNG))
    kind = answer.headers["content-disposition"]
    assert kind.startswith('attachment; filename="Bi_n b_n _s')
    assert "filename*=UTF-8''Bi%C3%AAn%20b%E1%BA%A3n%20%22s%E1%BB%91%201%22" in kind
    assert answer.headers["cache-control"] == "no-store"
    gone = site.links.path(site.links.file(File("0" * 64, "a.png", 1, "image/png"), reader))
    assert browser.get(gone).status_code == 404
    assert browser.get("/f/xyz").status_code == 403
    assert browser.get(gone[:-6] + ("A" if gone[-6] != "A" else "B") + gone[-5:]).status_code == 403


def test_a_file_of_a_message_comes_by_a_short_link(
    site: Installation, browser: httpx.Client, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(PNG)
    stored = files.take_in(site.store, "y.png", tmp_path / "a")
    reader = site.contact()
    with site.db.write() as session:
        contact = session.get_one(Contact, reader)
        number = outbox.post_message(session, contact, Reply("Đây", (), (stored,)), contact.used_at)
        session.flush()
        number_of = number.id
    link = site.links.path(site.links.file_of_message(number_of, stored, reader))
    assert browser.get(link).content == PNG
    assert link in browser.get(f"{link}/page").text
    other = File("f" * 64, "y.png", 1, "image/png")
    assert (
        browser.get(site.links.path(site.links.file_of_message(number_of, other, reader))).status_code == 403
    )
    assert browser.get(site.links.path(site.links.file_of_message(999, stored, reader))).status_code == 403
    assert browser.get(site.links.path(site.links.file_of_message(number_of, stored, 999))).status_code == 403


def test_the_workbook(site: Installation, browser: httpx.Client) -> None:
    with site.db.write() as session:
        unit = Unit(code="DUK", name="Đảng ủy Khối", kind="dang_bo", path="/1/")
        session.add(unit)
        session.flush()
        unit.path = f"/{unit.id}/"
        people = [Person(created_at=site.now()) for _ in range(3)]
        session.add_all(people)
        session.flush()
        for person, role, ended in zip(
            people, ("leader", "secretary", "leader"), (None, None, site.now()), strict=True
        ):
            session.add(
                Membership(person_id=person.id, unit_id=unit.id, role=role, since=site.now(), ended_at=ended)
            )
        places = [
            Contact(person=one, channel="web", place=uuid.uuid4().hex, used_at=site.now()) for one in people
        ]
        session.add_all(places)
        session.flush()
        leader, secretary, former = (place.id for place in places)
    answer = browser.get(site.links.path(site.links.export(leader)))
    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")
    assert ".xlsx" in answer.headers["content-disposition"]
    for contact_id in (secretary, former, 10**6):
        assert browser.get(site.links.path(site.links.export(contact_id))).status_code == 403
    assert "“Xuất Excel”" in browser.get("/x/xyz").text


@pytest.mark.logs_errors
@pytest.mark.parametrize("trouble", [OSError("away"), Invalid("file_unseen")])
def test_a_workbook_that_cannot_be_made_now(
    site: Installation, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    """Its process broke, or the database was away."""

    def fail(*_: object) -> bytes:
        raise trouble

    with site.db.write() as session:
        contact = Contact(
            person=Person(created_at=site.now()), channel="web", place=uuid.uuid4().hex, used_at=site.now()
        )
        session.add(contact)
        session.flush()
        number = contact.id
    monkeypatch.setattr(Desk, "apart", fail)
    answer = browser.get(site.links.path(site.links.export(number)))
    assert answer.status_code == 503
    assert "👉" in answer.text or "đồng chí" in answer.text.lower()


@pytest.fixture
def code(site: Installation) -> str:
    with site.db.write() as session:
        unit = Unit(code="CB01", name="Chi bộ 1", kind="chi_bo", path="/1/")
        session.add(unit)
        session.flush()
        return create_invitation(session, unit, Role.SECRETARY, site.now())[0]


def _entry(browser: httpx.Client, code: str) -> dict[str, str]:
    page = browser.get(f"/w/new/{code}")
    assert page.status_code == 200
    found = re.search(r'name="entry" value="([^"]+)"', page.text)
    assert found is not None
    return {"entry": found[1]}


def test_an_invitation_opens_a_chat(site: Installation, browser: httpx.Client, code: str) -> None:
    for _ in range(3):
        form = _entry(browser, code)
    assert site.count(Contact) == 0, "looking consumes nothing"
    opened = browser.post(f"/w/new/{code.lower().replace('-', '')}", data=form)
    assert opened.status_code == 303
    chat = opened.headers["location"]
    assert chat.startswith("/w/")
    mine, told = lines_after(browser, chat, wanted=2)
    assert mine["html"] == f"Bắt đầu bằng mã mời {code}"
    assert told["html"] == f"Chào đồng chí, mã {code}."
    again = browser.post(f"/w/new/{code}", data=form)
    assert site.links.read_web_chat(
        again.headers["location"].removeprefix("/w/")
    ) == site.links.read_web_chat(chat.removeprefix("/w/"))
    assert site.count(Contact) == 1, "a second press of the same button opens the same chat"
    assert browser.post(f"/w/new/{code}", data={"entry": "made up"}).status_code == 303
    assert site.count(Contact) == 2


def test_codes_that_open_nothing(
    site: Installation, browser: httpx.Client, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries_module, "PAUSE_SECONDS", 0.05)
    wrong = browser.post("/w/new/ZZZZ-ZZZZ")
    assert wrong.status_code == 404
    assert "Mã mời chưa đúng" in wrong.text
    with site.db.write() as session:
        from bot.tables import Invite

        session.scalars(select(Invite)).one().used_at = site.now()
    used = browser.post(f"/w/new/{code}")
    assert used.status_code == 410
    assert "đã được dùng" in used.text
    assert site.count(Contact) == 0
    for _ in range(9):
        assert browser.post("/w/new/ZZZZ-ZZZZ").status_code == 404
    blocked = browser.post("/w/new/ZZZZ-ZZZZ")
    assert blocked.status_code == 429
    assert "nhiều lần" in blocked.text
    with site.db.write() as session:
        session.scalars(select(Invite)).one().used_at = None
    assert browser.post(f"/w/new/{code}").status_code == 303, "others behind the same address get in"
    site.at = datetime.now(UTC) + timedelta(minutes=61)
    assert browser.post("/w/new/ZZZZ-ZZZZ").status_code == 404


def test_a_code_that_has_expired(site: Installation, browser: httpx.Client, code: str) -> None:
    site.at = datetime.now(UTC) + timedelta(days=30)
    expired = browser.post(f"/w/new/{code}")
    assert expired.status_code == 410
    assert "hết hạn" in expired.text
    assert site.count(Contact) == 0


def test_a_typed_code_finds_its_page(shared: Installation) -> None:
    with client_of(shared) as browser:
        found = browser.get("/w/new", params={"code": " abcd efgh "})
        assert (found.status_code, found.headers["location"]) == (303, "/w/new/ABCD-EFGH")
        for strange in ("", "abc", "//evil.example", "<script>alert(1)</script>"):
            page = browser.get("/w/new", params={"code": strange})
            assert page.status_code == 404
            assert "<script>" not in page.text
        assert "&lt;script&gt;" in browser.get("/w/new/<script>").text.lower()


def test_only_a_few_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries_module, "ADDRESSES_KEPT", 3)
    tries, at = tries_module.WrongTries(), datetime(2022, 4, 1, tzinfo=UTC)
    for number in range(10):
        tries.note("first", at)
        tries.note(f"other {number}", at)
    assert tries.too_many("first", at)
    assert not tries.too_many("first", at + timedelta(hours=1))
    for number in range(5):
        tries.note(f"more {number}", at)
    assert not tries.too_many("first", at)


def test_static_files(shared: Installation) -> None:
    with client_of(shared) as browser:
        page = browser.get("/").text
        address = re.search(r'href="(/static/chat\.css\?v=\w+)"', page)
        assert address is not None
        versioned = browser.get(address[1])
        assert "immutable" in versioned.headers["cache-control"]
        assert versioned.headers["content-encoding"] == "gzip"
        assert versioned.headers["content-type"] == "text/css; charset=utf-8"
        plain = browser.get("/static/chat.js", headers={"accept-encoding": "identity"})
        assert plain.text == (ROOT / "templates" / "web" / "chat.js").read_text("utf-8")
        assert "max-age=300" in plain.headers["cache-control"]
        known = browser.get("/static/chat.js", headers={"if-none-match": plain.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")
        for strange in (
            "chat.html",
            "export.yaml",
            "..%2f..%2fpyproject.toml",
            "%2e%2e/words.yaml",
            "..%5cwords.yaml",
            "chat.css%00.html",
            "",
        ):
            assert browser.get(f"/static/{strange}").status_code == 404, strange


def test_the_scripts_hold_no_wording() -> None:
    for path in (ROOT / "templates" / "web").glob("*.js"):
        assert not re.search(r"[à-ỹÀ-ỸđĐ]", path.read_text("utf-8")), path.name


def test_error_pages(shared: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    with client_of(shared) as browser:
        missing = browser.get("/nowhere")
        assert (missing.status_code, "Không có trang này" in missing.text) == (404, True)
        assert browser.get("/nowhere", headers=JSON).json() == {"error": 404}
        assert browser.delete("/health").status_code == 405

        def fail(*_arguments: object, **_more: object) -> None:
            raise RuntimeError("on purpose")

        chat = shared.chat()
        monkeypatch.setattr("bot.web.chat.read_talk", fail)
        broken = browser.get(chat)
        assert broken.status_code == 500
        assert "đang gặp sự cố" in broken.text
        for answer in (missing, broken):
            assert "default-src 'self'" in answer.headers["content-security-policy"]
            assert answer.headers["cache-control"] == "no-store"


@pytest.mark.logs_errors
def test_health(site: Installation, browser: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert browser.get("/health").json() == {"database": "ok", "waiting": 0, "oldest_waiting_seconds": 0}
    contact = site.contact("telegram")
    with site.db.write() as session:
        row = session.get_one(Contact, contact)
        outbox.post_message(session, row, Reply("cũ"), site.now() - timedelta(minutes=5))
        outbox.post_message(session, row, Reply("mai"), site.now(), due_at=site.now() + timedelta(days=1))
    found = browser.get("/health").json()
    assert found["waiting"] == 2
    assert 299 <= found["oldest_waiting_seconds"] <= 302

    def fail(*_arguments: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr(outbox, "pending_messages", fail)
    down = browser.get("/health")
    assert (down.status_code, down.json()) == (503, {"database": "down"})
    monkeypatch.setattr(web, "HEALTH_SECONDS", 0.1)
    over, answered = threading.Event(), threading.Event()

    def hangs(_session: object) -> None:
        over.wait(SECONDS)
        answered.set()

    monkeypatch.setattr(outbox, "pending_messages", hangs)
    assert browser.get("/health").status_code == 503
    assert not answered.is_set(), "a database that hangs is not waited for"
    over.set()


def test_telegrams_webhook(shared: Installation) -> None:
    header = "X-Telegram-Bot-Api-Secret-Token"
    with client_of(shared) as browser:
        assert browser.post("/telegram", content=b"{}", headers={header: "right"}).status_code == 200
        assert browser.post("/telegram", content=b"{}").status_code == 403
        assert shared.updates == [(b"{}", "right"), (b"{}", "")]
        shared.updates.clear()


@pytest.mark.logs_errors
def test_tokens_are_not_logged(site: Installation, browser: httpx.Client) -> None:
    lines: list[str] = []
    listener = logging.Handler()
    listener.emit = lambda record: lines.append(listener.format(record))  # type: ignore[method-assign]
    logging.getLogger().addHandler(listener)
    for name in ("httpx", "httpcore"):  # the test's own client
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        logging.getLogger("bot").setLevel(logging.DEBUG)
        contact = site.contact()
        chat, upload = site.chat(contact), site.links.path(site.links.upload(contact))
        say(browser, chat, "một")
        for path in (chat, upload, f"{chat}/none"):
            browser.get(path)
        site.broken = True
        say(browser, chat, "hai")
    finally:
        logging.getLogger().removeHandler(listener)
        logging.getLogger("bot").setLevel(logging.NOTSET)
    assert any("event not handled" in line for line in lines)
    for token in (chat[3:], upload[3:]):
        assert token not in "\n".join(lines)


def test_a_stop_ends_open_streams(database_url: str, tmp_path: Path) -> None:
    with running(database_url, tmp_path) as site, client_of(site) as browser:
        with browser.stream("GET", f"{site.chat()}/events") as stream:
            found = _events(stream)
            assert next(found) == ("", "ready")
            site.stop()
            assert list(found) == [], "it ends as a stream should, not cut off"
        site.start()


async def test_the_hub_wakes_only_whom_it_concerns() -> None:
    hub = Hub()
    mine, other = Address("web", "mine"), Address("web", "other")
    with hub.listen("mine") as bell:
        hub.notify({other, Address("telegram", "mine")})
        assert not await bell.wait(0.05)
        await asyncio.to_thread(hub.notify, {mine})
        assert await bell.wait(SECONDS)
        assert await bell.wait(SECONDS), "it stays rung until one looks"
        bell.quiet()
        assert not await bell.wait(0.01)
    hub.notify({mine})
    waiting = asyncio.create_task(hub.wait("mine", SECONDS))
    await asyncio.sleep(0)
    hub.close()
    assert await waiting
    assert hub.closed


def test_routes_and_front_page_of_the_caller(shared: Installation) -> None:
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    async def own(_request: Request) -> Response:
        return PlainTextResponse("own")

    site: Site = shared.app.state.site
    app = web.build_site(
        site.desk,
        site.receive,
        site.links,
        site.hub,
        site.take_in,
        site.stream,
        site.now,
        extra_routes=[Route("/demo/clock", own)],
        home=own,
    )

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return [await client.get(path) for path in ("/", "/demo/clock", "/health")]

    front, clock, health = asyncio.run(ask())
    assert front.text == clock.text == "own"
    assert front.headers["cache-control"] == "no-store"
    assert health.status_code == 200
