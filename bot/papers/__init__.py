"""The papers that come out of a meeting, as Word files and PDF."""

from bot.papers.converting import NoConverter, NotConverted, find_converter, to_pdf
from bot.papers.rendering import render_paper

__all__ = ["NoConverter", "NotConverted", "find_converter", "render_paper", "to_pdf"]
