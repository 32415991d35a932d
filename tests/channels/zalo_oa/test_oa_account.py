"""What Zalo says of the account: read whatever form it has, shown by `check`, and said before anybody waits for a message."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from bot.channels.zalo_oa.account import Account, account_of, say_account
from bot.channels.zalo_oa.client import ZaloOAClient
from bot.commands.common import message_renderer
from bot.store.db import Database
from bot.store.vault import DatabaseVault
from tests.channels.zalo_oa.keys_api import (
    ACCOUNT,
    FIRST,
    JSON,
    KeyApi,
    Watch,
    keeper,
    served,
)


@pytest.fixture
async def api() -> AsyncIterator[KeyApi]:
    async with served(KeyApi()) as api:
        yield api


async def lines_of(api: KeyApi, db: Database, first: str = FIRST, *, at_first: bool = True) -> list[str]:
    keys = keeper(api, DatabaseVault(db), Watch(), first)
    client = ZaloOAClient(keys, api.url, api.url)
    await client.wire.start()
    found = await say_account(client, at_first=at_first)
    await client.wire.stop()
    await keys.stop()
    return [message_renderer().sentence(code, facts) for code, facts in found]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("31/12/2026", date(2026, 12, 31)),
        ("1/2/2027 23:59", date(2027, 2, 1)),
        ("2026-12-31T00:00:00", date(2026, 12, 31)),
        ("31/02/2026", None),
        ("", None),
        (None, None),
        (1798675200, None),
    ],
)
def test_a_last_day_is_read_in_any_form(said: object, day: date | None) -> None:
    assert account_of({**ACCOUNT, "package_valid_through_date": said}).paid_until == day


def test_an_account_that_says_little() -> None:
    assert account_of({}) == Account("", "", 0, "", None, True)
    assert account_of({"oa_id": "5", "oa_type": "4", "linked_zca": ""}) == Account(
        "5", "", 4, "", None, False
    )


@pytest.mark.parametrize(
    ("account", "refusals", "said"),
    [
        ({}, {}, ["Đảng ủy Phường 3, doanh nghiệp; gói Tăng trưởng, dùng đến hết 31/12/2026"]),
        (
            {"oa_type": 4, "package_valid_through_date": ""},
            {},
            ["cơ quan nhà nước; gói Tăng trưởng, Zalo không"],
        ),
        (
            {},
            {"/v2.0/oa/quota/message": -224},
            ["Đảng ủy Phường 3", "Gói dịch vụ của Official Account không"],
        ),
        (
            {"oa_type": 4},
            {"/v2.0/oa/message": -235},
            ["cơ quan nhà nước", "Zalo không cho loại Official Account"],
        ),
        ({"oa_type": 4}, {"/v2.0/oa/message": -201}, ["cơ quan nhà nước"]),
        ({"linked_zca": ""}, {}, ["Đảng ủy Phường 3", "Official Account chưa nối với ví Zalo Cloud"]),
        ({}, {"/v2.0/oa/getoa": -32}, ["Chưa hỏi được Zalo về tài khoản (-32 no)"]),
    ],
)
async def test_it_is_said_in_plain_words(
    api: KeyApi, db: Database, account: JSON, refusals: dict[str, int], said: list[str]
) -> None:
    api.account |= account
    api.refusals = refusals
    lines = await lines_of(api, db)
    assert len(lines) == len(said)
    assert all(words in line for words, line in zip(said, lines, strict=True)), lines
    people = [one["recipient"]["user_id"] for one in api.written if "recipient" in one]
    assert set(people) <= {"0" * 19}, "nobody is written to"


async def test_a_check_tries_no_message(api: KeyApi, db: Database) -> None:
    api.account["oa_type"] = 4
    assert len(await lines_of(api, db, at_first=False)) == 1
    assert api.written == [{}]


async def test_without_keys_it_says_what_to_do(api: KeyApi, db: Database) -> None:
    [line] = await lines_of(api, db, "")
    assert line.endswith("chạy: python -m bot zalo connect")
