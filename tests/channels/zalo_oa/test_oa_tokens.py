"""The keys of the Official Account: renewed in time, by one of all replicas; whatever cannot be renewed is said, and waits."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable

import pytest

from bot.channels.zalo_oa.oauth import SECONDS
from bot.channels.zalo_oa.tokens import NAME, KeysTrouble, TokenKeeper
from bot.store.db import Database
from bot.store.vault import DatabaseVault
from tests.channels.zalo_oa.keys_api import APP_SECRET, FIRST, KeyApi, Watch, keeper, oauth_of, served
from tests.kit.places import ROOT


@pytest.fixture
async def api() -> AsyncIterator[KeyApi]:
    async with served(KeyApi()) as api:
        yield api


@pytest.fixture
def vault(db: Database) -> DatabaseVault:
    return DatabaseVault(db)


@pytest.fixture
def now() -> Watch:
    return Watch()


async def trouble_of(asked: TokenKeeper) -> str:
    with pytest.raises(KeysTrouble) as caught:
        await asked.token()
    assert caught.value.code == asked.trouble
    return asked.trouble


async def test_the_first_is_spent_once_and_the_pair_lives_in_the_vault(
    api: KeyApi, vault: DatabaseVault, now: Watch
) -> None:
    one = keeper(api, vault, now)
    assert await one.token() == await one.token() == "access-1"
    assert api.asked == [
        {"app_id": oauth_of(api).app_id, "grant_type": "refresh_token", "refresh_token": FIRST}
    ]
    assert one.token_ends is not None
    assert (one.token_ends - now.at).days == 90
    assert await keeper(api, vault, now).token() == "access-1", "after a restart"
    assert await keeper(api, vault, now, "").token() == "access-1", "the first may go from .env"
    assert len(api.asked) == 1


async def test_it_is_renewed_at_twenty_hours(api: KeyApi, vault: DatabaseVault, now: Watch) -> None:
    one = keeper(api, vault, now)
    await one.token()
    now.later(hours=19.9)
    assert await one.token() == "access-1"
    now.later(hours=0.2)
    assert await one.token() == "access-2"
    assert [form["refresh_token"] for form in api.asked] == [FIRST, "refresh-1"]


async def test_one_of_many_renews_for_all(api: KeyApi, vault: DatabaseVault, now: Watch) -> None:
    many = [keeper(api, vault, now) for _ in range(4)]
    assert set(await asyncio.gather(*(one.token() for one in many))) == {"access-1"}
    now.later(hours=21)
    assert set(await asyncio.gather(*(one.token() for one in many for _ in range(3)))) == {"access-2"}
    assert len(api.asked) == 2


async def test_what_zalo_no_longer_takes_is_renewed_once(
    api: KeyApi, vault: DatabaseVault, now: Watch
) -> None:
    one, other = keeper(api, vault, now), keeper(api, vault, now)
    stale = await one.token()
    assert await other.token() == stale
    both = await asyncio.gather(*(k.renew(stale) for k in (one, other, one, other)))
    assert set(both) == {"access-2"}
    assert await one.renew(stale) == await one.token() == await other.token() == "access-2"
    assert len(api.asked) == 2


async def test_a_zalo_that_is_away_is_asked_again(api: KeyApi, vault: DatabaseVault, now: Watch) -> None:
    one = keeper(api, vault, now)
    await one.token()
    now.later(hours=20)
    api.answers = [502, '{"error": -32, "error_name": "Busy"}', "[]"]
    assert await one.token() == await one.token() == "access-1", "it lives for five hours more"
    assert len(api.asked) == 2, "not at every message"
    assert one.trouble == ""
    now.later(minutes=10)
    await one.token()
    now.later(minutes=30)
    assert await one.token() == "access-1"
    assert one.trouble == "zalo_oa_keys_late"
    now.later(minutes=10)
    assert await one.token() == "access-2"
    assert one.trouble == ""


async def test_nobody_speaks_with_a_key_that_is_over(api: KeyApi, vault: DatabaseVault, now: Watch) -> None:
    one = keeper(api, vault, now)
    await one.token()
    now.later(hours=26)
    api.answers = [502]
    assert await trouble_of(one) == "zalo_oa_keys_late"
    now.later(minutes=1)
    assert await one.token() == "access-2"


@pytest.mark.logs_errors
async def test_an_answer_that_was_lost_is_mended_by_a_consent(
    api: KeyApi, vault: DatabaseVault, now: Watch
) -> None:
    """As of a process that is killed between the answer and the commit: Zalo has killed the pair that the vault holds."""
    one, other = keeper(api, vault, now), keeper(api, vault, now)
    await one.token()
    await other.token()
    now.later(hours=20)
    api.dropped = 1
    assert await one.token() == "access-1", "nothing is known of its death"
    now.later(minutes=10)
    assert await one.token() == "access-1"
    assert one.trouble == "zalo_oa_connect_soon"
    with pytest.raises(KeysTrouble, match="zalo_oa_connect"):
        await one.renew("access-1")
    asked = len(api.asked)
    assert await trouble_of(one) == await trouble_of(one) == "zalo_oa_connect"
    assert len(api.asked) == asked, "what was refused is not asked again"
    await keeper(api, vault, now, "").accept(await oauth_of(api).renew("refresh-2"))
    assert await one.token() == await other.token() == "access-3"
    assert one.trouble == ""


KILLED = """
import asyncio, os, signal, sys
from bot.store.db import connect_database
from bot.store.vault import DatabaseVault
from tests.channels.zalo_oa.keys_api import KeyApi, Watch, keeper

class Vault(DatabaseVault):
    def change(self, name, change):
        def die(old):
            change(old)
            os.kill(os.getpid(), signal.SIGKILL)
        return super().change(name, die)

