"""what was sent unasked is found by its day"""

from alembic import op
import sqlalchemy as sa

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

UNASKED = sa.text("priority = 5")


def upgrade() -> None:
    columns = ['created_at', 'id']
    op.create_index('ix_messages_unasked', 'messages', columns, postgresql_where=UNASKED, sqlite_where=UNASKED)
