"""how much of a long text has gone out"""

from alembic import op
import sqlalchemy as sa

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("messages") as table:
        table.add_column(sa.Column("pieces_sent", sa.Integer(), nullable=False, server_default="0"))
