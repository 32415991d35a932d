"""Alembic's environment: runs on the connection that bot/store/schema.py hands it."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Enum

from bot.tables import Base
from bot.tables.base import UtcDateTime


def render(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Revisions name plain types, so that an old one does not depend on today's models."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return f"sa.String(length={item.length})" if kind == "type" and isinstance(item, Enum) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
