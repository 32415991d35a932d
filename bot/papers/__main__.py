"""`python -m bot.papers [FOLDER]` draws the shipped templates anew, over those that are there."""

import sys
from datetime import date
from pathlib import Path

from bot.papers.drawing import draw_template
from bot.papers.forms import read_forms
from bot.wording import read_words


def main(folder: Path) -> None:
    layout = read_forms(folder).on(date.max).layout
    papers = read_words(folder / "outlines.yaml")["papers"]
    for kind, outline in papers.items():
        draw_template(outline, layout, folder / f"{kind}.docx")


if __name__ == "__main__":
    shipped = Path(__file__).resolve().parent.parent.parent / "templates" / "documents"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else shipped)
