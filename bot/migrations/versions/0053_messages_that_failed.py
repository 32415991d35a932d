"""the index of messages that failed holds no others"""

from alembic import op
import sqlalchemy as sa

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

UNSENT = sa.text("failed_at IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_messages_failed", table_name="messages")
    op.create_index("ix_messages_failed", "messages", ["failed_at"], postgresql_where=UNSENT, sqlite_where=UNSENT)
