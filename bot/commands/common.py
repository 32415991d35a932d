"""What every command has in common: how it speaks, how it fails, how it opens the database, what it looks up."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.plans.guidance.rules import Rules, read_rules
from bot.problems import Invalid, Problem, Rejected
from bot.scores.sheets import ScoreSheets, read_sheets
from bot.settings import ROOT, Settings, read_settings
from bot.store.db import Database, connect_database
from bot.store.schema import migrate_schema, up_to_date
from bot.tables import Unit
from bot.talk.render import Renderer

TEMPLATES = ROOT / "templates"
AGENDAS = TEMPLATES / "agendas"
RULES = ROOT / "schedules" / "rules.yaml"
SCORES = ROOT / "schedules" / "scores"


def message_renderer(settings: Settings | None = None) -> Renderer:
    return Renderer(TEMPLATES, (settings or Settings.model_construct()).zone)


def say_line(template: str, **context: Any) -> None:
    typer.echo(message_renderer().page(f"cli/{template}.txt", context).strip())


def fail_with(problems: list[Problem]) -> typer.Exit:
    """Prints every problem on a line of its own."""
    words = message_renderer()
    lines = [(p.place, unescape(words.sentence(p.code, p.facts))) for p in problems]
    typer.echo(words.page("cli/problems.txt", {"problems": lines}).strip(), err=True)
    return typer.Exit(1)


@contextmanager
def explain_problems() -> Iterator[None]:
    """Turns what a person can mend into lines and exit code 1; nothing has been written by then."""
    try:
        yield
    except Rejected as error:
        raise fail_with(error.problems) from None
    except Invalid as error:
        raise fail_with([Problem("", error.code, error.facts)]) from None
    except SQLAlchemyError as error:
        raise fail_with(
            [Problem("DATABASE_URL", "database_unreachable", {"error": type(error).__name__})]
        ) from None


def open_database(settings: Settings, *, bring_up: bool = True) -> Database:
    url = settings.database_url.get_secret_value()
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    db = connect_database(url)
    if bring_up:
        migrate_schema(db)
    elif not up_to_date(db):
        raise Rejected([Problem("DATABASE_URL", "database_behind")])
    return db


@contextmanager
def configured_database() -> Iterator[tuple[Settings, Database]]:
    settings = read_settings()
    db = open_database(settings)
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
