"""The file store on a folder and on an S3 server, and the one way in with all of its refusals."""

import hashlib
import logging
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import jinja2
import pytest
import yaml
from docx import Document
from moto.server import ThreadedMotoServer
from pypdf import PdfWriter

from bot.messages import File, Refusal
from bot.problems import Invalid
from bot.store.files import Store, clean_name, open_store, refusal_of, take_in
from bot.store.filetypes import DOCX, JPEG, PDF, PNG
from bot.store.folder import Folder

ROOT = Path(__file__).parents[2]
PNG_BYTES = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 17 + b"\0\0\0\0IEND" + b"\0" * 4
MISSING = "0" * 64


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    httpx.put(f"{endpoint}/tep").raise_for_status()
    yield f"?endpoint={endpoint}&region=us-east-1&access_key_id=key&secret_access_key=a+b/c"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return open_store(str(tmp_path / "new" / "store"))
    return open_store(f"s3://tep/{tmp_path.name}{request.getfixturevalue('s3')}")


def put(tmp_path: Path, data: bytes, name: str = "source") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_everything_that_is_stored_is_listed(store: Store, tmp_path: Path) -> None:
    assert list(store.digests()) == []
    stored = {digest_of(content) for content in (b"one", b"two", b"three")}
    for content in (b"one", b"two", b"three"):
        store.put(digest_of(content), put(tmp_path, content))
    store.check()
    assert set(store.digests()) == stored


def test_put_read_stream_size_drop(store: Store, tmp_path: Path) -> None:
    data = bytes(range(256)) * 28_000  # over 5 MB: goes to S3 in parts
    digest, source = digest_of(data), put(tmp_path, data)
    assert store.put(digest, source)
    assert not store.put(digest, source)
    assert store.read(digest) == data
    assert store.size(digest) == len(data)
    pieces = list(store.stream(digest))
    assert b"".join(pieces) == data
    assert len(pieces) > 2
    assert type(pieces[0]) is type(store.read(digest)) is bytes
    store.drop(digest)
    store.drop(digest)
    with pytest.raises(FileNotFoundError):
        store.read(digest)
    assert store.put(digest, source)


def test_what_is_not_there(store: Store) -> None:
    with pytest.raises(FileNotFoundError):
        store.read(MISSING)
    with pytest.raises(FileNotFoundError):
        store.size(MISSING)
    with pytest.raises(FileNotFoundError):
        store.stream(MISSING)


@pytest.mark.parametrize(
    "digest",
    ["", "abc", "../" * 21 + "a", "g" * 64, "a" * 63, "a" * 65, "A" * 64, "a" * 64 + "\n", "../" + "a" * 61],
)
def test_no_digest_no_access(store: Store, tmp_path: Path, digest: str) -> None:
    source = put(tmp_path, b"a")
    with pytest.raises(ValueError):
        store.put(digest, source)
    for read in (store.read, store.stream, store.size, store.drop):
        with pytest.raises(ValueError):
            read(digest)


def test_bytes_cut_short_in_the_store_are_put_again(tmp_path: Path) -> None:
    store, data = open_store(str(tmp_path / "store")), b"bao cao"
    digest, source = digest_of(data), put(tmp_path, data)
    store.put(digest, source)
    place = tmp_path / "store" / digest[:2] / digest[2:]
    assert place.read_bytes() == data
    place.write_bytes(b"ba")
    assert store.put(digest, source)
    assert store.read(digest) == data


def test_many_threads_at_once(store: Store, tmp_path: Path) -> None:
    contents = [f"tep {number % 5}".encode() * 1000 for number in range(40)]
    sources = {data: put(tmp_path, data, digest_of(data)) for data in contents}

    def there_and_back(data: bytes) -> bool:
        store.put(digest_of(data), sources[data])
        return store.read(digest_of(data)) == data

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, contents))


def test_check_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    open_store(str(folder)).check()
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o077 == 0


