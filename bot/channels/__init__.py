"""The channels: a folder and a line each. The neutral model stops here and the wire begins."""

from bot.channels.base import Channel
from bot.channels.mail.channel import Mail
from bot.channels.telegram.channel import Telegram
from bot.channels.web.channel import Web
from bot.channels.zalo_bot.channel import ZaloBot
from bot.channels.zalo_oa.channel import ZaloOA

CHANNELS: tuple[type[Channel], ...] = (Telegram, ZaloBot, ZaloOA, Web, Mail)
"""In the order in which an invitation names them."""
