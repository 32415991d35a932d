"""what failed is found at once among the events"""

from alembic import op
import sqlalchemy as sa

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FAILED = sa.text("error != ''")


def upgrade() -> None:
    op.create_index('ix_events_failed', 'events', ['at'], sqlite_where=FAILED, postgresql_where=FAILED)
