"""The secretary's page on one sheet of A4: docs/vi/bi-thu.md as PDF, to be printed and handed out with the code."""

import base64
import re
from pathlib import Path

from markdown_it import MarkdownIt
from playwright.sync_api import Browser

from tests.kit.places import ROOT

SOURCE = ROOT / "docs" / "vi" / "bi-thu.md"
FONTS = ROOT / "bot" / "summaries" / "fonts"
PRINTED = ROOT / "docs" / "vi" / "bi-thu.pdf"
LOOK = """
@page { size: A4; margin: 11mm 14mm 10mm }
body { font: 12pt/1.32 Page; color: #111; margin: 0 }
h1 { font-size: 19pt; margin: 0 0 2mm }
h2 { font-size: 13pt; margin: 2.6mm 0 .8mm; color: #8a1515 }
p, ul, ol { margin: .8mm 0 }
code { font: inherit; font-weight: bold }
ul, ol { padding-left: 6mm }
li { margin: .4mm 0 }
blockquote { margin: 2mm 0; padding: 1.5mm 3mm; border: 1px solid #888; border-radius: 2mm }
table { width: 100%; border-collapse: collapse; margin: 2mm 0 0; table-layout: fixed }
th { font-size: 10.5pt; text-align: left; padding: 0 1.5mm 1mm }
td { vertical-align: top; padding: 0 1.5mm }
img { max-width: 100%; max-height: 70mm; border: 1px solid #bbb; border-radius: 1.5mm }
"""


def _faces() -> str:
    """The program's own letters, so that the page is as long on every machine."""
    faces = ""
    for name, weight in (("LiberationSans-Regular.ttf", 400), ("LiberationSans-Bold.ttf", 700)):
        drawn = base64.b64encode((FONTS / name).read_bytes()).decode()
        faces += f"@font-face {{ font-family: Page; font-weight: {weight}; src: url(data:font/ttf;base64,{drawn}) }}"
    return faces


def page_of(markdown: Path) -> str:
    """The page as HTML that carries its own look and pictures."""
    body = MarkdownIt("commonmark").enable("table").render(markdown.read_text("utf-8"))
    inlined = re.sub(r'src="([^"]+)"', lambda found: f'src="{_data(markdown.parent / found[1])}"', body)
    return f'<!doctype html><html lang="vi"><meta charset="utf-8"><style>{_faces()}{LOOK}</style>{inlined}</html>'


def _data(picture: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()


def print_page(browser: Browser, into: Path) -> None:
    page = browser.new_page()
    page.set_content(page_of(SOURCE))
    page.evaluate("document.fonts.ready")
    page.pdf(path=into, prefer_css_page_size=True, print_background=True)
    page.close()
