"""One reading of typed commands: any slash, capitals, the bot's name, marks, words apart, a slip; and what is no command."""

import pytest

from bot.reading.typed_commands import Command, read_command
from bot.store.db import Database
from handlers import COMMANDS
from tests.kit.committees import committee
from tests.kit.plans import shipped
from tests.kit.world import World


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/hop", Command("/hop")),
        ("/HOP", Command("/hop")),
        ("  /Hop  ", Command("/hop")),
        ("/hop@chibo_bot", Command("/hop")),
        ("/hop.", Command("/hop")),
        ("/hop!", Command("/hop")),
        ("／hop", Command("/hop")),
        ("/ hop", Command("/hop")),
        ("/họp", Command("/hop")),
        ("/hop nay", Command("/hop", "nay")),
        ("/thang_nay", Command("/thangnay")),
        ("/tháng này", Command("/thangnay")),
        ("/Lịch họp", Command("/lichhop")),
        ("/trợ giúp với", Command("/trogiup", "với")),
        ("/xóa dữ liệu", Command("/xoadulieu")),
        ("/xoa-du-lieu", Command("/xoadulieu")),
        ("/cai dat", Command("/caidat")),
        ("/thangnai", Command("/thangnay")),
        ("/stảt", Command("/start")),
        ("/start ABCD-EFGH", Command("/start", "ABCD-EFGH")),
        ("/Start@bot abcd efgh.", Command("/start", "abcd efgh")),
        ("/khongco", Command("/khongco")),
        ("/4", Command("/4")),
        ("/", None),
        ("hop", None),
        ("5/4", None),
        ("25/28", None),
        ("họp /hop", None),
        ("", None),
    ],
)
def test_what_is_meant_as_a_command(text: str, command: Command | None) -> None:
    assert read_command(text, COMMANDS) == command


def test_every_command_is_found_as_it_is_written_and_with_diacritics_apart() -> None:
    for name in COMMANDS:
        assert read_command(name.upper() + "@Bot,", COMMANDS) == Command(name)


@pytest.mark.parametrize(
    "said", ["/THANGNAY", "/thangnay@chibo_bot", "／thangnay", "/tháng này ạ", "/thangnay."]
)
def test_a_command_in_any_spelling_does_the_same(db: Database, said: str) -> None:
    world = World(db)
    committee(world)
    world.load(shipped("60-KH-DUK-2022.yaml"))
    secretary = world.registered("CB01", "secretary")
    assert secretary.says(said).last.text.startswith("📅 <b>Tháng 4/2022 – Chi bộ Văn phòng</b>")
