"""A mail server of the tests: it speaks SMTP with one letter at a time, and answers as it is told to."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP


@dataclass
class Post:
    """`answers`: what it says to a command ("RCPT") instead of what is usual, with the code; "DROP" closes the line. `letters` are
    as they came: from whom, to whom, the bytes. `heard` are the commands, `logins` (user, password)."""

    answers: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    with_login: bool = True
    letters: list[tuple[str, str, bytes]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def last(self) -> EmailMessage:
        return read_letter(self.letters[-1][2])


def read_letter(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=SMTP)


class Dropped(Exception):
    """The server has closed the line."""


class _Line(socketserver.StreamRequestHandler):
    post: Post

    def handle(self) -> None:
        self.covered, self.sender, self.to = False, "", ""
        try:
            self._say("GREETING", "220 post.example ESMTP")
            while line := self.rfile.readline():
                command, _, rest = line.decode().strip().partition(" ")
                self.post.heard.append(command.upper())
                if not self._take(command.upper(), rest):
                    return
        except (Dropped, OSError):
            return
        finally:
            self.request.close()

    def _take(self, command: str, rest: str) -> bool:
        if command == "EHLO":
            offers = [
                *(["STARTTLS"] if self.post.tls and not self.covered else []),
                *(["AUTH PLAIN"] if self.post.with_login else []),
            ]
            lines = ["post.example", *offers, "SIZE 10000000"]
            self._say(
                command,
                "\r\n".join(f"250{'-' if n < len(lines) - 1 else ' '}{one}" for n, one in enumerate(lines)),
            )
        elif command == "STARTTLS":
            self._cover(command)
        elif command == "AUTH":
            _, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
            self.post.logins.append((user, password))
            self._say(command, "235 2.7.0 ok")
        elif command == "DATA":
            self._letter(command)
        elif command == "QUIT":
            self._say(command, "221 bye")
            return False
        else:
            self.sender = rest.partition("<")[2].partition(">")[0] if command == "MAIL" else self.sender
            self.to = rest.partition("<")[2].partition(">")[0] if command == "RCPT" else self.to
            self._say(command, "250 ok")
        return True

    def _say(self, command: str, usual: str) -> None:
        said = self.post.answers.get(command, usual)
        if said == "DROP":
            raise Dropped
        self.wfile.write(said.encode() + b"\r\n")
        self.wfile.flush()

    def _cover(self, command: str) -> None:
        self._say(command, "220 go ahead")
        assert self.post.tls is not None
        self.request = self.post.tls.wrap_socket(self.request, server_side=True)
        self.setup()
        self.covered = True

    def _letter(self, command: str) -> None:
        if self.post.answers.get(command, "354").startswith(("4", "5", "DROP")):
            self._say(command, "")
            return
        self._say(command, "354 go ahead")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self._say("END", "250 2.0.0 queued")
        if not self.post.answers.get("END", "2").startswith(("4", "5")):
            self.post.letters.append((self.sender, self.to, b"".join(lines)))


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = True


@contextmanager
def open_post(**facts: object) -> Iterator[Post]:
    post = Post(**facts)  # type: ignore[arg-type]
    line = type("Line", (_Line,), {"post": post})
    with _Server(("127.0.0.1", 0), line) as server:
        post.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield post
        finally:
            server.shutdown()
            thread.join()