api = KeyApi(url=sys.argv[2])
asyncio.run(keeper(api, Vault(connect_database(sys.argv[1])), Watch()).token())
"""
"""Ends between Zalo's answer and the commit."""


@pytest.mark.logs_errors
async def test_a_kill_between_the_answer_and_the_commit(
    api: KeyApi, vault: DatabaseVault, now: Watch, database_url: str
) -> None:
    command = (sys.executable, "-c", KILLED, database_url, api.url)
    killed = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    assert await killed.wait() == -signal.SIGKILL
    assert len(api.asked) == 1
    one = keeper(api, vault, now)
    assert await trouble_of(one) == "zalo_oa_connect"
    await keeper(api, vault, now).accept(await oauth_of(api).renew("refresh-1"))
    assert await one.token() == "access-2"


class WeakVault(DatabaseVault):
    """Gives way `times` at the end of a transaction."""

    times = 0

    def change(self, name: str, change: Callable[[str], str]) -> str:
        def fail(old: str) -> str:
            new = change(old)
            if self.times:
                self.times -= 1
                raise ConnectionError
            return new

        return super().change(name, fail)


async def test_a_pair_that_could_not_be_written_is_written_later(
    api: KeyApi, db: Database, now: Watch
) -> None:
    weak = WeakVault(db)
    one = keeper(api, weak, now)
    for given in (1, 2):
        weak.times = 2
        for _ in range(2):
            with pytest.raises(ConnectionError):
                await one.token()
        assert await one.token() == f"access-{given}"
        assert len(api.asked) == given, "Zalo was asked once"
        now.later(hours=20)
    weak.times = 1
    await one.note_works("access-2")
    assert await one.token() == "access-3"


@pytest.mark.logs_errors
async def test_an_old_token_that_lives_is_used_until_it_ends(
    api: KeyApi, vault: DatabaseVault, now: Watch
) -> None:
    one = keeper(api, vault, now)
    await one.token()
    api.unspent.clear()
    now.later(hours=20)
    assert await one.token() == "access-1"
    assert one.trouble == "zalo_oa_connect_soon"
    now.later(hours=5)
    assert await trouble_of(one) == "zalo_oa_connect"


@pytest.mark.logs_errors
async def test_the_old_pair_is_kept_until_the_new_one_has_worked(
    api: KeyApi, vault: DatabaseVault, now: Watch
) -> None:
    one = keeper(api, vault, now)
    await one.token()
    now.later(hours=20)
    await one.token()
    api.unspent = {"refresh-1"}  # the new pair never came to life
    assert await one.renew("access-2") == "access-3"
    await one.note_works("access-2")
    assert "refresh-2" in vault.read(NAME), "it is not the present one"
    await one.note_works("access-3")
    assert "refresh-2" not in vault.read(NAME)
    api.unspent = {"refresh-2"}
    with pytest.raises(KeysTrouble):
        await one.renew("access-3")


async def test_a_new_first_token_mends_it_and_an_old_one_is_left(
    api: KeyApi, vault: DatabaseVault, now: Watch
) -> None:
    await keeper(api, vault, now).token()
    api.unspent = {"by-hand"}
    mended = keeper(api, vault, now, "by-hand")
    assert await mended.token() == "access-2"
    assert await keeper(api, vault, now, FIRST).token() == "access-2"
    assert [form["refresh_token"] for form in api.asked] == [FIRST, "by-hand"]


@pytest.mark.logs_errors
async def test_a_wrong_first_token_does_not_harm_a_good_pair(
    api: KeyApi, vault: DatabaseVault, now: Watch
) -> None:
    await keeper(api, vault, now).token()
    one = keeper(api, vault, now, "mistyped")
    assert await one.token() == "access-2"
    assert one.trouble == ""


@pytest.mark.logs_errors
async def test_it_says_what_is_missing(api: KeyApi, vault: DatabaseVault, now: Watch) -> None:
    assert await trouble_of(keeper(api, vault, now, "")) == "zalo_oa_not_connected"
    assert await trouble_of(keeper(api, vault, now, "spent")) == "zalo_oa_connect"
    wrong = keeper(api, vault, now, secret="another")
    assert await trouble_of(wrong) == await trouble_of(wrong) == "zalo_oa_app_wrong"
    assert await keeper(api, vault, now).token() == "access-1"


@pytest.mark.logs_errors
async def test_keys_of_another_application_are_not_taken(
    api: KeyApi, vault: DatabaseVault, now: Watch
) -> None:
    await keeper(api, vault, now).token()
    vault.change(NAME, lambda old: old.replace(oauth_of(api).app_id, "1"))
    assert await trouble_of(keeper(api, vault, now, "")) == "zalo_oa_not_connected"
    vault.change(NAME, lambda old: "{")
    assert await trouble_of(keeper(api, vault, now, "")) == "zalo_oa_not_connected"


async def test_what_is_under_way_ends_before_the_stop(api: KeyApi, vault: DatabaseVault, now: Watch) -> None:
    one = keeper(api, vault, now)
    asking = asyncio.create_task(one.token())
    await api.heard.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(SECONDS):
            await asking
    await one.stop()
    assert await keeper(api, vault, now, "").token() == "access-1"
    assert len(api.asked) == 1


@pytest.mark.logs_errors
async def test_no_secret_is_in_the_log(
    api: KeyApi, vault: DatabaseVault, now: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.answers = [502]
    api.dropped = 1
    one = keeper(api, vault, now)
    for _ in range(3):
        await trouble_of(one)
        now.later(minutes=1)
    assert "zalo_oa.keys" in caplog.text
    for secret in (APP_SECRET, FIRST, "access-1", "refresh-1"):
        assert secret not in caplog.text
