"""what a plan says of merging and choosing, beside its whole text"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table('plans') as plans:
        plans.add_column(sa.Column('merging', sa.String(20), nullable=False, server_default='forbidden'))
        plans.add_column(sa.Column('choosing', JSON, nullable=False, server_default='[]'))
    plan = sa.table(
        'plans',
        sa.column('id', sa.Integer),
        sa.column('content', JSON),
        sa.column('merging', sa.String),
        sa.column('choosing', JSON),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(plan.c.id, plan.c.content)).all():
        content = row.content if isinstance(row.content, dict) else {}
        head = content.get('plan', {})
        said = {'merging': head.get('merging', 'forbidden'), 'choosing': list(head.get('choosing', ()))}
        connection.execute(plan.update().where(plan.c.id == row.id).values(**said))
    with op.batch_alter_table('plans') as plans:
        plans.alter_column('merging', server_default=None)
        plans.alter_column('choosing', server_default=None)
