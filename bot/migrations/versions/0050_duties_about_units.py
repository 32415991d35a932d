"""an index of the duties that are about a unit, and of no other"""

from alembic import op
import sqlalchemy as sa

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

ABOUT = sa.text("about_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index(op.f("ix_duties_about_id"), "duties")
    op.create_index(op.f("ix_duties_about_id"), "duties", ["about_id"], sqlite_where=ABOUT, postgresql_where=ABOUT)


def downgrade() -> None:
    op.drop_index(op.f("ix_duties_about_id"), "duties")
    op.create_index(op.f("ix_duties_about_id"), "duties", ["about_id"])