def test_check_on_s3(s3: str) -> None:
    open_store(f"s3://tep/kiem-tra{s3}").check()


def test_check_of_a_folder_that_is_gone(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    (tmp_path / "store").rmdir()
    (tmp_path / "store").write_text("")
    with pytest.raises(OSError):
        store.check()


def test_check_of_a_bucket_that_is_not_there(s3: str) -> None:
    with pytest.raises(OSError) as failed:
        open_store(f"s3://khong-co{s3}").check()
    assert "a+b" not in str(failed.value)


def test_an_unreachable_store_is_an_os_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.bucket._RETRIES", 0)
    store = open_store("s3://tep?endpoint=http://127.0.0.1:9&region=x&access_key_id=a&secret_access_key=b")
    for call in (store.read, store.size, store.stream, store.drop):
        with pytest.raises(OSError, match="file store"):
            call(MISSING)
    with pytest.raises(OSError, match="file store"):
        store.put(MISSING, put(tmp_path, b"a"))


def test_check_notices_other_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Folder, "read", lambda _folder, _key: b"other")
    with pytest.raises(OSError, match="other bytes"):
        open_store(str(tmp_path / "store")).check()


def test_addresses_of_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = b"a"
    source = put(tmp_path, data)
    for url, folder in (
        ("data/files", "data/files"),
        (f"file://{tmp_path}/t%E1%BB%87p", "tệp"),
        (f"file://localhost{tmp_path}/b", "b"),
        (f"{tmp_path}/c", "c"),
    ):
        store = open_store(url)
        monkeypatch.chdir("/")
        assert store.put(digest_of(data), source)
        assert (tmp_path / folder / digest_of(data)[:2] / digest_of(data)[2:]).read_bytes() == data
        monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "gs://bucket",
        "http://host/a",
        "file://host/a",
        "s3://",
        "s3:///prefix",
        "s3://b?secret=BIMAT",
        "s3://b?secret_key=BIMAT",
    ],
)
def test_addresses_that_are_none(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError) as refused:
        open_store(url)
    assert "BIMAT" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    put(tmp_path, b"a", "file")
    with pytest.raises(OSError):
        open_store(str(tmp_path / "file" / "store"))


@pytest.mark.process
def test_a_kill_leaves_no_half_file(tmp_path: Path) -> None:
    data = b"0123456789abcdef" * 4 * 2**20
    digest, source, folder = digest_of(data), put(tmp_path, data), tmp_path / "store"
    script = "import sys; from pathlib import Path; from bot.store.files import open_store; open_store(sys.argv[1]).put(sys.argv[2], Path(sys.argv[3]))"
    child = subprocess.Popen([sys.executable, "-c", script, str(folder), digest, str(source)], cwd=ROOT)
    until = time.monotonic() + 300
    while not list(folder.glob("*/*")) and child.poll() is None and time.monotonic() < until:
        time.sleep(0.001)
    child.kill()
    child.wait()
    place = folder / digest[:2] / digest[2:]
    assert not place.exists() or place.stat().st_size == len(data)
    store = open_store(str(folder))
    store.put(digest, source)
    assert digest_of(store.read(digest)) == digest


# The one way in


def document(tmp_path: Path, *lines: str) -> Path:
    made = Document()
    for line in lines:
        made.add_paragraph(line)
    made.save(str(tmp_path / "source"))
    return tmp_path / "source"


def test_taken_in(store: Store, tmp_path: Path) -> None:
    source = document(tmp_path, "BÁO CÁO", "về bảo vệ bí mật nhà nước")
    digest = digest_of(source.read_bytes())
    taken = take_in(store, "Báo cáo tháng 11.docx", source)
    assert taken == File(digest, "Báo cáo tháng 11.docx", source.stat().st_size, DOCX)
    assert store.read(digest) == source.read_bytes()
    assert take_in(store, "lần 2.docx", source).digest == digest
    assert source.exists()


