"""The composition root and command line: `python -m bot`."""

import asyncio
import socket
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from bot.channels import CHANNELS
from bot.channels.base import Channel, ChannelRefused, Receive, Tools
from bot.channels.web.channel import Hub, Web
from bot.commands.backup import back_up, look_at, put_back
from bot.commands.check import check_installation
from bot.commands.common import (
    AGENDAS,
    TEMPLATES,
    configured_database,
    explain_problems,
    message_renderer,
    open_database,
    say_line,
    shipped_rules,
    shipped_sheets,
    unit_of,
)
from bot.commands.plans import plan_app
from bot.commands.units import units_app
from bot.messages import File, Incoming, Refusal
from bot.people.invitations import INVITE_DAYS, create_invitation
from bot.people.people import holds_role
from bot.people.roles import ROLES
from bot.plans.yaml_in import read_agenda, read_plan
from bot.problems import Invalid, Problem, Rejected
from bot.service.demo import Demo, prepare_demo
from bot.service.logs import set_up_logs
from bot.service.service import Service
from bot.settings import ROOT, Settings, read_settings
from bot.store import files
from bot.store.aside import Inspector
from bot.store.db import Database
from bot.store.links import SignedLinks, own_secret
from bot.talk.desk import Desk, Elsewhere, Here
from bot.talk.receive import receive, utc_now
from bot.talk.sender import Sender
from bot.units.table_in import read_units
from bot.web import app as web
from handlers import ROUTES
from schedules import TICKS, reminders, summaries
from schedules.clock import Clock

