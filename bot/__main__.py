"""The composition root and command line: `python -m bot`."""

import asyncio
import logging
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from html import unescape
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import files, web
from bot.channels.telegram import BadToken, Telegram
from bot.channels.web import Hub, Web
from bot.chat import Desk
from bot.checks import check_installation
from bot.conversation import receive, utc_now
from bot.db import Database, connect
from bot.demo import Demo, prepare
from bot.domain.calendar import local_day
from bot.domain.loading import load, reload_all
from bot.domain.people import INVITE_DAYS, invite
from bot.domain.plan_file import read_agenda, read_plan
from bot.domain.problems import Invalid, Problem, Rejected
from bot.domain.roles import ROLES
from bot.domain.units import write_units
from bot.links import SignedLinks, own_secret
from bot.messages import File, Incoming, Refusal
from bot.models import Duty, Plan, Unit
from bot.render import Renderer
from bot.schema import migrate, up_to_date
from bot.sender import Sender
from bot.service import Service
from bot.settings import ROOT, Settings, read_settings
from bot.units_file import read_units
from handlers import ROUTES
from schedules import TICKS, reminders, summaries
from schedules.clock import Clock

TEMPLATES = ROOT / "templates"
AGENDAS = TEMPLATES / "agendas"

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
units_app = typer.Typer(no_args_is_help=True, help="The units' table.")
plan_app = typer.Typer(no_args_is_help=True, help="Plans: check, load, list.")
app.add_typer(units_app, name="units")
app.add_typer(plan_app, name="plan")


def renderer(settings: Settings | None = None) -> Renderer:
    return Renderer(TEMPLATES, (settings or Settings.model_construct()).zone)


def say(template: str, **context: Any) -> None:
    typer.echo(renderer().page(f"cli/{template}.txt", context).strip())


def fail(problems: list[Problem]) -> typer.Exit:
    """Prints every problem on a line of its own."""
    words = renderer()
    lines = [(p.place, unescape(words.sentence(p.code, p.facts))) for p in problems]
    typer.echo(words.page("cli/problems.txt", {"problems": lines}).strip(), err=True)
    return typer.Exit(1)


@contextmanager
def explained() -> Iterator[None]:
    """Turns what a person can mend into lines and exit code 1; nothing has been written by then."""
    try:
        yield
    except Rejected as error:
        raise fail(error.problems) from None
    except Invalid as error:
        raise fail([Problem("", error.code, error.facts)]) from None
    except SQLAlchemyError as error:
        raise fail(
            [Problem("DATABASE_URL", "database_unreachable", {"error": type(error).__name__})]
        ) from None


def open_database(settings: Settings, *, bring_up: bool = True) -> Database:
    url = settings.database_url.get_secret_value()
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    db = connect(url)
    if bring_up:
        migrate(db)
    elif not up_to_date(db):
        raise Rejected([Problem("DATABASE_URL", "database_behind")])
    return db


@contextmanager
def database() -> Iterator[tuple[Settings, Database]]:
    settings = read_settings()
    db = open_database(settings)
    try:
        yield settings, db
    finally:
        db.close()


def set_up_logs(level: str) -> None:
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    # These write addresses that bear the token, or a line for every tick.
    for name in ("httpx", "telegram", "aiohttp", "apscheduler", "uvicorn", "alembic", "sse_starlette"):
        logging.getLogger(name).setLevel(logging.WARNING)


