"""What every command has in common: how it speaks, how it fails, how it opens the database, what it looks up."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.plans.guidance.rules import Rules, read_rules
from bot.plans.guidance.sheets import ScoreSheets
from bot.plans.guidance.sheets_in import read_sheets
from bot.problems import Invalid, Problem, Rejected
from bot.settings import ROOT, Settings, read_settings
from bot.store.db import Database, DatabaseGone, connect_database, sqlite_file
from bot.store.files import open_store
from bot.store.schema import migrate_schema, revision_of
from bot.tables import Unit
from bot.talk.render import Renderer

TEMPLATES = ROOT / "templates"
AGENDAS = TEMPLATES / "agendas"
RULES = ROOT / "schedules" / "rules.yaml"
SCORES = ROOT / "schedules" / "scores"


def message_renderer(settings: Settings | None = None) -> Renderer:
    return _renderer((settings or Settings.model_construct()).zone)


@cache
def _renderer(zone: ZoneInfo) -> Renderer:
    return Renderer(TEMPLATES, zone)


def say_line(template: str, **context: Any) -> None:
    typer.echo(message_renderer().page(f"cli/{template}.txt", context).strip())


def fail_with(problems: list[Problem]) -> typer.Exit:
    """Prints every problem on a line of its own."""
    words = message_renderer()
    lines = [(p.place, unescape(words.sentence(p.code, p.facts))) for p in problems]
    typer.echo(words.page("cli/problems.txt", {"problems": lines}).strip(), err=True)
    return typer.Exit(1)


def warn_of(problem: Problem) -> None:
    """Prints what is wrong on a line of its own; the program goes on."""
    sentence = unescape(message_renderer().sentence(problem.code, problem.facts))
    typer.echo(f"{problem.place}: {sentence}", err=True)


@contextmanager
def explain_problems() -> Iterator[None]:
    """Turns what a person can mend into lines and exit code 1; nothing has been written by then."""
    try:
        yield
    except Rejected as error:
        raise fail_with(error.problems) from None
    except Invalid as error:
        place = "DATABASE_URL" if error.code.startswith("database_") else ""
        raise fail_with([Problem(place, error.code, error.facts)]) from None
    except DatabaseGone as error:
        raise fail_with([Problem("DATABASE_URL", "database_gone", {"path": str(error)})]) from None
    except SQLAlchemyError as error:
        raise fail_with(
            [Problem("DATABASE_URL", "database_unreachable", {"error": type(error).__name__})]
        ) from None


@contextmanager
def elsewhere(code: str, command: str) -> Iterator[None]:
    """A file that belongs to another command is refused by that name."""
    try:
        yield
    except Rejected as error:
        facts = {"command": command}
        raise Rejected(
            [replace(one, facts=facts) if one.code == code else one for one in error.problems]
        ) from None


def open_database(settings: Settings, *, beside: bool = False) -> Database:
    """The database, brought up to date. What is written from now on is for the eyes of this program's user alone."""
    os.umask(0o077)
    url = settings.database_url.get_secret_value()
    place = sqlite_file(url)
    if place is not None:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    db = connect_database(url, beside=beside)
    try:
        prove_not_emptied(db, settings)
        migrate_schema(db)
        if place is not None:
            with suppress(PermissionError):  # somebody else's file, opened to this program on purpose
                place.chmod(0o600)
    except BaseException:
        db.close()
        raise
    return db


def prove_not_emptied(db: Database, settings: Settings) -> None:
    """A new database beside files that somebody has handed in: the full one was lost, or DATABASE_URL names another place."""
    with db.engine.connect() as connection:
        if revision_of(connection) is not None:
            return
    try:
        stored = next(open_store(settings.files_url.get_secret_value()).digests(), None)
    except (OSError, ValueError):  # the store's own trouble is said elsewhere
        return
    if stored is not None:
        raise Rejected([Problem("DATABASE_URL", "database_emptied")])


@contextmanager
def configured_database(*, beside: bool = False) -> Iterator[tuple[Settings, Database]]:
    """`beside`: as `Database`, for what writes much while the program may be running."""
    settings = read_settings()
    db = open_database(settings, beside=beside)
    try:
        yield settings, db
    finally:
        db.close()


def shipped_rules() -> Rules:
    return read_rules(RULES)


def shipped_sheets() -> ScoreSheets:
    return read_sheets(SCORES)


def existing_file(file: Path) -> Path:
    if not file.is_file():
        raise Rejected([Problem(str(file), "file_missing")])
    return file


def unit_of(session: Session, code: str) -> Unit:
    unit = session.scalar(select(Unit).where(Unit.code == code))
    if unit is None:
        raise Invalid("unit_code_unknown", said=code)
    return unit


def owner_of(session: Session, code: str) -> Unit:
    """The committee a plan is loaded for: the one named, or the only root of the tree."""
    if code:
        return unit_of(session, code)
    roots = list(session.scalars(select(Unit).where(Unit.parent_id.is_(None), Unit.closed_on.is_(None))))
    if not roots:
        raise Invalid("owner_none")
    if len(roots) > 1:
        raise Invalid("owner_unclear", count=len(roots))
    return roots[0]


def picture_of(link: str) -> str:
    """A QR code of half blocks, dark on light as phones want it, for a terminal of any colours."""
    import segno  # it takes memory that `run` need not

    drawn = StringIO()
    segno.make(link, error="m", micro=False).terminal(drawn, compact=True)
    return drawn.getvalue()
