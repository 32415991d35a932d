"""A consent: asked for once, taken once, by whoever has been to Zalo's page and by nobody else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bot.channels.zalo_oa.connect import NAME, Consent, Consents, Outcome, code_and_state
from bot.channels.zalo_oa.tokens import TokenKeeper
from bot.store.db import Database
from bot.store.vault import DatabaseVault
from tests.channels.zalo_oa.keys_api import APP, KeyApi, Watch, keeper, oauth_of, served

BACK = "https://chibo.example/zalo/oa/connected"


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


@pytest.fixture
def keys(api: KeyApi, vault: DatabaseVault, now: Watch) -> TokenKeeper:
    return keeper(api, vault, now, "")


Make = Callable[[], Consents]


@pytest.fixture
def process(api: KeyApi, vault: DatabaseVault, now: Watch, keys: TokenKeeper) -> Make:
    """A process that shares the database with the others."""
    return lambda: Consents(vault, oauth_of(api), keys, now)


def consented(api: KeyApi, address: str, code: str = "the-code") -> str:
    """The account's owner is on Zalo's page and says yes; where the browser goes then."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["app_id"] == APP
    assert address.startswith(f"{api.url}/v4/oa/permission?")
    api.codes[code] = asked["code_challenge"]
    back = urlencode({"oa_id": "366", "code": code, "state": asked["state"]})
    return f"{asked['redirect_uri']}?{back}"


async def begun(consents: Consents) -> Consent:
    return await asyncio.to_thread(consents.begin)


async def test_another_process_takes_what_comes_back(
    api: KeyApi, process: Make, keys: TokenKeeper, vault: DatabaseVault
) -> None:
    command, program = process(), process()
    consent = await begun(command)
    assert command.outcome(consent.state) == Outcome.AWAITED
    back = consented(api, command.address(consent, BACK))
    assert back.startswith(BACK)
    code, state = code_and_state(back)
    assert await program.finish(state, code) == Outcome.DONE
    assert command.outcome(consent.state) == Outcome.DONE
    assert await keys.token() == "access-1"
    assert consent.verifier not in vault.read(NAME)


async def test_it_is_taken_once(api: KeyApi, process: Make) -> None:
    consents = process()
    consent = await begun(consents)
    code, state = code_and_state(consented(api, consents.address(consent, BACK)))
    found = await asyncio.gather(*(process().finish(state, code) for _ in range(3)))
    assert found.count(Outcome.DONE) >= 1
    assert set(found) <= {Outcome.DONE, Outcome.TAKEN}
    assert await process().finish(state, code) == Outcome.DONE, "the page is loaded again"
    assert len(api.asked) == 1


async def test_who_guesses_changes_nothing(api: KeyApi, process: Make) -> None:
    consents = process()
    consent = await begun(consents)
    code, state = code_and_state(consented(api, consents.address(consent, BACK)))
    for guess in ("", "x", state[:-1], "é"):
        assert await consents.finish(guess, code) == Outcome.OVER
    assert await consents.finish(state, "") == Outcome.REFUSED, "nobody has consented"
    assert api.asked == []
    assert await consents.finish(state, code) == Outcome.DONE


async def test_a_code_of_somebody_else_gives_no_keys(
    api: KeyApi, process: Make, vault: DatabaseVault
) -> None:
    consents = process()
    consent = await begun(consents)
    api.codes["other"] = "another challenge"
    assert await consents.finish(consent.state, "other") == Outcome.REFUSED
    assert vault.read("zalo_oa_keys") == ""


async def test_fifteen_minutes_and_the_latest_alone(api: KeyApi, process: Make, now: Watch) -> None:
    consents = process()
    first, second = await begun(consents), await begun(consents)
    assert await consents.finish(first.state, "the-code") == Outcome.OVER
    now.later(minutes=15)
    assert await consents.finish(second.state, "the-code") == Outcome.OVER
    assert consents.outcome(second.state) == Outcome.OVER
    assert api.asked == []


async def test_a_zalo_that_is_away_is_said(api: KeyApi, process: Make) -> None:
    consents = process()
    consent = await begun(consents)
    api.answers = [502]
    code, state = code_and_state(consented(api, consents.address(consent, BACK)))
    assert await consents.finish(state, code) == Outcome.AWAY
    assert consents.outcome(state) == Outcome.AWAY


async def test_a_wrong_secret_is_said(
    api: KeyApi, vault: DatabaseVault, now: Watch, keys: TokenKeeper
) -> None:
    consents = Consents(vault, oauth_of(api, "wrong"), keys, now)
    consent = await begun(consents)
    code, state = code_and_state(consented(api, consents.address(consent, BACK)))
    assert await consents.finish(state, code) == Outcome.WRONG_APP


@pytest.mark.parametrize(
    "said", ["", "không", "https://chibo.example/zalo/oa/connected?error=-1", "http://[", "a=1"]
)
def test_what_bears_no_code(said: str) -> None:
    assert code_and_state(said) == ("", "")
