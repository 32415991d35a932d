"""What `check` looks at: the database, the shipped plans, the templates, the file store, the font of the papers."""

from pathlib import Path

from jinja2 import TemplateError
from sqlalchemy.exc import SQLAlchemyError

from bot.papers.fonts import WANTED, font_of_papers
from bot.plans.yaml_in import read_plan
from bot.problems import Problem, Rejected
from bot.scores.sheets import read_sheets
from bot.settings import Settings
from bot.store import files
from bot.store.db import connect_database
from bot.store.schema import up_to_date
from bot.talk.render import Renderer


def check_installation(settings: Settings, root: Path, render: Renderer) -> dict[str, object]:
    """Facts about an installation in order. Raises Rejected with everything that is wrong."""
    problems = [*_database(settings), *_files(settings), *_font()]
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
    backend = settings.database_url.get_secret_value().partition(":")[0]
    return {"database": backend, "plans": len(plans), "templates": len(names)}


def _database(settings: Settings) -> list[Problem]:
    url = settings.database_url.get_secret_value()
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return [Problem("DATABASE_URL", "database_behind")]
    db = connect_database(url)
    try:
        if not up_to_date(db):
            return [Problem("DATABASE_URL", "database_behind")]
    except SQLAlchemyError as error:
        return [Problem("DATABASE_URL", "database_unreachable", {"error": type(error).__name__})]
    finally:
        db.close()
    return []


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
