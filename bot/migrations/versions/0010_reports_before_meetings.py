"""a report handed in before its meeting was held waits for it"""

from alembic import op
import sqlalchemy as sa

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('demands') as batch:
        batch.add_column(sa.Column('reports_on', sa.String(length=64), nullable=False, server_default=''))
    with op.batch_alter_table('submissions') as batch:
        batch.add_column(sa.Column('waits_for_id', sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f('fk_submissions_waits_for_id_duties'), 'duties', ['waits_for_id'], ['id'])
        batch.create_index(op.f('ix_submissions_waits_for_id'), ['waits_for_id'])
