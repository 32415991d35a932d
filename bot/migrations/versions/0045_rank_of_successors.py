"""a successor is spoken to where the one before was"""

from alembic import op
import sqlalchemy as sa

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('invites') as table:
        table.add_column(sa.Column('rank', sa.Integer(), nullable=False, server_default='0'))
