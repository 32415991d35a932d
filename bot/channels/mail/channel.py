"""E-mail as a channel: nothing comes in, a reply goes out as a letter that leads to the talk."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Self

from bot.channels.base import Channel, FileLink, Tools, WebTalk
from bot.channels.mail.letter import Envelope, LetterWords, letter_of
from bot.channels.mail.settings import MailServer, MailSettings, Stopped, read_server
from bot.channels.waiting import run_in_thread
from bot.messages import Abilities, Address, Reply, TryLater, Unsendable

log = logging.getLogger(__name__)

NAME = "smtp"
WORKERS = 4
STOPPED_SECONDS = 300.0


class Mail(Channel):
    """One server that letters are handed in at, each over a line of its own."""

    name = NAME
    abilities = Abilities(buttons=False, documents_in=False, hears=False)
    Settings = MailSettings
    rate = 1.0

    @classmethod
    def open(cls, settings: MailSettings, tools: Tools) -> Self | None:
        url = settings.smtp_url.get_secret_value()
        if not url:
            return None
        words = LetterWords(**tools.words(NAME))
        return cls(read_server(url), tools.now, tools.file_link, tools.talk, words, tools.public_url)

    def __init__(
        self,
        server: MailServer,
        now: Callable[[], datetime],
        file_link: FileLink = lambda file, reader, number: "",
        talk: WebTalk = WebTalk(),
        words: LetterWords = LetterWords(),
        mark: str = "",
    ) -> None:
        """`mark` tells this installation from others that write from the same domain."""
        self._server, self._now, self._words, self._mark = server, now, words, mark
        self._file_link, self._talk = file_link, talk
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="mail")

    def link(self, code: str) -> str:
        """Nobody begins here."""
        return ""

    async def stop(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def send(self, place: str, reply: Reply) -> None:
        """What a server stops by (a login, a sender that it does not take) is this installation's, and waits for all."""
        if not reply.text.strip() and not reply.files:
            raise Unsendable("empty")
        try:
            await run_in_thread(self._threads, partial(self._hand_in, place, reply))
        except Stopped as error:
            if error.code != self.trouble:
                log.warning("mail.send stopped reason=%s", error.code)
            self.trouble = error.code
            raise TryLater(STOPPED_SECONDS, everyone=True) from None
        self.trouble = ""
        await self._show_in_talk(Address(NAME, place), reply.number)

    async def _show_in_talk(self, reader: Address, number: int) -> None:
        """The letter is gone: what fails here must not send it again."""
        try:
            await run_in_thread(self._threads, partial(self._talk.show, reader, number))
        except Exception as error:  # noqa: BLE001
            log.warning("mail.send not shown in the talk message=%s error=%s", number, type(error).__name__)

    def _hand_in(self, place: str, reply: Reply) -> None:
        from bot.channels.mail.handing_in import hand_in  # its library takes memory

        reader = Address(NAME, place)
        links = [self._file_link(file, reader, reply.number) for file in reply.files]
        facts = (self._server, place, self._now(), self._mark, links, self._talk.link(reader), self._words)
        hand_in(self._server, letter_of(reply, Envelope(*facts)))