def compose(
    settings: Settings, db: Database, now: Callable[[], datetime], demo: Demo | None = None
) -> Service:
    """Puts the pieces together; everything below this function gets what it needs handed in."""
    zone = settings.zone
    render = renderer(settings)
    store = files.open_store(settings.files_url.get_secret_value())
    hub, webchat = Hub(), Web()
    with db.write() as session:
        secret = own_secret(session)

    def take_in(name: str, source: Path) -> File | Refusal:
        try:
            return files.take_in(store, name, source)
        except Invalid as problem:
            return files.refusal(name, problem)

    def handle(event: Incoming) -> bool:
        return receive(desk, event)

    telegram = None if demo else make_telegram(settings, handle, take_in, store.read, now)
    outlets: list[Any] = [webchat, *([telegram] if telegram else [])]
    sender = Sender(db, outlets, now, delivered=hub.notify, zone=zone)
    links = SignedLinks(secret, settings.url, telegram.link if telegram else None)
    desk: Desk = Desk(
        db=db,
        render=render,
        routes=ROUTES,
        zone=zone,
        links=links,
        wake=sender.wake,
        facts={"regular_agenda": read_agenda(AGENDAS / "regular.yaml")},
    )
    clock = Clock(desk, TICKS, now)
    if demo:
        demo.attach(desk, clock.run_all, partial(_next_moment, db), sender.wake)
    application = web.build(
        desk,
        handle,
        links,
        hub,
        take_in,
        store.stream,
        now,
        telegram=telegram,
        extra_routes=demo.routes() if demo else (),
        home=demo.page if demo else None,
    )
    webhook = None
    if telegram is not None and settings.telegram_webhook:
        webhook = partial(telegram.set_webhook, f"{settings.url}/telegram")
    return Service(
        application,
        sender,
        clock,
        settings.host,
        settings.port,
        telegram=telegram,
        webhook=webhook,
        closing=hub.close,
    )


def make_telegram(settings: Settings, handle: Any, take_in: Any, read: Any, now: Any) -> Telegram | None:
    token = settings.telegram_token.get_secret_value()
    if not token:
        return None
    commands = yaml.safe_load((TEMPLATES / "talk" / "commands.yaml").read_text("utf-8"))
    return Telegram(
        token,
        settings.telegram_api_url,
        handle,
        take_in,
        lambda file: bytes(read(file.digest)),
        now,
        webhook_secret=settings.telegram_secret.get_secret_value(),
        commands=list(commands.items()),
    )


def _next_moment(db: Database) -> datetime | None:
    """When something will happen by the clock next."""
    with db.read() as session:
        found = [reminders.next_moment(session), summaries.next_moment(session)]
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
    except BadToken:
        raise Rejected([Problem("TELEGRAM_TOKEN", "telegram_token_refused")]) from None


@app.command()
def run() -> None:
    """Migrates, then runs everything in one process."""
    with explained(), database() as (settings, db):
        set_up_logs(settings.log_level)
        service = compose(settings, db, utc_now)
        service.ready = lambda: say("running", url=settings.url, telegram=service.telegram is not None)
        serve(service, settings)


@app.command()
def demo(
    listen: Annotated[str, typer.Option(help="Loopback address and port.")] = "127.0.0.1:8080",
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its own data.")] = Path("data/demo"),
    keep: Annotated[bool, typer.Option(help="Go on with the last demo's data.")] = False,
) -> None:
    """Runs on its own SQLite file with a sample committee, a shipped plan and a clock that the page can move."""
    with explained():
        set_up_logs("WARNING")
        free_address(listen)
        settings = prepare(folder, listen, keep=keep)
        db = open_database(settings)
        stage = Demo(db, settings.zone, renderer(settings), TEMPLATES / "demo")
        stage.set_up(read_units(TEMPLATES / "demo" / "units.csv"), _shipped("60-KH-DUK-2022.yaml"))
        service = compose(settings, db, stage.now, stage)
        service.ready = lambda: say("demo", url=f"http://{settings.listen}")
        serve(service, settings)
        db.close()


def _shipped(name: str) -> Any:
    return read_plan(ROOT / "schedules" / "plans" / name, agendas=AGENDAS)


@app.command("migrate")
def migrate_command() -> None:
    """Brings the database up to date."""
    with explained(), database():
        say("migrated")


