"""a plan is loaded portion by portion, and reminded of when it is whole."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plans", sa.Column("loading_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("plans", "loading_id")
