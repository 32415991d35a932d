"""Carries replies to people: documents uploaded first, then the words with links and buttons, then the documents; and knocks."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from bot.channels.base import Tools
from bot.channels.pieces import FINAL, say_pieces
from bot.channels.waiting import run_in_thread
from bot.channels.zalo_oa.client import ZaloOAClient, ZaloOAError
from bot.channels.zalo_oa.codes import (
    UPLOAD_REFUSED,
    Obstacle,
    Scope,
    outcome_of_error,
    outcome_of_knock,
)
from bot.channels.zalo_oa.events import NAME
from bot.channels.zalo_oa.knocking import template_of
from bot.channels.zalo_oa.obstacles import Obstacles
from bot.channels.zalo_oa.sending import (
    KNOCK_PRICE,
    buttons_of,
    is_document,
    is_free,
    price_of,
    texts_of,
)
from bot.channels.zalo_oa.speaking import Speaking
from bot.channels.zalo_oa.tokens import KeysTrouble
from bot.messages import (
    Abilities,
    Address,
    Carried,
    File,
    FilesLater,
    Knock,
    Reply,
    TryLater,
    Unsendable,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

KEYS_WAIT = timedelta(minutes=1)
"""After so long the keys are asked for again; their keeper knows by itself when Zalo is worth asking."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A document as Zalo knows it: by what name it gave its token, and the token."""

    key: str
    token: str


class Carrier:
    """Sends by one account; what stands in its way is in `obstacles`."""

    def __init__(
        self,
        client: ZaloOAClient,
        tools: Tools,
        abilities: Abilities,
        threads: ThreadPoolExecutor,
        template: str,
    ) -> None:
        self._client, self._tools, self._abilities = client, tools, abilities
        self._threads, self._template = threads, template
        self.speaking = Speaking(client)
        self.obstacles = Obstacles(tools.now)

    async def carry(self, place: str, reply: Reply) -> Carried:
        """What fails inside the words is TextLater, what fails behind them FilesLater."""
        self.obstacles.prove_passable(Scope.ALL, *([Scope.PAID] if reply.unasked else []))
        uploaded = [await self._upload(file) if is_document(file) else None for file in reply.files]
        links = [
            (file, await self._link(file, place, reply.number))
            for file, document in zip(reply.files, uploaded, strict=True)
            if document is None
        ]
        texts = texts_of(reply, self._tools.typed, links, self._abilities)
        if not texts and not any(uploaded):
            raise Unsendable("empty")
        buttons = buttons_of(reply, self._tools.typed, self._abilities)

        async def say(text: str, last: bool) -> int:
            return self._paid(await self._meant(self.speaking.say(place, text, buttons if last else ())))

        cost = await say_pieces(texts, reply.pieces_gone, say)
        return Carried(await self._hand_all(place, uploaded, cost, has_words=bool(texts)))

    async def knock(self, place: str, knock: Knock) -> Carried:
        self.obstacles.prove_passable(*Scope)
        values = template_of(self._template, place, knock, self._tools.typed.nameless)
        await self._meant(self._client.post_template(values), outcome_of_knock)
        self.obstacles.take_away(*Scope)
        return Carried(KNOCK_PRICE)

    async def _hand_all(
        self, place: str, uploaded: Sequence[Uploaded | None], cost: int, *, has_words: bool
    ) -> int:
        """What all has cost, the words before it (`cost`, in VND) too. What is final is heard again once that is written down."""
        for gone, document in enumerate(uploaded):
            if document is None:
                continue
            try:
                told = await self._meant(self.speaking.hand(place, document.key, document.token))
            except Exception as error:
                if not (has_words or gone) or (isinstance(error, FINAL) and not cost):
                    raise
                wait = error if isinstance(error, TryLater) else None
                raise FilesLater(gone, type(error).__name__, wait, cost=cost) from error
            cost += self._paid(told)
        return cost

    def _paid(self, answer: Mapping[str, Any]) -> int:
        """What has gone out shows that the way is free: for what costs only if it has cost something."""
        self.obstacles.take_away(*([Scope.ALL] if is_free(answer) else [Scope.ALL, Scope.PAID]))
        return price_of(answer)

    async def _upload(self, file: File) -> Uploaded | None:
        """None where Zalo does not want it: then a link goes."""
        try:
            content = await run_in_thread(self._threads, partial(self._tools.read_file, file))
        except FileNotFoundError:
            raise Unsendable("file_missing") from None
        try:
            told = await self._client.upload(file.name, content)
        except ZaloOAError as error:
            if error.code in UPLOAD_REFUSED:
                log.warning("zalo_oa.upload refused error=%s", error)
                return None
            raise self._meaning(error, outcome_of_error) from error
        except KeysTrouble as error:
            raise self._without_keys(error) from error
        found = ((key, told.get(key)) for key in ("token", "attachment_id"))
        return next((Uploaded(key, token) for key, token in found if isinstance(token, str) and token), None)

    async def _link(self, file: File, place: str, number: int) -> str:
        link = partial(self._tools.file_link, file, Address(NAME, place), number)
        return await run_in_thread(self._threads, link)

    async def _meant(
        self,
        call: Awaitable[T],
        outcome: Callable[[ZaloOAError, Any], Exception | Obstacle] = outcome_of_error,
    ) -> T:
        """What the call answers; else raises what its error means."""
        try:
            return await call
        except KeysTrouble as error:
            raise self._without_keys(error) from error
        except ZaloOAError as error:
            raise self._meaning(error, outcome) from error

    def _meaning(
        self, error: ZaloOAError, outcome: Callable[[ZaloOAError, Any], Exception | Obstacle]
    ) -> Exception:
        meaning = outcome(error, self._tools.now())
        if not isinstance(meaning, Obstacle):
            return meaning
        if meaning.code:
            log.error("zalo_oa.send stopped scope=%s code=%s error=%s", meaning.scope, meaning.code, error)
        return self.obstacles.put_up(meaning)

    def _without_keys(self, error: KeysTrouble) -> TryLater:
        return self.obstacles.put_up(Obstacle(Scope.ALL, self._tools.now() + KEYS_WAIT, error.code))