@app.command()
def check() -> None:
    """Looks at settings, database, plans, templates, file store: all that is wrong, each on a line."""
    with explained():
        settings = read_settings()
        facts = check_installation(settings, ROOT, renderer(settings))
        say("checked", facts=facts)


@units_app.command("import")
def units_import(file: Path) -> None:
    """Reads CSV or XLSX: code,name,kind,sector,parent_code,members,meeting_day; plans follow what has changed."""
    with explained():
        rows = read_units(_existing(file))
        with database() as (settings, db), db.write() as session:
            at = utc_now()
            done = write_units(session, rows, local_day(at, settings.zone))
            plans = [(p.symbol, changes) for p, changes in reload_all(session, at, settings.zone)]
        say("units", total=len(rows), done=done, plans=plans)


@plan_app.command("check")
def plan_check(file: Path) -> None:
    """Reads a plan and says all that is wrong with it."""
    with explained():
        plan = read_plan(_existing(file), agendas=AGENDAS)
        say("plan_checked", plan=plan, documents=sum(len(topic.documents) for topic in plan.topics))


@plan_app.command("load")
def plan_load(
    file: Path, unit: Annotated[str, typer.Option(help="Code of the committee that owns the plan.")] = ""
) -> None:
    """Loads a plan, or loads it again after an edit, and prints what has changed."""
    with explained():
        text = read_plan(_existing(file), agendas=AGENDAS)
        with database() as (settings, db), db.write() as session:
            owner = _owner(session, unit)
            plan, changes = load(session, text, owner, utc_now(), settings.zone)
            say("plan_loaded", plan=plan, unit=owner, c=changes)


@plan_app.command("list")
def plan_list() -> None:
    """Lists the loaded plans."""
    with explained(), database() as (_, db), db.read() as session:
        plans = []
        for plan in session.scalars(select(Plan).where(Plan.withdrawn_at.is_(None)).order_by(Plan.id)):
            counted = select(Duty.state, func.count()).where(Duty.plan_id == plan.id).group_by(Duty.state)
            states = {row[0]: row[1] for row in session.execute(counted)}
            plans.append((plan, states.get("open", 0), states.get("done", 0)))
        say("plans", plans=plans)


@app.command("invite")
def invite_command(
    unit_code: str, role: Annotated[str, typer.Option(help="secretary, follower, leader or admin")]
) -> None:
    """Prints a single-use code for a role in a unit, and a link for each channel."""
    with explained():
        if role not in ROLES:
            raise Invalid("role_unknown", said=role, known=", ".join(ROLES))
        with database() as (settings, db):
            with db.write() as session:
                unit = _unit(session, unit_code)
                code, _ = invite(session, unit, role, utc_now())
                secret = own_secret(session)
            links = SignedLinks(secret, settings.url, asyncio.run(_telegram_link(settings)))
            say("invited", code=code, links=links.invitation(code), role=role, unit=unit, days=INVITE_DAYS)


async def _telegram_link(settings: Settings) -> Callable[[str], str] | None:
    """The bot's deep link; without the network the code alone is printed."""
    telegram = make_telegram(settings, None, None, None, utc_now)
    if telegram is None:
        return None
    try:
        async with asyncio.timeout(10):
            await telegram.start()
    except (TimeoutError, BadToken):
        return None
    await telegram.stop()
    return telegram.link


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise Rejected([Problem(str(file), "file_missing")])
    return file


def _unit(session: Session, code: str) -> Unit:
    unit = session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        raise Invalid("unit_code_unknown", said=code)
    return unit


def _owner(session: Session, code: str) -> Unit:
    """The committee a plan is loaded for: the one named, or the only root of the tree."""
    if code:
        return _unit(session, code)
    roots = list(session.scalars(select(Unit).where(Unit.parent_id.is_(None), Unit.closed_on.is_(None))))
    if not roots:
        raise Invalid("owner_none")
    if len(roots) > 1:
        raise Invalid("owner_unclear", count=len(roots))
    return roots[0]


if __name__ == "__main__":
    app()
