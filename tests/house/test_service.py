"""`python -m bot run` as a process: it serves, it stops cleanly, a second one says that the address is taken."""

import gc
import re
import signal
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from bot import __main__ as main
from tests.kit.cli import UNITS, run
from tests.kit.processes import SECONDS, free_port, program, settings

pytestmark = pytest.mark.process


def test_a_secretary_comes_in_by_the_web(url: str, tmp_path: Path) -> None:
    port = free_port()
    site, given = f"http://127.0.0.1:{port}", settings(url, tmp_path, port)
    run("units", "import", UNITS)
    code = run("invite", "CB01", "--role", "secretary").output.split()[1]
    with program("run", url=site, log=tmp_path / "log", settings=given) as process:
        with httpx.Client(base_url=site, follow_redirects=True, timeout=SECONDS) as client:
            page = client.get(f"/w/new/{code}")
            entry = re.search(r'name="entry" value="([^"]+)"', page.text)
            assert entry is not None
            chat = client.post(f"/w/new/{code}", data={"entry": entry[1]})
            assert chat.status_code == 200
            assert re.search(r"/w/[\w.-]+$", str(chat.url))
            for _ in range(50):
                page = client.get(str(chat.url))
                if "Chi bộ Văn phòng Sở" in page.text:
                    break
            assert "Chi bộ Văn phòng Sở" in page.text
            token = str(chat.url).rpartition("/")[2]
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    log = (tmp_path / "log").read_text("utf-8")
    assert "stopped" in log
    assert token not in log


def test_the_address_is_taken(database_url: str, tmp_path: Path) -> None:
    port = free_port()
    url, given = f"http://127.0.0.1:{port}", settings(database_url, tmp_path, port)
    with program("run", url=url, log=tmp_path / "log", settings=given):
        again = subprocess.run(
            [sys.executable, "-m", "bot", "run"],
            env={"PATH": "/usr/bin:/bin", **given},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        assert again.returncode == 1
        assert f"LISTEN: Không mở được 127.0.0.1:{port}" in again.stderr


class Refusing(BaseHTTPRequestHandler):
    """A Bot API that does not know the token."""

    def answer(self) -> None:
        body = b'{"ok":false,"error_code":401,"description":"Unauthorized"}'
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer  # noqa: N815 - the names that the library looks for

    def log_message(self, *_args: object) -> None:
        """Says nothing."""


def test_a_refused_token_ends_the_program_and_says_so(tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    given = settings(f"sqlite:///{tmp_path}/bot.db", tmp_path, free_port())
    given |= {"TELEGRAM_TOKEN": "1:wrong", "TELEGRAM_API_URL": f"http://127.0.0.1:{server.server_port}"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "run"],
            env={"PATH": "/usr/bin:/bin", **given},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert done.returncode == 1, done.stderr
    assert "TELEGRAM_TOKEN: Telegram không nhận" in done.stderr
    assert "1:wrong" not in done.stderr


def test_what_the_start_has_made_is_not_looked_through_again() -> None:
    class Running:
        frozen = 0

        async def run(self) -> None:
            self.frozen = gc.get_freeze_count()

    service = Running()
    try:
        main.serve(service, SimpleNamespace(listen=f"127.0.0.1:{free_port()}"))  # type: ignore[arg-type]
    finally:
        gc.unfreeze()
    assert service.frozen
