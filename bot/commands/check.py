"""What `check` looks at: the database, the shipped plans, the templates, the file store, the font of the papers."""

import os
from pathlib import Path
from typing import Any

from jinja2 import TemplateError
from sqlalchemy.exc import SQLAlchemyError

from bot.papers.fonts import WANTED, font_of_papers
from bot.plans.guidance.sheets_in import read_sheets
from bot.plans.yaml_in import read_plan
from bot.problems import Problem, Rejected
from bot.settings import ENV_FILE, Settings
from bot.store import files
from bot.store.address import database_address, database_hosts
from bot.store.db import connect_database, sqlite_file
from bot.store.page_reading import can_read_pages
from bot.store.schema import knows_revision, newest_revision, revision_of
from bot.talk.render import Renderer


def check_installation(settings: Settings, root: Path, render: Renderer) -> dict[str, object]:
    """Facts about an installation in order. Raises Rejected with everything that is wrong."""
    problems = [*_database(settings), *_files(settings), *_open_to_others(settings), *_font()]
    problems += unread_pages(settings)
    plans = sorted((root / "schedules" / "plans").glob("*.yaml"))
    for path in plans:
        try:
            read_plan(path, agendas=root / "templates" / "agendas")
        except Rejected as error:
            problems += error.problems
    try:
        read_sheets(root / "schedules" / "scores")
    except Rejected as error:
        problems += error.problems
    names = render.environment.list_templates(extensions=["html", "txt"])
    for name in names:
        try:
            render.environment.get_template(name)
        except TemplateError as error:
            problems.append(Problem(f"templates/{name}", "template_broken", {"error": str(error)}))
    if problems:
        raise Rejected(problems)
    return {**_place_of_database(settings), "plans": len(plans), "templates": len(names)}


def _database(settings: Settings) -> list[Problem]:
    url = settings.database_url.get_secret_value()
    place = sqlite_file(url)
    if place is not None and not place.exists():
        return [Problem("DATABASE_URL", "database_behind")]
    db = connect_database(url)
    try:
        with db.engine.connect() as connection:
            present = revision_of(connection)
    except SQLAlchemyError as error:
        hosts = database_hosts(database_address(url))
        code = "database_unreachable" if len(hosts) < 2 else "database_hosts_unreachable"
        return [Problem("DATABASE_URL", code, {"error": type(error).__name__, "hosts": ", ".join(hosts)})]
    finally:
        db.close()
    if present is not None and not knows_revision(present):
        return [Problem("DATABASE_URL", "database_newer", {"revision": present})]
    return [] if present == newest_revision() else [Problem("DATABASE_URL", "database_behind")]


def _place_of_database(settings: Settings) -> dict[str, object]:
    """Which kind it is; of several hosts, all of them and which one answers."""
    url = database_address(settings.database_url.get_secret_value())
    kind = url.get_backend_name()
    hosts = database_hosts(url)
    if len(hosts) < 2:
        return {"database": kind, "hosts": ""}
    db = connect_database(settings.database_url.get_secret_value())
    with db.engine.connect() as connection:
        info: Any = connection.connection.dbapi_connection
        answers = f"{info.info.host}:{info.info.port}"
    db.close()
    return {"database": kind, "hosts": ", ".join(hosts), "host": answers}


def _open_to_others(settings: Settings) -> list[Problem]:
    """What other users of the machine could read: the settings bear tokens, the rest what people have said."""
    if os.name != "posix" or _files(settings):
        return []
    place = sqlite_file(settings.database_url.get_secret_value())
    folder = files.folder_of_store(settings.files_url.get_secret_value())
    found = [Problem(str(path), "folder_open", {"path": path}) for path in (folder,) if path and _open(path)]
    if place is not None and _open(place) and _open(place.parent):
        found.append(Problem(str(place), "file_open", {"path": place}))
    if _open(Path(ENV_FILE)):
        found.append(Problem(ENV_FILE, "file_open", {"path": ENV_FILE}))
    return found


def _open(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & 0o077)


def unread_pages(settings: Settings) -> list[Problem]:
    """That photographed pages are to be read, and nothing here can read them."""
    return [Problem("OCR", "ocr_missing")] if settings.ocr and not can_read_pages() else []


def _font() -> list[Problem]:
    font = font_of_papers()
    if font is None or not font.lacking:
        return []
    facts = {"font": font.family, "count": len(font.lacking), "letters": font.lacking[:12]}
    return [Problem(WANTED, "font_lacks_letters", facts)]


def _files(settings: Settings) -> list[Problem]:
    try:
        files.open_store(settings.files_url.get_secret_value()).check()
    except (OSError, ValueError) as error:
        return [Problem("FILES_URL", "files_unwritable", {"error": type(error).__name__})]
    return []
