"""The papers that come out of a meeting, as Word files and PDF."""

from bot.documents.converting import NoConverter, NotConverted, converter, to_pdf
from bot.documents.rendering import render_paper

__all__ = ["NoConverter", "NotConverted", "converter", "render_paper", "to_pdf"]
