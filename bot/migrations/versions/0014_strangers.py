"""who has no role is told once what to do, then not heard for a while"""

from alembic import op
import sqlalchemy as sa

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('contacts') as batch:
        batch.add_column(sa.Column('stranger_since', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('stranger_answers', sa.Integer(), nullable=False, server_default='0'))
