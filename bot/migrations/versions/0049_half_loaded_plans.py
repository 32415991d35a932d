"""what a plan that is loaded by portions still owes, and until when nobody hears of it"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table('plans') as plans:
        plans.add_column(sa.Column('loading_until', sa.DateTime(timezone=True), nullable=True))
        plans.add_column(sa.Column('unfinished', JSON, nullable=False, server_default='[]'))
    with op.batch_alter_table('plans') as plans:
        plans.alter_column('unfinished', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('plans') as plans:
        plans.drop_column('unfinished')
        plans.drop_column('loading_until')
