"""what a leader is told of a year's meetings does not go through those of all years."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_meetings_started_at", "meetings", ["started_at"])


def downgrade() -> None:
    op.drop_index("ix_meetings_started_at", "meetings")
