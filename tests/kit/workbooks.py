"""Workbooks as offices send them."""

import io
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from bot.messages import File
from bot.plans.plan import PlanText
from bot.plans.workbook import write_plan
from bot.store.filetypes import XLSX
from tests.kit.places import TEMPLATES
from tests.kit.world import World


def strict(path: Path) -> Path:
    """The same workbook as a spreadsheet program saves it under "Strict Open XML"."""
    names = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }
    content = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            for usual, other in names.items():
                data = data.replace(usual, other)
            target.writestr(name, data)
    return path


@cache
def drawn(text: PlanText) -> bytes:
    """The workbook of a plan, drawn once for all who send it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ke-hoach.xlsx"
        write_plan(text, path, templates=TEMPLATES)
        return path.read_bytes()


def workbook(world: World, text: PlanText, folder: Path, name: str = "ke-hoach.xlsx") -> File:
    path = folder / name
    path.write_bytes(drawn(text))
    return on_the_shelf(world, path)


def on_the_shelf(world: World, path: Path) -> File:
    file = world.shelf.keep(path.name, path)
    return File(file.digest, path.name, file.size, XLSX)