def test_the_name_gets_the_extension_of_the_bytes(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    source = document(tmp_path, "a")
    assert take_in(store, "x.pdf", source).name == "x.docx"
    assert take_in(store, "", put(tmp_path, PNG_BYTES)).name == "tep.png"


@pytest.mark.parametrize(
    ("data", "name", "code", "facts"),
    [
        (b"", "a.pdf", "file_empty", {"name": "a.pdf"}),
        (
            b"\x89PNG\r\n\x1a\n" * 300_000,
            "a.png",
            "file_too_large",
            {"name": "a.png", "limit_mb": 2, "size_mb": 3},
        ),
        (b"MZ\x90\0" * 40, "x/bao-cao.pdf", "file_type", {"name": "bao-cao.pdf"}),
        (b"Rar!\x1a\x07\x01\0" * 9, "a.rar", "file_zip", {"name": "a.rar"}),
        (b"%PDF-1.4 cut", "a.pdf", "file_damaged", {"name": "a.pdf"}),
    ],
)
def test_refused(tmp_path: Path, data: bytes, name: str, code: str, facts: dict[str, object]) -> None:
    store = open_store(str(tmp_path / "store"))
    with pytest.raises(Invalid) as refused:
        take_in(store, name, put(tmp_path, data), limit=2 * 2**20)
    assert (refused.value.code, refused.value.facts) == (code, facts)
    assert list((tmp_path / "store").iterdir()) == []


def test_recorded_sound_is_taken_only_where_it_is_asked_for(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    source = put(tmp_path, b"OggS\0\2" + b"\0" * 22 + b"\x01\x13OpusHead\1\1" + b"\0" * 30)
    with pytest.raises(Invalid) as refused:
        take_in(store, "ghi-am-1.ogg", source)
    assert (refused.value.code, refused.value.facts) == ("file_type", {"name": "ghi-am-1.ogg"})
    assert list((tmp_path / "store").iterdir()) == []
    taken = take_in(store, "ghi âm", source, sounds=True)
    assert (taken.name, taken.media_type) == ("ghi âm.ogg", "audio/ogg")
    assert store.read(taken.digest) == source.read_bytes()


def test_exactly_the_limit_is_taken(tmp_path: Path) -> None:
    source = put(tmp_path, PNG_BYTES)
    store = open_store(str(tmp_path / "store"))
    assert take_in(store, "a.png", source, limit=len(PNG_BYTES)).size == len(PNG_BYTES)
    with pytest.raises(Invalid, match="file_too_large"):
        take_in(store, "a.png", source, limit=len(PNG_BYTES) - 1)


def test_a_pdf_under_a_password(tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(width=100, height=100)
    writer.encrypt("abc", algorithm="RC4-128")
    writer.write(tmp_path / "source")
    with pytest.raises(Invalid) as refused:
        take_in(open_store(str(tmp_path / "store")), "a.pdf", tmp_path / "source")
    assert (refused.value.code, refused.value.facts) == ("file_encrypted", {"name": "a.pdf"})


@pytest.mark.parametrize(
    ("name", "lines"), [("Kế hoạch A.docx", ["TỐI MẬT"]), ("Kế hoạch A (Mật).docx", ["a"])]
)
def test_a_stamped_file_is_not_stored_and_not_described(
    store: Store, tmp_path: Path, name: str, lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    source = document(tmp_path, *lines)
    digest = digest_of(source.read_bytes())
    with caplog.at_level(logging.DEBUG, "bot"), pytest.raises(Invalid) as refused:
        take_in(store, name, source)
    assert (refused.value.code, refused.value.facts) == ("file_secret", {})
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", f"file.secret refused sha256={digest}")
    ]
    with pytest.raises(FileNotFoundError):
        store.size(digest)
    assert source.exists()
    assert refusal_of(name, refused.value) == Refusal("tep.docx", "file_secret")


def test_refusal_keeps_the_facts_as_text() -> None:
    invalid = Invalid("file_too_large", name="a.pdf", limit_mb=20, size_mb=21)
    assert refusal_of("x/a.pdf", invalid) == Refusal(
        "a.pdf", "file_too_large", (("limit_mb", "20"), ("name", "a.pdf"), ("size_mb", "21"))
    )


@pytest.mark.parametrize(
    ("name", "media_type", "clean"),
    [
        ("Báo cáo.pdf", PDF, "Báo cáo.pdf"),
        (unicodedata.normalize("NFD", "Báo cáo.pdf"), PDF, "Báo cáo.pdf"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("C:\\Users\\a\\Báo cáo.PDF", PDF, "Báo cáo.PDF"),
        ("a/", PDF, "tep.pdf"),
        ("", PDF, "tep.pdf"),
        ("..", PDF, "tep.pdf"),
        (".pdf", PDF, "tep.pdf"),
        (" . pdf", PDF, "tep.pdf"),
        ("a\x00b\x1b[0m\r\nc.pdf", PDF, "ab[0m c.pdf"),
        ("bao\u202efdp.exe", PDF, "baofdp.pdf"),
        ("a\u200b\ufeff.pdf", PDF, "a.pdf"),
        ("  a   b  .pdf ", PDF, "a b.pdf"),
        ("x.pdf", DOCX, "x.docx"),
        ("x.docm", DOCX, "x.docx"),
        ("anh.jpeg", JPEG, "anh.jpeg"),
        ("anh.JPG", JPEG, "anh.JPG"),
        ("anh.png", JPEG, "anh.jpg"),
        ("Báo cáo ngày 5.11", DOCX, "Báo cáo ngày 5.11.docx"),
        ("12.BC-ĐU", PDF, "12.BC-ĐU.pdf"),
        ("a.", PNG, "a.png"),
        ("a.pdf", "", "a.pdf"),
        ("a.la", "", "a.la"),
        ("đ" * 300 + ".pdf", DOCX, "đ" * 115 + ".docx"),
        ("a" * 114 + ". b.pdf", PDF, "a" * 114 + ".pdf"),
    ],
)
def test_clean_names(name: str, media_type: str, clean: str) -> None:
    assert clean_name(name, media_type) == clean
    assert len(clean) <= 120


def test_every_refusal_has_its_sentence() -> None:
    text = (ROOT / "templates" / "problems" / "files.yaml").read_text("utf-8")
    sentences = yaml.safe_load(text)
    facts = {
        "name": "<a>.pdf",
        "limit_mb": "100",
        "size_mb": "101",
        "kind": "GIF",
        "count": "300",
        "sent_mb": "9",
        "most": "300",
        "most_mb": "9",
    }
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
    assert set(sentences) == {
        "file_empty", "file_too_large", "file_type", "file_macro", "file_ods", "file_page", "file_picture", "file_zip",
        "file_damaged", "file_cut", "file_encrypted", "file_unseen", "file_quota", "file_store_away", "file_stranger", "file_secret",
    }  # fmt: skip
    for code, sentence in sentences.items():
        shown = environment.from_string(sentence).render(facts if code != "file_secret" else {})
        assert "<a>" not in shown
        assert unicodedata.is_normalized("NFC", shown)
        assert "đồng chí" in shown.casefold()


def test_two_at_once_with_the_same_bytes(tmp_path: Path) -> None:
    store, source = open_store(str(tmp_path / "store")), put(tmp_path, PNG_BYTES)
    gate, taken = threading.Barrier(6), []

    def send(number: int) -> None:
        gate.wait()
        taken.append(take_in(store, f"anh {number}.png", source))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {file.digest for file in taken} == {digest_of(PNG_BYTES)}
    assert len(taken) == 6
    assert sum(1 for place in (tmp_path / "store").rglob("*") if place.is_file()) == 1
