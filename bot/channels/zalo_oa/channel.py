"""An Official Account of Zalo."""

from typing import Self

from bot.channels.base import Channel, Tools
from bot.channels.zalo_oa.settings import ZaloOASettings, lacks_a_secret
from bot.messages import Abilities, Carried, Reply, Unsendable

NAME = "zalo_oa"
TEXT_LIMIT = 2000
MOST_BUTTONS = 5


class ZaloOA(Channel):
    """One account."""

    name = NAME
    abilities = Abilities(text_limit=TEXT_LIMIT, most_buttons=MOST_BUTTONS, sounds=True)
    Settings = ZaloOASettings
    loggers = ("aiohttp",)

    @classmethod
    def open(cls, settings: ZaloOASettings, tools: Tools) -> Self | None:
        return None

    @classmethod
    def faults(cls, settings: ZaloOASettings, public_url: str) -> dict[str, str]:
        return {"zalo_oa_app_id": "setting_zalo_oa"} if lacks_a_secret(settings) else {}

    def link(self, code: str) -> str:
        raise NotImplementedError

    async def send(self, place: str, reply: Reply) -> Carried | None:
        raise Unsendable("not yet")
