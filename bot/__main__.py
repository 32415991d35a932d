"""The command line: `python -m bot`."""

import asyncio
import gc
import socket
import sys
from collections.abc import Callable, Sequence
from html import unescape
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.channels import CHANNELS
from bot.channels.base import Channel, ChannelRefused
from bot.commands.check import check_installation, unread_pages
from bot.commands.common import (
    AGENDAS,
    TEMPLATES,
    configured_database,
    explain_problems,
    message_renderer,
    open_database,
    picture_of,
    say_line,
    unit_of,
    warn_of,
)
from bot.commands.plans import plan_app
from bot.commands.summaries import summary_app
from bot.commands.units import units_app
from bot.commands.zalo import zalo_app
from bot.composition import compose, open_channels
from bot.messages import Incoming
from bot.people.invitations import INVITE_DAYS, create_invitation
from bot.people.roles import ROLES
from bot.plans.yaml_in import read_plan
from bot.problems import Invalid, Problem, Rejected
from bot.service.logs import LineCounts, set_up_logs
from bot.service.service import REACH_SECONDS, Service
from bot.service.watch import store_fault
from bot.settings import ROOT, Settings, read_settings
from bot.store import files
from bot.store.aside import Here
from bot.store.db import Database, connect_database
from bot.store.intake import Intake
from bot.store.links import SignedLinks, own_secret
from bot.tables import Role
from bot.talk.allowances import full_channels
from bot.talk.receive import utc_now
from bot.web.setup import first_word

LINK_SECONDS = 10
"""How long `invite` waits for a channel to say its own link."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(units_app, name="units")
app.add_typer(plan_app, name="plan")
app.add_typer(summary_app, name="summary")
app.add_typer(zalo_app, name="zalo")


def begin_logs(level: str, form: str = "text") -> LineCounts:
    return set_up_logs(level, form, [name for channel in CHANNELS for name in channel.loggers])


SWITCH = 0.0005
"""So many seconds a thread keeps the interpreter that others want. Whoever comes back from the database waits that long for it, at every
statement; of the interpreter's own five milliseconds a talk on a server takes a quarter longer."""


def free_address(listen: str) -> None:
    """Raises Rejected(address_taken) before anything else is touched."""
    host, _, port = listen.rpartition(":")
    if not port.isdigit():
        raise Rejected([Problem("LISTEN", "setting_listen")])
    host = host.strip("[]")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            raise Rejected([Problem("LISTEN", "address_taken", {"said": listen})]) from None


def serve(service: Service, settings: Settings) -> None:
    free_address(settings.listen)
    # What the start has made stays: to look through all of it again and again takes an eighth of the time of talk.
    gc.freeze()
    sys.setswitchinterval(SWITCH)
    try:
        asyncio.run(service.run())
    except ChannelRefused as error:
        raise Rejected([Problem(error.setting, error.code)]) from None


def warn_of_settings(settings: Settings) -> None:
    for place, code in settings.warnings().items():
        warn_of(Problem(place, code))


def try_store(settings: Settings) -> None:
    """Says that the file store fails; people are answered all the same."""
    try:
        store = files.open_store(settings.files_url.get_secret_value())
    except (OSError, ValueError) as error:
        facts = {"error": type(error).__name__}
        raise Rejected([Problem("FILES_URL", "files_unwritable", facts)]) from None
    if fault := store_fault(store):
        warn_of(Problem(fault.place, "files_away", fault.facts))


@app.command()
def run() -> None:
    """Migrates, then runs everything in one process."""
    with explain_problems(), configured_database() as (settings, db):
        if problems := unread_pages(settings):
            raise Rejected(problems)
        try_store(settings)
        warn_of_settings(settings)
        lines = begin_logs(settings.log_level, settings.log_format)
        first = first_word(db, utc_now())
        service = compose(settings, db, utc_now, lines=lines, first=first)
        service.unreached = lambda channel: warn_of(
            Problem(channel, "channel_unreached", {"channel": channel, "seconds": REACH_SECONDS})
        )
        shown = [one.name for one in service.channels]
        word = first.word if first else ""
        service.ready = lambda: say_line("running", url=settings.url, channels=shown, word=word)
        serve(service, settings)


