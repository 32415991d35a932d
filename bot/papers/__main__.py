"""`python -m bot.papers [FOLDER]` draws the shipped templates anew, over those that are there."""

import sys
from datetime import date
from pathlib import Path

import yaml

from bot.papers.drawing import draw_template
from bot.papers.forms import read_forms


def main(folder: Path) -> None:
    layout = read_forms(folder).on(date.max).layout
    papers = yaml.safe_load((folder / "outlines.yaml").read_text("utf-8"))["papers"]
    for kind, outline in papers.items():
        draw_template(outline, layout, folder / f"{kind}.docx")


if __name__ == "__main__":
    shipped = Path(__file__).resolve().parent.parent.parent / "templates" / "documents"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else shipped)
