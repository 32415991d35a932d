"""followers and offices are told of the periods that end, as leaders are"""

from datetime import UTC, datetime

from alembic import op
import sqlalchemy as sa

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

MEMBERSHIPS = sa.table(
    "memberships",
    sa.column("role", sa.String),
    sa.column("ended_at", sa.DateTime(timezone=True)),
    sa.column("next_summary_at", sa.DateTime(timezone=True)),
    sa.column("summed_on", sa.Date),
)


def upgrade() -> None:
    at = datetime.now(UTC)
    sums = MEMBERSHIPS.c.role.in_(("follower", "admin")) & MEMBERSHIPS.c.ended_at.is_(None)
    op.execute(MEMBERSHIPS.update().where(sums).values(next_summary_at=at, summed_on=at.date()))