@app.command()
def demo(
    listen: Annotated[str, typer.Option(help="Loopback address and port.")] = "127.0.0.1:8080",
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its own data.")] = Path("data/demo"),
    keep: Annotated[bool, typer.Option(help="Go on with the last demo's data.")] = False,
) -> None:
    """Runs on its own SQLite file with a sample committee, a shipped plan and a clock that the page can move."""
    from bot.service.demo import Demo, prepare_demo
    from bot.units.table_in import read_units

    with explain_problems():
        begin_logs("WARNING")
        free_address(listen)
        settings = prepare_demo(folder, listen, keep=keep)
        db = open_database(settings)
        stage = Demo(db, settings.zone, message_renderer(settings), TEMPLATES / "demo")
        stage.set_up(read_units(TEMPLATES / "demo" / "units.csv").rows, _shipped("60-KH-DUK-2022.yaml"))
        service = compose(settings, db, stage.now, stage)
        service.ready = lambda: say_line("demo", url=f"http://{settings.listen}")
        serve(service, settings)
        db.close()


def _shipped(name: str) -> Any:
    return read_plan(ROOT / "schedules" / "plans" / name, agendas=AGENDAS)


@app.command("migrate")
def migrate_command() -> None:
    """Brings the database up to date."""
    with explain_problems(), configured_database():
        say_line("migrated")


@app.command("backup")
def backup_command(
    file: Path,
    check: Annotated[bool, typer.Option("--check", help="Only looks whether FILE is whole.")] = False,
) -> None:
    """Writes the database and the files into FILE while the program runs; with --check proves that FILE is whole."""
    from bot.commands.backup import back_up, look_at  # its libraries take memory that `run` need not

    with explain_problems():
        look_at(file) if check else back_up(file)


@app.command("restore")
def restore_command(file: Path) -> None:
    """Puts a backup into an empty database and an empty file store."""
    from bot.commands.backup import put_back

    with explain_problems():
        put_back(file)


@app.command()
def check() -> None:
    """Looks at settings, database, plans, templates, file store: all that is wrong, each on a line."""
    with explain_problems():
        settings = read_settings()
        facts = check_installation(settings, ROOT, message_renderer(settings))
        say_line("checked", facts=facts)
        say_accounts(settings)
        warn_of_settings(settings)


def say_accounts(settings: Settings) -> None:
    """What the other side of a channel says of this installation's account, a line each."""
    asked = [one for one in CHANNELS if one.account is not Channel.account]
    db = connect_database(settings.database_url.get_secret_value())
    words = message_renderer(settings)
    for channel in quiet_channels(settings, db, asked):
        for code, facts in asyncio.run(channel.account()):
            typer.echo(f"{channel.name}: {unescape(words.sentence(code, facts))}")
    db.close()


@app.command("invite")
def invite_command(
    unit_code: str, role: Annotated[str, typer.Option(help="secretary, follower, leader or admin")]
) -> None:
    """Prints a single-use code for a role in a unit, and a link for each channel."""
    with explain_problems():
        if role not in ROLES:
            raise Invalid("role_unknown", said=role, known=", ".join(ROLES))
        with configured_database() as (settings, db):
            with db.write() as session:
                unit = unit_of(session, unit_code)
                code, _ = create_invitation(session, unit, Role(role), utc_now())
                secret = own_secret(session)
            made = SignedLinks(secret, settings.url, asyncio.run(_entrances(settings, db)))
            links = made.invitation(code)
            with db.read() as session:
                full = full_channels({one.name: one.abilities for one in CHANNELS}, session)
            # Where the link does not carry the code, a phone is held before it and the code is typed.
            pictures = [(name, picture_of(link)) for name, link in links if code not in link]
            facts = {"links": links, "full": full, "pictures": pictures, "days": INVITE_DAYS}
            say_line("invited", code=code, role=role, unit=unit, **facts)


async def _entrances(settings: Settings, db: Database) -> dict[str, Callable[[str], str]]:
    """Where each channel begins; a channel that does not answer is left out, the code alone is printed."""
    found: dict[str, Callable[[str], str]] = {}
    for channel in quiet_channels(settings, db, CHANNELS):
        try:
            async with asyncio.timeout(LINK_SECONDS):
                await channel.start()
        except (TimeoutError, ChannelRefused):
            continue
        found[channel.name] = channel.link
        await channel.stop()
    return found


def quiet_channels(settings: Settings, db: Database, kinds: Sequence[type[Channel]]) -> list[Channel]:
    """The channels that the settings name, to be asked and not to be listened to."""
    intake = Intake(db, files.open_store(settings.files_url.get_secret_value()), Here(), utc_now)
    return open_channels(settings, kinds, _nothing_received, intake)


async def _nothing_received(event: Incoming) -> bool:
    raise AssertionError(f"nothing is fetched while a link is made: {event.id}")


if __name__ == "__main__":
    app()
