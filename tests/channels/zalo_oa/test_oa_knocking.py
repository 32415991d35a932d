"""The template that reaches somebody whose window is closed: what it says, what it costs, what its errors mean."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.messages import Carried, Knock, Reply, TryLater, Undeliverable, Unsendable
from tests.channels.zalo_oa.api import KNOCK, PLACE, TEMPLATE, Api, Ear, served, started

LATE = datetime(2022, 4, 18, 17, 30, tzinfo=UTC)
CALL = Knock("Nguyễn Văn An", LATE)


async def test_it_says_a_name_and_a_day_by_the_local_clock() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        assert channel.knocks
        assert await channel.knock(PLACE, CALL) == Carried(200)
        [asked] = api.called(KNOCK)
        assert asked.pop("tracking_id")
        assert asked == {
            "user_id": PLACE,
            "template_id": TEMPLATE,
            "template_data": {"ten": "Nguyễn Văn An", "ngay": "19/04/2022"},
        }


async def test_the_same_knock_is_known_again_and_another_is_not() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        for knock in (CALL, CALL, Knock("Nguyễn Văn An", datetime(2022, 4, 19, tzinfo=UTC))):
            await channel.knock(PLACE, knock)
        first, second, third = (asked["tracking_id"] for asked in api.called(KNOCK))
        assert first == second != third


@pytest.mark.parametrize(("name", "said"), [("", "đồng chí"), ("  ", "đồng chí"), ("x" * 40, "x" * 29 + "…")])
async def test_a_name_is_never_empty_and_never_too_long(name: str, said: str) -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        await channel.knock(PLACE, Knock(name, LATE))
        assert api.called(KNOCK)[0]["template_data"]["ten"] == said


async def test_without_a_template_there_is_no_knock() -> None:
    async with served(Api()) as api, started(api, Ear(), template="") as channel:
        assert not channel.knocks
        with pytest.raises(Unsendable):
            await channel.knock(PLACE, CALL)
        assert api.calls == []


STOPS: dict[int, str] = {
    -144: "zalo_oa_template_quota",
    -136: "zalo_oa_no_wallet",
    -137: "zalo_oa_no_money",
    -321: "zalo_oa_no_money",
    **dict.fromkeys((-109, -111, -112, -122, -130, -131, -132, -135), "zalo_oa_template"),
}


@pytest.mark.logs_errors
@pytest.mark.parametrize(("code", "trouble"), STOPS.items())
async def test_what_the_office_has_to_mend_stops_knocks_alone(code: int, trouble: str) -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.refuse(KNOCK, code)
        for _ in range(2):
            with pytest.raises(TryLater) as later:
                await channel.knock(PLACE, CALL)
            assert not later.value.everyone
        assert len(api.called(KNOCK)) == 1
        assert channel.trouble == trouble
        await channel.send(PLACE, Reply("an answer goes out all the same"))
        assert channel.trouble == trouble


ERRORS: dict[int, type[Exception]] = {
    -118: Undeliverable,
    -110: Unsendable,
    -114: Unsendable,
    -119: Unsendable,
    -141: Unsendable,
    -133: TryLater,
    -32: TryLater,
}


@pytest.mark.parametrize(("code", "kind"), ERRORS.items())
async def test_what_an_error_means_to_one_person(code: int, kind: type[Exception]) -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.refuse(KNOCK, code)
        with pytest.raises(kind):
            await channel.knock(PLACE, CALL)
        assert channel.trouble == ""


async def test_a_dead_key_is_renewed_here_too() -> None:
    async with served(Api()) as api, started(api, Ear()) as channel:
        api.answers[KNOCK].append((200, {"error": -124, "message": "Access token invalid"}))
        assert await channel.knock(PLACE, CALL) == Carried(200)
        assert len(api.called(KNOCK)) == 2


@pytest.mark.logs_errors
async def test_what_stood_in_the_way_is_forgotten_when_one_is_taken() -> None:
    ear = Ear()
    async with served(Api()) as api, started(api, ear) as channel:
        api.refuse(KNOCK, -131)
        with pytest.raises(TryLater) as later:
            await channel.knock(PLACE, CALL)
        assert channel.trouble == "zalo_oa_template"
        ear.at += timedelta(seconds=later.value.seconds)
        await channel.knock(PLACE, CALL)
        assert channel.trouble == ""
