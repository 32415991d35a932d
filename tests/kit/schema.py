"""What a database says of its own schema."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.store.db import Database
from bot.store.schema import newest_revision, revision_of
from bot.tables import Base


def up_to_date(db: Database) -> bool:
    """Whether the database stands at the newest revision."""
    with db.engine.connect() as connection:
        return revision_of(connection) == newest_revision()


def schema_differences(db: Database) -> list[object]:
    """What the migrations and the models do not agree on; empty when they do."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return list(compare_metadata(context, Base.metadata))
