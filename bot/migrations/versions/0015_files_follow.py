"""the text of a message goes first, its files follow"""

from alembic import op
import sqlalchemy as sa

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('messages') as batch:
        batch.add_column(sa.Column('parts_sent', sa.Integer(), nullable=False, server_default='0'))
