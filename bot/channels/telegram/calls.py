"""The calls that every update costs, from and to plain JSON; their errors and their pace are the library's."""

from functools import partial
from typing import Any

from telegram.ext import ExtBot
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

Values = dict[str, Any]
"""What a method of the Bot API is called with, by its names there."""


def plain_data(values: Values) -> RequestData:
    return RequestData([RequestParameter(name, value, None) for name, value in values.items()])


async def call_plainly(bot: ExtBot[Any], method: str, values: Values) -> Any:
    """The answer's result as it came; raises as the library's own calls do, and waits as they do for their turn."""
    post = partial(bot.request.post, f"{bot.base_url}/{method}", plain_data(values))
    limiter = bot.rate_limiter
    if limiter is None:
        return await post()
    return await limiter.process_request(post, (), {}, method, values, None)
