"""What the codes of Zalo's errors mean to the outbox (developers.zalo.me, "Bảng mã lỗi"; zalo.cloud for those of templates)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.channels.zalo_oa.client import ZaloOAError
from bot.messages import TryLater, Undeliverable, Unsendable, WindowClosed

RATE, QUOTA, PERSONS_QUOTA = -32, -211, -218
WRONG_KIND, OLD_API_SHUT, WRONG_PARAMETER = -235, -240, -201
CLOSED = {-230}
LOST = {-213: "unfollowed", -217: "refuses", -227: "inactive", -232: "never_wrote", -244: "refuses"}
UNSENDABLE = {-201, -210, -233, -248}
UPLOAD_REFUSED = {-201, -210, QUOTA}
"""Wrong kind, too large, the month's uploads used up."""
AT_NIGHT = {-133, -234}
STOPS = {
    -204: "zalo_oa_gone",
    -205: "zalo_oa_gone",
    -208: "zalo_oa_no_rights",
    -209: "zalo_oa_no_rights",
    -212: "zalo_oa_no_rights",
    -216: "zalo_oa_key_refused",
    -219: "zalo_oa_no_rights",
    -220: "zalo_oa_key_refused",
    -221: "zalo_oa_unverified",
    -224: "zalo_oa_package",
    WRONG_KIND: "zalo_oa_kind",
    OLD_API_SHUT: "zalo_oa_kind",
}
"""What only the office can mend; nothing goes out meanwhile."""
MONEY = {-115: "zalo_oa_no_money", -136: "zalo_oa_no_wallet", -137: "zalo_oa_no_money"}
MONEY |= {-320: "zalo_oa_no_wallet", -321: "zalo_oa_no_money"}
"""What is free still goes out."""
TEMPLATE_LOST = {-118: "no_account"}
TEMPLATE_UNSENDABLE = {-110, -114, -119, -139, -140, -141}
"""This person takes none: the account sleeps, is too old, or refuses them."""
TEMPLATE_QUOTA = {-144, -147}
TEMPLATE_WRONG = {-101, -102, -103, -105, -109, -111, -112, -122, -130, -131, -132, -135, -138}

A_WHILE = timedelta(minutes=10)
"""After so long it is tried whether the office has mended it."""
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""By whose clock Zalo counts days."""
MORNING = 6
_NO_SUCH_PERSON = re.compile(r"user_?\s?id", re.IGNORECASE)


class Scope(StrEnum):
    """What an obstacle keeps back: everything, what costs, or knocks."""

    ALL = "all"
    PAID = "paid"
    KNOCK = "knock"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Nothing of its `scope` goes out before `until`; `code` names the sentence for the office, empty where it need not act."""

    scope: Scope
    until: datetime
    code: str = ""


def outcome_of_error(error: ZaloOAError, at: datetime) -> Exception | Obstacle:
    """What an error of sending is: to the outbox, or an Obstacle; one that may pass is given back as it is."""
    code = error.code
    if code == RATE:
        return Obstacle(Scope.ALL, next_minute(at))
    if code == QUOTA:
        return Obstacle(Scope.ALL, tomorrow(at), "zalo_oa_quota")
    if code in STOPS:
        return Obstacle(Scope.ALL, at + A_WHILE, STOPS[code])
    if code in MONEY:
        return Obstacle(Scope.PAID, at + A_WHILE, MONEY[code])
    if code == PERSONS_QUOTA:
        return TryLater((tomorrow(at) - at).total_seconds())
    if code in AT_NIGHT:
        return TryLater((next_morning(at) - at).total_seconds())
    if code in CLOSED:
        return WindowClosed(str(error))
    if code in LOST or is_nobody(error):
        return Undeliverable(LOST.get(code, "unknown_there"))
    return Unsendable(str(error)) if code in UNSENDABLE else error


def outcome_of_knock(error: ZaloOAError, at: datetime) -> Exception | Obstacle:
    """The same of a template."""
    code = error.code
    if code in TEMPLATE_LOST:
        return Undeliverable(TEMPLATE_LOST[code])
    if code in TEMPLATE_UNSENDABLE:
        return Unsendable(str(error))
    if code in TEMPLATE_QUOTA:
        return Obstacle(Scope.KNOCK, tomorrow(at), "zalo_oa_template_quota")
    if code in TEMPLATE_WRONG:
        return Obstacle(Scope.KNOCK, at + A_WHILE, "zalo_oa_template")
    if code == -124:
        return Obstacle(Scope.ALL, at + A_WHILE, "zalo_oa_key_refused")
    return outcome_of_error(error, at)


def is_nobody(error: ZaloOAError) -> bool:
    return error.code == WRONG_PARAMETER and _NO_SUCH_PERSON.search(error.message) is not None


def next_minute(at: datetime) -> datetime:
    """When Zalo counts calls from nought again."""
    return at.replace(second=0, microsecond=0) + timedelta(minutes=1)


def tomorrow(at: datetime) -> datetime:
    local = at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return (local + timedelta(days=1)).astimezone(UTC)


def next_morning(at: datetime) -> datetime:
    local = at.astimezone(ZONE)
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return (morning if local < morning else morning + timedelta(days=1)).astimezone(UTC)
