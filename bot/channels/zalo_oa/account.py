"""What Zalo says of the Official Account itself: its name, its type, its package and the last day of that."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from bot.channels.zalo.wire import ZaloAway
from bot.channels.zalo_oa.client import ZaloOAClient, ZaloOAError
from bot.channels.zalo_oa.codes import STOPS
from bot.channels.zalo_oa.speaking import GOVERNMENT
from bot.channels.zalo_oa.tokens import KeysTrouble

ACCOUNT, QUOTA = "/v2.0/oa/getoa", "/v2.0/oa/quota/message"
GOVERNMENT_KIND = 4
"""`oa_type` of a body of the state or the Party; a company's is 2."""
NOBODY = "0" * 19
"""No person's number: what is written to it reaches no one, and Zalo says all the same whether the account may write."""
_DAY = re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})|(?P<Y>\d{4})-(?P<M>\d\d)-(?P<D>\d\d)")

Line = tuple[str, Mapping[str, object]]
"""The code of a sentence and its facts."""


@dataclass(frozen=True, slots=True)
class Account:
    """`package` as Zalo names it, empty where it has none; `paid_until` None where no last day is said; `has_wallet`: what is
    beyond the free messages can be paid."""

    number: str
    name: str
    kind: int
    package: str
    paid_until: date | None
    has_wallet: bool

    @property
    def is_government(self) -> bool:
        return self.kind == GOVERNMENT_KIND


async def read_account(client: ZaloOAClient) -> Account:
    """Raises as the client does."""
    return account_of(await client.get(ACCOUNT))


async def refusal_of(client: ZaloOAClient, *, by_message: bool) -> str:
    """Why Zalo refuses all messages of this account, by the code of the sentence; empty where it does not. Nobody is written to:
    `by_message` tries it with a person that is none. Raises ZaloAway, and what the tokens raise."""
    questions: list[tuple[str, Mapping[str, Any]]] = [(QUOTA, {})]
    if by_message:
        questions.append((GOVERNMENT, {"recipient": {"user_id": NOBODY}, "message": {"text": "."}}))
    for path, values in questions:
        try:
            await client.post(path, values)
        except ZaloOAError as error:
            if error.code in STOPS:
                return STOPS[error.code]
    return ""


async def say_account(client: ZaloOAClient, *, at_first: bool = False) -> list[Line]:
    """The account as it is, and whatever keeps it from writing; `at_first` it is tried whether a government's account may write,
    for not all may."""
    try:
        account = await read_account(client)
        refused = await refusal_of(client, by_message=at_first and account.is_government)
    except KeysTrouble as error:
        return [(error.code, {})]
    except (ZaloAway, ZaloOAError) as error:
        return [("zalo_oa_silent", {"error": str(error)})]
    lines: list[Line] = [("zalo_oa_account", asdict(account))]
    if refused:
        lines.append((refused, {}))
    elif not account.has_wallet:
        lines.append(("zalo_oa_no_wallet", {}))
    return lines


def account_of(values: Mapping[str, Any]) -> Account:
    kind = str(values.get("oa_type", ""))
    return Account(
        str(values.get("oaid") or values.get("oa_id") or ""),
        str(values.get("name") or ""),
        int(kind) if kind.isdecimal() else 0,
        str(values.get("package_name") or ""),
        _day_of(str(values.get("package_valid_through_date") or "")),
        values.get("linked_zca", "?") != "",
    )


def _day_of(said: str) -> date | None:
    found = _DAY.search(said)
    if found is None:
        return None
    year, month, day = (found[low] or found[high] for low, high in (("y", "Y"), ("m", "M"), ("d", "D")))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
