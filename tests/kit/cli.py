"""The command line as a test calls it, and what it left behind."""

from pathlib import Path

from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from bot import __main__ as main
from bot.store.db import connect_database
from tests.kit.places import ROOT

UNITS = ROOT / "templates/demo/units.csv"


def run(*words: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main.app, [str(word) for word in words])
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result


def count(url: str, table: type) -> int:
    db = connect_database(url)
    with db.read() as session:
        found = session.scalar(select(func.count()).select_from(table)) or 0
    db.close()
    return found
