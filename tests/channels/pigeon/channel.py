"""A channel that nobody knows but this folder: notes come by an address of the web app, answers lie in a list."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel

from bot.channels.base import Channel, Receive, Tools, WayIn
from bot.channels.text import split_html
from bot.messages import Abilities, Address, Incoming, Reply


class PigeonSettings(BaseModel):
    pigeon_loft: str = ""
    pigeon_grain: bool = True


class Pigeon(Channel):
    name = "pigeon"
    abilities = Abilities(text_limit=200, buttons=False)
    Settings = PigeonSettings

    def __init__(self, loft: str, receive: Receive, now: Callable[[], datetime]) -> None:
        self.loft, self._receive, self._now = loft, receive, now
        self.flown: list[tuple[str, str]] = []
        self.started = self.stopped = False

    @classmethod
    def open(cls, settings: PigeonSettings, tools: Tools) -> Self | None:
        return cls(settings.pigeon_loft, tools.receive, tools.now) if settings.pigeon_loft else None

    @classmethod
    def faults(cls, settings: PigeonSettings, public_url: str) -> dict[str, str]:
        hungry = settings.pigeon_loft and not settings.pigeon_grain
        return {"pigeon_grain": "setting_wrong"} if hungry else {}

    async def start(self) -> None:
        self.started = True

    async def stop(self) -> None:
        self.stopped = True

    def ways_in(self) -> Sequence[WayIn]:
        return (WayIn("/pigeon", self.land),)

    async def land(self, body: bytes, headers: Mapping[str, str]) -> int:
        note = json.loads(body)
        event = Incoming(
            f"pigeon:{note['number']}", Address("pigeon", note["from"]), self._now(), text=note["text"]
        )
        await self._receive(event)
        return 200

    def link(self, code: str) -> str:
        return f"pigeon://{self.loft}/{code}"

    async def send(self, place: str, reply: Reply) -> None:
        self.flown += [(place, part) for part in split_html(reply.text, self.abilities.text_limit or 200)]
