"""How an account is spoken to: which call carries its messages and how buttons are written, as its first answers show."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.zalo_oa.client import ZaloOAClient, ZaloOAError
from bot.channels.zalo_oa.codes import OLD_API_SHUT, WRONG_KIND, WRONG_PARAMETER, is_nobody

JSON = dict[str, Any]
BUSINESS, GOVERNMENT = "/v3.0/oa/message/cs", "/v2.0/oa/message"


class Speaking:
    """Zalo's page has the text beside the buttons; older programs put it in with them. The first that is taken is kept to."""

    def __init__(self, client: ZaloOAClient) -> None:
        self._client = client
        self._path = BUSINESS
        self._nested = False
        self._path_proved = self._buttons_proved = False
        self._proving = asyncio.Lock()

    def pin(self, government: bool) -> None:
        """What the account says of itself."""
        self._path, self._path_proved = GOVERNMENT if government else BUSINESS, True

    async def say(self, place: str, text: str, buttons: Sequence[JSON] = ()) -> Mapping[str, Any]:
        """Raises as the client does."""
        if self._path_proved and (self._buttons_proved or not buttons):
            return await self._say(place, text, buttons)
        async with self._proving:  # of many at once only one is to be refused
            return await self._say(place, text, buttons)

    async def hand(self, place: str, key: str, token: str) -> Mapping[str, Any]:
        """A file that was uploaded before, by the name and value that Zalo gave it."""
        return await self._post(place, {"attachment": {"type": "file", "payload": {key: token}}})

    async def _say(self, place: str, text: str, buttons: Sequence[JSON]) -> Mapping[str, Any]:
        if not buttons:
            return await self._post(place, {"text": text})
        try:
            told = await self._post(place, _with_buttons(text, buttons, nested=self._nested))
        except ZaloOAError as error:
            if self._buttons_proved or error.code != WRONG_PARAMETER or is_nobody(error):
                raise
            told = await self._post(place, _with_buttons(text, buttons, nested=not self._nested))
            self._nested = not self._nested
        self._buttons_proved = True
        return told

    async def _post(self, place: str, message: JSON) -> Mapping[str, Any]:
        values = {"recipient": {"user_id": place}, "message": message}
        try:
            told = await self._client.post(self._path, values)
        except ZaloOAError as error:
            if error.code != (WRONG_KIND if self._path == BUSINESS else OLD_API_SHUT):
                raise
            self._path = GOVERNMENT if self._path == BUSINESS else BUSINESS
            told = await self._client.post(self._path, values)
        self._path_proved = True
        return told


def _with_buttons(text: str, buttons: Sequence[JSON], *, nested: bool) -> JSON:
    if nested:
        payload = {"template_type": "button", "text": text, "buttons": list(buttons)}
        return {"attachment": {"type": "template", "payload": payload}}
    return {"text": text, "attachment": {"type": "template", "payload": {"buttons": list(buttons)}}}