LINK_SECONDS = 10
"""How long `invite` waits for a channel to say its own link."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(units_app, name="units")
app.add_typer(plan_app, name="plan")


def begin_logs(level: str, form: str = "text") -> None:
    set_up_logs(level, form, [name for channel in CHANNELS for name in channel.loggers])


def compose(
    settings: Settings,
    db: Database,
    now: Callable[[], datetime],
    demo: Demo | None = None,
    kinds: Sequence[type[Channel]] = CHANNELS,
) -> Service:
    """Puts the pieces together; everything below this function gets what it needs handed in."""
    zone = settings.zone
    render = message_renderer(settings)
    store = files.open_store(settings.files_url.get_secret_value())
    hub, aside = Hub(), Inspector()
    with db.write() as session:
        secret = own_secret(session)

    def handle(event: Incoming) -> bool:
        return receive(desk, event)

    channels = open_channels(settings, [Web] if demo else kinds, handle, db, store, aside, now)
    sender = Sender(db, channels, now, delivered=hub.notify, zone=zone)
    links = SignedLinks(secret, settings.url, {one.name: one.link for one in channels})
    desk: Desk = Desk(
        db=db,
        render=render,
        routes=ROUTES,
        zone=zone,
        links=links,
        wake=sender.wake,
        shelf=store,
        aside=aside,
        facts={
            "regular_agenda": read_agenda(AGENDAS / "regular.yaml"),
            "rules": shipped_rules(),
            "sheets": shipped_sheets(),
        },
    )
    clock = Clock(desk, TICKS, now)
    if demo:
        demo.attach(desk, clock.run_all, partial(_next_moment, db), sender.wake)
    application = web.build_site(
        desk,
        handle,
        links,
        hub,
        partial(take_in, store, aside),
        store.stream,
        now,
        ways_in=[way for one in channels for way in one.ways_in()],
        extra_routes=demo.routes() if demo else (),
        home=demo.page if demo else None,
    )
    return Service(
        application,
        sender,
        clock,
        settings.host,
        settings.port,
        channels=channels,
        proxies=settings.proxies,
        closing=hub.close,
        stopped=aside.close,
    )


def open_channels(
    settings: Settings,
    kinds: Iterable[type[Channel]],
    handle: Receive,
    db: Database,
    store: Any,
    aside: Elsewhere,
    now: Callable[[], datetime],
) -> list[Channel]:
    """The channels that the settings name; `store` is the file store."""
    commands = yaml.safe_load((TEMPLATES / "talk" / "commands.yaml").read_text("utf-8"))
    opened = []
    for kind in kinds:
        tools = Tools(
            handle,
            partial(take_in, store, aside, sounds=kind.abilities.sounds),
            lambda file: bytes(store.read(file.digest)),
            partial(is_known, db, kind.name),
            now,
            settings.url,
            list(commands.items()),
        )
        if channel := kind.open(settings.of(kind), tools):
            opened.append(channel)
    return opened


def is_known(db: Database, channel: str, place: str) -> bool:
    with db.read() as session:
        return holds_role(session, channel, place)


def take_in(
    store: Any, aside: Elsewhere, name: str, source: Path, owner: str, *, sounds: bool = False
) -> File | Refusal:
    """Checks a file that came in and stores it, or says why not; it is looked into aside, by turns of the `owner`s."""
    try:
        look = partial(aside.call, files.look_into, owner=owner)
        return files.take_in(store, name, source, sounds=sounds, look=look)
    except Invalid as problem:
        return files.refusal_of(name, problem)


def _next_moment(db: Database) -> datetime | None:
    """When something will happen by the clock next."""
    with db.read() as session:
        found = [reminders.next_reminder_moment(session), summaries.next_summary_moment(session)]
    return min((moment for moment in found if moment is not None), default=None)


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
    try:
        asyncio.run(service.run())
    except ChannelRefused as error:
        raise Rejected([Problem(error.setting, error.code)]) from None


@app.command()
def run() -> None:
    """Migrates, then runs everything in one process."""
    with explain_problems(), configured_database() as (settings, db):
        begin_logs(settings.log_level, settings.log_format)
        service = compose(settings, db, utc_now)
        service.ready = lambda: say_line(
            "running", url=settings.url, channels=[one.name for one in service.channels]
        )
        serve(service, settings)


@app.command()
def demo(
    listen: Annotated[str, typer.Option(help="Loopback address and port.")] = "127.0.0.1:8080",
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its own data.")] = Path("data/demo"),
    keep: Annotated[bool, typer.Option(help="Go on with the last demo's data.")] = False,
) -> None:
    """Runs on its own SQLite file with a sample committee, a shipped plan and a clock that the page can move."""
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
    with explain_problems():
        look_at(file) if check else back_up(file)


@app.command("restore")
def restore_command(file: Path) -> None:
    """Puts a backup into an empty database and an empty file store."""
    with explain_problems():
        put_back(file)


@app.command()
def check() -> None:
    """Looks at settings, database, plans, templates, file store: all that is wrong, each on a line."""
    with explain_problems():
        settings = read_settings()
        facts = check_installation(settings, ROOT, message_renderer(settings))
        say_line("checked", facts=facts)


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
                code, _ = create_invitation(session, unit, role, utc_now())
                secret = own_secret(session)
            links = SignedLinks(secret, settings.url, asyncio.run(_entrances(settings, db)))
            say_line(
                "invited", code=code, links=links.invitation(code), role=role, unit=unit, days=INVITE_DAYS
            )


async def _entrances(settings: Settings, db: Database) -> dict[str, Callable[[str], str]]:
    """Where each channel begins; a channel that does not answer is left out, the code alone is printed."""
    found: dict[str, Callable[[str], str]] = {}
    for channel in open_channels(settings, CHANNELS, _nothing_received, db, None, Here(), utc_now):
        try:
            async with asyncio.timeout(LINK_SECONDS):
                await channel.start()
        except (TimeoutError, ChannelRefused):
            continue
        found[channel.name] = channel.link
        await channel.stop()
    return found


def _nothing_received(event: Incoming) -> bool:
    raise AssertionError(f"nothing is fetched while a link is made: {event.id}")


if __name__ == "__main__":
    app()
